"""Words to what the programme model says of them: the sums of the weights of their features.

The features are those of kg.extract.program_features. What depends on a word alone, wherever it
stands from two before to two after, is summed once for each word and kept in a table; what depends
on several words is looked up by their parts of speech and classes. All words of a document are
weighed at once, in numpy: each is the number of its row in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from kg.extract.crf import LABELS, Model
from kg.extract.program_ahead import NOTHING, Ahead, look
from kg.extract.program_features import Words, alone, classes, placed, ruled
from kg.models import Mention

if TYPE_CHECKING:
    from kg.extract.crf import Floats, Integers

Line = tuple[str, ...]
Pair = tuple[str, str]
EDGE = 2  # places before the first word and behind the last that are seen as words < and >
BEFORE, BEHIND = ("<", "<"), (">", ">")
FULL = 50_000  # words in the table, after which the next document begins another
_NONE = (0.0, 0.0, 0.0)
Numbers = TypeVar("Numbers", "Floats", "Integers")
Number = TypeVar("Number", int, "Integers")


class Weigher:
    """Labels words by a model."""

    def __init__(self, model: Model) -> None:
        """Take the weights of a model."""
        self._model = model
        self._flags, self._classes, self._rules = (
            _Ids(_values(model, names))
            for names in (
                ("p-2,-1", "p-1,0", "p0,+1"),
                ("b-1,0", "b0,+1", "b-1,0,+1", "b-2,-1,0"),
                ("rule", "rule-1", "rule+1", "rules"),
            )
        )
        self._of_flags = [_Table(model, name, self._flags) for name in _PLACES if name[0] == "p"]
        self._of_classes = [
            _Table(model, name, self._classes) for name in _PLACES if name[0] == "b"
        ]
        self._of_rules = [_Table(model, name, self._rules) for name in _PLACES if name[0] == "r"]
        self._ahead = Ahead(model)
        self._words = _Words(self._weigh, self._see)

    def labels(self, sentences: Sequence[tuple[Words, Iterable[Mention]]]) -> list[str]:
        """Return the labels of the words of sentences, as a string of O, B and I for each.

        With each sentence come the mentions that the rules read in it.
        """
        if not sentences:
            return []
        if len(self._words) > FULL:
            self._words = _Words(self._weigh, self._see)
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
        return self._model.decode(self._scores(rows, rules), begins, ends)

    def _scores(self, words: Sequence[int], rules: Mapping[int, int]) -> Floats:
        """Return the scores of places; `words` are rows of the table, `rules` what is read there.

        The first places and the last, where no word stands, have none.
        """
        import numpy as np

        rows = np.array(words)
        flags, broad, *looks = self._words.facts[:, rows]
        scores = np.zeros((len(rows), len(LABELS)))
        inner = scores[EDGE:-EDGE]
        inner += self._ahead.weigh(rows, looks, self._words.texts)[EDGE:-EDGE]
        for number, table in enumerate(self._words.weights):
            inner += table[_moved(rows, number - EDGE)]
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

    def _weigh(self, word: Pair) -> list[tuple[float, ...]]:
        """Return what a word weighs two places behind, one behind, here and so on."""
        return [self._model.sum(see(*word)) for see in _SEEN]

    def _see(self, word: Pair) -> tuple[int, ...]:
        """Return the numbers of a word's part of speech and class, and what heads see of it."""
        text, flag = word
        seen = NOTHING if word in (BEFORE, BEHIND) else look(text)
        return self._flags[flag], self._classes[classes(text)[1]], *seen


def _two_before(text: str, _: str) -> Line:
    return f"w-2={text}", f"c-2={classes(text)[0]}", *placed("-2", text)


def _before(text: str, flag: str) -> Line:
    return f"w-1={text}", f"p-1={flag}", f"c-1={classes(text)[0]}", *placed("-1", text)


def _here(text: str, flag: str) -> Line:
    return alone(text, flag)


def _after(text: str, flag: str) -> Line:
    return f"w+1={text}", f"p+1={flag}", f"c+1={classes(text)[0]}", *placed("+1", text)


def _two_after(text: str, _: str) -> Line:
    return f"w+2={text}", f"c+2={classes(text)[0]}"


_SEEN: tuple[Callable[[str, str], Line], ...] = (_two_before, _before, _here, _after, _two_after)
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


def _values(model: Model, names: Iterable[str]) -> list[str]:
    """Return the values that features of some names speak of, sorted."""
    wanted = set(names)
    parted = (feature.partition("=") for feature in model.weights)
    return sorted({one for name, _, value in parted if name in wanted for one in value.split("|")})


class _Words(dict[Pair, int]):
    """Words to their rows in tables that grow with them."""

    def __init__(
        self,
        weigh: Callable[[Pair], list[tuple[float, ...]]],
        see: Callable[[Pair], tuple[int, ...]],
    ) -> None:
        import numpy as np

        super().__init__()
        self._weigh, self._see = weigh, see
        self.texts: list[str] = []
        self.weights = np.zeros((len(_SEEN), 1000, len(LABELS)))
        self.facts = np.zeros((len(see(BEFORE)), 1000), np.intp)

    def __missing__(self, word: Pair) -> int:
        row = self[word] = len(self.texts)
        self.texts.append(word[0])
        if row == len(self.facts[0]):
            self.weights, self.facts = _doubled(self.weights), _doubled(self.facts)
        self.weights[:, row] = self._weigh(word)
        self.facts[:, row] = self._see(word)
        return row


def _doubled(table: Numbers) -> Numbers:
    """Return a table with room for twice as many rows."""
    import numpy as np

    return np.concatenate((table, np.zeros_like(table)), axis=1)


class _Ids(dict[str, int]):
    """Values to numbers; what the model does not know is 0."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__((value, number) for number, value in enumerate(values, start=1))

    def __missing__(self, value: str) -> int:
        return 0


class _Table:
    """The weights of a feature of several words, by their numbers."""

    def __init__(self, model: Model, name: str, ids: _Ids) -> None:
        import numpy as np

        self._places, self._base = _PLACES[name], len(ids) + 1
        found = {
            feature.removeprefix(f"{name}="): weights
            for feature, weights in model.weights.items()
            if feature.startswith(f"{name}=")
        }
        # The first row is for what is not known.
        self._weights = np.array([_NONE, *found.values()])
        self._rows = np.zeros(self._base ** len(self._places), np.int16)
        for row, values in enumerate(found, start=1):
            self._rows[self._key([ids[value] for value in values.split("|")])] = row

    def of(self, numbers: Integers) -> Floats:
        """Give what the words around each place weigh together."""
        weights: Floats = self._weights[
            self._rows[self._key([_moved(numbers, place) for place in self._places])]
        ]
        return weights

    def _key(self, numbers: Sequence[Number]) -> Number:
        key, *others = numbers
        for number in others:
            key = key * self._base + number
        return key


def _moved(values: Integers, place: int) -> Integers:
    """Return for each place but the edges what stands `place` places behind it."""
    return values[EDGE + place : len(values) - EDGE + place]
