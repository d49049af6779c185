"""Findings to reading: mentions to entities, inside the document's jurisdiction."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from kg.models import (
    DIGEST,
    Entity,
    Findings,
    Imprint,
    Mention,
    Outline,
    Place,
    Profile,
    Reading,
    Responsibility,
)
from kg.vocabulary import (
    Term,
    areas,
    contextual,
    district_bodies,
    function_of,
    level_of,
    local_successions,
    regions,
    short_name,
    terms,
)

LEVEL_NAMES = {
    "country": "National", "province": "Provincial", "prefecture": "Prefectural",
    "county": "County", "township": "Township",
}  # fmt: skip
REGION_KINDS = {
    "country": "Country", "province": "Province", "prefecture": "Prefecture",
    "county": "County", "township": "Township", "area": "Area",
}  # fmt: skip
MUNICIPALITIES = frozenset(("110000", "120000", "310000", "500000"))
COUNTRY = Place("中国", "country", "100000", "中国")
LEVEL_WORD = re.compile(
    r"^(自治区|自治州|[省市县区州旗镇乡])(?=[一-鿿“])(?!级|直|属|域|区|县|民|场|长|委书记|政工程|容)"
)
UNIT = re.compile(r".{2,7}?(?:自治区|自治州|[省市县区镇乡])")
FIVE_YEAR = re.compile(r"^“十[二三四五六]五”(?!规划$|规划纲要$)")
SPOKEN = "responsibility.subject"  # the rule of kg.extract.responsibilities for who acts in a task
OFFICE = re.compile("办公[厅室]$")  # it signs for the body that it is of
PARENT = re.compile(r"(.{4,}(?:领导小组|联席会议|指挥部|委员会|工作小组))办公室$")


def resolve(outline: Outline, findings: Findings) -> Reading:
    """Return what every mention means, and what the document says about itself.

    What the jurisdiction does not decide stays unresolved: an entity of this source alone.
    """
    place = findings.place
    imprint = findings.imprint
    signed = sorted(imprint.issuers, key=lambda mention: mention.begin)
    year = _year(imprint)
    issuers = tuple(_agency(mention, outline, place, (), year) for mention in signed)
    issuers = issuers or tuple(_implied_issuer(outline, findings))
    profile = _profile(outline, imprint, place, issuers)
    stances = {citation.cited: citation.stance for citation in findings.citations}
    entities = tuple(
        _entity(mention, index, outline, findings, profile, stances)
        for index, mention in enumerate(findings.mentions)
    )
    findings = replace(findings, responsibilities=tuple(_of_others(findings, entities, profile)))
    reading = Reading(outline, profile, findings, entities)
    return replace(reading, context=surroundings(reading))


def _of_others(
    findings: Findings, entities: Sequence[Entity | None], profile: Profile
) -> Iterator[Responsibility]:
    """Yield who answers for the tasks: an issuer that only acts in one is implied, as ever."""
    signed = {issuer.full_name or issuer.name for issuer in profile.issuers}
    own = signed | {OFFICE.sub("", name) for name in signed}
    told: set[int] = set()
    acting: dict[int, Responsibility] = {}
    for fact in findings.responsibilities:
        body = entities[fact.agency] if fact.agency >= 0 else None
        if fact.rule == SPOKEN and body is not None and (body.full_name or body.name) in own:
            acting.setdefault(fact.task, fact)
        else:
            told.add(fact.task)
            yield fact
    for task, fact in acting.items():
        if task not in told:
            yield replace(fact, agency=-1, basis="Implied", rule="responsibility.issuer")


def surroundings(reading: Reading) -> tuple[Entity, ...]:
    """Return what else a reading must describe: the places and bodies its entities hang on."""
    profile = reading.profile
    return tuple(_context([*reading.entities, *profile.issuers, profile.region]))


def _year(imprint: Imprint) -> str:
    """Return the year of a paper: of its date, else of its number, else where its plan begins."""
    told = re.search(r"(?:19|20)\d{2}", f"{imprint.issued} {imprint.number} {imprint.period}")
    return told[0] if told is not None else ""


def _entity(
    mention: Mention,
    index: int,
    outline: Outline,
    findings: Findings,
    profile: Profile,
    stances: Mapping[int, str],
) -> Entity | None:
    place = findings.place
    if mention.type == "Agency":
        return _agency(mention, outline, place, profile.issuers, _year(findings.imprint))
    if mention.type == "Region":
        return _region_of(mention)
    if mention.type == "Program":
        return _program(mention)
    if index in findings.own:
        return document_entity(profile)
    return _document(mention, place, stances.get(index, "cites"), outline)


# -- places ----------------------------------------------------------------------------------


def place_of(scope: str, place: Place | None) -> Place | None:
    """Return the place that a mention's scope means in a document of `place`; None if open."""
    if scope == "国":
        return COUNTRY
    if scope.startswith("@"):
        return regions().by_code.get(scope[1:])
    if scope.startswith("="):
        return Place(scope[1:], level_of(scope[1:]), full_name=scope[1:]) if scope[1:] else None
    if not scope:
        return place
    return _at_level(scope, place)


def _at_level(word: str, place: Place | None) -> Place | None:
    """Return the place of the level that a word names, seen from the document's own place."""
    for candidate in _upwards(place):
        if _is_called(candidate, word):
            return candidate
    return None


def _upwards(place: Place | None) -> Iterator[Place]:
    if place is None:
        return
    yield place
    above = regions().above(place.parent) if not place.code else regions().above(place.code)[:-1]
    if not place.code:
        # 江西省云陵市青禾县: the city is as unlisted as the county, the province is not.
        listed = {one.name for one in above}
        pieces = [piece for piece in UNIT.findall(place.full_name)[:-1] if piece not in listed]
        yield from (Place(piece, level_of(piece), full_name=piece) for piece in reversed(pieces))
    yield from reversed(above)


def _is_called(place: Place, word: str) -> bool:
    if word == "市":
        return place.name.endswith("市") and place.level in ("county", "prefecture", "province")
    if word == "区":
        return place.level == "county" and place.name.endswith("区")
    if word == "县":
        return place.level == "county" and place.name.endswith("县")
    if word in ("州", "自治州"):
        return place.level == "prefecture" and place.name.endswith("州")
    if word == "自治区":
        return place.level == "province" and place.name.endswith("自治区")
    return place.name.endswith(word)


@cache
def display_name(place: Place) -> str:
    """Return a place's name as official names of bodies carry it: 常州市钟楼区, 温岭市大溪镇."""
    chain = regions().above(place.code) if place.code else ()
    if len(chain) > 1:
        above = chain[-2]
        if place.level == "township":
            return display_name(above) + place.name
        if (
            place.level == "county"
            and place.name.endswith("区")
            and above.level in ("prefecture", "province")
        ):
            return above.name + place.name
    if not place.code and place.level == "township" and place.full_name:
        return re.sub(r"^.{2,8}?(?:省|自治区)", "", place.full_name)
    return place.name


@lru_cache(maxsize=10_000)
def region_entity(place: Place) -> Entity:
    """Return a place as an entity; its key is its code, or its name where it has none."""
    return Entity(
        type="Region",
        kind=REGION_KINDS[place.level],
        name=place.name,
        key=place.code or _unlisted_key(place),
        full_name=place.full_name or place.name,
        code=place.code if place.code != "100000" else "",
        parent=_key_above(place),
        alternatives=_short(place),
    )


def _key_above(place: Place) -> str:
    """Return the key of the place above, which may be as unlisted as this one (青禾县, 云陵市)."""
    if place.code or place.level in ("country", "area"):
        return place.parent
    above = next(itertools.islice(_upwards(place), 1, None), None)
    return "" if above is None else above.code or _unlisted_key(above)


def _unlisted_key(place: Place) -> str:
    """Return what an unlisted place is known by, the same whichever places above a text names.

    A township's name says little without its county (枫渚县澄岭镇), a zone's without its city.
    """
    if place.level == "area" and place.parent:
        return place.full_name
    if place.level != "township":
        return place.name
    pieces = UNIT.findall(place.full_name)
    return "".join(pieces[-2:]) or place.name


def _short(place: Place) -> tuple[str, ...]:
    short = short_name(place.name, place.level)
    return (short,) if place.level in ("province", "prefecture") and short != place.name else ()


def _region_of(mention: Mention) -> Entity | None:
    if mention.kind != "Area":
        found = regions().by_code.get(mention.scope.removeprefix("@")) or areas().get(mention.name)
        return region_entity(found) if found is not None else None
    return region_entity(
        _area(mention.name, regions().by_code.get(mention.scope.removeprefix("@")))
    )


def _area(name: str, above: Place | None) -> Place:
    """Return an area of the tables, or the zone of that name in the place above it."""
    if above is None:
        return areas().get(name) or Place(name, "area", full_name=name)
    return Place(name, "area", full_name=above.full_name + name, parent=above.code)


# -- agencies --------------------------------------------------------------------------------


def _agency(
    mention: Mention,
    outline: Outline,
    place: Place | None,
    issuers: tuple[Entity, ...],
    year: str,
) -> Entity:
    if mention.scope == "~":
        return _of_issuer(mention, outline, issuers)
    if mention.scope == "=":
        return _complete(mention)
    where = place_of(mention.scope, place)
    official = _named_by(issuers, mention, where) or _official(mention, where, year)
    if where is None or official is None:
        return _unresolved(mention, outline)
    return _local_body(mention, official, where)


def _named_by(issuers: tuple[Entity, ...], mention: Mention, where: Place | None) -> str | None:
    """Return a field's body by the name that it signs with itself: 教育 → {}教育和体育局."""
    if where is None or not where.code or not mention.name.startswith("?"):
        return None
    body = re.compile(f"{mention.name[1:]}[一-鿿]{{0,8}}?(?:局|厅|委员会)")
    for issuer in issuers:
        rest = issuer.name.removeprefix(display_name(where))
        if issuer.code == where.code and rest != issuer.name and body.fullmatch(rest):
            return "{}" + rest
    return None


def _official(mention: Mention, where: Place | None, year: str) -> str | None:
    """Return the official name as a template; a bare function (?教育) by level and year."""
    if not mention.name.startswith("?"):
        return mention.name
    if where is None:
        return None
    function = function_of(mention.name[1:], year)
    district, until = district_bodies().get((where.code[:2], function.name), ("", ""))
    if district and where.level == "county" and (not until or year.isdigit() and year <= until):
        return "{}" + district
    level = "national" if where.level == "country" else where.level
    if where.code in MUNICIPALITIES:
        level = "municipality"
    for candidate in (level, "county" if level == "township" else "prefecture"):
        if candidate in function.bodies:
            body = function.bodies[candidate]
            return body if "{" in body or candidate == "national" else "{}" + body
    return None


def _local_body(mention: Mention, official: str, where: Place) -> Entity:
    shown = "" if where.level == "country" else display_name(where)
    name = _filled(official, where, shown)
    known = terms("agencies.ttl").get(name)
    if known is not None and where.level == "country":
        return _national(known)
    parent = PARENT.match(name)
    unique = not where.code or where.level == "country" or _is_unique(where)
    entity = Entity(
        type="Agency",
        kind=mention.kind,
        name=name,
        key=name if unique else f"{where.code}/{name}",
        code=where.code,
        level=LEVEL_NAMES.get(where.level, ""),
        jurisdiction=region_entity(where).key,
        parent=parent[1] if parent else "",
    )
    return _with_successor(entity, official.removeprefix("{}"), where)


def _with_successor(entity: Entity, body: str, where: Place) -> Entity:
    """Say which body took the place of one that a reform of all places renamed."""
    level = "municipality" if where.code in MUNICIPALITIES else where.level
    later, year = local_successions().get((level, body), ("", ""))
    if not later or not entity.key.endswith(body):
        return entity
    return replace(entity, successor=entity.key.removesuffix(body) + later, until=year)


def _filled(official: str, where: Place, shown: str) -> str:
    """Put the place into an official name, unless the name begins with it already."""
    rest = official.removeprefix("{}")
    short = short_name(where.name, where.level)
    if rest != official and shown and rest.startswith((shown, where.name, short)):
        return shown + rest.removeprefix(where.name) if rest.startswith(where.name) else rest
    return official.replace("{}", shown).replace("{~}", short)


def _is_unique(where: Place) -> bool:
    return display_name(where) != where.name or regions().is_unique(where.name)


def _complete(mention: Mention) -> Entity:
    """Return a body whose name needs no place."""
    known = terms("agencies.ttl").get(mention.name)
    if known is not None:
        return _national(known)
    parent = next(
        (term for term in _prefix_terms(mention.name) if len(term.label) < len(mention.name)), None
    )
    where = _place_behind(parent.label, mention.name) if parent is not None else None
    if parent is not None and where is not None:
        # 国家税务总局|天津市|税务局 is the body that 市税务局 is in a paper of that city.
        official = mention.name.replace(parent.label + where.name, parent.label + "{}", 1)
        return replace(_local_body(mention, official, where), parent=parent.label)
    return Entity(
        "Agency", mention.kind, mention.name, mention.name,
        level=parent.level if parent else "", parent=parent.label if parent else "",
        jurisdiction="100000" if parent else "",
    )  # fmt: skip


def _place_behind(head: str, name: str) -> Place | None:
    """Return the place whose full name stands behind that of a branch's head office."""
    rest = name.removeprefix(head)
    found = (regions().by_name.get(rest[:length], []) for length in range(len(rest) - 1, 1, -1))
    places = next((places for places in found if places), [])
    return places[0] if len(places) == 1 else None


def _prefix_terms(name: str) -> Iterator[Term]:
    table = terms("agencies.ttl")
    for length in range(len(name) - 1, 3, -1):
        if name[:length] in table:
            yield table[name[:length]]


def _national(term: Term) -> Entity:
    return Entity(
        type="Agency",
        kind=term.kind,
        name=term.label,
        key=term.label,
        alternatives=term.alternatives,
        level=term.level,
        parent=term.parent,
        jurisdiction="100000",
    )


def _of_issuer(mention: Mention, outline: Outline, issuers: tuple[Entity, ...]) -> Entity:
    """Return a part of the issuer: 局党委 → 中共温岭市教育局委员会.

    The department that put a joint paper on the net (来源：科技司) is the first issuer's.
    """
    published = mention.rule == "agency.office"
    if not issuers or (len(issuers) > 1 and not published):
        return _unresolved(mention, outline)
    issuer = _whole_body(issuers[0]) if mention.kind == "InternalUnit" else issuers[0]
    name = mention.name.replace("{}", issuer.name)
    key = mention.name.replace("{}", issuer.key)
    return Entity(
        "Agency", mention.kind, name, key, code=issuer.code, level=issuer.level,
        jurisdiction=issuer.jurisdiction, parent=issuer.key,
    )  # fmt: skip


def _whole_body(office: Entity) -> Entity:
    """Return the body whose general office it is: departments stand beside that, not below it."""
    name = re.sub(r"(?<=[厅局部署会])办公[厅室]$", "", office.name)
    known = terms("agencies.ttl").get(name)
    if known is not None:
        return _national(known)
    return replace(office, name=name, key=office.key.removesuffix(office.name) + name)


def _unresolved(mention: Mention, outline: Outline) -> Entity:
    """Return an entity of this source alone: the text does not say whose 教育局 it is."""
    name = re.sub(r"\s+", "", mention.text)
    return Entity("Agency", mention.kind, name, f"{outline.source.sha256[:DIGEST]}/{name}")


def _implied_issuer(outline: Outline, findings: Findings) -> Iterator[Entity]:
    """Yield the body whose name opens the title: 云陵市教育局2023年工作要点."""
    title = findings.imprint.title
    for mention, entity in (
        (m, _agency(m, outline, findings.place, (), _year(findings.imprint)))
        for m in findings.mentions
        if m.type == "Agency"
    ):
        if len(mention.text) > 4 and title.startswith(entity.name):
            yield entity
            return


# -- programmes and documents ------------------------------------------------------------------


def _program(mention: Mention) -> Entity:
    return _program_named(mention.name, mention.kind)


@lru_cache(maxsize=10_000)
def _program_named(written: str, kind: str) -> Entity:
    name = re.sub(r"[“”‘’\s]", "", written)
    known = terms("programs.ttl").get(name) or contextual("programs.ttl").get(name)
    if known is not None:
        # Under the name that the text gives it; who knows it by another finds it by that too.
        called = {known.label, *known.alternatives, *known.in_context}
        others = tuple(sorted(called - {name}))
        return Entity("Program", known.kind or kind, name, name, others, level=_stated_level(name))
    return Entity("Program", kind, name, name, level=_stated_level(name))


def _stated_level(name: str) -> str:
    for words, level in (
        (("国家", "全国", "中国"), "National"),
        (("省", "自治区", "全省"), "Provincial"),
        (("市级", "全市"), "Prefectural"),
        (("县级", "全县", "区级"), "County"),
    ):
        if name.startswith(words):
            return level
    return ""


def _document(mention: Mention, place: Place | None, stance: str, outline: Outline) -> Entity:
    known = _known_law(mention.name)
    if known is not None:
        return Entity(
            "Document", known.kind or mention.kind, known.label, known.label, known.alternatives,
            number=mention.number,
        )  # fmt: skip
    levelled = len(mention.scope) == 1 and mention.scope != "="
    where = place_of(mention.scope, place) if levelled else place
    if mention.scope == "区":
        where = where or _at_level("自治区", place)  # 我区 says less than 自治区党委
    title = qualify(mention.name, where, mention.scope != "=")
    return Entity("Document", mention.kind, title, _unspaced(title), number=mention.number)


def _unspaced(title: str) -> str:
    """Return a title as a key: not all texts put a blank between its issuers, or its parts."""
    return re.sub("(?<=[一-鿿]) | (?=[一-鿿])", "", title)


def _known_law(title: str) -> Term | None:
    table = terms("laws.ttl")
    title = title.replace(" ", "")
    bare = re.sub(r"[（(](?:试行|修订|修正|[\d年]+修[订正])[）)]$", "", title)
    names = (title, bare, "中华人民共和国" + bare) if bare.endswith(("法", "条例")) else (title,)
    for name in names:
        if name in table:
            return table[name]
    return None


def qualify(title: str, place: Place | None, local: bool) -> str:
    """Put the jurisdiction in front of a title that lacks it, where the text decides it."""
    if place is None or place.level == "country":
        return title
    level = LEVEL_WORD.match(title)
    if level is not None:
        where = _at_level(level[1], place)
        if where is not None:
            return _issued_in(where, title[level.end() :])
    short = short_name(place.name, place.level)
    if short in title:
        return title
    if local or FIVE_YEAR.match(title):
        return place.name + title
    return title


def _issued_in(place: Place, rest: str) -> str:
    """Return a title that began with a level: 省政府办公厅关于… → 江西省人民政府办公厅关于…."""
    if re.match("政府(?:办公[厅室])?关于", rest):
        return f"{place.name}人民{rest}"
    if re.match("委(?:办公[厅室])?关于", rest):
        return f"中共{place.name}{rest}"
    return place.name + rest


def document_entity(profile: Profile) -> Entity:
    """Return the document itself as an entity."""
    return Entity(
        "Document",
        profile.kind,
        profile.name or profile.title,
        profile.key,
        profile.alternatives,
        number=profile.number,
    )


def _profile(
    outline: Outline, imprint: Imprint, place: Place | None, issuers: tuple[Entity, ...]
) -> Profile:
    title = imprint.title or _makeshift_title(outline, imprint, place)
    return Profile(
        title=title,
        kind=imprint.kind,
        key=_document_key(outline, imprint, place, title),
        issuers=issuers,
        issued=imprint.issued,
        number=imprint.number,
        index=imprint.index,
        region=region_entity(place) if place is not None else None,
        period=imprint.period,
        name=_placed_report(title, place),
    )


def _placed_report(title: str, place: Place | None) -> str:
    """Return what others call a report whose title every government gives its own, else ""."""
    if title != "政府工作报告" or place is None or place.level == "country":
        return ""
    return place.name + title


def _makeshift_title(outline: Outline, imprint: Imprint, place: Place | None) -> str:
    """Return what to call a document whose text has no title: its genre, else its file's name."""
    if imprint.kind == "Report" and place is not None:
        year = imprint.issued[:4] or imprint.period[:4]
        where = "" if place.level == "country" else place.name
        return f"{year}年{where}政府工作报告" if year else f"{where}政府工作报告"
    names = outline.source.names
    return re.sub(r"\.[A-Za-z]{1,5}$", "", names[0].rsplit("/", 1)[-1]) if names else "无标题"


def _document_key(outline: Outline, imprint: Imprint, place: Place | None, title: str) -> str:
    """Return what sets the document apart from others of the same title in other places and years.

    A title that the text does not state is no name that others use: it gets the source's digest.
    """
    if not imprint.title:
        return f"{outline.source.sha256[:DIGEST]}-{title}"
    key = _unspaced(title)
    if (
        place is not None
        and place.level != "country"
        and short_name(place.name, place.level) not in title
    ):
        key = display_name(place) + title
    if (
        not re.search(r"\d{4}|十[一二三四五六]五", title)
        and (imprint.number or imprint.issued)
        and len(title) < 16
    ):
        key = f"{key}（{imprint.number or imprint.issued[:4]}）"
    return key


# -- what else the graph must describe -----------------------------------------------------------


def _context(entities: list[Entity | None]) -> Iterator[Entity]:
    """Yield the regions that agencies belong to and those above, and the bodies above bodies."""
    seen: set[tuple[str, str]] = {(e.type, e.key) for e in entities if e is not None}
    waiting = [entity for entity in entities if entity is not None]
    while waiting:
        entity = waiting.pop()
        for found in _above(entity):
            if (found.type, found.key) not in seen:
                seen.add((found.type, found.key))
                waiting.append(found)
                yield found


def _above(entity: Entity) -> Iterator[Entity]:
    for code in {entity.jurisdiction, entity.parent if entity.type == "Region" else ""} - {""}:
        place = regions().by_code.get(code)
        if place is not None:
            yield region_entity(place)
        elif entity.jurisdiction == code:
            yield _unlisted(code)
        else:
            yield _region_above(entity)
    if entity.successor:
        name = entity.successor.rsplit("/", 1)[-1]
        yield replace(
            entity, name=name, key=entity.successor, alternatives=(), successor="", until=""
        )
    if entity.type == "Agency" and entity.parent:
        known = terms("agencies.ttl").get(entity.parent)
        yield _national(known) if known else _parent_body(entity)


def _region_above(entity: Entity) -> Entity:
    """Return the unlisted place that the path of another one leads through."""
    path = entity.full_name[: -len(entity.name)]
    pieces = UNIT.findall(path)
    listed = [place for place in regions().by_name.get(pieces[0], ()) if place.level == "province"]
    parent = listed[0].code if listed else ""
    return region_entity(Place(pieces[-1], level_of(pieces[-1]), "", path, parent))


def _unlisted(key: str) -> Entity:
    return region_entity(
        Place(
            re.split(r"(?<=[^省市县区][省市县区])(?=[^省市县区])", key)[-1],
            level_of(key),
            full_name=key,
        )
    )


def _parent_body(entity: Entity) -> Entity:
    kind = "WorkingGroup" if PARENT.match(entity.name) else "GovernmentBody"
    name = entity.parent.rsplit("/", 1)[-1]
    return Entity(
        "Agency",
        kind,
        name,
        entity.parent,
        code=entity.code,
        level=entity.level,
        jurisdiction=entity.jurisdiction,
    )
