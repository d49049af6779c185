"""No text of a document is ever more than text, and no page asks for anything from outside.

Twenty payloads as labels, titles, headings, file names, notes and values, on every kind of page;
opened in Chromium, hovered, clicked through. RELIABILITY items 42 and 43.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import lxml.html
import pytest
from browser import Tab, needs_chromium, opened
from hostile_words import PAYLOADS, TAKEN, hostile_graph
from lxml import etree
from pyoxigraph import Store

from kg.inspect import inspect
from kg.models import Source
from kg.render import render_html
from kg.render.document import render_document, render_index
from kg.render.report import render_report
from kg.reports.report import Evidence, Report, Row


@cache
def graph() -> Store:
    """Return the hostile graph."""
    return hostile_graph().store


def graph_page() -> str:
    """Return the page of the graph, its heading hostile too."""
    return render_html(graph(), title="".join(PAYLOADS), limit=1000)


def entity_page() -> str:
    """Return the page of what is around one hostile name."""
    return render_html(graph(), about=PAYLOADS[3] + "局", depth=2, limit=1000)


def report_page() -> str:
    """Return the page of a report whose every word is hostile."""
    rows = tuple(
        Row(
            (payload, payload, Decimal(7)),
            (Evidence(payload, payload, f"javascript:{payload}", 0, 5, payload),),
        )
        for payload in PAYLOADS
    )
    columns = (PAYLOADS[0], PAYLOADS[4], PAYLOADS[6])
    report = Report("x", "".join(PAYLOADS), columns, rows, notes=PAYLOADS)
    return render_report(report, {payload: f"{payload}.html" for payload in PAYLOADS})


def document_page() -> str:
    """Return the page of an inspected document that consists of payloads."""
    lines = "\n".join(
        f"{n}.由{payload}局牵头，新建{n}所。" for n, payload in enumerate(PAYLOADS, 1)
    )
    text = f"{PAYLOADS[1]}\n云陵市教育局2023年工作要点\n{lines}\n"
    seen = inspect(Source(PAYLOADS, "0123456789abcdef" * 4, text, PAYLOADS[2]))
    return render_document(seen)


def index_page() -> str:
    """Return the page that lists inspected documents of hostile names."""
    seen = [
        inspect(Source((payload,), f"{number:064x}", payload, ""))
        for number, payload in enumerate(PAYLOADS)
    ]
    return render_index(seen)


PAGES: dict[str, Callable[[], str]] = {
    "graph": graph_page,
    "entity": entity_page,
    "report": report_page,
    "document": document_page,
    "index": index_page,
}
# What makes a browser ask for something, were it to lead outside.
OUTSIDE = re.compile(
    r"""(?:src|href|action|formaction|srcset|poster|data)\s*=\s*["']?\s*(?:https?:|//)
    |url\(\s*["']?\s*(?:https?:|//)|@import|<link|<base|<object|<embed""",
    re.VERBOSE,
)


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a page full of hostile words."""
    place = tmp_path_factory.mktemp("hostile") / f"{request.param}.html"
    place.write_text(PAGES[request.param](), encoding="utf-8")
    return place


def markup(page: Path) -> str:
    """Return the page without what its script and style elements hold."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"(<(script|style)[^>]*>).*?(</\2>)", r"\1\3", text, flags=re.DOTALL)


def test_the_page_refers_to_nothing_outside(page: Path) -> None:
    assert OUTSIDE.findall(markup(page)) == []


def test_the_policy_lets_nothing_in(page: Path) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', markup(page))
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy[1].partition("style-src")[0]
    assert "unsafe-eval" not in policy[1] and "http" not in policy[1]


def test_no_payload_is_markup(page: Path) -> None:
    tree = lxml.html.document_fromstring(page.read_text(encoding="utf-8"))
    elements = list(tree.iter(etree.Element))
    scripts = [one for one in elements if one.tag == "script"]
    assert all(not one.attrib or one.get("type") == "application/json" for one in scripts)
    assert not {"img", "svg", "iframe", "math", "object", "embed"} & {one.tag for one in elements}
    attributes = [(key, value) for one in elements for key, value in one.items()]
    assert not [key for key, _ in attributes if key.startswith("on") or key == "srcdoc"]
    addresses = [value for key, value in attributes if key in ("href", "src", "action")]
    assert not [one for one in addresses if one.strip().lower().startswith("javascript:")]


@needs_chromium
def test_nothing_runs_when_the_page_is_used(page: Path) -> None:
    with opened(page) as tab:
        before = tab.page.title()
        use(tab)
        assert tab.page.title() == before != TAKEN
        assert tab.problems == []
        seen = tab.page.evaluate("document.body.textContent")
        assert "document.title=" in seen  # it is there to be read


# A link may lead to another file, which is not there; one within the page is followed.
STAY = """addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (link && !link.getAttribute("href").startsWith("#")) event.preventDefault();
}, true)"""


def use(tab: Tab) -> None:
    """Do what a reader does: hover, click, press keys."""
    tab.page.evaluate(STAY)
    for place in ("#canvas", "main", "#panel"):
        wander(tab, place)
    for name in tab.page.locator("#panel button.link").all()[:6]:
        if name.is_visible():
            name.click()
    for key in ("Tab", "Enter", "Escape", "/"):
        tab.page.keyboard.press(key)
    if tab.page.locator("#query").count():
        tab.page.fill("#query", "<script>")
        tab.page.keyboard.press("Enter")


def wander(tab: Tab, place: str) -> None:
    """Move over an element from corner to corner, and click here and there."""
    found = tab.page.locator(place)
    box = found.first.bounding_box() if found.count() else None
    if box is None:
        return
    for step in range(1, 6):
        x = box["x"] + box["width"] * step / 6
        y = box["y"] + min(box["height"], 900) * step / 6
        tab.page.mouse.move(x, y)
        tab.page.mouse.click(x, y)


@needs_chromium
@pytest.mark.parametrize("payload", PAYLOADS[::3])
def test_a_hostile_address_is_an_unknown_name(payload: str, tmp_path: Path) -> None:
    place = tmp_path / "graph.html"
    place.write_text(graph_page(), encoding="utf-8")
    for fragment in (f"#entity={payload}", f"#source={payload}&char=1,{payload}", f"#{payload}"):
        with opened(place, fragment) as tab:
            tab.page.wait_for_timeout(50)
            assert tab.page.title() != TAKEN
            assert tab.problems == []
