"""Names of the type Program: the cases of cases/programs.yml and the examples of the data files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from casebook import ROOT, Case, cases, mentions_in
from hypothesis import given
from hypothesis import strategies as st

from kg.extract import programs
from kg.extract.program_labels import find_labels
from kg.extract.program_names import PLACE, find_names, place_end
from kg.extract.program_words import KINDS, LABEL_KINDS, head_at, head_of, heads, kind_of_name
from kg.extract.programs import find_programs
from kg.models import Outline
from kg.read import read
from kg.structure import structure
from kg.structure.mend import mend
from kg.vocabulary import gazetteer, regions, rows

VERBS = {
    "initiative": "实施",
    "policy": "推行",
    "designation": "获评",
    "platform": "依托",
    "event": "举办",
}


def names(text: str) -> list[str]:
    """Return the texts that the extractors of programmes read in a sentence."""
    return [mention.text for mention in (*find_labels(text), *find_names(text))]


@pytest.mark.parametrize("case", cases("programs"))
def test_programs_named(case: Case) -> None:
    assert mentions_in(case, "Program") == list(case.found)


def test_a_programme_has_one_kind_in_every_text() -> None:
    kinds: dict[str, set[str]] = {}
    for parameters in cases("programs"):
        for reading in parameters.values[0].found:
            name, kind = re.findall(r" → (.+) \[(\w+)\]$", reading)[0]
            kinds.setdefault(name, set()).add(kind)
    assert len(kinds) > 100
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


@pytest.mark.parametrize("label", ["青禾伴读", "青禾大讲堂", "35青禾", "三青四禾"])
def test_what_stands_around_a_label_does_not_change_its_kind(label: str) -> None:
    around = [
        "推广“{}”做法。",
        "开展“{}”“渔娃讲堂”等活动。",
        "建设“{}”等平台。",
        "开展“{}”活动。",
        "打造“{}”品牌。",
    ]
    found = [m for text in around for m in find_labels(text.format(label)) if m.name == label]
    assert len(found) >= 2
    assert {mention.kind for mention in found} == {kind_of_name(label)}


@pytest.mark.parametrize("row", list(rows("program_heads.tsv")), ids=lambda row: row["head"])
def test_heads_are_read_in_their_examples(row: dict[str, str]) -> None:
    found = " ".join(names(f"{VERBS[row['kind']]}{row['example']}。"))
    head = row["head"].removesuffix("*")
    if row["quoted"] == row["unquoted"] == "no":
        assert head not in found
    elif row["quoted"] == "label" and row["unquoted"] == "no":
        assert re.findall("“(.+?)”", row["example"])[0] in found
    else:
        assert head in found


@pytest.mark.parametrize(
    "row", list(rows("quoted_labels.tsv")), ids=lambda row: row["side"] + row["cue"]
)
def test_cues_decide_over_their_examples(row: dict[str, str]) -> None:
    assert row["cue"] in row["example"]
    assert not row["side"].startswith("not-") or names(row["example"]) == []


@pytest.mark.parametrize(
    "row", list(rows("program_words.tsv")), ids=lambda row: row["role"] + row["word"]
)
def test_words_stand_in_their_examples(row: dict[str, str]) -> None:
    assert row["word"] in row["example"]
    found = names(row["example"])
    if row["role"] in ("award", "run"):
        assert found
    if row["role"] in ("governor", "soft"):
        assert all(row["word"] not in name for name in found)


def test_bearers_make_heads_of_titles() -> None:
    for row in rows("program_bearers.tsv"):
        assert "示范" + row["bearer"] in heads()


def test_kind_is_told_by_the_name_alone() -> None:
    known = {term.label: term.kind for term in gazetteer("programs.ttl")}
    assert set(KINDS.values()) >= {kind for kind, _ in LABEL_KINDS} | set(known.values())
    assert kind_of_name("云岭英才培养计划") == "Initiative"
    assert kind_of_name("云陵市平安校园示范区") == "Designation"
    assert kind_of_name("青快办") == "Platform"
    assert kind_of_name("青江两岸通办") == "PolicyInstrument"
    assert kind_of_name("青江国家文化公园（云陵段）") == "Designation"
    assert kind_of_name("平安云南") == "Initiative"  # what a place makes of itself
    assert kind_of_name("平安校园") == "Designation"
    assert kind_of_name("四不两直") == "PolicyInstrument"


def test_a_list_shares_all_its_levels() -> None:
    found = find_names("对获得国家、省、市企业技术中心、工业设计中心的工厂给予补助。")
    assert [one.name for one in found][:2] == [
        "国家、省、市企业技术中心",
        "国家、省、市工业设计中心",
    ]


# -- the fast way and the plain one ----------------------------------------------------------


@given(st.text("国家级重点实验室示范区计划工程试点“”云a", max_size=12), st.integers(0, 12))
def test_heads_are_the_longest(text: str, at: int) -> None:
    beginning = [head for head in heads() if text.startswith(head, at)]
    ending = [head for head in heads() if text.endswith(head)]
    assert head_at(text, at) == max(beginning, key=len, default=None)
    assert head_of(text) == max(ending, key=len, default=None)


@given(
    st.sampled_from(sorted(regions().by_name)[::97] + sorted(regions().by_short)[::97]),
    st.integers(1, 9),
    st.text("市县区云陵建设", max_size=4),
    st.booleans(),
)
def test_a_place_ends_where_the_longest_one_does(
    name: str, kept: int, rest: str, short: bool
) -> None:
    text = name[:kept] + rest
    known = {*regions().by_name, *(regions().by_short if short else ())}
    sizes = range(2, min(8, len(text)) + 1)
    longest = max((size for size in sizes if text[:size] in known), default=0)
    suffix = PLACE.match(text)
    assert place_end(text, short) == (longest or (suffix.end() if suffix is not None else 0))


class Everywhere:
    """All of a document: nothing in it is passed over."""

    def meets(self, begin: int, end: int) -> bool:
        """Say so of each sentence."""
        return True


def outlines() -> Iterator[Outline]:
    for file in sorted((ROOT / "examples").glob("*.txt"))[::2]:
        yield structure(mend(read(file.read_bytes(), [file.name])).source)


def test_what_is_passed_over_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = list(outlines())
    found = [list(find_programs(outline, None)) for outline in documents]
    monkeypatch.setattr(programs, "_places", lambda *_: Everywhere())
    assert [list(find_programs(outline, None)) for outline in documents] == found
    assert sum(map(len, found)) > 50


def test_shorter_names_are_found_in_the_order_in_which_they_are_given() -> None:
    given_names = ("云渚通", "凤栖办", "青禾达", "镇海帮", "澄岭行", "临枫快")
    said = "".join(f"建设“{name}便民”平台（以下简称{name}）。" for name in given_names)
    used = "".join(f"用好{name}。" for name in reversed(given_names))
    outline = structure(read(f"云陵市关于做好工作的通知\n{said}{used}\n".encode(), ["a.txt"]))
    short = [m.text for m in find_programs(outline, None) if m.rule == "program.short"]
    assert list(dict.fromkeys(short)) == list(given_names)
