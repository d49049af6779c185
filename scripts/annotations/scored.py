"""Excerpts annotated by hand scored by the reference's score.py; of names digests are compared."""

from __future__ import annotations

import runpy
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

from annotations import Excerpt, digest, excerpts

# What an excerpt has that is annotated without relations, indicators and metadata.
WHOLE_ONLY = ("Target indicator", "Relation", "Metadata")
HEADLINE = "HEADLINE (mean F1)"

Annotation = dict[str, Any]  # of the shape of gold.json


def figures(reference: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return P, R and F1 by row for each use of the excerpts of the corpus beside a reference.

    The mean of what makes the headline stands where each of its rows was annotated.
    """
    found = [each for each in excerpts(reference.parent / "corpus") if each.annotated != "programs"]
    tallies: dict[str, Any] = {
        use: defaultdict(scorer(reference)["Tally"]) for use in sorted({e.use for e in found})
    }
    with ProcessPoolExecutor() as pool:
        for each, rows in zip(found, pool.map(partial(scored, reference), found), strict=True):
            for row, counts in rows.items():
                tallies[each.use][row].add(*counts)
    read = {use: {row: t.figures() for row, t in rows.items()} for use, rows in tallies.items()}
    for rows in read.values():
        parts = [rows[row]["F1"] for row in scorer(reference)["HEADLINE"] if row in rows]
        if len(parts) == len(scorer(reference)["HEADLINE"]):
            rows[HEADLINE] = {"F1": round(sum(parts) / len(parts), 3)}
    return read


@cache
def scorer(reference: Path) -> dict[str, Any]:
    """Return what score.py defines."""
    return runpy.run_path(str(reference / "score.py"))


def scored(reference: Path, excerpt: Excerpt) -> dict[str, tuple[int, int, int]]:
    """Return by row how much of an excerpt was read right, annotated, and read."""
    from kg.pipeline import process

    score = scorer(reference)
    with tempfile.NamedTemporaryFile("w", suffix=".nq", encoding="utf-8") as graph:
        graph.write(process(excerpt.text.encode(), [excerpt.file]).nquads)
        graph.flush()
        read = score["predicted"](score["load"](Path(graph.name)), excerpt.text)
    tally: Any = defaultdict(score["Tally"])
    score["compare"](annotation(excerpt), digested(read or annotation(None)), tally, [])
    return {
        row: (each.hit, each.gold, each.got)
        for row, each in tally.items()
        if excerpt.annotated == "whole" or not row.startswith(WHOLE_ONLY)
    }


def annotation(excerpt: Excerpt | None) -> Annotation:
    """Return an excerpt's annotation, names as digests; without one that of an empty text."""
    gold: Annotation = {"document": defaultdict(list)}
    gold |= {name: [] for name in ("tasks", "mentions", "targets", "relations")}
    if excerpt is None:
        return gold
    begins = [int(row["begin"]) for row in excerpt.tasks]
    gold["tasks"] = [
        {"begin": begin, "number": "", "title": row["title"]}
        for begin, row in zip(begins, excerpt.tasks, strict=True)
    ]
    gold["mentions"] = [
        {"begin": m.begin, "end": m.end, "type": m.type, "kind": m.kind}
        | {"text": excerpt.text[m.begin : m.end], "canonical": m.name}
        for m in excerpt.mentions
    ]
    gold["targets"] = [
        row
        | {"begin": int(row["begin"]), "end": int(row["end"])}
        | {"text": "", "indicator": pieced(excerpt.text, row["indicator"])}
        for row in excerpt.targets
    ]
    for row in excerpt.relations:
        subject = row["subject"]
        if subject.isdecimal() and int(subject) in begins:
            subject = f"task@{begins.index(int(subject)) + 1}"
        gold["relations"].append(row | {"subject": subject})
    for row in excerpt.fields:
        gold["document"][row["field"]].append(row["value"])
    return gold


def pieced(text: str, pieces: str) -> str:
    """Return the words of a text that pieces name: `12-15 20-24`."""
    edges = (piece.split("-") for piece in pieces.split())
    return "".join(text[int(begin) : int(end)] for begin, end in edges)


def digested(read: Annotation) -> Annotation:
    """Return what was read with digests in the place of names."""
    return read | {
        "mentions": changed(read["mentions"], "canonical"),
        "tasks": changed(read["tasks"], "title"),
        "relations": changed(read["relations"], "object"),
        "document": {
            field: [digest(value) for value in values] for field, values in read["document"].items()
        },
    }


def changed(rows: Iterable[Annotation], field: str) -> list[Annotation]:
    """Return rows with the digest of a field in its place."""
    return [row | {field: digest(row[field])} for row in rows]
