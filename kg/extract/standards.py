"""Sentences to the standards that stand there by their numbers alone: 推广GB/T 90210."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.models import Mention

# National, local and trade standards; in brackets or before 《 the number belongs to a title, and
# in a table it stands behind its title and a blank.
CODE = re.compile(
    r"(?<=[一-鿿、，])(?P<code>GB|DB\d{2,4}|[A-Z]{2}(?=/T))(?P<part>/[TZ])?[ \u00a0]?"
    r"(?P<number>\d{3,6}(?:\.\d{1,2})?(?:[-—]\d{4})?)(?![\d.]|[-—]\d|[ \u00a0]?《)"
)


def find_standards(stretch: str) -> Iterator[Mention]:
    """Yield the standards named by their numbers, each written with one blank."""
    if "GB" not in stretch and "DB" not in stretch and "/T" not in stretch:
        return
    for match in CODE.finditer(stretch):
        name = f"{match['code']}{match['part'] or ''} {match['number']}"
        yield Mention(
            "Document", "Standard", *match.span(), match[0], name, "document.standard", "="
        )
