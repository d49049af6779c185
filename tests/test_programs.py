"""Names of the type Program: the cases of cases/programs.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, mentions_in


@pytest.mark.parametrize("case", cases("programs"))
def test_programs_named(case: Case) -> None:
    assert mentions_in(case, "Program") == list(case.found)
