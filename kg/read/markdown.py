"""Markdown to Source: headings, lists with their numbers, tables; its marks left out."""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.models import ReadOptions, Source
from kg.read.draft import KEYS, Draft, DraftCell, numbered
from kg.read.encoding import decode
from kg.read.plain import read_plain, refuse_other_formats
from kg.vocabulary import rows

if TYPE_CHECKING:
    from markdown_it.token import Token

MEDIA_TYPE = "text/markdown"
SUFFIXES = (".md", ".markdown")
SAMPLE = 2**20  # bytes by which it is told from plain text
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+[^\s#]", re.MULTILINE)
LINK = re.compile(r"\[[^\[\]\n]{1,200}\]\((?:https?:|/|\.)")
RULER = re.compile(r"[ \t|:-]+")  # the line below the head of a table: |---|:-:|
FENCE = "---"
LONGEST_FRONT = 60  # lines of metadata at the head
FRONT = re.compile(r"(?P<key>[\w \u4e00-\u9fff-]{1,30}?)[ \t]*[:：][ \t]*(?P<value>.*)")
DEEPEST = 100  # lists and quotes in one another; what nests deeper is not Markdown
HAN = re.compile("[\u3400-\u9fff]")
CLAUSE = re.compile("[，。；、：]")
HTML_PIECE = re.compile(r"<!--|-->|<[^<>]*>|[^<>-]+|[<>-]")
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})")
BREAKING = {"br", "p", "div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"}
UNSEEN = {"script", "style"}
NOTE = re.compile(r"^\[\^([^\[\]\s]{1,20})\]: ?")  # [^1]: 按常住人口计算。
NOTE_MARK = re.compile(r"(?<!^)\[\^[^\[\]\s]{1,20}\]|^\[\^[^\[\]\s]{1,20}\](?!:)")
# Bold whose end stands behind punctuation and before text is none by the book: **目标：**到2025年.
BOLD = re.compile(r"(?<!\*)\*\*(?![*\s])([^*\n]{1,500})\*\*(?!\*)")


def is_markdown(data: bytes, name: str) -> bool:
    """Tell Markdown by its marks; under another name than .md by marks that no plain text has."""
    sample = data[:SAMPLE]
    text = sample.decode("utf-16" if sample.startswith(UTF_16) else "utf-8", "ignore")
    text = text.removeprefix("\ufeff")
    headings = [found[1] for found in HEADING.finditer(text)]
    if name.lower().endswith(SUFFIXES):
        others = (_has_table(text), _front_matter(text)[0], BOLD.search(text), LINK.search(text))
        return bool(headings) or any(others)
    if len(headings) >= 3 and len(set(headings)) >= 2:
        return True
    return bool(headings) and (_has_table(text) or bool(_front_matter(text)[0]))


def _has_table(text: str) -> bool:
    return any(
        "|" in above and "|" in line and FENCE in line and RULER.fullmatch(line)
        for above, line in pairwise(text.splitlines())
    )


def read_markdown(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read a Markdown file; one whose marks would swallow text is read as plain text."""
    shown = names[0] if names else "-"
    refuse_other_formats(data, shown)
    text, encoding, notes = decode(data, shown)
    front, body = _front_matter(text.removeprefix("\ufeff"))
    writer = _Writer()
    for line in front:
        writer.field(line)
    writer.write(_tokens(body))
    source = writer.draft.finish(names, hashlib.sha256(data).hexdigest(), MEDIA_TYPE, encoding)
    if writer.draft.is_blank or _loses(text, source):
        return read_plain(data, names, options)
    for note in notes:
        writer.draft.note(note)
    return writer.draft.finish(source.names, source.sha256, MEDIA_TYPE, encoding)


def _loses(text: str, source: Source) -> bool:
    """Tell whether Chinese is neither in what was read nor in what was cut.

    The cells of a row beyond those of the head, what nests too deep, what only names a link.
    """
    kept = Counter(HAN.findall(source.text))
    for cut in source.cuts:
        kept.update(HAN.findall(cut.text))
    return bool(Counter(HAN.findall(text)) - kept)


def _front_matter(text: str) -> tuple[list[str], str]:
    """Return the lines of metadata between two --- at the head, and what follows them."""
    if not text.startswith(FENCE):
        return [], text
    lines = text.splitlines(keepends=True)
    head = [line.strip() for line in lines[: LONGEST_FRONT + 2]]
    if head[0] != FENCE or FENCE not in head[1:]:
        return [], text
    end = head.index(FENCE, 1)
    if not any(FRONT.match(line) for line in head[1:end]):
        return [], text
    return [line for line in head[1:end] if line], "".join(lines[end + 1 :])


@cache
def _keys() -> dict[str, str]:
    """Return what the keys of metadata are called here, in English and in Chinese."""
    named = [*rows("metadata_keys.tsv"), *rows("front_matter_keys.tsv")]
    return {row["key"]: row["field"] for row in named if row["field"] in KEYS}


def _tokens(text: str) -> list[Token]:
    from markdown_it import MarkdownIt

    # Without `reference`: [1]: and [^1]: at the beginning of a line hold text, mostly of notes.
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    return parser.enable("table").disable("reference").parse(text)


class _Writer:
    """Writes what Markdown's parts say; counts its lists."""

    def __init__(self) -> None:
        self.draft = Draft()
        self._lists: list[tuple[int, int] | None] = []  # first number, items so far; no numbers
        self._number = ""  # of the item that begins, to stand in front of its first line
        self._rows: list[list[DraftCell]] = []

    def field(self, line: str) -> None:
        """State a line of the metadata at the head."""
        found = FRONT.fullmatch(line)
        name = _keys().get(found["key"].strip().lower()) if found is not None else None
        if found is None or name is None:
            self.draft.cut(line, "markdown.front-matter")
        else:
            self.draft.field(name, found["value"].strip("\"' \t"), "markdown.front-matter")

    def write(self, tokens: Sequence[Token]) -> None:
        """Write a text from its marks."""
        only_title = (
            sum(token.type == "heading_open" and token.tag == "h1" for token in tokens) == 1
        )
        for before, token in pairwise([*tokens[:1], *tokens]):
            if token.type == "inline":
                self._inline(before, token, only_title)
            elif token.type in ("fence", "code_block"):
                self.draft.cut(token.info, "markdown.code")
                self._lines(token.content)
            elif token.type == "html_block":
                self._lines(self._without_tags(token.content))
            else:
                self._open_or_close(token)

    def _open_or_close(self, token: Token) -> None:
        if token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type == "ordered_list_open":
            self._lists.append((0, 0))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._begin_item(token)
        elif token.type == "tr_open":
            self._rows.append([])
        elif token.type == "table_close":
            self._flush_number()
            self.draft.table(self._rows)
            self._rows = []

    def _begin_item(self, token: Token) -> None:
        self._flush_number()
        counted = self._lists[-1]
        if counted is None:
            return
        # As written; but where all are written 1., they count.
        typed, (first, items) = int(token.info), counted
        first = first if items else typed
        number = first + items if typed == first else typed
        self._lists[-1] = (first, items + 1)
        self._number = f"{number}{token.markup}"

    def _flush_number(self) -> None:
        """Write the number of an item that begins with no text on a line of its own."""
        self.draft.paragraph(self._number)
        self._number = ""

    def _inline(self, before: Token, token: Token, only_title: bool) -> None:
        text = self._text(token.children or [])
        if before.type in ("td_open", "th_open"):
            self._rows[-1].append(DraftCell(text))
        elif before.type == "heading_open":
            level = int(before.tag[1])
            self._lines(text, 0 if only_title and level == 1 else level)
        else:
            self._lines(text)

    def _lines(self, text: str, level: int | None = None) -> None:
        for line in text.split("\n"):
            if line.strip():
                line = NOTE.sub(r"［注\1］", line.strip())
                self.draft.paragraph(numbered(self._number, line), level)
                self._number = ""

    # -- inside a line -------------------------------------------------------------------------

    def _text(self, tokens: Sequence[Token]) -> str:
        """Return what a line says without its marks."""
        parts: list[str] = []
        masked = _masks(tokens)
        for at, token in enumerate(tokens):
            if at in masked:
                parts.append(token.markup)
            elif token.type == "text":
                parts.append(NOTE_MARK.sub("", BOLD.sub(_unless_masked, token.content)))
            elif token.type == "code_inline":
                parts.append(token.content)
            elif token.type in ("softbreak", "hardbreak"):
                parts.append("\n")
            elif token.type == "html_inline":
                parts.append(self._without_tags(token.content))
            else:
                self._cut_link(token)
        return "".join(parts)

    def _cut_link(self, token: Token) -> None:
        if token.type == "image":
            self.draft.cut(f"{token.content} {token.attrGet('src') or ''}", "markdown.picture")
        elif token.type == "link_open" and token.info != "auto":
            title = token.attrGet("title") or ""
            self.draft.cut(f"{token.attrGet('href')} {title}", "markdown.link")

    def _without_tags(self, text: str) -> str:
        """Return the text of HTML; comments, scripts and tags are cut."""
        shown: list[str] = []
        unseen: list[str] = []
        until = ""
        for piece in HTML_PIECE.findall(text):
            if until:
                unseen.append(piece)
                until = "" if piece.lower().startswith(until) else until
                continue
            tag = TAG.match(piece) if piece.startswith("<") else None
            name = tag[1].lower() if tag is not None else ""
            if piece == "<!--":
                until = "-->"
            elif name in UNSEEN and not piece.startswith("</"):
                until = f"</{name}"
            elif name:
                shown.append(_break(piece, name))
            else:
                shown.append(html.unescape(piece))
        self.draft.cut("".join(unseen), "markdown.html")
        return re.sub(r"^\t", "", "".join(shown), flags=re.MULTILINE)


def _break(tag: str, name: str) -> str:
    """Return what stands for a tag in the text: cells are parted, blocks have own lines."""
    if name in BREAKING:
        return "\n"
    return "\t" if name in ("td", "th") and not tag.startswith("</") else ""


def _masks(tokens: Sequence[Token]) -> set[int]:
    """Return which marks of emphasis mask a figure: 投入**万元，抽检**批次 is no bold."""
    masked: set[int] = set()
    opened: list[int] = []
    before = ""
    for at, token in enumerate(tokens):
        if token.type in ("em_open", "strong_open"):
            opened.append(at)
            masked.add(at)
        elif token.type in ("em_close", "strong_close") and opened:
            masked.update({at} if opened.pop() in masked else ())
        elif token.content:
            if opened and opened[-1] in masked and not _mask_figures(before, token.content):
                masked.difference_update(opened)
            before = token.content
    return masked


def _unless_masked(bold: re.Match[str]) -> str:
    before = bold.string[max(bold.start() - 1, 0) : bold.start()]
    return bold[0] if _mask_figures(before, bold[1]) else bold[1]


def _mask_figures(before: str, behind: str) -> bool:
    """Tell marks that stand for figures: in a sentence, a unit and a comma behind them."""
    in_sentence = HAN.search(before[-1:]) is not None and CLAUSE.search(behind) is not None
    return in_sentence and _unit().match(behind) is not None


@cache
def _unit() -> re.Pattern[str]:
    units = sorted((row["unit"] for row in rows("units.tsv")), key=len, reverse=True)
    return re.compile(f"[十百千万亿余多]{{0,3}}(?:{'|'.join(map(re.escape, units))})")
