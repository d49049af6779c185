"""Sentences of a task to duties: who leads and who supports by what is said of agencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.models import Mention, Role

SUBJECT = "responsibility.subject"
WITH = "responsibility.prose.with"
ET_CETERA = (
    "(?:等(?:[省市县区]级)?(?:有关|相关)?(?:部门|单位)?"
    "|(?:和|及|以及)(?:有关|相关)[^，。；、]{0,10}?(?:部门|单位|机构))"
)
# What stands in a list beside agencies that are known by name: 市教育局、大数据专班、市财政局.
MEMBER = r"[^、，。；：（）《》\n]{2,16}?"
# The last members of such a list (财政、城建部门要…, 民政、老龄等部门), and the first ones.
UNKNOWN_LAST = re.compile(
    rf"(?:[、和及]{MEMBER}){{1,4}}?"
    r"(?:(?=等[^，。；]{0,8}(?:部门|单位))|(?<=部门|单位|机构|政府)|(?<=[局厅委办]))"
    r"(?!的|、|和|及|主任|领导|负责人|工作人员)(?:(?<=关部门|关单位)，)?"
)
UNKNOWN_FIRST = re.compile(r"(?:^|[。；\n：\u3000 ])(?:[^、，。；：（）《》\s]{2,16}[、和]){1,8}$")
WITH_UNKNOWN_FIRST = re.compile(
    r"(?:会同|联合|协调|(?<!参)与)[^、，。；：（）《》\s]{2,12}(?:、[^、，。；：（）《》\s]{2,16}){0,6}[、和]$"
)
DEPARTMENTS = re.compile("等[^，。；]{0,8}(?:部门|单位)")
REACH = 90  # characters before an agency among which a list begins
UNKNOWN_BETWEEN = re.compile(r"、[^、，。；：（）《》\n]{2,14}[、和及]")
SEPARATORS = frozenset(("、", "和", "及", "以及", "，"))
SUPPORTS_BEHIND = re.compile(
    rf"\s*{ET_CETERA}?(?:部门|单位)?(?:要|应)?(?:按(?:照)?(?:各自)?职[责能](?:分工)?)?(?:要|应)?"
    r"(?:，?(?:各司其职|各负其责|各尽其责|落实责任)，?){0,3}(?:予以|给予)?(?:积极|主动|密切|紧密|共同|协同|通力)?(?:配合|参与|参加|协助|协同|支持)"
)
# 教育、财政等部门分工负责: each does its part, and the first one leads.
SHARED_BEHIND = re.compile(
    rf"{ET_CETERA}?(?:要|应)?(?:按(?:照)?)?(?:各自)?(?:职责|分工)[^，。；]{{0,4}}负责"
)
SUPPORT_BEFORE = re.compile(r"(?:会同|联合|配合|协同|协调|商|与|加强与|协助)$")
# 经卫生与财政部门核准: who approves together is no partner.
APPROVAL = re.compile("(?:经|报)[一-鿿]{2,8}与$")
MEMBERS_BEHIND = re.compile(rf"{ET_CETERA}?(?:共同)?(?:组成|派员|选派|派出)")
HOW_OFTEN = r"(?:每(?:年|月|周|季度?|学年|学期|半年|[两二三]年)|定期|适时|依法)?"
# Behind a comma only what is bound to do something or acts with others is a subject.
ACTS_BEHIND = re.compile(
    rf"{ET_CETERA}?{HOW_OFTEN}(?:会同|联合|牵头|要(?!求)|应|须|不得|不予|负责|承担|依照|汇总)"
)
CALLED = re.compile(r"（(?:以下)?(?:统一)?简称[^（）]{2,16}）")
LEADS_ALONE = re.compile(r"(?:等)?(?:牵头|负责(?!人|同志|制|解释))")
LEAD_BEFORE = re.compile(r"(?:由|(?<![报提申])请|责成|委托)$")
# 本办法由市民政局负责解释: who may say what a paper means has no task in it.
EXPLAINS = re.compile(r"(?:（[^（）]{0,30}）)?(?:会同[^，。；]{2,20}?)?(?:负责)?(?:具体)?解释")
POSTS = re.compile("(?:相关|有关|分管|主要|联系)*(?:领导|负责同志|负责人)")
SUBJECT_BEHIND = re.compile(
    rf"{ET_CETERA}?{HOW_OFTEN}"
    r"(?:要|应当?|须|需|不得|不予|暂停|依照|依法|作为|会同|联合|组织|负责(?!解释)|牵头|统筹|加强|制定|指导|督促"
    r"|每年|按照|依据|根据|定期|将|可(?![信能靠视])|认定|对|原则上|建立|做好|加快|推进|推动|落实|具体"
    r"|承担|设在|主管|结合|汇总|围绕|委托|通过|充分|持续|切实|积极|及时|分别|共同|统一|主导|加大|履行"
    r"|从[^，。；]{2,16}给予|在[^，。；]{2,16}(?:时|中|前|后|基础上|范围内)，?"
    r"|(?:成立|实施|开展|安排|审核|综合|研究)(?!的|了))"
)


def duties_in_prose(
    text: str, begin: int, opening: int, inside: Sequence[tuple[int, Mention]]
) -> Iterator[tuple[int, Role, str]]:
    """Yield who leads or supports by the sentence: 由A牵头, A会同B, A、B要….

    `opening` – where the first sentence of the task begins, behind its number.
    """
    previous: Mention | None = None
    led = False
    for run in _runs(text, inside):
        before = text[max(begin, run[0][1].begin - 8) : run[0][1].begin]
        called = CALLED.match(text, run[-1][1].end)
        stop = called.end() if called is not None else run[-1][1].end
        behind = behind_last(UNKNOWN_LAST, text[stop : stop + 40])
        gathered = previous is not None and text[previous.end : run[0][1].begin] == "组织"
        led = led and previous is not None and "。" not in text[previous.end : run[0][1].begin]
        previous = run[-1][1]
        joined = _is_joined(text, max(begin, run[0][1].begin - REACH), run)
        if gathered or MEMBERS_BEHIND.match(behind) or joined:
            yield from ((at, "Support", WITH) for at, _ in run)
        elif SUPPORTS_BEHIND.match(behind):
            yield from ((at, "Support", "responsibility.prose.support") for at, _ in run)
        elif SHARED_BEHIND.match(behind):
            for order, (at, _) in enumerate(run):
                yield at, "Support" if order or led else "Lead", "responsibility.prose.shared"
        elif _is_put_in_charge(before, behind) or LEADS_ALONE.match(behind):
            led = "牵头" in behind[:6]
            yield from ((at, "Lead", "responsibility.prose.lead") for at, _ in run)
        elif _is_subject(text, begin, opening, run) and SUBJECT_BEHIND.match(behind):
            yield from ((at, "Lead", SUBJECT) for at, _ in run)


def _is_joined(text: str, begin: int, run: Sequence[tuple[int, Mention]]) -> bool:
    """Tell 会同市民政局; also 会同老龄办、市民政局等部门, of which the first is not known."""
    before = text[begin : run[0][1].begin]
    if before.endswith(("、", "和")):
        several = DEPARTMENTS.match(text, run[-1][1].end) is not None
        return several and WITH_UNKNOWN_FIRST.search(before) is not None
    return SUPPORT_BEFORE.search(before[-8:]) is not None and APPROVAL.search(before) is None


def behind_last(unknown: re.Pattern[str], behind: str) -> str:
    """Return what stands behind a list, its last members that are not known left out."""
    last = unknown.match(behind)
    return behind[last.end() :] if last is not None else behind


def _is_put_in_charge(before: str, behind: str) -> bool:
    """Tell 由市教育局…, but not 由市政府分管领导任组长."""
    if POSTS.match(behind) or EXPLAINS.match(behind):
        return False
    return LEAD_BEFORE.search(before) is not None


def _runs(
    text: str, inside: Sequence[tuple[int, Mention]]
) -> Iterator[Sequence[tuple[int, Mention]]]:
    """Yield the agencies in lists that are spoken of together: A、B和C."""
    run: list[tuple[int, Mention]] = []
    for at, mention in inside:
        if run and not _are_joined(text[run[-1][1].end : mention.begin]):
            yield run
            run = []
        run.append((at, mention))
    if run:
        yield run


def _are_joined(between: str) -> bool:
    return between in SEPARATORS or UNKNOWN_BETWEEN.fullmatch(between) is not None


def _is_subject(text: str, begin: int, title: int, run: Sequence[tuple[int, Mention]]) -> bool:
    """Tell agencies that open their sentence, or their clause where they act with others."""
    opening = run[0][1].begin
    if opening == title:
        return True
    before = text[max(begin, opening - 1) : opening]
    if before in ("，", "、", "和") and not ACTS_BEHIND.match(text, run[-1][1].end):
        return False
    if before in ("、", "和"):
        return UNKNOWN_FIRST.search(text[max(begin, opening - REACH) : opening]) is not None
    return not before or before in "。；\n\u3000 ：，"
