"""What falls due when: the planted dates of the invented plans, bounds, recurrence, calendars."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from plans import PLANS
from rdflib_answers import answer, exported

from kg import queries
from kg.build import build
from kg.cli import cli
from kg.commands.options import REPORT_FORMATS, first_rows
from kg.errors import KgError, NotFoundError, QueryError
from kg.graph import DEFAULT_BASE
from kg.reports.calendar import calendar
from kg.reports.commitments import (
    Choice,
    Commitment,
    amount,
    dated,
    first_day,
    last_day,
    repeats,
)
from kg.reports.due import due
from kg.reports.holdings import Holding
from kg.reports.recurrence import days, interval
from kg.reports.report import Evidence, Report, Row
from kg.store import Store

COUNTY, CITY = "青禾县", "云陵市"
BUREAU = "青禾县教育局"
PLAN_22 = "青禾县教育局2022年工作要点"
SCHEME_22 = "青禾县推进学前教育扩优提质实施方案"
EXAMPLES = PLANS.parent.parent.parent / "examples"


def told(report: Report, *columns: str) -> list[str]:
    """Give some cells of each row, one string each."""
    return [" | ".join(str(record[name] or "–") for name in columns) for record in report.records()]


# -- the planted dates -------------------------------------------------------------------------


def test_stated_dates_of_a_county(plans_store: Store) -> None:
    report = due(plans_store, region=COUNTY, bases=["Stated"])
    assert told(report, "due", "what", "target", "lead", "lead basis") == [
        "2021 | 教师 | 800 人次 | 青禾县教育局 | Explicit",
        "2021 | 新教师 | 60 名 | 青禾县教育局 | Explicit",
        "2021-12-31 | 食堂改造 | 30 所 | 青禾县教育局 | Implied",
        "2022-09-30 | 县特殊教育学校 | 1 所 | 青禾县教育局 | Explicit",
        "2022 | 教师 | 1000 人次 | 青禾县教育局 | Explicit",
        "2022 | 新教师 | 50 名 | 青禾县教育局 | Explicit",
        "2023 | 教师 | 1000 人次 | 青禾县教育局 | Explicit",
        "2023-12-31 | 新建公办幼儿园 | 4 所 | 青禾县教育局 | Explicit",
        "2023-12-31 | 县特殊教育学校 | 1 所 | 青禾县教育局 | Explicit",
        "2025 | 学前三年毛入园率 | ≥ 96 % | – | –",
    ]
    assert report.notes[0] == "10 stated, 0 inherited, 0 recurring."


def test_what_is_inherited_is_marked(plans_store: Store) -> None:
    report = due(plans_store, document=PLAN_22, bases=["Inherited"])
    assert told(report, "due", "basis", "what", "target", "document") == [
        f"2022 | Inherited | 新增学位 | 1500 个 | {PLAN_22}",
        f"2022 | Inherited | 新建和改扩建公办幼儿园 | 6 所 | {PLAN_22}",
        f"2022 | Inherited | 新建 | 2 所 | {PLAN_22}",
        f"2022 | Inherited | 改扩建 | 4 所 | {PLAN_22}",
        f"2022 | Inherited | 学前三年毛入园率 | ≥ 92 % | {PLAN_22}",
    ]


def test_a_masked_figure_stays_unknown(plans_store: Store) -> None:
    report = due(plans_store, document="枫渚县教育局2023年工作要点", bases=["Inherited"])
    assert told(report, "what", "target")[0] == "新增学位 | masked 个"


def test_what_recurs(plans_store: Store) -> None:
    report = due(plans_store, bases=["Recurring"])
    assert told(report, "due", "repeats", "what", "lead") == [
        "2021-12-31 | every 6 months, 2 times | 幼儿园食堂、校车、消防设施各巡查 | 云陵市教育局",
        "2021-12-31 | every year, 20000000 元 | 专项资金 | –",
        "2022-03-31 | every 3 months, 1 time | 安全演练 | 云陵市教育局",
        "2022-03-31 | every month, 1 time | 调度会 | 青禾县教育局",
        "2022-06-30 | every 6 months, at least 2 times | 巡查幼儿园食堂 | 青禾县教育局",
        "2022-11-30 | every month, 1 time | 调度会 | 枫渚县教育局",
        "2023-03-31 | every 3 months, 1 time | 安全演练 | 云陵市教育局",
        "2023-03-31 | every month, 1 time | 巡查幼儿园 | 枫渚县教育局",
    ]


def test_what_an_agency_has_to_do_in_a_stretch_of_time(plans_store: Store) -> None:
    report = due(plans_store, agency=BUREAU, after="2022-04", before="2022-09-30")
    assert told(report, "role", "due", "basis", "what") == [
        "Lead | 2022-04-30 | Recurring | 调度会",
        "Lead | 2022-06-30 | Recurring | 巡查幼儿园食堂",
        "Lead | 2022-09-30 | Stated | 县特殊教育学校",
    ]
    assert report.title == (
        "What falls due, on or after 2022-04, on or before 2022-09-30, for 青禾县教育局"
    )


def test_who_supports_has_the_date_too(plans_store: Store) -> None:
    report = due(plans_store, agency="县残联", region=COUNTY, bases=["Stated"])
    assert told(report, "role", "due", "lead") == [
        "Support | 2022-09-30 | 青禾县教育局",
        "Support | 2023-12-31 | 青禾县教育局",
    ]


def test_an_agency_without_dates_in_the_choice(plans_store: Store) -> None:
    assert due(plans_store, agency=BUREAU, document="江西省教育厅2022年工作要点").rows == ()


def test_what_has_no_date(plans_store: Store) -> None:
    report = due(plans_store, without_date=True)
    assert told(report, "due", "what", "lead", "lead basis") == [
        "– | 开展规划评估 | 云陵市教育局 | Implied",
        "– | 提高保教质量 | 江西省教育厅 | Explicit",
    ]


def test_every_row_leads_to_its_words(plans_store: Store) -> None:
    texts = {
        row["file"]: row["text"]
        for row in plans_store.select(
            "SELECT ?file ?text { ?source dcterms:source ?file ; nif:isString ?text }"
        )
    }
    rows = [*due(plans_store).rows, *due(plans_store, without_date=True).rows]
    assert len(rows) == 88
    for row in rows:
        (place,) = row.evidence
        words = texts[place.file][place.begin : place.end]
        assert words in place.sentence or place.sentence in words
        assert place.sentence in texts[place.file]


# -- bounds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "is_in"),
    [
        ("2022-09-30", True),
        ("2022-09-29", False),
        ("2022-09", True),
        ("2022-08", False),
        ("2022", True),
        ("2021", False),
    ],
)
def test_before_counts_its_last_day(plans_store: Store, before: str, is_in: bool) -> None:
    found = due(plans_store, document=PLAN_22, before=before, bases=["Stated"])
    assert ("县特殊教育学校" in told(found, "what")) is is_in


@pytest.mark.parametrize(("after", "is_in"), [("2022-09-30", True), ("2022-10", False)])
def test_after_counts_its_first_day(plans_store: Store, after: str, is_in: bool) -> None:
    found = due(plans_store, document=PLAN_22, after=after, bases=["Stated"])
    assert ("县特殊教育学校" in told(found, "what")) is is_in
    assert "教师" in told(found, "what")  # due in 2022, which is its end


def store_of(*dues: str) -> Store:
    """Give a store with a target for each due date."""
    text, source = "甲县教育局2022年工作要点", f"<{DEFAULT_BASE}source/1>"
    lines = [
        f"<document/1> pol:hasText {source} ; dcterms:title {text!r}@zh .",
        f'{source} dcterms:source "plan.txt" ; nif:isString {text!r} ; pol:sha256 "1" .',
    ]
    kinds = {4: "gYear", 7: "gYearMonth", 10: "date"}
    lines += [
        f'<target/{at}> a pol:Target ; pol:due "{iso}"^^xsd:{kinds.get(len(iso), "string")} ;'
        f" pol:dueBasis pol:Stated ; nif:referenceContext {source} ; nif:beginIndex {at} ;"
        f' nif:endIndex {at + 1} ; pol:sentence {text!r} ; pol:indicatorText "{iso}"@zh .'
        for at, iso in enumerate(dues)
    ]
    from test_queries import named

    store = Store()
    store.load([named(source[1:-1], "\n".join(lines))])
    return store


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("2022-06-30", ["2022-06-30", "2022-06"]),
        ("2022-06-29", []),
        ("2022-07-01", ["2022-06-30", "2022-06", "2022-07-01"]),
        ("2024-02-29", ["2022-06-30", "2022-06", "2022-07-01", "2022", "2024-02", "2021-2023"]),
        ("2024-02-28", ["2022-06-30", "2022-06", "2022-07-01", "2022", "2021-2023"]),
    ],
)
def test_a_month_and_a_year_mean_by_their_end(before: str, found: list[str]) -> None:
    store = store_of("2022", "2022-06", "2022-06-30", "2022-07-01", "2024-02", "2021-2023")
    shown = {one.due for one in dated(store, before=before)}
    assert shown == set(found)


DATES = st.dates(datetime.date(2020, 12, 1), datetime.date(2026, 1, 31)).flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]])
)


@given(cut=st.dates(datetime.date(2020, 12, 1), datetime.date(2026, 1, 31)))
def test_a_day_parts_what_is_due(cut: datetime.date, plans_store: Store) -> None:
    """What is due on or before a day, and after it, is all; nothing is both."""
    whole = _single(dated(plans_store))
    early = _single(dated(plans_store, before=cut.isoformat()))
    late = _single(dated(plans_store, after=(cut + datetime.timedelta(days=1)).isoformat()))
    assert early | late == whole
    assert not early & late


def _single(found: tuple[Commitment, ...]) -> set[str]:
    return {one.item for one in found if one.basis != "Recurring"}


@given(iso=DATES)
def test_first_and_last_day_hold_the_date(iso: str) -> None:
    assert first_day(iso).isoformat().startswith(iso)
    assert last_day(iso).isoformat().startswith(iso)
    behind = last_day(iso) + datetime.timedelta(days=1)
    assert not behind.isoformat().startswith(iso)


@pytest.mark.parametrize(
    ("iso", "what"),
    [
        ("2022-13", "before '2022-13'"),
        ("2022-02-30", "2022-02-30"),
        ("明年", "明年"),
        ("22-06", "22-06"),
        ("0000", "0000"),
        ("2022-6-1", "write 2022, 2022-06 or 2022-06-30"),
        ("2022-06-30\n", "no such date"),
        ("2021-2025", "no such date"),
        ("٢٠٢٢", "no such date"),
    ],
)
def test_a_wrong_date_is_told(plans_store: Store, iso: str, what: str) -> None:
    with pytest.raises(QueryError, match=what):
        due(plans_store, before=iso)


def test_wrong_choices_are_told(plans_store: Store) -> None:
    with pytest.raises(QueryError, match="after 2023: is later than before 2022"):
        due(plans_store, before="2022", after="2023")
    with pytest.raises(NotFoundError, match="document '无此文件': not held"):
        due(plans_store, document="无此文件")
    with pytest.raises(NotFoundError, match="region '无此县': not in the store"):
        due(plans_store, region="无此县")
    with pytest.raises(NotFoundError, match="agency '无此局': answers for no task"):
        due(plans_store, agency="无此局")
    with pytest.raises(NotFoundError, match=r"agency '县教育局': 2 have this name; .*枫渚县教育局"):
        due(plans_store, agency="县教育局")
    assert due(plans_store, before="9999-12-31").rows


# -- figures and recurrence --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparator", "value", "unit", "masked", "shown"),
    [
        ("AtLeast", "93.0", "%", False, "≥ 93 %"),
        ("AtMost", "0.5", "个百分点", False, "≤ 0.5 个百分点"),
        ("About", "65000000.0", "元", False, "≈ 65000000 元"),
        ("Between", "6.0–8.0", "个", False, "6–8 个"),
        ("Exactly", "0", "", False, "0"),
        ("Exactly", "", "个", True, "masked 个"),
        ("", "", "", False, ""),
    ],
)
def test_amount(comparator: str, value: str, unit: str, masked: bool, shown: str) -> None:
    assert amount(comparator, value, unit, masked) == shown


PLAIN = Commitment(
    item=f"{DEFAULT_BASE}source/1/target/5",
    what="安全演练",
    comparator="Exactly",
    value="2",
    unit="次",
    masked=False,
    due="2022-03-31",
    basis="Recurring",
    recurrence="P3M",
    until=datetime.date.max,
    holding=Holding(
        "", "甲县2022年要点", "", "2022-02-10", (2022,), "", "", "", (), "", "plan.txt"
    ),
    answers=(),
    role="",
    evidence=Evidence("每季度开展安全演练2次。", "plan.txt", f"{DEFAULT_BASE}source/1", 5, 6),
)


@pytest.mark.parametrize(
    ("recurrence", "comparator", "value", "unit", "words"),
    [
        ("P3M", "Exactly", "2", "次", "every 3 months, 2 times"),
        ("P1M", "AtLeast", "1", "次", "every month, at least 1 time"),
        ("P1Y", "About", "20000000", "元", "every year, about 20000000 元"),
        ("P1W", "Between", "2–3", "节", "every week, 2–3 节"),
        ("P2Y", "Exactly", "", "", "every 2 years"),
        ("", "Exactly", "2", "次", ""),
        ("PT5M", "Exactly", "2", "次", "PT5M"),
    ],
)
def test_repeats(recurrence: str, comparator: str, value: str, unit: str, words: str) -> None:
    one = replace(PLAIN, recurrence=recurrence, comparator=comparator, value=value, unit=unit)
    assert repeats(one) == words


@pytest.mark.parametrize(
    ("duration", "years", "kept_from", "until", "found"),
    [
        ("P3M", (2022,), "2022-02-10", "9999-12-31", ["03-31", "06-30", "09-30", "12-31"]),
        ("P6M", (2022,), "2022-07-01", "9999-12-31", ["12-31"]),
        ("P1M", (2024,), "2024-01-31", "2024-03-30", ["01-31", "02-29"]),
        ("P1W", (2022,), "2022-01-01", "2022-01-16", ["01-02", "01-09", "01-16"]),
        ("P1D", (2022,), "2022-12-30", "9999-12-31", ["12-30", "12-31"]),
        ("P1Y", (2022,), "2022-01-01", "9999-12-31", ["12-31"]),
        ("P2Y", (2022,), "2022-01-01", "9999-12-31", []),
        ("P3M", (), "2022-01-01", "9999-12-31", []),
        ("P0M", (2022,), "2022-01-01", "9999-12-31", []),
    ],
)
def test_days(
    duration: str, years: tuple[int, ...], kept_from: str, until: str, found: list[str]
) -> None:
    start, stop = datetime.date.fromisoformat(kept_from), datetime.date.fromisoformat(until)
    assert [day.isoformat()[5:] for day in days(duration, years, start, stop)] == found


@given(
    number=st.integers(1, 40),
    unit=st.sampled_from("DWMY"),
    first=st.integers(1990, 2060),
    length=st.integers(0, 15),
)
def test_days_are_in_order_and_in_the_plan(number: int, unit: str, first: int, length: int) -> None:
    years = tuple(range(first, first + length + 1))
    span = datetime.date.min, datetime.date.max
    every = list(days(f"P{number}{unit}", years, *span))
    assert every == sorted(set(every))
    assert all(day.year in years for day in every)
    steps = {"D": 1, "W": 7, "M": 28, "Y": 365}
    assert all((b - a).days >= number * steps[unit] for a, b in zip(every, every[1:], strict=False))
    assert interval(f"P{number}{unit}") == (number, unit)


# -- calendars ---------------------------------------------------------------------------------


def events(content: bytes) -> dict[str, icalendar.Event]:
    """Parse a calendar; give its events by their summary."""
    book = icalendar.Calendar.from_ical(content)
    assert book["version"] == "2.0"
    assert book["prodid"]
    return {str(event["summary"]): event for event in book.walk("VEVENT")}


def test_a_calendar_of_a_plan(plans_store: Store) -> None:
    found = events(calendar(dated(plans_store, Choice(document="市-2022-要点.txt"))))
    assert {
        name: (event["dtstart"].dt.isoformat(), event["dtend"].dt.isoformat())
        for name, event in found.items()
    } == {
        "新增学位 9000 个": ("2022-12-31", "2023-01-01"),
        "薄弱学校 45 所": ("2022-12-31", "2023-01-01"),
        "学前三年毛入园率 ≥ 93 %": ("2022-12-31", "2023-01-01"),
        "普惠性幼儿园覆盖率 88 %": ("2022-12-31", "2023-01-01"),
        "安全演练 1 次": ("2022-03-31", "2022-04-01"),
    }
    drill = found["安全演练 1 次"]
    assert drill["rrule"].to_ical() == b"FREQ=MONTHLY;UNTIL=20221231;INTERVAL=3;BYMONTHDAY=-1"
    assert str(drill["description"]).splitlines() == [
        "每季度开展安全演练1次。",
        "云陵市教育局2022年工作要点 (市-2022-要点.txt)",
        "lead: 云陵市教育局 (Explicit)",
        "support: 云陵市公安局、云陵市应急管理局",
        "every 3 months, 1 time",
        "due: 2022-03-31 (Recurring)",
    ]
    seats = found["新增学位 9000 个"]
    assert "rrule" not in seats
    assert str(seats["description"]).endswith("due: 2022, meaning the end of the year (Inherited)")


def test_a_calendar_is_valid_and_the_same_each_time(plans_store: Store) -> None:
    found = dated(plans_store)
    content = calendar(found)
    assert content == calendar(reversed(found))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    all_events = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert len({str(event["uid"]) for event in all_events}) == len(all_events) == len(found)
    for event in all_events:
        assert not event.errors
        assert event["dtstart"].params["value"] == "DATE"
        assert event["dtstamp"].dt.tzinfo is not None


def test_the_days_of_a_rule_are_the_days_of_the_recurrence() -> None:
    from dateutil.rrule import rrulestr

    span = datetime.date(2022, 1, 1), datetime.date.max
    for duration, start in (("P1M", "01-31"), ("P6M", "06-30"), ("P1W", "01-02"), ("P1D", "01-01")):
        one = replace(PLAIN, recurrence=duration, due=f"2022-{start}")
        (event,) = events(calendar([one])).values()
        rule = rrulestr(
            event["rrule"].to_ical().decode(),
            dtstart=datetime.datetime.combine(event["dtstart"].dt, datetime.time()),
        )
        assert [moment.date() for moment in rule] == list(days(duration, (2022,), *span))


@pytest.mark.parametrize(
    "words",
    [
        "甲\r\nEND:VEVENT\r\nBEGIN:VALARM",
        "甲,乙;丙\\丁:戊",
        "\x1b[31m红\x00",
        "长" * 500,
        "\u2028行\u202e反",
        "",
    ],
)
def test_words_of_a_document_stay_words(words: str) -> None:
    one = replace(
        PLAIN,
        what=words,
        evidence=replace(PLAIN.evidence, sentence=words),
        holding=replace(PLAIN.holding, title=words),
    )
    content = calendar([one])
    book = icalendar.Calendar.from_ical(content)
    (event,) = book.walk("VEVENT")
    assert [part.name for part in book.walk()] == ["VCALENDAR", "VEVENT"]
    assert len(str(event["description"]).splitlines()) == 4
    assert not set("\x00\x1b\u2028\u202e") & set(content.decode())
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_period_is_due_at_its_end() -> None:
    (event,) = events(calendar([replace(PLAIN, due="2021-2023", basis="Stated")])).values()
    assert event["dtstart"].dt == datetime.date(2023, 12, 31)
    assert "meaning the end of its last year" in str(event["description"])


def test_what_is_no_date_is_in_no_calendar() -> None:
    assert events(calendar([replace(PLAIN, due="年底"), replace(PLAIN, due="")])) == {}


# -- the saved queries and the command ---------------------------------------------------------


def test_any_engine_answers_the_queries(plans_store: Store) -> None:
    graph = exported(plans_store)
    for name, rows in (("due", 86), ("undated", 2)):
        text = queries.find(name).text
        ours = sorted(plans_store.select(text), key=lambda row: tuple(row.items()))
        assert len(ours) == rows
        assert answer(graph, text) == ours, name


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the directory of a store with two plans and an example with a table."""
    place = tmp_path_factory.mktemp("due") / "store"
    with Store(place) as store:
        build(
            [
                PLANS / "市-2022-要点.txt",
                PLANS / "青禾县-2022-要点.txt",
                EXAMPLES / "04-青禾县民生实事分工通知.txt",
            ],
            store,
            limits=None,
        )
    return place


def run(place: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*arguments, "--store", str(place)])
    return result.exit_code, result.output


def test_tasks_of_a_table_have_their_dates(place: Path) -> None:
    with Store(place, read_only=True) as store:
        report = due(
            store, document="04-青禾县民生实事分工通知.txt", before="2023-09", bases=["Stated"]
        )
    tasks = [row for row in report.rows if row.values[4] is None]
    assert [(row.values[0], row.values[3], row.values[5]) for row in tasks] == [
        (
            "2023-06-30",
            "为全县70周岁以上低收入老年人购买意外伤害保险，投保率达到100%",
            "青禾县民政局",
        ),
        ("2023-08-31", "新建公办幼儿园2所，新增学位600个", "青禾县教育局"),
        ("2023-09-30", "新建城区公共停车位800个、新能源汽车充电桩150个", "青禾县城市管理局"),
    ]
    assert tasks[1].evidence[0].sentence.split("\t")[2:] == [
        "县教育局",
        "县住房城乡建设局、县自然资源局",
        "2023年8月底前",
    ]


def test_command(place: Path, tmp_path: Path) -> None:
    code, output = run(place, "due", "--before", "2022-09-30", "--stated")
    assert code == 0
    assert "县特殊教育学校" in output
    assert "1 stated, 0 inherited, 0 recurring." in output
    target = tmp_path / "due.ics"
    code, _ = run(place, "due", "--agency", BUREAU, "--stated", "-o", str(target))
    assert code == 0
    assert "县特殊教育学校 1 所" in events(target.read_bytes())
    first = target.read_bytes()
    run(place, "due", "--agency", BUREAU, "--stated", "--format", "ics", "-o", str(target))
    assert target.read_bytes() == first


def test_a_terminal_is_given_the_first_rows() -> None:
    rows = tuple(Row((number,)) for number in range(1002))
    cut = first_rows(Report("due", "many", ("number",), rows, ("note",)))
    assert [row.values[0] for row in cut.rows] == list(range(1000))
    assert cut.notes == ("… and 2 more rows; -o report.csv writes all.", "note")
    short = Report("due", "few", ("number",), rows[:1000])
    assert first_rows(short) is short


@pytest.mark.parametrize("form", REPORT_FORMATS)
def test_formats(place: Path, tmp_path: Path, form: str) -> None:
    code, _ = run(place, "due", "--format", form, "-o", str(tmp_path / "due"))
    assert code == 0
    assert (tmp_path / "due").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--before", "2022-02-30"], 1, "before '2022-02-30': no such date; write 2022"),
        (["--undated", "--before", "2022"], 2, "--undated goes with no date"),
        (["--undated", "--format", "ics"], 2, "--undated has no days for a calendar"),
    ],
)
def test_wrong_commands(place: Path, arguments: list[str], code: int, message: str) -> None:
    assert run(place, "due", *arguments)[0] == code
    assert message in run(place, "due", *arguments)[1]


def test_an_empty_store_has_nothing_due() -> None:
    assert due(Store()).rows == ()
    with pytest.raises(KgError):
        due(Store(), document="x")
