"""Texts to outlines: metadata, titles, furniture, sections, tasks, sentences, signatures."""

from __future__ import annotations

import re

import pytest

from kg.extract.imprint import read_imprint
from kg.models import Outline
from kg.read import read
from kg.structure import structure
from kg.structure.blocks import ordinal, split_blocks
from kg.vocabulary import rows

BODY = "\n云陵市教育局关于加强校车管理的通知\n各县（区）教育局：\n请加强管理。\n"


def outline_of(text: str) -> Outline:
    return structure(read(text.encode(), ["case.txt"]))


def stretch(outline: Outline, span: tuple[int, int] | None) -> str:
    return outline.source.text[span[0] : span[1]] if span else ""


# -- metadata --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        pytest.param(
            "索引号：YL0137/2024-00012\n文号：云教发〔2024〕6号\n成文日期：2024年2月17日\n"
            "发布日期：2024-02-20\n发布机构：云陵市教育局",
            {
                "index": "YL0137/2024-00012",
                "number": "云教发〔2024〕6号",
                "issued": "2024年2月17日",
                "published": "2024-02-20",
                "issuer": "云陵市教育局",
            },
            id="key and value on a line",
        ),
        pytest.param(
            "索引号：\nYL0137/2024-00012\n文号：\n云教发〔2024〕6号\n成文日期：\n2024-02-17",
            {
                "index": "YL0137/2024-00012",
                "number": "云教发〔2024〕6号",
                "issued": "2024-02-17",
            },
            id="value on the next line",
        ),
        pytest.param(
            "索 引 号: YL01/2024-1　 文号: 云教发〔2024〕6号　发布日期: 2024-02-20",
            {
                "index": "YL01/2024-1",
                "number": "云教发〔2024〕6号",
                "published": "2024-02-20",
            },
            id="several on one line",
        ),
        pytest.param(
            "|索引号|YL01/2024-1|\n|发文字号|云教发〔2024〕7号|\n|发布机构|云陵市教育局|",
            {"index": "YL01/2024-1", "number": "云教发〔2024〕7号", "issuer": "云陵市教育局"},
            id="cells of a table",
        ),
        pytest.param(
            "索引号\tYL01/2024-1\n文号\t云教发〔2024〕7号",
            {"index": "YL01/2024-1", "number": "云教发〔2024〕7号"},
            id="tab-separated",
        ),
        pytest.param("文号：无\n索引号：—", {}, id="keys without a value"),
        pytest.param("本市文号：见附件，详见说明索引号：一号。", {}, id="prose with such words"),
        pytest.param("", {}, id="no metadata"),
    ],
)
def test_metadata(head: str, fields: dict[str, str]) -> None:
    outline = outline_of(head + BODY)
    stated = {f.name: f.value for f in outline.fields if f.rule.startswith("metadata.")}
    assert stated == fields
    for field in outline.fields:
        assert stretch(outline, (field.begin, field.end)) == field.value


@pytest.mark.parametrize("row", list(rows("metadata_keys.tsv")), ids=lambda row: row["key"])
def test_every_key_is_read_in_its_example(row: dict[str, str]) -> None:
    fields = outline_of(row["example"] + BODY).fields
    value = re.split("[:：]", row["example"], maxsplit=1)[1].strip()
    assert (row["field"], value) in [(field.name, field.value) for field in fields]


def test_a_key_whose_next_line_says_none_has_no_value() -> None:
    assert [f.value for f in outline_of("成文日期：\n无" + BODY).fields] == []


def test_a_long_way_down_no_line_is_metadata() -> None:
    prose = "加强校车管理，保障学生安全，落实各项工作责任。\n" * 90
    assert outline_of(BODY + prose + "文号：云教发〔2024〕6号\n").fields == ()


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("云教发〔2024〕6号", "云教发〔2024〕6号"),
        ("（云教发〔2024〕6号）", "云教发〔2024〕6号"),
        ("云教发[2024] 6号", "云教发〔2024〕6号"),
        ("云教发【2024】第6号", "云教发〔2024〕6号"),
        ("云教发（２０２４）６号", "云教发〔2024〕6号"),
        ("云教发〔20246", "云教发〔2024〕6号"),  # the bracket and 号 are lost, the rest is certain
        ("云教发〔2024", ""),  # no serial number
        ("云陵市教育局2024年6号楼", ""),
    ],
)
def test_numbers_on_a_line_of_their_own(line: str, number: str) -> None:
    outline = outline_of(f"云陵市教育局关于加强校车管理的通知\n{line}\n请加强管理。\n")
    assert read_imprint(outline, None).number == number


# -- titles ----------------------------------------------------------------------------------

SHELL = "云陵市教育局关于印发《云陵市校车管理办法》的通知"


@pytest.mark.parametrize(
    ("text", "title", "all_titles"),
    [
        pytest.param(BODY, "云陵市教育局关于加强校车管理的通知", 1, id="one line"),
        pytest.param(
            "云陵市教育局关于加强\n校车管理工作的通知\n各县（区）教育局：\n请加强管理。\n",
            "云陵市教育局关于加强\n校车管理工作的通知",
            1,
            id="over two lines",
        ),
        pytest.param(
            "云陵市教育局 云陵市公安局\n关于加强校车管理\n工作的通知\n请加强管理。\n",
            "关于加强校车管理\n工作的通知",
            1,
            id="over two lines, the issuers above",
        ),
        pytest.param(
            f"{SHELL}\n各县（区）教育局：\n现予印发。\n云陵市教育局\n2024年3月1日\n"
            "云陵市校车管理办法\n第一条 为了加强管理，制定本办法。\n",
            "云陵市校车管理办法",
            2,
            id="a notice and what it carries",
        ),
        pytest.param(f"{SHELL}\n各县（区）教育局：\n现予印发。\n", SHELL, 1, id="a notice alone"),
        pytest.param(
            "云陵市校车管理办法\n云陵市校车管理办法\n第一条 为了加强管理，制定本办法。\n",
            "云陵市校车管理办法",
            2,
            id="a title twice",
        ),
        pytest.param(
            f"{SHELL}\n各县（区）教育局：\n现予印发。\n2024年3月1日\n"
            "云陵市\n校车管理办法\n第一条 为了加强管理，制定本办法。\n",
            "云陵市\n校车管理办法",
            2,
            id="a notice, and over two lines what it carries",
        ),
        pytest.param(
            "云陵市政府办公室转发市教育局\n关于加强校车管理意见的通知\n各县（区）：\n现予转发。\n"
            "2024年3月1日\n关于加强校车管理的意见\n请加强管理。\n",
            "关于加强校车管理的意见",
            2,
            id="a notice over two lines that passes another's paper on",
        ),
        pytest.param(
            "云陵市教育局 云陵市公安局关于做好校车管理的通知\n关于做好校车管理的通知\n"
            "请加强管理。\n",
            "云陵市教育局 云陵市公安局关于做好校车管理的通知",
            2,
            id="a title again without its issuers",
        ),
        pytest.param("请加强校车管理，保障学生安全。\n", "", 0, id="none"),
        pytest.param(
            "各位代表：\n现在，我代表云陵市人民政府，向大会报告工作。\n", "", 0, id="a speech"
        ),
        pytest.param("一、加强管理的意见\n1.强化措施。\n", "", 0, id="a numbered heading"),
    ],
)
def test_titles(text: str, title: str, all_titles: int) -> None:
    outline = outline_of(text)
    assert stretch(outline, outline.title) == title
    assert len(outline.titles) == all_titles


@pytest.mark.parametrize(
    ("lines", "signed", "by"),
    [
        ("云陵市教育局\n2024年3月1日", "2024年3月1日", ["云陵市教育局"]),
        ("云陵市教育局\n二〇二四年三月一日", "二〇二四年三月一日", ["云陵市教育局"]),
        ("云陵市教育局\n2024301", "2024301", ["云陵市教育局"]),  # 年月日 lost
        (
            "云陵市教育局\n云陵市公安局\n2024年3月1日",
            "2024年3月1日",
            ["云陵市公安局", "云陵市教育局"],
        ),
        ("请加强管理，保障安全。\n2024年3月1日", "2024年3月1日", []),  # a sentence signs nothing
        ("云陵市教育局", "", []),
    ],
)
def test_signatures(lines: str, signed: str, by: list[str]) -> None:
    outline = outline_of(f"云陵市教育局关于加强校车管理的通知\n请加强管理。\n{lines}\n")
    fields = [(f.name, f.value) for f in outline.fields]
    assert [value for name, value in fields if name == "signed"] == [signed] * bool(signed)
    assert [value for name, value in fields if name == "signatory"] == by


# -- furniture -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["打印本页", "关闭窗口", "分享到：", "【打印】", "首页\n>\n政策文件", "【字体: 大 中 小】"],
)
def test_furniture(line: str) -> None:
    outline = outline_of(f"{line}{BODY}")
    assert stretch(outline, outline.furniture[0]) == line.split("\n")[0].strip()
    assert all(sentence.begin >= len(line) for sentence in outline.sentences)


@pytest.mark.parametrize(
    "line",
    ["打印设备统一采购，严禁重复配置。", "请将材料打印一式三份。", "首页设计方案由市教育局审定。"],
)
def test_what_is_no_furniture(line: str) -> None:
    assert outline_of(f"{BODY}{line}\n").furniture == ()


def test_related_links_below_the_text_are_cut_off() -> None:
    related = "相关阅读\n枫渚县教育局关于做好抗旱工作的通知\n"
    outline = outline_of(BODY + "加强校车管理，保障学生安全。\n" * 4 + related)
    assert [stretch(outline, span) for span in outline.furniture] == related.split()
    assert stretch(outline, outline.title) == "云陵市教育局关于加强校车管理的通知"


# -- sections and tasks ----------------------------------------------------------------------

# number | title | the heading above it
OUTLINES = [
    pytest.param(
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学的质量。\n"
        "2.培育名师。全年培育教学名师，建立名师工作室。\n二、抓安全\n3.排查隐患。每季度排查校园隐患，建立管理台账。",
        ["抓质量", "抓安全"],
        ["1|加强教研|抓质量", "2|培育名师|抓质量", "3|排查隐患|抓安全"],
        id="numbered through the sections",
    ),
    pytest.param(
        "一、重点任务\n（一）健全体系。建立四级台账，明确专人负责台账更新和管理。\n"
        "（二）保障经费。安排专项资金，用于各县区建设青苗驿站等项目。",
        ["重点任务"],
        ["一|健全体系|重点任务", "二|保障经费|重点任务"],
        id="items in brackets with a lead sentence",
    ),
    pytest.param(
        "一、重点任务\n（一）健全体系\n1.建立台账。建立四级台账，明确专人负责台账更新和管理。\n"
        "2.明确专人。各县区明确专人，负责台账更新和日常管理的工作。",
        ["重点任务", "健全体系"],
        ["1|建立台账|健全体系", "2|明确专人|健全体系"],
        id="only the lowest level is a task",
    ),
    pytest.param(
        "一、抓质量\n持续增加学位资源供给。新建学校三所，扩建学校两所，解决入学难题。\n"
        "提升课堂教学质量水平。开展教研活动，打磨精品课程，培育教学名师。",
        ["抓质量"],
        ["|持续增加学位资源供给|抓质量", "|提升课堂教学质量水平|抓质量"],
        id="leads without a number",
    ),
    pytest.param(
        "一、抓质量\n持续增加学位资源供给。新建学校三所，扩建学校两所，解决入学难题。",
        ["抓质量"],
        ["一|抓质量|"],
        id="one lead alone is a paragraph, so the heading is the task",
    ),
    pytest.param(
        "一、总体要求\n（一）指导思想。坚持守正创新，稳步推进各项工作落地见效。\n"
        "（二）基本原则。坚持因地制宜，分类施策，不搞一刀切的做法。\n"
        "二、主要任务\n（一）健全体系。建立四级台账，明确专人负责台账更新和管理。",
        ["总体要求", "主要任务"],
        ["一|健全体系|主要任务"],
        id="the frame of a paper holds no tasks",
    ),
    pytest.param(
        "第一章 总则\n第一条 为了加强校车管理，保障学生安全，制定本办法。\n"
        "第二章 管理\n第二条 校车应当符合下列条件：\n（一）检验合格；\n（二）取得许可。",
        ["总则", "管理", "校车应当符合下列条件"],
        [],
        id="articles and their conditions are no tasks",
    ),
    pytest.param("加强校车管理，保障学生安全。\n请认真执行。", [], [], id="no headings"),
]


@pytest.mark.parametrize(("text", "sections", "tasks"), OUTLINES)
def test_sections_and_tasks(text: str, sections: list[str], tasks: list[str]) -> None:
    outline = outline_of(f"云陵市教育局2024年工作要点\n{text}\n")
    assert [section.title for section in outline.sections] == sections
    assert [
        f"{t.number}|{t.title}|{'' if t.section is None else outline.sections[t.section].title}"
        for t in outline.tasks
    ] == tasks


def test_members_of_an_enumeration_are_no_tasks() -> None:
    text = "一、工作内容\n（一）重点事项\n1.排查隐患；\n2.整改隐患；\n（二）其他事项\n"
    assert outline_of(f"云陵市教育局2024年工作要点\n{text}").tasks == ()


def test_levels_and_parents_of_headings() -> None:
    text = (
        "第一编 总论\n第一章 总则\n第一节 目标\n一、要点\n（一）事项\n1.措施\n（1）步骤\n①做法\n"
        "第二章 附则\n"
    )
    outline = outline_of(f"云陵市教育发展规划\n{text}")
    parents = [
        "" if s.parent is None else outline.sections[s.parent].title for s in outline.sections
    ]
    titles = [s.title for s in outline.sections]
    assert titles[:3] == ["总论", "总则", "目标"]
    assert dict(zip(titles, parents, strict=True)) | {"附则": "总论"} == dict(
        zip(titles, parents, strict=True)
    )
    assert parents[:3] == ["", "总论", "总则"]
    assert [s.level for s in outline.sections[:3]] == [1, 2, 3]


def test_a_text_whose_line_breaks_are_lost() -> None:
    text = (
        "　　云陵市教育局2024年工作要点　　一、抓质量"
        "　　1.加强教研。每月组织教研活动，提升课堂教学质量。"
        "　　2.培育名师。全年培育教学名师，建立名师工作室。　　二、抓安全"
        "　　3.排查隐患。每季度排查校园隐患，建立台账。"
    )
    outline = outline_of(text)
    assert stretch(outline, outline.title) == "云陵市教育局2024年工作要点"
    assert [section.title for section in outline.sections] == ["抓质量", "抓安全"]
    assert [task.title for task in outline.tasks] == ["加强教研", "培育名师", "排查隐患"]


def test_numbered_items_inside_one_long_line() -> None:
    filler = "各县区要高度重视，统筹安排，明确责任，加强协调，狠抓落实，务求实效。"
    text = (
        f"云陵市教育局2024年工作要点\n一、抓质量。{filler * 9}1.加强教研。{filler}"
        f"2.培育名师。{filler}\n"
    )
    assert [task.number for task in outline_of(text).tasks][-2:] == ["1", "2"]


def test_spans_hold_what_they_say() -> None:
    text = (
        "一、抓质量\n1.加强教研。每月组织教研活动，提升课堂教学质量。\n"
        "　　2. 培育名师。全年培育名师，建立工作室。\n"
    )
    outline = outline_of(f"云陵市教育局2024年工作要点\n{text}")
    for task in outline.tasks:
        assert stretch(outline, (task.title_begin, task.title_end)) == task.title
        assert stretch(outline, (task.begin, task.title_begin)).strip() == f"{task.number}."
        assert task.begin < task.title_begin < task.title_end <= task.end
    (section,) = outline.sections
    assert stretch(outline, (section.begin, section.end)).startswith("一、抓质量")
    assert section.end == outline.tasks[-1].end


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("云陵市教育局关于加强校车管理的通知", "title"),
        ("各县（区）教育局：", "addressee"),
        ("云教发〔2024〕6号", "metadata"),
        ("请加强管理。", "body"),
        ("云陵市教育局", "signature"),
        ("2024年3月1日", "signature"),
    ],
)
def test_parts(line: str, part: str) -> None:
    text = (
        "云陵市教育局关于加强校车管理的通知\n云教发〔2024〕6号\n各县（区）教育局：\n请加强管理。\n"
        "云陵市教育局\n2024年3月1日\n"
    )
    outline = outline_of(text)
    (sentence,) = [s for s in outline.sentences if stretch(outline, (s.begin, s.end)) == line]
    assert sentence.part == part


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("3", 3),
        ("12", 12),
        ("甲", 0),
    ],
)
def test_ordinals(numeral: str, value: int) -> None:
    assert ordinal(numeral) == value


def test_blocks_leave_blanks_out_and_share_nothing() -> None:
    text = "\r\n　　一、抓质量 \r\n\t \n 二、抓安全　\n"
    blocks = list(split_blocks(text))
    assert [block.text for block in blocks] == ["一、抓质量", "二、抓安全"]
    assert all(text[block.begin : block.end] == block.text for block in blocks)
