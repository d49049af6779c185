"""Blocks to the numbers that do not stand alone on a line: of orders, and in a red head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kg.models import Field
from kg.structure.blocks import Block

# 云陵市人民政府令 / 第12号
ORDER = re.compile(r"(?P<who>[一-鿿]{2,24})令[ \u3000]*(?P<number>第\s*\d{1,4}\s*号)?")
ORDER_NUMBER = re.compile(r"[（(]?(?P<number>第\s*\d{1,4}\s*号)[）)]?")
# 云陵市人民政府办公室文件云政办发〔2013〕1号云陵市人民政府办公室关于…, its line breaks lost
RED_HEAD = re.compile(
    r"^[^〔《。，]{2,40}文件[ \u3000]*(?P<number>[一-鿿]{2,10}〔\d{4}〕\d{1,5}号)"
)
HEAD_BLOCKS = 40  # the number of a paper stands so near its beginning


def find_numbers(body: Sequence[Block]) -> Iterator[Field]:
    """Yield the number of an order with who gave it, and a number inside a paper's red head."""
    head = body[:HEAD_BLOCKS]
    for block, below in pairwise(head):
        yield from _order(block, below)
    for block in head:
        found = RED_HEAD.search(block.text)
        if found is not None:
            begin, end = (block.begin + at for at in found.span("number"))
            yield Field("number", found["number"], begin, end, "number.red-head")


def _order(block: Block, below: Block) -> Iterator[Field]:
    order = ORDER.fullmatch(block.text)
    if order is None:
        return
    number = order["number"]
    end = block.end
    if number is None:
        following = ORDER_NUMBER.fullmatch(below.text)
        if following is None:
            return
        number, end = following["number"], below.end
    value = re.sub(r"\s", "", order["who"] + "令" + number)
    yield Field("number", value, block.begin, end, "number.order")
    yield Field("issuer", order["who"], block.begin, block.begin + order.end("who"), "order.issuer")
