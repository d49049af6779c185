"""Figures of two sizes to the power of the size that each cost grows with."""

from __future__ import annotations

from bench_tables import COSTS, Figures, Row, Table, growth_exponent

# What is measured over all documents; in other tables plain engines get a bounded number.
TABLES = ("stages", "parts", "memory", "build", "loading", "export", "reports")
ELSEWHERE = ("pyoxigraph", "rdflib")


def growth(sizes: tuple[int, int], runs: tuple[Figures, Figures]) -> Table:
    """Return every cost that both runs have, with its exponent: 1 is in step, 0 is constant."""
    table: Table = {}
    for name in TABLES:
        small, large = (run.get(name, {}) for run in runs)
        for row in small:
            if row in large and not row.startswith(ELSEWHERE):
                table |= _rows(f"{name}: {row}", sizes, small[row], large[row])
    return table


def _rows(name: str, sizes: tuple[int, int], small: Row, large: Row) -> Table:
    column = next((one for one in COSTS if one in small and one in large), None)
    if column is None:
        return {}
    costs = float(small[column]), float(large[column])
    heads = [f"{size:,} documents" for size in sizes]
    power = growth_exponent((float(sizes[0]), float(sizes[1])), costs)
    return {name: {"": column, heads[0]: costs[0], heads[1]: costs[1], "exponent": power}}
