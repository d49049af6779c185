"""The words of the interface, in Chinese and English, as they stand on a page.

A page holds both; its script shows the one that the reader wants (`data-words` on the root). With
no script both are shown, the English small. A server sets `data-words` itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from markupsafe import Markup, escape

Pair = tuple[str, str]  # Chinese, English


@cache
def tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return all words: by table, then by name."""
    text = resources.files("kg").joinpath("page/words.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = json.loads(text)
    return loaded


def words_of(table: str) -> Mapping[str, Sequence[str]]:
    """Return the words of one table, [Chinese, English] by name."""
    return tables()[table]


def pair(name: str, table: str = "interface") -> Pair:
    """Return a word in both languages; a name that has no words stands for itself."""
    found = words_of(table).get(name, (name, name))
    return found[0], found[-1]


def told(name: str, table: str = "interface", **values: object) -> Pair:
    """Return a sentence of ours in both languages, with its values: "{shown} of {all} places"."""
    chinese, english = pair(name, table)
    return chinese.format(**values), english.format(**values)


def both(name: str, table: str = "interface") -> Markup:
    """Return a word of the interface as markup that holds both languages."""
    return in_both(*pair(name, table))


def in_both(chinese: str, english: str) -> Markup:
    """Return words in both languages as markup; where they are alike, once."""
    if not english or chinese == english:
        return escape(chinese or english)
    return Markup(
        '<span class="w"><span class="zh" lang="zh-CN">{}</span>'
        ' <small class="en" lang="en">{}</small></span>'
    ).format(chinese, english)


def attributes(name: str, *keys: str, table: str = "interface") -> Markup:
    """Return attributes (aria-label, placeholder, title) that say a word in both languages.

    The script replaces them by one language: it reads data-w-KEY.
    """
    return Markup(" ").join(attribute(key, pair(name, table)) for key in keys)


def attribute(key: str, words: Pair) -> Markup:
    """Return an attribute that says these words in both languages."""
    chinese, english = (one.replace("|", "｜") for one in words)
    said = chinese if chinese == english else f"{chinese} {english}"
    return Markup('{}="{}" data-w-{}="{}|{}"').format(key, said, key, chinese, english)
