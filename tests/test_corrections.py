"""Corrections: read from any spreadsheet, applied at build, found again when a text has moved."""

# ruff: noqa: E501  # a line of corrections is read best on one line
from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from casebook import ROOT
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kg import amend, queries
from kg.build import BuildReport, build, default_extractor
from kg.cli import cli
from kg.correct import Text, anchor
from kg.correct.references import KINDS, reference
from kg.correct.table import COLUMNS, decode, line_of, parse
from kg.errors import CorrectionError, NotFoundError
from kg.export import export
from kg.models import Correction, Reading
from kg.pipeline import DEFAULT_BASE, understand
from kg.read import read
from kg.reports.compare import compare
from kg.reports.corrections import corrections as report
from kg.stamps import read_corrections
from kg.store import Store
from kg.vocabulary import gazetteer, rows, template
from kg.workers import DEFAULT_LIMITS

PLAN = """青禾县教育局2023年工作要点
青教发〔2023〕6号
一、扩大资源
1.增加学位。贯彻《云陵市教育规划》，实施春芽工程，年底前新增学位500个，改造厕所20个。（牵头单位：县财政局；配合单位：团县委）
2.关爱学生。落实《云陵市关爱办法》，县教育局每月走访学生20名，县民政局每季度走访学生20名。
青禾县教育局
2023年2月17日
"""
CITY = """云陵市教育局2023年工作要点
一、扩大资源
1.增加学位。实施春芽工程，年底前新增学位900个。（牵头单位：市财政局）
2.加强督导。会同青禾县财政局开展督导4次。
云陵市教育局
2023年1月9日
"""
OTHER = """枫渚县林业局2023年工作要点
1.植树造林。年底前造林300亩。
枫渚县林业局
2023年3月2日
"""
HEADING = "\t".join(COLUMNS)


def table(
    *lines: str, columns: str = "action what value document quote context who when why"
) -> str:
    """Write a file of corrections; cells of a line are parted by |."""
    return "\n".join(["\t".join(columns.split()), *(one.replace("|", "\t") for one in lines)])


def corrections(*lines: str) -> tuple[Correction, ...]:
    found = parse(table(*lines))
    assert not found.faults, found.faults
    return found.corrections


def reading(text: str, rows: Sequence[Correction] = (), name: str = "plan.txt") -> Reading:
    return understand(read(text.encode(), [name]), rows)


def said(one: Reading) -> set[str]:
    """Say what a reading holds, in a line each."""
    findings, text = one.findings, one.outline.source.text
    named = [entity.name if entity else "?" for entity in one.entities]
    lines = {
        f"{text[m.begin : m.end]} → {name} [{m.type}]"
        for m, name in zip(findings.mentions, named, strict=True)
    }
    for t in findings.targets:
        value = f"{t.low}-{t.high}" if t.low is not None else t.value
        program = f", of {named[t.program]}" if t.program is not None else ""
        lines.add(f"target {t.indicator} {t.comparator} {value} {t.unit}, by {t.due}{program}")
    for r in findings.responsibilities:
        who = named[r.agency] if r.agency >= 0 else "(issuer)"
        lines.add(f"{one.outline.tasks[r.task].number} {who} {r.role} {r.basis}")
    lines |= {f"{named[c.cited]} {c.stance}" for c in findings.citations}
    lines |= {f"task {one.outline.tasks[d.task].number} by {d.due}" for d in findings.deadlines}
    return lines


# -- what each action does ---------------------------------------------------------------------

SEATS = "target 新增学位 Exactly 500 个, by 2023-12-31"


@pytest.mark.parametrize(
    ("lines", "gone", "come"),
    [
        pytest.param(
            ["same|青禾县财政局|agency/青禾县发展和改革委员会"],
            ["县财政局 → 青禾县财政局 [Agency]", "1 青禾县财政局 Lead Explicit"],
            [
                "县财政局 → 青禾县发展和改革委员会 [Agency]",
                "1 青禾县发展和改革委员会 Lead Explicit",
            ],
            id="same",
        ),
        pytest.param(
            [
                "same|agency/青禾县财政局|agency/青禾县甲局",
                "same|agency/青禾县甲局|agency/青禾县乙局",
            ],
            ["县财政局 → 青禾县财政局 [Agency]", "1 青禾县财政局 Lead Explicit"],
            ["县财政局 → 青禾县乙局 [Agency]", "1 青禾县乙局 Lead Explicit"],
            id="a chain of two",
        ),
        pytest.param(
            ["same|县民政局|agency/云陵市民政局|plan.txt"],
            ["县民政局 → 青禾县民政局 [Agency]"],
            ["县民政局 → 云陵市民政局 [Agency]"],
            id="words as written, in one document",
        ),
        pytest.param(
            ["different|县民政局|agency/青禾县民政局"],
            ["县民政局 → 青禾县民政局 [Agency]"],
            ["县民政局 → 县民政局 [Agency]"],
            id="different",
        ),
        pytest.param(
            ["different|县民政局|agency/青禾县民政局", "same|县民政局|agency/云陵市民政局"],
            ["县民政局 → 青禾县民政局 [Agency]"],
            ["县民政局 → 云陵市民政局 [Agency]"],
            id="different, and what it is",
        ),
        pytest.param(
            ["not|青禾县财政局"],
            ["县财政局 → 青禾县财政局 [Agency]", "1 青禾县财政局 Lead Explicit"],
            [],
            id="not: with what hangs on it",
        ),
        pytest.param(
            ["not|target||plan.txt|每月走访学生20"],
            ["target 走访学生 Exactly 20 名, by "],
            [],
            id="not: a target that reaches on behind the words",
        ),
        pytest.param(["not|target||plan.txt|新增学位500个"], [SEATS], [], id="not: a target"),
        pytest.param(
            ["not|responsibility||plan.txt|配合单位：团县委"],
            ["1 共青团青禾县委员会 Support Explicit"],
            [],
            id="not: a responsibility",
        ),
        pytest.param(
            ["not|citation||青禾县教育局2023年工作要点|《云陵市教育规划》"],
            ["云陵市教育规划 implements"],
            [],
            id="not: a citation, of the document of that title",
        ),
        pytest.param(
            ["not|mention||plan.txt|春芽工程"],
            ["春芽工程 → 春芽工程 [Program]"],
            [],
            id="not: a mention",
        ),
        pytest.param(
            ["value|target|value=600|plan.txt|新增学位500个"],
            [SEATS],
            ["target 新增学位 Exactly 600 个, by 2023-12-31"],
            id="value: a figure",
        ),
        pytest.param(
            ["value|target|min=0.5万; max=0.6万；unit=座; due=2024|plan.txt|新增学位500个"],
            [SEATS],
            ["target 新增学位 Between 5000.0-6000.0 座, by 2024"],
            id="value: a range",
        ),
        pytest.param(
            ["value|responsibility|role=Lead|plan.txt|团县委"],
            ["1 共青团青禾县委员会 Support Explicit"],
            ["1 共青团青禾县委员会 Lead Explicit"],
            id="value: a role",
        ),
        pytest.param(
            ["value|citation|stance=revises|plan.txt|《云陵市教育规划》"],
            ["云陵市教育规划 implements"],
            ["云陵市教育规划 revises"],
            id="value: a stance",
        ),
        pytest.param(
            [
                "missing|target|indicator=走访; value=20; unit=户; comparator=≥|plan.txt|实施春芽工程"
            ],
            [],
            ["target 走访 AtLeast 20 户, by "],
            id="missing: a target",
        ),
        pytest.param(
            [
                "missing|responsibility|agency=agency/青禾县民政局; role=Support|plan.txt|增加学位。贯彻"
            ],
            [],
            ["1 青禾县民政局 Support Explicit"],
            id="missing: who answers, named elsewhere in the paper",
        ),
        pytest.param(
            ["missing|Designation|program/春芽学校|plan.txt|学位"],
            [],
            [],
            id="several places: none is guessed",
        ),
        pytest.param(
            ["missing|Designation|program/春芽学校|plan.txt|关爱学生"],
            [],
            ["关爱学生 → 春芽学校 [Program]"],
            id="missing: a mention",
        ),
        pytest.param(
            ["missing|GovernmentBody|教育部|plan.txt|关爱学生"],
            [],
            ["关爱学生 → 中华人民共和国教育部 [Agency]"],
            id="missing: a mention of a body of the gazetteer",
        ),
        pytest.param(
            ["missing|deadline|due=2023-06-30|plan.txt|县教育局每月走访"],
            [],
            ["task 2 by 2023-06-30"],
            id="missing: a deadline",
        ),
        pytest.param(["unsure|青禾县财政局|青禾县民政局"], [], [], id="unsure changes nothing"),
        pytest.param(["same|财政局|agency/青禾县民政局"], [], [], id="a name that nothing has"),
        pytest.param(["not|青禾县财政局||other.txt"], [], [], id="another document's"),
    ],
)
def test_what_a_correction_does(lines: list[str], gone: list[str], come: list[str]) -> None:
    before, after = said(reading(PLAN)), said(reading(PLAN, corrections(*lines)))
    assert before - after == set(gone)
    assert after - before == set(come)


def test_kind() -> None:
    (entity,) = (e for e in reading(PLAN).entities if e and e.name == "春芽工程")
    assert entity.kind == "Initiative"
    after = reading(PLAN, corrections("kind|春芽工程|Program→Platform"))
    assert [e.kind for e in after.entities if e and e.name == "春芽工程"] == ["Platform"]
    assert {e.type for e in after.entities if e and e.name == "春芽工程"} == {"Program"}


def test_a_kind_of_another_type_lets_go_what_does_not_fit() -> None:
    after = reading(PLAN, corrections("kind|青禾县财政局|Platform"))
    assert "县财政局 → 青禾县财政局 [Program]" in said(after)
    assert not any("财政局 Lead" in line for line in said(after))


def test_the_other_name_is_an_alias_wherever_the_body_is_described() -> None:
    rows = corrections("same|青禾县财局|agency/青禾县财政局")
    for text in (PLAN, CITY):
        (body,) = {e for e in reading(text, rows).entities if e and e.name == "青禾县财政局"}
        assert body.alternatives == ("青禾县财局",)


@given(st.permutations(range(7)))
def test_the_order_of_lines_does_not_matter(order: list[int]) -> None:
    lines = [
        "same|青禾县财政局|agency/青禾县甲局",
        "same|青禾县甲局|agency/青禾县乙局",
        "kind|agency/青禾县乙局|PublicInstitution",
        "not|target||plan.txt|改造厕所20个",
        "value|target|value=600|plan.txt|新增学位500个",
        "missing|target|indicator=走访; value=20; unit=户|plan.txt|实施春芽工程",
        "different|县民政局|agency/青禾县民政局",
    ]
    shuffled = reading(PLAN, corrections(*(lines[index] for index in order)))
    assert shuffled == reading(PLAN, corrections(*lines))


# -- words that are found again ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quote", "context", "occurrence", "found"),
    [
        ("甲。新增学位500个。乙", "新增学位500个", "", 0, "新增学位500个"),
        ("甲。新增学位 ５００\n个。乙", "新增学位500个", "", 0, "新增学位 ５００\n个"),
        ("甲。乙", "新增学位500个", "", 0, "the quoted words are not in the document"),
        ("甲乙，丙乙", "乙", "", 0, "the quoted words stand 2 times; give context or occurrence"),
        ("甲乙，丙乙", "乙", "", 2, "乙"),
        ("甲乙，丙乙", "乙", "", 3, "what stood around the quoted words has changed"),
        ("甲乙，丙乙", "乙", "丙乙", 0, "乙"),
        # The context has changed, but not next to the words.
        ("今年我县新增学位500个，甲", "500个", "全年我县新增学位500个。", 0, "500个"),
        # The same figure of something else is not taken for it.
        ("今年我县改造厕所500个，甲", "500个", "全年我县新增学位500个。", 0, "changed"),
        ("㎡ 新建5000㎡", "5000m2", "", 0, "5000㎡"),
        ("甲", " ", "", 0, "not in the document"),
    ],
)
def test_anchor(text: str, quote: str, context: str, occurrence: int, found: str) -> None:
    row = Correction("", "not", "target", "", "a.txt", quote, context, occurrence)
    where = anchor(Text(text), row)
    said = text[slice(*where.span)] if where.span else where.problem
    assert said == found or (where.span is None and said.endswith(found)) or found in said


@given(st.text(alphabet="甲乙 \n１1", max_size=12), st.text(alphabet="丙丁 ", max_size=9))
def test_words_that_stand_once_are_found_wherever_they_move(before: str, behind: str) -> None:
    row = Correction("", "not", "target", "", "a.txt", "新增学位500个")
    where = anchor(Text(f"{before}新增学位500个{behind}"), row)
    assert where.span == (len(before), len(before) + 8)


# -- the file ----------------------------------------------------------------------------------


def test_a_spreadsheet_writes_the_same() -> None:
    plain = table("value|target|value=600|a.txt|甲“乙”丙||我|2023-03-05|因为")
    wanted = parse(plain).corrections
    assert wanted[0].quote == "甲“乙”丙"
    spread = plain.replace("甲“乙”丙", '"甲“乙”丙"').replace("2023-03-05", "2023/3/5")
    spread = "# 说明\r\n" + spread.replace("\n", "\t\t\r\n") + "\t\t\r\n\t\t\t\r\n"
    for data in (spread.encode("utf-8-sig"), spread.encode("utf-16")):
        found = parse(decode(data))
        assert (found.corrections, found.faults) == (wanted, ())


def test_columns_may_stand_in_another_order_and_more_of_them() -> None:
    text = "Value\tnote\tWhat\tAction\nPlatform\t好\t甲\tkind"
    (found,) = parse(text).corrections
    assert (found.action, found.what, found.value, found.line) == ("kind", "甲", "Platform", 2)


def test_a_quotation_mark_that_is_open_takes_its_own_cell_alone() -> None:
    found = parse(table('not|"甲|', "not|乙"))
    assert [one.what for one in found.corrections] == ['"甲', "乙"]


TEXTS = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), max_size=12
)


@given(TEXTS, TEXTS, TEXTS)
def test_what_is_written_is_read(quote: str, why: str, who: str) -> None:
    row = table("value|target|value=600|a.txt|甲").split("\n")[0]
    one = Correction("", "value", "target", "value=600", "a.txt", quote + "甲", why=why, who=who)
    (found,) = parse(row + "\n" + line_of(one, row.split("\t"))).corrections
    assert (found.quote, found.why, found.who) == (one.quote, one.why, one.who)


def test_no_cell_is_a_formula() -> None:
    one = Correction("", "not", "mention", "", "a.txt", "=1+1", who="@x")
    line = line_of(one)
    assert "\t'=1+1\t" in line and "\t'@x\t" in line
    assert parse(f"{HEADING}\n{line}").corrections[0].quote == "=1+1"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("merge|甲|乙", "action 'merge'; known: same, different, unsure, kind"),
        ("same|甲", "value: is empty; name the other entity"),
        ("same|甲|甲", "what and value are the same"),
        ("same|agency/甲|program/甲", "Agency and Program cannot be one"),
        ("same|region/360100|region/360102", "regions are known by their codes"),
        ("kind|甲|Thing", "value 'Thing': no class; known: GovernmentBody"),
        ("not|", "what: is empty"),
        ("not|target", "document and quote: say where the words stand"),
        ("not|甲|||乙", "document: is empty; say in which one"),
        ("missing|target|indicator=甲|a.txt|乙", "value: unit, value must be given"),
        ("missing|甲|乙|a.txt|丙", "what '甲': not a fact or class"),
        ("value|target|value=多|a.txt|乙", "value: '多' is not understood"),
        ("value|target|value=1e999|a.txt|乙", "is no figure"),
        ("value|target|due=2023-02-30|a.txt|乙", "due: "),
        ("value|target|colour=red|a.txt|乙", "write NAME=VALUE; known: indicator, value"),
        ("value|target|min=5; max=4|a.txt|乙", "min: more than max"),
        ("not|甲|||||我|昨天", "'昨天' is no day; write 2022-03-05"),
        ("not|甲||||||||多", "more cells than the heading has columns"),
    ],
)
def test_a_bad_line_is_told_and_the_others_apply(line: str, problem: str) -> None:
    found = parse(table(line, "not|丁"))
    assert [one.what for one in found.corrections] == ["丁"]
    (fault,) = found.faults
    assert fault.line == 2
    assert problem in fault.problem


@pytest.mark.parametrize(
    ("lines", "faulty"),
    [
        (["same|甲|乙", "same|乙|丙"], []),
        (["same|甲|乙", "same|丙|乙"], []),
        (["same|甲|乙", "same|甲|丙"], [2, 3]),
        (["same|甲|乙", "same|乙|甲"], [2, 3]),
        (["same|甲|乙", "same|乙|丙", "same|丙|甲", "not|丁"], [2, 3, 4]),
        (["same|甲|乙", "different|甲|乙"], [2, 3]),
        (["same|甲|乙", "same|乙|丙", "different|丙|甲"], [2, 3, 4]),
        (["same|甲|丙", "same|乙|丙", "different|甲|乙"], [2, 3, 4]),
        (["same|agency/甲|乙", "different|甲|乙"], [2, 3]),
        (["same|甲|丙", "different|甲|乙"], []),
        (["same|甲|乙", "same|甲|丙|a.txt"], [2, 3]),
        (["same|甲|乙|a.txt", "same|甲|丙|b.txt"], []),
        (["kind|甲|Platform", "kind|甲|Event"], [2, 3]),
        (["value|target|value=1|a.txt|甲", "value|target|value=2|a.txt|甲"], [2, 3]),
        (["not|甲", "not|甲||||||2023-01-01"], [3]),
    ],
)
def test_contradictions(lines: list[str], faulty: list[int]) -> None:
    found = parse(table(*lines))
    assert [fault.line for fault in found.faults] == faulty
    for fault in found.faults:
        assert "line" in fault.problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"\xb0\xa1", "is not UTF-8 text (byte 0); save it as UTF-8", id="not UTF-8"),
        pytest.param("甲\t乙\n".encode(), "line 1", id="no heading"),
    ],
)
def test_a_file_that_cannot_be_understood(data: bytes, problem: str) -> None:
    with pytest.raises(CorrectionError, match=r"corrections\.tsv") as caught:
        parse(decode(data))
    assert problem in str(caught.value)


def test_classes_are_those_of_the_ontology() -> None:
    policy = (ROOT / "ontology" / "policy.ttl").read_text(encoding="utf-8")
    assert all(f"\npol:{kind} a owl:Class" in policy for kind in KINDS)


@pytest.mark.parametrize(
    ("text", "type_", "key"),
    [
        ("agency/320106/鼓楼区教育局", "Agency", "320106/鼓楼区教育局"),
        ("https://w3id.org/policy-kg/id/program/%E5%8F%8C%E5%87%8F", "Program", "双减"),
        ("document/甲 乙", "Document", "甲 乙"),
        ("青禾县教育局", None, ""),
    ],
)
def test_reference(text: str, type_: str | None, key: str) -> None:
    assert (reference(text).type, reference(text).key) == (type_, key)


# -- built -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in (("plan.txt", PLAN), ("city.txt", CITY), ("other.txt", OTHER)):
        (docs / name).write_text(text, encoding="utf-8")
    return docs


def built(folder: Path, *lines: str, jobs: int = 0) -> BuildReport:
    """Build a folder's documents into the store beside it, with these corrections."""
    place = folder.parent / "store"
    with Store(place) as store:
        (place / "corrections.tsv").write_text(table(*lines), encoding="utf-8")
        # Without the ontology, which would take most of the time.
        extractor = default_extractor(store.base, corrections=read_corrections(store).corrections)
        limits = DEFAULT_LIMITS if jobs else None
        extractor = replace(extractor, made="")
        return build([folder], store, jobs=jobs or 1, limits=limits, extractor=extractor)


def dump(folder: Path) -> str:
    out = io.BytesIO()
    with Store(folder.parent / "store", read_only=True) as store:
        export(store, "nquads", out, ontology=False)
    return out.getvalue().decode()


def outcomes(folder: Path) -> dict[int, tuple[str, int | None]]:
    with Store(folder.parent / "store", read_only=True) as store:
        return {row["line"]: (row["status"], row["times"]) for row in report(store).records()}  # type: ignore[index, misc]


FINANCE = "same|青禾县财政局|agency/青禾县国库局"
SEATS_600 = "value|target|value=600|plan.txt|新增学位500个"


@pytest.mark.parametrize(
    ("before", "after", "read_again"),
    [
        ([], [FINANCE], {"plan.txt", "city.txt"}),
        ([], [SEATS_600], {"plan.txt"}),
        ([SEATS_600], [], {"plan.txt"}),
        ([SEATS_600], [SEATS_600, FINANCE], {"plan.txt", "city.txt"}),
        ([FINANCE], [FINANCE], set()),
        ([FINANCE], [], {"plan.txt", "city.txt"}),
        (
            [FINANCE],
            [FINANCE, "kind|agency/青禾县国库局|PublicInstitution"],
            {"plan.txt", "city.txt"},
        ),
        ([], ["not|枫渚县林业局"], {"other.txt"}),
        ([], ["not|无此机构"], set()),
        ([], ["unsure|青禾县财政局|青禾县民政局"], set()),
        ([], ["different|市财政局|agency/云陵市财政局"], {"city.txt"}),
    ],
)
def test_only_what_a_correction_concerns_is_read_again(
    folder: Path, before: list[str], after: list[str], read_again: set[str]
) -> None:
    built(folder, *before)
    second = built(folder, *after)
    assert {Path(f.path).name for f in second.files if f.outcome != "unchanged"} == read_again
    assert built(folder, *after).unchanged == 3


def test_neither_processes_nor_what_was_there_before_matter(folder: Path) -> None:
    built(folder, "not|枫渚县林业局", SEATS_600.replace("600", "700"))
    built(folder, FINANCE, SEATS_600)
    alone = dump(folder)
    (folder.parent / "store").rename(folder.parent / "first")
    built(folder, FINANCE, SEATS_600, jobs=2)
    assert dump(folder) == alone


def test_a_correction_survives_a_new_text(folder: Path) -> None:
    moved = "\n".join(["索引号：QH01/2023-00412", PLAN.replace("500个", "500 个")])
    built(folder, SEATS_600)
    (folder / "plan.txt").write_text(moved, encoding="utf-8")
    built(folder, SEATS_600)
    assert outcomes(folder) == {2: ("applied", 1)}
    (folder / "plan.txt").write_text(PLAN.replace("500个", "800个"), encoding="utf-8")
    built(folder, SEATS_600)
    assert outcomes(folder) == {2: ("orphaned", None)}
    (folder / "plan.txt").write_text(PLAN, encoding="utf-8")
    built(folder, SEATS_600.replace("600", "500"))
    assert outcomes(folder) == {2: ("no longer needed", None)}


def test_what_became_of_each_line(folder: Path) -> None:
    report_ = built(
        folder,
        FINANCE,
        "unsure|青禾县民政局|青禾县教育局",
        "merge|甲|乙",
        "not|无此机构",
        "same|无此机构|也无此机构",
        "not|target||plan.txt|没有的话",
        "not|target||nowhere.txt|新增学位500个",
        "value|target|value=1|plan.txt|学生20名",
        "value|target|value=30|plan.txt|20名|每月走访学生20名",
    )
    assert report_.faults == (
        "line 4: action 'merge'; known: same, different, unsure, kind, not, missing, value",
    )
    assert outcomes(folder) == {
        2: ("applied", 2),
        3: ("unsure", None),
        4: ("invalid", None),
        5: ("no longer needed", None),
        6: ("orphaned", None),
        7: ("orphaned", None),
        8: ("orphaned", None),
        9: ("orphaned", None),
        10: ("applied", 1),
    }
    with Store(folder.parent / "store", read_only=True) as store:
        found = {row.values[0]: row for row in report(store).rows}
    finance = [(one.file, one.sentence) for one in found[2].evidence]
    assert finance == [
        ("city.txt", "会同青禾县财政局开展督导4次。"),
        ("plan.txt", "（牵头单位：县财政局；"),
    ]
    problems = {line: found[line].values[8] for line in (7, 8, 9)}
    assert problems == {
        7: "the quoted words are not in the document",
        8: "no document held has this file name, title or IRI",
        9: "the quoted words stand 2 times; give context or occurrence",
    }


def test_a_line_that_is_not_built_yet_waits(folder: Path) -> None:
    built(folder)
    (folder.parent / "store" / "corrections.tsv").write_text(table(FINANCE), encoding="utf-8")
    before = dump(folder)
    assert outcomes(folder) == {2: ("waits for the next build", None)}
    assert dump(folder) == before


def test_corrections_may_be_there_before_the_store_and_go_with_a_snapshot(folder: Path) -> None:
    place = folder.parent / "store"
    place.mkdir()
    (place / "corrections.tsv").write_text(table(SEATS_600), encoding="utf-8")
    with Store(place) as store:
        build([folder], store, limits=None)
        store.remove("other.txt")
        store.snapshot(folder.parent / "copy")
    with Store(folder.parent / "copy", read_only=True) as copy:
        assert len(read_corrections(copy).corrections) == 1
        assert report(copy).records()[0]["status"] == "applied"


ALL = (
    FINANCE,
    SEATS_600,
    "kind|春芽工程|Platform",
    "not|mention||plan.txt|团县委",
    "not|target||plan.txt|改造厕所20个",
    "missing|target|indicator=走访; value=20; unit=户|plan.txt|关爱学生",
    "missing|responsibility|agency=教育部; role=Lead|plan.txt|县教育局每月",
    "missing|PolicyDocument|document/春芽方案|city.txt|加强督导",
    "value|citation|stance=cites|plan.txt|《云陵市关爱办法》",
    "kind|document/青禾县教育局2023年工作要点|Notice",
    "different|市财政局|agency/云陵市财政局||||审核员|2023-03-01|原文另有所指",
    "same|云陵市教育局|agency/云陵市教育体育局",
)


def test_a_corrected_graph_keeps_every_promise(folder: Path) -> None:
    built(folder, *ALL)
    assert all(status == "applied" for status, _ in outcomes(folder).values()), outcomes(folder)
    assert built(folder, *ALL).unchanged == 3
    shapes = rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl")
    with Store(folder.parent / "store", read_only=True) as store:
        for source in store.sources():
            data = rdflib.Graph().parse(data=b"".join(store.ntriples(source)), format="nt")
            conforms, _, told = pyshacl.validate(data, shacl_graph=shapes, inference="none")
            assert conforms, told


def test_who_corrected_what_and_why_stands_in_the_graph(folder: Path) -> None:
    built(folder, *ALL)
    ask = """SELECT ?rule ?who ?when ?why {
        ?mention nif:anchorOf "市财政局" ; pol:rule ?rule ; pol:correctedBy ?correction .
        ?correction a pol:Correction ; dcterms:creator ?who ; dcterms:date ?when ;
            dcterms:description ?why }"""
    with Store(folder.parent / "store", read_only=True) as store:
        assert store.select(ask) == [
            {"rule": "correction", "who": "审核员", "when": "2023-03-01", "why": "原文另有所指"}
        ]


def test_a_corrected_figure_is_marked_where_it_is_compared(folder: Path) -> None:
    built(folder, "value|target|value=600|plan.txt|新增学位500个")
    with Store(folder.parent / "store", read_only=True) as store:
        found = compare(store, "新增学位").records()
    assert sorted(str(row["2023"]) for row in found) == ["600个, corrected", "900个", "silent"]


@pytest.mark.parametrize("name", ["corrections", "agency-names"])
def test_saved_query_needs_no_function_of_ours(folder: Path, name: str) -> None:
    built(folder, *ALL)
    out = io.BytesIO()
    with Store(folder.parent / "store", read_only=True) as store:
        export(store, "turtle", out, ontology=False)
        body = {"body": "青禾县国库局"} if name == "agency-names" else {}
        ours = store.select(queries.find(name).text, body)
    graph = rdflib.Graph().parse(data=out.getvalue(), format="turtle")
    bound = {key: rdflib.Literal(value) for key, value in body.items()}
    answer = graph.query(queries.find(name).text, initBindings=bound)
    theirs = [
        {str(key): "" if row[key] is None else str(row[key]) for key in answer.vars or ()}
        for row in answer
        if isinstance(row, rdflib.query.ResultRow)
    ]
    assert ours
    assert {tuple(sorted(row.items())) for row in ours} == {
        tuple(sorted((row | body).items())) for row in theirs
    }


# -- kg correct --------------------------------------------------------------------------------


def run(folder: Path, *arguments: str) -> str:
    store = str(folder.parent / "store")
    return CliRunner().invoke(cli, [*arguments, "--store", store]).output


def test_correct_checks_completes_and_notes(folder: Path) -> None:
    built(folder)
    (folder.parent / "store" / "corrections.tsv").unlink()
    told = run(
        folder, "correct", "value", "target", "value=600", "--who", "我", "--when", "2023-03-01",
        "--document", str(folder / "plan.txt"), "--quote", "学位500个",
    )  # fmt: skip
    assert "line 2" in told
    assert "at the next build: target at “学位500个” in plan.txt: value=600" in told
    told = run(folder, "correct", "same", "青禾县财政局", "青禾县民政局", "--when", "2023-03-01")
    assert "2 mentions in 2 documents of agency/青禾县财政局 name agency/青禾县民政局" in told
    with Store(folder.parent / "store", read_only=True) as store:
        (noted, _) = read_corrections(store).corrections
    assert (noted.document, noted.occurrence, noted.who) == ("plan.txt", 0, "我")
    assert noted.quote in noted.context and "贯彻" in noted.context
    with Store(folder.parent / "store") as store:
        build([folder], store, limits=None)
    assert {status for status, _ in outcomes(folder).values()} == {"applied"}
    assert "青禾县民政局" in run(folder, "corrections", "--format", "markdown")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["same", "青禾县财政局", "无此局"], "'无此局': nothing in the store has this name"),
        (
            ["same", "agency/无此局", "青禾县财政局"],
            "agency/无此局: nothing in the store has this path",
        ),
        (["kind", "春芽工程", "Thing"], "no class; known"),
        (["kind", "春芽工程", "Initiative"], "program/春芽工程: is Initiative already"),
        (["not", "target", "--document", "plan.txt"], "document and quote"),
        (["not", "target", "--document", "nowhere.txt", "--quote", "甲"], "no document has this"),
        (["not", "target", "--document", "plan.txt", "--quote", "没有"], "are not in the document"),
        (
            ["not", "target", "--document", "plan.txt", "--quote", "学生20名"],
            "stand 2 times; give context or occurrence: …",
        ),
        (
            ["value", "target", "value=1", "--document", "plan.txt", "--quote", "关爱学生"],
            "hold 0 facts of kind target; add what is missing with",
        ),
        (
            [
                "value",
                "target",
                "value=1",
                "--document",
                "plan.txt",
                "--quote",
                "新增学位500个，改造厕所20个",
            ],
            "hold 2 facts of kind target; quote fewer words",
        ),
        (["different", "无此话", "青禾县财政局"], "nothing is called or written like this"),
        (["same", "青禾县民政局", "青禾县财政局"], "goes round in a circle"),
    ],
)
def test_correct_refuses_what_cannot_be_meant(
    folder: Path, arguments: list[str], problem: str
) -> None:
    line = "same|agency/青禾县财政局|agency/青禾县民政局"
    built(folder)
    (folder.parent / "store" / "corrections.tsv").write_text(table(line), encoding="utf-8")
    told = run(folder, "correct", *arguments)
    assert problem in told
    assert told.startswith("Error: ") and told.count("\n") == 1
    held = (folder.parent / "store" / "corrections.tsv").read_text(encoding="utf-8")
    assert held == table(line)


def test_what_is_appended_keeps_the_file_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "corrections.tsv"
    place.write_bytes("\ufeff# 说明\r\nwhat\taction\tmore\r\n甲\tnot\t好".encode())
    with Store(tmp_path / "store") as store:
        place.rename(tmp_path / "store" / "corrections.tsv")
        place = tmp_path / "store" / "corrections.tsv"
        (row,) = corrections("not|乙")
        assert amend.append(store, row) == 4
        with pytest.raises(CorrectionError, match="says what line 4 says; take one out"):
            amend.append(store, row)
    expected = "\ufeff# 说明\r\nwhat\taction\tmore\r\n甲\tnot\t好\r\n乙\tnot\t\r\n"
    assert place.read_bytes().decode() == expected


def test_a_store_in_memory_keeps_no_corrections() -> None:
    (row,) = corrections("not|乙")
    with pytest.raises(CorrectionError, match="name a directory"):
        amend.append(Store(), row)
    with pytest.raises(NotFoundError):
        amend.plan(Store(), {"action": "not", "what": "甲", "document": "a.txt"})


# -- bodies that were renamed ------------------------------------------------------------------


def successions() -> Iterator[tuple[str, str, str]]:
    graph = rdflib.Graph().parse(ROOT / "ontology" / "successions.ttl")
    terms = rdflib.DCTERMS
    for before, after in graph.subject_objects(terms.isReplacedBy):
        (change,) = graph.objects(before, rdflib.ORG.changedBy)
        assert (change, rdflib.ORG.originalOrganization, before) in graph
        assert (change, rdflib.ORG.resultingOrganization, after) in graph
        yield (
            str(before).removeprefix(DEFAULT_BASE + "agency/"),
            str(after).removeprefix(DEFAULT_BASE + "agency/"),
            str(graph.value(change, terms.date)),
        )


def test_every_body_that_was_renamed_is_known_and_was_renamed_once() -> None:
    known = {term.label for term in gazetteer("agencies.ttl")}
    found = list(successions())
    assert {name for before, after, _ in found for name in (before, after)} <= known
    onward = {before: (after, when) for before, after, when in found}
    assert len(onward) == len(found)
    for _, (after, when) in onward.items():
        # A name ends no earlier than it begins, so no chain goes round.
        assert after not in onward or onward[after][1] > when


@pytest.mark.parametrize("row", list(rows("local_successions.tsv")), ids=lambda row: row["example"])
def test_local_bodies_that_were_renamed(row: dict[str, str]) -> None:
    name = row["example"]
    assert name.endswith(row["former"])
    place = name.removesuffix(row["former"])
    text = f"{place}人民政府关于印发工作安排的通知\n由{name}负责落实。\n{place}人民政府\n2016年3月1日\n"
    found = {e.name: e for e in reading(text).entities if e}
    assert template(row["former"]).replace("{}", place) in found
    entity = found[name]
    assert (entity.successor, entity.until) == (place + row["later"], row["year"])


def test_documents_are_found_under_the_names_of_all_times(folder: Path) -> None:
    for name, year, body in (("a", 2016, "国家卫计委"), ("b", 2020, "国家卫健委")):
        text = f"青禾县人民政府{year}年工作要点\n1.强化协作。配合{body}开展普查。\n{year}年2月1日\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    with Store() as store:
        build([folder], store, limits=None)
        text = queries.find("agency-names").text
        for asked in ("国家卫计委", "国家卫健委"):
            found = store.select(text, {"body": asked})
            assert [(row["file"], row["name"][7:], row["until"]) for row in found] == [
                ("b.txt", "国家卫生健康委员会", ""),
                ("a.txt", "国家卫生和计划生育委员会", "2018-03-17"),
            ]


def test_a_title_of_the_store_is_no_injection() -> None:
    hostile = 'x" } DROP ALL #'
    with pytest.raises(CorrectionError, match="nothing in the store has this name"):
        amend.plan(Store(), {"action": "kind", "what": hostile, "value": "Platform"})
    assert pyoxigraph.Literal(hostile).value == hostile
