"""The query page: an editor for SPARQL that knows our words, and the answer as a table.

YASQE (kg/serve/vendor) is the editor; the table, the files and the messages are ours. A query that
comes with an address is shown and never run by itself: a page of another site may open an address
of ours. Without its script the page is a form that sends the query to the endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pyoxigraph
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg import queries, sparql
from kg.page import content
from kg.page.words import pair
from kg.queries import BEHIND, SavedQuery
from kg.serve.bound import bound
from kg.serve.forms import NEEDED, Chosen, address, chosen, fields_of_query
from kg.serve.holding import Holding, holding_of
from kg.serve.respond import respond
from kg.vocabulary import text_of

PATH, ENDPOINT = "/sparql/query", "/sparql"
# What a file is called by its end, and what the endpoint is asked for.
ROWS = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
}
TRIPLES = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}
FIRST = """\
SELECT ?document ?title ?agency ?issued {
    ?document a pol:PolicyDocument ; dcterms:title ?title ; pol:hasText ?text .
    OPTIONAL { ?document pol:issuedBy ?agency }
    OPTIONAL { ?document dcterms:issued ?issued }
} ORDER BY DESC(?issued) ?title LIMIT 20
"""
# What stands for a value that a query needs, where nobody has given one: something that is there,
# and about which there is much to say.
_EXAMPLES = {
    "name": """
SELECT ?one (COUNT(DISTINCT ?citing) AS ?times) {
    ?document pol:hasText ?text ; dcterms:title ?title BIND(STR(?title) AS ?one)
    OPTIONAL { ?citing pol:cites ?document }
} GROUP BY ?one ORDER BY DESC(?times) ?one LIMIT 1""",
    "body": """
SELECT ?one ?times {
    {
        SELECT ?agency (COUNT(?document) AS ?times) {
            ?document pol:issuedBy ?agency
        } GROUP BY ?agency
    }
    ?agency skos:prefLabel ?label BIND(STR(?label) AS ?one)
} ORDER BY DESC(?times) ?one LIMIT 1""",
}
NOTHING = "…"
_OWL = sparql.PREFIXES["owl"]
_LABEL = pyoxigraph.NamedNode(sparql.PREFIXES["rdfs"] + "label")
_TYPE = pyoxigraph.NamedNode(sparql.PREFIXES["rdf"] + "type")


def query_page(request: Request) -> Response:
    """Show the editor: empty but for an example, or with the query of the address."""
    name = request.query_params.get("saved")
    saved = None if name is None else queries.find(name)
    holding = holding_of(request)
    text = request.query_params.get("query") or FIRST
    given: Chosen = {}
    if saved is not None:
        given = _given(request, saved)
        values = {name: several[-1] for name, several in given.items()}
        text = bound(saved, {**_examples(holding, saved, values), **values})
    listed = queries.saved().values()
    return respond(
        request,
        "serve/editor.html",
        pair("sparql"),
        styles=("serve/vendor/yasqe.css", "serve/table.css", "serve/forms.css", "serve/editor.css"),
        scripts=("serve/editor.js",),
        libraries=(content("serve/vendor/yasqe.js"),),
        connects=True,
        data={"editor": {"base": holding.store.base, **_known()}},
        endpoint=ENDPOINT,
        path=PATH,
        text=text,
        saved=saved,
        with_form="" if saved is None else address(f"/queries/{saved.name}", given),
        own=[one for one in listed if not one.name.startswith(BEHIND)],
        behind=[one for one in listed if one.name.startswith(BEHIND)],
        formats=(("answer-of-rows", ROWS), ("answer-of-triples", TRIPLES)),
        prefixes=sparql.PREFIXES,
    )


# -- saved queries ---------------------------------------------------------------------------------


def _given(request: Request, query: SavedQuery) -> Chosen:
    """Return the values that an address has for a saved query; QueryError for those of no use."""
    pairs = request.query_params.multi_items()
    asked = QueryParams([one for one in pairs if one[0] not in ("saved", "query")])
    return chosen(fields_of_query(query), asked)


def _examples(holding: Holding, query: SavedQuery, given: Mapping[str, str]) -> dict[str, str]:
    """Return values for what a query needs and has not been given."""
    lacking = [
        name for name, meaning in query.parameters if NEEDED in meaning and name not in given
    ]
    return {name: _example(holding, name) for name in lacking}


def _example(holding: Holding, name: str) -> str:
    if name not in _EXAMPLES:
        return NOTHING
    found = holding.once(f"example {name}", lambda store: store.select(_EXAMPLES[name]))
    return found[0]["one"] if found else NOTHING


# -- what the editor completes ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the ontology, as the editor offers it."""

    name: str  # pol:Agency
    kind: str  # class, property or value
    labels: tuple[str, str]  # Chinese, English; empty where the word is not ours


@cache
def terms() -> tuple[Term, ...]:
    """Return the classes, properties and values that our ontology has or uses, by name."""
    ontology = pyoxigraph.Store()
    text = text_of("kg.ontology", "policy.ttl")
    ontology.load(text.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return tuple(sorted(_terms(ontology), key=lambda term: term.name))


def _terms(ontology: pyoxigraph.Store) -> Iterator[Term]:
    types: dict[pyoxigraph.NamedNode, list[str]] = {}
    for quad in ontology.quads_for_pattern(None, _TYPE, None):
        if isinstance(quad.subject, pyoxigraph.NamedNode):
            types.setdefault(quad.subject, []).append(getattr(quad.object, "value", ""))
    for node, names in types.items():
        short = sparql.shorten(node.value)
        # A word without a prefix of ours, or the ontology itself, is no word to complete.
        if short != node.value and f"{_OWL}Ontology" not in names:
            yield Term(short, _kind(names), _labels(ontology, node))


def _kind(types: list[str]) -> str:
    if any(one.startswith(_OWL) and one.endswith("Property") for one in types):
        return "property"
    return "class" if f"{_OWL}Class" in types else "value"


def _labels(ontology: pyoxigraph.Store, node: pyoxigraph.NamedNode) -> tuple[str, str]:
    said = {"zh": "", "en": ""}
    for quad in ontology.quads_for_pattern(node, _LABEL, None):
        if isinstance(quad.object, pyoxigraph.Literal) and quad.object.language:
            said[quad.object.language] = quad.object.value
    return said["zh"], said["en"]


@cache
def _known() -> dict[str, object]:
    """Return what the script of the page is told."""
    return {
        "endpoint": ENDPOINT,
        "path": PATH,
        "prefixes": sparql.PREFIXES,
        "terms": [[term.name, term.kind, *term.labels] for term in terms()],
        "formats": {"rows": ROWS, "triples": TRIPLES},
    }


ROUTES = (Route(PATH, query_page),)
