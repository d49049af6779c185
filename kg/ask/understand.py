"""A question in Chinese to a template with its slots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kg.ask.model import Circumstances, Match, Named, Template
from kg.ask.moments import moments
from kg.ask.names import named, plain
from kg.ask.wording import Pattern, one_of, patterns, templates, words
from kg.errors import QuestionError
from kg.store import Store

LONGEST = 200  # characters of a question
# Names are held out of the matching by a character each, so that no word of theirs asks.
_FIRST_TOKEN = 0xE000
_TITLE = re.compile("《([^《》]{1,150})》")
_END = re.compile(f"(?:{one_of('end')}|[?。!,;~ ])+$")
_BETWEEN_PLACES = re.compile(" [和与跟同、,及比]?(?= )")
_HAN = re.compile("[\u4e00-\u9fff]")
# What a name of each kind may fill.
_FITS = {
    "agency": ("Agency",),
    "other": ("Agency",),
    "document": ("PolicyDocument",),
    "thing": ("Agency", "PolicyDocument", "Program"),
    "more": (),
    "topic": ("Program", "Agency", "PolicyDocument"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is read: what narrows it, and the rest to be matched."""

    text: str
    rest: str
    names: tuple[Named, ...]
    circumstances: Circumstances


def read(store: Store, question: str, today: str) -> Asked:
    """Give a question with its names, years and places told apart; raise what cannot be one."""
    text = _checked(question)
    spans = _titled(text, named(store, text, question))
    rest, kept = _held_out(text, spans)
    rest, found = moments(rest, today)
    rest, found = _without_places(rest, kept, found)
    return Asked(text, re.sub(" +", " ", rest), tuple(kept), found)


def _checked(question: str) -> str:
    if len(question) > LONGEST:
        raise QuestionError(f"问题有 {len(question):,} 个字，最多 {LONGEST} 个字：请缩短")
    text = re.sub(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])", "", plain(question))
    text = "".join(c for c in text if c.isprintable() and not "\ue000" <= c <= "\uf8ff")
    text = _END.sub("", re.sub(f"^(?:{one_of('polite')}|[,:])+", "", text))
    if not _HAN.search(text):
        raise QuestionError("kg ask reads questions in Chinese, as: 2022年哪些县提出新增学位目标？")
    return text


def _titled(text: str, found: Iterable[Named]) -> Iterator[Named]:
    """Yield what is named, titles in 《》 whole."""
    titles = [(match.start(), match.end(), match[1]) for match in _TITLE.finditer(text)]
    inside: dict[int, Named] = {}
    for name in found:
        index = next((i for i, t in enumerate(titles) if t[0] < name.begin < t[1]), -1)
        if index < 0:
            yield name
        elif name.kind == "PolicyDocument" and name.text == titles[index][2]:
            inside[index] = name
    for index, (begin, end, title) in enumerate(titles):
        things = inside[index].things if index in inside else ()
        yield Named("PolicyDocument", title, begin, end, things)


def _held_out(text: str, spans: Iterable[Named]) -> tuple[str, list[Named]]:
    kept = sorted(spans, key=lambda one: one.begin)
    rest, position = "", 0
    for index, name in enumerate(kept):
        rest += text[position : name.begin] + chr(_FIRST_TOKEN + index)
        position = name.end
    return rest + text[position:], kept


def _without_places(
    rest: str, kept: list[Named], found: Circumstances
) -> tuple[str, Circumstances]:
    """Take the places out; of 江西省云陵市青禾县 the last is meant."""
    places: list[Named] = []
    previous = -2
    for index, character in enumerate(rest):
        name = _token(character, kept)
        if name is None or name.kind != "Region":
            continue
        if previous == index - 1 and places:
            places.pop()
        places.append(name)
        previous = index
    for name in places:
        if len(name.things) > 1:
            raise QuestionError(_several(name.text, name.things))
    rest = "".join(
        " " if (one := _token(c, kept)) is not None and one.kind == "Region" else c for c in rest
    )
    rest = _BETWEEN_PLACES.sub("", rest)
    rest = re.sub(one_of("general"), " ", rest)
    if not places:
        return rest, found
    unique = tuple(dict.fromkeys(name.things[0] for name in places))
    written = (*found.written, ("地方", "、".join(name for _, name in unique)))
    return rest, replace(found, places=unique, written=written)


def _several(text: str, things: Iterable[tuple[str, str]]) -> str:
    listed = [f"{name}（{iri.partition('/id/')[2] or iri}）" for iri, name in things]
    shown = "、".join(listed[:8]) + (f" 等 {len(listed)} 个" if len(listed) > 8 else "")
    return f"“{text}”可以指 {shown}：请写全名"


def _token(character: str, kept: list[Named]) -> Named | None:
    index = ord(character) - _FIRST_TOKEN
    return kept[index] if 0 <= index < len(kept) else None


def match(asked: Asked) -> Match | None:
    """Give the template that fits best: that leaves the fewest characters unknown."""
    found = [one for pattern in patterns() for one in _matches(pattern, asked)]
    # min takes the first of equals, so the order of the table decides.
    return min(found, key=lambda one: one.cost, default=None)


def _matches(pattern: Pattern, asked: Asked) -> Iterator[Match]:
    template = templates()[pattern.template]
    if not all(needed.search(asked.rest) for needed in pattern.needed):
        return
    found = pattern.expression.fullmatch(asked.rest)
    if found is None or not _allowed(template, asked.circumstances, "level" in found.groupdict()):
        return
    slots, kinds, cost = {}, {}, 0
    for slot, text in found.groupdict().items():
        if slot == "level":
            continue
        stripped = text.strip(" 的在和与、,对于了")
        if not stripped:
            return
        name = _token(stripped, list(asked.names)) if len(stripped) == 1 else None
        if name is not None and name.kind not in _FITS[slot]:
            return
        if name is not None:
            kinds[slot] = name
        cost += _cost(slot, stripped, name)
        slots[slot] = _written(stripped, asked.names)
    level = found.groupdict().get("level")
    levels = tuple(words("level")[level].split("|")) if level else ()
    yield Match(pattern.template, slots, kinds, levels, cost)


def _cost(slot: str, text: str, name: Named | None) -> int:
    if name is not None:
        # A topic is rather an indicator or a task than an agency or a document.
        return 0 if slot != "topic" or name.kind == "Program" else 3
    return len(text) + (4 if slot in ("agency", "other", "document") else 0)


def _written(text: str, names: tuple[Named, ...]) -> str:
    """Give what a slot holds as the question writes it."""
    listed = list(names)
    return "".join(
        name.text if (name := _token(c, listed)) is not None else c for c in text
    ).replace(" ", "")


def _allowed(template: Template, found: Circumstances, level: bool) -> bool:
    """Tell whether a template takes all that narrows the question, and has what it needs."""
    given = {
        slot
        for slot, value in (
            ("year", found.years),
            ("date", found.until),
            ("figure", found.least or found.most),
            ("every", found.every),
            ("place", found.places),
            ("level", level),
        )
        if value
    }
    several = len(found.places) > 1
    taken = set(template.takes) | ({"place"} if "places" in template.takes else set())
    needed = template.needs - {"places"}
    return given <= taken and needed <= given and ("places" not in template.needs or several)
