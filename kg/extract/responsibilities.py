"""Tasks and agencies to responsibilities: who leads, who supports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.extract.text import even
from kg.models import Basis, Mention, Outline, Responsibility, Role, Task

WORD = "(?:单位|部门|科室|处室|机构|股室|主体|领导)"
# A cue opens a list of agencies; the next cue, a closing bracket or the paragraph ends it.
CUE = re.compile(
    rf"(?P<lead>(?:牵头|主办|主责|负责|落实|责任主体|实施){WORD}?|牵头负责)\s*[:：]"
    rf"|(?P<support>(?:配合|参与|参加|协同|协办|协助|支持|联合|会同){WORD}?)\s*[:：]"
    rf"|(?P<list>(?:责任|承办|分工|任务){WORD})\s*[:：]"
)
GROUP = re.compile(r"（(?P<inside>[^（）]*(?:（[^（）]*）[^（）]*)*)）")
LEADS_BEHIND = re.compile(
    r"\s*(?:共同|等)?(?:牵头|负责|落实|按(?:照)?职责分工负责|分工负责|按(?:照)?(?:各自)?职责|分别负责|承担|主抓)"
)
SUPPORTS_BEHIND = re.compile(
    r"\s*(?:等)?(?:部门|单位)?(?:按职责)?(?:积极|主动|密切)?(?:配合|参与|参加|协助|协同|支持)"
)
SUPPORT_BEFORE = re.compile(r"(?:会同|联合|配合|协同|协调|商|与|加强与|协助)$")
LEAD_BEFORE = re.compile(r"(?:由|请|责成|委托)$")
SUBJECT_BEHIND = re.compile(
    r"(?:等(?:部门|单位)?)?(?:要|应当?|须|需|会同|联合|组织|负责|牵头|统筹|加强|制定|指导|督促|每年|按照|依据|根据|定期|将|可|认定|对|原则上|建立|做好|加快|推进|推动|落实|具体)"
)


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
    for index, task in enumerate(outline.tasks):
        stated[index] = list(_stated(text, task, index, agencies, outline.tasks))
        yield from stated[index]
    for index, task in enumerate(outline.tasks):
        if not stated[index]:
            yield from _inferred(text, outline, index, task, agencies)


def _stated(
    text: str,
    task: Task,
    index: int,
    agencies: Sequence[tuple[int, Mention]],
    tasks: Sequence[Task],
) -> Iterator[Responsibility]:
    end = _own_end(task, tasks)
    inside = [(at, m) for at, m in agencies if task.begin <= m.begin < end]
    taken: set[int] = set()
    roles: dict[int, tuple[Role, str]] = {}
    for at, role, rule in (
        *_by_cues(text, task.begin, end, inside),
        *_by_groups(text, task.begin, end, inside),
        *_in_prose(text, task.begin, end, inside),
    ):
        if at not in taken:
            taken.add(at)
            roles[at] = (role, rule)
    for at, mention in inside:
        if at in roles:
            role, rule = roles[at]
            yield Responsibility(mention.begin, mention.end, index, at, role, "Explicit", rule)


def _own_end(task: Task, tasks: Sequence[Task]) -> int:
    """Return where the task's own text ends: at its first part that is a task itself."""
    return min((t.begin for t in tasks if task.begin < t.begin < task.end), default=task.end)


def _by_cues(
    text: str, begin: int, end: int, inside: Sequence[tuple[int, Mention]]
) -> Iterator[tuple[int, Role, str]]:
    """Yield the members of lists behind 牵头单位：, 配合单位：, 责任单位：."""
    cues = list(CUE.finditer(text, begin, end))
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
    for group in GROUP.finditer(text, begin, end):
        members = [(at, m) for at, m in inside if group.start() < m.begin < group.end()]
        if not members or CUE.search(group[0]):
            continue
        pending: list[tuple[int, Mention]] = []
        for position, (at, mention) in enumerate(members):
            pending.append((at, mention))
            stop = members[position + 1][1].begin if position + 1 < len(members) else group.end()
            behind = text[mention.end : stop]
            if SUPPORTS_BEHIND.match(behind):
                yield from ((each, "Support", "responsibility.group") for each, _ in pending)
                pending = []
            elif LEADS_BEHIND.match(behind):
                shared = "职责" in behind or "分工" in behind or "分别" in behind
                for order, (each, _) in enumerate(pending):
                    yield each, "Support" if shared and order else "Lead", "responsibility.group"
                pending = []


def _in_prose(
    text: str, begin: int, end: int, inside: Sequence[tuple[int, Mention]]
) -> Iterator[tuple[int, Role, str]]:
    """Yield who leads or supports by the sentence: 由A牵头, A会同B, A要…."""
    for position, (at, mention) in enumerate(inside):
        before = text[max(begin, mention.begin - 8) : mention.begin]
        behind = text[mention.end : mention.end + 14]
        if SUPPORT_BEFORE.search(before):
            yield at, "Support", "responsibility.prose.with"
        elif SUPPORTS_BEHIND.match(behind):
            yield at, "Support", "responsibility.prose.support"
        elif LEAD_BEFORE.search(before) or re.match(r"(?:等)?(?:牵头|负责(?!人|同志|制))", behind):
            yield at, "Lead", "responsibility.prose.lead"
        elif _is_subject(text, begin, mention) and SUBJECT_BEHIND.match(behind):
            yield at, "Lead", "responsibility.subject"
        else:
            yield from _in_list(text, begin, at, inside, position)


def _is_subject(text: str, begin: int, mention: Mention) -> bool:
    before = text[max(begin, mention.begin - 1) : mention.begin]
    return not before or before in "。；\n\u3000 ："


def _continues_list(text: str, previous: Mention, mention: Mention) -> bool:
    return text[previous.end : mention.begin] in ("、", "和", "及", "与", "，")


def _in_list(
    text: str, begin: int, at: int, inside: Sequence[tuple[int, Mention]], position: int
) -> Iterator[tuple[int, Role, str]]:
    """Yield the role that a list of agencies has as a whole: 会同A、B; A、B配合; A、B要…."""
    first = last = position
    while first and _continues_list(text, inside[first - 1][1], inside[first][1]):
        first -= 1
    while last + 1 < len(inside) and _continues_list(text, inside[last][1], inside[last + 1][1]):
        last += 1
    if first == last:
        return
    opening, closing = inside[first][1], inside[last][1]
    before = text[max(begin, opening.begin - 8) : opening.begin]
    behind = text[closing.end : closing.end + 14]
    if SUPPORT_BEFORE.search(before):
        yield at, "Support", "responsibility.prose.with"
    elif SUPPORTS_BEHIND.match(behind):
        yield at, "Support", "responsibility.prose.support"
    elif LEAD_BEFORE.search(before):
        yield at, "Lead", "responsibility.prose.lead"
    elif _is_subject(text, begin, opening) and SUBJECT_BEHIND.match(behind):
        yield at, "Lead", "responsibility.subject"


def _inferred(
    text: str,
    outline: Outline,
    index: int,
    task: Task,
    agencies: Sequence[tuple[int, Mention]],
) -> Iterator[Responsibility]:
    """Yield what a task without a word on it inherits from its section, or the issuer implied."""
    section = task.section
    while section is not None:
        part = outline.sections[section]
        begins = [t.begin for t in outline.tasks] + [s.begin for s in outline.sections]
        first = min((at for at in begins if part.begin < at < part.end), default=part.end)
        inside = [(at, m) for at, m in agencies if part.begin <= m.begin < first]
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
