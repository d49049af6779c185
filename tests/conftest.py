"""What several test modules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from plans import build_plans

from kg.store import Store

if TYPE_CHECKING:
    from starlette.testclient import TestClient

# The same examples on every machine and in every run; no database beside the sources.
settings.register_profile("kg", derandomize=True, deadline=None, max_examples=50, database=None)
settings.load_profile("kg")


@pytest.fixture(scope="session")
def plans_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a store of the invented plans (documents/plans); no test may change it."""
    with Store(tmp_path_factory.mktemp("plans") / "built") as store:
        build_plans(store)
        yield store


@pytest.fixture(scope="session")
def plans_place(plans_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a directory that holds the store of the plans; no test may change it."""
    place = tmp_path_factory.mktemp("plans") / "store"
    plans_store.snapshot(place)
    return place


@pytest.fixture(scope="session")
def site(plans_place: Path) -> Iterator[TestClient]:
    """Give the site of the plans, asked without a network; what goes wrong in it is a page."""
    from serving import client

    with client(plans_place) as asked:
        yield asked


@pytest.fixture(scope="session")
def address(plans_place: Path) -> Iterator[str]:
    """Give the address of the site of the plans, served on a free port."""
    from serving import served

    with served(plans_place) as found:
        yield found
