"""Phrases of time to ISO 8601, in a document that plans for 2024."""

from __future__ import annotations

import pytest

from kg.extract.dates import find_moments
from kg.extract.imprint import iso_date
from kg.extract.period import find_period
from kg.extract.text import even
from kg.read import read
from kg.structure import structure

# phrase, as of 2024, where the document's year is not known
MOMENTS = [
    ("2017年2月23日", "2017-02-23", "2017-02-23"),
    ("2022年9月", "2022-09", "2022-09"),
    ("2022年度", "2022", "2022"),
    ("到2025年", "2025", "2025"),
    ("2025年底前", "2025-12-31", "2025-12-31"),
    ("2024年上半年", "2024-06-30", "2024-06-30"),
    ("2024年一季度", "2024-03-31", "2024-03-31"),
    ("年底前", "2024-12-31", ""),
    ("至年末", "2024-12-31", ""),
    ("上半年", "2024-06-30", ""),
    ("下半年", "2024-12-31", ""),
    ("第一季度", "2024-03-31", ""),
    ("三季度", "2024-09-30", ""),
    ("10月31日前", "2024-10-31", ""),
    ("今年", "2024", ""),
    ("年内", "2024", ""),
    ("全年", "2024", ""),
    ("本年度", "2024", ""),
    ("明年6月", "2025-06", ""),
    ("“十四五”期末", "2025", "2025"),
    ("“十三五”期间", "2020", "2020"),
    ("十五五时期", "2030", "2030"),
    ("每年", "P1Y", "P1Y"),
    ("每两年", "P2Y", "P2Y"),
    ("每3年", "P3Y", "P3Y"),
    ("每半年", "P6M", "P6M"),
    ("每学期", "P6M", "P6M"),
    ("每季度", "P3M", "P3M"),
    ("每月", "P1M", "P1M"),
    ("每周", "P1W", "P1W"),
    ("每天", "P1D", "P1D"),
    ("一年一度", "P1Y", "P1Y"),
    ("按季度", "P3M", "P3M"),
    # no deadlines
    ("2020年以来", "", ""),
    ("2020年起", "", ""),
    ("2020年版", "", ""),
    ("比2020年增长", "", ""),
    ("13月", "", ""),
    ("年终", "", ""),
    ("本月底前", "", ""),
    ("每年轻人", "", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("phrase", "known", "unknown"), MOMENTS)
def test_moments(phrase: str, known: str, unknown: str) -> None:
    for year, iso in (("2024", known), ("", unknown)):
        found = [moment.iso or moment.recurrence for moment in find_moments(even(phrase), year)]
        assert found == [iso] * bool(iso), year


@pytest.mark.parametrize(
    ("phrase", "iso"),
    [
        ("9月底前", "2024-09-30"),
        ("2024年2月底", "2024-02-29"),
        ("2024年12月底前", "2024-12-31"),
        ("2月30日", ""),  # no such day
    ],
)
def test_the_end_of_a_month_is_a_day_of_the_calendar(phrase: str, iso: str) -> None:
    assert [moment.iso for moment in find_moments(phrase, "2024")] == [iso] * bool(iso)


def test_a_year_holds_for_the_months_behind_it() -> None:
    found = list(find_moments("2023年3月启动，6月底完成，10月验收", "2024"))
    assert [moment.iso[:7] for moment in found] == ["2023-03", "2023-06", "2023-10"]


def test_moments_stand_where_they_are_read() -> None:
    text = "力争2025年底前建成，每季度通报"
    assert [text[m.begin : m.end] for m in find_moments(text, "")] == ["2025年底", "每季度"]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2017年2月23日", "2017-02-23"),
        ("2024年 5月 1日", "2024-05-01"),
        ("2017-02-23", "2017-02-23"),
        ("2017.2.23", "2017-02-23"),
        ("2017/2/3", "2017-02-03"),
        ("２０１７年２月２３日", "2017-02-23"),
        ("二〇二二年四月二十四日", "2022-04-24"),
        ("二○二二年十月十日", "2022-10-10"),
        ("二零二二年十一月三十日", "2022-11-30"),
        ("二O一七年三月二十日", "2017-03-20"),
        ("2022年4月", "2022-04"),
        ("2022-04", "2022-04"),
        ("二〇二二年四月", "2022-04"),
        ("2022年", "2022"),
        # 年月日 lost: only where one reading is a date
        ("20220424", "2022-04-24"),
        ("2022424", "2022-04-24"),
        ("20221123", "2022-11-23"),
        ("2022111", ""),  # 1月11日 or 11月1日
        # none
        ("2022年13月1日", ""),
        ("2022年2月30日", ""),
        ("2022230", ""),
        ("无", ""),
        ("", ""),
    ],
)
def test_dates_of_issue(written: str, iso: str) -> None:
    assert iso_date(written) == iso


@pytest.mark.parametrize(
    ("title", "body", "issued", "period"),
    [
        ("云陵市教育局2024年工作要点", "到2030年，建成体系。", "2023-12-01", "2024"),
        ("云陵市教育行动方案（2023—2025年）", "加强教研。", "", "2023-2025"),
        ("云陵市“十四五”教育发展规划", "加强教研。", "2021-05-01", "2021-2025"),
        ("云陵市校园安全实施方案", "到2026年，基本建成体系。", "2024-05-01", "2024-2026"),
        ("云陵市校园安全实施方案", "到2026年，基本建成体系。", "", "2026"),
        ("云陵市校园安全实施方案", "加强教研。", "2024-05-01", "2024"),
        ("云陵市校园安全实施方案", "到2049年，基本建成体系。", "2024-05-01", "2024"),  # too far
        ("云陵市校园安全实施方案", "2019年以来，基本建成体系。", "", ""),
        (
            "云陵市校园安全实施方案",
            "到2026 年，建成网络；到2031年，全面建成体系。",
            "",
            "2026-2031",
        ),
        ("云陵市校园安全实施方案", "实施期限为2023年4月至2025年2月。", "2023-03-01", "2023-2025"),
        ("云陵市校园安全实施方案", "有效期限为2023年4月至2025年2月。", "2023-03-01", "2023"),
        ("云陵市校园安全标准目录（2024年版）", "加强教研。", "", "2024"),  # the year of an edition
        ("云陵市校园安全标准目录（2024年版）", "到2027年，基本建成。", "", "2024-2027"),
        # a report plans for the year after the one it looks back on
        ("云陵市林业局2023年工作总结和2024年工作思路", "加强管护。", "", "2024"),
        ("", "各位代表：\n一、2023年工作回顾\n二、下一步打算\n到2030年，基本建成。", "", "2024"),
        ("政府工作报告", "各位代表：\n到2030年，基本建成。", "2024-01-12", "2024"),
    ],
)
def test_periods(title: str, body: str, issued: str, period: str) -> None:
    outline = structure(read(f"{title}\n{body}\n".encode(), ["case.txt"]))
    assert find_period(outline, issued) == period


@pytest.mark.parametrize(
    ("text", "kind", "period"),
    [
        ("一、2021年工作回顾\n到2020年底，全部建成。\n二、今年任务\n", "Report", "2022"),
        ("一、2021年和“十三五”时期工作回顾\n全部建成。\n", "Report", "2022"),
        ("请予审议。一、2021年工作回顾 一年来，建成两座水厂。", "Report", "2022"),  # lost breaks
        ("刚刚过去的2021年，全市建成水厂。\n", "Report", "2022"),
        ("一、2021年主要工作\n建成水厂。\n二、2022年工作安排\n", "Report", "2022"),
        (
            "第一条 管道应当在2026年底前改造完毕。\n",
            "Regulation",
            "",
        ),  # in force until further notice
    ],
)
def test_periods_by_kind(text: str, kind: str, period: str) -> None:
    assert find_period(structure(read(text.encode(), ["case.txt"])), "", kind) == period
