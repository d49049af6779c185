"""Papers to their passages, and passages to those that are alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b

from kg.traces import likeness, titles
from kg.traces.likeness import Block
from kg.traces.memory import Memory, Pair
from kg.traces.papers import Paper
from kg.traces.passages import Letters, Span, clause_of, letters_of

NAME = 8  # bytes of a passage's name: of a million, two have the same once in 30 million stores
Tell = Callable[[int, int], None]  # how many of how many texts are done


class Texts:
    """The letters of papers, and which passages stand where."""

    def __init__(self, papers: Sequence[Paper], tell: Tell) -> None:
        self.letters: list[Letters] = []
        self.passages: list[list[bytes]] = []  # names, in the order of each paper
        self.places: dict[bytes, list[tuple[int, int]]] = defaultdict(list)  # paper, first letter
        self._length: dict[bytes, int] = {}
        for number, paper in enumerate(papers):
            self._read(number, letters_of(paper.text, aside(paper)))
            tell(number + 1, len(papers))

    def words(self, passage: bytes) -> str:
        """Give the letters of a passage."""
        paper, begin = self.places[passage][0]
        return self.letters[paper].text[begin : begin + self._length[passage]]

    def length(self, passage: bytes) -> int:
        """Give how many letters a passage has."""
        return self._length[passage]

    def home(self, passage: bytes) -> int | None:
        """Give the one paper that has a passage; None where several have it."""
        bearers = self.bearers(passage)
        return min(bearers) if len(bearers) == 1 else None

    def bearers(self, passage: bytes) -> set[int]:
        """Give the papers that have a passage."""
        return {paper for paper, _ in self.places[passage]}

    def _read(self, paper: int, letters: Letters) -> None:
        names = []
        for begin, end in letters.passages:
            name = name_of(letters.text[begin:end])
            names.append(name)
            self.places[name].append((paper, begin))
            self._length[name] = end - begin
        self.letters.append(letters)
        self.passages.append(names)


def name_of(words: str) -> bytes:
    """Return the name of a passage."""
    return blake2b(words.encode(), digest_size=NAME).digest()


def aside(paper: Paper) -> Iterator[Span]:
    """Yield what of a text is not compared: names of documents, its own title, targets.

    That two papers promise the same is found by comparing what they promise: 城镇新增就业 stands
    in many, and none has it from the other.
    """
    yield from paper.named
    yield from titles.places(paper.title, paper.text)
    for begin, _ in paper.targets:
        yield clause_of(paper.text, begin)


def alike(texts: Texts, memory: Memory) -> dict[Pair, list[Block]]:
    """Return the common runs of every two passages that are alike, unless in one paper alone."""
    names = sorted(texts.places)
    sketches = signatures(texts, memory)
    known, new = memory.pairs(), dict[Pair, bytes]()
    found: dict[Pair, list[Block]] = {}
    needed: set[Pair] = set()
    homes = [texts.home(name) for name in names]
    for one, other in likeness.candidates([sketches[name] for name in names]):
        if homes[one] is not None and homes[one] == homes[other]:
            continue
        pair = (names[one], names[other]) if one < other else (names[other], names[one])
        packed = known.get(pair)
        if packed is None:
            packed = likeness.pack(likeness.blocks(texts.words(pair[0]), texts.words(pair[1])))
            new[pair] = packed
        needed.add(pair)
        if packed:
            found[pair] = likeness.unpack(packed)
    memory.keep_pairs(new, known.keys() - needed)
    return found


def signatures(texts: Texts, memory: Memory) -> Mapping[bytes, bytes]:
    """Return the signature of each passage; of texts seen before, as they were kept."""
    known, new = memory.signatures(), dict[bytes, bytes]()
    found: dict[bytes, bytes] = {}
    needed: set[bytes] = set()
    for names in texts.passages:
        text = blake2b(b"".join(names), digest_size=NAME * 2).digest()
        needed.add(text)
        kept = known.get(text)
        if kept is None:
            kept = b"".join(
                found.get(name) or likeness.signature(texts.words(name)) for name in names
            )
            new[text] = kept
        for number, name in enumerate(names):
            found[name] = kept[number * likeness.SIGNATURE : (number + 1) * likeness.SIGNATURE]
    memory.keep_signatures(new, known.keys() - needed)
    return found
