"""Nodes and edges to GraphML and GEXF, with typed attributes.

Written element by element: networkx and igraph would hold the whole graph, and stop at an empty
value. Both read the files (tests/test_exports.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import IO
from xml.sax.saxutils import quoteattr

from kg.export.rdfxml import ILLEGAL
from kg.export.staging import Cell, Edge, Node, Staging, staged
from kg.store import Store

Values = dict[str, Cell]
# Attributes and their types; a value that is missing is left out. Other names than in the tables
# where Gephi, Cytoscape or networkx have such a column of their own: type, source, begin, end.
_EVIDENCE = {
    **dict.fromkeys(("first_year", "last_year"), "int"),
    **dict.fromkeys(("sentence", "file", "text"), "string"),
    **dict.fromkeys(("begin_char", "end_char"), "int"),
}
NODE_ATTRIBUTES = {
    **dict.fromkeys(("kind", "class", "level", "number", "issued", "adcode"), "string"),
    **dict.fromkeys(("region", "document"), "string"),
    **dict.fromkeys(("comparator", "modality", "unit", "due"), "string"),
    **dict.fromkeys(("value", "min_value", "max_value"), "double"),
    **_EVIDENCE,
}
EDGE_ATTRIBUTES = {**dict.fromkeys(("relation", "detail"), "string"), **_EVIDENCE}
_GEXF_TYPES = {"int": "integer"}


def write_graphml(store: Store, names: list[str], out: IO[bytes]) -> None:
    """Write GraphML."""
    with staged(store, names) as staging:
        out.writelines(line.encode() for line in _graphml(staging))


def write_gexf(store: Store, names: list[str], out: IO[bytes]) -> None:
    """Write GEXF 1.2, with the years for a timeline."""
    with staged(store, names) as staging:
        out.writelines(line.encode() for line in _gexf(staging))


def _graphml(staging: Staging) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for whose, attributes in (
        ("node", {"label": "string", "iri": "string", **NODE_ATTRIBUTES}),
        ("edge", {"label": "string", **EDGE_ATTRIBUTES}),
    ):
        for name, kind in attributes.items():
            key = f'id="{whose}_{name}" for="{whose}" attr.name="{name}" attr.type="{kind}"'
            yield f"<key {key}/>\n"
    yield '<graph id="policy-kg" edgedefault="directed">\n'
    for node in staging.nodes():
        # Their schema wants names here, which IRIs are not.
        yield f'<node id="n{node.number}">\n'
        iri = node.row["id"]
        yield from _data("node", {"label": label(node), "iri": iri, **values_of(node)})
        yield "</node>\n"
    for number, edge in enumerate(staging.edges()):
        ends = f'source="n{edge.start_number}" target="n{edge.finish_number}"'
        yield f'<edge id="e{number}" {ends}>\n'
        yield from _data("edge", {"label": edge.type, **_of_edge(edge)})
        yield "</edge>\n"
    yield "</graph>\n</graphml>\n"


def _data(whose: str, values: Values) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            yield f'  <data key="{whose}_{name}">{_text(value)}</data>\n'


def _gexf(staging: Staging) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n'
    yield "<meta><creator>Policy KG</creator></meta>\n"
    yield '<graph mode="dynamic" defaultedgetype="directed" timeformat="integer">\n'
    for whose, attributes in (("node", NODE_ATTRIBUTES), ("edge", EDGE_ATTRIBUTES)):
        yield f'<attributes class="{whose}" mode="static">\n'
        for name, kind in attributes.items():
            yield f'<attribute id="{name}" title="{name}" type="{_GEXF_TYPES.get(kind, kind)}"/>\n'
        yield "</attributes>\n"
    yield "<nodes>\n"
    yield from _elements("node", (_gexf_node(node) for node in staging.nodes()))
    yield "</nodes>\n<edges>\n"
    yield from _elements("edge", map(_gexf_edge, range(2**62), staging.edges()))
    yield "</edges>\n</graph>\n</gexf>\n"


def _elements(name: str, elements: Iterable[tuple[Values, Values]]) -> Iterator[str]:
    for attributes, values in elements:
        yield f"<{name} {_attributes(attributes)}><attvalues>\n"
        for key, value in values.items():
            if value is not None:
                yield f'  <attvalue for="{key}" value={_attribute(value)}/>\n'
        yield f"</attvalues></{name}>\n"


def _gexf_node(node: Node) -> tuple[Values, Values]:
    years = {"start": node.first_year, "end": node.last_year}
    return {"id": node.row["id"], "label": label(node), **years}, values_of(node)


def _gexf_edge(number: int, edge: Edge) -> tuple[Values, Values]:
    ends: Values = {"id": number, "source": edge.start, "target": edge.finish}
    years = {"start": edge.first_year, "end": edge.last_year}
    return {**ends, "label": edge.type, **years}, _of_edge(edge)


def label(node: Node) -> Cell:
    """Give what a person calls a node; its IRI's end where it has no name."""
    return node.row.get("label") or str(node.row["id"]).rpartition("/")[2]


def values_of(node: Node) -> Values:
    """Give a node's attributes, those of NODE_ATTRIBUTES that it has."""
    row = {
        **node.row,
        **_evidence(node.row),
        "kind": node.table.label,
        "first_year": node.first_year,
        "last_year": node.last_year,
    }
    return {name: row[name] for name in NODE_ATTRIBUTES if row.get(name) is not None}


def _of_edge(edge: Edge) -> Values:
    row = asdict(edge)
    row = {**row, **_evidence(row), "relation": edge.type}
    return {name: row[name] for name in EDGE_ATTRIBUTES}


def _evidence(row: Mapping[str, Cell]) -> Values:
    return {"text": row["source"], "begin_char": row["begin"], "end_char": row["end"]}


def _attributes(values: Values) -> str:
    return " ".join(f"{k}={_attribute(v)}" for k, v in values.items() if v is not None)


def _legal(value: Cell) -> str:
    return ILLEGAL.sub("\ufffd", str(value))


def _attribute(value: Cell) -> str:
    # quoteattr escapes line feeds, which a parser would make blanks.
    return quoteattr(_legal(value))


def _text(value: Cell) -> str:
    escaped = _legal(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#13;")
