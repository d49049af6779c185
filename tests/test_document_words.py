"""The words of document names: each is read as its table says, shown by its example."""

from __future__ import annotations

import pytest
from casebook import understood

from kg.extract.governors import verb_roles
from kg.extract.unmarked import find_unmarked, heads
from kg.vocabulary import rows

STANCES = {
    "draft": "plansToIssue",
    "issue": "plansToIssue",
    "revise": "revises",
    "apply": "implements",
    "name": "cites",
}


@pytest.mark.parametrize("row", list(rows("document_verbs.tsv")), ids=lambda row: row["verb"])
def test_every_verb_governs_the_title_of_its_example(row: dict[str, str]) -> None:
    place = "江西省云陵市人民政府关于做好2024年有关工作的通知\n"
    findings = understood(f"{place}{row['example']}。").findings
    stances = [c.stance for c in findings.citations]
    assert row["verb"] in row["example"]
    assert stances == [STANCES[verb_roles()[row["verb"]]]]


@pytest.mark.parametrize("row", list(rows("paper_heads.tsv")), ids=lambda row: row["head"])
def test_every_head_makes_a_name_of_its_example(row: dict[str, str]) -> None:
    (found,) = find_unmarked(row["example"])
    assert found.name.endswith(row["head"]) and row["example"].endswith(found.name)


@pytest.mark.parametrize("row", list(rows("near_verbs.tsv")), ids=lambda row: row["verb"])
def test_every_near_verb_governs_the_name_of_its_example(row: dict[str, str]) -> None:
    (found,) = find_unmarked(row["example"])
    assert row["example"].startswith(row["verb"] + found.name)


def test_heads_need_topics() -> None:
    assert [head for head in heads() if list(find_unmarked(f"制定{head}。"))] == []
