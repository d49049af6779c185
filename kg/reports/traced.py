"""Whether what a store found across documents is of the documents that it holds."""

from __future__ import annotations

from kg.store import Store

WITHOUT = "none"  # the mark of a store that was built with --no-traces
STALE = (
    "copied words, title echoes and shares are not up to date, since documents have changed: "
    "run kg build again"
)
ABSENT = (
    "built with --no-traces: nothing is known of copied words, title echoes and shares; "
    "run kg build without it"
)


def trace_notes(store: Store) -> tuple[str, ...]:
    """Return the note of a report that rests on traces, where they cannot be relied on."""
    if store.traced == WITHOUT:
        return (ABSENT,)
    return () if store.traced else (STALE,)
