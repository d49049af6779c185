"""Which words were copied: the passages of the later and of the earlier document."""

from __future__ import annotations

from decimal import Decimal

from kg import queries
from kg.reports.dating import by_time, lag_days
from kg.reports.report import Evidence, Report, Row
from kg.reports.subjects import subject
from kg.reports.traced import trace_notes
from kg.reports.uptakes import Holdings, read_holdings
from kg.store import Store

COLUMNS = (
    *("date", "lag_days", "place", "document", "copied_from", "similarity"),
    *("ordered_by", "common_source"),
)
LONGEST = 300  # characters of a passage that are shown; evidence says where all of it stands


def passages(
    store: Store,
    name: str,
    *,
    up: bool = False,
    level: str = "",
    region: str = "",
    since: str = "",
) -> Report:
    """Return the passages that later documents share with one, or (`up`) it with earlier ones.

    Each row has the words of both as evidence. `ordered_by` says from what it follows which one
    is the earlier, `common_source` names a document that both cite and may have copied instead.
    The other arguments are those of `trace`, for the later documents.
    """
    held = read_holdings(store)
    about = subject(store, held, name, since)
    regions = held.regions_named(region)
    iris = (about.iri, *about.same)
    found = {
        (row["source"], int(row["begin"]), row["earlierSource"], int(row["earlierBegin"])): row
        for iri in iris
        for row in store.select(queries.find("passages").text, {"name": iri})
        if row["later" if up else "earlier"] in iris
        and held.is_chosen(row["later"], level, regions)
    }
    order = sorted(found, key=lambda key: (by_time(held.dating(found[key]["later"])), key))
    documents = {row["earlier" if up else "later"] for row in found.values()}
    which = "earlier" if up else "later"
    return Report(
        name="trace",
        title=f"Words that {about.name} shares with {which} documents",
        columns=COLUMNS,
        rows=tuple(_row(found[key], held) for key in order),
        notes=(
            f"{len(found)} passages shared with {len(documents)} {which} documents",
            "set phrases are no copies; both may have the words of a third, common_source if known",
            *trace_notes(store),
        ),
        query="passages",
    )


def _row(row: dict[str, str], held: Holdings) -> Row:
    later, earlier = held.dating(row["later"]), held.dating(row["earlier"])
    document = held.documents.get(row["later"])
    return Row(
        (
            later.text if later else None,
            lag_days(earlier, later),
            (document.place or None) if document else None,
            document.title if document else row["later"],
            row["from"] or row["earlier"],
            Decimal(row["similarity"]) if row["similarity"] else None,
            row["orderedBy"] or None,
            row["commonSource"] or None,
        ),
        (
            Evidence(
                sentence=_shown(row["sentence"]),
                file=row["file"],
                source=row["source"],
                begin=int(row["begin"]),
                end=int(row["end"]),
                column="document",
            ),
            Evidence(
                sentence=_shown(row["earlierWords"]),
                file=row["earlierFile"],
                source=row["earlierSource"],
                begin=int(row["earlierBegin"]),
                end=int(row["earlierEnd"]),
                column="copied_from",
            ),
        ),
    )


def _shown(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
