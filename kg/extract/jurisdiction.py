"""An outline to the place whose document it is, as its title, issuer and text show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from kg.extract.places import everyday, find_names, is_full_name, name_goes_on, places_named
from kg.extract.text import places_of
from kg.extract.unlisted_places import find_unlisted, put_below
from kg.models import Outline, Place
from kg.signs import matches_at
from kg.vocabulary import automaton, gazetteer, regions, rows, short_name

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

COUNTRY = Place("中国", "country", "100000", "中国")
# How a text speaks of its own place, and of which level that place then is.
OWN = re.compile(
    r"代表(?P<speaker>自治区|省|市|县|区|州|旗|镇|乡)人民政府|"
    r"(?<![资根成基版日样文])(?P<who>我|全|本)(?P<own>自治区|省|市|县|区|州|旗|镇|乡|街道)(?![场域])|"
    r"(?<![各、级和城辖])(?P<body>自治区|省|市|县|区|州|旗)(?:委|政府|人民政府)(?!员)|"
    r"(?<![一-鿿])(?P<township>镇|乡)(?:党委|政府|人民政府)(?!员)"
)
# It is of one place, though the text may not say of which: 市政府各部门, 各镇人民政府, 我县.
LOCAL = re.compile(
    r"(?<![各省])[市县区州旗](?:人民)?政府(?:各|直属)|(?<![一-鿿])各[镇乡街][一-鿿、（）]{0,8}(?:人民政府|办事处)"
    r"|(?<![一-鿿各])[市县区州旗]直(?:各|机关|有关)|我[市县州旗](?![域场民])"
)
OWN_BEGINS = re.compile("[代我全本自省市县区州旗镇乡]")
# Its offices show it where nothing else does: 市财政局、市审计局.
OFFICE = re.compile(
    r"(?:^|(?<=[、，。：；（( \n]))(?P<level>省|市|县|区|州|旗)(?![级直场民域内委政])"
    r"[一-鿿]{2,10}?(?:局|委|厅)(?=[、，。；）) \n])"
)
OWN_WEIGHTS = {"我": 3, "本": 1, "全": 1}
SPEAKER_WEIGHT = 100
# A text speaks of the levels above it often (全省第一), of those below hardly as its own.
LOWEST_FIRST = (("镇", "乡", "街道"), ("县", "区", "旗"), ("市", "州"), ("自治区", "省"))
OWN_SHARE = 0.25
LEAST_OWN = 2
BEFORE_PLACE = frozenset("在对和与及为至到由经从省市州盟")
FIELDS = frozenset("场级域内外面")  # 港口区|域 names no district
LEVELS = frozenset("区县市")
OFTEN = 10  # times that a city is named whose name is an everyday word as well (长治)
NATIONAL = re.compile(r"各省、自治区、直辖市")
# Who signs for the whole country: 全国…标准化技术委员会秘书处, 国家…领导小组办公室.
NATIONAL_BODY = re.compile(
    r"(?:全国|国家)(?!级)[一-鿿]{4,}(?:委员会|小组|会|办公室|秘书处|中心|局)$"
)
NATIONAL_SPEECH = re.compile(
    r"代表国务院[，、]?(?:向|提请)|第[一二三四五六七八九十]{1,3}届全国人民代表大会[一-鿿]{0,16}会议上"
)
# Of a text that names no place of its own: how it speaks where it is one of the whole country.
OUR_COUNTRY = re.compile(
    r"我国|中华人民共和国境内|各地区、?各部门|"
    r"(?:省级|各地区?)(?!有关|相关)[一-鿿、]{2,14}(?:主管部门|部门|机构)"
)
BREAKS = re.compile(r"(?<!\s)[^\S\n]*+\n\s*+")
TITLES = re.compile(r"《[^《》]{1,80}》")
MINISTRY = ("部", "局", "署", "总局", "委", "委员会", "办")
LEAST_MINISTRIES = 2
ASSEMBLY = re.compile(r"在(?P<head>[一-鿿]{2,12}第[一二三四五六七八九十]{1,3}届人民代表大会)")
SPEAKER = re.compile(r"代表(?P<head>[一-鿿]{2,12}人民政府)")
# What follows the name of the body whose paper it is: 国务院办公厅|关于….
ITS_PAPER = re.compile(r"(?:、|，)?(?:关于|印发|转发|批转|公告|通告|令|决定|通知|批复|函)")
WEIGHTS = {"title": 40, "issuer": 30, "addressee": 6, "text": 1}


def find_jurisdiction(outline: Outline) -> Place | None:
    """Return the place whose document this is, as its title, issuer and text show it.

    None where they show none, or several that nothing decides between.
    """
    text = outline.source.text
    title = " ".join(BREAKS.sub("", text[begin:end]) for begin, end in outline.titles)
    issuers = " ".join(f.value for f in outline.fields if f.name in ("issuer", "signatory"))
    assembly = ASSEMBLY.search(text[:2000]) or SPEAKER.search(text[:1000])
    heads = f"{title} {issuers} {assembly['head'] if assembly else ''}"
    known = _best(_scores(outline, title, issuers), heads, text)
    if _opens_national(title):
        return COUNTRY
    unknown = None if _is_national(heads) else find_unlisted(heads.split(), known)
    if unknown is not None:
        return put_below(unknown, text)
    national = (
        _is_national(heads)
        or NATIONAL.search(text[:3000]) is not None
        or NATIONAL_SPEECH.search(text[:1000]) is not None
        or (known is None and _speaks_nationally(text))
    )
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


@cache
def _national_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(name) for name in _national_names()}))


def _openings(title: str) -> Iterator[int]:
    """Yield where the names of national bodies end with which a title begins."""
    names = _national_names()
    return (end for end in _national_lengths() if end <= len(title) and title[:end] in names)


def _is_national(heads: str) -> bool:
    return any(_openings(heads.lstrip())) or any(
        word in _national_names() or NATIONAL_BODY.match(word) for word in heads.split()
    )


def _speaks_nationally(text: str) -> bool:
    """Tell whether a text that names no place as its own is one of the whole country.

    It says 我国, gives duties to every province (各地教育主管部门), or says what ministries do;
    those that wrote a paper it only cites do not count.
    """
    if own_level(text) is not None:
        return False
    if OUR_COUNTRY.search(text):
        return True
    said = TITLES.sub("", text)
    return len(_ministries().find_matches_as_indexes(said)) >= LEAST_MINISTRIES


@cache
def _ministries() -> AhoCorasick:
    names = (name for name in _national_names() if name.endswith(MINISTRY))
    return automaton(tuple(sorted(names)))


def _opens_national(title: str) -> bool:
    """Tell whether a title begins with the national body whose paper it is, about any place."""
    return any(ITS_PAPER.match(title, end) for end in _openings(title))


def _scores(outline: Outline, title: str, issuers: str) -> Counter[str]:
    """Count how strongly each place of the tables is named, by its code."""
    scores: Counter[str] = Counter()
    text = outline.source.text
    for stretch, weight in ((title, "title"), (issuers, "issuer"), (text, "text")):
        for begin, end, name in find_names(stretch):
            full = is_full_name(name)
            if not full and name_goes_on(stretch, end):
                continue
            for place in places_named(name) if name != COUNTRY.name else ():
                share = WEIGHTS[weight] * (2 if full else 1)
                scores[place.code] += share * (3 if begin == 0 and weight == "title" else 1)
    scores.update(_nicknamed(text, scores))
    return scores


@cache
def _nicknames() -> dict[str, Place]:
    table = rows("place_nicknames.tsv")
    return {row["nickname"]: places_named(row["place"])[0] for row in table}


def _nicknamed(text: str, scores: Counter[str]) -> Iterator[str]:
    """Yield the codes of the cities meant by a by-name (泉城), if their province is named too."""
    for nickname, place in _nicknames().items():
        if place.parent in scores and any(
            text[end : end + 1] not in LEVELS for _, end in places_of(nickname, text)
        ):
            yield place.code


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
    undecided = any(_rivals(best, table.by_code[code], best.code in headed) for code in rivals)
    return None if undecided else best


def _rivals(best: Place, other: Place, headed: bool) -> bool:
    """Tell whether two places named equally often exclude each other.

    Those of one name do; in a text whose head names none, all do of which none holds the other.
    """
    if best.name == other.name:
        return True
    chains = ({place.code for place in regions().above(code)} for code in (best.code, other.code))
    return not headed and not any({best.code, other.code} <= chain for chain in chains)


def _from_below(scores: Counter[str], own: str | None) -> Counter[str]:
    """Return what the cities named say for their province, in a text that speaks of 我省.

    A province's plan names its cities rather than the province.
    """
    found: Counter[str] = Counter()
    if own not in ("省", "自治区"):
        return found
    for code, score in scores.items():
        place = regions().by_code[code]
        if place.level == "prefecture" and short_name(place.name, place.level) not in everyday():
            found[place.parent] += score // 2
    return found


def _headed(heads: str) -> frozenset[str]:
    """Return the places that titles and issuers name: in full, or by a short name of its own.

    Of a chain (常州市钟楼区人民政府) only its last place counts; where places open a title or an
    issuer's name, only they do (合肥市教育局转发安徽省教育厅…).
    """
    found: dict[int, set[str]] = {}
    opening: set[int] = set()
    for begin, end, name in find_names(heads):
        if not is_full_name(name) and (name in everyday() or name_goes_on(heads, end)):
            continue
        codes = {place.code for place in places_named(name)}
        above = found.get(begin, set())
        below = {code for code in codes if above & {place.code for place in regions().above(code)}}
        if below:
            found.pop(begin)
        found.setdefault(end, set()).update(below or codes)
        first = begin == 0 or heads[begin - 1] == " " or begin in opening
        if first and name != COUNTRY.name:
            opening = (opening - {begin}) | {end}
    counted = [found[end] for end in (opening & found.keys() or found.keys())]
    return frozenset(code for codes in counted for code in codes)


def _stands_out(ranked: list[tuple[float, str]], own: str | None) -> bool:
    """Tell whether one place leads clearly in a text whose head names none.

    Where the text calls its own place 市 or 县, three points and the lead are enough; where it does
    not, a place must be named eight times and three times as often as any outside it.
    """
    score, code = ranked[0]
    if own is not None:
        return score >= 3
    above = {code, *(place.code for place in regions().above(code))}
    below = (name for _, name in ranked[1:] if code in {p.code for p in regions().above(name)})
    inside = above.union(below)
    rival = max((other for other, name in ranked[1:] if name not in inside), default=0)
    return score >= 8 and score >= 3 * rival


def _stands_in_text(place: Place, text: str, above: bool) -> bool:
    """Tell whether a text really names a place: in full where it can begin, or as a rare word.

    会同县教育局 asks the county's bureau along, 水资源县域 is about water: names that are everyday
    words count only beside the name of the place above.
    """
    short = short_name(place.name, place.level)
    if place.level == "prefecture" and above and text.count(short) >= OFTEN:
        return True
    if short in everyday() or place.name in everyday():
        ends = (end for _, end in places_of(place.name, text))
        return above and any(text[end : end + 1] not in FIELDS for end in ends)
    if place.level == "county":
        return any(_can_begin(text, begin) for begin, _ in places_of(place.name, text))
    return True


def _can_begin(text: str, at: int) -> bool:
    """Tell whether a place's name can begin here: at a mark, or behind a word that governs it."""
    return at == 0 or not "一" <= text[at - 1] <= "鿿" or text[at - 1] in BEFORE_PLACE


def is_local(text: str) -> bool:
    """Tell a paper of one place, also where it does not say of which."""
    return LOCAL.search(text) is not None


@lru_cache(maxsize=4)
def own_level(text: str) -> str | None:
    """Return the word by which a text calls its own place: 省, 市, 县, 区 …"""
    counts = _own_words(text)
    most = max(counts.values(), default=0)
    if most < LEAST_OWN:
        offices = Counter(match["level"] for match in OFFICE.finditer(text))
        return next((word for word, _ in offices.most_common(1)), None)
    for group in LOWEST_FIRST:
        word = max(group, key=lambda name: counts[name])
        if counts[word] >= max(LEAST_OWN, most * OWN_SHARE):
            return word
    return None


def _own_words(text: str) -> Counter[str]:
    """Count by which words a text speaks of its own place."""
    counts: Counter[str] = Counter()
    governed = 0
    others = _ends_of_places(text)
    for match in matches_at(OWN_BEGINS, OWN, text):
        if match["speaker"]:
            counts[match["speaker"]] += SPEAKER_WEIGHT
        elif match["own"]:
            counts[match["own"]] += OWN_WEIGHTS[match["who"]]
        elif match["township"]:
            counts[match["township"]] += 1
        elif match.end("body") not in others:
            counts[match["body"]] += 1
            governed += match["body"] == "区"
    if counts["自治区"] > governed:
        counts["自治区"] += counts.pop("区", 0)  # 全区 is the whole autonomous region there
    return counts


def _ends_of_places(text: str) -> set[int]:
    """Return where full names of places end: what governs 崂山区 is not simply 区政府."""
    return {end for _, end, name in find_names(text) if is_full_name(name)}


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
