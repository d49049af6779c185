"""Outline to the papers attached to the document, wherever its text names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.extract.kinds import is_paper, kind_of_title
from kg.extract.text import even, places_of
from kg.models import Field, Mention, Outline

# 报名表（见附件2）: the words before are the end of that attachment's title.
POINTED_AT = re.compile(r"”?（(?:详?见)?附[件表]\s*(?P<number>\d{1,2})?）")
# 申报指南（评审专家名单、材料要求）: what else the file holds, no part of the title.
NOTE = re.compile(r"[（(][^（）()]*、[^（）()]*[）)]$")
# 建设指引（2024年版）: the text names it without its edition.
EDITION = re.compile(r"[（(][^（）()]*(?:版|\d{4}|试行)[^（）()]*[）)]$")
SHORTEST_SHARED = 6  # characters in which the text and an attachment's title end
SHORTEST_BARE = 8  # of one that stands without its edition


def find_attached(outline: Outline) -> Iterator[Mention]:
    """Yield the attachments: listed, over their own text, and named in the document's text."""
    attached = [field for field in outline.fields if field.name == "attachment"]
    listed = [field for field in attached if field.rule == "attachment.listed"]
    for field in attached:
        yield _mention(outline, field.begin, field.end, _compact(NOTE.sub("", field.value)))
    if listed:
        yield from _repeated(outline, listed)
        yield from _pointed_at(outline, listed)


def _repeated(outline: Outline, listed: Sequence[Field]) -> Iterator[Mention]:
    """Yield the other places at which a listed paper is named, in full or by the end of it."""
    text = even(outline.source.text)
    for title in dict.fromkeys(NOTE.sub("", even(field.value)) for field in listed):
        if len(title) < SHORTEST_SHARED or not is_paper(title):
            continue
        for _, end in places_of(title[-SHORTEST_SHARED:], text):
            begin = end - _shared(text, end, title)
            if end - begin > SHORTEST_SHARED or len(title) == SHORTEST_SHARED:
                yield _mention(outline, begin, end, _compact(title))
        bare = EDITION.sub("", title)
        if SHORTEST_BARE <= len(bare) < len(title):
            for begin, end in places_of(bare, text):
                if not text.startswith(title, begin):
                    yield _mention(outline, begin, end, _compact(title))


def _pointed_at(outline: Outline, listed: Sequence[Field]) -> Iterator[Mention]:
    """Yield the short names behind which the text gives an attachment's number."""
    text = even(outline.source.text)
    for match in POINTED_AT.finditer(text):
        number = int(match["number"] or 1)
        if number > len(listed):
            continue
        title = _compact(NOTE.sub("", listed[number - 1].value))
        begin = match.start() - _shared(text, match.start(), even(title))
        if match.start() - begin >= SHORTEST_SHARED:
            yield _mention(outline, begin, match.start(), title)


def _shared(text: str, end: int, title: str) -> int:
    """Return in how many characters the text before a place ends like a title."""
    before = text[max(0, end - len(title)) : end]
    length = 0
    while length < min(len(before), len(title)) and before[-1 - length] == title[-1 - length]:
        length += 1
    return length


def _mention(outline: Outline, begin: int, end: int, name: str) -> Mention:
    text = outline.source.text[begin:end]
    return Mention(
        "Document", kind_of_title(name), begin, end, text, name, "document.attached", "="
    )


def _compact(title: str) -> str:
    return re.sub(r"\s+", "", title)
