"""The page of the graph as a reader uses it: cards, search, filters, addresses, keys, files."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import pypdfium2
import pytest
from browser import NARROW, WIDE, Tab, needs_chromium, opened, print_pdf
from markupsafe import Markup
from playwright.sync_api import expect
from test_render import PAYLOADS, Document, Graph

from kg.render import render_html
from kg.render.links import Links
from kg.render.views import VIEWS, View, Wanted
from kg.store import Store

pytestmark = needs_chromium

BUREAU = "青禾县教育局"
SVG = "{http://www.w3.org/2000/svg}"


def dummy(store: Store, wanted: Wanted, links: Links) -> View:
    """Return a view that leads to an entity and to a place."""
    entity = links.entity("https://w3id.org/policy-kg/id/agency/青禾县教育局")
    body = Markup('<p>{}</p><a id="to-entity" href="{}">→</a> <a id="to-place" href="{}">…</a>')
    return View(
        "dummy",
        ("试图", "Trial"),
        body.format("<b>as text</b>", entity, links.place("https://x/source/none", 3, 5)),
        (("说明一句", "A note"),),
    )


def nothing(store: Store, wanted: Wanted, links: Links) -> View:
    """Return a view with nothing to show, which has no tab."""
    return View("nothing", ("空", "Empty"), Markup(), empty=True)


@pytest.fixture(scope="module")
def page(plans_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the invented plans, with one more view."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.render.VIEWS", {**VIEWS, "dummy": dummy, "nothing": nothing})
        text = render_html(plans_store)
    file = tmp_path_factory.mktemp("graph") / "graph.html"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def one_tab(page: Path) -> Iterator[Tab]:
    """Give one tab for all tests of this file: a page takes a second to open."""
    with opened(page, size=WIDE) as one:
        yield one


@pytest.fixture
def tab(one_tab: Tab) -> Iterator[Tab]:
    """Give the page at its beginning; the test may do nothing that a console would show."""
    one_tab.page.evaluate(
        """() => {
            if (document.documentElement.dataset.words !== "zh") {
                document.getElementById("language").click();
            }
            document.documentElement.style.removeProperty("--panel-size");
        }"""
    )
    one_tab.page.fill("#query", "")
    one_tab.page.evaluate("() => document.activeElement.blur()")
    at(one_tab, "")
    one_tab.page.evaluate("() => KG.scene.fit()")
    yield one_tab
    assert one_tab.problems == []


def at(tab: Tab, fragment: str) -> None:
    """Follow an address within the page."""
    tab.page.evaluate("() => history.replaceState(null, '', '#elsewhere')")
    tab.page.evaluate(
        "(to) => new Promise((followed) => {"
        "addEventListener('hashchange', followed, { once: true }); location.hash = to; })",
        fragment,
    )


def heading(tab: Tab) -> str:
    return str(tab.page.inner_text("#panel h2"))


def comes_to(tab: Tab, words: str) -> None:
    """Wait until the panel is headed so: the browser follows its history in its own time."""
    expect(tab.page.locator("#panel h2")).to_contain_text(words)


def counts(tab: Tab) -> str:
    return str(tab.page.inner_text("#counts"))


def address(tab: Tab) -> str:
    return unquote(tab.page.url.partition("#")[2])


def drawn(tab: Tab) -> set[str]:
    """Return the labels of the entities that the picture shows."""
    found = tab.page.evaluate(
        "() => KG.scene.network.body.nodeIndices.map((id) => KG.model.entities[id].label)"
    )
    return set(found)


def click_node(tab: Tab, label: str) -> None:
    """Click an entity where it stands on the canvas."""
    place = tab.page.evaluate(
        """(label) => {
            const box = document.getElementById("canvas").getBoundingClientRect();
            const id = KG.names.idOf(label);
            const at = KG.scene.network.canvasToDOM(KG.scene.network.getPositions([id])[id]);
            return [box.left + at.x, box.top + at.y];
        }""",
        label,
    )
    tab.page.mouse.click(*place)


def go(tab: Tab, label: str) -> None:
    tab.page.evaluate("(label) => KG.tell('go-entity', KG.names.idOf(label))", label)


# -- cards -----------------------------------------------------------------------------------


def test_overview_says_what_there_is(tab: Tab) -> None:
    text = tab.page.inner_text("#panel")
    assert "18 份收录全文的文件，1 份只被引用的文件，42 个机构" in text
    assert "晨曦护苗行动" in text.split("多份文件共有的政策")[1].split("牵头任务的机构")[0]
    assert counts(tab) == "显示全部 69 个实体"


def test_a_click_on_a_node_gives_its_card(tab: Tab) -> None:
    click_node(tab, "青禾县")
    assert heading(tab) == "青禾县"
    assert address(tab) == "entity=青禾县"
    click_node(tab, "青禾县教育局2022年工作要点")
    card = tab.page.inner_text("#panel")
    for said in ("青教发〔2022〕6号", "2022-03-01", "发布机构", "适用地区"):
        assert said in card


def test_names_in_facts_lead_on(tab: Tab) -> None:
    go(tab, "青禾县教育局2022年工作要点")
    tab.page.click("#panel dd >> text=青禾县教育局")
    assert heading(tab) == BUREAU
    # Focus stays in the panel, though what was clicked is gone.
    assert tab.page.evaluate("document.activeElement.id") == "panel"


def test_values_are_said_in_both_languages(tab: Tab) -> None:
    go(tab, BUREAU)
    assert "县级" in tab.page.inner_text("#panel dl")
    tab.page.click("#language")
    assert "county" in tab.page.inner_text("#panel dl")
    assert "县级" not in tab.page.inner_text("#panel dl")


def test_a_programme_says_who_names_it_by_level_and_year(tab: Tab) -> None:
    go(tab, "晨曦护苗行动")
    table = [row.split("\t") for row in tab.page.inner_text("#panel table").splitlines()]
    assert table[0][0] == "发布机构层级"
    assert [row[0] for row in table[1:]] == ["地级", "县级"]
    assert sum(int(cell) for row in table[1:] for cell in row[1:] if cell != "–") == 7


def test_a_line_says_why(tab: Tab) -> None:
    go(tab, BUREAU)
    tab.page.click("#panel .why")
    assert heading(tab) == "为什么相连"
    assert tab.page.locator("#panel blockquote mark").count() > 0
    said = tab.page.inner_text("#panel")
    assert BUREAU in address(tab)
    assert address(tab).startswith("from=")
    fragment = tab.page.url.partition("#")[2]
    at(tab, "")
    at(tab, fragment)
    assert tab.page.inner_text("#panel") == said


# -- texts -----------------------------------------------------------------------------------


def test_a_document_says_its_tasks_and_targets(tab: Tab) -> None:
    go(tab, "青禾县教育局2022年工作要点")
    rows = [row.split("\t") for row in tab.page.inner_text("#panel table >> nth=0").splitlines()]
    assert rows[0] == ["任务", "牵头", "配合"]
    assert rows[1] == ["1 增加学位供给", "青禾县教育局", "青禾县自然资源局"]
    assert rows[2] == ["2 发展学前教育", "未明确", ""]  # its issuer is only implied
    targets = tab.page.inner_text("#panel table >> nth=1")
    assert "新增学位 1500个（2022）（期限承上）\t增加学位供给" in targets.replace("） （", "）（")
    tab.page.click("#panel table a >> nth=0")
    tab.page.locator("#reader .here").first.wait_for()
    assert "增加学位供给" in "".join(tab.page.locator("#reader .here").all_inner_texts())


def test_a_quotation_opens_its_place_and_back_closes_it(tab: Tab) -> None:
    go(tab, BUREAU)
    tab.page.click("#panel blockquote a >> nth=0")
    tab.page.locator("#reader .here").first.wait_for()
    assert "entity=青禾县教育局&source=" in address(tab)
    assert tab.page.locator("#panel").is_hidden()
    tab.page.go_back()
    expect(tab.page.locator("#reader")).to_be_hidden()
    assert heading(tab) == BUREAU


def test_a_sentence_has_an_address(tab: Tab) -> None:
    tab.page.fill("#query", "护苗”行动，每月巡查")
    tab.page.locator("#results [role=group] >> text=在原文中").wait_for()
    tab.page.press("#query", "Enter")
    tab.page.locator("#reader .here").first.wait_for()
    assert tab.page.inner_text("#reader-title") == "枫渚县教育局2023年工作要点"
    fragment = tab.page.url.partition("#")[2]
    assert fragment.startswith("source=")
    at(tab, "")
    assert tab.page.locator("#reader").is_hidden()
    at(tab, fragment)
    assert "护苗" in "".join(tab.page.locator("#reader .here").all_inner_texts())
    tab.page.keyboard.press("Escape")  # the sentence
    tab.page.keyboard.press("Escape")  # the text
    assert tab.page.locator("#reader").is_hidden()
    assert address(tab) == ""


# -- search ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("禾县教育", BUREAU),  # any part of a name
        ("青教发〔2022〕6号", "青禾县教育局2022年工作要点"),  # a document's number
        ("agency/青禾县教育局", BUREAU),  # a part of an IRI
        ("青禾 2022 要点", "青禾县教育局2022年工作要点"),  # several words
    ],
)
def test_search_finds(tab: Tab, typed: str, first: str) -> None:
    tab.page.keyboard.press("/")
    tab.page.keyboard.insert_text(typed)
    labels = tab.page.locator("#results [role=option]").all_inner_texts()
    assert first in labels[0]
    tab.page.keyboard.press("Enter")
    assert heading(tab) == first
    assert tab.page.locator("#results").is_hidden()


def test_results_are_grouped_and_reached_by_arrows(tab: Tab) -> None:
    tab.page.fill("#query", "青禾县")
    groups = tab.page.locator("#results h3").all_inner_texts()
    assert {group.split()[0] for group in groups} == {"文件", "机构", "地区"}
    tab.page.press("#query", "ArrowDown")
    marked = tab.page.get_attribute("#query", "aria-activedescendant")
    assert tab.page.locator(f"#{marked}").get_attribute("aria-selected") == "true"
    tab.page.press("#query", "Escape")
    assert tab.page.input_value("#query") == ""
    tab.page.fill("#query", "<b>无此名")
    assert "没有名称、别称、文号或 IRI 含“<b>无此名”的内容" in tab.page.inner_text("#results")


# -- filters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fragment", "there", "gone"),
    [
        ("year=2022", "青禾县教育局2022年工作要点", "青禾县教育局2023年工作要点"),
        ("year=2022-2023", "青禾县教育局2023年工作要点", "青禾县教育局2021年工作要点"),
        ("region=青禾县", "青禾县教育局2021年工作要点", "枫渚县教育局2021年工作要点"),
        ("region=云陵市", "青禾县教育局2021年工作要点", "江西省教育厅2021年工作要点"),  # lies in it
        ("level=ProvincialLevel", "江西省教育厅2021年工作要点", "云陵市教育局2021年工作要点"),
        ("document=青禾县教育局2021年工作要点", BUREAU, "枫渚县教育局"),
        ("hide=Agency", "晨曦护苗行动", BUREAU),
        ("year=2021&region=枫渚县", "枫渚县教育局2021年工作要点", "枫渚县教育局2022年工作要点"),
    ],
)
def test_filters_keep_documents_and_what_they_name(
    tab: Tab, fragment: str, there: str, gone: str
) -> None:
    at(tab, fragment)
    assert there in drawn(tab)
    assert gone not in drawn(tab)
    assert counts(tab).startswith(f"显示 {len(drawn(tab))} / 共 69 个实体；筛选：")
    assert address(tab) == fragment
    while tab.page.locator("#chips button").count():
        tab.page.locator("#chips button").first.click()
    assert len(drawn(tab)) == 69
    assert address(tab) == ""


def test_the_box_of_filters(tab: Tab) -> None:
    tab.page.click("#filter-button")
    tab.page.check("#filter-box input[name=regions][value=青禾县]")
    tab.page.select_option("#filter-box select[name=since]", "2022")
    tab.page.select_option("#filter-box select[name=until]", "2022")
    assert tab.page.locator("#chips button").all_inner_texts() == [
        "2022 ✕",
        "青禾县 ✕",
        "全部取消 ✕",
    ]
    assert address(tab) == "region=青禾县&year=2022-2022"
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#filter-box").is_hidden()
    assert tab.page.evaluate("document.activeElement.id") == "filter-button"
    tab.page.click("#chips button >> nth=0")
    assert address(tab) == "region=青禾县"
    assert tab.page.evaluate("document.activeElement.closest('#chips') !== null")


def test_what_a_filter_hides_is_said_when_chosen(tab: Tab) -> None:
    at(tab, "entity=枫渚县教育局&region=青禾县")
    assert heading(tab) == "枫渚县教育局"
    assert "“枫渚县教育局”被筛选隐藏" in tab.page.inner_text("#notice")
    tab.page.click("#notice button >> nth=0")
    assert "枫渚县教育局" in drawn(tab)
    assert tab.page.locator("#notice").is_hidden()


def test_the_legend_switches(tab: Tab) -> None:
    agencies = tab.page.locator("#legend [data-classes=Agency]")
    agencies.click()
    assert BUREAU not in drawn(tab)
    assert agencies.get_attribute("aria-pressed") == "false"
    assert address(tab) == "hide=Agency"
    go(tab, BUREAU)  # chosen, it is shown
    assert agencies.get_attribute("aria-pressed") == "true"
    agencies.click(modifiers=["Shift"])  # only this
    assert len(drawn(tab)) == 42
    tab.page.locator("#legend [data-all=classes]").click()
    assert len(drawn(tab)) == 69
    tab.page.locator("#legend [data-classes=Region]").dblclick()
    assert drawn(tab) == {"江西省", "云陵市", "青禾县", "枫渚县", "临枫区"}
    tab.page.locator("#legend details summary").click()  # the kinds of line are many
    tab.page.locator("#legend [data-ties=mentions]").click()
    assert "without=mentions" in address(tab)


# -- addresses -------------------------------------------------------------------------------


def test_back_and_forward(tab: Tab) -> None:
    go(tab, BUREAU)
    go(tab, "晨曦护苗行动")
    tab.page.go_back()
    comes_to(tab, BUREAU)
    tab.page.go_back()
    comes_to(tab, "这些文件")
    tab.page.go_forward()
    comes_to(tab, BUREAU)
    tab.page.keyboard.press("Escape")
    comes_to(tab, "这些文件")


@pytest.mark.parametrize(
    "name", [BUREAU, quote(BUREAU), quote("https://w3id.org/policy-kg/id/agency/" + BUREAU)]
)
def test_an_entity_has_an_address(tab: Tab, name: str) -> None:
    at(tab, "entity=" + name)
    assert heading(tab) == BUREAU
    assert address(tab) in ("entity=" + BUREAU, "entity=" + unquote(name))


@pytest.mark.parametrize(
    ("fragment", "unknown"),
    [
        ("entity=云陵市气象局", "云陵市气象局"),
        ("entity=100%25%3Cb%3E", "100%<b>"),
        ("entity=50%", "50%"),  # a stray % is a letter
        ("region=月亮", "月亮"),
        ("view=none", "none"),
        ("year=soon", "soon"),
    ],
)
def test_what_the_page_does_not_hold_is_said(tab: Tab, fragment: str, unknown: str) -> None:
    at(tab, fragment)
    assert f"本页没有“{unknown}”" in tab.page.inner_text("#notice")
    assert len(drawn(tab)) == 69


# -- views -----------------------------------------------------------------------------------


def test_views_are_tabs(tab: Tab) -> None:
    assert tab.page.locator("#tab-nothing").count() == 0
    tab.page.click("#tab-dummy")
    assert address(tab) == "view=dummy"
    assert tab.page.locator("#filters").is_hidden()  # which are of the graph
    assert tab.page.locator("#stage").is_hidden()
    assert "<b>as text</b>" in tab.page.inner_text("#view-dummy")
    tab.page.click("#to-place")  # beside the view
    assert tab.page.locator("#view-dummy").is_visible()
    assert heading(tab) == "原文中的位置"
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#panel").is_hidden()
    tab.page.click("#to-entity")  # back to the graph
    assert heading(tab) == BUREAU
    assert tab.page.locator("#stage").is_visible()
    tab.page.go_back()
    expect(tab.page.locator("#view-dummy")).to_be_visible()
    tab.page.focus("#tab-dummy")
    tab.page.keyboard.press("ArrowRight")
    assert tab.page.get_attribute("#tab-graph", "aria-selected") == "true"


# -- keys ------------------------------------------------------------------------------------


def test_arrows_walk_from_neighbour_to_neighbour(tab: Tab) -> None:
    go(tab, BUREAU)
    tab.page.focus("#canvas .vis-network")
    walked = [heading(tab)]
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp"):
        tab.page.keyboard.press(key)
        walked.append(heading(tab))
        tied = tab.page.evaluate(
            """([one, other]) => {
                const [a, b] = [KG.names.idOf(one), KG.names.idOf(other)];
                return a === b || KG.scene.withNeighbours(a).includes(b);
            }""",
            walked[-2:],
        )
        assert tied
    assert len(set(walked)) > 2
    assert "已选择：" in (tab.page.text_content("#status") or "")


def test_keys_of_the_picture(tab: Tab) -> None:
    tab.page.focus("#canvas .vis-network")
    scale = tab.page.evaluate("KG.scene.network.getScale()")
    tab.page.keyboard.press("+")
    assert tab.page.evaluate("KG.scene.network.getScale()") > scale * 1.3
    tab.page.keyboard.press("0")
    assert tab.page.evaluate("KG.scene.network.getScale()") == pytest.approx(scale, rel=0.02)
    tab.page.keyboard.press("Enter")  # the one in the middle
    assert address(tab).startswith("entity=")
    tab.page.keyboard.press("?")
    assert "走到那个方向的邻居" in tab.page.inner_text("#keys")
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#keys").is_hidden()
    assert address(tab).startswith("entity=")  # Escape closed the keys alone


def test_the_separator_moves(tab: Tab) -> None:
    def width() -> float:
        return float(tab.page.evaluate("document.getElementById('panel').offsetWidth"))

    before = width()
    tab.page.focus("#separator")
    tab.page.keyboard.press("ArrowLeft")
    assert width() > before
    assert tab.page.get_attribute("#separator", "aria-valuenow") == "44"
    box = tab.page.locator("#separator").bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + 6, 300)
    tab.page.mouse.down()
    tab.page.mouse.move(500, 300)
    tab.page.mouse.up()
    assert width() == pytest.approx(940, abs=12)


# -- files -----------------------------------------------------------------------------------


def saved(tab: Tab, button: str, target: Path) -> str:
    with tab.page.expect_download() as download:
        tab.page.click(button)
    download.value.save_as(target)
    return str(download.value.suggested_filename)


def test_svg_holds_what_the_picture_shows(tab: Tab, tmp_path: Path) -> None:
    tab.page.click("#legend [data-classes=Region]")
    assert saved(tab, "#save-svg", tmp_path / "a.svg") == "政策知识图谱.svg"
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = {"".join(text.itertext()) for text in root.iter(SVG + "text")}
    labels = tab.page.evaluate(
        """() => {
            const { nodes, nodeIndices } = KG.scene.network.body;
            return nodeIndices.map((id) => nodes[id].options.label);
        }"""
    )
    assert {label.replace("\n", "") for label in labels} <= texts
    assert {"政策知识图谱", "机构", "发布"} <= texts
    assert "江西省" not in texts  # of a class that is switched off
    assert all("var(" not in value for one in root.iter() for value in one.attrib.values())


def test_png_has_twice_the_size(tab: Tab, tmp_path: Path) -> None:
    assert saved(tab, "#save-png", tmp_path / "a.png") == "政策知识图谱.png"
    data = (tmp_path / "a.png").read_bytes()
    size = tab.page.evaluate(
        "() => ['width', 'height'].map((side) => Number(KG.export.picture().getAttribute(side)))"
    )
    assert data.startswith(b"\x89PNG")
    assert list(struct.unpack(">II", data[16:24])) == [2 * side for side in size]
    assert len(data) > 50_000  # not blank


def test_it_prints(page: Path, tmp_path: Path) -> None:
    print_pdf(page, tmp_path / "a.pdf")
    pages = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    first, *rest = [
        unicodedata.normalize("NFKC", one.get_textpage().get_text_bounded()) for one in pages
    ]
    assert "贯彻落实" in first  # the picture with its legend
    assert "这些文件" not in first
    assert "这些文件" in "".join(rest)  # then the card


# -- texts are text --------------------------------------------------------------------------


def test_no_name_becomes_markup(tmp_path: Path) -> None:
    graph = Graph()
    for number, payload in enumerate(PAYLOADS):
        document = Document(graph, payload, "Notice", f"20{number:02}", payload + "局")
        document.task(1, payload + "院", payload + "队", payload + "行动", 90)
        document.close()
    file = tmp_path / "graph.html"
    file.write_text(render_html(graph.store, title=PAYLOADS[2]), encoding="utf-8")
    with opened(file, size=WIDE) as tab:
        tab.page.click("#filter-button")
        tab.page.locator("#filter-box input[name=documents]").first.check()
        tab.page.keyboard.press("Escape")
        for typed in ("script", "<", "href"):
            tab.page.fill("#query", typed)
            tab.page.keyboard.press("ArrowDown")
            tab.page.keyboard.press("Enter")
        at(tab, "entity=" + quote(PAYLOADS[2] + "行动"))
        tab.page.click("#panel .why")
        saved(tab, "#save-svg", tmp_path / "a.svg")
        root = ElementTree.parse(tmp_path / "a.svg").getroot()
        assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
            *("svg", "title", "defs", "clipPath", "rect", "text", "tspan", "g", "line"),
            *("polygon", "circle"),
        }
        assert tab.page.title() == PAYLOADS[2]
        assert tab.page.locator("img, iframe, body script:not([type]) ~ svg").count() == 0
        assert tab.problems == []


def test_without_script_the_views_can_be_read(page: Path) -> None:
    with opened(page, script=False) as tab:
        assert "JavaScript" in tab.page.inner_text("noscript")
        assert tab.page.locator("#view-dummy").is_visible()


# -- languages, themes, sizes ----------------------------------------------------------------


def test_english(page: Path) -> None:
    with opened(page, "#entity=" + BUREAU, language="en-GB", size=WIDE) as tab:
        tab.page.click("#panel .back")
        text = tab.page.inner_text("#panel")
        assert "18 documents with text, 1 only cited, 42 agencies" in text
        assert counts(tab) == "all 69 entities shown"
        assert tab.page.get_attribute("#query", "placeholder") == "Search names, numbers, IRIs"
        # What documents say stays as it is; of ours no Chinese is left.
        ours = tab.page.inner_text("header") + tab.page.inner_text("#legend")
        assert (
            set("显示搜索筛选图例机构文件")
            & set(ours.replace("中文", "").replace("政策知识图谱", ""))
            == set()
        )
        tab.page.click("#language")
        assert counts(tab) == "显示全部 69 个实体"
        assert tab.problems == []


def test_dark_and_light(page: Path) -> None:
    with opened(page, dark=True) as tab:
        dark = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
        tab.page.click("#theme")
        assert tab.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
        assert tab.problems == []


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_narrow_screens_do_not_scroll_sideways(page: Path, language: str) -> None:
    with opened(page, "#entity=" + BUREAU, size=NARROW, language=language) as tab:
        wide = "() => document.documentElement.scrollWidth > innerWidth"
        assert not tab.page.evaluate(wide)
        tab.page.click("#filter-button")
        assert not tab.page.evaluate(wide)
        small = tab.page.evaluate(
            """() => [...document.querySelectorAll("header button, #tools button, #panel button")]
                .filter((one) => one.offsetParent && !one.classList.contains("inline"))
                .filter((one) => one.offsetHeight < 32 || one.offsetWidth < 32)
                .map((one) => one.outerHTML)"""
        )
        assert small == []
        assert tab.problems == []
