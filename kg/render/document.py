"""An inspection to one self-contained HTML page: what was found beside the text as read.

All is written here and there without script; the script adds jumping, switching and the card.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from markupsafe import Markup

from kg.inspect.report import Inspection, Part, Spot, visible
from kg.models import DIGEST
from kg.page import write_page
from kg.page.words import in_both, words_of
from kg.render.marked import LAYERS, UNSEEN, Mark, find_marks, safe, spots_of, write_text

__all__ = ["page_name", "render_document", "render_index"]

OPEN = ("profile", "figure", "duty", "promise")  # the lists that are open when the page opens
AROUND = 22  # characters of a sentence shown on either side of a place
LONGEST = 80  # characters of a value in a list
FIRST = 12  # rows of a list that are shown before the others are asked for


def page_name(sha256: str) -> str:
    """Return what the page of a source is called in a folder of pages: as its IRI ends."""
    return f"{sha256[:DIGEST]}.html"


def render_document(seen: Inspection, index: str = "") -> str:
    """Return the page of one document; `index` is the page beside it that lists it."""
    marks = find_marks(seen)
    back = f'<a id="back" href="{index}">← {_bilingual("index-page")}</a>' if index else ""
    return write_page(
        "render/document.html",
        title=_title(seen).translate(UNSEEN),
        styles=("render/document.css",),
        scripts=("render/places.js", "render/document.js"),
        data={"data": {"marks": [_row(mark) for mark in marks], "words": _words()}},
        back=Markup(back),
        verdict=Markup(_verdict(seen)),
        legend=Markup("\n".join(_legend(marks))),
        panel=Markup("\n".join(_panel(seen))),
        text=Markup("\n".join(write_text(seen, marks))),
    )


def render_index(pages: Sequence[Inspection]) -> str:
    """Return the page that lists the pages of a folder."""
    title = " ".join(words_of("interface")["documents-inspected"])
    return write_page(
        "render/documents.html",
        title=title,
        styles=("render/document.css",),
        head=Markup("".join(f"<th>{_bilingual(name)}</th>" for name in COLUMNS)),
        rows=Markup("\n".join(_index_row(seen) for seen in pages)),
        count=f"{len(pages):,}",
    )


def _title(seen: Inspection) -> str:
    stated = (one.value for one in seen.profile if one.name == "title")
    return next(stated, "") or ", ".join(seen.names)


def _row(mark: Mark) -> tuple[str | int, ...]:
    return mark.layer, mark.begin, mark.end, *(t.translate(UNSEEN) for t in (mark.means, mark.rule))


# -- words -----------------------------------------------------------------------------------


@cache
def _words() -> Mapping[str, Sequence[str]]:
    return {**words_of("classes"), **words_of("document")}


def _bilingual(name: str) -> str:
    """Return Chinese with its English subtitle; what has no words as it is."""
    chinese, english = _words().get(name, (name, ""))
    return in_both(chinese.translate(UNSEEN), english)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return safe(line if len(line) <= LONGEST else line[: LONGEST - 1] + "…")


def _link(begin: int | None, end: int | None, inner: str) -> str:
    """Return a link to a place in the text, or what it would say where there is none."""
    return inner if begin is None else f'<a href="#char={begin},{end}">{inner}</a>'


def _rule(rule: str) -> str:
    return f'<small class="rule">{safe(rule)}</small>' if rule else ""


# -- the head --------------------------------------------------------------------------------


def _verdict(seen: Inspection) -> str:
    reasons = _reasons(seen)
    state = f'<strong class="{seen.verdict.state}">{_bilingual(seen.verdict.state)}</strong>'
    name = f'<span class="name">{safe(", ".join(seen.names))}</span>'
    return f"{state} {safe(reasons)} {name}"


def _reasons(seen: Inspection) -> str:
    return "; ".join(dict.fromkeys((*seen.verdict.reasons, *seen.notes)))


def _legend(marks: Sequence[Mark]) -> Iterator[str]:
    counts = Counter(mark.layer for mark in marks)
    for layer in LAYERS:
        if counts[layer]:
            yield (
                f'<button type="button" aria-pressed="true" data-layer="{layer}">'
                f'<span class="{layer}">{_words()[layer][0]}</span> '
                f'<small><span class="en">{_words()[layer][1]}</span> {counts[layer]:,}</small>'
                "</button>"
            )


# -- the panel -------------------------------------------------------------------------------


def _panel(seen: Inspection) -> Iterator[str]:
    yield _file(seen)
    yield _list("profile", [_stated(*one) for one in _profile(seen)])
    yield _figures(seen)
    for layer, spots in spots_of(seen):
        kinds = Counter(spot.kind for spot in spots)
        yield _list(layer, [_spot(spot, several=len(kinds) > 1) for spot in spots])
    yield _list("repair", [_repair(*one) for one in _repairs(seen)])
    yield _tree("outline", seen.outline)
    yield _list("fields", [_stated(*one) for one in _fields(seen)])
    yield _list("tables", list(_tables(seen)))
    yield _list("left-out", list(_left_out(seen)))
    for name, numbers in (("counts", seen.counts), ("rules", seen.rules)):
        rows = [f"{_bilingual(key)} <b>{number:,}</b>" for key, number in numbers.items()]
        yield _list(name, rows, whole=True)


def _file(seen: Inspection) -> str:
    pages = [("pages", f"{seen.pages:,}")] if seen.pages else []
    facts = [
        ("media-type", f"{seen.media_type}, {seen.encoding}"),
        ("characters", f"{seen.characters:,}"),
        *pages,
        ("sha256", seen.sha256[:DIGEST] + "…"),
        *([("url", seen.url)] if seen.url else []),
    ]
    rows = (f"<dt>{_bilingual(name)}</dt><dd>{safe(value)}</dd>" for name, value in facts)
    return f'<dl class="file">{"".join(rows)}</dl>'


def _list(name: str, rows: Sequence[str], *, whole: bool = False) -> str:
    """Return a list that can be folded, its rows beyond the first ones folded once more."""
    if not rows:
        return ""
    first = len(rows) if whole or len(rows) <= FIRST + 3 else FIRST
    items = "".join(f"<li>{row}</li>" for row in rows[:first])
    rest = "".join(f"<li>{row}</li>" for row in rows[first:])
    more = f"<details><summary>+ {len(rows) - first:,}</summary><ul>{rest}</ul></details>"
    return _folded(name, len(rows), f"<ul>{items}</ul>{more if rest else ''}")


def _folded(name: str, number: int, inner: str) -> str:
    opened = " open" if name in OPEN else ""
    head = f"{_bilingual(name)} <b>{number:,}</b>"
    return (
        f'<details id="list-{name}" class="list"{opened}>'
        f"<summary><h2>{head}</h2></summary>{inner}</details>"
    )


Stated = tuple[str, str, "int | None", "int | None", str]


def _profile(seen: Inspection) -> Iterator[Stated]:
    for one in seen.profile:
        yield one.name, one.value, one.begin, one.end, one.rule


def _fields(seen: Inspection) -> Iterator[Stated]:
    for one in seen.fields:
        yield one.name, one.value, one.begin, one.end, f"{'✓ ' if one.wins else ''}{one.rule}"


def _stated(name: str, value: str, begin: int | None, end: int | None, rule: str) -> str:
    said = _link(begin, end, _short(_words().get(value, (value,))[0]))
    return f'<span class="key">{_bilingual(name)}</span> {said} {_rule(rule)}'


def _figures(seen: Inspection) -> str:
    """Return how many of the figures were consumed, as words and as a bar."""
    figures = seen.figures
    if not figures.total:
        return ""
    said = f"{figures.consumed:,} / {figures.total:,} ({figures.share:.0%})"
    by = ", ".join(f"{_words().get(name, (name,))[0]} {n:,}" for name, n in figures.by.items())
    return (
        f'<p class="share">{_bilingual("consumed")} <b>{said}</b>'
        f'<meter min="0" max="1" value="{figures.share}">{said}</meter>'
        f"<small>{safe(by)}</small></p>"
    )


def _spot(spot: Spot, *, several: bool) -> str:
    at = spot.begin - spot.sentence_begin
    before, behind = spot.sentence[:at], spot.sentence[at + spot.end - spot.begin :]
    words = (
        ("…" if len(before) > AROUND else "")
        + f"{safe(before[-AROUND:])}<mark>{safe(spot.text)}</mark>{safe(behind[:AROUND])}"
        + ("…" if len(behind) > AROUND else "")
    )
    kind = f' <small class="kind">{_words()["spot:" + spot.kind][0]}</small>'
    return _link(spot.begin, spot.end, words) + (kind if several or spot.kind != "unread" else "")


def _repairs(seen: Inspection) -> Iterator[tuple[int, int, str, str, str]]:
    for one in seen.repairs:
        yield one.begin, one.end, one.original, one.reading, one.rule


def _repair(begin: int, end: int, original: str, reading: str, rule: str) -> str:
    read = f"<ins>{_short(visible(reading))}</ins>" if reading else "∅"
    words = f"<del>{_short(visible(original))}</del> → {read}"
    return f"{_link(begin, end, words)} {_rule(rule)}"


def _tree(name: str, parts: Sequence[Part]) -> str:
    if not parts:
        return ""
    return _folded(name, sum(1 for _ in _flat(parts)), _branch(parts))


def _flat(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from _flat(part.parts)


def _branch(parts: Sequence[Part]) -> str:
    rows = (f"<li>{_part(part)}{_branch(part.parts)}</li>" for part in parts)
    return f'<ul class="tree">{"".join(rows)}</ul>' if parts else ""


def _part(part: Part) -> str:
    counts = (
        ("Agency", part.mentions, "mentions"),
        ("Target", part.targets, "Target"),
        ("Responsibility", part.responsibilities, "Responsibility"),
    )
    inside = "".join(
        f'<small class="count {layer}" title="{_words()[name][0]} {_words()[name][1]}">{n}</small>'
        for layer, n, name in counts
        if n
    )
    words = f'<span class="number">{safe(part.number)}</span> {_short(part.title)}'
    link = _link(part.begin, part.begin + max(1, len(part.number)), words)
    return f'<span class="part {part.kind}">{link} {inside}</span>'


def _tables(seen: Inspection) -> Iterator[str]:
    for one in seen.tables:
        size = f"{one.rows} × {one.columns}"
        head = _short(" | ".join(one.head))
        roles = " ".join(filter(None, (one.kind, *one.roles)))
        link = _link(one.begin, one.end, f"{size} {head}")
        yield f"{link} <b>{one.facts:,}</b> {_rule(roles)}"


def _left_out(seen: Inspection) -> Iterator[str]:
    for one in seen.left_out:
        yield f"{_link(one.begin, one.end, _short(one.text))} {_rule(one.rule)}"


# -- the list of pages -------------------------------------------------------------------------

COLUMNS = (
    *("verdict", "title", "issuer", "issued", "characters", "Task", "Target", "Responsibility"),
    *("consumed", "duty", "promise", "reasons"),
)


def _index_row(seen: Inspection) -> str:
    known = {one.name: one.value for one in reversed(seen.profile)}
    numbers: Iterable[object] = (
        f"{seen.characters:,}",
        *(f"{seen.counts.get(name, 0):,}" for name in ("Task", "Target", "Responsibility")),
        f"{seen.figures.share:.0%}",
        *(f"{len(spots):,}" for spots in (seen.duties, seen.promises)),
    )
    state = seen.verdict.state
    link = f'<a href="{page_name(seen.sha256)}">{_short(_title(seen))}</a>'
    files = f"<br><small>{safe(', '.join(seen.names))}</small>"
    cells = [
        f'<td><strong class="{state}">{_words()[state][0]}</strong></td>',
        f"<td>{link}{files}</td>",
        *(f"<td>{_short(known.get(name, ''))}</td>" for name in ("issuer", "issued")),
        *(f'<td class="number">{number}</td>' for number in numbers),
        f"<td>{safe(_reasons(seen))}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"
