"""Questions in Chinese over the invented plans: how each is understood, and what it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import build_plans

from kg import queries
from kg.ask import ANSWERING, ask, nearest
from kg.ask.filled import MARK, ONLY, filled
from kg.ask.model import Answer
from kg.ask.moments import moments
from kg.ask.names import is_word
from kg.ask.understand import LONGEST, match, read
from kg.ask.wording import examples, patterns, templates, words
from kg.cli import cli
from kg.errors import KgError, QuestionError
from kg.pipeline import process
from kg.reports.write import text_of
from kg.sparql import PREFIXES
from kg.store import ONTOLOGY, Store
from kg.vocabulary import rows as table_rows

OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"
CITY_PLAN = "云陵市推进学前教育扩优提质实施方案"
RATE = "学前三年毛入园率"


def understood(store: Store, question: str) -> str:
    """Say how a question is understood: its template, what its slots hold, what narrows it."""
    asked = read(store, question, "2023-05-01")
    found = match(asked)
    if found is None:
        return "?"
    slots = [*found.slots.values(), *(text for _, text in asked.circumstances.written)]
    levels = ["|".join(found.levels)] if found.levels else []
    return " ".join([found.template, *slots, *levels])


@cache
def answered(store: Store, question: str) -> Answer:
    return ask(store, question, "2023-05-01")


def shown(answer: Answer, columns: str) -> list[str]:
    """Give some columns of an answer, a line for each row."""
    return [
        " ".join(text_of(record[column]) for column in columns.split()).strip()
        for record in answer.report.records()
    ]


# -- understanding -----------------------------------------------------------------------------


ALL_EXAMPLES = [(name, question) for name, several in examples().items() for question in several]


@pytest.mark.parametrize(("template", "question"), ALL_EXAMPLES)
def test_every_example_of_the_tables_is_understood_and_answered(
    plans_store: Store, template: str, question: str
) -> None:
    answer = answered(plans_store, question)
    assert answer.template == template
    assert answer.report.notes[0] == f"回答：{answer.told}"
    assert answer.report.rows or "没有" in answer.told or "都" in answer.told


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        # politeness, width, numerals, order, synonyms
        ("请问2022年哪些县提出新增学位目标", "places 新增学位 2022年 County"),
        ("请问一下，2022年都有哪些县提出了新增学位的目标呢？", "places 新增学位 2022年 County"),
        ("２０２２年哪些县提出新增学位目标", "places 新增学位 2022年 County"),
        ("二〇二二年哪些县设定新增学位目标吗", "places 新增学位 2022年 County"),
        ("2022年新增学位目标哪些县提出了", "places 新增学位 2022年 County"),
        ("在2022年，哪些县（区）承诺了新增学位？", "places 新增学位 2022年 County"),
        ("哪些市提出新增学位目标", "places 新增学位 Prefecture"),
        ("哪些省份提出新增学位目标", "places 新增学位 Province"),
        ("云陵市哪些区县提出新增学位目标", "places 新增学位 云陵市 County"),
        ("去年哪些县提出新增学位目标", "places 新增学位 2022年 County"),
        ("今年哪些县提出新增学位目标？", "places 新增学位 2023年 County"),
        ("2021—2023年哪些县提出新增学位目标", "places 新增学位 2021—2023年 County"),
        ("“十四五”期间哪些县提出新增学位目标", "places 新增学位 2021—2025年 County"),
        ("哪些县的新增学位目标不低于0.1万个", "places 新增学位 不低于0.1万个 County"),
        ("哪些县的新增学位目标在1000个以上", "places 新增学位 1000个以上 County"),
        # places: short, with those above, several
        ("青禾2022年新增学位目标是多少", "value 新增学位 2022年 青禾县"),
        ("江西省云陵市青禾县2022年新增学位目标是多少", "value 新增学位 2022年 青禾县"),
        ("青禾县新增学位是多少呢", "value 新增学位 青禾县"),
        ("青禾县计划新增多少学位", "value 新增 学位 青禾县"),
        ("青禾县、枫渚县的新增学位目标对比", "compare 新增学位 青禾县、枫渚县"),
        ("枫渚县跟青禾县谁的新增学位目标高", "compare 新增学位 枫渚县、青禾县"),
        ("2023年云陵市新增学位目标比去年增加了吗", "change 新增学位 2023年 云陵市"),
        # silence against words
        ("哪些地方没提新增学位目标", "silent 新增学位 Province|Prefecture|County|Township"),
        ("哪些县尚未提到晨曦护苗行动", "unmentioned 晨曦护苗行动 County"),
        ("谁没有提晨曦护苗行动", "unmentioned 晨曦护苗行动"),
        # who
        ("校园安全整治谁负责", "lead 校园安全整治"),
        ("由谁牵头校园安全整治", "lead 校园安全整治"),
        ("谁来主管校园安全整治工作", "lead 校园安全整治工作"),
        ("校园安全整治的主管部门是哪个", "lead 校园安全整治"),
        ("谁参与校园安全整治", "support 校园安全整治"),
        ("云陵市教育局主抓什么工作", "leads 云陵市教育局"),
        ("云陵市公安局协助哪些工作？", "supports 云陵市公安局"),
        ("青禾县残联参与哪些工作", "supports 残联 青禾县"),
        ("团区委配合什么任务", "supports 团区委"),
        # when
        ("县特殊教育学校何时建成", "finish 县特殊教育学校"),
        ("2022年6月30日前要完成什么", "due 2022-01-01 至 2022-06-30"),
        ("2022年6月前应完成哪些任务", "due 2022-01-01 至 2022-05-31"),
        ("2022年底前要完成什么", "due 2022-01-01 至 2022-12-31"),
        ("2022年上半年要完成什么", "due 2022-01-01 至 2022-06-30"),
        ("2022年第三季度要完成哪些工作", "due 2022-07-01 至 2022-09-30"),
        ("2023年前要完成什么", "due … 至 2022-12-31"),
        ("每个月要开展什么工作", "recurring 每个月"),
        ("每学期要做哪些事", "recurring 每学期"),
        # documents and things
        (f"谁援引了《{OPINION}》", f"citers {OPINION}"),
        (f"《{CITY_PLAN}》贯彻了哪些文件", f"implements {CITY_PLAN}"),
        (f"{CITY_PLAN}依据什么", f"implements {CITY_PLAN}"),
        (f"《{CITY_PLAN}》的成文日期是什么时候", f"about {CITY_PLAN}"),
        (f"《{CITY_PLAN}》是哪个部门印发的", f"about {CITY_PLAN}"),
        ("云陵市教育局发布了哪些文件", "issued 云陵市教育局"),
        ("云陵市2022年有哪些政策", "documents 2022年 云陵市"),
        ("“一园一策”最早出现在哪", "first 一园一策"),
        ("晨曦护苗什么时候开始的", "since 晨曦护苗"),
        ("哪些县推行一园一策", "practised 一园一策 County"),
        ("临枫区隶属哪个市", "belongs 临枫区 Prefecture"),
        ("江西省下辖哪些市", "contains 江西省 Prefecture"),
        # what no template takes is not left out in silence
        ("今天天气怎么样", "?"),
        ("2022年有什么新闻", "?"),
        ("青禾县属于哪里2022年", "?"),
        ("文件", "?"),
    ],
)
def test_understanding(plans_store: Store, question: str, meaning: str) -> None:
    assert understood(plans_store, question) == meaning


# -- planted answers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "columns", "rows"),
    [
        ("2022年哪些县提出新增学位目标？", "地方 数值 单位", ["青禾县 1500 个"]),
        (
            "2021年哪些县提出新增学位目标？",
            "地方 数值",
            ["临枫区 600", "枫渚县 900", "青禾县 1200"],
        ),
        (
            "2023年哪些县提出新增学位目标？",  # masked stays unknown, 0.08万 as written
            "地方 比较 数值 单位",
            ["临枫区 = 800 个", "枫渚县 未公开  个", "青禾县 = 1500 个"],
        ),
        ("2021年哪些县的新增学位目标超过1000个？", "地方 数值", ["青禾县 1200"]),
        ("2021年哪些县的新增学位目标不超过900个？", "地方 数值", ["临枫区 600", "枫渚县 900"]),
        (
            "青禾县2022年新增学位目标是多少？",
            "数值 单位 文件",
            ["1500 个 青禾县教育局2022年工作要点"],
        ),
        ("枫渚县2022年新增学位目标是多少？", "数值", []),
        ("临枫区2022年新增学位目标是多少？", "数值", []),
        (
            "2021年哪个县的新增学位目标最高？",
            "地方 数值",
            ["青禾县 1200", "枫渚县 900", "临枫区 600"],
        ),
        (
            "2021年哪个县的新增学位目标最低？",
            "地方 数值",
            ["临枫区 600", "枫渚县 900", "青禾县 1200"],
        ),
        (
            f"2022年{RATE}目标哪个地方最高？",
            "地方 比较 数值",
            ["云陵市 ≥ 93", "枫渚县 ≥ 93", "江西省 ≥ 92", "青禾县 ≥ 92"],
        ),
        (
            "青禾县和枫渚县2021年的新增学位目标比较",
            "地方 数值",
            ["枫渚县 900", "青禾县 1200"],
        ),
        (
            "青禾县新增学位目标历年变化",
            "年份 上一年目标 目标 变化 结论",
            ["2022 1200 1500 300 提高", "2023 1500 1500 0 持平"],
        ),
        (
            "云陵市2023年新增学位目标比上一年提高了吗？",
            "地方 上一年目标 目标 变化 结论",
            ["云陵市 9000 7500 -1500 下降"],
        ),
        ("2022年哪些县没有提出新增学位目标？", "地方 文中是否写到", ["枫渚县 否"]),
        ("2021年哪些县没有提出学前三年毛入园率目标？", "地方 收录文件数", ["枫渚县 1"]),
        ("哪些地方没有提晨曦护苗行动？", "地方", ["江西省", "临枫区"]),
        (
            "《枫渚县推进学前教育扩优提质实施方案》有哪些目标？",
            "指标 比较 数值",
            [f"{RATE} ≥ 95", "新建公办幼儿园 = 3", "调度会 = 1", "幼儿园教师持证率 ≥ 98"],
        ),
        (
            "晨曦护苗行动最早出现在哪里？",
            "日期 地方",
            [
                *("2021-09-06 云陵市", "2022-02-10 云陵市", "2022-03-01 青禾县"),
                *("2022-03-18 青禾县", "2023-02-15 云陵市", "2023-02-24 青禾县"),
                "2023-03-06 枫渚县",
            ],
        ),
        (
            "谁牵头校园安全整治？",
            "机构 角色 依据",
            ["云陵市教育局 牵头 明示"] * 3,
        ),
        (
            "青禾县特殊教育由哪些部门配合？",
            "机构",
            [*["青禾县残疾人联合会", "青禾县住房和城乡建设局"] * 2],
        ),
        (
            "云陵市公安局配合哪些任务？",
            "任务 地方",
            ["启动校园安全整治 云陵市", *["深化校园安全整治 云陵市"] * 2],
        ),
        (
            "云陵市教育局和云陵市公安局共同负责什么？",
            "任务 机构 角色",
            [
                "启动校园安全整治 云陵市教育局 牵头",
                "启动校园安全整治 云陵市公安局 配合",
                *["深化校园安全整治 云陵市教育局 牵头", "深化校园安全整治 云陵市公安局 配合"] * 2,
            ],
        ),
        (
            "县特殊教育学校什么时候建成？",
            "完成时间 依据 地方",
            ["2022-09-30 明示 青禾县", "2023-12-31 明示 青禾县"],
        ),
        ("2022年9月底前要完成什么？", "完成时间 事项", ["2022-09-30 县特殊教育学校"]),
        ("每季度要做什么？", "年份 指标", ["2022 安全演练", "2023 安全演练"]),
        (
            "《青禾县推进学前教育扩优提质实施方案》落实了哪些上级文件？",
            "关系 被引文件 是否收录",
            [f"落实 {OPINION} 是", f"落实 {CITY_PLAN} 是"],
        ),
        (
            f"哪些文件落实了《{OPINION}》？",
            "日期 地方",
            ["2021-09-06 云陵市", "2022-01-20 江西省", "2022-03-18 青禾县", "2022-11-10 枫渚县"],
        ),
        (
            "引用最多但没有收录的文件有哪些？",
            "被引文件 引用文件数",
            ["云陵市“十四五”教育发展规划 3"],
        ),
        (
            "谁引用了《云陵市“十四五”教育发展规划》？",
            "文件",
            [
                "云陵市教育局2021年工作要点",
                "青禾县教育局2021年工作要点",
                "云陵市教育局2022年工作要点",
            ],
        ),
        (
            "青禾县2022年有哪些文件？",
            "文件 类型 发文机关 日期 文号",
            [
                "青禾县教育局2022年工作要点 工作要点 青禾县教育局 2022-03-01 青教发〔2022〕6号",  # noqa: E501
                "青禾县推进学前教育扩优提质实施方案 实施方案 青禾县人民政府办公室 2022-03-18 "
                "青府办发〔2022〕9号",
            ],
        ),
        (f"《{CITY_PLAN}》的文号是多少？", "文号 日期", ["云府办发〔2021〕33号 2021-09-06"]),
        ("青禾县属于哪个市？", "地方 上级", ["青禾县 云陵市"]),
        ("云陵市包括哪些县？", "地方", ["临枫区", "枫渚县", "青禾县"]),
    ],
)
def test_planted_answers(plans_store: Store, question: str, columns: str, rows: list[str]) -> None:
    assert shown(answered(plans_store, question), columns) == rows


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "枫渚县2022年新增学位目标是多少？",
            "在收录的 2 份文件中没有找到（2022年、枫渚县，涉及枫渚县）",
        ),
        ("临枫区2022年新增学位目标是多少？", "图谱没有收录符合条件的文件，不能说明有还是没有"),
        ("青禾县2022年新增学位目标是多少？", "“新增学位”目标：青禾县2022年新增学位 1500个"),
        ("2022年哪些县没有提出新增学位目标？", "1 个地方没有提出“新增学位”目标：枫渚县"),
        ("谁牵头发展学前教育？", "牵头“发展学前教育”的是江西省教育厅"),
        (
            "哪个部门负责巩固义务教育？",
            "牵头“巩固义务教育”的是江西省教育厅、枫渚县教育局（文件没有写明，推断为发文机关）",
        ),
        (
            "云陵市财政局负责哪些任务？",
            "没有找到云陵市财政局牵头或负责的任务；它配合或参与的有：增加学位供给",
        ),
        (  # noqa: E501
            f"《{CITY_PLAN}》的发文机关是谁？",
            f"《{CITY_PLAN}》发文机关 云陵市人民政府办公室，日期 2021-09-06，"
            "文号 云府办发〔2021〕33号",
        ),
        (
            "云陵市“十四五”教育发展规划是谁印发的？",
            "《云陵市“十四五”教育发展规划》没有收录，只被引用，发文信息不详",
        ),
        (
            "晨曦护苗行动最早出现在哪里？",
            f"“晨曦护苗行动”最早见于 2021-09-06 的云陵市《{CITY_PLAN}》",
        ),
        (
            "枫渚县2023年新增学位目标是多少？",
            "“新增学位”目标：枫渚县2023年新增学位 未公开（个）",
        ),
    ],
)
def test_answers_in_a_sentence(plans_store: Store, question: str, told: str) -> None:
    assert answered(plans_store, question).told == told


def test_a_topic_that_is_no_indicator_is_said_with_one_that_it_holds(plans_store: Store) -> None:
    answer = answered(plans_store, "南极县2022年新增学位目标是多少？")
    assert answer.told.startswith("“南极县新增学位”（图谱中没有这个指标）")
    assert any("“新增学位”是一个指标" in note for note in answer.report.notes)


def test_two_figures_of_one_year_are_not_chosen_from_in_silence(plans_store: Store) -> None:
    answer = answered(plans_store, "枫渚县九年义务教育巩固率逐年变化")
    assert any("枫渚县2023年九年义务教育巩固率" in note for note in answer.report.notes)


def test_counts_of_different_levels_carry_a_warning(plans_store: Store) -> None:
    mixed = answered(plans_store, "2021年新增学位目标谁最高？").report.notes
    alike = answered(plans_store, "2021年哪个县的新增学位目标最高？").report.notes
    assert [any("不同级别" in note for note in notes) for notes in (mixed, alike)] == [True, False]


# -- what is not answered ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("县教育局牵头哪些任务？", "“县教育局”可以指 枫渚县教育局、青禾县教育局：请写全称"),
        ("火星局牵头哪些任务？", "图谱中没有叫“火星局”的机构"),
        ("《不存在的办法》有哪些目标？", "既没有收录、也没有文件引用《不存在的办法》"),
        ("去年哪些县提出新增学位目标？", "“去年”是哪一年不清楚"),
        ("9月底前要完成什么？", "日期没有年份"),
        ("2022年13月前要完成什么？", "月份应在 1 到 12 之间"),
        ("Who leads campus safety?", "reads questions in Chinese"),
        ("", "reads questions in Chinese"),
        ("新" * (LONGEST + 1), "最多 200 个字"),
        ("今天天气怎么样", "没有读懂“今天天气怎么样”。相近的问法："),
        ("2022年有什么新闻", "读懂的有：年份 2022年"),
    ],
)
def test_one_line_says_what_is_wrong(plans_store: Store, question: str, message: str) -> None:
    with pytest.raises(QuestionError) as error:
        ask(plans_store, question)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_nearest_questions_are_of_different_templates() -> None:
    found = nearest("2022年哪些县提新增学位的目标数")
    assert found[0] == "2022年哪些县提出新增学位目标？"
    of_template = {question: name for name, question in ALL_EXAMPLES}
    assert len({of_template[question] for question in found}) == 3


HOSTILE = [
    '2022年哪些县提出" } UNION { ?s ?p ?o } #目标？',
    "哪些县提出\\\"'''<http://x>目标",
    "谁牵头{topic}(?P<a>.*)+$",
    "\ue000\ue001牵头哪些任务",
    "\x1b[31m谁牵头\x07校园安全",
    "哪些" * 100,
    "的" * LONGEST,
    "谁" * LONGEST,
    "和" * 100 + "目标" * 50,
    "2022年" * 40,
    "《" * LONGEST,
    "县" * 10_000,
]


@pytest.mark.parametrize("question", HOSTILE)
def test_hostile_questions_are_harmless_and_quick(plans_store: Store, question: str) -> None:
    begun = time.process_time()
    try:
        answer = ask(plans_store, question)
    except KgError as error:
        assert len(str(error)) < 1000
    else:
        assert "?s" not in [row.values for row in answer.report.rows]
    assert time.process_time() - begun < 1.0


def test_a_term_cannot_leave_its_quotes(plans_store: Store) -> None:
    text = filled("ask-words", {"words": '" } ?s ?p ?o . { "\\\n'})
    assert '"\\" } ?s ?p ?o . { \\"\\\\\\n"' in text
    assert plans_store.select(text) == []


@settings(max_examples=40)
@given(
    st.text(
        st.sampled_from('哪些县谁牵头目标没有2022年6月底前新增学位的和比最高《》“”?{}"\\.教育局'),
        max_size=40,
    )
)
def test_any_question_is_answered_or_refused(plans_store: Store, question: str) -> None:
    try:
        first = ask(plans_store, question)
    except KgError:
        return
    assert ask(plans_store, question) == first


# -- years and dates ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rest", "written"),
    [
        ("2022年哪些县", " 哪些县", ["年份 2022年"]),
        ("2021年至2023年目标", " 目标", ["年份 2021—2023年"]),
        ("2021年和2023年目标", " 和 目标", ["年份 2021、2023年"]),
        ("到2025年目标", " 目标", ["期限 2025-01-01 至 2025-12-31"]),
        ("2022年2月底前", " ", ["期限 2022-01-01 至 2022-02-28"]),
        ("2024年2月30日前", " ", ["期限 2024-01-01 至 2024-02-29"]),
        ("2022年1月前", " ", ["期限 2022-01-01 至 2021-12-31"]),
        ("不少于1.5万个", " ", ["不少于 不少于1.5万个"]),
        ("比去年提高", "比上年提高", []),
        ("5G基站2000个目标", "5G基站2000个目标", []),
        ("第二季度", None, None),
    ],
)
def test_moments(text: str, rest: str | None, written: list[str] | None) -> None:
    if rest is None:
        with pytest.raises(QuestionError):
            moments(text, "")
        return
    left, found = moments(text, "")
    assert (left, [" ".join(one) for one in found.written]) == (rest, written)


def test_a_figure_in_ten_thousands_is_multiplied_out() -> None:
    assert moments("超过0.1万个", "")[1].least == format(Decimal("1000"), ".1f")


# -- the SPARQL that ran -----------------------------------------------------------------------


@cache
def _rows_of(store: Store, sparql: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(tuple(row.items()) for row in store.select(sparql))


@pytest.mark.parametrize("template", ANSWERING)
def test_the_query_that_is_shown_gives_every_row_that_is_answered(
    plans_store: Store, template: str
) -> None:
    answer = answered(plans_store, templates()[template].example)
    rows = [dict(row) for row in _rows_of(plans_store, answer.sparql)]
    places = {(row.get("source"), row.get("begin")) for row in rows}
    for row in answer.report.rows:
        for one in row.evidence:
            of_text = (one.source, str(one.begin)) in places
            of_document = any(r.get("source") == one.source and not r.get("begin") for r in rows)
            assert of_text or of_document, one
    assert bool(rows) == bool(answer.report.rows)


def test_every_row_leads_to_its_sentence(plans_store: Store) -> None:
    texts = {
        row["source"]: row["text"]
        for row in plans_store.select("SELECT ?source ?text { ?source nif:isString ?text }")
    }
    for template, question in ALL_EXAMPLES:
        if template in ("belongs", "contains"):
            continue  # what lies in what is known from the tables of divisions
        for row in answered(plans_store, question).report.rows:
            assert row.evidence, question
            for one in row.evidence:
                assert one.file.endswith(".txt")
                assert one.sentence.strip() in texts[one.source]


SAVED: dict[str, dict[str, str]] = {
    "ask-anchors": {"words": "残联"},
    "ask-both": {"agency": "云陵市教育局", "other": "云陵市公安局"},
    "ask-cites": {"stance": "implements"},
    "ask-documents": {"issuer": "江西省教育厅"},
    "ask-due": {"from": "2022-01-01", "until": "2022-09-30", "stated": "Stated"},
    "ask-inside": {"outer": "https://w3id.org/policy-kg/id/region/云陵市"},
    "ask-joint": {"place": "云陵市"},
    "ask-labels": {"words": "学位", "kind": "Indicator"},
    "ask-missing": {},
    "ask-named": {"name": "晨曦护苗行动"},
    "ask-names": {"question": "云陵市教育局牵头哪些任务"},
    "ask-places": {"question": "青禾县"},
    "ask-regions": {"outer": "云陵市"},
    "ask-responsible": {"words": "安全", "part": "Lead"},
    "ask-silent": {"words": "新增学位", "named": "新增学位", "year": "2022", "level": "County"},
    "ask-targets": {"words": "学位", "year": "2021", "level": "County"},
    "ask-unmentioned": {"words": "心理健康教育"},
    "ask-unnamed": {"name": "晨曦护苗行动"},
    "ask-unowned": {"year": "2023"},
    "ask-words": {"words": "挂图作战"},
}


def test_every_query_for_questions_is_compared() -> None:
    assert set(SAVED) == {name for name in queries.saved() if name.startswith("ask-")}


@pytest.fixture(scope="module")
def exported(plans_store: Store) -> tuple[rdflib.Graph, pyoxigraph.Store]:
    """Give what the documents say, for two engines that know no function of ours."""
    graphs = [name for name in plans_store.graph_names() if name != ONTOLOGY]
    lines = b"".join(line for name in graphs for line in plans_store.ntriples(name))
    graph, other = rdflib.Graph(), pyoxigraph.Store()
    graph.parse(data=lines.decode(), format="nt")
    other.bulk_load(lines, pyoxigraph.RdfFormat.N_TRIPLES)
    return graph, other


@pytest.mark.parametrize("name", SAVED)
def test_saved_queries_are_standard_sparql(
    exported: tuple[rdflib.Graph, pyoxigraph.Store], name: str
) -> None:
    graph, other = exported
    text = filled(name, SAVED[name])
    prefixes = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    by_rdflib = sorted(
        tuple("" if term is None else str(term) for term in row)
        for row in graph.query(prefixes + text)
    )
    solutions = other.query(text, prefixes=PREFIXES)
    by_oxigraph = sorted(tuple("" if t is None else t.value for t in row) for row in solutions)
    assert by_rdflib == by_oxigraph != []


@pytest.mark.parametrize("name", SAVED)
def test_values_may_be_parameters_too(plans_store: Store, name: str) -> None:
    """`kg query --name ask-targets --param words=学位` gives what the filled text gives."""
    query = queries.find(name)
    by_text = plans_store.select(filled(name, SAVED[name]))
    by_parameter = plans_store.select(query.text, query.substitutions(SAVED[name]))
    assert _without(by_text, SAVED[name]) == _without(by_parameter, SAVED[name])


def _without(rows: list[dict[str, str]], names: dict[str, str]) -> list[tuple[str, ...]]:
    return sorted(tuple(v for k, v in row.items() if k not in names) for row in rows)


# -- tables ------------------------------------------------------------------------------------


def test_templates_words_and_patterns_belong_together() -> None:
    assert set(templates()) == set(ANSWERING)
    assert {pattern.template for pattern in patterns()} == set(ANSWERING)
    assert {template.query for template in templates().values()} <= set(queries.saved())


def test_every_class_of_words_shows_one_of_them() -> None:
    for row in table_rows("question_words.tsv"):
        listed = row["words"].split("|")
        assert listed == list(dict.fromkeys(listed)), row
        assert any(word in row["example"] for word in listed), row
        assert words(row["class"])[listed[0]] == row["value"]


def test_every_word_class_is_used() -> None:
    used = {
        word.rstrip("?").lower()
        for row in table_rows("question_patterns.tsv")
        for word in row["pattern"].split()
        if not word.startswith("{")
    }
    read_before = {"every", "polite", "end", "general", "tail", "least", "most_figure", "level"}
    assert {row["class"] for row in table_rows("question_words.tsv")} == used | read_before


def test_every_parameter_has_a_place_for_its_value() -> None:
    for name, query in queries.saved().items():
        if name.startswith("ask-"):
            marked = {p for line in query.text.splitlines() for p in _marked(line)}
            assert marked == {parameter for parameter, _ in query.parameters}, name


def _marked(line: str) -> Iterator[str]:
    yield from line.partition(MARK)[2].split()
    yield from line.partition(ONLY)[2].split()


# -- the command -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ask") / "store"
    with Store(folder) as store:
        build_plans(store)
    return folder


def run(place: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli, [*arguments, "--store", str(place)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_tells_what_it_understood_what_it_found_and_what_it_ran(place: Path) -> None:
    output = run(place, "ask", "2022年哪些县提出新增学位目标？")
    assert "理解：哪些地方提出了…的目标（年份 2022年；指标 “新增学位”；级别 县级）" in output
    assert "回答：1 个地方提出了“新增学位”目标：青禾县" in output
    assert "全县新增学位1500个。" in output
    assert 'VALUES ?named { "新增学位" }' in output


def test_the_query_can_be_pasted(place: Path) -> None:
    sparql = run(place, "ask", "2021年哪些县提出新增学位目标？", "--sparql")
    found = json.loads(run(place, "query", sparql, "--format", "json"))
    rows = found["results"]["bindings"]
    assert [row["where"]["value"] for row in rows] == ["临枫区", "枫渚县", "青禾县"]


@pytest.mark.parametrize("form", ["csv", "json", "markdown"])
def test_other_formats_hold_the_answer_without_the_query(place: Path, form: str) -> None:
    output = run(place, "ask", "青禾县2022年新增学位目标是多少", "--format", form)
    assert "1500" in output
    assert "SPARQL:" not in output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("今天天气怎么样",), 1, "没有读懂"),
        (("去年哪些县提出新增学位目标",), 1, "--today"),
        (("去年哪些县提出新增学位目标", "--today", "2023"), 2, "is no date"),
    ],
)
def test_errors(place: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    result = CliRunner().invoke(cli, ["ask", *arguments, "--store", str(place)])
    assert result.exit_code == code
    assert message in result.output


@pytest.mark.parametrize(
    ("label", "word"),
    [("振兴", True), ("新建", True), ("和平", True), ("温岭", False), ("青禾", False)],
)
def test_a_short_name_that_is_an_everyday_word_is_no_place(label: str, word: bool) -> None:
    assert is_word(label) is word


def test_a_document_of_which_two_texts_are_held_is_cited_once() -> None:
    opinion = (
        "青禾县人民政府关于推进学前教育扩优提质的意见\n青政发〔2022〕6号\n各乡镇人民政府：\n"
        "为推进学前教育，提出以下意见。{}\n青禾县人民政府\n2022年5月6日\n"
    )
    plan = (
        "青禾县教育局2023年工作要点\n根据《青禾县人民政府关于推进学前教育扩优提质的意见》"
        "（青政发〔2022〕6号），新增公办幼儿园3所。\n青禾县教育局\n2023年2月1日\n"
    )
    texts = (opinion.format(""), opinion.format("本意见自印发之日起施行。"), plan)
    with Store() as store:
        store.load([process(text.encode(), [f"{n}.txt"]) for n, text in enumerate(texts)])
        (row,) = store.select(queries.find("ask-cites").text)
        assert (row["title"], row["held"]) == ("青禾县教育局2023年工作要点", "yes")
