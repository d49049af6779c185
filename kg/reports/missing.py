"""Which documents are cited but not held, by how many, how and by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kg import queries
from kg.reports.dating import by_time, year_of_number
from kg.reports.holdings import Holding
from kg.reports.report import Report, Row, evidence
from kg.reports.subjects import puts_in_force
from kg.reports.uptakes import Holdings, read_holdings
from kg.store import Store

# The order is also that of what a sentence is shown for: what carries a document out says most.
STANCES = ("implements", "revises", "cites", "plansToIssue", "promulgates")
COLUMNS = (
    *("documents", "places", "document", "kind", "number", "year", *STANCES),
    *("first_cited", "cited_by", "perhaps_in"),
)
SHOWN = 3  # of those that cite; kg trace gives all

_Rows = Sequence[dict[str, str]]


def missing(store: Store, *, level: str = "", region: str = "", limit: int | None = None) -> Report:
    """Return the documents that are cited and not held, those that most documents cite first.

    Under each stance stands how many documents take it; `year` is that of the 文号; `perhaps_in`
    is a held document of that title, or a notice that puts it in force and may contain it.
    `level` (Country, Province, Prefecture, County, Township) and `region` choose among the
    documents that cite.
    """
    held = read_holdings(store, with_places=bool(region))
    regions = held.regions_named(region)
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in store.select(queries.find("missing").text):
        if held.is_chosen(row["citing"], level, regions):
            groups[row["missing"]].append(row)
    ranked = sorted(groups, key=lambda iri: (-len(_citing(groups[iri])), _title(groups[iri]), iri))
    shown = ranked[:limit]
    return Report(
        name="missing",
        title="Documents cited and not held",
        columns=COLUMNS,
        rows=tuple(_row(groups[iri], held) for iri in shown),
        notes=(
            f"cited and not held: {len(ranked):,}, shown: {len(shown):,}",
            "a row counts documents that cite; kg trace NAME lists them with their sentences",
        ),
        query="missing",
    )


def _citing(rows: _Rows) -> set[str]:
    return {row["citing"] for row in rows}


def _title(rows: _Rows) -> str:
    # Two spellings of a title give one IRI: the first in order.
    return min((row["title"] for row in rows if row["title"]), default="") or rows[0]["missing"]


def _row(rows: _Rows, held: Holdings) -> Row:
    citing = sorted(_citing(rows), key=lambda iri: (by_time(held.dating(iri)), iri))
    documents = [held.documents[iri] for iri in citing if iri in held.documents]
    number = min((row["number"] for row in rows if row["number"]), default="")
    year = year_of_number(number)
    first = held.dating(citing[0])
    return Row(
        (
            len(citing),
            len({one.region for one in documents if one.region}),
            _title(rows),
            min((row["kind"] for row in rows if row["kind"]), default=None),
            number or None,
            int(year) if year else None,
            *(len(_citing([row for row in rows if row["stance"] == one])) for one in STANCES),
            first.text if first and first.is_of_issue else None,
            _named(documents) or None,
            _container(rows, held) or None,
        ),
        (evidence(min(rows, key=lambda row: _weight(row, held))),),
    )


def _named(documents: Sequence[Holding]) -> str:
    """Return the first documents, with the place where the title does not say it."""
    found = [
        one.title if not one.place or one.place in one.title else f"{one.title}（{one.place}）"
        for one in documents[:SHOWN]
    ]
    more = f"；+{len(documents) - SHOWN}" if len(documents) > SHOWN else ""
    return "；".join(found) + more


def _container(rows: _Rows, held: Holdings) -> str:
    """Return the held document of this title, or the held notice that puts it in force."""
    title = _title(rows)
    around = {row["by"] for row in rows if row["stance"] == "promulgates" and title in row["by"]}
    around |= {
        one.title
        for one in held.documents.values()
        if one.title == title or puts_in_force(one.title, title)
    }
    return min(around, default="")


def _weight(row: Mapping[str, str], held: Holdings) -> tuple[object, ...]:
    stance = STANCES.index(row["stance"]) if row["stance"] in STANCES else len(STANCES)
    when = by_time(held.dating(row["citing"]))
    return (stance, when, row["citing"], int(row["begin"]), row["source"], row["file"])
