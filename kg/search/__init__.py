"""Words to the places of the texts that hold them: a full-text index beside the store.

entries → index                 what is searched, and the file that it lies in
words, query → find → passages  what was asked, which documents have it, and where
"""

from __future__ import annotations

from kg.search.find import Search, search
from kg.search.found import Document, Facet, Filters, Found, Name, Passage
from kg.search.index import Index, open_index, update
from kg.search.names import find_names

__all__ = [
    "Document",
    "Facet",
    "Filters",
    "Found",
    "Index",
    "Name",
    "Passage",
    "Search",
    "find_names",
    "open_index",
    "search",
    "update",
]
