"""A process to one that reaches less than others: no network, no picture of its memory."""

from __future__ import annotations

import ctypes
import os

from kg.workers import leave_no_core

NETWORK, CORES = "no network", "no core dumps"
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_… of unshare(2)


def fence() -> dict[str, bool]:
    """Put up the fences that the system has; return which stand. Before any thread is started."""
    leave_no_core()
    return {NETWORK: _leave_network(), CORES: True}


def _leave_network() -> bool:
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is None:
        return False
    if os.geteuid() == 0 and unshare(_NEW_NETWORK) == 0:
        return True
    return bool(unshare(_NEW_USER | _NEW_NETWORK) == 0)
