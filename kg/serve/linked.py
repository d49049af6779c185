"""Where the site shows an entity, and a place in a text."""

from __future__ import annotations

from urllib.parse import quote

from kg.render.links import Links, digest_of

LINKS = Links(
    lambda iri: f"/entity?iri={quote(iri, safe='')}",
    lambda source, begin, end: f"/documents/{digest_of(source)}#char={begin},{end}",
)
