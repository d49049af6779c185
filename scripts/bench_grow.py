"""Figures of two sizes to the power of the size that each cost grows with."""

from __future__ import annotations

from bench_tables import COSTS, Figures, Row, Table, growth_exponent

# What is measured over all documents; in other tables plain engines get a bounded number.
TABLES = ("stages", "parts", "memory", "build", "loading", "export", "reports")
ELSEWHERE = ("pyoxigraph", "rdflib")


def growth(
    documents: tuple[int, int], sizes: tuple[float, float], runs: tuple[Figures, Figures]
) -> Table:
    """Return every cost that both runs have, with its exponent: 1 is in step, 0 is constant.

    The size is that of the text: a hundred documents may be longer than the next hundred.
    """
    heads = [f"{number:,} documents" for number in documents]
    table: Table = {}
    for name in TABLES:
        small, large = (run.get(name, {}) for run in runs)
        for row in small:
            if row in large and not row.startswith(ELSEWHERE):
                table |= _line(f"{name}: {row}", heads, sizes, (small[row], large[row]))
    return table


def _line(name: str, heads: list[str], sizes: tuple[float, float], rows: tuple[Row, Row]) -> Table:
    column = next((one for one in COSTS if all(one in row for row in rows)), None)
    if column is None:
        return {}
    costs = float(rows[0][column]), float(rows[1][column])
    shown: Row = {"": column, **dict(zip(heads, costs, strict=True))}
    return {name: {**shown, "exponent": growth_exponent(sizes, costs)}}
