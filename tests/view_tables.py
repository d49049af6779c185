"""The tables of a view as lists of texts, as a reader of Chinese sees them."""

from __future__ import annotations

from typing import Any

import lxml.html

from kg.render.links import Links
from kg.render.views import VIEWS, View, Wanted
from kg.store import Store

# A link says where it leads, so that a table of expected links can be read.
TELLING = Links(
    lambda iri: f"entity:{iri.rpartition('/id/')[2]}",
    lambda source, begin, end: f"place:{source}:{begin},{end}",
)


def draw(store: Store, name: str, **wanted: Any) -> View:
    """Return a view whose links tell what they lead to."""
    return VIEWS[name](store, Wanted(**wanted), TELLING)


def parsed(view: View) -> Any:
    """Return the markup of a view, without the English words."""
    root = lxml.html.fragment_fromstring(str(view.body), create_parent="div")
    for english in root.xpath("//*[@class='en']"):
        english.drop_tree()
    return root


def table(view: View, year: int | None = None) -> list[list[str]]:
    """Return the rows of the table (of a year), each cell as its text."""
    root = parsed(view)
    where = f"//details[summary/b='{year}']" if year else ""
    return [
        [text(cell) for cell in row.xpath("./th | ./td")]
        for row in root.xpath(f"{where}//table//tr")
    ]


def lines(view: View, year: int | None = None) -> list[str]:
    """Return the rows as lines: 青禾县 县级 | ≥92% | –."""
    return [" | ".join(row) for row in table(view, year)]


def text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def states(view: View, place: str, year: int | None = None) -> list[str]:
    """Return the classes of the cells of a row."""
    where = f"//details[summary/b='{year}']" if year else ""
    rows = parsed(view).xpath(f"{where}//tbody/tr[contains(th, '{place}')]")
    return [(cell.get("class") or "").replace(" edge", "") for cell in rows[0].xpath("./td")]
