"""The source of a web page to its bare text, tag by tag: what a parser must not lose.

No tree is built, so that nothing is too deep for it. All expressions are linear: they keep what
they have read (`*+`; of groups by a look ahead, since Python before 3.11.5 loses its way in groups
that do so), and a quotation mark that never closes is a letter like others.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

# An attribute may hold > between its quotation marks.
TAG = re.compile(
    r"<(?P<name>/?[a-zA-Z!?][^\s/>]*+)"
    r"[^>=]*+(?:=\s*+(?=(?P<quoted>\"[^\"]*+\"|'[^']*+'|))(?P=quoted)[^>=]*+)*>"
)
SILENT = ("script", "style", "noscript", "template", "title")  # nothing of them is shown as text
OPENING = {name: re.compile(f"<{name}(?=[\\s/>])", re.I) for name in SILENT}
CLOSING = {name: re.compile(f"</{name}(?=[\\s/>])", re.I) for name in SILENT}
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
        *("details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "menu"),
        *("nav", "ol", "option", "p", "pre", "section", "select", "summary", "table", "tbody"),
        *("tfoot", "thead", "title", "tr", "ul"),
    )
)
FORMATTING = frozenset(
    (
        *("abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "dfn", "em", "font", "i"),
        *("ins", "kbd", "label", "mark", "o:p", "q", "s", "samp", "small", "span", "strike"),
        *("strong", "tt", "u", "var"),
    )
)
UNFINISHED = r"<[a-zA-Z/!?][^<]*\Z"  # a tag that the end of the file breaks
LONGEST_TAG = 20_000
MOST_ATTRIBUTES = 256
HAN = re.compile(r"[㐀-鿿]")


def lines(page: str) -> Iterator[str]:
    """Yield the text of a page line by line, without anything that its tags mean but a break."""
    shown = _replaced(_break, without_silent(page), UNFINISHED)
    for line in html.unescape(shown).split("\n"):
        text = re.sub(r"[ \r\f]+", " ", line).strip()
        if text:
            yield text


def han(page: str) -> int:
    """Return how many Chinese characters a page shows."""
    shown = _replaced(lambda tag: "", without_silent(page), UNFINISHED)
    return len(HAN.findall(html.unescape(shown)))


def without_formatting(page: str) -> str:
    """Drop the tags that only say how letters look: pages forget to close them."""
    return _replaced(lambda tag: "" if _name(tag) in FORMATTING else tag[0], page)


def without_long_tags(page: str) -> tuple[str, int]:
    """Drop the attributes of tags that hold thousands of them; return how many tags."""
    count = 0

    def shorten(tag: re.Match[str]) -> str:
        nonlocal count
        if tag.end() - tag.start() < LONGEST_TAG or tag[0].count("=") < MOST_ATTRIBUTES:
            return tag[0]
        count += 1
        return f"<{tag['name']}>"

    return _replaced(shorten, page), count


def without_silent(page: str) -> str:
    """Drop comments, scripts, styles and what else shows no text, up to their end."""
    page = _without(page, re.compile("<!--"), re.compile("-->"))
    for name in SILENT:
        page = _without(page, OPENING[name], CLOSING[name])
    return page


def _without(page: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    parts, at = [], 0
    while (begin := opening.search(page, at)) is not None:
        end = closing.search(page, begin.end())
        if end is None:  # never closed: what stands behind it is text
            break
        parts.append(page[at : begin.start()])
        at = end.start() if page[end.start()] == "<" else end.end()
    return "".join([*parts, page[at:]])


def _replaced(
    replacement: Callable[[re.Match[str]], str], page: str, unfinished: str = r"(?!)"
) -> str:
    """Replace the tags of a page, up to its last > so that no tag is sought in vain."""
    head, bracket, rest = page.rpartition(">")
    return TAG.sub(replacement, head + bracket) + re.sub(unfinished, "", rest)


def _name(tag: re.Match[str]) -> str:
    return tag["name"].strip("/").lower()


def _break(tag: re.Match[str]) -> str:
    name = _name(tag)
    if name in ("td", "th"):
        return "\t" if tag["name"].startswith("/") else ""
    return "\n" if name in BLOCKS else ""
