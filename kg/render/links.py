"""Where an entity, or a place in a text, can be looked at: in the same page, or on the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """How to get from a picture to what it shows; an empty address is no link.

    `entity` takes an entity's IRI; `place` a source's IRI and two offsets in code points.
    """

    entity: Callable[[str], str]
    place: Callable[[str, int, int], str]


def digest_of(source: str) -> str:
    """Return the end of a source's IRI, which names it within a page."""
    return source.rpartition("/")[2]


# In the page of `kg render`, whose script follows fragments.
IN_PAGE = Links(
    lambda iri: f"#entity={quote(iri, safe='')}",
    lambda source, begin, end: f"#source={digest_of(source)}&char={begin},{end}",
)
