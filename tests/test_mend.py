"""Damaged texts to what is read in them: each repair, what stays, and the way back."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from casebook import EXAMPLES, ROOT
from facts import facts
from hypothesis import given, settings
from hypothesis import strategies as st
from test_data import table

from kg.models import Cell, Field, Reading, Source, Table
from kg.pipeline import process, understand
from kg.read import read
from kg.structure.alignment import Alignment, Edit, Step
from kg.structure.mend import Mended, mend

PAGE = "把驿站办在乡亲们家门口让老人少跑路让孩子有人管\n" * 40
UNINDENTED = PAGE + (
    "一、统筹力量做好服务群众工作，建好山区\n驿站队伍。每月培训。\n"
    "二、各县区要继续做好山区群众的保障\n请县财政局落实经费。\n"
)
# A page of 30 ideographs a line, as a PDF file gives it.
WRAPPED = """云陵市山区驿站建设方案
　　为方便山区群众办事，各县区要在2025年底前建成一批驿站，由市
民政局牵头，市财政局配合，每个驿站配备工作人员不少于三名，服务
半径不超过五公里。
　　一、建设任务
　　驿站选址应当靠近村口和学校，新建驿站面积不少于八十平方米，改
扩建驿站面积不少于六十平方米，配齐饮水、充电、急救等设施，让过
往群众随时歇脚
　　二、保障措施
　　市财政局按照每个驿站十万元的标准给予补助，县级财政按照不低于
一比一的比例配套。
云陵市民政局
2024年3月5日
"""
INDENTED = (
    "　　市财政局按照每个驿站十万元的标准给予补助，县级财政按照一定\n"
    "的比例足额配套，并于当年年底以前全部拨付，不得截留、挪用。\n年底前完成。\n"
) * 4


def mended(text: str) -> Mended:
    return mend(read(text.encode(), ["case.txt"]))


def text_of(text: str) -> str:
    """Return a text as it is read."""
    return mended(text).source.text


# -- each rule ---------------------------------------------------------------------------------

RULES = [row for row in table("repairs.tsv") if row["example"]]


@pytest.mark.parametrize("row", RULES, ids=lambda row: str(row["rule"]))
def test_a_rule_mends_its_example(row: dict[str, str]) -> None:
    result = mended(row["example"].replace("↵", "\n"))
    assert result.source.text == row["reading"].replace("↵", "\n")
    assert row["rule"] in {repair.rule for repair in result.written.repairs}


@pytest.mark.parametrize("row", table("characters.tsv"), ids=lambda row: str(row["code"]))
def test_a_character_is_read_as_the_table_says(row: dict[str, str]) -> None:
    char = chr(int(row["code"], 16))
    reading = " " if row["reading"] == "blank" else row["reading"]
    assert char in row["example"]
    assert text_of(row["example"]) == row["example"].replace(char, reading)


@pytest.mark.parametrize(
    ("damaged", "reading"),
    [
        # numbers of documents
        ("云教发[2022〕4号", "云教发〔2022〕4号"),
        ("云教发〔2O22〕4号", "云教发〔2022〕4号"),
        ("云教发〔2022〕l4号", "云教发〔2022〕14号"),
        ("云政办发2022〕11号", "云政办发〔2022〕11号"),
        ("云政办发〔2022 11号", "云政办发〔2022〕11号"),
        ("云政办发〔202211号", "云政办发〔2022〕11号"),
        ("云教发〔20 22〕4号", "云教发〔2022〕4号"),
        ("云教发〔2022�4号", "云教发〔2022〕4号"),
        ("云教发�2022〕4号", "云教发〔2022〕4号"),
        ("云教发〔20222", "云教发〔2022〕2号"),
        ("文号：云教发〔20222", "文号：云教发〔2022〕2号"),
        # dates
        ("于2O22年3月印发", "于2022年3月印发"),
        ("到20 22 年 3 月底", "到2022 年 3 月底"),
        ("二0二二年三月", "二〇二二年三月"),
        ("二O二二年三月", "二〇二二年三月"),
        ("2022年l2月1O日", "2022年12月10日"),
        ("2〇22年", "2022年"),
        ("2022�3月5日", "2022年3月5日"),
        ("2022年3�5日", "2022年3月5日"),
        # numerals
        ("建成2O0所", "建成200所"),
        ("投入1l5万元", "投入115万元"),
        ("达到9８.5％", "达到98.5%"),
        ("合格率3.5O%", "合格率3.50%"),
        # headings
        ("－、总体要求", "一、总体要求"),
        ("（ー）加强领导", "（一）加强领导"),
        ("ニ、主要目标", "二、主要目标"),
        ("十－、附则", "十一、附则"),
        ("l.加强领导\n2.落实经费", "1.加强领导\n2.落实经费"),
        ("一、目标\n二 措施\n三、保障", "一、目标\n二、措施\n三、保障"),
        ("一目标任务\n二、措施\n三、保障", "一、目标任务\n二、措施\n三、保障"),
        # characters
        ("深化“双减&quot;工作", "深化“双减”工作"),
        ("开展“2+1&quot;活动", "开展“2+1”活动"),
        ("&amp;quot;双减&amp;quot;工作", "“双减”工作"),
        ("县教\u200b育局\x07负责", "县教育局负责"),
        ("\x93双减\x94工作", "“双减”工作"),
        ("第一段\u2028第二段", "第一段\n第二段"),
        ("⼯作要点", "工作要点"),
        # blanks
        ("2023 年 工 作 要 点", "2023年工作要点"),
        ("科 技 部", "科技部"),
        ("加 快推进 教 育现代 化，提 高质量。", "加快推进教育现代化，提高质量。"),
    ],
)
def test_mended(damaged: str, reading: str) -> None:
    assert text_of(damaged) == reading


@pytest.mark.parametrize(
    ("number", "date", "reading"),
    [
        ("云教发〔20□3〕4号", "2023年3月6日", "云教发〔2023〕4号"),
        ("云教发〔203〕4号", "2023年3月6日", "云教发〔2023〕4号"),
        ("云教发〔202*〕4号", "2023年8月1□日", "云教发〔2023〕4号"),
        ("文号：云教发〔20 3〕4号", "成文日期：2013-03-06", "文号：云教发〔2013〕4号"),
        ("云教发〔20□3〕4号", "2024年3月6日", "云教发〔20□3〕4号"),  # another year's
        ("云教发〔20□3〕4号", "", "云教发〔20□3〕4号"),  # no date says which
        ("云教发〔20 3〕4 号", "2023年3月6日", "云教发〔20 3〕4 号"),  # 4 号 may have lost one too
        (
            "按云教发〔20□3〕4号办理。",
            "2023年3月6日",
            "按云教发〔20□3〕4号办理。",
        ),  # another paper's
    ],
)
def test_a_figure_lost_in_a_number_is_that_of_the_date(
    number: str, date: str, reading: str
) -> None:
    text = f"关于加强校车管理的通知\n{number}\n各学校：\n请加强管理。\n{date}\n"
    assert text_of(text) == text.replace(number, reading)


@pytest.mark.parametrize(
    "text",
    [
        "云教发[2022]4号",  # brackets of another kind are read as they are
        "云教发(2022)4号",
        "云教发〔2022〕 4 号",
        "会议（2022年第3号文件）",
        "云教发20224号",  # no bracket shows where the year ends
        "位于2022号楼",
        "发展O2O模式",  # letters that are letters
        "含H2O不超过5%",
        "5G网络覆盖90%",
        "20〇〇年",  # may hide the last figures
        "到20××年",
        "投入***万元，涉及某镇X户",
        "二○二二年",
        "二零二二年",
        "附件２",  # all of one width
        "一是加强领导\n二是落实经费\n三是严格考核",
        "一、目标\n三、保障",  # 二 stands nowhere
        "一、目标\n二批次\n三、保障\n",
        "张三 李四 王五",  # names in a row
        "责任单位：县教育局 县财政局 县民政局。",
        "甲 乙 丙",
        "年 月 日",
        '使用5"屏幕',
        "R&D经费",
        "A&B;C",
        "� 无法辨认",
        '深化"双减工作',  # one mark is left over
        "首页\n新闻\n服务",
        "县东站 12米 -10度 合格品检查 甲等\n" * 6,  # rows of a table
        "白墙黛瓦映碧水，\n古树老街说从前。",  # a verse: its lines are too short for prose
    ],
)
def test_left_as_it_is(text: str) -> None:
    result = mended(text)
    assert result.source.text == text
    assert result.written.repairs == ()
    assert result.source is result.written


# -- lines -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        (PAGE + "各县区要抓紧编制出台本地区的山区驿站建设选址指\n南，年底前上报。\n", "选址指南"),
        (PAGE + "要健全制度。\n南岭驿站先行。\n", "制度。\n南岭"),  # the sentence has ended
        (PAGE + "重点工作\n南岭驿站先行。\n", "工作\n南岭"),  # a heading: its line is not full
        (PAGE + "各县区要抓紧编制出台本地区的山区驿站建设方案\n（二）建好队伍。\n", "方案\n（二"),
        ("落实《云陵市校车\n管理办法》。\n", "校车管理"),  # a title in marks, on any page
        ("请登录系统（\nhttp://y.cn\n）填报申请", "系统（http://y.cn）填报"),  # at a bracket
        ("材料报送截止时间为\n2024\n年\n3\n月\n5\n日\n。", "时间为2024年3月5日"),  # around figures
        ("云教发〔\n2024\n〕\n6\n号\n各县区：", "云教发〔2024〕6号\n各"),
        ("云陵市民政局\n2024\n年\n3\n月\n5\n日\n", "民政局\n2024年3月5日"),  # who signs
        ("所需经费为\n6\n年度合计\n", "为\n6\n年度"),  # a table's rows
        ("请各县区抓好落实\n云陵市人民政府\n", "落实\n云陵"),
        ("（牵头单位：县教育\n局、县财政局）", "县教育局"),
        # On a page that breaks no lines a comma at the end of one may be a slip for 。
        ("县教育局、县财政局、县民政局、\n县农业农村局要密切配合。", "民政局、\n县农业"),
        (WRAPPED, "由市民政局牵头，市财政局配合，每个驿站配备工作人员不少于三名，服务半径"),
        (INDENTED, "挪用。年底"),  # the line is full, and the next not indented
        (WRAPPED, "歇脚\n　　二、"),  # the next line is indented
        (WRAPPED, "方案\n　　为"),  # a title, and no full line
        # the indents are lost, so that the first line of an item is the shorter
        (UNINDENTED, "建好山区驿站队伍。"),
        (UNINDENTED, "群众的保障\n请"),
        (WRAPPED, "\n云陵市民政局\n2024年3月5日"),  # who signs, and when
        (WRAPPED.replace("\n", "\n\n"), "服务半径"),  # an empty line behind every line
        (WRAPPED.replace("服务\n", "服务\n— 3 —\n"), "服务半径"),  # a page number
        (WRAPPED.replace("服务\n", "服务\n\n第 3 页 共 9 页\n\n"), "服务半径"),
        (WRAPPED.replace("\n", "\r\n"), "服务半径"),
    ],
)
def test_lines(text: str, joined: str) -> None:
    assert joined in text_of(text)


def test_joining_twice_is_joining_once() -> None:
    once = mended(WRAPPED).source
    assert mend(once).source.text == once.text


def test_a_table_stays() -> None:
    text = "落实《云陵市校车\n管理办法》\n"
    whole = Source(("a",), "0" * 64, text, "utf-8")
    row = Table(0, len(text), (Cell(0, 0, 0, 8), Cell(1, 0, 9, len(text) - 1)))
    assert mend(whole).source.text != text
    assert mend(Source(("a",), "0" * 64, text, "utf-8", tables=(row,))).source.text == text


def test_what_a_file_marks_moves_with_the_text() -> None:
    text = "县教\u200b育局\n任务\t单位\n"
    marked = Table(6, 12, (Cell(0, 0, 6, 8), Cell(0, 1, 9, 11)))
    source = mend(Source(("a",), "0" * 64, text, "utf-8", tables=(marked,), pages=(0, 6))).source
    (found,) = source.tables
    assert [source.text[cell.begin : cell.end] for cell in found.cells] == ["任务", "单位"]
    assert source.pages == (0, 5)


def test_a_field_of_the_file_is_mended_too() -> None:
    text = "文号：云教发[2022〕4号\n"
    field = Field("number", "云教发[2022〕4号", 3, 14, "html.meta")
    (found,) = mend(Source(("a",), "0" * 64, text, "utf-8", fields=(field,))).source.fields
    assert (found.value, found.begin, found.end) == ("云教发〔2022〕4号", 3, 14)


# -- copies ------------------------------------------------------------------------------------

BODY = "".join(
    f"第{n}项任务由县第{n}办公室负责，力争年内完成目标{n * 7}个，{'逐月推进' * n}。"
    for n in range(2, 12)
)


def test_a_second_copy_is_not_read_again() -> None:
    head, sign = "云陵市年度任务清单\n", "\n云陵市人民政府\n2024年3月5日\n"
    result = mended(f"首页\n{head}{BODY}{sign}打印版\n{head}{BODY}{sign}")
    assert result.source.text == f"首页\n{head}{BODY}{sign}打印版\n\n"
    assert [repair.rule for repair in result.written.repairs] == ["repair.duplicate"]


@pytest.mark.parametrize(
    "text",
    [
        BODY + "补充一句。" + BODY[: len(BODY) // 4],  # a part of it
        "请认真贯彻执行本方案要求。\n" * 60,  # one sentence over and over
        BODY + BODY.replace("县", "市"),
    ],
)
def test_no_copy(text: str) -> None:
    assert "repair.duplicate" not in {one.rule for one in mended(text).written.repairs}


# -- the way back ------------------------------------------------------------------------------


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, Step]:
    text = draw(st.text(alphabet="甲乙丙 \n1O", min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, Step([Edit(b, e, draw(st.text("丁2", max_size=4)), "repair.x") for b, e in spans])


@given(edited(), st.data())
def test_spans_come_back(case: tuple[str, Step], data: st.DataObject) -> None:
    text, step = case
    new, alignment = step.apply(text), Alignment([step])
    ends = sorted(data.draw(st.lists(st.integers(0, len(new)), min_size=4, max_size=4)))
    first, second = alignment.written(ends[0], ends[1]), alignment.written(ends[2], ends[3])
    assert 0 <= first[0] <= first[1] <= len(text) and second[0] <= second[1] <= len(text)
    assert first[0] <= second[0] and (ends[2] == ends[3] or first[1] <= second[1])
    begin, end = alignment.read(*first)
    assert ends[0] == ends[1] or begin <= ends[0] and ends[1] <= end
    touched = any(e.begin < first[1] and first[0] < e.end for e in step.edits)
    if not touched and ends[0] < ends[1]:
        assert new[ends[0] : ends[1]] == text[slice(*first)]
        assert (begin, end) == (ends[0], ends[1])


ALPHABET = (
    '县教育局一二、，。；：（）《》“” \t\n\r\u3000\u200b\u00a0年月日号〔〕[]0123Oo l%&;nbspquot"�－'
)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=200))
def test_any_text_is_mended_and_leads_back(text: str) -> None:
    source = Source(("a",), "0" * 64, text, "utf-8")
    result = mend(source)
    end = 0
    for repair in result.written.repairs:
        assert end <= repair.begin < repair.end <= len(text)
        assert text[repair.begin : repair.end] == repair.original
        end = repair.end
    assert "".join(_reading(text, result)) == result.source.text
    assert result.written.text is text


def _reading(text: str, result: Mended) -> list[str]:
    """Return the text with its repairs made from what they say alone."""
    pieces, done = [], 0
    for repair in result.written.repairs:
        pieces += [text[done : repair.begin], repair.reading]
        done = repair.end
    return [*pieces, text[done:]]


def test_clean_text_is_the_same_text() -> None:
    source = read((EXAMPLES / "06-云陵市2024年政府工作报告.txt").read_bytes(), ["a"])
    result = mend(source)
    assert result.source is source is result.written
    assert result.alignment.is_identity


# -- understanding -----------------------------------------------------------------------------


def wrapped(rng: random.Random, text: str) -> str:
    """Break the lines inside their sentences, but those of tables and metadata."""
    size = rng.randint(30, 40)
    return "\n".join(
        line
        if "\t" in line or re.search("\u3000\u3000.*：", line.strip())
        else "\n".join(_broken(line, size))
        for line in text.split("\n")
    )


def _broken(line: str, size: int) -> Iterator[str]:
    while len(line) > size:
        at = size - 1 if line[size - 1] in "。；：" else size
        yield line[:at]
        line = line[at:]
    yield line


def paged(rng: random.Random, text: str) -> str:
    lines = wrapped(rng, text).split("\n")
    return "\n".join(
        line if at % 25 else f"{line}\n\n— {at // 25} —\n" for at, line in enumerate(lines, 1)
    )


def spread(rng: random.Random, text: str) -> str:
    """Put blanks between the characters of prose."""

    def line_of(line: str) -> str:
        prose = len(line) > 40 and "。" in line and "\t" not in line
        between = r"(?<=[一-鿿])(?=[一-鿿])" if prose else "$^"
        return re.sub(between, lambda _: " " if rng.random() < 0.15 else "", line)

    return "\n".join(map(line_of, text.split("\n")))


def misread(rng: random.Random, text: str) -> str:
    text = re.sub(r"(?<=\d)0(?=\d*[年月日%万])", lambda _: rng.choice("0Oo"), text)
    return re.sub(r"(?<=\d)1(?=\d*[年月日%万])", lambda _: rng.choice("1lI"), text)


def widened(rng: random.Random, text: str) -> str:
    return re.sub(
        r"[0-9%]", lambda m: chr(ord(m[0]) + 0xFEE0) if rng.random() < 0.5 else m[0], text
    )


def escaped(rng: random.Random, text: str) -> str:
    signs = {"“": "&ldquo;", "”": "&amp;rdquo;", "\u3000": "&#12288;", "%": "&#37;", "—": "&mdash;"}
    return "".join(signs.get(char, char) if rng.random() < 0.5 else char for char in text)


def sown(rng: random.Random, text: str) -> str:
    return re.sub(
        r"(?<=[一-鿿])(?=[一-鿿])", lambda _: "\u200b" if rng.random() < 0.1 else "", text
    )


def unbracketed(rng: random.Random, text: str) -> str:
    def number(match: re.Match[str]) -> str:
        year, serial = match[1], match[2]
        kinds = (f"〔{year}{serial}", f"{year}〕{serial}", f"〔{year[:2]} {year[2:]}〕{serial}")
        return rng.choice((*kinds, f"［{year}〕 {serial} "))

    return re.sub(r"〔(\d{4})〕(\d+)(?=号)", number, text)


def doubled(_: random.Random, text: str) -> str:
    return f"{text}\n{text}"


DAMAGE = (wrapped, paged, spread, misread, widened, escaped, sown, unbracketed, doubled)
CLEAN = sorted(path.name for path in EXAMPLES.glob("*.txt") if "受损" not in path.name)


def said(reading: Reading) -> Counter[tuple[object, ...]]:
    """Return the facts of a reading; the words of a mention are those of the damaged text."""
    found: Counter[tuple[object, ...]] = Counter()
    for fact, count in facts(reading).items():
        found[(*fact[:3], *fact[4:]) if fact[0] == "mention" else fact] += count
    return found


@pytest.mark.parametrize("name", CLEAN)
def test_a_damaged_text_says_the_same(name: str) -> None:
    text = read((EXAMPLES / name).read_bytes(), [name]).text
    clean = said(understand(read(text.encode(), [name])))
    for damage in DAMAGE:
        damaged = damage(random.Random(7), text)
        reading = understand(read(damaged.encode(), [name]))
        got = said(reading)
        assert (clean - got, got - clean) == (Counter(), Counter()), damage.__name__
        assert reading.outline.source.text == damaged
        for mention in reading.findings.mentions:
            assert damaged[mention.begin : mention.end] == mention.text


def test_offsets_point_into_the_text_as_written() -> None:
    text = (
        "云陵市教育局2O23年工作要点\n一、工作任务\n1.建设驿站。到2O25年，建成驿站2O0\u200b个（县教\n育局），"
        "由县财政局、县水利局负责。\n"
    )
    reading = understand(read(text.encode(), ["a.txt"]))
    source = reading.outline.source
    assert source.text == text
    assert reading.profile.title == "云陵市教育局2023年工作要点"
    (task,) = reading.outline.tasks
    assert text[task.begin : task.end].startswith("1.建设驿站")
    (target,) = reading.findings.targets
    assert "2O0" in text[target.begin : target.end] and target.value == 200
    assert target.due == "2025"
    assert (
        source.notes
        == (
            "control and invisible characters left out: 1",
            "line breaks inside sentences joined: 1",
            "dates mended: 2",
            "numerals mended: 1",
        )
        or source.repairs
    )


def test_repairs_in_the_graph() -> None:
    text = "云陵市教育局2O23年工作要点\n落实《云陵市校车\n管理办法》，建设“互联网&#43;教育”。\n"
    graph = process(text.encode(), ["a.txt"])
    assert graph.nquads.count("ontology#Repair>") == 1  # breaks and references are only counted
    assert '#original> "2O23"' in graph.nquads and '#reading> "2023"' in graph.nquads
    assert '#rule> "repair.date"' in graph.nquads
    assert "line breaks inside sentences joined: 1" in graph.notes


# -- hostile texts ---------------------------------------------------------------------------


HOSTILE = (
    *("《", "（", "〔", "2O", "一", "、", "1.", "O", " ", "\u3000", "县 ", "&", "&amp;", '"', "“"),
    *("\ue010", "\u200b", "-", "年", "县教育局\n", "1\n", "县，\n", "（县\n", "一、县\n", "\r"),
    *("第一项任务由县负责。", "�", "12号"),
)
CHILD = """
import sys, time
from kg.models import Source
from kg.structure.mend import mend
mend(Source(("a",), "0" * 64, "到2O25年，", "utf-8"))
for piece in eval(sys.argv[1]):
    began = time.perf_counter()
    mend(Source(("a",), "0" * 64, piece * (20_000 // len(piece)), "utf-8"))
    print(ascii(piece), time.perf_counter() - began)
"""


def test_time_is_linear() -> None:
    """What is quadratic takes minutes with 20,000 characters; it runs in a child process."""
    run = subprocess.run(
        [sys.executable, "-c", CHILD, ascii(HOSTILE)],
        cwd=ROOT, timeout=60, check=True, capture_output=True, text=True,
    )  # fmt: skip
    taken = dict(line.rsplit(" ", 1) for line in run.stdout.splitlines())
    assert len(taken) == len(HOSTILE)
    assert not {piece: time for piece, time in taken.items() if float(time) > 2}
