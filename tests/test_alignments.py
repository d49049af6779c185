"""docs/alignments.md: what is shared with other vocabularies, and that their terms give answers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pyoxigraph
import pytest
import rdflib
from asked import load_script, rows_of_oxigraph, rows_of_rdflib
from casebook import EXAMPLES, ROOT
from rdflib import OWL, RDF, RDFS

from kg.build import build
from kg.export import export
from kg.sparql import POL, PREFIXES
from kg.store import Store

FOLDER = ROOT / "docs" / "alignments"
PAGE = (ROOT / "docs" / "alignments.md").read_text(encoding="utf-8")
CONSTRUCTS = ("dcat", "schema-org", "standard-terms")
ON_PAGE = re.findall(r"^<!-- alignments/(\S+)\.rq", PAGE, re.MULTILINE)
SELECTS = [name for name in ON_PAGE if name not in CONSTRUCTS]
NAMES = {
    **PREFIXES,
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "vann": "http://purl.org/vocab/vann/",
}
OF_RDF = tuple(str(namespace) for namespace in (RDF, RDFS, OWL))
SHORT_DOCUMENT = "10-临枫区一网通办工作方案.docx"
REGULATION = "07-枫渚县住房救助办法-gb18030.txt"


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def short(iri: str) -> str:
    """Return an IRI with its prefix."""
    for prefix, namespace in NAMES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def table(heading: str) -> list[list[list[str]]]:
    """Return the terms in the cells of the table below a heading."""
    below = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in below.splitlines() if line.startswith("| `")]
    return [[re.findall(r"`([\w-]+:\w+)`", cell) for cell in row] for row in rows]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("examples") / "built") as store:
        report = build([EXAMPLES], store, limits=None)
        assert report.ok + report.repaired == 10
        yield store


def exported(store: Store, *, ontology: bool, document: str | None = None) -> bytes:
    out = io.BytesIO()
    export(store, "ntriples", out, ontology=ontology, document=document)
    return out.getvalue()


@pytest.fixture(scope="module")
def plain(examples: Store) -> pyoxigraph.Store:
    """Give what an export holds: our terms, and theirs where they are used as they are."""
    graph = pyoxigraph.Store()
    graph.bulk_load(exported(examples, ontology=True), pyoxigraph.RdfFormat.N_TRIPLES)
    return graph


@pytest.fixture(scope="module")
def aligned(examples: Store) -> pyoxigraph.Store:
    graph = load_script().graph_of(examples, "alignments.md")
    assert isinstance(graph, pyoxigraph.Store)
    return graph


@pytest.fixture(scope="module")
def policy() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "ontology" / "policy.ttl")


# ---------------------------------------------------------------- the page


def test_the_page_shows_what_the_queries_give_now(examples: Store) -> None:
    """If not, run scripts/update_questions, and see in the difference whether that is right."""
    assert load_script().written("alignments.md", examples) == PAGE


def test_every_query_is_on_the_page() -> None:
    assert sorted(ON_PAGE) == sorted(path.stem for path in FOLDER.iterdir())


def alignments(policy: rdflib.Graph) -> set[tuple[str, str, str]]:
    """Return which of our terms is below which of others', in policy.ttl."""
    words = {RDFS.subClassOf: "sub-class of", RDFS.subPropertyOf: "sub-property of"}
    return {
        (short(str(ours)), word, short(str(theirs)))
        for relation, word in words.items()
        for ours, theirs in policy.subject_objects(relation)
        if str(ours).startswith(POL) and not str(theirs).startswith(POL)
    }


def test_the_table_has_every_alignment_and_no_other(policy: rdflib.Graph) -> None:
    said = [
        (ours, re.sub(r" +", " ", row[1].strip()), theirs)
        for row in (
            line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| `pol:")
        )
        for ours in re.findall(r"`(pol:\w+)`", row[0])
        for theirs in re.findall(r"`(\w+:\w+)`", row[2])
    ]
    assert len(said) == len(set(said))
    assert set(said) == alignments(policy)


def test_no_other_relation_joins_the_vocabularies(policy: rdflib.Graph) -> None:
    """No owl:equivalentClass, skos:exactMatch or the like, of which the page would not speak."""
    known = {
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        RDFS.domain,
        RDFS.range,
        RDF.type,
        OWL.disjointWith,
    }
    for ours, relation, theirs in policy:
        if str(ours).startswith(POL) and short(str(theirs)) in TERMS_OF_OTHERS:
            assert relation in known, (ours, relation, theirs)


TERMS_OF_OTHERS = {
    *(term for row in table("Sub-classes and sub-properties") for term in row[2]),
    *(term for row in table("Terms of others used as they are") for term in row[0]),
}


def foreign(iris: set[str]) -> set[str]:
    """Return those that are neither ours nor RDF's, RDFS' and OWL's."""
    return {short(iri) for iri in iris if not iri.startswith((POL, *OF_RDF))}


def test_the_second_table_has_every_term_used_as_it_is(
    policy: rdflib.Graph, plain: pyoxigraph.Store
) -> None:
    terms = [term for row in table("Terms of others used as they are") for term in row[0]]
    above = {theirs for _, _, theirs in alignments(policy)}
    declared = foreign({str(term) for term in policy.subjects(RDF.type)})
    declared.discard("https://w3id.org/policy-kg/ontology")
    found = plain.query(
        "SELECT DISTINCT ?term { { ?s ?term ?o } UNION { ?s a ?term } FILTER(ISIRI(?term)) }"
    )
    used = foreign({row[0] for row in rows_of_oxigraph(found)})
    assert len(terms) == len(set(terms))
    assert used & above == set()
    assert set(terms) == (declared - above) | used


# ---------------------------------------------------------------- the examples


@pytest.mark.parametrize("name", SELECTS)
def test_an_example_uses_only_terms_of_others(name: str) -> None:
    body = re.sub(r'PREFIX.*|#.*|"[^"\n]*"', "", text_of(name))
    used = set(re.findall(r"\b(\w+:\w+)", body))
    assert used
    assert used <= TERMS_OF_OTHERS | {"owl:Ontology", "owl:versionInfo", "rdfs:label"}


@pytest.fixture(scope="module")
def in_rdflib(aligned: pyoxigraph.Store) -> rdflib.Graph:
    text = aligned.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph())
    return rdflib.Graph().parse(text, format="nt")


@pytest.mark.parametrize("name", SELECTS)
def test_an_example_gives_the_same_rows_in_both_engines(
    aligned: pyoxigraph.Store, in_rdflib: rdflib.Graph, name: str
) -> None:
    rows = rows_of_oxigraph(aligned.query(text_of(name)))
    assert rows
    assert rows_of_rdflib(in_rdflib, text_of(name)) == rows


ALONE = dict(
    re.findall(r"^\| (\w+) \| [^|`]+ \| (no rows.*?|the same rows) \|$", PAGE, re.MULTILINE)
)


@pytest.mark.parametrize("name", SELECTS)
def test_what_the_page_says_of_the_export_alone(
    plain: pyoxigraph.Store, aligned: pyoxigraph.Store, name: str
) -> None:
    rows = rows_of_oxigraph(aligned.query(text_of(name)))
    alone = rows_of_oxigraph(plain.query(text_of(name)))
    assert alone == ([] if ALONE[name].startswith("no rows") else rows)
    for pattern in re.findall(r"without `(a \w+:\w+)`", ALONE[name]):
        assert pattern in text_of(name)
        less = text_of(name).replace(f"{pattern} ;", "")
        assert rows_of_oxigraph(plain.query(less)) == rows


# ---------------------------------------------------------------- what follows


def test_standard_terms_are_what_a_reasoner_adds(examples: Store, policy: rdflib.Graph) -> None:
    import owlrl

    graph = rdflib.Graph().parse(
        exported(examples, ontology=False, document=SHORT_DOCUMENT), format="nt"
    )
    own = set(graph.subjects())
    graph += policy
    made = {triple for triple in graph.query(text_of("standard-terms")) if triple[0] in own}
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    above = {
        rdflib.URIRef(expand(theirs))
        for row in table("Sub-classes and sub-properties")
        for theirs in row[2]
    }
    reasoned = {
        (s, p, o)
        for s, p, o in graph
        if s in own and (p in above or (p == RDF.type and o in above))
    }
    assert made == reasoned
    assert {short(str(o if p == RDF.type else p)) for s, p, o in made} > {
        "foaf:Document",
        "cito:Citation",
    }


def expand(name: str) -> str:
    prefix, _, local = name.partition(":")
    return NAMES[prefix] + local


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_triples_are_the_same_in_both_engines(examples: Store, name: str) -> None:
    text = exported(examples, ontology=False, document=REGULATION)
    policy = ROOT / "ontology" / "policy.ttl"
    ours, theirs = pyoxigraph.Store(), rdflib.Graph().parse(text, format="nt").parse(policy)
    ours.bulk_load(text, pyoxigraph.RdfFormat.N_TRIPLES)
    ours.bulk_load(path=policy, format=pyoxigraph.RdfFormat.TURTLE)
    answer = ours.query(text_of(name))
    assert isinstance(answer, pyoxigraph.QueryTriples)
    made = rdflib.Graph()
    for triple in answer:
        made.parse(f"{triple} .".encode(), format="nt")
    other = theirs.query(text_of(name)).graph
    assert other is not None
    assert made
    assert set(made) == set(other)


# What the two views are made of: class → what each thing of it has, and what it may have.
SHAPES: dict[str, dict[str, tuple[str, str]]] = {
    "schema-org": {
        "DigitalDocument Report": (
            "name inLanguage publisher",
            "identifier datePublished spatialCoverage citation mentions legislationIdentifier "
            "legislationDate legislationPassedBy legislationJurisdiction",
        ),
        "Legislation CreativeWork": (
            "name",
            "inLanguage publisher identifier datePublished spatialCoverage citation mentions "
            "legislationIdentifier legislationDate legislationPassedBy legislationJurisdiction",
        ),
        "GovernmentOrganization Organization": ("name", "areaServed"),
        "AdministrativeArea": ("name", "containedInPlace"),
    },
    "dcat": {
        "Catalog": ("title dataset", ""),
        "Dataset": (
            "title language publisher distribution",
            "identifier issued spatial temporal references",
        ),
        "Distribution": ("title mediaType", ""),
        "Agent": ("name", ""),
        "Location": ("prefLabel", ""),
        "PeriodOfTime": ("startDate endDate", ""),
    },
}


def made(graph: pyoxigraph.Store, name: str) -> dict[str, dict[str, set[str]]]:
    """Return what a CONSTRUCT says: subject → property → values, without namespaces."""
    found: dict[str, dict[str, set[str]]] = {}
    answer = graph.query(text_of(name))
    assert isinstance(answer, pyoxigraph.QueryTriples)
    for one in answer:
        assert isinstance(one.subject, pyoxigraph.NamedNode)
        values = found.setdefault(one.subject.value, {}).setdefault(
            local(one.predicate.value), set()
        )
        assert not isinstance(one.object, pyoxigraph.BlankNode | pyoxigraph.Triple)
        values.add(one.object.value)
    return found


def local(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]


@pytest.mark.parametrize("name", SHAPES)
def test_a_view_has_the_shape_that_its_readers_expect(plain: pyoxigraph.Store, name: str) -> None:
    seen = set()
    for subject, said in made(plain, name).items():
        kinds = {local(kind) for kind in said["type"]}
        seen |= kinds
        for classes, (needed, allowed) in SHAPES[name].items():
            if kinds & set(classes.split()):
                assert set(needed.split()) <= said.keys(), (subject, classes)
                assert said.keys() - {"type"} <= {*needed.split(), *allowed.split()}, subject
    assert seen <= {kind for classes in SHAPES[name] for kind in classes.split()}
    assert seen >= {classes.split()[0] for classes in SHAPES[name]}


@pytest.mark.parametrize("name", SHAPES)
def test_a_view_holds_no_term_of_ours(plain: pyoxigraph.Store, name: str) -> None:
    answer = plain.query(text_of(name))
    assert isinstance(answer, pyoxigraph.QueryTriples)
    assert not any(POL in str(triple) for triple in answer)


def test_the_catalogue_lists_every_document_held_and_no_other(plain: pyoxigraph.Store) -> None:
    held = plain.query(f"SELECT ?document ?text {{ ?document <{POL}hasText> ?text }}")
    texts = dict(rows_of_oxigraph(held))
    found = made(plain, "dcat")
    (catalogue,) = (said for said in found.values() if local(*said["type"]) == "Catalog")
    assert catalogue["dataset"] == texts.keys()
    assert len(texts) == 10
    for document, text in texts.items():
        assert found[document]["distribution"] == {text}
        for who in found[document]["publisher"]:
            assert {local(kind) for kind in found[who]["type"]} == {"Agent"}


@pytest.mark.parametrize(
    ("iri", "kinds"),
    [
        (
            "document/枫渚县农村困难家庭住房救助办法(枫政发〔2022〕33号)",
            {"DigitalDocument", "Legislation"},
        ),
        ("document/中华人民共和国未成年人保护法", {"Legislation"}),  # only cited
        ("document/云陵市家庭教育指导服务规范", {"CreativeWork"}),  # only cited
        ("document/青禾县教育局2023年工作要点", {"DigitalDocument"}),  # binds nobody by law
        ("document/云陵市政府工作报告(2024)", {"Report"}),
        ("agency/青禾县教育局", {"GovernmentOrganization"}),
        ("region/360000", {"AdministrativeArea"}),
    ],
)
def test_kinds_of_schema_org(
    examples: Store, plain: pyoxigraph.Store, iri: str, kinds: set[str]
) -> None:
    found = made(plain, "schema-org")[examples.base + iri]
    assert {local(kind) for kind in found["type"]} == kinds
