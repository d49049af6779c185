"""Years, dates, figures and intervals of a question to what narrows a query."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from kg.ask.model import Circumstances
from kg.ask.wording import one_of, words
from kg.errors import QuestionError

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_WRITTEN_YEAR = re.compile("[一二〇零][〇零一二三四五六七八九]{3}(?=年)")
_RELATIVE = {"前年": -2, "去年": -1, "上年度": -1, "今年": 0, "本年": 0, "明年": 1}
_PLANS = {"十一五": 2006, "十二五": 2011, "十三五": 2016, "十四五": 2021, "十五五": 2026}
_YEAR = "(?:19|20)[0-9]{2}"
_SPAN = re.compile(f"({_YEAR})年?(?:-|—|–|~|至|到)({_YEAR})年?")
_FIVE = re.compile(f"({'|'.join(_PLANS)})(?:期间|时期)?(?!规划|教育|发展)")
_DATE = re.compile(
    rf"(?:到|在|于)?(?:({_YEAR})(?:年|-))?(?:([01]?[0-9])(?:月份|月|-))?(?:([0-3]?[0-9])(?:日|号)?)?"
    r"(底|末)?(之前|以前|前)"
)
_END_OF_YEAR = re.compile(f"(?:到|至)?(?:({_YEAR})年)?(?:年底|年末|底)(?:之前|以前|前)?")
_HALF = re.compile(f"(?:({_YEAR})年)?(上半年|下半年|第?[一二三四]季度)(?:之前|以前|前|内|末)?")
_UNTIL_YEAR = re.compile(f"(?<![年0-9])(?:到|至)({_YEAR})年(?!底|末|[0-9])")
_ONE_YEAR = re.compile(f"({_YEAR})(?:年度|年)")
_BARE_YEAR = re.compile(f"(?<![0-9A-Za-z.])({_YEAR})(?![0-9.%万亿个所名元])")
_HALVES = {
    "上半年": (1, 6), "下半年": (7, 12), "一季度": (1, 3), "二季度": (4, 6),
    "三季度": (7, 9), "四季度": (10, 12),
}  # fmt: skip
_NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,6})?)(万|亿)?(?:个|所|名|人次|人|元|%|项|家|公里|套|张)?"
_SCALES = {"万": 10_000, "亿": 100_000_000}


def moments(text: str, today: str) -> tuple[str, Circumstances]:
    """Return a question without what it says of years, dates, figures, and that.

    `today` is an ISO date, for 去年; without it such a word is an error.
    """
    text = _WRITTEN_YEAR.sub(lambda match: match[0].translate(_DIGITS), text)
    text = _relative(text, today)
    found = Circumstances()
    for step in (_every, _figures, _dates, _years):
        text, found = step(text, found)
    return text, found


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _noted(found: Circumstances, name: str, words_of: str) -> tuple[tuple[str, str], ...]:
    return (*found.written, (name, words_of))


def _relative(text: str, today: str) -> str:
    for word, step in _RELATIVE.items():
        # 比去年提高 asks for the year before, whichever it is.
        place = text.find(word)
        if place < 0 or text[max(0, place - 1) : place] in ("比", "较"):
            text = text.replace(word, "上年") if place >= 0 else text
            continue
        if not today:
            raise QuestionError(f"“{word}”是哪一年不清楚：请写年份，或用 --today 2022-01-01 说明")
        text = text.replace(word, f"{int(today[:4]) + step}年")
    return text


def _every(text: str, found: Circumstances) -> tuple[str, Circumstances]:
    match = re.search(one_of("every"), text)
    if match is None:
        return text, found
    written = _noted(found, "频率", match[0])
    return _cut(text, match), replace(found, every=words("every")[match[0]], written=written)


def _figures(text: str, found: Circumstances) -> tuple[str, Circumstances]:
    # Not the end of 不超过.
    least = re.search(f"(?<!不){one_of('least')}{_NUMBER}(?:以上)?", text) or re.search(
        f"{_NUMBER}以上", text
    )
    if least:
        written = _noted(found, "不少于", least[0])
        text, found = _cut(text, least), replace(found, least=_figure(least), written=written)
    most = re.search(f"{one_of('most_figure')}{_NUMBER}", text) or re.search(
        f"{_NUMBER}以(?:下|内)", text
    )
    if most:
        written = _noted(found, "不超过", most[0])
        text, found = _cut(text, most), replace(found, most=_figure(most), written=written)
    return text, found


def _figure(match: re.Match[str]) -> str:
    return format(Decimal(match[1]) * _SCALES.get(match[2] or "", 1), "f")


def _dates(text: str, found: Circumstances) -> tuple[str, Circumstances]:
    for read in (_half, _end_of_year, _before, _until_year):
        result = read(text)
        if result is not None:
            match, since, until = result
            written = _noted(found, "期限", f"{since or '…'} 至 {until}")
            return _cut(text, match), replace(found, since=since, until=until, written=written)
    return text, found


_Dated = tuple[re.Match[str], str, str]


def _half(text: str) -> _Dated | None:
    match = _HALF.search(text)
    if match is None:
        return None
    year = match[1] or _only_year(text)
    first, last = _HALVES[match[2].removeprefix("第")]
    if match[0].endswith("前") and not match[0].endswith(("之前", "以前")) and first == 7:
        first = 1
    return match, f"{year}-{first:02}-01", _last_day(year, last)


def _end_of_year(text: str) -> _Dated | None:
    match = _END_OF_YEAR.search(text)
    if match is None or not match[0].strip("到至"):
        return None
    if text[max(0, match.start() - 1) : match.start()].endswith("月"):
        return None  # 6月底前
    year = match[1] or _only_year(text)
    return match, f"{year}-01-01", f"{year}-12-31"


def _before(text: str) -> _Dated | None:
    match = next((one for one in _DATE.finditer(text) if one[1] or one[2]), None)
    if match is None:
        return None
    year = match[1] or _only_year(text)
    month, day, end = match[2], match[3], match[4]
    if not month:
        return match, "", f"{int(year) - 1}-12-31" if not end else f"{year}-12-31"
    if not 1 <= int(month) <= 12:
        raise QuestionError(f"“{match[0]}”不是日期：月份应在 1 到 12 之间")
    first = f"{year}-01-01"
    if day:
        last = min(int(day), calendar.monthrange(int(year), int(month))[1])
        return match, first, f"{year}-{int(month):02}-{last:02}"
    # 6月前 is before June begins, 6月底前 takes June in.
    return match, first, _last_day(year, int(month) if end else int(month) - 1)


def _until_year(text: str) -> _Dated | None:
    match = _UNTIL_YEAR.search(text)
    return (match, f"{match[1]}-01-01", f"{match[1]}-12-31") if match else None


def _last_day(year: str, month: int) -> str:
    if month < 1:
        return f"{int(year) - 1}-12-31"
    return f"{year}-{month:02}-{calendar.monthrange(int(year), month)[1]:02}"


def _only_year(text: str) -> str:
    match = _ONE_YEAR.search(text)
    if match is None:
        raise QuestionError("日期没有年份：请写成“2022年6月底前”")
    return match[1]


def _years(text: str, found: Circumstances) -> tuple[str, Circumstances]:
    years: list[str] = []
    for match in reversed(list(_SPAN.finditer(text))):
        first, last = sorted((int(match[1]), int(match[2])))
        years += [str(year) for year in range(first, min(last, first + 20) + 1)]
        text = _cut(text, match)
    for match in reversed(list(_FIVE.finditer(text))):
        years += [str(_PLANS[match[1]] + step) for step in range(5)]
        text = _cut(text, match)
    for expression in (_ONE_YEAR, _BARE_YEAR):
        for match in reversed(list(expression.finditer(text))):
            years.append(match[1])
            text = _cut(text, match)
    if found.until:
        # The year is in the date.
        years = [year for year in years if year != found.until[:4]]
    if not years:
        return text, found
    listed = tuple(sorted(set(years)))
    return text, replace(
        found, years=listed, written=_noted(found, "年份", "、".join(_runs(listed)) + "年")
    )


def _runs(years: tuple[str, ...]) -> Iterator[str]:
    """Yield years that follow each other as one: 2021—2025."""
    first = last = years[0]
    for year in years[1:]:
        if int(year) == int(last) + 1:
            last = year
            continue
        yield first if first == last else f"{first}—{last}"
        first = last = year
    yield first if first == last else f"{first}—{last}"
