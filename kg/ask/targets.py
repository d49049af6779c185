"""Answers about targets: which places, how much, highest, compared, changed, silent, recurring."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby, pairwise

from kg.ask.case import Case, Rows, Told
from kg.ask.shapes import (
    LEVELS,
    TARGET_COLUMNS,
    figure_text,
    names_of,
    once,
    target_row,
    titled,
    year_of,
)
from kg.reports.report import Evidence, Row, Value, evidence

SHOWN = 3  # documents that bear out a place's silence
_ONE = ("source", "begin", "indicator", "value", "due")


def _targets(case: Case) -> tuple[Rows, str]:
    found = case.asked.circumstances
    case.values |= {
        "from": found.since,
        "until": found.until,
        "least": found.least,
        "most": found.most,
        "every": found.every,
    }
    rows, sparql = case.run()
    return once(rows, *_ONE), sparql


def _told(case: Case, rows: Rows, told: str, sparql: str) -> Told:
    shown = tuple(target_row(row) for row in rows)
    return Told(TARGET_COLUMNS, shown, told if rows else case.held(), sparql)


def places(case: Case) -> Told:
    """Answer which places set a target for an indicator."""
    topic = case.indicator()
    case.narrow(inside=True)
    rows, sparql = _targets(case)
    number = len({row["region"] for row in rows if row["region"]})
    told = f"{number} 个地方提出了“{topic}”目标：{names_of(rows)}"
    return _told(case, rows, told, sparql)


def value(case: Case) -> Told:
    """Answer how high a target is."""
    topic = case.indicator()
    case.narrow()
    rows, sparql = _targets(case)
    each = [f"{row['where']}{year_of(row)}年{row['indicator']} {figure_text(row)}" for row in rows]
    each = list(dict.fromkeys(each))
    more = f" 等 {len(each)} 项" if len(each) > 6 else ""
    return _told(case, rows, f"“{topic}”目标：{'；'.join(each[:6])}{more}", sparql)


def high(case: Case) -> Told:
    """Answer where a target is highest."""
    return _ranked(case, highest=True)


def low(case: Case) -> Told:
    """Answer where a target is lowest."""
    return _ranked(case, highest=False)


def _ranked(case: Case, *, highest: bool) -> Told:
    topic = case.indicator()
    case.narrow(inside=True)
    rows, sparql = _targets(case)
    kept, left = _comparable(rows)
    kept.sort(key=lambda row: Decimal(row["figure"]), reverse=highest)
    if left:
        case.notes.append(
            f"没有参加比较的 {len(left)} 项：数值未公开，或者单位、口径（变化量等）不同"
        )
    if not kept:
        told = f"“{topic}”的目标都不能比较" if rows else ""
        return _told(case, rows, told, sparql)
    if len({row["rank"] for row in kept}) > 1 and kept[0]["baseUnit"] not in ("%", "‰"):
        case.notes.append("不同级别的地方排在一起，总量不宜直接比较；可以问“哪个县…最高”")
    best = [row for row in kept if Decimal(row["figure"]) == Decimal(kept[0]["figure"])]
    word = "最高" if highest else "最低"
    told = (
        f"“{topic}”目标{word}的是{names_of(best)}：{figure_text(best[0])}（{year_of(best[0])}年）"
    )
    return _told(case, kept, told, sparql)


def _comparable(rows: Rows) -> tuple[Rows, Rows]:
    """Part targets that compare (in the unit that most have, all levels or all changes)."""
    units = Counter((row["baseUnit"], row["change"], row["each"]) for row in rows if row["figure"])
    unit = max(sorted(units), key=lambda one: units[one], default=None)
    kept: Rows = []
    left: Rows = []
    for row in rows:
        fits = row["figure"] and (row["baseUnit"], row["change"], row["each"]) == unit
        (kept if fits and row["where"] else left).append(row)
    return kept, left


def compare(case: Case) -> Told:
    """Answer how targets of several places differ."""
    topic = case.indicator()
    case.narrow()
    rows, sparql = _targets(case)
    said = {row["region"] for row in rows}
    silent = [name for iri, name in case.asked.circumstances.places if iri not in said]
    if silent and rows:
        case.notes.append(f"收录的文件中没有找到这个目标的地方：{'、'.join(silent)}")
    each = [
        f"{where} {'、'.join(f'{figure_text(row)}（{year_of(row)}年）' for row in of_place)}"
        for where, of_place in groupby(rows, key=lambda row: row["where"])
    ]
    return _told(case, rows, f"“{topic}”目标：{'；'.join(each)}", sparql)


def targets(case: Case) -> Told:
    """Answer which targets a document or a place sets."""
    title = f"《{case.document('document')}》" if "document" in case.match.slots else ""
    case.narrow()
    rows, sparql = _targets(case)
    where = title or "".join(case.conditions())
    return _told(case, rows, f"{where}提出目标 {len(rows)} 项", sparql)


def recurring(case: Case) -> Told:
    """Answer what is to be done every month, quarter …"""
    if "topic" in case.match.slots:
        case.indicator()
    case.narrow()
    rows, sparql = _targets(case)
    told = f"{'、'.join(case.conditions())}要做的 {len(rows)} 项：{names_of(rows, 'indicator')}"
    return _told(case, rows, told, sparql)


# -- change from year to year -----------------------------------------------------------------

CHANGE_COLUMNS = ("地方", "指标", "单位", "上一年", "上一年目标", "年份", "目标", "变化", "结论")


def change(case: Case) -> Told:
    """Answer whether a target was raised against the plan of the year before."""
    topic = case.indicator()
    wanted = case.asked.circumstances.years
    case.narrow()
    if len(wanted) == 1:
        case.values["year"] = [str(int(wanted[0]) - 1), *wanted]
    rows, sparql = _targets(case)
    kept, left = _of_one_year(rows)
    if left:
        case.notes.append(f"没有计入的 {len(left)} 项：每个单位的数，或多年规划的目标")
    doubtful = _contradictory(kept)
    if doubtful:
        case.notes.append(f"同一年有几个不同数值、取先写的一个：{doubtful}")
    changes = [one for series in _series(kept) for one in _steps(series, wanted)]
    ended = [told for _, told in changes]
    told = f"“{topic}”目标：{'；'.join(ended)}" if changes else case.held()
    if not changes and rows:
        told = f"收录的文件中“{topic}”没有可以比较的两年目标"
        return _told(case, rows, told, sparql)
    return Told(CHANGE_COLUMNS, tuple(row for row, _ in changes), told, sparql)


def _of_one_year(rows: Rows) -> tuple[Rows, Rows]:
    kept: Rows = []
    left: Rows = []
    for row in rows:
        fits = row["each"] != "true" and len(year_of(row)) == 4
        (kept if fits else left).append(row)
    return kept, left


def _contradictory(rows: Rows) -> str:
    """Tell for which places and years several figures are given."""
    figures: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in rows:
        figures[row["where"], year_of(row), row["indicator"]].add(row["figure"])
    found = [f"{where}{year}年{name}" for (where, year, name), of in figures.items() if len(of) > 1]
    return "、".join(sorted(found))


def _series(rows: Rows) -> Iterator[dict[str, dict[str, str]]]:
    """Yield the targets of a place for an indicator in one unit, by year; a year's first."""
    found: dict[tuple[str, ...], dict[str, dict[str, str]]] = defaultdict(dict)
    for row in rows:
        key = (row["where"], row["indicator"], row["group"], row["baseUnit"], row["change"])
        found[key].setdefault(year_of(row), row)
    yield from (found[key] for key in sorted(found))


def _steps(series: dict[str, dict[str, str]], wanted: tuple[str, ...]) -> Iterator[tuple[Row, str]]:
    """Yield each year against the one before; without plans of that year the last before it."""
    for before, year in pairwise(sorted(series)):
        if len(wanted) != 1 or year == wanted[0]:
            yield _step(series[before], series[year])


def _step(before: dict[str, str], row: dict[str, str]) -> tuple[Row, str]:
    year = year_of(row)
    difference: Decimal | None = None
    verdict = "未公开，不能比较"
    if before["figure"] and row["figure"]:
        difference = Decimal(row["figure"]) - Decimal(before["figure"])
        verdict = "提高" if difference > 0 else "下降" if difference < 0 else "持平"
    values = (
        row["where"],
        row["indicator"],
        row["baseUnit"],
        int(year_of(before)),
        _figure(before),
        int(year),
        _figure(row),
        difference,
        verdict,
    )
    evidences = (evidence(before, "上一年目标"), evidence(row, "目标"))
    steps = f"{year_of(before)}年 {figure_text(before)} → {figure_text(row)}"
    told = f"{row['where']}{year}年{verdict}（{steps}）"
    return Row(values, evidences), told


def _figure(row: dict[str, str]) -> Value:
    return Decimal(row["figure"]) if row["figure"] else None


# -- silence ----------------------------------------------------------------------------------

SILENT_COLUMNS = ("地方", "级别", "收录文件数", "文中是否写到", "文件")


def silent(case: Case) -> Told:
    """Answer which places whose documents are held set no target for an indicator."""
    topic = case.indicator()
    case.narrow(inside=True)
    rows, sparql = case.run()
    told = f"没有提出“{topic}”目标"
    return _silence(case, rows, sparql, told)


def unmentioned(case: Case) -> Told:
    """Answer which places whose documents are held nowhere write some words."""
    case.narrow(inside=True)
    topic, query = case.topic(), "ask-unmentioned"
    name = case.match.kinds.get("topic")
    if name is not None and name.things:
        topic, query = name.things[0][1], "ask-unnamed"
        case.values["name"] = "|".join(iri for iri, _ in name.things)
    else:
        case.values["words"] = topic
    case.understood.append(("词语", f"“{topic}”"))
    rows, sparql = case.run(query)
    return _silence(
        case, [{**row, "mentioned": "no"} for row in rows], sparql, f"没有写到“{topic}”"
    )


def _silence(case: Case, rows: Rows, sparql: str, what: str) -> Told:
    rows = once(rows, "policy")
    by_place: dict[str, Rows] = defaultdict(list)
    for row in rows:
        by_place[row["region"]].append(row)
    told = f"{len(by_place)} 个地方{what}：{names_of(rows)}"
    if not rows:
        told = "收录了文件的地方都写到了" if _any_held(case) else case.held()
    case.notes.append("只就收录的文件而言；没有收录文件的地方不在此列")
    firsts = [row for of_place in by_place.values() for row in of_place[:SHOWN]]
    lines = {row["policy"]: line for row, line in titled(case.store, firsts)}
    shown = tuple(_silent_row(of_place, lines) for of_place in by_place.values())
    return Told(SILENT_COLUMNS, shown, told, sparql)


def _any_held(case: Case) -> bool:
    return not case.held().startswith("图谱没有")


def _silent_row(rows: Rows, lines: Mapping[str, Evidence]) -> Row:
    first = rows[0]
    mentioned = "是，但无量化目标" if any(row["mentioned"] == "yes" for row in rows) else "否"
    titles = "；".join(row["title"] for row in rows[:SHOWN])
    values = (first["where"], LEVELS.get(first["rank"], ""), len(rows), mentioned, titles)
    return Row(values, tuple(lines[row["policy"]] for row in rows[:SHOWN]))
