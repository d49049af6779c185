"""Blocks to items: numbered paragraphs, and paragraphs with a lead title but no number."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.structure.blocks import MISREAD, Block, ordinal

NUMERAL = "[一二三四五六七八九十百零〇]{1,5}"
# A dot is also lost to a font of its own, of which only a private code is left.
DOT = "(?:[.．、﹒](?!\\d)|[.．](?=\\d{4}年)|[\ue000-\uf8ff])"
# In the order of rank: what stands further down may stand inside what stands further up.
STYLES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第({NUMERAL})[编篇部](?:分)?(?=[\s\u3000：:])")),
    (2, re.compile(rf"第({NUMERAL}|\d{{1,2}})章")),
    (3, re.compile(rf"第({NUMERAL}|\d{{1,2}})节")),
    (4, re.compile(rf"第({NUMERAL}|\d{{1,3}})条(?![的规第、])")),
    (5, re.compile(rf"({NUMERAL}|[—－](?=、))(?:[ \u3000]?、|[.．](?!\d))")),
    (6, re.compile(rf"[（(]({NUMERAL})[）)]、?")),
    (7, re.compile(rf"(\d{{1,2}})(?:{DOT}|(?=\u3000))")),
    (8, re.compile(r"[（(]?(\d{1,2})[）)]、?")),
    (9, re.compile(r"([①-⑳])")),
)
ARTICLE = 4
LONGEST_NUMBER = 10  # characters, of each of these styles: （一百二十三）、
HEADING = 6  # levels down to （一）
LEADING = 10  # what has no number stands below all that has one
LEAD = re.compile(r"[^。]*")
TITLE_END = re.compile(r"[ \u3000\u00a0：:]{1,40}$")
LABEL = re.compile(r"[（(【［]([^（）()【】［］]{2,30})[）)】］]")
BLANKS = re.compile(r"[ \u3000\u00a0\t\n]*")
# What stands before a lead: a dash, or a number in words (一是加强教研。第二，培育名师。).
COUNTED = re.compile(
    r"[—\-－–•●◆■▲▪★\s]*(?:第?(?P<number>[一二三四五六七八九十]{1,2})(?:是(?!否)|[，,])\s*)?"
)
SHORTEST_LEAD, LONGEST_LEAD = 4, 30
SHORTEST_BODY = 20
LONGEST_ALONE, SHORTEST_PARAGRAPH = 20, 40  # a lead that stands alone, what stands below it
# A paragraph that ends by saying who answers for it: …。（省水利厅牵头，省财政厅参与）
ANSWERED = re.compile(
    r"[（(〔](?:[^（）()〔〕\n]|[（(][^（）()\n]{0,20}[）)]){0,200}?"
    r"(?:负责|牵头|配合|参与|分工|指导(?=[，；）)〕])|(?:单位|部门)[:：])"
    r"(?:[^（）()〔〕\n]|[（(][^（）()\n]{0,20}[）)]){0,200}[）)〕]。?$"
)
ANSWER_REACH = 250  # characters of such an ending
BOX = re.compile(r"专栏[ \u3000]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})")
# A report has one heading for the year behind it and one for the year before it, often unnumbered.
PERIOD = re.compile(
    r"(?:\d{4}年|今年|去年|过去|今后|下一步|“?十[二三四五六]五).{0,12}(?:回顾|总结|安排|目标|任务|重点工作|建议|打算)"
)
PERIOD_LEVEL = 3
ANNOUNCED = re.compile(
    r"(?:下列|以下|如下)[^，。；：:]{0,8}(?:条件|要求|情形|情况|问题|标准|材料|行为|职责|资料|内容)"
    r"[^。；]*[：:]$"
)
# An address to those who listen, a maxim that opens a paragraph (教师强则学校强, 水是生命之源),
# a rule or a formality: no title.
NO_LEAD = re.compile(
    r"^(?:各位|同志们)|[：:；！？!?\d]|(?<![但凡])是(?!否)|则|就(?!业)|我们|须|应当|不得|施行"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered paragraph, or one with a lead title but no number."""

    begin: int
    end: int  # of its own paragraph
    level: int
    number: str
    title_begin: int
    title_end: int
    title: str
    body: int  # characters of its paragraph behind the lead
    closed: bool  # the lead ends in 。
    labelled: bool = False  # an article with its title in brackets: 第四条（随车照管）
    below: int = 0  # characters of the paragraphs below it, up to the next item
    lists: bool = False  # announces an enumeration: 应当具备下列条件：
    answered: bool = False  # says at its end who answers for it


def read_item(block: Block) -> Item | None:
    """Return the numbered item that a paragraph begins, if it begins one."""
    for level, style in STYLES:
        found = style.match(block.text)
        if found is not None:
            return _item(block, level, found[1].translate(MISREAD), found.end())
    return None


def read_items(blocks: Sequence[Block]) -> Iterator[Item]:
    """Yield the items in order: the numbered ones, and under each the leads without a number."""
    head: tuple[Block, Item] | None = None
    under: list[Block] = []
    for block in _without_boxes(_with_their_numbers(blocks)):
        item = read_item(block) or _period(block)
        if item is None:
            under.append(block)
            continue
        yield from _group(head, under)
        head, under = (block, item), []
    yield from _group(head, under)


def _period(block: Block) -> Item | None:
    """Return the heading that a line without a number is: 2023年工作回顾."""
    found = PERIOD.fullmatch(block.text)
    return _item(block, PERIOD_LEVEL, "", 0) if found else None


def _without_boxes(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the paragraphs but those of boxes: what 专栏1 counts are examples, not work items."""
    expected = 0
    for block in blocks:
        if BOX.match(block.text):
            expected = 1
        item = read_item(block) if expected else None
        if item is not None:
            expected = (
                expected + 1 if ordinal(item.number) == expected and item.level > HEADING else 0
            )
        if not expected:
            yield block


def _with_their_numbers(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the paragraphs, each number that stands on a line alone joined to the next."""
    number: Block | None = None
    for block in blocks:
        if number is not None:
            block = _joined(number, block)
        number = block if _is_bare_number(block) else None
        if number is None:
            yield block
    if number is not None:
        yield number


def _is_bare_number(block: Block) -> bool:
    if len(block.text) > LONGEST_NUMBER:
        return False
    styles = (style for level, style in STYLES if level >= ARTICLE)
    return any(style.fullmatch(block.text) for style in styles)


def _joined(number: Block, block: Block) -> Block:
    gap = "\n" * (block.begin - number.end)
    return replace(block, begin=number.begin, text=number.text + gap + block.text)


def _group(first: tuple[Block, Item] | None, under: Sequence[Block]) -> Iterator[Item]:
    """Yield an item and the leads under it."""
    if first is None:
        return
    block, head = first
    head = replace(head, answered=_is_answered(block.text))
    leads = list(_leads(head, under))
    until = leads[0].begin if leads else sys.maxsize
    texts = [block.text for block in under if block.begin < until]
    last = (texts or [block.text])[-1]
    lists = last[-1] in "：:" and ANNOUNCED.search(last) is not None
    below = sum(map(len, texts))
    own = _first_answered(block, head) if leads and leads[0].answered else None
    answered = own is None and _is_answered(last)
    yield replace(head, below=below, lists=lists, answered=answered)
    if own is not None:
        yield own
    yield from leads


def _first_answered(block: Block, head: Item) -> Item | None:
    """Return the lead behind a heading in one paragraph, where those below are told by who answers
    for them: （一）强化引领。建立指标体系。每季度…。（省水利厅负责）
    """
    start = head.title_end + 1 - block.begin
    item = _item(block, LEADING, "", start) if head.answered and head.closed else None
    if item is None or not item.closed:
        return None
    own = ANSWERED.search(block.text, max(0, len(block.text) - ANSWER_REACH))
    text = (own.start() if own is not None else len(block.text)) - (item.title_end - block.begin)
    if text < SHORTEST_BODY:
        return None
    return replace(item, begin=item.title_begin, answered=True)


def _leads(head: Item, under: Sequence[Block]) -> list[Item]:
    """Return the leads under an item, if there are several.

    Under an item that is a paragraph of its own what follows is mostly its text, not its parts:
    there nearly every paragraph must have a lead, as in a report on the work of a government.
    """
    if head.level == ARTICLE or (head.closed and head.level > HEADING):
        return []
    answered = [item for block in under if (item := _answered(block)) is not None]
    if len(answered) + head.answered > 1 and len(answered) * 3 >= len(under) * 2:
        return answered
    alone = _leads_alone(under)
    texts = {below.begin for lead, below in alone}  # each is what its lead says more of
    leads = [lead for lead, _ in alone]
    leads += [lead for block in under if block.begin not in texts and (lead := _lead(block))]
    leads.sort(key=lambda lead: lead.begin)
    if len(leads) < 2:
        return []
    reach = sum(block.begin <= leads[-1].begin for block in under if block.begin not in texts)
    least = 2 / 3 if head.closed else 1 / 3
    return leads if len(leads) >= reach * least else []


def _leads_alone(under: Sequence[Block]) -> list[tuple[Item, Block]]:
    """Return the leads that are paragraphs of their own, each with the one below, if several are:
    办好职业教育。 / 实施名校长工程，….
    """
    found: list[tuple[Item, Block]] = []
    for block, below in pairwise(under):
        item = _opening(block)
        if item is None or item.body > 0 or len(item.title) > LONGEST_ALONE:
            continue
        if len(below.text) >= SHORTEST_PARAGRAPH:
            found.append((replace(item, below=len(below.text)), below))
    return found if len(found) > 1 else []


def _is_answered(text: str) -> bool:
    return ANSWERED.search(text, max(0, len(text) - ANSWER_REACH)) is not None


def _answered(block: Block) -> Item | None:
    """Return the first sentence of a paragraph that ends in who answers for it."""
    if not _is_answered(block.text):
        return None
    mark = COUNTED.match(block.text)
    item = _item(block, LEADING, mark["number"] or "", mark.end()) if mark else None
    return replace(item, answered=True) if item is not None and item.closed else None


def _lead(block: Block) -> Item | None:
    item = _opening(block)
    return item if item is not None and item.body >= SHORTEST_BODY else None


def _opening(block: Block) -> Item | None:
    """Return the first sentence of a paragraph where it could be a title."""
    mark = COUNTED.match(block.text)
    assert mark is not None  # the pattern matches the empty string
    item = _item(block, LEADING, mark["number"] or "", mark.end())
    if item is None or not item.closed or not SHORTEST_LEAD <= len(item.title) <= LONGEST_LEAD:
        return None
    return None if NO_LEAD.search(item.title) else item


def _item(block: Block, level: int, number: str, start: int) -> Item | None:
    blanks = BLANKS.match(block.text, start)
    start = blanks.end() if blanks else start
    label = LABEL.match(block.text, start) if level == ARTICLE else None
    if label is not None:
        return _labelled(block, number, label)
    lead = LEAD.match(block.text, start)
    assert lead is not None  # the pattern matches the empty string
    title = TITLE_END.sub("", lead[0])
    if not title:
        return None
    begin = block.begin + start
    return Item(
        block.begin,
        block.end,
        level,
        number,
        begin,
        begin + len(title),
        title,
        len(block.text) - lead.end() - 1,
        lead.end() < len(block.text),
    )


def _labelled(block: Block, number: str, label: re.Match[str]) -> Item:
    begin, end = block.begin + label.start(1), block.begin + label.end(1)
    body = len(block.text) - label.end()
    return Item(block.begin, block.end, ARTICLE, number, begin, end, label[1], body, True, True)
