"""What a text says of itself, and whose text it is: the cases of cases/imprint.yml."""

from __future__ import annotations

import pytest
from casebook import table, understood

LONG = "加强渔港停泊管理，改善渔港设施条件。" * 30  # a paper of some length
CASES = table("imprint")["cases"]


def _field(text: str, name: str) -> str:
    reading = understood(text)
    profile = reading.profile
    fields = {
        "title": reading.findings.imprint.title,  # not the makeshift of an untitled text
        "kind": profile.kind,
        "issuer": "、".join(sorted(issuer.name for issuer in profile.issuers)),
        "issued": profile.issued,
        "number": profile.number,
        "index": profile.index,
        "region": profile.region.full_name if profile.region else "",
        "period": profile.period,
    }
    return fields[name]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (case["text"].replace("{long}", LONG), name, value)
        for case in CASES
        for name, value in case.items()
        if name != "text"
    ],
)
def test_imprint(text: str, name: str, value: str) -> None:
    assert _field(text, name) == value
