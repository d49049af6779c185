"""Reports, saved queries and questions on the site: what they show is what the commands say."""

# ruff: noqa: E501  # a row of a table is read best on one line
from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from browser import NARROW, needs_chromium, opened
from click.testing import CliRunner
from serving import client
from starlette.testclient import TestClient

from kg import queries
from kg.build import build
from kg.cli import cli
from kg.page.words import tables
from kg.render.view import render_view
from kg.render.views import VIEWS, Wanted
from kg.reports import REPORTS
from kg.serve import kept, reports
from kg.serve.address import address_of
from kg.serve.forms import NOT_ASKED, fields_of, fields_of_query
from kg.serve.reports import MEDIA, offered
from kg.serve.views import fields_of_view
from kg.store import Store

OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"
CARRIED_OUT = "青禾县推进学前教育扩优提质实施方案"


def texts(page: str) -> str:
    """Return what of a page's main part is text, without blanks, in Chinese."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r'<small class="en".*?</small>', "", main)
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", " ", main)))


def rows(page: str) -> list[str]:
    """Return the rows of a page's table, cells apart by |."""
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return ["|".join(texts(f"<main>{cell}</main>") for cell in row.split("</td>")) for row in found]


# Report, its choices, what is planted in the plans (tests/documents/plans/README.md), what is not.
PLANTED = [
    (
        "compare",
        "indicator=新增学位",
        ["枫渚县|县级|900个[9]|未提|隐去个[10]|", "临枫区|县级|600个[7]|无计划|800个[8]|"],
        "no such row",
    ),
    (
        "compare",
        "indicator=新增学位&level=Prefecture&year=2022",
        ["云陵市|地级|9000个"],
        "青禾县|",
    ),
    ("compare", "indicator=新增学位&pivot=none", ["枫渚县"], "no such row"),
    ("pledges", "indicator=新增学位&verdict=dropped", ["枫渚县"], "云陵市|"),
    ("cascade", "indicator=学前三年毛入园率&verdict=looser", ["青禾县", "枫渚县"], "临枫区|"),
    ("due", "before=2021-01-31", ["2021-01-31"], "2022-09-30"),
    ("due", "undated=on", ["教育局"], "2022-09-30"),
    ("who", "name=青禾县教育局", ["增加学位供给"], "团区委"),
    ("matrix", "document=青禾县教育局2022年工作要点", ["增加学位供给"], "临枫区"),
    ("pairs", "name=青禾县教育局", ["青禾县教育局"], "临枫区教育局"),
    ("unowned", "region=临枫区", ["学生体质健康合格率", "教师"], "青禾县"),
    ("support_only", "", ["共青团青禾县委员会", "共青团临枫区委员会"], "临枫区教育局|"),
    ("check", "", ["错误", "105", "20"], "no such row"),
    ("check", "names=枫渚县教育局2022年工作要点&kind=sum", ["20"], "105"),
    ("originality", "sort=own", ["青禾县教育局2022年工作要点"], "no such row"),
    ("uptake", "", [OPINION], "no such row"),
    ("trace", f"name={OPINION}", ["云陵市", "青禾县", "枫渚县"], "临枫区教育局2021年"),
    ("adoption", "name=晨曦护苗行动", ["地级|", "县级|"], "省级|1"),
    ("adoption", "name=晨曦护苗行动&by=year", ["2021", "2022", "2023"], "县级|"),
    ("answers", f"name={OPINION}&unanswered=on&level=County", ["临枫区"], "青禾县|"),
    ("origins", f"name={CARRIED_OUT}", [OPINION], "no such row"),
    ("passages", f"name={CARRIED_OUT}", ["枫渚县推进学前教育扩优提质实施方案"], "江西省"),
    ("missing", "", ["云陵市“十四五”教育发展规划"], OPINION + "|"),
    ("corrections", "", [], "no such row"),
]


@pytest.mark.parametrize(("name", "asked", "planted", "absent"), PLANTED)
def test_a_report_shows_what_is_planted(
    site: TestClient, name: str, asked: str, planted: list[str], absent: str
) -> None:
    answer = site.get(f"/reports/{name}?{asked}")
    assert answer.status_code == 200
    page = answer.text
    shown = "\n".join(rows(page)) if "<tbody>" in page else texts(page)
    for words in planted:
        assert words in shown
    assert absent not in shown
    assert '<h2 id="answer">' in page


def test_every_report_is_tried_and_listed(site: TestClient) -> None:
    assert {name for name, *_ in PLANTED} == {one.name for one in REPORTS}
    page = site.get("/reports").text
    assert re.findall(r'href="/reports/(\w+)"', page) == [one.name for one in REPORTS]


def test_sentences_lead_to_their_place(site: TestClient, plans_store: Store) -> None:
    page = site.get(f"/reports/trace?name={OPINION}").text
    held = plans_store.sources()
    found = re.findall(r'<td class="sentence"><a href="([^"]+)">(.*?)</a>', page)
    assert found
    texts_of = {
        row["source"]: row["text"]
        for row in plans_store.select("SELECT ?source ?text { ?source nif:isString ?text }")
    }
    known = {}
    for source in held:
        digest = source.rpartition("/")[2]
        known[digest] = texts_of[source]
    for address, sentence in found:
        digest = next(one for one in known if one in address)
        begin, end = map(int, re.search(r"char=(\d+),(\d+)", address).groups())  # type: ignore[union-attr]
        words = known[digest][begin:end]
        assert words and words in html.unescape(sentence)


# -- files -----------------------------------------------------------------------------------------

FILES = [
    ("compare", ["--indicator", "新增学位"], "indicator=新增学位", "csv json markdown xlsx html"),
    (
        "compare",
        ["--indicator", "新增学位", "--level", "county"],
        "indicator=新增学位&level=county",
        "csv",
    ),
    (
        "pledges",
        ["--verdict", "dropped", "--verdict", "lowered"],
        "verdict=dropped&verdict=lowered",
        "json",
    ),
    ("cascade", ["--year", "2022"], "year=2022", "csv"),
    ("due", ["--before", "2022-09-30", "--stated"], "before=2022-09-30&stated=on", "csv ics xlsx"),
    ("who", ["青禾县教育局"], "name=青禾县教育局", "json"),
    ("matrix", ["--matrix"], "", "xlsx csv"),
    ("pairs", ["--pairs", "青禾县教育局"], "name=青禾县教育局", "csv"),
    ("unowned", ["--unowned", "--region", "临枫区"], "region=临枫区", "markdown"),
    ("support_only", ["--support-only"], "", "csv"),
    (
        "check",
        ["--all", "--kind", "sum", "枫渚县教育局2022年工作要点", "青禾县教育局2022年工作要点"],
        "all=on&kind=sum&names=枫渚县教育局2022年工作要点&names=青禾县教育局2022年工作要点",
        "csv",
    ),
    ("originality", ["--sections", "--sort", "own"], "sections=on&sort=own", "csv"),
    ("uptake", ["--limit", "2"], "limit=2", "json"),
    ("trace", [OPINION, "--kind", "title"], f"name={OPINION}&kind=title", "csv"),
    ("adoption", ["晨曦护苗行动", "--by", "level"], "name=晨曦护苗行动", "csv"),
    ("answers", [OPINION, "--by", "place"], f"name={OPINION}", "csv"),
    ("origins", [CARRIED_OUT, "--up"], f"name={CARRIED_OUT}", "csv"),
    ("passages", [CARRIED_OUT, "--by", "passage"], f"name={CARRIED_OUT}", "csv"),
    ("missing", ["--limit", "0"], "limit=0", "csv"),
    ("corrections", [], "", "json"),
]


@pytest.mark.parametrize(("name", "words", "asked", "forms"), FILES)
def test_a_file_is_what_the_command_writes(
    site: TestClient,
    plans_place: Path,
    tmp_path: Path,
    name: str,
    words: list[str],
    asked: str,
    forms: str,
) -> None:
    command = offered()[name].command.name or ""
    for form in forms.split():
        place = tmp_path / f"report.{form}"
        line = [command, *words, "--format", form, "-o", str(place), "--store", str(plans_place)]
        assert CliRunner().invoke(cli, line).exit_code == 0
        answer = site.get(f"/reports/{name}?{asked}&format={form}".replace("?&", "?"))
        assert answer.status_code == 200
        assert answer.content == place.read_bytes()
        assert answer.headers["content-type"] == MEDIA[form]
        suffix = "md" if form == "markdown" else form
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}.{suffix}"'


def test_every_report_has_its_files() -> None:
    assert {name for name, *_ in FILES} == {one.name for one in REPORTS}
    for one in offered().values():
        extra = ("ics",) if one.listed.name == "due" else ()
        assert one.formats == ("csv", "json", "markdown", "xlsx", "html", *extra)
        assert set(one.formats) <= MEDIA.keys()


def test_the_page_offers_the_files_of_its_choices(site: TestClient) -> None:
    page = site.get("/reports/due?before=2022&agency=").headers["location"]
    assert page == "/reports/due?before=2022"  # what was left empty is no choice
    found = re.findall(r'<a href="([^"]+)" download>', site.get(page).text)
    forms = [one.rpartition("=")[2] for one in found]
    assert forms == ["csv", "json", "markdown", "xlsx", "html", "ics"]
    for one in found:
        assert site.get(html.unescape(one)).status_code == 200


# -- forms -----------------------------------------------------------------------------------------


def test_a_form_asks_for_what_the_command_takes(site: TestClient) -> None:
    for name, one in offered().items():
        page = site.get(f"/reports/{name}").text
        for field in one.fields:
            assert f'name="{field.name}"' in page, f"{name}: {field.name}"
    alone = [one for one in offered().values() if one.listed.name == one.command.name]
    for one in alone:
        if one.command.name not in ("who", "trace"):  # of which there are several reports
            asked = {p.opts[0].lstrip("-") for p in one.command.params if p.name not in NOT_ASKED}
            assert {field.name for field in one.fields} == asked


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("who", "name region document"),
        ("matrix", "region document"),
        ("pairs", "name region document"),
        ("uptake", "level region limit"),
        ("trace", "name kind level region since"),
        ("adoption", "name by kind level region"),
        ("answers", "name unanswered kind level region since"),
        ("origins", "name kind since"),
        ("passages", "name up level region since"),
    ],
)
def test_a_form_asks_for_nothing_that_the_report_leaves_aside(name: str, fields: str) -> None:
    assert [field.name for field in offered()[name].fields] == fields.split()


def test_everything_that_is_asked_is_said_in_both_languages() -> None:
    fields = [field for one in offered().values() for field in one.fields]
    fields += [field for one in queries.saved().values() for field in fields_of_query(one)]
    fields += [field for name in VIEWS for field in fields_of_view(name)]
    words = tables()
    for field in fields:
        assert field.name in words["options"], field.name
        assert not field.help or field.help in words["help"], field.help
        for choice in field.choices:
            assert choice in words["choices"], choice
    for listed in REPORTS:
        assert listed.name in words["report-names"] and listed.answers in words["purposes"]
    for query in queries.saved().values():
        assert query.description in words["purposes"], query.name
    for table in ("options", "help", "choices", "report-names", "purposes"):
        for name, (chinese, english) in words[table].items():
            assert chinese and english and re.search("[\u4e00-\u9fff]", chinese), f"{table}: {name}"
    assert fields_of(offered()["due"].command)[0].name == "before"


@pytest.mark.parametrize(
    ("language", "label", "other"),
    [("zh", "不晚于", "On or before"), ("en", "On or before", "不晚于")],
)
def test_a_page_speaks_the_language_that_is_wanted(
    site: TestClient, language: str, label: str, other: str
) -> None:
    page = site.get(f"/reports/due?lang={language}").text
    site.cookies.clear()
    assert f'data-words="{language}"' in page
    assert label in page and other in page  # the script can switch
    options = re.findall(
        r"<option[^>]*>([^<]*)</option>", site.get(f"/reports/missing?lang={language}").text
    )
    site.cookies.clear()
    assert ("县级" in options) == (language == "zh")  # where no markup can be it is one


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/reports/compare", 200, "指标"),  # needs an indicator: the form comes first
        ("/reports/compare?run=1", 400, "Missing option '--indicator'"),
        (
            "/reports/compare?indicator=新增学位&year=12",
            400,
            "12 is not in the range 1900<=x<=2200",
        ),
        ("/reports/compare?indicator=新增学位&year=1e3", 400, "'1e3' is not a valid integer"),
        ("/reports/compare?indicator=新增学位&level=Village", 400, "'Village' is not one of"),
        ("/reports/compare?indicator=没有这个指标", 400, "没有这个指标"),
        ("/reports/due?before=2022-13", 400, "2022-13"),
        ("/reports/due?undated=on&before=2022", 400, "--undated goes with no date"),
        ("/reports/who?run=1", 400, "give NAME"),
        ("/reports/who?name=教育局", 400, "4 have this name; say which"),
        ("/reports/answers?name=晨曦护苗行动&level=Nowhere", 400, "'Nowhere' is not one of"),
        ("/reports/due?regoin=青禾县", 400, "regoin: not known here; known: before, after"),
        ("/reports/due?store=/etc", 400, "store: not known here"),
        ("/reports/due?output=/tmp/x", 400, "output: not known here"),
        ("/reports/check?fail=on", 400, "fail: not known here"),
        ("/reports/due?format=table", 400, "format table: not known"),
        ("/reports/due?format=../../x", 400, "not known"),
        ("/reports/nothing", 404, "there is none of this name"),
        ("/queries/nothing", 404, "not saved"),
        ("/queries/trace?run=1", 400, "name: needed; give a value"),
        ("/queries/trace", 200, "SPARQL"),
        ("/queries/targets?nope=1", 400, "nope: not known here; known: document, indicator"),
        ("/queries/targets?format=turtle", 400, "format turtle: not known; known: csv, json, tsv"),
        ("/views/nothing", 404, "there is none of this name"),
        ("/ask?q=今天天气怎么样", 400, "没有读懂"),
        ("/ask?q=谁牵头校园安全整治&today=2022-3-1", 400, "is no date"),
    ],
)
def test_what_cannot_be_answered_is_told(
    site: TestClient, path: str, status: int, said: str
) -> None:
    answer = site.get(path)
    assert answer.status_code == status
    assert re.sub(r"\s+", "", said) in texts(answer.text)
    if status == 400:
        problem = re.search(r'<p class="problem" role="alert">(.*?)</p>', answer.text, re.DOTALL)
        assert problem and "\n" not in problem[1]  # one line, at the form
        assert "<form" in answer.text or "<details" in answer.text


HOSTILE = [
    '" } ; DROP ALL #',
    "> ?p ?o",
    "\\u0022 } UNION { ?s ?p ?o",
    "--store=/etc",
    "-o/tmp/kg-hostile",
    "--help",
    "--format=html",
    "'><script>document.title='x'</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "=cmd|' /C calc'!A0",
    "青禾县\u202e\u200b",
    "%s%n",
    "a" * 999,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "path",
    [
        "/reports/who?name=", "/reports/due?agency=", "/reports/compare?indicator=",
        "/reports/check?names=", "/reports/trace?name=", "/queries/targets?document=",
        "/queries/trace?name=", "/queries/entity?name=", "/ask?q=", "/views/duties?document=",
    ],
)  # fmt: skip
def test_a_hostile_value_is_data(site: TestClient, path: str, text: str) -> None:
    answer = site.get(path + quote(text, safe=""))
    assert answer.status_code in (200, 400)
    assert "<script>document" not in answer.text and "<img" not in answer.text
    assert "49" not in texts(answer.text).partition("{{7*7}}")[0][-5:]
    assert not Path("/tmp/kg-hostile").exists()
    assert "\u202e" not in answer.text.replace(html.escape(text), "")
    # A value is found nowhere but where it is said that it was asked for.
    assert answer.status_code == 400 or "<tbody>" not in answer.text


def test_the_store_is_as_before(site: TestClient, plans_store: Store) -> None:
    before = plans_store.size()
    for name, query in [(name, queries.find(name)) for name in OWN]:
        for text, (parameter, _) in zip(HOSTILE, query.parameters, strict=False):
            answer = site.get(f"/queries/{name}?{parameter}={quote(text, safe='')}")
            assert answer.status_code in (200, 400)
    assert plans_store.size() == before


# -- queries ---------------------------------------------------------------------------------------

NEEDED = {
    "adoption": "晨曦护苗行动",
    "agency-names": "青禾县教育局",
    "entity": "青禾县教育局",
    "trace": OPINION,
    "origins": CARRIED_OUT,
    "passages": CARRIED_OUT,
}


OWN = [name for name in queries.saved() if not name.startswith("ask-")]
BEHIND = [name for name in queries.saved() if name.startswith("ask-")]


def of_query(site: TestClient, name: str, form: str = "") -> str:
    """Return what the site gives for a saved query, with the values that it needs."""
    needed = [field.name for field in fields_of_query(queries.find(name)) if field.needed]
    pairs = [f"{one}={quote(NEEDED.get(name, '晨曦护苗行动'))}" for one in needed]
    answer = site.get(f"/queries/{name}?{'&'.join(pairs + [f'format={form}'] * bool(form))}")
    assert answer.status_code == 200
    assert not form or answer.headers["content-type"] == MEDIA[form]
    return answer.text


@pytest.mark.parametrize(
    ("name", "form"),
    [*((name, "csv") for name in OWN), ("who", "tsv"), ("who", "json"), ("entity", "json")],
)
def test_a_query_gives_what_the_command_gives(
    site: TestClient, plans_place: Path, name: str, form: str
) -> None:
    needed = [field.name for field in fields_of_query(queries.find(name)) if field.needed]
    words = [part for one in needed for part in ("--param", f"{one}={NEEDED[name]}")]
    line = ["query", "--name", name, *words, "--store", str(plans_place), "--format", form]
    result = CliRunner().invoke(cli, line)
    assert result.exit_code == 0
    given, said = of_query(site, name, form).splitlines(), result.stdout.splitlines()
    if "in no order" in queries.find(name).description.casefold():
        given, said = sorted(given), sorted(said)
    assert given == said


@pytest.mark.parametrize("name", [*OWN, *BEHIND[::5]])
def test_a_query_shows_its_text_and_its_rows(site: TestClient, name: str) -> None:
    page = of_query(site, name)
    assert re.sub(r"\s+", "", queries.find(name).text) in texts(page)
    number = len(list(csv.reader(io.StringIO(of_query(site, name, "csv"))))) - 1
    assert f"{number:,}行" in texts(page)
    assert page.count("<tr>") - (number > 0) == min(number, 200)


def test_needed_values_are_tried() -> None:
    for name in NEEDED:
        assert any(field.needed for field in fields_of_query(queries.find(name)))


def test_things_are_named_and_linked(site: TestClient, plans_store: Store) -> None:
    page = site.get("/queries/who?agency=青禾县教育局").text
    iri = f"{plans_store.base}agency/青禾县教育局"
    assert f'<a href="{html.escape(address_of(iri, plans_store.base))}">青禾县教育局</a>' in page
    assert "教育局" in unquote(page)


def test_a_sentence_of_a_query_leads_to_its_place(site: TestClient) -> None:
    page = site.get("/queries/who?agency=青禾县教育局").text
    assert re.search(r'<td class="sentence"><a href="[^"]+char=\d+,\d+#here">（责任单位', page)


# -- many rows -------------------------------------------------------------------------------------


def test_rows_come_in_pages(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "ROWS", 10)
    whole = site.get("/reports/due?stated=on&format=csv").text
    number = len(list(csv.reader(io.StringIO(whole)))) - 1
    assert 10 < number <= 100
    found, page = [], 1
    address: str | None = "/reports/due?stated=on"
    while address is not None:
        text = site.get(address).text
        found += rows(text)
        assert len(rows(text)) <= 10
        after = re.search(r'<a href="([^"]+)" rel="next">', text)
        address, page = html.unescape(after[1]) if after else None, page + 1
    assert len(found) == number
    assert page - 1 == -(-number // 10)
    for wrong in ("0", "-1", "x", "999999999999", "４"):
        assert site.get(f"/reports/due?stated=on&page={quote(wrong)}").status_code == 200


def test_a_slow_report_of_many_documents_waits_to_be_asked(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MANY", 5)
    assert "<tbody>" not in site.get("/reports/due").text
    assert "<tbody>" in site.get("/reports/due?run=1").text
    assert "<tbody>" in site.get("/reports/missing").text  # takes no time
    assert "<tbody>" not in site.get("/queries/targets").text
    assert "<tbody>" in site.get("/queries/targets?run=1").text
    assert "<tbody>" in site.get("/queries/documents").text  # there is nothing to choose


def test_an_answer_is_kept_while_the_store_is_the_same(plans_place: Path) -> None:
    made = []
    answers = kept.Kept(2)
    for key in ("a", "a", "b", "c", "a"):
        answers.get(key, lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "a"]


# -- questions -------------------------------------------------------------------------------------


def test_a_question_is_answered_with_its_sentences(site: TestClient) -> None:
    page = site.get("/ask?q=2021年哪个县的新增学位目标最高？").text
    shown = texts(page)
    assert "青禾县|2021|新增学位" in rows(page)[0]
    assert "1200" in rows(page)[0] and "1200个" in shown
    assert "理解：哪里的…目标最高" in shown  # how it was read
    assert "SELECT" in shown  # the query that ran
    file = site.get("/ask?q=2021年哪个县的新增学位目标最高？&format=csv")
    assert "青禾县" in file.text and file.headers["content-type"] == MEDIA["csv"]


def test_an_answer_as_a_file_is_the_commands(
    site: TestClient, plans_place: Path, tmp_path: Path
) -> None:
    question, place = "去年云陵市的新增学位目标是多少", tmp_path / "a.json"
    line = ["ask", question, "--today", "2023-03-01", "-o", str(place), "--store", str(plans_place)]
    assert CliRunner().invoke(cli, line).exit_code == 0
    answer = site.get(f"/ask?q={question}&today=2023-03-01&format=json")
    assert answer.content == place.read_bytes()


def test_what_was_not_understood_leads_on(site: TestClient) -> None:
    page = site.get("/ask?q=新增学位天气").text
    main = page[page.index("<main") : page.index("</main>")]
    near = main[main.index('id="nearest"') : main.index('id="kinds"')]
    found = re.findall(r'<a href="(/ask\?q=[^"]+)">', near)
    assert len(found) == 3
    assert site.get(html.unescape(found[0])).status_code == 200
    assert (
        len(re.findall(r'<a href="/ask\?q=', main)) >= 30
    )  # every kind of question has an example


# -- pictures --------------------------------------------------------------------------------------


def test_a_view_is_drawn_with_links_of_the_site(site: TestClient, plans_store: Store) -> None:
    page = site.get("/views/indicators?region=云陵市&year=2022").text
    assert "青禾县" in texts(page) and "临枫区" in texts(page)
    places = re.findall(r'href="(/id/source/[^"]+)"', page)
    assert places and all("?char=" in one for one in places)
    assert site.get(html.unescape(places[0]).partition("#")[0]).status_code == 200
    listed = re.findall(r'href="/views/(\w+)"', site.get("/views").text)
    assert listed == list(VIEWS)
    asked = Wanted(region="云陵市", year=2022)
    file = site.get("/views/indicators?region=云陵市&year=2022&format=html")
    assert file.text == render_view(plans_store, "indicators", asked)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/views/indicators?year=12", "12 is not in the range"),
        ("/views/indicators?year=２０２２x", "is not a valid integer"),
        ("/views/indicators?program=x", "program: not known here; known: indicator"),
        ("/views/indicators?format=csv", "format csv: not known; known: html"),
    ],
)
def test_a_view_tells_what_it_cannot_draw(site: TestClient, path: str, said: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 400
    assert said in html.unescape(answer.text)


# -- what stands in documents ----------------------------------------------------------------------

EVIL = "<img src=x onerror=alert(1)>"
PLAN = f"""枫渚县教育局2024年工作要点{EVIL}

一、发展学前教育{EVIL}
1.增加学位供给"><script>alert(1)</script>。全县新增学位700个{EVIL}，2024年6月底前完成。（责任单位：枫渚县教育局、枫渚县财政局）
2.深化javascript:alert(1)整治。开展“{EVIL}”行动，落实《{EVIL}办法》。
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store of a document whose words are markup."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / f"plan{EVIL.replace('/', '')}.txt").write_text(PLAN, encoding="utf-8")
    with Store(folder / "store") as store:
        assert build([*folder.glob("*.txt")], store, limits=None).ok == 1
    return folder / "store"


def test_words_of_documents_are_words(hostile: Path) -> None:
    with client(hostile) as asked:
        paths = [f"/reports/{name}?run=1" for name in offered()]
        paths += [f"/queries/{name}" for name in queries.saved()]
        paths += ["/reports/compare?indicator=学位", "/ask?q=枫渚县2024年有哪些目标"]
        pages = {path: asked.get(path).text for path in paths}
    for path, page in pages.items():
        assert "<img" not in page and "<script>alert" not in page, path
        assert not re.search(r'(href|src)="\s*(javascript|data):', page), path
    assert sum("&lt;img src=x" in page for page in pages.values()) > 5


# -- in a browser ----------------------------------------------------------------------------------


@needs_chromium
def test_from_the_list_to_a_sentence_in_a_browser(address: str) -> None:
    with opened(address + "/reports", size=NARROW) as tab:
        tab.page.click("a[href='/reports/due']")
        tab.page.click("summary")
        tab.page.fill("#f-before", "2022-09-30")
        tab.page.check("input[name=stated]")
        tab.page.click("form.asked button")
        assert unquote(tab.page.url).endswith("/reports/due?before=2022-09-30&stated=on&run=1")
        assert tab.page.locator("tbody tr").count() > 3
        assert tab.page.locator("td.sentence a").first.get_attribute("href")
        # Nothing but the table is wider than the screen.
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert not [*tab.errors, *tab.console]


@needs_chromium
def test_a_report_reads_without_script(address: str) -> None:
    with opened(
        f"{address}/ask?q={quote('谁牵头校园安全整治？')}", script=False, language="en"
    ) as tab:
        assert tab.page.locator("tbody tr").count() >= 1
        assert tab.page.locator("label[for=f-q]").inner_text().startswith("Ask in Chinese")
        tab.page.fill("#f-q", "青禾县属于哪里？")
        tab.page.press("#f-q", "Enter")
        assert "云陵市" in tab.page.locator("#answer").inner_text()
