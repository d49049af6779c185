"""The query page: what is put into the editor, what it knows, and what it does in a browser.

Where a test is about what the server answers, the answer stands in the test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import lxml.html
import pyoxigraph
import pytest
import serving
from browser import NARROW, Tab, needs_chromium, opened
from casebook import ROOT
from hostile_words import PAYLOADS, RUN, TAKEN, hostile_store
from hypothesis import example, given
from hypothesis import strategies as st
from kg.ontology import __path__ as ontology_place
from playwright.sync_api import Route as Asked
from starlette.testclient import TestClient

from kg import queries, sparql
from kg.page import content
from kg.serve.address import address_of
from kg.serve.bound import bound
from kg.serve.editor import NOTHING, PATH, ROWS, TRIPLES, terms
from kg.store import DEFAULT_BASE, Store

COUNTY = "青禾县教育局"
PLAN = "青禾县教育局2023年工作要点"


# -- saved queries with their values ------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("entity", {"name": COUNTY}),
        ("entity", {"name": "没有的局"}),
        ("agencies", {"name": "教育"}),
        ("programs", {"name": "行动"}),
        ("who", {"agency": "教育"}),
        ("who", {"agency": "教育", "document": "2023年工作要点"}),
        ("who-leads", {"document": PLAN}),
        ("targets", {"indicator": "园"}),
        ("targets", {"indicator": "园", "document": PLAN}),
        ("citations", {"document": PLAN}),
        ("check", {"document": "2023"}),
        ("pairs", {"agency": "教育"}),
        ("due", {"from": "2022", "until": "2023"}),
        ("compare", {"region": "青禾县"}),
        ("compare", {"region": "青禾县", "year": "2023"}),
        ("cascade", {"region": "青禾县"}),
        ("pledges", {"region": "青禾县"}),
        ("unowned", {"document": "工作要点"}),
        ("originality", {"document": "2023"}),
        ("agency-names", {"body": COUNTY}),
        ("origins", {"name": PLAN}),
        ("passages", {"name": PLAN}),
        ("trace", {"name": "江西省人民政府办公厅关于推进学前教育扩优提质的意见"}),
        ("ask-documents", {"place": "青禾县"}),
        ("ask-targets", {"words": "园", "year": "2023"}),
        ("ask-responsible", {"words": "学位", "document": PLAN}),
    ],
)
def test_a_query_with_its_values_gives_what_the_saved_one_gives(
    plans_store: Store, name: str, values: dict[str, str]
) -> None:
    query = queries.find(name)
    parameters = {one for one, _ in query.parameters}

    def rows(text: str, given: dict[str, str] | None = None) -> list[str]:
        found = plans_store.query(text, given)
        assert isinstance(found, pyoxigraph.QuerySolutions)
        names = [one.value for one in found.variables if one.value not in parameters]
        return sorted(str([row[one] for one in names]) for row in found)

    assert rows(bound(query, values)) == rows(query.text, values)


def test_these_queries_find_something(plans_store: Store) -> None:
    for name, values in (("entity", {"name": COUNTY}), ("who", {"agency": "教育"})):
        assert plans_store.select(bound(queries.find(name), values)), name


@given(st.text())
@example('"} } DROP ALL #')
@example('教育\\" }\n}')
@example("'''\\")
def test_a_value_never_becomes_part_of_the_query(value: str) -> None:
    store = Store()
    label = pyoxigraph.Literal(f"开头{value}结尾", language="zh")
    pol, skos = sparql.POL, sparql.PREFIXES["skos"]
    program = pyoxigraph.NamedNode(f"{DEFAULT_BASE}program/甲")
    triples = [
        (program, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{pol}Program"),
        (program, f"{skos}prefLabel", label),
        (pyoxigraph.NamedNode(f"{DEFAULT_BASE}document/乙"), f"{pol}mentions", program),
    ]
    for subject, predicate, value_ in triples:
        object_ = pyoxigraph.NamedNode(value_) if isinstance(value_, str) else value_
        store._graph.add(pyoxigraph.Quad(subject, pyoxigraph.NamedNode(predicate), object_))
    found = store.select(bound(queries.find("programs"), {"name": value}))
    assert [row["program"] for row in found] == [label.value]


# -- the page ----------------------------------------------------------------------------------


def text_in(page: str) -> str:
    """Return what stands in the editor of a page."""
    return str(lxml.html.document_fromstring(page).get_element_by_id("query").text)


@pytest.mark.parametrize("name", queries.saved())
def test_every_saved_query_opens_in_the_editor_and_runs(
    site: TestClient, plans_store: Store, name: str
) -> None:
    answer = site.get(PATH, params={"saved": name})
    assert answer.status_code == 200
    text = text_in(answer.text).replace("\r\n", "\n")
    plans_store.query(text)
    for needed in [one for one, meaning in queries.find(name).parameters if "(needed)" in meaning]:
        assert f"VALUES ?{needed} {{" in text or name.startswith("ask-"), needed


@pytest.mark.parametrize("name", ["adoption", "agency-names", "entity", "trace"])
def test_a_needed_value_is_one_that_is_there(site: TestClient, name: str) -> None:
    values = re.findall(
        r'VALUES \?\w+ \{ "(.*)" \}', text_in(site.get(f"{PATH}?saved={name}").text)
    )
    assert values and NOTHING not in values
    assert len(set(values)) == 1


@pytest.mark.parametrize(
    ("asked", "status", "holds"),
    [
        ({}, 200, "pol:PolicyDocument"),
        ({"query": "ASK {}"}, 200, "ASK {}"),
        ({"query": "</textarea><b>"}, 200, "</textarea><b>"),
        ({"saved": "who", "agency": '教"育'}, 200, 'VALUES ?agency { "教\\"育" }'),
        ({"saved": "who", "agency": ""}, 200, "# param agency"),
        ({"saved": "who", "nothing": "x"}, 400, ""),
        ({"saved": "nothing"}, 404, ""),
        ({"saved": "who", "agency": "长" * 1001}, 400, ""),
    ],
)
def test_what_an_address_puts_into_the_editor(
    site: TestClient, asked: dict[str, str], status: int, holds: str
) -> None:
    # The longest value does not fit into an address of its own; 400 or 414 is all the same here.
    answer = site.get(PATH, params=asked)
    assert (answer.status_code if answer.status_code != 414 else 400) == status
    if status == 200:
        assert holds in text_in(answer.text).replace("\r\n", "\n")


def test_only_this_page_asks_the_server_and_only_its_own_scripts_run(site: TestClient) -> None:
    policy = site.get(PATH).headers["content-security-policy"]
    rules = dict(one.strip().partition(" ")[::2] for one in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert rules["form-action"] == "'self'"
    assert all(one.startswith("'sha256-") for one in rules["script-src"].split())
    assert "connect-src" not in site.get("/queries").headers["content-security-policy"]


def test_a_saved_query_leads_to_the_editor_with_its_values(site: TestClient) -> None:
    page = lxml.html.document_fromstring(site.get("/queries/who", params={"agency": "教育"}).text)
    (link,) = [one for one in page.xpath("//a/@href") if one.startswith(PATH + "?")]
    assert parse_qs(urlsplit(link).query) == {"saved": ["who"], "agency": ["教育"]}
    back = lxml.html.document_fromstring(site.get(link).text).xpath(
        "//p[@class='of-saved']/a/@href"
    )
    assert parse_qs(urlsplit(back[0]).query) == {"agency": ["教育"]}


def test_the_form_has_every_format_and_a_way_without_script(site: TestClient) -> None:
    page = lxml.html.document_fromstring(site.get(PATH).text)
    form = page.get_element_by_id("query-form")
    assert (form.action, form.method.lower()) == ("/sparql", "post")
    assert form.xpath(".//option/@value") == [*ROWS, *TRIPLES]


# -- what the editor knows ---------------------------------------------------------------------


def test_every_word_of_the_ontology_is_offered_in_both_languages() -> None:
    text = (Path(ontology_place[0]) / "policy.ttl").read_text(encoding="utf-8")
    declared = set(re.findall(r"^(pol:\w+) a ", text, re.MULTILINE))
    offered = {one.name: one for one in terms() if one.name.startswith("pol:")}
    assert set(offered) == declared
    assert all(all(one.labels) for one in offered.values())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pol:Agency", "class"),
        ("pol:issuedBy", "property"),
        ("pol:cites", "property"),  # and a value of pol:stance
        ("pol:Plan", "class"),  # and a modality
        ("pol:Lead", "value"),
        ("dcterms:title", "property"),
        ("nif:Context", "class"),
    ],
)
def test_a_word_is_offered_as_what_it_is(name: str, kind: str) -> None:
    assert [one.kind for one in terms() if one.name == name] == [kind]


# -- the bundle --------------------------------------------------------------------------------


def test_the_editor_is_of_the_pinned_version_with_its_licences() -> None:
    script = (ROOT / "scripts/update_yasgui").read_text(encoding="utf-8")
    pinned = dict(re.findall(r'"?([@\w/-]+)"?: \(\s+"([\d.]+)"', script))
    licences = content("serve/vendor/LICENSE-yasqe.md")
    bundled = dict(re.findall(r"^## (\S+) ([\d.]+): \S", licences, re.MULTILINE))
    assert bundled["@zazuko/yasqe"] == re.findall(r'EDITOR: \(\s+"([\d.]+)"', script)[0]
    assert {name: pinned[name] for name in pinned if name in bundled and name != "EDITOR"}
    assert all(bundled.get(name, version) == version for name, version in pinned.items())
    assert licences.count("Permission is hereby granted") >= len(bundled) - 2  # and Apache, MPL


def test_the_bundle_fits_into_a_script_element_and_stays_small() -> None:
    script, style = content("serve/vendor/yasqe.js"), content("serve/vendor/yasqe.css")
    assert "</script" not in script.lower() and "<script" not in script.lower()
    assert "</style" not in style.lower() and "url(" not in style and "@import" not in style
    assert len(script.encode()) < 600_000 and len(style.encode()) < 20_000


# -- in a browser ------------------------------------------------------------------------------

CM = "document.querySelector('#yasqe .CodeMirror').CodeMirror"
JSON, PROBLEM = "application/sparql-results+json", "application/problem+json"
SHOWN = "#shown table, #shown .nothing, #shown .raw, #shown .problem"


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Tab]:
    """Give a tab with the query page, which the tests below share."""
    with opened(address + PATH) as tab:
        yield tab


@pytest.fixture
def tab(page: Tab) -> Tab:
    """Give the shared tab as if nothing had been asked in it."""
    page.page.unroute_all()
    for kept in (page.console, page.errors, page.requests):
        kept.clear()
    write(page, "")
    page.page.evaluate("document.getElementById('shown').replaceChildren()")
    return page


def write(tab: Tab, query: str) -> None:
    """Put a query into the editor."""
    tab.page.evaluate(f"text => {CM}.setValue(text)", query)


def written(tab: Tab) -> str:
    return str(tab.page.evaluate(f"{CM}.getValue()"))


def run(tab: Tab, query: str) -> None:
    write(tab, query)
    tab.click("#run")
    tab.wait_for_selector(SHOWN)


def cells(tab: Tab) -> list[list[str]]:
    rows = tab.page.locator("#shown tbody tr").all()
    return [row.locator("td").all_inner_texts() for row in rows]


def suggested(tab: Tab) -> list[str]:
    tab.wait_for_selector(".CodeMirror-hint")
    return list(tab.page.locator(".CodeMirror-hint").all_inner_texts())


def answered(tab: Tab, status: int, type_: str, body: str) -> None:
    """Have each query of a tab answered so."""

    def answer(asked: Asked) -> None:
        asked.fulfill(status=status, content_type=type_, body=body)

    tab.page.route("**/sparql", answer)


def elsewhere(tab: Tab) -> list[str]:
    """Return what a tab asked for beside the page and the endpoint."""
    ours = ("/sparql", PATH)
    return [one for one in tab.requests if urlsplit(one).path not in ours]


@needs_chromium
def test_a_query_is_typed_completed_run_and_followed(address: str) -> None:
    with opened(address + PATH) as tab:
        tab.click("#yasqe .CodeMirror")
        tab.page.keyboard.press("Control+a")
        tab.page.keyboard.type("SELECT ?body { ?body a pol:Agen")
        assert suggested(tab)[0].startswith("pol:Agency") and "机构" in suggested(tab)[0]
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.type(" ; skos:prefLabel '青禾县教育局'@zh }")
        tab.page.keyboard.press("Control+Enter")
        tab.wait_for_selector("#shown table")
        assert (
            written(tab) == "SELECT ?body { ?body a pol:Agency ; skos:prefLabel '青禾县教育局'@zh }"
        )
        assert tab.page.inner_text("#status").startswith("1 行")
        assert re.search(r"\d\.\d\d 秒", tab.page.inner_text("#status"))
        tab.page.get_by_role("link", name=COUNTY).click()
        tab.wait_for_url("**/id/agency/*")
        assert COUNTY in tab.page.title()
        tab.page.go_back()
        tab.wait_for_selector("#yasqe .CodeMirror")
        assert "青禾县教育局" in written(tab)  # as it was left
        assert not tab.errors and not tab.console


@needs_chromium
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("SELECT * { ?x a pol:Polic", "pol:PolicyDocument 政策文件"),
        ("SELECT * { ?x issuedB", "pol:issuedBy"),
        ("SELECT * { ?x pol:issuedBy pol:Lea", "pol:Lead 牵头"),
        ("SELECT * { ?x 牵头", "pol:leadAgency 牵头单位"),
        ("SELECT * { ?x a 机构", "pol:Agency 机构"),
        ("PREFIX sko", "skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("SELECT * { ?things ?of ?thi", "?things"),
    ],
)
def test_our_words_are_offered(tab: Tab, typed: str, first: str) -> None:
    tab.click("#yasqe .CodeMirror")
    tab.page.keyboard.type(typed)
    assert suggested(tab)[0].startswith(first)
    tab.page.keyboard.press("Escape")
    assert not tab.requests and not tab.console and not tab.errors


@needs_chromium
def test_words_are_offered_in_the_language_of_the_reader(tab: Tab) -> None:
    tab.click("#language")
    tab.click("#yasqe .CodeMirror")
    tab.page.keyboard.type("SELECT * { ?x a ")
    tab.page.keyboard.press("Control+Space")
    assert "pol:Agency agency" in suggested(tab)
    assert tab.page.get_attribute("#yasqe textarea", "aria-label") == "Query"
    tab.page.keyboard.press("Escape")
    tab.click("#language")


@needs_chromium
@pytest.mark.parametrize("typed", ["SELECT * { ?x ?p ", "# pol:Agen", 'ASK { ?x ?p "教育机构'])
def test_nothing_is_offered_where_no_word_can_stand(tab: Tab, typed: str) -> None:
    tab.click("#yasqe .CodeMirror")
    tab.page.keyboard.type(typed)
    tab.page.wait_for_timeout(100)
    assert tab.page.locator(".CodeMirror-hint").count() == 0


@needs_chromium
def test_the_keyboard_runs_and_leaves_the_editor(tab: Tab) -> None:
    focused = "document.activeElement.id || document.activeElement.closest('#yasqe')?.id"
    tab.click("#yasqe .CodeMirror")
    assert tab.page.evaluate(focused) == "yasqe"
    tab.page.keyboard.press("Escape")
    assert tab.page.evaluate(focused) == "run"
    tab.page.keyboard.press("Shift+Tab")
    assert tab.page.evaluate(focused) == "yasqe"
    before = written(tab)
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate(focused) == "run"
    assert written(tab) == before
    field = tab.page.locator("#yasqe textarea")
    assert field.get_attribute("aria-label") == "查询"
    assert field.get_attribute("aria-describedby") == "editor-keys"


@needs_chromium
def test_our_prefixes_need_no_declaration_and_can_be_written_out(tab: Tab) -> None:
    write(tab, "SELECT * { ?x a pol:Agency ; skos:prefLabel ?n } # org:x\n")
    assert tab.page.locator(".parseErrorIcon").count() == 0
    tab.click("#declare")
    heads = [line for line in written(tab).splitlines() if line.startswith("PREFIX")]
    assert heads == [f"PREFIX {one}: <{sparql.PREFIXES[one]}>" for one in ("pol", "skos")]
    tab.click("#declare")
    assert written(tab).count("PREFIX") == 2
    write(tab, "SELECT * { ?x a other:Thing }")
    tab.wait_for_selector(".parseErrorIcon")


@needs_chromium
@pytest.mark.parametrize(
    ("link", "shows"),
    [
        ("?query=" + quote("ASK { ?甲 ?b ?c }"), "ASK { ?甲 ?b ?c }"),
        ("#query=" + quote("ASK { ?甲 ?b ?c }"), "ASK { ?甲 ?b ?c }"),
        ("#query=%E4%BD", "pol:PolicyDocument"),  # half a character: as if there were none
    ],
)
def test_a_link_shows_a_query_and_does_not_run_it(address: str, link: str, shows: str) -> None:
    with opened(address + PATH, link) as tab:
        tab.page.wait_for_timeout(200)
        assert shows in written(tab)
        assert len(tab.requests) == 1 and not tab.errors
        assert tab.page.is_hidden("#outcome")
        found = tab.page.get_attribute("#permalink", "href") or ""
        assert parse_qs(urlsplit(found).fragment)["query"] == [written(tab)]


@needs_chromium
@pytest.mark.parametrize(
    ("followed", "shows"),
    [
        ("query=ASK+%7B%7D", "ASK {}"),
        ("other=1&query=ASK%7B%7D&more=2", "ASK{}"),
        ("other=1", "ASK { ?as ?before }"),
        ("query=%E4%BD", "ASK { ?as ?before }"),
    ],
)
def test_a_link_followed_on_the_page_shows_its_query(tab: Tab, followed: str, shows: str) -> None:
    write(tab, "ASK { ?as ?before }")
    tab.page.evaluate("text => { location.hash = text; }", followed)
    tab.page.wait_for_function(f"text => {CM}.getValue() === text", arg=shows)
    assert not tab.requests and not tab.errors
    tab.page.evaluate("history.back()")
    tab.page.wait_for_function("!location.hash")


@needs_chromium
def test_nothing_is_remembered_beyond_the_tab(address: str) -> None:
    with opened(address + PATH) as tab:
        run(tab, "SELECT * { ?x a pol:Agency } LIMIT 3")
        tab.page.keyboard.press("Control+s")
        kept = "[...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]"
        assert tab.page.evaluate(kept) == [""]
        assert not tab.page.url.partition("#")[2]


@needs_chromium
@pytest.mark.parametrize(
    ("status", "type_", "body", "says"),
    [
        (400, PROBLEM, '{"detail":"query: error at 1:8"}', ["query: error at 1:8"]),
        (400, "text/plain", "400 Bad Request: query: broken", ["query: broken"]),
        (400, PROBLEM, '{"detail":"…","limit":"rows","most":10}', ["LIMIT"]),
        (503, PROBLEM, '{"detail":"…","limit":"seconds"}', ["用时超过上限"]),
        (503, PROBLEM, '{"detail":"…","limit":"constructor"}', ["503"]),
        (502, "text/html", "<script>document.title='taken'</script>", ["502", "<script>"]),
        (200, JSON, '{"head":{},"boolean":true}', ["是"]),
        (200, JSON, '{"head":{"vars":["a"]},"results":{"bindings":[]}}', ["0 行", "没有"]),
        (200, "text/turtle", "<a:b> <c:d> <e:f> .", ["<a:b>", "turtle", "rdfxml"]),
        (200, JSON, '{"head":', ["服务器"]),
    ],
)  # fmt: skip
def test_what_the_server_says_is_shown(
    tab: Tab, status: int, type_: str, body: str, says: list[str]
) -> None:
    answered(tab, status, type_, body)
    tab.click("#run")
    tab.wait_for_selector(SHOWN)
    shown = tab.page.inner_text("#outcome")
    assert all(one in shown for one in says), shown
    is_problem = status >= 400 or body == '{"head":'
    assert tab.page.locator("#shown [role=alert]").count() == is_problem
    assert tab.page.title() != TAKEN
    assert not tab.errors


@needs_chromium
def test_a_fault_in_a_query_is_gone_to(tab: Tab) -> None:
    write(tab, "SELECT *\n{ ?x }")
    answered(tab, 400, PROBLEM, '{"detail":"query: line 2, column 6: expected …"}')
    tab.click("#run")
    tab.click("#shown .go")
    assert tab.page.evaluate(f"[{CM}.getCursor().line, {CM}.getCursor().ch]") == [1, 5]
    assert tab.page.evaluate(f"{CM}.hasFocus()")


@needs_chromium
def test_a_query_can_be_stopped_and_another_takes_its_place(tab: Tab) -> None:
    tab.page.route("**/sparql", lambda asked: None)  # never answered
    tab.click("#run")
    assert "正在运行" in tab.page.inner_text("#status")
    tab.click("#stop")
    tab.page.wait_for_function("document.getElementById('status').innerText.includes('已停止')")
    assert tab.page.is_hidden("#stop")
    tab.click("#run")
    tab.page.unroute_all()
    run(tab, "ASK {}")
    assert tab.page.inner_text("#status").startswith("是")


@needs_chromium
def test_many_rows_come_by_and_by(tab: Tab) -> None:
    row = (
        '{"n":{"type":"literal","value":"7","datatype":"http://www.w3.org/2001/XMLSchema#integer"}}'
    )
    body = f'{{"head":{{"vars":["n"]}},"results":{{"bindings":[{",".join([row] * 450)}]}}}}'
    answered(tab, 200, JSON, body)
    tab.click("#run")
    tab.wait_for_selector("#shown table")
    assert "450 行" in tab.page.inner_text("#status")
    for shown in (200, 400, 450):
        assert tab.page.locator("#shown tbody tr").count() == shown
        if shown < 450:
            tab.click("#shown .more")
    assert tab.page.locator("#shown .more").count() == 0
    assert tab.page.locator("#shown td.number").count() == 450


IRIS = (
    f"{DEFAULT_BASE}agency/青禾县教育局",
    f"{DEFAULT_BASE}program/a%20b%2Fc",
    f"{DEFAULT_BASE}source/8f2c#char=120,126",
    f"{DEFAULT_BASE}source/8f2c/task/13",
    f"{DEFAULT_BASE}program/𠮷!$&'()*+,;=:@~",
    f"{DEFAULT_BASE}program/a?b#c",
    f"{DEFAULT_BASE}program/a#char=1,x",
    "https://example.org/id/agency/1",
    "javascript:document.title='taken'//",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
)


@needs_chromium
def test_an_iri_leads_where_the_server_has_it(tab: Tab) -> None:
    rows = [{"iri": {"type": "uri", "value": one}} for one in IRIS]
    answer = {"head": {"vars": ["iri"]}, "results": {"bindings": rows}}
    answered(tab, 200, JSON, json.dumps(answer))
    tab.click("#run")
    tab.wait_for_selector("#shown table")
    link = "one => one.querySelector('a')?.getAttribute('href') || ''"
    links = f"[...document.querySelectorAll('#shown tbody td')].map({link})"
    assert tab.page.evaluate(links) == [address_of(one, DEFAULT_BASE) for one in IRIS]
    assert not tab.errors


@needs_chromium
def test_the_answer_is_saved_in_each_form(tab: Tab) -> None:
    run(tab, "SELECT ?n { VALUES ?n { '甲' '乙' } }")
    asked = len(tab.requests)
    for name, holds in (("csv", "n\r\n甲\r\n乙"), ("json", '"甲"')):
        with tab.page.expect_download() as saved:
            tab.click(f"#shown [data-format={name}]")
        assert saved.value.suggested_filename == f"query.{name}"
        assert holds in Path(saved.value.path()).read_bytes().decode()
    assert len([one for one in tab.requests[asked:] if "/sparql" in one and "blob" not in one]) == 1
    assert not tab.errors and not tab.console


@needs_chromium
def test_without_script_it_is_a_form(address: str) -> None:
    with opened(address + PATH + "?saved=agencies&name=教育", script=False, size=NARROW) as tab:
        assert "SELECT" in tab.page.input_value("#query")
        tab.page.select_option("#format", "csv")
        with tab.page.expect_download() as saved:
            tab.click("#run")
        assert COUNTY in Path(saved.value.path()).read_text(encoding="utf-8")


@needs_chromium
def test_the_page_fits_a_phone_and_asks_nobody_else(address: str) -> None:
    for language, dark in (("zh", False), ("en", True)):
        with opened(f"{address}{PATH}?lang={language}", size=NARROW, dark=dark) as tab:
            run(tab, "SELECT * { ?x a pol:PolicyDocument ; ?p ?o } LIMIT 20")
            tab.page.wait_for_timeout(200)
            width = tab.page.evaluate("document.documentElement.scrollWidth")
            assert width <= NARROW[0]
            assert not elsewhere(tab) and not tab.console and not tab.errors


# -- hostile words -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a site over a store of hostile documents."""
    place = tmp_path_factory.mktemp("hostile") / "store"
    hostile_store(place)
    with serving.served(place) as found:
        yield found


@needs_chromium
def test_hostile_answers_and_addresses_are_text(hostile: str) -> None:
    with opened(hostile + PATH) as tab:
        run(tab, "SELECT * { ?x skos:prefLabel|dcterms:title|nif:isString ?name } LIMIT 200")
        tab.page.wait_for_timeout(300)
        tab.click("#shown .raw summary")
        words = " ".join(one for row in cells(tab) for one in row)
        assert all(one in words for one in PAYLOADS[:4])
        tab.page.mouse.move(400, 500)
        assert tab.page.title() != TAKEN and not tab.console and not tab.errors
        made = "#shown :is(script, img, svg, iframe, math, style)"
        assert tab.page.locator(made).count() == 0


@needs_chromium
def test_hostile_queries_are_text(hostile: str) -> None:
    # Those of an address that the server takes; in one text, each on its own is below.
    words = " ".join(one for one in PAYLOADS if "\t" not in one)
    for part, text in (("?query=", words), ("?saved=entity&name=", words[-900:])):
        with opened(hostile + PATH, part + quote(text, safe="")) as tab:
            assert RUN in written(tab) and "\\u2028" in written(tab)
            assert tab.page.title() != TAKEN and not tab.problems


@needs_chromium
def test_hostile_links_are_text(hostile: str) -> None:
    with opened(hostile + PATH, "#query=" + quote(PAYLOADS[0], safe="")) as tab:
        assert written(tab) == PAYLOADS[0]
        for payload in PAYLOADS[1:]:
            tab.page.evaluate(
                "text => { location.hash = text; }", "query=" + quote(payload, safe="")
            )
            tab.page.wait_for_function(f"text => {CM}.getValue() === text", arg=escaped(payload))
            assert tab.page.title() != TAKEN, payload
        tab.page.mouse.move(400, 300)
        assert tab.page.title() != TAKEN and not tab.problems


def escaped(text: str) -> str:
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@needs_chromium
def test_a_browser_that_cannot_show_the_editor_has_the_text_area(address: str) -> None:
    with opened(address + "/queries") as tab:
        tab.page.add_init_script("Object.defineProperty(window, 'Yasqe', { set() {} })")
        tab.page.goto(address + PATH + "#query=" + quote("ASK { ?a ?b ?c }"))
        assert tab.page.input_value("#query") == "ASK { ?a ?b ?c }"
        tab.page.press("#query", "Control+Enter")
        tab.wait_for_selector(SHOWN)
        assert tab.page.inner_text("#status").startswith("是")
        assert not tab.errors
