"""Sentences to programmes: initiatives, policies, designations, platforms and events with a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.extract.boundary import name_begin
from kg.extract.text import even
from kg.models import Mention, Outline, Place
from kg.vocabulary import contextual, matcher, rows, terms, words

KINDS = {
    "initiative": "Initiative", "policy": "PolicyInstrument", "designation": "Designation",
    "platform": "Platform", "event": "Event",
}  # fmt: skip
QUOTED = re.compile(r"“(?P<label>[^“”]{1,26})”")
MEMBER_MARKS = "、"
VERBS = re.compile(
    r"(?:实施|开展|推进|启动|推动|深化|落实|组织|打好|打赢|创建|争创|建设|打造|培育|申报|评选|认定|获评|入选|举办|承办|参加|参与|纳入|列入|"
    r"申请|命名|获批|升级|依托|完善|健全|实行|推行|探索|建立|以|为|和|与|及|、|，|成为|争取|新增|国家级?|省级?|市级?|抓好|做好|巩固|加快|全面|继续|深入|扎实)$"
)
PLACED = re.compile(r"(?:全国|国家级?|全省|省级?|全市|市级?|县级|区级|部级|自治区级?|中国)")
NO_MODIFIER = re.compile(r"^(?:各类|各项|重点|重大|一批|有关|相关|系列|专项|工作|建设|年度|本|该|上述|民生|实事|工程|项目|基础设施|改造|试点|示范|国家级?|省级?|市级?|县级|区级|级|等|和|、|以上|及|的|高质量|新|专题|综合|信息化?|服务|公共|管理|平台)*$")
MEASURE = re.compile(r"\d+[一-鿿]{0,2}")
LEVEL_BEFORE = re.compile(r"(?:全国|国家级|全省|省级|市级|县级|区级|自治区级)$")
TRAILING_GENERIC = re.compile(r"(?:工作|政策|活动|建设)$")


@cache
def _heads() -> dict[str, dict[str, str]]:
    return {row["head"]: row for row in rows("program_heads.tsv")}


@cache
def _quoted_tail() -> re.Pattern[str]:
    heads = (head for head, row in _heads().items() if row["quoted"] != "no")
    choice = "|".join(sorted(map(re.escape, heads), key=len, reverse=True))
    return re.compile(rf"(?P<between>[一-鿿A-Za-z0-9、]{{0,8}}?)(?P<head>{choice})")


@cache
def _unquoted_heads() -> re.Pattern[str]:
    heads = (head for head, row in _heads().items() if row["unquoted"] != "no")
    return re.compile("|".join(sorted(map(re.escape, heads), key=len, reverse=True)))


@cache
def _cues(side: str) -> re.Pattern[str]:
    choice = "|".join(
        sorted((re.escape(row["cue"]) for row in rows("quoted_labels.tsv") if row["side"] == side), key=len, reverse=True)
    )
    filler = "(?:以|了|好|实|开展的?|的|各类|全国|全省|全市|省级|市级|校园|学校|教师|基层|和){0,2}"
    return re.compile(f"(?:{choice}){filler}$" if side.endswith("before") else f"(?:{choice})")


@cache
def _formulas() -> frozenset[str]:
    return frozenset(words("formulas.tsv"))


def find_programs(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the named programmes of a document; political formulas and descriptions are none."""
    text = outline.source.text
    plain = even(text)
    del place
    for sentence in outline.sentences:
        if sentence.part not in ("body", "addressee"):
            continue
        stretch = plain[sentence.begin : sentence.end]
        for found in (*_known(stretch), *_quoted(stretch), *_unquoted(stretch)):
            begin, end = found.begin + sentence.begin, found.end + sentence.begin
            yield Mention("Program", found.kind, begin, end, text[begin:end], found.name, found.rule)


def _program(kind: str, stretch: str, begin: int, end: int, name: str, rule: str) -> Mention:
    return Mention("Program", kind, begin, end, stretch[begin:end], name, rule)


def _known(stretch: str) -> Iterator[Mention]:
    """Yield the nationwide programmes of the gazetteer."""
    found, names = matcher("programs.ttl")
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        if re.search(r"“[^”]*$", stretch[:begin]) and stretch[end : end + 1] != "”":
            continue
        term = terms("programs.ttl")[name]
        longer = _longer(stretch, begin, end, term.kind)
        if longer is not None:
            yield longer
        yield _program(term.kind or "PolicyInstrument", stretch, begin, end, term.label, "program.known")


def _longer(stretch: str, begin: int, end: int, kind: str) -> Mention | None:
    """Return the name that a known one is part of: 省级|文明城市, 平安校园|示范区."""
    level = LEVEL_BEFORE.search(stretch[:begin]) if kind == "Designation" else None
    head = _unquoted_heads().match(stretch, end)
    awarded = head is not None and _heads()[head[0]]["kind"] == "designation"
    if level is None and not awarded:
        return None
    start = level.start() if level is not None else begin
    stop = head.end() if head is not None and awarded else end
    name = re.sub("[“”]", "", stretch[start:stop])
    return _program(kind_of_name(name), stretch, start, stop, name, "program.known.level")


# -- quoted ----------------------------------------------------------------------------------


def _quoted(stretch: str) -> Iterator[Mention]:
    """Yield quoted labels that name a programme, with the head behind them where it belongs."""
    matches = list(QUOTED.finditer(stretch))
    for index, match in enumerate(matches):
        label = match["label"]
        if label in _formulas() or not re.search(r"[一-鿿A-Za-z]", label) or MEASURE.fullmatch(label):
            continue
        term = terms("programs.ttl").get(label) or contextual("programs.ttl").get(label)
        tail = _quoted_tail().match(stretch, match.end())
        if tail is not None and _belongs(tail) and not (term and _heads()[tail["head"]]["kind"] == "policy"):
            yield _with_head(stretch, match, tail)
        elif term is not None:
            yield _program(term.kind, stretch, match.start() + 1, match.end() - 1, term.label, "program.known.quoted")
        elif _is_named(stretch, matches, index):
            yield _program(kind_of_name(label), stretch, match.start() + 1, match.end() - 1, label, "program.quoted")


def _belongs(tail: re.Match[str]) -> bool:
    """Tell whether a head is the label's own: nothing but modifiers between the two."""
    return not re.search(r"[和与及等的在为是将]|工作|政策|要求|目标", tail["between"])


def _with_head(stretch: str, match: re.Match[str], tail: re.Match[str]) -> Mention:
    row = _heads()[tail["head"]]
    begin, end = match.start() + 1, tail.end()
    name = match["label"] + tail["between"] + tail["head"]
    if row["quoted"] == "label":
        name = match["label"]
    return _program(kind_of_name(name), stretch, begin, end, name, "program.quoted.head")


def _is_named(stretch: str, matches: list[re.Match[str]], index: int) -> bool:
    """Tell a label that is a programme's name from an emphasised word, by what stands around it."""
    match = matches[index]
    label = match["label"]
    if not 2 <= len(label) <= 20 or re.search(r"[。；：？！]", label):
        return False
    before, after = _context(stretch, matches, index)
    if _cues("not-before").search(before) or _cues("not-after").match(after):
        return False
    if re.match(r"[为是].{0,4}$", after) or before.endswith(("以", "坚持", "牢记", "即", "的", "是")):
        return bool(_cues("after").match(after))
    return bool(_cues("before").search(before) or _cues("after").match(after))


def _context(stretch: str, matches: list[re.Match[str]], index: int) -> tuple[str, str]:
    """Return what stands before and behind a label, or behind and before the series it is in."""
    first = last = index
    while first and stretch[matches[first - 1].end() : matches[first].start()] in ("", "、", "和", "与", "及"):
        first -= 1
    while last + 1 < len(matches) and stretch[matches[last].end() : matches[last + 1].start()] in ("", "、", "和", "与", "及"):
        last += 1
    return stretch[max(0, matches[first].start() - 14) : matches[first].start()], stretch[matches[last].end() : matches[last].end() + 10]


# What a bare label's own last words tell of its kind; the same in every document, so that one
# programme is of one kind wherever it is read.
LABEL_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Event", re.compile(r"(?:杯|大会|大赛|论坛|博览会|节|周|月|峰会|春晚|联赛|运动会)$")),
    ("Platform", re.compile(r"(?:平台|系统|云|网|APP|通办|通|码|热线|在线|驿站|大脑)$")),
    ("Initiative", re.compile(r"(?:进校园|进课堂|课堂|工程|行动|计划|年|讲堂|战|活动|项目|专项|试点|进社区|下乡|教育|服务队|伴成长)$")),
    ("Designation", re.compile(r"(?:校园|家庭|教师|企业|学校|园区|工厂|城市|示范.{0,2}|先锋|标兵|楷模|少年|学生|校长|班主任|书记|工匠|巨人|之星|名师|社区|乡村|小镇|品牌|百强|十强|称号|奖)$")),
)


def kind_of_name(name: str) -> str:
    """Return the kind of programme that a name's own last words make it."""
    for length in range(min(8, len(name)), 0, -1):
        row = _heads().get(name[-length:])
        if row is not None:
            return KINDS[row["kind"]]
    return next((kind for kind, pattern in LABEL_KINDS if pattern.search(name)), "PolicyInstrument")


# -- unquoted --------------------------------------------------------------------------------


def _unquoted(stretch: str) -> Iterator[Mention]:
    """Yield names without marks: a modifier that sets them apart and a head."""
    for match in _unquoted_heads().finditer(stretch):
        row = _heads()[match[0]]
        if _head_goes_on(stretch, match):
            continue
        begin = name_begin(stretch, match.start(), quotes=True)
        begin = _level_begin(stretch, begin, row)
        begin = _skip(stretch, begin, match.start())
        modifier = stretch[begin : match.start()]
        if not _sets_apart(stretch, begin, modifier, row):
            continue
        inner = begin + 1 if stretch[begin] == "“" else begin
        name = stretch[begin : match.end()].replace("“", "").replace("”", "")
        yield _program(kind_of_name(name), stretch, inner, match.end(), name, "program.built")


def _head_goes_on(stretch: str, match: re.Match[str]) -> bool:
    after = stretch[match.end() : match.end() + 3]
    if re.match(r"[师学院化性员力值外内书表款区]|建设(?:项目|资金)|项目|方案|经费|资金|总指挥|计划书|管理|质量|实施方案|中心|机制|体系|指标", after):
        return True
    return match[0] in ("计划", "行动") and re.match(r"[一-鿿]?(?:生|招|管|单|表)", after) is not None


def _level_begin(stretch: str, begin: int, row: dict[str, str]) -> int:
    """Extend a designation to the left over the level that belongs to its name: 省|教育强县."""
    if row["kind"] not in ("designation", "platform"):
        return begin
    level = re.search(r"(?:全国|国家级|国家|全省|省级|省|市级|市|县级|区级|部级|自治区级|自治区)$", stretch[:begin])
    return level.start() if level is not None else begin


def _skip(stretch: str, begin: int, head: int) -> int:
    opener = re.match(r"(?:一批|第[一二三四五六七八九十]{1,2}批|首批|各类|各级|一系列|新一轮|(?:\d+|[一二两三四五六七八九十]+)[个所家项名](?:以上)?|和|与|及|等|的|[、，]|我[省市县区]|全[市县区](?=.{4}))+", stretch[begin:head])
    return begin + opener.end() if opener is not None else begin


def _sets_apart(stretch: str, begin: int, modifier: str, row: dict[str, str]) -> bool:
    bare = modifier.replace("“", "").replace("”", "")
    if len(bare) < 2 or NO_MODIFIER.match(bare):
        return False
    rule = row["unquoted"]
    placed = PLACED.match(bare) is not None
    if rule == "level":
        return placed and len(bare) >= 4
    if rule == "verb":
        return (len(bare) >= 4 and VERBS.search(stretch[:begin]) is not None) or (placed and len(bare) >= 5)
    return len(bare) >= 4 or (len(bare) == 3 and VERBS.search(stretch[:begin]) is not None)
