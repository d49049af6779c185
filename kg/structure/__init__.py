"""Source to Outline: furniture, metadata block, titles, sections, tasks, sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kg.models import Field, Grid, Outline, Section, Sentence, Source, Task
from kg.structure import outline as outline_parts
from kg.structure.attachments import find_attachments
from kg.structure.blocks import Block, split_blocks
from kg.structure.carried import find_carried
from kg.structure.furniture import find_furniture
from kg.structure.items import HEADING, read_item
from kg.structure.metadata import find_fields
from kg.structure.numbers import find_numbers
from kg.structure.pages import find_page_title
from kg.structure.placed_tables import PlacedTables, kept, outside
from kg.structure.tables import find_grids
from kg.structure.titles import TitleLine, choose_title, compact, find_title_lines

SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;]?[”’）)]?")
# The last word is who is addressed: what ends in 提出如下意见： or 包括： introduces the text.
ADDRESSEE = re.compile(
    r"^(?=.{2,160}$)(?!.*(?:下列|以下|如下|来源|签字|意见)[^。；]*$)[^。；]*"
    r"(?:人民政府|单位|部门|机构|集团|公司|兵团|组织|中心|企业|机关|委员|专家|煤矿|"
    r"[局厅委办室院会联校区县市省司处镇乡所站队部学团])(?:[（(](?!盖章)[^）)]*[）)])?[：:]$"
)
NUMERAL_DATE = "[〇○ＯO零一二三四五六七八九十]"
DATE_LINE = re.compile(
    rf"[（(]?\d{{4}}\s*年\s*\d{{1,2}}\s*月\s*[\d□*＊×\ufffd]{{1,2}}\s*日[）)]?|"
    rf"{NUMERAL_DATE}{{4}}年{NUMERAL_DATE}{{1,3}}月{NUMERAL_DATE}{{1,3}}日|\d{{7,8}}"
)
DATE_PART = re.compile(r"20\d\d(?:年(?:\d{1,2})?)?")  # of a date that a page breaks into lines
BROKEN_DATE = re.compile(r"20\d\d年\d{1,2}月\d{1,2}日")
DATE_PARTS = 6
DOCUMENT_NUMBER = re.compile(
    r"[（(]?[一-鿿]{1,15}[〔﹝\[［（(【]\s*\d{4}\s*[〕﹞\]］）)】]\s*第?\d{1,5}\s*号[）)]?|"
    r"[一-鿿]{2,12}〔\d{4,8}"
)
SALUTATION = re.compile(r"各位代表[：:]")
SIGNATURE_REACH = 3  # a date stands at most so many lines below who signs, of joint ones the last
SIGNING = re.compile(r"(?:[部局委厅署办院会社行]|政府|法院)$")
# Nobody signs in a sentence, nor in a list of attached files: 申报书 / .docx
NO_SIGNATURE = re.compile(
    r"[。，；：:《—]|^\d|报告$|（略）|\.(?:docx?|xlsx?|pdf|wps|ofd|zip|rar)$", re.IGNORECASE
)
ATTACHMENTS = re.compile(r"附(?:件|表)?[：:]")
UNNAMED = re.compile(r"(?:^|[：:])(?:\d{1,2}[.．、]?)?$")  # its name is on the next line
ATTACHED = re.compile(r"(?:附件)?\d{1,2}[.．、]")
LOST_BLANKS = re.compile(r"\s{1,60}$")
# A page that explains or guides sets no work: 怎么办理老年卡？, 《办法》答记者问, 入学申请指引.
GUIDE = re.compile(
    r"怎么|[？?！!]|答记者问|问答|问题解答|政策解读|(?:申请|申领|办理|办事|宣传)(?:指引|指南)"
)
LONGEST_ATTACHED = 60
# No sentence is longer, but a damaged or hostile text may go on for ever: then it is cut where
# no name can be, and what is linear in a text's length needs not be so in a sentence's.
LONGEST_SENTENCE = 3000
SAFE_ENDS = ("，,：:", "、\t \u3000》）)")
LONGEST_SIGNATORY = 40


def structure(source: Source) -> Outline:
    """Tell the parts of a document apart; offsets are code points in the source's text."""
    text = source.text
    fields = _fields(source)
    found = find_grids(source, fields)
    blocks = list(outside(split_blocks(text), found))
    furniture = list(find_furniture(blocks, len(text)))
    grids = kept(found, blocks, furniture)
    body = _content(blocks, fields, furniture)
    lines = list(find_title_lines(body))
    signatures = list(_find_signatures(body, grids))
    title = _find_title(body, lines, signatures) or find_page_title(blocks, body)
    start = title.begin if title else 0
    content = [block for block in body if block.begin >= start]
    titles = _own_titles(lines, title)
    tables = PlacedTables(text, grids, titles, signatures)
    end = max(furniture_end(content, len(text)), tables.end)
    sections, tasks = outline_parts.build(_unsigned(content, signatures, title), end)
    guides = bool(body) and _guides(body[0])
    section_of = _innermost([(part.begin, part.end) for part in sections])
    sections, tasks, cells = tables.listed(sections, () if guides else tasks, section_of, guides)
    parts = _parts(body, titles, signatures, fields)
    sentences = sorted(
        [*_sentences(body, parts, sections, tasks), *cells], key=lambda sentence: sentence.begin
    )
    return Outline(
        source=source,
        title=(title.begin, title.end) if title else None,
        titles=tuple((line.begin, line.end) for line in titles),
        fields=(
            *fields,
            *signatures,
            *_number_lines(body),
            *find_numbers(body),
            *_attachments(content, titles),
        ),
        sections=sections,
        tasks=tasks,
        sentences=(*_summaries(text, fields), *sentences),
        furniture=tuple((block.begin, block.end) for block in furniture),
        grids=tuple(tables.grids),
    )


def _fields(source: Source) -> list[Field]:
    """Return what the file and its text state about the document; the file's word first."""
    carried = source.fields
    stated = (
        field
        for field in find_fields(source.text)
        if all(field.end <= other.begin or other.end <= field.begin for other in carried)
    )
    return [*carried, *stated]


def _guides(first: Block) -> bool:
    """Tell by the first line of a page that it guides who reads it: 怎么办理老年卡？."""
    line = first.text.partition("\n")[0]
    return (
        len(line) <= LONGEST_ATTACHED
        and GUIDE.search(line) is not None
        and re.search(r"关于.{0,60}的(?:通知|意见|公告)", line) is None
    )


def _find_title(
    body: Sequence[Block], lines: Sequence[TitleLine], signatures: Sequence[Field]
) -> TitleLine | None:
    until = _first_heading(body)
    title = choose_title(lines, body) if lines and lines[0].begin < until else None
    if title is not None and not title.shell:
        return _nearest(title, lines, until)
    return find_carried(body, signatures, title, until) or title


def _nearest(title: TitleLine, lines: Sequence[TitleLine], until: int) -> TitleLine:
    """Return the title where it stands last above the text: the page says it before the paper.

    In one line rather than in several.
    """
    wanted = compact(title.text)
    again = (line for line in lines if title.begin <= line.begin < until)
    own = (line for line in again if compact(line.text) == wanted)
    return min(own, key=lambda line: (_is_broken(line), -line.begin), default=title)


def _is_broken(line: TitleLine) -> bool:
    return len(line.text) < line.end - line.begin


def _first_heading(body: Sequence[Block]) -> int:
    """Return where the numbered headings begin: what first looks like a title below is none.

    专栏, tables and samples have titles of their own, and no speech has one below its salutation.
    """
    for block in body:
        if SALUTATION.match(block.text):
            return block.begin
        item = read_item(block)
        if item is not None and item.level <= HEADING:
            return block.begin
    return body[-1].end if body else 0


def furniture_end(content: Sequence[Block], length: int) -> int:
    """Return where the document's own text ends."""
    return content[-1].end if content else length


def _content(
    blocks: Sequence[Block], fields: Sequence[Field], furniture: Sequence[Block]
) -> list[Block]:
    """Return the blocks that are neither furniture nor a line of the metadata block."""
    dropped = {block.begin for block in furniture}
    metadata = [field.begin for field in fields]
    lines = {block.line for block in blocks for at in metadata if block.begin <= at < block.end}
    keys = {line - 1 for line in lines}
    return [
        block
        for block in blocks
        if block.begin not in dropped
        and block.line not in lines
        and not (block.line in keys and len(block.text) < 12 and block.text[-1] in ":：")
    ]


def _own_titles(lines: Sequence[TitleLine], title: TitleLine | None) -> list[TitleLine]:
    """Return the lines that are the title, each time it stands, and that of its shell."""
    if title is None:
        return []
    wanted = compact(title.text)
    own = [line for line in lines if _is_own(line, wanted) or _is_shell(line, lines[0])]
    return own if title in own else sorted([*own, title], key=lambda line: line.begin)


def _is_own(line: TitleLine, wanted: str) -> bool:
    """Tell the title, also where it stands without its issuers: 关于….的通知."""
    text = compact(line.text)
    return text == wanted or (text.startswith("关于") and wanted.endswith(text))


def _is_shell(line: TitleLine, first: TitleLine) -> bool:
    """Tell the first title, also where a page gives it twice: above and below its 文号."""
    return line is first or (line.shell and compact(line.text) == compact(first.text))


def _find_signatures(body: Sequence[Block], grids: Sequence[Grid]) -> Iterator[Field]:
    """Yield who signs and when: short lines above a line that is nothing but a date.

    Tables are no part of the body: what stands above one does not sign below it.
    """
    for index, block in enumerate(body):
        end = _date_end(body, index)
        if end is None:
            continue
        date = "".join(part.text for part in body[index:end])
        yield Field("signed", date, block.begin, body[end - 1].end, "signature.date")
        floor = max((grid.end for grid in grids if grid.end <= block.begin), default=0)
        for distance, above in enumerate(reversed(body[:index])):
            if above.begin < floor or read_item(above) is not None:
                break
            name = LOST_BLANKS.sub("", above.text)
            joint = distance < SIGNATURE_REACH or SIGNING.search(name) is not None
            if not joint or len(name) > LONGEST_SIGNATORY or NO_SIGNATURE.search(name):
                break
            yield Field("signatory", name, above.begin, above.begin + len(name), "signature.name")


def _date_end(body: Sequence[Block], index: int) -> int | None:
    """Return behind which block a date ends that begins with this one: 2025 / 年 / 8 …"""
    if DATE_LINE.fullmatch(body[index].text):
        return index + 1
    if not DATE_PART.fullmatch(body[index].text):
        return None
    parts = [block.text for block in body[index : index + DATE_PARTS]]
    broken = BROKEN_DATE.match("".join(parts))
    ends = (n for n in range(2, len(parts) + 1) if "".join(parts[:n]) == (broken or [""])[0])
    count = next(ends, None)
    return index + count if count is not None else None


def _number_lines(body: Sequence[Block]) -> Iterator[Field]:
    for block in body[:40]:
        if DOCUMENT_NUMBER.fullmatch(block.text):
            yield Field("number", block.text.strip("（）()"), block.begin, block.end, "number.line")


def _attachments(content: Sequence[Block], titles: Sequence[TitleLine]) -> Iterator[Field]:
    """Yield what is attached to the document; its own title repeated is not."""
    start = max((line.end for line in titles), default=0)
    own = {line.begin for line in titles}
    yield from (field for field in find_attachments(content, start) if field.begin not in own)


def _attachment_list(content: Sequence[Block]) -> set[int]:
    """Return where the lines begin that list what is attached: 附件：1.… and those numbered on."""
    found: set[int] = set()
    listing = awaits = False
    for block in content:
        opens = ATTACHMENTS.match(block.text) is not None
        goes_on = listing and (awaits or ATTACHED.match(block.text) is not None)
        listing = (opens or goes_on) and len(block.text) <= LONGEST_ATTACHED
        if listing:
            found.add(block.begin)
            awaits = UNNAMED.search(block.text) is not None
    return found


def _unsigned(
    content: Sequence[Block], signatures: Sequence[Field], title: TitleLine | None
) -> list[Block]:
    signed = {field.begin for field in signatures} | _attachment_list(content)
    end = title.end if title else -1
    return [block for block in content if block.begin not in signed and block.begin >= end]


def _parts(
    body: Sequence[Block],
    titles: Sequence[TitleLine],
    signatures: Sequence[Field],
    fields: Sequence[Field],
) -> dict[int, str]:
    """Return what part of the document a block is, by where it begins; body if not here."""
    parts: dict[int, str] = {}
    in_title = {at for line in titles for at in range(line.begin, line.end)}
    signed = {field.begin for field in signatures}
    for block in body:
        if block.begin in in_title:
            parts[block.begin] = "title"
        elif block.begin in signed:
            parts[block.begin] = "signature"
        elif DOCUMENT_NUMBER.fullmatch(block.text):
            parts[block.begin] = "metadata"
        elif ADDRESSEE.match(block.text) and read_item(block) is None:
            parts[block.begin] = "addressee"
    return parts


def _sentences(
    body: Sequence[Block],
    parts: dict[int, str],
    sections: Sequence[Section],
    tasks: Sequence[Task],
) -> Iterator[Sentence]:
    section_of = _innermost([(part.begin, part.end) for part in sections])
    task_of = _innermost([(part.begin, part.end) for part in tasks])
    for block in body:
        part = parts.get(block.begin, "body")
        for begin, end in _split(block.text, block.begin):
            yield Sentence(begin, end, section_of(begin), task_of(begin), part)


def _summaries(text: str, fields: Sequence[Field]) -> Iterator[Sentence]:
    """Yield what a metadata block says the document is about: prose like the text itself."""
    for field in fields:
        if field.name == "summary":
            for begin, end in _split(text[field.begin : field.end], field.begin):
                yield Sentence(begin, end, None, None, "summary")


def _split(text: str, begin: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text that begins there; of one without an end, its parts."""
    for match in SENTENCE.finditer(text):
        if match[0].strip():
            at = match.start()
            while match.end() - at > LONGEST_SENTENCE:
                end = _safe_end(text, at)
                yield begin + at, begin + end
                at = end
            if at < match.end():
                yield begin + at, begin + match.end()


def _safe_end(text: str, begin: int) -> int:
    """Return where too long a sentence is cut: behind a mark, else where it becomes too long."""
    limit = begin + LONGEST_SENTENCE
    for marks in SAFE_ENDS:
        end = max(text.rfind(mark, begin, limit) for mark in marks) + 1
        if end > begin + LONGEST_SENTENCE // 2:
            return end
    return limit


class _innermost:
    """Find the innermost of nested spans that holds an offset."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.order = sorted(range(len(spans)), key=lambda index: spans[index][0])
        self.begins = [spans[index][0] for index in self.order]
        self.spans = spans
        self.around = list(self._around())

    def _around(self) -> Iterator[int]:
        """Yield for each span, in order, the position of the one around it; −1 for none."""
        is_open: list[int] = []
        for position, index in enumerate(self.order):
            while is_open and self.spans[self.order[is_open[-1]]][1] <= self.spans[index][0]:
                is_open.pop()
            yield is_open[-1] if is_open else -1
            is_open.append(position)

    def __call__(self, offset: int) -> int | None:
        position = bisect_right(self.begins, offset) - 1
        while position >= 0:
            index = self.order[position]
            if self.spans[index][1] > offset:
                return index
            position = self.around[position]
        return None
