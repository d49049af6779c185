"""A stretch to the local bodies whose forms it holds, behind a level or a place or alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from kg.extract.agency_bounds import (
    EDGE,
    GENERIC,
    bank_in_full,
    continues,
    ends_name,
    is_edge,
    is_of_provinces,
    mention_agency,
    written_out,
)
from kg.extract.agency_places import LEVEL, Prefix, find_prefixes
from kg.extract.places import choose, find_names
from kg.extract.text import places_of, up_to
from kg.models import Mention, Place
from kg.vocabulary import Form, forms, functions, regions, split_forms, template, words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

SUB_UNIT = re.compile(r"[一-鿿]{1,6}?(?:支队|大队|总队|分局)(?![一-鿿]*(?:局|委))")
# 市教育局|办公室; 市教育局|基础教育科 before a mark, a duty or the name and number of who answers.
OFFICE = re.compile("办公[厅室]")
SECTION = re.compile(
    "(?!各|有关|相关|下属|所属|内设|等)(?:(?![的与和及是为由在])[一-鿿]){2,9}?[处科](?![长级学技研室员普创教协])"
    "(?=[^一-鿿]|$|负责|牵头|通过|会同|联系|电话|咨询|审核|受理|[一-鿿]{2,3}(?:[^一-鿿]|$|联系|电话))"
)
UNLISTED = re.compile(
    r"(?P<body>[一-鿿]{2,10}?)(?P<tail>局|厅|委员会|办公室|管委会|管委|服务中心|中心|委|办)(?=[、，。；：）（\s和与及等要负牵]|会同|会商|$)"
)
# What a body's name must hold that no table has: UNLISTED's tails, the end of 教育部门.
BUILT = re.compile("局|厅|委|办|中心|部门")
VERBAL = re.compile(
    r"[的了在为与和及把将被各等]|工作|推进|实施|开展|落实|加强|设立|成立|建立|城市|层面|范围|居民|民生"
)

# 成功举办, 良好开局: the last letter belongs to another word.
NO_TAIL = re.compile(r"[举主承创开兴协申筹督查联经停试合自]办$|[开格布结全大新破残棋]局$")

# 工会、青少年、老龄等工作有新起色: fields of work, and who works in them is not spoken of.
FIELDS_OF_WORK = re.compile(
    r"(?:[、和][一-鿿]{2,8}){0,30}?等(?:各项|各方面|方面)?(?:社会)?(?:工作|事业|领域)"
)
DEPARTMENT = re.compile(r"(?:行政)?(?:主管|监督管理|监管|管理|执法)?部门")
# 由|公安机关 says who, where a place has one police bureau; 公安机关|交通管理部门 is its part.
POLICE = re.compile("(?<=[由报向请知告送同])公安机关(?!交通|出入境)")
# 科技厅（委、局）, 教委（|教育局）: what the bodies of several places are called.
OTHER_NAMES = re.compile("（(?:[厅局委办]、?)+）|（[一-鿿]{1,6}[厅局委]）")
# 各区民政局、|财政局: each district's as well, unlike 各区、|财政局.
OF_EACH = re.compile(
    r"各(?:[市县区州旗]|（[市县区州旗、]{1,5}）|、(?=[县区旗]))+[一-鿿]{2,12}[局委厅办](?:（[^）、]{1,4}）)?"
    r"(?:、[一-鿿（）]{2,14}){0,8}、\Z|各级[一-鿿]{2,8}部门(?:、[一-鿿]{2,8}){0,6}、\Z"  # …、|文联
)
LIST_BEFORE = re.compile("[^，。；：（）]*$")
LIST_REACH = 80
OF_THE_STATE = re.compile("国家|国务院|中央|部(?:、|和|与|及|$)|总局|总署")
# A field of government at a level of which a place has many: 县|教育部门 in a city's paper.
BELOW = {"prefecture": ("县", "区", "旗"), "province": ("县", "区", "州", "旗", "盟")}
GOVERNMENTS = ("政府", "人民政府")
RUN = re.compile("[一-鿿]{2,14}")
PARTY_GROUP = re.compile(r"[局厅委校院](?:党委|党组)(?![书成员织])")
CORPS = "新疆生产建设兵团"  # has the bodies of a province: 新疆生产建设兵团|科技局
PAIRED = re.compile(r"(?<!各)(?P<level>自治区|[省市县区州])(?:委|党委)[、和](?P<government>政府)")


def find_local(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield bodies written behind a level (市教育局) or a place (温岭市教育局)."""
    found = _forms_in(stretch)
    if not found and BUILT.search(stretch) is None:
        return
    leads = partial(_begins_body, stretch, found, stretch.rfind("部门"))
    for prefix in find_prefixes(stretch, place, leads):
        form = found.get(prefix.end)
        if form is not None:
            end = prefix.end + len(form.form)
            if continues(form.form, stretch, end):
                continue
            begin = prefix.begin
            if form.kind == "PartyBody" and stretch.endswith("中共", 0, begin):
                begin -= 2
            official = _official(stretch, prefix, form)
            yield mention_agency(
                form.kind, stretch, begin, end, official, "agency.form", prefix.scope
            )
            if form.form in GOVERNMENTS:
                yield from _sharing(stretch, prefix, form, place)
            yield from _units(stretch, prefix, form)
            continue
        if place is None or prefix.scope not in BELOW.get(place.level, ()):
            yield from _functional(stretch, prefix)
        yield from _unlisted_form(stretch, prefix)


def _official(stretch: str, prefix: Prefix, form: Form) -> str:
    """Return the name as a template; behind a place without its suffix some stay as written."""
    if _is_short(stretch, prefix):
        if form.kind in ("PublicInstitution", "Enterprise"):
            return bank_in_full(stretch[prefix.begin : prefix.end + len(form.form)])
        if form.official.endswith("区管理委员会"):  # 云陵|经济技术开发区管委会
            return stretch[prefix.begin : prefix.end] + re.sub(r"^\{~?\}", "", form.official)
    return form.official


def _units(stretch: str, prefix: Prefix, form: Form) -> Iterator[Mention]:
    """Yield a part of a body behind its form: 市公安局|交警支队, 市教育局|办公室, …|人事科."""
    end = prefix.end + len(form.form)
    section = SECTION.match(stretch, end) if form.form[-1] in "局厅委部办会" else None
    unit = SUB_UNIT.match(stretch, end) if form.form[-1] in "局厅队" else None
    if form.form[-1] in "局厅委会":
        unit = OFFICE.match(stretch, end) or unit
    for found, kind in ((unit, form.kind), (section, "InternalUnit")):
        if found is not None and not continues(found[0], stretch, found.end()):
            name = form.official + found[0]
            yield mention_agency(
                kind, stretch, prefix.begin, found.end(), name, "agency.form.unit", prefix.scope
            )


def find_of_same_level(stretch: str, heads: Iterable[Mention]) -> Iterator[Mention]:
    """Yield what is listed behind a body and shares its level: 省教育厅、|财政厅.

    `heads` are the bodies that find_local read in the stretch.
    """
    found = _forms_in(stretch)
    for head in heads:
        end = head.end
        while end < len(stretch) and stretch[end] in "、和与及":
            begin = end + 1
            form = found.get(begin) or _of_party(head, stretch, begin)
            end = begin + len(form.form.removeprefix("委")) if form is not None else begin
            if form is None or not _ends_item(form, stretch, end):
                break
            rule = "agency.listed.level"
            yield mention_agency(form.kind, stretch, begin, end, form.official, rule, head.scope)


def find_of_corps(stretch: str) -> Iterator[Mention]:
    """Yield the bodies of the corps in Xinjiang, also those listed behind one of them."""
    if CORPS not in stretch:
        return
    found = _forms_in(stretch)
    for first, end in places_of(CORPS, stretch):
        begin = first
        while form := found.get(end):
            stop = end + len(form.form)
            if not _ends_item(form, stretch, stop) or form.form[-1] in "府厅":
                break
            name = re.sub(r"\{~?\}", CORPS, template(form.official))
            yield mention_agency(form.kind, stretch, begin, stop, name, "agency.corps", "=")
            begin = end = stop + 1
            if stretch[stop : stop + 1] != "、":
                break


def _of_party(head: Mention, stretch: str, begin: int) -> Form | None:
    """Return the form of a committee's part named without it: 市委组织部、|宣传部."""
    if head.kind != "PartyBody":
        return None
    names = ("委" + stretch[begin : begin + length] for length in range(9, 1, -1))
    return next((forms()[name] for name in names if name in forms()), None)


def _ends_item(form: Form, stretch: str, end: int) -> bool:
    if len(form.form) == 1 or continues(form.form, stretch, end):
        return False
    if FIELDS_OF_WORK.match(stretch, end) or OTHER_NAMES.match(stretch, end):
        return False
    return end == len(stretch) or stretch[end] in EDGE + "等和与及" or ends_name(stretch, end)


def _begins_body(stretch: str, found: dict[int, Form], department: int, at: int) -> bool:
    """Tell whether find_local can find a body whose name begins there, behind a level.

    One of a known form, a field of government whose last 部门 is still to come, or an unlisted one.
    """
    return at in found or at < department or UNLISTED.match(stretch, at) is not None


def _sharing(stretch: str, prefix: Prefix, form: Form, place: Place | None) -> Iterator[Mention]:
    """Yield the governments of the places before: 南昌、九江|市政府."""
    begin = prefix.begin
    for first, last, name in reversed(find_names(stretch[: prefix.begin])):
        found = choose(name, place)
        if stretch[last:begin] not in ("、", "和") or found is None or not found.code:
            return
        begin = first
        scope = f"@{found.code}"
        yield mention_agency(
            form.kind, stretch, first, last, form.official, "agency.form.shared", scope
        )


def find_state_departments(stretch: str) -> Iterator[Mention]:
    """Yield who a law of the country means by 国务院教育行政部门: the ministry of that field."""
    if "国务院" not in stretch or "部门" not in stretch:
        return
    for begin, end in places_of("国务院", stretch):
        yield from _functional(stretch, Prefix(begin, end, "国"))


def _functional(stretch: str, prefix: Prefix) -> Iterator[Mention]:
    """Yield 市教育部门: a field of government at a level, as its body."""
    if "部门" not in stretch:
        return
    for length in (8, 7, 6, 5, 4, 3, 2):
        name = stretch[prefix.end : prefix.end + length]
        function = functions().get(name)
        if function is not None and DEPARTMENT.match(stretch, prefix.end + length):
            end = stretch.index("部门", prefix.end) + 2
            yield mention_agency(
                function.kind,
                stretch,
                prefix.begin,
                end,
                f"?{name}",
                "agency.function",
                prefix.scope,
            )
            return


def _unlisted_form(stretch: str, prefix: Prefix) -> Iterator[Mention]:
    """Yield a body that the tables do not hold but that is built like one: 市民营经济局."""
    match = UNLISTED.match(stretch, prefix.end)
    if match is None or VERBAL.search(match["body"]) or GENERIC.match(match["body"]):
        return
    if match["body"][0] in "域场民级直属区县会":  # 区域, 市场, 市民: the level is part of a word
        return
    if match["tail"] in ("委", "办") and len(match["body"]) > 6:
        return
    if NO_TAIL.search(match[0]):
        return
    kind = "PublicInstitution" if match["tail"].endswith("中心") else "GovernmentBody"
    whole, tail = stretch[prefix.begin : match.end()], written_out(match[0])
    name = written_out(whole) if _is_short(stretch, prefix) else template(tail)
    yield mention_agency(
        kind, stretch, prefix.begin, match.end(), name, "agency.built", prefix.scope
    )


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


def find_split_forms(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield 团市委 and 共青团温岭市委: the level or the place stands inside the form."""
    if "委" not in stretch:
        return
    pattern, table = _split_pattern()
    for match in pattern.finditer(stretch):
        if not is_edge(stretch, match.start()):
            continue
        form, where = table[match["head"]], match["where"]
        if LEVEL.fullmatch(where):
            scope = where
        else:
            found = next(
                (choose(n, place) for b, e, n in find_names(where) if e - b == len(where)), None
            )
            scope = f"@{found.code}" if found is not None and found.code else f"={where}"
        yield mention_agency(
            form.kind,
            stretch,
            match.start(),
            match.end(),
            form.official,
            "agency.form.split",
            scope,
        )


def find_paired(stretch: str) -> Iterator[Mention]:
    """Yield the government that is named with its party committee: 自治区党委、政府."""
    if "委、政府" not in stretch and "委和政府" not in stretch:
        return
    for match in PAIRED.finditer(stretch):
        begin, end = match.span("government")
        if not continues("政府", stretch, end):
            yield mention_agency(
                "GovernmentBody", stretch, begin, end, "{}人民政府", "agency.paired", match["level"]
            )


def find_police(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield the police of a city or county: 由|公安机关依法处罚."""
    if "公安机关" not in stretch or place is None or place.level not in ("prefecture", "county"):
        return
    for match in POLICE.finditer(stretch):
        yield mention_agency(
            "GovernmentBody", stretch, match.start(), match.end(), "?公安", "agency.function", ""
        )


def find_party_groups(stretch: str) -> Iterator[Mention]:
    """Yield the party committee of the issuer itself: 局党委."""
    if "党委" not in stretch and "党组" not in stretch:
        return
    for match in PARTY_GROUP.finditer(stretch):
        if not _ends_form(stretch, match.start() + 1):
            group = "委员会" if match[0].endswith("党委") else "党组"
            yield mention_agency(
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


def find_bare(stretch: str) -> Iterator[Mention]:
    """Yield bodies without a level where they stand by themselves: 由教育局牵头."""
    found = _forms_in(stretch)
    for run in RUN.finditer(stretch) if found else ():
        for begin in range(run.start(), run.end() - 1):
            form = found.get(begin)
            if form is None or not is_edge(stretch, begin):
                continue
            if _stands_alone(form, stretch, begin):
                end = begin + len(form.form)
                yield mention_agency(
                    form.kind, stretch, begin, end, form.official, "agency.bare", ""
                )


def _stands_alone(form: Form, stretch: str, begin: int) -> bool:
    end = begin + len(form.form)
    if continues(form.form, stretch, end) or stretch[max(0, begin - 1) : begin] in ("原", "属"):
        return False
    if re.search(r"各(?:[市县区州、（）]|有关|级)*$", up_to(stretch, begin)):
        return False
    if _is_of_each(stretch, begin):
        return False
    if _is_one_of_names(stretch, begin, end) or is_of_provinces(stretch, begin):
        return False
    if form.form in _short_bodies():
        if FIELDS_OF_WORK.match(stretch, end):
            return False
        listed = stretch[max(0, begin - 1) : begin] in ("、", "和") and ends_name(stretch, end)
        return listed or end == len(stretch) or stretch[end] in EDGE or stretch[end] in "等和与及"
    if form.form[-1] == "委" and not _follows_local_body(stretch, begin):
        return False
    return len(form.form) >= 3 and form.form[-1] in "局厅委" and ends_name(stretch, end)


def _is_of_each(stretch: str, begin: int) -> bool:
    """Tell what is listed behind a body that every district has: 各区民政局、|财政局."""
    if stretch[max(0, begin - 1) : begin] != "、":
        return False
    return OF_EACH.search(stretch, max(0, begin - LIST_REACH), begin) is not None


def _follows_local_body(stretch: str, begin: int) -> bool:
    """Tell what is listed behind a body of a place: 省教育厅、|发展改革委, not 教育部、|国资委."""
    if stretch[max(0, begin - 1) : begin] not in ("、", "和", "与", "及"):
        return False
    before = LIST_BEFORE.search(stretch, max(0, begin - LIST_REACH), begin - 1)
    listed = before[0] if before is not None else ""
    return _ends_form(stretch, begin - 1) and OF_THE_STATE.search(listed) is None


def _is_one_of_names(stretch: str, begin: int, end: int) -> bool:
    """Tell 教育厅（教委）, 教委（教育局）: what stands for the bodies of many places."""
    if OTHER_NAMES.match(stretch, end):
        return True
    return stretch[max(0, begin - 2) : begin] in ("委（", "局（", "厅（") and stretch.startswith(
        "）", end
    )


@cache
def _short_bodies() -> frozenset[str]:
    return frozenset(words("short_bodies.tsv"))


@cache
def _form_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(form) for form in forms()}, reverse=True))


@cache
def _form_matcher() -> tuple[AhoCorasick, tuple[Form, ...]]:
    """Return a matcher over the forms of local bodies, with these in its order."""
    from ahocorasick_rs import AhoCorasick

    return AhoCorasick(list(forms())), tuple(forms().values())


@lru_cache(maxsize=16)  # find_local and find_bare ask for the same stretch
def _forms_in(stretch: str) -> dict[int, Form]:
    """Return the longest form of a local body at each place where one begins, in their order."""
    matcher, listed = _form_matcher()
    found = matcher.find_matches_as_indexes(stretch, overlapping=True)
    return {begin: listed[index] for index, begin, _ in sorted(found, key=lambda match: match[1:])}
