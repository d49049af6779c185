"""Text to the areas that it names by the characters of several provinces: 青甘宁."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extract.boundary import tagged
from kg.models import Place
from kg.vocabulary import areas

# One character each; 新 is left out, which mostly means new (京津冀|新一轮).
JOINED = re.compile("[京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川黔滇云贵陕甘青宁藏港澳台]{3,8}")
# What lies between them: 川陕蒙|走廊, 京港澳|高速.
ROAD = re.compile("[一-鿿]{0,4}?(?:走廊|运河|通道|高速|铁路|高铁|公路|大桥)")
AROUND = 6  # characters on either side that decide how words are cut


def find_joined(text: str) -> Iterator[tuple[int, int, Place]]:
    """Yield three provinces and more named as one: 青甘宁; no road between: 川陕蒙|走廊."""
    for match in JOINED.finditer(text):
        begin, end = _whole(text, *match.span())
        name = text[begin:end]
        road = ROAD.match(text, end) is not None
        if len({*name}) == end - begin > 2 and name not in areas() and not road:
            yield begin, end, Place(name, "area", full_name=name)


def _whole(text: str, begin: int, end: int) -> tuple[int, int]:
    """Return the stretch without what the words before and behind it hold: 台港澳|青少年."""
    at = max(0, begin - AROUND)
    for word, _ in tagged(text[at : end + AROUND]):
        stop = at + len(word)
        if at < begin < stop < end:
            begin = stop  # 出台|川藏
        elif begin < at < end < stop:
            end = at
        at = stop
    return begin, end
