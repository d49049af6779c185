"""Saved queries to how long our store and rdflib's memory store take over the same documents.

Both hold them in memory. Each query has the values it needs (and no others) written into it, and
is the same text for both. rdflib gets the Turtle that `kg export` writes, and is stopped after a
few seconds.
"""

from __future__ import annotations

import io
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from bench_reports import COMMONEST, best
from bench_stages import spooled
from bench_tables import Figures, Row, Table

if TYPE_CHECKING:
    from kg.queries import SavedQuery
    from kg.store import Store

DOCUMENTS = 25
LIMIT = 2.0  # seconds of the processor for rdflib
LOOK = 0.02  # seconds between two looks at whether they are over
# Parameter → the query for a value of which there is much to say; else WORDS.
VALUES = {
    "agency": COMMONEST["agency"],
    "body": COMMONEST["agency"],
    "other": COMMONEST["agency"],
    "name": """SELECT ?name { ?cites pol:cites/skos:prefLabel|pol:cites/dcterms:title ?name }
        GROUP BY ?name ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
    "outer": """SELECT ?name { ?document pol:appliesTo ?name }
        GROUP BY ?name ORDER BY DESC(COUNT(*)) ?name LIMIT 1""",
}
WORDS = {"words": "教育", "question": "哪些县提出了新增学位目标，由教育局负责？"}
SENTENCE = "https://w3id.org/policy-kg/ontology#sentence"


def measure(
    spool: str, documents: int = DOCUMENTS, limit: float = LIMIT, only: tuple[str, ...] = ()
) -> Figures:
    """Ask the queries of so many of the documents that were kept."""
    from kg import queries, traces
    from kg.store import Store

    with Store() as store:
        store.load(islice(spooled(spool), documents))
        traces.update(store)
        graph = _rdflib_graph(store)
        table: Table = {}
        for name, query in queries.saved().items():
            if not only or name in only:
                table[name] = _row(store, graph, _text(store, query), limit)
    return {"queries": {**table, "all together": _total(table, limit)}}


def _row(store: Store, graph: Any, text: str, limit: float) -> Row:
    rows = len(store.select(text))
    ours = best(lambda: store.select(text))
    row: Row = {"rows": rows, "CPU s": ours}
    try:
        theirs, found = _within(limit, lambda: list(graph.query(text)))
    except NotImplementedError as error:  # it knows not all of SPARQL
        return {**row, "rdflib, CPU s": str(error)}
    if theirs is None:
        return {**row, "rdflib, CPU s": f">{limit:g}", "times": f">{limit / ours:,.0f}"}
    return {**row, "rdflib, CPU s": theirs, "times": theirs / ours, "rdflib's rows": len(found)}


def _total(table: Table, limit: float) -> Row:
    """Add up; what was stopped counts as the limit, so that rdflib takes at least so long."""
    ours = sum(float(row["CPU s"]) for row in table.values())
    given = (row.get("rdflib, CPU s") for row in table.values())
    theirs = sum(one if isinstance(one, float) else limit for one in given)
    return {"CPU s": ours, "rdflib, CPU s": f">{theirs:,.0f}", "times": f">{theirs / ours:,.0f}"}


def _text(store: Store, query: SavedQuery) -> str:
    """Return a query as any engine takes it, with values for what it needs."""
    from kg.serve.bound import bound
    from kg.sparql import complete

    needed = [name for name, meaning in query.parameters if "(needed)" in meaning]
    return complete(bound(query, {name: _value(store, name) for name in needed}))


def _value(store: Store, name: str) -> str:
    if name in WORDS:
        return WORDS[name]
    found = store.select(VALUES[name])
    return found[0]["name"] if found else WORDS["words"]


# -- rdflib --------------------------------------------------------------------------------------


class _Stopped(BaseException):
    """The time is over; no Exception, for rdflib catches those of an expression."""


def _rdflib_graph(store: Store) -> Any:
    """Return what an export holds, in rdflib's memory, with our one function of SPARQL."""
    import rdflib
    from rdflib.plugins.sparql.operators import register_custom_function

    from kg.export import export
    from kg.sentence import sentence_at

    out = io.BytesIO()
    export(store, "turtle", out)
    graph = rdflib.Graph().parse(out.getvalue(), format="turtle")
    texts = {
        source: str(text)
        for source, text in graph.subject_objects(
            rdflib.URIRef("http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#isString")
        )
    }

    def sentence(source: Any, begin: Any) -> Any:
        return rdflib.Literal(sentence_at(texts[source], int(begin)))

    register_custom_function(rdflib.URIRef(SENTENCE), sentence, override=True)
    return graph


def _within(limit: float, act: Callable[[], list[Any]]) -> tuple[float | None, list[Any]]:
    """Return the seconds that something takes and what it gives; None if it takes too long."""
    started = time.process_time()
    try:
        with _alarm(limit):
            found = act()
    except _Stopped:
        return None, []
    return time.process_time() - started, found


@contextmanager
def _alarm(limit: float) -> Iterator[None]:
    """Stop what takes more seconds of the processor."""
    started = time.process_time()

    def ring(*_: object) -> None:
        if time.process_time() - started > limit:
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise _Stopped

    before = signal.signal(signal.SIGALRM, ring)
    # Not a timer of the processor's time: while there is one, Linux counts that time in ticks.
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
