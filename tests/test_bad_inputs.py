"""Bad inputs: each ends as it must, in one build; what is good among them is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from bad_inputs import LIMIT, PLAN, TITLE, BadInput, bad_inputs

from kg.build import build
from kg.store import Store
from kg.workers import Limits

# What only ends when its time or memory does; scripts/bad_inputs tries these too.
INPUTS = [one for one in bad_inputs() if one.reason != LIMIT]
LIMITS = Limits(seconds=30.0)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    """Return what became of each input, and of what is in it, all given to one build."""
    folder = tmp_path_factory.mktemp("bad")
    for one in INPUTS:
        one.make(folder / one.name)
    good = folder / "last.txt"
    good.write_text(PLAN, encoding="utf-8")
    store = Store()
    paths = [folder / one.name for one in INPUTS]
    report = build([*paths, good], store, jobs=2, limits=LIMITS)
    assert TITLE in {held.title for held in store.sources().values()}
    found: dict[str, list[tuple[str, str]]] = {}
    for file in report.files:
        name = Path(file.path).relative_to(folder).parts[0].split("!")[0].split("#")[0]
        found.setdefault(name, []).append((file.outcome, "; ".join(file.remarks)))
    return found


@pytest.mark.parametrize("one", INPUTS, ids=lambda one: one.name)
def test_ends_as_it_must(one: BadInput, outcomes: dict[str, list[tuple[str, str]]]) -> None:
    kinds = {kind for kind, _ in outcomes[one.name]}
    worst = next(kind for kind in ("skipped", "repaired", "ok") if kind in kinds)
    remarks = "; ".join(remark for _, remark in outcomes[one.name])
    assert (worst, one.reason in remarks) == (one.outcome, True), remarks
    assert "\n" not in remarks
    assert "internal error" not in remarks
