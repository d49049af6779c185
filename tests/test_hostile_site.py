"""A site over a store full of hostile words: every page of it, followed link by link.

RELIABILITY item 42 for `kg serve`: what a document says is text, in every place of every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import lxml.html
import pytest
from browser import needs_chromium, opened
from hostile_words import PAYLOADS, TAKEN, hostile_store
from lxml import etree
from serving import ADDRESS, client, served
from starlette.testclient import TestClient

# Where the words of a document, or of whoever asks, come onto a page.
STARTS = (
    *("/", "/documents", "/agencies", "/programs", "/regions", "/cited", "/targets", "/graph"),
    *("/views/timeline", "/views/duties", "/views/indicators", "/views/regions"),
    *("/reports/who?name=" + quote(PAYLOADS[0] + "局"), "/reports/missing", "/reports/due"),
    *("/queries/documents", "/queries/" + quote(PAYLOADS[3], safe="")),
    *("/search?q=" + quote(PAYLOADS[0]), "/search?q=" + quote("document.title")),
    *("/ask?q=" + quote(PAYLOADS[5]), "/documents?region=" + quote(PAYLOADS[6])),
    *("/id/agency/" + quote(PAYLOADS[4], safe=""), "/" + quote(PAYLOADS[1], safe="")),
)
MOST = 150  # pages; the site over twenty small documents has more, of few kinds


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store of hostile documents."""
    found = tmp_path_factory.mktemp("hostile") / "store"
    hostile_store(found)
    return found


@pytest.fixture(scope="module")
def pages(place: Path) -> dict[str, str]:
    """Return the pages of the site, by address."""
    with client(place) as site:
        return dict(follow(site))


def follow(site: TestClient) -> Iterator[tuple[str, str]]:
    """Yield pages, from where a reader begins along the links."""
    waiting, seen = list(STARTS), set(STARTS)
    for _ in range(MOST):
        if not waiting:
            return
        # From both ends: not only the links of the first list.
        address = waiting.pop(0 if len(seen) % 2 else -1)
        answer = site.get(address)
        assert answer.status_code < 500, address
        if "text/html" not in answer.headers["content-type"]:
            continue
        yield address, answer.text
        for link in links(answer.text, address):
            # The ontology's pages are the same over every store, and lead to others' on purpose.
            if link not in seen and not link.startswith("/ontology"):
                seen.add(link)
                waiting.append(link)


def links(page: str, address: str) -> list[str]:
    """Return where the links of a page lead on the site, downloads apart."""
    found = lxml.html.document_fromstring(page).xpath("//a/@href")
    parts = [urlsplit(urljoin(ADDRESS + address, one)) for one in found]
    ours = [one for one in parts if one.scheme + "://" + one.netloc == ADDRESS]
    return [
        one.path + (f"?{one.query}" if one.query else "")
        for one in ours
        if "format" not in one.query
    ]


def test_there_is_something_to_look_at(pages: dict[str, str]) -> None:
    assert len(pages) >= 100
    assert sum("document.title=" in page for page in pages.values()) > 80


def test_no_page_holds_markup_of_a_document(pages: dict[str, str]) -> None:
    for address, page in pages.items():
        tree = lxml.html.document_fromstring(page)
        elements = list(tree.iter(etree.Element))
        scripts = [one for one in elements if one.tag == "script"]
        assert all(not one.attrib or one.get("type") == "application/json" for one in scripts)
        assert not {"img", "iframe", "math", "object", "embed"} & {e.tag for e in elements}, address
        attributes = [(key, value) for one in elements for key, value in one.items()]
        assert not [key for key, _ in attributes if key.startswith("on")], address
        addresses = [value for key, value in attributes if key in ("href", "src", "action")]
        schemes = {urlsplit(one.strip()).scheme for one in addresses}
        assert schemes <= {""}, (address, schemes)


def test_every_page_has_the_policy_of_its_own_scripts(place: Path) -> None:
    with client(place) as site:
        for address in STARTS:
            policy = site.get(address).headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'sha256-"), address
            assert "unsafe-inline" not in policy.partition("style-src")[0], address


@needs_chromium
def test_nothing_runs_in_a_browser(place: Path) -> None:
    with served(place) as address:
        for start in STARTS[::2]:
            with opened(address + start) as tab:
                tab.page.mouse.move(300, 300)
                tab.page.mouse.move(700, 420)
                assert tab.page.title() != TAKEN
                # What the server refuses on purpose is an error to the browser's console.
                assert not [one for one in tab.problems if "status of 4" not in one], start
