"""The search page: what it shows, where it leads, how it is narrowed down; hostile texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browser import NARROW, WIDE, needs_chromium, opened
from lxml import html
from serving import client
from starlette.testclient import TestClient

from kg.build import build
from kg.render.marked import UNSEEN
from kg.search import index
from kg.store import Store


def asked(site: TestClient, query: str, status: int = 200) -> html.HtmlElement:
    """Ask for /search?query, its Chinese not encoded; return the page's elements."""
    response = site.get("/search", params={key: one[0] for key, one in parse_qs(query).items()})
    assert response.status_code == status, response.text
    return html.fromstring(response.text)


def text(element: html.HtmlElement) -> str:
    """Return the Chinese of an element, on one line."""
    for small in element.xpath(".//*[@class='en']"):
        small.drop_tree()
    return " ".join(element.text_content().split())


def titles(page: html.HtmlElement) -> list[str]:
    return [text(one) for one in page.xpath("//article/h2")]


def test_documents_come_with_their_passages_marked_and_linked(site: TestClient) -> None:
    page = asked(site, "q=一园一策 青禾县")
    assert titles(page) == ["青禾县推进学前教育扩优提质实施方案"]
    passage = page.xpath("//p[@class='passage'][.//mark='一园一策']/a")[0]
    assert "挂图作战" in text(passage)
    begin, end = parse_qs(urlsplit(passage.get("href")).query)["char"][0].split(",")
    whole = (Path(__file__).parent / "documents/plans/青禾县-2022-方案.txt").read_text()
    assert whole[int(begin) : int(end)] == "一园一策"


@pytest.mark.parametrize(
    "place", ["//article/h2/a", "//p[@class='passage']/a", "//p[@class='about']//a", "//li/a"]
)
def test_every_link_leads_somewhere(site: TestClient, place: str) -> None:
    links = asked(site, "q=教育局").xpath(f"{place}/@href")
    assert links
    for href in links[:6]:
        assert site.get(unescape(href)).status_code == 200, href


def test_facets_narrow_down_and_can_be_taken_back(site: TestClient) -> None:
    page = asked(site, "q=学位")
    assert len(titles(page)) == 13
    county = next(a for a in page.xpath("//aside//li/a") if text(a) == "县级")
    assert text(county.getnext()) == "7"
    narrowed = html.fromstring(site.get(county.get("href")).text)
    assert len(titles(narrowed)) == 7
    assert narrowed.xpath("//input[@type='hidden'][@name='level']/@value") == ["County"]
    (chip,) = narrowed.xpath("//p[@class='chosen']/a")
    assert text(chip).startswith("层级 县级")
    assert len(titles(html.fromstring(site.get(chip.get("href")).text))) == 13


def test_pages_follow_one_another(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.serve.find.A_PAGE", 5)
    page, found = asked(site, "q=学位"), []
    while True:
        found += titles(page)
        following = page.xpath("//nav[@class='pages']/a[@rel='next']/@href")
        if not following:
            break
        page = html.fromstring(site.get(following[0]).text)
    assert len(found) == len(set(found)) == 13
    asked(site, "q=学位&page=4", status=404)
    asked(site, "q=学位&page=0", status=400)


def test_names_stand_on_top(site: TestClient) -> None:
    page = asked(site, "q=青禾县教育局")
    first = page.xpath("//section[@class='called']//li")[0]
    assert first.get("class") == "Agency" and first.xpath("./a")[0].text == "青禾县教育局"
    own = first.xpath(".//small/a/@href")[0]
    assert len(titles(html.fromstring(site.get(own).text))) == 4


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 200, "怎样搜索"),
        ("q=", 200, "怎样搜索"),
        ("q=养老院", 200, "没有文件符合"),
        ("q=*^", 400, "nothing to look for"),
        ("q=place:火星", 400, "not in the store"),
        ("q=学位&year=去年", 400, "is no year"),
        ("q=title:实施方案", 200, "正文中没有"),
        ("year=2022", 200, "工作要点"),
        ("q=" + "学" * 600, 400, "at most 500"),
        ("q=学位&colour=red", 400, "not known here"),
    ],
)
def test_what_is_found_or_wrong_is_said(
    site: TestClient, query: str, status: int, says: str
) -> None:
    response = site.get(f"/search?{quote(query, safe='=&')}")
    assert response.status_code == status and says in response.text
    if "q=学位&c" not in query:
        assert 'class="search"' in response.text  # the box stays, to put it right


def test_the_page_speaks_both_languages(site: TestClient) -> None:
    chinese, english = asked(site, "q=学位&lang=zh"), asked(site, "q=学位&lang=en")
    site.cookies.clear()  # that remember the choice, for other tests
    assert chinese.xpath("//html/@data-words") == ["zh"]
    assert english.xpath("//html/@data-words") == ["en"]
    said = english.xpath("string(//main)")
    assert "Narrow down" in said and "13 documents" in said and "search-" not in said


HOSTILE_TITLE = "关于<script>document.title='开'</script>的通知"
HOSTILE = f"""{HOSTILE_TITLE}

各乡镇：
一、目标<img src=x onerror="document.title='开'">任务
新增学位</mark></a><script>document.title='开'</script>600个\u202e。
“{{{{ 7*7 }}}}”javascript:alert(1)。
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "件<b>.txt").write_text(HOSTILE, encoding="utf-8")
    with Store(folder / "store") as store:
        assert not build([folder / "件<b>.txt"], store, limits=None).skipped
    return folder / "store"


@pytest.fixture(scope="module")
def hostile_site(hostile: Path) -> Iterator[TestClient]:
    with client(hostile) as found:
        yield found


@pytest.mark.parametrize(
    "query",
    [
        "学位",
        "学位</mark><script>",
        '"><script>alert(1)</script>',
        "通知",
        "7*7",
        "'\"`${1}",
        "\u202e学",
    ],
)
def test_texts_and_words_are_text(hostile_site: TestClient, query: str) -> None:
    response = hostile_site.get("/search", params={"q": query})
    page = html.fromstring(response.text)
    assert response.status_code == 200
    allowed = {"id", "type"}
    assert all(set(one.attrib) <= allowed for one in page.xpath("//script"))
    assert not page.xpath("//*[@onerror] | //main//img | //main//script | //b")
    assert "\u202e" not in page.text_content() and "document.title" not in "".join(
        page.xpath("//body/script[not(@type)]/text()")
    )
    assert page.xpath("//form[@class='search']/input[@name='q']/@value") == [
        query.translate(UNSEEN)
    ]
    for href in page.xpath("//main//a/@href"):
        assert re.match(r"/(id|search)\b", href), href


def test_a_store_without_an_index_is_searched_and_says_so(hostile: Path, tmp_path: Path) -> None:
    place = hostile / index.FILE
    assert place.is_file()  # the build made it
    place.unlink()
    place.mkdir()  # and now nobody can
    try:
        with client(hostile) as found:
            page = asked(found, "q=学位")
            assert len(titles(page)) == 1
            assert "这次搜索临时建了索引" in page.xpath("string(//p[@class='note'])")
    finally:
        place.rmdir()


@needs_chromium
@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)])
def test_from_a_word_to_its_place_without_a_script(
    address: str, size: tuple[int, int], dark: bool
) -> None:
    with opened(address + "/search", size=size, dark=dark, script=False) as tab:
        tab.page.fill("main input[name=q]", "一园一策")
        tab.page.press("main input[name=q]", "Enter")
        tab.page.wait_for_load_state()
        assert tab.page.locator("article").count() == 2
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        tab.page.locator(".passage a").first.click()
        tab.page.wait_for_load_state()
        assert "char=" in tab.page.url and "一园一策" in tab.page.locator("main").inner_text()
        assert not tab.errors and not tab.console


@needs_chromium
def test_what_is_marked_can_be_read(address: str) -> None:
    """Contrast of marked words and of the soft text around them, in both themes."""
    for dark in (False, True):
        with opened(f"{address}/search?q={quote('教育')}", size=WIDE, dark=dark) as tab:
            assert not tab.problems
            for selector in (".passage mark", "h2 mark", ".about"):
                around = "body" if selector == ".about" else selector
                assert _contrast(tab.page, selector, around) >= 4.5, (selector, dark)


def _contrast(page: object, selector: str, around: str) -> float:
    colours = page.evaluate(  # type: ignore[attr-defined]
        """([one, other]) => [getComputedStyle(document.querySelector(one)).color,
            getComputedStyle(document.querySelector(other)).backgroundColor]""",
        [selector, around],
    )
    light, dark = sorted((_luminance(one) for one in colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(one) / 255 for one in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
