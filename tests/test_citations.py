"""What a document promises: the cases of cases/citations.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, citations_in


@pytest.mark.parametrize("case", cases("citations"))
def test_citations(case: Case) -> None:
    assert citations_in(case) == list(case.found)
