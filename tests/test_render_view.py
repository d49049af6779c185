"""A view as a page of its own: what it shows, where it leads, and that it opens offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import lxml.html
import pytest
from browser import NARROW, WIDE, needs_chromium, opened
from click.testing import CliRunner, Result
from hostile_words import PAYLOADS, TAKEN
from plans import build_plans

from kg.cli import cli
from kg.commands.views import VIEW_OPTIONS
from kg.errors import NotFoundError
from kg.page.words import words_of
from kg.render.subgraph import Text
from kg.render.view import render_view
from kg.render.views import VIEWS, Wanted
from kg.reports.duties import Duty, WorkItem, duties, work_items
from kg.reports.holdings import Places
from kg.reports.planned import Plans, read_plans
from kg.reports.scope import chosen
from kg.store import Store

PLAN_22 = "青禾县教育局2022年工作要点"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the directory of a store of the plans."""
    folder = tmp_path_factory.mktemp("plans") / "store"
    with Store(folder) as store:
        build_plans(store)
    yield folder


@pytest.fixture(scope="module")
def pages(plans_store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give a page of each view, written to disk."""
    folder, written = tmp_path_factory.mktemp("pages"), {}
    for name, wanted in (
        ("indicators", Wanted()),
        ("places", Wanted(indicator="新增学位")),
        ("duties", Wanted()),
        ("tasks", Wanted(document=PLAN_22)),
    ):
        view = {"places": "indicators", "tasks": "duties"}.get(name, name)
        written[name] = folder / f"{name}.html"
        written[name].write_text(render_view(plans_store, view, wanted), encoding="utf-8")
    return written


# -- the page ----------------------------------------------------------------------------------


def test_a_page_alone_lists_the_sentences_that_its_cells_point_to(plans_store: Store) -> None:
    page = render_view(plans_store, "indicators", Wanted(indicator="新增学位", year=2023))
    cells = re.findall(r'<td class="[^"]*"><a href="#e(\d+)"[^>]*>([^<]*)</a>', page)
    entries = dict(re.findall(r'<li id="e(\d+)">(.*?)</li>', page))
    assert [(figure, entries[number]) for number, figure in cells] == [
        ("10万个", "全省新增学位<mark>10万个</mark>。 <small>省-2023-要点.txt</small>"),
        ("7500个", "全市新增学位<mark>7500个</mark>。 <small>市-2023-要点.txt</small>"),
        ("800个", "全区新增学位<mark>0.08万个</mark>。 <small>临枫区-2023-要点.txt</small>"),
        ("▒个", "全县新增学位<mark>X个</mark>。 <small>枫渚县-2023-要点.txt</small>"),
        ("1500个", "全县新增学位<mark>1500个</mark>。 <small>青禾县-2023-要点.txt</small>"),
    ]
    assert len(entries) == len(cells)


def test_brackets_are_quoted_with_what_they_are_about(plans_store: Store) -> None:
    page = render_view(plans_store, "duties", Wanted(document=PLAN_22))
    quoted = re.findall(r'<li id="e\d+">(.*?) <small>', page)
    assert (
        "新建和改扩建公办幼儿园6所，其中新建2所、改扩建4所。（责任单位：<mark>县教育局</mark>、县自然资源局）"
        in quoted
    )


def test_where_texts_have_pages_places_lead_to_them(plans_store: Store) -> None:
    alone = Wanted(indicator="新增学位", region="青禾县", year=2022)
    source = plans_store.select(
        'SELECT ?s { ?s dcterms:source ?n FILTER(STRENDS(STR(?n), "青禾县-2022-要点.txt")) }'
    )[0]["s"].rpartition("/")[2]
    page = render_view(plans_store, "indicators", alone, {source: f"pages/{source}.html"})
    assert re.findall(r'<td class="[^"]*"><a href="([^"#]*)#char=\d+,\d+"', page) == [
        f"pages/{source}.html"
    ]
    assert '<li id="e' not in page


def test_every_word_of_ours_is_in_both_languages(pages: dict[str, Path]) -> None:
    for page in pages.values():
        text = page.read_text(encoding="utf-8")
        body = re.sub(r"<script.*?</script>|<style.*?</style>", "", text, flags=re.S)
        assert "view-" not in body
        assert body.count('class="zh"') == body.count('class="en"') > 10


def test_templates_of_our_sentences_have_the_same_values_in_both_languages() -> None:
    for name, (chinese, english) in words_of("interface").items():
        assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english)), name


def test_nothing_to_show(plans_store: Store) -> None:
    with pytest.raises(NotFoundError, match="--view indicators: nothing to show; "):
        render_view(plans_store, "indicators", Wanted(year=1999))


# -- the command -------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["render", *arguments])


def test_the_command_writes_a_view(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    choice = ("--view", "indicators", "--indicator", "新增学位", "--store", str(place))
    assert run(*choice).exit_code == 0
    assert "<mark>1500个</mark>" in Path("indicators.html").read_text(encoding="utf-8")
    assert run(*choice, "-o", "again.html").exit_code == 0
    assert Path("again.html").read_bytes() == Path("indicators.html").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "problem"),
    [
        (
            ("--view", "duties", "--indicator", "新增学位"),
            *(2, "--indicator is not for --view duties, which takes --document, --region"),
        ),
        (("--view", "duties", "--about", "甲"), 2, "--about is not for --view duties"),
        (("--view", "nothing"), 2, "Invalid value for '--view'"),
        (("--indicator", "新增学位"), 2, "--indicator is for a view: --view indicators"),
        (("--view", "indicators", "--year", "1999"), 1, "--view indicators: nothing to show"),
        (("--view", "duties", "--document", "没有"), 1, "document '没有': not held"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(
    place: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, problem: str
) -> None:
    result = run(*arguments, "--store", str(place), "-o", str(tmp_path / "x.html"))
    assert result.exit_code == status
    assert problem in result.output
    assert not (tmp_path / "x.html").exists()


def test_the_command_knows_every_view_and_says_what_each_takes() -> None:
    assert set(VIEW_OPTIONS) == set(VIEWS)
    assert all(set(names) <= set(Wanted.__slots__) for names in VIEW_OPTIONS.values())
    text = " ".join(run("--help").output.split())
    for view, names in VIEW_OPTIONS.items():
        assert re.search(rf"{view}\s[^:]*: {' '.join(f'--{name}' for name in names)}", text), view


# -- hostile words -----------------------------------------------------------------------------


def hostile_plans(store: Store, *_: object) -> Plans:
    """Return the plans with payloads for all names that a text can bring."""
    plans, words = read_plans(store), cycle(PAYLOADS)
    names = {target.indicator: next(words) for target in plans.targets}
    targets = (
        replace(one, label=names[one.indicator], group=next(words), due=next(words), unit="")
        for one in plans.targets
    )
    known = [replace(one, name=next(words)) for one in plans.places.by_iri.values()]
    held = (replace(one, title=next(words)) for one in plans.held)
    return Plans(tuple(held), Places(known), tuple(targets))


def hostile_duties(store: Store, *_: object) -> tuple[Duty, ...]:
    """Return the duties with payloads as the names of bodies."""
    words = cycle(PAYLOADS)
    return tuple(
        replace(one, title=next(words), answer=replace(one.answer, name=next(words)))
        for one in duties(store, chosen(store))
    )


def hostile_tasks(store: Store, *_: object) -> tuple[WorkItem, ...]:
    words = cycle(PAYLOADS)
    return tuple(
        replace(one, title=next(words), number=next(words))
        for one in work_items(store, chosen(store, document=PLAN_22))
    )


@pytest.fixture
def hostile(plans_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Give pages of views that are full of payloads, their sentences too."""
    at = "kg.render.views"
    monkeypatch.setattr(f"{at}.indicators.read_plans", hostile_plans)
    monkeypatch.setattr(f"{at}.indicators.years_of", lambda target, plan: plan.years)
    monkeypatch.setattr(f"{at}.duties.duties", hostile_duties)
    monkeypatch.setattr(f"{at}.duties.work_items", hostile_tasks)
    text = Text(PAYLOADS[3], "".join(PAYLOADS) * 3)
    monkeypatch.setattr(
        "kg.render.view.read_texts", lambda _, sources: dict.fromkeys(sources, text)
    )
    written = []
    for view, wanted in (("indicators", Wanted()), ("duties", Wanted(document=PLAN_22))):
        place = tmp_path / f"{view}.html"
        place.write_text(render_view(plans_store, view, wanted), encoding="utf-8")
        written.append(place)
    return written


def test_hostile_words_are_text(hostile: list[Path]) -> None:
    for page in hostile:
        root = lxml.html.document_fromstring(page.read_text(encoding="utf-8"))
        elements = [one for one in root.iter() if isinstance(one.tag, str)]
        assert not {one.tag for one in elements} & {"img", "svg", "math", "iframe"}
        assert not [key for one in elements for key in one.attrib if key.startswith("on")]
        links = [one.get("href") for one in elements if one.get("href")]
        assert links and all(re.fullmatch(r"#e\d+", link) for link in links)
        assert "document.title=" in root.text_content()


@needs_chromium
def test_hostile_words_do_nothing_when_pointed_at(hostile: list[Path]) -> None:
    for page in hostile:
        with opened(page) as tab:
            before = tab.page.title()
            for link in tab.page.locator("td a:visible").all()[:8]:
                link.hover(force=True)
                link.click(force=True)
            assert tab.page.title() == before != TAKEN
            assert not tab.problems


# -- in a browser ------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_pages_open_offline_and_stay_in_their_width(
    pages: dict[str, Path], size: tuple[int, int]
) -> None:
    for page in pages.values():
        with opened(page, size=size) as tab:
            width = tab.page.evaluate("document.documentElement.scrollWidth")
            assert (tab.problems, width) == ([], size[0]), page.name


@needs_chromium
def test_heads_stay_while_the_table_moves(pages: dict[str, Path]) -> None:
    with opened(pages["duties"], size=NARROW) as tab:
        before = tab.page.evaluate(CORNERS)
        tab.page.evaluate("document.querySelector('.scroll').scrollTo(300, 200)")
        assert tab.page.evaluate(CORNERS) == before
        assert tab.page.evaluate("document.querySelector('.scroll').scrollLeft") == 300
        assert not tab.problems


CORNERS = """[...document.querySelectorAll('th.corner, tbody tr:not(.block) th')].slice(0, 2)
    .map((head) => Math.round(head.getBoundingClientRect().left))
    .concat(Math.round(document.querySelector('th.corner').getBoundingClientRect().top))"""


@needs_chromium
def test_a_cell_shows_and_leads_to_its_sentence(pages: dict[str, Path]) -> None:
    with opened(pages["places"]) as tab:
        cell = tab.page.locator("td a", has_text="900个").first
        cell.focus()
        assert tab.page.locator("#said").inner_text() == "全县新增学位900个。 枫渚县-2021-要点.txt"
        tab.page.keyboard.press("Escape")
        assert tab.page.locator("#said").is_hidden()
        cell.click()
        assert tab.page.locator("li:target mark").inner_text() == "900个"
        assert not tab.problems


@needs_chromium
def test_pages_read_without_script_and_switch_with_it(pages: dict[str, Path]) -> None:
    with opened(pages["indicators"], script=False) as tab:
        tab.page.locator("summary", has_text="2023").click()
        assert tab.page.locator("details[open] summary").first.inner_text().startswith("2023")
        assert tab.page.locator("td:visible", has_text="▒个").count() == 1
    with opened(pages["indicators"], language="en-US", dark=True) as tab:
        assert tab.page.locator("h1").inner_text() == "Places × indicators"
        tab.page.locator("#language").click()
        assert tab.page.locator("h1").inner_text() == "地区 × 指标"
        paper = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == "rgb(18, 22, 28)"


@needs_chromium
@pytest.mark.parametrize("dark", [False, True])
def test_colours_leave_the_figures_readable(pages: dict[str, Path], dark: bool) -> None:
    with opened(pages["indicators"], dark=dark) as tab:
        colours = tab.page.evaluate(COLOURS)
    assert len({back for _, back in colours}) >= 5
    assert min(contrast(*pair) for pair in colours) >= 4.5


COLOURS = """[...document.querySelectorAll('.key i[class], details[open] td')].map((cell) => {
    let behind = cell;
    const colour = () => getComputedStyle(behind).backgroundColor;
    while (colour() === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    return [getComputedStyle(cell).color, colour()];
})"""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2): rgb(…) or color(srgb …)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    scale = 1 if colour.startswith("color(") else 255
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / scale for part in parts)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
