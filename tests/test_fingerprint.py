"""Lines to what is digested of them: fast for the usual ones, the same for all."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kg.fingerprint import survey

ESCAPE = re.compile(r'\\(?:u([0-9A-F]{4})|U([0-9A-F]{8})|([tbnrf"\\]))')
SIGNS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
PARTS = ("\\\\", "\\n", '\\"', "\\t", "\\r", "\\u4E91", "\\U0001F600", "云陵市", "n", "u4E91")


def unescaped(literal: str) -> str:
    """Return a literal without escapes, one after the other from its beginning."""
    return ESCAPE.sub(
        lambda e: chr(int(e[1] or e[2], 16)) if e[1] or e[2] else SIGNS.get(e[3], e[3]), literal
    )


@given(st.lists(st.sampled_from(PARTS)), st.lists(st.sampled_from(PARTS)))
def test_two_spellings_are_one_where_they_say_the_same(one: list[str], other: list[str]) -> None:
    first, second = "".join(one), "".join(other)
    prints = [
        survey([f'<urn:s> <urn:p> "{text}" .\n'.encode()]).fingerprint for text in (first, second)
    ]
    assert (prints[0] == prints[1]) == (unescaped(first) == unescaped(second))


@given(st.lists(st.sampled_from(PARTS)))
def test_escapes_are_the_characters_that_they_stand_for(parts: list[str]) -> None:
    written = "".join(parts)
    spelled = "".join(f"\\u{ord(c):04X}" if ord(c) < 0x10000 else c for c in unescaped(written))
    one, other = (f'<urn:s> <urn:p> "{text}" .\n'.encode() for text in (written, spelled))
    assert survey([one]) == survey([other])


@given(st.permutations(['<urn:s> <urn:p> "95.0"^^<urn:x#decimal> .\n', "<urn:a> <urn:p> _:x .\n"]))
def test_the_order_of_lines_says_nothing(lines: list[str]) -> None:
    spelled = ["<urn:a> <urn:p> _:y .\n", '<urn:s> <urn:p> "95"^^<urn:x#integer> .\n']
    assert survey(line.encode() for line in lines) == survey(line.encode() for line in spelled)
