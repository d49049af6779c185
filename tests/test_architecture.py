"""The star: a stage imports models, errors and vocabulary, never another stage."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from casebook import ROOT

PACKAGE = ROOT / "kg"
COMMON = ("models", "errors", "vocabulary")
# Part of kg → the other parts that it may import.
TABLE: dict[str, tuple[str, ...]] = {
    "models": (),
    "errors": (),
    "vocabulary": ("models", "errors"),
    "read": COMMON,
    "signs": (),
    "structure": (*COMMON, "signs"),
    "extract": (*COMMON, "signs"),
    "resolve": COMMON,
    "correct": COMMON,
    "measure": COMMON,
    "graph": (*COMMON, "sentence"),
    "version": (*COMMON, "graph"),
    # A reading, and what its extractors use to see figures as they do.
    "inspect": (*COMMON, "extract", "pipeline", "results"),
    # Behind the graph: the store with its parts, and what reads from a store.
    "sparql": COMMON,
    "ledger": COMMON,
    "sentence": COMMON,
    "queries": COMMON,
    "fingerprint": (),
    "prepare": (*COMMON, "fingerprint"),
    "difference": (),
    "changes": (*COMMON, "sparql"),
    "store": (
        *(*COMMON, "changes", "difference", "ledger", "sparql", "sentence"),
        *("fingerprint", "prepare"),
    ),
    # Which corrections concern which document held: the stage's own rule, asked of the store.
    "stamps": (*COMMON, "correct", "store", "pipeline"),
    "amend": (*COMMON, "correct", "store", "sentence", "pipeline", "results"),
    # … and what the extractors use to see figures as they do.
    "reports": (
        *(*COMMON, "correct", "stamps", "extract"),
        *("store", "sparql", "queries", "results", "sentence"),
    ),
    # What is found across documents: reads a store, writes graphs.
    "traces": (*COMMON, "store", "sparql", "sentence", "reports", "graph"),
    # A question in Chinese, answered by queries of its own in the form of a report.
    "ask": (*COMMON, "store", "queries", "reports", "sentence"),
    "export": (*COMMON, "store", "sparql", "sentence", "results"),
    # Upkeep: whether a store is sound.
    "verify": (*COMMON, "store", "ledger", "stamps", "workers"),
    "shapes": ("errors",),
    "validate": (*COMMON, "store", "sparql", "shapes"),
    "push": (*COMMON, "store", "export"),
    "bring": (*COMMON, "store", "ledger", "sparql", "pipeline", "workers"),
    # SPARQL within limits.
    "endpoint": (*COMMON, "store", "sparql", "workers", "results"),
    # What a person sees: what all pages share, and the pages.
    "page": ("errors",),
    "render": (*COMMON, "page", "inspect", "reports", "store", "sparql", "sentence"),
    "search": (*COMMON, "store", "sentence"),
    "serve": (
        *(*COMMON, "page", "render", "reports", "store", "sparql", "queries", "sentence"),
        *("export", "search", "results", "show", "ask", "commands", "endpoint", "workers"),
        # An upload is a build, in a process of its own.
        *("build", "inputs"),
    ),
    # Before the stages: which bytes there are.
    "inputs": (*COMMON, "ledger", "store", "read", "workers"),
    # Builds on many machines: the same listing, reading and bringing in.
    "cluster": (
        *(*COMMON, "build", "inputs", "read", "ledger", "store", "stamps", "fingerprint"),
        *("traces", "workers", "sparql", "prepare"),
    ),
}
STAGES = ("read", "structure", "extract", "resolve", "correct", "measure", "graph")
# pipeline alone knows the order; these stand above it or are its face.
ABOVE_THE_STAGES = {"pipeline", "__init__"}
RDF = {"rdflib", "pyoxigraph", "oxrdflib", "pyshacl"}
WITHOUT_RDF = ("models", "errors", *STAGES, "pipeline")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def files() -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.rglob("*.py")))


def imports(path: Path, top_level_only: bool = False) -> Iterator[str]:
    """Yield every module that a file imports, also those inside its functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_imported(path: Path) -> set[str]:
    known = {part_of(file) for file in files()}
    names = (name.split(".") for name in imports(path))
    return {words[1] for words in names if words[0] == "kg" and words[1] in known}


@pytest.mark.parametrize("part", TABLE)
def test_a_part_imports_only_what_the_table_allows(part: str) -> None:
    own = [path for path in files() if part_of(path) == part]
    assert own, f"kg/{part} is gone: correct the table"
    for path in own:
        extra = parts_imported(path) - {part, *TABLE[part]}
        assert not extra, f"{path.relative_to(ROOT)} imports {sorted(extra)}"


def test_only_the_pipeline_joins_stages() -> None:
    for path in files():
        used = parts_imported(path) & set(STAGES)
        if part_of(path) not in {*STAGES, *ABOVE_THE_STAGES}:
            assert len(used) <= 1, f"{path.relative_to(ROOT)} joins {sorted(used)}"


@pytest.mark.parametrize("part", WITHOUT_RDF)
def test_rdf_stays_at_the_border(part: str) -> None:
    for path in files():
        if part_of(path) == part:
            heads = {name.split(".")[0] for name in imports(path, top_level_only=True)}
            assert not heads & RDF, path.relative_to(ROOT)


@pytest.mark.parametrize("part", STAGES)
def test_stages_import_no_rdf_library_anywhere(part: str) -> None:
    for path in files():
        if part_of(path) == part:
            assert not {name.split(".")[0] for name in imports(path)} & RDF, path.name


def test_extractors_share_no_state() -> None:
    """No module of the stages rebinds a global: one document is a pure function."""
    for path in files():
        if part_of(path) in STAGES:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert not any(isinstance(node, ast.Global) for node in ast.walk(tree)), path.name


@pytest.mark.parametrize(
    "module", ["time", "random", "uuid", "os.environ", "socket", "urllib", "requests"]
)
def test_stages_read_no_clock_no_chance_and_no_network(module: str) -> None:
    for path in files():
        if part_of(path) in STAGES:
            names = set(imports(path))
            assert module not in names and module not in {n.split(".")[0] for n in names}, path.name


def test_every_module_says_what_it_is_for_and_has_a_telling_name() -> None:
    for path in files():
        assert path.stem not in FORBIDDEN_NAMES
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_models_hold_frozen_values() -> None:
    tree = ast.parse((PACKAGE / "models.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            (decorator,) = node.decorator_list
            assert ast.unparse(decorator) == "dataclass(frozen=True, slots=True)", node.name
            assert not any(isinstance(part, ast.FunctionDef) for part in node.body), node.name


def test_no_group_of_an_expression_is_possessive() -> None:
    """Python before 3.11.5, as Debian 12 has it, matches `(…)*+` and `(?>…)` wrongly."""
    group = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            text = text.decode("latin-1") if isinstance(text, bytes) else text
            if isinstance(text, str) and "\n" not in text:
                assert not group.search(text), f"{path.relative_to(ROOT)}: {text}"
