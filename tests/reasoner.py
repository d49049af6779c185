"""Graphs to what the reasoner HermiT says of them: it runs on Java, in a process of its own."""

from __future__ import annotations

import io
import shutil
from itertools import chain

import owlready2
import pytest
import rdflib
from rdflib.namespace import RDF, RDFS, XSD

Triple = tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]
# What OWL 2 allows as a datatype: xsd:date, xsd:gYear and xsd:duration are not among them.
OWL_DATATYPES = {
    *(RDFS.Literal, RDF.PlainLiteral),
    *(XSD.string, XSD.decimal, XSD.integer, XSD.boolean, XSD.dateTime, XSD.anyURI),
}

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="HermiT runs on Java")
Inconsistent = owlready2.OwlReadyInconsistentOntologyError


def reason(*graphs: rdflib.Graph) -> list[object]:
    """Return the classes that can have no member; raise if the graphs contradict each other."""
    world = owlready2.World()
    ontology = world.get_ontology("https://w3id.org/policy-kg/ontology")
    triples = rdflib.Graph()
    for triple in chain(*graphs):
        triples.add(without_dates(triple))
    ontology.load(fileobj=io.BytesIO(triples.serialize(format="nt", encoding="utf-8")))
    owlready2.sync_reasoner_hermit(world, debug=0)
    return [*world.inconsistent_classes()]


def without_dates(triple: Triple) -> Triple:
    """Return the triple with a datatype that OWL 2 lacks as a string: HermiT refuses it."""
    subject, predicate, object_ = triple
    if isinstance(object_, rdflib.Literal) and object_.datatype not in {None, *OWL_DATATYPES}:
        object_ = rdflib.Literal(str(object_))
    return subject, predicate, object_
