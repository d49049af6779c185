"""What several test modules share."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every machine and in every run; no database beside the sources.
settings.register_profile("kg", derandomize=True, deadline=None, max_examples=50, database=None)
settings.load_profile("kg")
