"""Lists of who is responsible to the bodies in them, which are named without their level."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.extract.agency_bounds import clause_before, is_edge, mention_agency, written_out
from kg.extract.agency_national import head_office, own_name
from kg.extract.agency_places import LEVEL
from kg.extract.boundary import tagged
from kg.models import Mention, Place
from kg.vocabulary import KINDS, forms, functions, rows, template, words

LIST_CUE = re.compile(
    r"(?:责任|牵头|配合|参与|参加|协同|协办|主办|承办|实施|落实|负责|指导|督办|督导|协助|联合)(?:单位|部门|科室|处室|机构|股室|主体)\s*[:：]?\s*"
    r"|(?:牵头|配合|分工|负责|抄送|抄报|主送)[:：]\s*"
)
COLON = re.compile("[:：]")  # it, or a bracket, opens a list
SEPARATOR = re.compile(
    r"[、，；,;和及与\s\u3000]|按职责分工(?:负责)?|等?(?:按|分别)|负责|牵头|配合|参与|会同"
)
# 各级园林、港航、民政等部门: of all levels, also where the list holds fields that nobody knows.
LISTED_BEFORE = re.compile(r"(?:[一-鿿]{2,9}、)+$")
OF_ALL_LEVELS = re.compile(r"各级|各地|各有关|各相关|[省市县区][（(]?级|地方")
# 各级民政部门应当会同司法部门: whom those of every level work with are of every level too.
OF_EVERY_LEVEL = re.compile(r"各级[一-鿿]{2,10}?部门[^。；\n]*$")
DEPARTMENTS = re.compile(
    r"(?P<etc>等|(?:和|及|以及)其[他它]|(?:和|与|及|以及)(?=相关|有关))?"
    r"(?P<vague>相关|有关)?(?P<unit>部门|单位)(?!规章)"
)
TEAM = re.compile("团[省市县区州旗]?委|[省市县区州旗]团委")
# 参加教育部门组织的展演, 税务部门出具的证明: a thing told by whose kind it is, not one body's duty.
OF_ITS_KIND = re.compile("(?:组织|举办|主办|出具|开具|核发|颁发)的|(?:官方|门户)网站")
NOUN_REACH = 8  # characters before a field of government in which its noun is sought
LISTED_BODY = 6  # characters of a body that a list of fields may hold: 市红十字会
# 成员：张　三　市教育局副局长: what opens a list of persons, and the post that each of them holds.
MEMBERS = re.compile(
    r"成员名单|组成人员|(?:组\s?长|召\s?集\s?人|成\s{0,4}员|主\s{0,4}[任席]|委\s{0,4}员)[：:]"
)
MEMBER = re.compile(r"[^，。；《》\d]{4,40}")
POST = re.compile(
    r"原?(?:党[委组](?=副?书记)|常务(?=副)|党组成员、)?副?(?:局长|主任|部长|署长|书记|秘书长|主席|行长|厅长|院长|关长|社长|检察长|总编辑)(?:助理)?"
    r"|(?:[一二]级)?(?:副?巡视员|调研员)|总(?:审计|经济|工程|会计)师|党组成员"
)
NO_BODY = re.compile(
    r"^(?:各|相关|有关|其他|全体|所有|本|我|该|局机关|上述|市直|县直|区直|省直|市级各|成员)|各|等$|相关|有关|部门$|^.{0,2}单位$|牵头|责任|配合|[的了是并将]"
)


def find_listed(stretch: str) -> Iterator[Mention]:
    """Yield the members of a responsibility list, also those without their level."""
    if COLON.search(stretch) is None and "（" not in stretch:
        return
    cues = list(LIST_CUE.finditer(stretch))
    for cue, following in zip(cues, [*cues[1:], None], strict=False):
        if COLON.search(cue[0]) is None and stretch[cue.end() : cue.end() + 1] not in "（":
            continue
        stop = following.start() if following is not None else len(stretch)
        closing = re.search(r"[）】。\]]", stretch[cue.end() : stop])
        end = (
            cue.end() + closing.start()
            if closing and not _opens(stretch[cue.end() : cue.end() + closing.start()])
            else stop
        )
        yield from find_items(stretch, cue.end(), end)


def _opens(part: str) -> bool:
    return part.count("（") > part.count("）")


def members_since(text: str) -> int:
    """Return where a text begins to list persons by what they are; its end where it never does."""
    opened = MEMBERS.search(text)
    return len(text) if opened is None else opened.start()


def without_posts(stretch: str) -> str:
    """Blank the posts of a person who is listed, so that bodies are left: 张三 市教育局，，，."""
    if MEMBER.fullmatch(stretch) is None:
        return stretch
    return POST.sub(lambda post: "，" * len(post[0]), stretch)


def find_items(stretch: str, begin: int, end: int) -> Iterator[Mention]:
    """Yield the bodies that the members of a list name, between two offsets."""
    at = begin
    for piece in SEPARATOR.split(stretch[begin:end]):
        start = stretch.find(piece, at) if piece else at
        at = start + len(piece)
        mention = _item(stretch, start, piece)
        if mention is not None:
            yield mention


def _item(stretch: str, begin: int, piece: str) -> Mention | None:
    """Return the body that one member of a list names without its level."""
    name = piece.strip("（）()：:等 \u3000")
    start = begin + piece.find(name) if name else begin
    end = start + len(name)
    if len(name) < 2 or NO_BODY.search(name):
        return None
    form = forms().get(name) or forms().get("委" + name)
    if form is not None:
        return mention_agency(form.kind, stretch, start, end, form.official, "agency.listed", "")
    function = functions().get(name)
    if function is not None:
        return mention_agency(
            function.kind, stretch, start, end, f"?{name}", "agency.listed.function", ""
        )
    pattern, kinds = _body()
    body = pattern.fullmatch(name)
    if body is None or LEVEL.match(name):
        return None
    kind = kinds[body["tail"]]
    bank = head_office(name) or own_name(name)
    if kind == "InternalUnit":
        return mention_agency(kind, stretch, start, end, "{}" + name, "agency.listed.office", "~")
    if bank is not None:
        return mention_agency(kind, stretch, start, end, bank, "agency.listed.branch", "=")
    official = template(written_out(name))
    return mention_agency(kind, stretch, start, end, official, "agency.listed.built", "")


@cache
def _body() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of a body told by its last letters, with the kinds that these show."""
    kinds = {row["tail"]: KINDS[row["kind"]] for row in rows("listed_tails.tsv")}
    return re.compile(rf"[一-鿿（）“”]{{2,16}}?(?P<tail>{'|'.join(kinds)})"), kinds


def find_departments(stretch: str, place: Place | None, local: bool = False) -> Iterator[Mention]:
    """Yield the fields of government listed before 等部门, or one alone (教育部门).

    In a paper of no known place that is not `local` (the text speaks of 我市), and alone in one
    for the whole country, they are the many of every level, but for those of the state
    (国家网信部门).
    """
    nowhere = place is None and not local
    if "部门" not in stretch and "单位" not in stretch:
        return
    for match in DEPARTMENTS.finditer(stretch):
        items = _whole_fields(stretch, match)
        if not items or _is_of_all_levels(stretch, items[-1][0]):
            continue
        single = len(items) == 1 and not match["etc"]
        if single and (match["unit"] == "单位" or match["vague"]):
            continue
        if single and OF_ITS_KIND.match(stretch, match.end()):
            continue
        for order, (begin, end, name) in enumerate(items):
            # 财政、|税务部门 has a head of its own, but 财政、税务等部门 share theirs.
            stop = end if order or match["etc"] or match["vague"] else match.end("unit")
            national = stretch[max(0, begin - 2) : begin] == "国家"
            many = nowhere or (len(items) == 1 and place is not None and place.level == "country")
            if many and not national:
                continue
            start = begin - 2 if national and single else begin
            scope = "国" if national else ""
            function = functions()[name]
            yield mention_agency(
                function.kind, stretch, start, stop, f"?{name}", "agency.departments", scope
            )


def _whole_fields(stretch: str, match: re.Match[str]) -> list[tuple[int, int, str]]:
    """Return the fields of government before 部门, the last first, without one that is cut."""
    items = list(_chain(stretch, match.start()))
    if items and not match["etc"] and _is_cut(stretch, items[-1][0]):
        items.pop()
    return items


def _is_cut(stretch: str, begin: int) -> bool:
    """Tell the end of a longer name by the noun right before it: 矿山|安全监管部门."""
    if is_edge(stretch, begin) or stretch.endswith("国家", 0, begin):
        return False
    words_before = tagged(clause_before(stretch, begin, NOUN_REACH))
    word, flag = words_before[-1] if words_before else ("", "")
    return len(word) > 1 and flag == "n"


def _chain(stretch: str, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the fields of government that end here, then those before 、 or 和, last first."""
    while True:
        found = _field_before(stretch, end)
        body = _listed_body(stretch, end)
        if body is not None and found != body:
            found = body
        elif found is None:
            return
        else:
            yield found, end, stretch[found:end]
        # 交通运输（港航）、民政: what stands in brackets is another name of the field before it.
        if stretch[max(0, found - 2) : found] == "）、" and "（" in stretch[:found]:
            end = stretch.rindex("（", 0, found)
            continue
        if found == 0 or stretch[found - 1] not in "、和及与":
            return
        end = found - 1


def _field_before(stretch: str, end: int) -> int | None:
    """Return where the longest field of government begins that ends here."""
    lengths = (9, 8, 7, 6, 5, 4, 3, 2)
    begins = (end - length for length in lengths if end >= length)
    return next((begin for begin in begins if stretch[begin:end] in functions()), None)


def _listed_body(stretch: str, end: int) -> int | None:
    """Return where a body begins that a list of fields holds too: 教育、|市妇联、文化等部门."""
    begin = max(stretch.rfind(mark, max(0, end - LISTED_BODY), end) for mark in "、和及与") + 1
    name = stretch[begin:end]
    bodies = words("short_bodies.tsv")
    known = name in bodies or LEVEL.sub("", name, count=1) in bodies or TEAM.fullmatch(name)
    return begin if begin > 0 and known else None


def _is_of_all_levels(stretch: str, begin: int) -> bool:
    """Tell a list that means the bodies of every level, by what stands before its first member."""
    if _is_generic_before(stretch, begin) or OF_EVERY_LEVEL.search(stretch, 0, begin):
        return True
    before = LISTED_BEFORE.search(stretch, 0, begin)
    return before is not None and OF_ALL_LEVELS.search(before[0]) is not None


def _is_generic_before(stretch: str, begin: int) -> bool:
    before = stretch[max(0, begin - 3) : begin]
    return bool(
        re.search(
            r"(?:各|级|有关|相关|上级|主管|地方|各地|当地|所在地|其他|每个|市区|州市)$|[省市县区镇乡]）?$",
            before,
        )
    )
