"""Sentences to the conferences that they name: 全市职业教育会议, 中央农村工作会议."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.models import Mention

# A conference has a topic of its own; the sessions of congresses and committees are no events, nor
# is the yearly one on the economy, which a committee holds with its plenary session.
MEETING = re.compile(
    r"(?P<name>(?:中央|全国|全[省市县区州]|自治区党委|[省市县区州]委)"
    r"(?P<topic>[一-鿿]{2,14}?)(?:工作会议|工作会|会议|座谈会|大会))(?![代室议])"
)
SESSION = re.compile(
    r"人大|人民代表|政协|党代|代表大会|委员|常委|全会|全体|常务|联席|政治局|[届次]|[的在和与及通按]|召开|落实|部署|举[行办]|出席|传达|学习|贯彻|组织|^经济$"
)


def find_meetings(stretch: str) -> Iterator[Mention]:
    """Yield the conferences named with their level and topic."""
    if "会" not in stretch:
        return
    for match in MEETING.finditer(stretch):
        if SESSION.search(match["topic"]) is None:
            begin, end = match.span("name")
            yield Mention(
                "Program", "Event", begin, end, match["name"], match["name"], "program.meeting"
            )
