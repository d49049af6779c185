"""What a document promises: the cases of cases/targets.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, targets_in


@pytest.mark.parametrize("case", cases("targets"))
def test_targets(case: Case) -> None:
    assert targets_in(case) == list(case.found)
