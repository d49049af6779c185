"""Pages to seconds: how long the graph page takes to be made, to open, and to answer.

The stores are invented by the builders of tests/test_render.py (agencies, programmes, laws, tasks;
no regions), not read from texts: what is measured is the page. pyvis's own page, with physics,
stands beside it for the same network where one has the patience.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench_tables import Row, Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT))

SIZES = ((200, 200), (1_000, 1_000), (5_000, 5_000), (20_000, 80))  # entities held, drawn
PER_DOCUMENT = 11  # entities that a document of the invented store adds, about
COLUMNS = ("lines", "drawn", "MB", "made", "open", "cpu", "answer", "frames")
PYVIS = (200,)
PATIENCE = 120  # seconds for pyvis
DRAGGED = 1.5  # seconds
COUNT_FRAMES = """() => {
  window.drawings = 0;
  KG.scene.network.on("afterDrawing", () => { window.drawings += 1; });
}"""
ANSWER = """(id) => new Promise((done) => {
  const started = performance.now();
  KG.tell("go-entity", id);
  KG.scene.network.once("afterDrawing", () => done(performance.now() - started));
})"""
SETTLED = "() => typeof network !== 'undefined' && network.physics.ready === true"


def measure(sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[dict[str, Any]]:
    """Yield a row of figures for each size."""
    with tempfile.TemporaryDirectory() as folder:
        for held, drawn in sizes:
            yield _measured(held, drawn, Path(folder) / f"{held}.html")


def _measured(held: int, drawn: int, file: Path) -> dict[str, Any]:
    import browser
    from test_render import data_of, invented

    from kg.render import render_html

    store = invented(held // PER_DOCUMENT + 12)
    started = time.perf_counter()
    page = render_html(store, limit=held, first=drawn)
    row: dict[str, Any] = {"made": time.perf_counter() - started}
    file.write_text(page, encoding="utf-8")
    data = data_of(page)
    row |= {"held": len(data["entities"]), "lines": len(data["edges"])}
    row["MB"] = file.stat().st_size / 1e6
    with browser.opened(file, size=browser.WIDE) as tab:
        tab.page.wait_for_function("document.documentElement.dataset.drawnAfter")
        shown = tab.page.evaluate("({...document.documentElement.dataset})")
        row |= {"drawn": int(shown["drawn"]), "open": int(shown["drawnAfter"]) / 1000}
        if tab.problems:
            raise RuntimeError("; ".join(tab.problems))
        row["cpu"] = _processor_seconds(tab.page)
        row["frames"] = _frames(tab.page)
        row["answer"] = tab.page.evaluate(ANSWER, len(data["first"]) // 2) / 1000
    if held in PYVIS:
        row["pyvis"] = _pyvis(data, file.with_name("pyvis.html"))
    return row


def _frames(page: Any) -> float:
    """Return how many times a second the picture is drawn while it is dragged."""
    page.evaluate(COUNT_FRAMES)
    page.mouse.move(500, 300)
    page.mouse.down()
    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < DRAGGED:
        page.mouse.move(500 + 120 * passed, 300 + 80 * passed)
    page.mouse.up()
    return float(page.evaluate("window.drawings")) / passed


def _processor_seconds(page: Any) -> float:
    """Return the processor time of the page's thread to open it anew: a busy machine adds none."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    before = spent()
    page.reload()
    page.wait_for_function("document.documentElement.dataset.drawnAfter")
    return spent() - before


def _pyvis(data: dict[str, Any], file: Path) -> float:
    """Return the seconds until pyvis's own page of the same network has come to rest."""
    import browser
    from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line")
    for number, node in enumerate(data["nodes"]):
        network.add_node(number, node["label"], shape=node["shape"])
    for edge in data["edges"]:
        network.add_edge(edge["from"], edge["to"])
    file.write_text(network.generate_html(notebook=False), encoding="utf-8")
    with browser.opened(file, size=browser.WIDE) as tab:
        try:
            tab.page.wait_for_function(SETTLED, timeout=PATIENCE * 1000)
        except PlaywrightTimeoutError:
            return float(PATIENCE)  # at least
        return float(tab.page.evaluate("performance.now()")) / 1000


def table() -> Table:
    """Return a row for each size; ratios are of opening: to the smallest page, pyvis's to ours."""
    rows: Table = {}
    first = 0.0
    for row in measure():
        print(f"{row['held']:,} held …", file=sys.stderr, flush=True)
        first = first or row["open"]
        shown: Row = {name: row[name] for name in COLUMNS} | {"ratio": row["open"] / first}
        if "pyvis" in row:
            shown |= {"pyvis": row["pyvis"], "pyvis to ours": row["pyvis"] / row["open"]}
        rows[f"{row['held']:,} entities"] = shown
    return rows
