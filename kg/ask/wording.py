"""The tables of questions to templates, words and patterns, read once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from kg.ask.model import Template
from kg.errors import VocabularyError
from kg.vocabulary import rows

# Between two elements of a pattern may stand what adds nothing. Few, so that a question made of
# nothing else takes no time: each is a choice of the matcher.
BETWEEN = "[ 的了过都也又有要会应该当须需中里在到被来,、:之是份个项]{0,4}"
# What a slot holds asks nothing itself.
_SLOT = "(?:(?!谁|哪|什么|多少|何时|啥|几个).){1,80}?"
_ELEMENT = re.compile(r"\{(\w+)\}|([A-Z]+)(\??)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to ask what a template answers."""

    template: str
    expression: re.Pattern[str]
    needed: tuple[re.Pattern[str], ...]  # each must occur: found sooner than the whole
    example: str


@cache
def templates() -> dict[str, Template]:
    """Return the kinds of questions, in the order of the table."""
    return {row["template"]: _template(row) for row in rows("questions.tsv")}


def _template(row: dict[str, str]) -> Template:
    taken = row["takes"].split()
    return Template(
        name=row["template"],
        query=row["query"],
        title=row["title"],
        takes=frozenset(slot.rstrip("!") for slot in taken if slot != "-"),
        needs=frozenset(slot.rstrip("!") for slot in taken if slot.endswith("!")),
        example=row["example"],
    )


@cache
def words(name: str) -> dict[str, str]:
    """Return the words of a class with what each stands for, the longest first."""
    found: dict[str, str] = {}
    for row in rows("question_words.tsv"):
        if row["class"] == name:
            found |= dict.fromkeys(row["words"].split("|"), row["value"])
    if not found:
        raise VocabularyError(f"kg.data/question_words.tsv: no class {name!r}")
    return dict(sorted(found.items(), key=lambda one: (-len(one[0]), one[0])))


def one_of(name: str) -> str:
    """Return an expression for the words of a class."""
    return f"(?:{'|'.join(map(re.escape, words(name)))})"


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return all ways to ask, in the order of the table."""
    return tuple(_pattern(row) for row in rows("question_patterns.tsv"))


def _pattern(row: dict[str, str]) -> Pattern:
    parts: list[str] = []
    needed: list[re.Pattern[str]] = []
    for slot, name, optional in _ELEMENT.findall(row["pattern"]):
        if slot:
            parts.append(f"(?P<{slot}>{_SLOT})")
        elif name == "LEVEL":
            parts.append(f"(?P<level>{one_of('level')})")
        else:
            parts.append(one_of(name.lower()) + optional)
        if name and not optional:
            needed.append(re.compile(one_of(name.lower())))
    whole = BETWEEN + BETWEEN.join(parts) + BETWEEN
    return Pattern(row["template"], re.compile(whole), tuple(needed), row["example"])


@cache
def examples() -> dict[str, tuple[str, ...]]:
    """Return the questions that the tables show, by template."""
    found: dict[str, list[str]] = defaultdict(list)
    for template in templates().values():
        found[template.name].append(template.example)
    for pattern in patterns():
        if pattern.example not in found[pattern.template]:
            found[pattern.template].append(pattern.example)
    return {name: tuple(several) for name, several in found.items()}
