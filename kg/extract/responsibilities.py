"""Tasks and agencies to responsibilities: who leads, who supports."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kg.extract.prose_duties import (
    ET_CETERA,
    MEMBER,
    SUBJECT,
    SUPPORTS_BEHIND,
    WITH,
    behind_last,
    duties_in_prose,
)
from kg.extract.table_duties import Cell, cells_of_tasks, roles_in
from kg.extract.text import even
from kg.models import Basis, Mention, Outline, Responsibility, Role, Section, Task

WORD = "(?:单位|部门|科室|处室|机构|股室|主体|领导)"
# A cue opens a list of agencies; the next cue, a closing bracket or the paragraph ends it.
CUE = re.compile(
    rf"(?P<lead>(?:牵头|主办|主责|负责|落实|责任主体|实施)(?:责任|考核|实施|落实)?{WORD}?"
    r"|牵头负责)\s*[:：]"
    rf"|(?P<support>(?:配合|参与|参加|协同|协办|协助|支持|联合|会同){WORD}?)\s*[:：]"
    rf"|(?P<list>(?:责任|承办|分工|任务){WORD})\s*[:：]"
)
GROUP = re.compile(r"（(?P<inside>[^（）]*(?:（[^（）]*）[^（）]*)*)）")
# The last members of a list that are no agencies known by name: （市教育局、大数据专班负责）.
UNKNOWN_LAST = re.compile(
    rf"(?:[、和及]{MEMBER}){{1,4}}?(?={ET_CETERA}?(?:共同|分[工别]|按[^、，；）]{{0,10}})?"
    r"(?:牵头|负责(?!人)|配合|参[与加]|协[助同]|支持|落实|指导[，；）]))"
)
# What else stands in a bracket that does nothing but list who answers: （市教育局、市民政局）.
SEPARATORS = frozenset("、，和及")
# …、各县（市、区）人民政府）: those of every place close the list.
OF_EVERY_PLACE = r"[、，；]各[^（）。]{0,10}(?:（[^（）]{1,8}）[^（）。]{0,10})?"
LISTED_END = re.compile(rf"{ET_CETERA}?(?:{OF_EVERY_PLACE})?）")
LEADS_BEHIND = re.compile(
    rf"\s*(?:共同|{ET_CETERA})?(?:牵头|负责|落实|按(?:照)?职责分工负责|分工负责|按(?:照)?(?:各自)?职责|分别负责|承担|主抓"
    r"|(?:指导|组织|推进|统筹|主办|承办|办理|督办)(?:实施|落实)?(?=[，；。）]))"
)

AT_THE_HEAD = re.compile("作为(?:总)?(?:牵头|主管|责任)(?:单位|部门)")


def find_responsibilities(
    outline: Outline, mentions: Sequence[Mention]
) -> Iterator[Responsibility]:
    """Yield who leads and who supports each task, and on what the statement rests.

    `mentions` are sorted by begin. A task that names nobody inherits what its section's own
    heading or closing line states; else the issuer is implied (agency −1).
    """
    text = even(outline.source.text)
    agencies = [(index, m) for index, m in enumerate(mentions) if m.type == "Agency"]
    stated: dict[int, list[Responsibility]] = {}
    named = dict(agencies)
    cells = cells_of_tasks(outline)
    begins = sorted(task.begin for task in outline.tasks)
    for index, task in enumerate(outline.tasks):
        end = _own_end(task, begins)
        inside = _inside(agencies, task.begin, end)
        columns = _by_columns(text, cells.get(index, ()), agencies)
        # A cell that reaches over rows stands in an earlier one.
        members = {**dict(inside), **{at: named[at] for at, _, _ in columns}}
        stated[index] = list(_stated(text, task, index, sorted(members.items()), end, columns))
        yield from stated[index]
    begins = sorted([*begins, *(section.begin for section in outline.sections)])
    for index, task in enumerate(outline.tasks):
        if not stated[index]:
            yield from _inferred(text, outline, index, task, agencies, begins)


def _inside(
    agencies: Sequence[tuple[int, Mention]], begin: int, end: int
) -> Sequence[tuple[int, Mention]]:
    """Return the agencies named in a stretch; they are sorted by where they begin."""
    first = bisect_left(agencies, begin, key=_begin)
    return agencies[first : bisect_left(agencies, end, key=_begin)]


def _begin(agency: tuple[int, Mention]) -> int:
    return agency[1].begin


def _stated(
    text: str,
    task: Task,
    index: int,
    inside: Sequence[tuple[int, Mention]],
    end: int,
    columns: Sequence[tuple[int, Role, str]],
) -> Iterator[Responsibility]:
    taken: set[int] = set()
    roles: dict[int, tuple[Role, str]] = {}
    listed = [
        *columns,
        *_by_cues(text, task.begin, end, inside),
        *_by_groups(text, task.begin, end, inside),
    ]
    # Where a list says who answers for the task, what its sentences bind others to is no part.
    spoken = [
        found
        for found in duties_in_prose(text, task.begin, task.title_begin, inside)
        if not listed or found[2] != SUBJECT
    ]
    for at, role, rule in (*listed, *spoken):
        if at not in taken:
            taken.add(at)
            roles[at] = (role, rule)
    # 教育部门牵头，财政部门配合。财政部门要…: who supports a task does not lead it by acting.
    told = {m.name for at, m in inside if at in roles and roles[at][1] not in (SUBJECT, WITH)}
    # 教育部门作为牵头单位，要…。财政部门要…: beside who is at the head the others support.
    heads = {m.name for at, m in inside if at in roles and AT_THE_HEAD.match(text, m.end)}
    for at, mention in inside:
        if at in roles and not (roles[at][1] == SUBJECT and mention.name in told):
            role, rule = roles[at]
            below = heads and rule == SUBJECT and mention.name not in heads
            stated: Role = "Support" if below else role
            yield Responsibility(mention.begin, mention.end, index, at, stated, "Explicit", rule)


def _by_columns(
    text: str, cells: Sequence[Cell], agencies: Sequence[tuple[int, Mention]]
) -> list[tuple[int, Role, str]]:
    """Return who answers by the columns of a table; words inside a cell say it more closely."""
    found: list[tuple[int, Role, str]] = []
    led = any(cell.role == "lead" for cell in cells)
    for cell in cells:
        inside = _inside(agencies, cell.begin, cell.end)
        found += _by_cues(text, cell.begin, cell.end, inside)
        found += roles_in(text, cell, inside, led)
    return found


def _own_end(part: Task | Section, begins: Sequence[int]) -> int:
    """Return where the own text of a task or section ends: at the first of its parts."""
    following = bisect_right(begins, part.begin)
    return min(begins[following], part.end) if following < len(begins) else part.end


def _has_colon(text: str, begin: int, end: int) -> bool:
    return text.find("：", begin, end) >= 0 or text.find(":", begin, end) >= 0


def _by_cues(
    text: str, begin: int, end: int, inside: Sequence[tuple[int, Mention]]
) -> Iterator[tuple[int, Role, str]]:
    """Yield the members of lists behind 牵头单位：, 配合单位：, 责任单位：."""
    cues = list(CUE.finditer(text, begin, end)) if inside and _has_colon(text, begin, end) else []
    led = any(cue["lead"] for cue in cues)
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        stop = _list_end(text, cue.end(), following.start() if following else end)
        members = [(at, m) for at, m in inside if cue.end() <= m.begin < stop]
        for position, (at, mention) in enumerate(members):
            if cue["list"]:
                first = position == 0 and not led
                role: Role = "Lead" if first else "Support"
                if (
                    LEADS_BEHIND.match(text, mention.end)
                    and "牵头" in text[mention.end : mention.end + 6]
                ):
                    role = "Lead"
                yield at, role, "responsibility.list"
            else:
                yield at, "Lead" if cue["lead"] else "Support", "responsibility.cue"


def _list_end(text: str, begin: int, end: int) -> int:
    depth = 0
    for at in range(begin, end):
        if text[at] == "（":
            depth += 1
        elif text[at] == "）":
            depth -= 1
            if depth < 0:
                return at
        elif text[at] in "。\n】" and at > begin:
            return at
    return end


def _by_groups(
    text: str, begin: int, end: int, inside: Sequence[tuple[int, Mention]]
) -> Iterator[tuple[int, Role, str]]:
    """Yield （A牵头，B、C配合）: a bracket that holds agencies and their roles."""
    for group in GROUP.finditer(text, begin, end) if inside else ():
        members = [(at, m) for at, m in inside if group.start() < m.begin < group.end()]
        if not members or CUE.search(group[0]):
            continue
        if _only_lists(text, group, members):
            yield from (
                (at, "Support" if order else "Lead", "responsibility.group")
                for order, (at, _) in enumerate(members)
            )
            continue
        pending: list[tuple[int, Mention]] = []
        led = False
        for position, (at, mention) in enumerate(members):
            pending.append((at, mention))
            stop = members[position + 1][1].begin if position + 1 < len(members) else group.end()
            behind = behind_last(UNKNOWN_LAST, text[mention.end : stop])
            if SUPPORTS_BEHIND.match(behind):
                yield from ((each, "Support", "responsibility.group") for each, _ in pending)
                pending = []
            elif LEADS_BEHIND.match(behind):
                # 牵头 is said of all before it; of several who are 负责 the first one leads.
                together = behind.lstrip().startswith(("牵头", "共同"))
                for order, (each, _) in enumerate(pending):
                    leads = together or not (order or led)
                    yield each, "Lead" if leads else "Support", "responsibility.group"
                led = led or "牵头" in behind[:8]
                pending = []


def _only_lists(text: str, group: re.Match[str], members: Sequence[tuple[int, Mention]]) -> bool:
    """Tell a bracket behind a sentence, or at the end of a line, that holds a list of agencies."""
    if len(members) < 2 or members[0][1].begin != group.start() + 1:
        return False
    if text[group.start() - 1] not in "。；！" and text[group.end() : group.end() + 1] not in "\n":
        return False
    if text[group.start() - 1] == "》" or not LISTED_END.match(text, members[-1][1].end):
        return False
    return all(text[a.end : b.begin] in SEPARATORS for (_, a), (_, b) in pairwise(members))


def _inferred(
    text: str,
    outline: Outline,
    index: int,
    task: Task,
    agencies: Sequence[tuple[int, Mention]],
    begins: Sequence[int],
) -> Iterator[Responsibility]:
    """Yield what a task without a word on it inherits from its section, or the issuer implied."""
    section = task.section
    while section is not None:
        part = outline.sections[section]
        first = _own_end(part, begins)
        inside = _inside(agencies, part.begin, first)
        found = [
            *_by_cues(text, part.begin, first, inside),
            *_by_groups(text, part.begin, first, inside),
        ]
        if found:
            for at, role, rule in found:
                mention = dict(inside)[at]
                yield _responsibility(mention, index, at, role, "Inherited", rule)
            return
        section = part.parent
    yield Responsibility(
        task.begin, task.title_end, index, -1, "Lead", "Implied", "responsibility.issuer"
    )


def _responsibility(
    mention: Mention, task: int, agency: int, role: Role, basis: Basis, rule: str
) -> Responsibility:
    return Responsibility(mention.begin, mention.end, task, agency, role, basis, rule)
