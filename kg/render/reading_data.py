"""Readings to what the page of the graph holds of them: JSON, as many as a budget allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg.page import as_json
from kg.render.links import digest_of
from kg.render.marked import UNSEEN
from kg.render.reading import LAYERS, Fact, Part, Reading, read_readings
from kg.render.reading_lines import looks_of, sentence_ends
from kg.render.subgraph import Select, read_sources

BUDGET = 12_000_000  # bytes: some 430 plans of 6,500 characters with what was read in them

Numbers = Mapping[str, int]  # of the page's entities, by IRI


def embed_texts(
    select: Select, numbers: Numbers, ranks: Mapping[str, int], budget: int | None = BUDGET
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a page says of the texts of its documents, and the texts by their elements' ids.

    `ranks` says of each document how much it is tied to: the texts of those most tied come first,
    until the budget of bytes is spent. What is said: of each text the number of its document, its
    characters, and whether the page holds it. With None nothing is said: the texts are
    elsewhere.
    """
    if budget is None:
        return {"layers": LAYERS, "documents": {}}, {}
    held = [(document, source) for document, source in read_sources(select) if document in ranks]
    held.sort(key=lambda pair: (-ranks[pair[0]], pair))
    readings = read_readings(select, (source for _, source in held))
    elements: dict[str, Any] = {}
    documents: dict[str, tuple[int, int, int]] = {}
    for document, source in held:
        digest = digest_of(source)
        if digest in documents or source not in readings:
            continue
        row = reading_row(readings[source], numbers)
        size = len(as_json(row).encode())
        fits = size <= budget
        documents[digest] = (numbers[document], len(readings[source].text), int(fits))
        if fits:
            budget -= size
            elements[f"text-{digest}"] = row
    return {"layers": LAYERS, "documents": documents}, elements


def reading_row(reading: Reading, numbers: Numbers) -> dict[str, Any]:
    """Return a reading as the page's script takes it; entities are numbers of the page, or -1."""
    tasks = {part.node: number for number, part in enumerate(reading.parts)}
    return {
        "title": _shown(reading.title),
        "file": _shown(reading.file),
        "imprint": _shown(" · ".join(filter(None, (reading.number, reading.issued)))),
        "document": numbers.get(reading.document, -1),
        "text": _shown(reading.text),
        "ends": sentence_ends(reading),
        "looks": sorted(looks_of(reading).items()),
        "marks": [
            (
                LAYERS.index(mark.layer),
                mark.begin,
                mark.end,
                numbers.get(mark.entity, -1),
                mark.fact,
            )
            for mark in reading.marks
        ],
        "facts": [_fact_row(fact, numbers, tasks) for fact in reading.facts],
        "parts": [_part_row(part, numbers) for part in reading.parts],
    }


def _fact_row(fact: Fact, numbers: Numbers, tasks: Mapping[str, int]) -> Sequence[Any]:
    there = fact.there and (digest_of(fact.there.source), fact.there.begin, fact.there.end)
    named = [numbers[iri] for iri in (fact.node, *fact.entities) if iri in numbers]
    task = tasks.get(fact.task, -1)
    return (
        *(fact.kind, fact.begin, fact.end, fact.word, _shown(fact.value), fact.note),
        *(named, task, there or 0),
    )


def _part_row(part: Part, numbers: Numbers) -> Sequence[Any]:
    return (
        *(part.kind, part.begin, part.end, part.head, part.level),
        *(_shown(part.number), _shown(part.title), numbers.get(part.node, -1)),
    )


def _shown(text: str) -> str:
    """Return text as it can be shown; each character becomes one, for offsets count them."""
    return text.translate(UNSEEN)
