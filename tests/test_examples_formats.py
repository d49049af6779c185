"""The examples that are no plain text: what their tables promise, and who answers for it."""

from __future__ import annotations

from functools import cache

import pytest
from casebook import EXAMPLES

from kg.models import Reading
from kg.pipeline import understand
from kg.read import read_file

PAGE = "09-枫渚县教育发展规划指标分解.html"
WORD = "10-临枫区一网通办工作方案.docx"


@cache
def reading(name: str) -> Reading:
    return understand(read_file(EXAMPLES / name))


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        (
            PAGE,
            [
                "枫渚县“十四五”教育发展主要指标和重点任务分解方案",
                "枫渚县人民政府办公室",
                "2021-11-05",
                "枫政办发〔2021〕47号",
                "FZ0001/2021-00236",
                "枫渚县",
                "2021-2025",
            ],
        ),
        (
            WORD,
            [
                "临枫区推进“一网通办”工作方案",
                "临枫区人民政府办公室",
                "2024-01-18",
                "",
                "",
                "临枫区",
                "2024",
            ],
        ),
    ],
)
def test_profile(name: str, profile: list[str]) -> None:
    found = reading(name).profile
    (issuer,) = found.issuers
    assert found.region is not None
    said = [found.title, issuer.name, found.issued, found.number, found.index]
    assert [*said, found.region.name, found.period] == profile


INDICATORS = """\
学前三年毛入园率 ≥ 98 % 2025 Plan
普惠性幼儿园覆盖率 ≥ 92 % 2025 Plan
九年义务教育巩固率 = 99.5 % 2025 Ensure
新增义务教育学位 = 6400 个 2025 Ensure
县域内校长教师交流比例 ≥ 20 % 2025 Plan
"""


def test_an_indicator_table_sets_targets_for_its_last_year_alone() -> None:
    signs = {"AtLeast": "≥", "Exactly": "="}
    lines = [
        f"{one.indicator} {signs[one.comparator]} {one.value} {one.unit} {one.due} {one.modality}\n"
        for one in reading(PAGE).findings.targets
        if one.task is None
    ]
    assert "".join(lines) == INDICATORS


DUTIES = {
    PAGE: """\
1 县教育局 Lead 2024-12-31
1 县发展改革局 Support 2024-12-31
1 县财政局 Support 2024-12-31
2 县教育局 Lead 2023-08-31
2 县住建局 Support 2023-08-31
3 县教育局 Lead 2022
3 县文广旅体局 Support 2022
3 团县委 Support 2022
4 县教育局 Lead 2025
4 县委编办 Support 2025
4 县人力社保局 Support 2025
""",
    WORD: """\
1 区政务服务数据管理局 Lead 2024-10-31
1 区卫生健康局 Support 2024-10-31
1 区公安分局 Support 2024-10-31
2 区政务服务数据管理局 Lead 2024-06-30
2 区市场监管局 Support 2024-06-30
2 区人力资源社会保障局 Support 2024-06-30
3 区人力资源社会保障局 Lead 2024-12-31
3 区政务服务数据管理局 Support 2024-12-31
""",
}


@pytest.mark.parametrize("name", DUTIES)
def test_a_responsibility_table_says_who_and_until_when(name: str) -> None:
    outline, findings = reading(name).outline, reading(name).findings
    dues = {one.task: one.due for one in findings.deadlines}
    lines = [
        f"{outline.tasks[one.task].number} {findings.mentions[one.agency].text} {one.role}"
        f" {dues[one.task]}\n"
        for one in findings.responsibilities
        if one.task in dues
    ]
    assert "".join(lines) == DUTIES[name]
    assert all(one.basis == "Explicit" for one in findings.responsibilities if one.task in dues)


def test_numbers_that_word_generates_are_read() -> None:
    text = reading(WORD).outline.source.text
    assert "\n一、工作目标\n" in text
    assert "\n（二）建强自助终端。" in text
    titles = [section.title for section in reading(WORD).outline.sections]
    assert titles == ["工作目标", "重点任务", "责任分工"]


def test_what_the_page_puts_around_the_paper_is_kept_apart() -> None:
    source = reading(PAGE).outline.source
    cut = " ".join(one.text for one in source.cuts)
    for words in ("当前位置", "分享到", "ICP备", "访问量统计"):
        assert words in cut and words not in source.text
    assert "shared" not in source.text + cut
