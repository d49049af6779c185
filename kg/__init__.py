"""Policy KG: Chinese policy documents to a knowledge graph.

    import kg

    reading = kg.extract("plan.txt")           # what one document says, as dataclasses
    with kg.Store("kg-store") as store:        # a store on disk
        kg.build(["documents/"], store)        # files into it
        graph = store.dataset()                # an rdflib.Dataset over it

The libraries load when a name is first used, not when the package is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.build import BuildReport
    from kg.errors import KgError
    from kg.models import Reading, Source
    from kg.store import Store

__version__ = "0.1.0"
__all__ = ["KgError", "Store", "build", "extract", "read"]


def read(path: str | Path) -> Source:
    """Return a file's text with its encoding and digest; raises ReadError with the reason."""
    from kg.read import read_file

    return read_file(Path(path))


def extract(document: str | Path | Source) -> Reading:
    """Return what a document says: outline, mentions with their entities, facts, profile.

    `document` is a file or a Source. Offsets are code points in `reading.outline.source.text`.
    """
    from kg.pipeline import understand

    return understand(read(document) if isinstance(document, str | Path) else document)


def build(paths: Iterable[str | Path], store: Store, **options: Any) -> BuildReport:
    """Read files, folders, archives, dumps into a store; options are those of kg.build.build."""
    from kg.build import build as build_store

    return build_store([str(path) for path in paths], store, **options)


def __getattr__(name: str) -> Any:
    """Load the public classes when they are asked for."""
    if name == "Store":
        from kg.store import Store

        return Store
    if name == "KgError":
        from kg.errors import KgError

        return KgError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Face(ModuleType):
    """A package whose functions keep their names when modules of the same name are imported.

    Importing kg.read would bind the module to `kg.read`, where users have the function; the
    module stays in reach of `from kg.read import …`.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in __all__):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
