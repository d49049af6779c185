"""Names of the type Program: the cases of cases/programs.yml and the examples of the data files."""

from __future__ import annotations

import re

import pytest
from casebook import Case, cases, mentions_in

from kg.extract.program_labels import find_labels
from kg.extract.program_names import find_names
from kg.extract.program_words import KINDS, LABEL_KINDS, heads, kind_of_name
from kg.vocabulary import gazetteer, rows

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
    assert kind_of_name("一网通办") == "Platform"
    assert kind_of_name("四不两直") == "PolicyInstrument"
