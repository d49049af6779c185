"""Markdown: told from plain text by its marks, read without them, nothing swallowed."""

from __future__ import annotations

import resource
import subprocess
import sys
from functools import cache

import pytest
from casebook import EXAMPLES
from facts import facts
from markdown_files import as_markdown

from kg.errors import ReadError
from kg.models import Source
from kg.pipeline import understand
from kg.read import read
from kg.read.markdown import is_markdown
from kg.vocabulary import rows

NAME = "青禾县通知.md"
NOTICE = "# 关于加强校车管理的通知\n\n"


def source_of(text: str, name: str = NAME) -> Source:
    return read(text.encode(), [name])


@cache
def example(name: str) -> Source:
    return read((EXAMPLES / name).read_bytes(), [name])


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.txt")))
def test_an_example_in_markdown_says_what_its_text_says(name: str) -> None:
    text = example(name)
    markdown = source_of(as_markdown(text.text))
    assert markdown.media_type == "text/markdown"
    assert facts(understand(markdown)) == facts(understand(text))


# -- Markdown or plain text ------------------------------------------------------------------------

TABLE = "| 任务 | 单位 |\n|---|:--:|\n| 排查 | 市教育局 |\n"


@pytest.mark.parametrize(
    ("text", "named", "unnamed"),
    [
        pytest.param("# 通知\n\n## 一、总则\n\n## 二、附则\n", True, True, id="headings"),
        pytest.param("# 通知\n\n正文\n", True, False, id="one heading"),
        pytest.param("# 一\n# 二\n# 三\n# 四\n", True, False, id="headings of one level"),
        pytest.param(NOTICE + TABLE, True, True, id="heading and table"),
        pytest.param(TABLE, True, False, id="table"),
        pytest.param("---\ntitle: 通知\n---\n# 通知\n", True, True, id="metadata and heading"),
        pytest.param("---\ntitle: 通知\n---\n正文\n", True, False, id="metadata"),
        pytest.param("**目标：**到2025年\n", True, False, id="bold"),
        pytest.param("见[条例](https://example.gov.cn/1)。\n", True, False, id="link"),
        pytest.param("关于校车的通知\n一、总则\n", False, False, id="a plain text"),
        pytest.param("#乡村振兴# 话题\n#校车#\n", False, False, id="hashtags"),
        pytest.param("编号：# 3\n正文\n", False, False, id="a stray #"),
        pytest.param("抽检***所，经费**万元\n", False, False, id="masked figures"),
        pytest.param("序号 | 任务\n1 | 排查\n", False, False, id="columns by | without a ruler"),
        pytest.param("任务 | 单位\n---\n正文\n", False, False, id="a ruler that is none"),
        pytest.param("---\n正文\n---\n", False, False, id="two rules"),
        pytest.param("1. 排查\n2. 整改\n", False, False, id="a list that plain text has, too"),
        pytest.param("", False, False, id="nothing"),
    ],
)
def test_told_by_its_marks(text: str, named: bool, unnamed: bool) -> None:
    assert is_markdown(text.encode(), "通知.md") is named
    assert is_markdown(text.encode(), "通知.txt") is unnamed
    assert is_markdown(text.encode("utf-16"), "通知.md") is named


@pytest.mark.parametrize("name", ["通知.md", "通知.txt"])
def test_what_is_no_markdown_stays_as_it_is(name: str) -> None:
    text = "关于校车#3线的通知\r\n　　一、*总则*　# 见\r\n    缩进的***所\r\n"
    source = source_of(text, name)
    assert (source.text, source.media_type) == (text, "text/plain")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str) -> None:
    source = read((NOTICE + "## 一、总则\n\n正文。\n").encode(encoding), [NAME])
    assert source.text == "关于加强校车管理的通知\n一、总则\n正文。\n"
    assert source.encoding == encoding


# -- what it says ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("甲\n乙\n\n丙  \n丁\n", "甲\n乙\n丙\n丁\n", id="every line stays a line"),
        pytest.param("一、总则\n======\n", "一、总则\n", id="underlined heading"),
        pytest.param("1. 甲\n2. 乙\n\n3. 丙\n", "1.甲\n2.乙\n3.丙\n", id="numbers as written"),
        pytest.param("4. 甲\n\n正文\n\n5. 乙\n", "4.甲\n正文\n5.乙\n", id="a list that goes on"),
        pytest.param("1. 甲\n1. 乙\n1. 丙\n", "1.甲\n2.乙\n3.丙\n", id="numbers left to count"),
        pytest.param("1) 甲\n", "1)甲\n", id="with a bracket"),
        pytest.param("1. 5G基站\n", "1. 5G基站\n", id="1. 5G, not 1.5G"),
        pytest.param("1.甲\n2.乙\n", "1.甲\n2.乙\n", id="no list, as typed"),
        pytest.param("- 甲\n  - 乙\n* 丙\n", "甲\n乙\n丙\n", id="bullets go"),
        pytest.param("1. 甲\n   1. 乙\n   2. 丙\n2. 丁\n", "1.甲\n1.乙\n2.丙\n2.丁\n", id="nested"),
        pytest.param("1. 甲\n\n   乙\n", "1.甲\n乙\n", id="an item of two paragraphs"),
        pytest.param(
            "1. | 甲 | 乙 |\n   |---|---|\n", "1.\n甲\t乙\n", id="an item that is a table"
        ),
        pytest.param("> 甲\n> 乙\n", "甲\n乙\n", id="quote"),
        pytest.param("```\n甲\n  乙\n```\n", "甲\n乙\n", id="code"),
        pytest.param("    甲\n\n    乙\n", "甲\n乙\n", id="indented lines"),
        pytest.param("甲\n\n---\n\n乙\n", "甲\n乙\n", id="rule"),
        pytest.param("**甲**乙*丙*`丁`\n", "甲乙丙丁\n", id="emphasis"),
        pytest.param(
            "**目标：**到2025年\n", "目标：到2025年\n", id="bold that is none by the book"
        ),
        pytest.param("不少于***所、***人\n", "不少于***所、***人\n", id="masked figures"),
        pytest.param("经费**万元，抽检**批次\n", "经费**万元，抽检**批次\n", id="masked, no bold"),
        pytest.param("落实**项目**资金，**推进**\n", "落实项目资金，推进\n", id="no mask"),
        pytest.param("联系人：张*\n", "联系人：张*\n", id="a masked name"),
        pytest.param(
            "见[《条例》](https://a.cn/1)和<https://a.cn>\n",
            "见《条例》和https://a.cn\n",
            id="link",
        ),
        pytest.param("甲<br>乙<b>丙</b>\n", "甲\n乙丙\n", id="HTML in a line"),
        pytest.param("<div>\n<p>甲</p><p>乙&lt;3</p>\n</div>\n", "甲\n乙<3\n", id="HTML block"),
        pytest.param(
            "<table><tr><td>甲</td><td>乙</td></tr></table>\n", "甲\t乙\n", id="HTML table"
        ),
        pytest.param("\\*甲\\* &amp; &#20057;\n", "*甲* & 乙\n", id="escapes"),
        pytest.param(
            "入园率95%[^1]以上\n\n[^1]: 按户籍计。\n",
            "入园率95%以上\n［注1］按户籍计。\n",
            id="note",
        ),
        pytest.param("[1]: 甲\n", "[1]: 甲\n", id="a definition that names nothing"),
        pytest.param("　　甲\n", "甲\n", id="indent"),
    ],
)
def test_text(text: str, said: str) -> None:
    source = source_of(NOTICE + text)
    assert source.media_type == "text/markdown"
    assert source.text == "关于加强校车管理的通知\n" + said


def test_headings_and_a_table() -> None:
    row = "| 排查\\|整改<br>公示 | **市教育局** |\n"
    source = source_of("# 通知\n\n## 一、分工\n\n| 任务 | 单位 |\n|---|---|\n" + row)
    assert source.text == "通知\n一、分工\n任务\t单位\n排查|整改 公示\t市教育局\n"
    assert [(source.text[one.begin : one.end], one.level) for one in source.headings] == [
        ("通知", 0),
        ("一、分工", 2),
    ]
    cells = [(c.row, c.column, source.text[c.begin : c.end]) for c in source.tables[0].cells]
    assert cells == [
        (0, 0, "任务"),
        (0, 1, "单位"),
        (1, 0, "排查|整改 公示"),
        (1, 1, "市教育局"),
    ]


def test_several_first_headings_are_no_title() -> None:
    assert [one.level for one in source_of("# 一、总则\n\n# 二、附则\n").headings] == [1, 1]


def test_metadata_at_the_head_has_its_evidence() -> None:
    source = source_of(
        "---\ntitle: \"关于校车的通知\"\ndate: 2024-03-01\n文号：云教发〔2024〕4号\n"
        "url: https://www.example.gov.cn/1.html\ntags: [校车]\n- 安全\n---\n# 关于校车的通知\n"
    )  # fmt: skip
    assert source.text == (
        "标题：关于校车的通知\n发布日期：2024-03-01\n文号：云教发〔2024〕4号\n"
        "网址：https://www.example.gov.cn/1.html\n关于校车的通知\n"
    )
    assert [(one.name, source.text[one.begin : one.end], one.rule) for one in source.fields] == [
        ("title", "关于校车的通知", "markdown.front-matter"),
        ("published", "2024-03-01", "markdown.front-matter"),
        ("number", "云教发〔2024〕4号", "markdown.front-matter"),
        ("url", "https://www.example.gov.cn/1.html", "markdown.front-matter"),
    ]
    assert source.url == "https://www.example.gov.cn/1.html"
    assert [cut.text for cut in source.cuts] == ["tags: [校车]", "- 安全"]


@pytest.mark.parametrize("row", list(rows("front_matter_keys.tsv")), ids=lambda row: row["key"])
def test_keys_of_metadata(row: dict[str, str]) -> None:
    source = source_of(f"---\n{row['example']}\n---\n正文\n")
    (field,) = source.fields
    assert (field.name, field.value) == (row["field"], row["example"].partition(": ")[2])


@pytest.mark.parametrize(
    ("text", "rule", "cut"),
    [
        ("[甲](https://a.cn)", "markdown.link", "https://a.cn"),
        ("甲![校徽](x.png)", "markdown.picture", "校徽 x.png"),
        ("甲<!-- 待核 -->", "markdown.html", "待核 -->"),
        ("甲\n\n<script>\nvar 乙;\n</script>", "markdown.html", "var 乙; </script"),
        ("```python\n甲\n```", "markdown.code", "python"),
    ],
)
def test_what_is_left_out_is_said(text: str, rule: str, cut: str) -> None:
    source = source_of(NOTICE + text)
    assert source.text == "关于加强校车管理的通知\n甲\n"
    assert [(one.rule, one.text.rstrip(">")) for one in source.cuts] == [(rule, cut.rstrip(">"))]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("|甲|\n|---|\n|乙|丙|\n", id="a cell beyond the head"),
        pytest.param("> " * 200 + "甲\n", id="quotes nested too deep"),
        pytest.param('[乙](https://a.cn "甲")\n'.replace("(h", "<h"), id="no link"),
    ],
)
def test_nothing_is_swallowed(text: str) -> None:
    """What Markdown's rules would drop makes a file a plain text, as it stands."""
    said = source_of(NOTICE + text).text
    assert all(char in said for char in text if char > "\u3400")


@pytest.mark.parametrize("text", ["", " \n", "---\ntitle:\n---\n"])
def test_a_file_without_text(text: str) -> None:
    if text.strip():
        assert source_of(text).text == text
    else:
        with pytest.raises(ReadError):
            source_of(text)


# -- hostile texts, in a process of their own ------------------------------------------------------

COUNT = 4_000
PIECES = (
    *("[", "]", "*", "_", "`", "<", "(", "![", "**a *a ", "a**b", "[a](", "<!--", "<?", "&", "\\"),
    *(
        "|",
        "| a ",
        "- ",
        "> ",
        "1. ",
        "\n",
        "\n- ",
        "#",
        "\n# ",
        "\n> ",
        "\n|",
        "|-|\n",
        "[a]: b\n",
    ),
    *(
        "[a][",
        "`a ",
        "](",
        "    \n",
        "---\n",
        "正",
        "正\n",
        "**正**",
        "正*万*",
        "[^a]",
        "<p>",
        "<script>",
    ),
    *("|a|b|\n|-|-|\n", "# # ", "** ", ":", "---", "<a ", "-->", "\t", " "),
)
CHILD = (
    "import sys, time; from kg.read import read\n"
    "slow = []\n"
    f"for piece in {PIECES!r}:\n"
    "    begin = time.perf_counter()\n"
    f"    text = {NOTICE!r} + piece * {COUNT} + '末\\n'\n"
    "    said = read(text.encode(), ['x.md'])\n"
    "    seconds = time.perf_counter() - begin\n"
    "    if '末' not in said.text + ''.join(cut.text for cut in said.cuts) or seconds > 5:\n"
    "        slow.append((piece, round(seconds, 1)))\n"
    "print(slow)\n"
)


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))


def test_thousands_of_any_mark_end_soon_and_lose_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-c", CHILD],
        capture_output=True, timeout=60, preexec_fn=limited, check=False,
    )  # fmt: skip
    assert (run.stdout.decode().strip(), run.stderr.decode()) == ("[]", "")
