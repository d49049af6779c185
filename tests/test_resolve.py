"""Mentions to entities: one thing has one name and one key, whatever the document calls it."""

from __future__ import annotations

import pytest
from casebook import understood

from kg.models import Entity, Place, Profile, Reading
from kg.resolve import display_name, place_of, qualify
from kg.vocabulary import regions

WENLING = regions().by_code["331081"]
FRAME = "{place}人民政府关于做好2024年有关工作的通知\n{text}\n"


def reading_of(place: str, text: str) -> Reading:
    return understood(FRAME.format(place=place, text=text))


def entity_of(place: str, text: str, wanted: str) -> Entity:
    reading = reading_of(place, text)
    for mention, entity in zip(reading.findings.mentions, reading.entities, strict=True):
        if mention.text == wanted and entity is not None:
            return entity
    raise AssertionError(f"{wanted} is not read in {text}")


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ("", "331081"),  # the document's own place
        ("市", "331081"),  # Wenling is a city itself
        ("省", "330000"),
        ("@110000", "110000"),
        ("国", "100000"),
        ("县", None),  # no county above or at Wenling
        ("自治区", None),
        ("@999999", None),
    ],
)
def test_scopes_in_a_document_of_wenling(scope: str, code: str | None) -> None:
    found = place_of(scope, WENLING)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("scope", ["", "市", "省", "="])
def test_without_a_jurisdiction_nothing_is_decided(scope: str) -> None:
    assert place_of(scope, None) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("331081", "温岭市"),
        ("361130", "婺源县"),
        ("320404", "常州市钟楼区"),  # districts carry their city
        ("310115", "上海市浦东新区"),
        ("330000", "浙江省"),
    ],
)
def test_how_official_names_show_a_place(name: str, shown: str) -> None:
    assert display_name(regions().by_code[name]) == shown


def test_an_unlisted_township_shows_its_county() -> None:
    place = Place("澄岭镇", "township", "", "浙江省枫渚县澄岭镇", "330000")
    assert display_name(place) == "枫渚县澄岭镇"


@pytest.mark.parametrize(
    ("place", "text", "mention", "name", "level"),
    [
        ("温岭市", "由市教育局牵头。", "市教育局", "温岭市教育局", "County"),
        ("温岭市", "由省教育厅牵头。", "省教育厅", "浙江省教育厅", "Provincial"),
        ("婺源县", "由市教育局牵头。", "市教育局", "上饶市教育局", "Prefectural"),
        ("温岭市", "按照教育部部署。", "教育部", "中华人民共和国教育部", "National"),
        ("云陵市", "由市教育局牵头。", "市教育局", "云陵市教育局", "Prefectural"),
        ("婺源县", "由县委牵头。", "县委", "中共婺源县委员会", "County"),
    ],
)
def test_agencies(place: str, text: str, mention: str, name: str, level: str) -> None:
    entity = entity_of(place, text, mention)
    assert (entity.name, entity.level) == (name, level)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            ("温岭市", "由市教育局牵头。", "市教育局"),
            ("温岭市", "向温岭市教育局报告。", "温岭市教育局"),
            True,
        ),
        (
            ("温岭市", "由市发改委牵头。", "市发改委"),
            ("温岭市", "由市发展改革委牵头。", "市发展改革委"),
            True,
        ),
        (
            ("温岭市", "由省教育厅牵头。", "省教育厅"),
            ("婺源县", "由省教育厅牵头。", "省教育厅"),
            False,
        ),
        (("温岭市", "按照教育部部署。", "教育部"), ("婺源县", "按照教育部部署。", "教育部"), True),
        (("温岭市", "落实“双减”政策。", "双减"), ("婺源县", "推进“双减”工作。", "双减"), True),
        (
            ("温岭市", "落实《职业教育法》。", "职业教育法"),
            ("婺源县", "落实《中华人民共和国职业教育法》。", "中华人民共和国职业教育法"),
            True,
        ),
        (
            ("浙江省", "由市教育局牵头。", "市教育局"),
            ("江西省", "由市教育局牵头。", "市教育局"),
            False,
        ),
    ],
)
def test_one_thing_has_one_key(
    one: tuple[str, str, str], other: tuple[str, str, str], same: bool
) -> None:
    assert (entity_of(*one).key == entity_of(*other).key) is same


def test_bodies_of_places_of_one_name_are_told_apart() -> None:
    text = "学习南京市鼓楼区教育局、福州市鼓楼区教育局经验。"
    reading = reading_of("温岭市", text)
    keys = [e.key for e in reading.entities if e is not None and e.type == "Agency"]
    assert keys == ["南京市鼓楼区教育局", "福州市鼓楼区教育局"]


def test_what_is_not_decided_belongs_to_its_source_alone() -> None:
    entity = entity_of("浙江省", "由市教育局牵头。", "市教育局")
    assert entity.name == "市教育局"
    assert entity.key.endswith("/市教育局")
    assert not entity.jurisdiction


@pytest.mark.parametrize(
    ("title", "local", "full"),
    [
        ("省职业培训质量跃升行动计划", False, "浙江省职业培训质量跃升行动计划"),
        ("市校车管理办法", False, "温岭市校车管理办法"),
        ("“十三五”教育规划", False, "温岭市“十三五”教育规划"),
        ("“十四五”规划", False, "“十四五”规划"),  # the national plan
        ("特教班建设工作指南", True, "温岭市特教班建设工作指南"),
        ("温岭市校车管理办法", True, "温岭市校车管理办法"),
        ("校车安全管理条例", False, "校车安全管理条例"),
        ("县级预算管理办法", False, "县级预算管理办法"),  # 县级 is no county
        ("市场监督管理办法", False, "市场监督管理办法"),  # nor 市场 a city
    ],
)
def test_titles_get_the_place_they_lack(title: str, local: bool, full: str) -> None:
    assert qualify(title, WENLING, local) == full


def test_titles_in_national_papers_stay() -> None:
    assert qualify("“十三五”教育规划", None, True) == "“十三五”教育规划"
    assert qualify("教育规划", Place("中国", "country", "100000"), True) == "教育规划"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            "文号：温教发〔2024〕6号\n索引号：WL01/2024\n温岭市教育局2024年工作要点\n加强教研。\n"
            "温岭市教育局\n2024年2月1日\n",
            (
                "温岭市教育局2024年工作要点",
                "WorkPlan",
                ["温岭市教育局"],
                "2024-02-01",
                "温教发〔2024〕6号",
                "浙江省台州市温岭市",
                "2024",
            ),
            id="plan of a bureau",
        ),
        pytest.param(
            "云陵市人民政府办公室关于印发云陵市校园安全行动方案（2024—2026年）的通知\n云府办发〔2024〕1号\n"
            "现予印发。\n云陵市人民政府办公室\n二〇二四年三月一日\n云陵市校园安全行动方案（2024—2026年）\n一、重点任务\n",
            (
                "云陵市校园安全行动方案（2024—2026年）",
                "ImplementationPlan",
                ["云陵市人民政府办公室"],
                "2024-03-01",
                "云府办发〔2024〕1号",
                "云陵市",
                "2024-2026",
            ),
            id="a notice and the plan it carries, of an invented city",
        ),
        pytest.param(
            "各位代表：\n现在，我代表温岭市人民政府，向大会报告工作，请予审议。\n2024年，我市加强教研。\n",
            (None, "Report", ["温岭市人民政府"], "", "", "浙江省台州市温岭市", None),
            id="a speech without a title",
        ),
        pytest.param(
            "教育部关于加强校车管理的意见\n各省、自治区、直辖市教育厅（教委）：\n请加强管理。\n教育部\n2024年5月6日\n",
            (
                "教育部关于加强校车管理的意见",
                "Opinion",
                ["中华人民共和国教育部"],
                "2024-05-06",
                "",
                "中国",
                "2024",
            ),
            id="a national paper",
        ),
        pytest.param(
            "合肥市教育局转发安徽省教育厅关于加强教研工作的通知\n各县（市、区）教育局：\n"
            "现将省教育厅的通知转发给你们，全省上下要抓好落实。\n合肥市教育局\n2024年5月6日\n",
            (None, "Notice", ["合肥市教育局"], "2024-05-06", "", "安徽省合肥市", "2024"),
            id="a city that passes on its province's paper",
        ),
        pytest.param(
            "国务院办公厅关于同意湖北省开展试点的复函\n湖北省人民政府：\n你省要抓好落实，全省推进。\n"
            "国务院办公厅\n2024年5月6日\n",
            (None, None, ["国务院办公厅"], "2024-05-06", "", "中国", "2024"),
            id="a national paper about one province",
        ),
        pytest.param(
            "请加强校车管理，保障学生安全。\n",
            ("case", "Other", [], "", "", None, ""),
            id="a scrap",
        ),
    ],
)
def test_profiles(document: str, expected: tuple[object, ...]) -> None:
    profile: Profile = understood(document).profile
    said = (
        profile.title,
        profile.kind,
        [issuer.name for issuer in profile.issuers],
        profile.issued,
        profile.number,
        profile.region.full_name if profile.region else None,
        profile.period,
    )
    assert [
        got for got, wanted in zip(said, expected, strict=True) if wanted is not None or got is None
    ] == [
        wanted
        for got, wanted in zip(said, expected, strict=True)
        if wanted is not None or got is None
    ]


def test_regions_above_are_described_with_the_document() -> None:
    reading = reading_of("温岭市", "在大溪镇开展试点。")
    described = {
        e.full_name
        for e in (*reading.context, *(e for e in reading.entities if e))
        if e.type == "Region"
    }
    assert {"浙江省", "浙江省台州市", "浙江省台州市温岭市大溪镇"} <= described


@pytest.mark.parametrize(
    "text",
    [
        "在大溪镇开展试点，请市教育局向浙江省教育厅报告。",
        "将区县政府履行职责情况列入督导评价。",
        "抄送：各区林业局，省直管县林业局。",
        "由枫渚县澄岭镇人民政府和云渡市教育局负责。",
    ],
)
def test_every_place_and_body_referred_to_is_described(text: str) -> None:
    reading = reading_of("温岭市", text)
    own = [*reading.profile.issuers, *([reading.profile.region] if reading.profile.region else [])]
    entities = [*own, *reading.context, *(entity for entity in reading.entities if entity)]
    described = {(entity.type, entity.key) for entity in entities}
    referred = {("Region", entity.jurisdiction) for entity in entities}
    referred |= {(entity.type, entity.parent) for entity in entities}
    assert {pair for pair in referred if pair[1]} <= described


def test_a_branch_in_full_is_the_body_of_its_place() -> None:
    text = "由国家税务总局天津市税务局负责，市税务局每月通报。"
    bodies = [entity_of("天津市", text, name) for name in ("国家税务总局天津市税务局", "市税务局")]
    assert [(body.key, body.level, body.jurisdiction) for body in bodies] == [
        ("国家税务总局天津市税务局", "Provincial", "120000")
    ] * 2
