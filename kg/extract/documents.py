"""Sentences to documents: papers, laws, plans and publications by their titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.extract.attached import find_attached
from kg.extract.five_year import find_five_year_plans
from kg.extract.governors import governor, of_others
from kg.extract.kinds import is_paper, kind_of_title
from kg.extract.repeated import find_repeated, inside_brackets
from kg.extract.same import EVEN_WIDTH, called_in_full, carried_by, even_title
from kg.extract.standards import find_standards
from kg.extract.text import even, in_one_line, paragraphs, running_text
from kg.extract.unmarked import find_unmarked
from kg.models import Mention, Outline, Place
from kg.vocabulary import matcher, terms

OPENING, CLOSING = "《〈", "》〉"
BRACKET = re.compile("[《〈》〉]")
TITLE_MARKS = "《》〈〉<>“” \u3000的"  # a title that a page breaks has no one place inside another
NUMBER = re.compile(
    r"\s*[（(]?(?P<number>[一-鿿]{1,15}?[〔\[［（(【]\s*(?:19|20)\d\d\s*[〕\]］）)】]\s*第?\s*\d{1,5}\s*号)"
)
CALLED = re.compile("称为?[《“](?P<short>[^》”]{1,20})[》”]")
BEFORE_CALLED = re.compile(r"(?:以下)?均?简?\Z")
# 关于印发《…》的通知: what it carries is named, not the notice.
CARRYING = re.compile("^《|(?:印发|转发|发布|公布|颁布|批转|修改|废止)[^《]{0,4}《")
NO_LAW = re.compile(r"(?<=法)(?:[律治制人官院庭学]|规(?!定))")  # 校车安全法律法规
# Plans that the law has each place make are named without a verb too: 以国土空间总体规划为引领.
# Behind a number or several levels they are many, before 体系 and 编制 no paper is meant.
STATUTORY = re.compile(
    r"(?:(?:(?<![一-鿿])|(?<=以))[省市县])?(?:国土空间(?:总体)?|土地利用总体|城市总体)规划"
    r"(?=[，。；、和与及]|为引领|等?引领|的?实施|(?:有效|有机)?衔接|的衔接|成果|刚性|管控|顺利|正式|获批)"
)
MANY = re.compile("[个级区类镇乡]$|[市县乡]{2,3}$|全[省市县]$")
SHORT_LAW = 3  # characters of a law's name that may be part of other words
LAW_LEFT = re.compile(
    "(?:^|[、，；：和与及]|执行|贯彻|落实|实施|遵守|违反|依据|根据|按照|依照|学习|宣传|修订|对照)$"
)
LAW_RIGHT = re.compile("[、，。；和与及等]|$|的?(?:有关|相关)?(?:规定|要求)")
LOCAL_ISSUER = re.compile(
    r"(?:(?P<level>[省市县区])委|(?P<seat>[省市县区])政府|(?<![一-鿿])(?P<own>[省市县区])[一-鿿]{2,4}[局厅])"
    r"(?:办公[室厅])?(?:印发的?)?《?$"
)


def find_documents(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield every document named: in 《》, by its own title line, by a known or built name.

    A mention's scope is "" where the document is one of this place, a level (省) where it is one
    of the place of that level, "=" where its name stands alone.
    """
    named = list(_named(outline))
    found = sorted([*named, *find_repeated(named, outline)], key=lambda mention: mention.begin)
    yield from _agreed(_written_alike(called_in_full(found, outline)))


def _named(outline: Outline) -> Iterator[Mention]:
    text = outline.source.text
    plain = even(text)
    short = dict(_abbreviations(plain))
    for begin, end in _named_ranges(outline):
        yield from _bracketed(text, plain, begin, end, short)
    yield from _own_titles(outline)
    yield from find_attached(outline)
    for sentence in running_text(outline):
        for found in _unbracketed(plain[sentence.begin : sentence.end]):
            begin, end = sentence.begin + found.begin, sentence.begin + found.end
            if not inside_brackets(plain, begin):
                yield replace(found, begin=begin, end=end, text=text[begin:end])


def _unbracketed(stretch: str) -> Iterator[Mention]:
    yield from _known(stretch)
    yield from find_five_year_plans(stretch)
    built = list(_built(stretch))
    yield from built
    yield from _statutory(stretch, [mention.end for mention in built])
    yield from find_standards(stretch)


def _written_alike(found: list[Mention]) -> list[Mention]:
    """Return the mentions, a title that has blanks here and none there as it stands first."""
    first: dict[str, str] = {}
    for mention in found:
        first.setdefault(mention.name.replace(" ", ""), mention.name)
    return [replace(m, name=first[m.name.replace(" ", "")]) for m in found]


def _agreed(found: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions so that the same words mean one document in all of the text.

    One that is of this place once is so everywhere, unless others are to write it (each county
    its own).
    """
    whose: dict[str, str] = {}
    for mention in found:
        known = whose.get(mention.name, "=")
        whose[mention.name] = known if known == "?" or mention.scope == "=" else mention.scope
    for mention in found:
        scope = whose[mention.name]
        scope = "=" if scope == "?" else scope
        yield mention if mention.scope == scope else replace(mention, scope=scope)


def _named_ranges(outline: Outline) -> Iterator[tuple[int, int]]:
    yield from paragraphs(outline)
    yield from ((field.begin, field.end) for field in outline.fields if field.name == "title")


def brackets(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans between outermost title marks; an unclosed mark opens nothing."""
    depth, start = 0, -1
    for mark in BRACKET.finditer(text, begin, end):
        char, at = mark[0], mark.start()
        if char == "《" and depth and at - start > 60:
            depth = 0  # the mark before was never closed
        if char in OPENING:
            if depth == 0:
                start = at + 1
            depth += 1
        elif char in CLOSING and depth:
            depth -= 1
            if depth == 0 and at > start:
                yield start, at


def _abbreviations(text: str) -> Iterator[tuple[str, str]]:
    """Yield how the text says it will call a document: 《试点方案》（以下简称《方案》）."""
    for match in CALLED.finditer(text):
        before = BEFORE_CALLED.search(text, max(0, match.start() - 4), match.start())
        end = before.start() if before is not None else match.start()
        spans = list(brackets(text, max(0, end - 120), end))
        if spans:
            yield match["short"], carried_by(text[slice(*spans[-1])], match["short"])


def _bracketed(
    text: str, plain: str, begin: int, end: int, short: dict[str, str]
) -> Iterator[Mention]:
    for start, stop in brackets(plain, begin, end):
        name = in_one_line(text[start:stop])
        if plain[start - 1] == "〈" and not is_paper(name):
            continue  # 注册资本〈实收〉: brackets
        number = NUMBER.match(plain, stop + 1)
        full = short.get(name, name)
        yield Mention(
            "Document",
            kind_of_title(full),
            start,
            stop,
            text[start:stop],
            full,
            "document.abbreviated" if name in short else "document.bracketed",
            scope=_whose(plain, start, full),
            number=normal_number(number["number"]) if number else "",
        )


def _whose(text: str, begin: int, title: str) -> str:
    """Return whose paper a title without a place is: of the level whose body is named before it.

    "" is this place's own (written here), "=" open.
    """
    if kind_of_title(title) in ("Law", "Publication") or not is_paper(title):
        return "="
    issuer = LOCAL_ISSUER.search(text[max(0, begin - 16) : begin - 1])
    if issuer is not None:
        return issuer["level"] or issuer["seat"] or issuer["own"]
    verb = governor(text, begin)
    if verb is None or verb.role not in ("draft", "revise"):
        return "="
    return "?" if of_others(verb.subject) else ""


def normal_number(number: str) -> str:
    """Write a 文号 in its normal form: 婺教发[2022] 2号 → 婺教发〔2022〕2号."""
    bare = re.sub(r"\s+|第(?=\d)", "", even(number))
    return re.sub(r"[\[［（(【〔]((?:19|20)\d\d)[\]］）)】〕]", r"〔\1〕", bare)


def _own_titles(outline: Outline) -> Iterator[Mention]:
    """Yield the lines that are this document's title."""
    text = outline.source.text
    if outline.title is None:
        return
    own = re.sub(r"\s+", "", text[outline.title[0] : outline.title[1]])
    if not is_paper(own):
        return  # a page of questions and answers, or of news
    fields = [(field.begin, field.end) for field in outline.fields if field.name == "title"]
    for begin, end in (*outline.titles, *fields):
        name = re.sub(r"\s+", "", text[begin:end])
        inner = _within(text, begin, end, own)
        if inner is not None:
            begin, end = inner
            name = own
        elif CARRYING.search(name) or (
            name.endswith("通知") and not own.endswith(name) and (begin, end) not in fields
        ):
            continue
        elif own.endswith(name):
            name = own  # without its issuers
        yield Mention(
            "Document", kind_of_title(name), begin, end, text[begin:end], name, "document.title"
        )


def _within(text: str, begin: int, end: int, own: str) -> tuple[int, int] | None:
    """Return where the title stands inside that of the notice which carries it, 的 or none."""
    letters = [at for at in range(begin, end) if text[at] not in TITLE_MARKS]
    title = even_title(own).replace("的", "")
    at = "".join(text[at] for at in letters).translate(EVEN_WIDTH).find(title)
    if not title or at < 0 or letters[at] == begin:
        return None
    return letters[at], letters[at + len(title) - 1] + 1


def _known(stretch: str) -> Iterator[Mention]:
    """Yield national laws and plans that stand without title marks."""
    found, names = matcher("laws.ttl")
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        if NO_LAW.match(stretch, end) or len(name) < 4 and not _is_short_law(stretch, begin, end):
            continue
        term = terms("laws.ttl")[name]
        yield Mention(
            "Document", term.kind or "Other", begin, end, name, term.label, "document.known", "="
        )


def _is_short_law(stretch: str, begin: int, end: int) -> bool:
    """Tell a law of three characters: 执行消防法, 教师法、档案法, 民法典; not 统计法规."""
    if stretch[begin:end] == "民法典":
        return True
    return end - begin == SHORT_LAW and bool(
        LAW_LEFT.search(stretch[:begin][-4:]) and LAW_RIGHT.match(stretch, end)
    )


def _statutory(stretch: str, taken: Sequence[int]) -> Iterator[Mention]:
    """Yield the plans of a set name that no verb governs."""
    for match in STATUTORY.finditer(stretch):
        if match.end() not in taken and MANY.search(stretch[: match.start()][-4:]) is None:
            yield Mention(
                "Document", "Plan", match.start(), match.end(), match[0], match[0],
                "document.statutory", "=",
            )  # fmt: skip


def _built(stretch: str) -> Iterator[Mention]:
    """Yield the papers that a sentence names without marks."""
    for found in find_unmarked(stretch):
        kind = kind_of_title(found.name)
        yield Mention(
            "Document", kind, found.begin, found.end, stretch[found.begin : found.end],
            found.name, "document.built", found.whose,
        )  # fmt: skip
