"""What targets measure: the scheme, the normal form of other words, base units."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from decimal import Decimal
from functools import cache

import pyoxigraph as ox
import pytest
from casebook import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract import extract
from kg.graph import DEFAULT_BASE, iri_part
from kg.measure import measure
from kg.measure.normal import LONGEST, normal_form, without, words
from kg.measure.scheme import by_form
from kg.measure.units import MONEY, SHARES, convert, ratio, unit_of
from kg.models import Measure, Target
from kg.read import read
from kg.store import Store
from kg.structure import structure
from kg.vocabulary import indicators, rows

SKOS = "http://www.w3.org/2004/02/skos/core#"
POLICY = "https://w3id.org/policy-kg/ontology#"
SCHEME = DEFAULT_BASE + "indicator"


def target(indicator: str, unit: str = "个", value: str | None = None) -> Target:
    number = None if value is None else Decimal(value)
    return Target(0, 1, indicator, "Exactly", number, None, None, unit, "quantity")


def measured(indicator: str, unit: str, value: str | None = None) -> Measure:
    (one,) = measure([target(indicator, unit, value)])
    assert one is not None
    return one


# -- the scheme ----------------------------------------------------------------------------------

SAME = [
    # economy: the level, its growth, and the ways of saying either
    ("地区生产总值", "元", "地区生产总值"),
    ("GDP增长", "%", "地区生产总值增速"),
    ("全县地区生产总值同比增长", "%", "地区生产总值增速"),
    ("生产总值增幅", "%", "地区生产总值增速"),
    ("规上工业增加值增速", "%", "规模以上工业增加值增速"),
    ("规模工业增加值增长率", "%", "规模以上工业增加值增速"),
    ("固定资产投资（不含农户）增长", "%", "固定资产投资增速"),
    ("社零总额增长", "%", "社会消费品零售总额增速"),
    ("外贸进出口总额增长", "%", "进出口总额增速"),
    ("居民消费价格总水平上涨", "%", "居民消费价格涨幅"),
    ("全社会研发投入占GDP的比重", "%", "研发投入强度"),
    ("R&D经费增长", "%", "研发经费增速"),
    ("单位GDP能耗下降", "%", "单位地区生产总值能耗降幅"),
    ("能耗强度降低", "%", "单位地区生产总值能耗降幅"),
    ("民间投资占比", "%", "民间投资占固定资产投资比重"),
    # a change of a rate is of the rate; that it is a change stays with the target
    ("常住人口城镇化率提高", "个百分点", "常住人口城镇化率"),
    # enterprises
    ("新增规上工业企业", "户", "新增规模以上工业企业"),
    ("“小巨人”企业", "家", "专精特新“小巨人”企业"),
    ("科技型中小企业入库", "家", "入库科技型中小企业"),
    ("高新技术企业数量", "家", "高新技术企业总数"),
    ("单项冠军企业新增", "家", "新增制造业单项冠军企业"),
    # education: neither a stock nor a narrower thing is the same as what is added
    ("新增学位", "个", "新增学位"),
    ("年内增加学位", "个", "新增学位"),
    ("学位总量", "个", "学位总数"),
    ("学位", "个", "学位"),
    ("新增公办园学位", "个", "新增公办幼儿园学位"),
    ("新增普惠性幼儿园学位", "个", "新增普惠性幼儿园学位"),
    ("新（改、扩）建公办幼儿园", "所", "新建和改扩建公办幼儿园"),
    ("新建、改扩建公办园", "个", "新建和改扩建公办幼儿园"),
    ("改扩建、新建幼儿园", "所", "新建和改扩建幼儿园"),
    ("幼儿园新建", "所", "新建幼儿园"),
    ("公办园在园幼儿占比", "%", "公办幼儿园在园幼儿占比"),
    # towns, roads, works: the verb before or behind its thing, or lost beside the figure
    ("改造老旧小区", "个", "老旧小区改造"),
    ("老旧小区", "个", "老旧小区改造"),
    ("老旧小区", "户", "老旧小区改造户数"),
    ("城镇老旧小区", "平方米", "老旧小区改造面积"),
    ("新开工改造城镇老旧小区", "个", "新开工老旧小区改造"),
    ("新（改）建农村公路", "公里", "新建和改建农村公路"),
    ("改造提升农村公路", "公里", "改造农村公路"),
    ("危桥", "座", "危桥改造"),
    ("加装电梯", "台", "既有住宅加装电梯"),
    # the land, the people
    ("粮食总产", "斤", "粮食产量"),
    ("粮食播面", "亩", "粮食播种面积"),
    ("新建和改造提升高标准农田", "公顷", "新建和改造提升高标准农田"),
    ("水土流失综合治理", "平方公里", "水土流失治理面积"),
    ("城镇新增就业人数", "人", "城镇新增就业"),
    ("零就业家庭动态", "", "零就业家庭动态清零"),
    ("低保标准", "元", "城乡低保标准"),
    ("职业技能培训", "人次", "职业技能培训人次"),
    ("职业技能培训", "名", "职业技能培训人数"),
    ("每千人口拥有3岁以下婴幼儿托位数", "个", "每千人口托位数"),
    # what a table or a footnote adds, quotation marks, blanks
    ("新建5G基站（座）", "座", "新建5G基站"),
    ("研发投入强度[26]", "%", "研发投入强度"),
    ("受污染耕地安全利用率力争保持", "%", "受污染耕地安全利用率"),
    ("新增“专精特新” 企业", "家", "新增“专精特新”企业"),
    ("５Ｇ基站", "个", "5G基站"),
]


@pytest.mark.parametrize(("text", "unit", "label"), SAME)
def test_words_that_mean_an_indicator_of_the_scheme(text: str, unit: str, label: str) -> None:
    found = measured(text, unit)
    assert (found.indicator, found.key, found.group) == (label, label, "")


APART = [
    ("新增学位", "学位", "个"),
    ("学位总数", "学位", "个"),
    ("新增学位", "新建学位", "个"),
    ("新建幼儿园", "新建和改扩建幼儿园", "所"),
    ("新建幼儿园", "新建公办幼儿园", "所"),
    ("新增停车位", "新建停车位", "个"),
    ("新增高新技术企业", "净增高新技术企业", "家"),
    ("新开工老旧小区改造", "老旧小区改造", "个"),
    ("新建高标准农田", "高标准农田", "亩"),
    ("水土流失治理面积", "新增水土流失治理面积", "亩"),
    ("地区生产总值增速", "地区生产总值年均增速", "%"),
    ("农村居民人均可支配收入增长", "农村居民人均可支配收入实际增长", "%"),
    ("人口自然增长率", "人口增长率", "‰"),
    ("近视率", "近视率下降", "个百分点"),
    ("粮食产量", "粮食亩产", "公斤"),
    ("农村生活污水治理率", "农村生活污水处理率", "%"),
    ("九年义务教育巩固率", "高中阶段毛入学率", "%"),
    ("九年义务教育巩固率提高", "九年义务教育巩固率", "%"),  # two points or two per cent of it
    ("发展党员", "党员", "人"),
    ("补贴性职业技能培训", "职业技能培训", "人次"),
]


@pytest.mark.parametrize(("one", "other", "unit"), APART)
def test_what_is_not_the_same_stays_apart(one: str, other: str, unit: str) -> None:
    assert measured(one, unit).key != measured(other, unit).key


OTHER_UNITS = [
    ("老旧小区改造", "元", "老旧小区改造（元）"),
    ("新增学位", "%", "新增学位（%）"),
    ("城镇新增就业", "人次", "城镇新增就业（人次）"),
    ("地区生产总值", "%", "地区生产总值（%）"),
    ("学前三年毛入园率", "所", "学前三年毛入园率（所）"),
    ("企业开办时间", "天", "企业开办时间（天）"),  # other than working days
]


@pytest.mark.parametrize(("text", "unit", "label"), OTHER_UNITS)
def test_words_of_the_scheme_beside_a_unit_that_measures_something_else(
    text: str, unit: str, label: str
) -> None:
    found = measured(text, unit)
    assert (found.key, found.broader) == (label, "")


GROUPS = [
    ("农村供水管网", "公里", "供水管网", "农村"),
    ("残疾人补贴性职业技能培训", "人次", "补贴性职业技能培训人次", "残疾人"),
    ("新建城市污水管网", "公里", "新建污水管网", "城市"),
    ("乡镇老年助餐点", "个", "老年助餐服务点", "乡镇"),
    # the scheme holds the narrower thing itself
    ("农村居民人均可支配收入", "元", "农村居民人均可支配收入", ""),
    ("新增公办学位", "个", "新增公办学位", ""),
    ("普惠托位", "个", "普惠托位", ""),
    # the scheme does not hold the rest: the words stay whole
    ("农村文化广场", "个", "农村文化广场", ""),
    ("残疾人之家", "个", "残疾人之家", ""),
]


@pytest.mark.parametrize(("text", "unit", "label", "group"), GROUPS)
def test_subject_groups(text: str, unit: str, label: str, group: str) -> None:
    found = measured(text, unit)
    assert (found.indicator, found.group) == (label, group)


FOUND = [
    # words, unit, normal form, a kind of
    ("“山海”研学基地", "个", "山海研学基地", ""),
    ("新（改、扩）建竹文化馆", "个", "新建改建扩建竹文化馆", ""),
    ("扩建、新建竹文化馆", "个", "新建扩建竹文化馆", ""),
    ("改造滨河步道", "公里", "滨河步道改造", ""),
    ("提升改造滨河步道", "公里", "滨河步道改造提升", ""),
    ("新增竹艺工坊数量", "家", "新增竹艺工坊", ""),
    ("竹艺工坊数量", "家", "竹艺工坊数", ""),
    ("竹笋加工业产值比上年增长", "%", "竹笋加工业产值增速", ""),
    ("竹林覆盖面积占全县的比例", "%", "竹林覆盖面积占全县比重", ""),
    ("省级以上智能工厂", "家", "省级以上智能工厂", "智能工厂"),
    ("新增省级以上企业研发机构", "家", "新增省级以上企业研发机构", "新增企业研发机构"),
    ("地区生产总值年均增长", "%", "地区生产总值年均增速", "地区生产总值增速"),
    ("儿童青少年近视率下降", "个百分点", "儿童青少年近视率下降", "儿童青少年近视率"),
    ("精品示范村建设", "个", "精品示范村建设", "精品示范村"),
    ("新认定智能工厂", "家", "新认定智能工厂", "智能工厂"),
    ("新增省级以上瞪羚企业", "家", "新增省级以上瞪羚企业", "瞪羚企业"),
    ("新建和改建社区微型消防站", "座", "新建改建社区微型消防站", "微型消防站"),
    ("新增养老床位和助餐点", "个", "新增养老床位和助餐点", ""),
    ("新增存款余额", "元", "新增存款余额", ""),  # no balance, but the growth of one
    ("新增建成区面积", "平方公里", "新增建成区面积", ""),
    ("省市重点项目", "个", "省市重点项目", "重点项目"),
    ("申报高新技术企业", "家", "申报高新技术企业", ""),
    # these look like actions and are none
    ("新能源物流车", "辆", "新能源物流车", ""),
    ("新建建设路小学校舍", "栋", "新建建设路小学校舍", ""),
    ("扩建", "所", "扩建", ""),
    ("新建改扩建", "所", "新建改扩建", ""),
    ("和改造滨河步道", "公里", "和改造滨河步道", ""),  # 新建 is lost before it
    ("提升农房", "户", "提升农房", ""),
    ("启动校舍改建", "栋", "启动校舍改建", ""),
    ("治理面积", "亩", "治理面积", ""),
    ("竹木产品的成本只降低", "%", "竹木产品的成本只降低", ""),
    ("乡村e站（驿站）", "个", "乡村e站（驿站）", ""),
    ("竹业产值年增长", "%", "竹业产值年增速", ""),
    ("新建和谐驿站", "个", "新建和谐驿站", ""),
    ("改造工程", "项", "改造工程", ""),
    ("治理能力提升班", "期", "治理能力提升班", ""),
    ("和美庭院", "户", "和美庭院", ""),
    ("全市场主体信用评价", "次", "全市场主体信用评价", ""),
    ("完成率", "%", "完成率", ""),
    ("物价指数", "个", "物价指数", ""),
]


@pytest.mark.parametrize(("text", "unit", "form", "broader"), FOUND)
def test_other_words_in_their_normal_form(text: str, unit: str, form: str, broader: str) -> None:
    found = measured(text, unit)
    assert (found.indicator, found.key, found.broader, found.group) == (form, form, broader, "")


def test_a_target_without_an_indicator_measures_nothing() -> None:
    assert measure([target("", "%"), target("新增学位")])[0] is None


# -- figures -------------------------------------------------------------------------------------

CONVERTED = [
    # indicator, unit, value → unit, value
    ("新建高标准农田", "公顷", "1200", "亩", "18000"),
    ("水土流失治理面积", "平方公里", "31.5", "亩", "47250"),
    ("粮食产量", "斤", "1000000000", "吨", "500000"),
    ("粮食产量", "公斤", "2500", "吨", "2.5"),
    ("新增光伏装机容量", "兆瓦", "150", "千瓦", "150000"),
    ("新增绿地", "公顷", "3.2", "亩", "48"),
    ("绿道", "千米", "12", "公里", "12"),
    ("算力规模", "EFLOPS", "1.5", "PFLOPS", "1500"),
    ("招聘教师", "名", "80", "人", "80"),
    ("新建公办幼儿园", "个", "3", "所", "3"),
    ("人口自然增长率", "%", "0.52", "‰", "5.2"),
    ("地区生产总值增速", "成", "1", "%", "10"),
    ("企业开办时间", "个工作日", "1", "工作日", "1"),
    ("进出口总额", "美元", "300000000", "美元", "300000000"),  # no rate of exchange is known
    ("常住人口城镇化率提高", "百分点", "1.2", "个百分点", "1.2"),
    # of what the scheme does not hold
    ("滨河步道", "千米", "7", "公里", "7"),
    ("滨河步道", "米", "700", "米", "700"),
    ("竹林抚育示范片", "公顷", "20", "亩", "300"),
    ("竹艺师", "名", "30", "人", "30"),
    ("竹艺师", "人次", "30", "人次", "30"),
    ("竹艺工坊", "家", "5", "家", "5"),
    ("竹艺工坊", "个", "5", "个", "5"),
    ("竹艺课", "学时", "36", "学时", "36"),
    ("竹艺课", "课时", "36", "课时", "36"),
    ("办件时间", "日", "20", "天", "20"),
    ("办件时间", "个工作日", "20", "工作日", "20"),
]


@pytest.mark.parametrize(("text", "unit", "value", "base", "result"), CONVERTED)
def test_figures_in_base_units(text: str, unit: str, value: str, base: str, result: str) -> None:
    found = measured(text, unit, value)
    assert (found.unit, found.value) == (base, Decimal(result))


def test_ranges_are_converted_and_what_is_masked_stays_unknown() -> None:
    between = Target(
        0, 1, "粮食产量", "Between", None, Decimal(2), Decimal("3.5"), "斤", "r", is_change=True
    )
    masked = Target(0, 1, "粮食产量", "Exactly", None, None, None, "斤", "r", masked=True)
    first, second = measure([between, masked])
    assert first is not None and second is not None
    assert (first.value, first.low, first.high) == (None, Decimal("0.001"), Decimal("0.00175"))
    assert (second.unit, second.value, second.low, second.high) == ("吨", None, None, None)


@pytest.mark.parametrize("row", list(rows("base_units.tsv")), ids=lambda row: row["unit"])
def test_every_unit_is_converted_as_its_example_says(row: dict[str, str]) -> None:
    left, right = row["example"].split(" = ")
    value = Decimal(left.removesuffix(row["unit"]))
    assert left.endswith(row["unit"]) and right.endswith(row["base"])
    assert convert(value, Decimal(row["factor"])) == Decimal(right.removesuffix(row["base"]))
    assert row["source"] and unit_of(row["standard"]).base == row["base"]
    assert ratio(row["unit"], row["standard"]) is not None


def test_units_are_listed_once_and_are_those_that_targets_have() -> None:
    names = [row["unit"] for row in rows("base_units.tsv")]
    assert sorted(set(names)) == sorted(names)
    read_ones = {row["unit"] for row in rows("units.tsv")}
    assert set(names) - read_ones <= {"%", "‰"}
    scheme = {unit for one in indicators() for unit in (one.unit, *one.equivalents)}
    assert scheme - read_ones <= {"", "套（间）", "批次", "把", "标准箱"}


@pytest.mark.parametrize(
    ("source", "base"),
    [
        ("公顷", "米"),
        ("人次", "人"),
        ("美元", "元"),
        ("天", "工作日"),
        ("亩", "公顷"),
        ("个", "所"),
    ],
)
def test_what_does_not_measure_the_same_or_not_exactly_is_not_converted(
    source: str, base: str
) -> None:
    assert ratio(source, base) is None


LISTED = sorted(row["unit"] for row in rows("base_units.tsv"))
FIGURES = st.decimals(min_value=0, max_value=10**15, places=4)


@given(st.sampled_from(LISTED), FIGURES, FIGURES)
def test_converting_is_linear_and_exact(unit: str, one: Decimal, other: Decimal) -> None:
    factor = ratio(unit, unit_of(unit).standard)
    assert factor is not None
    first, second, both = (convert(x, factor) for x in (one, other, one + other))
    assert first is not None and second is not None and both == first + second
    assert convert(Decimal(0), factor) == 0


@given(st.sampled_from(LISTED), st.sampled_from(LISTED), FIGURES)
def test_converting_there_and_back_changes_nothing(one: str, other: str, value: Decimal) -> None:
    there, back = ratio(one, other), ratio(other, one)
    if there is not None and back is not None:
        assert convert(convert(value, there), back) == value


# -- laws ----------------------------------------------------------------------------------------

PIECES = sorted({row["word"] for row in rows("indicator_words.tsv")}) + [
    *(
        "建",
        "新",
        "改",
        "扩",
        "和",
        "、",
        "（",
        "）",
        "的",
        "数",
        "数量",
        "率",
        "占",
        "比例",
        "[3]",
    ),
    *("增长", "年均", "同比", "下降", "提高", "保持", "建设", "学位", "竹", "林", "“", "A", "企业"),
]
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)
UNITS = st.sampled_from(["个", "%", "个百分点", "元", "亩", "公里", "户", "人", ""])


@settings(max_examples=1500, deadline=None)
@given(WORDS, UNITS)
def test_the_normal_form_of_a_normal_form_is_itself(text: str, unit: str) -> None:
    form = normal_form(text, unit)
    assert form and normal_form(form, unit) == form


@given(st.text(min_size=1, max_size=90), UNITS)
def test_any_text_has_a_normal_form(text: str, unit: str) -> None:
    form = normal_form(text, unit)
    assert form and normal_form(form, unit) == form


@given(st.lists(st.builds(target, WORDS, UNITS, st.sampled_from(["1", "20", "3.5"])), max_size=8))
def test_measuring_does_not_depend_on_the_order_of_targets(targets: list[Target]) -> None:
    assert measure(targets[::-1]) == measure(targets)[::-1]


@given(WORDS, UNITS)
def test_no_other_words_bear_a_label_of_the_scheme(text: str, unit: str) -> None:
    one = measured(text, unit)
    concept = next((c for c in indicators() if c.label == one.key), None)
    if concept is not None:
        assert by_form()[normal_form(concept.label, concept.unit).upper()] is concept
        assert one.unit in {concept.unit, "个百分点", "", "美元", "元"}


def test_hostile_words_take_no_time() -> None:
    begin = time.perf_counter()
    for piece in ("新", "新建", "改（", "、", "增长", "占比", "全县", "农村", "（）"):
        for length in (LONGEST, 100_000):
            normal_form(piece * length, "个")
            normal_form(piece * length, "%")
    assert time.perf_counter() - begin < 2


# -- words and scheme as data --------------------------------------------------------------------


SHARES_ONLY = ("than", "grown", "risen", "fallen", "share", "intensity", "growth", "half", "kept")
UNTOUCHED = ("named", "share", "half", "stock")


def shown(row: dict[str, str]) -> str:
    """Return what the example of a word is in its normal form."""
    word, example = row["word"], row["example"]
    role = row["role"]
    rest = example.replace(word, "", 1)
    if role in UNTOUCHED:
        return example
    if role == "same":
        return example.replace(word, row["normal"])
    if role == "front":
        return re.sub(
            r"^(..)[、和](..)", lambda pair: "".join(sorted(pair.groups(), key=rank)), example
        )
    if role == "joined":
        return rest.removeprefix("改造") + "改造" + word
    expected = {
        "scope": rest,
        "flow": example.removesuffix("数"),
        "turned": word + rest,
        "behind": rest + word,
        "number": example.removesuffix(word) + "数",
        "than": rest.removesuffix("增长") + "增速",
        "grown": rest + "增速",
        "risen": rest + "增速",
        "fallen": rest + "降幅",
        "intensity": example.removesuffix("下降") + "降幅",
        "growth": example.removesuffix("增长") + "增速",
        "kept": rest,
    }
    return expected.get(role, example)


def all_of(text: str) -> list[str]:
    """Return of what things a text says how many there are to be."""
    content = f"青禾县2023年工作要点\n一、主要目标\n力争{text}。\n"
    outline = structure(read(content.encode(), ["要点.txt"]))
    found = measure(extract(outline).targets, content)
    ending = "总数"
    return [m.key.removesuffix(ending) for m in found if m is not None and m.key.endswith(ending)]


def rank(action: str) -> int:
    return ["新建", "改建", "扩建", "迁建", "新增"].index(action)


@pytest.mark.parametrize(
    "row", list(rows("indicator_words.tsv")), ids=lambda row: f"{row['role']} {row['word']}"
)
def test_every_word_does_what_its_example_shows(row: dict[str, str]) -> None:
    word, example, role = row["word"], row["example"], row["role"]
    assert word in example and word != example
    assert (role == "same") == bool(row["normal"])
    unit = "%" if role in SHARES_ONLY or example.endswith(("率", "例", "占比", "增速")) else "个"
    form = normal_form(example, unit)
    if role in ("level", "counter"):
        assert all_of(example) == [example[: example.index("达到" if role == "counter" else word)]]
    elif role not in ("group", "kind", "same"):
        assert form == shown(row)
        assert (form == example) == (role in UNTOUCHED or example.endswith(("增速", "降幅")))
    elif role == "same":
        assert form == normal_form(shown(row), unit) and row["normal"] in form
    else:
        assert (word, example.replace(word, "", 1)) in list(without(form, role))


def test_what_is_another_growth_is_a_kind_of_it() -> None:
    for row in rows("indicator_words.tsv"):
        if row["role"] == "growth":
            form = normal_form("地区生产总值" + row["word"] + "增长", "%")
            assert measured(form, "%").broader == "地区生产总值增速", form


def test_roles_are_those_that_the_code_asks_for() -> None:
    roles = {row["role"] for row in rows("indicator_words.tsv")}
    counts = {"scope", "same", "flow", "front", "turned", "behind", "joined", "named", "number"}
    counts |= {"stock", "level", "counter"}
    assert roles == {*SHARES_ONLY, *counts, "group", "kind"}
    keys = [(row["role"], row["word"]) for row in rows("indicator_words.tsv")]
    assert sorted(set(keys)) == sorted(keys)


@cache
def scheme() -> dict[str, dict[str, list[str]]]:
    """Return what the scheme says of each of its subjects, and that it says nothing of others."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    turtle = (ROOT / "ontology/indicators.ttl").read_bytes()
    for triple in ox.parse(turtle, format=ox.RdfFormat.TURTLE):
        assert isinstance(triple.subject, ox.NamedNode), "no blank node"
        assert not isinstance(triple.object, ox.BlankNode)
        found[triple.subject.value][triple.predicate.value].append(triple.object.value)
    return found


def test_every_indicator_is_named_by_its_label() -> None:
    for iri, facts in scheme().items():
        if iri != SCHEME:
            (label,) = facts[SKOS + "prefLabel"]
            assert iri == f"{SCHEME}/{iri_part(label)}"
            assert facts[SKOS + "inScheme"] == [SCHEME]


def test_no_name_means_two_indicators() -> None:
    owners = defaultdict(set)
    for concept in indicators():
        names = (concept.label, *concept.names)
        assert len(set(names)) == len(names), concept.label
        for name in names:
            owners[normal_form(name, concept.unit)].add(concept.label)
            owners[name].add(concept.label)
    assert {name: found for name, found in owners.items() if len(found) > 1} == {}


def test_every_name_is_measured_as_its_indicator() -> None:
    for concept in indicators():
        for name in (concept.label, *concept.names):
            for unit in (concept.unit, *concept.equivalents):
                found = measured(name, unit, "7")
                assert (found.indicator, found.group) == (concept.label, ""), name
                assert (found.unit, found.value) == (concept.unit, 7), name


def test_what_is_broader_is_in_the_scheme_measures_the_same_and_ends() -> None:
    for iri, facts in scheme().items():
        chain = [iri]
        while scheme()[chain[-1]][SKOS + "broader"]:
            (above,) = scheme()[chain[-1]][SKOS + "broader"]
            assert above in scheme() and above not in chain
            for term in ("measure", "indicatorUnit"):
                assert scheme()[above][POLICY + term] == facts[POLICY + term], iri
            assert not (
                iri.removeprefix(SCHEME + "/").startswith(words("flow")) and is_stock(above)
            )
            chain.append(above)


def test_only_counters_stand_for_each_other_one_for_one() -> None:
    for concept in indicators():
        for unit in concept.equivalents:
            assert unit_of(unit).base in (unit, "人次"), (concept.label, unit)
            assert unit not in MONEY | SHARES and concept.unit not in MONEY | SHARES


def is_stock(iri: str) -> bool:
    """Tell whether an indicator is what there is in all."""
    return iri.endswith(words("stock"))


def test_growth_and_rates_are_counted_in_shares() -> None:
    for concept in indicators():
        if concept.measure != "Amount":
            assert concept.unit in ("%", "‰"), concept.label


# -- from a text ---------------------------------------------------------------------------------

TEXT = """青禾县2023年工作要点
一、扩大资源
1.增加学位。全县新增学位1200个，其中公办幼儿园学位300个；新（改、扩）建公办幼儿园3所。
2.保护土地。新建高标准农田200公顷，粮食总产量达到3.6亿斤。
3.稳定增长。地区生产总值增长6.5%，常住人口城镇化率提高1个百分点。
"""


def test_a_text_and_what_it_measures() -> None:
    findings = extract(structure(read(TEXT.encode(), ["要点.txt"])))
    found = [one for one in measure(findings.targets) if one is not None]
    assert [(one.indicator, one.unit, one.value) for one in found] == [
        ("新增学位", "个", 1200),
        ("公办幼儿园学位", "个", 300),
        ("新建和改扩建公办幼儿园", "所", 3),
        ("新建高标准农田", "亩", 3000),
        ("粮食产量", "吨", 180000),
        ("地区生产总值增速", "%", Decimal("6.5")),
        ("常住人口城镇化率", "个百分点", 1),
    ]


LEVELS = [
    # what stands before the figure, in its place
    ("高新技术企业达到800家", "高新技术企业总数", ""),
    ("高新技术 企业达到 800家", "高新技术企业总数", ""),
    ("高新技术企业数量达到800家", "高新技术企业总数", ""),
    ("家庭农场突破1200家", "家庭农场总数", "家庭农场"),
    ("家庭农场总数达到1200家", "家庭农场总数", "家庭农场"),
    ("竹艺工坊达到60家", "竹艺工坊总数", ""),
    ("省级以上智能工厂达到6家", "省级以上智能工厂总数", "智能工厂"),
    ("培育高新技术企业20家", "高新技术企业", ""),
    ("培育高新技术企业达到20家", "高新技术企业", ""),  # those that are there, or the new ones
    ("新增家庭农场达到20家", "新增家庭农场", ""),
    ("标识注册量突破5000个", "标识注册量", ""),
    ("老旧小区改造达到20个", "老旧小区改造", ""),
    ("每千人口托位数达到4.5个", "每千人口托位数", ""),
    ("粮食产量达到3万吨", "粮食产量", ""),
]


@pytest.mark.parametrize(("text", "label", "broader"), LEVELS)
def test_all_that_there_are_is_apart_from_what_is_added(
    text: str, label: str, broader: str
) -> None:
    content = f"青禾县2023年工作要点\n一、主要目标\n全县{text}。\n"
    targets = extract(structure(read(content.encode(), ["要点.txt"]))).targets
    (found,) = measure(targets, content)
    assert found is not None and (found.indicator, found.broader) == (label, broader)


def test_in_a_list_the_first_verb_tells_of_all() -> None:
    content = "青禾县2023年工作要点\n一、主要目标\n新增瞪羚企业超20家、众创空间超2家。\n"
    targets = extract(structure(read(content.encode(), ["要点.txt"]))).targets
    found = [one.indicator for one in measure(targets, content) if one is not None]
    assert found == ["新增瞪羚企业", "众创空间"]


# -- from the invented plans ---------------------------------------------------------------------

COMPARABLE = """
SELECT ?file (COALESCE(?base, ?value, "?") AS ?figure) (COALESCE(?converted, ?written) AS ?unit)
       (COALESCE(STR(?for), "") AS ?group) {
    ?target pol:indicator ?indicator ; pol:unit ?written .
    ?target nif:referenceContext/dcterms:source ?file .
    OPTIONAL { ?target pol:value ?value }
    OPTIONAL { ?target pol:baseValue ?base }
    OPTIONAL { ?target pol:baseUnit ?converted }
    OPTIONAL { ?target pol:subjectGroup ?for }
} ORDER BY ?file"""

PLANNED = {
    "新增学位": [
        "临枫区-2021-要点 600 个",
        "临枫区-2023-要点 800 个",  # written 0.08万个
        "市-2021-要点 8000 个",
        "市-2022-要点 9000 个",
        "市-2023-要点 7500 个",
        "枫渚县-2021-要点 900 个",
        "枫渚县-2023-要点 ? 个",  # masked
        "省-2021-要点 120000 个",
        "省-2022-要点 100000 个",
        "省-2023-要点 100000 个",
        "青禾县-2021-要点 1200 个",
        "青禾县-2022-要点 1500 个",
        "青禾县-2023-要点 1500 个",
    ],
    "学前三年毛入园率": [
        "临枫区-2021-要点 92 %",
        "临枫区-2023-要点 94 %",
        "市-2021-方案 96 %",
        "市-2021-要点 92 %",
        "市-2022-要点 93 %",
        "市-2023-要点 94 %",
        "枫渚县-2022-方案 95 %",
        "枫渚县-2022-要点 93 %",
        "省-2021-意见 95 %",
        "省-2021-要点 91 %",
        "省-2022-要点 92 %",
        "省-2023-要点 93 %",
        "青禾县-2021-要点 90 %",
        "青禾县-2022-方案 96 %",
        "青禾县-2022-要点 92 %",
        "青禾县-2023-要点 95 %",
    ],
    "新建和改扩建公办幼儿园": ["青禾县-2022-要点 6 所"],
    "新建公办幼儿园": [
        "市-2021-方案 30 所",
        "枫渚县-2022-方案 3 所",
        "青禾县-2022-方案 4 所",
    ],
    "培训教师人次": [
        "临枫区-2023-要点 300 人次",
        "临枫区-2023-要点 300 人次",
        "省-2021-要点 20000 人次 乡村",
        "省-2022-要点 22000 人次 乡村",
        "青禾县-2021-要点 800 人次",
        "青禾县-2022-要点 1000 人次",
        "青禾县-2023-要点 1000 人次",
    ],
}


@pytest.mark.parametrize("label", PLANNED)
def test_the_plans_compare(plans_store: Store, label: str) -> None:
    one = f"VALUES ?indicator {{ <{SCHEME}/{iri_part(label)}> }}"
    query = COMPARABLE.replace("{\n", "{\n" + one, 1)
    found = [[str(row[name]) for name in row] for row in plans_store.select(query)]
    lines = [" ".join(cells).replace(".txt", "").strip() for cells in found]
    assert lines == PLANNED[label]


def test_an_indicator_has_one_above_it_whatever_the_unit() -> None:
    """What one document calls a kind of one thing no other calls a kind of another."""
    above: dict[str, str] = {}
    names = sorted({name for concept in indicators() for name in (concept.label, *concept.names)})
    for name in names:
        for unit in ("", "个", "户", "平方米", "亩", "元", "人", "%", "公里"):
            found = measured(f"新{name}", unit)
            if found.broader:
                assert above.setdefault(found.key, found.broader) == found.broader, (name, unit)
