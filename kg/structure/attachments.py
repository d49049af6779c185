"""Blocks to attachments: the papers that a document lists behind 附件： or puts behind itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.models import Field
from kg.structure.blocks import Block
from kg.structure.titles import compact, looks_like_title

BLANK = "[ \\u3000\\u00a0]*"
OPENING = re.compile(
    rf"附(?:件|表)?(?:目录|清单)?{BLANK}(?P<number>\d{{0,2}}){BLANK}(?:[：:]|(?<=\d)[.．、])"
)
NUMBER = re.compile(rf"(?:附[件表])?{BLANK}(?P<number>\d{{1,2}})(?!\d|年){BLANK}[.．、：:]?")
LEADING = re.compile(r"^[ \u3000\u00a0.．、：:\-]*")
# A file's ending, a note, the page number of a table of contents.
TRAILING = re.compile(
    r"[ \u3000\u00a0]{0,20}(?:\.(?:docx?|xlsx?|pdf|wps|zip|rar|et)"
    r"|[（(](?:略|另发|另附|见附件)[）)]|(?<![.…·])[.…·]{3,}+[ \d]{0,20}+|[。；;,，]){0,20}$",
    re.I,
)
NO_TITLE = re.compile(r"[。！？；，：:|《》@]|https?|联系|电话|印发|抄送|^\d+$|^[（(].*[）)]$")
HEADING = re.compile(r"附(?:件|表)?[ \u3000]*(?:\d{1,2}|[一二三四五六七八九十]{1,2})?[：:]?")
CUT = re.compile(r"[和与及的、]|[图表]\d")  # the second line of a title, a figure's caption
# 2023年工作总结 over the part of a report: no paper of its own.
YEARS_WORK = re.compile(
    r"(?:19|20)\d\d年(?:度|的)?(?:主要|重点)?工作(?:安排|总结|计划|思路|要点|任务|打算|报告)"
)
FIRST_PART = re.compile(r"(?:一、|第一[章条部]|（一）|1[.．、](?!\d))")
# In a text whose line breaks are lost: …执行。附件：1．名单2．清单 云陵市渔业局2024年3月1日.
INLINE = re.compile(
    r"(?:^|(?<=[。！；）)\s]))附件[：:][ \u3000\u00a0]*(?P<list>[^。！？；，：:|《》@]{4,300})"
)
NUMBERED = re.compile(r"(?<!\d)\d{1,2}[.．、](?!\d)[ \u3000\u00a0]*")
# Up to a blank, or to the last word of a paper behind which a signature with its date stands.
INLINE_TITLE = re.compile(
    r"[^ \u3000\u00a0&]*?"
    r"(?:制度|名单|清单|方案|办法|细则|指南|目录|标准|规定|意见|要点|表|书|汇编|规程|规范)"
    r"(?:（[^（）]{1,20}）)?(?=[ \u3000\u00a0&]|$|[一-鿿]{4,24}(?:19|20)\d\d年)"
)
SHORTEST, LONGEST = 4, 60
SHORTEST_PAPER = 8  # of a title that no list names
LINES = 3  # over which a heading may be broken
PREAMBLE = 2  # paragraphs between an enclosed paper's title and its first numbered part


def find_attachments(blocks: Sequence[Block], start: int) -> Iterator[Field]:
    """Yield the titles of attached papers: in the list, and where each of them begins."""
    listed = list(_listed(blocks))
    yield from listed
    titles = {compact(field.value) for field in listed}
    known = {field.begin for field in listed}
    for index, block in enumerate(blocks):
        if block.begin >= start and block.begin not in known:
            yield from _headed(blocks, index, titles)


def _listed(blocks: Sequence[Block]) -> Iterator[Field]:
    for index, block in enumerate(blocks):
        opening = OPENING.match(block.text)
        if opening is not None and len(block.text) <= LONGEST:
            yield from _list(blocks[index:], opening.end() if not opening["number"] else 0)
        elif len(block.text) > LONGEST and "附件" in block.text:
            yield from _inline(block)


def _inline(block: Block) -> Iterator[Field]:
    """Yield the titles that a list names amid its line."""
    for found in INLINE.finditer(block.text):
        starts = [m.end() for m in NUMBERED.finditer(found["list"])] or [0]
        ends = [m.start() for m in NUMBERED.finditer(found["list"])][1:] + [len(found["list"])]
        for start, end in zip(starts, ends, strict=True):
            title = INLINE_TITLE.match(found["list"][start:end].rstrip())
            if title is not None and SHORTEST < len(title[0]) <= LONGEST:
                begin = block.begin + found.start("list") + start
                yield Field(
                    "attachment", title[0], begin, begin + len(title[0]), "attachment.listed"
                )


def _list(blocks: Sequence[Block], start: int) -> Iterator[Field]:
    """Yield the titles of one list; a number may stand on a line of its own above its title."""
    expected, pending = 1, True
    for index, block in enumerate(blocks):
        at = start if index == 0 else 0
        number = NUMBER.match(block.text, at)
        if number is not None and int(number["number"]) == expected:
            at, expected, pending = number.end(), expected + 1, True
        elif not pending:
            return
        at += len(block.text[at:]) - len(LEADING.sub("", block.text[at:], count=1))
        if at == len(block.text):
            continue
        title = _title(block, at)
        if title is None:
            return
        yield title
        pending = False


def _title(block: Block, at: int) -> Field | None:
    value = TRAILING.sub("", block.text[at:])
    if not SHORTEST <= len(value) <= LONGEST or NO_TITLE.search(value):
        return None
    begin = block.begin + at
    return Field("attachment", value, begin, begin + len(value), "attachment.listed")


def _headed(blocks: Sequence[Block], index: int, titles: set[str]) -> Iterator[Field]:
    """Yield the title over an attached paper: a listed one, or one of a paper's form."""
    behind_label = index > 0 and HEADING.fullmatch(blocks[index - 1].text) is not None
    for count in range(1, LINES + 1):
        parts = blocks[index : index + count]
        text = "".join(part.text for part in parts)
        if compact(text) in titles or _is_paper(text, blocks, index + count, behind_label):
            yield Field("attachment", text, parts[0].begin, parts[-1].end, "attachment.headed")
            return
        if not behind_label:
            return


def _is_paper(text: str, blocks: Sequence[Block], index: int, behind_label: bool) -> bool:
    """Tell a title by its form where 附件 stands above it or a numbering begins below it."""
    if len(text) < SHORTEST_PAPER or CUT.match(text) or not looks_like_title(text):
        return False
    if YEARS_WORK.fullmatch(compact(text)) and not behind_label:
        return False
    return behind_label or _begins_paper(blocks, index)


def _begins_paper(blocks: Sequence[Block], index: int) -> bool:
    """Tell whether a paper's numbering begins anew right behind a title, or its preamble."""
    return any(
        FIRST_PART.match(block.text) is not None for block in blocks[index : index + PREAMBLE + 1]
    )
