"""Names of the type Agency: the cases of cases/agencies.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, mentions_in


@pytest.mark.parametrize("case", cases("agencies"))
def test_agencies_named(case: Case) -> None:
    assert mentions_in(case, "Agency") == list(case.found)
