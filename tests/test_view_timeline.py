"""The timeline of a program or document: who took it up when, on which level, and where it says so.

The plans are those of documents/plans, whose README says what is planted in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import NARROW as NARROW_PAGE
from browser import WIDE as WIDE_PAGE
from browser import needs_chromium, opened

from kg.build import build
from kg.errors import NotFoundError
from kg.render.links import IN_PAGE
from kg.render.view import render_view
from kg.render.views import VIEWS, Wanted
from kg.render.views.lanes import MEDIUM, NARROW, WIDE, Figure, Frame, Mark, lay_out, width_of
from kg.render.views.spread import Entry, Spread, spread_among, spread_of
from kg.render.views.timeline import first_words, lag
from kg.reports.adopters import most_named
from kg.reports.dating import BY_PLAN, STATED, dating
from kg.reports.subjects import subject, taken_up
from kg.reports.uptake import uptake
from kg.reports.uptakes import read_holdings, uptakes
from kg.store import Store

PROGRAM = "晨曦护苗行动"
OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"
HELD = {"Province": 4, "Prefecture": 4, "County": 10}


def spread(store: Store, name: str) -> Spread:
    return spread_of(store, read_holdings(store), name, lambda one: True)


def lanes(figure: Figure) -> dict[str, list[str]]:
    """Return what stands in each lane, from left to right, with what is said of it."""
    return {
        lane.level: [
            " ".join(filter(None, (mark.label, mark.entry.rank, *mark.entry.ways)))
            for mark in sorted(lane.marks, key=lambda mark: mark.x)
        ]
        for lane in figure.lanes
    }


# -- what is planted ---------------------------------------------------------------------------


@pytest.mark.parametrize("frame", [WIDE, MEDIUM, NARROW], ids=lambda frame: frame.name)
def test_a_program_stands_in_the_lanes_of_those_who_name_it(
    plans_store: Store, frame: Frame
) -> None:
    assert lanes(lay_out(spread(plans_store, PROGRAM), HELD, frame)) == {
        "Province": [],  # never taken up: the lane says so, for documents of it are held
        "Prefecture": [
            "云陵市 2021 first adoption",
            "云陵市 2022 adoption",
            "云陵市 2023 adoption",
        ],
        "County": [
            *("青禾县 2022 adoption", "青禾县 2022 adoption"),
            *("青禾县 2023 adoption", "枫渚县 2023 adoption"),
        ],
    }


def test_an_opinion_stands_where_its_answers_come_from(plans_store: Store) -> None:
    assert lanes(lay_out(spread(plans_store, OPINION), HELD, WIDE)) == {
        "Province": ["江西省 2021 origin origin", "江西省 2022 implements"],
        "Prefecture": ["云陵市 2021 first implements title copy"],
        "County": ["青禾县 2022 implements title", "枫渚县 2022 implements title"],
    }


def test_lines_lead_to_what_is_answered_and_copied(plans_store: Store) -> None:
    found = spread(plans_store, OPINION)
    names = {one.iri: f"{one.place} {one.kind}" for one in found.entries}
    assert sorted((names[tie.later], tie.way, names[tie.earlier]) for tie in found.ties) == [
        ("云陵市 ImplementationPlan", "implements", "江西省 Opinion"),
        ("枫渚县 ImplementationPlan", "copy", "青禾县 ImplementationPlan"),
        ("枫渚县 ImplementationPlan", "implements", "江西省 Opinion"),
        ("枫渚县 ImplementationPlan", "title", "云陵市 ImplementationPlan"),
        ("江西省 WorkPlan", "implements", "江西省 Opinion"),
        ("青禾县 ImplementationPlan", "implements", "云陵市 ImplementationPlan"),
        ("青禾县 ImplementationPlan", "implements", "江西省 Opinion"),
    ]
    assert len(lay_out(found, HELD, WIDE).lines) == len(found.ties)


def test_each_lane_says_how_many_of_those_held_and_since_when(plans_store: Store) -> None:
    figure = lay_out(spread(plans_store, PROGRAM), HELD, WIDE)
    assert [(lane.level, lane.documents, lane.held, lane.first) for lane in figure.lanes] == [
        ("Province", 0, 4, ""),
        ("Prefecture", 3, 4, "2021-09-06"),
        ("County", 4, 10, "2022-03-01"),
    ]


def test_the_table_tells_how_long_each_took(plans_store: Store) -> None:
    found = spread(plans_store, OPINION)
    assert [(one.place, one.when and one.when.text, lag(found, one)) for one in found.entries] == [
        ("江西省", "2021-05-12", ""),
        ("云陵市", "2021-09-06", "117"),
        ("江西省", "2022-01-20", "253"),
        ("青禾县", "2022-03-18", "310"),
        ("枫渚县", "2022-11-10", "547"),
    ]


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        (Wanted(program=PROGRAM), ("云陵市", "青禾县", "枫渚县")),
        (Wanted(program=PROGRAM, region="青禾县"), ("青禾县",)),
        (Wanted(program=PROGRAM, year=2021), ("云陵市",)),
        (Wanted(program=PROGRAM, issuer="枫渚县"), ("枫渚县",)),
        (Wanted(document="青禾县推进学前教育扩优提质实施方案"), ("枫渚县", "青禾县")),
    ],
    ids=str,
)
def test_what_is_wanted_is_shown(
    plans_store: Store, wanted: Wanted, places: tuple[str, ...]
) -> None:
    body = VIEWS["timeline"](plans_store, wanted, IN_PAGE).body
    labels = re.findall(r">(\S+) (?:20\d\d)</text>", body)
    assert sorted(set(labels)) == sorted(places)


def test_what_is_not_there_is_an_error(plans_store: Store) -> None:
    with pytest.raises(NotFoundError, match="没有这个项目"):
        VIEWS["timeline"](plans_store, Wanted(program="没有这个项目"), IN_PAGE)


def test_without_a_name_the_programs_are_shown_that_most_name(plans_store: Store) -> None:
    view = VIEWS["timeline"](plans_store, Wanted(), IN_PAGE)
    assert re.findall(r'<span class="what"><b>(.*?)</b>', view.body) == ["晨曦护苗行动", "一园一策"]
    assert view.notes == (
        (
            "显示提到文件最多的 2 项，共 2 项被两份以上文件提到",
            "Shown are the 2 named by most documents, of 2 that two or more name",
        ),
    )


def test_programs_are_counted_as_in_the_report(plans_store: Store) -> None:
    """Read at once, they give what `kg trace` gives for one after the other."""
    held = read_holdings(plans_store)
    named, total = most_named(plans_store, held.documents, 12)
    table = [row.values for row in uptake(plans_store).rows if row.values[0] == "program"]
    assert [(one.name, len(one.adoptions)) for one in named] == [row[1:3] for row in table]
    assert total == len(table)
    for one in named:
        assert set(one.adoptions) == set(uptakes(plans_store, "trace", one.program))


def test_of_a_region_no_program_has_spread(plans_store: Store) -> None:
    view = VIEWS["timeline"](plans_store, Wanted(region="临枫区"), IN_PAGE)
    assert view.empty
    assert "没有文件提到它。" in view.body
    with pytest.raises(NotFoundError, match="No document takes it up"):
        render_view(plans_store, "timeline", Wanted(region="临枫区"))


def test_every_mark_leads_to_its_sentence(plans_store: Store) -> None:
    """The words at the place to which a mark leads name the program."""
    text = {
        row["source"]: row["text"]
        for row in plans_store.select("SELECT ?source ?text { ?source nif:isString ?text }")
    }
    found = spread(plans_store, PROGRAM)
    for one in found.adopters:
        assert one.evidence is not None
        words = text[one.evidence.source][one.evidence.begin : one.evidence.end]
        assert "护苗" in words, one.title
        body = VIEWS["timeline"](plans_store, Wanted(program=PROGRAM), IN_PAGE).body
        place = IN_PAGE.place(one.evidence.source, one.evidence.begin, one.evidence.end)
        assert f'href="{place}"'.replace("&", "&amp;") in body


# -- many documents ----------------------------------------------------------------------------


def entry(number: int, date: str, level: str = "County", **other: str) -> Entry:
    basis = BY_PLAN if date.startswith("plan ") else STATED
    when = dating(date.removeprefix("plan "), basis)
    place = other.get("place", f"第{number}县")
    return Entry(
        f"id/{number}", f"文件{number}", place, level, "WorkPlan", when, "", ("adoption",), None
    )


def many(*entries: Entry) -> Spread:
    return Spread("id/p", "护苗", True, None, None, entries, (), 0)


def month_by_month(number: int) -> Spread:
    dates = [f"{2021 + at % 4}-{at % 12 + 1:02}-{at % 28 + 1:02}" for at in range(number)]
    return many(*(entry(at, date) for at, date in enumerate(sorted(dates))))


def reach(mark: Mark) -> tuple[float, float]:
    """Return from where to where a mark and its label stand."""
    width = width_of(mark.label)
    if mark.anchor == "end":
        return mark.label_x - width, mark.x
    return mark.x, mark.label_x + width


@pytest.mark.parametrize("frame", [WIDE, MEDIUM, NARROW], ids=lambda frame: frame.name)
@pytest.mark.parametrize("number", [1, 5, 12, 40, 150, 1000])
def test_nothing_lies_on_anything(number: int, frame: Frame) -> None:
    figure = lay_out(month_by_month(number), {"County": number}, frame)
    (lane,) = figure.lanes
    for row in {mark.y for mark in lane.marks}:
        ends = sorted(reach(mark) for mark in lane.marks if mark.y == row)
        assert all(one[1] <= next_[0] for one, next_ in zip(ends, ends[1:], strict=False))
        assert ends[0][0] >= frame.left and ends[-1][1] <= frame.width
    bins = sorted(lane.bins, key=lambda one: one.x)
    for one, next_ in zip(bins, bins[1:], strict=False):
        assert one.x + one.radius <= next_.x - next_.radius
    assert len(lane.marks) + sum(len(one.entries) for one in lane.bins) == number
    assert lane.y + lane.height <= figure.height


def test_few_are_named_and_many_are_counted() -> None:
    assert not lay_out(month_by_month(12), {}, WIDE).is_counted
    assert lay_out(month_by_month(150), {}, WIDE).is_counted


@pytest.mark.parametrize(
    ("dates", "spans"),
    [
        # Half a year: by month.
        ([f"2021-{1 + at % 6:02}-10" for at in range(60)], "2021-01 2021-02 2021-03 2021-04"),
        ([f"{2020 + at % 4}-{1 + at % 12:02}" for at in range(60)], "2020-Q1 2020-Q2 2020-Q3"),
        # One that only says its year: no month is invented for it.
        (["2021", *(f"2021-{1 + at % 6:02}-10" for at in range(60))], "2021"),
        ([f"{1990 + at % 22}-05-01" for at in range(120)], "1990 1991 1992"),
        # By years where there is no room for months.
        ([f"{1949 + at % 75}-05-01" for at in range(150)], "1945–1949 1950–1954"),
    ],
    ids=["months", "quarters", "one year", "twenty years", "seventy years"],
)
def test_what_is_counted_together(dates: list[str], spans: str) -> None:
    figure = lay_out(many(*(entry(at, date) for at, date in enumerate(sorted(dates)))), {}, WIDE)
    found = " ".join(one.span for one in figure.lanes[0].bins)
    assert found.startswith(spans)


def test_the_first_is_named_among_the_counted() -> None:
    spread_ = month_by_month(150)
    first = replace(spread_.entries[0], rank="first")
    figure = lay_out(replace(spread_, entries=(first, *spread_.entries[1:])), {}, WIDE)
    assert [mark.entry for lane in figure.lanes for mark in lane.marks] == [first]
    assert sum(len(one.entries) for lane in figure.lanes for one in lane.bins) == 149


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["plan 2024"], ["第0县（2024年计划）"]),
        (["", "plan 2023"], ["第0县", "第1县（2023年计划）"]),
        (["plan 2024"] * 30 + [""] * 2, ["无年份 2 份", "2024年计划 30 份"]),
        (
            [f"plan {2016 + at}" for at in range(8)],
            ["2016年计划 1 份", "2017年计划 1 份", "2018年计划 1 份", "其他 5 份"],
        ),
    ],
)
def test_what_is_not_dated_stands_at_the_side(dates: list[str], said: list[str]) -> None:
    figure = lay_out(many(*(entry(at, date) for at, date in enumerate(dates))), {}, WIDE)
    (lane,) = figure.lanes
    assert not lane.marks and not lane.bins
    assert [side.words[0] for side in lane.sides] == said
    assert sum(len(side.entries) for side in lane.sides) == len(dates)
    assert all(side.x > WIDE.width - WIDE.right for side in lane.sides)


def test_a_year_is_as_wide_as_it_is() -> None:
    """A date that is only a year stands in its middle, with a line over all of it."""
    figure = lay_out(
        many(entry(0, "2020-01-01"), entry(1, "2021"), entry(2, "2022-12-31")), {}, WIDE
    )
    _, year, _ = figure.lanes[0].marks
    assert year.whisker is not None
    assert year.whisker[0] < year.x < year.whisker[1]
    assert [mark.whisker for mark in figure.lanes[0].marks if mark is not year] == [None, None]


# -- safe and sound ----------------------------------------------------------------------------

# The file's name is the title of a document that has none.
HOSTILE_NAME = "<img src=x onerror=alert(1)>工作要点"
HOSTILE = """2024年3月1日

1.开展“晨曦护苗”行动，<script>document.title='x'</script>]]><b onclick="x">。（青禾县教育局牵头）
"""


@pytest.fixture(scope="module")
def hostile_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("hostile")
    for place in ("青禾县", "枫渚县"):
        file = folder / f"{place}{HOSTILE_NAME}.txt"
        file.write_text(HOSTILE.replace("青禾县", place), encoding="utf-8")
    with Store() as store:
        assert not build([folder], store, limits=None).skipped
        yield store


def svgs(markup: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", markup, flags=re.DOTALL)


@pytest.mark.parametrize("name", ["", PROGRAM, OPINION])
def test_pictures_are_well_formed_and_always_the_same(plans_store: Store, name: str) -> None:
    first, second = (
        VIEWS["timeline"](plans_store, Wanted(program=name), IN_PAGE).body for _ in range(2)
    )
    assert first == second
    found = svgs(first)
    assert len(found) >= 2
    for one in found:
        ElementTree.fromstring(one)


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (["2021-05-10", "2021-05-11"], "最早 2021-05-10 云陵市"),
        # On one day they began together; where a date is only a year either may be the first.
        (["2021-05-10", "2021-05-10"], "最早 2021-05-10 云陵市、枫渚县"),
        (["2021", "2021-05-10"], "可能最早 2021、2021-05-10 云陵市、枫渚县"),
        (["2023", "2021-05-10"], "最早 2021-05-10 枫渚县"),
    ],
)
def test_who_was_first(plans_store: Store, dates: list[str], said: str) -> None:
    held = read_holdings(plans_store)
    about = subject(plans_store, held, PROGRAM)
    found = [
        next(
            one
            for one in taken_up(plans_store, about, ())
            if held.documents[one.later].place == place
        )
        for place in ("云陵市", "枫渚县")
    ]
    documents = {
        one.later: replace(held.documents[one.later], issued=date)
        for one, date in zip(found, dates, strict=True)
    }
    named = spread_among(about, found, replace(held, documents=documents), [])
    first = first_words([one for one in named.entries if one.rank])
    assert first is not None and first[0] == said


def test_hostile_words_are_text(hostile_store: Store) -> None:
    body = VIEWS["timeline"](hostile_store, Wanted(program=PROGRAM), IN_PAGE).body
    assert "<img" not in body and "<script" not in body and "<b onclick" not in body
    assert "&lt;img src=x onerror=alert(1)&gt;" in body
    for one in svgs(body):
        ElementTree.fromstring(one)


@needs_chromium
def test_hostile_words_do_nothing(hostile_store: Store, tmp_path: Path) -> None:
    page = tmp_path / "timeline.html"
    page.write_text(render_view(hostile_store, "timeline", Wanted()), encoding="utf-8")
    with opened(page) as tab:
        tab.page.click("details.strip > summary")
        tab.page.hover("svg.figure.wide .mark")
        assert tab.page.title() == "政策与项目推行时间线"
        assert tab.page.locator("img, b[onclick]").count() == 0
        assert not tab.problems


# Words that are shown and reach beyond their picture.
OUTSIDE = """[...document.querySelectorAll("svg.figure text")].filter((text) => {
    const own = text.getBoundingClientRect();
    const all = text.closest("svg").getBoundingClientRect();
    return own.width && (own.right > all.right + 1 || own.left < all.left - 1);
}).map((text) => text.textContent)"""


@needs_chromium
@pytest.mark.parametrize(
    ("size", "shown", "dark"),
    [
        (WIDE_PAGE, "wide", False),
        ((794, 1123), "medium", False),  # as on paper
        (NARROW_PAGE, "narrow", True),
    ],
)
def test_it_fits_and_leads_to_the_sentence(
    plans_store: Store, tmp_path: Path, size: tuple[int, int], shown: str, dark: bool
) -> None:
    page = tmp_path / "timeline.html"
    page.write_text(render_view(plans_store, "timeline", Wanted(program=PROGRAM)), encoding="utf-8")
    with opened(page, size=size, dark=dark, script=False) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert tab.page.locator("svg.figure:visible").count() == 1
        assert tab.page.locator(f"svg.{shown}").is_visible()
        assert tab.page.evaluate(OUTSIDE) == []
        tab.page.click(f"svg.{shown} .first")
        assert "晨曦护苗" in tab.page.locator("li:target").inner_text()
        assert not tab.problems
