"""The regions of the site: a tree, each with the documents for it and of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.page.words import pair
from kg.reports.holdings import Places
from kg.serve.address import address_of, in_query
from kg.serve.asked import Asked
from kg.serve.catalog import Spoken, catalog_of
from kg.serve.holding import store_of
from kg.serve.respond import respond

_OPEN = 40  # regions below one that are open at the first sight


@dataclass(frozen=True, slots=True)
class Branch:
    """A region and what lies in it."""

    region: Spoken
    href: str
    documents: str  # address of the documents inside
    below: Sequence[Branch]
    open: bool


def regions(request: Request) -> Response:
    """Show the tree of regions; only those with documents for them, or all that are named."""
    asked = Asked(request, ("all",))
    everything = asked.choice("all", ("1",)) == "1"
    catalog, base = catalog_of(request), store_of(request).base
    known = catalog.regions
    shown = {iri: one for iri, one in known.items() if everything or one.inside}
    return respond(
        request,
        "serve/regions.html",
        pair("regions"),
        styles=("serve/regions.css",),
        branches=_tree(shown, catalog.places, base),
        everything=everything,
        hidden=len(known) - len(shown),
        found=len(shown),
    )


def _tree(shown: Mapping[str, Spoken], places: Places, base: str) -> list[Branch]:
    below: dict[str, list[str]] = defaultdict(list)
    for iri in shown:
        # A region whose upper one is not shown hangs below the next that is.
        chain = [one.iri for one in places.chain(iri)[1:] if one.iri in shown]
        below[chain[0] if chain else ""].append(iri)

    def branch(iri: str, depth: int) -> Branch:
        inner = [branch(one, depth + 1) for one in below[iri]]
        return Branch(
            region=shown[iri],
            href=address_of(iri, base),
            documents=f"/documents?region={in_query(iri)}",
            below=inner,
            open=depth == 0 or len(inner) <= _OPEN and depth < 3,
        )

    return [branch(iri, 0) for iri in below[""]]


ROUTES = (Route("/regions", regions),)
