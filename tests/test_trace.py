"""Who took up what, who was first, who is silent: planted answers, and dates that are not exact."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import Paper, store_of

from kg import queries
from kg.cli import cli
from kg.errors import NotFoundError
from kg.export import export
from kg.pipeline import process
from kg.reports.adoption import adoption
from kg.reports.answers import answers
from kg.reports.dating import Dating, dating, earliest, is_before, lag_days, year_of_number
from kg.reports.missing import missing
from kg.reports.origins import origins
from kg.reports.passages import passages
from kg.reports.report import Report
from kg.reports.trace import trace
from kg.reports.uptake import uptake
from kg.reports.uptakes import KINDS
from kg.reports.write import FORMATS, write
from kg.show import show
from kg.sparql import PREFIXES
from kg.store import Store

OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"
CITY, COUNTY = "云陵市推进学前教育扩优提质实施方案", "青禾县推进学前教育扩优提质实施方案"
SECOND = "枫渚县推进学前教育扩优提质实施方案"


def told(report: Report, *columns: str) -> list[tuple[object, ...]]:
    """Give some columns of a report."""
    return [tuple(record[column] for column in columns) for record in report.records()]


# -- the names of a nationwide programme --------------------------------------------------------

SAID = ("做好“双碳”工作。", "稳妥推进碳达峰、碳中和。", "推进碳达峰碳中和工作。", "创建5A级景区。")


@pytest.fixture(scope="module")
def called() -> Store:
    texts = [
        f"青禾县发展和改革局202{i}年工作要点\n\n一、发展\n1.推进转型。{s}\n"
        for i, s in enumerate(SAID)
    ]
    store = Store()
    store.load([process(text.encode(), [f"{i}.txt"]) for i, text in enumerate(texts)])
    return store


@pytest.mark.parametrize("name", ["双碳", "碳达峰、碳中和", "碳达峰碳中和"])
def test_a_programme_is_traced_under_each_of_its_names(called: Store, name: str) -> None:
    report = trace(called, name)
    assert report.title == f"Who took up {name}"
    assert {document[:13] for (document,) in told(report, "document")} == {
        f"青禾县发展和改革局202{year}" for year in range(3)
    }
    assert show(called, name).iri.endswith(f"program/{name}")
    found = called.select(queries.find("trace").text, {"name": name})
    assert {row["sentence"] for row in found} == {*SAID[:3]}


# -- the planted answers -----------------------------------------------------------------------


def test_who_took_up_the_opinion(plans_store: Store) -> None:
    report = trace(plans_store, OPINION)
    city = ("first", "2021-09-06", 117, "Prefecture", "云陵市", CITY)
    county = (None, "2022-03-18", 310, "County", "青禾县", COUNTY)
    second = (None, "2022-11-10", 547, "County", "枫渚县", SECOND)
    assert told(
        report, "first", "date", "lag_days", "level", "place", "document", "kind", "how"
    ) == [
        (*city, "citation", "implements"),
        (*city, "copy", None),
        (*city, "title", None),
        (None, "2022-01-20", 253, "Province", "江西省", "江西省教育厅2022年工作要点")
        + ("citation", "implements"),
        (*county, "citation", "implements"),
        (*county, "title", None),
        (*second, "citation", "implements"),
        (*second, "title", None),
    ]
    assert [report.rows[at].evidence[0].sentence for at in (1, 6, 7)] == [
        "城镇新建居住区应当同步配建幼儿园，与首期住宅同时设计、同时建设、同时验收、同时移交。",
        f"根据《{OPINION}》，结合江西省云陵市枫渚县实际，制定本方案。",
        SECOND,
    ]
    assert f"first: 云陵市 2021-09-06 《{CITY}》" in report.notes
    assert "taken up by 4 documents of 4 places" in report.notes


def test_the_planted_copies(plans_store: Store) -> None:
    words = "推行“一园一策”挂图作战，每月由分管副县长主持召开一次调度会"
    report = passages(plans_store, SECOND, up=True)
    assert told(report, "date", "lag_days", "place", "document", "copied_from") == [
        ("2022-11-10", 237, "枫渚县", SECOND, COUNTY)
    ]
    later, earlier = report.rows[0].evidence
    assert later.sentence.startswith(words) and earlier.sentence.startswith(words)
    assert (later.file, earlier.file) == ("枫渚县-2022-方案.txt", "青禾县-2022-方案.txt")
    # The preamble of every work plan is no copy.
    assert passages(plans_store, "青禾县教育局2022年工作要点", up=True).rows == ()
    assert passages(plans_store, "青禾县教育局2022年工作要点").rows == ()


def test_a_program_spreads(plans_store: Store) -> None:
    report = trace(plans_store, "晨曦护苗行动")
    assert told(report, "first", "date", "lag_days", "place", "kind") == [
        ("first", "2021-09-06", 0, "云陵市", "adoption"),
        (None, "2022-02-10", 157, "云陵市", "adoption"),
        (None, "2022-03-01", 176, "青禾县", "adoption"),
        (None, "2022-03-18", 193, "青禾县", "adoption"),
        (None, "2023-02-15", 527, "云陵市", "adoption"),
        (None, "2023-02-24", 536, "青禾县", "adoption"),
        (None, "2023-03-06", 546, "枫渚县", "adoption"),
    ]
    assert report.rows[6].evidence[0].sentence == "启动“晨曦护苗”行动，每月巡查幼儿园1次。"


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        (
            "level",
            [
                ("Province", 1, 1, "2022-01-20", "2022-01-20", "江西省"),
                ("Prefecture", 1, 1, "2021-09-06", "2021-09-06", "云陵市"),
                ("County", 2, 2, "2022-03-18", "2022-11-10", "青禾县、枫渚县"),
            ],
        ),
        ("year", [("2021", 1, 1, 1, 1, "云陵市"), ("2022", 3, 3, 3, 4, "江西省、青禾县、枫渚县")]),
    ],
)
def test_adoption(plans_store: Store, by: str, rows: list[tuple[object, ...]]) -> None:
    report = adoption(plans_store, OPINION, by=by)  # type: ignore[arg-type]
    assert [row.values for row in report.rows] == rows
    assert all(row.evidence for row in report.rows)


def test_which_place_has_not_answered(plans_store: Store) -> None:
    report = answers(plans_store, OPINION)
    assert told(report, "state", "place", "within", "date", "answer", "plans", "searched") == [
        ("adopted", "云陵市", "江西省", "2021-09-06", CITY, 2, None),
        ("adopted", "青禾县", "云陵市", "2022-03-18", COUNTY, 2, None),
        ("adopted", "枫渚县", "云陵市", "2022-11-10", SECOND, 2, None),
        # Its plan of 2021-02-26 is older than the opinion, and there is none of 2022.
        *[
            ("silent", "临枫区", "云陵市", None, None, 1)
            + ("临枫区教育局2023年工作要点 (临枫区-2023-要点.txt)",)
        ],
    ]
    assert "adopted: 3, silent: 1, no plan held: 0" in report.notes
    only = answers(plans_store, OPINION, unanswered=True, level="County")
    assert told(only, "place") == [("临枫区",)]


def test_the_program_is_never_in_the_third_county(plans_store: Store) -> None:
    report = answers(plans_store, "晨曦护苗行动", level="County")
    assert told(report, "state", "place", "date") == [
        ("adopted", "青禾县", "2022-03-01"),
        ("adopted", "枫渚县", "2023-03-06"),
        ("silent", "临枫区", None),
    ]


def test_silence_is_of_plans_of_that_time_or_later(plans_store: Store) -> None:
    report = answers(plans_store, OPINION, level="County", since="2023-03-01", kinds=("adoption",))
    assert told(report, "state", "place") == [
        ("silent", "枫渚县"),
        ("no plan held", "临枫区"),
        ("no plan held", "青禾县"),
    ]


def test_what_a_document_took_up(plans_store: Store) -> None:
    report = origins(plans_store, COUNTY)
    opinion = (OPINION, "赣府厅发〔2021〕18号", "yes", "2021-05-12", 310)
    city = (CITY, "云府办发〔2021〕33号", "yes", "2021-09-06", 193)
    assert told(report, "kind", "how", "taken_up", "number", "held", "date", "lag_days") == [
        ("citation", "implements", *opinion),
        ("citation", "implements", *city),
        ("title", None, *opinion),
        ("title", None, *city),
        ("adoption", None, "一园一策", None, None, None, None),
        ("adoption", None, "晨曦护苗行动", None, None, None, None),
    ]


def test_what_is_missing(plans_store: Store) -> None:
    report = missing(plans_store)
    assert told(report, "documents", "places", "document", "kind", "implements", "first_cited") == [
        (3, 2, "云陵市“十四五”教育发展规划", "Plan", 3, "2021-02-08"),
    ]
    assert report.records()[0]["cited_by"] == (
        "云陵市教育局2021年工作要点；青禾县教育局2021年工作要点；云陵市教育局2022年工作要点"
    )
    (one,) = report.rows[0].evidence
    assert one.sentence == "落实《云陵市“十四五”教育发展规划》，每所学校配备心理健康教师1名以上。"
    assert told(missing(plans_store, region="青禾县"), "documents") == [(1,)]
    assert missing(plans_store, region="枫渚县").rows == ()


def test_what_was_taken_up_most(plans_store: Store) -> None:
    report = uptake(plans_store)
    assert told(report, "what", "name", "documents", "places", "first_place", "last") == [
        ("document", OPINION, 4, 4, "云陵市", "2022-11-10"),
        ("document", CITY, 2, 2, "青禾县", "2022-11-10"),
        ("document", COUNTY, 1, 1, "枫渚县", "2022-11-10"),
        ("program", "晨曦护苗行动", 7, 3, "云陵市", "2023-03-06"),
        ("program", "一园一策", 2, 2, "青禾县", "2022-11-10"),
    ]
    assert report.rows[0].evidence[0].sentence.startswith(f"为贯彻落实《{OPINION}》")
    assert report.rows[4].evidence[0].sentence.startswith("推行“一园一策”挂图作战")
    assert told(uptake(plans_store, level="County", limit=1), "name", "documents") == [
        (CITY, 2),
        ("晨曦护苗行动", 4),
    ]


def test_the_query_counts_what_the_report_counts(plans_store: Store) -> None:
    query = queries.find("adoption")
    found = plans_store.select(query.text, {"name": "晨曦护苗行动"})
    assert [(row["level"], row["year"], row["documents"], row["places"]) for row in found] == [
        ("Prefecture", "2021", "1", "1"),
        ("County", "2022", "2", "1"),
        ("Prefecture", "2022", "1", "1"),
        ("County", "2023", "2", "2"),
        ("Prefecture", "2023", "1", "1"),
    ]
    assert told(adoption(plans_store, "晨曦护苗行动", by="year"), "year", "documents") == [
        ("2021", 1),
        ("2022", 3),
        ("2023", 3),
    ]


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        (f"《{OPINION}》", OPINION),
        ("赣府厅发[2021]18号", OPINION),
        ("赣府厅发〔2021〕18号", OPINION),
        ("省-2021-意见.txt", OPINION),
        (f"document/{OPINION}", OPINION),
        ("云陵市推进学前教育", CITY),
        ("“晨曦护苗”行动", "晨曦护苗行动"),
        ("云陵市“十四五”教育发展规划", "云陵市“十四五”教育发展规划"),
        ("云陵市十四五教育发展规划", "云陵市“十四五”教育发展规划"),
    ],
)
def test_a_name_in_any_spelling(plans_store: Store, name: str, meant: str) -> None:
    assert trace(plans_store, name).title == f"Who took up {meant}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("推进学前教育扩优提质", f"4 documents or programs have .*say which: {CITY}、"),
        ("晨曦护鱼", "no document or program has this name"),
        ("", "no document or program"),
        ("》", "no document or program"),
        ('" } #', "no document or program"),
        ("青禾县", "documents or programs have"),
    ],
)
def test_no_one_thing_of_this_name(plans_store: Store, name: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        trace(plans_store, name)


def test_wrong_choices(plans_store: Store) -> None:
    with pytest.raises(NotFoundError, match="region '火星县': not in the store"):
        trace(plans_store, OPINION, region="火星县")
    with pytest.raises(NotFoundError, match="kind 'x': none of citation"):
        trace(plans_store, OPINION, kinds=("x",))
    with pytest.raises(NotFoundError, match="2021年5月: no date; write 2021"):
        trace(plans_store, OPINION, since="2021年5月")
    with pytest.raises(NotFoundError, match="晨曦护苗行动: is a program; what was taken up"):
        origins(plans_store, "晨曦护苗行动")


# -- edges of all kinds, dates that are not exact ------------------------------------------------

ORIGIN = "国务院办公厅关于发展蓝莓产业的意见"
PLAN = "云陵市蓝莓产业规划"
PAPERS = (
    Paper(
        "青禾县2021年工作要点",
        f"落实《{ORIGIN}》。",
        "2021-03",
        (2021,),
        "青禾县",
        takes=(("implements", ORIGIN), ("cites", ORIGIN), ("adoption", "蓝莓富民行动")),
    ),
    Paper(
        "枫渚县发展蓝莓产业实施方案",
        f"根据《{ORIGIN}》制定。蓝莓富民行动。",
        "2021-03-20",
        (2021,),
        "枫渚县",
        "ImplementationPlan",
        takes=(("title", ORIGIN), ("copy", ORIGIN), ("adoption", "蓝莓富民行动")),
    ),
    Paper(
        "临枫区2021年工作要点",
        f"贯彻《{ORIGIN}》。",
        "",
        (2021,),
        "临枫区",
        takes=(("implements", ORIGIN),),
    ),
    Paper("无日期的通知", f"参照《{ORIGIN}》。", kind="Notice", takes=(("cites", ORIGIN),)),
    Paper(
        "江西省2019年工作要点",
        f"国家将出台《{ORIGIN}》，对照《{ORIGIN}》早做准备。",
        "2019-12-01",
        (2019,),
        "江西省",
        takes=(("plansToIssue", ORIGIN), ("cites", ORIGIN)),
    ),
    Paper(
        f"关于印发《{PLAN}》的通知",
        f"现将《{PLAN}》印发给你们。",
        "2022-05-06",
        (2022,),
        "云陵市",
        "Notice",
        takes=(("promulgates", PLAN),),
    ),
    Paper(
        "青禾县2023年工作要点",
        f"执行《{PLAN}》。",
        "2023-01-06",
        (2023,),
        "青禾县",
        takes=(("implements", PLAN),),
    ),
    Paper(
        "枫渚县2023年工作要点",
        f"按《关于印发《{PLAN}》的通知》办理。",
        "2023-02",
        (2023,),
        "枫渚县",
        takes=(("cites", f"关于印发《{PLAN}》的通知"),),
    ),
)
ANNOUNCING = Paper("江西省要点", f"将出台《{ORIGIN}》。", takes=(("plansToIssue", ORIGIN),))
GHOSTS = ((ORIGIN, "国办发〔2020〕9号"),)


@pytest.fixture(scope="module")
def papers() -> Iterator[Store]:
    with store_of(PAPERS, GHOSTS) as store:
        yield store


def test_dates_as_exact_as_they_are(papers: Store) -> None:
    report = trace(papers, ORIGIN)
    columns = ("first", "date", "dated_by", "lag_days", "document", "kind", "how", "times")
    assert [" | ".join(str(cell or "") for cell in row) for row in told(report, *columns)] == [
        " | 2019-12-01 | stated | -396 to -31 | 江西省2019年工作要点 | citation | cites | 1",
        " | 2019-12-01 | stated | -396 to -31 | 江西省2019年工作要点 | citation | plansToIssue | 1",
        # Some day of March, against the 20th of March: either may be the first.
        "perhaps | 2021-03 | stated | 60 to 455 | 青禾县2021年工作要点 | citation | cites | 1",
        "perhaps | 2021-03 | stated | 60 to 455 | 青禾县2021年工作要点 | citation | implements | 1",
        "perhaps | 2021-03-20 | stated | 79 to 444 | 枫渚县发展蓝莓产业实施方案 | copy |  | 1",
        "perhaps | 2021-03-20 | stated | 79 to 444 | 枫渚县发展蓝莓产业实施方案 | title |  | 1",
        # A plan of 2021 may be of 2020: it is not dated by its year.
        " | 2021 | plan year |  | 临枫区2021年工作要点 | citation | implements | 1",
        " |  |  |  | 无日期的通知 | citation | cites | 1",
    ]
    assert "its date: 2020 (number)" in report.notes
    assert "2 of them not dated: any could be earlier" in report.notes
    assert "1 dated before it (negative lag)" in "".join(report.notes)


NOTICE = f"关于印发《{PLAN}》的通知"


@pytest.mark.parametrize("name", [PLAN, NOTICE])
def test_a_notice_and_what_it_puts_in_force_are_one(papers: Store, name: str) -> None:
    report = trace(papers, name)
    assert "counted with it" in "".join(report.notes)
    assert f"its date: 2022-05-06 ({'notice' if name == PLAN else 'stated'})" in report.notes
    assert told(report, "first", "date", "lag_days", "how") == [
        ("first", "2023-01-06", 245, "implements"),
        (None, "2023-02", "271 to 298", "cites"),
    ]
    assert told(uptake(papers), "name", "documents", "first_place") == [
        (NOTICE, 2, "青禾县"),
        ("蓝莓富民行动", 2, None),
    ]


def test_missing_documents_that_a_notice_may_contain(papers: Store) -> None:
    assert told(missing(papers), "documents", "document", "year", "perhaps_in") == [
        (4, ORIGIN, 2020, None),
        (2, PLAN, None, NOTICE),
    ]


def test_a_notice_that_says_nothing_of_its_contents_may_hold_them_too() -> None:
    papers = [
        Paper(
            "青禾县要点",
            f"《{PLAN}》《蓝莓规划》。",
            takes=(("cites", PLAN), ("cites", "蓝莓规划")),
        ),
        Paper(f"云陵市人民政府关于印发{PLAN}的通知", "附件如下。", kind="Notice"),
    ]
    with store_of(papers) as store:
        assert told(missing(store), "document", "perhaps_in") == [
            (PLAN, f"云陵市人民政府关于印发{PLAN}的通知"),
            ("蓝莓规划", None),
        ]


def test_what_only_announces_is_no_answer(papers: Store) -> None:
    report = trace(papers, ORIGIN, level="Province", kinds=("citation",))
    assert told(report, "how") == [("cites",), ("plansToIssue",)]
    report = trace(store_of([ANNOUNCING], GHOSTS), ORIGIN)
    assert told(report, "first", "how") == [(None, "plansToIssue")]
    assert "1 only announce or put it in force (plansToIssue, promulgates)" in report.notes


def test_a_date_that_the_user_knows(papers: Store) -> None:
    report = trace(papers, ORIGIN, since="2020-02-01", kinds=("copy",))
    assert told(report, "lag_days") == [(413,)]
    assert "its date: 2020-02-01 (given)" in report.notes


def test_the_places_below_the_one_that_a_title_names(papers: Store) -> None:
    report = answers(papers, PLAN)
    assert told(report, "state", "place", "searched") == [
        ("adopted", "青禾县", None),
        ("adopted", "枫渚县", None),
        ("no plan held", "临枫区", None),
    ]
    assert "places below 云陵市" in report.notes
    national = answers(papers, ORIGIN)
    assert "places below 中国 (by its title)" in national.notes
    # What only announced it, before its time, has not answered.
    assert told(national, "state", "place") == [
        ("adopted", "青禾县"),
        ("adopted", "枫渚县"),
        ("adopted", "临枫区"),
        ("no plan held", "江西省"),
        ("no plan held", "云陵市"),
    ]
    # Of the counties of a province without any document nothing can be said, and nothing is.
    assert answers(papers, ORIGIN, region="江西省", level="Township").rows == ()


WORDS = "每个村建一座冷库，由镇里派人看守，"
COPIED = (
    Paper("云陵市蓝莓方案", f"一、{WORDS}按月报账。", "2021-03", region="云陵市"),
    Paper(
        "青禾县蓝莓方案",
        f"第一，{WORDS}！",
        "2021-05-01",
        region="青禾县",
        copies=(("云陵市蓝莓方案", WORDS, ""),),
    ),
    Paper(
        "枫渚县蓝莓方案",
        f"其一，{WORDS}。",
        "2021-06-01",
        region="枫渚县",
        copies=(("青禾县蓝莓方案", WORDS, ORIGIN),),
    ),
    Paper("转载：云陵市方案", "全文同前。", region="云陵市", same_as="云陵市蓝莓方案"),
)


@pytest.fixture(scope="module")
def copied() -> Iterator[Store]:
    with store_of(COPIED) as store:
        yield store


def test_the_copied_passages_side_by_side(copied: Store) -> None:
    report = passages(copied, "云陵市蓝莓方案")
    assert [row.values for row in report.rows] == [
        ("2021-05-01", "31 to 61", "青禾县", "青禾县蓝莓方案", "云陵市蓝莓方案")
        + (Decimal("0.9"), None, None)
    ]
    assert [
        (one.column, one.sentence, one.file, one.begin, one.end) for one in report.rows[0].evidence
    ] == [
        ("document", WORDS, "青禾县蓝莓方案.txt", 11, 28),
        ("copied_from", WORDS, "云陵市蓝莓方案.txt", 10, 27),
    ]
    assert passages(copied, "云陵市蓝莓方案", up=True).rows == ()
    assert passages(copied, "青禾县蓝莓方案", up=True).rows == report.rows
    assert passages(copied, "云陵市蓝莓方案", region="枫渚县").rows == ()
    assert told(trace(copied, "云陵市蓝莓方案"), "kind", "times") == [("copy", 1)]


@pytest.mark.parametrize("name", ["云陵市蓝莓方案", "转载：云陵市方案"])
def test_copies_of_a_document_are_one(copied: Store, name: str) -> None:
    assert told(trace(copied, name), "first", "document") == [("first", "青禾县蓝莓方案")]
    assert "counted with it" in "".join(trace(copied, name).notes)


def test_words_that_both_may_have_from_a_third_are_no_answer(copied: Store) -> None:
    report = trace(copied, "青禾县蓝莓方案")
    assert told(report, "first", "place", "kind", "how") == [
        (None, "枫渚县", "copy", "commonSource")
    ]
    assert "taken up by 0 documents of 0 places" in report.notes
    assert "1 only share words that both may have from a third (commonSource)" in report.notes
    assert told(passages(copied, "青禾县蓝莓方案"), "place", "common_source") == [
        ("枫渚县", ORIGIN)
    ]
    assert told(uptake(copied), "name", "documents") == [("云陵市蓝莓方案", 1)]
    assert adoption(copied, "青禾县蓝莓方案").rows == ()


def test_adopters_by_level_and_year_sum_to_all(papers: Store) -> None:
    assert told(adoption(papers, ORIGIN), "level", "documents") == [
        ("Province", 1),
        ("County", 3),
        (None, 1),
    ]
    by_year = adoption(papers, ORIGIN, by="year")
    assert told(by_year, "year", "documents", "new_places", "places_so_far") == [
        ("2019", 1, 1, 1),
        ("2021", 3, 3, 4),
        (None, 1, None, None),
    ]
    assert "1 documents without a date stand in the year that they plan" in by_year.notes


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("trace", {"name": ORIGIN}),
        ("trace", {"name": "国办发〔2020〕9号"}),
        ("trace", {"name": "蓝莓富民行动"}),
        ("adoption", {"name": ORIGIN}),
        ("adoption", {"name": "蓝莓富民行动"}),
        ("origins", {"name": "枫渚县发展蓝莓产业实施方案"}),
        ("passages", {"name": "青禾县蓝莓方案"}),
        ("missing", {}),
        ("uptake", {}),
    ],
)
def test_any_engine_answers_from_the_turtle(
    papers: Store, copied: Store, name: str, values: dict[str, str]
) -> None:
    query, store = queries.find(name), copied if name == "passages" else papers
    out = io.BytesIO()
    export(store, "turtle", out)
    graph = rdflib.Graph().parse(data=out.getvalue(), format="turtle")
    bound = {key: rdflib.Literal(value) for key, value in values.items()}
    answer = graph.query(query.text, initNs=PREFIXES, initBindings=bound)
    theirs = [["" if cell is None else str(cell) for cell in row] for row in answer]  # type: ignore[union-attr]
    ours = [list(row.values()) for row in store.select(query.text, query.substitutions(values))]
    assert _in_any_order(theirs) == _in_any_order(ours)
    assert ours


def _in_any_order(rows: list[list[str]]) -> list[list[list[str]]]:
    """Sort rows, and what a cell holds several of (?adopters)."""
    return sorted([sorted(cell.split(" ")) for cell in row] for row in rows)


def test_hostile_words_stay_words() -> None:
    title = '=HYPERLINK("x")\x1b[31m|<b>意见'
    paper = Paper("+1县要点", f"落实《{title}》。", "2022", takes=(("implements", title),))
    with store_of([paper]) as store:
        (line,) = _written(missing(store), "csv").splitlines()[1:]
        assert line.count(b"'=HYPERLINK") == 1 and b"'+1" in line
        assert rb"\|&lt;b>" in _written(missing(store), "markdown")
        for form in set(FORMATS) - {"xlsx"}:
            assert b"\x1b" not in _written(trace(store, title), form)


def _written(report: Report, form: str) -> bytes:
    out = io.BytesIO()
    write(report, form, out)
    return out.getvalue()


# -- laws --------------------------------------------------------------------------------------

DATES = st.sampled_from(
    ["2021", "2022", "2021-03", "2021-12", "2022-02", "2021-03-20", "2022-02-28"]
)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-12", "2021-12-01", "2021-12-31"),
        ("2021-05-12", "2021-05-12", "2021-05-12"),
    ],
)
def test_dating(text: str, first: str, last: str) -> None:
    found = dating(text)
    assert found is not None
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize("text", ["", "2021-13", "2021-02-30", "五月", "0000", "-", "2021-05-12-1"])
def test_no_date(text: str) -> None:
    assert dating(text) is None


@pytest.mark.parametrize(
    ("number", "year"),
    [("国办发〔2015〕71号", "2015"), ("京政发[1999]3号", "1999"), ("GB 7718-2011", ""), ("", "")],
)
def test_year_of_number(number: str, year: str) -> None:
    assert year_of_number(number) == year


@pytest.mark.parametrize(
    ("earlier", "later", "days"),
    [
        ("2021-05-12", "2021-09-06", 117),
        ("2021-05-12", "2021-05-12", 0),
        ("2021-05-12", "2021-05-01", -11),
        ("2020", "2021-03-20", "79 to 444"),
        ("2021", "2021", "at most 364"),
        ("2021-05-12", "2021", "at most 233"),
        ("2022", "2021-06-30", "-549 to -185"),
        ("", "2021", None),
        ("2021", "", None),
    ],
)
def test_lag(earlier: str, later: str, days: int | str | None) -> None:
    assert lag_days(dating(earlier), dating(later)) == days


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        (dating("2020"), dating("2021-01"), True),
        (dating("2021"), dating("2021-12"), False),
        (dating("2020", "plan year"), dating("2021-05-12"), True),
        # A plan for 2022 may be of December 2021: what cites it then is not older.
        (dating("2021-12-30"), dating("2022", "plan year"), False),
        (None, dating("2021"), False),
        (dating("2021"), None, False),
    ],
)
def test_is_before(one: Dating | None, other: Dating | None, before: bool) -> None:
    assert is_before(one, other) is before


@given(st.lists(DATES, max_size=6), st.randoms(use_true_random=False))
def test_first_dates_do_not_depend_on_order(texts: list[str], chance: random.Random) -> None:
    known: list[Dating | None] = [dating(text) for text in texts]
    found = earliest([*known, None])
    chance.shuffle(known)
    assert earliest(known) == found
    assert bool(found) == bool(texts)
    assert not any(is_before(one, first) for one in known for first in found)


TAKEN = st.lists(
    st.tuples(
        st.sampled_from(["", "2021", "2021-03", "2021-03-20", "2022-02-28"]),
        st.sampled_from(["", "江西省", "云陵市", "青禾县", "枫渚县"]),
        st.sampled_from(["implements", "cites", "plansToIssue", "title", "copy"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15)
@given(TAKEN)
def test_every_adopter_has_one_level_and_one_year(
    taken: list[tuple[str, str, str]],
) -> None:
    papers = [
        Paper(
            f"第{index}号要点", f"《{ORIGIN}》。", issued, (2021,), region, takes=((how, ORIGIN),)
        )
        for index, (issued, region, how) in enumerate(taken)
    ]
    store, backward = store_of(papers, GHOSTS), store_of(papers[::-1], GHOSTS)
    adopters = {
        row[0] for row in told(trace(store, ORIGIN), "document", "how") if row[1] != "plansToIssue"
    }
    for by in ("level", "year"):
        report = adoption(store, ORIGIN, by=by)  # type: ignore[arg-type]
        assert sum(row[0] for row in told(report, "documents")) == len(adopters)  # type: ignore[misc]
    assert trace(store, ORIGIN) == trace(backward, ORIGIN)
    assert answers(store, ORIGIN) == answers(backward, ORIGIN)


# -- the commands ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("trace") / "store"
    store_of(PAPERS, GHOSTS, path).close()
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["trace"], "蓝莓富民行动"),
        (["trace", "蓝莓产业规划", "--format", "csv"], "first,date,dated_by,lag_days,level,place"),
        (["trace", "国办发[2020]9号", "--by", "level"], "by level"),
        (["trace", ORIGIN, "--by", "place", "--level", "county"], "places of level County"),
        (["trace", ORIGIN, "--unanswered", "--kind", "title"], "have not answered"),
        (
            ["trace", "枫渚县发展蓝莓产业实施方案", "--up"],
            "What 枫渚县发展蓝莓产业实施方案 took up",
        ),
        (["trace", ORIGIN, "--by", "passage"], "passages shared with"),
        (["missing", "--region", "青禾县", "--format", "json"], '"report": "missing"'),
    ],
)
def test_commands(place: str, arguments: list[str], line: str) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--store", place])
    assert result.exit_code == 0, result.output
    assert line in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["trace", "--up"], 2, "without NAME only --level, --region and --limit have a meaning"),
        (["trace", ORIGIN, "--up", "--by", "year"], 2, "with it, --by is document or passage"),
        (["trace", ORIGIN, "--unanswered", "--by", "level"], 2, "give no --by level"),
        (["trace", ORIGIN, "--by", "year", "--since", "2020"], 2, "does not rest"),
        (["trace", ORIGIN, "--by", "passage", "--kind", "copy"], 2, "give no --kind"),
        (["trace", ORIGIN, "--since", "去年"], 1, "Error: 去年: no date; write 2021"),
        (["trace", "无此"], 1, "Error: 无此: no document or program has this name"),
        (["missing", "--region", "火星县"], 1, "Error: region '火星县': not in the store"),
    ],
)
def test_what_cannot_be_asked(place: str, arguments: list[str], code: int, message: str) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--store", place])
    assert (result.exit_code, message in result.output) == (code, True), result.output


def test_the_command_knows_the_kinds() -> None:
    from kg.commands import trace as command
    from kg.reports import holdings

    assert (command.KINDS, command.LEVELS) == (KINDS, holdings.LEVELS)
