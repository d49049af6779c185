"""A question under its template to rows: names resolved, the saved query filled in and run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kg.ask.filled import filled
from kg.ask.model import Match
from kg.ask.names import indicators, lookup, plain
from kg.ask.shapes import LEVELS, names_of, once
from kg.ask.understand import Asked
from kg.ask.wording import templates, words
from kg.errors import QuestionError
from kg.reports.report import Row
from kg.store import Store

CHOICES = 8  # names that are offered where one is ambiguous
Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer before it is laid out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    told: str
    sparql: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Case:
    """A question that is being answered; `values` and `understood` grow as names are resolved."""

    store: Store
    asked: Asked
    match: Match
    values: dict[str, str | Sequence[str]] = field(default_factory=dict)
    understood: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    place_used: bool = False  # the place was part of an agency's name

    def run(self, query: str = "") -> tuple[Rows, str]:
        """Run the template's query, or another one; give its rows and its text."""
        text = filled(query or templates()[self.match.template].query, self.values)
        return self.store.select(text), text

    # -- what narrows every question ----------------------------------------------------------

    def narrow(self, *, inside: bool = False) -> None:
        """Set place, level and year; `inside` takes in what lies in the place."""
        found = self.asked.circumstances
        if found.years:
            self.values["year"] = list(found.years)
        if self.match.levels:
            self.values["level"] = "|".join(self.match.levels)
            told = "、".join(LEVELS[level] for level in self.match.levels)
            self.understood.append(("级别", told))
        if found.places and not self.place_used:
            self.values["place"] = "|".join(self._regions(inside=inside))

    def _regions(self, *, inside: bool) -> list[str]:
        iris = [iri for iri, _ in self.asked.circumstances.places]
        if not inside:
            return iris
        held = [
            row["region"]
            for iri in iris
            for row in self.store.select(filled("ask-inside", {"outer": iri}))
        ]
        return list(dict.fromkeys(held)) or iris

    # -- slots --------------------------------------------------------------------------------

    def topic(self) -> str:
        """Give what a question is about; of 新增多少学位 both parts."""
        return self.match.slots["topic"] + self.match.slots.get("more", "")

    def shorter(self, topic: str) -> str:
        """Give a topic without a general word at its end: 建强教师队伍工作 → 建强教师队伍."""
        for word in words("tail"):
            if topic.endswith(word) and len(topic) > len(word) + 1:
                return topic[: -len(word)]
        return topic

    def indicator(self) -> str:
        """Set which indicators a question is about; give how they are told."""
        topic = self.topic()
        for wanted in dict.fromkeys((topic, self.shorter(topic))):
            same, others = indicators(self.store, wanted)
            if same:
                self.values["named"] = "|".join(same)
                self._mention_others(wanted, others)
            if same or others:
                self.values["words"] = wanted
                self._understand_indicator(wanted, same)
                return wanted
        self.values["words"] = topic
        self.understood.append(("指标", f"“{topic}”（图谱中没有这个指标）"))
        rows = self.store.select(filled("ask-names", {"question": topic}))
        inside = {row["name"] for row in rows if row["kind"] == "Indicator"}
        if inside:
            nearest = max(sorted(inside), key=len)
            self.notes.append(f"没有指标叫“{topic}”，其中的“{nearest}”是一个指标，可以只问它")
        return topic

    def _understand_indicator(self, wanted: str, same: tuple[str, ...]) -> None:
        narrower = [name for name in same if plain(name) != plain(wanted)]
        below = f"（含下位指标{'、'.join(narrower[:CHOICES])}）" if narrower else ""
        told = f"“{wanted}”{below}" if same else f"名称中有“{wanted}”的指标"
        self.understood.append(("指标", told))

    def _mention_others(self, wanted: str, others: tuple[str, ...]) -> None:
        if others:
            shown = "、".join(others[:CHOICES])
            more = f" 等 {len(others)} 个" if len(others) > CHOICES else ""
            self.notes.append(f"名称中有“{wanted}”的其他指标没有计入：{shown}{more}")

    def agency(self, slot: str = "agency") -> str:
        """Set which agency a question is about; give its name."""
        things = self._agencies(slot)
        if len(things) > 1:
            raise QuestionError(ambiguous(self.match.slots[slot], things))
        ((iri, name),) = things
        self.values[slot] = iri
        self.understood.append(("机构", name))
        return name

    def _agencies(self, slot: str) -> tuple[tuple[str, str], ...]:
        if slot in self.match.kinds:
            return self.match.kinds[slot].things
        text = self.match.slots[slot]
        for find in (self._with_place, self._by_label, self._by_anchor):
            things = find(text)
            if things:
                return things
        raise QuestionError(
            f"图谱中没有叫“{text}”的机构：请写全称，或用 kg query --name agencies 查看"
        )

    def _with_place(self, text: str) -> tuple[tuple[str, str], ...]:
        for _, place in self.asked.circumstances.places:
            things = lookup(self.store, "Agency", place + text)
            if things:
                self.place_used = True
                return things
        return ()

    def _by_label(self, text: str) -> tuple[tuple[str, str], ...]:
        return self._of_place(lookup(self.store, "Agency", text))

    def _by_anchor(self, text: str) -> tuple[tuple[str, str], ...]:
        """Give the agencies that texts call so: 县残联."""
        rows = self.store.select(filled("ask-anchors", {"words": text}))
        same = [row for row in rows if row["anchor"] == text] or rows
        return self._of_place(tuple(sorted({(row["node"], row["name"]) for row in same})))

    def _of_place(self, things: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        places = [name for _, name in self.asked.circumstances.places]
        if not places:
            return things
        found = tuple(one for one in things if any(place in one[1] for place in places))
        self.place_used = bool(found)
        return found

    def document(self, parameter: str, *, slot: str = "document") -> str:
        """Set which document a question is about; give its title."""
        text = self.match.slots[slot]
        name = self.match.kinds.get(slot)
        things = name.things if name else ()
        things = things or lookup(self.store, "PolicyDocument", text)
        titles = {plain(title) for _, title in things}
        if not things:
            raise QuestionError(f"既没有收录、也没有文件引用《{text}》：请核对标题")
        if len(titles) > 1:
            raise QuestionError(ambiguous(text, things))
        iris = [iri for iri, _ in things]
        self.values[parameter] = iris if parameter == "document" else "|".join(iris)
        self.understood.append(("文件", f"《{things[0][1]}》"))
        return things[0][1]

    # -- what is held -------------------------------------------------------------------------

    def held(self) -> str:
        """Tell among which documents was looked: an empty answer is one about these alone."""
        kept = {k: v for k, v in self.values.items() if k in ("place", "level", "year")}
        rows = once(self.store.select(filled("ask-documents", kept)), "policy")
        if not rows:
            return "图谱没有收录符合条件的文件，不能说明有还是没有"
        places = names_of(rows)
        where = f"，涉及{places}" if places else ""
        among = "、".join(self.conditions()) or "全部"
        told = f"在收录的 {len(rows)} 份文件中没有找到（{among}{where}）"
        unknown = next((text for _, text in self.understood if text.endswith("没有这个指标）")), "")
        return f"{unknown}；{told}" if unknown else told

    def conditions(self) -> list[str]:
        """Give what narrows the question, to be told."""
        return [text for name, text in self.asked.circumstances.written if name != "期限"]


def ambiguous(text: str, things: Sequence[tuple[str, str]]) -> str:
    """Say that a name may mean several things."""
    names = list(dict.fromkeys(name for _, name in things))
    if len(names) == 1:
        names = [iri.partition("/id/")[2] or iri for iri, _ in things]
    shown = "、".join(names[:CHOICES]) + (f" 等 {len(names)} 个" if len(names) > CHOICES else "")
    return f"“{text}”可以指 {shown}：请写全称"


Answering = Callable[[Case], Told]
