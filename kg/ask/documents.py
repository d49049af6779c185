"""Answers about documents, what they cite and name, and about places."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from kg.ask.case import Case, Rows, Told
from kg.ask.shapes import (
    CITATION_COLUMNS,
    KINDS,
    LEVELS,
    PLACE_COLUMNS,
    citation_row,
    names_of,
    naming_row,
    once,
    titled,
    with_sentences,
)
from kg.reports.report import Row, evidence

DOCUMENT_COLUMNS = ("文件", "类型", "发文机关", "日期", "文号", "地方")
MISSING_COLUMNS = ("被引文件", "引用文件数", "引用它的文件")
REGION_COLUMNS = ("地方", "级别", "上级")
SHOWN = 3  # sentences that bear one row out


# -- what names something ---------------------------------------------------------------------


def first(case: Case) -> Told:
    """Answer where something stands first."""
    rows, sparql, name = _naming(case)
    dated = [row for row in rows if row["issued"]]
    _note_undated(case, rows, dated)
    if not dated:
        return _named(case, rows, f"写到“{name}”的文件都没有日期", sparql)
    earliest = [row for row in dated if row["issued"] == dated[0]["issued"]]
    told = f"“{name}”最早见于 {dated[0]['issued']} 的{_titles(earliest)}"
    return _named(case, dated, told, sparql)


def since(case: Case) -> Told:
    """Answer since when something is in the documents."""
    rows, sparql, name = _naming(case)
    dated = [row for row in rows if row["issued"]]
    _note_undated(case, rows, dated)
    told = f"收录的文件中，“{name}”从 {dated[0]['issued']} 起出现" if dated else case.held()
    return _named(case, dated, told, sparql)


def practised(case: Case) -> Told:
    """Answer where, and in which documents, something is written."""
    rows, sparql, name = _naming(case)
    number = len({row["region"] for row in rows if row["region"]})
    told = f"{len(rows)} 份文件写到“{name}”，涉及 {number} 个地方：{names_of(rows)}"
    return _named(case, rows, told, sparql)


def _naming(case: Case) -> tuple[Rows, str, str]:
    """Find the documents that name a thing, or where the graph knows none, that write the words."""
    case.narrow(inside=True)
    text = case.match.slots["thing"]
    name = case.match.kinds.get("thing")
    if name is not None and name.things:
        case.values["name"] = "|".join(iri for iri, _ in name.things)
        rows, sparql = case.run("ask-named")
        if rows:
            told = name.things[0][1]
            case.understood.append(("名称", told))
            return with_sentences(case.store, once(rows, "policy")), sparql, told
        del case.values["name"]
    case.values["words"] = text
    case.understood.append(("词语", f"“{text}”"))
    rows, sparql = case.run("ask-words")
    return with_sentences(case.store, once(rows, "policy")), sparql, text


def _note_undated(case: Case, rows: Rows, dated: Rows) -> None:
    if len(dated) < len(rows):
        case.notes.append(f"另有 {len(rows) - len(dated)} 份写到它的文件没有日期")


def _named(case: Case, rows: Rows, told: str, sparql: str) -> Told:
    shown = tuple(naming_row(row) for row in rows)
    return Told(PLACE_COLUMNS, shown, told if rows else case.held(), sparql)


def _titles(rows: Rows) -> str:
    return "、".join(f"{row['where']}《{row['title']}》" for row in rows[:SHOWN])


# -- citations --------------------------------------------------------------------------------


def implements(case: Case) -> Told:
    """Answer what a document, or the documents of a place, carry out or cite."""
    if "document" in case.match.slots:
        case.document("document")
    case.narrow()
    rows, sparql = case.run()
    return _cited(case, rows, f"引用或落实的文件：{names_of(rows, 'cites')}", sparql)


def implementers(case: Case) -> Told:
    """Answer which documents carry out one."""
    case.values["stance"] = "implements"
    return _citing(case, "落实")


def citers(case: Case) -> Told:
    """Answer which documents cite one."""
    return _citing(case, "引用")


def _citing(case: Case, word: str) -> Told:
    title = case.document("cited")
    case.narrow(inside=True)
    rows, sparql = case.run()
    number = len({row["policy"] for row in rows})
    told = f"{number} 份文件{word}《{title}》：{names_of(rows, 'title')}"
    return _cited(case, rows, told, sparql)


def _cited(case: Case, rows: Rows, told: str, sparql: str) -> Told:
    rows = once(rows, "source", "begin", "other")
    shown = tuple(citation_row(row) for row in rows)
    return Told(CITATION_COLUMNS, shown, told if rows else case.held(), sparql)


def missing(case: Case) -> Told:
    """Answer which documents are cited but not held, those that most cite first."""
    case.narrow(inside=True)
    rows, sparql = case.run()
    by_cited: dict[str, Rows] = defaultdict(list)
    for row in once(rows, "other", "policy"):
        by_cited[row["other"]].append(row)
    ranked = sorted(by_cited.values(), key=lambda rows: (-len(rows), rows[0]["cites"]))
    shown = tuple(_missing_row(rows) for rows in ranked)
    told = f"引用了但没有收录的文件 {len(ranked)} 份"
    if ranked:
        told += f"，最多的是《{ranked[0][0]['cites']}》（{len(ranked[0])} 份文件引用）"
    return Told(MISSING_COLUMNS, shown, told if ranked else case.held(), sparql)


def _missing_row(rows: Rows) -> Row:
    values = (rows[0]["cites"], len(rows), names_of(rows, "title", SHOWN))
    return Row(values, tuple(evidence(row) for row in rows[:SHOWN]))


# -- documents --------------------------------------------------------------------------------


def documents(case: Case) -> Told:
    """Answer which documents are held."""
    case.narrow(inside=True)
    rows, sparql = case.run()
    return _documents(case, rows, sparql, "收录了")


def issued(case: Case) -> Told:
    """Answer which documents an agency issued."""
    name = case.agency()
    case.values["issuer"] = case.values.pop("agency")
    case.narrow(inside=True)
    rows, sparql = case.run()
    return _documents(case, rows, sparql, f"{name}印发、已收录的有")


def about(case: Case) -> Told:
    """Answer who issued a document, when, under which number."""
    title = case.document("document")
    rows, sparql = case.run()
    if not rows:
        return Told(DOCUMENT_COLUMNS, (), f"《{title}》没有收录，只被引用，发文信息不详", sparql)
    told = _documents(case, rows, sparql, "")
    return replace(told, told=f"《{title}》{_imprint(rows)}")


def _imprint(rows: Rows) -> str:
    facts = (
        ("发文机关", names_of(rows, "by")),
        ("日期", names_of(rows, "issued")),
        ("文号", names_of(rows, "number")),
    )
    return "，".join(f"{name} {value or '不详'}" for name, value in facts)


def _documents(case: Case, rows: Rows, sparql: str, told: str) -> Told:
    by_document: dict[str, Rows] = defaultdict(list)
    for row in rows:
        by_document[row["policy"]].append(row)
    firsts = [several[0] for several in by_document.values()]
    lines = titled(case.store, firsts)
    shown = tuple(
        Row(
            (
                row["title"],
                KINDS.get(row["kind"], ""),
                names_of(by_document[row["policy"]], "by"),
                row["issued"],
                row["number"],
                row["where"],
            ),
            (line,),
        )
        for row, line in lines
    )
    listed = f"{told} {len(shown)} 份：{names_of(firsts, 'title')}"
    return Told(DOCUMENT_COLUMNS, shown, listed if shown else case.held(), sparql)


# -- places -----------------------------------------------------------------------------------


def belongs(case: Case) -> Told:
    """Answer in which place one lies."""
    places = case.asked.circumstances.places
    case.values["inner"] = "|".join(iri for iri, _ in places)
    if case.match.levels:
        case.values["height"] = "|".join(case.match.levels)
    rows, sparql = case.run()
    rows.sort(key=lambda row: list(LEVELS).index(row["aboveRank"] or "Area"), reverse=True)
    above = names_of(rows, "above") or "（图谱没有上级）"
    return _regions(case, rows, sparql, f"{names_of(rows)}属于{above}")


def contains(case: Case) -> Told:
    """Answer which places lie in one, of those that documents are of or speak of."""
    ((iri, name), *_) = case.asked.circumstances.places
    case.values["outer"] = iri
    if case.match.levels:
        case.values["level"] = "|".join(case.match.levels)
        case.understood.append(("级别", "、".join(LEVELS[one] for one in case.match.levels)))
    rows, sparql = case.run()
    case.notes.append("只列收录的文件写到的地方，不是完整的行政区划")
    return _regions(case, rows, sparql, f"{name}包括（图谱所知）：{names_of(rows)}")


def _regions(case: Case, rows: Rows, sparql: str, told: str) -> Told:
    rows = once(rows, "region", "holder")
    shown = tuple(
        Row((row["where"], LEVELS.get(row["rank"], row["rank"]), row["above"])) for row in rows
    )
    return Told(REGION_COLUMNS, shown, told if rows else case.held(), sparql)
