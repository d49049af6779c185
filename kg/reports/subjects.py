"""A name to the document or program that it means, with where and when that came from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

import pyoxigraph

from kg.errors import NotFoundError
from kg.reports.dating import BY_NOTICE, BY_NUMBER, GIVEN, Dating, dating, year_of_number
from kg.reports.uptakes import Holdings, Uptake, of_kinds, uptakes
from kg.store import Store

SHOWN = 8  # names offered where a name means several things

# The exact name is looked up; only where there is none are all names searched, without what is
# written in several ways: 《》 around a title, quotes in it, the brackets of a 文号.
_EXACT = """
SELECT DISTINCT ?node ?label ?name {
    { BIND(STRLANG(?name, "zh") AS ?label) ?node skos:prefLabel|skos:altLabel|dcterms:title ?label }
    UNION { ?node pol:documentNumber ?name BIND(?name AS ?label) }
    VALUES ?class { pol:PolicyDocument pol:Program }
    ?node a ?class .
}
"""
# A nationwide programme stands under the name that each text gives it, with the others beside it.
_OTHER_NAMES = """
SELECT DISTINCT ?other ?node {
    ?node skos:prefLabel|skos:altLabel ?label .
    ?other skos:prefLabel|skos:altLabel ?label ; a pol:Program .
    FILTER(?other != ?node)
}
"""
_CONTAINING = r"""
SELECT DISTINCT ?node ?label ?name {
    ?node skos:prefLabel|skos:altLabel|pol:documentNumber ?label .
    BIND(REPLACE(STR(?label), "[《》〈〉〔〕\\[\\]［］【】()（）“”‘’\"「」『』\\s]", "") AS ?form)
    FILTER(CONTAINS(?form, ?name))
    FILTER(EXISTS { ?node a pol:PolicyDocument } || EXISTS { ?node a pol:Program })
}
"""
_ABOUT = """
SELECT ?label ?number ?class ?notice ?title ?content ?inside ?copy ?node {
    OPTIONAL { ?node skos:prefLabel ?label }
    OPTIONAL { ?node pol:documentNumber ?number }
    OPTIONAL { ?node a ?class }
    OPTIONAL { ?notice pol:promulgates ?node ; dcterms:title ?title ; pol:hasText ?text }
    OPTIONAL { ?node pol:sameTextAs|^pol:sameTextAs ?copy }
    OPTIONAL { ?node pol:promulgates ?content . ?content skos:prefLabel ?inside }
}
"""
_NATIONAL = """
SELECT ?label ?region {
    ?agency pol:level pol:NationalLevel ; pol:region ?region ; skos:prefLabel|skos:altLabel ?label .
}
"""
_NUMBER = str.maketrans("[]［］【】()（）", "〔〕〔〕〔〕〔〕〔〕", " ")
_NAME_ONLY = re.compile(r"^\s*[《<〈]|[》>〉]\s*$")
_VARIED = re.compile(r"[《》〈〉〔〕\[\]［］【】()（）“”‘’\"「」『』\s]")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about."""

    iri: str
    name: str
    number: str  # a document's 文号
    is_program: bool
    is_held: bool
    dating: Dating | None
    region: str  # IRI of the region that it is for; "" where that is not known
    region_is_inferred: bool  # by how its title begins
    # IRIs of other copies, of the notice that puts it in force, or inside it; of a program under
    # its other names.
    same: tuple[str, ...]


def subject(store: Store, held: Holdings, name: str, since: str = "") -> Subject:
    """Return what a name, title, part of a title, 文号 or IRI means; raise unless it is one thing.

    `since` is its date where the user knows it: 2021, 2021-05 or 2021-05-12.
    """
    given = dating(since, GIVEN)
    if since and given is None:
        raise NotFoundError(f"{since}: no date; write 2021, 2021-05 or 2021-05-12")
    iri = _find(store, held, name)
    rows = sorted(
        store.select(_ABOUT, {"node": pyoxigraph.NamedNode(iri)}),
        key=lambda row: sorted(row.items()),
    )
    label, number = rows[0]["label"], rows[0]["number"]
    is_program = any(row["class"].endswith("#Program") for row in rows)
    # 《关于印发《甲方案》的通知》 and 《甲方案》 are one document to whoever answers it.
    notices = sorted({row["notice"] for row in rows if label and label in row["title"]})
    inside = sorted({r["content"] for r in rows if r["inside"] and r["inside"] in label})
    others = _other_names(store, iri) if is_program else set()
    copies = sorted(({row["copy"] for row in rows} | others) - {"", iri})
    notice = notices[0] if notices else ""
    region, inferred = ("", False) if is_program else _region(store, held, iri, notice, label)
    return Subject(
        iri=iri,
        name=label or unquote(iri.rpartition("/")[2]),
        number=number,
        is_program=is_program,
        is_held=iri in held.documents,
        dating=given or _dating(held, iri, notice, number),
        region=region,
        region_is_inferred=inferred,
        same=tuple(dict.fromkeys((*copies, *notices, *inside))),
    )


def taken_up(store: Store, about: Subject, kinds: Collection[str]) -> tuple[Uptake, ...]:
    """Return who takes up what is asked about, each document once for each way."""
    iris = (about.iri, *about.same)
    found: dict[tuple[str, str, str], Uptake] = {}
    for one in (each for iri in iris for each in uptakes(store, "trace", iri)):
        if one.later not in iris:
            key = (one.kind, one.how, one.later)
            seen = found.get(key)
            found[key] = replace(seen, times=seen.times + one.times) if seen else one
    return of_kinds(found.values(), kinds)


# -- which it is -------------------------------------------------------------------------------


def _find(store: Store, held: Holdings, name: str) -> str:
    for iri in (name, store.base + name):
        if _is_known(store, iri):
            return iri
    for wanted in dict.fromkeys((name, _NAME_ONLY.sub("", name), name.translate(_NUMBER))):
        if exact := _labels(store.select(_EXACT, {"name": wanted})):
            return _only(name, _under_it(store, wanted, exact))
    files = {one.document: {one.title} for one in held.documents.values() if one.file == name}
    return _only(name, files or _alike(store, name))


def _other_names(store: Store, iri: str) -> set[str]:
    rows = store.select(_OTHER_NAMES, {"node": pyoxigraph.NamedNode(iri)})
    return {row["other"] for row in rows}


def _under_it(store: Store, name: str, found: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out the other names of what has this one: 碳达峰碳中和 beside 碳达峰、碳中和."""
    same = {iri: _other_names(store, iri) for iri in found} if len(found) > 1 else {}
    if any(found.keys() - others - {iri} for iri, others in same.items()):
        return found
    own = {iri for iri in same if unquote(iri.rpartition("/")[2]) == name}
    kept = min(own or same, default="")
    return {kept: found[kept]} if kept else found


def _is_known(store: Store, iri: str) -> bool:
    try:
        node = pyoxigraph.NamedNode(iri)
    except ValueError:
        return False
    return any(row["class"] for row in store.select(_ABOUT, {"node": node}))


def _labels(rows: Iterable[Mapping[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["node"]].add(row["label"])
    return found


def _alike(store: Store, name: str) -> dict[str, set[str]]:
    """Return what has this name in another spelling, else what has it in its name."""
    wanted = _form(name)
    labels = _labels(store.select(_CONTAINING, {"name": wanted})) if wanted else {}
    same = {iri: own for iri, own in labels.items() if wanted in map(_form, own)}
    return same or _without_notices(labels)


def _without_notices(labels: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out notices of documents that are there too: 关于印发《甲规划》的通知 beside 甲规划."""
    every = {label for own in labels.values() for label in own}
    notices = {label for label in every for one in every if puts_in_force(label, one)}
    return {iri: own for iri, own in labels.items() if not own & notices}


def puts_in_force(title: str, other: str) -> bool:
    """Tell whether a title is that of the notice of another document: 关于印发《甲规划》的通知."""
    return f"印发《{other}》" in title or f"印发{other}" in title


def _form(name: str) -> str:
    return _VARIED.sub("", name)


def _only(name: str, found: dict[str, set[str]]) -> str:
    if len(found) == 1:
        return next(iter(found))
    if not found:
        raise NotFoundError(f"{name}: no document or program has this name, number or IRI")
    several = sorted(found, key=lambda iri: (min(map(len, found[iri])), iri))
    shown = "、".join(_call(iri, found) for iri in several[:SHOWN])
    more = "、…" if len(several) > SHOWN else ""
    named = f"{name}: {len(several)} documents or programs have this in their names"
    raise NotFoundError(f"{named}; say which: {shown}{more}")


def _call(iri: str, labels: dict[str, set[str]]) -> str:
    """Return a name that means one thing: its label, else the end of its IRI."""
    label = min(labels[iri], key=lambda one: (len(one), one))
    same = sum(label in names for names in labels.values())
    return label if same == 1 else unquote("/".join(iri.split("/")[-2:]))


# -- when and where it was issued --------------------------------------------------------------


def _dating(held: Holdings, iri: str, notice: str, number: str) -> Dating | None:
    own, around = held.dating(iri), held.dating(notice)
    if own is not None and own.is_of_issue:
        return own
    if around is not None and around.is_of_issue:
        return dating(around.text, BY_NOTICE)
    return dating(year_of_number(number), BY_NUMBER) or own


def _region(store: Store, held: Holdings, iri: str, notice: str, title: str) -> tuple[str, bool]:
    """Return the region that a document is for, and whether only its title says so."""
    for document in (iri, notice):
        if document in held.documents and held.documents[document].region:
            return held.documents[document].region, False
    names = [(row["label"], row["region"]) for row in store.select(_NATIONAL)]
    names += [(one.name, one.iri) for one in held.places.by_iri.values() if one.level != "Area"]
    return _longest_head(title, names), True


def _longest_head(title: str, names: Iterable[tuple[str, str]]) -> str:
    """Return the region whose name, or whose agency's name, a title begins with."""
    heads = [(len(name), iri) for name, iri in names if name and title.startswith(name)]
    longest = max((length for length, _ in heads), default=0)
    regions = {iri for length, iri in heads if length == longest}
    return regions.pop() if len(regions) == 1 else ""
