"""Web pages to Source: their main text with its tables, and what they state about it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.read import tags
from kg.read.draft import Draft
from kg.read.encoding import BOMS, decode
from kg.read.html_main import find_text, outside_rule, role_of, rule_of
from kg.read.html_meta import Stated, merged, page_fields, stated_fields, title_of_page
from kg.read.html_text import FILE, SILENT, Element, Left, Line, Part, Rows, parts, text_of

INSTALL = "install the readers: pip install 'policy-kg[docs]'"
HEAD = 4096
# A comment or the like may stand before the first tag.
OPENING = re.compile(
    rb"(?:<\?xml[^>]{0,200}>|<!--[^>]{0,1000}-->|\s){0,20}"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|frameset)\b",
    re.I,
)
FRAGMENT = re.compile(rb"<(?:div|p|table|span|br|style|script|h[1-6])\b", re.I)
SUFFIXES = (".html", ".htm", ".shtml", ".xhtml", ".xht")
CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?([\w-]{2,20})", re.I
)
# What a page may declare and plain text is not tried as.
ELSEWHERE = ("big5", "big5-hkscs")
LEAST_NULS = 1000  # characters to each zero byte that is only dirt
LOST_SHARE = 0.002  # of the Chinese characters, how many a parser may lose with a note
TAIL_LINES = 20  # below the text, where its files are listed
LONGEST_TITLE = 120
LEAST_FIELDS_BELOW = 3
OUTSIDE_SHARE = 0.3
SHORTEST_SENTENCE = 15
LEAST_UNLINKED = 300  # characters that no page has of itself, links apart
ATTACHED = re.compile(r"(?:相关)?附件(?:下载|列表)?[：:]?")
REFRESH = re.compile(r"\s*\d{0,4}\s*[;,]\s*url\s*=\s*['\"]?([^'\"]{1,300})", re.I)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page, and in which parts of it the document stands."""

    root: Element
    texts: list[Element]


def is_web_page(data: bytes, name: str) -> bool:
    """Tell a web page by how it begins; a fragment of one by the file's name as well."""
    head = data[:HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f")
    if OPENING.match(head) is not None:
        return True
    return name.lower().endswith(SUFFIXES) and FRAGMENT.search(head) is not None


def read_html(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read a web page: the text of its document, tables and metadata; the rest as cuts."""
    shown = names[0] if names else "-"
    draft = Draft()
    page, encoding = decode_page(data, shown, draft)
    write_page(page, draft, shown)
    return draft.finish(names, hashlib.sha256(data).hexdigest(), "text/html", encoding)


# -- encoding --------------------------------------------------------------------------------


def decode_page(data: bytes, shown: str, draft: Draft, declared: str = "") -> tuple[str, str]:
    """Return a page's text and encoding: what decodes strictly wins over what it declares."""
    marked = any(data.startswith(bom) for bom, _ in BOMS)
    if not marked and 0 < data.count(b"\0") * LEAST_NULS <= len(data):
        draft.note(f"{data.count(0)} zero bytes dropped")
        data = data.replace(b"\0", b"")
    found = CHARSET.search(data[:HEAD])
    declared = (declared or (found[1].decode("ascii") if found else "")).lower()
    text, encoding = _declared(data, declared), declared
    if not text:
        text, encoding, notes = decode(data, shown)
        for note in notes:
            draft.note(note)
    if declared and not _same(declared, encoding):
        draft.note(f"declared as {declared}, read as {encoding}")
    return text, encoding


def _declared(data: bytes, declared: str) -> str:
    """Decode by a declared encoding that is never guessed; "" where that fails."""
    if declared not in ELSEWHERE or _decodes(data, "utf-8"):
        return ""
    return data.decode("big5hkscs") if _decodes(data, "big5hkscs") else ""


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        return bool(data.decode(encoding))
    except UnicodeDecodeError:
        return False


def _same(declared: str, encoding: str) -> bool:
    if declared.startswith("gb"):
        return encoding.startswith("gb")
    return declared.replace("-", "")[:4] == encoding.replace("-", "")[:4]


# -- parsing ---------------------------------------------------------------------------------


def write_page(page: str, draft: Draft, shown: str, address: str = "") -> None:
    """Write a page into a draft; raise ReadError where it holds no text.

    `address` is where it was saved from, if what carries the page says so.
    """
    page, shortened = tags.without_long_tags(page)
    if shortened:
        draft.note(f"attributes of {shortened} tags dropped: thousands of them")
    root = _parse_whole(page, draft, shown)
    if root is None:
        draft.note("tags nested too deep or damaged: read line by line, without its parts")
        for line in tags.lines(page):
            draft.paragraph(line)
    else:
        _write(root, page, draft, shown, address)
    if draft.is_blank:
        raise ReadError(f"{shown}: a web page without text; {_advice(root)}")


def _parse_whole(page: str, draft: Draft, shown: str) -> Element | None:
    """Return the page's tree; None where the parser loses text.

    It ends 256 tags deep without a word; most such pages forget to close what formats letters.
    """
    wanted = tags.han(page)
    root = _parse(page, shown)
    lost = _lost(root, wanted)
    if not lost:
        return root
    again = _parse(tags.without_formatting(page), shown)
    if not _lost(again, wanted):
        draft.note("tags nested too deep: those that format letters dropped")
        return again
    if lost > LOST_SHARE * wanted:
        return None
    draft.note(f"{lost} Chinese characters of the page are not in what the parser read")
    return root


def _lost(root: Element | None, wanted: int) -> int:
    if root is None:
        return wanted
    silent = (text_of(one) for one in root.iter(*tags.SILENT))
    kept = tags.HAN.findall("".join(root.itertext()))
    return max(0, wanted - len(kept) + len(tags.HAN.findall("".join(silent))))


def _parse(page: str, shown: str) -> Element | None:
    try:
        from lxml import etree
    except ImportError as error:
        raise ReadError(f"{shown}: a web page; {INSTALL}") from error
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    if root is not None:
        etree.strip_elements(root, "script", "style", with_tail=False)
    return root


def _advice(root: Element | None) -> str:
    """Say why a page may hold no text, and what to do."""
    if root is None:
        return "is this the right file?"
    frames = [frame.get("src") for frame in root.iter("frame", "iframe") if frame.get("src")]
    if frames:
        return f"it shows other files: {', '.join(frames[:3])[:200]}; read those"
    for meta in root.iter("meta"):
        target = REFRESH.match(meta.get("content", ""))
        if meta.get("http-equiv", "").lower() == "refresh" and target is not None:
            return f"it leads on to {target[1].strip()}; read that"
    pictures = sum(1 for _ in root.iter("img"))
    if pictures:
        return f"{pictures} pictures in it; a page of pictures needs text recognition first"
    return "a script fills it; save it from the browser as it is shown"


# -- writing ---------------------------------------------------------------------------------


def _write(root: Element, page: str, draft: Draft, shown: str, address: str) -> None:
    rule = outside_rule(len(text_of(root)))
    texts = find_text(root, rule)
    if _is_unfilled(root, texts):
        raise ReadError(f"{shown}: a web page without text; {_advice(root)}")
    head, tail = _around(root, texts)
    above = [part for part in head if isinstance(part, Line)]
    below = [part for part in tail if isinstance(part, Line)]
    fields = page_fields(root, page, address)
    named = {_compact(field.value) for field in fields if field.name == "title"}
    named.add(_compact(title_of_page(root)))
    title, above = _title(above, named - {""})
    block, beside = stated_fields([line.text for line in above])
    attached, under = _attached(below)
    stated, under = _below(under)
    for field in merged([*block, *stated], _with_title(fields, root)):
        draft.field(field.name, field.value, field.rule, field.key)
    for line in title:
        draft.paragraph(line.text, 0)
    written = list(_main(texts))
    for part in (*written, *attached):
        _write_part(part, draft, named)
    for left in (part for part in (*head, *tail) if isinstance(part, Left)):
        _write_part(left, draft, named)
    for group in (beside, under):
        draft.cut(" ".join(group), "html.beside")
    _note_losses(root, texts, [*beside, *under], written, draft)


def _is_unfilled(root: Element, texts: Sequence[Element]) -> bool:
    """Tell a page whose place for the text is empty, and which says nothing else in sentences."""
    if any(role_of(one) == "text" for one in texts):
        return False
    empty = any(role_of(one) == "text" and not text_of(one).strip() for one in root.iter("div"))
    return empty and not any(
        _has_sentence(text_of(one)) or _unlinked(one) >= LEAST_UNLINKED for one in texts
    )


def _unlinked(element: Element) -> int:
    """Return how many characters of an element are no link's."""
    links = sum(len(text_of(link)) for link in element.iter("a"))
    return len(text_of(element)) - links


def _has_sentence(text: str) -> bool:
    return any(len(part) >= SHORTEST_SENTENCE for part in text.split("。")[:-1])


def _around(root: Element, texts: Sequence[Element]) -> tuple[list[Part], list[Part]]:
    """Return what stands above and below the text."""
    chosen = set(texts)
    holders = {above for one in texts for above in one.iterancestors()}

    def outside(element: Element) -> str:
        if element in chosen:
            return "html.text"
        return "" if element in holders else rule_of(element)

    found = [] if root in chosen else list(parts(root, outside, with_tables=False, numbered=False))
    places = [
        number
        for number, part in enumerate(found)
        if isinstance(part, Left) and part.rule == "html.text"
    ]
    first = places[0] if places else len(found)
    rest = [
        part for part in found[first:] if not (isinstance(part, Left) and part.rule == "html.text")
    ]
    return found[:first], rest


def _main(texts: Sequence[Element]) -> Iterator[Part]:
    for one in texts:
        yield from parts(one, rule_of)


def _write_part(part: Part, draft: Draft, titles: set[str]) -> None:
    if isinstance(part, Line):
        level = 0 if part.level and _compact(part.text) in titles else part.level
        draft.paragraph(part.text, level)
    elif isinstance(part, Rows):
        draft.table(part.rows)
    elif part.rule != SILENT:
        draft.cut(text_of(part.element), part.rule)


def _title(lines: list[Line], named: set[str]) -> tuple[list[Line], list[Line]]:
    """Return the lines above the text that are its title, and the others.

    The one that the page names as such, else its last <h1>.
    """
    for count in (1, 2, 3):
        for at in range(len(lines) - count + 1):
            group = lines[at : at + count]
            if _compact("".join(line.text for line in group)) in named:
                return group, [*lines[:at], *lines[at + count :]]
    end = next((n for n in range(len(lines), 0, -1) if lines[n - 1].level == 1), 0)
    begin = end
    while begin and lines[begin - 1].level == 1 and len(lines[begin - 1].text) <= LONGEST_TITLE:
        begin -= 1
    return lines[begin:end], [*lines[:begin], *lines[end:]]


def _with_title(fields: list[Stated], root: Element) -> list[Stated]:
    """Add the title of the page's head where no tag names the document's."""
    title = title_of_page(root)
    if not title or any(field.name == "title" for field in fields):
        return fields
    return [Stated("title", "标题", title, "html.title"), *fields]


def _attached(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """Return the lines below the text that list its files, and the others."""
    found, rest = [], []
    for number, line in enumerate(lines):
        near = number < TAIL_LINES
        heads = ATTACHED.fullmatch(line.text) and any(map(_is_file, lines[number + 1 : number + 2]))
        if near and (_is_file(line) or heads):
            found.append(Line(line.text))
        else:
            rest.append(line.text)
    return found, rest


def _is_file(line: Line) -> bool:
    return line.files or FILE.search(line.text) is not None


def _below(lines: list[str]) -> tuple[list[Stated], list[str]]:
    """Return the metadata block where a page puts it below the text."""
    fields, rest = stated_fields(lines)
    return (fields, rest) if len(fields) >= LEAST_FIELDS_BELOW else ([], lines)


def _note_losses(
    root: Element, texts: Sequence[Element], beside: list[str], written: list[Part], draft: Draft
) -> None:
    """Note what the page shows and the text does not hold."""
    pictures = sum(1 for one in texts for _ in one.iter("img"))
    if pictures:
        draft.note(f"{pictures} pictures in the text: not read")
    frames = [frame.get("src", "") for one in texts for frame in one.iter("iframe", "embed")]
    for source in frames[:3]:
        draft.note(f"an embedded page is not read: {source[:200]}")
    length = sum(len(part.text) for part in written if isinstance(part, Line))
    outside = sum(len(line) for line in beside if _has_sentence(line))
    if outside > OUTSIDE_SHARE * length:
        draft.note(f"{outside} characters of sentences beside the text: see what was cut")


def _compact(text: str) -> str:
    return re.sub(r"\s+", "", text)
