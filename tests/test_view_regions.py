"""The map of the regions: which place has which figure, and what is said where there is none.

The plans are those of documents/plans, whose README says what is planted in them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from browser import NARROW, WIDE, needs_chromium, opened

from kg.build import build
from kg.errors import NotFoundError
from kg.render.links import IN_PAGE
from kg.render.view import render_view
from kg.render.views import VIEWS, Wanted
from kg.render.views.places import COUNTS, PROMISE, read_regions
from kg.render.views.regions import classes_of, short
from kg.store import Store
from kg.vocabulary import rows

FIGURES = ("documents", "tasks", "targets", "programs", "promise")


def page_of(store: Store, target: Path, wanted: Wanted) -> Path:
    target.write_text(render_view(store, "regions", wanted), encoding="utf-8")
    return target


# -- the tiles ---------------------------------------------------------------------------------

TILES = {row["name"]: row for row in rows("province_tiles.tsv")}


def test_each_province_has_a_tile_of_its_own() -> None:
    provinces = {
        row["code"]: row["name"]
        for row in rows("regions.tsv", "kg.ontology")
        if row["level"] == "province"
    }
    assert {row["code"] for row in TILES.values()} == provinces.keys()
    assert all(provinces[row["code"]].startswith(name) for name, row in TILES.items())
    places = Counter((row["column"], row["row"]) for row in TILES.values())
    assert len(places) == len(TILES) == 34


@pytest.mark.parametrize(
    ("axis", "smaller", "larger"),
    [
        ("column", "新疆", "甘肃"),
        ("column", "四川", "重庆"),
        ("column", "湖南", "江西"),
        ("column", "江西", "浙江"),
        ("column", "云南", "贵州"),
        ("column", "西藏", "青海"),
        ("row", "黑龙江", "吉林"),
        ("row", "北京", "天津"),
        ("row", "安徽", "江西"),
        ("row", "江西", "福建"),
        ("row", "湖南", "广东"),
        ("row", "广东", "香港"),
    ],
)
def test_tiles_stand_about_as_provinces_lie(axis: str, smaller: str, larger: str) -> None:
    assert int(TILES[smaller][axis]) < int(TILES[larger][axis])


# -- figures -----------------------------------------------------------------------------------


def test_what_is_held_of_each_place(plans_store: Store) -> None:
    """With all places below, and the place's own."""
    found = read_regions(plans_store, Wanted()).listed
    table = {
        one.name: " ".join(f"{one.figures[n].value}/{one.figures[n].own}" for n in COUNTS)
        for one in found
    }
    assert table == {
        #        documents tasks targets programs
        "中国": "18/0 58/0 86/0 3/0",
        "江西省": "18/4 58/13 86/20 3/0",
        "云陵市": "14/4 45/13 66/22 3/1",
        "临枫区": "2/2 7/7 7/7 0/0",
        "枫渚县": "4/4 11/11 16/16 2/2",
        "青禾县": "4/4 14/14 21/21 3/3",
    }
    assert [one.level for one in found] == ["Country", "Province", "Prefecture", *["County"] * 3]


def test_nothing_is_counted_that_the_store_does_not_hold(plans_store: Store) -> None:
    country = read_regions(plans_store, Wanted()).listed[0]
    for name, kind in (("tasks", "Task"), ("targets", "Target")):
        query = f"SELECT (COUNT(*) AS ?number) {{ ?part a pol:{kind} ; nif:beginIndex ?begin }}"
        (row,) = plans_store.select(query)
        assert str(country.figures[name].value) == row["number"]


@pytest.mark.parametrize(
    ("year", "promised"),
    [
        (
            2021,
            ["江西省 120000个", "云陵市 8000个", "临枫区 600个", "枫渚县 900个", "青禾县 1200个"],
        ),
        # 枫渚县 has a plan and is silent, 临枫区 has none.
        (
            2022,
            [
                "江西省 100000个",
                "云陵市 9000个",
                "临枫区 no-plan",
                "枫渚县 silent",
                "青禾县 1500个",
            ],
        ),
        # X个, and 0.08万个.
        (
            2023,
            ["江西省 100000个", "云陵市 7500个", "临枫区 800个", "枫渚县 masked", "青禾县 1500个"],
        ),
    ],
)
def test_what_each_place_promises(plans_store: Store, year: int, promised: list[str]) -> None:
    found = read_regions(plans_store, Wanted(indicator="新增学位", year=year))
    table = [
        f"{one.name} {one.figures[PROMISE].state or one.figures[PROMISE].text}"
        for one in found.listed
    ]
    assert table == ["中国 no-plan", *promised]
    assert found.promised is not None
    stated = [one for one in promised if one.endswith(("个", "masked"))]
    assert found.promised.stated == len(stated)
    assert found.promised.places == len([one for one in promised if not one.endswith("no-plan")])


def test_a_promise_is_the_place_s_own_and_leads_to_its_sentence(plans_store: Store) -> None:
    wanted = Wanted(indicator="新增学位", year=2022)
    (county,) = (one for one in read_regions(plans_store, wanted).listed if one.name == "青禾县")
    figure = county.figures[PROMISE]
    assert figure.value == 1500
    assert figure.evidence is not None and "1500" in figure.evidence.sentence
    place = IN_PAGE.place(figure.evidence.source, figure.evidence.begin, figure.evidence.end)
    body = VIEWS["regions"](plans_store, wanted, IN_PAGE).body
    assert f'href="{place}"'.replace("&", "&amp;") in body


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (Wanted(region="枫渚县"), ["枫渚县 4"]),
        (Wanted(region="云陵市"), ["云陵市 14", "临枫区 2", "枫渚县 4", "青禾县 4"]),
        # No document of 临枫区 is of 2022: nothing is known, which is not 0.
        (
            Wanted(region="云陵市", year=2022),
            ["云陵市 6", "临枫区 none-held", "枫渚县 2", "青禾县 2"],
        ),
        (
            Wanted(region="云陵市", issuer="青禾县"),
            ["云陵市 4", "临枫区 none-held", "枫渚县 none-held", "青禾县 4"],
        ),
    ],
    ids=str,
)
def test_only_what_is_wanted_is_counted(
    plans_store: Store, wanted: Wanted, places: list[str]
) -> None:
    found = read_regions(plans_store, wanted).listed
    figures = [(one.name, one.figures["documents"]) for one in found]
    assert [f"{name} {figure.state or figure.value}" for name, figure in figures] == places


def test_where_nothing_is_known_no_number_stands(plans_store: Store) -> None:
    body = VIEWS["regions"](plans_store, Wanted(indicator="新增学位", year=2023), IN_PAGE).body
    absent = re.findall(
        r'<span class="f promise tile absent">.*?<span class="number">(.*?)</span></span>', body
    )
    assert len(absent) == 33  # all provinces but one
    assert not any(char.isdigit() for text in absent for char in text)
    row = re.search(r'<tr><th scope="row">[^/]*枫渚县.*?</tr>', body)
    assert row is not None
    *_, masked = re.findall(r"<td.*?</td>", row[0])
    assert "隐去" in masked and "masked" in masked


def test_unknown_names_are_errors(plans_store: Store) -> None:
    for wanted in (Wanted(region="不存在县"), Wanted(indicator="不存在的指标")):
        with pytest.raises(NotFoundError, match="不存在"):
            VIEWS["regions"](plans_store, wanted, IN_PAGE)


def test_of_nothing_there_is_no_map() -> None:
    with Store() as store:
        view = VIEWS["regions"](store, Wanted(), IN_PAGE)
        assert view.empty
        assert "没有收录任何地区的文件。" in view.body
        with pytest.raises(NotFoundError, match="nothing to show"):
            render_view(store, "regions", Wanted())


# -- classes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ("", ""),
        ("7", "7=2"),
        ("1 1 9", "1=0 9=4"),
        ("1 2 3 4 5", "1=0 2=1 3=2 4=3 5=4"),
        ("1 2 3 4 5 6 7 8 9 10", "1-2=0 3-4=1 5-6=2 7-8=3 9-10=4"),
        # Equal figures are of one class, however many.
        ("0 0 0 0 0 0 1 2 3 4 5 99", "0=0 1-2=1 3-4=3 5-99=4"),
    ],
)
def test_quantiles(values: str, classes: str) -> None:
    found = classes_of(map(Decimal, values.split()))
    if found is None:
        assert not classes
        return
    told = [
        f"{low if low == high else f'{low}-{high}'}={colour}"
        for low, high, colour in zip(found.lowest, found.highest, found.colours, strict=True)
    ]
    assert " ".join(told) == classes
    assert [found.colour(high) for high in found.highest] == list(found.colours)
    assert [found.colour(low) for low in found.lowest] == list(found.colours)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("0", "0", "0"),
        ("95.50", "95.5", "95.5"),
        ("9999", "9999", "9999"),
        ("120000", "12万", "120k"),
        ("12345", "1.2万", "12.3k"),
        ("3000000", "300万", "3m"),
    ],
)
def test_numbers_that_fit_into_a_tile(value: str, chinese: str, english: str) -> None:
    assert short(Decimal(value)) == (chinese, english)


# -- safe and sound ----------------------------------------------------------------------------

HOSTILE = """青禾县教育局2024年工作要点

2024年3月1日

1.新增<img src=x onerror=alert(1)>学位，全年新增学位1200个" onmouseover="x。（青禾县教育局牵头）
"""


@pytest.fixture(scope="module")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "1.txt").write_text(HOSTILE, encoding="utf-8")
    with Store() as store:
        assert not build([folder], store, limits=None).skipped
        yield store


@needs_chromium
def test_hostile_words_are_text(hostile_store: Store, tmp_path: Path) -> None:
    body = VIEWS["regions"](hostile_store, Wanted(), IN_PAGE).body
    assert "&lt;img src=x onerror=alert(1)&gt;" in body  # in the hint of the figure
    with opened(page_of(hostile_store, tmp_path / "page.html", Wanted())) as tab:
        assert tab.page.locator("img, [onmouseover]").count() == 0
        assert not tab.problems


def test_the_same_store_gives_the_same_bytes(plans_store: Store) -> None:
    first, second = (VIEWS["regions"](plans_store, Wanted(), IN_PAGE).body for _ in range(2))
    assert first == second


@needs_chromium
def test_a_figure_is_chosen_without_a_script(plans_store: Store, tmp_path: Path) -> None:
    page = page_of(plans_store, tmp_path / "page.html", Wanted())
    tile = "ul.tiles li:has-text('江西') .tile:visible .number"
    with opened(page, script=False) as tab:
        seen = {}
        for name in FIGURES:
            tab.page.click(f"label[for=regions-{name}]")
            assert tab.page.locator(f".f:not(.{name}):visible").count() == 0
            seen[name] = tab.page.locator(tile).inner_text()
        assert seen == {
            "documents": "18",
            "tasks": "58",
            "targets": "86",
            "programs": "3",
            "promise": "≥95%",
        }
        # The arrow keys move from figure to figure.
        tab.page.press("#regions-promise", "ArrowRight")
        assert tab.page.locator(tile).inner_text() == "18"


CONTRAST = """() => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgb = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (colour) => rgb(colour)
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    return [0, 1, 2, 3, 4].map((at) => {
        const tile = document.querySelector(".tiles .tile");
        tile.className = "f documents tile c" + at;
        const style = getComputedStyle(tile);
        const [dark, bright] = [light(style.color), light(style.backgroundColor)]
            .sort((one, other) => one - other);
        return (bright + 0.05) / (dark + 0.05);
    });
}"""


@needs_chromium
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_and_can_be_read(
    plans_store: Store, tmp_path: Path, size: tuple[int, int], dark: bool
) -> None:
    page = page_of(plans_store, tmp_path / "page.html", Wanted(indicator="新增学位", year=2023))
    with opened(page, size=size, dark=dark) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        wider = "(e) => e.scrollWidth > e.clientWidth + 1"
        tiles = tab.page.locator(".tile:visible").element_handles()
        assert len(tiles) == 34
        assert not any(tile.evaluate(wider) for tile in tiles)
        assert min(tab.page.evaluate(CONTRAST)) >= 4.5
        assert not tab.problems
