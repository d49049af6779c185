"""Data files to the words that programmes' names are made of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from kg.vocabulary import Term, automaton, regions, rows, words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

KINDS = {
    "initiative": "Initiative",
    "policy": "PolicyInstrument",
    "designation": "Designation",
    "platform": "Platform",
    "event": "Event",
}
# What a name's own last words tell of its kind where no head does; the same in every document,
# so that one programme is of one kind wherever it is read.
LABEL_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Event",
        re.compile(
            r"(?:杯|大赛|论坛|节|周|月|季|春晚|联赛|赛|赛事|展评|双年展|产业展|展览|博览|观摩|评比"
            r"|之夜|展示|(?<![委议学协][员事长])(?<!社)会)$"
        ),
    ),
    (
        "Platform",
        re.compile(
            r"(?:[平云中]台|系统|云|网|APP|通|码|热线|在线|驿站|大脑|智脑|智库|馆|一张图|^.{1,2}[易好快速服诚]办"
            r"|(?<![个大])中心|[据息例才家目料识源因景题企果]库|数据仓|窗口|超市|微法院|院线|空间)$"
        ),
    ),
    (
        "Initiative",
        re.compile(
            r"(?:进课堂|课堂|阅读|推介|展播|选树|年|讲堂|战|活动|专项|进社区|下乡|教育|服务队|伴成长|课|[诵晨]读|讲台|[进访入](?:千家|万家|千企|万企|万户|千村|基层|校园|乡村|企业)"
            r"|走廊|科学城|科创城|科技城|新城|班列|发展|攻坚|攻关|振兴|崛起|实事|一体化|[数智硅算感]谷"
            r"|丝路|[创市]圈|(?:经济|文化|旅游|发展)带|全覆盖|课题|督[察查]|重建|贯标|调水|搬迁|扶贫"
            r"|..[^银同实执发流运进先举通出步推旅践由]行|强链|先行先试|个(?:中心|基地|枢纽|网络))$"
        ),
    ),
    (
        "Designation",
        re.compile(
            r"^最美|之[都乡城]$|百?\d{0,8}强$|^(?:国家级|省级|市级)|(?:校园|家庭|教师|企业|学校|园区|工厂|城市|示范.{0,2}|先锋|标兵|楷模|少年|学生|校长"
            r"|班主任|书记|工匠|巨人|之星|名师|社区|乡村|小镇|品牌|百强|十强|称号|奖|人物|艺术团|车间|[示典]范校|服务商|案例"
            r"|[承点]校|联盟|区|商标|名录|榜单?|贸易港|名牌|步行街|产业学院|矿山|场景|枢纽|节点|社团|技师|独角兽|瞪羚|名县|名村)$"
        ),
    ),
)
# 云陵国家文化公园（青禾段）: what the name is shows in front of the bracket.
BRACKET_AT_END = re.compile(r"（[^（）]*）$|\d\.\d版?$")
MARKS = re.compile("[“”‘’]")
GENERIC_AT_END = re.compile("(?:工作|政策|活动)$")
NOTE = re.compile(r"[（［\[]\d{1,3}[）］\]]")
# What is counted one by one is a scheme, whatever the last of it is: 一核两带三区.
OF_NUMBERS = re.compile(
    r"(?:[一二三四五六七八九十两双]{1,2}[^一二三四五六七八九十两双\d]{1,4}){2,6}"
)
# What belongs to a name behind its last word: the version, the kinds of places that it is for,
# which stretch, stage or kind of it is meant, what a base is for; but not how it is called.
BEHIND = re.compile(
    r"\d\.\d版?(?![\d亿万%％个元米])|[（(](?:[市县区旗州校园班群]、?){1,4}[）)]"
    r"|[（(](?!以下|下称|简称|包括|含|即|原|如)(?:[一-鿿·A-Z]{1,8}(?:[段期型站]|片区)|试点|筹"
    r"|[一-鿿]{0,3}(?:园区|平台|基地|实验室|车间|工作坊|企业))[）)]"
    r"|(?:(?<=基地)|(?<=集群)|(?<=实验室))[（(](?!以下|下称|简称|包括|含|即|原|如)"
    r"[一-鿿]{2,10}(?<![院学司局厅委心市县])[）)]"
)
PLACE_BEHIND = re.compile("[（(](?P<place>[一-鿿]{2,4})[）)]")  # 国家海藻计量中心（云陵）
# What one thing does for another is a way to work: 互联网+云陵教育.
OF_TWO = re.compile(r"[^+＋]{2,8}[+＋][^+＋]{2,8}")
# What a place makes of itself: 平安云陵, 数字云陵.
OF_PLACE = re.compile(r"(?:美丽|平安|法治|数字|智慧|书香|清廉|廉洁|健康|文明|诚信)(?P<place>.+)")


@cache
def heads() -> dict[str, dict[str, str]]:
    """Load the last words of names; those with `*` once for each thing that bears a title."""
    table = list(rows("program_heads.tsv"))
    found = {row["head"]: row for row in table if "*" not in row["head"]}
    open_heads = (row for row in table if "*" in row["head"])
    for row, bearer in product(open_heads, words("program_bearers.tsv")):
        found.setdefault(row["head"].replace("*", bearer), row)
    return found


@cache
def head_matcher() -> tuple[AhoCorasick, tuple[str, ...]]:
    """Return a matcher over the heads of names without quotation marks, with them in its order."""
    # Heads of quoted names alone would hide others; those that make no name at all are to hide.
    names = tuple(
        head for head, row in heads().items() if row["unquoted"] != "no" or row["quoted"] == "no"
    )
    return automaton(names), names


def each_head(stretch: str) -> Iterator[tuple[str, int, int]]:
    """Yield every head with its place, the longest of those that begin or end at one place."""
    found, names = head_matcher()
    for index, begin, end in found.find_matches_as_indexes(stretch):
        yield names[index], begin, end
        # 传承基地|学校: the head of the phrase is the last one.
        for at in range(begin + 1, end + 1):
            head = head_at(stretch, at)
            if head is not None and at + len(head) > end:
                yield head, at, at + len(head)
                break


@cache
def _lengths(at: int) -> dict[str, list[int]]:
    """Return how long heads are by their first character (0) or their last (-1), longest first."""
    found: dict[str, set[int]] = defaultdict(set)
    for head in heads():
        found[head[at]].add(len(head))
    return {character: sorted(lengths, reverse=True) for character, lengths in found.items()}


def head_at(stretch: str, begin: int) -> str | None:
    """Return the longest head that begins here."""
    for length in _lengths(0).get(stretch[begin : begin + 1], ()):
        if stretch[begin : begin + length] in heads():
            return stretch[begin : begin + length]
    return None


def head_of(name: str) -> str | None:
    """Return the longest head that a name ends with."""
    for length in _lengths(-1).get(name[-1:], ()):
        if name[-length:] in heads():
            return name[-length:]
    return None


def whole_end(text: str, end: int) -> int:
    """Return where a name ends with what still belongs to it: 渔才计划|2.0, 示范县|（市、区）."""
    behind = BEHIND.match(text, end)
    if behind is not None:
        return behind.end()
    place = PLACE_BEHIND.match(text, end)
    return place.end() if place is not None and place["place"] in regions().by_short else end


def unquoted(name: str) -> str:
    """Return a name without quotation marks and the numbers of notes: “青苗”（12）行动."""
    return NOTE.sub("", MARKS.sub("", name))


def called(term: Term, text: str) -> str:
    """Return a programme of the gazetteer under the name that a text gives it: 双碳, 进博会.

    GUIDELINES: the name as it is written, without quotation marks and a generic last word; the
    other names of the programme stand beside it in the graph.
    """
    name = unquoted(re.sub(r"\s", "", text))
    return term.label if GENERIC_AT_END.sub("", name) == term.label else name


def kind_of_name(name: str) -> str:
    """Return the kind of programme that a name's own last words make it."""
    name = BRACKET_AT_END.sub("", name) or name
    head = head_of(name)
    if head in (None, "教育") and OF_TWO.fullmatch(name):
        return "PolicyInstrument"
    if head is not None:
        return KINDS[heads()[head]["kind"]]
    if OF_NUMBERS.fullmatch(name):
        return "PolicyInstrument"
    made = OF_PLACE.fullmatch(name)
    if made is not None and made["place"] in regions().by_short:
        return "Initiative"
    return next((kind for kind, pattern in LABEL_KINDS if pattern.search(name)), "PolicyInstrument")


@cache
def role(name: str) -> frozenset[str]:
    """Return the words of a role in program_words.tsv."""
    return frozenset(row["word"] for row in rows("program_words.tsv") if row["role"] == name)


@cache
def choice(name: str) -> str:
    """Return the words of a role as an alternation, the longest first."""
    return "|".join(sorted(map(re.escape, role(name)), key=len, reverse=True))
