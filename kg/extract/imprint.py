"""Outline to imprint: what a document says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from kg.extract.agencies import agencies_in
from kg.extract.documents import normal_number
from kg.extract.kinds import kind_of_title
from kg.extract.period import find_period
from kg.extract.text import BETWEEN_ISSUERS, even
from kg.models import Field, Imprint, Mention, Outline, Place
from kg.vocabulary import words

CHINESE_DIGITS = str.maketrans("〇○ＯO零一二三四五六七八九", "00000123456789")
FULL_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[年\-./]\s*(?P<month>\d{1,2})\s*[月\-./]\s*(?P<day>\d{1,2})"
    r"(?![\d□*＊×X?？\ufffd])"  # 8月1□日: of the day a figure is lost
)
MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)\s*[年\-./]\s*(?P<month>\d{1,2})(?:月|$)")
RUN_TOGETHER = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<rest>\d{3,4})")
WHOLE_NUMBER = re.compile(r"[一-鿿]{1,15}〔(?:19|20)\d\d〕\d{1,5}号")
ORDER_NUMBER = re.compile(r"[一-鿿]{2,24}令第\d{1,4}号")
# Ministries number announcements by the year: …部公告 and 2025年第7号.
ANNOUNCEMENT = re.compile(r"[一-鿿]{2,24}(?:公告|通告|令)(?=[（(]|$)")
OF_YEAR = re.compile(r"(?:19|20)\d\d年\s*第\s*\d{1,4}\s*号")
WRAPPED = re.compile(
    r"(?<=[^\x00-\x7f])\s+|\s{1,60}(?=[^\x00-\x7f])"
)  # of a title on several lines
MARKED = re.compile("《[^《》]+》")
REPORT = re.compile(
    r"各位代表[：:]|代表[一-鿿]{0,12}政府，?向大会(?:报告工作|作政府工作报告)"
    r"|^\s*(?:一、)?20\d\d年(?:政府)?工作回顾"
)
SPEAKER = re.compile(
    r"(?:我代表|受)(?:中华人民共和国)?(?P<who>[一-鿿]{0,10}人民政府|国务院)|"
    r"(?P<head>国务院)(?:副)?总理"
)
# An interview has no issuer but the body that answers: 市教育局有关负责人就《…》答记者问.
ANSWERING = re.compile(
    r"(?P<who>[一-鿿]{2,20}?)(?:有关|相关)(?:部门)?负责(?:人|同志)就《[^《》]{2,60}》[^。，\n]{0,10}"
    r"(?:答|回答了?)记者"
)
ANSWERS_REACH = 1500
NEWS = re.compile(r"[^《](?:发布|公布|印发)《[^《》]*》$")  # reports of a paper, and is none
# How a text calls itself: 特制定本办法, 提出以下意见, 通知如下, 本规范适用于.
SELF = re.compile(
    r"(?:制[定订]|提出|编制|作出)(?:本|以下|如下|若干)(?P<made>[一-鿿]{2,8}?)(?=[，。：]|如下|\n)"
    r"|(?P<said>通知|通告|公告|批复|函复|答复|决定|通报)如下"
    r"|本(?P<called>规范|办法|规定|条例|细则|方案|意见|计划|规划|指南|标准|规程)(?:适用|所称|由|自)"
)
SELF_REACH = 3000
ARTICLE = re.compile(r"^[^\S\n]*+第[一1]条", re.M)
TO_ALL = re.compile(r"各[^。；\n]{2,160}：")
HEAD_DATE = re.compile(r"(?<![日\d])[（—](?:\d{4}年\d{1,2}月\d{1,2}日)(?!起)")
SPEECH_DATE = re.compile(
    r"^[^\S\n]*+(?P<date>\d{4}年\d{1,2}月\d{1,2}日)在[^。，\n]{4,40}会议?上[^\S\n]*$", re.M
)
# A page names its source beside the date: 2025年3月6日 18:00 来源：云陵日报.
PAGE_DATE = re.compile(
    r"(?P<date>20\d\d(?:年|-)\d{1,2}(?:月|-)\d{1,2}日?)\s*(?:\d{1,2}[:：时]\d{1,2}分?(?:[:：]\d\d)?)?"
    r"\s*(?:来源|信息来源|稿源)\s*[:：]"
)
HEAD_REACH = 600
WIRED = re.compile(r"新华社[一-鿿]{2,6}\d{4}年\d{1,2}月\d{1,2}日电")
SPACED = re.compile(r"[一-鿿](?:\s{1,2}[一-鿿])+")
# Who issues, by the title: …局关于…, …局发布《…》.
LEAD = re.compile("[^《]{2,60}?(?=关于|印发|转发|联合(?:印发|发布|公布)|(?:发布|公布)《)")
WORKING = re.compile(r"领导小组|工作小组|指挥部|联席会议|专班|委员会办公室")


def read_imprint(outline: Outline, place: Place | None) -> Imprint:
    """Return title, kind, issuers, date of issue, number, index number and period."""
    title = _title(outline)
    issued = _issued(outline)
    kind = _kind(outline, title)
    return Imprint(
        title=title,
        kind=kind,
        issuers=tuple(_issuers(outline, place)),
        issued=issued,
        number=_number(outline),
        index=_first(outline, "index"),
        period=find_period(outline, issued, kind),
    )


def _title(outline: Outline) -> str:
    if outline.title is not None:
        begin, end = outline.title
        parts = BETWEEN_ISSUERS.split(outline.source.text[begin:end])
        title = " ".join(WRAPPED.sub("", part) for part in parts)
        return title[1:-1] if MARKED.fullmatch(title) else title
    return _first(outline, "title")


def _first(outline: Outline, name: str) -> str:
    return next((field.value for field in outline.fields if field.name == name), "")


def _kind(outline: Outline, title: str) -> str:
    if title:
        return "Other" if NEWS.search(title) else kind_of_title(title)
    text = even(outline.source.text)
    if REPORT.search(text[:HEAD_REACH]):
        return "Report"
    return _kind_by_itself(text)


def _kind_by_itself(text: str) -> str:
    """Return the kind that a text without a title says it is: 制定本方案, 有关事项通知如下."""
    said = (match[match.lastgroup or 0] for match in SELF.finditer(text[:SELF_REACH]))
    kind = next((kind_of_title(word) for word in said if _is_head(word)), "Other")
    if kind == "Standard" and ARTICLE.search(text):
        return "Regulation"  # a 规范 in articles lays down rules
    return "Notice" if kind == "Other" and TO_ALL.match(text.lstrip()) else kind


def _is_head(word: str) -> bool:
    """Tell what a text can be (若干政策措施, 本计划) from what else it puts forward (以下要求)."""
    return kind_of_title(word) != "Other" or word.endswith(words("title_heads.tsv"))


# -- dates -----------------------------------------------------------------------------------


def _issued(outline: Outline) -> str:
    """Return the date of signature, before that of the speech or session, of publication."""
    text = even(outline.source.text)
    head = HEAD_DATE.search(text[:HEAD_REACH])
    wired = WIRED.search(text)
    speech = SPEECH_DATE.search(text[:HEAD_REACH])
    page = PAGE_DATE.search(text[:HEAD_REACH])
    return (
        _stated_date(outline, "issued")
        or _stated_date(outline, "signed")
        or (iso_date(head[0]) if head else "")
        or (iso_date(speech["date"]) if speech else "")
        or _stated_date(outline, "published")
        or (iso_date(page["date"]) if page else "")
        or (iso_date(wired[0]) if wired else "")
        or _year_of_number(outline)
    )


def _stated_date(outline: Outline, name: str) -> str:
    dates = (iso_date(field.value) for field in outline.fields if field.name == name)
    return next(filter(None, dates), "")


def _year_of_number(outline: Outline) -> str:
    year = re.search(r"〔(?P<year>\d{4})〕", _number(outline))
    return year["year"] if year else ""


def iso_date(text: str) -> str:
    """Return a written date as ISO 8601, "" where it is none or can be read in two ways."""
    plain = even(text)
    full = FULL_DATE.search(plain)
    if full is not None:
        return _valid(full["year"], full["month"], full["day"])
    month = MONTH.search(plain)
    if month is not None:
        return f"{month['year']}-{int(month['month']):02}" if 1 <= int(month["month"]) <= 12 else ""
    year = re.fullmatch(r"((?:19|20)\d\d)年?", plain.strip())
    return _in_words(plain) or _run_together(plain) or (year[1] if year else "")


def _valid(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _in_words(text: str) -> str:
    """Read 二〇二二年四月二十四日."""
    found = re.search(
        r"(?P<year>[〇○O零一二三四五六七八九]{4})年(?P<month>[〇○零一二三四五六七八九十]{1,3})月(?:(?P<day>[〇○零一二三四五六七八九十]{1,3})日)?",
        text,
    )
    if found is None:
        return ""
    year, month = found["year"].translate(CHINESE_DIGITS), _small(found["month"])
    if not found["day"]:
        return f"{year}-{month:02}" if 1 <= month <= 12 else ""
    return _valid(year, str(month), str(_small(found["day"])))


def _small(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int(numeral.translate(CHINESE_DIGITS))
    return int(tens.translate(CHINESE_DIGITS) or 1) * 10 + int(ones.translate(CHINESE_DIGITS) or 0)


def _run_together(text: str) -> str:
    """Restore a date whose 年月日 were lost (2022424) where only one reading is a date."""
    found = RUN_TOGETHER.fullmatch(text.strip())
    if found is None:
        return ""
    rest = found["rest"]
    readings = {
        _valid(found["year"], rest[:cut], rest[cut:])
        for cut in (1, 2)
        if rest[cut:] and rest[cut] != "0" and rest[0] != "0" or len(rest) == 4
    }
    readings.discard("")
    return readings.pop() if len(readings) == 1 else ""


# -- number ----------------------------------------------------------------------------------


def _number(outline: Outline) -> str:
    for field in outline.fields:
        if field.name != "number":
            continue
        if ORDER_NUMBER.fullmatch(field.value):
            return field.value
        number = normal_number(field.value)
        announced = ANNOUNCEMENT.match(_title(outline))
        if announced is not None and OF_YEAR.fullmatch(even(field.value)):
            return announced[0] + re.sub(r"\s", "", even(field.value))
        whole = WHOLE_NUMBER.search(number)
        if whole is not None:
            return whole[0]
    return ""


# -- issuers ---------------------------------------------------------------------------------


def _issuers(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield who issued the document: the signature, else the metadata block, else the title."""
    for fields in (_signatories(outline), _named(outline, "issuer")):
        found = list(_agencies_of(fields, place)) or list(_verbatim(fields, outline))
        if found:
            yield from _distinct(found)
            return
    text = outline.source.text
    for begin, end in outline.titles:
        lead = LEAD.match(text[begin:end])
        found = list(agencies_in(lead[0], begin, place)) if lead else []
        if found:
            yield from _distinct(found)
            return
    speaker = SPEAKER.search(text[:1000]) or ANSWERING.search(text[:ANSWERS_REACH])
    if speaker is not None:
        who = speaker.lastgroup or 0
        yield from agencies_in(speaker[who], speaker.start(who), place)


def _signatories(outline: Outline) -> list[Field]:
    """Return who signs: of a paper that another office forwards, that office alone."""
    fields = _named(outline, "signatory")
    title = outline.title[0] if outline.title is not None else 0
    return [field for field in fields if field.end <= title] or fields


def _verbatim(fields: Iterable[Field], outline: Outline) -> Iterator[Mention]:
    """Yield who signs under a name that no table holds, if a title begins with it as well."""
    titles = [outline.source.text[begin:end] for begin, end in outline.titles]
    for field in fields:
        if len(field.value) > 4 and any(title.startswith(field.value) for title in titles):
            kind = "WorkingGroup" if WORKING.search(field.value) else "GovernmentBody"
            yield Mention(
                "Agency",
                kind,
                field.begin,
                field.end,
                field.value,
                field.value,
                "issuer.title",
                "=",
            )


def _named(outline: Outline, name: str) -> list[Field]:
    """Return the fields of a name; of issuers only those from the first kind of statement."""
    fields = [field for field in outline.fields if field.name == name]
    return fields[:1] if name == "issuer" else fields


def _agencies_of(fields: Iterable[Field], place: Place | None) -> Iterator[Mention]:
    for field in fields:
        yield from agencies_in(field.value, field.begin, place)
        if SPACED.fullmatch(field.value):  # 科 技 部
            for agency in agencies_in(re.sub(r"\s", "", field.value), field.begin, place):
                yield replace(agency, end=field.end, text=field.value)


def _distinct(found: Iterable[Mention]) -> Iterator[Mention]:
    seen: set[tuple[str, str]] = set()
    for mention in found:
        if (mention.name, mention.scope) not in seen:
            seen.add((mention.name, mention.scope))
            yield mention
