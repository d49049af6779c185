"""What a document promises: the cases of cases/responsibilities.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, responsibilities_in


@pytest.mark.parametrize("case", cases("responsibilities"))
def test_responsibilities(case: Case) -> None:
    assert responsibilities_in(case) == list(case.found)
