"""Characters of one width: digits, letters and brackets alike, each in its own place."""

from __future__ import annotations

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Sentence marks stay Chinese: they part clauses, the ASCII ones also stand inside numbers.
for mark in "，。；：！？（）":
    WIDE.pop(ord(mark), None)
WIDE |= {ord("％"): ord("%"), ord("﹪"): ord("%"), ord("〔"): ord("〔"), ord("･"): ord("·")}
WIDE |= {ord(mark): ord("—") for mark in "－–―─−～~"}
NARROW = {ord(","): ord("，"), ord(";"): ord("；"), ord("("): ord("（"), ord(")"): ord("）")}
NARROW |= {ord(":"): ord("："), ord("?"): ord("？"), ord("!"): ord("！")}
QUOTES = {ord("＂"): ord("”"), ord("「"): ord("“"), ord("」"): ord("”"), ord("『"): ord("‘")}
QUOTES |= {ord("』"): ord("’")}
TABLE = WIDE | NARROW | QUOTES


def even(text: str) -> str:
    """Return the text with one width for each character; every offset stays as it is."""
    return text.translate(TABLE)
