"""Rows of the saved queries to rows of an answer: what a column shows, what is read as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kg.ask.names import plain
from kg.reports.report import Evidence, Row, Value, evidence
from kg.sentence import sentence_at
from kg.store import Store

_Found = Mapping[str, str]

SIGNS = {"Exactly": "=", "AtLeast": "≥", "AtMost": "≤", "About": "≈", "Between": "区间"}
LEVELS = {
    "Country": "国家", "Province": "省级", "Prefecture": "市级", "County": "县级",
    "Township": "乡级", "Area": "区域",
}  # fmt: skip
ROLES = {"Lead": "牵头", "Support": "配合"}
BASES = {"Explicit": "明示", "Inherited": "章节统一规定", "Implied": "推断（发文机关）"}
STANCES = {
    "cites": "引用", "implements": "落实", "plansToIssue": "计划制定", "revises": "修订",
    "promulgates": "印发",
}  # fmt: skip
KINDS = {
    "WorkPlan": "工作要点", "Notice": "通知", "Opinion": "意见", "ImplementationPlan": "实施方案",
    "Plan": "规划", "Regulation": "规章", "Law": "法律", "Report": "报告", "Standard": "标准",
    "Publication": "出版物",
}  # fmt: skip
TARGET_COLUMNS = ("地方", "年份", "指标", "比较", "数值", "单位", "完成时间", "说明", "文件")


def once(rows: Iterable[dict[str, str]], *keys: str) -> list[dict[str, str]]:
    """Give the first row of each that are equal in some columns: a text may have several files."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), row)
    return list(found.values())


def year_of(row: _Found) -> str:
    """Give the years that a document plans, or the year of its issue."""
    return (row["period"] or row["issued"][:4]).replace("-", "—")


def value_of(row: _Found) -> Value:
    """Give a target's figure; a range as text, None where the source masks it."""
    if row["value"]:
        return Decimal(row["value"])
    if row["low"] and row["high"]:
        return f"{row['low']}–{row['high']}"
    return None


def target_row(row: _Found) -> Row:
    """Give a target as TARGET_COLUMNS."""
    values = (
        row["where"],
        year_of(row),
        row["indicator"],
        "未公开" if row["masked"] == "true" else SIGNS.get(row["comparator"], ""),
        value_of(row),
        row["unit"],
        row["due"],
        "、".join(_remarks(row)),
        row["title"],
    )
    return Row(values, (evidence(dict(row)),))


def _remarks(row: _Found) -> Iterator[str]:
    """Yield what a figure alone does not say, what was inferred among it."""
    remarks = (
        (row["change"] == "true", "变化量"),
        (row["each"] == "true", "每个单位"),
        (row["modality"] == "Ensure", "确保"),
        (row["modality"] == "Strive", "力争"),
        (bool(row["group"]), f"仅{row['group']}"),
        (bool(row["recurrence"]), f"周期 {row['recurrence']}"),
        (row["basis"] == "Inherited", "期限系推断"),
    )
    yield from (text for holds, text in remarks if holds)


def figure_text(row: _Found) -> str:
    """Give a target's figure with sign and unit, as it is told: ≥93%."""
    if row["masked"] == "true":
        return f"未公开（{row['unit']}）"
    sign = SIGNS.get(row["comparator"], "")
    sign = "" if sign in ("=", "区间") else sign
    value = value_of(row)
    number = format(value.normalize(), "f") if isinstance(value, Decimal) else str(value or "")
    return f"{sign}{number}{row['unit']}"


RESPONSIBLE_COLUMNS = ("任务", "机构", "角色", "依据", "完成时间", "地方", "文件")


def responsible_row(row: _Found) -> Row:
    """Give who answers for a task as RESPONSIBLE_COLUMNS."""
    values = (
        row["task"],
        row["who"],
        ROLES.get(row["role"], row["role"]),
        BASES.get(row["basis"], row["basis"]),
        row["due"],
        row["where"],
        row["title"],
    )
    return Row(values, (evidence(dict(row)),))


DUE_COLUMNS = ("完成时间", "依据", "事项", "地方", "文件")


def due_row(row: _Found) -> Row:
    """Give what is due as DUE_COLUMNS."""
    basis = "推断" if row["basis"] == "Inherited" else "明示"
    values = (row["due"], basis, row["what"], row["where"], row["title"])
    return Row(values, (evidence(dict(row)),))


CITATION_COLUMNS = ("文件", "日期", "地方", "关系", "被引文件", "是否收录")


def citation_row(row: _Found) -> Row:
    """Give a citation as CITATION_COLUMNS."""
    held = "是" if row["held"] == "yes" else "否"
    stance = STANCES.get(row["stanceOf"], row["stanceOf"])
    values = (row["title"], row["issued"], row["where"], stance, row["cites"], held)
    return Row(values, (evidence(dict(row)),))


PLACE_COLUMNS = ("日期", "地方", "级别", "文件")


def naming_row(row: _Found) -> Row:
    """Give a document that names something as PLACE_COLUMNS."""
    values = (row["issued"], row["where"], LEVELS.get(row["rank"], ""), row["title"])
    return Row(values, (evidence(dict(row)),))


def with_sentences(store: Store, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Put whole sentences in the place of the stretch of text that a query can cut out."""
    texts = _texts(store, {row["source"] for row in rows})
    return [
        {**row, "sentence": sentence_at(texts[row["source"]], int(row["begin"]))} for row in rows
    ]


def titled(store: Store, rows: list[dict[str, str]]) -> list[tuple[dict[str, str], Evidence]]:
    """Give rows on whole documents, each with the line of the text that has its title."""
    texts = _texts(store, {row["source"] for row in rows})
    return [(row, _title_line(row, texts[row["source"]])) for row in rows]


def _title_line(row: _Found, text: str) -> Evidence:
    # A title that only the file's metadata give stands nowhere in the text.
    begin = max(text.find(row["title"]), 0)
    end = begin + len(row["title"]) if text.startswith(row["title"], begin) else begin
    return Evidence(row["title"], row["file"], row["source"], begin, end)


def _texts(store: Store, sources: set[str]) -> dict[str, str]:
    if not sources:
        return {}
    listed = " ".join(f"<{source}>" for source in sorted(sources))
    query = f"SELECT ?source ?text {{ VALUES ?source {{ {listed} }} ?source nif:isString ?text }}"
    return {row["source"]: row["text"] for row in store.select(query)}


def names_of(rows: Iterable[_Found], key: str = "where", most: int = 12) -> str:
    """Give the different values of a column as a list that is told: 青禾县、枫渚县."""
    listed = list(dict.fromkeys(row[key] for row in rows if row[key]))
    told = "、".join(listed[:most])
    return told + (f" 等 {len(listed)} 个" if len(listed) > most else "")


def matches(label: str, words: str) -> bool:
    """Tell whether a label is the words, as names are compared."""
    return plain(label) == plain(words)
