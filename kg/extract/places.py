"""Text to places: the jurisdiction that a document belongs to, and the regions that it names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache

from kg.models import Mention, Outline, Place
from kg.vocabulary import (
    areas,
    automaton,
    gazetteer,
    level_of,
    regions,
    short_name,
    words,
)

KIND = {
    "country": "Country", "province": "Province", "prefecture": "Prefecture",
    "county": "County", "township": "Township", "area": "Area",
}  # fmt: skip
COUNTRY = Place("中国", "country", "100000", "中国")
LEVELS = ("province", "prefecture", "county")
# How a text speaks of its own place, and of which level that place then is.
OWN = re.compile(
    r"代表(?P<speaker>自治区|省|市|县|区|州|旗|镇|乡)人民政府|"
    r"(?P<who>我|全|本)(?P<own>自治区|省|市|县|区|州|旗|镇|乡|街道)|"
    r"(?<![各、级和])(?P<body>自治区|省|市|县|区|州|旗|镇|乡)(?:委|政府|人民政府)(?!员)"
)
OWN_WEIGHTS = {"我": 3, "本": 3, "全": 1}
SPEAKER_WEIGHT = 100
# A text speaks of the levels above it often (全省第一), of those below hardly as its own.
LOWEST_FIRST = (("镇", "乡", "街道"), ("县", "区", "旗"), ("市", "州"), ("自治区", "省"))
OWN_SHARE = 0.25
NATIONAL = re.compile(r"各省、自治区、直辖市")
UNIT = "[一-鿿]{2,4}?(?:省|市|县|区|镇|乡|街道)"
UNKNOWN = re.compile(
    rf"(?P<above>(?:{UNIT}){{0,2}})(?P<name>{UNIT})(?=人民政府|党委|委员会)|"
    rf"(?P<plain>{UNIT})(?=[一-鿿]{{2,14}}(?:局|厅|委员会|办公室|委|办)"
    r"|[一-鿿“”]{0,12}(?:20\d\d|第.{1,3}届)|[一-鿿“”]{4,})"
)
ASSEMBLY = re.compile(r"在(?P<head>[一-鿿]{2,12}第[一二三四五六七八九十]{1,3}届人民代表大会)")
# Behind a short name these make the name of something else: 青岛港, 济南大学, 上海路.
NAME_GOES_ON = re.compile(
    r"火车站|汽车站|高铁|机场|港|站|路|街|大道|机场|湖|江|河|山|海|岛|湾|大学|学院|银行|集团|日报|晚报|话|菜|人[民民]?|籍|帮|战役|大桥|方言|号|牌"
)
# 山东技改展洽会, 日照国际物流产业园: the place opens the name of something else.
LONGER_NAME = re.compile(
    r"[^，。；：！？、的“”（）在和与]{0,14}?(?:大会|博览会|展洽会|交易会|联赛|锦标赛|运动会|产业园|科技园|园区|基地|中心|连接线|高速|铁路|港区|"
    r"博物馆|图书馆|学院|大学|医院|公司|集团|平台|机场|新区|片区|论坛|峰会|模式|实验室|研究院|分行|监管局|管理局)"
)
WEIGHTS = {"title": 40, "issuer": 30, "addressee": 6, "text": 1}


# -- names -----------------------------------------------------------------------------------


@cache
def _names() -> tuple[object, tuple[str, ...]]:
    """Return a matcher over the names of counties and larger places, full and short."""
    table = regions()
    names = {
        name
        for name, places in table.by_name.items()
        if any(place.level in LEVELS for place in places)
    }
    names |= {name for name in table.by_short if len(name) > 1}
    names |= set(areas())
    listed = tuple(sorted(names))
    return automaton(listed), listed


def find_names(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield every name of a county or larger place or area, longest first, none overlapping."""
    matcher, names = _names()
    for index, begin, end in matcher.find_matches_as_indexes(text):  # type: ignore[attr-defined]
        yield begin, end, names[index]


@cache
def _everyday() -> frozenset[str]:
    return frozenset(words("ambiguous_places.tsv"))


# -- jurisdiction ----------------------------------------------------------------------------


SPEAKER = re.compile(r"代表(?P<head>[一-鿿]{2,12}人民政府)")


def find_jurisdiction(outline: Outline) -> Place | None:
    """Return the place whose document this is, as its title, issuer and text show it.

    None where they show none, or several that nothing decides between.
    """
    text = outline.source.text
    title = " ".join(text[begin:end] for begin, end in outline.titles)
    issuers = " ".join(f.value for f in outline.fields if f.name in ("issuer", "signatory"))
    assembly = ASSEMBLY.search(text[:2000]) or SPEAKER.search(text[:1000])
    heads = f"{title} {issuers} {assembly['head'] if assembly else ''}"
    known = _best(_scores(outline, title, issuers), heads, text)
    unknown = None if _is_national(heads) else _unknown(heads.split(), known)
    if unknown is not None:
        return _below(unknown, text)
    national = _is_national(heads) or NATIONAL.search(text[:3000]) is not None
    if national and (known is None or known.code not in _headed(heads)):
        return COUNTRY
    return known


@cache
def _national_names() -> frozenset[str]:
    return frozenset(
        name
        for term in gazetteer("agencies.ttl")
        if term.level == "National"
        for name in (term.label, *term.alternatives)
        if len(name) > 2
    )


def _is_national(heads: str) -> bool:
    return any(heads.lstrip().startswith(name) for name in _national_names()) or any(
        word in _national_names() for word in heads.split()
    )


def _scores(outline: Outline, title: str, issuers: str) -> Counter[str]:
    """Count how strongly each place of the tables is named, by its code."""
    scores: Counter[str] = Counter()
    text = outline.source.text
    for stretch, weight in ((title, "title"), (issuers, "issuer"), (text, "text")):
        for begin, end, name in find_names(stretch):
            full = name in regions().by_name
            if not full and NAME_GOES_ON.match(stretch, end):
                continue
            for place in _candidates(name) if name != COUNTRY.name else ():
                share = WEIGHTS[weight] * (2 if full else 1)
                scores[place.code] += share * (3 if begin == 0 and weight == "title" else 1)
    return scores


def _candidates(name: str) -> list[Place]:
    table = regions()
    places = [place for place in table.by_name.get(name, ()) if place.level in LEVELS]
    return places or table.by_short.get(name, [])


def _best(scores: Counter[str], heads: str, text: str) -> Place | None:
    """Choose the best named place that fits the level at which the text speaks of itself."""
    own = own_level(text)
    table = regions()
    scores = scores + _from_below(scores, own)
    ranked: list[tuple[float, str]] = []
    headed = _headed(heads)
    for code, score in scores.items():
        place = table.by_code[code]
        in_head = code in headed
        if headed and not in_head:
            continue
        above = sum(scores.get(upper.code, 0) for upper in table.above(code)[:-1])
        if not in_head and not _stands_in_text(place, text, above > 0):
            continue
        fit = _fit(place, own)
        ranked.append(((score + min(above, score) * 0.5) * fit, code))
    if not ranked:
        return None
    ranked.sort(reverse=True)
    best = table.by_code[ranked[0][1]]
    if best.code not in headed and not _stands_out(ranked, own):
        return None
    rivals = [code for score, code in ranked[1:] if score == ranked[0][0]]
    return best if not any(table.by_code[code].name == best.name for code in rivals) else None


def _from_below(scores: Counter[str], own: str | None) -> Counter[str]:
    """Return what the cities named say for their province, in a text that speaks of 我省.

    A province's plan names its cities rather than the province.
    """
    found: Counter[str] = Counter()
    if own not in ("省", "自治区"):
        return found
    for code, score in scores.items():
        place = regions().by_code[code]
        if place.level == "prefecture" and short_name(place.name, place.level) not in _everyday():
            found[place.parent] += score // 2
    return found


def _headed(heads: str) -> frozenset[str]:
    """Return the places that titles and issuers name: in full, or by a short name of its own.

    Of a chain (常州市钟楼区人民政府) only its last place counts.
    """
    found: dict[int, set[str]] = {}
    for begin, end, name in find_names(heads):
        if name not in regions().by_name and (
            name in _everyday() or NAME_GOES_ON.match(heads, end)
        ):
            continue
        codes = {place.code for place in _candidates(name)}
        above = found.get(begin, set())
        below = {code for code in codes if above & {place.code for place in regions().above(code)}}
        if below:
            found.pop(begin)
        found.setdefault(end, set()).update(below or codes)
    return frozenset(code for codes in found.values() for code in codes)


def _stands_out(ranked: list[tuple[float, str]], own: str | None) -> bool:
    """Tell whether one place leads clearly in a text whose head names none.

    Where the text calls its own place 市 or 县, three points and the lead are enough; where it does
    not, a place must be named eight times and three times as often as any outside it.
    """
    score, code = ranked[0]
    if own is not None:
        return score >= 3
    inside = {code, *(place.code for place in regions().above(code))}
    rival = max((other for other, name in ranked[1:] if name not in inside), default=0)
    return score >= 8 and score >= 3 * rival


def _stands_in_text(place: Place, text: str, above: bool) -> bool:
    """Tell whether a text really names a place: in full where it can begin, or as a rare word.

    会同县教育局 asks the county's bureau along, 水资源县域 is about water: names that are everyday
    words count only beside the name of the place above.
    """
    short = short_name(place.name, place.level)
    if short in _everyday() or place.name in _everyday():
        return above and re.search(f"{place.name}(?![场级域内外面])", text) is not None
    if place.level == "county":
        return (
            re.search(f"(?:^|[^一-鿿]|[在对和与及为至到由经从省市州盟]){place.name}", text)
            is not None
        )
    return True


def _is_named(place: Place, heads: str) -> bool:
    return place.name in heads or short_name(place.name, place.level) in heads


def own_level(text: str) -> str | None:
    """Return the word by which a text calls its own place: 省, 市, 县, 区 …"""
    counts: Counter[str] = Counter()
    governed = 0
    for match in OWN.finditer(text):
        if match["speaker"]:
            counts[match["speaker"]] += SPEAKER_WEIGHT
        elif match["own"]:
            counts[match["own"]] += OWN_WEIGHTS[match["who"]]
        else:
            counts[match["body"]] += 1
            governed += match["body"] == "区"
    if counts["自治区"] > governed:
        counts["自治区"] += counts.pop("区", 0)  # 全区 is the whole autonomous region there
    most = max(counts.values(), default=0)
    if most < 2:
        return None
    for group in LOWEST_FIRST:
        word = max(group, key=lambda name: counts[name])
        if counts[word] >= max(2, most * OWN_SHARE):
            return word
    return None


def _fit(place: Place, own: str | None) -> float:
    if own is None:
        return 1.0
    if own == "自治区":
        return 3.0 if place.level == "province" and place.name.endswith("自治区") else 0.5
    if own == "省" or (own == "市" and place.name in ("北京市", "天津市", "上海市", "重庆市")):
        return 2.0 if place.level == "province" else 0.4
    if place.level == "province":
        return 0.05  # 我市 and 市政府 are no way for a province to speak of itself
    return 2.0 if place.name.endswith(own) else 0.4


def _unknown(heads: list[str], known: Place | None) -> Place | None:
    """Return a place that the tables do not hold, if a title or issuer begins with its name."""
    for head in heads:
        start = _known_prefix(head)
        match = UNKNOWN.match(head, start)
        if match is None:
            continue
        name, above = match["name"] or match["plain"], match["above"] or ""
        headed = known if known is not None and _is_named(known, head) else None
        if name in regions().by_name or not _reads_as_name(above + name):
            continue
        if start or headed is None or _holds(headed, name):
            return _unlisted(name, above, headed)
    return None


def _known_prefix(head: str) -> int:
    """Return how far a title or issuer begins with names that the tables hold."""
    end = 0
    for begin, stop, name in find_names(head):
        if begin != end or name not in regions().by_name:
            break
        end = stop
    return end


def _reads_as_name(name: str) -> bool:
    return (
        re.search(
            r"^(?:关于|印发|全|各|本|我|该|国家|中央|中国|[市县区省])|[和与及的]|城乡|公安|社区",
            name,
        )
        is None
    )


def _holds(known: Place, name: str) -> bool:
    """Tell whether a place of this kind can lie in the known one: a county in a province."""
    order = ("country", "province", "prefecture", "county", "township")
    return order.index(level_of(name)) > order.index(known.level) if known.level in order else False


def _unlisted(name: str, between: str, known: Place | None) -> Place:
    township = _township(name, known)
    if township is not None:
        return township
    above = known.full_name if known is not None and known.level != "country" else ""
    parent = known.code if known is not None else ""
    return Place(name, level_of(name), "", above + between + name, parent)


TITLES = re.compile(r"《[^《》]{1,80}》")


def _below(place: Place, text: str) -> Place:
    """Put an unlisted place below the province, and the city, that its text names as its own.

    The text says so by naming both in a row (江西省、云陵市), or one province only.
    """
    if place.code or place.parent:
        return place
    own = TITLES.sub("", text)  # what a title of another paper names is not said of this place
    named = [regions().by_name[name][0] for _, _, name in find_names(own) if name[-1] in "省区"]
    provinces = {found.code: found for found in named if found.level == "province"}
    rows = {
        code: row["city"]
        for code, province in provinces.items()
        if (row := re.search(rf"{province.name}、?(?P<city>{UNIT})(?<=市)", own))
        and row["city"] not in regions().by_name
    }
    chosen = rows or provinces
    if len(chosen) != 1:
        return place
    province = provinces[next(iter(chosen))]
    city = rows.get(province.code, "") if place.level in ("county", "township") else ""
    between = "" if place.full_name.startswith(city or "-") else city
    full_name = province.name + between + place.full_name
    return Place(place.name, place.level, "", full_name, province.code)


def _township(name: str, known: Place | None) -> Place | None:
    if known is None or not known.code:
        return None
    found = [p for p in regions().within(known.code, ("township",)) if p.name == name]
    return found[0] if len(found) == 1 else None


# -- mentions --------------------------------------------------------------------------------


def find_regions(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the divisions and areas that the text names on their own."""
    text = outline.source.text
    local = _local(place)
    for sentence in outline.sentences:
        if sentence.part in ("metadata", "title"):
            continue
        stretch = text[sentence.begin : sentence.end]
        for begin, end, found in _chained(stretch, place):
            at = sentence.begin + begin
            yield _mention(text, at, sentence.begin + end, found, "region.name")
        yield from _find_townships(text, sentence.begin, stretch, local)


def _chained(stretch: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the places named; one that follows the place it lies in (河池市|宜州区) with it."""
    open_: tuple[int, int, Place] | None = None
    for begin, end, name in find_names(stretch):
        found = _region(stretch, begin, end, name, open_[2] if open_ else place)
        found = found or _region(stretch, begin, end, name, place)
        if found is None:
            continue
        if open_ is not None and open_[1] == begin and _is_in(found, open_[2]):
            open_ = (open_[0], end, found)
            continue
        if open_ is not None:
            yield open_
        open_ = (begin, end, found)
    if open_ is not None:
        yield open_


def _is_in(place: Place, above: Place) -> bool:
    return bool(above.code) and above.code in {p.code for p in regions().above(place.code)}


def _region(stretch: str, begin: int, end: int, name: str, place: Place | None) -> Place | None:
    if name in areas():
        return areas()[name]
    full = name in regions().by_name
    if name == "中国" and re.match(r"[一-鿿]", stretch[end:]):
        return None
    if (
        not full
        and name in _everyday()
        and not _is_own(name, place)
        and not _in_row(stretch, begin, end)
    ):
        return None
    if not full and (NAME_GOES_ON.match(stretch, end) or LONGER_NAME.match(stretch, end)):
        return None
    if full and len(name) == 2 and re.match(r"[一-鿿]", stretch[begin - 1 : begin] or " "):
        return None  # 提高|县级: two characters are easily a chance
    return choose(name, place)


def choose(name: str, place: Place | None) -> Place | None:
    """Return the place of this name nearest to the document's own; None if undecided."""
    candidates = _candidates(name)
    if not candidates:
        return None
    full = name in regions().by_name
    chain = {p.code for p in regions().above(place.code)} if place is not None else set()
    near = [
        p
        for p in candidates
        if p.code in chain or p.parent in chain or (place and p.parent == place.parent)
    ]
    if not near and place is not None and place.code and place.level == "province":
        near = [p for p in candidates if place.code in {a.code for a in regions().above(p.code)}]
    if len(near) == 1:
        return near[0]
    larger = [p for p in candidates if p.level in ("province", "prefecture")]
    if full and not larger and short_name(name, "county") in _everyday():
        return None
    if not full and (name in _everyday() or not larger):
        return None
    pool = larger if larger and not full else candidates
    pool = [p for p in pool if p.level == "province"] or pool
    return pool[0] if len(pool) == 1 else None


def _in_row(stretch: str, begin: int, end: int) -> bool:
    """Tell whether a name stands in a row of names of places: 郑州、开封、洛阳."""
    before = [
        b
        for b, e, _ in find_names(stretch[:begin].rstrip("、和"))
        if e == len(stretch[:begin].rstrip("、和"))
    ]
    after = stretch[end:].lstrip("、和")
    behind = (
        next((b for b, _, _ in find_names(after[:8])), -1) == 0 and len(after) < len(stretch) - end
    )
    return bool(before and stretch[begin - 1] in "、和") or behind


def _is_own(name: str, place: Place | None) -> bool:
    return place is not None and short_name(place.name, place.level) == name


@lru_cache(maxsize=256)
def _townships(code: str) -> tuple[tuple[str, Place], ...]:
    """Return the townships below a place by full and short name, without names that two share."""
    found: dict[str, list[Place]] = {}
    for place in regions().within(code, ("township",)):
        short = short_name(place.name, "township")
        if short != place.name:  # farms, zones and prisons have no such suffix and common names
            for name in {place.name, short if len(short) > 1 else place.name}:
                found.setdefault(name, []).append(place)
    return tuple((name, places[0]) for name, places in sorted(found.items()) if len(places) == 1)


def _local(place: Place | None) -> dict[str, Place]:
    if place is None or place.level not in ("county", "township", "prefecture"):
        return {}
    code = place.parent if place.level == "township" else place.code
    return dict(_townships(code)) if code else {}


LISTED = re.compile(
    r"(?:[一-鿿]{2,3}、)*(?:(?!等)[一-鿿]){2,3}(?=等?(?:\d+个|[一二三四五六七八九十]+个)?(?:镇|乡镇|街道|镇街|乡))"
)


def _find_townships(
    text: str, offset: int, stretch: str, local: dict[str, Place]
) -> Iterator[Mention]:
    """Yield the townships of the document's county: by full name, or listed before 等镇."""
    if not local:
        return
    full = [name for name in local if name[-1] in "镇乡" or name.endswith("街道")]
    for name in full:
        at = stretch.find(name)
        while at >= 0:
            yield _mention(
                text, offset + at, offset + at + len(name), local[name], "region.township"
            )
            at = stretch.find(name, at + 1)
    for listed in LISTED.finditer(stretch):
        at = listed.start()
        for name in listed[0].split("、"):
            if name in local and name not in full:
                yield _mention(
                    text,
                    offset + at,
                    offset + at + len(name),
                    local[name],
                    "region.township.listed",
                )
            at += len(name) + 1


def _mention(text: str, begin: int, end: int, place: Place, rule: str) -> Mention:
    scope = f"@{place.code}" if place.code else "="
    return Mention(
        "Region", KIND[place.level], begin, end, text[begin:end], place.name, rule, scope
    )
