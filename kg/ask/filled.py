"""A saved query and values to SPARQL that can be run, shown and pasted as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyoxigraph

from kg import queries

# The line of a saved query where values may stand: "# values: document place level".
MARK = "# values: "


def filled(name: str, values: Mapping[str, str | Sequence[str]]) -> str:
    """Give the text of a saved query with its values as RDF terms in VALUES.

    What a term holds is escaped by the writer of RDF, so a question cannot add to the query.
    """
    query = queries.find(name)
    given = {key: value for key, value in values.items() if value}
    query.substitutions(dict.fromkeys(given, ""))
    lines: list[str] = []
    for line in query.text.splitlines():
        indent, mark, parameters = line.partition(MARK)
        if not mark:
            lines.append(line)
            continue
        lines += [f"{indent}{_values(p, given[p])}" for p in parameters.split() if p in given]
    return "\n".join(line for line in lines if not line.startswith("# param ")) + "\n"


def _values(parameter: str, value: str | Sequence[str]) -> str:
    several = [value] if isinstance(value, str) else value
    terms = " ".join(str(pyoxigraph.Literal(one)) for one in several)
    return f"VALUES ?{parameter} {{ {terms} }}"
