"""The saved queries as pages: their text, the rows that they give, files to keep."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg import queries, results, sparql
from kg.errors import KgError, QueryError
from kg.page.words import pair
from kg.queries import BEHIND, SavedQuery
from kg.serve.address import address_of, links
from kg.serve.editor import PATH as EDITOR
from kg.serve.forms import Chosen, Field, address, chosen, fields_of_query, tidied, wording
from kg.serve.holding import store_of
from kg.serve.kept import kept, leaf_of
from kg.serve.reports import attachment, holds_many, line_of
from kg.serve.respond import respond
from kg.store import Store

FORMATS = ("csv", "json", "tsv")
SHORT = 12  # characters of a cell that stays on one line
# Of these every store holds some; the first in order names a thing that has several.
_LABELS = """
SELECT ?iri (MIN(?name) AS ?label) {
    VALUES ?iri { %s }
    ?iri skos:prefLabel|dcterms:title ?name
} GROUP BY ?iri
"""

Cell = str | int  # an IRI in angle brackets, a text, a number
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a query gave."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]  # RDF terms, None where nothing is bound


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as a page shows it."""

    text: str
    address: str = ""
    kind: str = ""


def overview(request: Request) -> Response:
    """List the saved queries."""
    saved = list(queries.saved().values())
    return respond(
        request,
        "serve/queries.html",
        pair("queries"),
        styles=("serve/forms.css",),
        own=[one for one in saved if not one.name.startswith(BEHIND)],
        behind=[one for one in saved if one.name.startswith(BEHIND)],
    )


def query_page(request: Request) -> Response:
    """Show a saved query with its form and its rows, or give them as a file."""
    query = queries.find(request.path_params["name"])
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    fields = fields_of_query(query)
    try:
        values = chosen(fields, request.query_params)
        form = request.query_params.get("format")
        if form is not None:
            return _file(request, query, values, form)
        lacking = [one.name for one in fields if one.needed and one.name not in values]
        if lacking and "run" in request.query_params:
            raise QueryError(f"query {query.name}: {', '.join(lacking)}: needed; give a value")
        waits = bool(fields) and not values and "run" not in request.query_params
        if lacking or (waits and holds_many(request)):
            return _page(request, query, fields, values)
        began = time.monotonic()
        key = ("query", query.name, *sorted(_terms(query, values).items()))
        found = kept(request, key, lambda: _ask(store_of(request), query, values))
        return _page(request, query, fields, values, found, time.monotonic() - began)
    except KgError as error:
        asked = {one.name: tuple(request.query_params.getlist(one.name)) for one in fields}
        return _page(request, query, fields, asked, problem=line_of(error))


def _terms(query: SavedQuery, values: Chosen) -> dict[str, str]:
    """Return values that go to the engine as RDF terms: no text of theirs becomes SPARQL."""
    return query.substitutions({name: several[-1] for name, several in values.items()})


def _ask(store: Store, query: SavedQuery, values: Chosen) -> Found:
    answer = store.query(query.text, _terms(query, values))
    if not isinstance(answer, pyoxigraph.QuerySolutions):
        raise QueryError(f"query {query.name}: gives no rows")
    hidden = {name for name, _ in query.parameters}
    names = [one.value for one in answer.variables]
    shown = [at for at, name in enumerate(names) if name not in hidden]
    rows = tuple(tuple(row[at] for at in shown) for row in answer)
    return Found(tuple(names[at] for at in shown), rows)


def _file(request: Request, query: SavedQuery, values: Chosen, form: str) -> Response:
    if form not in FORMATS:
        raise QueryError(f"format {form[:60]}: not known; known: {', '.join(FORMATS)}")
    store, out = store_of(request), io.BytesIO()
    hidden = frozenset(name for name, _ in query.parameters)
    answer = store.query(query.text, _terms(query, values))
    results.write(answer, form, out, base=store.base, hidden=hidden)
    return attachment(out.getvalue(), query.name, form)


# -- rows to cells ---------------------------------------------------------------------------------


def _cells(store: Store, found: Found, rows: Iterable[Sequence[object]]) -> list[list[Shown]]:
    """Return rows as a page shows them: where a sentence stands is said by its link."""
    rows = list(rows)
    labels = _labels(store, rows)
    shown = [found.columns.index(name) for name in _shown_columns(found)]
    at = {name: found.columns.index(name) for name in (*_PLACE, _WORDS) if _is_placed(found)}
    drawn = []
    for row in rows:
        cells = [_shown(term, labels, store.base) for term in row]
        if at:
            source, begin, end = (row[at[name]] for name in _PLACE)
            cells[at[_WORDS]] = _at_place(cells[at[_WORDS]], source, begin, end, store.base)
        drawn.append([cells[one] for one in shown])
    return drawn


_PLACE, _WORDS = ("source", "begin", "end"), "sentence"


def _is_placed(found: Found) -> bool:
    """Tell whether each row has a sentence, and where it stands."""
    return {*_PLACE, _WORDS} <= set(found.columns)


def _shown_columns(found: Found) -> list[str]:
    return [one for one in found.columns if one not in _PLACE or not _is_placed(found)]


def _at_place(cell: Shown, source: object, begin: object, end: object, base: str) -> Shown:
    if not isinstance(source, pyoxigraph.NamedNode):
        return cell
    offsets = [one.value for one in (begin, end) if isinstance(one, pyoxigraph.Literal)]
    if len(offsets) < 2 or not all(one.isdecimal() for one in offsets):
        return cell
    return Shown(
        cell.text, links(base).place(source.value, int(offsets[0]), int(offsets[1])), "sentence"
    )


def _labels(store: Store, rows: Iterable[Sequence[object]]) -> dict[str, str]:
    """Return the names of what rows speak of."""
    nodes = {term for row in rows for term in row if isinstance(term, pyoxigraph.NamedNode)}
    named = sorted(str(node) for node in nodes)
    if not named:
        return {}
    # As the engine writes its own nodes, which it has checked when it took them in.
    answer = store.select(_LABELS % " ".join(named))
    return {row["iri"]: row["label"] for row in answer}


def _shown(term: object, labels: dict[str, str], base: str) -> Shown:
    if term is None:
        return Shown("", kind="none")
    if isinstance(term, pyoxigraph.NamedNode):
        text = labels.get(term.value) or sparql.shorten(term.value, base)
        # What is named outside the store, a class or an address of the web, has no page here.
        return Shown(text, address_of(term.value, base))
    text = term.value if isinstance(term, pyoxigraph.Literal) else str(term)
    number = isinstance(term, pyoxigraph.Literal) and term.datatype.value in _NUMBERS
    return Shown(text, kind="number" if number else "short" if len(text) <= SHORT else "")


_NUMBERS = {sparql.PREFIXES["xsd"] + one for one in ("integer", "decimal", "double")}


def _page(
    request: Request,
    query: SavedQuery,
    fields: Sequence[Field],
    values: Chosen,
    found: Found | None = None,
    seconds: float = 0.0,
    problem: str = "",
) -> Response:
    path = request.url.path
    leaf = leaf_of(request, found.rows) if found is not None else None
    return respond(
        request,
        "serve/query.html",
        query.name,
        styles=("serve/table.css", "serve/forms.css"),
        **wording(request),
        status=400 if problem else 200,
        query=query,
        fields=fields,
        values=values,
        problem=problem,
        columns=_shown_columns(found) if found else (),
        placed=found is not None and _is_placed(found),
        rows=_cells(store_of(request), found, leaf.rows) if found and leaf else (),
        leaf=leaf,
        seconds=f"{seconds:.2f}",
        permalink=address(path, values),
        in_editor=address(EDITOR, {"saved": (query.name,), **values}),
        files=[(form, address(path, values, format=form)) for form in FORMATS],
        to_page=lambda number: address(path, values, page=str(number)),
        bound=json.dumps(
            {name: several[-1] for name, several in values.items() if several}, ensure_ascii=False
        )
        if values
        else "",
    )


ROUTES = (Route("/queries", overview), Route("/queries/{name}", query_page))
