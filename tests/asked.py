"""Queries of docs/questions.md and docs/alignments.md to rows, by two engines, and their script."""

from __future__ import annotations

import importlib.machinery
import importlib.util
from types import ModuleType

import pyoxigraph
import rdflib
from casebook import ROOT

Rows = list[tuple[str, ...]]


def rows_of_oxigraph(answer: object) -> Rows:
    assert isinstance(answer, pyoxigraph.QuerySolutions)
    return [tuple("" if term is None else term.value for term in row) for row in answer]


def rows_of_rdflib(graph: rdflib.Graph, text: str) -> Rows:
    found = graph.query(text)
    assert found.vars is not None
    return [
        tuple("" if row[name] is None else str(row[name]) for name in found.vars) for row in found
    ]


def load_script() -> ModuleType:
    """Load scripts/update_questions, which has no suffix."""
    path = str(ROOT / "scripts" / "update_questions")
    loader = importlib.machinery.SourceFileLoader("update_questions", path)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
