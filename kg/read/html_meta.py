"""A web page to what it states about its document: <meta> tags, and the block above the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kg.read.html_text import Element
from kg.vocabulary import rows

SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d{1,6}\)(https?://[^\s>]{1,2000})")
WEB = re.compile(r"https?://\S{3,2000}")
EMPTY = re.compile(r"[-—/\s]*|无|暂无|null")
PLACEHOLDER = re.compile(r"-{2,}")
# 标题_栏目_网站, 标题 - 网站: what a page calls itself begins with the document's title.
PAGE_TITLE = re.compile(r"\s*(?P<title>[^_|｜]{5,120}?)\s*(?:[_|｜]|\s[-–—]+\s|-{2}|$)")
UNKNOWN_KEY = re.compile(r"[ \u3000\u00a0]{1,20}[一-鿿]{2,8}[：:]|[ \u00a0]{2,}")
KEY_LIKE = re.compile(r"[【\[]?[一-鿿\s\u3000\u00a0]{2,14}(?:[】\]][：:]?|[：:])")
MARKS = re.compile(r"[\s：:【】\[\]|]")
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Stated:
    """A field as a page states it."""

    name: str
    key: str
    value: str
    rule: str
    order: int = 0


@cache
def _names() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in rows("html_meta.tsv")}


@cache
def _keys() -> dict[str, tuple[str, int]]:
    table = rows("metadata_keys.tsv")
    return {row["key"]: (row["field"], int(row["order"])) for row in table}


@cache
def _key() -> re.Pattern[str]:
    gap = "[ \u3000\u00a0]{0,6}"
    keys = (gap.join(map(re.escape, key)) for key in sorted(_keys(), key=len, reverse=True))
    return re.compile(
        f"(?<![一-鿿])[【\\[]?{gap}(?P<key>{'|'.join(keys)}){gap}(?P<mark>[】\\]]{gap}[:：]?|[:：]|$)"
    )


def page_fields(root: Element, page: str, address: str) -> list[Stated]:
    """Return what the <meta> tags say, the best statement of each field."""
    found = [*_metas(root), *_addresses(root, page)]
    if address:
        found.append(Stated("url", "网址", address, "mail.location", 0))
    best: dict[str, Stated] = {}
    for field in sorted(found, key=lambda field: field.order):
        best.setdefault(field.name, field)
    return list(best.values())


def _metas(root: Element) -> Iterator[Stated]:
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        value = (meta.get("content") or "").strip()
        row = _names().get(name)
        if row is None or EMPTY.fullmatch(value):
            continue
        if row["field"] != "url" or WEB.fullmatch(value):
            yield Stated(row["field"], row["key"], value, f"html.meta.{name}", int(row["order"]))


def _addresses(root: Element, page: str) -> Iterator[Stated]:
    """Yield where a page was saved from, and what it calls its lasting address."""
    saved = SAVED_FROM.search(page[:4096])
    if saved is not None:
        yield Stated("url", "网址", saved[1], "html.saved-from", 0)
    for link in root.iter("link"):
        if link.get("rel", "").lower() == "canonical" and WEB.fullmatch(link.get("href", "")):
            yield Stated("url", "网址", link.get("href"), "html.canonical", 3)


def title_of_page(root: Element) -> str:
    """Return the document's title as the page's <title> begins with it."""
    title = next((one for one in root.iter("title") if one.text), None)
    found = PAGE_TITLE.match(re.sub(r"\s+", " ", title.text)) if title is not None else None
    return found["title"] if found is not None else ""


def stated_fields(lines: Sequence[str]) -> tuple[list[Stated], list[str]]:
    """Return the fields that lines of a page state as `key：value` or key and value, and the rest.

    A key without a colon counts only among others: 索引号 | 2024-00012 | 发布机构 | ….
    """
    fields, rest = [], []
    at = 0
    while at < len(lines):
        matches = list(_key().finditer(lines[at]))
        if not matches or matches[0].start() > 0:
            rest.append(lines[at])
            at += 1
            continue
        below = lines[at + 1] if at + 1 < len(lines) else ""
        found, taken = _pairs(lines[at], matches, below)
        fields += found
        line = " ".join(lines[at : at + 1 + taken])
        if _bare(line) != _bare("".join(field.key + field.value for field in found)):
            rest.append(line)  # it says more than its fields: 浏览次数, a key without a value
        at += 1 + taken
    marked = [field for field in fields if field.rule == "html.block"]
    least = 1 if len(marked) * 2 >= len(fields) else 3
    return (fields, rest) if len(fields) >= least else ([], list(lines))


def _pairs(line: str, matches: list[re.Match[str]], below: str) -> tuple[list[Stated], int]:
    """Return the fields of one line, and whether its last one has its value on the next."""
    found = []
    ends = [match.start() for match in matches[1:]] + [len(line)]
    for match, end in zip(matches, ends, strict=True):
        value = _value(line[match.end() : end])
        if value:
            found.append(_stated(match, value))
    last = matches[-1]
    if line[last.end() :].strip() or _key().match(below) or KEY_LIKE.match(below):
        return found, 0
    value = _value(below)
    if value and len(value) <= LONGEST_VALUE:
        found.append(_stated(last, value))
    return found, 1


def _bare(text: str) -> str:
    return MARKS.sub("", text)


def _value(text: str) -> str:
    bare = PLACEHOLDER.sub("", text).strip(" \t\u3000\u00a0【】[]|")
    bare = UNKNOWN_KEY.split(bare, maxsplit=1)[0].strip()
    return "" if EMPTY.fullmatch(bare) else bare


def _stated(match: re.Match[str], value: str) -> Stated:
    key = re.sub(r"[\s\u3000\u00a0]", "", match["key"])
    rule = "html.block" if match["mark"] else "html.cells"
    name, order = _keys()[key]
    return Stated(name, key, value, rule, order)


def merged(block: Iterable[Stated], page: Iterable[Stated]) -> list[Stated]:
    """Return the fields to state: those of the block by order, then what only the tags say."""
    once: dict[tuple[str, str], Stated] = {}
    for field in block:
        once.setdefault((field.name, field.value), field)
    found = sorted(once.values(), key=lambda field: field.order)
    said = {field.name for field in found}
    return [*found, *(field for field in page if field.name not in said)]
