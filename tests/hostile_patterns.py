"""Every regular expression of kg against long runs of what it looks for; run as a program.

Prints a line of JSON: how many patterns were attacked, and those that took too long. Patterns are
those compiled when the package is imported and the examples are read, and those written as
literals anywhere; each is used as the code uses it (search, match, …).
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import pkgutil
import re
import signal
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from re import _constants as C  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

ROOT = Path(__file__).parent.parent
LONG = 50_000
SECONDS = 0.5
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split", "subn")
ANCHORED = {"match", "fullmatch"}
GENERIC = ("的", "一", "9", " ", "\u3000", "\n", "《", "（", "、", "a", "。的")
NO_MATCH = "\0"
CATEGORIES = {C.CATEGORY_DIGIT: "7", C.CATEGORY_SPACE: "\t", C.CATEGORY_WORD: "w"}
LEAST_REPEAT = 20  # a pattern without a longer loop looks at so much from each place at most
MOST = 8  # strings of each kind that are tried of one pattern

# (pattern, flags) → how it is used
Used = dict[tuple[Any, int], set[str]]


class TooLong(Exception):
    """A pattern is still at it."""


def _stop(*_: object) -> None:
    raise TooLong


class Watched:
    """A pattern that notes how it is called."""

    def __init__(self, pattern: re.Pattern[Any], used: Used) -> None:
        self.own, self.used = pattern, used

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            self.used[self.own.pattern, self.own.flags].add(name)
        return getattr(self.own, name)


def _from_kg() -> bool:
    return "/kg/" in sys._getframe(2).f_code.co_filename


def collect() -> Used:
    """Return every pattern that kg compiles, with the methods by which it is called."""
    used: Used = defaultdict(set)
    compile_ = re.compile

    def compiled(pattern: Any, flags: int = 0) -> Any:
        if isinstance(pattern, Watched):
            return pattern
        found = compile_(pattern, flags)
        return Watched(found, used) if _from_kg() else found

    def called(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(pattern: Any, *rest: Any, **more: Any) -> Any:
            if isinstance(pattern, Watched):
                return getattr(pattern, original.__name__)(*rest, **more)
            if _from_kg():
                flags = compile_(pattern, more.get("flags", 0)).flags
                used[pattern, flags].add(original.__name__)
            return original(pattern, *rest, **more)

        return call

    re.compile = compiled  # type: ignore[assignment]
    for name in METHODS:
        setattr(re, name, called(getattr(re, name)))
    _exercise()
    return used


def _exercise() -> None:
    import kg

    for module in pkgutil.walk_packages(kg.__path__, "kg."):
        if not module.name.endswith("__main__"):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    from kg.pipeline import process

    for path in sorted((ROOT / "examples").glob("*.txt")):
        process(path.read_bytes(), [path.name])


def literals() -> Iterator[tuple[str, str]]:
    """Yield the patterns that stand as literals in a call of re, with the method called."""
    for path in sorted((ROOT / "kg").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in METHODS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield node.args[0].value, node.func.attr


def attacks(pattern: Any, flags: int) -> tuple[list[str], bool]:
    """Return what to repeat, and whether the pattern has a loop at all."""
    characters: list[str] = []
    words: list[str] = []
    loops: list[int] = []
    _walk(parser.parse(pattern, flags & ~re.UNICODE), characters, words, loops)
    tried = [*_some(characters), *_some(words), *GENERIC]
    return tried, any(most >= LEAST_REPEAT for most in loops)


def _some(strings: list[str]) -> list[str]:
    distinct = list(dict.fromkeys(strings))
    return distinct[:: len(distinct) // MOST + 1]


def _walk(tree: Any, characters: list[str], words: list[str], loops: list[int]) -> None:
    word = ""
    for op, value in tree:
        if op is C.LITERAL:
            word += chr(value)
            characters.append(chr(value))
            continue
        if len(word) > 1:
            words.append(word)
        word = ""
        if op is C.IN:
            characters.extend(_members(value))
        if op in (C.MAX_REPEAT, C.MIN_REPEAT, C.POSSESSIVE_REPEAT):
            loops.append(int(value[1]))
        for inner in _inner(op, value):
            _walk(inner, characters, words, loops)
    if len(word) > 1:
        words.append(word)


def _members(value: Any) -> Iterator[str]:
    for op, member in value:
        if op is C.LITERAL:
            yield chr(member)
        elif op is C.RANGE:
            yield chr(member[0])
        elif op is C.CATEGORY:
            yield CATEGORIES.get(member, "的")


def _inner(op: Any, value: Any) -> list[Any]:
    if op in (C.MAX_REPEAT, C.MIN_REPEAT, C.POSSESSIVE_REPEAT):
        return [value[2]]
    if op is C.SUBPATTERN:
        return [value[3]]
    if op is C.BRANCH:
        return list(value[1])
    if op in (C.ASSERT, C.ASSERT_NOT):
        return [value[1]]
    return [value] if op is C.ATOMIC_GROUP else []


def seconds(pattern: re.Pattern[Any], text: Any, methods: set[str]) -> float:
    """Return how long the slowest of the ways takes in which a pattern is used."""
    worst = 0.0
    for method in {name if name in ANCHORED else "finditer" for name in methods}:
        started = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, 4 * SECONDS)
        try:
            found = getattr(pattern, method)(text)
            if method == "finditer":
                for _ in found:
                    pass
        except TooLong:
            pass
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        worst = max(worst, time.process_time() - started)
    return worst


def attack(pattern: Any, flags: int, methods: set[str], length: int) -> tuple[float, str]:
    """Return the longest time that a pattern takes, and what was repeated."""
    compiled = re.compile(pattern, flags)
    worst = (0.0, "")
    for repeated in attacks(pattern, flags)[0]:
        for text in (
            repeated * (length // len(repeated)),
            repeated * (length // len(repeated)) + NO_MATCH,
        ):
            data = text.encode("latin-1", "replace") if isinstance(pattern, bytes) else text
            taken = seconds(compiled, data, methods)
            worst = max(worst, (taken, repeated))
            if taken > SECONDS:
                return worst
    return worst


def main(length: int) -> None:
    """Attack all patterns."""
    original = {name: getattr(re, name) for name in (*METHODS, "compile")}
    used = collect()
    for name, function in original.items():
        setattr(re, name, function)
    for literal, method in literals():
        used[literal, re.compile(literal).flags].add(method)
    signal.signal(signal.SIGVTALRM, _stop)
    slow = []
    attacked = 0
    for (pattern, flags), methods in used.items():
        if attacks(pattern, flags)[1]:
            attacked += 1
            taken, repeated = attack(pattern, flags, methods, length)
            if taken > SECONDS:
                slow.append([str(pattern)[:120], repeated, round(taken, 2), sorted(methods)])
    json.dump({"patterns": len(used), "attacked": attacked, "slow": slow}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LONG)
