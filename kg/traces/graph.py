"""Traces to the named graph that stands beside that of the later document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import blake2b

from kg.graph import ISSUED, TYPE, Triple, literal, moment, nif, offset, pol, typed
from kg.models import DocumentGraph
from kg.sentence import sentence_at
from kg.store import traces_of
from kg.traces.facts import Echo, Reuse, Shares, Traces
from kg.traces.papers import Paper

NAME = 8  # bytes of the name of an earlier document's IRI


def graph_of(traces: Traces, papers: Sequence[Paper], own: Paper) -> DocumentGraph:
    """Return the graph of what was found of one paper: sorted N-Quads."""
    name = traces_of(own.source)
    triples = {
        *(triple for reuse in traces.reuses for triple in _reuse(reuse, papers, own)),
        *(triple for echo in _of_each(traces.echoes) for triple in _echo(echo, own)),
        *((f"<{own.document}>", pol("sameTextAs"), f"<{copy}>") for copy in traces.copies),
        *(triple for shares in traces.shares for triple in _shares(shares)),
    }
    lines = sorted(f"{s} {p} {o} <{name}> .\n" for s, p, o in triples)
    return DocumentGraph(name, own.document, own.title, "".join(lines), ())


def _of_each(echoes: Iterable[Echo]) -> Iterable[Echo]:
    """Return an echo of each document: of one whose text is held twice, that of the first text."""
    first: dict[str, Echo] = {}
    for echo in echoes:
        known = first.setdefault(echo.earlier, echo)
        first[echo.earlier] = min(known, echo, key=lambda one: one.earlier_source)
    return first.values()


def _reuse(reuse: Reuse, papers: Sequence[Paper], own: Paper) -> Iterator[Triple]:
    earlier = papers[reuse.order.earlier]
    begin, end = reuse.span
    node = _node("reuse", own, f"{begin}-{end}", earlier.source)
    yield node, TYPE, pol("Reuse")
    yield from _trace(node, own, reuse.span, earlier.document, reuse.order.basis)
    yield from _earlier(node, earlier.source, reuse.earlier_span)
    yield node, pol("similarity"), _decimal(reuse.similarity)
    if reuse.common_source:
        yield node, pol("commonSource"), f"<{reuse.common_source}>"
    yield f"<{own.document}>", pol("reuses"), f"<{earlier.document}>"


def _echo(echo: Echo, own: Paper) -> Iterator[Triple]:
    node = _node("echo", own, str(echo.span[0]), echo.earlier)
    yield node, TYPE, pol("TitleEcho")
    yield from _trace(node, own, echo.span, echo.earlier, echo.basis)
    if echo.earlier_source:
        yield from _earlier(node, echo.earlier_source, echo.earlier_span)
    yield node, pol("similarity"), _decimal(echo.similarity)
    yield f"<{own.document}>", pol("echoes"), f"<{echo.earlier}>"


def _node(kind: str, own: Paper, place: str, earlier: str) -> str:
    """Return the IRI of a trace: by where it stands, and what it leads to."""
    name = blake2b(earlier.encode(), digest_size=NAME).hexdigest()
    return f"<{own.source}/{kind}/{place}-{name}>"


def _trace(
    node: str, own: Paper, span: tuple[int, int], earlier: str, basis: str
) -> Iterator[Triple]:
    yield node, pol("later"), f"<{own.document}>"
    yield node, pol("earlier"), f"<{earlier}>"
    yield node, pol("orderedBy"), pol(basis)
    yield node, nif("referenceContext"), f"<{own.source}>"
    yield node, nif("beginIndex"), offset(span[0])
    yield node, nif("endIndex"), offset(span[1])
    yield node, pol("sentence"), literal(sentence_at(own.text, span[0]))
    if own.issued:
        yield node, ISSUED, moment(own.issued)


def _earlier(node: str, source: str, span: tuple[int, int]) -> Iterator[Triple]:
    yield node, pol("earlierContext"), f"<{source}>"
    yield node, pol("earlierBegin"), offset(span[0])
    yield node, pol("earlierEnd"), offset(span[1])


def _shares(shares: Shares) -> Iterator[Triple]:
    node = f"<{shares.writing}>"
    yield node, pol("countedLength"), offset(shares.length)
    yield node, pol("formulaShare"), _decimal(shares.formula)
    yield node, pol("sharedShare"), _decimal(shares.shared)
    yield node, pol("concreteShare"), _decimal(shares.concrete)


def _decimal(value: Decimal) -> str:
    """Write a share as a store gives it back: 0.125, 0, 1."""
    return typed(format(value.normalize(), "f"), "decimal")
