"""The packages of policy-kg: kg with its data folders, and ontology/ as kg.ontology."""

from setuptools import find_namespace_packages, setup

# Namespace packages, so that folders of data without __init__.py (kg/data, kg/queries) are carried.
found = find_namespace_packages(include=["kg", "kg.*"], exclude=["*.__pycache__"])

ours = ["kg.ontology", "kg.ontology.pages"]
setup(packages=[*found, *ours], package_dir={"kg.ontology": "ontology"})
