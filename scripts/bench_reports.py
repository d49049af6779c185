"""A store to what its reports and searches take, and that beside counting all its triples."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench_tables import Figures, Table

if TYPE_CHECKING:
    from kg.store import Store

ROUNDS = 3
SEARCHES = ("教育", "学位", "学前教育 普惠 学位", "教育 -学前", "公办 或 民办", "的")
COUNT = "SELECT (COUNT(*) AS ?number) { ?s ?p ?o }"
COUNTING = "count all triples"
COMMONEST = {
    "indicator": """SELECT ?name { ?target pol:indicator/skos:prefLabel ?name }
        GROUP BY ?name ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
    "agency": """SELECT ?name { ?fact pol:agency/skos:prefLabel ?name }
        GROUP BY ?name ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
    "cited": """SELECT ?name { ?a pol:cites ?name } GROUP BY ?name
        ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
    "copied": """SELECT ?name { ?a pol:reuses ?name } GROUP BY ?name
        ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
    "copying": """SELECT ?name { ?name pol:reuses ?a } GROUP BY ?name
        ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
}
# Report → what it is asked about, of the commonest.
ABOUT = {
    "compare": "indicator",
    "who": "agency",
    "trace": "cited",
    "adoption": "cited",
    "answers": "cited",
    "origins": "copying",
    "passages": "copied",
}

Measure = Callable[["Store"], object]


def measure(store: str) -> Figures:
    """Time every report and searching, the quickest of a few rounds."""
    from kg.store import Store

    with Store(Path(store), read_only=True) as opened:
        seconds = {COUNTING: best(lambda: opened.select(COUNT))}
        for name, report in reports(opened):
            seconds[name] = best(partial(report, opened))
        seconds |= search_seconds(opened)
    base = seconds[COUNTING]
    table: Table = {
        name: {"CPU s": took, "to counting": took / base} for name, took in seconds.items()
    }
    return {"reports": table}


def reports(store: Store) -> Iterator[tuple[str, Measure]]:
    """Yield every report, over the whole store or about what is commonest in it."""
    from kg.ask import ask
    from kg.reports import REPORTS

    rows = {key: store.select(query) for key, query in COMMONEST.items()}
    common = {key: found[0]["name"] for key, found in rows.items() if found}
    for one in REPORTS:
        about = ABOUT.get(one.name)
        if about is not None and about not in common:
            continue  # so small a store has none
        function = getattr(importlib.import_module(f"kg.reports.{one.name}"), one.name)
        yield one.name, partial(_called, function, () if about is None else (common[about],))
    if "indicator" in common:
        yield "ask", lambda store: ask(store, f"哪些地方提出了{common['indicator']}目标？")


def _called(function: Callable[..., object], arguments: tuple[str, ...], store: Store) -> object:
    from kg.errors import QueryError

    try:
        return function(store, *arguments)
    except QueryError as error:  # a matrix of everything is too large to read, and says so
        return str(error)


def search_seconds(store: Store) -> dict[str, float]:
    """Time the full-text index: to open it, made where there is none, and the slowest search."""
    from kg.search import open_index, search

    seconds = {"open the index at first": timed(lambda: open_index(store).close())}
    seconds["open the index"] = best(lambda: open_index(store).close())
    with open_index(store) as index:
        slowest = max(best(partial(search, store, text, index=index)) for text in SEARCHES)
    return {**seconds, "slowest search": slowest}


def best(act: Callable[[], object]) -> float:
    """Give the seconds of the quickest round."""
    return min(timed(act) for _ in range(ROUNDS))


def timed(act: Callable[[], object]) -> float:
    """Give the seconds of the processor that something takes."""
    started = time.process_time()
    act()
    return time.process_time() - started
