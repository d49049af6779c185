"""A document as the system sees it: what was found, what was missed, and its three faces."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from functools import cache
from html import escape, unescape
from importlib import resources
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote

import browser
import pytest
from casebook import EXAMPLES
from click.testing import CliRunner, Result

from kg import cli
from kg.extract.text import even
from kg.inspect import Inspection, inspect
from kg.inspect.patterns import counted, duty_cue, frames, masks
from kg.inspect.report import Spot
from kg.inspect.terminal import KINDS, write
from kg.models import Cell, Cut, Field, Repair, Source, Table
from kg.read import read
from kg.render.document import COLUMNS, page_name, render_document, render_index
from kg.render.marked import LAYERS, UNSEEN
from kg.vocabulary import rows

TITLE = "云陵市水务局2024年河湖整治工作方案"
FRAME = (
    f"{TITLE}\n云水〔2024〕8号\n一、重点任务\n（一）推进河道治理。\n{{text}}\n"
    "二、工作要求\n各县区要加强组织领导，落实工作经费，确保各项任务落到实处，年底前报送总结。\n"
)


def source(text: str, name: str = "case.txt", **more: Any) -> Source:
    return replace(read(text.encode(), [name]), **more)


def inspected(text: str) -> Inspection:
    """Inspect a text in the frame of a plan."""
    return inspect(source(FRAME.replace("{text}", text)))


def words() -> dict[str, list[str]]:
    text = resources.files("kg.page").joinpath("words.json").read_text("utf-8")
    found: dict[str, dict[str, list[str]]] = json.loads(text)
    return found["classes"] | found["document"]


@cache
def example(name: str) -> Inspection:
    path = EXAMPLES / name
    return inspect(read(path.read_bytes(), [name]))


def said(spots: tuple[Spot, ...]) -> list[str]:
    return [f"{spot.kind} {spot.text}" for spot in spots]


# -- words -----------------------------------------------------------------------------------


def table(name: str) -> list[dict[str, str]]:
    return list(rows(name, package="kg.inspect"))


@pytest.mark.parametrize("row", table("frames.tsv"), ids=lambda row: row["example"])
def test_a_frame_holds_the_figures_of_its_example_and_no_others(row: dict[str, str]) -> None:
    pattern = re.compile(row["pattern"])

    def held(text: str) -> list[bool]:
        covered = {at for match in pattern.finditer(text) for at in range(*match.span())}
        return [match.start() in covered for match in counted().finditer(text)]

    assert all(held(row["example"]))
    assert pattern.search(row["example"])
    assert held(row["against"]) and not any(held(row["against"]))


@pytest.mark.parametrize("row", table("masks.tsv"), ids=lambda row: row["example"])
def test_a_mask_is_found_in_its_example_only(row: dict[str, str]) -> None:
    pattern = re.compile(row["pattern"])
    assert pattern.search(even(row["example"]))
    assert not pattern.search(even(row["against"]))


@pytest.mark.parametrize("row", table("duty_words.tsv"), ids=lambda row: row["example"])
def test_a_word_of_duty_is_found_in_its_sense_only(row: dict[str, str]) -> None:
    found = duty_cue().search(row["example"])
    assert found and re.fullmatch(row["word"], found[0])
    assert not duty_cue().search(row["against"])


# -- what was missed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("新建泵站3座，完成河道清淤12公里。", []),
        ("泵站按1∶3的比例配备人员。", ["unread 1", "unread 3"]),
        ("3月12日前，第2组按云水〔2023〕5号文件推广GB/T 12345—2016，咨询电话0000-1234567。", []),
        ("1.（2）打造“1+3+N”格局，建设5G基站。", []),
        ("全市现有泵站86座，其中排涝泵站31座。", ["weighed 86座", "weighed 31座"]),
        ("巡查员要年满45。", ["unread 45"]),
        ("共有二十三个泵站完成改造的，予以通报。", ["weighed 二十三个"]),
        ("深入开展“四个一”活动，进一步压实一线责任。", []),
    ],
)
def test_figures_that_nothing_consumed(text: str, left: list[str]) -> None:
    assert said(inspected(text).figures.left) == left


def test_figures_that_look_back_are_told_apart() -> None:
    report = example("06-云陵市2024年政府工作报告.txt").figures
    kinds = {spot.kind for spot in report.left}
    assert kinds == {"review"}
    assert report.consumed == sum(report.by.values()) == report.total - len(report.left)
    assert report.share == round(report.consumed / report.total, 4)
    assert report.by["Target"] == 50


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("由市水务局牵头，市财政局配合。", []),
        ("各单位要明确专人负责巡查。", ["no-agency 负责"]),
        ("项目负责人要到场，各牵头单位要报送情况。", []),
        ("市水务局近年来已经先后多次负责河道巡查。", ["unread 负责"]),
    ],
)
def test_cues_of_responsibility_that_gave_none(text: str, found: list[str]) -> None:
    assert said(inspected(text).duties) == found


def test_a_cue_outside_every_task_is_told_apart() -> None:
    assert "no-task 负责" in said(example("07-枫渚县住房救助办法-gb18030.txt").duties)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("泵站数量达到30座。", []),
        ("经费不少于500。", ["unread 500"]),
        ("泵站有30座。", []),
        ("不少于500，不超过900。", ["unread 500"]),
    ],
)
def test_cues_of_commitment_that_gave_no_target(text: str, found: list[str]) -> None:
    assert said(inspected(text).promises) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("水质达标率**%，培训×××名巡查员。", ["figure **", "figure ×××"]),
        ("表彰王某某、××镇和ＸＸ公司。", ["name 某某", "name ××", "name ＸＸ"]),
        ("某些地方通过某种方式，二〇〇八年用X光检测2×300兆瓦机组。", []),
        ("20XX年建成。", ["figure XX"]),
    ],
)
def test_masked_places(text: str, found: list[str]) -> None:
    assert said(inspected(text).masked) == found


def test_titles_and_agencies_that_stayed_open() -> None:
    report = inspected("落实《河湖名录》，按《泵站管理，由县水利局负责。")
    assert said(report.titles) == ["unclosed 《泵站管理，由县水利局负责。"]
    assert said(report.unresolved) == ["source 县水利局"]
    assert report.unresolved[0].sentence.startswith("落实《河湖名录》")


def test_every_spot_says_where_it_stands() -> None:
    for path in sorted(EXAMPLES.glob("*.txt")):
        report = example(path.name)
        text = report.text
        spots = (
            *(report.figures.left, report.duties, report.promises),
            *(report.titles, report.unresolved, report.masked),
        )
        for spot in (one for found in spots for one in found):
            assert text[spot.begin : spot.end] == spot.text
            assert text[spot.sentence_begin :].startswith(spot.sentence)
        for fact in report.facts:
            assert text[fact.begin : fact.end] == fact.text


# -- what was found ----------------------------------------------------------------------------


def test_profile_says_which_field_won() -> None:
    report = example("04-青禾县民生实事分工通知.txt")
    known = {one.name: (one.value, one.rule) for one in report.profile}
    assert known["issued"] == ("2023-03-06", "metadata.issued")
    assert known["number"] == ("青府办发〔2023〕14号", "metadata.number")
    assert known["title"][1] == "title.line"
    won = {(one.name, one.value) for one in report.fields if one.wins}
    assert {("index", "QH0002/2023-01037"), ("issued", "2023年3月6日")} <= won
    lost = {one.name for one in report.fields if not one.wins}
    assert {"published", "validity"} <= lost
    for one in report.profile:
        assert (one.begin is None) == (one.end is None)


def test_outline_is_nested_and_counts_what_is_inside() -> None:
    first = example("08-云陵市校园食品安全通知-受损.txt").outline[1]
    assert (first.kind, first.number, first.title) == ("section", "二", "重点任务")
    assert [(part.kind, part.number) for part in first.parts] == [
        ("task", number) for number in "一二三四"
    ]
    assert first.targets == sum(part.targets for part in first.parts)
    assert first.mentions >= sum(part.mentions for part in first.parts) > 0


TEXT = FRAME.replace("{text}", "指标\t目标值\n清淤长度\t5公里\n新建泵站\t3座")


def cells(text: str, begin: int, end: int) -> Iterator[Cell]:
    """Yield the cells of a table written with tabs."""
    for number, line in enumerate(text[begin:end].split("\n")):
        for column, cell in enumerate(line.split("\t")):
            yield Cell(number, column, begin, begin + len(cell))
            begin += len(cell) + 1


def rich_source() -> Source:
    """Return a source with everything that a reader can tell."""
    begin = TEXT.index("指标")
    first = TEXT.index("云水")
    return source(
        TEXT,
        fields=(Field("number", "云水〔2024〕8号", first, first + 10, "meta.number"),),
        tables=(Table(begin, begin + 23, tuple(cells(TEXT, begin, begin + 23))),),
        pages=(0, begin),
        repairs=(Repair(first, first + 2, "云水", "云 水", "repair.blank"),),
        cuts=(Cut("首页 > 河湖", "html.navigation"),),
        url="https://water.example/8.html",
        notes=("a blank was lost",),
    )


def test_what_a_reader_tells_is_shown() -> None:
    report = inspect(rich_source())
    assert report.pages == 2
    assert report.left_out[-1].rule == "html.navigation" and report.left_out[-1].begin is None
    assert [(one.original, one.reading) for one in report.repairs] == [("云水", "云 水")]
    (grid,) = report.tables
    assert (grid.rows, grid.columns, grid.head, grid.facts) == (3, 2, ("指标", "目标值"), 2)
    assert report.rules["html.navigation"] == report.rules["repair.blank"] == 1
    assert ("number", True) in {(one.name, one.wins) for one in report.fields}


@pytest.mark.parametrize(
    ("text", "more", "state", "reason"),
    [
        (FRAME, {}, "ok", ""),
        (FRAME, {"notes": ("1 damaged line",)}, "repaired", "1 damaged line"),
        (FRAME, {"repairs": rich_source().repairs}, "repaired", "repairs: 1"),
        ("云陵市水务局通知\n", {}, "suspicious", "empty: 8 characters"),
        (FRAME.replace("水务局", "水务�"), {}, "suspicious", "replaced characters: 1"),
        (FRAME.replace("领导", "\ue123"), {}, "suspicious", "control or private-use characters: 1"),
        ("推进河道治理，落实工作经费。\n" * 9, {}, "suspicious", "no title: called after its file"),
        ("推进河道治理，落实工作经费。\n" * 9, {}, "suspicious", "mostly unmapped: 0 of "),
        ("lorem ipsum dolor 2024 " * 9, {}, "suspicious", "few Chinese characters"),
        (FRAME + "打印本页　关闭窗口\n" * 60, {}, "suspicious", " of the text is outside the body"),
    ],
)
def test_verdict(text: str, more: dict[str, Any], state: str, reason: str) -> None:
    many = text * 2 if reason.startswith("mostly") else text
    verdict = inspect(source(many, **more)).verdict
    assert verdict.state == state
    assert any(reason in line for line in verdict.reasons or ("",))


# -- JSON --------------------------------------------------------------------------------------

KEYS = (
    *("verdict", "names", "media_type", "encoding", "sha256", "url", "characters", "pages"),
    *("notes", "profile", "fields", "outline", "left_out", "repairs", "tables", "masked"),
    *("figures", "duties", "promises", "titles", "unresolved", "counts", "rules", "facts"),
    *("page_begins", "text"),
)


def test_keys_are_those_that_programs_rely_on() -> None:
    assert tuple(field.name for field in fields(Inspection)) == KEYS
    found = json.loads(json.dumps(asdict(inspect(rich_source()))))
    assert set(found["figures"]) == {"total", "consumed", "share", "by", "left"}
    assert set(found["profile"][0]) == {"name", "value", "begin", "end", "rule"}
    assert set(found["fields"][0]) == {"name", "value", "begin", "end", "rule", "wins"}
    spot = {"kind", "begin", "end", "text", "sentence", "sentence_begin"}
    assert all(set(one) == spot for one in found["unresolved"])


# -- the terminal ------------------------------------------------------------------------------


def shown(report: Inspection, **options: Any) -> str:
    out = io.StringIO()
    write([report], out, **options)
    return out.getvalue()


def test_without_a_terminal_there_is_no_colour_and_nothing_is_folded() -> None:
    text = shown(inspect(rich_source()))
    assert "\x1b" not in text
    assert text.startswith("repaired  case.txt\n    a blank was lost\n")
    for line in ("云水 → 云 水", "html.navigation  首页 > 河湖", "3 × 2  指标"):
        assert line in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_long_lists_are_cut_unless_all_is_wanted() -> None:
    report = example("01-青禾县教育局2023年工作要点.txt")
    short, whole = shown(report), shown(report, all_rows=True)
    assert "more (--all)" in short and "more (--all)" not in whole
    assert len(whole.splitlines()) > len(short.splitlines())


def test_nothing_in_a_document_steers_the_terminal() -> None:
    text = FRAME.replace("{text}", "经费不少于500\x1b[31m\x07，由\x1b]0;x\x07县水利局负责。")
    report = inspect(replace(source(FRAME), text=text, names=("a\x1b[2J.txt",)))
    assert not set("\x1b\x07") & set(shown(report, all_rows=True))


# -- the page ----------------------------------------------------------------------------------

PAYLOADS = (
    "<script>document.title='taken'</script>",
    "</script><script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\"><svg onload=document.title='taken'>",
    "<!--<script>document.title='taken'",
    "${title} $data &lt;b&gt; &#0; ]]>",
    "javascript:document.title='taken'",
    "\u2028\u202e\x00\x1b\x85\ufffe",
)


def page_text(page: str) -> str:
    """Return the text that a page shows, line by line, without its markup."""
    main = page[page.index('<main id="text"') :]
    paragraphs = re.findall(r"<p data-b=\"\d+\"[^>]*>(.*?)</p>", main, re.DOTALL)
    return "\n".join(unescape(re.sub(r"<[^>]*>", "", inner)) for inner in paragraphs)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.txt")))
def test_the_page_holds_the_text_as_it_is(name: str) -> None:
    report = example(name)
    assert page_text(render_document(report)) == report.text.translate(UNSEEN)


def test_the_page_holds_every_line_where_it_says() -> None:
    report = inspect(rich_source())
    page = render_document(report)
    begins = [int(found) for found in re.findall(r'<p data-b="(\d+)"', page)]
    assert begins == [0, *(match.end() for match in re.finditer("\n", report.text))]
    assert page.count('role="separator"') == 2
    first = report.tables[0].begin
    row = re.search(rf'<p data-b="{first}" class="row">(.*?)</p>', page)
    assert row and row[1].count('<span class="cell">') == 2


def test_the_page_links_every_place_that_it_lists() -> None:
    report = example("08-云陵市校园食品安全通知-受损.txt")
    page = render_document(report)
    for spots in (report.figures.left, report.duties, report.masked):
        for spot in spots:
            assert f'href="#char={spot.begin},{spot.end}"' in page


def test_the_page_asks_for_nothing_and_runs_only_its_own_script() -> None:
    page = render_document(inspect(rich_source()))
    outside = (
        r"""(?:src|href|action|srcset)\s*=\s*["']?(?:https?:)?//|url\(|@import|<link|<iframe"""
    )
    assert re.findall(outside, page) == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
    ]
    admitted = " ".join(f"'sha256-{digest}'" for digest in digests)
    assert len(digests) == 3  # what all pages share, and ours
    assert policy and f"script-src {admitted};" in policy[1]
    assert policy[1].startswith("default-src 'none';")


def hostile() -> Inspection:
    """Return the inspection of a source whose every part tries to run."""
    text = FRAME.replace("{text}", "".join(f"由{one}县水利局负责500。\n" for one in PAYLOADS))
    first = text.index(PAYLOADS[0])
    every = "".join(PAYLOADS)
    return inspect(
        Source(
            (f"{PAYLOADS[1]}.txt",),
            "0123456789abcdef" * 4,
            text,
            PAYLOADS[0],
            media_type=PAYLOADS[2],
            fields=(Field("issuer", every, first, first + 9, every),),
            repairs=(Repair(first, first + 3, every, every, every),),
            cuts=(Cut(every, every),),
            url=PAYLOADS[6],
            notes=PAYLOADS,
        )
    )


def test_everything_has_its_words_in_both_languages() -> None:
    kinds = {f"spot:{kind}" for kind in KINDS}
    frames_named = {row["frame"] for row in table("frames.tsv")} - {"title"}
    stated = {row["field"] for row in rows("metadata_keys.tsv")}
    profile = {"title", "kind", "issuer", "issued", "number", "index", "region", "period"}
    for name in {*LAYERS, *COLUMNS, *kinds, *frames_named, *stated, *profile}:
        assert all(words()[name]) and len(words()[name]) == 2, name


def test_no_part_of_a_document_becomes_markup() -> None:
    report = hostile()
    for page in (render_document(report), render_index([report])):
        for payload in PAYLOADS[:5]:
            assert payload not in page
        assert "javascript:" not in "".join(re.findall(r'(?:href|src)="([^"]*)"', page))
        page.encode("utf-8")
    page = render_document(report)
    assert page_text(page) == report.text.translate(UNSEEN)
    assert not set(page) & set("\x00\x1b\x85\u202e\ufffe")


def test_a_lone_surrogate_is_shown_as_a_replaced_character() -> None:
    report = inspected("由县水利局负责。")
    page = render_document(replace(report, text=report.text.replace("由县", "\ud800县")))
    assert "\ufffd县水利局" in page_text(page)
    page.encode("utf-8")


def test_same_page_in_another_process() -> None:
    code = (
        "import sys, test_inspect as t\n"
        "sys.stdout.buffer.write(t.render_document(t.inspect(t.rich_source())).encode())"
    )
    here = str(Path(__file__).parent)
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=here,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": f"{here}:{Path(here).parent}"},
    )
    assert run.stdout.decode() == render_document(inspect(rich_source()))


# -- in a browser ------------------------------------------------------------------------------


@browser.needs_chromium
def test_a_link_marks_its_characters(tmp_path: Path) -> None:
    text = FRAME.replace("{text}", "𠮷镇新建泵站3座，由市水务局牵头。")
    report = inspect(source(text))
    file = tmp_path / "page.html"
    file.write_text(render_document(report), encoding="utf-8")
    begin = text.index("泵站3座")
    visit = browser.visit(file, f"#char={begin},{begin + 4}")
    assert visit.console == ()
    marked = re.findall(r'<mark class="here">(.*?)</mark>', visit.dom)
    assert "".join(marked) == "泵站3座"
    assert re.search(r'<div id="card"[^>]*>.*quantity\.figure', visit.dom)
    assert f'data-marks="{len(json.loads(data_of(file.read_text("utf-8")))["marks"])}"' in visit.dom


def data_of(page: str) -> str:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return found[1]


@browser.needs_chromium
def test_no_text_runs_as_script(tmp_path: Path) -> None:
    report = hostile()
    file = tmp_path / "page.html"
    file.write_text(render_document(report), encoding="utf-8")
    begin = report.text.index(PAYLOADS[0])
    visit = browser.visit(file, f"#char={begin},{begin + 9}")
    assert visit.console == ()
    title = next(one.value for one in report.profile if one.name == "title")
    assert f"<title>{escape(title, quote=False)}</title>" in visit.dom
    assert visit.dom.count("<script") == 5
    assert "<svg" not in visit.dom and "<img" not in visit.dom


# -- the command -------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(FRAME.replace("{text}", "由市水务局牵头。"), encoding="utf-8")
    other = FRAME.replace("{text}", "经费不少于500。").replace("河湖", "泵站")
    (tmp_path / "b.txt").write_text(other, encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(b"")
    yield tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["inspect", *arguments])


def test_one_file_as_a_table(files: Path) -> None:
    result = run("a.txt")
    assert result.exit_code == 0
    assert result.stdout.startswith("ok  a.txt\n")
    assert "\x1b" not in result.stdout


def test_one_file_is_an_object_several_are_an_array(files: Path) -> None:
    one = json.loads(run("b.txt", "--format", "json").stdout)
    assert tuple(one) == KEYS
    assert one["promises"][0]["text"] == "500"
    two = json.loads(run("a.txt", "b.txt", "--format", "json").stdout)
    assert [each["names"] for each in two] == [["a.txt"], ["b.txt"]]


def test_what_cannot_be_read_is_one_line_and_the_others_go_on(files: Path) -> None:
    result = run("bad.txt", "a.txt", "none.txt", "--format", "json")
    assert result.exit_code == 1
    assert [each["names"] for each in json.loads(result.stdout)] == [["a.txt"]]
    assert result.stderr.splitlines() == [
        "skipped none.txt: no such file or folder",
        "skipped bad.txt: the file is empty",
    ]


def test_folders_archives_and_dumps_are_inspected_like_files(files: Path) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("a.txt")
    seen = json.loads(run("a.zip", "--format", "json").stdout)
    assert seen["names"] == ["a.zip!/a.txt"]
    Path("in").mkdir()
    Path("in", "a.txt").write_bytes(Path("a.txt").read_bytes())
    assert [each["names"] for each in json.loads(run("in", "--format", "json").stdout)] == [
        ["a.txt"]
    ]


def test_what_may_do_harm_is_inspected_within_limits(files: Path) -> None:
    page = "<html><body><p>云陵市教育局2023年工作要点</p></body></html>"
    Path("a.html").write_text(page + "<div>" * 200_000, encoding="utf-8")
    result = run("a.html", "--time-limit", "0.1")
    assert result.exit_code == 1
    assert result.stderr.startswith("skipped a.html: took longer than 0.1 seconds")


def test_the_name_of_the_output_tells_the_format(files: Path) -> None:
    assert run("a.txt", "-o", "a.json").exit_code == 0
    assert run("a.txt", "-o", "a.html").exit_code == 0
    assert run("a.txt", "-o", "a.out").exit_code == 0
    assert json.loads(Path("a.json").read_text("utf-8"))["names"] == ["a.txt"]
    assert Path("a.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert Path("a.out").read_text("utf-8").startswith("ok  a.txt\n")


def test_several_pages_are_a_folder_with_an_index(files: Path) -> None:
    result = run("a.txt", "bad.txt", "b.txt", "--format", "html", "-o", "pages")
    assert result.exit_code == 1
    names = [
        page_name(hashlib.sha256(Path(n).read_bytes()).hexdigest()) for n in ("a.txt", "b.txt")
    ]
    assert {path.name for path in Path("pages").iterdir()} == {*names, "index.html"}
    index = Path("pages/index.html").read_text("utf-8")
    assert [index.index(f'href="{name}"') for name in names] == sorted(
        index.index(f'href="{name}"') for name in names
    )
    assert 'href="index.html"' in Path("pages", names[0]).read_text("utf-8")


def test_several_pages_do_not_go_into_one_file(files: Path) -> None:
    assert run("a.txt", "b.txt", "--format", "html").exit_code == 2
    assert run("a.txt", "b.txt", "-o", "x.html").exit_code == 2


# -- the graph's page links here ---------------------------------------------------------------


def test_the_graph_links_to_the_pages(files: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(cli.cli, ["build", "a.txt", "b.txt"]).exit_code == 0
    assert run("a.txt", "b.txt", "--format", "html", "-o", "out/a page").exit_code == 0
    name = page_name(hashlib.sha256(Path("a.txt").read_bytes()).hexdigest())
    Path("out/a page", page_name(hashlib.sha256(Path("b.txt").read_bytes()).hexdigest())).unlink()
    drawn = runner.invoke(cli.cli, ["render", "--documents", "out/a page", "-o", "out/g.html"])
    assert drawn.exit_code == 0
    data = json.loads(data_of(Path("out/g.html").read_text("utf-8")))
    pairs = zip(data["entities"], data["nodes"], strict=True)
    held = [entity["page"] for entity, node in pairs if node["group"] == "PolicyDocument"]
    assert sorted(held) == ["", f"a%20page/{name}"]
    assert ["a.txt", f"a%20page/{name}"] in [source[:2] for source in data["sources"]]


@browser.needs_chromium
def test_a_quotation_of_the_graph_leads_to_its_page(files: Path) -> None:
    runner = CliRunner()
    runner.invoke(cli.cli, ["build", "a.txt"])
    assert run("a.txt", "b.txt", "--format", "html", "-o", "pages").exit_code == 0
    runner.invoke(cli.cli, ["render", "--documents", "pages"])
    visit = browser.visit(files / "graph.html", "#entity=" + quote("云陵市水务局"))
    assert visit.console == ()
    place = re.search(r'<cite><a href="pages/([0-9a-f]{20}\.html)#char=(\d+),(\d+)"', visit.dom)
    assert place and Path("pages", place[1]).is_file()
    text = Path("a.txt").read_text("utf-8")
    assert text[int(place[2]) : int(place[3])] in ("市水务局", "云陵市水务局")


# -- linear on hostile text ----------------------------------------------------------------------

SEEDS = (
    *("《", "〔2024", "1", "1，234", "一二", "某", "×", "*", "X", "A1.", "第1", "电话1", "1.2"),
    *(
        "负责",
        "配合",
        "达到",
        "a@",
        "http://a",
        "1+",
        "（1",
        "□",
        " ",
        "，",
        "百分之",
        "1月",
        "2024—",
    ),
)


def test_patterns_are_linear() -> None:
    patterns = [*(p for _, p in frames()), *masks(), duty_cue(), counted()]
    for seed in SEEDS:
        text = seed * 20_000
        for pattern in patterns:
            begin = perf_counter()
            sum(1 for _ in pattern.finditer(text))
            assert perf_counter() - begin < 1.0, (seed, pattern.pattern)
