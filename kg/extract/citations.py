"""Documents named to citations: what this document does with each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.extract.governors import PRESENT, Governor, clause_start, governor, is_done, of_others
from kg.extract.kinds import is_paper
from kg.extract.text import even
from kg.models import Citation, Mention, Outline, Stance

CLOSED = r"^[》”]?(?:（[^（）]{0,60}）)?(?:等文件|等)?的?"
PLANNED_BEHIND = re.compile(
    CLOSED
    + r"(?:，?由[^，。；]{2,40}?(?:另行|共同|负责|组织)*|另行)?(?:研究)?"
    + r"(?:制定|编制|(?<!的)出台|起草|研制|制订)"  # 《…》的出台，明确了…: it is there
    + r"(?!的|了|单位|人员|过程|背景|情况|说明|依据|目的|思路|必要)"
)
# 参照国家标准《…》编制: written after it is another paper.
FOLLOWED = re.compile(r"(?:根据|按照|依照|依据|参照|遵照|遵循|按)[^，。；]*$")
# 负责校车管理办法、乘车标准和管理规范制定: the writing stands behind the last of the list.
LIST_PLANNED = re.compile(
    r"(?:[、和与及][一-鿿]{2,9}?){1,2}(?:研究)?(?:制定|编制|起草|制订)(?!的|了)"
)
REVISED_BEHIND = re.compile(CLOSED + r"(?:修订|修编|修改)(?!的|了|单位)")
APPLIED_BEHIND = re.compile(
    CLOSED + r"(?:学习|宣传|顺利|全面|深入|有效|组织)?(?:贯彻|落实|实施|执行|落地|落地实施)"
    r"(?!方案|细则|意见|办法|计划|以来|后|之日|情况|的?通知)"
)
SPIRIT_BEHIND = re.compile(CLOSED + r"[^，。；]{0,12}(?:精神|要求|规定|部署)(?:，|。|和|及|、|$)")
ISSUED_BEHIND = re.compile(
    CLOSED
    + r"(?:已经?[^，。；]{2,40}，)?(?:现|予以|修订后)?"
    + r"(?:印发给|予以?(?:印发|公布|发布)|公布|现(?:印发|公布|发布|转发))"
)
# 编制了《…》。现印发给你们
PRESENT_BEHIND = re.compile(
    CLOSED
    + r"[^；。，]{0,20}[，。](?:经[^，。]{0,20}，)?现(?:予以?|就|将其)?(?:印发|发布|公布|转发)"
)
# 制定《…》实施细则: what is written is another paper.
DERIVED = re.compile(
    CLOSED
    + r"(?:具体|配套|相关)?(?:实施|贯彻|落实|工作|管理|配套|操作)?"
    + r"(?:细则|方案|意见|办法|政策|措施|文件|规定|制度|指南|解读)"
)
SPIRIT_VERB = re.compile(r"落实|贯彻|根据|按照|依据|执行")
GUIDED = re.compile(r"以《?$")
GUIDED_BEHIND = re.compile(CLOSED + r"(?:为|作为)(?:指导|依据|指引|遵循|契机|抓手|准则)")
# 2022年是实施“十四五”规划的关键之年
YEAR_OF = re.compile(
    CLOSED
    + r"(?:目标)?(?:任务)?的?"
    + r"(?:关键|开局|收官|重要|承上启下|攻坚|最后|第[一二三四五]|起步|中期)[^，。]{0,8}年"
)
FINISHED = re.compile("了(?:所谓|我[省市县区])?$")
# Who issued it is told by name: 省委、省政府印发《…》.
TOLD = re.compile(
    r"(?:[省市县区]委|政府|办公[厅室]|委员会|[局厅])(?:联合|共同)?(?:印发|发布|公布|下发)《?$"
)
# 制定《…》的总体思路, 出台《…》是…: the paper is there and is explained.
EXPLAINED = re.compile(CLOSED + r"(?:是|[一-鿿]{0,4}(?:思路|背景|目的|过程|依据|必要性|意义|考虑))")
# 就《…》答记者问, 联合发布《…》: a page with such a title tells of a paper that is there.
EXPLAINING = re.compile(r"(?:答(?:记者)?问|解读|问答|(?:印发|发布|公布|出台)《[^《》]+》)\s*$")
# （以下简称《规划》），现解读如下: what stands before is explained, with a title or without.
READ_OUT = re.compile("解读如下")
HEAD = 600  # characters
CARRIED = re.compile(r"(?:印发|发布|公布|转发|批转)[^，。]{0,3}《$")
LOOKING_BACK = re.compile(r"^[ \u3000]*(?:这?[一五]年来|过去的?[一五]年|五年间).*", re.M)
# A heading without a number over a report's first part, and what begins the second.
REVIEW_LINE = re.compile(
    r"^[ \u3000]*[^，。；\n]{0,12}(?:工作)?回顾[ \u3000]*\n(?P<review>.*?)"
    r"(?=^[ \u3000]*(?:今年是|20\d\d年是"
    r"|[^，。；\n]{0,20}(?:安排|部署|打算|重点工作|目标任务|主要任务)[ \u3000]*$)|\Z)",
    re.M | re.S,
)
OCCASION = re.compile(r"年[^。；]{0,24}是(?:全面|深入)?(?:实施|落实|完成|贯彻|推进)[“《]?$")
# 一、2023年主要工作 before 二、2024年主要目标
YEAR_AHEAD = re.compile(r"20\d\d年")
YEAR_WORK = re.compile(r"20\d\d年(?:主要|重点|政府)?工作")
REVIEW = re.compile(r"回顾|总结|成绩|过去[一五]年|工作情况")
STANCE: dict[str, Stance] = {
    "draft": "plansToIssue",
    "issue": "plansToIssue",
    "revise": "revises",
    "apply": "implements",
    "name": "cites",
}


def find_citations(
    outline: Outline, mentions: Sequence[Mention], own: frozenset[int]
) -> Iterator[Citation]:
    """Yield how the document relates to each one it names, but to itself (`own`: indexes)."""
    text = even(outline.source.text)
    reviewed = tuple(_reviewed(outline))
    titles = tuple(_title_spans(outline))
    explained = frozenset(_explained(outline, mentions))
    previous: tuple[int, Stance] | None = None
    for index, mention in enumerate(mentions):
        if mention.type != "Document" or index in own:
            continue
        stance, rule = _carried(text, mention, titles) or _stance(text, mention)
        if stance == "plansToIssue" and mention.name in explained:
            stance, rule = "cites", "citation.explained"
        if stance in ("plansToIssue", "revises") and _is_inside(mention, reviewed):
            stance, rule = "cites", "citation.reviewed"
        if previous is not None and _goes_on(text, previous, mention, stance):
            stance, rule = previous[1], "citation.list"
        previous = (mention.end, stance)
        yield Citation(mention.begin, mention.end, index, stance, rule)


def _is_inside(mention: Mention, spans: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= mention.begin < end for begin, end in spans)


def _goes_on(text: str, previous: tuple[int, Stance], mention: Mention, stance: Stance) -> bool:
    """Tell whether a title goes on with a list and its stance: 印发《甲》《乙》的通知."""
    end, before = previous
    taken_over = stance == "cites" or (before == "promulgates" and stance == "plansToIssue")
    return taken_over and _continues(text, end, mention)


def _carried(
    text: str, mention: Mention, titles: Sequence[tuple[int, int]]
) -> tuple[Stance, str] | None:
    """Return what a title behind 印发 is to its document: carried, or reported where it ends it."""
    title = next((end for begin, end in titles if begin <= mention.begin < end), None)
    if title is None or not CARRIED.search(text[mention.begin - 8 : mention.begin]):
        return None
    return "cites" if mention.end + 1 == title else "promulgates", "citation.title"


def _title_spans(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield where the document's own title stands: what it names behind 印发 is carried by it."""
    yield from outline.titles
    yield from ((field.begin, field.end) for field in outline.fields if field.name == "title")


def _explained(outline: Outline, mentions: Sequence[Mention]) -> Iterator[str]:
    """Yield the papers that the page reports or explains by its title: 就《…》答记者问."""
    if READ_OUT.search(outline.source.text, 0, HEAD):
        yield from (m.name for m in mentions if m.type == "Document" and m.end < HEAD)
    if outline.title is None:
        return
    begin, end = outline.title
    if EXPLAINING.search(outline.source.text[begin:end]):
        yield from (m.name for m in mentions if m.type == "Document" and begin <= m.begin < end)


def _reviewed(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the stretches that look back: their papers have been written."""
    sections = outline.sections
    yield from ((part.begin, part.end) for part in sections if REVIEW.search(part.title))
    last = max((part.title[:4] for part in sections if YEAR_AHEAD.match(part.title)), default="")
    for part in sections:
        if YEAR_WORK.fullmatch(part.title) and part.title[:4] < last:
            yield part.begin, part.end
    yield from (match.span() for match in LOOKING_BACK.finditer(outline.source.text))
    if "回顾" in outline.source.text:
        yield from (match.span("review") for match in REVIEW_LINE.finditer(outline.source.text))


def _continues(text: str, end: int, mention: Mention) -> bool:
    """Tell a further title of the same list: 《甲》（甲发〔2020〕1号）、《乙》."""
    between = re.sub(r"（[^（）]*）", "", text[end : mention.begin])
    return (
        len(between) <= 24
        and re.fullmatch(r"[”》]?(?:[一-鿿、]{0,20}?[、和与及或][一-鿿]{0,12})?[《“]?", between)
        is not None
    )


def _stance(text: str, mention: Mention) -> tuple[Stance, str]:
    verb = governor(text, mention.begin)
    behind = text[mention.end : mention.end + 60]
    return _stance_behind(text, mention, verb, behind) or _stance_before(
        text, mention, verb, behind
    )


def _stance_behind(
    text: str, mention: Mention, verb: Governor | None, behind: str
) -> tuple[Stance, str] | None:
    """Return what the words behind a title say: 《…》修订工作, 以《…》为指导."""
    before = text[clause_start(text, mention.begin) : mention.begin]
    if PLANNED_BEHIND.match(behind) and not FOLLOWED.search(before):
        return "plansToIssue", "citation.planned"
    if REVISED_BEHIND.match(behind):
        return "revises", "citation.revised"
    if _is_issued(before, verb, behind):
        return "promulgates", "citation.promulgates"
    if GUIDED.search(before) and GUIDED_BEHIND.match(behind):
        return "implements", "citation.guided"
    if APPLIED_BEHIND.match(behind) and (verb is None or verb.role in ("apply", "name")):
        return "implements", "citation.applied"
    if verb is None and SPIRIT_BEHIND.match(behind) and SPIRIT_VERB.search(before):
        return "implements", "citation.spirit"
    return None


def _is_issued(before: str, verb: Governor | None, behind: str) -> bool:
    """Tell the document that this one carries: 现将《…》印发给你们, 编制了《…》，现予公布."""
    if PRESENT_BEHIND.match(behind):
        return verb is None or verb.role != "apply"
    if verb is not None and verb.role != "issue":
        return False
    return (
        PRESENT.search(before.split("，")[-1]) is not None
        or ISSUED_BEHIND.match(behind) is not None
    )


def _stance_before(
    text: str, mention: Mention, verb: Governor | None, behind: str
) -> tuple[Stance, str]:
    """Return what the verb before a title says."""
    if verb is None and mention.rule == "document.built" and LIST_PLANNED.match(behind):
        return "plansToIssue", "citation.planned"
    if verb is None or verb.role == "name" or YEAR_OF.match(behind) or _is_occasion(text, mention):
        return "cites", "citation.named"
    if verb.role != "apply" and (_is_past(text, mention, verb, behind) or DERIVED.match(behind)):
        return "cites", "citation.past"
    return STANCE[verb.role], f"citation.{verb.role}"


def _is_occasion(text: str, mention: Mention) -> bool:
    """Tell what only dates a year: 今年也是实施“十四五”规划、建设…的关键一年."""
    return OCCASION.search(text[max(0, mention.begin - 40) : mention.begin]) is not None


def _is_past(text: str, mention: Mention, verb: Governor, behind: str) -> bool:
    between = text[max(0, mention.begin - 4) : mention.begin].strip("《“")
    draft = "草案" in mention.name  # 编制了《纲要（草案）》，提请审议: it is still to be issued
    finished = verb.done or FINISHED.search(between) is not None
    if is_done(verb.subject, behind) or (finished and not draft) or EXPLAINED.match(behind):
        return True
    if verb.role == "issue" and TOLD.search(text[max(0, mention.begin - 20) : mention.begin]):
        return True  # 省委、省政府印发《…》，两市…
    if verb.role == "issue" and not is_paper(mention.name):
        return True  # 推出《…》等文学作品
    return (
        verb.role in ("draft", "issue")
        and of_others(verb.subject)
        and mention.rule in ("document.bracketed", "document.abbreviated")
    )
