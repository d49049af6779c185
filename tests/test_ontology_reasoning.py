"""What the ontology rules out, a reasoner finds; what the texts give, contradicts nothing."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import pytest
import rdflib
from casebook import ROOT
from rdflib.namespace import OWL, RDFS
from reasoner import Inconsistent, needs_java, reason

from kg.build import build
from kg.store import DEFAULT_BASE, Store

POL = rdflib.Namespace("https://w3id.org/policy-kg/ontology#")
PREFIXES = f"""
@prefix : <https://example.org/> .
@prefix pol: <{POL}> .
"""


@pytest.fixture(scope="module")
def policy() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "ontology" / "policy.ttl")


# ---------------------------------------------------------------- which classes share no member

ENTITIES = "PolicyDocument Agency Program Region Indicator"
READ = "Mention Section Task Target Responsibility Citation Repair Reuse TitleEcho"
APART = [
    ("entities", ENTITIES),
    ("what is read from a text", READ),
    ("divisions", "Country Province Prefecture County Township"),
    ("an entity and what is beside the texts", "NamedEntity TextNode Extraction"),
    ("an entity and a correction", "NamedEntity TextNode Correction"),
    ("words that name and words that were taken out", "Mention Withdrawal"),
]
# One thing may be both, and why.
TOGETHER = [
    ("GovernmentBody", "PartyBody"),  # 一个机构两块牌子
    ("Initiative", "Designation"),  # a campaign has the name of the title that it is to win
    ("WorkPlan", "Notice"),  # a notice that holds the plan
]


def are_apart(policy: rdflib.Graph, one: str, other: str) -> bool:
    above = [set(policy.transitive_objects(POL[name], RDFS.subClassOf)) for name in (one, other)]
    said = set(policy.subject_objects(OWL.disjointWith))
    return any((a, b) in said or (b, a) in said for a in above[0] for b in above[1])


@pytest.mark.parametrize("names", [names for _, names in APART], ids=[why for why, _ in APART])
def test_classes_share_no_member(policy: rdflib.Graph, names: str) -> None:
    pairs = combinations(names.split(), 2)
    assert [pair for pair in pairs if not are_apart(policy, *pair)] == []


def test_every_entity_is_apart_from_all_that_is_read(policy: rdflib.Graph) -> None:
    pairs = [(one, other) for one in ENTITIES.split() for other in READ.split()]
    assert [pair for pair in pairs if not are_apart(policy, *pair)] == []


@pytest.mark.parametrize(("one", "other"), TOGETHER)
def test_classes_that_may_share_a_member(policy: rdflib.Graph, one: str, other: str) -> None:
    assert not are_apart(policy, one, other)


# ---------------------------------------------------------------- one wrong instance is enough

DIFFERENT = "<http://www.w3.org/2002/07/owl#differentFrom>"
WRONG = [
    ("a target is no task", ":a a pol:Target , pol:Task ."),
    # What is never said to be a class follows from the property.
    ("who leads is an agency, and no region", ":t pol:leadAgency :a . :b pol:within :a ."),
    ("what has a target is a task, not the text", ":c pol:hasTarget :t . :d pol:hasText :c ."),
    ("a role is one", ":r pol:role pol:Lead , pol:Support ."),
    (
        "a target lies in one task, from whichever end it is said",
        f":t pol:inTask :a . :b pol:hasTarget :t . :a {DIFFERENT} :b .",
    ),
]
RIGHT = """
:task pol:leadAgency :agency , :other .  # two lead
:body a pol:GovernmentBody , pol:PartyBody .  # with two plates
:paper a pol:Plan . :target pol:modality pol:Plan .  # a kind of document and a modality
:citation pol:stance pol:implements . :one pol:implements :another .  # a stance is a property
"""


@needs_java
@pytest.mark.parametrize("turtle", [turtle for _, turtle in WRONG], ids=[why for why, _ in WRONG])
def test_reasoner_finds_the_wrong_instance(policy: rdflib.Graph, turtle: str) -> None:
    with pytest.raises(Inconsistent):
        reason(policy, rdflib.Graph().parse(data=PREFIXES + turtle, format="turtle"))


@needs_java
def test_reasoner_lets_the_right_ones_be(policy: rdflib.Graph) -> None:
    assert reason(policy, rdflib.Graph().parse(data=PREFIXES + RIGHT, format="turtle")) == []


# ---------------------------------------------------------------- what the texts give

# Traces of all orderings, copies, corrections; tasks, owners, targets, citations.
TEXTS = ROOT / "docs" / "ontology" / "texts"


@needs_java
def test_graph_of_texts_is_consistent(policy: rdflib.Graph, tmp_path: Path) -> None:
    shutil.copy(TEXTS / "corrections.tsv", tmp_path)
    data = rdflib.Graph()
    with Store(tmp_path) as store:
        build([TEXTS], store, limits=None)
        for name in store.graph_names():
            if name.startswith(DEFAULT_BASE):
                data.parse(data=b"".join(store.ntriples(name)), format="nt")
    assert {POL.Target, POL.Task, POL.Reuse, POL.Correction, POL.Citation} <= set(data.objects())
    assert reason(policy, data) == []
