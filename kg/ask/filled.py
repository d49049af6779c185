"""A saved query and values to SPARQL that can be run, shown and pasted as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyoxigraph

from kg import queries

# The line of a saved query where values may stand: "# values: document place level".
MARK = "# values: "
# The line before a block that narrows by one parameter, and takes time: "# only with: words".
# Without the parameter the block lets everything through, and is left out.
ONLY = "# only with: "


def filled(name: str, values: Mapping[str, str | Sequence[str]]) -> str:
    """Give the text of a saved query with its values as RDF terms in VALUES.

    What a term holds is escaped by the writer of RDF, so a question cannot add to the query.
    """
    query = queries.find(name)
    given = {key: value for key, value in values.items() if value}
    query.substitutions(dict.fromkeys(given, ""))
    lines: list[str] = []
    for line in _wanted(query.text.splitlines(), given):
        indent, mark, parameters = line.partition(MARK)
        if not mark:
            lines.append(line)
            continue
        lines += [f"{indent}{_values(p, given[p])}" for p in parameters.split() if p in given]
    return "\n".join(line for line in lines if not line.startswith("# param ")) + "\n"


def _wanted(lines: list[str], given: Mapping[str, object]) -> Iterator[str]:
    """Yield the lines of a query without the blocks of parameters that have no value."""
    end = ""  # the line that ends the block that is left out
    for line in lines:
        indent, mark, parameter = line.partition(ONLY)
        if mark:
            end = "" if parameter in given else f"{indent}}}"
        elif not end:
            yield line
        elif line == end:
            end = ""


def _values(parameter: str, value: str | Sequence[str]) -> str:
    several = [value] if isinstance(value, str) else value
    terms = " ".join(str(pyoxigraph.Literal(one)) for one in several)
    return f"VALUES ?{parameter} {{ {terms} }}"
