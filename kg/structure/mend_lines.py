"""Lines that end where a page ends to lines that end where a paragraph does."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.models import Field, Heading, Source
from kg.structure.alignment import Edit
from kg.structure.blocks import BLANKS
from kg.structure.metadata import is_field
from kg.structure.titles import ISSUED_BY, looks_like_title

LINE = re.compile(r"[^\n]+")
CLOSED = "。！？；：!?;:"
AFTER_CLOSE = "”’）)》"
ITEM = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[—－ー]、|[（(][一二三四五六七八九十\d－ー—a-z]{1,3}[）)]"
    r"|\d{1,2}[.．、](?!\d)|[①-⑳]|第[一二三四五六七八九十百\d]{1,4}[章节条编]|专栏|—{2}"
    r"|[A-Z][A-Za-z/-]{1,15}[:：]|[●○■□◆◇▪•·★☆➢√]"  # 17 3 …, the row of a table; 7.1.3 …
    r"|\d{1,3}(?: \S{1,20}){2}|\d{1,3} \d{1,3}$"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}[ \u3000]{1,3}(?![万亿%％]))"
)
# What begins a line of its own, whatever stands above it: who answers, what is attached.
LABEL = re.compile(
    r"附[件表]|附[：:]|抄送|主送|(?:牵头|责任|配合|主办|协办|承办|参[与加])(?:单位|部门|[处科]室|领导)?[：:]"
    r"|各[^。；]{1,60}[：:]$|[^。；，]{2,24}(?:人民政府|委员会|单位|部门|[局厅委办])[：:]$"
)
DATE = re.compile(
    r"[（(]?(?:\d{4}|[〇○OＯ零一二三四五六七八九]{4})\s*年[\s\d一二三四五六七八九十〇]{1,5}月"
    r"[\s\d一二三四五六七八九十〇]{1,5}日[）)]?"
)
SIGNATORY = re.compile(
    r"[一-鿿 \u3000]{2,30}(?:[部局委厅署办院会社行]|政府|法院|办公室|[（(]盖章[）)])"
)
FIGURE = re.compile(r"\d{1,4}")
BEHIND_FIGURE = re.compile("年(?![度级龄])|月(?!份)|日(?![常期])|号(?![码召令])")
BEFORE_FIGURE = re.compile("(?:[为于至到自在就前后〕]|开展|截至|截止|时间是)$")
TITLE_REST = re.compile("[^，。；：！？、]{1,12}。.")
COLUMNS = re.compile(r"[^\s\u3000](?:\s{3,}|\u3000{2,})[^\s\u3000]")
# Blanks that part columns, not those that a page sets around figures: 1-2MHz -10dBm 1MHz 有效值.
COLUMN = re.compile(r" (?:(?<=[\d%)A-Za-z] )(?=[-\d])|(?<=[一-鿿] )(?=[一-鿿]))")
LEAST_COLUMNS = 2
PUNCTUATION = re.compile("[，。；、]")
BARS = re.compile("[\t|｜┃│]")
PAGE_NUMBER = re.compile(
    r"[-—–－·\s]{0,6}\d{1,4}[-—–－·\s]{0,6}|第\s?\d{1,4}\s?页(?:[\s，,/]{0,3}共\s?\d{1,4}\s?页)?"
    r"|\d{1,4}\s?[/／]\s?\d{1,4}|Page \d{1,4}(?: of \d{1,4})?"
)
WORD = re.compile(r"[A-Za-z]")
HAN = re.compile("[一-鿿]")
PAIRS = {"《": "》", "（": "）", "(": ")", "〔": "〕", "“": "”"}
CLOSING = {mark: opening for opening, mark in PAIRS.items()}
NARROW = re.compile("[\x00-\u036f]")
OPENED = re.compile("[《（(〔“]")
LONG = 200  # characters of a line that is a paragraph, however wide
NARROWEST, WIDEST = 16, 60  # ideographs in a printed line
SLACK = 3  # ideographs by which full lines differ: no mark opens a line, no number is broken
LEAST_FULL = 3  # lines that end at the margin inside a sentence
SHORTEST_LINE = 12
OVERLONG = 0.1  # share of the lines that may reach over the margin
FULL = 0.7  # of the width, where most lines of a long text end inside a sentence
LEAST_LINES, LEAST_OPEN = 30, 0.4
SAME_HEAD = 3  # times that a running head stands in a text
LONGEST_HEAD = 40
BETWEEN = 4  # lines of page furniture between the halves of a sentence
LONGEST_BRACKETED = 60
INDENT = 2
SHARE_INDENTED = 0.8  # of the lines below a paragraph's last


@dataclass(frozen=True, slots=True)
class Line:
    """A line with something on it, blanks at its ends cut off."""

    begin: int
    end: int
    text: str
    indent: int
    width: float  # in ideographs, or in characters where that is how the text was broken
    row: int  # its number, empty lines counted
    bars: int  # tabs and bars, which part the cells of a row
    tabular: bool  # belongs to a table: is joined to nothing
    whole: bool  # the same, or shows columns or a part that the file marks


@dataclass(frozen=True, slots=True)
class Page:
    """How a text is broken into lines."""

    full: float  # the width from which a line ends at the margin
    strict: float  # the same for a heading
    margin: int  # blanks before every line
    indented: bool  # its paragraphs begin with blanks, and only those
    spaced: bool  # an empty line stands behind every line
    heads: frozenset[str]  # running heads, digits as 0
    body: int  # where the first sentence of the text ends; titles and issuers stand above


def find_breaks(source: Source) -> Iterator[Edit]:
    """Yield the breaks inside sentences, with what a page puts there."""
    lines, page = _measured(list(_lines(source)))
    at = 0
    while at < len(lines) - 1:
        following = _torn(lines, at)
        if following:
            row = source.text.rfind("\n", 0, lines[following].begin)
            yield Edit(lines[at].end, row, "", "repair.page")
        elif following := _joined(lines, at, page):
            yield _edit(source.text, lines[at], lines[following], following - at)
        at = following or at + 1


def _edit(text: str, line: Line, below: Line, distance: int) -> Edit:
    words = WORD.match(line.text[-1]) and WORD.match(below.text[0])
    rule = "repair.page" if distance > 1 else "repair.line-break"
    return Edit(line.end, below.begin, " " if words else "", rule)


def _torn(lines: Sequence[Line], at: int) -> int:
    """Return the row of a table that a page number parts from another; 0 where none does."""
    if not lines[at].bars:
        return 0
    following = at + 1
    while following < len(lines) and PAGE_NUMBER.fullmatch(lines[following].text):
        following += 1
    apart = at + 1 < following < len(lines)
    return following if apart and lines[following].bars == lines[at].bars else 0


def _joined(lines: Sequence[Line], at: int, page: Page | None) -> int:
    """Return the index of the line that goes on with the sentence of another; 0 if none does."""
    line, below = lines[at], lines[at + 1]
    adjacent = below.row == line.row + 1
    running = adjacent and not (line.tabular or below.tabular)
    if running and (_is_cut(line, below) or _is_split_at_figures(lines, at)):
        return at + 1
    if page is None or line.whole or not (_is_full(line, page) or _is_torn_item(line, below, page)):
        return 0
    following = _behind_furniture(lines, at + 1, page)
    if lines[following].whole or PAGE_NUMBER.fullmatch(lines[following].text):
        return 0
    if _is_closed(line.text) and not (
        page.indented or _in_brackets(line.text, lines[following].text)
    ):
        return 0
    near = adjacent or page.spaced or following > at + 1
    return following if near and _goes_on(lines, at, following, page) else 0


def _lines(source: Source) -> Iterator[Line]:
    tables: list[tuple[int, int]] = sorted((table.begin, table.end) for table in source.tables)
    parts: list[Heading | Field] = [*source.headings, *source.fields]
    marked = sorted((part.begin, part.end) for part in parts)
    inside, alone = _Spans(tables), _Spans(marked)
    row, last = 0, 0
    for match in LINE.finditer(source.text):
        row += source.text.count("\n", last, match.start())
        last = match.start()
        bare = match[0].strip(BLANKS)
        if bare:
            indent = match[0].index(bare[0])
            begin = match.start() + indent
            bars = len(BARS.findall(bare))
            tabular = inside(begin) or "\t" in bare or bars > 1
            whole = tabular or alone(begin) or _has_columns(bare)
            end = begin + len(bare)
            yield Line(begin, end, bare, indent, width(bare), row, bars, tabular, whole)


def _has_columns(text: str) -> bool:
    """Tell a row of a table whose columns are parted by blanks."""
    if len(text) > LONG or len(text.split()) < 2:
        return False
    if COLUMNS.search(text):
        return True
    return len(COLUMN.findall(text)) >= LEAST_COLUMNS and PUNCTUATION.search(text) is None


class _Spans:
    """Tell whether an offset lies inside one of several spans, which do not overlap."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.begins = [begin for begin, _ in spans]
        self.spans = spans

    def __call__(self, offset: int) -> bool:
        at = bisect_right(self.begins, offset) - 1
        return at >= 0 and offset < self.spans[at][1]


def width(text: str) -> float:
    """Return how wide a line is set, in ideographs; a letter takes half of one."""
    if len(text) > LONG:
        return float(len(text))
    return len(text) - len(NARROW.findall(text)) / 2


def _is_closed(text: str) -> bool:
    """Tell whether a line ends with a sentence, also one in quotation marks or brackets."""
    return text.rstrip(AFTER_CLOSE)[-1:] in CLOSED or text[-1] in CLOSED


# -- how a page breaks its lines ---------------------------------------------------------------


def _measured(lines: Sequence[Line]) -> tuple[Sequence[Line], Page | None]:
    """Return the lines with their widths as the text was broken by them, and how it was.

    A page is set in ideographs, of which a letter takes half; a program counts characters.
    """
    if _reach(lines, _counted) > _reach(lines, _set):
        lines = [replace(line, width=_counted(line)) for line in lines]
    return lines, _page(lines)


def _set(line: Line) -> float:
    return line.width


def _counted(line: Line) -> float:
    return float(len(line.text))


def _reach(lines: Sequence[Line], measure: Callable[[Line], float]) -> int:
    """Return how many open lines end within a character or two of one another."""
    open_lines = (line for line in lines if not line.whole and _is_open(line))
    counts = Counter(int(measure(line) + 0.5) for line in open_lines)
    return max((counts[at] + counts[at - 1] for at in list(counts) if at >= NARROWEST), default=0)


def _page(lines: Sequence[Line]) -> Page | None:
    """Return how a text is broken where the widths of its lines show that it is."""
    running = [line for line in lines if not line.whole]
    full = _margin(running) or _mostly_open(running)
    if full is None:
        return None
    wide = [line for line in running if line.width >= full]
    pairs = [(a, b) for a, b in pairwise(running) if a.width >= full and not _is_closed(a.text)]
    apart = sum(b.row > a.row + 1 for a, b in pairs)
    short = (line for line in running if line.width <= LONGEST_HEAD and HAN.search(line.text))
    counts = Counter(_head(line) for line in short)
    margin = min(line.indent for line in wide)
    ends = [b for a, b in pairwise(running) if a.width < full and _is_closed(a.text)]
    indented = sum(line.indent - margin >= INDENT for line in ends)
    return Page(
        full=full,
        strict=max(full, _usual(wide) - SLACK),
        margin=margin,
        indented=indented >= max(LEAST_FULL, SHARE_INDENTED * len(ends)),
        spaced=apart * 2 > len(pairs),
        heads=frozenset(text for text, count in counts.items() if count >= SAME_HEAD),
        body=next((line.end for line in running if _is_closed(line.text)), 0),
    )


def _edge(wide: Sequence[Line]) -> float:
    """Return the width of the widest lines, a few apart that reach over the margin."""
    widths = sorted(line.width for line in wide)
    return widths[len(widths) * 9 // 10]


def _usual(wide: Sequence[Line]) -> float:
    """Return the width that most lines have which end inside a sentence, else the widest."""
    counts = Counter(int(line.width + 0.5) for line in wide if _is_open(line))
    return max(counts, key=lambda width: (counts[width], width)) if counts else _edge(wide)


def _margin(lines: Sequence[Line]) -> float | None:
    """Return the width of full lines where the open ones mostly end within a few characters."""
    open_lines = [line for line in lines if line.width >= SHORTEST_LINE and _is_open(line)]
    counts = Counter(int(line.width + 0.5) for line in open_lines)
    reach = {
        edge: sum(counts[edge - below] for below in range(SLACK + 1))
        for edge in counts
        if NARROWEST <= edge <= WIDEST
    }
    if not reach:
        return None
    edge = max(reach, key=lambda edge: (reach[edge], counts[edge], edge))
    long = [line for line in lines if line.width >= SHORTEST_LINE]
    over = sum(line.width > edge + 1 for line in long)
    enough = reach[edge] >= max(LEAST_FULL, len(open_lines) / 2)
    return edge - SLACK if enough and over <= OVERLONG * len(long) else None


def _is_open(line: Line) -> bool:
    return not _is_closed(line.text) and ITEM.match(line.text) is None


def _mostly_open(lines: Sequence[Line]) -> float | None:
    """Return the width of full lines of a long text most of whose lines end inside a sentence."""
    if len(lines) < LEAST_LINES:
        return None
    edge = _edge(lines)
    full = [line for line in lines if line.width >= FULL * edge]
    inside = sum(not _is_closed(line.text) for line in full)
    wraps = NARROWEST + 2 <= edge <= WIDEST and inside >= LEAST_OPEN * len(lines)
    return FULL * edge if wraps else None


# -- what goes on ------------------------------------------------------------------------------


def _is_full(line: Line, page: Page) -> bool:
    heading = ITEM.match(line.text) is not None and "。" not in line.text
    return line.width >= (page.strict if heading else page.full)


def _is_torn_item(line: Line, below: Line, page: Page) -> bool:
    """Tell the first line of an item, which an indent makes shorter, also one that is lost."""
    reaches = line.width >= page.strict - INDENT and ITEM.match(line.text) is not None
    if not reaches:
        return False
    return "。" in line.text or (line.indent == 0 and TITLE_REST.match(below.text) is not None)


def _goes_on(lines: Sequence[Line], at: int, following: int, page: Page) -> bool:
    line, below = lines[at], lines[following]
    if line.text[-1] in PAIRS:
        return True  # （ at the end of a line
    return not (
        below.indent - page.margin >= INDENT
        or ITEM.match(below.text)
        or LABEL.match(below.text)
        or DATE.fullmatch(below.text)
        or is_field(below.text)
        or (line.begin < page.body and _ends_title(line.text))
        or _is_signed(lines, following)
    )


def _ends_title(text: str) -> bool:
    """Tell a line above the text that is a whole title, or the bodies that issue one."""
    return looks_like_title(text) or ISSUED_BY.search(text) is not None


def _is_signed(lines: Sequence[Line], at: int) -> bool:
    """Tell who signs: a body's name above a date."""
    if SIGNATORY.fullmatch(lines[at].text) is None:
        return False
    return any(DATE.fullmatch(below.text) for below in lines[at + 1 : at + 1 + SAME_HEAD])


def _behind_furniture(lines: Sequence[Line], at: int, page: Page) -> int:
    """Return the first line from here on that is no page number, nor a running head by one."""
    numbered = False
    for index in range(at, min(at + BETWEEN + 1, len(lines))):
        is_number = PAGE_NUMBER.fullmatch(lines[index].text) is not None
        numbered = numbered or is_number
        if not (is_number or _head(lines[index]) in page.heads):
            return index if numbered else at
    return at


def _head(line: Line) -> str:
    return re.sub(r"\d", "0", line.text)


def _is_cut(line: Line, below: Line) -> bool:
    """Tell a break that is one on any page: inside 《》 or （）, or right at one of the two."""
    opens = line.text[-1] in PAIRS and not line.text.endswith("《《")  # 《《收藏, 》》更多
    at_bracket = opens or (below.text[0] in CLOSING and not below.text.startswith("》》"))
    return (at_bracket or _in_brackets(line.text, below.text)) and not (
        ITEM.match(below.text) or LABEL.match(below.text) or is_field(below.text)
    )


def _is_split_at_figures(lines: Sequence[Line], at: int) -> bool:
    """Tell a break at a figure that a page sets apart: 为 / 2025 / 年 / 3 / 月, 〕 / 6 / 号."""
    line, below = lines[at].text, lines[at + 1].text
    if FIGURE.fullmatch(line):
        return BEHIND_FIGURE.match(below) is not None
    behind = lines[at + 2].text if at + 2 < len(lines) else ""
    dated = FIGURE.fullmatch(below) is not None and BEHIND_FIGURE.match(behind) is not None
    return dated and (line in ("年", "月") or BEFORE_FIGURE.search(line) is not None)


def _in_brackets(text: str, below: str) -> bool:
    """Tell whether a bracket that a line opens is closed by the next one."""
    end = text[-LONGEST_BRACKETED:]
    opened = _unclosed(end) if OPENED.search(end) else ""
    return opened != "" and _unopened(below[:LONGEST_BRACKETED]) == opened


def _unclosed(text: str) -> str:
    """Return the innermost bracket that a line opens and does not close."""
    opened: list[str] = []
    for char in text:
        if char in PAIRS:
            opened.append(char)
        elif opened and CLOSING.get(char) == opened[-1]:
            opened.pop()
    return opened[-1] if opened else ""


def _unopened(text: str) -> str:
    """Return the bracket, as it opens, that a line closes first without having opened it."""
    opened: list[str] = []
    for char in text:
        if char in PAIRS:
            opened.append(char)
        elif char in CLOSING:
            if not opened:
                return CLOSING[char]
            opened.pop()
    return ""
