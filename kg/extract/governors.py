"""Titles to the verbs that govern them: is a document to be written, changed, published, kept?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from kg.signs import matches_at
from kg.vocabulary import rows

Role = Literal["draft", "revise", "issue", "apply", "name"]

REACH = 70  # characters of the clause that may stand between the verb and the title
# 国务院印发的《…》, 新修订的《…》: the verb only describes the title behind it.
ADJECTIVAL = re.compile(
    r"(?:制定|制订|编制|出台|修订|印发|发布|公布|颁布|颁发|下发|转发|批准|批转|签署|签订|施行|实施|提出|规定)"
    r"(?:实施|施行|执行)?的(?=[^，。；]{0,8}$)"
)
LISTED = re.compile(
    r"《[^《》]{1,80}》(?:（[^（）]{0,60}）)?(?:等(?:[一-鿿]{1,4}、)*[一-鿿]{2,6})?"
    r"(?:、|，?(?:和|与|以?及|或者?)|，)?$"
)
FURTHER = re.compile("，(?=以及[^，；]{0,20}$)")  # 落实法规要求，以及《…》: its object still
LISTED_REACH = 300  # characters that a title with what follows it may have
# 机构编制, 编制外人员: no writing. 实施方案: no carrying out. 规范执行 is.
NO_VERB = re.compile(
    r"机构编制|事业编制|编制(?=外|内|人员|总量|员额)"
    r"|实施(?=方案|细则|意见|办法|纲要|计划|规划|主体|单位|条例|规定)|(?:起草|编制|制定)(?=单位|人员|机关(?!事业)|依据)|执行(?=力|情况|机构|主体)"
    r"|（试行|试行(?=办法|方案|稿|期)|公布(?=的|后)|落实(?=情况|到位)|推广应用|符合(?=条件)"
)
# With which what NO_VERB matches begins.
NO_VERB_BEGINS = "机事编实起制执（试公落推符"
JOINED = re.compile(r"(?:并|和|、|及|与|以及|后)?(?:进一步|认真|抓好|组织|宣传)?")
DONE = re.compile(
    r"(?:已|了|先后|相继|陆续|近年来|去年|曾)[^，。]{0,6}$|(?:19|20)\d\d年(?!底|前|度|[^，。]{0,4}[底前])[^，。]{0,20}$"
)
FOREIGN = re.compile(
    r"等[一二三四五六七八九十\d]{1,3}部门|国务院|中央|中共|中办|国办|国家|全国人大|总局|财政部|教育部|[一-鿿][^门干内外全]部(?!门|分|署)|联合国"
)
OTHERS = re.compile(
    r"各(?:地|省|市|县|区|州|乡|镇|校|级|单位|部门|学校|高校|院校|企业|机构|盟市|设区市|有关)|学校(?:要|应|可)"
    r"|(?:鼓励|支持|引导|指导|督促|要求|推动|帮助|组织)[^，。；]{2,20}$|本地区?|当地|所在|市、县|(?:市县|县区|区县|县（市)[^，。]{0,6}政府"
    r"|(?:单位|企业|机构|组织|学校|高校|院校|医院|经营者|运营者|申请人)[^，。；]{0,6}(?:应|须|要|可)"
    r"|^(?:应当|必须)"  # who does this or that: …的，应当制定
)
# 落实国家部署，制定…: whose paper is carried out does not write the next.
CARRIED_OUT = re.compile(
    r"(?:落实|贯彻|执行|按照?|根据|依据|依照|对照|对标|遵循|遵照|参照|承接|对接|学习|争取).*$"
)
DUTY = re.compile(r"(?:单位|企业|机构|组织|学校|人|者|部门|政府)[^，。；]{0,6}(?:应当?|必须|须|要)")
PRESENT = re.compile(
    r"现将|现就|现予|(?:^|[，。；])现(?:印发|发布|公布|转发)|予以(?:印发|公布|发布)"
)


# 启动了新一轮…行动计划: what may stand between such a verb and the name.
NEAR_LINK = re.compile(r"(?:实施|了|好|全[市县省区州]|全国|新一轮|[《“])*")


@dataclass(frozen=True, slots=True)
class NearVerb:
    """A verb that governs a name right behind it only."""

    role: Role
    heads: tuple[str, ...]  # `*`: any with the writing behind it


@dataclass(frozen=True, slots=True)
class Governor:
    """What the verb before a title means, and who acts."""

    role: Role
    subject: str  # what stands before it in its clause, or the sentence's beginning
    done: bool = False  # 发布了《甲》《乙》


@cache
def verb_roles() -> dict[str, Role]:
    """Load the verbs that govern a document's name."""
    return {row["verb"]: cast(Role, row["role"]) for row in rows("document_verbs.tsv")}


@cache
def near_verbs() -> dict[str, NearVerb]:
    """Load the verbs that govern some papers only, and only right before the name."""
    return {
        row["verb"]: NearVerb(cast(Role, row["role"]), tuple(row["heads"].split()))
        for row in rows("near_verbs.tsv")
    }


def near_verbs_in(before: str) -> Iterator[tuple[int, int, NearVerb]]:
    """Yield the near verbs of a stretch, the last first, as begin, end, verb."""
    for match in reversed(list(_near_verb().finditer(before))):
        yield match.start(), match.end(), near_verbs()[match[0]]


@cache
def _near_verb() -> re.Pattern[str]:
    return re.compile("|".join(sorted(near_verbs(), key=len, reverse=True)))


@cache
def _first_letter() -> re.Pattern[str]:
    """Return the letters with which verbs, and what looks like them, begin."""
    letters = {verb[0] for verb in verb_roles()} | {"按", "依", *NO_VERB_BEGINS}
    return re.compile(f"[{''.join(sorted(letters))}]")


@cache
def _verb() -> re.Pattern[str]:
    verbs = "|".join(sorted(verb_roles(), key=len, reverse=True))
    return re.compile(rf"(?P<none>{NO_VERB.pattern})|(?P<verb>{verbs}|[按依](?=《|$))")


def verbs_in(before: str) -> list[tuple[int, int, Role]]:
    """Return the governing verbs of a stretch in their order, as begin, end, role."""
    found = (match for match in matches_at(_first_letter(), _verb(), before) if match["verb"])
    return [(m.start(), m.end(), verb_roles().get(m["verb"], "apply")) for m in found]


def chain(before: str) -> list[tuple[int, int, Role]]:
    """Return the last verb of a stretch with those that stand together with it (制定并完善)."""
    found = verbs_in(before)
    joined = found[-1:]
    for verb in reversed(found[:-1]):
        if JOINED.fullmatch(before[verb[1] : joined[0][0]]) is None:
            break
        joined.insert(0, verb)
    return joined


def role_of(before: str, verbs: list[tuple[int, int, Role]]) -> Role:
    """Return what verbs that stand together mean: the writing for 制订并完善 and 完善出台."""
    roles = [role for *_, role in verbs]
    written = next((role for role in roles if role in ("draft", "issue")), None)
    if "revise" not in roles:
        return written or roles[-1]
    changed = [before[begin:end] for begin, end, role in verbs if role == "revise"]
    joined = before[verbs[0][1] : verbs[1][0]] if len(verbs) > 1 else ""
    if written and changed == ["完善"] and (joined in ("并", "和") or roles[-1] != "revise"):
        return written
    return "revise"


def governor(text: str, begin: int) -> Governor | None:
    """Return the verb that governs the title that begins at a place, None where none does."""
    start = max(clause_start(text, begin), begin - 4 * REACH)
    before = _without_list(text[start:begin].rstrip("《“〈"))
    before = ADJECTIVAL.sub(lambda found: "　" * len(found[0]), before)
    near = _near_governor(before)
    if near is not None:
        return near
    verbs = chain(before)
    if not verbs or len(before) - verbs[-1][1] > REACH:
        return None
    between = FURTHER.sub("", before[verbs[-1][1] :])
    if re.search("[，》]", between):
        return None
    done = between.startswith("了")
    return Governor(role_of(before, verbs), subject_of(before[: verbs[0][0]]), done)


def _near_governor(before: str) -> Governor | None:
    """Return the near verb behind which the title begins, unless its clause has another."""
    for begin, end, verb in near_verbs_in(before):
        clause = re.split("[，；]", before[:begin])[-1]
        if verb.heads != ("*",) and NEAR_LINK.fullmatch(before, end) and not verbs_in(clause):
            return Governor(verb.role, subject_of(before[:begin]))
        return None
    return None


def subject_of(before: str) -> str:
    """Return who acts by the words before a verb: its own clause, else one of the sentence.

    That is the nearest that lays a duty on someone (企业应当…，制定), or the first.
    """
    clauses = re.split("[，；]", before)
    if len(clauses[-1]) > 3 or of_others(clauses[-1]):
        return clauses[-1]
    return next((clause for clause in reversed(clauses) if DUTY.search(clause)), clauses[0])


def _without_list(before: str) -> str:
    """Drop the titles that stand before the last of a list: 落实《甲》（甲发〔2020〕1号）、."""
    listed = LISTED.search(before, max(0, len(before) - LISTED_REACH))
    while listed is not None:
        before = before[: listed.start()].rstrip("《“")
        listed = LISTED.search(before, max(0, len(before) - LISTED_REACH))
    return before


def clause_start(text: str, at: int) -> int:
    """Return where the sentence begins that holds a place."""
    return max(text.rfind(mark, 0, at) for mark in "。；！？\n") + 1


def is_done(before: str, behind: str) -> bool:
    """Tell a verb that reports: 已制定, 制定了, 2019年印发."""
    said = re.sub(
        "《[^《》]*》|（[^（）]*）", "", before
    )  # 落实《…（2023—2025年）》，制定: no date
    return DONE.search(said) is not None or behind.startswith("了")


def of_others(subject: str) -> bool:
    """Tell whether others than the issuer write it: 各地制定, 国务院印发, 鼓励高校编写."""
    actor = CARRIED_OUT.sub("", subject)
    return FOREIGN.search(actor) is not None or OTHERS.search(actor) is not None
