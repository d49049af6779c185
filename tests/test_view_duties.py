"""The responsibility matrix: the planted duties, what is implied, what nobody leads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from plans import build_plans
from view_tables import draw, lines, parsed, table, text

from kg.build import build
from kg.errors import NotFoundError
from kg.store import Store

PLAN_22 = "青禾县教育局2022年工作要点"


# -- the planted answers -----------------------------------------------------------------------


def test_the_tasks_of_a_document(plans_store: Store) -> None:
    view = draw(plans_store, "duties", document=PLAN_22)
    assert view.title == (f"责任矩阵：{PLAN_22}", f"Responsibility matrix: {PLAN_22}")
    assert lines(view) == [
        "任务 | 机构数 | 缺口 | 青禾县",
        "教育局●3[●]1 | 中共青禾县委机构编制委员会办公室○1 | 人力资源和社会保障局○1 | "
        "住房和城乡建设局○1 | 残疾人联合会○1 | 自然资源局○1",
        "补齐资源短板 | ",
        "1 增加学位供给 | ●1 ○1 |  | ● |  |  |  |  | ○",
        "2 发展学前教育 |  | 仅推定 | [●] |  |  |  |  | ",
        "3 办好特殊教育 | ●1 ○2 |  | ● |  |  | ○ | ○ | ",
        "提升办学水平 | ",
        "4 建强教师队伍 | ●1 ○2 |  | ● | ○ | ○ |  |  | ",
    ]
    assert view.notes[0][0] == (
        "1 份文件的 4 项任务：3 项点名牵头，1 项仅推定发文机关，0 项有配合无牵头，0 项无人负责。"
    )


def test_several_documents_are_a_row_each(plans_store: Store) -> None:
    view = draw(plans_store, "duties", region="临枫区")
    assert lines(view) == [
        "文件 | 任务数 | 缺口 | 临枫区",
        "教育局●3[●]4 | 住房和城乡建设局○2 | 共青团临枫区委员会○1",
        "临枫区 | ",
        "临枫区教育局2021年工作要点 | 3 | 仅推定 2 | "
        "●1 [●]2…● 增加学位供给[●] 发展学前教育[●] 增强学生体质 | ○1 | ",
        "临枫区教育局2023年工作要点 | 4 | 仅推定 2 | "
        "●2 [●]2…● 增加学位供给● 加大培训力度[●] 发展学前教育[●] 提升教师素养 | ○1 | ○1",
    ]


def test_bodies_of_a_place_stand_together_and_make_blocks(plans_store: Store) -> None:
    view = draw(plans_store, "duties")
    places = ["江西省", "云陵市", "临枫区", "枫渚县", "青禾县"]
    rows = table(view)
    assert rows[0][3:] == places
    assert [row[0] for row in rows if len(row) == 2] == places
    widths = [
        int(head.get("colspan")) for head in parsed(view).xpath("//tr[@class='groups']/th")[3:]
    ]
    begin = 0
    # In the plans each document names bodies of its own place only.
    for place, width in zip(places, widths, strict=True):
        for row in (row for row in rows if row[0].startswith(place) and len(row) > 2):
            assert any(row[3 + begin : 3 + begin + width])
            assert not any(row[3 : 3 + begin] + row[3 + begin + width :])
        begin += width


def test_support_only_and_unled_stand_out(plans_store: Store) -> None:
    root = parsed(draw(plans_store, "duties"))
    only = [one.get("title") for one in root.xpath("//th[contains(@class, 'only')]")]
    assert "共青团青禾县委员会" in only
    assert "共青团临枫区委员会" in only
    assert "青禾县教育局" not in only
    task = parsed(draw(plans_store, "duties", document=PLAN_22))
    assert [text(row.find("th")) for row in task.xpath("//tr[@class='bare']")] == ["2 发展学前教育"]


def test_marks_lead_to_the_words(plans_store: Store) -> None:
    view = draw(plans_store, "duties", document=PLAN_22)
    texts = {
        row["s"]: row["t"] for row in plans_store.select("SELECT ?s ?t { ?s nif:isString ?t }")
    }
    said = []
    for link in parsed(view).xpath("//tbody[1]//td/a"):
        _, _, place = link.get("href").partition(":")
        source, _, span = place.rpartition(":")
        begin, end = map(int, span.split(","))
        said.append((text(link), texts[source][begin:end]))
    assert said == [
        *(("●", "县教育局"), ("○", "县自然资源局"), ("[●]", "2.发展学前教育")),
        *(("●", "县教育局"), ("○", "县住房城乡建设局"), ("○", "县残联")),
    ]


def test_narrowed(plans_store: Store) -> None:
    view = draw(plans_store, "duties", issuer="枫渚县教育局", year=2022)
    assert view.title[0] == "责任矩阵：枫渚县教育局2022年工作要点，枫渚县教育局，2022"
    with pytest.raises(NotFoundError, match="document '没有的文件': not held"):
        draw(plans_store, "duties", document="没有的文件")
    assert draw(plans_store, "duties", year=1999).empty
    with Store() as store:
        assert draw(store, "duties").empty


# -- what is said otherwise --------------------------------------------------------------------

OTHER = """青禾县护苗行动实施方案

一、补齐短板（责任单位：县教育局、县财政局）

（一）增加学位供给。新增学位1200个。

（二）办好特殊教育。新建特殊教育学校1所。

二、守护“<b>安全</b>”

（三）整治校园周边。清理摊点30处。（县公安局配合）

（四）开展巡查。每月巡查不少于2次。（县应急管理局牵头，县公安局、县消防救援大队配合）

江西省云陵市青禾县人民政府办公室
2031年3月1日
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a store of a plan whose sections name bodies, and whose title is hostile."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "plan.txt").write_text(OTHER, encoding="utf-8")
    with Store() as store:
        assert not build([folder], store, limits=None).skipped
        yield store


def test_inherited_duties_and_missing_leads(other: Store) -> None:
    assert lines(draw(other, "duties")) == [
        "任务 | 机构数 | 缺口 | 青禾县",
        "教育局●2 | 应急管理局●1 | 公安局○2 | 财政局○2 | 消防救援大队○1",
        "补齐短板（责任单位：县教育局、县财政局） | ",
        "一 增加学位供给 | ●1 ○1 |  | (●) |  |  | (○) | ",
        "二 办好特殊教育 | ●1 ○1 |  | (●) |  |  | (○) | ",
        "守护“<b>安全</b>” | ",
        "三 整治校园周边 | ○1 | 有配合无牵头 |  |  | ○ |  | ",
        "四 开展巡查 | ●1 ○2 |  |  | ● | ○ |  | ○",
    ]


def test_hostile_titles_are_text(other: Store) -> None:
    view = draw(other, "duties")
    tags = {one.tag for one in parsed(view).iter() if isinstance(one.tag, str)}
    assert not tags - {
        "div",
        "span",
        "i",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "small",
        "a",
    }


# -- size --------------------------------------------------------------------------------------


def test_many_agencies_of_one_name_share_a_column(
    plans_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.render.views.duties.MOST_AGENCIES", 20)
    view = draw(plans_store, "duties")
    rows = table(view)
    assert rows[0] == ["文件", "任务数", "缺口", "各地同名机构合并"]
    # 自然资源局: 1 task in the city, 1 in 枫渚县, 4 in 青禾县; 发展和改革委员会: 3 of the
    # province, 2 of the city.
    assert rows[1][:5] == [
        *("教育局●28[●]17", "教育厅●10[●]3", "自然资源局○6"),
        *("住房和城乡建设局○5", "发展和改革委员会○5"),
    ]
    assert {"中共县委机构编制委员会办公室○3", "共青团县委员会○1", "共青团区委员会○1"} <= set(
        rows[1]
    )
    # Which body a mark is of, is said where it is pointed at.
    titles = [one.get("title") for one in parsed(view).xpath("//tbody[2]/tr[2]/td/a")]
    assert titles[0].startswith("云陵市教育局 · 牵头 · 明文")


def test_many_agencies_and_rows_are_cut_and_said(
    plans_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.render.views.duties.MOST_AGENCIES", 5)
    monkeypatch.setattr("kg.render.views.duties.MOST_ROWS", 4)
    view = draw(plans_store, "duties")
    rows = table(view)
    assert rows[0] == ["文件", "任务数", "缺口", "未列机构", "各地同名机构合并"]
    assert len(rows[1]) == 5
    assert len([row for row in rows[2:] if len(row) > 2]) == 4
    assert [chinese for chinese, _ in view.notes[2:]] == [
        "列出牵头最多的 5 个机构，另有 14 个未列。",
        "列出责任写得最多的 4 行，另有 14 行未列；用 --document 或 --region 缩小范围。",
    ]


def test_the_same_store_gives_the_same_bytes(plans_store: Store, tmp_path: Path) -> None:
    with Store(tmp_path / "store") as again:
        build_plans(again)
        for name in ("duties", "indicators"):
            assert draw(again, name).body == draw(plans_store, name).body
