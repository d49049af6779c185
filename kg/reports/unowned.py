"""A store to the targets and tasks that nobody owns explicitly."""

from __future__ import annotations

from collections import Counter, defaultdict

from kg import queries
from kg.reports.commitments import amount
from kg.reports.duties import LEAD, SUPPORT, joined, rows_in
from kg.reports.holdings import Holding
from kg.reports.report import Report, Row, evidence
from kg.reports.scope import chosen, described
from kg.store import Store

COLUMNS = ("what", "target", "due", "lead instead", "basis", "support", "document")
NOTE = (
    "No text says who leads: lead instead is whom the section names (Inherited) or the issuer "
    "(Implied). A task that has targets stands here by its targets."
)


def unowned(store: Store, *, region: str = "", document: str = "") -> Report:
    """Return targets, and tasks without targets, for which no agency is said to lead.

    By document and place; with who is taken for the leader instead, and who is named in support.
    """
    held = chosen(store, region, document)
    by_item: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_in(store, queries.find("unowned").text, held):
        by_item[row["item"]].append(row)
    rows = tuple(_row(several, held) for several in by_item.values())
    counts = Counter(str(row.values[4] or "nobody") for row in rows)
    told = ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()))
    title = f"What nobody owns explicitly{described(region, document)}"
    return Report(
        "unowned", title, COLUMNS, rows, (NOTE, f"By basis: {told or 'none'}."), "unowned"
    )


def _row(rows: list[dict[str, str]], held: dict[str, Holding]) -> Row:
    first = rows[0]
    leads = [row for row in rows if row["role"] == LEAD]
    supports = [row["instead"] for row in rows if row["role"] == SUPPORT]
    return Row(
        (
            first["what"] or None,
            amount(first["comparator"], first["value"], first["unit"], first["masked"] == "true")
            or None,
            first["due"] or None,
            joined(row["instead"] for row in leads) or None,
            joined(row["basis"] for row in leads) or None,
            joined(supports) or None,
            held[first["source"]].title,
        ),
        (evidence(first),),
    )
