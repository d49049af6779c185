"""Sentences to programmes named without quotation marks: a modifier that sets apart and a head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.extract.boundary import tagged
from kg.extract.program_words import (
    choice,
    each_head,
    head_at,
    head_of,
    heads,
    kind_of_name,
    role,
    unquoted,
    whole_end,
)
from kg.extract.text import up_to
from kg.models import Mention
from kg.vocabulary import regions

WINDOW = 36
CLAUSE_START = re.compile(r"[，。；：！？、《》\s‘’…【】\[\]|—,;:（“”]")
# Brackets that a name may hold: 中国（云陵）产业互联大会.
PAIRS = {"）": "（", ")": "("}
NUMBERING = re.compile(r"[（(][一二三四五六七八九十\d]+[）)]")
ONE_LEVEL = (
    r"(?:(?:国家|省|市|县|区)级(?:及?以上)|国家和?级?|全国|中国|全[省市县区]|自治区级?|[部县区校]级"
    r"|省级|省(?![内外直市际区委会级]|政府)(?:、市级)?|市级|市(?![场民政域县区辖内外级]|直))(?:和省级)?(?![内外])"
    r"|(?:卓越|标准|先进|基础|领航|引领|示范|星)级"
)
FURTHER_LEVELS = "(?:(?:国家|省部?|自治区|市|州|县|区|部|校)级?[、和或及]){1,4}"
LEVEL = re.compile(f"(?:{FURTHER_LEVELS})?(?:{ONE_LEVEL})")
# 新认定的国家、省、|市级示范园: the levels of one title; a place or a zone in front is none.
LEVELS_BEFORE = re.compile(rf"(?:(?<![一-鿿])|(?<=[的批定设建立为获得到和])){FURTHER_LEVELS}$")
LEVELS = r"[省市县区](?:、?[市县区乡镇村])+(?:（[省市县区]）|[两三四五]级)"
COUNT = re.compile(
    r"(?:全[国省市县区])?首[个家例座]|(?:\d+(?:—\d+)?|[一二两三四五六七八九十百千]+)余?"
    r"[个所家项名支批次场种条处片](?:以上)?|[一1]大?批|一系列|新一轮|若干[个家]?|第[一二三四五六七八九十]+批"
)
# A verb that the tagger takes for a noun, in front of a level: 争引|省级项目.
STRAY = re.compile(r"[一-鿿]{1,2}(?=国家级|省级|市级|全国|全省|全市)")
TITLE_OF = re.compile(r"(?<=[省市县区])(?:全国|国家级|省级|市级|自治区级)")
BRACKETED = re.compile(r"（[^）]{1,4}）")
ITEM = re.compile(r"\d{1,2}[.、](?!\d)")
ASIDE = re.compile(r"[（(].{0,100}?[）)]")
PLACE = re.compile(
    r"[一-鿿]{2,3}?(?<![兴强富立])(?:[省县]|(?<![城超股都上门集房车楼夜])市)(?!场|政|民|长|域)"
)
WHOLE = re.compile("全[省市县区]")
STATE = re.compile("国家级?|省级")
LEADING = re.compile("(?:实施|开展|启动)(?P<verb>[一-鿿]{2})$")
CARRIED_OUT = re.compile("实施(?:好|了)?$")  # 实施|产业创新工程: of no other works is it said
# What may follow a head of one character.
CLOSED = re.compile(r"[^一-鿿]|[和与及等的将为由在是可]|$")
CLAUSE_MARK = re.compile(r"[，。；：？！\n]")
COUNTED = re.compile(
    r"[\d一二三四五六七八九十百][所个家批项][“]?$|(?:一批|若干|\d[所个家]).{0,12}的$"
)
ORDINAL = re.compile(r"(?:20\d\d(?:年度?)?)?第[一二三四五六七八九十百\d]+届|\d{1,2}届")
# What is left of a verb or a number that the tagger cut in two.
REST = re.compile(
    r"(?:国家|中央|省|市)(?:支持|推荐|批准|公布|鼓励|规定|确定|要求|认定)的?|(?<=[办打织做抓建用管展])好|全[国省市县区]唯一(?:的)?|(?<=获)批|(?<=[下简统])称|(?<=[\d〇一二三四五六七八九十百千万余])"
    r"[个所家项名支场]|[\d.]+[、.](?!\d)|\.|年(?=[一-鿿]{4})"
    rf"|(?<=[每年办举])[一两\d]次|(?<=[办举])一届|{LEVELS}"
)
AND = "和与及"
OWN_PLATFORM = 4  # characters that say what the platform of a state or a place is for
MEMBERS = 3  # modifiers in front of the last that may share its head
INSIDE = re.compile(r"(?:(?<![网线海水])上|(?<![高初])中|[内下前后时])$")
MEETING = re.compile(r"全会|人大|政协|党代会|委员会|董事会|党委|常委|政府工作|党组|理事会")
ACTIVITY = re.compile(r"活动(?!周|月|日|年|中心|室|方案|计划)")


@cache
def _before(name: str) -> re.Pattern[str]:
    filler = (
        r"(?:全[国省市县区]|了|为|好|成|全面|首批|第[一二三四五]批|一批|新一轮"
        r"|\d+余?[个家所项名]|的)?"
    )
    return re.compile(rf"(?:{choice(name)}){filler}[“]?$")


def _is_generic(text: str) -> bool:
    """Tell whether a text is nothing but generic words.

    By the places that some of them reach: a pattern would try every way to part it.
    """
    words, lengths = role("generic"), _generic_lengths()
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached.update(at + size for size in lengths if text[at : at + size] in words)
    return len(text) in reached


@cache
def _generic_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in role("generic")}))


@cache
def _any(name: str) -> re.Pattern[str]:
    """Return the words of a role as a pattern."""
    return re.compile(choice(name))


def find_names(stretch: str) -> Iterator[Mention]:
    """Yield the names built of a modifier and a head, and those that share another's level."""
    last: Mention | None = None
    for head, at, end in each_head(stretch):
        row = heads()[head]
        if row["unquoted"] == "no":
            continue
        begin = _levels_begin(stretch, trim(stretch, name_start(stretch, at), at))
        if stretch[begin - 1 : begin] == "”" or not _closes(stretch, head, end):
            continue
        if row["kind"] == "initiative":
            begin = _coordinated(stretch, _verb_begin(stretch, begin, head))
        elif row["kind"] == "platform" and WHOLE.match(stretch, begin, at):
            begin += 2
        shared = _sharing(stretch, last, begin, at, end) if last is not None else None
        if shared is not None:
            last = shared
            yield last
        elif begin < at and (_sets_apart(stretch, begin, at, row) or _bears(last, begin, at, row)):
            last = _named(stretch, begin, end)
            yield last


def _bears(last: Mention | None, begin: int, head: int, row: dict[str, str]) -> bool:
    """Tell who bears the scheme that was just read: 渔教改革试点|学校."""
    inside = last is not None and last.begin == begin and head < last.end
    return inside and row["kind"] == "designation"


def _closes(stretch: str, head: str, end: int) -> bool:
    """Tell whether a head is the last word of its phrase; one character shows it least."""
    if len(head) == 1:
        return CLOSED.match(stretch, end) is not None
    bracket = BRACKETED.match(stretch, end)
    if _any("after").match(stretch, end) or (bracket and head_at(stretch, bracket.end())):
        return False
    at = end - len(head)
    if stretch[max(0, at - 1) : at + 1] in role("governor") | role("soft"):
        return False  # 加|强市: the head begins inside a verb
    # 大赛|事, 社|会主义: a word of the running text goes on over the end of the head.
    for word, _ in tagged(stretch[at : end + 3]):
        at += len(word)
        if at >= end:
            return at == end or word.endswith(("工作", "建设"))
    return True


def _named(stretch: str, begin: int, end: int, prefix: str = "") -> Mention:
    end = whole_end(stretch, end)
    name = prefix + unquoted(stretch[begin:end])
    inner = begin + 1 if stretch[begin] == "“" else begin
    activity = ACTIVITY.match(stretch, end)
    kind = kind_of_name(name)
    if activity is not None and kind in ("Event", "Initiative"):
        end = activity.end()
    return Mention("Program", kind, inner, end, stretch[inner:end], name, "program.built")


# -- where it begins -------------------------------------------------------------------------


def name_start(stretch: str, head: int) -> int:
    """Return where the phrase begins whose last word begins at `head`."""
    floor = max(0, head - WINDOW)
    start, inner = _clause(stretch, head, floor)
    numbered = ITEM.match(stretch, start, head)
    start = numbered.end() if numbered is not None else start
    begin = start + _cut(stretch[start:head])
    # Inside a bracket or a quoted part nothing governs: the name goes on in front of it.
    for opening, closing in inner:
        if opening < begin <= closing:
            begin = closing
    return begin


def _clause(stretch: str, head: int, floor: int) -> tuple[int, list[tuple[int, int]]]:
    inner: list[tuple[int, int]] = []
    at = head
    while at > floor:
        mark = stretch[at - 1]
        opening = stretch.rfind(PAIRS[mark], floor, at - 1) if mark in PAIRS else -1
        if opening >= 0 and not NUMBERING.fullmatch(stretch, opening, at):
            inner.append((opening, at))
            at = opening
        elif CLAUSE_START.match(mark) or mark in PAIRS:
            # A dash between two names joins them: 济南-青岛, 中国—东盟.
            if mark != "—" or stretch[at - 2 : at - 1] == "—":
                return at, inner
            at -= 1
        else:
            at -= 1
    return at, inner


def member_begin(item: str) -> int:
    """Return where a member of a list begins, behind the verb that governs them all."""
    return _cut(item)


def runs(before: str) -> bool:
    """Tell whether what stands in front of a name ends in a verb that runs such things."""
    return _before("run").search(before) is not None


def _cut(clause: str) -> int:
    """Return where in a clause the name begins: behind the last word that governs."""
    begin = at = 0
    previous = ""
    for word, flag in tagged(clause):
        # 省|首批|数字经济总部: the level belongs to the name.
        levelled = word == "首批" and LEVEL.fullmatch(clause, begin, at) is not None
        parted = word in AND and not _goes_on(clause, begin, at)
        governs = _governs(word, flag, clause, begin, at) or previous + word in role("governor")
        if parted or (governs and not levelled):
            begin = at + len(word)
        at += len(word)
        previous = word
    return begin


def _governs(word: str, flag: str, clause: str, begin: int, at: int) -> bool:
    if word in AND or word.startswith("最") or _uncut().match(clause, at):
        return False
    if word in role("governor") or (len(word) == 4 and word[2:] in role("governor")):
        return True
    if (flag[0] in "prcuy" and flag != "eng") or flag == "ad":
        return len(word) > 1 or flag[0] in "pcu" or _is_first(clause, begin, at)
    followed = at + len(word) < len(clause)
    return followed and word in role("soft") and _is_first(clause, begin, at)


@cache
def _uncut() -> re.Pattern[str]:
    """Return the words that the tagger takes for a preposition or pronoun and what it governs."""
    return re.compile(choice("uncut"))


def _is_first(clause: str, begin: int, at: int) -> bool:
    """Tell whether a word is the first; a place is the subject of the verb: 临枫区|建设|…试点."""
    return at == begin or place_end(clause[begin:at]) == at - begin


def _goes_on(clause: str, begin: int, at: int) -> bool:
    """Tell whether 和 joins two modifiers of one head: 教师|和|学生美育素养提升计划."""
    left, right = clause[begin:at], clause[at + 1 :]
    if LEVEL.fullmatch(left):
        return level_end(right) > 0
    if level_end(right) or not begin or clause[at] in "及与":
        return False
    plain = ASIDE.sub("", left)
    return len(plain) >= 2 and not _is_whole(plain)


def level_end(name: str) -> int:
    """Return where the level or place that a name begins with ends, 0 if there is none."""
    ordinal = ORDINAL.match(name)
    if ordinal is not None:
        return ordinal.end()
    level = LEVEL.match(name)
    return level.end() if level is not None else place_end(name)


def place_end(name: str, short: bool = False) -> int:
    """Return where the place that a name begins with ends; `short` also takes 云陵 for 云陵市."""
    known = regions()
    if name[:2] in _place_beginnings():
        for length in range(min(8, len(name)), 1, -1):
            if name[:length] in known.by_name or (short and name[:length] in known.by_short):
                return length
    suffix = PLACE.match(name)
    return suffix.end() if suffix is not None else 0


@cache
def _place_beginnings() -> frozenset[str]:
    """Return the two characters that names of places begin with: few texts begin so."""
    known = regions()
    return frozenset(name[:2] for names in (known.by_name, known.by_short) for name in names)


def trim(stretch: str, begin: int, head: int) -> int:
    """Cut off what counts the things: 40所|艺术特色学校, 一批|省级示范园."""
    begin += held(stretch[begin:head])
    stray = STRAY.match(stretch, begin)
    if stray is not None and stray.end() < head and not place_end(stray[0], short=True):
        begin = stray.end()
    while begin < head:
        count = COUNT.match(stretch, begin, head) or REST.match(stretch, begin, head)
        if count is None or ORDINAL.match(stretch, begin, head):
            return begin
        begin = count.end()
    return begin


def held(name: str) -> int:
    """Return where a title begins behind the place that holds it: 青禾区|全国渔教实验区."""
    placed = place_end(name)
    return placed if placed and TITLE_OF.match(name, placed) else 0


def _verb_begin(stretch: str, begin: int, head: str) -> int:
    """Return where an action begins that is named by its verb: 实施|降低渔船能耗行动."""
    verb = LEADING.search(up_to(stretch, begin, 6)) if head.endswith("行动") else None
    return begin - len(verb["verb"]) if verb and verb["verb"] in role("soft") else begin


def _levels_begin(stretch: str, begin: int) -> int:
    """Return where the levels of a title begin: 国家级、省级、|市级示范园."""
    further = (
        LEVELS_BEFORE.search(up_to(stretch, begin, 24)) if LEVEL.match(stretch, begin) else None
    )
    return begin - len(further[0]) if further is not None else begin


def _is_whole(item: str) -> bool:
    """Tell whether a member of a list has a head of its own."""
    head = head_of(item)
    return head is not None and (heads()[head]["kind"] != "designation" or len(head) >= 4)


def _coordinated(stretch: str, begin: int) -> int:
    """Extend over modifiers that share the head: 外贸回流、|港口引流、主体培育行动."""
    at = begin
    for _ in range(MEMBERS):
        if at < 2 or stretch[at - 1] != "、":
            break
        start, inner = _clause(stretch, at - 1, max(0, at - 20))
        item = stretch[start : at - 1]
        cut = _cut(item)
        if inner or not 2 <= len(item) - cut <= 8 or _is_whole(item):
            return begin
        if cut:
            start += cut
            return start if _before("run").search(up_to(stretch, start)) else begin
        at = start
    return begin


# -- whether it is one -----------------------------------------------------------------------


def _sets_apart(stretch: str, begin: int, head: int, row: dict[str, str]) -> bool:
    modifier = unquoted(stretch[begin:head])
    level = level_end(modifier + row["head"]) if modifier else 0
    level = min(level, len(modifier))
    own = modifier[level:]
    if INSIDE.search(modifier) or MEETING.search(modifier) or own in role("soft") and not level:
        return False
    telling = _is_title(level, own, row) or _is_campaign(stretch[:begin], own, row)
    if _is_generic(own) and not telling:
        return False
    if level and row["kind"] == "designation" and not LEVEL.match(modifier):
        level = level if _any("title").search(modifier + row["head"]) else 0
    return RULES[row["unquoted"]](stretch[:begin], modifier, level, row["head"])


def is_generic(name: str) -> bool:
    """Tell a head behind words that set nothing apart: 重点建设项目."""
    modifier = name.removesuffix(head_of(name) or name)
    return bool(modifier) and not level_end(name) and _is_generic(modifier)


def _is_title(level: int, own: str, row: dict[str, str]) -> bool:
    """Tell a title that needs nothing but its level: 省实验室, 国家级示范区."""
    if row["kind"] == "designation":
        return level > 0 and (
            len(row["head"]) >= 3 or _any("title").search(row["head"]) is not None
        )
    if kind_of_name(own + row["head"]) == "Platform" and level > 0 and len(own) >= OWN_PLATFORM:
        return True
    return level > 0 and len(row["head"]) >= 5 and row["unquoted"] == "level"


def _is_campaign(before: str, own: str, row: dict[str, str]) -> bool:
    """Tell a campaign or event that a verb runs, however general its field: 项目投资攻坚行动."""
    if row["kind"] == "policy":
        return len(row["head"]) >= 5 and len(own) >= 2 and _behind(before, "run")
    if row["kind"] == "initiative" and len(own) >= 4 and CARRIED_OUT.search(before):
        return True
    telling = row["kind"] == "event" or (len(row["head"]) >= 4 and row["unquoted"] == "modifier")
    return telling and len(own) >= 4 and _behind(before, "run")


def _listed(before: str, verbs: str) -> bool:
    """Tell whether the verb stands in front of the list that a name is in: 举办甲大会、|乙大会."""
    if not before.endswith(("、", "和")):
        return False
    clause = CLAUSE_MARK.split(before)[-1]
    return _any(verbs).search(clause[:14]) is not None


def _behind(before: str, verbs: str) -> bool:
    return _before(verbs).search(before) is not None or _listed(before, verbs)


def _modified(before: str, modifier: str, level: int, head: str) -> bool:
    if len(modifier) >= 4:
        return True
    return len(modifier) >= 2 and len(modifier + head) >= 5 and _behind(before, "run")


def _run(before: str, modifier: str, level: int, head: str) -> bool:
    least = 5 if len(head) >= 3 else 6  # 学生|戏剧节, 渔港建设|行动
    if len(modifier) >= 2 and len(modifier + head) >= least and _behind(before, "run"):
        return True
    return (level or place_end(modifier, short=True)) > 0 and len(modifier) >= 4


def _levelled(before: str, modifier: str, level: int, head: str) -> bool:
    if level > 0:
        return True
    inside = STATE.search(modifier)
    if inside is not None and place_end(modifier, short=True) == inside.start():
        return True
    # 海洋安全国家|重点研发计划|重点专项: the scheme in front has the level.
    if inside is not None and {_kind(head), _kind(head_of(modifier))} == {"initiative"}:
        return True
    return len(modifier) >= 3 and _behind(before, "award")


def _kind(head: str | None) -> str:
    return heads()[head]["kind"] if head in heads() else ""


def _made(before: str, modifier: str, level: int, head: str) -> bool:
    if _levelled(before, modifier, level, head):
        return True
    # 30所|海味特色学校: what is counted is a title though its field be short.
    if len(modifier) >= 2 and len(head) >= 4 and COUNTED.search(before):
        return True
    return len(modifier) >= 4 and (_behind(before, "make") or bool(COUNTED.search(before)))


def _held(before: str, modifier: str, level: int, head: str) -> bool:
    return level > 0 or (bool(modifier) and _behind(before, "run"))


RULES = {"held": _held, "modifier": _modified, "verb": _run, "level": _levelled, "make": _made}


def _sharing(stretch: str, last: Mention, begin: int, head: int, end: int) -> Mention | None:
    """Return a title in a list that leaves its level out: 国家重点实验室、|技术创新中心."""
    if stretch[last.end : begin] not in ("、", "和", "与", "及", "以及", "或"):
        return None
    level = level_end(last.name)
    kinds = (last.kind, kind_of_name(stretch[head:end]))
    if kinds[0] != "Designation" or kinds[1] not in ("Designation", "Platform") or not level:
        return None
    if end - begin > 16 or level_end(stretch[begin:end]) or place_end(stretch[begin:head], True):
        return None
    before = head_of(last.name) or ""
    whole = last.name[: len(last.name) - len(before)]
    bare = begin == head and end - head <= 4
    return _named(stretch, begin, end, whole if bare else last.name[:level])
