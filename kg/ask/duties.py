"""Answers about tasks: who leads, who supports, together, nobody, by when."""

from __future__ import annotations

from kg.ask.case import Case, Rows, Told
from kg.ask.shapes import (
    DUE_COLUMNS,
    RESPONSIBLE_COLUMNS,
    TARGET_COLUMNS,
    due_row,
    names_of,
    once,
    responsible_row,
    target_row,
)

_ONE = ("item", "who", "role", "begin")


def lead(case: Case) -> Told:
    """Answer who leads what."""
    return _who(case, "Lead", "牵头")


def support(case: Case) -> Told:
    """Answer who supports what."""
    return _who(case, "Support", "配合")


def _who(case: Case, role: str, word: str) -> Told:
    case.narrow()
    case.values["part"] = role
    topic, rows, sparql = _about(case)
    case.understood.append(("事项", f"“{topic}”"))
    stated = [row for row in rows if row["basis"] != "Implied"]
    told = f"{word}“{topic}”的是{names_of(stated or rows, 'who')}"
    if rows and not stated:
        told += "（文件没有写明，推断为发文机关）"
    return _told(case, rows, told, sparql)


def _about(case: Case) -> tuple[str, Rows, str]:
    """Find the tasks of a topic; where there are none, without a general word at its end."""
    topic = case.topic()
    for wanted in dict.fromkeys((topic, case.shorter(topic))):
        case.values["words"] = wanted
        rows, sparql = case.run()
        if rows:
            return wanted, once(rows, *_ONE), sparql
    return topic, [], sparql


def _told(case: Case, rows: Rows, told: str, sparql: str) -> Told:
    shown = tuple(responsible_row(row) for row in rows)
    return Told(RESPONSIBLE_COLUMNS, shown, told if rows else case.held(), sparql)


def leads(case: Case) -> Told:
    """Answer what an agency leads."""
    return _what(case, "Lead", "牵头或负责")


def supports(case: Case) -> Told:
    """Answer what an agency supports."""
    return _what(case, "Support", "配合")


def _what(case: Case, role: str, word: str) -> Told:
    name = case.agency()
    case.narrow()
    case.values["part"] = role
    rows, sparql = case.run()
    rows = once(rows, *_ONE)
    tasks = len({row["item"] for row in rows})
    stated = len({row["item"] for row in rows if row["basis"] != "Implied"})
    inferred = f"，其中 {tasks - stated} 项是推断（发文机关）" if tasks > stated else ""
    told = f"{name}{word}的任务 {tasks} 项{inferred}：{names_of(rows, 'task')}"
    if not rows:
        return _in_the_other_role(case, name, role, word)
    return _told(case, rows, told, sparql)


def _in_the_other_role(case: Case, name: str, role: str, word: str) -> Told:
    """Tell what an agency does where it does nothing in the role that was asked for.

    Of several 责任单位 the first leads: the others are said to 负责 too.
    """
    case.values["part"] = "Support" if role == "Lead" else "Lead"
    rows, sparql = case.run()
    rows = once(rows, *_ONE)
    other = "配合或参与" if role == "Lead" else "牵头"
    told = f"没有找到{name}{word}的任务；它{other}的有：{names_of(rows, 'task')}"
    return _told(case, rows, told, sparql)


def several(case: Case) -> Told:
    """Answer which tasks several agencies lead together."""
    case.narrow()
    rows, sparql = case.run()
    rows = once(rows, *_ONE)
    tasks = len({row["item"] for row in rows})
    return _told(
        case, rows, f"{tasks} 项任务写明由多个部门共同承担：{names_of(rows, 'task')}", sparql
    )


def both(case: Case) -> Told:
    """Answer for what two agencies answer together."""
    first, second = case.agency(), case.agency("other")
    case.narrow()
    rows, sparql = case.run()
    rows = once(rows, *_ONE)
    tasks = len({row["item"] for row in rows})
    told = f"{first}和{second}共同承担的任务 {tasks} 项：{names_of(rows, 'task')}"
    return _told(case, rows, told, sparql)


def unowned(case: Case) -> Told:
    """Answer for which targets no agency is named."""
    case.narrow()
    rows, sparql = case.run()
    rows = once(rows, "source", "begin", "indicator", "value", "due")
    blank = dict.fromkeys(("change", "each", "modality", "group", "recurrence", "basis"), "")
    shown = tuple(target_row({**blank, **row}) for row in rows)
    told = f"{len(rows)} 项目标没有写明责任单位" if rows else case.held()
    return Told(TARGET_COLUMNS, shown, told, sparql)


def finish(case: Case) -> Told:
    """Answer by when something is to be done."""
    case.narrow()
    topic, rows, sparql = _about_due(case)
    case.understood.append(("事项", f"“{topic}”"))
    each = list(dict.fromkeys(_when(row) for row in rows))
    more = f" 等 {len(each)} 个期限" if len(each) > 6 else ""
    told = f"“{topic}”的完成时间：{'；'.join(each[:6])}{more}" if rows else case.held()
    return Told(DUE_COLUMNS, tuple(due_row(row) for row in rows), told, sparql)


def _when(row: dict[str, str]) -> str:
    inferred = "（推断）" if row["basis"] == "Inherited" else ""
    return f"{row['where']} {row['due']}{inferred}".strip()


def _about_due(case: Case) -> tuple[str, Rows, str]:
    """Find what is due of a topic: what it names, before what stands in one sentence with it."""
    topic = case.topic()
    for wanted in dict.fromkeys((topic, case.shorter(topic))):
        case.values["words"] = wanted
        rows, sparql = case.run()
        if rows:
            rows = once(rows, "source", "begin", "what", "due")
            return wanted, [row for row in rows if wanted in row["what"]] or rows, sparql
    return topic, [], sparql


def due(case: Case) -> Told:
    """Answer what is to be done by a day."""
    found = case.asked.circumstances
    case.values |= {"from": found.since, "until": found.until}
    if found.since:
        # A whole year's plan is due at its end: that it says nothing of a month is no deadline.
        case.values["stated"] = "Stated"
        case.notes.append("只列写明了期限的事项；期限由计划年度推断的没有列入")
    case.narrow()
    rows, sparql = case.run()
    rows = once(rows, "source", "begin", "what", "due")
    told = f"{found.since or '…'} 至 {found.until} 应完成 {len(rows)} 项" if rows else case.held()
    return Told(DUE_COLUMNS, tuple(due_row(row) for row in rows), told, sparql)
