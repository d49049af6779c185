"""Words to what the programme model says of them: the sums of the weights of their features.

The features are those of kg.extract.program_features. What depends on a word alone, wherever it
stands from two before to two after, is summed once for each word and kept in a table; what depends
on several words is looked up by their parts of speech and classes. All words of a document are
weighed at once, in numpy: each is the number of its row in the table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from kg.extract.crf import LABELS, Model
from kg.extract.program_ahead import NOTHING, Ahead, look
from kg.extract.program_features import Words, classes, ruled, seen
from kg.models import Mention

if TYPE_CHECKING:
    from kg.extract.crf import Floats, Integers

Pair = tuple[str, str]
Weights = tuple[float, ...]
Named = dict[str, dict[str, Weights]]
EDGE = 2  # places before the first word and behind the last that are seen as words < and >
BEFORE, BEHIND = ("<", "<"), (">", ">")
FULL = 50_000  # words in the table, after which the next document begins another
ALONE = re.compile(r"(?P<name>[a-z]+)(?P<place>[+-]\d)?")  # a feature of one word
# What a name that begins weighs beside what the model says. A model trained for likelihood leaves
# out more names than it makes up: in documents left out of its training P .83, R .68, F1 .744 of
# overlapping spans and .677 of exact ones without it; with it P .80, R .71, F1 .751 and .682
# (0.3 to 1.2 are within .004 of that). `scripts/train --evaluate` measures it.
FAVOUR = 0.6
_NONE = (0.0, 0.0, 0.0)
Numbers = TypeVar("Numbers", "Floats", "Integers")
Number = TypeVar("Number", int, "Integers")


class Weigher:
    """Labels words by a model."""

    def __init__(self, model: Model, favour: float = FAVOUR) -> None:
        """Take the weights of a model, and what a name that begins weighs beside them."""
        self._model, self._favour = model, favour
        named = _by_name(model)
        self._flags, self._of_flags = _tables(named, "p")
        self._classes, self._of_classes = _tables(named, "b")
        self._rules, self._of_rules = _tables(named, "rule")
        self._alone = _Alone(named)
        self._ahead = Ahead(model)
        self._words = self._no_words()
        self._lock = Lock()  # for the tables: a process may read documents in several threads

    def labels(self, sentences: Sequence[tuple[Words, Iterable[Mention]]]) -> list[str]:
        """Return the labels of the words of sentences, as a string of O, B and I for each.

        With each sentence come the mentions that the rules read in it.
        """
        if not sentences:
            return []
        with self._lock:
            scores, begins, ends = self._weigh(sentences)
        scores[:, LABELS.index("B")] += self._favour
        return self._model.decode(scores, begins, ends)

    def _weigh(
        self, sentences: Sequence[tuple[Words, Iterable[Mention]]]
    ) -> tuple[Floats, list[int], list[int]]:
        """Return the scores of places, and between which of them each sentence stands."""
        if len(self._words) > FULL:
            self._words = self._no_words()
        rows: list[int] = []
        rules: dict[int, int] = {}
        begins, ends = [], []
        before, behind = [self._words[BEFORE]] * EDGE, [self._words[BEHIND]] * EDGE
        for found, mentions in sentences:
            rows += before
            begins.append(len(rows))
            for at, what in ruled(found.borders, mentions):
                rules[len(rows) + at] = self._rules[what]
            rows += map(self._words.__getitem__, found.pairs)
            ends.append(len(rows))
            rows += behind
        return self._scores(rows, rules), begins, ends

    def _scores(self, words: Sequence[int], rules: Mapping[int, int]) -> Floats:
        """Return the scores of places; `words` are rows of the table, `rules` what is read there.

        The first places and the last, where no word stands, have none.
        """
        import numpy as np

        self._words.fill()
        rows = np.array(words)
        flags, broad, *looks = self._words.facts.take(rows, axis=1)
        scores = np.zeros((len(rows), len(LABELS)))
        inner = scores[EDGE:-EDGE]
        inner += self._ahead.weigh(rows, looks, self._words.texts)[EDGE:-EDGE]
        for number, table in enumerate(self._words.weights):
            inner += table.take(_moved(rows, number - EDGE), axis=0)
        read = self._read(rows, rules)
        for tables, ids in (
            (self._of_flags, flags),
            (self._of_classes, broad),
            (self._of_rules, read),
        ):
            for several in tables:
                inner += several.of(ids)
        return scores

    def _read(self, rows: Integers, rules: Mapping[int, int]) -> Integers:
        """Return the number of what the rules read at each place."""
        import numpy as np

        read = np.full(len(rows), self._rules[""])
        for edge in (BEFORE, BEHIND):
            read[rows == self._words[edge]] = self._rules[edge[0]]
        read[list(rules.keys())] = list(rules.values())
        return read

    def _no_words(self) -> _Words:
        return _Words(self._alone, self._see)

    def _see(self, word: Pair) -> tuple[int, ...]:
        """Return the numbers of a word's part of speech and class, and what heads see of it."""
        text, flag = word
        ahead = NOTHING if word in (BEFORE, BEHIND) else look(text)
        return self._flags[flag], self._classes[classes(text)[1]], *ahead


class _Alone(dict[Pair, int]):
    """What is seen of one word to its row of weights: two places behind it, one behind and so on.

    w-1=实施 is what 实施 weighs one place behind, w=实施 where it stands. The first row is for what
    the model does not know.
    """

    def __init__(self, named: Named) -> None:
        import numpy as np

        super().__init__()
        rows: list[list[Weights]] = [[_NONE] * (2 * EDGE + 1)]
        for name, values in named.items():
            match = ALONE.fullmatch(name)
            if match is None:
                continue
            place = EDGE + int(match["place"] or 0)
            for value, weights in values.items():
                row = self.setdefault((match["name"], value), len(rows))
                if row == len(rows):
                    rows.append([_NONE] * (2 * EDGE + 1))
                rows[row][place] = weights
        self.weights = np.array(rows)

    def __missing__(self, seen: Pair) -> int:
        return 0


# Features of several words at once → where these words stand.
_PLACES = {
    "p-2,-1": (-2, -1),
    "p-1,0": (-1, 0),
    "p0,+1": (0, 1),
    "b-1,0": (-1, 0),
    "b0,+1": (0, 1),
    "b-1,0,+1": (-1, 0, 1),
    "b-2,-1,0": (-2, -1, 0),
    "rule": (0,),
    "rule-1": (-1,),
    "rule+1": (1,),
    "rules": (-1, 0),
}


def _by_name(model: Model) -> Named:
    """Return the weights of features by their names and values."""
    found: Named = defaultdict(dict)
    for feature, weights in model.weights.items():
        name, _, value = feature.partition("=")
        found[name][value] = weights
    return found


def _tables(named: Named, kind: str) -> tuple[_Ids, list[_Table]]:
    """Return the numbers of what features of a kind speak of, and their tables."""
    names = [name for name in _PLACES if name.startswith(kind)]
    ids = _Ids(one for name in names for value in named[name] for one in value.split("|"))
    return ids, [_Table(named[name], _PLACES[name], ids) for name in names]


class _Words(dict[Pair, int]):
    """Words to their rows in tables that grow with them, when they are filled."""

    def __init__(self, alone: _Alone, see: Callable[[Pair], tuple[int, ...]]) -> None:
        import numpy as np

        super().__init__()
        self._alone, self._see = alone, see
        self.texts: list[str] = []
        self.weights = np.zeros((2 * EDGE + 1, 1000, len(LABELS)))
        self.facts = np.zeros((len(see(BEFORE)), 1000), np.intp)

    def __missing__(self, word: Pair) -> int:
        row = self[word] = len(self)
        return row

    def fill(self) -> None:
        """Weigh the words that are new."""
        import numpy as np

        rows = slice(len(self.texts), len(self))
        new = list(islice(reversed(self), rows.stop - rows.start))[::-1]
        if not new:
            return
        found = [[self._alone[one] for one in seen(*word)] for word in new]
        starts = np.cumsum([0, *map(len, found[:-1])])
        weights = np.add.reduceat(self._alone.weights[list(chain(*found))], starts)
        while rows.stop > len(self.facts[0]):
            self.weights, self.facts = _doubled(self.weights), _doubled(self.facts)
        self.weights[:, rows] = weights.transpose(1, 0, 2)
        self.facts[:, rows] = np.array(list(map(self._see, new))).T
        # Last: where the memory did not suffice for it all, they are still new.
        self.texts += [text for text, _ in new]


def _doubled(table: Numbers) -> Numbers:
    """Return a table with room for twice as many rows."""
    import numpy as np

    return np.concatenate((table, np.zeros_like(table)), axis=1)


class _Ids(dict[str, int]):
    """Values to numbers; what the model does not know is 0."""

    def __init__(self, values: Iterable[str]) -> None:
        super().__init__((value, number) for number, value in enumerate(sorted(set(values)), 1))

    def __missing__(self, value: str) -> int:
        return 0


class _Table:
    """The weights of a feature of several words, by their numbers."""

    def __init__(self, values: Mapping[str, Weights], places: Sequence[int], ids: _Ids) -> None:
        import numpy as np

        self._places, self._base = places, len(ids) + 1
        # The first row is for what is not known.
        self._weights = np.array([_NONE, *values.values()])
        self._rows = np.zeros(self._base ** len(places), np.int16)
        for row, value in enumerate(values, start=1):
            self._rows[self._key([ids[one] for one in value.split("|")])] = row

    def of(self, numbers: Integers) -> Floats:
        """Give what the words around each place weigh together."""
        key = self._key([_moved(numbers, place) for place in self._places])
        return self._weights.take(self._rows.take(key), axis=0)

    def _key(self, numbers: Sequence[Number]) -> Number:
        key, *others = numbers
        for number in others:
            key = key * self._base + number
        return key


def _moved(values: Integers, place: int) -> Integers:
    """Return for each place but the edges what stands `place` places behind it."""
    return values[EDGE + place : len(values) - EDGE + place]
