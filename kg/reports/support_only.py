"""A store to the agencies that are named in support and never to lead."""

from __future__ import annotations

from collections import defaultdict

from kg import queries
from kg.reports.duties import IMPLIED, LEAD, answers, joined, rows_in
from kg.reports.pairs import first_sentences
from kg.reports.report import Report, Row
from kg.reports.scope import chosen, described
from kg.store import Store

COLUMNS = ("agency", "tasks", "documents", "issuer of", "titles")
SENTENCES = 3
NOTE = (
    "Never named to lead in any document held. issuer of: tasks that name nobody, of which it is "
    "taken for the leader as their issuer."
)


def support_only(store: Store, *, region: str = "", document: str = "") -> Report:
    """Return the agencies that texts name in support only, by the number of tasks.

    Who leads anywhere in the store is left out, also where the choice is narrower.
    """
    held = chosen(store, region, document)
    by_agency: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_in(store, queries.find("support-only").text, held):
        by_agency[row["body"]].append(row)
    implied = _implied(store) if by_agency else {}
    rows = [_row(several, implied.get(body, 0)) for body, several in by_agency.items()]
    rows.sort(key=lambda row: (-int(str(row.values[1])), -int(str(row.values[2])), row.values[0]))
    return Report(
        "support-only",
        f"Which agencies are named in support only{described(region, document)}",
        COLUMNS,
        tuple(rows),
        (NOTE, f"At most {SENTENCES} sentences of each agency are given."),
        "support-only",
    )


def _implied(store: Store) -> dict[str, int]:
    """Count the tasks of which an agency is taken for the leader as their issuer."""
    found: dict[str, int] = defaultdict(int)
    for several in answers(store).values():
        for one in several:
            found[one.agency] += one.role == LEAD and one.basis == IMPLIED
    return found


def _row(rows: list[dict[str, str]], implied: int) -> Row:
    titles = {row["source"]: row["title"] for row in rows}
    values = (
        rows[0]["who"],
        len({row["item"] for row in rows}),
        len(titles),
        implied,
        joined(sorted(titles.values())),
    )
    return Row(values, first_sentences(rows, SENTENCES))
