"""Documents named to citations: what this document does with each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.extract.text import even
from kg.models import Citation, Mention, Outline, Stance

REACH = 60  # characters of the clause that may stand between the verb and the title
# In the order in which they are tried: the nearest verb of the first that governs.
VERBS: tuple[tuple[Stance, re.Pattern[str]], ...] = (
    ("revises", re.compile(r"修订|修改|修编")),
    ("plansToIssue", re.compile(r"制定|制订|出台|编制|研制|拟订|拟定|起草|研究提出|编写")),
    ("promulgates", re.compile(r"现将|印发|转发")),
    ("implements", re.compile(r"落实|贯彻|执行|根据|按照|对照|依据|遵照|依照|围绕|实施|宣传贯彻|遵循|严格按|推动")),
)
IMPROVED = re.compile(r"完善$")
PLANNED_BEHIND = re.compile(r"》?(?:[（(][^（）()]*[）)])?(?:的)?(?:制定|编制|出台|起草|研制)(?!的)")
REVISED_BEHIND = re.compile(r"》?(?:的)?(?:修订|修编|修改)")
IMPLEMENTED_BEHIND = re.compile(r"》?(?:[（(][^（）()]*[）)])?(?:等)?[^，。；]{0,12}(?:精神|要求|规定)(?:，|。|和|及|、|$)")
# 新修订的《…》, 国务院印发的《…》: the verb only describes the title behind it.
ADJECTIVAL = re.compile(r"(?:新修订|修订后|修订|印发|制定|出台|发布|下发|联合印发|编制)的(?=《?$|[^，。]{0,6}《?$)")
DONE = re.compile(r"(?:已|了|经)[^，。]{0,4}$")


def find_citations(
    outline: Outline, mentions: Sequence[Mention], own: frozenset[int]
) -> Iterator[Citation]:
    """Yield how the document relates to each one it names, but to itself (`own`: indexes)."""
    text = even(outline.source.text)
    previous: tuple[int, Stance] | None = None
    for index, mention in enumerate(mentions):
        if mention.type != "Document" or index in own:
            continue
        stance, rule = _stance(text, mention)
        if previous is not None and _continues(text, previous[0], mention.begin):
            stance, rule = previous[1], "citation.list"
        previous = (mention.end, stance)
        yield Citation(mention.begin, mention.end, index, stance, rule)


def _continues(text: str, end: int, begin: int) -> bool:
    """Tell a further title of the same list: 《甲》（甲发〔2020〕1号）、《乙》."""
    between = re.sub(r"（[^（）]*）", "", text[end:begin])
    return len(between) <= 14 and re.fullmatch(r"[”》]?[、和与及，]?[一-鿿、]{0,10}[《“]?", between) is not None and not any(
        pattern.search(between) for _, pattern in VERBS
    )


def _stance(text: str, mention: Mention) -> tuple[Stance, str]:
    start = _clause_start(text, mention.begin)
    before = text[max(start, mention.begin - REACH) : mention.begin]
    behind = text[mention.end : mention.end + 30]
    if PLANNED_BEHIND.match(behind):
        return "plansToIssue", "citation.planned"
    if REVISED_BEHIND.match(behind):
        return "revises", "citation.revised"
    governing = _nearest(before)
    if governing is not None:
        return governing
    if IMPLEMENTED_BEHIND.match(behind) and re.search(r"(?:落实|贯彻|根据|按照|依据)", before):
        return "implements", "citation.spirit"
    return "cites", "citation.named"


def _clause_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in "。；！？\n") + 1


def _nearest(before: str) -> tuple[Stance, str] | None:
    """Return the stance of the verb nearest before the title, if nothing has closed in between."""
    if re.search(r"(?:修订|制定|出台)?完善(?:并落实|和落实)?《?$", before):
        return "revises", "citation.improve"
    issued_now = re.search(r"(?:制定|制订|出台|研究制定|编制)(?:印发|下发|发布|并?实施|并?落实|并?印发|并完善|完善|执行)(?:好)?《?$", before)
    if issued_now is not None:
        return "plansToIssue", "citation.plan-and-do"
    before = ADJECTIVAL.sub(lambda m: "　" * len(m[0]), before)
    best: tuple[int, Stance] | None = None
    for stance, pattern in VERBS:
        for match in pattern.finditer(before):
            if best is None or match.start() > best[0]:
                best = (match.start(), stance)
    if best is None:
        return None
    between = before[best[0] :]
    if between.count("，") > 1 or "》" in between and "，" in between:
        return None
    if best[1] == "plansToIssue" and DONE.search(before[: best[0]]):
        return "cites", "citation.named"
    return best[1], f"citation.{best[1]}"
