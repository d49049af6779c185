"""Nodes and edges to a folder for Neo4j: CSV for the bulk import, and a script for LOAD CSV.

The same files serve both. Neo4j's two readers differ about backslashes and line breaks inside
quotes, so that neither occurs: a backslash becomes ＼, a line break a blank.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path

from kg.export.schema import EDGE_TYPES, NODES, SEPARATOR, TABLES, Column, Table
from kg.export.staging import Cell, Edge, Staging, staged
from kg.store import Store

SPACE = "Policy"  # in which ids are unique
EVERY = "PolicyNode"  # a label of all nodes, by which LOAD CSV finds the ends of edges
_TYPES = {"integer": "int", "decimal": "double", "boolean": "boolean"}
# How LOAD CSV, which gives texts only, makes the value of a column.
_CASTS = {"int": "toInteger({})", "double": "toFloat({})", "boolean": "toBoolean({})"}
_YEARS = ("first_year", "last_year")
_EDGE_COLUMNS = {
    **dict.fromkeys(("detail", "sentence", "file"), "string"),
    **dict.fromkeys(("begin", "end"), "int"),
    "source": "string",
    **dict.fromkeys(_YEARS, "int"),
}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def write_neo4j(store: Store, names: list[str], folder: Path) -> None:
    """Write the files of nodes by label, of edges by type, and how to load them."""
    with staged(store, names) as staging:
        _write_nodes(staging, folder)
        # All that there may be: a new export into the same folder has the same files.
        types = sorted({*EDGE_TYPES, *staging.edge_types()})
        for type_ in types:
            _write_edges(folder / f"{_file_of(type_)}", type_, staging.edges(type_))
    (folder / "load.cypher").write_text(_cypher(types), encoding="utf-8")
    (folder / "README.md").write_text(_readme(types), encoding="utf-8")


def _tables() -> list[Table]:
    return [table for table in TABLES if table.name in NODES]


def _columns(table: Table) -> list[tuple[str, str]]:
    """Give names and types of a label's properties; the id stands apart."""
    own = [(column.name, _type(column)) for column in table.columns[1:]]
    return [*own, *((name, "int") for name in _YEARS)]


def _type(column: Column) -> str:
    kind = _TYPES.get(column.type.removesuffix("*"), "string")
    return f"{kind}[]" if column.is_list else kind


def _type_of(edge: str) -> str:
    """Give an edge's type as Neo4j's users write them: issuedBy → ISSUED_BY."""
    return _HUMP.sub("_", edge).upper()


def _file_of(edge: str) -> str:
    return f"edges-{_type_of(edge)}.csv"


def _write_nodes(staging: Staging, folder: Path) -> None:
    nodes = staging.nodes()
    node = next(nodes, None)
    for table in _tables():
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            heads = [f"{name}:{kind}" for name, kind in _columns(table)]
            writer.writerow([f"id:ID({SPACE})", *heads, ":LABEL"])
            while node is not None and node.table is table:
                row = (*node.row.values(), node.first_year, node.last_year)
                writer.writerow([*map(_plain, row), f"{table.label}{SEPARATOR}{EVERY}"])
                node = next(nodes, None)


def _write_edges(place: Path, type_: str, edges: Iterable[Edge]) -> None:
    heads = [f"{name}:{kind}" for name, kind in _EDGE_COLUMNS.items()]
    names = [field.name for field in fields(Edge)]
    assert names[3:-2] == list(_EDGE_COLUMNS)  # rows are written in the order of the fields
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f":START_ID({SPACE})", f":END_ID({SPACE})", ":TYPE", *heads])
        for edge in edges:
            start, finish, _, *rest = map(_plain, astuple(edge)[:-2])
            writer.writerow([start, finish, _type_of(type_), *rest])


def _plain(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return " ".join(cell.replace("\\", "＼").splitlines())


# -- the script --------------------------------------------------------------------------------


def _cypher(types: list[str]) -> str:
    parts = [
        "// Loads the folder into a running Neo4j 5; copy its files into the import directory.\n"
        "// Run again, it changes nothing: nodes and edges are merged.\n"
    ]
    for table in _tables():
        parts.append(_constraint(table.label))
    parts.append(_constraint(EVERY))
    parts += [_load_nodes(table) for table in _tables()]
    parts += [_load_edges(type_) for type_ in types]
    return "\n".join(parts)


def _constraint(label: str) -> str:
    name = f"{label.lower()}_id"
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE;\n"


def _load_nodes(table: Table) -> str:
    sets = [_assignment("n", name, kind) for name, kind in _columns(table)]
    return (
        f"LOAD CSV WITH HEADERS FROM 'file:///{table.name}.csv' AS row\n"
        f"CALL {{ WITH row\n"
        f"  MERGE (n:{EVERY} {{id: row.`id:ID({SPACE})`}})\n"
        f"  SET n:{table.label},\n    {_joined(sets)}\n"
        "} IN TRANSACTIONS OF 5000 ROWS;\n"
    )


def _load_edges(type_: str) -> str:
    # The place is part of what an edge is: an agency may lead a task by two sentences.
    keys = (
        "source: coalesce(row.`source:string`, ''), begin: coalesce(toInteger(row.`begin:int`), -1)"
    )
    rest = {name: kind for name, kind in _EDGE_COLUMNS.items() if name not in ("source", "begin")}
    sets = [_assignment("e", name, kind) for name, kind in rest.items()]
    return (
        f"LOAD CSV WITH HEADERS FROM 'file:///{_file_of(type_)}' AS row\n"
        f"CALL {{ WITH row\n"
        f"  MATCH (a:{EVERY} {{id: row.`:START_ID({SPACE})`}})\n"
        f"  MATCH (b:{EVERY} {{id: row.`:END_ID({SPACE})`}})\n"
        f"  MERGE (a)-[e:{_type_of(type_)} {{{keys}}}]->(b)\n"
        f"  SET {_joined(sets)}\n"
        "} IN TRANSACTIONS OF 5000 ROWS;\n"
    )


def _assignment(variable: str, name: str, kind: str) -> str:
    cell = f"row.`{name}:{kind}`"
    if not kind.endswith("[]"):
        return f"{variable}.`{name}` = {_CASTS.get(kind, '{}').format(cell)}"
    texts = f"split({cell}, '{SEPARATOR}')"
    if kind == "int[]":
        texts = f"[x IN {texts} | toInteger(x)]"
    return f"{variable}.`{name}` = {texts}"


def _joined(sets: list[str]) -> str:
    return ",\n    ".join(sets)


def _readme(types: list[str]) -> str:
    nodes = [f"--nodes={table.name}.csv" for table in _tables()]
    edges = [f"--relationships={_file_of(type_)}" for type_ in types]
    arguments = " \\\n  ".join(
        [f'--array-delimiter="{SEPARATOR}"', "--id-type=string", *nodes, *edges, "neo4j"]
    )
    return (
        "# Policy KG for Neo4j 5\n\n"
        "Into a new, stopped database, from this folder:\n\n"
        f"```sh\nneo4j-admin database import full \\\n  {arguments}\n```\n\n"
        "Into a running one: copy the CSV files into its `import` directory, then\n\n"
        "```sh\ncypher-shell -f load.cypher\n```\n\n"
        "Nodes: " + ", ".join(f"`{table.label}`" for table in _tables()) + ". Edges: "
        "" + ", ".join(f"`{_type_of(type_)}`" for type_ in types) + ". Each carries `sentence`, "
        "`file`, `begin`, `end` and `source` where a text says it; offsets count characters "
        "(code points).\n\n"
        "```cypher\n"
        "MATCH (a:Agency)-[e:LEADS]->(t:Task)-[:IN_DOCUMENT]->(d:Document)\n"
        "RETURN a.label, t.label, d.label, e.sentence LIMIT 20;\n```\n"
    )
