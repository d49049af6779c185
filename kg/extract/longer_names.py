"""A place's name to whether it stands there on its own or belongs to a longer name."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg.extract.boundary import tagged
from kg.extract.places import find_names, is_full_name, name_goes_on, places_named
from kg.vocabulary import areas, regions, rows

PHRASE = re.compile(r"[^，。；：！？、《》“”‘’（）【】\[\]…\s|的]{0,18}")
BEHIND = re.compile(r"[至—·-]+(?=[一-鿿])|（[一-鿿]{2,4}）")  # 云陵—枫渚, 云陵（枫渚）
SESSION = re.compile(r"第[一二三四五六七八九十\d]+届")
# 云陵石桥至青禾段, 云陵——青禾铁路, 云陵经石桥至青禾公路
STRETCH = re.compile(
    r"[一-鿿]{0,6}(?:(?:至|[—～-])[一-鿿]{1,6}段"
    r"|(?:至|[—～-]{1,2})[一-鿿]{2,6}?(?:线|铁路|高铁|高速|公路|管道))|经[一-鿿]{2,12}至[一-鿿]"
)
# A stretch of a road in a list of them: 云陵石桥至|青禾、….
LISTED_ROADS = re.compile(r"[、等和][^，。；：！？“”《》\s]{0,60}?(?:高速|铁路|高铁|公路)")
# What a plant or line is called by: 云陵|220千伏输变电工程, 云陵|1号海上风电场, 云陵|4个水电站;
# a list by how many it holds: 中国|500强.
CAPACITY = re.compile(
    r"[东西南北]?\d+(?:\.\d+)?万?(?:吨级|千伏|[kK][vV]|兆瓦|千瓦)|\d+[号强]|\d{1,2}个[一-鿿]{0,5}电站"
    "|[东西南北](?:出口|变电站|收费站|牵引站)"
)
# A company that is called after its province, by what it builds: 云陵|澄达二期.
PHASE = re.compile("[一-鿿]{2,6}[一二三四五]期")
OUTPUT = re.compile(r"[一-鿿]{2}\d+(?:\.\d+)?万?(?:吨|头|只|羽|套|台|辆|平方米|千瓦)")
STOP = re.compile("·[一-鿿]{2,4}站）")  # where a contest goes on: 公开赛（云陵|·枫渚站）
# What several places of a row have each: 云陵|、青禾两座抽水蓄能电站.
WORKS = re.compile(
    "(?P<kind>[^，。；：！？、“”《》（）\\s的在至到等]{0,8}?)(?:抽水蓄能|抽蓄|电站|电厂|火电|煤电|机场|灌区|人民医院)"
)
ROW = 10  # members looked through
GROWS = re.compile("发展|种植|养殖|生产|加工|开发")  # what a place does: 云陵|种植脐橙
SERVING = re.compile("为[老民企农侨]服务")  # no phrase with a preposition
LINE = re.compile(r"[一-鿿]{0,4}(?:线|铁路|高铁|高速|公路|管道)")
DASHES = "—～-"
LINKS = ("、", "和", "与", "及")
LABEL = re.compile(r"[一-鿿]{1,6}(?:[+＋][一-鿿]{1,6})?”")
# A label of a few characters in quotation marks that holds the name: “遇见|云陵”.
SHORT_LABEL = re.compile(r"[^“”，。；：！？、\s—－～-]*")
LABEL_LENGTH = 8
# The other members of a list and what they all are: 云陵|竹编、青禾米酒等12个特色产品.
MEMBERS = re.compile(
    r"(?![等和与及])[一-鿿\d][^，。；：！？“”《》\s]{0,60}?等(?P<what>[^，。；：！？、“”《》\s]{1,16})"
)
AREA_HEADS = ("基地", "市场")  # 长三角|绿色农产品供应基地 is any that serves it
NUMERAL = re.compile(r"\d|^[一二三四五六七八九十两]+$")
CLOSES = ("c", "p", "u", "r", "y", "e", "o", "d")  # parts of speech that no name holds
WINDOW = 8  # characters on either side that decide how words are cut


@cache
def words_of(role: str) -> tuple[str, ...]:
    return tuple(r["word"] for r in rows("place_continuations.tsv") if r["role"] == role)


@cache
def verbs(role: str) -> frozenset[str]:
    """Return the verbs that govern a name: each, or those that do so where a phrase begins."""
    return frozenset(r["word"] for r in rows("boundary_words.tsv") if r["role"] == role)


def in_longer_name(text: str, begin: int, end: int, full: bool) -> bool:
    """Tell whether a place's name is a part of the name of something else.

    Of a route (云陵至|枫渚), a facility (云陵|综合物流园, 研究院（云陵）), a slogan (美丽|云陵),
    a meeting (云陵市|第六届人民代表大会).
    """
    if not full and _is_worn_down(text, begin, end):
        return True
    return (
        _is_bracketed(text, begin, end, full)
        or _on_route(text, begin, end)
        or _is_held(text, begin, end)
        or _is_headed(text, begin, end, full)
        or _shares_works(text, begin, end)
    )


def _is_worn_down(text: str, begin: int, end: int) -> bool:
    """Tell whether a short name is part of a slogan, a label or a product's name."""
    return (
        text.endswith(words_of("before"), 0, begin)
        or _goes_on(text, end)
        or _opens_label(text, begin, end)
        or _in_label(text, begin, end)
        or CAPACITY.match(text, end) is not None
        or STOP.match(text, end) is not None
        or _opens_company(text, begin, end)
        or _is_member(text, begin, end)
    )


def _is_wide(name: str) -> bool:
    """Tell an area that stands before things in general: 长三角, but not 川渝."""
    return len(name) > 2 and name in areas()


def _goes_on(text: str, end: int) -> bool:
    """Tell whether the name goes on behind itself: 云陵|港, but not 云陵|港口 or 云陵|人才."""
    if not name_goes_on(text, end):
        return False
    word = next((word for word, _ in tagged(text[end : end + WINDOW])), "")
    return len(word) == 1 or word.startswith(_longer("next"))


@cache
def _longer(role: str) -> tuple[str, ...]:
    """Return the words of a role that have two characters and more."""
    return tuple(word for word in words_of(role) if len(word) > 1)


def _opens_label(text: str, begin: int, end: int) -> bool:
    """Tell whether the name opens a short label in quotation marks: “云陵|脐橙”."""
    opens = text[begin - 1 : begin] in ("“", "+", "＋")
    return opens and LABEL.match(text, end) is not None


def _in_label(text: str, begin: int, end: int) -> bool:
    """Tell whether the name is a part of a label of a few characters: “遇见|云陵”."""
    opens = text.rfind("“", max(0, begin - LABEL_LENGTH), begin) + 1
    if not opens:
        return False
    label = SHORT_LABEL.match(text, opens)
    closes = label.end() if label else 0
    whole = (opens, closes) == (begin, end)
    return text[closes : closes + 1] == "”" and end <= closes <= opens + LABEL_LENGTH and not whole


def _is_member(text: str, begin: int, end: int) -> bool:
    """Tell whether the name opens one of a list of products or companies: 云陵|竹编、…等产品."""
    members = None if _is_wide(text[begin:end]) else MEMBERS.match(text, end)
    if members is None or not any(kind in members["what"] for kind in words_of("kind")):
        return False
    word = next((word for word, _ in tagged(text[end : end + WINDOW])), "")
    return not _stands_apart(text[end : end + WINDOW], word, first=True)


def _opens_company(text: str, begin: int, end: int) -> bool:
    """Tell whether a province's name opens that of a company: 云陵|澄达二期, 云陵|澄达20万吨铝."""
    if not any(place.level == "province" for place in places_named(text[begin:end])):
        return False
    if PHASE.match(text, end):
        return True
    word, flag = next(iter(tagged(text[end : end + WINDOW])), ("", ""))
    coined = len(word) == 1 or flag == "nz"  # what is sold has a name in the dictionary: 棉花
    return coined and OUTPUT.match(text, end) is not None


def _shares_works(text: str, begin: int, end: int) -> bool:
    """Tell whether the row that the name is of ends in works of each: 云陵|、青禾抽水蓄能电站."""
    full = is_full_name(text[begin:end])
    if text.startswith("区", end - 1) and not full:
        return False  # a zone
    for _ in range(ROW):
        names = find_names(text[end + 1 : end + 1 + WINDOW]) if text[end : end + 1] in LINKS else ()
        stop = next((e for b, e, name in names if b == 0 and is_full_name(name) == full), 0)
        if not stop:
            return False
        end += 1 + stop
        works = WORKS.match(text, end)
        if works is not None:
            between = {word for word, _ in tagged(works["kind"])}
            return between.isdisjoint(verbs("governor") | {*words_of("apart")})
    return False


def _is_bracketed(text: str, begin: int, end: int, full: bool) -> bool:
    """Tell whether the name alone stands in brackets behind another: 研究院（云陵）.

    Behind another place it is one of those listed: 云渚（云陵）、.
    """
    inside = text[begin - 1 : begin] == "（" and text[end : end + 1] == "）"
    if full or not inside or not re.match("[一-鿿]", text[begin - 2 : begin - 1] or " "):
        return False
    before = text[max(0, begin - WINDOW) : begin - 1]
    listed = any(stop == len(before) for _, stop, _ in find_names(before))
    return not listed or re.match("[一-鿿]", text[end + 1 : end + 2]) is not None


def _is_held(text: str, begin: int, end: int) -> bool:
    """Tell whether the name is one of a meeting that is counted: 第三届|云陵…, 云陵市|第六届…."""
    if SESSION.match(text, end):
        return True
    before = SESSION.search(text, max(0, begin - 6), begin)
    return before is not None and text.endswith(before[0], 0, begin)


def _on_route(text: str, begin: int, end: int) -> bool:
    """Tell whether the name is on a road or line: 云陵|至枫渚, 云陵至|枫渚, 云陵|石桥至青禾段."""
    if STRETCH.match(text, end) or _ends_line(text, begin, end):
        return True
    if text[begin - 1 : begin] == "至":
        listed = LISTED_ROADS.match(text, end) is not None
        return listed or any(stop == begin - 1 for _, stop, _ in find_names(text[:begin]))
    return text[end : end + 1] == "至" and any(
        start == 0 for start, _, _ in find_names(text[end + 1 : end + 8])
    )


def _ends_line(text: str, begin: int, end: int) -> bool:
    """Tell whether the name is where a line ends: 云陵——|青禾铁路."""
    dashed = text[begin - 1 : begin] in tuple(DASHES) and LINE.match(text, end) is not None
    before = text[:begin].rstrip(DASHES)
    return dashed and re.match("[一-鿿]", before[-1:]) is not None


@lru_cache(maxsize=1024)
def _heads(name: str, full: bool, alone: bool) -> tuple[str, ...]:
    """Return what may be the last word of a longer name that this name opens.

    Behind a short name a feature of the land, a product or a work too: 云陵|澄湖, 云陵|脐橙.
    """
    if not _is_wide(name):
        return words_of("later") if full else words_of("later") + words_of("short")
    return tuple(h for h in words_of("later") if not (alone and h in AREA_HEADS))


def _is_headed(text: str, begin: int, end: int, full: bool) -> bool:
    """Tell whether the nominal phrase that the name opens holds the head of a proper name."""
    behind = BEHIND.match(text, end)
    grows = GROWS.match(text, end) is not None
    heads = _heads(text[begin:end], full or grows, behind is None)
    phrase = PHRASE.match(text, behind.end() if behind else end)
    rest = phrase[0] if phrase else ""
    walked = ""
    for word, flag in tagged(rest):
        after = rest[len(walked) :]
        if SESSION.match(after):
            return True  # 云陵市少年|第三届…
        if _stands_apart(after, word, not walked):
            return False
        walked += word
        if _is_head(walked, word, heads):
            return True
        if flag.startswith(CLOSES) and not SERVING.match(after):
            return False
    return False


def _is_head(walked: str, word: str, heads: tuple[str, ...]) -> bool:
    if walked.endswith(words_of("seeming")) or word in regions().by_short:
        return False
    named = walked.endswith(words_of("paper")) and walked not in words_of("paper")
    return named or walked.endswith(heads)


def _stands_apart(rest: str, word: str, first: bool) -> bool:
    """Tell whether a word shows that the place stands on its own: 云陵|境内, 云陵|入选."""
    governs = word in verbs("governor") or (first and word in verbs("leading"))
    return governs or _is_apart(rest, word) or NUMERAL.search(word) is not None


def _is_apart(rest: str, word: str) -> bool:
    """Tell a word of the table: one of two characters and more may be cut otherwise here."""
    return word in words_of("apart") or rest.startswith(_longer("apart"))


def is_cut_out(text: str, begin: int, end: int, opening: bool = False) -> bool:
    """Tell whether the words of the text end where a name begins and ends: not 惠民|生, 有|关中.

    With `opening` the name may open a longer word (东盟|国家).
    """
    spans = _cut(text, begin, end)
    if not any(start == begin for start, _ in spans):
        return False
    longer = opening and any(start == begin and stop > end for start, stop in spans)
    return longer or any(stop == end for _, stop in spans)


def opens_word(text: str, begin: int) -> bool:
    """Tell whether a word of the text begins there: not in 提|高城镇|化."""
    return any(start == begin for start, _ in _cut(text, begin, begin + 2))


def _cut(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    at = max(0, begin - WINDOW)
    spans = []
    for word, _ in tagged(text[at : end + WINDOW]):
        spans.append((at, at + len(word)))
        at += len(word)
    return spans
