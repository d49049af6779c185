"""Sentences to agencies: organisations named in full, by their short forms, or in lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from kg.extract.boundary import name_begin, tagged
from kg.extract.places import choose, find_names
from kg.extract.text import even
from kg.models import Mention, Outline, Place
from kg.vocabulary import (
    KINDS,
    Form,
    automaton,
    contextual,
    forms,
    functions,
    matcher,
    regions,
    rows,
    short_name,
    split_forms,
    template,
    terms,
    words,
)

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

LEVEL = re.compile(r"自治区|自治州|街道|省(?!会)|[市县区州旗盟镇乡]")
EDGE = "，。；：！？、（）《》“”‘’ \u3000\t\n\r—…【】[]|·/-+"
# 各市、县人民政府; 省、市、县教育局: several levels at once are no one body.
SEVERAL_LEVELS = re.compile(
    r"(?:各|直辖|(?<![一-鿿])(?:省|市|县|区|州|镇|乡|自治区|设区市)|[（(]市)[、（(]$|各[级地]?$|直辖$|各[市县区州][（(]?[、]?$|[（(]$(?<=[市县区][（(])"
)
PARTY_OR_GOVERNMENT = re.compile(r"(?:省|市|县|区|州|镇|乡)(?:委|政府|党委)$")
GENERIC = re.compile(
    r"各|本|我|该|全|两|级|有关|相关|多|跨|外|内|贵|此|某|上级|下级|主管|单位|其他|设"
)
NO_PLACE = re.compile(
    f"{GENERIC.pattern}|简称|[委府]|城市|社区|园区|新区|校区|片区|城区|地区|辖区|小区|市县|县区|城乡|乡镇|村镇"
)
LIST_CUE = re.compile(
    r"(?:责任|牵头|配合|参与|参加|协同|协办|主办|承办|实施|落实|负责|指导|督办|督导|协助|联合)(?:单位|部门|科室|处室|机构|股室|主体)\s*[:：]?\s*"
    r"|(?:牵头|配合|分工|负责)[:：]\s*"
)
SEPARATOR = re.compile(
    r"[、，；,;和及与\s\u3000]|按职责分工(?:负责)?|等?(?:按|分别)|负责|牵头|配合|参与|会同"
)
DEPARTMENTS = re.compile(r"(?P<etc>等)?(?:相关|有关)?(?P<unit>部门|单位)(?!规章)")
POST = re.compile(
    r"书记|副书记|局长|主任|厅长|部长|秘书长|主席|检察长|院长|副局长|副主任|常委|委员|领导(?!小组)|班子|负责人|科长|处长|校长|党组成员|主要负责"
)
# Behind a form these make another word of it: 政府采购, 市委员, 局面.
GOES_ON = {
    "委": re.compile(r"[员托派]|书记|常委"),
    "政府": re.compile(
        r"采购|购买|性|投资|债|工作报告|网|信息|职能|令|服务|引导|主导|补助|统筹|扶持"
    ),
    "局": re.compile(r"[面限势域部]"),
    "办": re.compile(r"[法理事学公好]"),
    "部": re.compile(r"[门分位队属署]"),
    "院": re.compile(r"[校系士落]"),
    "厅": re.compile(r"[级局]"),
    "会": re.compile(r"[议场员]"),
    "人大": re.compile(r"[代常]|[一二三四五六七八九十]"),
    "政协": re.compile(r"[委第]|[一二三四五六七八九十]"),
    "队": re.compile(r"[伍员]"),
    "中心": re.compile(r"[任城区组小学幼]"),
}
BODY = re.compile(
    r"(?P<name>[一-鿿（）“”]{2,16}?(?P<tail>局|厅|委员会|办公室|管委会|指挥部|领导小组|支队|总队|大队|公司|集团|银行|支行|分行|学院|大学|中学|小学|医院|研究院|研究所|委|办|处|科|股|室|站|所|院|部|中心|联社|总社|工会|协会|学会|联合会|监管局|分局|电网|移动|电信|联通|铁塔|石化|石油|校|园|组|会))$"
)
NO_BODY = re.compile(
    r"^(?:各|相关|有关|其他|全体|所有|本|我|该|局机关|上述|市直|县直|区直|省直|市级各|成员)|各|等$|相关|有关|部门$|^.{0,2}单位$|牵头|责任|配合|[的了是并将]"
)
CENTRAL_CONTEXT = re.compile(r"(?<=落实)|(?<=贯彻)|(?<=执行)|(?<=按照)|(?<=根据)|(?<=，)|(?<=。)|^")
INTERNAL = re.compile(r"(?P<name>[一-鿿]{2,8}?(?:科|处|室|股))$")


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before a local body's form: a level or a place."""

    begin: int
    end: int
    scope: str


def find_agencies(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the organisations named in a document of that place, none overlapping another."""
    found = list(_first_pass(outline, place))
    yield from _abbreviated(outline, found)
    yield from found


ABBREVIATED = re.compile(r"（(?:以下)?(?:统一)?简称[:：]?[“]?(?P<short>[一-鿿]{2,12})[”]?）")


def _abbreviated(outline: Outline, found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield an agency again where the text calls it by a name that it has introduced."""
    text = outline.source.text
    plain = even(text)
    for mention in found:
        introduced = ABBREVIATED.match(plain, mention.end)
        if introduced is None:
            continue
        short = introduced["short"]
        begin, end = introduced.span("short")
        yield replace(
            mention, begin=begin, end=end, text=text[begin:end], rule="agency.abbreviated"
        )
        for again in re.finditer(rf"{short}(?:办公室)?", plain[introduced.end() :]):
            begin = introduced.end() + again.start()
            end = introduced.end() + again.end()
            office = "办公室" if again[0] != short else ""
            yield replace(
                mention,
                begin=begin,
                end=end,
                text=text[begin:end],
                name=mention.name + office,
                rule="agency.abbreviated",
            )


def _first_pass(outline: Outline, place: Place | None) -> Iterator[Mention]:
    text = outline.source.text
    plain = even(text)
    local = _local_names(place)
    for sentence in outline.sentences:
        if sentence.part == "title":
            yield from _in_shell(text, sentence.begin, sentence.end, place)
            continue
        stretch = plain[sentence.begin : sentence.end]
        found = [
            *_national(stretch),
            *_in_national_text(stretch, place),
            *_local(stretch, place, local),
            *_split_forms(stretch, place),
            *_listed(stretch),
            *_departments(stretch),
            *_bare(stretch),
            *_party_groups(stretch),
            *_organisations(stretch, place),
        ]
        for mention in _longest(found):
            at = sentence.begin + mention.begin
            yield _moved(mention, sentence.begin, text[at : at + len(mention.text)])
    yield from _in_fields(outline, place)


def _in_fields(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield who the metadata block says issued the document."""
    text = outline.source.text
    for field in outline.fields:
        if field.name == "title":
            yield from _in_shell(text, field.begin, field.end, place)
        if field.name in ("issuer", "origin"):
            found = list(agencies_in(field.value, field.begin, place))
            yield from found or _office(field.value, field.begin)


OFFICE = re.compile(r"[一-鿿]{2,8}(?:司|处|科|室|股)")


def _office(value: str, begin: int) -> Iterator[Mention]:
    """Yield a part of the issuer that put the document out: 科技司."""
    if OFFICE.fullmatch(value):
        yield Mention(
            "Agency",
            "InternalUnit",
            begin,
            begin + len(value),
            value,
            "{}" + value,
            "agency.office",
            "~",
        )


def _in_shell(text: str, begin: int, end: int, place: Place | None) -> Iterator[Mention]:
    """Yield who issues what a notice carries: 工业和信息化部关于印发《…》的通知."""
    lead = re.match(r"[^《]{2,40}?(?=关于(?:印发|转发|发布|公布)|印发《|转发《)", text[begin:end])
    if lead is not None and "《" in text[begin:end]:
        yield from agencies_in(lead[0], begin, place)


def agencies_in(value: str, offset: int, place: Place | None) -> Iterator[Mention]:
    """Yield the agencies in a stretch that is nothing but names: an issuer, a signature."""
    plain = even(value)
    found = [
        *_national(plain),
        *_in_national_text(plain, place),
        *_local(plain, place, _local_names(place)),
        *_split_forms(plain, place),
        *_items(plain, 0, len(plain)),
    ]
    for mention in _longest(found):
        yield _moved(mention, offset, value[mention.begin : mention.end])


def _moved(mention: Mention, offset: int, text: str) -> Mention:
    return replace(mention, begin=mention.begin + offset, end=mention.end + offset, text=text)


def _longest(found: Iterable[Mention]) -> list[Mention]:
    """Keep the longest of overlapping mentions; of equal ones the first listed."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: m.begin - m.end):
        if all(mention.end <= other.begin or other.end <= mention.begin for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.begin)


def _agency(
    kind: str, stretch: str, begin: int, end: int, name: str, rule: str, scope: str
) -> Mention:
    return Mention("Agency", kind, begin, end, stretch[begin:end], name, rule, scope)


# -- national bodies -------------------------------------------------------------------------


def _national(stretch: str) -> Iterator[Mention]:
    found, names = matcher("agencies.ttl")
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        if _continues(name, stretch, end) or _is_part(name, stretch, begin):
            continue
        term = terms("agencies.ttl")[name]
        branch = _branch(stretch, end)
        if branch:
            full = term.label + stretch[end : end + branch].replace("营管部", "营业管理部")
            yield _agency(
                term.kind, stretch, begin, end + branch, full, "agency.national.branch", "="
            )
            continue
        if branch is None:
            continue  # 中科院济南科创城 is the name of something else
        tail = re.match(r"办公厅|[一-鿿]{1,6}[司](?![法机])|交通管理局", stretch[end:])
        if tail is not None and term.level == "National" and name[-1] in "部会局署":
            kind = "GovernmentBody" if not tail[0].endswith("司") else "InternalUnit"
            full = term.label if tail[0].endswith("司") else name
            yield _agency(
                kind, stretch, begin, end + tail.end(), full + tail[0], "agency.national.unit", "="
            )
        else:
            yield _agency(term.kind, stretch, begin, end, term.label, "agency.national", "=")
    yield from _central(stretch)


BRANCH = re.compile(
    r"(?:税务局|海关|缉私局|邮政管理局|通信管理局|气象局|管理局|调查队|分行|中心支行|支行|营管部|营业管理部|分公司|公司|监管局|监管分局|分局|办事处|分院|分社|特派办)+"
)


def _branch(stretch: str, end: int) -> int | None:
    """Return how far a branch's name goes on behind its head office (济南分行); 0 for none.

    None where a place follows and no branch: the letters are part of another name.
    """
    places = [(begin, stop) for begin, stop, _ in find_names(stretch[end : end + 12]) if begin == 0]
    if not places:
        return 0
    tail = BRANCH.match(stretch, end + places[0][1])
    if tail is not None:
        return tail.end() - end
    return None if re.match(r"[一-鿿]", stretch[end + places[0][1] :]) else 0


def _central(stretch: str) -> Iterator[Mention]:
    """Yield 中央 where it is the authority that decided something: 中央“双减”工作要求."""
    for match in re.finditer(r"中央(?=“|《|决策|决定|部署|要求|关于|有关|和省|巡视|精神)", stretch):
        term = contextual("agencies.ttl").get("中央")
        if term is not None and stretch[match.start() - 1 : match.start()] not in ("党", "共"):
            yield _agency(
                term.kind, stretch, match.start(), match.end(), term.label, "agency.central", "="
            )


def _in_national_text(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield bodies whose names need a context (发展改革委) where that is the whole country."""
    if place is None or place.level != "country":
        return
    found, names = _contextual_names()
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        ends = end == len(stretch) or stretch[end] in EDGE or _ends_name(stretch, end)
        if _is_edge(stretch, begin) and ends and not _continues(name, stretch, end):
            term = contextual("agencies.ttl")[name]
            rule = "agency.national.context"
            yield _agency(term.kind, stretch, begin, end, term.label, rule, "=")


@cache
def _contextual_names() -> tuple[AhoCorasick, tuple[str, ...]]:
    names = tuple(sorted(name for name in contextual("agencies.ttl") if name != "中央"))
    return automaton(names), names


def _is_part(name: str, stretch: str, begin: int) -> bool:
    """Tell a name that is the end of a longer one: 市卫生健康委, 省人力资源社会保障部门."""
    before = stretch[max(0, begin - 1) : begin]
    return bool(before) and before in "省市县区州旗盟镇乡团" and not name.startswith(("国", "中"))


def _continues(name: str, stretch: str, end: int) -> bool:
    """Tell whether the letters go on to another word: 教育部|门, 市政府|采购."""
    for tail, pattern in GOES_ON.items():
        if name.endswith(tail) and pattern.match(stretch, end):
            return True
    return POST.match(stretch, end) is not None


# -- local bodies ----------------------------------------------------------------------------


def _local_names(place: Place | None) -> tuple[str, ...]:
    return (place.name,) if place is not None and not place.code else ()


def _local(stretch: str, place: Place | None, local: tuple[str, ...]) -> Iterator[Mention]:
    """Yield bodies written behind a level (市教育局) or a place (温岭市教育局)."""
    for prefix in _prefixes(stretch, place, local):
        form = _form_at(stretch, prefix.end)
        if form is not None:
            end = prefix.end + len(form.form)
            if _continues(form.form, stretch, end):
                continue
            named = form.kind in ("PublicInstitution", "Enterprise") and _is_short(stretch, prefix)
            official = stretch[prefix.begin : end] if named else form.official
            yield _agency(
                form.kind, stretch, prefix.begin, end, official, "agency.form", prefix.scope
            )
            unit = SUB_UNIT.match(stretch, end)
            if unit is not None and form.form[-1] in "局厅队":
                name = form.official + unit[0]
                yield _agency(
                    form.kind,
                    stretch,
                    prefix.begin,
                    unit.end(),
                    name,
                    "agency.form.unit",
                    prefix.scope,
                )
            continue
        yield from _functional(stretch, prefix)
        yield from _unlisted_form(stretch, prefix)


def _prefixes(stretch: str, place: Place | None, local: tuple[str, ...]) -> Iterator[Prefix]:
    yield from _place_prefixes(stretch, place)
    for match in LEVEL.finditer(stretch):
        if SEVERAL_LEVELS.search(stretch[: match.start()]):
            continue
        prefix = _level_prefix(stretch, match, local)
        if prefix is not None:
            yield prefix


def _place_prefixes(stretch: str, place: Place | None) -> Iterator[Prefix]:
    """Yield the places named, a chain of them (浙江省温岭市) as its last."""
    previous: Prefix | None = None
    for begin, end, name in find_names(stretch):
        found = choose(name, _place_of(previous) or place) or choose(name, place)
        if found is None:
            continue
        scope = f"@{found.code}" if found.code else f"={name}"
        start = begin
        if previous is not None and previous.end == begin and _lies_in(found, previous):
            start = previous.begin
        previous = Prefix(start, end, scope)
        yield previous
        if found.level == "county":
            yield from _township_behind(stretch, previous, found)


def _township_behind(stretch: str, county: Prefix, place: Place) -> Iterator[Prefix]:
    """Yield the township that a county's name leads to: 温岭市|大溪镇."""
    match = re.match(r"[一-鿿]{1,6}?(?:街道|镇|乡)", stretch[county.end :])
    if match is None:
        return
    for town in regions().within(place.code, ("township",)):
        if town.name == match[0]:
            yield Prefix(county.begin, county.end + match.end(), f"@{town.code}")


def _place_of(prefix: Prefix | None) -> Place | None:
    return regions().by_code.get(prefix.scope[1:]) if prefix is not None else None


def _lies_in(found: Place, prefix: Prefix) -> bool:
    return prefix.scope[1:] in {above.code for above in regions().above(found.code)}


def _level_prefix(stretch: str, match: re.Match[str], local: tuple[str, ...]) -> Prefix | None:
    begin, end = match.start(), match.end()
    for name in local:
        if stretch.endswith(name, 0, end):
            return Prefix(end - len(name), end, "")
    if _is_edge(stretch, begin) or PARTY_OR_GOVERNMENT.search(stretch[:begin]):
        return Prefix(begin, end, match[0])
    for length in (2, 3):
        start = begin - length
        name = stretch[start:end]
        if (
            start >= 0
            and _is_edge(stretch, start)
            and re.fullmatch(r"[一-鿿]+", name)
            and not NO_PLACE.search(name)
            and not tagged(name)[0][1].startswith("v")
        ):
            return Prefix(start, end, f"={name}")
    return None


def _is_edge(stretch: str, begin: int) -> bool:
    """Tell whether a name can begin here: at a mark, or behind a word that governs names."""
    if begin == 0 or stretch[begin - 1] in EDGE:
        return True
    return stretch[:begin].endswith(_links())


@cache
def _links() -> tuple[str, ...]:
    return tuple(row["word"] for row in rows("boundary_words.tsv") if row["role"] == "link")


@cache
def _short_bodies() -> frozenset[str]:
    return frozenset(words("short_bodies.tsv"))


@cache
def _form_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(form) for form in forms()}, reverse=True))


def _form_at(stretch: str, begin: int) -> Form | None:
    """Return the longest form of a local body that stands at this offset."""
    for length in _form_lengths():
        form = forms().get(stretch[begin : begin + length])
        if form is not None and len(form.form) == length:
            return form
    return None


def _functional(stretch: str, prefix: Prefix) -> Iterator[Mention]:
    """Yield 市教育部门: a field of government at a level, as its body."""
    for length in (8, 7, 6, 5, 4, 3, 2):
        name = stretch[prefix.end : prefix.end + length]
        function = functions().get(name)
        if function is not None and re.match(
            r"(?:行政)?(?:主管)?部门", stretch[prefix.end + length :]
        ):
            end = stretch.index("部门", prefix.end) + 2
            yield _agency(
                function.kind,
                stretch,
                prefix.begin,
                end,
                f"?{name}",
                "agency.function",
                prefix.scope,
            )
            return


UNLISTED = re.compile(
    r"(?P<body>[一-鿿]{2,10}?)(?P<tail>局|厅|委员会|办公室|管委会|服务中心|中心|委|办)(?=[、，。；：）（\s和与及等要会负牵]|$)"
)
VERBAL = re.compile(
    r"[的了在为与和及把将被各等]|工作|推进|实施|开展|落实|加强|设立|成立|建立|城市|层面|范围|居民|民生"
)


def _unlisted_form(stretch: str, prefix: Prefix) -> Iterator[Mention]:
    """Yield a body that the tables do not hold but that is built like one: 市民营经济局."""
    match = UNLISTED.match(stretch, prefix.end)
    if match is None or VERBAL.search(match["body"]) or GENERIC.match(match["body"]):
        return
    if match["body"][0] in "域场民级直属区会":  # 区域, 市场, 市民: the level is part of a word
        return
    if match["tail"] in ("委", "办") and len(match["body"]) > 6:
        return
    kind = "PublicInstitution" if match["tail"].endswith("中心") else "GovernmentBody"
    name = stretch[prefix.begin : match.end()] if _is_short(stretch, prefix) else template(match[0])
    yield _agency(kind, stretch, prefix.begin, match.end(), name, "agency.built", prefix.scope)


def _is_short(stretch: str, prefix: Prefix) -> bool:
    """Tell a place without its suffix: a name built on it (广西博览局) stays as it is written."""
    return (
        prefix.scope.startswith("@") and stretch[prefix.begin : prefix.end] not in regions().by_name
    )


@cache
def _split_pattern() -> tuple[re.Pattern[str], dict[str, Form]]:
    """Return a pattern of the forms with their level inside: 团市委, 共青团温岭市委."""
    table = {form.form.split("*")[0]: form for form in split_forms()}
    heads = "|".join(sorted(table, key=len, reverse=True))
    return re.compile(
        rf"(?P<head>{heads})(?P<where>[一-鿿]{{0,8}}?(?:自治区|[省市县区州旗]))(?P<tail>委(?:员会)?)(?![员托派])"
    ), table


def _split_forms(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield 团市委 and 共青团温岭市委: the level or the place stands inside the form."""
    pattern, table = _split_pattern()
    for match in pattern.finditer(stretch):
        if not _is_edge(stretch, match.start()):
            continue
        form, where = table[match["head"]], match["where"]
        if LEVEL.fullmatch(where):
            scope = where
        else:
            found = next(
                (choose(n, place) for b, e, n in find_names(where) if e - b == len(where)), None
            )
            scope = f"@{found.code}" if found is not None and found.code else f"={where}"
        yield _agency(
            form.kind,
            stretch,
            match.start(),
            match.end(),
            form.official,
            "agency.form.split",
            scope,
        )


def _party_groups(stretch: str) -> Iterator[Mention]:
    """Yield the party committee of the issuer itself: 局党委."""
    for match in re.finditer(r"[局厅委校院](?:党委|党组)(?![书成员])", stretch):
        if not _ends_form(stretch, match.start() + 1):
            group = "委员会" if match[0].endswith("党委") else "党组"
            yield _agency(
                "PartyBody",
                stretch,
                match.start(),
                match.end(),
                "中共{}" + group,
                "agency.party-group",
                "~",
            )


def _ends_form(stretch: str, end: int) -> bool:
    """Tell whether a body's form ends here: 教育局|党委 names the body itself."""
    return any(stretch[max(0, end - length) : end] in forms() for length in _form_lengths())


# -- lists -----------------------------------------------------------------------------------


def _listed(stretch: str) -> Iterator[Mention]:
    """Yield the members of a responsibility list, also those without their level."""
    cues = list(LIST_CUE.finditer(stretch))
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        if not re.search(r"[:：]", cue[0]) and stretch[cue.end() : cue.end() + 1] not in "（":
            continue
        stop = following.start() if following is not None else len(stretch)
        closing = re.search(r"[）】。\]]", stretch[cue.end() : stop])
        end = (
            cue.end() + closing.start()
            if closing and not _opens(stretch[cue.end() : cue.end() + closing.start()])
            else stop
        )
        yield from _items(stretch, cue.end(), end)


def _opens(part: str) -> bool:
    return part.count("（") > part.count("）")


def _items(stretch: str, begin: int, end: int) -> Iterator[Mention]:
    at = begin
    for piece in SEPARATOR.split(stretch[begin:end]):
        start = stretch.find(piece, at) if piece else at
        at = start + len(piece)
        mention = _item(stretch, start, piece)
        if mention is not None:
            yield mention


def _item(stretch: str, begin: int, piece: str) -> Mention | None:
    """Return the body that one member of a list names without its level."""
    name = piece.strip("（）()：:等 \u3000")
    start = begin + piece.find(name) if name else begin
    end = start + len(name)
    if len(name) < 2 or NO_BODY.search(name):
        return None
    form = forms().get(name) or forms().get("委" + name)
    if form is not None:
        return _agency(form.kind, stretch, start, end, form.official, "agency.listed", "")
    function = functions().get(name)
    if function is not None:
        return _agency(function.kind, stretch, start, end, f"?{name}", "agency.listed.function", "")
    body = BODY.fullmatch(name)
    if body is None or LEVEL.match(name):
        return None
    kind = _kind_of_tail(body["tail"])
    bank = _head_office(name)
    if kind == "InternalUnit":
        return _agency(kind, stretch, start, end, "{}" + name, "agency.listed.office", "~")
    if bank is not None:
        return _agency(kind, stretch, start, end, bank, "agency.listed.branch", "=")
    return _agency(kind, stretch, start, end, template(name), "agency.listed.built", "")


def _head_office(name: str) -> str | None:
    """Return the full name of a national body's branch: 人民银行…支行 → 中国人民银行…支行."""
    table = terms("agencies.ttl")
    for length in range(len(name) - 2, 2, -1):
        if name[:length] in table and BRANCH.search(name, length):
            return table[name[:length]].label + name[length:].replace("营管部", "营业管理部")
    return None


@cache
def _tails() -> dict[str, str]:
    table = {row["head"]: KINDS[row["kind"]] for row in rows("organisation_heads.tsv")}
    table |= dict.fromkeys(
        ("局", "厅", "委员会", "委", "办", "办公室", "监管局", "分局", "部"), "GovernmentBody"
    )
    table |= dict.fromkeys(("科", "处", "股", "室"), "InternalUnit")
    table |= dict.fromkeys(
        (
            "公司",
            "集团",
            "银行",
            "支行",
            "分行",
            "电网",
            "移动",
            "电信",
            "联通",
            "铁塔",
            "石化",
            "石油",
        ),
        "Enterprise",
    )
    table |= dict.fromkeys(("工会",), "MassOrganization") | dict.fromkeys(
        ("会", "联社", "总社"), "Association"
    )
    table |= dict.fromkeys(("组", "指挥部", "领导小组"), "WorkingGroup")
    return table


def _kind_of_tail(tail: str) -> str:
    return _tails().get(tail, "PublicInstitution")


def _departments(stretch: str) -> Iterator[Mention]:
    """Yield the fields of government listed before 等部门, or one alone (教育部门)."""
    for match in DEPARTMENTS.finditer(stretch):
        items = list(_chain(stretch, match.start()))
        if not items or _is_generic_before(stretch, items[-1][0]):
            continue
        single = len(items) == 1 and not match["etc"]
        if match["unit"] == "单位" and single:
            continue
        for begin, end, name in items:
            stop = match.end() if single else end
            national = stretch[max(0, begin - 2) : begin] == "国家"
            start = begin - 2 if national and single else begin
            scope = "国" if national else ""
            function = functions()[name]
            yield _agency(
                function.kind, stretch, start, stop, f"?{name}", "agency.departments", scope
            )


def _chain(stretch: str, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the fields of government that end here, then those before 、 or 和, last first."""
    while True:
        found = next(
            (
                end - length
                for length in (9, 8, 7, 6, 5, 4, 3, 2)
                if stretch[max(0, end - length) : end] in functions() and end >= length
            ),
            None,
        )
        if found is None:
            return
        yield found, end, stretch[found:end]
        if found == 0 or stretch[found - 1] not in "、和及与":
            return
        end = found - 1


def _is_generic_before(stretch: str, begin: int) -> bool:
    before = stretch[max(0, begin - 3) : begin]
    return bool(
        re.search(
            r"(?:各|级|有关|相关|上级|主管|地方|其他|每个|市区|州市)$|[省市县区镇乡]$", before
        )
    )


# -- bare forms ------------------------------------------------------------------------------

SUB_UNIT = re.compile(r"[一-鿿]{1,6}?(?:支队|大队|总队|分局)(?![一-鿿]*(?:局|委))")


def _bare(stretch: str) -> Iterator[Mention]:
    """Yield bodies without a level where they stand by themselves: 由教育局牵头."""
    for match in re.finditer(r"[一-鿿]{2,14}", stretch):
        run = match[0]
        for offset in range(len(run) - 1):
            begin = match.start() + offset
            if not _is_edge(stretch, begin):
                continue
            form = _form_at(stretch, begin)
            if form is None or not _stands_alone(form, stretch, begin):
                continue
            end = begin + len(form.form)
            yield _agency(form.kind, stretch, begin, end, form.official, "agency.bare", "")


def _stands_alone(form: Form, stretch: str, begin: int) -> bool:
    end = begin + len(form.form)
    if _continues(form.form, stretch, end) or stretch[max(0, begin - 1) : begin] in ("原", "属"):
        return False
    if re.search(r"各(?:[市县区州、（）]|有关|级)*$", stretch[:begin]):
        return False
    if form.form in _short_bodies():
        return end == len(stretch) or stretch[end] in EDGE or stretch[end] in "等和与及"
    return len(form.form) >= 3 and form.form[-1] in "局厅" and _ends_name(stretch, end)


# -- organisations by their last word ----------------------------------------------------------


@cache
def _heads() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    table = {
        row["head"]: (KINDS[row["kind"]], row["proper"]) for row in rows("organisation_heads.tsv")
    }
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table


NOT_BEHIND_HEAD = re.compile(
    r"[生化园长型式们级部制法工门区内间建]|毕业|校长|教育(?!厅|局)|办学|思想|精神|建设|文化|体系|治理|成员|代表|校园|城|化|任务|环节|工作组|阅览"
)
PART_BEHIND = re.compile(
    r"新?园区|新?校区|分园|分校|项目|新建|改扩建|扩建|迁建|升格|等级|[一二三]期"
)
ORDINAL = re.compile(r"第?[一二三四五六七八九十]{1,2}$|第[一二三四五六七八九十\d]{1,3}")


def _organisations(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield schools, hospitals, companies, associations, working groups by their last word."""
    pattern, table = _heads()
    for match in pattern.finditer(stretch):
        kind, proper = table[match[0]]
        if proper == "never" or not _ends_name(stretch, match.end()):
            continue
        begin = name_begin(stretch, match.start(), quotes=kind == "WorkingGroup")
        begin = _skip_openers(stretch, begin, match.start())
        modifier = stretch[begin : match.start()]
        if not _is_proper(modifier, proper, place):
            continue
        scope, name = _scope_of(stretch, begin, match.end(), place)
        yield _agency(kind, stretch, begin, match.end(), name, f"agency.{kind}", scope)


def _ends_name(stretch: str, end: int) -> bool:
    """Tell whether a name can end here: at a mark, or before a verb or a particle."""
    if NOT_BEHIND_HEAD.match(stretch, end):
        return False
    if PART_BEHIND.match(stretch, end):
        return True
    if (
        not re.match(r"[一-鿿]", stretch[end:])
        or stretch[end] in "等和与及的在为是要将由对等、应可按组共已按于"
    ):
        return True
    word, flag = tagged(stretch[end : end + 6])[0]
    return flag.startswith(("v", "p", "c", "u", "d", "r")) and len(word) > 1 and flag != "vn"


def _skip_openers(stretch: str, begin: int, head: int) -> int:
    opener = re.match(
        r"(?:全[市县区省镇]|我[市县区省镇]|各[市县区省镇]?|[一两二三四五六七八九十\d]+[所家个名]|等\d*[所家个]?|全|本|的|了|和|与|及)+",
        stretch[begin:head],
    )
    return begin + opener.end() if opener is not None else begin


COLLECTIVE = re.compile(
    r"[省市县区]?(?:充分|发挥|级|各类|行业|专业|单项|区域|产业|技术|体育|教学|相关|商会|跨界|社会)*"
)


def _is_own_topic(modifier: str) -> bool:
    """Tell a topic that sets an organisation apart (校园安全工作) from a kind of them (行业)."""
    placed = any(begin == 0 for begin, _, _ in find_names(modifier))
    topic = modifier.replace("工作", "").replace("专项", "")
    return len(topic) >= (2 if placed else 4) and COLLECTIVE.fullmatch(modifier) is None


def _is_proper(modifier: str, proper: str, place: Place | None) -> bool:
    """Tell whether what stands before the last word makes it a name."""
    if len(modifier) < 1 or GENERIC.match(modifier):
        return False
    if proper == "topic":
        return _is_own_topic(modifier)
    if LEVEL.match(modifier) and not re.match(
        r"省会|[省市县区镇乡](?:级(?!机关)|属|直|域|场|民|委?内)", modifier
    ):
        return not re.match(r"[省市县区镇乡][外内县市区镇村乡、]|[市县][中小]", modifier)
    if ORDINAL.search(modifier):
        return True
    if (
        place is not None
        and not place.code
        and modifier.startswith(short_name(place.name, place.level))
    ):
        return True
    return any(
        begin == 0 and choose(name, place) is not None for begin, _, name in find_names(modifier)
    ) or any(modifier.startswith(name) for name in _town_names(place))


def _town_names(place: Place | None) -> tuple[str, ...]:
    if place is None or not place.code or place.level not in ("county", "prefecture"):
        return ()
    return tuple(p.name for p in regions().within(place.code, ("township",)))


def _scope_of(stretch: str, begin: int, end: int, place: Place | None) -> tuple[str, str]:
    """Return what an organisation's name hangs on, and the name with `{}` for the place."""
    name = stretch[begin:end]
    chain = [prefix for prefix in _place_prefixes(name, place) if prefix.begin == 0]
    if chain and chain[-1].scope.startswith("@"):
        last = chain[-1]
        full = (
            regions().by_code[last.scope[1:]].name
            == name[: last.end][-len(regions().by_code[last.scope[1:]].name) :]
        )
        country = last.scope == "@100000"
        return last.scope, template(name[last.end :]) if full and not country else name
    level = LEVEL.match(name)
    if level is not None and not re.match(r"[省市县区镇乡]级", name):
        return level[0], template(name[level.end() :])
    return "", template(name)
