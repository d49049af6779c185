"""Web pages to texts: what of a page is the document, what is cut, and what is refused."""

from __future__ import annotations

import hashlib
import html
import re
import subprocess
import sys

import pytest
from casebook import EXAMPLES
from facts import facts

from kg.errors import ReadError
from kg.models import Reading, Source
from kg.pipeline import understand
from kg.read import WEB_PAGE, format_of, read
from kg.read.html_main import role_of
from kg.read.html_meta import page_fields
from kg.read.html_numbers import numbering_of, numeral, styles
from kg.vocabulary import rows

SENTENCE = "市教育局会同市公安局开展校车安全检查，每月通报一次。"


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def source(markup: str, name: str = "page.html") -> Source:
    return read(markup.encode(), [name])


def lines(markup: str) -> list[str]:
    return source(markup).text.splitlines()


# -- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("<p>校车<b>安</b>全</p><p>检查</p>", ["校车安全", "检查"], id="inline joins"),
        pytest.param("<div>一段<p>二段</p>三段</div>", ["一段", "二段", "三段"], id="loose text"),
        pytest.param("<p>上行<br>下行<br/>末行</p>", ["上行", "下行", "末行"], id="br"),
        pytest.param("<p>加强\n      校车管理</p>", ["加强校车管理"], id="source break in a word"),
        pytest.param("<p>按 plan\n a 执行</p>", ["按 plan a 执行"], id="break between words"),
        pytest.param("<p>　　首行&nbsp;缩进</p>", ["首行\xa0缩进"], id="indent and entity"),
        pytest.param("<p>甲&amp;nbsp;乙&amp;ldquo;丙</p>", ["甲\xa0乙“丙"], id="encoded twice"),
        pytest.param("<p>R&amp;D 投入</p>", ["R&D 投入"], id="an ampersand is one"),
        pytest.param("<p>10<sup>4</sup>m<sup>2</sup></p>", ["10⁴m²"], id="raised numbers"),
        pytest.param("<p>普惠<sup>[1]</sup>园</p>", ["普惠[1]园"], id="footnote mark"),
        pytest.param("<pre>第一行\n第二行</pre>", ["第一行", "第二行"], id="pre"),
        pytest.param("<ol><li>甲</li><li>乙</li></ol>", ["1.甲", "2.乙"], id="numbered list"),
        pytest.param(
            "<ol start=3><li>甲</li><li value=7>乙</li><li>丙</li></ol>",
            ["3.甲", "7.乙", "8.丙"],
            id="start and value",
        ),
        pytest.param("<ol type=a><li>甲<li>乙</ol>", ["a.甲", "b.乙"], id="letters, unclosed"),
        pytest.param("<ol><li>（一）甲</li></ol>", ["（一）甲"], id="numbered by hand too"),
        pytest.param(
            "<ol style='list-style: none inside'><li>甲</li></ol>", ["甲"], id="without numbers"
        ),
        pytest.param("<ol><li></li><li>乙</li></ol>", ["2.乙"], id="an empty item counts"),
        pytest.param("<ul><li>甲</li><li>乙</li></ul>", ["甲", "乙"], id="bullets"),
        pytest.param(
            "<ol class=custom_cn2><li>甲<li>乙</ol>", ["（一）甲", "（二）乙"], id="an editor's"
        ),
        pytest.param("<p>中\u200b文\u00ad字</p>", ["中文字"], id="invisible letters"),
        pytest.param("<p>&#x6821;车</p>", ["校车"], id="numeric entity"),
        pytest.param("<table><tr><td><p>甲</p><p>乙</p></table>", ["甲", "乙"], id="one cell"),
        pytest.param("<table><tr><td>甲</tr><tr><td>乙</table>", ["甲", "乙"], id="column"),
    ],
)
def test_lines_are_those_that_a_browser_shows(body: str, expected: list[str]) -> None:
    assert lines(page(body)) == expected


@pytest.mark.parametrize(
    ("body", "cut", "rule"),
    [
        ("<div style='display: none'>旧稿</div>", "旧稿", "html.hidden"),
        ("<span hidden>旧稿</span>", "旧稿", "html.hidden"),
        ("<i aria-hidden=true>图标</i>", "图标", "html.hidden"),
        ("<span style='font-size:0.1px'>关键词</span>", "关键词", "html.hidden"),
        ("<span style='color:#FFFFFF'>关键词</span>", "关键词", "html.hidden"),
        ("<font color=white>关键词</font>", "关键词", "html.hidden"),
        ("<nav>首页 概况</nav>", "首页 概况", "html.navigation"),
        ("<footer>主办</footer>", "主办", "html.footer"),
        ("<div class='Share x'>分享</div>", "分享", "html.chrome"),
        ("<button>打印</button>", "打印", "html.form"),
        ("<ruby>澄<rt>cheng</rt></ruby>", "cheng", "html.ruby"),
        ("<noscript>请开启脚本</noscript>", "请开启脚本", "html.noscript"),
    ],
)
def test_what_is_no_part_of_the_text_is_cut(body: str, cut: str, rule: str) -> None:
    found = source(page(f"<p>{SENTENCE}</p>{body}"))
    assert (cut, rule) in [(one.text, one.rule) for one in found.cuts]
    assert cut not in found.text


@pytest.mark.parametrize(
    "body",
    [
        "<p style='font-size:1em'>附则</p>",
        "<p style='font-size:12px'>附则</p>",
        "<p style='line-height:0'>附则</p>",
        "<p style='opacity:0.9'>附则</p>",
        "<table><tr><td style='background:#123;color:#fff'>附则</td></tr></table>",
        "<p class=dark style='color:white'>附则</p>",
        "<p style='text-indent:-2em'>附则</p>",
    ],
)
def test_what_is_seen_is_not_taken_for_hidden(body: str) -> None:
    assert lines(page(f"<p>{SENTENCE}</p>{body}")) == [SENTENCE, "附则"]


def test_a_page_that_a_script_uncovers_is_read() -> None:
    hidden = f"<html><body style='visibility: hidden'><p>{SENTENCE}</p></body></html>"
    assert lines(hidden) == [SENTENCE]
    wrapped = page(f"<div style='display:none'><p>{SENTENCE}</p></div>")
    assert lines(wrapped) == [SENTENCE]


@pytest.mark.parametrize(
    "markup", ["<script>教育局</script>", "<style>教育</style>", "<!-- 教育 -->"]
)
def test_what_is_no_text_is_neither_text_nor_cut(markup: str) -> None:
    found = source(page(f"<p>{SENTENCE}</p>{markup}"))
    assert (found.text, found.cuts) == (SENTENCE + "\n", ())


def test_headings_have_levels_and_the_title_is_0() -> None:
    found = source(
        page(
            f"<h1>青禾县校车管理办法</h1><div id=zoom><h2>总则</h2><p>{SENTENCE}</p></div>",
            "<meta name=ArticleTitle content=青禾县校车管理办法>",
        )
    )
    said = [(one.level, found.text[one.begin : one.end]) for one in found.headings]
    assert said == [(0, "青禾县校车管理办法"), (2, "总则")]


# -- tables ----------------------------------------------------------------------------------


def cells(found: Source) -> list[list[tuple[int, int, str, int, int]]]:
    return [
        [(c.row, c.column, found.text[c.begin : c.end], c.rows, c.columns) for c in table.cells]
        for table in found.tables
    ]


def test_tables_are_rows_with_their_spans() -> None:
    found = source(
        page(
            "<table><caption>任务表</caption><thead><tr><th>任务<th colspan=2>单位</thead>"
            "<tr><td rowspan=2>校车<br>检查<td>教育局<td>公安局<tr><td>交通局<td>&nbsp;</table>"
        )
    )
    assert cells(found) == [
        [
            (0, 0, "任务", 1, 1),
            (0, 1, "单位", 1, 2),
            (1, 0, "校车 检查", 2, 1),
            (1, 1, "教育局", 1, 1),
            (1, 2, "公安局", 1, 1),
            (2, 1, "交通局", 1, 1),
            (2, 2, "", 1, 1),
        ]
    ]
    assert found.text.startswith("任务表\n任务\t单位\t\n校车 检查\t教育局\t公安局\n\t交通局\t")


@pytest.mark.parametrize(
    ("body", "tables"),
    [
        pytest.param("<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>", 1, id="data"),
        pytest.param("<table role=presentation><tr><td>甲<td>乙</table>", 0, id="presentation"),
        pytest.param(
            f"<table><tr><td>栏目<td>{f'<p>{SENTENCE}</p>' * 20}</table>", 0, id="a cell of prose"
        ),
        pytest.param(
            f"<table><tr><td><p>{SENTENCE * 15}</p><table><tr><td>甲<td>乙</table></table>",
            1,
            id="a table of data in one of layout",
        ),
        pytest.param(
            f"<table><tr><td>1<td>{SENTENCE * 15}<td>教育局</table>", 1, id="a long task is data"
        ),
    ],
)
def test_tables_that_only_place_text_are_none(body: str, tables: int) -> None:
    assert len(source(page(body)).tables) == tables


def test_nothing_astray_in_a_table_is_lost() -> None:
    inner = "<table><tr><td>丙<td>丁</table>"
    text = source(page(f"<table>首<tr>始<td>甲<td>乙<div>内</div>{inner}</table>")).text
    assert re.sub(r"\s", "", text) == "首始甲乙内丙丁"


# -- the place of the text -------------------------------------------------------------------

CHROME_ABOVE = """<div class="top">
<ul><li><a href="/">首页</a><li><a href="/a">政务公开</a></ul></div>
<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/b">政策文件</a></div>"""
CHROME_BELOW = """<div class="share">分享到： <a href="#">微信</a></div>
<div class="links"><a href="/1">市发展改革委</a> <a href="/2">市财政局</a></div>
<div class="foot"><p>主办：云陵市人民政府办公室</p><p>云ICP备00000000号</p></div>"""


@pytest.mark.parametrize(
    "holder",
    [
        '<div id="zoom">{}</div>',
        '<div class="wrap"><div class="TRS_Editor">{}</div></div>',
        "<article>{}</article>",
        '<div class="unknown">{}</div>',
        '<table width="960"><tr><td>{}</td></tr></table>',
    ],
)
def test_the_text_is_found_in_its_page(holder: str) -> None:
    body = "".join(f"<p>{number}、{SENTENCE}</p>" for number in "一二三四五六")
    found = source(page(CHROME_ABOVE + holder.format(body) + CHROME_BELOW))
    assert found.text.splitlines() == [f"{number}、{SENTENCE}" for number in "一二三四五六"]
    cut = " ".join(one.text for one in found.cuts)
    for word in ("政务公开", "当前位置", "市财政局", "云ICP备00000000号", "分享到"):
        assert word in cut


def test_two_parts_of_the_same_name_are_both_the_text() -> None:
    part = f'<div class="TRS_Editor"><p>{SENTENCE}</p></div>'
    assert lines(page(CHROME_ABOVE + part + "<div>下一页</div>" + part)) == [SENTENCE, SENTENCE]


def test_an_empty_part_of_a_known_name_does_not_hide_the_text() -> None:
    assert lines(page(f'<div id="zoom"></div><div><p>{SENTENCE}</p><p>{SENTENCE}</p></div>')) == [
        SENTENCE,
        SENTENCE,
    ]


def test_a_second_part_of_text_is_never_dropped_as_beside_it() -> None:
    first, second = f"<p>甲{SENTENCE}</p>" * 30, f"<p>乙{SENTENCE}</p>" * 6
    found = lines(page(f"<div>{first}</div><div>{second}</div>"))
    assert sum(line.startswith("乙") for line in found) == 6


def test_files_that_a_page_lists_below_the_text_are_text() -> None:
    files = (
        '<div class="list">附件：</div><p><a href="/a/1.docx">1.校车检查表</a></p>'
        '<p><a href="/down.jsp?id=2">2.校车台账.xlsx</a></p>'
    )
    found = source(page(f'<div id="zoom"><p>{SENTENCE}</p></div>{files}{CHROME_BELOW}'))
    assert found.text.splitlines() == [SENTENCE, "附件：", "1.校车检查表", "2.校车台账.xlsx"]


@pytest.mark.parametrize("name", ["01", "04", "06"])
def test_every_letter_of_a_page_is_text_or_cut(name: str) -> None:
    text = example_text(name)
    markup = government_page(text)
    found = source(markup)
    bare = re.sub(r"<head>.*?</head>|<[^>]+>", "\n", markup, flags=re.S)
    kept = found.text + "".join(one.text for one in found.cuts)
    shown = set(re.findall("[㐀-鿿]{4}", html.unescape(bare)))
    assert shown - set(re.findall("(?=([㐀-鿿]{4}))", kept)) == set()


# -- metadata --------------------------------------------------------------------------------


def said(found: Source) -> dict[str, str]:
    for field in found.fields:
        assert found.text[field.begin : field.end] == field.value
    return {field.name: field.value for field in reversed(found.fields)}


BLOCKS = {
    "table": "<table><tr><td>索引号：</td><td>YL01/2024-00012</td><td>分类：</td><td></td></tr>"
    "<tr><td>发布机构：</td><td>云陵市教育局</td><td>成文日期：</td><td>2024-03-01</td></tr>"
    "<tr><td>文　　号：</td><td colspan=3>云教发〔2024〕4号</td></tr></table>",
    "cells without colons": "<table><tr><td>索引号<td>YL01/2024-00012<tr><td>发布机构"
    "<td>云陵市教育局<tr><td>成文日期<td>2024-03-01<tr><td>文号<td>云教发〔2024〕4号</table>",
    "dl": "<dl><dt>索引号：</dt><dd>YL01/2024-00012</dd><dt>发布机构：</dt><dd>云陵市教育局</dd>"
    "<dt>成文日期：</dt><dd>2024-03-01</dd><dt>文号：</dt><dd>云教发〔2024〕4号</dd></dl>",
    "ul": "<ul><li><span>索引号：</span>YL01/2024-00012<li><span>统一编号：</span>YL9"
    "<li>发布机构：<b>云陵市教育局</b><li>成文日期： 2024-03-01"
    "<li>文号：<i>云教发</i><i>〔2024〕</i><i>4号</i></ul>",
    "brackets": "<ol><li>[索引号] <b>YL01/2024-00012</b><li>[发布机构] <b>云陵市教育局</b>"
    "<b>----</b><li>[废止日期] ----<li>[成文日期] 2024-03-01<li>[文号] 云教发〔2024〕4号</ol>",
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_the_block_above_the_text_is_metadata(block: str) -> None:
    found = source(page(f"{CHROME_ABOVE}{block}<div id=zoom><p>{SENTENCE}</p></div>"))
    assert said(found) == {
        "index": "YL01/2024-00012",
        "issuer": "云陵市教育局",
        "issued": "2024-03-01",
        "number": "云教发〔2024〕4号",
    }
    kept = found.text + "".join(one.text for one in found.cuts)
    assert set(re.findall("[㐀-鿿]+", re.sub("<[^>]+>", "\n", block))) - set(
        re.findall("[㐀-鿿]+", kept)
    ) <= {"文", "号"}  # a key that is set wide: 文　　号


def test_a_line_of_dates_and_source_is_metadata() -> None:
    row = "发布时间：2024-03-05 10:20&nbsp;&nbsp;来源：云陵日报&nbsp;&nbsp;浏览次数：<b>-</b>"
    found = source(page(f"<div>{row}</div><div id=zoom><p>{SENTENCE}</p></div>"))
    assert said(found) == {"published": "2024-03-05 10:20", "origin": "云陵日报"}
    assert any("浏览次数：-" in one.text for one in found.cuts)


def test_words_that_only_look_like_keys_are_no_metadata() -> None:
    links = "<div><a href=/>标题</a> <a href=/>来源</a></div>"
    found = source(page(f"{links}<div id=zoom><p>{SENTENCE}</p></div>"))
    assert found.fields == ()


def test_the_page_s_own_address_and_names() -> None:
    head = (
        '<!-- saved from url=(0040)http://www.example.gov.cn/zc/t1.html -->\n<meta name="PubDate"'
        ' content="2024-03-05"><meta name="SiteName" content="云陵市人民政府">'
        '<meta name="Url" content="./t1.html">'
    )
    found = source(page(f"<p>{SENTENCE}</p>", head))
    assert said(found) == {
        "url": "http://www.example.gov.cn/zc/t1.html",
        "published": "2024-03-05",
        "site": "云陵市人民政府",
    }
    assert found.url == "http://www.example.gov.cn/zc/t1.html"


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("青禾县校车管理办法_政策文件_青禾县人民政府", "青禾县校车管理办法"),
        ("青禾县校车管理办法 - 青禾县人民政府", "青禾县校车管理办法"),
        ("青禾县2021-2025年校车规划", "青禾县2021-2025年校车规划"),
    ],
)
def test_the_page_s_title_begins_with_the_document_s(title: str, value: str) -> None:
    assert said(source(page(f"<p>{SENTENCE}</p>", f"<title>{title}</title>"))) == {"title": value}


# -- encodings -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "encoding", "read_as", "noted"),
    [
        ("utf-8", "utf-8", "utf-8", False),
        ("gb2312", "gb18030", "gb18030", False),
        ("gb2312", "utf-8", "utf-8", True),
        ("utf-8", "gb18030", "gb18030", True),
        ("iso-8859-1", "utf-8", "utf-8", True),
        ("utf-8", "utf-16", "utf-16", False),  # its bytes declare nothing
        ("big5", "utf-8", "utf-8", True),
        ("", "gb18030", "gb18030", False),
    ],
)
def test_what_decodes_wins_over_what_is_declared(
    declared: str, encoding: str, read_as: str, noted: bool
) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    found = read(page(f"<p>{SENTENCE}</p>", meta).encode(encoding), ["page.html"])
    assert (found.text, found.encoding) == (SENTENCE + "\n", read_as)
    assert any("declared" in note for note in found.notes) is noted


def test_traditional_characters_in_big5_are_read_where_the_page_says_so() -> None:
    text = "雲陵市教育局負責校車安全，每月檢查一次。"
    found = read(page(f"<p>{text}</p>", "<meta charset=big5>").encode("big5"), ["page.html"])
    assert (found.text, found.encoding) == (text + "\n", "big5")


def test_stray_zero_bytes_are_dropped_with_a_note() -> None:
    data = page(f"<p>{SENTENCE * 40}</p>").encode() + b"\x00"
    found = read(data, ["page.html"])
    assert found.text == SENTENCE * 40 + "\n"
    assert found.notes == ("1 zero bytes dropped",)
    assert found.sha256 == hashlib.sha256(data).hexdigest()


# -- formats and refusals --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "is_page"),
    [
        (b"<!DOCTYPE html><html>", "a.txt", True),
        (b"\xef\xbb\xbf\n<HTML lang=zh>", "a", True),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC>", "a", True),
        (b"<!-- x --><head>", "a", True),
        ("<html>".encode("utf-16"), "a", True),
        (b"<div>x</div>", "a.html", True),
        (b"<div>x</div>", "a.txt", False),
        ("关于<html>的说明".encode(), "a.txt", False),
        (b"%PDF-1.4 <html>", "a.pdf", False),
        (b"", "a.html", False),
    ],
    ids=ascii,
)
def test_pages_are_told_by_their_content(data: bytes, name: str, is_page: bool) -> None:
    assert (format_of(data, [name]) is WEB_PAGE) is is_page


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<html><head></head><body></body></html>", "without text"),
        ("<html><frameset><frame src=a.html><frame src=b.html></frameset>", "a.html, b.html"),
        (page("", '<meta http-equiv="refresh" content="0; url=/new.html">'), "/new.html"),
        (page("<div id=app></div><script>render()</script>"), "script"),
        (page(f"{CHROME_ABOVE}<div id=zoom></div>{CHROME_BELOW}"), "script"),
        (page("<img src=1.jpg><img src=2.jpg>"), "2 pictures"),
        (page("", "<meta name=ArticleTitle content=青禾县校车管理办法>"), "without text"),
        ("<html>", "without text"),
    ],
)
def test_a_page_without_text_is_refused_with_its_reason(markup: str, words: str) -> None:
    with pytest.raises(ReadError) as refusal:
        source(markup, "青禾县.html")
    line = str(refusal.value)
    assert line.startswith("青禾县.html: a web page") and words in line and "\n" not in line


def test_pictures_and_embedded_pages_are_noted() -> None:
    found = source(page(f"<p>{SENTENCE}</p><img src=a.png><iframe src=/b.pdf></iframe>"))
    assert found.notes == (
        "1 pictures in the text: not read",
        "an embedded page is not read: /b.pdf",
    )


# -- hostile pages ---------------------------------------------------------------------------

CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from kg.errors import ReadError
from kg.read import read
try:
    found = read(eval(sys.argv[1]).encode(), ["page.html"])
    print("教育局负责" in found.text + "".join(cut.text for cut in found.cuts), found.notes)
except ReadError as error:
    print("refused", error)
"""


@pytest.mark.parametrize(
    ("made", "noted"),
    [
        pytest.param(
            "'<html><body>' + '<div>' * 200_000 + '教育局负责' + '</div>' * 200_000",
            "nested",
            id="200,000 nested tags",
        ),
        pytest.param(
            "'<html><body>' + '<p><font><b>校车' * 300 + '教育局负责'", "nested", id="fonts"
        ),
        pytest.param(
            "'<html><body><p ' + ' '.join(f'a{n}=1' for n in range(500_000)) + '>教育局负责'",
            "attributes",
            id="500,000 attributes",
        ),
        pytest.param(
            '\'<!DOCTYPE html [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><html><p>&b; 教育局负责\'',
            "",
            id="entities of its own",
        ),
        pytest.param(
            "'<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><html><p>&x;教育局负责'",
            "",
            id="a file as entity",
        ),
        pytest.param(
            "'<html><table>' + '<tr><td colspan=1000 rowspan=60000>教育局负责<td>b' * 3000",
            "",
            id="cells that reach over everything",
        ),
        pytest.param(
            "'<html><div id=zoom></div><p>教育局负责' + '\u3000' * 300_000 + '字' * 300_000",
            "",
            id="a line without a stop",
        ),
        pytest.param("'<html><p>教育局负责' + '<!--' * 200_000", "", id="comments that never end"),
        pytest.param(
            "'<html><p>教育局负责</p>' + '<a =%c' % 34 * 200_000", "", id="quotes never closed"
        ),
    ],
)
def test_hostile_pages_are_read_or_refused_soon(made: str, noted: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, made], capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 0, ended.stderr[-500:]
    assert ended.stdout.startswith("True"), ended.stdout
    assert noted in ended.stdout and "root:" not in ended.stdout


# -- one text, two formats -------------------------------------------------------------------


def example_text(name: str) -> str:
    path = next(EXAMPLES.glob(f"{name}*.txt"))
    return read(path.read_bytes(), [path.name]).text


def government_page(text: str, bare: bool = False) -> str:
    """Set a text as a government's site does; tables of the text stay lines with tabs in them."""
    paragraphs = "".join(
        f'<p style="text-indent: 2em"><span>{html.escape(line)}</span></p>\n'
        for line in text.splitlines()
        if line.strip()
    )
    if bare:
        return page(paragraphs)
    return page(
        f"{CHROME_ABOVE}<div class='main'><div id='zoom'>{paragraphs}</div></div>{CHROME_BELOW}"
        "<script>var views = '教育局';</script>",
        '<meta charset="utf-8"><meta name="SiteName" content="政务公开平台">'
        '<meta name="ColumnName" content="政策文件">',
    )


def reading(markup: str) -> Reading:
    return understand(source(markup))


@pytest.mark.parametrize("name", ["01", "02", "03", "04", "05", "06", "07", "08"])
@pytest.mark.parametrize("bare", [True, False], ids=["paragraphs alone", "a site's page"])
def test_an_example_as_a_page_says_what_its_text_says(name: str, bare: bool) -> None:
    text = example_text(name)
    plain = facts(understand(read(text.encode(), ["a.txt"])))
    web = facts(reading(government_page(text, bare)))
    assert (plain - web, web - plain) == (plain - plain, web - web)


@pytest.mark.parametrize("name", ["01", "02", "03", "04", "05", "06", "07", "08"])
def test_a_page_s_metadata_adds_what_it_states_and_nothing_else(name: str) -> None:
    """Its index number is the document's; its title stands above the text a second time."""
    text = example_text(name)
    plain = understand(read(text.encode(), ["a.txt"]))
    begin, end = plain.outline.titles[0] if plain.outline.titles else (0, 0)
    title = html.escape(re.sub(r"\s", "", text[begin:end]))
    block = "<table><tr><td>索引号：<td>YL01/2024-00012<td>有效性：<td>有效</table>"
    markup = government_page(text).replace("<div class='main'>", f"<div>{block}<h1>{title}</h1>")
    before, web = facts(plain), facts(reading(markup))
    added = web - before
    assert added.pop(("profile", "index", "YL01/2024-00012")) == 1
    assert [fact for fact in added if fact[0] != "mention" or str(fact[3]) not in title] == []
    assert before - web == {("profile", "index", plain.profile.index): 1}


# -- tables of data --------------------------------------------------------------------------


def element(markup: str) -> object:
    from lxml import etree

    root = etree.fromstring(f"<html><body>{markup}</body></html>", etree.HTMLParser())
    return root[-1][0]


@pytest.mark.parametrize("row", list(rows("html_parts.tsv")), ids=lambda row: row["name"])
def test_parts_are_told_by_their_names(row: dict[str, str]) -> None:
    assert role_of(element(row["example"])) == row["role"]


@pytest.mark.parametrize("row", list(rows("html_meta.tsv")), ids=lambda row: row["name"])
def test_meta_tags_are_read(row: dict[str, str]) -> None:
    from lxml import etree

    root = etree.fromstring(f"<html><head>{row['example']}</head></html>", etree.HTMLParser())
    (field,) = page_fields(root, "", "")
    assert (field.name, field.key, field.order) == (row["field"], row["key"], int(row["order"]))
    assert field.value in row["example"]


@pytest.mark.parametrize("row", list(rows("html_list_styles.tsv")), ids=lambda row: row["style"])
def test_list_styles_are_told_by_their_names(row: dict[str, str]) -> None:
    numbering = numbering_of(element(f"{row['example']}<li>甲</ol>"))
    assert numbering is not None
    first = row["marker"].format(numeral(1, row["digits"]))
    assert numbering.marker(element("<li>甲</li>")) == first
    assert row["style"] in styles()


@pytest.mark.parametrize(
    ("number", "digits", "written"),
    [
        (12, "chinese", "十二"),
        (20, "chinese", "二十"),
        (103, "chinese", "一百零三"),
        (110, "chinese", "一百一十"),
        (1, "lower", "a"),
        (28, "upper", "AB"),
        (14, "roman", "xiv"),
        (0, "roman", "0"),
        (7, "decimal", "7"),
    ],
)
def test_numerals(number: int, digits: str, written: str) -> None:
    assert numeral(number, digits) == written
