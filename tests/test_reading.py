"""A text with all that was read in it: from the store, as HTML, and beside the graph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import NARROW, Tab, needs_chromium, opened
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kg.build import build
from kg.page import as_json, write_page
from kg.render import render_html
from kg.render.evidence import Span
from kg.render.links import IN_PAGE, Links
from kg.render.marked import UNSEEN
from kg.render.reading import LAYERS, Fact, Mark, Part, Reading, read_reading, read_readings
from kg.render.reading_data import embed_texts, reading_row
from kg.render.reading_lines import looks_of, sentence_ends
from kg.render.reading_page import SCRIPTS, STYLES, write_reading, write_text
from kg.render.subgraph import read_sources, selector
from kg.store import Store

PLAN = """青禾县教育局2023年工作要点

一、守护校园安全
1.推进“晨曦护学”行动，各校把𠮷日宣讲办到村里。落实《云陵市校园安全管理办法》，学校食堂“明厨亮灶”覆盖率达到95%以上。（县教育局牵头，县市场监管局配合）
2.开展应急演练。2023年底前每校演练2次。
"""
TABLE = """枫渚县人民政府办公室关于印发2023年民生实事任务分工的通知
枫政办发〔2023〕8号

各镇人民政府，县政府有关部门：
一、任务分工
序号	任务	牵头单位	配合单位	完成时限
1	新建公办幼儿园2所	县教育局	县财政局	2023年8月底前
2	改造村卫生室6个	县卫生健康局	县财政局	2023年10月底前
"""
LINKS = Links(lambda iri: f"/id/{iri}", lambda source, begin, end: f"/{source}?{begin},{end}")
NO_LINKS = Links(lambda iri: "", lambda source, begin, end: "")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Reading]]:
    """Give what the store says of the two texts above, by their file names."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "plan.txt").write_text(PLAN, encoding="utf-8")
    (folder / "table.txt").write_text(TABLE, encoding="utf-8")
    with Store() as store:
        build([folder], store, limits=None)
        found = read_readings(selector(store), store.sources())
        yield {reading.file: reading for reading in found.values()}


def reading(text: str, marks: Sequence[Mark] = (), **other: object) -> Reading:
    """Return a reading made by hand."""
    plain = Reading("s/d1", "d", "", "f.txt", "", "", text, tuple(marks), (), ())
    return replace(plain, **other)  # type: ignore[arg-type]


def told(one: Reading) -> list[str]:
    """Return the marks as a person would note them: layer, words, and what they name."""
    rows = []
    for mark in one.marks:
        named = one.names.get(mark.entity, "")
        fact = one.facts[mark.fact] if mark.fact >= 0 else None
        means = named or (f"{fact.word} {fact.value}" if fact else "")
        rows.append(f"{mark.layer} {one.text[mark.begin : mark.end]} = {means}".rstrip(" ="))
    return rows


# -- from the store --------------------------------------------------------------------------


def test_marks_of_a_plan(texts: dict[str, Reading]) -> None:
    assert told(texts["plan.txt"]) == [
        "Document 青禾县教育局2023年工作要点 = 青禾县教育局2023年工作要点",
        "section 一、守护校园安全",
        "task 1.推进“晨曦护学”行动，各校把𠮷日宣讲办到村里",
        "Program 晨曦护学”行动 = 晨曦护学行动",
        # behind a character that takes two units in JavaScript
        "Document 云陵市校园安全管理办法 = 云陵市校园安全管理办法",
        "Citation 云陵市校园安全管理办法 = implements 云陵市校园安全管理办法",
        "Program 明厨亮灶 = 明厨亮灶",
        "Target 95%以上 = Target 学校食堂“明厨亮灶”覆盖率 ≥95%（2023）",
        "Agency 县教育局 = 青禾县教育局",
        "Responsibility 县教育局 = lead 青禾县教育局",
        "Agency 县市场监管局 = 青禾县市场监督管理局",
        "Responsibility 县市场监管局 = support 青禾县市场监督管理局",
        "task 2.开展应急演练",
        "Target 2次 = Target 演练 2次（2023-12-31）",
    ]


def test_marks_of_a_table(texts: dict[str, Reading]) -> None:
    assert told(texts["table.txt"])[4:] == [
        "task 1\t新建公办幼儿园2所",
        "Target 2所 = Target 新建公办幼儿园 2所（2023-08-31）",
        "Agency 县教育局 = 枫渚县教育局",
        "Responsibility 县教育局 = lead 枫渚县教育局",
        "Agency 县财政局 = 枫渚县财政局",
        "Responsibility 县财政局 = support 枫渚县财政局",
        "task 2\t改造村卫生室6个",
        "Target 6个 = Target 村卫生室 6个（2023-10-31）",
        "Agency 县卫生健康局 = 枫渚县卫生健康局",
        "Responsibility 县卫生健康局 = lead 枫渚县卫生健康局",
        "Agency 县财政局 = 枫渚县财政局",
        "Responsibility 县财政局 = support 枫渚县财政局",
    ]


def test_lines_look_like_what_they_are(texts: dict[str, Reading]) -> None:
    def looks(one: Reading) -> list[str]:
        found = sorted(looks_of(one).items())
        return [f"{look} {one.text[at:].split(chr(10))[0][:8]}" for at, look in found]

    assert looks(texts["plan.txt"]) == ["h1 青禾县教育局20", "h2 一、守护校园安全"]
    assert looks(texts["table.txt"]) == [
        *("h1 枫渚县人民政府办", "h2 一、任务分工"),
        *("row 序号\t任务\t牵头", "row 1\t新建公办幼儿", "row 2\t改造村卫生室"),
    ]


def test_copied_words_lead_to_the_earlier_text(plans_store: Store) -> None:
    found = read_readings(selector(plans_store), plans_store.sources())
    copied = {
        (one.file, one.text[fact.begin : fact.end][:12]): found[fact.there.source].text[
            fact.there.begin : fact.there.end
        ][:12]
        for one in found.values()
        for fact in one.facts
        if fact.kind == "Reuse" and fact.there
    }
    assert copied == {
        ("市-2021-方案.txt", "城镇新建居住区应当同步配"): "城镇新建居住区应当同步配",
        ("枫渚县-2022-方案.txt", "推行“一园一策”挂图作战"): "推行“一园一策”挂图作战",
    }


def test_one_text_is_read_like_many(plans_store: Store) -> None:
    many = read_readings(selector(plans_store), plans_store.sources())
    for source in list(many)[:3]:
        assert read_reading(plans_store, source) == many[source]
    assert read_reading(plans_store, "https://w3id.org/policy-kg/id/source/none") is None


def test_questions_are_asked_for_all_texts_at_once(plans_store: Store) -> None:
    asked: list[str] = []
    select = selector(plans_store)

    def counting(sparql: str) -> object:
        asked.append(sparql)
        return select(sparql)

    read_readings(counting, plans_store.sources())  # type: ignore[arg-type]
    assert len(asked) <= 12  # for 18 texts


@pytest.mark.parametrize(
    ("text", "marks", "sentences"),
    [
        ("一是扩面。二是提质；三是增效！", [], ["一是扩面。", "二是提质；", "三是增效！"]),
        ("他说：“要办好。”随后", [], ["他说：“要办好。”", "随后"]),
        ("标题\n\n正文。", [], ["标题\n", "\n", "正文。"]),
        ("1\t甲。乙\t丙\n2\t丁\t戊\n", [], ["1\t甲。乙\t丙\n", "2\t丁\t戊\n"]),
        # Lines broken as on paper: a name that runs over the end of a line shows it.
        (
            "各县要落实青禾县教\n育局的各项工作安排。\n完",
            [Mark("Agency", 5, 12, "a")],
            ["各县要落实青禾县教\n育局的各项工作安排。", "\n", "完"],
        ),
        (
            "各县要落实青禾县教\n育局的各项工作安排",
            [],
            ["各县要落实青禾县教\n", "育局的各项工作安排"],
        ),
        ("", [], []),
    ],
)
def test_sentences(text: str, marks: list[Mark], sentences: list[str]) -> None:
    ends = sentence_ends(reading(text, marks))
    assert [text[b:e] for b, e in zip([0, *ends], ends, strict=False)] == sentences


# -- as HTML ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "marks", "html"),
    [
        # one in another: the inner is the link
        (
            "青禾县教育局",
            [Mark("Region", 0, 3, "r"), Mark("Agency", 0, 6, "a")],
            '<a href="/id/r" class="Region Agency" id="c0">青禾县</a>'
            '<a href="/id/a" class="Agency">教育局</a>',
        ),
        # over each other's ends
        (
            "甲乙丙",
            [Mark("Program", 0, 2, "p"), Mark("Reuse", 1, 3, fact=0)],
            '<a href="/id/p" class="Program" id="c0">甲</a>'
            '<a href="/id/p" class="Program Reuse" id="c1">乙</a>'
            '<span class="Reuse">丙</span>',
        ),
        # 𠮷 counts one
        (
            "𠮷县教育局",
            [Mark("Agency", 1, 5, "a")],
            '𠮷<a href="/id/a" class="Agency" id="c1">县教育局</a>',
        ),
        # what cannot be named is no link
        ("目标", [Mark("Target", 0, 2, fact=0)], '<span class="Target" id="c0">目标</span>'),
        (
            "<b>&",
            [Mark("Agency", 0, 3, '"><i>')],
            '<a href="/id/&quot;&gt;&lt;i&gt;" class="Agency" id="c0">&lt;b&gt;</a>&amp;',
        ),
    ],
)
def test_a_line_with_its_marks(text: str, marks: list[Mark], html: str) -> None:
    assert write_text(reading(text, marks), LINKS) == f'<p data-b="0">{html}</p>'


def test_without_an_address_there_is_no_link() -> None:
    one = reading("教育局", [Mark("Agency", 0, 3, "a")])
    assert write_text(one, NO_LINKS) == (
        '<p data-b="0"><span class="Agency" id="c0">教育局</span></p>'
    )


def test_a_table_has_cells_and_a_name_over_two_lines_one_anchor() -> None:
    one = reading("甲\t乙\n丙\t丁\n戊", [Mark("Agency", 2, 5, "a")])
    assert str(write_text(one, LINKS)).split("\n") == [
        '<div class="table">',
        '<p data-b="0" class="row"><span class="cell">甲\t</span>'
        '<span class="cell"><a href="/id/a" class="Agency" id="c2">乙</a></span></p>',
        '<p data-b="4" class="row">'
        '<span class="cell"><a href="/id/a" class="Agency">丙</a>\t</span>'
        '<span class="cell">丁</span></p>',
        "</div>",
        '<p data-b="8">戊</p>',
    ]


def test_the_place_asked_for_is_marked() -> None:
    one = reading("甲乙丙丁", [Mark("Agency", 2, 4, "a")])
    assert write_text(one, LINKS, at=(1, 3)) == (
        '<p data-b="0">甲<span class="here" id="here">乙</span><span id="c2"></span>'.replace(
            '<span id="c2"></span>', ""
        )
        + '<a href="/id/a" class="here Agency" id="c2">丙</a>'
        '<a href="/id/a" class="Agency">丁</a></p>'
    )


def test_the_lists_beside_a_text_lead_to_their_places(texts: dict[str, Reading]) -> None:
    one = texts["plan.txt"]
    page = str(write_reading(one, IN_PAGE))
    at = one.text.index("县教育局牵头")
    lead = f'<li><a href="#c{at}"><span class="w"><span class="zh" lang="zh-CN">牵头</span>'
    assert lead in page and f'id="c{at}"' in page
    assert 'href="#entity=https%3A%2F%2Fw3id.org%2Fpolicy-kg%2Fid%2Fagency%2F' in page
    anchors = {f"#{name}" for name in attributes_of(page, "id")}
    inside = {link for link in attributes_of(page, "href") if link.startswith("#c")}
    assert inside and inside <= anchors


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'--><!--<script>",
    "javascript:alert(1)",
    "a\u202eb\u2028\x00\x7f\ud800",
    "{{ 7 * 7 }}",
)


OWN_TAGS = {
    *("div", "fieldset", "legend", "label", "input", "span", "small", "details", "summary"),
    *("h3", "ul", "li", "a", "p", "br"),
}


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_text_is_text_everywhere(payload: str) -> None:
    facts = (
        Fact("Target", "n1", 0, 2, payload, payload, (payload,), payload, "t", payload),
        Fact("Reuse", "n2", 0, 2, "reuse", payload, (payload,), there=Span(payload, 0, 1)),
    )
    one = reading(
        payload + "\n" + payload,
        [Mark("Agency", 0, 3, payload), Mark("Target", 0, 2, fact=0)],
        title=payload,
        file=payload,
        issued=payload,
        number=payload,
        facts=facts,
        parts=(Part("task", "t", 0, 5, 2, 1, payload, payload, payload),),
        names={payload: payload},
    )
    page = str(write_reading(one, LINKS))
    tags = set(tags_of(page))
    assert tags <= OWN_TAGS
    assert not set(attributes_of(page, "onload")) | set(attributes_of(page, "onerror"))
    assert text_of(str(write_text(one, LINKS))) == one.text.translate(UNSEEN)
    row = as_json(reading_row(one, {}))
    assert "<" not in row and json.loads(row)["text"] == one.text.translate(UNSEEN)


class Reader(HTMLParser):
    """Collects what a parser makes of a page."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.lines: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; a paragraph begins a line."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "p":
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        """Add to the line; what stands between the lines is ours."""
        if self.lines and self.tags:
            self.lines[-1] += data


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def tags_of(page: str) -> list[str]:
    return parsed(page).tags


def attributes_of(page: str, name: str) -> list[str]:
    return [unescape(value) for key, value in parsed(page).attributes if key == name]


def text_of(page: str) -> str:
    """Return the text of the paragraphs; each is followed by a line end of ours."""
    return "\n".join(line.removesuffix("\n") for line in parsed(page).lines)


ALPHABET = st.sampled_from("青禾县教育局。；\n\t <>&\"'𠮷\r\x00\u2028a１|")
TEXTS = st.text(ALPHABET, max_size=60)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Draw a text with marks anywhere in it, nested, overlapping, over the ends of lines."""
    text = draw(TEXTS)
    marks = []
    for _ in range(draw(st.integers(0, 6)) if text else 0):
        begin = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(begin + 1, len(text)))
        layer = draw(st.sampled_from(LAYERS))
        marks.append(Mark(layer, begin, end, "x" if layer in LAYERS[:4] else ""))
    marks.sort(key=lambda mark: (mark.begin, -mark.end))
    return reading(text, marks, title=draw(TEXTS))


@given(readings())
def test_law_the_page_holds_exactly_the_text(one: Reading) -> None:
    page = str(write_text(one, LINKS, at=(1, 4)))
    assert text_of(page) == one.text.translate(UNSEEN)
    ids = attributes_of(page, "id")
    assert len(ids) == len(set(ids))
    seen = [mark for mark in one.marks if one.text[mark.begin : mark.end].strip("\n")]
    assert {f"c{mark.begin}" for mark in seen} <= set(ids)


@given(readings())
def test_law_what_is_embedded_is_exactly_the_text(one: Reading) -> None:
    row = json.loads(as_json(reading_row(one, {"x": 7})))
    assert row["text"] == one.text.translate(UNSEEN)
    assert len(row["text"]) == len(one.text)
    assert [mark[1:4] for mark in row["marks"]] == [
        [mark.begin, mark.end, 7 if mark.entity else -1] for mark in one.marks
    ]
    ends = row["ends"]
    assert ends == sorted(set(ends)) and (ends[-1:] == [len(one.text)]) == bool(one.text)


# -- in the page of the graph ----------------------------------------------------------------


def test_the_budget_takes_the_most_tied_first(plans_store: Store) -> None:
    select = selector(plans_store)
    documents = sorted({document for document, _ in read_sources(select)})
    numbers = {document: number for number, document in enumerate(documents)}
    ranks = {document: 100 - number for document, number in numbers.items()}
    all_texts = embed_texts(select, numbers, ranks)
    listed, held = embed_texts(select, numbers, ranks, budget=8_000)
    assert 0 < len(held) < len(all_texts[1]) == len(documents)
    kept = [number for number, _, is_held in listed["documents"].values() if is_held]
    # Those most tied; a smaller one may still fill the rest.
    assert {0, 1} <= set(kept)
    assert len(listed["documents"]) == len(documents)
    assert sum(len(as_json(row).encode()) for row in held.values()) <= 8_000


@pytest.fixture(scope="module")
def page(plans_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of the plans."""
    file = tmp_path_factory.mktemp("page") / "graph.html"
    file.write_text(render_html(plans_store), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def digests(plans_store: Store) -> dict[str, str]:
    """Give the name of each plan's text in the page, by its file's name."""
    held = plans_store.sources()
    return {one.names[0]: source.rpartition("/")[2] for source, one in held.items()}


def place(digests: dict[str, str], file: str, words: str, text: str) -> str:
    at = text.index(words)
    return f"#source={digests[file]}&char={at},{at + len(words)}"


CITY = "市-2022-要点.txt"


def city_text() -> str:
    return Path(__file__).with_name("documents").joinpath("plans", CITY).read_text("utf-8")


def undimmed(tab: Tab) -> set[str]:
    """Return the labels of what the picture does not dim."""
    found: list[str] = tab.page.evaluate(
        """() => {
          const style = getComputedStyle(document.documentElement);
          const faded = style.getPropertyValue("--faded").trim();
          return KG.scene.network.body.data.nodes.get()
            .filter((node) => node.color.background !== faded)
            .map((node) => KG.model.entities[node.id].label);
        }"""
    )
    return set(found)


def hear(tab: Tab) -> None:
    tab.page.evaluate("KG.on('sentence', (told) => { window.told = told; })")


@needs_chromium
def test_an_address_leads_to_its_place(page: Path, digests: dict[str, str]) -> None:
    with opened(page, place(digests, CITY, "改造薄弱学校45所", city_text())) as tab:
        assert tab.page.locator("#reader mark.here").all_inner_texts() == ["改造薄弱学校", "45所"]
        assert tab.page.locator("#reader mark.here").first.is_visible()
        assert tab.page.locator("#reader h2").inner_text() == "云陵市教育局2022年工作要点"
        shown = tab.page.locator("#reader .text p").all_text_contents()
        assert "\n".join(shown) == city_text()
        assert not tab.problems


def click_text(tab: Tab, selector: str, words: str) -> None:
    """Click where the first line of an element with these words begins."""
    element = tab.page.locator(selector, has_text=words).first
    element.scroll_into_view_if_needed()
    x, y = element.evaluate(
        "(e) => { const r = e.getClientRects()[0]; return [r.x + 3, r.y + 9]; }"
    )
    tab.page.mouse.click(x, y)


@needs_chromium
def test_a_sentence_lights_what_it_names(page: Path, digests: dict[str, str]) -> None:
    with opened(page, place(digests, CITY, "力争普惠性", city_text())) as tab:
        hear(tab)
        click_text(tab, "#reader .s", "市教育局牵头")
        told = tab.page.evaluate("window.told")
        assert city_text()[told["begin"] : told["end"]].strip() == (
            "（市教育局牵头，市公安局、市应急管理局配合）"
        )
        labels = tab.page.evaluate("window.told.entities.map((id) => KG.model.entities[id].label)")
        assert set(labels) == {"云陵市教育局", "云陵市公安局", "云陵市应急管理局"}
        assert undimmed(tab) == {*labels, "云陵市教育局2022年工作要点"}
        foot = tab.page.locator("#reader .foot li").all_inner_texts()
        assert [" ".join(line.split()) for line in foot] == [
            *("牵头 云陵市教育局", "配合 云陵市公安局", "配合 云陵市应急管理局"),
        ]
        around = tab.page.locator("#reader .foot .around").inner_text()
        assert around == "所属任务 3 深化校园安全整治"
        tab.page.keyboard.press("Escape")
        assert len(undimmed(tab)) > 40 and tab.page.locator("#reader").is_visible()
        tab.page.keyboard.press("Escape")
        assert tab.page.locator("#reader").is_hidden() and tab.page.locator("#panel").is_visible()
        assert not tab.problems


@needs_chromium
def test_figures_of_a_sentence_are_told_in_words(page: Path, digests: dict[str, str]) -> None:
    with opened(page, place(digests, CITY, "力争普惠性", city_text()), language="en-US") as tab:
        assert [
            " ".join(x.split()) for x in tab.page.locator("#reader .foot li").all_inner_texts()
        ] == [
            "Target 学前三年毛入园率 ≥93%（2022） (due inherited)",
            "Target 普惠性幼儿园覆盖率 88%（2022） (due inherited)",
        ]
        tab.page.keyboard.press("j")  # the next sentence is the title of a section
        assert tab.page.locator("#reader .s.chosen").inner_text() == "二、守护学生安全"
        assert tab.page.locator("#reader .foot p").first.inner_text() == (
            "Nothing was read in this sentence."
        )
        tab.page.keyboard.press("k")
        tab.page.keyboard.press("k")
        assert "深入实施“晨曦护苗”行动" not in tab.page.locator("#reader .s.chosen").inner_text()


@needs_chromium
def test_a_name_in_the_text_is_chosen_and_stepped_through(
    page: Path, digests: dict[str, str]
) -> None:
    with opened(page, f"#source={digests[CITY]}&char=0,1") as tab:
        tab.page.locator("#reader .text a", has_text="市教育局").last.click()
        assert tab.page.locator("#panel h2").text_content() == "云陵市教育局"
        places = tab.page.locator("#reader .named").all_inner_texts()
        assert len(places) >= 3 and set(places) <= {"市教育局", "云陵市教育局"}
        count = tab.page.locator("#reader .strip .count")
        assert count.inner_text() == f"{len(places)} / {len(places)}"
        tab.page.keyboard.press("n")
        assert count.inner_text() == f"1 / {len(places)}"
        assert tab.page.locator("#reader .now").first.is_visible()
        tab.page.keyboard.press("p")
        assert count.inner_text() == f"{len(places)} / {len(places)}"
        # What is chosen elsewhere stands out too, or it is said that it is not here.
        tab.page.evaluate(
            "KG.tell('pick-entity', KG.model.entities.findIndex((e) => e.label === '青禾县'))"
        )
        assert "本文没有提到" in tab.page.locator("#reader .strip").inner_text()
        assert not tab.problems


@needs_chromium
def test_a_quotation_opens_its_place(page: Path) -> None:
    with opened(page, "#entity=云陵市教育局") as tab:
        quotation = tab.page.locator("#panel blockquote.opens").first
        words = quotation.locator("mark").inner_text()
        quotation.locator("cite a").click()
        assert tab.page.locator("#reader mark.here").all_inner_texts() == [words]
        assert "source=" in tab.page.url.partition("#")[2]
        tab.page.get_by_role("button", name="关闭原文").click()
        assert tab.page.locator("#panel blockquote.opens").first.is_visible()
        tab.page.locator("#panel blockquote.opens").last.click()
        assert tab.page.locator("#reader").is_visible() and not tab.problems


@needs_chromium
def test_a_document_is_read_from_its_card_on_a_narrow_screen(page: Path) -> None:
    with opened(page, "#entity=云陵市教育局2022年工作要点", size=NARROW) as tab:
        tab.page.get_by_role("button", name="阅读原文").click()
        assert tab.page.locator("#reader h2").inner_text() == "云陵市教育局2022年工作要点"
        box = tab.page.locator("#reader").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= NARROW[0]
        assert tab.page.evaluate("document.documentElement.scrollWidth") == NARROW[0]
        assert not tab.problems


@needs_chromium
def test_what_is_left_out_is_said(plans_store: Store, tmp_path: Path) -> None:
    file = tmp_path / "graph.html"
    file.write_text(render_html(plans_store, texts=0), encoding="utf-8")
    with opened(file, "#entity=云陵市教育局2022年工作要点") as tab:
        assert "本页没有收入这份文件的全文" in tab.page.locator("#panel").inner_text()
        assert tab.page.locator("blockquote.opens, button.read").count() == 0
        tab.page.evaluate("KG.tell('go-entity', null)")
        assert "18 份文件的全文没有收入本页" in tab.page.locator("#panel").inner_text()
        tab.page.evaluate("location.hash = '#char=3,6'")
        assert tab.page.locator("#reader").is_hidden() and not tab.problems


@needs_chromium
def test_what_the_picture_does_not_hold_is_named_all_the_same(
    plans_store: Store, digests: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "graph.html"
    file.write_text(render_html(plans_store, types=["Program"]), encoding="utf-8")
    with opened(file, place(digests, CITY, "市公安局", city_text())) as tab:
        assert tab.page.locator("#reader mark.here").all_inner_texts() == ["市公安局"]
        said = " ".join(tab.page.locator("#reader .foot").inner_text().split())
        assert "市教育局、市公安局、市应急管理局 图中没有" in said
        assert "牵头 云陵市教育局" in said
        assert not tab.problems


STRANGE = "𠮷县<b>教育局</b>\t&amp;\n甲𠮷\t乙\n丙\t丁\n\n。\u2028。</script>𠮷𠮷末"


@needs_chromium
def test_law_the_reader_shows_exactly_the_text(tmp_path: Path, page: Path) -> None:
    """Any text in the page's own element: what is drawn of it is that text, cut where marked."""
    marks = [Mark("Agency", 5, 8, "x"), Mark("Target", 7, 20, fact=-1), Mark("Reuse", 13, 30)]
    row = reading_row(reading(STRANGE, marks, title="怪"), {"x": 0})
    held = page.read_text(encoding="utf-8")
    digest = held.partition('id="text-')[2].partition('"')[0]
    front, _, rest = held.partition(f'id="text-{digest}">')
    file = tmp_path / "strange.html"
    swapped = f'{front}id="text-{digest}">{as_json(row)}{rest[rest.index("</script>") :]}'
    file.write_text(swapped, encoding="utf-8")
    with opened(file, f"#source={digest}&char=5,8") as tab:
        assert "\n".join(tab.page.locator("#reader .text p").all_text_contents()) == STRANGE
        assert tab.page.locator("#reader mark.here").all_text_contents() == [
            STRANGE[5:7],
            STRANGE[7],
        ]
        assert tab.page.locator("#reader .Agency").all_text_contents() == [STRANGE[5:7], STRANGE[7]]
        assert tab.page.locator("#reader .text b").count() == 0
        assert not tab.problems


@needs_chromium
def test_a_page_of_its_own_follows_addresses(texts: dict[str, Reading], tmp_path: Path) -> None:
    one = texts["plan.txt"]
    file = tmp_path / "text.html"
    body = write_reading(one, IN_PAGE)
    page = write_page(
        "render/document.html",
        title=one.title,
        styles=STYLES,
        scripts=SCRIPTS,
        **{name: Markup() for name in ("back", "verdict", "legend", "panel")},
        text=body,
    )
    file.write_text(page, encoding="utf-8")
    at = one.text.index("云陵市校园")
    with opened(file, f"#char={at},{at + 3}") as tab:
        assert tab.page.locator("mark.here").all_inner_texts() == ["云陵市"]
        assert not tab.problems
    with opened(file, f"#c{at}", script=False) as tab:
        assert tab.page.locator(".text p").all_text_contents() == one.text.split("\n")
        assert tab.page.locator(f"#c{at}").inner_text() == "云陵市校园安全管理办法"
        assert tab.page.locator(f"#c{at}").is_visible()
