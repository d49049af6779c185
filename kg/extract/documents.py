"""Sentences to documents: papers, laws, plans and publications by their titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.extract.boundary import name_begin
from kg.extract.text import even
from kg.models import Mention, Outline, Place
from kg.vocabulary import matcher, rows, terms

OPENING, CLOSING = "《〈", "》〉"
NUMBER = re.compile(
    r"\s*[（(]?(?P<number>[一-鿿]{1,15}?[〔\[［（(【]\s*(?:19|20)\d\d\s*[〕\]］）)】]\s*第?\s*\d{1,5}\s*号)"
)
ABBREVIATED = re.compile(r"(?:以下)?(?:均)?(?:简称|称)(?:为)?[《“](?P<short>[^》”]{1,20})[》”]")
YEARS = r"(?:[（(][^（）()]{0,14}(?:\d{2,4}|试行|暂行|修订|稿|版)[^（）()]{0,10}[）)])?"
DRAFTING = re.compile(r"(?:研究)?(?:制定|制订|出台|编制|研制|拟订|起草|修订|完善|印发|发布|公布|编写|编印|推出|转发|更新发布|更新)(?:并?(?:实施|印发|落实|发布|完善))?(?:好|了)?(?:全市|全县|全省|全区|市级|县级|省级|本市|我市)?$")
GOVERNING = re.compile(r"(?:落实|贯彻|执行|实施|按照|根据|依据|对照|遵照|推进|围绕|纳入|符合|依照|参照)(?:好|了|国家|省|市)?$")
PLAN_LABEL = re.compile(r"“(?P<name>十[一二三四五六]五”[一-鿿、]{0,16}?(?:规划纲要|发展规划|专项规划|规划|行动计划|纲要))")
CONGRESS = re.compile(r"会议|讲话|大会|二十大|十九大|全会|报告精神")
NEITHER = re.compile(r"^(?:上述|有关|相关|该|各项|各类|一系列|具体|配套|专项|工作|实施|年度|总体|统一|长远|中长期|三年|五年|学校|本|原)*$")
TRAILING = re.compile(r"(?:精神|要求|规定的|内容)$")


@cache
def _heads() -> dict[str, tuple[str, str]]:
    return {row["head"]: (row["kind"], row["unquoted"]) for row in rows("title_heads.tsv")}


@cache
def _head_pattern(where: str) -> re.Pattern[str]:
    heads = [head for head, (_, unquoted) in _heads().items() if where == "end" or unquoted != "no"]
    choice = "|".join(sorted(map(re.escape, heads), key=len, reverse=True))
    return re.compile(rf"(?:{choice}){YEARS}[”》]?$" if where == "end" else f"(?:{choice}){YEARS}")


def kind_of_title(title: str) -> str:
    """Return the kind of document that a title's last word makes; PolicyDocument for none.

    What a notice carries (关于印发…方案的通知) stays a notice: its kind is its own.
    """
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", title.strip("《》“” "))
    for length in range(min(8, len(bare)), 0, -1):
        kind = _heads().get(bare[-length:])
        if kind is not None:
            return _kind(kind[0], bare)
    return "Other"


def _kind(kind: str, title: str) -> str:
    if kind == "Notice" and not title.endswith("通知"):
        return "Other"  # 公告, 通告 and 通报 are papers of their own without a class
    if kind == "Law" and re.search(r"(?:办法|做法|方法|看法|用法|写法|书法|立法|执法|司法|普法)$", title):
        return "Other"
    return kind


def find_documents(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield every document named: in 《》, by its own title line, by a known or built name."""
    text = outline.source.text
    plain = even(text)
    short = dict(_abbreviations(plain))
    for begin, end in _named_ranges(outline):
        for mention in _bracketed(text, plain, begin, end, short):
            yield mention
    yield from _own_titles(outline)
    for sentence in outline.sentences:
        if sentence.part in ("title", "metadata"):
            continue
        stretch = plain[sentence.begin : sentence.end]
        for found in (*_known(stretch), *_plans(stretch), *_built(stretch)):
            if not _inside_brackets(plain, sentence.begin + found.begin):
                yield _moved(found, sentence.begin, text)


def _named_ranges(outline: Outline) -> Iterator[tuple[int, int]]:
    yield from ((sentence.begin, sentence.end) for sentence in _joined(outline))
    yield from ((field.begin, field.end) for field in outline.fields if field.name == "title")


def _joined(outline: Outline) -> Iterator[Mention]:
    """Yield the paragraphs, as spans: a title in 《》 may hold 。 or ； of its own."""
    begin, end = -1, -1
    for sentence in outline.sentences:
        if begin >= 0 and sentence.begin == end:
            end = sentence.end
            continue
        if begin >= 0:
            yield Mention("Document", "", begin, end, "", "", "")
        begin, end = sentence.begin, sentence.end
    if begin >= 0:
        yield Mention("Document", "", begin, end, "", "", "")


def brackets(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans between outermost title marks; an unclosed mark opens nothing."""
    depth, start = 0, -1
    for at in range(begin, end):
        char = text[at]
        if char == "《" and depth and at - start > 60:
            depth = 0  # the mark before was never closed
        if char in OPENING:
            if depth == 0:
                start = at + 1
            depth += 1
        elif char in CLOSING and depth:
            depth -= 1
            if depth == 0 and at > start:
                yield start, at


def _inside_brackets(text: str, at: int) -> bool:
    opened = text.rfind("《", max(0, at - 80), at)
    return opened >= 0 and text.find("》", opened, at) < 0 and text.find("》", at, at + 80) >= 0


def _abbreviations(text: str) -> Iterator[tuple[str, str]]:
    """Yield how the text says it will call a document: 《试点方案》（以下简称《方案》）."""
    for match in ABBREVIATED.finditer(text):
        spans = list(brackets(text, max(0, match.start() - 120), match.start()))
        if spans:
            yield match["short"], text[spans[-1][0] : spans[-1][1]]


def _bracketed(
    text: str, plain: str, begin: int, end: int, short: dict[str, str]
) -> Iterator[Mention]:
    for start, stop in brackets(plain, begin, end):
        name = re.sub(r"\s+", "", text[start:stop])
        number = NUMBER.match(plain, stop + 1)
        full = short.get(name, name)
        yield Mention(
            "Document",
            kind_of_title(full),
            start,
            stop,
            text[start:stop],
            full,
            "document.abbreviated" if name in short else "document.bracketed",
            number=normal_number(number["number"]) if number else "",
        )


def normal_number(number: str) -> str:
    """Write a 文号 in its normal form: 婺教发[2022] 2号 → 婺教发〔2022〕2号."""
    bare = re.sub(r"\s+|第(?=\d)", "", even(number))
    return re.sub(r"[\[［（(【〔]((?:19|20)\d\d)[\]］）)】〕]", r"〔\1〕", bare)


def _own_titles(outline: Outline) -> Iterator[Mention]:
    """Yield the lines that are this document's title."""
    text = outline.source.text
    if outline.title is None:
        return
    own = re.sub(r"\s+", "", text[outline.title[0] : outline.title[1]])
    for begin, end in outline.titles:
        name = re.sub(r"\s+", "", text[begin:end])
        if "《" not in name and (name == own or not name.endswith("通知")):
            yield Mention("Document", kind_of_title(name), begin, end, text[begin:end], name, "document.title")
    for field in outline.fields:
        if field.name == "title" and "《" not in field.value:
            name = re.sub(r"\s+", "", field.value)
            yield Mention("Document", kind_of_title(name), field.begin, field.end, field.value, name, "document.title")


def _moved(mention: Mention, offset: int, text: str) -> Mention:
    begin, end = mention.begin + offset, mention.end + offset
    return Mention(mention.type, mention.kind, begin, end, text[begin:end], mention.name, mention.rule, mention.scope)


def _known(stretch: str) -> Iterator[Mention]:
    """Yield national laws and plans that stand without title marks."""
    found, names = matcher("laws.ttl")
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        if len(name) < 4 and name != "民法典":
            continue
        term = terms("laws.ttl")[name]
        yield Mention("Document", term.kind or "Other", begin, end, name, term.label, "document.known", "=")


def _plans(stretch: str) -> Iterator[Mention]:
    """Yield “十四五”规划 and the like, from behind the opening mark."""
    for match in PLAN_LABEL.finditer(stretch):
        begin = match.start("name")
        yield Mention("Document", "Plan", begin, match.end(), match["name"], "“" + match["name"], "document.five-year-plan")


def _built(stretch: str) -> Iterator[Mention]:
    """Yield names without marks: a topic and a head, with a place or a verb that governs papers."""
    for match in _head_pattern("inside").finditer(stretch):
        head = re.sub(YEARS + "$", "", match[0])
        kind, unquoted = _heads().get(head, ("Other", "no"))
        begin = name_begin(stretch, match.start(), quotes=True)
        begin = _at_place(stretch, begin, match.start())
        topic = stretch[begin : match.start()]
        if not _is_topic(topic, head) or CONGRESS.search(topic):
            continue
        if re.match(r"[一-鿿]", stretch[match.end() : match.end() + 1]) and _goes_on(stretch, match.end()):
            continue
        if not _governed(stretch, begin, topic, unquoted):
            continue
        name = stretch[begin : match.end()]
        inner = begin + 1 if name.startswith("“") else begin
        yield Mention("Document", kind, inner, match.end(), stretch[inner : match.end()], name, "document.built")


def _is_topic(topic: str, head: str) -> bool:
    if re.fullmatch("[省市县区]委", topic):
        return head.startswith("实施")
    return len(topic) >= 4 and NEITHER.match(topic) is None


def _at_place(stretch: str, begin: int, head: int) -> int:
    opener = re.match(r"(?:全[市县区省]|我[市县区省]|一批|新一轮的?|各类|的)+", stretch[begin:head])
    return begin + opener.end() if opener else begin


def _governed(stretch: str, begin: int, topic: str, unquoted: str) -> bool:
    before = stretch[:begin]
    if DRAFTING.search(before):
        return True
    placed = re.match(r"[一-鿿]{0,6}[省市县区]|国家|中央|“十", topic) is not None
    if unquoted == "yes":
        return GOVERNING.search(before) is not None and (placed or len(topic) >= 6)
    committee = re.fullmatch("[省市县区]委", topic) is not None
    return GOVERNING.search(before) is not None and (len(topic) >= 7 or committee)


def _goes_on(stretch: str, end: int) -> bool:
    return re.match(r"(?:学|院|制|人|治|律|规|定|化|性|体系|编制|评审|管理|目标|任务|建设|设计|布局|区|图|实施|引领|总|期)", stretch[end:]) is not None
