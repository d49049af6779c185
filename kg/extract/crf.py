"""A model that CRFsuite has trained, a linear-chain CRF, to the labels of sequences.

CRFsuite's own tagger takes each feature of each word as a string. Here the weights of a word's
features are summed beforehand (kg.extract.program_weights) and all sentences of a document are
decoded at once, in numpy. A test compares the labels with those that CRFsuite gives.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.intp]

LABELS = "OBI"  # outside, the first word of a name, another word of it

# The parts of CRFsuite's file, little-endian: where what stands; a weight; a feature's name in
# its dictionary (a constant database, CQDB).
_HEADER = struct.Struct("<4sI4s9I")
_PART = struct.Struct("<4s2I")
_WEIGHT = struct.Struct("<3Id")
_DICTIONARY = struct.Struct("<4s5I")
_RECORD = struct.Struct("<II")
_NUMBER = struct.Struct("<I")
_STATE = 0  # a weight of a feature; 1 is one of a label after another


class Model:
    """The weights of features, and of one label after another."""

    def __init__(self, content: bytes) -> None:
        """Read a model as CRFsuite writes it; raises ValueError where it is none of O, B and I."""
        if content[:4] != b"lCRF" or len(content) < _HEADER.size:
            raise ValueError("not a model of CRFsuite")
        weights_at, labels_at, features_at = _HEADER.unpack_from(content)[7:10]
        names = [name for _, name in sorted(_dictionary(content, labels_at))]
        if sorted(names) != sorted(LABELS):
            raise ValueError(f"a model of the labels {names}, not of {LABELS}")
        place = [LABELS.index(name) for name in names]
        features = dict(_dictionary(content, features_at))
        state = {index: [0.0, 0.0, 0.0] for index in features}
        self.transitions = [[0.0, 0.0, 0.0] for _ in LABELS]  # from, to
        for kind, source, target, weight in _weights(content, weights_at):
            row = state[source] if kind == _STATE else self.transitions[place[source]]
            row[place[target]] = weight
        self.weights = {name: tuple(state[index]) for index, name in features.items()}

    def sum(self, features: Iterable[str]) -> tuple[float, float, float]:
        """Return what features weigh together, for each label."""
        outside = begin = inside = 0.0
        for weights in filter(None, map(self.weights.get, features)):
            outside += weights[0]
            begin += weights[1]
            inside += weights[2]
        return outside, begin, inside

    def decode(self, scores: Floats, begins: Sequence[int], ends: Sequence[int]) -> list[str]:
        """Return the most likely labels of sequences as strings: rows `begins` to `ends` of scores.

        Viterbi's algorithm, a step for all sequences at once; the longest come first, so that
        those that go on are always the first.
        """
        import numpy as np

        lengths = np.asarray(ends, np.intp) - np.asarray(begins, np.intp)
        order = np.argsort(-lengths, kind="stable")
        first, lengths = np.asarray(begins, np.intp)[order], lengths[order]
        # How many sequences have a word at each step; the places of all steps, one by one.
        going = np.searchsorted(-lengths, -np.arange(lengths.max(initial=0)), side="left")
        step = np.repeat(np.arange(len(going)), going)
        starts = np.cumsum(going) - going
        places = first[np.arange(len(step)) - starts[step]] + step
        steps = [
            slice(at, at + number)
            for at, number in zip(starts.tolist(), going.tolist(), strict=True)
        ]
        found = np.zeros(len(scores), np.intp)
        found[places] = self._best(scores.take(places, axis=0).T, steps)
        text = np.frombuffer(LABELS.encode(), np.uint8)[found].tobytes().decode()
        return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]

    def _best(self, scores: Floats, steps: Sequence[slice]) -> Integers:
        """Return the numbers of the most likely labels of places that follow in steps.

        The scores, and all else here, by label first: numpy is slow where the last axis is short.
        """
        import numpy as np

        transitions = np.asarray(self.transitions)[:, :, None]  # from, to
        best = np.ascontiguousarray(scores)
        pairs = [
            (slice(here.start, here.start + after.stop - after.start), after)
            for here, after in pairwise(steps)
        ]
        for here, after in pairs:
            best[:, after] += (best[:, None, here] + transitions).max(axis=0)
        # From which label each label is reached, for all steps at once.
        ways = (best[:, None] + transitions).argmax(axis=0).T.ravel()
        rows = np.arange(0, ways.size, len(LABELS))
        found: Integers = best.argmax(axis=0)  # this stays where a sequence ends
        for here, after in reversed(pairs):
            found[here] = ways.take(rows[here] + found[after])
        return found


def _dictionary(content: bytes, at: int) -> Iterator[tuple[int, str]]:
    """Yield what a dictionary names, with its number."""
    *_, number, offsets = _DICTIONARY.unpack_from(content, at)
    for index in range(number):
        (record,) = _NUMBER.unpack_from(content, at + offsets + index * _NUMBER.size)
        if record:
            _, size = _RECORD.unpack_from(content, at + record)
            begin = at + record + _RECORD.size
            yield index, content[begin : begin + size - 1].decode()  # it ends with a NUL


def _weights(content: bytes, at: int) -> Iterator[tuple[int, int, int, float]]:
    """Yield kind, source, label and weight of each feature that has one."""
    _, _, number = _PART.unpack_from(content, at)
    begin = at + _PART.size
    yield from _WEIGHT.iter_unpack(content[begin : begin + number * _WEIGHT.size])
