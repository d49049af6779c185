"""ontology/regions.tsv: facts about China that anyone can look up, and its inner order."""

import csv
import importlib.machinery
import importlib.util
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
TSV = ROOT / "ontology" / "regions.tsv"

# What may stand directly above what.
PARENT_LEVELS = {
    "country": {""},
    "province": {"country"},
    "prefecture": {"province"},
    "county": {"prefecture", "province"},  # province: 济源市, and the districts of 北京
    "township": {"county", "prefecture"},  # prefecture: 东莞市 has no counties
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with TSV.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def regions(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(
        "update_regions", str(ROOT / "scripts" / "update_regions")
    )
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("code", "path", "level"),
    [
        ("100000", "中国", "country"),
        ("330000", "中国 浙江省", "province"),
        ("331000", "中国 浙江省 台州市", "prefecture"),
        ("331081", "中国 浙江省 台州市 温岭市", "county"),
        ("331081100", "中国 浙江省 台州市 温岭市 泽国镇", "township"),
        ("361130", "中国 江西省 上饶市 婺源县", "county"),
        ("320404", "中国 江苏省 常州市 钟楼区", "county"),
        ("422801", "中国 湖北省 恩施土家族苗族自治州 恩施市", "county"),
        ("522301", "中国 贵州省 黔西南布依族苗族自治州 兴义市", "county"),
        ("540102", "中国 西藏自治区 拉萨市 城关区", "county"),
        ("152501", "中国 内蒙古自治区 锡林郭勒盟 二连浩特市", "county"),
        # Districts and counties of a municipality stand directly under it.
        ("110101", "中国 北京市 东城区", "county"),
        ("310151", "中国 上海市 崇明区", "county"),
        ("500229", "中国 重庆市 城口县", "county"),
        # Counties directly under a province.
        ("419001", "中国 河南省 济源市", "county"),
        ("429004", "中国 湖北省 仙桃市", "county"),
        ("429021", "中国 湖北省 神农架林区", "county"),
        ("469002", "中国 海南省 琼海市", "county"),
        ("659001", "中国 新疆维吾尔自治区 石河子市", "county"),
        # Cities without counties have their townships directly below.
        ("441900003", "中国 广东省 东莞市 东城街道", "township"),
        ("442000001", "中国 广东省 中山市 石岐街道", "township"),
        ("460400100", "中国 海南省 儋州市 那大镇", "township"),
        ("620201100", "中国 甘肃省 嘉峪关市 新城镇", "township"),
        ("460300", "中国 海南省 三沙市", "prefecture"),
        # Merged, renamed or made in recent years.
        ("370116", "中国 山东省 济南市 莱芜区", "county"),
        ("330113", "中国 浙江省 杭州市 临平区", "county"),
        ("653229", "中国 新疆维吾尔自治区 和田地区 和安县", "county"),
        # Without a GB/T 2260 code, but with townships.
        ("320576", "中国 江苏省 苏州市 苏州工业园区", "county"),
        ("710000", "中国 台湾省", "province"),
        ("810000", "中国 香港特别行政区", "province"),
        ("820000", "中国 澳门特别行政区", "province"),
    ],
)
def test_a_region_has_its_place(
    regions: dict[str, dict[str, str]], code: str, path: str, level: str
) -> None:
    names, above = [], code
    while above:
        names.append(regions[above]["name"])
        above = regions[above]["parent"]
    assert (" ".join(reversed(names)), regions[code]["level"]) == (path, level)


@pytest.mark.parametrize(
    ("name", "level", "codes"),
    [
        ("鼓楼区", "county", {"320106", "320302", "350102", "410204"}),
        ("普陀区", "county", {"310107", "330903"}),
        ("宝山区", "county", {"310113", "230506"}),
        ("温岭市", "county", {"331081"}),
        # Dissolved: 莱芜市 went to 济南市 in 2019, 巢湖市 (prefecture) to three cities in 2011.
        ("莱芜市", "prefecture", set()),
        ("巢湖市", "prefecture", set()),
        # Digits of a code, not places.
        ("市辖区", "county", set()),
        ("市辖区", "prefecture", set()),
        ("县", "prefecture", set()),
        ("省直辖县级行政区划", "prefecture", set()),
        ("自治区直辖县级行政区划", "prefecture", set()),
        ("嘉峪关市", "county", set()),
    ],
)
def test_a_name_stands_for_these_codes(
    rows: list[dict[str, str]], name: str, level: str, codes: set[str]
) -> None:
    assert {r["code"] for r in rows if (r["name"], r["level"]) == (name, level)} == codes


def test_codes_are_unique_and_sorted(rows: list[dict[str, str]]) -> None:
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))


def test_every_region_stands_under_a_region_of_a_higher_level(
    rows: list[dict[str, str]], regions: dict[str, dict[str, str]]
) -> None:
    levels = {code: row["level"] for code, row in regions.items()} | {"": ""}
    wrong = [r for r in rows if levels.get(r["parent"]) not in PARENT_LEVELS[r["level"]]]
    assert wrong == []


def test_a_code_begins_like_its_parent(rows: list[dict[str, str]]) -> None:
    significant = {"province": 2, "prefecture": 4, "county": 6}
    levels = {row["code"]: row["level"] for row in rows}
    wrong = [
        row
        for row in rows
        if row["level"] not in ("country", "province")
        and not row["code"].startswith(row["parent"][: significant[levels[row["parent"]]]])
    ]
    assert wrong == []


def test_siblings_of_one_level_have_different_names(rows: list[dict[str, str]]) -> None:
    places = Counter((row["parent"], row["level"], row["name"]) for row in rows)
    assert [place for place, times in places.items() if times > 1] == []


def test_names_are_clean(rows: list[dict[str, str]]) -> None:
    wrong = [
        row
        for row in rows
        if row["name"] != row["name"].strip()
        or len(row["name"]) < 2
        or row["name"].endswith("街道办事处")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("level", "least", "most"),
    [
        ("country", 1, 1),
        ("province", 34, 34),
        ("prefecture", 333, 333),
        ("county", 2846, 3000),  # some 2,850 officially, and functional areas
        ("township", 38_000, 42_000),  # some 38,700 officially, and farms and zones
    ],
)
def test_as_many_as_the_country_has(
    rows: list[dict[str, str]], level: str, least: int, most: int
) -> None:
    assert least <= sum(row["level"] == level for row in rows) <= most


def test_small_enough_to_ship() -> None:
    assert TSV.stat().st_size < 1_800_000


@pytest.mark.parametrize(
    ("code", "name", "parent"),
    [
        ("110101", "东城区", "110000"),  # 110100 北京市 is a placeholder
        ("419001", "济源市", "410000"),  # so is 419000
        ("371171100", "河山镇", "371171"),  # a functional area that the Bureau names
        ("620201001", "雄关街道", "620200"),  # a county code that repeats its city
        ("331081001", "太平街道", "331081"),  # the office becomes the place
    ],
)
def test_script_decides_as_documented(
    script: ModuleType, code: str, name: str, parent: str
) -> None:
    divisions = {
        "110000": "北京市",
        "110100": "北京市",
        "110101": "东城区",
        "330000": "浙江省",
        "331000": "台州市",
        "331081": "温岭市",
        "370000": "山东省",
        "371100": "日照市",
        "410000": "河南省",
        "419000": "省直辖县级行政区划",
        "419001": "济源市",
        "620000": "甘肃省",
        "620200": "嘉峪关市",
    }
    areas = {"371171": "日照经济技术开发区", "620201": "嘉峪关市"}
    streets = {
        "331081001": "太平街道办事处",
        "371171100": "河山镇",
        "620201001": "雄关街道",
    }
    regions = {region.code: region for region in script.build_regions(divisions, areas, streets)}
    assert (regions[code].name, regions[code].parent) == (name, parent)
    assert not {"110100", "419000", "620201"} & regions.keys()


def test_script_refuses_a_name_that_would_break_the_table(script: ModuleType) -> None:
    with pytest.raises(script.StaleError, match="tab"):
        script.write_tsv([script.Region("110000", "北\t京", "province", "100000")])
