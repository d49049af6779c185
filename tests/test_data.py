"""The word lists and gazetteers keep their promises."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph import entity_path

ROOT = Path(__file__).resolve().parent.parent
BASE = "https://w3id.org/policy-kg/id/"
POLICY = "https://w3id.org/policy-kg/ontology#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PART_OF = "http://www.w3.org/ns/org#subOrganizationOf"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

KINDS = {
    *("government", "party", "mass", "congress", "judicial"),
    *("working", "institution", "enterprise", "internal", "association"),
}
LEVELS = ("national", "province", "municipality", "prefecture", "county")
FOLDERS = {"agencies.ttl": "agency", "laws.ttl": "document", "programs.ttl": "program"}
TYPES = {"agencies.ttl": "Agency", "laws.ttl": "Document", "programs.ttl": "Program"}
GENERAL = {"agencies.ttl": "Agency", "laws.ttl": "PolicyDocument", "programs.ttl": "Program"}
CLASSES = {
    "agencies.ttl": {
        *("GovernmentBody", "PartyBody", "MassOrganization", "Congress", "JudicialBody"),
        *("WorkingGroup", "PublicInstitution", "Enterprise", "InternalUnit", "Association"),
    },
    "laws.ttl": {
        *("WorkPlan", "Notice", "Opinion", "ImplementationPlan", "Plan"),
        *("Regulation", "Law", "Report", "Standard", "Publication"),
    },
    "programs.ttl": {"Initiative", "PolicyInstrument", "Designation", "Platform", "Event"},
}
# What RFC 3987 lets stand in a path segment beside Chinese; everything else is percent-encoded.
PREFIX = "[市县区省旗州]|自治区|开发区|城东"


@cache
def table(name: str) -> list[dict[str, str]]:
    lines = (ROOT / "kg/data" / name).read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    return list(csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def things(name: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    turtle = (ROOT / "ontology" / name).read_bytes()
    for triple in ox.parse(turtle, format=ox.RdfFormat.TURTLE):
        found[triple.subject.value][triple.predicate.value].append(triple.object.value)
    return found


def labels(name: str) -> dict[str, str]:
    """Return every name that means one thing without context, with the official name."""
    return {
        label: facts[SKOS + "prefLabel"][0]
        for facts in things(name).values()
        for label in facts[SKOS + "prefLabel"] + facts[SKOS + "altLabel"]
    }


def official_name(template: str, place: str, short: str) -> str:
    if "{" not in template:
        return place + template
    return template.replace("{}", place).replace("{~}", short)


def pattern(form: str) -> re.Pattern[str]:
    """Return what a form looks like in a text: * is the level between its two parts."""
    if "*" in form:
        return re.compile(re.escape(form).replace(r"\*", f"(?:{PREFIX})"))
    return re.compile(f"(?:{PREFIX}){re.escape(form)}")


# -- tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("agency_forms.tsv", ["form", "official", "kind", "example"]),
        ("functions.tsv", ["function", *LEVELS, "kind"]),
        ("former_functions.tsv", ["function", "until", *LEVELS, "kind"]),
        ("district_bodies.tsv", ["function", "provinces", "until", "official", "example"]),
        ("formulas.tsv", ["phrase", "why"]),
    ],
)
def test_tables_are_complete(name: str, columns: list[str]) -> None:
    may_be_empty = set(LEVELS) if name.endswith("functions.tsv") else {"until"}
    for row in table(name):
        assert list(row) == columns, row
        for column, cell in row.items():
            assert cell is not None and cell == cell.strip(), row
            assert cell or column in may_be_empty, row


@pytest.mark.parametrize("name", ["agency_forms.tsv", "functions.tsv", "former_functions.tsv"])
def test_kinds_are_those_of_the_guidelines(name: str) -> None:
    assert {row["kind"] for row in table(name)} <= KINDS


def test_every_example_shows_its_form() -> None:
    silent = [
        row for row in table("agency_forms.tsv") if not pattern(row["form"]).search(row["example"])
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("name", "column"),
    [("agency_forms.tsv", "form"), ("functions.tsv", "function"), ("formulas.tsv", "phrase")],
)
def test_nothing_is_listed_twice(name: str, column: str) -> None:
    entries = [entry for row in table(name) for entry in row[column].split("|")]
    assert sorted(set(entries)) == sorted(entries)


@pytest.mark.parametrize(
    ("name", "key", "word"),
    [
        ("agency_continuations.tsv", ("name", "next"), "next"),
        ("place_continuations.tsv", ("word", "role"), "word"),
        ("listed_tails.tsv", ("tail",), "tail"),
        ("trades.tsv", ("word", "role"), "word"),
        ("organisation_words.tsv", ("word", "role"), "word"),
        ("commitment_words.tsv", ("word", "role"), "word"),
        ("known_bodies.tsv", ("name",), "name"),
        ("joint_words.tsv", ("word",), "word"),
    ],
)
def test_every_word_is_told_once_and_shown(name: str, key: tuple[str, ...], word: str) -> None:
    keys = [tuple(row[column] for column in key) for row in table(name)]
    assert sorted(set(keys)) == sorted(keys)
    for row in table(name):
        assert row[word] in row["example"] and row[word] != row["example"], row


def test_what_goes_on_behind_a_name_is_shown_behind_it() -> None:
    for row in table("agency_continuations.tsv"):
        name = "" if row["name"] in ("*", "last-word") else row["name"]
        assert name + row["next"] in row["example"], row


def test_what_makes_a_body_of_a_listed_name_ends_it() -> None:
    for row in table("listed_tails.tsv"):
        assert row["example"].endswith(row["tail"]) and row["kind"] in KINDS, row


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        (
            "place_continuations.tsv",
            {"next", "later", "apart", "seeming", "paper", "before", "kind", "short"},
        ),
        (
            "commitment_words.tsv",
            {"review", "reached", "so-far", "ahead", "ensure", "strive", "penalty"},
        ),
    ],
)
def test_roles_are_those_that_the_code_asks_for(name: str, roles: set[str]) -> None:
    assert {row["role"] for row in table(name)} == roles


def test_templates_hold_places_only() -> None:
    cells = [row["official"] for row in table("agency_forms.tsv")]
    cells += [row[level] for row in table("functions.tsv") for level in LEVELS[1:]]
    for cell in cells:
        assert set(re.findall(r"\{.*?\}", cell)) <= {"{}", "{~}"}, cell
        assert not re.search(r"[*|{}\s]", cell.replace("{}", "").replace("{~}", "")), cell


@pytest.mark.parametrize(
    ("form", "place", "official"),
    [
        ("教育局", "莆田市", "莆田市教育局"),
        ("发改委", "莆田市", "莆田市发展和改革委员会"),
        ("国资委", "济南市", "济南市人民政府国有资产监督管理委员会"),
        ("税务局", "山东省", "国家税务总局山东省税务局"),
        ("委", "温岭市", "中共温岭市委员会"),
        ("委组织部", "莆田市", "中共莆田市委组织部"),
        ("编办", "莆田市", "中共莆田市委机构编制委员会办公室"),
        ("政协", "日照市", "中国人民政治协商会议日照市委员会"),
        ("团*委", "莆田市", "共青团莆田市委员会"),
        ("教育局党委", "温岭市", "中共温岭市教育局委员会"),
        ("证监局", "山东省", "中国证券监督管理委员会山东监管局"),
        ("新闻办", "莆田市", "莆田市人民政府新闻办公室"),
        ("文体旅局", "常州市钟楼区", "常州市钟楼区文化体育和旅游局"),
        ("卫健局", "婺源县", "婺源县卫生健康局"),
    ],
)
def test_forms_give_official_names(form: str, place: str, official: str) -> None:
    templates = {row["form"]: row["official"] for row in table("agency_forms.tsv")}
    assert official_name(templates[form], place, place.rstrip("省市县区")) == official


@pytest.mark.parametrize("word", ["局", "办", "部门", "有关部门", "各部门", "成员单位", "领导班子"])
def test_collectives_are_no_forms(word: str) -> None:
    assert word not in {row["form"] for row in table("agency_forms.tsv")}


def test_what_was_a_field_of_government_still_is_one() -> None:
    former = {name for row in table("former_functions.tsv") for name in row["function"].split("|")}
    assert former <= {name for row in table("functions.tsv") for name in row["function"].split("|")}


def test_districts_name_fields_of_government() -> None:
    fields = [*table("functions.tsv"), *table("former_functions.tsv")]
    first = {row["function"].split("|")[0] for row in fields}
    assert {row["function"] for row in table("district_bodies.tsv")} <= first


def test_functions_name_known_national_bodies() -> None:
    unknown = (
        {row["national"] for row in table("functions.tsv")} - set(labels("agencies.ttl")) - {""}
    )
    assert unknown == set()


@pytest.mark.parametrize(
    ("function", "level", "official"),
    [
        ("教育", "national", "中华人民共和国教育部"),
        ("教育", "province", "教育厅"),
        ("教育", "municipality", "教育委员会"),
        ("人社", "county", "人力资源和社会保障局"),
        ("宣传", "prefecture", "中共{}委宣传部"),
        ("共青团", "county", "共青团{}委员会"),
        ("海关", "county", ""),  # counties have no customs house of their own
    ],
)
def test_functions_name_the_body_of_each_level(function: str, level: str, official: str) -> None:
    bodies = {name: row for row in table("functions.tsv") for name in row["function"].split("|")}
    assert bodies[function][level] == official


# -- gazetteers -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FOLDERS)
def test_things_are_named_typed_and_known_by_their_label(name: str) -> None:
    for iri, facts in things(name).items():
        (label,) = facts[SKOS + "prefLabel"]
        assert iri == BASE + entity_path(TYPES[name], label)
        types = {value.removeprefix(POLICY) for value in facts[TYPE]}
        assert GENERAL[name] in types, iri
        kinds = types - {GENERAL[name]}
        assert kinds <= CLASSES[name] and len(kinds) <= 1, iri
        # A resolution or a treaty is a policy document of no further kind.
        assert kinds or name == "laws.ttl", iri


def test_no_name_means_two_things() -> None:
    owners = defaultdict(set)
    for name in FOLDERS:
        for iri, facts in things(name).items():
            for label in facts[SKOS + "prefLabel"] + facts[SKOS + "altLabel"]:
                owners[label].add(iri)
    assert {label: found for label, found in owners.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_name_is_either_safe_or_contextual(name: str) -> None:
    contextual = [a for facts in things(name).values() for a in facts[POLICY + "contextAlias"]]
    assert sorted(set(contextual)) == sorted(contextual)
    assert set(contextual) & set(labels(name)) == set()


def test_parent_bodies_exist() -> None:
    agencies = things("agencies.ttl")
    parents = {parent for facts in agencies.values() for parent in facts[PART_OF]}
    assert parents <= set(agencies)


@pytest.mark.parametrize("name", FOLDERS)
def test_labels_are_clean_chinese(name: str) -> None:
    for triple in ox.parse((ROOT / "ontology" / name).read_bytes(), format=ox.RdfFormat.TURTLE):
        if isinstance(triple.object, ox.Literal):
            label = triple.object.value
            assert triple.object.language == "zh", label
            assert label == label.strip() and not re.search(r"[《》\t\n]|  ", label), label


def test_program_labels_carry_no_quotation_marks() -> None:
    names = [facts[SKOS + "prefLabel"][0] for facts in things("programs.ttl").values()]
    assert [name for name in names if re.search('[“”"]', name)] == []


def test_formulas_are_no_programs() -> None:
    formulas = {row["phrase"] for row in table("formulas.tsv")}
    assert formulas & set(labels("programs.ttl")) == set()


@pytest.mark.parametrize(
    ("name", "short", "official"),
    [
        ("agencies.ttl", "教育部", "中华人民共和国教育部"),
        ("agencies.ttl", "国家卫生健康委", "中华人民共和国国家卫生健康委员会"),
        ("agencies.ttl", "国家医保局", "国家医疗保障局"),
        ("agencies.ttl", "国家药监局", "国家药品监督管理局"),
        ("agencies.ttl", "党中央", "中共中央"),
        ("agencies.ttl", "中科院", "中国科学院"),
        ("agencies.ttl", "国务院办公厅", "国务院办公厅"),
        ("laws.ttl", "家庭教育促进法", "中华人民共和国家庭教育促进法"),
        ("laws.ttl", "民法典", "中华人民共和国民法典"),
        ("laws.ttl", "教育督导条例", "教育督导条例"),
        ("programs.ttl", "学前教育普及普惠区", "全国学前教育普及普惠区"),
        ("programs.ttl", "区管校聘", "区管校聘"),  # another level's measure keeps its own name
        ("programs.ttl", "三支一扶”计划", "三支一扶"),  # a span starts behind the opening mark
        ("programs.ttl", "进博会", "中国国际进口博览会"),
        ("programs.ttl", "“国家级小巨人”企业", None),
        # written the same way by local bodies, or meaning something else as well
        ("agencies.ttl", "发展改革委", None),
        ("agencies.ttl", "国资委", None),
        ("agencies.ttl", "中央", None),
        ("agencies.ttl", "妇联", None),
        ("laws.ttl", "“十四五”规划", None),
        ("programs.ttl", "乡村振兴", None),
        ("programs.ttl", "四个意识", None),
        ("programs.ttl", "立德树人", None),
    ],
)
def test_short_names(name: str, short: str, official: str | None) -> None:
    assert labels(name).get(short) == official
