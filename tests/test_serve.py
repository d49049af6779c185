"""The site of `kg serve`: who may ask, what is answered, and what every page holds."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyoxigraph
import pytest
from browser import NARROW, needs_chromium, opened
from serving import client
from starlette.testclient import TestClient

from kg import graph
from kg.commands.serve import serve
from kg.errors import KgError
from kg.models import DocumentGraph
from kg.serve import address, entity
from kg.serve.describe import LEFT_OUT, describe
from kg.serve.holding import BusyError, Holding
from kg.serve.negotiate import best
from kg.store import DEFAULT_BASE, Store

HTML, TURTLE, JSONLD = "text/html", "text/turtle", "application/ld+json"
NTRIPLES = "application/n-triples"
AGENCY = "/id/agency/青禾县教育局"
PLAN = "/id/document/青禾县教育局2023年工作要点"
GHOST = "/id/document/云陵市“十四五”教育发展规划"
PROGRAM = "/id/program/晨曦护苗行动"


# -- which form is sent ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("", HTML),  # no header accepts everything
        ("*/*", HTML),
        ("text/turtle", TURTLE),
        ("TEXT/Turtle", TURTLE),
        ("text/html,application/xhtml+xml,*/*;q=0.8", HTML),
        ("text/html;q=0.5, text/turtle", TURTLE),
        ("text/turtle;q=0.9, application/ld+json;q=0.95", JSONLD),
        ("text/*;q=0.5, application/ld+json;q=0.4", HTML),
        ("text/*, text/html;q=0", TURTLE),  # the more precise range decides
        ("text/html;q=0", None),
        ("*/*, text/html;q=0.1", TURTLE),
        ("image/png", None),
        ("image/png, */*;q=0.1", HTML),
        ('application/ld+json; profile="x"', JSONLD),
        ("text/turtle;q=7", TURTLE),  # no quality: as if not given
        ("*/html", HTML),  # no range: as if there were no header
        ("a" * 5000 + ",,,;;;", HTML),
    ],
)
def test_what_is_wanted_most_is_sent(accept: str, sent: str | None) -> None:
    assert best(accept, (HTML, TURTLE, JSONLD)) == sent


@pytest.mark.parametrize(
    ("path", "accept", "status", "type_"),
    [
        (AGENCY, "text/html", 200, HTML),
        (AGENCY, "text/turtle", 200, TURTLE),
        (AGENCY, "application/ld+json, text/turtle;q=0.5", 200, JSONLD),
        (AGENCY, "application/n-triples", 200, NTRIPLES),
        (AGENCY, "image/png", 406, "text/plain"),
        (AGENCY + "?format=ttl", "text/html", 200, TURTLE),  # the address says it
        (AGENCY + "?format=jsonld", "*/*", 200, JSONLD),
        (AGENCY + "?format=nt", "*/*", 200, NTRIPLES),
        (AGENCY + "?format=html", "text/turtle", 200, HTML),
        (AGENCY + "?format=xml", "*/*", 400, HTML),
        (PLAN, "text/turtle", 200, TURTLE),
        ("/id/agency/没有的局", "text/html", 404, HTML),
        ("/id/agency/没有的局", "text/turtle", 404, "text/plain"),
        ("/nothing", "text/plain", 404, "text/plain"),
    ],
)
def test_an_entity_is_sent_in_the_form_that_is_asked_for(
    site: TestClient, path: str, accept: str, status: int, type_: str
) -> None:
    answer = site.get(path, headers={"Accept": accept})
    found = answer.headers["content-type"].partition(";")[0]
    assert (answer.status_code, found) == (status, type_)
    assert "Accept" in answer.headers.get("vary", "") or status >= 400


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_a_description_holds_what_is_said_with_its_evidence(site: TestClient, form: str) -> None:
    formats = {
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    }
    answer = site.get(f"{AGENCY}?format={form}")
    triples = {str(quad.triple) for quad in pyoxigraph.parse(answer.content, formats[form])}
    base, pol = DEFAULT_BASE, "https://w3id.org/policy-kg/ontology#"
    nif = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
    agency = f"<{base}agency/青禾县教育局>"
    assert f"{agency} <{pol}level> <{pol}CountyLevel>" in triples
    # Documents that it issues, by name; a duty of it, with the role, and where that was read.
    plan = f"<{base}document/青禾县教育局2023年工作要点>"
    assert f"{plan} <{pol}issuedBy> {agency}" in triples
    title = '"青禾县教育局2023年工作要点"@zh'
    assert f"{plan} <http://purl.org/dc/terms/title> {title}" in triples
    duty = next(one.split()[0] for one in sorted(triples) if one.endswith(f"{pol}agency> {agency}"))
    said = {one.split()[1] for one in triples if one.startswith(duty)}
    assert {f"<{pol}role>", f"<{pol}ofTask>", f"<{nif}beginIndex>", f"<{pol}sentence>"} <= said
    assert answer.headers[LEFT_OUT] == "0"


def test_a_description_is_bounded_and_says_so(plans_store: Store) -> None:
    whole = describe(plans_store, f"{DEFAULT_BASE}agency/青禾县教育局")
    cut = describe(plans_store, f"{DEFAULT_BASE}agency/青禾县教育局", most=5)
    assert whole.left_out == 0 < cut.left_out
    assert set(cut.lines) < set(whole.lines)


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("agency/青禾县教育局", "/id/agency/青禾县教育局"),
        ("agency/320106/鼓楼区教育局", "/id/agency/320106/鼓楼区教育局"),
        ("program/一园一策", "/id/program/一园一策"),
        ("document/a b 《学位/学校》", "/id/document/a%20b%20《学位%2F学校》"),
        ("document/100% “好”?#", "/id/document/100%25%20“好”%3F%23"),
        ("document/𠮷田镇", "/id/document/%F0%A0%AE%B7田镇"),
        ("document/<script>", "/id/document/%3Cscript%3E"),
        ("indicator/(九年)+x=1&y;z", "/id/indicator/(九年)+x=1&y;z"),
    ],
)
@pytest.mark.parametrize("base", [DEFAULT_BASE, "https://example.org/k/"])
def test_an_iri_and_its_address_are_one(key: str, path: str, base: str) -> None:
    kind, _, name = key.partition("/")
    part = graph.iri_part(name)
    iri = f"{base}{kind}/{part if kind == 'agency' else part.replace('/', '%2F')}"
    there = address.address_of(iri, base)
    assert there.isascii() and unquote(there) == unquote(path)
    assert address.iri_at(there.encode(), base) == iri
    # As a person may write it: what a browser would percent-encode by itself.
    assert address.iri_at(quote(path, safe="%/()+=&;").encode(), base) == iri


def test_addresses_know_the_characters_that_iris_keep() -> None:
    assert address.SAFE.pattern.replace("[", "[^") == graph.UNSAFE.pattern


@pytest.mark.parametrize(
    ("iri", "there"),
    [
        (f"{DEFAULT_BASE}source/ab12#char=120,126", "/id/source/ab12?char=120,126#here"),
        (f"{DEFAULT_BASE}source/ab12/task/30", "/id/source/ab12/task/30"),
        ("https://w3id.org/policy-kg/ontology#Agency", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_places_are_marked_and_what_is_not_ours_is_no_link(iri: str, there: str) -> None:
    assert address.address_of(iri, DEFAULT_BASE) == there


# -- who may ask -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("LOCALHOST:8000", 200),
        ("[::1]:8000", 200),
        ("127.0.0.1", 421),  # another port
        ("127.0.0.1:8001", 421),
        ("evil.example:8000", 421),  # a name that somebody lets point to 127.0.0.1
        ("127.0.0.1:8000.evil.example", 421),
        ("localhost.evil.example:8000", 421),
        ("127.0.0.1:8000@evil.example", 421),
        ("", 421),
    ],
)
def test_only_this_machine_is_answered(site: TestClient, host: str, status: int) -> None:
    assert site.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 405),  # no browser; nothing may be changed here all the same
        ({"Origin": "http://127.0.0.1:8000"}, 405),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 405),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "https://127.0.0.1:8000"}, 403),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_only_pages_of_ours_may_change(
    site: TestClient, headers: dict[str, str], status: int
) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert site.request(method, "/", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/id/%zz", 400),
        ("/id/a%", 400),
        ("/id/%ff%fe", 400),  # no UTF-8
        ("/id/%C0%AE%C0%AE/", 400),  # .. in bytes that are none
        ("/id/a%00b", 400),
        ("/id/a%0D%0AX-Evil:1", 400),
        ("/../etc/passwd", 400),
        ("/id/%2e%2e/%2E%2E/etc/passwd", 400),
        ("/id/..%2f..%2fetc", 404),  # one name: there is no such thing
        ("/" + "a" * 8_000, 414),
        ("/documents?q=" + "a" * 9_000, 414),
        ("/documents?q=" + "a" * 300, 400),
        ("/documents?q=%ff", 400),
        ("/documents?page=0", 400),
        ("/documents?page=-1", 400),
        ("/documents?page=x", 400),
        ("/documents?page=99999999999999999999", 400),
        ("/documents?page=%EF%BC%92", 400),  # ２ is no number here
        ("/documents?page=7", 404),  # 18 documents are one page
        ("/documents?sort=size", 400),
        ("/documents?level=Village", 404),
        ("/documents?colour=red", 400),
        ("/documents?year=%27%20OR%201%3D1", 404),
        ("/graph?depth=9", 400),
        ("/graph?about=%3Cscript%3Ealert(1)%3C/script%3E", 404),
        ("/id/agency/青禾县教育局?of=by-pol:nothing", 404),
        (PLAN + "?char=1", 400),
        (PLAN + "?char=9,3", 404),
        (PLAN + "?char=5,999999", 404),
        ("/id/", 404),
        ("/id/agency/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", 404),
        ("/id/agency/a%22%20%7D%20;%20DROP%20ALL%20%23", 404),
        ("/id/x%EE%80%80", 404),  # private use, as damaged text has it
        ("/id/%E2%80%AEx", 404),  # a mark that turns the reading order
    ],
)
def test_a_wrong_address_is_told_what_is_wrong(address: str, path: str, status: int) -> None:
    """Asked as it is written: a client library would put some of these right."""
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host)
    connection.putrequest("GET", quote(path, safe="%/?=&()#:;,.~-"), skip_accept_encoding=True)
    connection.putheader("Accept", "text/html")
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == status
    assert "Traceback" not in text and "<script>alert" not in text and "<img" not in text
    assert "frame-ancestors 'none'" in (answer.getheader("Content-Security-Policy") or "")
    assert answer.getheader("Cache-Control") == "no-store"
    assert _unbalanced(text) == []
    connection.close()


def test_a_defect_says_which_request_and_no_more(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the inside of the program")

    monkeypatch.setattr(entity, "_is_known", fail)
    answer = site.get("/id/agency/<b>")
    assert answer.status_code == 500
    assert "GET /id/agency/%3Cb%3E" in answer.text
    assert "the inside of" not in answer.text and "RuntimeError" not in answer.text
    assert "frame-ancestors" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/documents", AGENCY, PLAN, "/graph"])
def test_pages_are_fenced_and_kept_as_long_as_the_store_is_the_same(
    site: TestClient, path: str
) -> None:
    answer = site.get(path)
    stated = re.search(r'Content-Security-Policy" content="([^"]*)"', answer.text)
    policy = answer.headers["content-security-policy"]
    assert stated and policy == stated[1].replace("&#39;", "'") + "; frame-ancestors 'none'"
    assert "default-src 'none'" in policy and "script-src 'sha256-" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    tag = answer.headers["etag"]
    again = site.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = site.get(path, headers={"If-None-Match": tag, "Accept-Language": "en"})
    assert other.status_code == 200  # another page
    assert site.get(path).text == answer.text  # the same store gives the same bytes


def test_head_is_get_without_the_page(address: str) -> None:
    found = []
    for method in ("GET", "HEAD"):
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        connection.request(method, "/documents")
        answer = connection.getresponse()
        found.append((answer.status, sorted(answer.getheaders()), answer.read()))
        connection.close()
    (status, headers, page), (status_of_head, headers_of_head, nothing) = found
    assert (status, headers) == (status_of_head, headers_of_head) and page and not nothing


def test_the_language_is_the_only_cookie(site: TestClient) -> None:
    answer = site.get("/documents?lang=en", headers={"Accept-Language": "zh"})
    assert 'data-words="en"' in answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("lang=en;") and "SameSite=lax" in cookie
    assert "set-cookie" not in site.get("/documents?lang=fr").headers
    site.cookies.clear()


def test_a_change_waits_for_whoever_reads(plans_place: Path) -> None:
    holding = Holding(plans_place)
    assert holding.enter() and holding.enter()  # who changes, and another
    before, order = holding.state, []

    def change() -> None:
        with holding.reopened():
            order.append("changed")
            assert not holding.enter()  # nobody comes in
            with pytest.raises(BusyError):
                _ = holding.store

    thread = threading.Thread(target=change)
    thread.start()
    while holding.enter():  # until the change is waiting
        holding.leave()
    order.append("read")
    holding.leave()
    thread.join(10)
    assert order == ["read", "changed"]
    assert holding.enter() and len(holding.store.sources()) == 18
    assert holding.state == before  # nothing was changed
    holding.close()


def test_many_read_one_store_at_once(plans_place: Path) -> None:
    """From threads that did not open it: the graph, and the ledger, which is SQLite."""
    holding, worked_out = Holding(plans_place), []

    def read(_: int) -> tuple[str, int, int]:
        held = holding.store.find("青禾县教育局2023年工作要点")[0]
        number = holding.once("number", lambda store: worked_out.append(1) or len(store.sources()))
        return held.title, number, len(holding.store.claims())

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(24))) == {("青禾县教育局2023年工作要点", 18, 18)}
    assert worked_out == [1]  # once for all of them
    holding.close()


def test_a_server_that_ends_lets_the_store_go_with_its_last_reader(plans_place: Path) -> None:
    holding = Holding(plans_place)
    assert holding.enter()
    holding.let_go()
    assert holding.store.sources() and not holding.enter()
    holding.leave()
    with pytest.raises(BusyError):
        _ = holding.store


# -- what pages say --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", ["18", "晨曦护苗行动", "江西省教育厅", "枫渚县教育局2023年工作要点"]),
        ("/documents", ["第 1–18 项，共 18 项", "2023-02-24", "青禾县教育局2023年工作要点"]),
        ("/documents?level=Province", ["第 1–4 项", "江西省教育厅2021年工作要点"]),
        ("/documents?q=临枫区", ["第 1–2 项", "（全部 18 项）"]),
        ("/documents?q=没有", ["没有找到"]),
        ("/documents?year=2022&kind=WorkPlan", ["第 1–4 项", "云陵市教育局2022年工作要点"]),
        ("/agencies?kind=MassOrganization", ["第 1–3 项", "共青团青禾县委员会"]),
        ("/programs", ["晨曦护苗行动", "一园一策", "平安校园"]),
        ("/targets?sort=name&q=班额", ["56人以上大班额", "九年义务教育巩固率达到97%以上"]),
        ("/targets?q=新增学位", ["（隐去）", "120000个"]),  # 枫渚县 hides its figure
        ("/regions", ["江西省", "云陵市", "青禾县", "18 份文件"]),
        ("/cited", ["云陵市“十四五”教育发展规划", "第 1–1 项"]),
        (AGENCY, ["县级", "发布的文件 3", "承担的责任", "青禾县教育局2022年工作要点"]),
        (PROGRAM, ["提到它的句子", "枫渚县教育局2023年工作要点"]),
        (PLAN, ["2023-02-24", "任务", "目标", "原文"]),
        (GHOST, ["引用它的文件 3", "被引文件（未收录）"]),  # known only by those who cite it
        ("/id/region/青禾县", ["青禾县", "适用于此的文件", "上级地区"]),
        ("/id/indicator/新增学位", ["该指标的目标"]),
    ],
)
def test_pages_hold_what_the_plans_say(site: TestClient, path: str, said: list[str]) -> None:
    answer = site.get(path, headers={"Accept-Language": "zh"})
    assert answer.status_code == 200
    text = _seen(answer.text)
    assert [words for words in said if words not in text] == []


def test_each_target_leads_to_its_words(site: TestClient) -> None:
    listed = site.get("/targets?q=学前三年毛入园率").text
    there = re.findall(r'href="(/id/source/\w+\?char=\d+,\d+)#here"', listed)
    assert len(there) > 3
    for place in there[:3]:
        page = site.get(place).text
        assert len(re.findall(r'id="here"', page)) == 1
        marked = "".join(
            re.findall(r'<(?:span|a)[^>]* class="[^"]*\bhere\b[^"]*"[^>]*>([^<]*)', page)
        )
        assert "%" in marked


def test_a_fact_leads_to_what_it_speaks_of(site: TestClient) -> None:
    """A duty of an agency leads to the task, a citation to the document that cites."""
    duties = site.get(f"{AGENCY}?of=by-pol:agency").text
    assert re.findall(r'class="what" href="(/id/source/\w+/)task/', duties)
    assert not re.search(r'class="what" href="/id/source/\w+/responsibility', duties)
    cited = unquote(site.get(GHOST).text)
    assert 'class="what" href="/id/document/云陵市教育局2022年工作要点"' in cited


def test_what_more_there_is_can_be_reached(site: TestClient) -> None:
    page = site.get(AGENCY).text
    rest = re.search(r'href="([^"]*\?of=by-itsrdf%3AtaIdentRef)"', page)
    assert rest, "16 sentences name it, ten are shown"
    whole = _seen(site.get(rest[1]).text)
    assert "第 1–16 条，共 16 条" in whole


def test_hostile_names_are_text(tmp_path: Path) -> None:
    hostile = '</title><script>alert(1)</script><img src=x onerror=alert(2)>" onmouseover="alert(3)'
    iri = f"{DEFAULT_BASE}program/{graph.iri_part(hostile).replace('/', '%2F')}"
    source = f"{DEFAULT_BASE}source/0123456789abcdef0123"
    document = f"{DEFAULT_BASE}document/d"
    place = tmp_path / "store"
    label = hostile.replace('"', '\\"')
    pol, rdf = "https://w3id.org/policy-kg/ontology#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    skos, dct = "http://www.w3.org/2004/02/skos/core#", "http://purl.org/dc/terms/"
    nif = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
    facts = [
        f'<{iri}> <{rdf}type> <{pol}Program>', f'<{iri}> <{skos}prefLabel> "{label}"@zh',
        f'<{source}> <{pol}sha256> "{"0" * 64}"', f'<{source}> <{nif}isString> "{label}"',
        f'<{source}> <{dct}source> "{label}.txt"',
        f'<{document}> <{rdf}type> <{pol}PolicyDocument>',
        f'<{document}> <{pol}hasText> <{source}>',
        f'<{document}> <{dct}title> "{label}"@zh', f'<{document}> <{pol}mentions> <{iri}>',
    ]  # fmt: skip
    with Store(place) as store:
        nquads = "".join(f"{fact} <{source}> .\n" for fact in facts)
        store.load([DocumentGraph(source, "0" * 64, "", nquads, ())])
    with client(place) as site:
        for path in ("/", "/documents", "/programs", _path(iri), _path(document), _path(source)):
            answer = site.get(path)
            assert answer.status_code == 200
            assert "&lt;script&gt;alert(1)" in answer.text, path
            assert _unbalanced(answer.text) == []
            assert not re.search(r"<script>alert|<img|\son\w+=", _without_text(answer.text)), path


def _path(iri: str) -> str:
    return address.address_of(iri, DEFAULT_BASE)


def _without_text(page: str) -> str:
    """Return a page's tags alone, without the values of their attributes."""
    bare = re.sub(r"(?s)<(script|style)[^>]*>.*?</\1>", r"<\1>", page)
    return "".join(re.sub(r'"[^"]*"', '""', tag) for tag in re.findall(r"<[^>]*>", bare))


def test_every_link_of_the_site_leads_somewhere(site: TestClient) -> None:
    """Followed from the start, at most so many of each kind of page."""
    seen, waiting, kinds = {"/"}, ["/"], dict[str, int]()
    asked = 0
    while waiting:
        path = waiting.pop(0)
        answer = site.get(path)
        asked += 1
        assert answer.status_code == 200, path
        # The pages of the ontology lead to the terms of others (test_ontology_pages.py).
        if not answer.headers["content-type"].startswith(HTML) or path.startswith("/ontology/"):
            continue
        assert _unbalanced(answer.text) == [], path
        for link in _links(answer.text):
            kind = re.sub(r"=[^&]*", "", re.sub(r"/id/(\w+)/[^?]*", r"/id/\1/", link))
            if link not in seen and kinds.get(kind, 0) < 6:
                seen.add(link)
                kinds[kind] = kinds.get(kind, 0) + 1
                waiting.append(link)
    assert asked > 60
    places = {"/documents", "/regions", "/id/agency/", "/id/document/", "/id/source/?char"}
    assert {*places, "/ontology/index.html"} <= {*kinds}


def _links(page: str) -> Iterator[str]:
    links = re.findall(r'<a\b[^>]*?\shref="([^"]*)"', page.partition("</main>")[0])
    for link in links:
        plain = link.replace("&amp;", "&").partition("#")[0]
        assert plain.startswith(("/", "?")) or not plain, f"leads away: {plain}"
        if plain.startswith("/"):
            yield plain


class _Tags(HTMLParser):
    """Notes tags that are closed in another order than they were opened."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []  # the Chinese; what is said in English too is left out
        self._english = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.wrong.append(f"{tag}: an attribute twice")
        if tag not in self.VOID:
            self.open.append(tag)
        self._english += ("class", "en") in attrs

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")
        if tag == "small":
            self._english = 0

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style") and not self._english:
            self.words.append(data)


def _read(page: str) -> _Tags:
    tags = _Tags()
    tags.feed(page)
    tags.close()
    return tags


def _unbalanced(page: str) -> list[str]:
    """Return what is wrong with the nesting of a page, and ids that it has twice."""
    tags = _read(page)
    ids = re.findall(r'\sid="([^"]*)"', re.sub(r"(?s)<script.*?</script>", "", page))
    return [*tags.wrong, *tags.open, *{one for one in ids if ids.count(one) > 1}]


def _seen(page: str) -> str:
    return re.sub(r"\s+", " ", "".join(_read(page).words))


# -- in a browser ----------------------------------------------------------------------------------


@needs_chromium
def test_all_can_be_read_without_a_script(address: str) -> None:
    with opened(address + "/", size=NARROW, script=False) as tab:
        for word in ("文件", "机构", "目标", "地区"):
            tab.page.get_by_role("navigation").get_by_role("link", name=word, exact=True).click()
            assert tab.page.locator("h1").inner_text() == word
        tab.page.goto(address + "/documents")
        tab.page.get_by_role("combobox", name="层级").select_option("County")
        tab.page.get_by_role("button", name="筛选").click()
        assert "level=County" in tab.page.url
        tab.page.get_by_role("link", name="青禾县教育局2023年工作要点").click()
        tab.page.locator("#tasks a.what").first.click()
        assert tab.page.locator("#here").is_visible()
        tab.page.goto(address + "/documents")
        tab.page.get_by_role("link", name="English").click()
        assert tab.page.locator("h1").inner_text() == "Documents"
        tab.page.goto(address + "/agencies")  # it is remembered
        assert tab.page.locator("h1").inner_text() == "Agencies"
        width = tab.page.evaluate("document.documentElement.scrollWidth")
        assert width <= NARROW[0]


@needs_chromium
@pytest.mark.parametrize("path", ["/", "/documents", AGENCY, PLAN, "/nothing"])
def test_the_browser_has_nothing_to_complain_of(address: str, path: str) -> None:
    with opened(address + quote(path), dark=True, language="en-US") as tab:
        problems = [one for one in tab.problems if "status of 404" not in one]
        assert problems == []
        tab.page.get_by_role("button", name="中文").click()
        assert tab.page.evaluate("document.cookie") == "lang=zh"


# -- the command -----------------------------------------------------------------------------------


def test_the_command_says_what_is_wrong_in_a_line(
    address: str, plans_place: Path, tmp_path: Path
) -> None:
    taken = str(urlsplit(address).port)
    for options, said in (
        (("--store", str(tmp_path / "none")), "no store here; make one with: kg build"),
        (("--store", str(plans_place), "--port", taken), "already in use; try another: --port 0"),
    ):
        with pytest.raises(KgError, match=said) as error:
            serve.main([*options], standalone_mode=False)
        assert "\n" not in str(error.value)


def test_the_command_says_how_to_install_what_it_needs(
    plans_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(KgError, match=r"needs uvicorn; run: pip install 'policy-kg\[serve\]'"):
        serve.main(["--store", str(plans_place)], standalone_mode=False)


def test_the_command_answers_and_ends_at_once(plans_place: Path) -> None:
    command = [sys.executable, "-m", "kg", "serve", "--port", "0", "--store", str(plans_place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        line = process.stdout.readline().decode()
        found = re.match(r"http://127\.0\.0\.1:(\d+)/ ", line)
        assert found, line
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]))
        connection.request("GET", "/documents")
        with connection.getresponse() as answer:
            assert answer.status == 200 and answer.read()
        connection.close()
        process.send_signal(2)
        assert process.wait(10) == 0
        assert process.stderr.read() == b""
