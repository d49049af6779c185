"""A stretch to the companies that it calls by brand and trade: 云澄化工, 鹭瓴科技."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile

from kg.extract.agency_bounds import (
    CHINESE,
    EDGE,
    clause_before,
    is_edge,
    mention_agency,
)
from kg.extract.boundary import governs, tagged
from kg.extract.places import find_names, places_named
from kg.models import Mention
from kg.vocabulary import areas, contextual, regions, rows

# A brand is no word: its characters stand alone. These do so in any sentence.
NO_BRAND = re.compile(
    r"[的了和与及或在对将把被为是有等各其该本我全新老大小多少高低强弱做加上下前后内外中更最"
    r"一二三四五六七八九十百千万亿两第年月日个家项条种类次以从由向到至按并也都又再已未不无非"
    r"省市县区州镇乡村国级型式化性率量额值类业产用能可应须要请让使令用建办开搞抓促推引育聚攻获好每提档]"
)
SUBSTANCE = re.compile(
    r"[酸醇烷烯炔酯醛酮苯胺氨锂锰钛铝铜铁锌镍钒硅碳氟氯氢氰氧氮磷硫钠镁钾钙盐纶胶膜晶]"
)
BASED_ON = re.compile(rf"{SUBSTANCE.pattern}基")
BEHIND = re.compile(
    rf"$|[{re.escape(EDGE)}\d]|等|和|与|及|[一二三四五六]期|项目|年产|技改|搬迁|扩建|获|成功|建成"
    r"|投产|上市|入驻|签约|满负荷|公司|有限|研发|承担|联合|入围|入选|列入|集聚|加快|稳定|快速|做[大优强]|产销"
    r"|竣工|开工|达产|扩[能建产]|荣获|上榜|签署|增资|落户|增长|成为|牵头|打造|进入|通过|推出|转型"
)

# What a company is called before (鹭瓴药业|一类新药), and not a trade: 乳业|开发区.
PRODUCES = re.compile(
    "(?!产业(?!园)|加工|开发|技术|装备|基地|集群|园区|发展|大会|展|论坛|博览|企业|市场|小镇|强|之|的)"
)

# 支持甲、乙二期、丙新材料等12个重点项目: what stands in such a list begins with who builds it.
LISTED_PROJECTS = re.compile(r"等(?:(?!基地|工程|民生)[^，。；、\n]){0,12}?(?:项目|企业|车企)")
PROJECTS = re.compile(rf"(?P<items>[^，。；：！？\n（）“”]{{4,80}}){LISTED_PROJECTS.pattern}")
LARGE_UNIT = "万吨|吉瓦时?|GWh?|兆瓦时?|亿片|万台|万辆"
WHAT_IS_MADE = r"(?=[^，。；、\n]{2,16})"
CAPACITY_UNIT = re.compile(rf"(?:{LARGE_UNIT}|(?<=\d)吨){WHAT_IS_MADE}")
CAPACITY = re.compile(rf"(?:(?<!\d)(?:年产)?\d+(?:\.\d+)?(?:{LARGE_UNIT})|年产\d+吨){WHAT_IS_MADE}")
MAKER_REACH = 14
PHASE = re.compile("[一二三四五六]期$")
OF_A_PLACE = re.compile("[省市县区的等]")  # 云陵市水泥: what all there make
# 云陵滩30兆瓦光伏: the sun and the wind are had at places.
WEATHER = re.compile(r"[^，。；、\n]{0,6}(?:风电|光伏电站|光伏发电|水电|渔光|农光|抽水)")
# Roads, waters, places and what serves the public are named like brands.
PUBLIC_WORKS = re.compile(
    r"高速|社区|货运|特高压|铁路|高铁|公路|通道|快线|大桥|隧道|机场|水库|水厂|水利|水电|引水|输水|水源|灌区|河|湖|江|航道|航运"
    r"|港|码头|作业区|电站|变电|核电|电网|联网|景区|风电场|故里|匠心|山|老街|街|巷|(?<!线)路|桥|渡|片区|新区|经开区|经济区|开发区|县|镇|乡|村"
    r"|学校|中学|小学|医院|公园|广场|遗[址存]|修缮|复建|治理|保护|污水|数据中心|算力|智算|商圈|道"
)


def find_trading(stretch: str) -> Iterator[Mention]:
    """Yield companies named by a brand of two to four characters and their trade."""
    for match in _trade().finditer(stretch):
        sure = match[0] in _words("sure")
        behind = PRODUCES if sure else BEHIND
        if behind.match(stretch, match.end()) is None:
            continue
        begin = _brand_begin(stretch, match.start(), sure)
        if begin is None or stretch.endswith(_words("kind"), begin, match.start()):
            continue
        end = match.end()
        name = stretch[begin:end]
        yield mention_agency("Enterprise", stretch, begin, end, name, "agency.trade", "=")


def find_builders(stretch: str) -> Iterator[Mention]:
    """Yield the companies whose brands open the members of a list of projects."""
    if LISTED_PROJECTS.search(stretch) is None:
        return
    for listed in PROJECTS.finditer(stretch):
        at = listed.start()
        for piece in re.split("[、和]", listed["items"]):
            at = stretch.index(piece, at)
            letters = _opening_brand(piece, first=at == listed.start())
            if letters is not None and PUBLIC_WORKS.search(piece) is None:
                begin, stop = at + letters[0], at + letters[1]
                trade = _trade().match(stretch, stop)
                end = trade.end() if trade is not None else stop
                name = _in_full(stretch[begin:end])
                yield mention_agency("Enterprise", stretch, begin, end, name, "agency.builder", "=")
            at += len(piece)


def find_makers(stretch: str) -> Iterator[Mention]:
    """Yield the companies whose brands stand before what they make in a year: 鹭瓴|12万吨晶硅."""
    if CAPACITY_UNIT.search(stretch) is None:
        return
    for match in CAPACITY.finditer(stretch):
        begin, end = _brand_begin(stretch, match.start(), sure=False), match.start()
        if begin is None:
            maker = _maker_before(stretch, match.start())
            if maker is not None:
                begin, end = maker
                name = stretch[begin:end]
                yield mention_agency("Enterprise", stretch, begin, end, name, "agency.maker", "=")
            continue
        begin = behind_place(stretch[:end], begin)
        brand = stretch[begin:end]
        public = PUBLIC_WORKS.search(brand) or WEATHER.match(stretch, match.end())
        if len(brand) >= 2 and not public and not is_no_brand(brand):
            name = _in_full(brand)
            yield mention_agency("Enterprise", stretch, begin, end, name, "agency.maker", "=")


def _maker_before(stretch: str, capacity: int) -> tuple[int, int] | None:
    """Return where the company stands that fills a clause up to what it makes, its trade or its
    province showing that it is one: 推动|旭屿化工|60万吨, 四川鹭瓴|20万吨, not 总产量|80万吨.
    """
    clause = clause_before(stretch, capacity, MAKER_REACH)
    words = list(tagged(clause))
    begin = capacity - len(clause)
    if not is_edge(stretch, begin):
        return None
    while words and len(words[0][0]) > 1 and (words[0][1][0] in "vd" or governs(words[0][0])):
        begin += len(words.pop(0)[0])
    name = PHASE.sub("", "".join(word for word, _ in words))
    if not words or OF_A_PLACE.search(name) or PUBLIC_WORKS.search(name, len(words[0][0])):
        return None
    known = _has_trade(name, words[0]) or _has_province(name, words)
    return (begin, begin + len(name)) if known else None


def _has_trade(name: str, first: tuple[str, str]) -> bool:
    """Tell a brand with its trade: 旭屿|化工; no kind of goods with one: 新能源|汽车."""
    at = next((at for at in range(2, 5) if _ends_in_trade(name, at)), None)
    if at is None or is_kind(name[:at]):
        return False
    return len(first[0]) == 1 or first[1] in ("nz", "nrt", "nr", "ns", "j")


def _ends_in_trade(name: str, at: int) -> bool:
    trade = _trade().match(name, at)
    return trade is not None and trade.end() == len(name)


def _has_province(name: str, words: Sequence[tuple[str, str]]) -> bool:
    """Tell a province and letters that are no word: 四川|鹭瓴, but not 四川|煤炭."""
    province = any(place.level == "province" for place in places_named(words[0][0]))
    letters = len(name) - len(words[0][0])
    alone = all(len(word) == 1 for word, _ in words[1 : 1 + letters])
    return province and alone and 2 <= letters <= 3


def _in_full(name: str) -> str:
    """Return the full name of a state enterprise that a list calls by two characters: 华能."""
    term = contextual("agencies.ttl").get(name)
    return term.label if term is not None else name


def _opening_brand(piece: str, first: bool) -> tuple[int, int] | None:
    """Return where the brand stands that opens a member, behind the verbs before the first one."""
    words = list(tagged(piece))
    begin = 0
    while first and words and len(words[0][0]) > 1 and words[0][1][0] in "vdam":
        begin += len(words.pop(0)[0])
    begin = behind_place(piece, begin)
    words = list(tagged(piece[begin:]))
    letters = sum(len(word) for word, _ in takewhile(lambda pair: may_be_brand(*pair), words))
    end = begin + letters
    brand = piece[begin:end]
    if not 2 <= letters <= 4 or brand.startswith(_words("kind")) or is_no_brand(brand):
        return None
    return begin, end


def behind_place(piece: str, begin: int) -> int:
    """Return where a member goes on behind the place that it opens with: 云陵|鹭瓴科技.

    Countries and provinces stay: companies are called by them (中国…, 江苏…).
    """
    return next(
        (
            begin + last
            for first, last, name in find_names(piece[begin:])
            if first == 0
            and _begins_words(piece[begin:], last)
            and any(p.level in ("prefecture", "county") for p in places_named(name))
        ),
        begin,
    )


def _begins_words(text: str, length: int) -> bool:
    """Tell whether a word ends there: 云陵|鹭瓴科技, but not 太平|洋."""
    at = 0
    for word, _ in tagged(text):
        at += len(word)
        if at >= length:
            break
    return at == length


def is_kind(brand: str) -> bool:
    """Tell a kind of goods or work, or a trade by itself: 冷链, 光伏."""
    return brand.startswith(_words("kind")) or _trade().fullmatch(brand) is not None


def is_no_brand(brand: str) -> bool:
    """Tell a place, an area (川渝), or a substance that something is based on (镍基)."""
    return brand in regions().by_short or brand in areas() or BASED_ON.match(brand) is not None


@cache
def _words(role: str) -> tuple[str, ...]:
    return tuple(row["word"] for row in rows("trades.tsv") if row["role"] == role)


@cache
def _trade() -> re.Pattern[str]:
    words = "|".join(sorted(_words("trade") + _words("sure"), key=len, reverse=True))
    return re.compile(f"(?:{words})(?:科技|股份|控股|集团)?(?!化)")  # 云澄能源科技 has two


def trade_behind(stretch: str, end: int) -> int | None:
    """Return where the trade ends that stands behind a brand, if one does."""
    trade = _trade().match(stretch, end)
    return trade.end() if trade is not None else None


def _brand_begin(stretch: str, trade: int, sure: bool) -> int | None:
    """Return where the brand before a trade begins; None where words stand there.

    A sure trade (药业) may also follow one word that nothing else can stand for.
    """
    words = tagged(clause_before(stretch, trade, 12))
    brand = list(takewhile(lambda pair: may_be_brand(*pair), reversed(words)))
    letters, taken = sum(len(word) for word, _ in brand), len(brand)
    if sure and not letters and words and _may_be_named(*words[-1]):
        letters, taken = len(words[-1][0]), 1
    begin = trade - letters
    if not 2 <= letters <= 4:
        return None
    if is_edge(stretch, begin):
        return begin
    word, flag = words[-taken - 1] if len(words) > taken else ("", "")
    return begin if flag.startswith(("v", "uj")) or governs(word) else None


def _may_be_named(word: str, flag: str) -> bool:
    """Tell a word that a sure trade can be called by: 青松|药业, but not 利用|矿业."""
    return not flag.startswith("v") and not governs(word) and word not in ("利用", "运用")


def may_be_brand(word: str, flag: str) -> bool:
    """Tell a character by itself, or what the tagger knows as a name; no name of a substance."""
    if len(word) == 1:
        return NO_BRAND.match(word) is None and CHINESE.match(word) is not None
    return flag in ("nz", "nrt") and len(word) < 4 and SUBSTANCE.search(word) is None
