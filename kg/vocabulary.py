"""The ontology's gazetteers and the data files to look-up tables, loaded once."""

from __future__ import annotations

import logging
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import VocabularyError
from kg.models import Place

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

POLICY = "https://w3id.org/policy-kg/ontology#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SUB_ORGANIZATION = "http://www.w3.org/ns/org#subOrganizationOf"
GAZETTEERS = ("agencies.ttl", "laws.ttl", "programs.ttl")
COUNTRY = "100000"  # the code above all provinces, which no path names
GENERAL_CLASSES = ("Agency", "PolicyDocument", "Program")
LEVEL_SUFFIXES = (
    ("province", ("特别行政区", "自治区", "省", "市")),
    ("prefecture", ("自治州", "地区", "盟", "市")),
    ("county", ("自治县", "自治旗", "林区", "特区", "县", "区", "旗", "市")),
    ("township", ("街道", "民族乡", "苏木", "镇", "乡")),
)


KNOWN_WORDS = 50_000  # with their parts of speech, before they are asked for anew
WING = re.compile("(.).+([左右])翼([前中后]旗)")
_LATIN = re.compile("[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Form:
    """How a local body is written behind its place, and its official name with `{}` for it."""

    form: str
    official: str
    kind: str


@dataclass(frozen=True, slots=True)
class Function:
    """A field of government (教育) and the body that holds it at each level."""

    name: str
    bodies: dict[str, str]  # national, province, municipality, prefecture, county → official
    kind: str


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of a published gazetteer."""

    label: str  # official full name
    kind: str  # its subclass
    level: str
    parent: str
    alternatives: tuple[str, ...]
    in_context: tuple[str, ...]  # names that mean it only where the context says so


def text_of(package: str, name: str) -> str:
    """Read a file that ships with the package."""
    return (resources.files(package) / name).read_text(encoding="utf-8")


def rows(name: str, package: str = "kg.data") -> Iterator[dict[str, str]]:
    """Yield the rows of a tab-separated table with a header; `#` starts a comment line."""
    lines = _cells(name, package)
    header = next(lines, [])
    for cells in lines:
        yield dict(zip(header, cells, strict=True))


def _cells(name: str, package: str) -> Iterator[list[str]]:
    """Yield the cells of each line of a table, its header first."""
    lines = (ln for ln in text_of(package, name).splitlines() if ln and not ln.startswith("#"))
    count = 0
    for line in lines:
        cells = line.split("\t")
        count = count or len(cells)
        if len(cells) != count:
            raise VocabularyError(f"{package}/{name}: wrong number of cells in {cells}")
        yield cells


@cache
def words(name: str, column: str | None = None) -> tuple[str, ...]:
    """Return one column of a data table, the first unless named."""
    table = list(rows(name))
    key = column or (next(iter(table[0])) if table else "")
    return tuple(row[key] for row in table)


def automaton(names: tuple[str, ...]) -> AhoCorasick:
    """Build a matcher that finds the longest of the names at each place."""
    from ahocorasick_rs import AhoCorasick, MatchKind

    return AhoCorasick(list(names), matchkind=MatchKind.LeftmostLongest)


# -- regions ---------------------------------------------------------------------------------


class Regions:
    """The divisions of the country by code, full name and short name."""

    def __init__(self, places: list[Place]) -> None:
        self.by_code = {place.code: place for place in places}
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        self.by_short: dict[str, list[Place]] = defaultdict(list)
        self.below: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            self.below[place.parent].append(place)
            self.by_name[place.name].append(place)
            if place.level != "township":  # nine of ten: these have no other names
                self._add_other_names(place)

    def _add_other_names(self, place: Place) -> None:
        for name in usual_names(place):
            self.by_name[name].append(place)
        self.by_short[short_name(place.name, place.level)].append(place)

    def above(self, code: str) -> tuple[Place, ...]:
        """Return the places from the province down to the one with this code."""
        chain: list[Place] = []
        place = self.by_code.get(code)
        while place is not None and place.level != "country":
            chain.append(place)
            place = self.by_code.get(place.parent)
        return tuple(reversed(chain))

    def ancestor(self, code: str, level: str) -> Place | None:
        """Return the place of that level which holds the one with this code, or is it."""
        return next((place for place in self.above(code) if place.level == level), None)

    def within(self, code: str, levels: tuple[str, ...]) -> Iterator[Place]:
        """Yield every place of those levels below the one with this code."""
        for place in self.below.get(code, ()):
            if place.level in levels:
                yield place
            if place.level != "township":
                yield from self.within(place.code, levels)

    def is_unique(self, name: str) -> bool:
        """Tell whether only one county or larger place of the country has this full name."""
        return sum(place.level != "township" for place in self.by_name.get(name, ())) <= 1


@cache
def _peoples() -> re.Pattern[str]:
    names = sorted(words("peoples.tsv"), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(names)}){{1,9}}$")


@lru_cache(maxsize=100_000)
def short_name(name: str, level: str) -> str:
    """Cut the level's suffix and the peoples' names off: 恩施土家族苗族自治州 → 恩施.

    A name that would be left with one character (唐县) stays whole.
    """
    suffixes = dict(LEVEL_SUFFIXES).get(level, ())
    for suffix in suffixes:
        if name.endswith(suffix):
            stem = name[: -len(suffix)]
            if suffix.startswith("自治"):
                stem = _peoples().sub("", stem) or stem
            return stem if len(stem) > 1 else name
    return name


def level_of(name: str) -> str:
    """Return the level that an unlisted place's own name shows: 县 → county, 市 → prefecture."""
    if name.endswith(("省", "自治区")):
        return "province"
    if name.endswith(("市", "自治州", "州", "盟", "地区")):
        return "prefecture"
    return "township" if name.endswith(("镇", "乡", "街道", "苏木")) else "county"


def usual_names(place: Place) -> tuple[str, ...]:
    """Return how an autonomous division is called without its peoples (恩施州, 长阳县), and a wing.

    科尔沁右翼前旗 is 科右前旗.
    """
    wing = WING.fullmatch(place.name)
    if wing is not None:
        return ("".join(wing.groups()),)
    for suffix in ("自治州", "自治县", "自治旗"):
        if place.name.endswith(suffix):
            stem = short_name(place.name, place.level).removesuffix("族")  # 东乡族自治县 is 东乡县
            return (stem + suffix[-1],) if stem != place.name and len(stem) > 1 else ()
    return ()


@cache
def regions() -> Regions:
    """Load the divisions of the country."""
    return Regions(list(_places()))


def _places() -> Iterator[Place]:
    """Yield the divisions in the order of the table, where each stands below the one above it.

    44,699 of them before the first document is read: without a dictionary for each row, and every
    path is that of the place above with a name more.
    """
    table = _cells("regions.tsv", "kg.ontology")
    header = next(table)
    code, name, level, parent = (header.index(key) for key in ("code", "name", "level", "parent"))
    paths = {"": "", COUNTRY: ""}
    for row in table:
        path = paths[row[parent]] + row[name]
        paths.setdefault(row[code], path)
        yield Place(row[name], row[level], row[code], path, row[parent])


@cache
def place_aliases() -> dict[str, Place]:
    """Load the set short names of divisions that no rule makes of the full ones."""
    return {row["alias"]: regions().by_name[row["place"]][0] for row in rows("place_aliases.tsv")}


@cache
def areas() -> dict[str, Place]:
    """Load the countries and areas that are no division of this one, by each of their names."""
    found: dict[str, Place] = {}
    for row in (*rows("areas.tsv"), *rows("countries.tsv")):
        full_name = row.get("within", "") + row["name"]
        place = Place(row["name"], row.get("kind", "area"), full_name=full_name)
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            found[name] = place
    return found


# -- agencies --------------------------------------------------------------------------------


GOVERNMENT_LEVELS = ("national", "province", "municipality", "prefecture", "county")
KINDS = {
    "government": "GovernmentBody",
    "party": "PartyBody",
    "mass": "MassOrganization",
    "congress": "Congress",
    "judicial": "JudicialBody",
    "working": "WorkingGroup",
    "institution": "PublicInstitution",
    "enterprise": "Enterprise",
    "internal": "InternalUnit",
    "association": "Association",
}


def template(official: str) -> str:
    """Put the place in front where an official name does not say where it goes."""
    return official if "{" in official else "{}" + official


@cache
def forms() -> dict[str, Form]:
    """Load how local bodies are written: 发改委 → {}发展和改革委员会."""
    return {form.form: form for form in _all_forms() if "*" not in form.form}


@cache
def split_forms() -> tuple[Form, ...]:
    """Load the forms with their level inside: 团*委 → 共青团{}委员会."""
    return tuple(form for form in _all_forms() if "*" in form.form)


@cache
def _all_forms() -> tuple[Form, ...]:
    return tuple(
        Form(row["form"], template(row["official"]), KINDS[row["kind"]])
        for row in rows("agency_forms.tsv")
    )


@cache
def functions() -> dict[str, Function]:
    """Load the fields of government by each of their names."""
    found: dict[str, Function] = {}
    for row in rows("functions.tsv"):
        bodies = {level: row[level] for level in GOVERNMENT_LEVELS if row[level]}
        names = row["function"].split("|")
        for name in names:
            found[name] = Function(names[0], bodies, KINDS[row["kind"]])
    return found


@cache
def former_functions() -> dict[str, tuple[tuple[int, Function], ...]]:
    """Load what fields of government were called until a year, by each of their names."""
    found: dict[str, list[tuple[int, Function]]] = defaultdict(list)
    for row in rows("former_functions.tsv"):
        bodies = {level: row[level] for level in GOVERNMENT_LEVELS if row[level]}
        for name in row["function"].split("|"):
            entry = Function(name, bodies, KINDS[row["kind"]])
            found[name].append((int(row["until"]), entry))
    return {name: tuple(sorted(past, key=lambda pair: pair[0])) for name, past in found.items()}


def function_of(name: str, year: str) -> Function:
    """Return a field of government with its bodies of that year, of today where none is told."""
    past = former_functions().get(name, ()) if year.isdigit() else ()
    return next((entry for until, entry in past if int(year) <= until), functions()[name])


@cache
def local_successions() -> dict[tuple[str, str], tuple[str, str]]:
    """Load which local bodies a reform renamed in all places: level and name → new name, year."""
    return {
        (level, row["former"]): (row["later"], row["year"])
        for row in rows("local_successions.tsv")
        for level in row["levels"].split("|")
    }


@cache
def district_bodies() -> dict[tuple[str, str], tuple[str, str]]:
    """Load what a municipality's districts call a body, and until when, by province and field."""
    return {
        (province, row["function"]): (row["official"], row["until"])
        for row in rows("district_bodies.tsv")
        for province in row["provinces"].split("|")
    }


# -- published gazetteers --------------------------------------------------------------------


@cache
def gazetteer(name: str) -> tuple[Term, ...]:
    """Load one of the Turtle gazetteers of ontology/."""
    import pyoxigraph as ox

    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(text_of("kg.ontology", name), format=ox.RdfFormat.TURTLE):
        found[str(quad.subject)][quad.predicate.value].append(quad.object.value)
    labels = {
        subject[1:-1]: facts[SKOS + "prefLabel"][0]
        for subject, facts in found.items()
        if facts[SKOS + "prefLabel"]
    }
    return tuple(
        _term(facts, labels) for _, facts in sorted(found.items()) if facts[SKOS + "prefLabel"]
    )


def _term(facts: dict[str, list[str]], labels: dict[str, str]) -> Term:
    types = [iri.removeprefix(POLICY) for iri in facts[RDF_TYPE]]
    level = [iri.removeprefix(POLICY).removesuffix("Level") for iri in facts[POLICY + "level"]]
    parents = [labels[iri] for iri in facts[SUB_ORGANIZATION] if iri in labels]
    return Term(
        label=facts[SKOS + "prefLabel"][0],
        kind=next((kind for kind in types if kind not in GENERAL_CLASSES), ""),
        level=level[0] if level else "",
        parent=parents[0] if parents else "",
        alternatives=tuple(sorted(facts[SKOS + "altLabel"])),
        in_context=tuple(sorted(facts[POLICY + "contextAlias"])),
    )


@cache
def terms(name: str) -> dict[str, Term]:
    """Return a gazetteer by every name that means one thing without context."""
    found: dict[str, Term] = {}
    for term in gazetteer(name):
        for label in (term.label, *term.alternatives):
            found.setdefault(label, term)
    return found


@cache
def contextual(name: str) -> dict[str, Term]:
    """Return a gazetteer by the names that need a context."""
    return {label: term for term in gazetteer(name) for label in term.in_context}


@cache
def matcher(name: str) -> tuple[AhoCorasick, tuple[str, ...]]:
    """Return a matcher over all unambiguous names of a gazetteer, with the names in its order."""
    names = tuple(sorted(terms(name)))
    return automaton(names), names


# -- words of the language ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segmenter:
    """A dictionary that cuts text into words, and tells their parts of speech."""

    cut: Callable[[str], Sequence[str]]
    tag: Callable[[str], Sequence[tuple[str, str]]]


@cache
def segmenter() -> Segmenter:
    """Return jieba's dictionary, without its guessing of words that are not in it (HMM).

    In Rust (rjieba), ten times as fast and loaded in a tenth of the time; jieba itself where that
    cannot be had. Over 123,000 sentences of policy documents both cut the same and told the same
    parts of speech; the one in Rust alone knows some 1,200 single characters, traditional ones.
    """
    try:
        import rjieba
    except ImportError:
        return plain_segmenter()

    def tag_one(word: str) -> tuple[str, str]:
        # What is no Chinese is "eng" to jieba, be it a number, and "m" or "x" to the other.
        return word, "eng" if _LATIN.fullmatch(word) else rjieba.tag(word, False)[0][1]

    known = _Tagged(tag_one)
    return Segmenter(
        lambda text: rjieba.cut(text, False),
        lambda text: list(map(known.__getitem__, rjieba.cut(text, False))),
    )


class _Tagged(dict[str, tuple[str, str]]):
    """Words to themselves with their part of speech, the dictionary's wherever a word stands.

    Each is asked for once: this takes half the time of asking with every sentence.
    """

    def __init__(self, tag: Callable[[str], tuple[str, str]]) -> None:
        super().__init__()
        self._tag = tag

    def __missing__(self, word: str) -> tuple[str, str]:
        if len(self) >= KNOWN_WORDS:
            self.clear()
        self[word] = found = self._tag(word)
        return found


def plain_segmenter() -> Segmenter:
    """Return the same by jieba, its cache where a user's caches belong, without its noise."""
    from platformdirs import user_cache_path

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        jieba.setLogLevel(logging.WARNING)
        jieba.dt.cache_file = _cache_file(user_cache_path("policy-kg"))
        jieba.initialize()
        import jieba.posseg

    words, parts = jieba.dt, jieba.posseg.dt
    return Segmenter(
        lambda text: list(words.cut(text, HMM=False)),
        lambda text: [(pair.word, pair.flag) for pair in parts.cut(text, HMM=False)],
    )


def _cache_file(folder: Path) -> str | None:
    """Return where jieba may keep its compiled dictionary, None for its own choice."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return str(folder / "jieba.cache")


# -- indicators ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Concept:
    """An indicator of the published scheme."""

    label: str
    measure: str  # Amount, Rate, Growth
    unit: str  # to which its targets are converted
    equivalents: tuple[str, ...]  # units that count the same one for one: a school in 所 or 个
    names: tuple[str, ...]  # every other name, also those that need a figure beside them


@cache
def indicators() -> tuple[Concept, ...]:
    """Load the scheme of indicators, by label."""
    import pyoxigraph as ox

    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(text_of("kg.ontology", "indicators.ttl"), format=ox.RdfFormat.TURTLE):
        found[str(quad.subject)][quad.predicate.value].append(quad.object.value)
    concepts = (_concept(facts) for facts in found.values() if POLICY + "measure" in facts)
    return tuple(sorted(concepts, key=lambda concept: concept.label))


def _concept(facts: dict[str, list[str]]) -> Concept:
    return Concept(
        label=facts[SKOS + "prefLabel"][0],
        measure=facts[POLICY + "measure"][0].removeprefix(POLICY),
        unit=facts[POLICY + "indicatorUnit"][0],
        equivalents=tuple(sorted(facts[POLICY + "equivalentUnit"])),
        names=tuple(sorted(facts[SKOS + "altLabel"] + facts[SKOS + "hiddenLabel"])),
    )
