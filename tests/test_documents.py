"""Names of the type Document: the cases of cases/documents.yml."""

from __future__ import annotations

import pytest
from casebook import Case, cases, mentions_in


@pytest.mark.parametrize("case", cases("documents"))
def test_documents_named(case: Case) -> None:
    assert mentions_in(case, "Document") == list(case.found)
