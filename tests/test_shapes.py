"""The checks made of shapes find what pyshacl finds, and refuse what they do not understand."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from casebook import ROOT
from rdflib.namespace import SH

from kg.errors import VocabularyError
from kg.pipeline import process
from kg.shapes import checks
from kg.sparql import PREFIXES

Found = set[tuple[str, str, str, str]]  # shape, path, node, value ("" where it is the node or none)
PAPERS = sorted((ROOT / "examples").glob("0[1245]*.txt"))
START = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@cache
def text(name: str) -> str:
    return (files("kg.ontology") / name).read_text(encoding="utf-8")


def parsed(turtle: str) -> list[ox.Quad]:
    return list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))


def found_by_checks(triples: str, shapes: str, classes: str) -> Found:
    data = ox.Store()
    data.load(triples.encode(), ox.RdfFormat.N_TRIPLES)
    data.load(classes.encode(), ox.RdfFormat.TURTLE)
    found = set()
    for check in checks(parsed(shapes), parsed(classes)):
        for node, value in data.query(check.query, prefixes=PREFIXES):
            found.add((check.shape, check.path, *shown(node, value)))
    return found


def found_by_pyshacl(triples: str, shapes: str, classes: str) -> Found:
    _, report, _ = pyshacl.validate(
        rdflib.Graph().parse(data=triples, format="nt"),
        shacl_graph=rdflib.Graph().parse(data=shapes, format="turtle"),
        ont_graph=rdflib.Graph().parse(data=classes, format="turtle"),
        inference="none",
    )
    assert isinstance(report, rdflib.Graph)
    found = set()
    for result in report.subjects(rdflib.RDF.type, SH.ValidationResult):
        shape, node, path, value = (
            report.value(result, one)
            for one in (SH.sourceShape, SH.focusNode, SH.resultPath, SH.value)
        )
        step = str(path) if isinstance(path, rdflib.URIRef) else ""
        found.add((str(shape), step, *shown(node, value)))
    return found


def shown(node: object, value: object) -> tuple[str, str]:
    """Give node and value without the names of blank nodes, or how a number is written (01)."""
    return bare(node), "" if value is None or value == node else bare(value)


def bare(term: object) -> str:
    if isinstance(term, ox.BlankNode | rdflib.BNode):
        return "_:"
    written = term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
    with suppress(InvalidOperation):
        return str(Decimal(written).normalize())
    return written.strip()


@cache
def lines(number: int) -> list[str]:
    graph = process(PAPERS[number].read_bytes(), [PAPERS[number].name])
    return graph.nquads.replace(f" <{graph.iri}> .\n", " .\n").splitlines(keepends=True)


# What a shape compares with another value: pyshacl gives up on a blank node there.
COMPARED = re.compile("(?:Index|Begin|End|(?:min|max)Value|(?:Min|Max)Value)>$")


def damaged(number: int, seed: int) -> str:
    """Give a document's triples with a dozen of them lost, doubled, or with another object."""
    chosen = random.Random(seed)
    triples = list(lines(number))
    for _ in range(12):
        at = chosen.randrange(len(triples))
        subject, predicate, rest = triples[at].split(" ", 2)
        other = chosen.choice(triples).split(" ", 2)[2]
        wrong = chosen.choice(
            ['"x"', '"x"@en', '"-1"^^<http://www.w3.org/2001/XMLSchema#integer>', '""', "_:b"]
        )
        if wrong == "_:b" and COMPARED.search(predicate):
            wrong = '"x"'
        triples[at] = chosen.choice(
            [
                "",
                f"{subject} {predicate} {other}",
                f"{subject} {predicate} {rest}{subject} {predicate} {other}",
                f"{subject} {predicate} {wrong} .\n",
            ]
        ) or "".join(chosen.sample(triples, 1))
    return "".join(triples)


@pytest.mark.parametrize("number", range(len(PAPERS)))
def test_a_sound_document(number: int) -> None:
    assert found_by_checks("".join(lines(number)), text("shapes.ttl"), text("policy.ttl")) == set()


@pytest.mark.parametrize("seed", range(5))
def test_what_pyshacl_finds(seed: int) -> None:
    triples = damaged(seed % len(PAPERS), seed)
    shapes, classes = text("shapes.ttl"), text("policy.ttl")
    found = comparable(found_by_checks(triples, shapes, classes))
    assert found == comparable(found_by_pyshacl(triples, shapes, classes))
    assert found


def comparable(found: Found) -> Found:
    """Leave out where rdflib compares an end that is no number with one; in SPARQL an error."""
    wrong = {node for shape, _, node, _ in found if shape.endswith("#endIndex")}
    return {one for one in found if not (one[0].endswith("InText") and one[3] in wrong)}


# What a shape demands of <http://example.org/a>, what is said of it → whether it conforms.
RULES = [
    ("sh:minCount 1", "", False),
    ("sh:minCount 2", "ex:a ex:p 1, 2 .", True),
    ("sh:minCount 2", "ex:a ex:p 1 .", False),
    ("sh:maxCount 1", 'ex:a ex:p "1", 1 .', False),
    ("sh:maxCount 0", "ex:a ex:p 1 .", False),
    ("sh:datatype xsd:integer", "ex:a ex:p 01 .", True),
    ("sh:datatype xsd:date", 'ex:a ex:p "2023-02-30"^^xsd:date .', False),
    ("sh:datatype xsd:string", 'ex:a ex:p "x"@zh .', False),
    ("sh:nodeKind sh:IRI", "ex:a ex:p [] .", False),
    ("sh:nodeKind sh:BlankNodeOrIRI", "ex:a ex:p [] .", True),
    ("sh:class ex:C", "ex:a ex:p ex:b . ex:b a ex:D .", True),
    ("sh:class ex:D", "ex:a ex:p ex:b . ex:b a ex:C .", False),
    ("sh:minLength 2", 'ex:a ex:p "学位"@zh .', True),
    ("sh:minLength 3", 'ex:a ex:p "学位"@zh .', False),
    ('sh:pattern "^P[1-9]"', 'ex:a ex:p "P1Y" .', True),
    ('sh:pattern "^P[1-9]"', "ex:a ex:p [] .", False),
    ('sh:languageIn ("zh")', 'ex:a ex:p "x"@zh-CN .', True),
    ('sh:languageIn ("zh")', 'ex:a ex:p "x" .', False),
    ("sh:in (ex:b 1)", "ex:a ex:p 1, ex:b .", True),
    ("sh:in (ex:b 1)", 'ex:a ex:p "1" .', False),
    ("sh:hasValue ex:b", "ex:a ex:p ex:c .", False),
    ("sh:minExclusive 0 ; sh:maxInclusive 1", "ex:a ex:p 0.5, 1 .", True),
    ("sh:minExclusive 0 ; sh:maxInclusive 1", "ex:a ex:p 0 .", False),
    ("sh:minInclusive 0", 'ex:a ex:p "zero" .', False),
    ("sh:lessThan ex:q", "ex:a ex:p 1 ; ex:q 2 .", True),
    ("sh:lessThan ex:q", "ex:a ex:p 2 ; ex:q 2, 3 .", False),
    ("sh:lessThanOrEquals ex:q", "ex:a ex:p 2 ; ex:q 2 .", True),
    ("sh:disjoint ex:q", 'ex:a ex:p "a" ; ex:q "a" .', False),
    ("sh:equals ex:q", "ex:a ex:p 1 ; ex:q 1 .", True),
    ("sh:equals ex:q", "ex:a ex:p 1 ; ex:q 2 .", False),
    (
        "sh:or ([sh:datatype xsd:integer] [sh:class ex:C])",
        "ex:a ex:p 1, ex:b . ex:b a ex:C .",
        True,
    ),
    ("sh:or ([sh:datatype xsd:integer] [sh:class ex:C])", "ex:a ex:p ex:b .", False),
    ("sh:xone ([sh:minLength 2] [sh:minLength 3])", 'ex:a ex:p "学位" .', True),
    ("sh:xone ([sh:minLength 2] [sh:minLength 3])", 'ex:a ex:p "学位数" .', False),
    ("sh:qualifiedValueShape [sh:in (1 2)] ; sh:qualifiedMaxCount 1", "ex:a ex:p 1, 3 .", True),
    ("sh:qualifiedValueShape [sh:in (1 2)] ; sh:qualifiedMaxCount 1", "ex:a ex:p 1, 2 .", False),
    ("sh:qualifiedValueShape [sh:in (1 2)] ; sh:qualifiedMinCount 1", "ex:a ex:p 3 .", False),
]


@pytest.mark.parametrize(("rule", "said", "conforms"), RULES)
def test_each_kind_of_rule(rule: str, said: str, conforms: bool) -> None:
    shapes = (
        f"{START} ex:Shape a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:rule . "
        f"ex:rule a sh:PropertyShape ; sh:path ex:p ; {rule} ."
    )
    classes = f"{START} ex:D rdfs:subClassOf ex:C ."
    quads = parsed(f"{START} ex:a a ex:T . {said}")
    triples = "".join(f"{quad.subject} {quad.predicate} {quad.object} .\n" for quad in quads)
    found = found_by_checks(triples, shapes, classes)
    assert bool(found) is not conforms
    assert found == found_by_pyshacl(triples, shapes, classes)


@pytest.mark.parametrize(
    "rule",
    ["sh:node ex:Other", "sh:uniqueLang true", "sh:closed true", "sh:not [sh:minLength 1]"],
)
def test_what_is_not_understood_is_refused(rule: str) -> None:
    shapes = f"{START} ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; {rule} ] ."
    with pytest.raises(VocabularyError, match="not understood"):
        checks(parsed(shapes), [])


def test_a_path_that_is_not_understood_is_refused() -> None:
    shapes = (
        f"{START} ex:S sh:targetClass ex:T ; sh:property [ sh:path (ex:p ex:q) ; sh:minCount 1 ] ."
    )
    with pytest.raises(VocabularyError, match="path"):
        checks(parsed(shapes), [])
