"""The invented plans of documents/plans as a store: province, city, three counties, three years.

What is planted in them stands in documents/plans/README.md.
"""

from __future__ import annotations

from pathlib import Path

from casebook import TESTS

from kg.build import build
from kg.store import Store

PLANS = TESTS / "documents" / "plans"


def build_plans(store: Store, folder: Path = PLANS) -> None:
    """Build a store from plans in this process; every one must be read."""
    report = build([folder], store, limits=None)
    assert not report.skipped
    assert report.ok == len(list(folder.glob("*.txt")))
