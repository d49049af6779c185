"""Words to what the programme model says of them: the sums of the weights of their features.

The features are those of kg.extract.program_features. What depends on a word alone, wherever it
stands from two before to two after, is summed once for each word; what depends on several is
looked up in tables of their parts of speech and classes, for all words of a document at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from kg.extract.crf import Model
from kg.extract.program_features import (
    Word,
    alone,
    classes,
    coming,
    coming_heads,
    placed,
    rules_at,
)
from kg.models import Mention

if TYPE_CHECKING:
    from kg.extract.crf import Floats, Integers

Numbers = TypeVar("Numbers", "Floats", "Integers")
Line = tuple[str, ...]
Row = tuple[float, ...]
EDGE = 2  # places before the first word and behind the last that are seen as words < and >
_NONE = (0.0, 0.0, 0.0)


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
        self._several = [
            *(_Table(model, name, self._flags) for name in ("p-2,-1", "p-1,0", "p0,+1")),
            *(_Table(model, name, self._classes) for name in _PLACES if name.startswith("b")),
            *(_Table(model, name, self._rules) for name in _PLACES if name.startswith("rule")),
        ]
        self._word = lru_cache(maxsize=50_000)(self._weigh_word)
        self._head = lru_cache(maxsize=5_000)(self._weigh_head)

    def labels(self, sentences: Sequence[tuple[Sequence[Word], Iterable[Mention]]]) -> list[str]:
        """Return the labels of the words of sentences, as a string of O, B and I for each.

        With each sentence come the mentions that the rules read in it.
        """
        import numpy as np

        words: list[Row] = []
        heads: list[Row] = []
        rules: list[int] = []
        begins, ends = [], []
        before, behind = [self._word("<", "<")] * EDGE, [self._word(">", ">")] * EDGE
        outside = [self._rules.get("<")] * EDGE, [self._rules.get(">")] * EDGE
        for found, mentions in sentences:
            begins.append(len(words) + EDGE)
            ends.append(len(words) + EDGE + len(found))
            words += [*before, *(self._word(word.text, word.flag) for word in found), *behind]
            rules += [*outside[0], *map(self._rules.get, rules_at(found, mentions)), *outside[1]]
            heads += [_NONE] * EDGE
            heads += [self._head(*one) for one in coming_heads(found)]
            heads += [_NONE] * EDGE
        if not words:
            return []
        scores = self._scores(np.array(words), np.array(rules), np.array(heads))
        return self._model.decode(scores, begins, ends)

    def _scores(self, words: Floats, rules: Integers, heads: Floats) -> Floats:
        """Return the scores of each place: rows of `words` are what _weigh_word gives."""
        import numpy as np

        scores = heads.copy()
        for number, place in enumerate(range(-EDGE, EDGE + 1)):
            scores += _moved(words[:, number * 3 : number * 3 + 3], place)
        ids = {
            id(self._flags): words[:, -2].astype(np.intp),
            id(self._classes): words[:, -1].astype(np.intp),
            id(self._rules): rules,
        }
        for table in self._several:
            scores += table.of(ids[id(table.ids)])
        return scores

    def _weigh_word(self, text: str, flag: str) -> Row:
        """Return what a word weighs two places behind, one behind, here and so on, and its ids."""
        weights = [self._sum(see(text, flag)) for see in _SEEN]
        ids = self._flags.get(flag), self._classes.get(classes(text)[1])
        return *(one for row in weights for one in row), *map(float, ids)

    def _weigh_head(self, quoted: str, head: str, far: int) -> Row:
        return self._sum(coming(quoted, head, far))

    def _sum(self, features: Iterable[str]) -> Row:
        outside = begin = inside = 0.0
        for feature in features:
            weights = self._model.weights.get(feature)
            if weights is not None:
                outside += weights[0]
                begin += weights[1]
                inside += weights[2]
        return outside, begin, inside


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


class _Ids(dict[str, int]):
    """Values to numbers; what the model does not know is 0."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__((value, number) for number, value in enumerate(values, start=1))

    def get(self, value: str, default: int | None = None) -> int:  # type: ignore[override]
        """Give the number of a value."""
        return super().get(value, 0)


class _Table:
    """The weights of a feature of several words, by their numbers."""

    def __init__(self, model: Model, name: str, ids: _Ids) -> None:
        import numpy as np

        self.ids, self._places = ids, _PLACES[name]
        found = {
            self._key([ids.get(one) for one in feature.removeprefix(f"{name}=").split("|")]): row
            for feature, row in model.weights.items()
            if feature.startswith(f"{name}=")
        }
        self._keys = np.array(sorted(found), np.intp)
        # The last row is for what is not known.
        self._weights = np.array([*(found[key] for key in sorted(found)), _NONE])

    def of(self, numbers: Integers) -> Floats:
        """Give what the words around each place weigh together."""
        import numpy as np

        key = np.zeros(len(numbers), np.intp)
        for place in self._places:
            key = key * (len(self.ids) + 1) + _moved(numbers, place)
        at = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        known = self._keys[at] == key
        weights: Floats = self._weights[np.where(known, at, len(self._keys))]
        return weights

    def _key(self, numbers: Iterable[int]) -> int:
        key = 0
        for number in numbers:
            key = key * (len(self.ids) + 1) + number
        return key


def _moved(values: Numbers, place: int) -> Numbers:
    """Return for each place what stands `place` places behind it; the ends are never looked at."""
    import numpy as np

    moved = np.zeros_like(values)
    if place > 0:
        moved[:-place] = values[place:]
    elif place < 0:
        moved[-place:] = values[:place]
    else:
        moved[:] = values
    return moved
