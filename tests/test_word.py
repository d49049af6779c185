"""Word documents: what of them is text, the numbers that Word generates, what is refused."""

from __future__ import annotations

import resource
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from casebook import EXAMPLES
from facts import facts
from hostile_files import LAUGHS, NOTICE, XXE, bomb_file, locked, with_part
from word_files import (
    as_word,
    cell,
    container,
    item,
    levels,
    numbering,
    p,
    part,
    parts_of,
    r,
    table,
    word_file,
)

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.pipeline import understand
from kg.read import read
from kg.read.word import is_word
from kg.read.word_numbering import write_number
from kg.vocabulary import rows

NAME = "青禾县通知.docx"


def text_of(body: str, **parts: str) -> str:
    return read(word_file(body, **parts), [NAME]).text


def cuts_of(source: Source) -> list[tuple[str, str]]:
    return [(cut.rule, cut.text) for cut in source.cuts]


# -- one text, whatever it is written in -----------------------------------------------------------


@pytest.mark.parametrize("generated", [False, True], ids=["typed numbers", "generated numbers"])
@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.txt")))
def test_an_example_in_word_says_what_its_text_says(name: str, generated: bool) -> None:
    text = read((EXAMPLES / name).read_bytes(), [name])
    word = read(as_word(text.text, generated), [NAME])
    assert facts(understand(word)) == facts(understand(text))


def test_generated_numbers_are_not_in_the_file_but_in_the_text() -> None:
    """Else the law above would compare typed numbers twice."""
    text = "一、总体要求\n（一）工作目标\n1.排查隐患。逐校排查。\n第一条　为了安全，制定本办法。\n"
    data = as_word(text, generated=True)
    inside = zipfile.ZipFile(BytesIO(data)).read("word/document.xml").decode()
    assert not any(mark in inside for mark in ("一、", "（一）", "1.排查", "第一条"))
    assert read(data, [NAME]).text == text


# -- what is text ----------------------------------------------------------------------------------

TEXTBOX = "<w:txbxContent>" + p("云陵市教育局文件") + "</w:txbxContent>"
DRAWN = (
    "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
    f"{TEXTBOX}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
    f"{TEXTBOX}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
)
FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE \\@ yyyy</w:instrText>'
    '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    + r("2024年")
    + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(p("关于校车") + p() + p("　　各校："), "关于校车\n各校：\n", id="paragraphs"),
        pytest.param(f"<w:p>{r('校车')}{r('管理')}</w:p>", "校车管理\n", id="runs are joined"),
        pytest.param(
            p("关于校车", end="<w:r><w:br/></w:r>" + r("管理的通知")),
            "关于校车\n管理的通知\n",
            id="a soft break ends the line",
        ),
        pytest.param(
            p("上页", end='<w:r><w:br w:type="page"/></w:r>' + r("下页")),
            "上页下页\n",
            id="a page break does not",
        ),
        pytest.param(p("序号", end="<w:r><w:tab/></w:r>" + r("任务")), "序号\t任务\n", id="tab"),
        pytest.param(
            f"<w:p><w:pPr><w:tabs><w:tab w:pos='1'/></w:tabs></w:pPr>{r('任务')}</w:p>",
            "任务\n",
            id="a tab stop is no tab",
        ),
        pytest.param(
            f"<w:p><w:hyperlink>{r('《校车条例》')}</w:hyperlink><w:smartTag>{r('全文')}</w:smartTag></w:p>",
            "《校车条例》全文\n",
            id="link",
        ),
        pytest.param(
            f"<w:sdt><w:sdtPr/><w:sdtContent>{p('各校：')}</w:sdtContent></w:sdt>"
            f"<w:p><w:sdt><w:sdtContent>{r('即日')}</w:sdtContent></w:sdt>{r('起')}</w:p>",
            "各校：\n即日起\n",
            id="content controls",
        ),
        pytest.param(f"<w:p><w:r>{DRAWN}</w:r></w:p>", "云陵市教育局文件\n", id="text box, once"),
        pytest.param(
            p("各校：", end=f"<w:r><w:pict><v:textbox>{TEXTBOX}</v:textbox></w:pict></w:r>"),
            "各校：\n云陵市教育局文件\n",
            id="an old text box stands behind its paragraph",
        ),
        pytest.param(
            '<w:p><w:r><w:pict><v:shape><v:textpath string="云陵市人民政府文件"/></v:shape>'
            "</w:pict></w:r></w:p>",
            "云陵市人民政府文件\n",
            id="WordArt",
        ),
        pytest.param(f"<w:p>{FIELD}{r('印发')}</w:p>", "2024年印发\n", id="a field's result"),
        pytest.param(
            "<w:p><w:r><w:instrText>eq \\o\\ac(○,3)</w:instrText></w:r>" + r("整改") + "</w:p>",
            "③整改\n",
            id="a number that a field circles",
        ),
        pytest.param(
            '<w:p><w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>' + r("公开") + "</w:p>",
            "☑公开\n",
            id="symbol",
        ),
        pytest.param(
            '<w:p><w:r><w:sym w:font="Symbol" w:char="00B3"/></w:r>' + r("95%") + "</w:p>",
            "≥95%\n",
            id="symbol by its short code",
        ),
        pytest.param(
            p("不低于") + '<w:p><w:r><w:sym w:font="Rare" w:char="F052"/></w:r></w:p>',
            "不低于\n\uf052\n",
            id="an unknown symbol stays",
        ),
        pytest.param(
            f"<w:p><w:ruby><w:rt>{r('qìng')}</w:rt><w:rubyBase>{r('磬')}</w:rubyBase></w:ruby></w:p>",
            "磬\n",
            id="the base without its pronunciation",
        ),
        pytest.param(
            "<w:p><m:oMath><m:f><m:num><m:r><m:t>2</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t>"
            "</m:r></m:den></m:f></m:oMath></w:p>",
            "2/3\n",
            id="fraction",
        ),
        pytest.param("<w:altChunk r:id='x'/>" + p("正文"), "正文\n", id="a file inside"),
    ],
)
def test_text(body: str, text: str) -> None:
    assert text_of(body) == text


def test_strict_documents_are_read_as_others_are() -> None:
    strict = part("document", f"<w:body>{NOTICE}</w:body>").replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    data = container({**parts_of(NOTICE), "word/document.xml": strict})
    assert read(data, [NAME]).text == "关于加强校车管理的通知\n各县（区）教育局：\n"


def test_the_text_part_is_found_by_what_the_container_says() -> None:
    parts = parts_of(NOTICE)
    parts["_rels/.rels"] = parts["_rels/.rels"].replace("word/document", "word/文件2")
    parts["word/文件2.xml"] = parts.pop("word/document.xml")
    assert read(container(parts), [NAME]).text.startswith("关于加强校车管理")


# -- what is left out, and said --------------------------------------------------------------------

PICTURE = (
    '<w:r><w:drawing><pic:pic><pic:nvPicPr><pic:cNvPr descr="公章"/></pic:nvPicPr></pic:pic>'
    "</w:drawing></w:r>"
)
HIDDEN, SHOWN = "<w:vanish/>", '<w:vanish w:val="0"/>'


@pytest.mark.parametrize(
    ("body", "text", "cut"),
    [
        pytest.param(
            f"<w:p>{r('完成')}<w:del><w:r><w:delText>20</w:delText></w:r></w:del>"
            f"<w:ins>{r('30')}</w:ins>{r('所')}</w:p>",
            "完成30所\n",
            ("word.deleted", "20"),
            id="tracked change",
        ),
        pytest.param(
            f"<w:p><w:moveFrom>{r('上半年')}</w:moveFrom>{r('年底前')}<w:moveTo>{r('上半年')}</w:moveTo></w:p>",
            "年底前上半年\n",
            ("word.deleted", "上半年"),
            id="moved",
        ),
        pytest.param(
            f"<w:p>{r('安排资金')}{r('测试', HIDDEN)}{r('5万元', SHOWN)}</w:p>",
            "安排资金5万元\n",
            ("word.hidden", "测试"),
            id="hidden",
        ),
        pytest.param(
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('单击此处')}"
            f"</w:sdtContent></w:sdt>{p('各校：')}",
            "各校：\n",
            ("word.placeholder", "单击此处"),
            id="placeholder",
        ),
        pytest.param(
            "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/>"
            f"</w:docPartObj></w:sdtPr><w:sdtContent>{p('目录')}</w:sdtContent></w:sdt>{p('正文')}",
            "正文\n",
            ("word.contents", "目录"),
            id="table of contents",
        ),
        pytest.param(
            f"<w:p><w:hyperlink w:anchor='_Toc12'>{r('一、总则　1')}</w:hyperlink></w:p>"
            + p("正文"),
            "正文\n",
            ("word.contents", "一、总则　1"),
            id="entry of a table of contents",
        ),
        pytest.param(p("正文", end=PICTURE), "正文\n", ("word.picture", "公章"), id="picture"),
        pytest.param(
            p("正文", end="<w:r><w:object><o:OLEObject ProgID='Excel.Sheet.12'/></w:object></w:r>"),
            "正文\n",
            ("word.picture", "embedded Excel.Sheet.12"),
            id="embedded object",
        ),
        pytest.param(
            table(cell("甲") + cell("乙"), f"<w:trPr><w:del/></w:trPr>{cell('丙')}").replace(
                '<w:t xml:space="preserve">丙</w:t>', "<w:delText>丙</w:delText>"
            ),
            "甲\t乙\n",
            ("word.deleted", "丙"),
            id="deleted row",
        ),
    ],
)
def test_what_is_left_out_is_said(body: str, text: str, cut: tuple[str, str]) -> None:
    source = read(word_file(body), [NAME])
    assert source.text == text
    assert cuts_of(source) == [cut]


def test_a_paragraph_whose_end_is_deleted_goes_on_in_the_next() -> None:
    deleted = p("各校要", "<w:rPr><w:del/></w:rPr>")
    assert text_of(deleted + p("立即排查。") + p("报告。")) == "各校要立即排查。\n报告。\n"


def test_running_heads_and_comments_are_cut() -> None:
    source = read(
        word_file(
            NOTICE,
            header=p("云陵教育"),
            footer=p("— 1 —"),
            comments=f"<w:comment w:id='0'>{p('请核实')}</w:comment>",
        ),
        [NAME],
    )
    assert source.text == "关于加强校车管理的通知\n各县（区）教育局：\n"
    assert cuts_of(source) == [
        ("word.header", "云陵教育"),
        ("word.footer", "— 1 —"),
        ("word.comment", "请核实"),
    ]


def test_notes_stand_behind_their_paragraph_and_their_numbers_are_not_in_it() -> None:
    text = text_of(
        p("入园率达到95%", end='<w:r><w:footnoteReference w:id="7"/></w:r>' + r("以上。"))
        + p("其次。", end='<w:r><w:endnoteReference w:id="2"/></w:r>')
        + p("最后。", end='<w:r><w:footnoteReference w:id="9"/></w:r>'),
        footnotes=f'<w:footnote w:id="9">{p("以年末计。")}</w:footnote>'
        f'<w:footnote w:id="7">{p("按户籍")}{p("人口计。")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("见附件。")}</w:endnote>',
    )
    assert text == (
        "入园率达到95%以上。\n［注1］按户籍 人口计。\n其次。\n［尾注1］见附件。\n"
        "最后。\n［注2］以年末计。\n"
    )


def test_a_note_is_written_once_and_one_that_nothing_refers_to_is_cut() -> None:
    twice = p("甲", end='<w:r><w:footnoteReference w:id="1"/></w:r>') * 2
    notes = "".join(f'<w:footnote w:id="{at}">{p(f"第{at}注。")}</w:footnote>' for at in (1, 2))
    source = read(word_file(twice, footnotes=notes), [NAME])
    assert source.text == "甲\n［注1］第1注。\n甲\n"
    assert cuts_of(source) == [("word.note", "第2注。")]


# -- headings --------------------------------------------------------------------------------------

STYLES = (
    '<w:style w:type="paragraph" w:styleId="a" w:default="1"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="o"><w:name w:val="公文二级"/>'
    '<w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="oo"><w:name w:val="公文二级甲"/>'
    '<w:basedOn w:val="o"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="x"/><w:basedOn w:val="loop"/>'
    "</w:style>"
    '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="character" w:styleId="h"><w:name w:val="隐"/>'
    "<w:rPr><w:vanish/></w:rPr></w:style>"
)


@pytest.mark.parametrize(
    ("paragraph", "level"),
    [
        (p("标题", style="t"), 0),
        (p("标题", style="1"), 1),
        (p("标题", style="o"), 2),
        (p("标题", style="oo"), 2),
        (p("标题", '<w:outlineLvl w:val="0"/>'), 1),
        (p("正文", '<w:outlineLvl w:val="9"/>', style="o"), None),
        (p("正文", style="a"), None),
        (p("正文", style="missing"), None),
        (p("正文", style="loop"), None),
        (p("正文"), None),
    ],
)
def test_headings_by_style_and_outline_level(paragraph: str, level: int | None) -> None:
    source = read(word_file(p("前") + paragraph, styles=STYLES), [NAME])
    found = [(source.text[one.begin : one.end], one.level) for one in source.headings]
    assert found == ([("标题", level)] if level is not None else [])


def test_styles_hide_and_make_contents() -> None:
    hidden = r("密", '<w:rStyle w:val="h"/>')
    source = read(
        word_file(p("一、总则　2", style="T1") + p("正文", end=hidden), styles=STYLES), [NAME]
    )
    assert source.text == "正文\n"
    assert cuts_of(source) == [("word.contents", "一、总则　2"), ("word.hidden", "密")]


# -- generated numbers -----------------------------------------------------------------------------

NEVER_ANEW, ANEW_UNDER_THE_FIRST = '<w:lvlRestart w:val="0"/>', '<w:lvlRestart w:val="1"/>'
OFFICIAL = levels(("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
RESTARTED = (
    '<w:num w:numId="8"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)
GOING_ON = '<w:num w:numId="9"><w:abstractNumId w:val="0"/></w:num>'


@pytest.mark.parametrize(
    ("body", "stated", "text"),
    [
        pytest.param(
            item("总则")
            + item("目标", 1, 1)
            + item("任务", 1, 1)
            + item("排查", 1, 2)
            + item("保障")
            + item("经费", 1, 1),
            numbering(OFFICIAL),
            "一、总则\n（一）目标\n（二）任务\n1.排查\n二、保障\n（一）经费\n",
            id="levels begin anew under the next one above",
        ),
        pytest.param(
            item("甲", 1, 1) + item("乙") + item("丙", 1, 1),
            numbering(levels(("decimal", "%1."), ("decimal", "%1.%2", NEVER_ANEW))),
            "1.1　甲\n1.乙\n1.2　丙\n",
            id="a level that never begins anew",
        ),
        pytest.param(
            item("甲")
            + item("乙", 1, 1)
            + item("丙", 1, 2)
            + item("丁", 1, 1)
            + item("戊", 1, 2)
            + item("己")
            + item("庚", 1, 2),
            numbering(
                levels(
                    ("decimal", "%1)"), ("decimal", "%2)"), ("decimal", "%3)", ANEW_UNDER_THE_FIRST)
                )
            ),
            "1)甲\n1)乙\n1)丙\n2)丁\n2)戊\n2)己\n1)庚\n",
            id="a level that begins anew under the first alone",
        ),
        pytest.param(
            item("甲") + item("乙") + item("丙", 8) + item("丁", 8) + item("戊", 9),
            numbering(OFFICIAL, lists=RESTARTED + GOING_ON),
            "一、甲\n二、乙\n一、丙\n二、丁\n三、戊\n",
            id="lists of one kind count on, unless one begins anew",
        ),
        pytest.param(
            item("甲") + p("正文") + item("乙"),
            numbering(OFFICIAL),
            "一、甲\n正文\n二、乙\n",
            id="text between",
        ),
        pytest.param(
            item("甲") + item("") + item("丙"),
            numbering(OFFICIAL),
            "一、甲\n三、丙\n",
            id="Word counts an empty paragraph",
        ),
        pytest.param(
            item("甲")
            + item("旧")
            .replace("w:t>", "w:delText>")
            .replace("<w:t ", "<w:delText ")
            .replace("<w:r>", "<w:del><w:r>")
            .replace("</w:r>", "</w:r></w:del>")
            + item("丙"),
            numbering(OFFICIAL),
            "一、甲\n二、丙\n",
            id="and none that is deleted",
        ),
        pytest.param(
            item("总则") + item("目的"),
            numbering(levels(("chineseCountingThousand", "第%1章"))),
            "第一章　总则\n第二章　目的\n",
            id="a blank behind what is no punctuation",
        ),
        pytest.param(
            item("总则"),
            numbering(levels(("chineseCountingThousand", "第%1章", '<w:suff w:val="nothing"/>'))),
            "第一章总则\n",
            id="unless the list has none",
        ),
        pytest.param(
            item("5G基站800个"),
            numbering(levels(("decimal", "%1."))),
            "1. 5G基站800个\n",
            id="1. 5G, not 1.5G",
        ),
        pytest.param(
            item("甲", 1, 1),
            numbering(levels(("chineseCounting", "%1、"), ("decimal", "%1.%2", "<w:isLgl/>"))),
            "1.1　甲\n",
            id="all levels in digits",
        ),
        pytest.param(item("甲"), numbering(levels(("bullet", "\uf0b7"))), "甲\n", id="bullet"),
        pytest.param(item("甲"), numbering(levels(("bullet", "——"))), "——甲\n", id="dash"),
        pytest.param(
            item("甲"), numbering(levels(("none", "附件："))), "附件：甲\n", id="no number"
        ),
        pytest.param(item("甲", 0), numbering(OFFICIAL), "甲\n", id="list 0 is none"),
        pytest.param(item("甲", 77), numbering(OFFICIAL), "甲\n", id="a list that is missing"),
        pytest.param(item("甲", 1, 12), numbering(OFFICIAL), "甲\n", id="a level that none has"),
        pytest.param(
            table(
                cell("序号") + cell("任务"), *(f"<w:tc>{item('')}</w:tc>" + cell(t) for t in "甲乙")
            ),
            numbering(levels(("decimal", "%1"))),
            "序号\t任务\n1\t甲\n2\t乙\n",
            id="the numbers of rows",
        ),
    ],
)
def test_numbers_that_word_generates(body: str, stated: str, text: str) -> None:
    assert text_of(body, numbering=stated) == text


def test_a_style_numbers_its_paragraphs_on_the_level_that_names_it() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    stated = numbering(
        levels(
            ("chineseCounting", "%1、", '<w:pStyle w:val="1"/>'),
            ("chineseCounting", "（%2）", '<w:pStyle w:val="2"/>'),
        )
    )
    none = p("附则", '<w:numPr><w:numId w:val="0"/></w:numPr>', style="1")
    body = p("总则", style="1") + p("目标", style="2") + none + p("保障", style="1")
    assert (
        text_of(body, styles=styles, numbering=stated) == "一、总则\n（一）目标\n附则\n二、保障\n"
    )


def test_a_list_by_the_name_of_a_numbering_style() -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="gw"><w:name w:val="公文编号"/><w:pPr><w:numPr>'
        '<w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    stated = numbering(
        '<w:numStyleLink w:val="gw"/>', '<w:styleLink w:val="gw"/>' + levels(("upperRoman", "%1."))
    )
    assert text_of(item("甲") + item("乙", 2), styles=styles, numbering=stated) == "I.甲\nII.乙\n"


@pytest.mark.parametrize("row", list(rows("word_numbers.tsv")), ids=lambda row: row["format"])
def test_formats_of_numbers(row: dict[str, str]) -> None:
    count, written = row["example"].split("=")
    assert write_number(int(count), row["format"]) == written


@pytest.mark.parametrize(
    ("count", "format_", "written"),
    [
        (1, "chineseCounting", "一"),
        (11, "chineseCounting", "十一"),
        (100, "ideographTraditional", "100"),
        (0, "upperRoman", "0"),
        (-4, "decimalEnclosedCircle", "-4"),
        (10**8, "lowerLetter", "100000000"),
        (7, "decimalZero", "07"),
        (7, "none", ""),
        (7, "hebrew1", "7"),
    ],
)
def test_numbers_that_a_format_does_not_have(count: int, format_: str, written: str) -> None:
    assert write_number(count, format_) == written


@pytest.mark.parametrize("row", list(rows("word_symbols.tsv")), ids=lambda row: row["example"])
def test_symbols(row: dict[str, str]) -> None:
    mark = f'<w:r><w:sym w:font="{row["font"]}" w:char="F0{row["code"]}"/></w:r>'
    before, _, behind = row["example"].partition(row["character"])
    assert text_of(f"<w:p>{r(before)}{mark}{r(behind)}</w:p>") == row["example"] + "\n"


# -- tables ----------------------------------------------------------------------------------------


def cells_of(source: Source) -> list[tuple[int, int, str, int, int]]:
    return [
        (one.row, one.column, source.text[one.begin : one.end], one.rows, one.columns)
        for found in source.tables
        for one in found.cells
    ]


def merged(how: str) -> str:
    return f'<w:vMerge w:val="{how}"/>' if how else "<w:vMerge/>"


def wide(columns: int) -> str:
    return f'<w:gridSpan w:val="{columns}"/>'


def test_a_table_stands_in_its_place_with_its_merged_cells() -> None:
    body = (
        p("任务分工如下：")
        + table(
            cell("序号", merged("restart")) + cell("任务") + cell("单位", wide(2)),
            cell("", merged("")) + cell("排查") + cell("市教育局") + cell("市公安局\n市交通局"),
        )
        + p("特此通知。")
    )
    source = read(word_file(body), [NAME])
    assert source.text == (
        "任务分工如下：\n序号\t任务\t单位\t\n\t排查\t市教育局\t市公安局 市交通局\n特此通知。\n"
    )
    assert cells_of(source) == [
        (0, 0, "序号", 2, 1),
        (0, 1, "任务", 1, 1),
        (0, 2, "单位", 1, 2),
        (1, 1, "排查", 1, 1),
        (1, 2, "市教育局", 1, 1),
        (1, 3, "市公安局 市交通局", 1, 1),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            table(cell("甲") + cell("乙", merged("")), cell("丙") + cell("丁", merged(""))),
            "甲\t乙 丁\n丙\t\n",
            id="a merged cell that begins nowhere begins where it first stands",
        ),
        pytest.param(
            table(cell("甲", wide(10**8)) + cell("乙")),
            "甲" + "\t" * 63 + "乙\n",
            id="a span that no table has",
        ),
        pytest.param(
            table("<w:trPr><w:gridBefore w:val='1'/></w:trPr>" + cell("甲") + cell("乙")),
            "\t甲\t乙\n",
            id="a row that begins in the second column",
        ),
        pytest.param(
            table(f"<w:tc>{table(cell('甲') + cell('乙'))}{p('丙')}</w:tc>" + cell("丁")),
            "甲 乙 丙\t丁\n",
            id="a table in a cell",
        ),
        pytest.param(
            table(f"<w:tc>{p('甲')}{table(cell('乙') + cell('丙'))}</w:tc>") + p("丁"),
            "甲\n乙\t丙\n丁\n",
            id="a frame around the text is no table",
        ),
        pytest.param(
            f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent>{cell('甲')}</w:sdtContent>"
            f"</w:sdt>{cell('乙')}</w:tr></w:sdtContent></w:sdt></w:tbl>",
            "甲\t乙\n",
            id="rows and cells in content controls",
        ),
        pytest.param(
            table(
                cell("甲") + f"<w:tc><w:p><w:r><w:pict><v:textbox>{TEXTBOX}</v:textbox></w:pict>"
                f"</w:r></w:p>{p('乙')}</w:tc>"
            ),
            "甲\t云陵市教育局文件 乙\n",
            id="a text box in a cell",
        ),
    ],
)
def test_tables(body: str, text: str) -> None:
    source = read(word_file(p("前") + body), [NAME])
    assert source.text == "前\n" + text


# -- what is refused, and what only looks bad ------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(bomb_file(40 * 2**20), "times its size", id="bomb by its ratio"),
        pytest.param(word_file(NOTICE)[:-300], "cut short", id="truncated"),
        pytest.param(word_file(NOTICE)[:700], "cut short", id="mostly gone"),
        pytest.param(locked(), "password", id="a locked entry"),
        pytest.param(with_part("word/document.xml", LAUGHS), "declares entities", id="laughs"),
        pytest.param(
            with_part("word/document.xml", LAUGHS.encode("utf-16")),
            "declares entities",
            id="laughs in UTF-16",
        ),
        pytest.param(with_part("word/document.xml", XXE), "declares entities", id="XXE"),
        pytest.param(
            with_part("word/document.xml", "<w:document><w:body>"),
            "damaged at line 1",
            id="XML cut short",
        ),
        pytest.param(with_part("word/document.xml", b"\xff\xfe\x00"), "unpacked", id="no XML"),
        pytest.param(
            with_part("word/document.xml", "<a><b/></a>"), "without a text part", id="other XML"
        ),
        pytest.param(word_file(""), "no text in this Word document", id="blank"),
        pytest.param(
            word_file(p("", end=PICTURE * 3)), "3 pictures, no text (scanned?)", id="scan"
        ),
        pytest.param(
            word_file(f"<w:p>{r('全文', '<w:vanish/>')}</w:p>"),
            "2 characters hidden or deleted",
            id="all hidden",
        ),
        pytest.param(
            container({**parts_of(NOTICE), **{f"word/x{at}": "" for at in range(100_001)}}),
            "entries",
            id="more entries than any document has",
        ),
    ],
)
def test_what_is_refused_is_told_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ReadError) as refusal:
        read(data, [NAME])
    line = str(refusal.value)
    assert line.startswith(f"{NAME}: ")
    assert words in line
    assert "\n" not in line
    assert "root:" not in line


def test_the_limit_of_what_a_document_unpacks_to_can_be_raised() -> None:
    data = word_file("".join(p(f"第{at}项任务按期完成。") for at in range(9000)))
    size = sum(entry.file_size for entry in zipfile.ZipFile(BytesIO(data)).infolist())
    with pytest.raises(ReadError, match="--unpack-limit"):
        read(data, [NAME], ReadOptions(max_expanded=size - 1))
    assert read(data, [NAME], ReadOptions(max_expanded=size)).text.startswith("第0项任务")


def test_names_that_climb_out_of_the_container_write_nothing(tmp_path: Path) -> None:
    parts = parts_of(NOTICE)
    parts["../../../" + str(tmp_path) + "/out.txt"] = "x"
    parts["word/_rels/document.xml.rels"] = parts["word/_rels/document.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="r9" Type="x/header" Target="../../../../etc/passwd"/></Relationships>',
    )
    source = read(container(parts), [NAME])
    assert source.text.startswith("关于加强校车管理")
    assert source.cuts == ()
    assert list(tmp_path.iterdir()) == []


def test_characters_that_xml_forbids_go_and_are_noted() -> None:
    source = read(word_file(p("加强\x0b校车&#x1F;管理")), [NAME])
    assert source.text == "加强校车管理\n"
    assert source.notes == ("2 characters that XML forbids taken out",)


def test_a_document_is_read_without_its_damaged_styles() -> None:
    parts = {**parts_of(NOTICE, styles=STYLES), "word/styles1.xml": "<w:styles"}
    source = read(container(parts), [NAME])
    assert source.text == "关于加强校车管理的通知\n各县（区）教育局：\n"
    assert source.notes == ("word/styles1.xml is damaged: read without it",)


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        pytest.param(word_file(NOTICE), True, id="a Word document"),
        pytest.param(word_file(NOTICE)[:-300], True, id="cut short"),
        pytest.param(container({"a/通知.txt": "正文"}), False, id="a ZIP of texts"),
        pytest.param(container({"内/通知.docx": word_file(NOTICE)}), False, id="a ZIP of it"),
        pytest.param(
            container({"[Content_Types].xml": "", "xl/workbook.xml": ""}), False, id="XLSX"
        ),
        pytest.param(b"PK\x03\x04", False, id="a signature alone"),
        pytest.param("关于校车".encode(), False, id="a text"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_told_by_content_not_by_name(data: bytes, is_one: bool) -> None:
    assert is_word(data, "通知.doc") is is_word(data, "通知.docx") is is_one


def test_numbering_and_styles_that_name_more_than_a_document_needs() -> None:
    """Each was quadratic once: styles based on one another, lists that nothing uses."""
    based = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{at}"><w:basedOn w:val="s{at + 1}"/></w:style>'
        for at in range(3000)
    )
    many = "".join(
        f'<w:num w:numId="{at + 9}"><w:abstractNumId w:val="0"/></w:num>' for at in range(9000)
    )
    long = numbering(levels(("decimal", "%1" * 200_000)), lists=many)
    body = "".join(p("正文", style=f"s{at}") for at in range(1000)) + item("甲") * 100
    text = text_of(body, styles=based, numbering=long)
    assert text.startswith("正文\n" * 1000)
    assert len(text) < 30_000


# -- what could hang, in a process of its own ------------------------------------------------------

NEST = 1000
HANGING = {
    "nested tables of one cell": ("<w:tbl><w:tr><w:tc>", p("底"), "</w:tc></w:tr></w:tbl>"),
    "nested tables of two": (
        "<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>",
        p("底"),
        "</w:tc></w:tr></w:tbl>",
    ),
    "nested content controls": ("<w:sdt><w:sdtContent>", p("底"), "</w:sdtContent></w:sdt>"),
    "nested text boxes": (
        "<w:p><w:r><w:pict><v:textbox><w:txbxContent>",
        p("底"),
        "</w:txbxContent></v:textbox></w:pict></w:r></w:p>",
    ),
    "nested runs": ("<w:p><w:ins>", r("底"), "</w:ins></w:p>"),
}
CHILD = (
    "import re, sys; from kg.read import read\n"
    "data = sys.stdin.buffer.read()\n"
    "print(read(data, ['x.docx']).text.strip())\n"
    # Not ru_maxrss, which begins with what the parent held when it forked.
    "status = open('/proc/self/status').read()\n"
    "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024, file=sys.stderr)\n"
)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))


@pytest.mark.parametrize("what", HANGING)
def test_a_thousand_levels_are_read_within_limits(what: str) -> None:
    before, middle, behind = HANGING[what]
    data = word_file(before * NEST + middle + behind * NEST + p("末"))
    run = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=data,
        capture_output=True,
        timeout=20,
        preexec_fn=limited,
        check=True,
    )
    assert "底" in run.stdout.decode()
    assert "末" in run.stdout.decode()
    assert int(run.stderr) < 512
