"""A store just opened to one that answers at once: what all pages need is read beforehand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

from kg.errors import StoreError
from kg.serve import graphs
from kg.serve.catalog import NEEDED, Catalog
from kg.serve.holding import Holding


def warm_up(holding: Holding) -> None:
    """Begin to read what pages need, in a thread that ends when the server does."""
    threading.Thread(target=read_all, args=(holding,), daemon=True).start()


def read_all(holding: Holding) -> None:
    """Read what pages need, in turns, so that a change of the store need not wait for all."""
    for step in _steps(holding):
        if not holding.enter():
            return
        try:
            step()
        except StoreError:
            return  # whoever asks for the page will be told
        finally:
            holding.leave()


def _steps(holding: Holding) -> Iterator[Callable[[], object]]:
    catalog = Catalog(holding)
    yield from (partial(getattr, catalog, name) for name in NEEDED)
    yield partial(graphs.network_of, holding)
    yield partial(graphs.overview, holding)
