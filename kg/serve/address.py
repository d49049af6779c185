"""An entity's IRI to its address on this server, and back.

…/id/agency/温岭市教育局 is /id/agency/温岭市教育局 here, whatever base the store has; a browser
writes the Chinese percent-encoded. What the IRI itself has percent-encoded (a blank, a slash in a
programme's name) stays so in the address. A place in a text, SOURCE#char=120,126, is the text's
page with that place marked: /id/source/DIGEST?char=120,126#here.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from kg.render.links import Links

BELOW = "/id/"
HERE = "here"  # what a place that is asked for is called in the page
# As in kg.graph, which mints the IRIs; a test compares them.
SAFE = re.compile(
    r"[A-Za-z0-9\-._~/:@!$&'()+*,;=\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\uf900-\ufdcf\ufdf0-\ufeff\uff01-\uffef]"
)
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_IN_PATH = "%/:@!$&'()+*,;=~"  # what an IRI's path may hold as it is, and % as it has it
_SPAN = re.compile(r"(?P<source>[^#]*)#char=(?P<begin>\d{1,9}),(?P<end>\d{1,9})")


def address_of(iri: str, base: str) -> str:
    """Return where an IRI is shown on this server; "" for what is not below the base."""
    if not iri.startswith(base):
        return ""
    span = _SPAN.fullmatch(iri)
    if span is not None:
        return place_address(span["source"], int(span["begin"]), int(span["end"]), base)
    return BELOW + quote(iri[len(base) :], safe=_IN_PATH)


def place_address(source: str, begin: int, end: int, base: str) -> str:
    """Return the address of a place in a text; where it has no length, of its sentence."""
    return f"{address_of(source, base)}?char={begin},{end}#{HERE}"


def in_query(text: str) -> str:
    """Return a text as a value in an address."""
    return quote(text, safe="")


def iri_at(path: bytes, base: str) -> str:
    """Return the IRI that a path, as it was sent, stands for; it need not exist."""
    below = path.decode("ascii").removeprefix(BELOW)
    return base + "/".join(_segment(unquote_to_bytes(part).decode()) for part in below.split("/"))


def _segment(text: str) -> str:
    return "".join(char if _stays(char) else quote(char, safe="") for char in text)


def _stays(char: str) -> bool:
    return char != "/" and bool(SAFE.match(char)) and not _UNSEEN.match(char)


def links(base: str) -> Links:
    """Return how pictures and texts link to entities and places on this server."""
    return Links(
        entity=lambda iri: address_of(iri, base),
        place=lambda source, begin, end: place_address(source, begin, end, base),
    )
