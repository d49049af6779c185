"""A reading to its lines and sentences: what is a title, a heading, a row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.render.marked import BREAK, HEADING, ROW, ends_line, line_begin
from kg.render.reading import Reading

_TITLE_WITHIN = 3_000  # characters in which the title stands, after a head of fields
_DEEPEST = 4  # level of a heading
_END = re.compile(r"[。！？；][”’」』）》]*")
_ENDS = "。！？；：:"
_FULL = 0.75  # of the longest usual line; a shorter one ends a paragraph
_INDENT = ("\u3000", "  ", "\t")


def looks_of(reading: Reading) -> dict[int, str]:
    """Return how a line looks as a whole, by where it begins: h1 to h4, or a row of a table."""
    text = reading.text
    looks = {
        line_begin(text, part.begin): f"h{min(part.level + 1, _DEEPEST)}"
        for part in reversed(reading.parts)
        if part.kind == "section" and ends_line(text, part.head)
    }
    title = _title_begin(reading)
    if title is not None:
        looks[title] = "h1"
    return {**looks, **dict.fromkeys(_rows(text), ROW)}


def _title_begin(reading: Reading) -> int | None:
    """Return where the line of the title begins; over a text that only cites it stands nothing."""
    title = reading.title.strip()
    for begin, line in lines_of(reading.text[:_TITLE_WITHIN]):
        found = line.strip()
        if found and (found == title or (len(found) >= HEADING // 20 and title.startswith(found))):
            return begin
    return None


def _rows(text: str) -> Iterator[int]:
    """Yield where the rows of tables begin: lines with tabs, two of them or more."""
    begins = [begin for begin, line in lines_of(text) if "\t" in line.strip()]
    lines = [begin for begin, _ in lines_of(text)]
    after = dict(zip(lines, lines[1:], strict=False))
    known = set(begins)
    for begin in begins:
        if after.get(begin) in known:
            yield from (begin, after[begin])


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text, each with where it begins."""
    begin = 0
    for line in text.split(BREAK):
        yield begin, line
        begin += len(line) + 1


def sentence_ends(reading: Reading) -> list[int]:
    """Return where the sentences of a text end, one beginning where the other ends.

    A row of a table is one; where the text is broken into lines of one length, as on paper, a
    sentence runs on over the ends of lines.
    """
    rows = set(_rows(reading.text))
    joined = _joined(reading)
    ends = {len(reading.text)}
    for begin, line in lines_of(reading.text):
        if begin not in rows:
            ends |= {begin + match.end() for match in _END.finditer(line)}
        if begin + len(line) not in joined:
            ends.add(min(begin + len(line) + 1, len(reading.text)))
    return sorted(ends - {0})


def _joined(reading: Reading) -> set[int]:
    """Return the ends of lines over which a sentence runs on."""
    text = reading.text
    if not any(BREAK in text[m.begin : m.end] for m in reading.marks if m.layer in _NAMES):
        return set()
    heads = {line_begin(text, part.begin) for part in reading.parts}
    lines = list(lines_of(text))
    lengths = sorted(len(line.rstrip()) for _, line in lines)
    full = lengths[len(lengths) * 9 // 10] * _FULL
    return {
        begin + len(line)
        for (begin, line), (after, below) in zip(lines, lines[1:], strict=False)
        if len(line.rstrip()) >= full and after not in heads and _runs_on(line.rstrip(), below)
    }


def _runs_on(line: str, below: str) -> bool:
    return not line.endswith(tuple(_ENDS)) and bool(below) and not below.startswith(_INDENT)


_NAMES = frozenset({"Agency", "Program", "Document", "Region"})
