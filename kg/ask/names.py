"""What a question names, by the store's own labels."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from kg.ask.filled import filled
from kg.ask.model import Named
from kg.ask.wording import words
from kg.store import Store
from kg.vocabulary import automaton, short_name
from kg.vocabulary import words as listed_words

KINDS = ("PolicyDocument", "Agency", "Region", "Program")  # of two of one name the first is meant
_QUOTES = str.maketrans("", "", "“”\"'‘’『』「」")
_LEVELS = {
    "Province": "province",
    "Prefecture": "prefecture",
    "County": "county",
    "Township": "township",
}


def plain(text: str) -> str:
    """Give a text in the form in which names are compared: half width, no quotation marks."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTES)


def named(store: Store, question: str, written: str) -> tuple[Named, ...]:
    """Give what a question names, the longest name at each place, in its order.

    `question` is plain; `written` as the user wrote it, since labels may hold full-width signs.
    """
    labels: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for kind, label, iri, name in (
        *_things(store, f"{question}\n{written}"),
        *_places(store, question),
    ):
        labels[plain(label)][kind][iri] = name
    labels.pop("", None)
    return tuple(_spans(question, labels))


def _spans(question: str, labels: Mapping[str, Mapping[str, dict[str, str]]]) -> Iterator[Named]:
    known = tuple(sorted(labels))
    if not known:
        return
    for index, begin, end in automaton(known).find_matches_as_indexes(question):
        kinds = labels[known[index]]
        kind = next(kind for kind in KINDS if kind in kinds)
        yield Named(kind, question[begin:end], begin, end, tuple(sorted(kinds[kind].items())))


def _things(store: Store, text: str) -> Iterator[tuple[str, str, str, str]]:
    for row in store.select(filled("ask-names", {"question": text})):
        if row["kind"] in KINDS and len(row["label"]) > 1 and not _asks(plain(row["label"])):
            yield row["kind"], row["label"], row["node"], row["name"]


def _asks(label: str) -> bool:
    """Tell labels that are words of questions: a programme called 文件 is not meant by 哪些文件."""
    classes = ("lead", "support", "task", "document", "target", "state", "mention", "level")
    return any(label in words(name) for name in (*classes, "finish", "practice", "implement"))


def _places(store: Store, question: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the places by what they are called for short: 温岭 for 温岭市."""
    rows = store.select(filled("ask-places", {"question": question}))
    found: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    for row in rows:
        for label in {row["name"], short_name(row["name"], _LEVELS.get(row["rank"], ""))}:
            if label in question and (label == row["name"] or not is_word(label)):
                found[label].append((row["region"], row["name"], bool(row["documents"])))
    for label, regions in found.items():
        for iri, name, _ in _preferred(regions):
            yield "Region", label, iri, name


def _preferred(regions: list[tuple[str, str, bool]]) -> Iterable[tuple[str, str, bool]]:
    """Give those of one name whose documents are held, or all where none are."""
    return [one for one in regions if one[2]] or regions


def is_word(label: str) -> bool:
    """Tell short names that are words of plans: 新建区 is called 新建, 振兴区 振兴."""
    everyday = ("verbs.tsv", "ambiguous_places.tsv")
    return len(label) < 2 or any(label in listed_words(table) for table in everyday)


def lookup(store: Store, kind: str, part: str) -> tuple[tuple[str, str], ...]:
    """Give the things of a kind (IRI, name) whose label is the words, or else holds them."""
    rows = store.select(filled("ask-labels", {"words": part, "kind": kind}))
    same = [row for row in rows if plain(row["label"]) == plain(part)]
    return tuple(sorted({(row["node"], row["name"] or row["label"]) for row in same or rows}))


def indicators(store: Store, part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the indicators of a name with those that are narrower, and others that hold it.

    Where none has the name the first tuple is empty.
    """
    rows = store.select(filled("ask-labels", {"words": part, "kind": "Indicator"}))
    same = {row["name"] for row in rows if plain(row["label"]) == plain(part)}
    below = {row["name"] for row in rows if row["above"] in same}
    others = {row["name"] for row in rows} - same - below
    return tuple(sorted(same | (below if same else set()))), tuple(sorted(others))
