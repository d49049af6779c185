"""What several test modules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from plans import build_plans

from kg.store import Store

# The same examples on every machine and in every run; no database beside the sources.
settings.register_profile("kg", derandomize=True, deadline=None, max_examples=50, database=None)
settings.load_profile("kg")


@pytest.fixture(scope="session")
def plans_store() -> Iterator[Store]:
    """Give a store of the invented plans (documents/plans); no test may change it."""
    with Store() as store:
        build_plans(store)
        yield store
