"""Names to saved queries: the .rq files beside this module.

A file begins with comments: what it answers; then `# param name: meaning` for each parameter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from kg.errors import NotFoundError, QueryError

BEHIND = "ask-"  # what the names of queries begin with that answer questions in Chinese
_PARAMETER = re.compile(r"param (\w+): (.+)")


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question that is asked often."""

    name: str
    description: str
    parameters: tuple[tuple[str, str], ...]  # name, meaning
    text: str

    def substitutions(self, values: Mapping[str, str]) -> dict[str, str]:
        """Check given values against the parameters; they go to the engine, not into the text."""
        known = [name for name, _ in self.parameters]
        for name in values:
            if name not in known:
                allowed = ", ".join(known) or "none"
                raise QueryError(f"query {self.name}: no parameter {name!r}; known: {allowed}")
        return dict(values)


@cache
def saved() -> dict[str, SavedQuery]:
    """Give all saved queries, sorted by name."""
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".rq")]
    queries = [_parse(file.name[:-3], file.read_text(encoding="utf-8")) for file in files]
    return {query.name: query for query in sorted(queries, key=lambda one: one.name)}


def find(name: str) -> SavedQuery:
    """Give a saved query; where there is none, say which there are."""
    query = saved().get(name)
    if query is None:
        raise NotFoundError(f"query {name!r}: not saved; known: {', '.join(saved())}")
    return query


def _parse(name: str, text: str) -> SavedQuery:
    description, parameters = [], []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        comment = line.lstrip("# ")
        match = _PARAMETER.fullmatch(comment)
        if match:
            parameters.append((match[1], match[2]))
        else:
            description.append(comment)
    return SavedQuery(name, " ".join(description), tuple(parameters), text)
