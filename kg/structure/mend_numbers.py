"""Numbers of documents, dates, numerals and headings with a character lost or taken for another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.models import Source
from kg.signs import matches_at
from kg.structure.alignment import Edit
from kg.structure.blocks import ordinal

GAP = "[ \u3000\u00a0]?"
DIGIT = r"[\dOolI〇]"  # and what is taken for one
AS_DIGITS = str.maketrans("OolIＯ〇", "001100")
LOST = "\ufffd"
YEAR = re.compile(r"(?:19|20)\d\d")
YEAR_LIKE = rf"[12l]{GAP}{DIGIT}{GAP}{DIGIT}{GAP}{DIGIT}"
OPENING, CLOSING = "〔﹝［[（(【", "〕﹞］]）)】"
PAIRS = dict(zip(OPENING, CLOSING, strict=True))
# 云教发〔2022〕4号, whatever became of its brackets and digits.
NUMBER = re.compile(
    rf"(?<=[一-鿿])(?P<open>[{re.escape(OPENING)}{LOST}]?){GAP}(?P<year>{YEAR_LIKE}){GAP}"
    rf"(?P<close>[{re.escape(CLOSING)}{LOST}]?){GAP}(?P<ordinal>第?){GAP}"
    rf"(?P<serial>{DIGIT}(?:{GAP}{DIGIT}){{0,4}}){GAP}号(?![楼线院馆厅机门路地])"
)
NUMBER_SIGN = re.compile(rf"[{re.escape(OPENING)}{LOST} \u3000\u00a012l]")
NO_NUMBER = "年月日第共在于至到和与为"  # no issuer's sign ends so
ROUND = "（(）)"  # of which one alone may belong to the sentence
CUT_NUMBER = re.compile(
    r"(?:^[ \t\u3000]*|[:：][ \u3000]?)[一-鿿]{2,12}"
    r"(?P<lost>〔(?P<year>(?:19|20)\d\d)(?P<serial>\d{1,4}))"
    r"(?=[ \t\r]*$|[ \u3000])",
    re.M,
)
# A year of which one figure is lost, in the number that a paper states of itself.
LOSSY_NUMBER = re.compile(
    r"^[ \t\u3000]*(?:(?:发文字号|文号)[:：][ \u3000]?)?[一-鿿]{2,12}"
    rf"(?P<lost>〔(?P<year>[\d \u3000□*＊×{LOST}]{{3,4}})〕(?P<serial>\d{{1,4}})号)[ \t\u3000\r]*$",
    re.M,
)
# When a paper is issued: the date below its text, or the one stated at its head.
ISSUED = re.compile(
    r"^[ \t\u3000]*(?P<signed>(?:19|20)\d\d)年\d{1,2}月[\d□*＊×]{1,2}日[ \t\u3000\r]*$"
    r"|(?:成文日期|发文日期|印发日期)[:：][ \u3000]?(?P<stated>(?:19|20)\d\d)",
    re.M,
)
ARABIC_YEAR = re.compile(
    rf"(?<![\dA-Za-z.\-/])(?<!\d )(?P<year>{YEAR_LIKE})(?={GAP}年)"  # 2O22年, 20 22 年
)
YEAR_SIGN, CHINESE_SIGN = re.compile("[12l]"), re.compile("[一二]")
NO_YEAR = re.compile(r"..〇〇")  # may hide its last figures
CHINESE_YEAR = re.compile(
    r"(?<![一二三四五六七八九〇零])[一二][九〇零○0OoＯ][〇零○0OoＯ一二三四五六七八九]{2}(?=年)"
)
CHINESE_ZERO = str.maketrans("0OoＯ", "〇〇〇〇")
MONTH = re.compile(rf"年{GAP}(?P<figure>{DIGIT}{{1,2}})(?={GAP}月)")
DAY = re.compile(rf"月{GAP}(?P<figure>{DIGIT}{{1,2}})(?={GAP}日)")
LOST_SIGN = re.compile(
    rf"(?<!\d)(?:19|20)\d\d(?P<year>{LOST})(?=\d{{1,2}}月)|(?<=年)\d{{1,2}}(?P<month>{LOST})(?=\d{{1,2}}日)"
)
SIGNS = {"year": "年", "month": "月"}
# The first character before what must not stand in front of it: re looks for it in no time.
TOKEN = re.compile(
    r"[\dlI](?<![A-Za-z\d.\-_/@].)[\dOolI]*(?:\.[\dOolI]+)?(?![A-Za-z\d\-_/@])(?P<behind>.?)"
)
MISREAD = re.compile("[OolI]")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[OolI](?=\d)")
MIXED = re.compile("[0-9][．，]?[０-９]|[０-９][.．]?[0-9]")
WIDE = re.compile("[０-９％]+|(?<=[0-9０-９])．(?=[0-9０-９])")
WIDE_DIGIT = re.compile("[０-９]")
WIDER = 0xFEE0  # code points from a character to its full-width form
UNITS = "%％﹪‰万亿年月日"
DASHES = "－ー―—–ㄧ丨-"
# A stroke at the beginning of a line for 一, the signs of another script that look like 二 and 八.
HEADING = re.compile(
    rf"^(?P<indent>[ \t\u3000\u00a0]*)(?P<open>[（(]?)(?P<tens>[二三四五六七八九]?十)?"
    rf"(?P<lost>[{re.escape(DASHES)}ニハ])(?P<close>[、）)])(?=[一-鿿“《])",
    re.M,
)
STROKES = {"ニ": "二", "ハ": "八"}
FIRST = re.compile(r"^[ \t\u3000\u00a0]*(?P<lost>[lI])(?=[.．、][一-鿿“《])", re.M)
SECOND = re.compile(r"^[ \t\u3000\u00a0]*(?:(?P<first>1)|(?P<second>2))[.．、](?=[一-鿿“《])", re.M)
TOP = re.compile(
    r"^[ \t\u3000\u00a0]*(?P<number>[一二三四五六七八九十]{1,3})"
    r"(?:(?P<mark>、)|(?P<blank>[ \u3000\u00a0]?)(?=[一-鿿“])(?P<text>[^\n。；]{2,40}?)[ \t\r]*$)",
    re.M,
)
COMMON = re.compile("[是个批方次定些系流级类致体直般起样百千万亿十切手季月日年]")


def find_widths(source: Source) -> Iterator[Edit]:
    """Yield the full-width figures of a text that mixes both widths in one numeral."""
    if WIDE_DIGIT.search(source.text) and MIXED.search(source.text):
        for match in WIDE.finditer(source.text):
            reading = "".join(chr(ord(char) - WIDER) for char in match[0])
            yield Edit(*match.span(), reading, "repair.width")


def find_numbers(source: Source) -> Iterator[Edit]:
    """Yield the numbers of documents of which brackets or digits are lost or taken for others."""
    for match in matches_at(NUMBER_SIGN, NUMBER, source.text):
        reading = _number(match)
        if reading:
            begin = match.start("open") if match["open"] else match.start("year")
            yield Edit(begin, match.end(), reading, "repair.number")
    for match in CUT_NUMBER.finditer(source.text):
        reading = f"〔{match['year']}〕{match['serial']}号"
        yield Edit(match.start("lost"), match.end("lost"), reading, "repair.number")


def find_lossy_years(source: Source) -> Iterator[Edit]:
    """Yield the numbers whose year has lost a figure that the date of the paper restores.

    The year of a number is that in which the paper is issued (GB/T 9704).
    """
    found = list(LOSSY_NUMBER.finditer(source.text))
    dates = ISSUED.finditer(source.text) if found else ()
    years = {date["signed"] or date["stated"] for date in dates}
    for match in found:
        fitting = [year for year in years if _is_left_of(match["year"], year)]
        if len(fitting) == 1:
            reading = f"〔{fitting[0]}〕{match['serial']}号"
            yield Edit(*match.span("lost"), reading, "repair.number")


def _is_left_of(left: str, year: str) -> bool:
    """Tell whether a year may have become these characters when it lost one: 20□3, 203."""
    if len(left) == len(year):
        lost = [at for at, char in enumerate(left) if not char.isdecimal()]
        return (
            len(lost) == 1
            and left[lost[0] + 1 :] == year[lost[0] + 1 :]
            and (left[: lost[0]] == year[: lost[0]])
        )
    return left.isdecimal() and any(year[:at] + year[at + 1 :] == left for at in range(len(year)))


def _number(match: re.Match[str]) -> str:
    """Return how a number is to be read, "" where nothing is wrong or it may be none."""
    opening, closing = match["open"], match["close"]
    known = [mark for mark in (opening, closing) if mark and mark != LOST]
    year, serial = _digits(match["year"]), _digits(match["serial"])
    if not known or not YEAR.fullmatch(year) or match.string[match.start() - 1] in NO_NUMBER:
        return ""
    whole = PAIRS.get(opening) == closing
    if whole and year == match["year"] and serial == match["serial"]:
        return ""
    if len(known) == 1 and known[0] in ROUND and LOST not in (opening, closing):
        return ""
    return f"〔{year}〕{match['ordinal']}{serial}号"


def _digits(text: str) -> str:
    return re.sub(r"\s", "", text).translate(AS_DIGITS)


def find_dates(source: Source) -> Iterator[Edit]:
    """Yield the years, months and days written with letters, blanks or characters lost."""
    text = source.text
    for match in matches_at(YEAR_SIGN, ARABIC_YEAR, text):
        reading = _digits(match["year"])
        hidden = NO_YEAR.fullmatch(match["year"])
        if YEAR.fullmatch(reading) and reading != match["year"] and not hidden:
            yield Edit(*match.span("year"), reading, "repair.date")
    for match in matches_at(CHINESE_SIGN, CHINESE_YEAR, text):
        reading = match[0].translate(CHINESE_ZERO)
        if reading != match[0]:
            yield Edit(*match.span(), reading, "repair.date")
    yield from _parts(MONTH, 12, text)
    yield from _parts(DAY, 31, text)
    for match in LOST_SIGN.finditer(text) if LOST in text else ():
        part = match.lastgroup or ""
        yield Edit(*match.span(part), SIGNS[part], "repair.date")


def _parts(pattern: re.Pattern[str], most: int, text: str) -> Iterator[Edit]:
    for match in pattern.finditer(text):
        reading = _digits(match["figure"])
        if reading != match["figure"] and 1 <= int(reading) <= most:
            yield Edit(*match.span("figure"), reading, "repair.date")


def find_numerals(source: Source) -> Iterator[Edit]:
    """Yield the numerals with letters for digits: 9O%, 1l5万元, 2O0所."""
    for match in TOKEN.finditer(source.text) if MISREAD.search(source.text) else ():
        behind = match["behind"]
        numeral = source.text[match.start() : match.start("behind")]
        if not MISREAD.search(numeral) or not re.search(r"\d", numeral):
            continue
        inside = MISREAD.search(BETWEEN_DIGITS.sub("0", numeral)) is None
        if (behind and behind in UNITS) or (inside and "一" <= behind <= "鿿"):
            reading = numeral.translate(AS_DIGITS)
            yield Edit(match.start(), match.start("behind"), reading, "repair.numeral")


# -- headings ----------------------------------------------------------------------------------


def find_headings(source: Source) -> Iterator[Edit]:
    """Yield the numbers of headings of which a stroke or a letter stands for the numeral."""
    text = source.text
    for match in HEADING.finditer(text):
        if bool(match["open"]) == (match["close"] != "、"):
            lost = match["lost"]
            yield Edit(*match.span("lost"), STROKES.get(lost, "一"), "repair.heading")
    for match in FIRST.finditer(text):
        following = SECOND.search(text, match.end())
        if following is not None and following["second"]:
            yield Edit(*match.span("lost"), "1", "repair.heading")


def find_marks(source: Source) -> Iterator[Edit]:
    """Yield the headings whose 、 is lost, where those before and behind show their number."""
    lines = list(TOP.finditer(source.text))
    marked = [at for at, line in enumerate(lines) if line["mark"]]
    for before, behind in zip([-1, *marked], marked, strict=False):
        value = ordinal(lines[before]["number"]) if before >= 0 else 0
        if ordinal(lines[behind]["number"]) == value + 2 and (before >= 0 or len(marked) > 1):
            yield from _mark(lines[before + 1 : behind], value + 1)


def _mark(between: Sequence[re.Match[str]], value: int) -> Iterator[Edit]:
    """Yield the one line among some that begins with a number and can be a heading."""
    fitting = [
        line
        for line in between
        if ordinal(line["number"]) == value and (line["blank"] or not COMMON.match(line["text"]))
    ]
    if len(fitting) == 1:
        line = fitting[0]
        begin = line.start("number")
        yield Edit(begin, line.end("blank"), line["number"] + "、", "repair.heading-mark")
