"""Names of the type Region: the cases of cases/places.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, mentions_in


@pytest.mark.parametrize("case", cases("places"))
def test_places_named(case: Case) -> None:
    assert mentions_in(case, "Region") == list(case.found)
