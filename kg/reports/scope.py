"""What a user chose to ask about, to the documents meant."""

from __future__ import annotations

from kg.errors import NotFoundError
from kg.reports.holdings import Holding, holdings, places
from kg.store import Store


def chosen(store: Store, region: str = "", document: str = "") -> dict[str, Holding]:
    """Return the documents of a region (and all that lies in it) or of a name, by their text.

    `document` is an IRI, a file name, a title or a part of one. Nothing chosen: all documents.
    """
    held = {one.source: one for one in holdings(store)}
    if document:
        held = _named(held, document)
    if region:
        held = _within(store, held, region)
    return held


def described(region: str = "", document: str = "") -> str:
    """Return the choice as the end of a title."""
    return "".join(f", in {one}" for one in (document, region) if one)


def _named(held: dict[str, Holding], name: str) -> dict[str, Holding]:
    exact = {
        source: one
        for source, one in held.items()
        if name in (one.document, one.source, one.title, one.file)
    }
    found = exact or {source: one for source, one in held.items() if name in one.title}
    if not found:
        raise NotFoundError(f"document {name!r}: not held; `kg query --name documents` lists them")
    return found


def _within(store: Store, held: dict[str, Holding], region: str) -> dict[str, Holding]:
    known = places(store)
    outer = known.named(region)
    return {
        source: one
        for source, one in held.items()
        if one.region and any(known.is_within(one.region, iri) for iri in outer)
    }
