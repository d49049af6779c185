"""Sentences to programmes named in quotation marks, with the head behind them that is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from kg.extract.program_names import level_end, name_start, trim
from kg.extract.program_words import called, head_at, head_of, heads, kind_of_name, role, unquoted
from kg.extract.text import up_to
from kg.models import Mention
from kg.vocabulary import contextual, rows, terms, words

QUOTED = re.compile(r"“(?P<label>[^“”]{1,30})”")
SENTENCE = re.compile(r"[。；：？！]")
# How a service is had: 掌上办, 免申即享, 一网统管; holding a fair is none.
SERVICE = re.compile(
    r"(?!.*(?:[举承主督]办|[该能]办)$)[一-鿿]{2,6}办$|[一-鿿]{2,3}即[一-鿿]{1,3}$|一[一-鿿][通统][一-鿿]$"
)
MEASURE = re.compile(r"\d+(?![一-鿿]*(?:计划|工程|行动|战略)$)[一-鿿]{0,3}")
JOINED = ("", "、", "和", "与", "及", "以及")
# A number in front, a plus sign, a formula of one and one: names of rules, not of things.
NUMBER = r"[一二三四五六七八九十百千万两双多\d]"
FORMULA = re.compile(
    rf"{NUMBER}[一-鿿]{{1,2}}{NUMBER}[一-鿿]{{1,2}}$|.{{2,8}}[+＋×]$"
    rf"|{NUMBER}{{1,4}}[一-鿿]{{1,4}}(?:工程|计划|行动|制|战)$|{NUMBER}个[一-鿿]{{3,6}}$"
    rf"|[^，]{{2,8}}·[^，]{{2,8}}$"
)
# Counts of what is described are no names: 五大优势, 八连冠, 双下降.
COUNTED = re.compile(
    r"^[一二三四五六七八九十\d]+(?:[大项个类种])(?:方面|领域|优势|机遇|挑战|难题|问题|短板|保障|目标"
    r"|任务|要求|原则|关系|抓手|体系|监管|安全|特色.*|重点.*)$"
    r"|^[一二三四五六七八九十双两]+(?:个?[连年][冠丰增升降]|下降|提升|增长|丰收|增)$"
)
# What is nothing but numbers, or a counted set, is the name that a document gave a plan of its
# own, whatever it says of it: “3456”工作思路, “四大攻坚战”; what figures are of belongs to them.
FIGURES = re.compile(r"(?!1[12]\d$|[12]\d{3}年?$)\d{3,6}$|[\dN]+(?:[+＋][\dNX]+)+$")
OF_FIGURES = re.compile(
    r"”[一-鿿]{0,8}?(?:功能区|目标任务|目标|产业|集群|思路|体系|格局|布局|架构|园区|经济|网络"
    r"|农业|保障|改革体系)(?:体系|集群|产业|格局|布局|政策)?(?![化型])"
)
COUNTED_SET = re.compile("[一二三四五六七八九十两]+大.{2,6}$")
SERIES = re.compile(rf"(?:{NUMBER}[^，、]{{1,8}}[，、]){{1,4}}{NUMBER}[^，、]{{1,8}}$")
NUMERIC = re.compile(rf"{NUMBER}.{{0,6}}$|.{{1,4}}[+＋×].{{0,4}}$|只.{{1,4}}$|.{{1,3}}制$")
# What is done under a label is part of its name, that it is done often is not: “禾味”推介系列|活动.
SERIES_AT_END = re.compile("系列$")
SAID = re.compile(r"(?:坚持|牢记|即|是|称|叫做?|誉为)[以]?$")
PARTED = re.compile("[，、]")
PLUS = re.compile(r"(.{2,8})[+＋×][^+＋×]{2,6}$")
FRONT = re.compile(r"[一-鿿]{1,10}")
JOINING = re.compile("[和与及]")
# What makes a head part of a longer word: 平台|化, 项目|工作者.
GOES_ON = re.compile(
    r"[师学院化性员力值表量主者级]|领导|工作者|布局|部署|定位|支点|治理|观念|思维|庄|经济|质量|格局|新目标|运行|工作安排|(?:推进|落地|建设|管理)(?:工作)?(?:体系|模式|机制)"
)
# What the last of a row is said to be one of: “青禾之夜”等消费活动.
AMONG = re.compile("等[一-鿿]{0,6}?(?:活动|项目|工程|行动|计划|平台|大赛|赛事|品牌|系统)")
BETWEEN = 8
LONGEST = 26  # characters of a label; what is longer is quoted
# Heads that a list of labels shares.
SHARED = frozenset(
    (
        "工程",
        "计划",
        "行动",
        "专项行动",
        "攻坚行动",
        "项目",
        "平台",
        "战略",
        "大行动",
        "小程序",
        "APP",
    )
)
APART = re.compile(
    r"[^一-鿿A-Za-z0-9]|[和与及等的地在为是将不获]|培养|培训|每年|带动|(?:推进|加快|促进)(?!行动|计划|工程|活动|年)|制定|入选|获评|荣获|评为|列入|纳入|跻身|实施|开展|推动"
)


@cache
def _cues(side: str) -> re.Pattern[str]:
    cues = (re.escape(row["cue"]) for row in rows("quoted_labels.tsv") if row["side"] == side)
    found = "|".join(sorted(cues, key=len, reverse=True))
    filler = (
        "(?:以|了|好|实|开展的?|的|各类|全[国省市县区]|[国省市县]级?|校园|学校|教师|基层|和"
        "|一批|首批|\\d+余?[所个家项名]|用活|等){0,3}"
    )
    return re.compile(f"(?:{found}){filler}$" if side.endswith("before") else f"(?:{found})")


@cache
def _formulas() -> frozenset[str]:
    return frozenset(words("formulas.tsv"))


def find_labels(stretch: str) -> Iterator[Mention]:
    """Yield quoted labels that name a programme; formulas, faults and descriptions name none."""
    matches = list(QUOTED.finditer(stretch))
    for index, match in enumerate(matches):
        label = match["label"]
        if label in terms("programs.ttl") or label not in _formulas():
            found = _read(stretch, matches, index)
            if found is not None:
                yield found


def _read(stretch: str, matches: list[re.Match[str]], index: int) -> Mention | None:
    match = matches[index]
    label = match["label"]
    term = terms("programs.ttl").get(label) or contextual("programs.ttl").get(label)
    before, after = _context(stretch, matches, index)
    tail = _tail(stretch, match.end())
    if term is None and (tail is None or heads()[tail[1]]["quoted"] == "label"):
        figures = _of_figures(stretch, match)
        if figures is not None:
            return figures
    # A head that follows at once says more than the cue that it begins with.
    rejected = _rejects(label, before, "" if tail and not tail[0] else after)
    if tail is not None and not tail[0] and heads()[tail[1]]["kind"] == "platform":
        rejected = rejected and len(label) > LONGEST
    rejected = rejected and not SERVICE.match(label)
    if tail is not None and not (term and heads()[tail[1]]["kind"] == "policy"):
        return None if rejected and term is None else _with_head(stretch, match, tail)
    begin, end = match.start() + 1, match.end() - 1
    if term is not None:
        name = called(term, label)
        return _mention(term.kind, stretch, begin, end, name, "program.known.quoted")
    if not _is_set(label) and (
        rejected or not _is_named(label, before, after) or MEASURE.fullmatch(label)
    ):
        return None
    found = _levelled(stretch, match, label)
    return _with_shared_head(found, stretch, matches, index)


def _mention(kind: str, stretch: str, begin: int, end: int, name: str, rule: str) -> Mention:
    return Mention("Program", kind, begin, end, stretch[begin:end], name, rule)


def _with_shared_head(
    found: Mention, stretch: str, matches: list[re.Match[str]], index: int
) -> Mention:
    """Return a label under the name that the head of its list makes: “青苗”“绿叶”|工程."""
    last = index
    while last + 1 < len(matches) and (
        stretch[matches[last].end() : matches[last + 1].start()] in JOINED
    ):
        last += 1
    tail = _tail(stretch, matches[last].end()) if last > index else None
    if tail is None or tail[0] or tail[1] not in SHARED or head_of(found.name) is not None:
        return found
    name = found.name + tail[1]
    return replace(found, name=name, kind=kind_of_name(name))


# -- the head behind the label ---------------------------------------------------------------


def _tail(stretch: str, begin: int) -> tuple[str, str, int] | None:
    """Return what stands between label and head, the head, and where it ends."""
    for at in range(begin, min(begin + BETWEEN, len(stretch)) + 1):
        head = head_at(stretch, at)
        between = stretch[begin:at]
        if APART.search(between):
            return None
        if head is None or heads()[head]["quoted"] == "no":
            continue
        if _ends_here(stretch, at + len(head)):
            return _furthest(stretch, between, head, at + len(head))
    return None


def _furthest(stretch: str, between: str, head: str, end: int) -> tuple[str, str, int]:
    """Go on over heads that follow one another: “红杜鹃”党建|示范校."""
    further = head_at(stretch, end)
    if further is None or heads()[further]["quoted"] != "name" or not _ends_here(stretch, end):
        return between, head, end
    return between + head, further, end + len(further)


def _ends_here(stretch: str, end: int) -> bool:
    """Tell whether a head is the last word of its phrase, not a modifier of the next."""
    return GOES_ON.match(stretch, end) is None


def _with_head(stretch: str, match: re.Match[str], tail: tuple[str, str, int]) -> Mention | None:
    between, head, end = tail
    label = match["label"]
    row = heads()[head]
    begin = match.start() + 1
    bare = row["quoted"] == "label"
    if bare and row["kind"] != "policy" and row["kind"] != "designation":
        done = SERIES_AT_END.sub("", between + head.removesuffix("活动")) if between else ""
        name = label + done
        return _mention(kind_of_name(name), stretch, begin, end, name, "program.quoted.head")
    if bare:
        return _bare(stretch, match, tail)
    begin = _prefix(stretch, match, between + head)
    name = unquoted(stretch[begin:end]).removesuffix("活动")
    return _mention(kind_of_name(name), stretch, begin, end, name, "program.quoted.head")


def with_head_behind(text: str, begin: int, end: int) -> Mention | None:
    """Return a label with the head of a campaign right behind it: 结合“青禾安居”|工程.

    GUIDELINES: the label and the head are one name, whatever governs them.
    """
    if not (text.startswith("“", begin - 1) and text.startswith("”", end)):
        return None
    tail = _tail(text, end + 1)
    row = heads()[tail[1]] if tail is not None and not tail[0] else {}
    if tail is None or (row.get("quoted"), row.get("kind")) != ("name", "initiative"):
        return None
    name = unquoted(text[begin : tail[2]])
    return _mention(kind_of_name(name), text, begin, tail[2], name, "program.quoted.head")


def _bare(stretch: str, match: re.Match[str], tail: tuple[str, str, int]) -> Mention | None:
    """Read a label with a general head: the head only where label and field make the name."""
    between, head, end = tail
    label = match["label"]
    begin = _prefix(stretch, match, between + head)
    # Of an office the name is that of the system: “水域网格长”制度.
    if begin <= match.start() or (label.endswith(("长", "员", "官")) and head == "制度"):
        name = unquoted(stretch[begin:end])
        return _mention(kind_of_name(name), stretch, begin, end, name, "program.quoted.field")
    before = stretch[max(0, match.start() - 14) : match.start()]
    if _cues("not-before").search(before) or not _is_named(label, before, "" if between else head):
        return None
    return _levelled(stretch, match, label)


def _prefix(stretch: str, match: re.Match[str], after: str) -> int:
    """Return where the name begins: a level or field in front belongs to a label of numbers."""
    inside, quote = match.start() + 1, match.start()
    begin = trim(stretch, name_start(stretch, quote), quote)
    front = stretch[begin:quote]
    if not front or not FRONT.fullmatch(front):
        return inside
    if level_end(front) == len(front) and kind_of_name(after) in ("Designation", "Initiative"):
        return begin
    works = kind_of_name(after) == "Initiative" and not after.endswith("试点")
    if works and JOINING.search(front):
        return inside
    if head_of(front) is not None and match["label"] == after:
        return inside  # 云陵提升行动|“六大工程”
    tied = works or NUMERIC.match(match["label"])
    return begin if tied and len(front) >= 4 and not front.endswith(_untied()) else inside


@cache
def _untied() -> tuple[str, ...]:
    return tuple(role("untied"))


# -- the label alone -------------------------------------------------------------------------


def _levelled(stretch: str, match: re.Match[str], label: str) -> Mention:
    """Return the label with the level that a title carries in front of the marks."""
    begin, end = match.start() + 1, match.end() - 1
    titles = "国家级|省级|市级" + ("|国家|全国" if kind_of_name(label) == "Designation" else "")
    level = re.search(f"(?:{titles})$", up_to(stretch, match.start()))
    begin = match.start() - len(level[0]) if level is not None else begin
    if level is None and NUMERIC.match(label) and kind_of_name(label) == "Initiative":
        begin = _prefix(stretch, match, label)  # 云陵教育|“双优计划”
    name = unquoted(stretch[begin:end])
    return _mention(kind_of_name(name), stretch, begin, end, name, "program.quoted")


def _context(stretch: str, matches: list[re.Match[str]], index: int) -> tuple[str, str]:
    """Return what stands before and behind a label, or the series of labels that it is in."""
    first = last = index
    while first and stretch[matches[first - 1].end() : matches[first].start()] in JOINED:
        first -= 1
    while (
        last + 1 < len(matches)
        and stretch[matches[last].end() : matches[last + 1].start()] in JOINED
    ):
        last += 1
    begin, end = matches[first].start(), matches[last].end()
    return stretch[max(0, begin - 14) : begin], stretch[end : end + 10]


def _rejects(label: str, before: str, after: str) -> bool:
    if len(label) > LONGEST or SENTENCE.search(label):
        return True
    if _cues("not-before").search(before) or _cues("not-after").match(after):
        return True
    return SAID.search(before) is not None


def _is_set(label: str) -> bool:
    return not COUNTED.match(label) and bool(FIGURES.match(label) or COUNTED_SET.match(label))


def _of_figures(stretch: str, match: re.Match[str]) -> Mention | None:
    """Read numbers with what they are of: “3456”工作思路, “3+2”主导产业."""
    of = OF_FIGURES.match(stretch, match.end() - 1) if FIGURES.match(match["label"]) else None
    if of is None:
        return None
    begin, end = match.start() + 1, of.end()
    name = unquoted(stretch[begin:end])
    return _mention(kind_of_name(name), stretch, begin, end, name, "program.quoted.head")


def _is_named(label: str, before: str, after: str) -> bool:
    """Tell a name from an emphasised word by its own form and by what stands around it."""
    if len(label) < 2 or COUNTED.match(label):
        return False
    head = head_of(label) or label
    if SERVICE.match(label) or (len(label) - len(head) >= 2 and _telling(head)):
        return True
    if _cues("after").match(after) or AMONG.match(after):
        return True
    # A list of demands, a description that the text goes on to apply, are slogans.
    if before.endswith("的") or (PARTED.search(label) and not SERIES.match(label)):
        return False
    if after.startswith("的") and not FORMULA.match(label):
        return False
    if len(label) == 2 and not NUMERIC.match(label):
        return False
    plus = PLUS.match(label)
    if plus is not None and plus[1] in role("plus"):
        return True
    formal = FORMULA.match(label) or SERIES.match(label)
    return bool(formal or _cues("before").search(before))


def _telling(head: str) -> bool:
    """Tell whether a label is a name by its own last word: 禾乡质量提升行动, 队伍建设年."""
    row = heads()[head]
    if row["kind"] == "platform" and row["quoted"] == "name" and len(head) > 1:
        return True
    return row["unquoted"] != "no" or (len(head) > 2 and row["quoted"] == "name")
