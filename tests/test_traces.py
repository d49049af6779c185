"""What is found across documents: copied words, titles taken up, shares; and how it is kept."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from casebook import TESTS
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import traces
from kg.build import build
from kg.store import ONTOLOGY, Store, traces_of
from kg.traces import likeness, titles
from kg.traces.compare import compare_papers
from kg.traces.facts import Traces
from kg.traces.formulas import is_formula
from kg.traces.graph import graph_of
from kg.traces.memory import FILE, Memory
from kg.traces.papers import Cited, Paper, Part
from kg.traces.passages import letters_of, plain_letters
from kg.traces.reuse import ENOUGH
from kg.vocabulary import rows

PLANS = TESTS / "documents" / "plans"
REGIONS = {
    "国": ("国",),
    "江西": ("江西", "国"),
    "云陵": ("云陵", "江西", "国"),
    "青禾": ("青禾", "云陵", "江西", "国"),
    "枫渚": ("枫渚", "云陵", "江西", "国"),
    "东岭": ("东岭", "国"),
    "南浦": ("南浦", "国"),
    "西峪": ("西峪", "国"),
    "北川": ("北川", "国"),
}
# Invented sentences that nobody else writes.
CANTEEN = "社区食堂由居民议事会挑选厨师，菜谱每周张贴在凉亭里，剩余饭菜当晚送到环卫工休息站"
RIVER = "河长手账逐页编号存入村史馆，每逢汛期前由老船工带着新队员沿岸走读一遍水位刻痕"
SCHOOL = "放学铃声响后操场再开放一小时，由退休教练轮流看护，家长凭接送卡在跑道边等候孩子"
ORCHARD = "果园里的旧水塔改成观鸟台，值守人每天记下飞来的候鸟只数并挂在村口的木牌上面"
PREAMBLE = "以习近平新时代中国特色社会主义思想为指导，牢牢把握党的二十大精神"


def paper(
    name: str,
    text: str,
    *,
    place: str = "",
    issued: str = "",
    title: str = "",
    year: str = "",
    number: str = "",
    issuers: tuple[str, ...] = (),
    cites: Sequence[Cited] = (),
) -> Paper:
    chain = REGIONS.get(place, ())
    return Paper(
        source=f"source/{name}",
        document=f"document/{name}",
        title=title or f"{name}号文",
        text=text,
        issued=issued,
        year=year,
        number=number,
        regions=chain,
        place_names=tuple(f"{one}县" for one in chain),
        province=chain[-2] if len(chain) > 1 else "".join(chain),
        issuers=issuers,
        named=(),
        targets=(),
        duties=(),
        parts=(),
        cited=tuple(cites),
    )


def cited(name: str, title: str, *, own: bool = False) -> Cited:
    return Cited(f"document/{name}", title, own)


def found(*papers: Paper) -> dict[str, Traces]:
    """Return what is found, by the paper's name."""
    with Memory(None, "") as memory:
        some = list(compare_papers(papers, memory, lambda done, total: None))
    return {one.source.removeprefix("source/"): one for one in some}


def reused(*papers: Paper) -> list[tuple[str, str, str, str]]:
    """Return later paper, earlier paper, words of the later, words of the earlier."""
    return [
        (
            papers[reuse.order.later].source.removeprefix("source/"),
            papers[reuse.order.earlier].source.removeprefix("source/"),
            papers[reuse.order.later].text[slice(*reuse.span)],
            papers[reuse.order.earlier].text[slice(*reuse.earlier_span)],
        )
        for one in found(*papers).values()
        for reuse in one.reuses
    ]


def edges(*papers: Paper) -> list[tuple[str, str]]:
    return sorted({(later, earlier) for later, earlier, _, _ in reused(*papers)})


# -- copied words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "earlier", "words", "there"),
    [
        # word for word, wherever it stands
        (f"一、办好食堂\n{CANTEEN}。", f"前言。{CANTEEN}。后话。", CANTEEN, CANTEEN),
        # with small edits
        (
            f"{CANTEEN.replace('每周', '每旬')}。",
            f"{CANTEEN}。",
            CANTEEN.replace("每周", "每旬"),
            CANTEEN,
        ),
        # marks and blanks do not count
        (CANTEEN.replace("，", "；"), CANTEEN, CANTEEN.replace("，", "；"), CANTEEN),
        # lines that the width of a page has cut
        (
            f"{CANTEEN[:24]}\n{CANTEEN[24:]}。",
            f"{CANTEEN}。",
            f"{CANTEEN[:24]}\n{CANTEEN[24:]}",
            CANTEEN,
        ),
        # adjacent passages are one
        (
            f"{CANTEEN}。{RIVER}。",
            f"{CANTEEN}。{RIVER}。",
            f"{CANTEEN}。{RIVER}",
            f"{CANTEEN}。{RIVER}",
        ),
        # a title within does not cut it, and is not counted
        (
            f"{CANTEEN[:14]}《青禾县社区食堂管理办法》{CANTEEN[14:]}。",
            f"{CANTEEN}。",
            f"{CANTEEN[:14]}《青禾县社区食堂管理办法》{CANTEEN[14:]}",
            CANTEEN,
        ),
        # what stands before and behind is not taken in
        (f"{PREAMBLE}，{CANTEEN}。", f"{PREAMBLE}，{CANTEEN}。", CANTEEN, CANTEEN),
        # a word of web pages that is one of the text
        (
            f"{CANTEEN}，{RIVER}，并由县农技站提供技术支持，{SCHOOL}。{ORCHARD}。",
            f"{CANTEEN}，{RIVER}，并由县农技站提供技术支持，{SCHOOL}。{ORCHARD}。",
            f"{CANTEEN}，{RIVER}，并由县农技站提供技术支持，{SCHOOL}。{ORCHARD}",
            f"{CANTEEN}，{RIVER}，并由县农技站提供技术支持，{SCHOOL}。{ORCHARD}",
        ),
        # full-width figures
        (
            "食堂第１２号窗口每晚留给夜归的环卫工人和送餐骑手并备好热汤",
            "食堂第12号窗口每晚留给夜归的环卫工人和送餐骑手并备好热汤",
            "食堂第１２号窗口每晚留给夜归的环卫工人和送餐骑手并备好热汤",
            "食堂第12号窗口每晚留给夜归的环卫工人和送餐骑手并备好热汤",
        ),
    ],
)
def test_copied_words_are_found(later: str, earlier: str, words: str, there: str) -> None:
    new = paper("新", later, place="青禾", issued="2022-03-01")
    old = paper("旧", earlier, place="云陵", issued="2021-03-01")
    assert reused(new, old) == [("新", "旧", words, there)]


@pytest.mark.parametrize(
    "text",
    [
        f"{PREAMBLE}。",  # set phrases
        "现印发给你们，请结合实际认真贯彻执行，已经市政府同意，经省政府同意。",
        # the name of a document, with its number
        "根据《关于推进社区食堂由居民议事会挑选厨师并张贴菜谱工作的指导意见》（云府发〔2021〕3号）。",
        # to whom a paper goes
        "各乡镇人民政府、街道办事处，县政府各部门，各直属机构，各企业事业单位：\n",
        "青府发〔2022〕3号各乡镇人民政府，各街道办事处，县政府各部门，县属各国有企业，各直属单位：正文",
        # who answers
        "（责任单位：县教育局、县财政局、县自然资源局、县住房城乡建设局、县市场监管局、县民政局）",
        # too little
        "社区食堂由居民议事会挑选厨师并且每周张贴菜谱",
        # the frame of a web page
        "您当前的位置：首页 > 政务公开 > 社区食堂由居民议事会挑选厨师菜谱每周张贴在凉亭里",
        "社区食堂由居民议事会挑选厨师菜谱每周张贴在凉亭里 版权所有：云陵市 技术支持：云陵网络",
        # the paper that brings another
        "云陵市人民政府办公室关于印发云陵市社区食堂居民议事会挑选厨师管理实施办法的通知",
        # addresses and words of other languages
        "https://example.org/sysFile/downloadFile/a-community-canteen-chosen-by-its-neighbours",
    ],
)
def test_what_stands_everywhere_is_no_copy(text: str) -> None:
    new = paper("新", text, place="青禾", issued="2022-03-01")
    old = paper("旧", text, place="云陵", issued="2021-03-01")
    assert reused(new, old) == []


def test_targets_are_compared_elsewhere() -> None:
    text = "到明年底全市社区食堂居民议事会覆盖率和厨师持证上岗率均达到百分之九十以上"
    new = paper("新", text, place="青禾", issued="2022-03-01")
    old = paper("旧", text, place="云陵", issued="2021-03-01")
    assert len(reused(new, old)) == 1
    assert reused(replace(new, targets=((6, 10),)), replace(old, targets=((6, 10),))) == []


def test_short_stretches_count_between_related_papers_only() -> None:
    short = f"{SCHOOL[:30]}。"
    old = paper("旧", short, place="东岭", issued="2021")
    assert edges(paper("新", short, place="青禾", issued="2022"), old) == []
    assert edges(paper("新", short, place="东岭", issued="2022"), old) == [("新", "旧")]
    citing = paper("新", short, place="青禾", issued="2022", cites=[cited("旧", "旧号文")])
    assert edges(citing, old) == [("新", "旧")]
    # What stands above has it from below by chance.
    assert (
        edges(
            paper("新", short, place="江西", issued="2022"), replace(old, regions=REGIONS["青禾"])
        )
        == []
    )
    long = f"{SCHOOL}，{RIVER}。"
    old = paper("旧", long, place="东岭", issued="2021")
    assert edges(paper("新", long, place="青禾", issued="2022"), old) == [("新", "旧")]


# -- formula -----------------------------------------------------------------------------------


def test_what_unrelated_provinces_write_is_formula() -> None:
    text = f"{CANTEEN}。{RIVER}。"
    places = ("江西", "东岭", "南浦", "西峪")
    three = [paper(p, text, place=p, issued=f"202{n}") for n, p in enumerate(places[:3])]
    assert edges(*three) == [("东岭", "江西"), ("南浦", "江西")]
    assert {one.shares[0].formula for one in found(*three).values()} == {Decimal("0.000")}
    four = [paper(p, text, place=p, issued=f"202{n}") for n, p in enumerate(places)]
    assert edges(*four) == []
    assert min(one.shares[0].formula for one in found(*four).values()) > Decimal("0.9")


def test_what_is_written_on_one_subject_is_none() -> None:
    text = f"{CANTEEN}。{RIVER}。"
    places = ("江西", "东岭", "南浦", "西峪", "北川")
    five = [
        paper(p, text, place=p, issued=f"202{n}", title=f"{p}县渔村民宿集群实施方案")
        for n, p in enumerate(places)
    ]
    assert edges(*five) == [(p, "江西") for p in sorted(places[1:])]


def test_what_one_office_writes_on_all_subjects_is_formula() -> None:
    subjects = ("渔村民宿集群", "小微水体管护", "校园周边摊点", "农机跨区作业", "古树名木挂牌")
    letters = [
        paper(s, f"{CANTEEN}。", place="青禾", issued=f"202{n}", title=f"关于{s}的通知")
        for n, s in enumerate(subjects)
    ]
    assert len(edges(*letters[:4])) == 3
    assert edges(*letters) == []


def test_every_set_phrase_is_shown_and_is_formula() -> None:
    listed = list(rows("set_phrases.tsv"))
    assert len({row["phrase"] for row in listed}) == len(listed)
    for row in listed:
        assert row["phrase"] in plain_letters(row["example"]), row
        assert row["phrase"] == plain_letters(row["phrase"]), row
        assert is_formula(plain_letters(row["example"])), row
    assert not is_formula(CANTEEN)


# -- which is earlier --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "old", "basis"),
    [
        ({"issued": "2022-03-01"}, {"issued": "2022-02-28"}, "IssueDate"),
        ({"issued": "2022-03-01"}, {"issued": "2021"}, "IssueDate"),
        ({"issued": "2022-03"}, {"issued": "2022-02-28"}, "IssueDate"),
        (
            {"issued": "2022-03-01", "year": "2021"},
            {"issued": "2021-03", "year": "2022"},
            "IssueDate",
        ),
        # dates that do not tell
        ({"year": "2022", "issued": "2022"}, {"year": "2021", "issued": "2022-03-01"}, "PlanYear"),
        ({"year": "2022"}, {"year": "2021", "issued": "2022-03-01"}, "PlanYear"),
        ({"cites": [cited("旧", "旧号文")], "year": "2021"}, {"year": "2022"}, "CitationOrder"),
        ({"cites": [cited("旧", "旧号文")]}, {}, "CitationOrder"),
        # what it brings itself is not earlier
        ({"cites": [cited("旧", "旧号文", own=True)]}, {}, None),
        ({"cites": [cited("旧", "旧号文")]}, {"cites": [cited("新", "新号文")]}, None),
        ({"issued": "2022-03-01"}, {"issued": "2022-03-01"}, None),
        ({"issued": "2022"}, {"issued": "2022-03-01"}, None),
        ({"issued": "2022"}, {}, None),
        ({}, {}, None),
    ],
)
def test_direction(new: dict[str, object], old: dict[str, object], basis: str | None) -> None:
    one = paper("新", f"{CANTEEN}。", place="青禾", **new)  # type: ignore[arg-type]
    other = paper("旧", f"{CANTEEN}。", place="青禾", **old)  # type: ignore[arg-type]
    seen = [
        (reuse.order.later, reuse.order.earlier, reuse.order.basis)
        for traced in found(one, other).values()
        for reuse in traced.reuses
    ]
    assert seen == ([(0, 1, basis)] if basis else [])
    # never by the order of files
    turned = [reuse.order.basis for traced in found(other, one).values() for reuse in traced.reuses]
    assert turned == ([basis] if basis else [])


def test_words_of_an_upper_paper_are_shared_whatever_the_dates() -> None:
    upper = paper("上", f"{CANTEEN}。", place="云陵")
    lower = paper("下", f"{CANTEEN}。{RIVER}。", place="青禾")
    shares = {name: one.shares[0].shared for name, one in found(upper, lower).items()}
    assert shares["上"] == 0
    assert Decimal("0.4") < shares["下"] < Decimal("0.6")
    assert edges(upper, lower) == []


def test_of_many_bearers_the_likeliest_counts() -> None:
    text = f"{CANTEEN}。{RIVER}。"
    first = paper("东岭", text, place="东岭", issued="2019")
    second = paper("南浦", text, place="南浦", issued="2020")
    own = [paper(f"青禾{n}", text, place="青禾", issued=f"202{n}") for n in (1, 2, 3)]
    city = paper("云陵", text, place="云陵", issued="2021-06")
    # From others than its own place and those above it, the first.
    assert edges(first, second) == [("南浦", "东岭")]
    assert edges(first, second, own[0]) == [("南浦", "东岭"), ("青禾1", "东岭")]
    # Its own last paper, and that of its city; then nobody else is needed.
    some = edges(first, *own[1:], city)
    assert some == [("云陵", "东岭"), ("青禾2", "云陵"), ("青禾3", "云陵"), ("青禾3", "青禾2")]


def test_a_common_source_is_named() -> None:
    source = cited("国办意见", "国务院办公厅关于发展渔村民宿集群的意见")
    both = [
        paper(
            p,
            f"{CANTEEN}。{RIVER}。",
            place=p,
            issued=i,
            title=f"{p}县渔村民宿集群实施方案",
            cites=[source],
        )
        for p, i in (("东岭", "2021"), ("南浦", "2022"))
    ]
    (reuse,) = found(*both)["南浦"].reuses
    assert reuse.common_source == "document/国办意见"
    held = paper("国办意见", "另有正文。", place="国", issued="2020", title=source.title)
    (reuse,) = found(*both, held)["南浦"].reuses
    assert reuse.common_source == ""


@pytest.mark.parametrize(
    ("first", "second", "are_copies"),
    [
        ({"title": "青禾县渔村民宿集群实施方案"}, {"title": "青禾县渔村民宿集群实施方案"}, True),
        (
            {"title": "青禾县渔村民宿集群实施方案"},
            {"title": "青禾县人民政府关于印发青禾县渔村民宿集群实施方案的通知"},
            True,
        ),
        ({"number": "青府发〔2022〕3号"}, {"number": "青府发〔2022〕3号"}, True),
        (
            {"title": "甲" * 12, "number": "青府发〔2022〕3号"},
            {"title": "甲" * 12, "number": "青府发〔2022〕4号"},
            False,
        ),
        # passed on by another office under a title of its own: that is diffusion
        ({"title": "青禾县渔村民宿集群实施方案"}, {"title": "枫渚县渔村民宿集群实施方案"}, False),
    ],
)
def test_copies_of_one_document(
    first: dict[str, str], second: dict[str, str], are_copies: bool
) -> None:
    text = f"{CANTEEN}。{RIVER}。{SCHOOL}。"
    one = paper("甲", text, place="青禾", issued="2022-01-01", **first)  # type: ignore[arg-type]
    other = paper("乙", text, place="青禾", issued="2022-02-01", **second)  # type: ignore[arg-type]
    traced = found(one, other)
    assert (traced["甲"].copies == ("document/乙",)) is are_copies
    assert (traced["乙"].copies == ("document/甲",)) is are_copies
    assert bool(edges(one, other)) is not are_copies


# -- titles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", list(rows("title_stems.tsv")), ids=lambda row: f"{row['role']} {row['word']}"
)
def test_every_mark_of_a_title_is_shown(row: dict[str, str]) -> None:
    assert row["role"] in ("front", "end", "generic", "attachment", "comment")
    assert row["word"] in row["example"]
    names = ("江西省", "云陵市", "青禾县", "临枫区", "青禾县教育局", "临枫区教育局")
    if row["role"] == "attachment":
        assert titles.is_attachment(row["example"])
    else:
        assert titles.stem(row["example"], names) == row["stem"]


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("青禾县推进学前教育普及普惠实施方案", "学前教育普及普惠"),
        (
            "云陵市人民政府办公室关于印发《云陵市推进学前教育普及普惠三年行动计划（2021—2023年）》的通知",
            "学前教育普及普惠",
        ),
        ("云陵市人民政府关于学前教育普及普惠的意见（试行）", "学前教育普及普惠"),
        ("云陵市“十四五”学前教育普及普惠规划", "学前教育普及普惠"),
        ("青禾县教育局2022年工作要点", ""),
        ("云陵市2023年政府工作报告", ""),
        ("", ""),
    ],
)
def test_stems(title: str, stem: str) -> None:
    names = ("云陵市", "青禾县", "青禾县教育局", "云陵市人民政府")
    assert titles.stem(title, names) == stem


@pytest.mark.parametrize(
    ("new", "old", "echoes"),
    [
        # from above, and from another body of the place
        (
            ("青禾", "青禾县渔村民宿集群实施方案", "县局"),
            ("云陵", "云陵县关于发展渔村民宿集群的意见", "市府"),
            True,
        ),
        (
            ("青禾", "青禾县渔村民宿集群实施方案", "县局"),
            ("青禾", "青禾县关于渔村民宿集群的意见", "县府"),
            True,
        ),
        # a number of a series, a paper from below or beside, a subject that all have
        (
            ("青禾", "青禾县2022年渔村民宿集群实施方案", "县局"),
            ("青禾", "青禾县2021年渔村民宿集群实施方案", "县局"),
            False,
        ),
        (
            ("云陵", "云陵县关于渔村民宿集群的意见", "市府"),
            ("青禾", "青禾县渔村民宿集群实施方案", "县局"),
            False,
        ),
        (
            ("枫渚", "枫渚县渔村民宿集群实施方案", "县局"),
            ("青禾", "青禾县渔村民宿集群实施方案", "县局"),
            False,
        ),
        (("青禾", "青禾县2022年工作要点", "县局"), ("云陵", "云陵县2021年工作要点", "市局"), False),
        # what it takes up, it has whole
        (
            ("青禾", "青禾县渔村民宿集群联盟实施方案", "县局"),
            ("云陵", "云陵县渔村民宿集群的意见", "市府"),
            True,
        ),
        (
            ("青禾", "青禾县渔村民宿集群实施方案", "县局"),
            ("云陵", "云陵县渔村民宿集群联盟的意见", "市府"),
            False,
        ),
    ],
)
def test_echoes(new: tuple[str, str, str], old: tuple[str, str, str], echoes: bool) -> None:
    one, other = (
        paper(name, f"{title}\n正文。", place=place, issued=issued, title=title, issuers=(issuer,))
        for name, issued, (place, title, issuer) in (("新", "2022", new), ("旧", "2021", old))
    )
    heard = [echo for traced in found(one, other).values() for echo in traced.echoes]
    assert [(echo.later, echo.earlier) for echo in heard] == (
        [(0, "document/旧")] if echoes else []
    )
    for echo in heard:
        assert one.text[slice(*echo.span)] == one.title
        assert other.text[slice(*echo.earlier_span)] == other.title


def test_a_document_of_which_two_texts_are_held_is_taken_up_once() -> None:
    later = "青禾县渔村民宿集群实施方案\n正文。"
    earlier = "江西省人民政府关于发展渔村民宿集群的意见"
    held = [
        paper("新", later, place="青禾", issued="2022", title=later[:13], issuers=("县局",)),
        *(
            replace(
                paper(name, blanks + earlier, place="江西", issued="2021", title=earlier),
                document="document/旧",
            )
            for name, blanks in (("旧一", ""), ("旧二", "\n\n"))
        ),
    ]
    (own,) = (traced for traced in found(*held).values() if traced.echoes)
    assert [echo.earlier_span[0] for echo in own.echoes] == [0, 2]
    for echoes in (own.echoes, own.echoes[::-1]):
        lines = graph_of(replace(own, echoes=echoes), held, held[0]).nquads.splitlines()
        (begin,) = (line for line in lines if "earlierBegin" in line)
        assert '"0"' in begin


@pytest.mark.parametrize(
    ("title", "own", "echoes"),
    [
        ("江西省人民政府关于发展渔村民宿集群的意见", False, True),
        ("江西省人民政府关于发展渔村民宿集群的意见", True, False),  # brought or announced
        ("渔村民宿集群扶持资金申请表", False, False),
        ("江西省人民政府关于小微水体管护的意见", False, False),
        # the paper itself, named by the notice that brings it
        ("关于印发《青禾县渔村民宿集群实施方案》的通知", False, False),
    ],
)
def test_echoes_of_what_is_only_cited(title: str, own: bool, echoes: bool) -> None:
    one = paper(
        "新",
        "无题的正文。",
        place="青禾",
        title="青禾县渔村民宿集群实施方案",
        cites=[cited("未收", title, own=own)],
    )
    heard = found(one)["新"].echoes
    assert [(e.earlier, e.basis, e.earlier_source) for e in heard] == (
        [("document/未收", "CitationOrder", "")] if echoes else []
    )


def test_a_paper_is_cited_without_its_number_too() -> None:
    old = paper("旧", f"{CANTEEN}。", place="东岭", title="东岭县关于发展渔村民宿集群的意见")
    citing = cited("无号", old.title)
    new = paper("新", f"{CANTEEN}。", title="青禾县渔村民宿集群实施方案", cites=[citing])
    (echo,) = found(new, old)["新"].echoes
    assert (echo.earlier, echo.basis) == ("document/旧", "CitationOrder")
    # Of two papers of that title, which is meant is not known.
    other = replace(old, source="source/又", document="document/又", text="另文。")
    assert {echo.earlier for echo in found(new, old, other)["新"].echoes} == {"document/无号"}


# -- shares ------------------------------------------------------------------------------------


def test_shares() -> None:
    text = f"{PREAMBLE}。\n一、{CANTEEN}。\n二、{RIVER}。\n三、年底前办成。\n"
    begin, end = text.index("二、"), text.index("三、")
    new = replace(
        paper("新", text, place="青禾", issued="2022"),
        parts=(Part(begin, end, "section/二"), Part(end, end, "section/空")),
        duties=((begin + 2, begin + 4),),
    )
    old = paper("旧", f"{CANTEEN}。", place="云陵", issued="2021")
    whole, second = found(new, old)["新"].shares
    counted = len(text) - text.count("\n")
    assert (whole.writing, whole.length) == ("document/新", counted)
    assert abs(whole.formula - Decimal(len(PREAMBLE)) / counted) < Decimal("0.02")
    assert abs(whole.shared - Decimal(len(CANTEEN)) / counted) < Decimal("0.02")
    assert abs(
        whole.concrete - Decimal(len(RIVER) + 3 + len("三、年底前办成。")) / counted
    ) < Decimal("0.02")
    assert (second.writing, second.length) == ("section/二", end - begin - 1)
    assert (second.formula, second.shared, second.concrete) == (0, 0, 1)


def test_an_empty_text_has_no_shares() -> None:
    assert found(paper("空", " \n"))["空"] == Traces(
        "source/空", "document/空", "空号文", (), (), (), ()
    )


# -- laws --------------------------------------------------------------------------------------

SENTENCES = (CANTEEN, RIVER, SCHOOL, ORCHARD, PREAMBLE, "一、总体要求", "现印发给你们", "123")
documents = st.lists(
    st.tuples(
        st.lists(st.sampled_from(SENTENCES), max_size=5),
        st.sampled_from(["", *REGIONS]),
        st.sampled_from(["", "2021", "2021-05", "2022-03-01"]),
        st.sampled_from(["", "渔村民宿集群实施方案", "关于渔村民宿集群的意见"]),
    ),
    max_size=6,
)


def made(drawn: Sequence[tuple[list[str], str, str, str]]) -> list[Paper]:
    return [
        paper(f"{n:02}", "。\n".join(lines), place=place, issued=issued, title=place + title)
        for n, (lines, place, issued, title) in enumerate(drawn)
    ]


@settings(max_examples=60, deadline=None)
@given(documents)
def test_both_sides_of_a_reuse_are_alike(drawn: list[tuple[list[str], str, str, str]]) -> None:
    papers = made(drawn)
    for traced in found(*papers).values():
        for reuse in traced.reuses:
            later, earlier = papers[reuse.order.later], papers[reuse.order.earlier]
            assert later.source == traced.source != earlier.source
            words = later.text[slice(*reuse.span)], earlier.text[slice(*reuse.earlier_span)]
            assert 0 < reuse.similarity <= 1
            assert all(len(plain_letters(side)) >= ENOUGH for side in words)
            if reuse.similarity == 1:
                assert plain_letters(words[0]) == plain_letters(words[1])
            assert not later.issued or later.issued >= earlier.issued[: len(later.issued)]
        for shares in traced.shares:
            kinds = (shares.formula, shares.shared, shares.concrete)
            assert all(0 <= kind <= 1 for kind in kinds) and shares.formula + shares.shared <= 1


@settings(max_examples=60, deadline=None)
@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_papers_does_not_matter(
    drawn: list[tuple[list[str], str, str, str]], chance: object
) -> None:
    papers = made(drawn)
    mixed = list(papers)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert sorted(reused(*papers)) == sorted(reused(*mixed))
    one, other = found(*papers), found(*mixed)
    assert {name: (t.copies, t.shares) for name, t in one.items()} == {
        name: (t.copies, t.shares) for name, t in other.items()
    }


@given(st.text("甲乙丙丁戊", max_size=60), st.text("甲乙丙丁戊", max_size=60))
def test_common_runs_are_common(one: str, other: str) -> None:
    at = there = 0
    for begin, begin_there, length in likeness.blocks(one, other):
        assert begin >= at and begin_there >= there and length >= likeness.RUN
        assert one[begin : begin + length] == other[begin_there : begin_there + length]
        at, there = begin + length, begin_there + length
    packed = likeness.pack(likeness.blocks(one, other))
    assert likeness.unpack(packed) == likeness.blocks(one, other)


@given(st.text("甲乙丙1，。；\n（）《》 牵头各：\t", max_size=200))
def test_letters_stand_where_they_are_said_to(text: str) -> None:
    letters = letters_of(text)
    assert letters.text == "".join(text[at] for at in letters.places)
    assert list(letters.places) == sorted(set(letters.places))
    ends = [0]
    for begin, end in letters.passages:
        assert ends[-1] <= begin < end <= len(letters.text)
        ends.append(end)


@pytest.mark.parametrize("text", ["（" * 9000, "《" * 9000, "各" * 9000 + "\n", "首" * 30000])
def test_hostile_texts_take_no_time(text: str) -> None:
    assert len(letters_of(text).text) <= len(text)


def test_rows_of_a_long_table_take_no_time() -> None:
    """Each row of a form is like each other: that is not what is looked for."""
    form = (
        "第{}名：渔村民宿第{}号院，经村民小组推荐并由评审小组现场核验后列入本年度名录，奖励金{}元"
    )
    tables = [
        paper(name, "\n".join(form.format(n, n * 7, n * 13) for n in range(start, start + 1000)))
        for name, start in (("甲", 0), ("乙", 5000))
    ]
    started = time.process_time()
    assert edges(*tables) == []
    assert time.process_time() - started < 8


# -- the store ---------------------------------------------------------------------------------

REUSED = """
SELECT ?later ?earlier ?words ?similarity ?basis ?issued {
    ?reuse a pol:Reuse ; pol:later/dcterms:title ?later ; pol:earlier/dcterms:title ?earlier ;
        nif:referenceContext/nif:isString ?text ; nif:beginIndex ?begin ; nif:endIndex ?end ;
        pol:similarity ?similarity ; pol:orderedBy ?order ; dcterms:issued ?issued .
    BIND(SUBSTR(?text, ?begin + 1, ?end - ?begin) AS ?words)
    BIND(STRAFTER(STR(?order), "#") AS ?basis)
} ORDER BY ?later ?earlier
"""
ECHOED = """
SELECT ?later ?earlier ?sentence {
    ?echo a pol:TitleEcho ; pol:later/dcterms:title ?later ; pol:earlier/dcterms:title ?earlier ;
        pol:sentence ?sentence
} ORDER BY ?later ?earlier
"""
OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"
OF_CITY = "云陵市推进学前教育扩优提质实施方案"
OF_QINGHE = "青禾县推进学前教育扩优提质实施方案"
OF_FENGZHU = "枫渚县推进学前教育扩优提质实施方案"


def test_the_planted_copies(plans_store: Store) -> None:
    assert [tuple(row.values()) for row in plans_store.select(REUSED)] == [
        (
            OF_CITY,
            OPINION,
            "城镇新建居住区应当同步配建幼儿园，与首期住宅同时设计、同时建设、同时验收、同时移交",
            "1",
            "IssueDate",
            "2021-09-06",
        ),
        (
            OF_FENGZHU,
            OF_QINGHE,
            "推行“一园一策”挂图作战，每月由分管副县长主持召开一次调度会，"
            "把征地、资金、师资三张清单逐项过堂，进度落后的在全县通报",
            "1",
            "IssueDate",
            "2022-11-10",
        ),
    ]


def test_the_planted_echoes(plans_store: Store) -> None:
    assert [tuple(row.values()) for row in plans_store.select(ECHOED)] == [
        (OF_CITY, OPINION, OF_CITY),
        (OF_FENGZHU, OF_CITY, OF_FENGZHU),
        (OF_FENGZHU, OPINION, OF_FENGZHU),
        (OF_QINGHE, OF_CITY, OF_QINGHE),
        (OF_QINGHE, OPINION, OF_QINGHE),
    ]


def test_every_text_has_its_shares(plans_store: Store) -> None:
    shared = plans_store.select(
        "SELECT ?title ?shared { ?document dcterms:title ?title ; pol:hasText ?text ; "
        "pol:countedLength ?length ; pol:formulaShare ?formula ; pol:sharedShare ?shared ; "
        "pol:concreteShare ?concrete }"
    )
    assert len(shared) == len(plans_store.sources()) == 18
    assert sorted(row["title"] for row in shared if row["shared"] != "0") == [OF_CITY, OF_FENGZHU]


def nquads(store: Store) -> list[tuple[str, list[bytes]]]:
    return [(name, store.ntriples(name)) for name in store.graph_names() if name != ONTOLOGY]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the papers on one subject."""
    folder = tmp_path_factory.mktemp("few")
    for name in ("省-2021-意见", "市-2021-方案", "青禾县-2022-方案", "枫渚县-2022-方案"):
        (folder / f"{name}.txt").write_bytes((PLANS / f"{name}.txt").read_bytes())
    return folder


def test_the_way_to_a_set_of_documents_does_not_matter(few: Path, tmp_path: Path) -> None:
    files = sorted(few.glob("*.txt"))
    with Store() as whole, Store(tmp_path / "store") as grown:
        build(files, whole, limits=None)
        for file in reversed(files):
            build([file], grown, limits=None)
        assert nquads(grown) == nquads(whole)
        assert grown.ntriples() == whole.ntriples()
        before = nquads(grown)
        late = few / "枫渚县-2022-方案.txt"
        grown.remove(str(late))
        traces.renew(grown)
        assert OF_FENGZHU not in {row["later"] for row in grown.select(REUSED)}
        build([late], grown, limits=None)
        assert nquads(grown) == before


def test_what_was_stopped_is_done_again(few: Path) -> None:
    with Store() as store:
        build([few], store, limits=None)
        whole, mark = nquads(store), store.traced
        assert traces.are_current(store)
        source = sorted(store.sources())[0]
        own = store.ntriples(traces_of(source))
        # killed after documents were written, and in the middle of writing traces
        store.drop(source)
        assert not traces.are_current(store) and not store.holds(traces_of(source))
        build([few], store, limits=None)
        assert (nquads(store), store.traced) == (whole, mark)
        store._unmark()  # as the first thing that is done
        store._update(f"DROP GRAPH <{traces_of(source)}>")
        assert traces.update(store).written == 1
        assert store.ntriples(traces_of(source)) == own
        assert traces.update(store) == traces.Update(0, 0, 0)


def test_a_store_may_have_no_traces(few: Path) -> None:
    with Store() as store:
        build([few], store, limits=None)
        build([few], store, limits=None, compare=False)
        assert store.trace_graphs() == [] and store.select(REUSED) == []
        assert not traces.are_current(store)
        store.remove("省-2021-意见.txt")
        traces.renew(store)
        assert store.trace_graphs() == []
        build([few], store, limits=None)
        assert len(store.trace_graphs()) == 4 and traces.are_current(store)


def test_graphs_of_traces_are_no_documents(few: Path) -> None:
    with Store() as store:
        build([few], store, limits=None)
        assert len(store.sources()) == 4
        assert len(store.graph_names()) == 1 + 2 * 4
        for held in list(store.sources().values()):
            store.remove(held.source)
        assert store.graph_names() == [ONTOLOGY]


def test_memory_may_be_lost_or_damaged(few: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    with Store(place) as store:
        build([few], store, limits=None)
        whole = nquads(store)
    for damage in (b"", b"no database" * 100, None):
        if damage is None:
            (place / FILE).unlink()
        else:
            (place / FILE).write_bytes(damage)
        with Store(place) as store:
            store._unmark()
            assert traces.update(store).written == 0
            assert nquads(store) == whole
    rows_kept = sqlite3.connect(place / FILE).execute("SELECT COUNT(*) FROM signatures").fetchone()
    assert rows_kept == (4,)


def test_traces_conform(few: Path) -> None:
    pyshacl = pytest.importorskip("pyshacl")
    import rdflib

    shapes = rdflib.Graph().parse(TESTS.parent / "ontology" / "shapes.ttl")
    with Store() as store:
        build([few], store, limits=None)
        data = rdflib.Graph()
        for name in store.graph_names():
            if name != ONTOLOGY:
                data.parse(data=b"".join(store.ntriples(name)), format="nt")
    conforms, _, text = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert conforms, text
