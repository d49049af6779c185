"""An entity's IRI to its page, or to its RDF: whichever the client asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyoxigraph
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import NotFoundError
from kg.page.words import Pair, both, pair, words_of
from kg.serve import describe, document
from kg.serve.address import address_of, in_query, iri_at, place_address
from kg.serve.asked import Asked, shortened
from kg.serve.catalog import Catalog, catalog_of
from kg.serve.holding import store_of
from kg.serve.respond import respond
from kg.show import Evidence, Fact, Group, show, show_group
from kg.sparql import POL, PREFIXES
from kg.store import Store

A_PAGE = 50
FIRST = 10  # of each kind of fact
# In the order in which a page shows what other things say of an entity; the rest follows.
_ORDER = (
    *("issuedBy", "agency", "ofTask", "appliesTo", "promulgates", "cited", "later", "earlier"),
    "taIdentRef",
    *("involves", "program", "indicator", "inTask", "within", "region", "subOrganizationOf"),
)
_KNOWN = "ASK { { <%s> ?out ?other } UNION { ?another ?in <%s> } }"
_WORDS = "SELECT ?label ?lang ?node { ?node rdfs:label ?label BIND(LANG(?label) AS ?lang) }"
# What a fact that is a node leads to, the first that it has and that the page is not about.
_OTHER_END = ("ofTask", "citing", "cited", "later", "earlier", "agency")
_ENDS = """
SELECT ?node ?predicate ?other {
    VALUES ?node { %s }
    VALUES ?predicate { pol:ofTask pol:citing pol:cited pol:later pol:earlier pol:agency }
    ?node ?predicate ?other
}
"""
_MANNERS = """
SELECT ?node ?how { VALUES ?node { %s } ?node pol:role|pol:basis|pol:stance ?how }
"""
_MANNER_ORDER = (
    *("Lead", "Support", "Explicit", "Inherited", "Implied"),
    *("promulgates", "implements", "plansToIssue", "revises", "cites"),
)
_CLASSES = "SELECT ?class ?node { ?node a ?class }"
# Where the rules were and which build it was: what the RDF has and no reader asks for.
_LEFT_OUT = ("wasGeneratedBy", "isString")


@dataclass(frozen=True, slots=True)
class Said:
    """A fact as the page shows it."""

    text: str | Markup
    href: str
    sentence: str
    place: str  # address of the sentence
    origin: str  # the document that says it
    manners: Sequence[Pair] = ()  # lead, stated


@dataclass(frozen=True, slots=True)
class Table:
    """What is said by one predicate."""

    word: Pair
    total: int
    facts: Sequence[Said]
    all: str = ""  # address of the rest


def entity(request: Request) -> Response:
    """Answer what an IRI below the base stands for."""
    store = store_of(request)
    iri = iri_at(request.scope["raw_path"], store.base)
    type_ = describe.wanted_type(request)
    if not _is_known(store, iri):
        named = shortened(request.url.path.removeprefix("/id/"), 120)
        raise NotFoundError(f"{named}: the store knows nothing of this name")
    if type_ != describe.HTML:
        return describe.send_description(store, iri, type_)
    response = document.page_of(request, iri) or _page(request, iri)
    response.headers["Link"] = describe.alternates(address_of(iri, store.base))
    return response


def _is_known(store: Store, iri: str) -> bool:
    try:
        node = pyoxigraph.NamedNode(iri)
    except ValueError:
        return False
    return bool(store.query(_KNOWN.replace("<%s>", str(node))))


def _page(request: Request, iri: str) -> Response:
    asked = Asked(request, ("format", "of", "page"))
    of = asked.text("of")
    return _one_group(request, iri, of, asked) if of else _whole(request, iri)


def _whole(request: Request, iri: str) -> Response:
    """Show all kinds of facts, the first of each."""
    catalog, store = catalog_of(request), store_of(request)
    card = show(store, iri, FIRST)
    reader = _Facts(store, catalog, iri)
    outward = [g for g in card.groups if not g.inward and _local(g.predicate) not in _LEFT_OUT]
    inward = sorted((g for g in card.groups if g.inward), key=_rank)
    return respond(
        request,
        "serve/entity.html",
        card.name,
        styles=("serve/entity.css",),
        card=card,
        classes=_class_words(store, iri),
        facts=[reader.table(group) for group in outward],
        tables=[reader.table(group) for group in inward],
        graph=f"/graph?about={in_query(iri)}",
        path=address_of(iri, store.base),
        forms_of=[name for name in describe.TYPES if name != "html"],
        documents=catalog.mentioned.get(iri, 0),
    )


def _one_group(request: Request, iri: str, of: str, asked: Asked) -> Response:
    """Show the facts of one kind, page by page."""
    catalog, store = catalog_of(request), store_of(request)
    card = show(store, iri, limit=0)
    group = next((g for g in card.groups if group_name(g) == of), None)
    if group is None:
        raise NotFoundError(f"of: nothing is said by {shortened(of)} here")
    pages = max(1, -(-group.total // A_PAGE))
    page = asked.number("page", 1, 1, pages)
    first = (page - 1) * A_PAGE
    shown = show_group(store, iri, group.predicate, group.inward, first, A_PAGE)
    reader = _Facts(store, catalog, iri)
    return respond(
        request,
        "serve/group.html",
        card.name,
        styles=("serve/entity.css",),
        table=replace(reader.table(shown), all=""),
        path=address_of(iri, store.base),
        of=of,
        first=first + 1,
        last=first + len(shown.facts),
        page=page,
        pages=pages,
    )


class _Facts:
    """Turns the facts of a card into what a page shows."""

    def __init__(self, store: Store, catalog: Catalog, iri: str) -> None:
        self._store, self._iri, self._base = store, iri, store.base
        self._titles = {one.source: one.title or one.file for one in catalog.documents}

    def table(self, group: Group) -> Table:
        ends, manners = self._ends(group), self._manners(group)
        more = f"?of={in_query(group_name(group))}" if group.total > len(group.facts) else ""
        return Table(
            word=said_by(self._store, group),
            total=group.total,
            facts=[
                self._said(fact, ends.get(fact.iri, fact.iri), manners.get(fact.iri, []))
                for fact in group.facts
            ],
            all=address_of(self._iri, self._base) + more if more else "",
        )

    def _ends(self, group: Group) -> dict[str, str]:
        """Return what the facts that are nodes speak of, by the fact: the task of a duty."""
        nodes = [pyoxigraph.NamedNode(fact.iri) for fact in group.facts if "/source/" in fact.iri]
        if not nodes:
            return {}
        found: dict[str, tuple[int, str]] = {}
        for row in self._store.select(_ENDS.replace("%s", " ".join(map(str, nodes)))):
            rank = (_OTHER_END.index(_local(row["predicate"])), row["other"])
            if row["other"] != self._iri:
                found[row["node"]] = min(rank, found.get(row["node"], rank))
        return {node: other for node, (_, other) in found.items()}

    def _manners(self, group: Group) -> dict[str, list[Pair]]:
        """Return how the facts that are nodes are meant: a duty leads, a citation implements."""
        nodes = [pyoxigraph.NamedNode(fact.iri) for fact in group.facts if "/source/" in fact.iri]
        found: dict[str, set[str]] = {}
        if nodes:
            for row in self._store.select(_MANNERS.replace("%s", " ".join(map(str, nodes)))):
                found.setdefault(row["node"], set()).add(_local(row["how"]))
        return {
            node: [words_of_manner(name) for name in _MANNER_ORDER if name in names]
            for node, names in found.items()
        }

    def _said(self, fact: Fact, about: str, manners: Sequence[Pair]) -> Said:
        seen = fact.evidence
        place = self._place(fact, seen)
        href = address_of(about, self._base)
        origin = self._titles.get(seen.source, seen.file) if seen else ""
        # The card says how in Chinese, behind the name.
        text = fact.text.rpartition("（")[0] if manners else _value(fact)
        return Said(
            text=text,
            # What names an entity at a place leads there, as the sentence beside it does.
            href="" if "#char=" in fact.iri else href,
            sentence=seen.sentence if seen else "",
            place=place,
            manners=manners,
            origin="" if origin == text else origin,
        )

    def _place(self, fact: Fact, seen: Evidence | None) -> str:
        if "#char=" in fact.iri:
            return address_of(fact.iri, self._base)
        if seen is None or not seen.source.startswith(self._base):
            return ""
        if seen.begin is None:
            return address_of(seen.source, self._base)
        return place_address(seen.source, seen.begin, seen.begin, self._base)


def _class_words(store: Store, iri: str) -> list[tuple[str, Pair]]:
    """Return what an entity is: the ontology's names with words, the class before its kinds."""
    rows = store.select(_CLASSES, {"node": pyoxigraph.NamedNode(iri)})
    names = {_local(row["class"]) for row in rows} & set(words_of("classes"))
    ordered = [name for name in words_of("classes") if name in names]
    # A document with a text has a page of its own (kg.serve.document).
    words = {"PolicyDocument": "Cited"}
    return [(name, pair(words.get(name, name), "classes")) for name in ordered]


def _value(fact: Fact) -> str | Markup:
    """Return what is said: of what our ontology names (a level) in both languages."""
    name = fact.iri.removeprefix(POL)
    return both(name, "values") if name in words_of("values") else fact.text


def said_by(store: Store, group: Group) -> Pair:
    """Return the words for a predicate, seen from the entity that the page is about."""
    name = _local(group.predicate)
    table = "said-of" if group.inward else "facts"
    for known in (table, "reversed" if group.inward else "ties"):
        if name in words_of(known):
            return pair(name, known)
    labels = {
        row["lang"]: row["label"]
        for row in store.select(_WORDS, {"node": pyoxigraph.NamedNode(group.predicate)})
    }
    chinese = labels.get("zh", group.label)
    arrow = "← " if group.inward else ""
    return arrow + chinese, arrow + labels.get("en", chinese)


def words_of_manner(name: str) -> Pair:
    """Return the words for a role, a basis or a stance."""
    return pair(name, "ties" if name in words_of("ties") else "manners")


def group_name(group: Group) -> str:
    """Return what a group of facts is called in an address: "by-" where others say it."""
    return ("by-" if group.inward else "") + _short(group.predicate)


def _short(predicate: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if predicate.startswith(namespace):
            return f"{prefix}:{predicate.removeprefix(namespace)}"
    return predicate


def _local(predicate: str) -> str:
    return predicate.replace("#", "/").rpartition("/")[2]


def _rank(group: Group) -> tuple[int, str]:
    name = _local(group.predicate)
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


ROUTES = (Route("/id/{path:path}", entity),)
