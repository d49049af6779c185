"""PDF files: what is printed on pages to the text that is meant, with its tables and cuts."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

import browser
import pytest
from casebook import EXAMPLES, ROOT
from facts import facts
from hostile_files import FULL, TEXT, WHOLE, encrypted, hostile
from pdf_files import FONTS, Sheet, pdf, stream

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.pipeline import understand
from kg.read import read
from kg.read.pdf_glyphs import plain
from kg.vocabulary import rows

TURNED = (0.7, 0.7, -0.7, 0.7)


def text_of(*sheets: Sheet) -> str:
    return read(pdf(*sheets), ["case.pdf"]).text.rstrip("\n")


# -- lines to paragraphs ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        # A paragraph goes on to the next line where that is not indented.
        (["　　" + FULL[:27], "不少于2次。"], [FULL[:27] + "不少于2次。"]),
        # A line with room for what follows ends its paragraph, indented or not.
        ([FULL, "不少于2次。", "各校要落实。"], [FULL + "不少于2次。", "各校要落实。"]),
        # 不少于 would have fitted: the break was meant.
        ([FULL, FULL[:20], "不少于2次"], [FULL + FULL[:20], "不少于2次"]),
        # 2.5万人次 would not, and stands on the next line as a whole.
        ([FULL, FULL[:-1], "12.5万人"], [FULL + FULL[:-1] + "12.5万人"]),
        # What an opening bracket or a closing mark holds together is not broken off either.
        ([FULL, FULL[:28], "《办法》"], [FULL + FULL[:28] + "《办法》"]),
        ([FULL, FULL[:28], "次，"], [FULL + FULL[:28] + "次，"]),
        # Numbers of items begin paragraphs, also where the line before is full.
        ([FULL[:28] + "。", "一、总体要求"], [FULL[:28] + "。", "一、总体要求"]),
        (["　　" + FULL[:26] + "。", "　　（二）健全机制"], [FULL[:26] + "。", "（二）健全机制"]),
        # … but not in the middle of a sentence.
        ([FULL[:27] + "按照", "一、二类标准"], [FULL[:27] + "按照一、二类标准"]),
        # Indented alike, both begin.
        (["　　" + FULL[:27], "　　" + FULL[:9]], [FULL[:27], FULL[:9]]),
        # A word of Latin letters over two lines has a blank between, a figure none.
        ([FULL[:-1] + "Wi", "Fi"], [FULL[:-1] + "Wi Fi"]),
        ([FULL[:-1] + "20", "23年"], [FULL[:-1] + "2023年"]),
    ],
)
def test_lines_are_joined_to_paragraphs(lines: list[str], paragraphs: list[str]) -> None:
    # A full line far below shows where the lines of this page end.
    sheet = Sheet().lines(90, 100, lines).lines(90, 500, [FULL + "。"] * 2)
    assert text_of(sheet).split("\n")[: len(paragraphs)] == paragraphs


def test_a_gap_parts_paragraphs_that_nothing_else_parts() -> None:
    sheet = Sheet().lines(90, 100, [FULL] * 3).lines(90, 190, [FULL] * 3)
    assert text_of(sheet) == f"{FULL * 3}\n{FULL * 3}"


@pytest.mark.parametrize(
    ("size", "lines", "paragraphs"),
    [
        (20, ["青禾县人民政府关于加快", "推进学前教育的意见"],
         ["青禾县人民政府关于加快推进学前教育的意见"]),
        (20, ["青禾县政府工作报告", "——在县人民代表大会上", "（2024年1月5日）"],
         ["青禾县政府工作报告", "——在县人民代表大会上", "（2024年1月5日）"]),
        (20, ["青禾县人民政府文件", "青府发〔2024〕3号"],
         ["青禾县人民政府文件", "青府发〔2024〕3号"]),
        # In the size of the text: names of who signs, one to a line.
        (12, ["青禾县教育局", "青禾县财政局"], ["青禾县教育局", "青禾县财政局"]),
    ],
)  # fmt: skip
def test_titles_go_over_centred_lines(size: float, lines: list[str], paragraphs: list[str]) -> None:
    sheet = Sheet()
    for number, line in enumerate(lines):
        wide = size * sum(0.5 if char.isascii() else 1 for char in line)
        sheet.text(90 + (29 * 12 - wide) / 2, 100 + number * 1.7 * size, line, size)
    sheet.lines(90, 300, [FULL] * 3)
    assert text_of(sheet).split("\n")[:-1] == paragraphs


def test_who_signs_and_when_stay_apart() -> None:
    sheet = Sheet().lines(90, 100, [FULL] * 3 + ["不少于2次。"])
    sheet.text(90 + 21 * 12, 220, "青禾县教育局").text(90 + 20 * 12, 240, "2024年3月5日")
    assert text_of(sheet).split("\n")[1:] == ["青禾县教育局", "2024年3月5日"]


def test_spread_letters_are_one_word_and_wide_gaps_are_blanks() -> None:
    sheet = Sheet()
    for number, letter in enumerate("青禾县人民政府文件"):
        sheet.text(90 + 36 * number, 100, letter, 24)
    sheet.text(90, 160, "文号：青教发〔2024〕1号").text(330, 160, "索引号：QH01")
    assert text_of(sheet).split("\n")[0] == "青禾县人民政府文件"
    assert re.fullmatch("文号：青教发〔2024〕1号\u3000+索引号：QH01", text_of(sheet).split("\n")[1])


# -- pages -----------------------------------------------------------------------------------


def book(*pages: list[str], number: str = "— {} —", head: str = "云陵市政策汇编") -> list[Sheet]:
    """Return pages with a running head and numbers, whose last line is full."""
    return [
        Sheet().text(200, 50, head, 9).lines(90, 100, lines).text(290, 800, number.format(at), 9)
        for at, lines in enumerate(pages, 1)
    ]


@pytest.mark.parametrize("number", ["— {} —", "- {} -", "第{}页", "第 {} 页 共 3 页", "{}/3", "{}"])
def test_page_numbers_and_running_heads_are_cut(number: str) -> None:
    sheets = book(["　　" + FULL[:27]] + [FULL] * 7, [FULL] * 8, ["不少于2次。"], number=number)
    source = read(pdf(*sheets), ["case.pdf"])
    assert source.text == FULL[:27] + FULL * 15 + "不少于2次。\n"
    rules = sorted(cut.rule for cut in source.cuts)
    assert rules == ["pdf.page-number"] * 3 + ["pdf.running-head"] * 3
    # Each page begins inside the paragraph that goes over it.
    assert source.pages == (0, 27 + 7 * 29, 27 + 15 * 29)


def test_a_year_alone_at_the_foot_is_no_page_number() -> None:
    sheets = [Sheet().lines(90, 100, [FULL, last]) for last in ("2023", "2025", "2035")]
    assert [line for line in text_of(*sheets).split("\n") if line.isdecimal()] != []


def test_footnotes_stand_behind_the_paragraph_that_goes_over_the_page() -> None:
    first = Sheet().lines(90, 100, [FULL] * 8).text(90, 760, "①指父母双方外出的未成年人。", 9)
    first.text(90, 772, "②截至2023年底。", 9)
    assert text_of(first, Sheet().lines(90, 100, ["不少于2次。", "　　落实责任。"])).split(
        "\n"
    ) == [
        FULL * 8 + "不少于2次。",
        "①指父母双方外出的未成年人。",
        "②截至2023年底。",
        "落实责任。",
    ]


def test_columns_are_read_one_after_the_other() -> None:
    left = ["县教育局牵头落实各项任务每月调度进展"] * 6
    right = ["县财政局保障所需经费每季度通报一次"] * 6
    below = "两栏之下的文字占满整个页面的宽度，从左边一直写到右边，没有分栏，照常阅读。"
    sheet = Sheet().text(200, 80, "青禾县工作简报", 18)
    sheet.lines(60, 130, left).lines(320, 137, right)  # the base lines need not agree
    last = Sheet().lines(60, 100, ["　　" + left[0][:16], left[1]]).lines(320, 100, right[:1])
    sheet.text(60, 700, below)
    assert text_of(sheet, last).split("\n") == [
        "青禾县工作简报",
        "".join(left) + "".join(right),
        below,
        left[0][:16] + left[1] + right[0],
    ]


# -- tables ----------------------------------------------------------------------------------

XS = [60, 110, 330, 430, 530]
HEAD = ["序号", "工作任务", "牵头单位", "完成时限"]


def table_sheet(*cells: list[str], top: float = 100) -> Sheet:
    return Sheet().table(XS, [top + 40 * row for row in range(len(cells) + 1)], cells)


def test_ruled_tables_are_rows_with_cells() -> None:
    sheet = table_sheet(
        HEAD,
        [
            "1",
            "新建、改扩建公办幼儿园，新增学位六百个以\n上，补齐短板",
            "县教育局\n县财政局",
            "8月底前",
        ],
    )
    sheet.text(60, 80, "责任分工表").text(60, 300, "备注：按月调度。")
    source = read(pdf(sheet), ["case.pdf"])
    assert source.text.rstrip("\n").split("\n") == [
        "责任分工表",
        "序号\t工作任务\t牵头单位\t完成时限",
        # A line that is full goes on; names one below the other are apart.
        "1\t新建、改扩建公办幼儿园，新增学位六百个以上，补齐短板\t县教育局 县财政局\t8月底前",
        "备注：按月调度。",
    ]
    (table,) = source.tables
    assert [source.text[cell.begin : cell.end] for cell in table.cells[:4]] == HEAD
    assert [(cell.row, cell.column) for cell in table.cells] == [
        (row, column) for row in (0, 1) for column in range(4)
    ]


def test_a_table_over_pages_is_one_without_its_header_again() -> None:
    first = table_sheet(HEAD, ["1", "改造食堂", "县教育局", "8月底前"])
    second = table_sheet(HEAD, ["2", "保障经费，落实", "县财政局", "9月底前"])
    # The rest of a row that the page tore has no number.
    third = table_sheet(["", "配套资金", "", ""], ["3", "检查", "县审计局", "年底前"])
    source = read(pdf(first, second, third), ["case.pdf"])
    assert source.text.rstrip("\n").split("\n")[1:] == [
        "1\t改造食堂\t县教育局\t8月底前",
        "2\t保障经费，落实配套资金\t县财政局\t9月底前",
        "3\t检查\t县审计局\t年底前",
    ]
    assert len(source.tables) == 1
    assert [cut.rule for cut in source.cuts] == ["pdf.repeated-header"]
    assert [source.text[at:].split("\t")[0] for at in source.pages] == ["序号", "2", "3"]


def test_merged_cells_and_open_sides() -> None:
    sheet = Sheet()
    for y in (100, 160):
        sheet.rule(60, y, 400, y)
    sheet.rule(160, 130, 400, 130).rule(160, 100, 160, 160).rule(280, 130, 280, 160)
    sheet.text(64, 130, "指标", 10).text(200, 120, "目标值", 10)
    sheet.text(164, 150, "2023年", 10).text(284, 150, "2025年", 10)
    sheet.rule(60, 190, 400, 190).rule(160, 160, 160, 190).rule(280, 160, 280, 190)
    sheet.text(64, 180, "入园率", 10).text(164, 180, "93%", 10).text(284, 180, "95%", 10)
    (table,) = (source := read(pdf(sheet), ["case.pdf"])).tables
    spans = {source.text[c.begin : c.end]: (c.rows, c.columns) for c in table.cells}
    assert spans["指标"] == (2, 1)
    assert spans["目标值"] == (1, 2)
    assert spans["95%"] == (1, 1)


@pytest.mark.parametrize(
    "draw",
    [
        lambda sheet: sheet.rule(60, 60, 500, 60).rule(60, 90, 500, 90),  # rules of a red head
        lambda sheet: sheet.table([80, 500], [80, 130], []),  # a frame around the text
        lambda sheet: sheet.rule(90, 102, 200, 102).rule(90, 122, 200, 122),  # underlined
    ],
)
def test_lines_that_rule_no_table_leave_the_text_alone(draw: object) -> None:
    assert callable(draw)
    sheet = Sheet().lines(90, 100, [FULL, "不少于2次。"])
    draw(sheet)
    source = read(pdf(sheet), ["case.pdf"])
    assert source.text == FULL + "不少于2次。\n"
    assert source.tables == ()


# -- glyphs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "text", "cuts"),
    [
        # A watermark, what is printed invisibly, beside the page, too small.
        (Sheet().text(90, 100, "县教育局").text(200, 500, "内部资料", 40, turn=TURNED),
         "县教育局", [("内部资料", "pdf.rotated")]),
        (Sheet().text(90, 100, "县教育局").text(90, 140, "县财政局", mode=3),
         "县教育局", [("县财政局", "pdf.invisible")]),
        (Sheet().text(90, 100, "县教育局").text(700, 100, "县财政局"),
         "县教育局", [("县财政局", "pdf.outside")]),
        (Sheet().text(90, 100, "县教育局").text(90, 140, "县财政局", 1),
         "县教育局", [("县财政局", "pdf.tiny")]),
        # Bold print by printing twice.
        (Sheet().text(90, 100, "县教育局").text(90.4, 100.2, "县教育局"), "县教育局", []),
        # A page printed sideways, by its dictionary or by its text.
        (Sheet(extra="/Rotate 90").text(300, 300, "县教育局", turn=(0, 1, -1, 0)), "县教育局", []),
        (Sheet().text(300, 600, "县教育局", turn=(0, 1, -1, 0))
         .text(320, 600, "县财政局", turn=(0, 1, -1, 0)), "县教育局县财政局", []),
        # From top to bottom, the right column first.
        (Sheet().text(500, 100, "青禾县春耕要点。", font="F2")
         .text(470, 100, "（一）备种", font="F2"),
         "青禾县春耕要点。\n（一）备种", []),
    ],
)  # fmt: skip
def test_what_is_text(sheet: Sheet, text: str, cuts: list[tuple[str, str]]) -> None:
    source = read(pdf(sheet), ["case.pdf"])
    assert source.text == text + "\n"
    assert [(cut.text, cut.rule) for cut in source.cuts] == cuts


@pytest.mark.parametrize("row", list(rows("misnamed_glyphs.tsv")), ids=lambda row: row["example"])
def test_misnamed_glyphs(row: dict[str, str]) -> None:
    assert row["glyph"] in row["example"]
    assert plain(row["glyph"]) == row["character"] != row["glyph"]
    assert len(row["character"]) == 1 or row["glyph"] == "⸺"


@pytest.mark.parametrize(
    ("printed", "meant"),
    [("⼀⼿抓⻓效", "一手抓长效"), ("农⼾⻔前", "农户门前"), ("︵﹃稳粮﹄︶", "（“稳粮”）"),
     ("ﬁ", "fi"), ("１２．５％", "１２．５％"), ("(cid:7)", "\ufffd"),
     ("\ue001", "\ufffd"), ("豈", "豈")],
)  # fmt: skip
def test_characters_of_glyphs(printed: str, meant: str) -> None:
    assert plain(printed) == meant


def test_characters_made_plain_are_counted() -> None:
    table = b"1 beginbfchar <4e00> <2f00> endbfchar 1 beginbfchar <957f> <2ed3> endbfchar"
    font = FONTS["F3"].replace("/Encoding", "/ToUnicode 101 0 R/Encoding")
    resources = f"<</Font<</F3 {font}/F1 {FONTS['F1']}>>>>"
    sheet = Sheet().text(90, 100, "一长", font="F3").text(114, 100, FULL)
    source = read(pdf(sheet, objects={4: resources, 101: stream("", table)}), ["case.pdf"])
    assert source.text == f"一长{FULL}\n"
    assert source.notes == ("2 radicals and compatibility characters read as plain ones",)


@pytest.mark.parametrize(
    ("sheets", "note"),
    [
        ([Sheet().picture().text(90, 100, FULL, mode=3), Sheet().text(90, 120, "落实责任。")],
         "text that a program recognised in pictures on page 1"),
        ([Sheet().text(90, 100, FULL), Sheet().picture(), Sheet().picture()],
         "pictures without text, run OCR first (ocrmypdf -l chi_sim in.pdf out.pdf), on pages 2–3"),
        ([Sheet().text(90, 100, FULL).text(90, 140, "一二三", font="F3")],
         "page 1: 3 glyphs without a character, shown as U+FFFD"),
        ([Sheet().text(90, 100, FULL), Sheet().text(90, 140, "一二三", font="F3")],
         "page 2: 3 glyphs without a character, left out"),
        ([Sheet().text(90, 100, FULL).picture()], None),
    ],
)  # fmt: skip
def test_notes(sheets: list[Sheet], note: str | None) -> None:
    source = read(pdf(*sheets), ["case.pdf"])
    assert FULL in source.text
    assert source.notes == ((note,) if note else ())


# -- what cannot be read ---------------------------------------------------------------------


def test_a_file_that_only_the_owner_may_change_is_read() -> None:
    assert read(encrypted(b""), ["case.pdf"]).text == FULL + "\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pdf(*[Sheet().picture()] * 12), "12 pages of pictures, no text layer; run OCR first"),
        (pdf(Sheet().picture()), "1 page of pictures, no text layer"),
        (pdf(Sheet()), "1 page without text"),
        (pdf(), "without pages"),
        (pdf(*book([], [], [])), "no text but page numbers and running heads"),
        (pdf(Sheet().text(90, 100, FULL, font="F3")), "fonts do not say which characters"),
        (encrypted(b"secret"), "encrypted, needs a password"),
        (WHOLE[:-40], "cut off, its end is missing"),
        (WHOLE[:300], "cut off, its end is missing"),
        (b"%PDF-1.7\nnothing\n%%EOF", "a damaged PDF file"),
        (pdf(TEXT, trailer="/Encrypt<</Filter/Strange>>"), "encrypted in a way that is not known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(data, ["case.pdf"])
    assert str(caught.value).startswith("case.pdf: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_readers_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # kg.read is also the function: the module has to be asked for by its name.
    monkeypatch.setattr(import_module("kg.read.pdf"), "find_spec", lambda name: None)
    with pytest.raises(ReadError, match=r"pip install 'policy-kg\[docs\]'"):
        read(WHOLE, ["case.pdf"])


def test_the_libraries_are_loaded_only_for_a_pdf_file() -> None:
    code = "import sys, kg.read; print({'pdfminer', 'pdfplumber'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


CHILD = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from pathlib import Path
from kg.errors import ReadError
from kg.read import read
for path in sorted(Path(sys.argv[1]).iterdir()):
    began = time.perf_counter()
    try:
        said = "read " + read(path.read_bytes(), ["case.pdf"]).text
    except ReadError as error:
        said = "refused " + str(error)
    print(path.name, round(time.perf_counter() - began, 1), repr(said))
"""


def test_hostile_files_are_read_or_refused_in_time_and_memory(tmp_path: Path) -> None:
    names = dict(enumerate(hostile()))
    for number, name in names.items():
        (tmp_path / f"{number:02}").write_bytes(hostile()[name])
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        capture_output=True, text=True, timeout=60, cwd=ROOT, check=False,
    )  # fmt: skip
    assert run.stderr == ""
    said = [line.split(" ", 2) for line in run.stdout.splitlines()]
    assert [names[int(number)] for number, _, _ in said] == list(hostile())
    assert {names[int(n)]: seconds for n, seconds, _ in said if float(seconds) > 15} == {}
    outcomes = {names[int(number)]: outcome for number, _, outcome in said}
    assert FULL in outcomes["page tree in a loop"]
    assert FULL in outcomes["a script and a file within"]
    assert "more than 10000 drawings" in outcomes["forms that fan out"]
    for name in ("Flate bomb", "Flate bomb in a Flate bomb"):
        assert "unpacks to more than is allowed" in outcomes[name]
    assert "MB of drawing" in outcomes["page of 10 MB"]


def test_how_much_a_file_may_unpack_to_is_an_option() -> None:
    with pytest.raises(ReadError, match="unpacks to more than is allowed"):
        read(WHOLE, ["case.pdf"], ReadOptions(max_expanded=100))


# -- the examples, printed by a browser ------------------------------------------------------

PRINTED = sorted(EXAMPLES.glob("*.txt"))
# Parts the examples: unlike each other, or it would be taken for a running head.
MARKS = [f"◆{letter}◆" for letter in "甲乙丙丁戊己庚辛"]
STYLE = """
@page { size: A4; margin: 26mm 22mm;
  @top-center { content: "政策文件汇编　第二辑"; font-size: 10px }
  @bottom-center { content: "— " counter(page) " —"; font-size: 11px } }
body { font: 15px/1.75 "Noto Serif CJK SC", serif; margin: 0 }
section { break-before: page }
h6 { margin: 0; font-size: 15px }
p { margin: 0; text-indent: 2em; text-align: justify }
table { border-collapse: collapse; width: 100% }
td { border: 1px solid #000; padding: 3px }
"""
LAYOUTS = {
    "one column": "",
    "two columns": "body { font-size: 12px } div { columns: 2; column-gap: 2.4em }",
}


def page_of(texts: list[str], layout: str) -> str:
    """Return a web page of documents, each on pages of its own behind a mark."""
    parts = [
        f"<section><h6>{mark}</h6><div>{_marked_up(text)}</div>"
        for mark, text in zip(MARKS, texts, strict=True)
    ]
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}{LAYOUTS[layout]}</style>" + "".join(
        parts
    )


def _marked_up(text: str) -> str:
    marked = []
    for line in filter(None, (line.strip(" \u3000") for line in text.splitlines())):
        cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in line.split("\t"))
        marked.append(f"<tr>{cells}</tr>" if "\t" in line else f"<p>{html.escape(line)}</p>")
    joined = "\n".join(marked)
    return re.sub(r"(?:<tr>.*</tr>\n?)+", lambda rows: f"<table>{rows[0]}</table>", joined)


@cache
def printed(layout: str) -> tuple[Source, ...]:
    """Return the examples as read from one printed file, each cut out of it."""
    texts = [read(path.read_bytes(), [path.name]).text for path in PRINTED]
    with tempfile.TemporaryDirectory() as folder:
        page, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(page_of(texts, layout), encoding="utf-8")
        browser.print_pdf(page, target)
        whole = read(target.read_bytes(), ["printed.pdf"])
    begins = [whole.text.index(mark) for mark in MARKS]
    ends = [*begins[1:], len(whole.text)]
    return tuple(part(whole, begin + 4, end) for begin, end in zip(begins, ends, strict=True))


def part(source: Source, begin: int, end: int) -> Source:
    """Return a stretch of a source as a document of its own."""
    tables = tuple(
        replace(
            table, begin=table.begin - begin, end=table.end - begin,
            cells=tuple(replace(c, begin=c.begin - begin, end=c.end - begin) for c in table.cells),
        )
        for table in source.tables
        if begin <= table.begin < end
    )  # fmt: skip
    pages = tuple(at - begin for at in source.pages if begin <= at < end)
    return replace(source, text=source.text[begin:end], tables=tables, pages=pages)


@browser.needs_chromium
@pytest.mark.parametrize(
    ("path", "layout"),
    [
        pytest.param(
            path,
            layout,
            marks=[pytest.mark.xfail(reason="its broken lines fill the page", strict=True)]
            if path.stem[:2] == "08" and layout == "one column"
            else [],
            id=f"{path.stem}-{layout}",
        )
        for path in PRINTED
        for layout in LAYOUTS
    ],
)
def test_a_printed_example_says_what_its_text_says(path: Path, layout: str) -> None:
    source = replace(printed(layout)[PRINTED.index(path)], names=(path.name,))
    text = read(path.read_bytes(), [path.name])
    assert lines(source.text) == lines(text.text)
    assert facts(understand(source)) == facts(understand(text))


def lines(text: str) -> list[str]:
    """Return the lines of a text without blanks."""
    return [bare for line in text.splitlines() if (bare := re.sub("[ \u3000]+", "", line).strip())]
