"""What stands of a store's papers, and a few new ones, to the traces that follow.

What is found of a paper follows from all others, but most of them say nothing of it. So of new
papers it is asked whom they concern: who shares a passage with them that is no formula, cites
them or bears their title; and of which passages it changes whether they are formula. These papers
alone are compared again, with those that concern them.

Whatever is not simply more than there was (a document that has gone, or reads otherwise, a graph
changed by hand) is left to the computation of everything (kg.traces.compare).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import product
from typing import Generic, TypeVar

from kg.models import DocumentGraph
from kg.reports.holdings import places
from kg.store import ONTOLOGY, TRACES, Store, traces_of
from kg.traces import bands, likeness, titles
from kg.traces.compare import AGAIN, Found, turned
from kg.traces.echoes import cited_echoes, echo_of, takes_up
from kg.traces.facts import Echo
from kg.traces.formulas import SAID, is_formula, is_nobodys, kinds_of
from kg.traces.graph import graph_of
from kg.traces.kinship import Family, Kinship, Subjects, families_of, names_of, tells_apart
from kg.traces.likeness import Block
from kg.traces.meetings import Meeting
from kg.traces.papers import LOT, Paper, papers_of, texts_of
from kg.traces.passages import letters_of
from kg.traces.standing import Record, Standing, changed_regions, record_of, regions_json
from kg.traces.texts import aside, name_of
from kg.traces.told import is_strange, told_by, within

FEW = 40  # new papers that are always few
SHARE = 2  # and where there are more, if all are at least so many times as many
K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Renewed:
    """What has been compared again."""

    compared: int
    graphs: list[DocumentGraph]  # of the papers compared, an empty one where nothing is found


class _TooMuch(Exception):
    """What has changed is not simply more than there was, or too much of it."""


def compare_new(store: Store, standing: Standing) -> Renewed | None:
    """Return the traces of the papers that new documents concern; None where all are to be made.

    Both are brought up to date in `standing`, whose transaction is the caller's.
    """
    try:
        return _Renewal(store, standing).done()
    except _TooMuch:
        return None


def digests(store: Store) -> Iterator[tuple[str, str, str]]:
    """Yield each source with the digests of its graph and of its traces, as the manifest has."""
    manifest = store.manifest()
    for name, entry in manifest.items():
        if _is_source(store, name):
            traces = manifest.get(traces_of(name))
            yield name, entry.digest, traces.digest if traces is not None else ""


def _is_source(store: Store, name: str) -> bool:
    return name.startswith(f"{store.base}source/") and not name.endswith(TRACES)


def _holds_more(store: Store) -> bool:
    """Tell whether a store holds what no document says alone."""
    names = store.manifest().keys()
    return bool(store.changed().keys() - {ONTOLOGY}) or any(
        name != ONTOLOGY and not _is_source(store, name) and name.removesuffix(TRACES) not in names
        for name in names
    )


class _Renewal:
    """One update: what is new, whom it concerns, and what follows."""

    def __init__(self, store: Store, standing: Standing) -> None:
        self._store, self._standing = store, standing
        self._numbers: dict[str, int] = {}  # of sources
        self._stray: set[int] = set()  # papers whose traces are not those that were noted
        new = self._find_new()
        self._regions = places(store)
        self._new = papers_of(store, new, self._regions)
        self._first = max(self._numbers.values(), default=-1) + 1
        numbers = range(self._first, self._first + len(self._new))
        self._numbers.update(zip((paper.source for paper in self._new), numbers, strict=True))
        self._whole = set(numbers) | self._stray  # papers to be compared again with all others
        self._partly: dict[int, set[int]] = defaultdict(set)  # and those with some others alone
        self._shown = set[int]()  # papers whose graphs are made again
        self._ids: dict[bytes, tuple[int, int, bool, bool]] = {}
        self._before: dict[int, Paper] = {}  # as papers read that read otherwise now

    def done(self) -> Renewed:
        """Return what follows."""
        reread = self._reread()
        self._is_much(len(self._whole))
        stems = self._standing.stems()
        self._put_in()
        moved = self._add_kin(stems)
        self._is_much(len(self._whole))
        touched = self._touched(reread | moved)
        self._add_formula(touched | self._repair())
        self._is_much(len(self._whole))
        self._add_met(reread)
        self._meet()
        self._is_much(len(self._whole | self._shown))
        return self._compared()

    # -- what is new -----------------------------------------------------------------------

    def _find_new(self) -> list[str]:
        store, noted, new = self._store, self._standing.noted(), list[str]()
        if not noted or _holds_more(store):
            raise _TooMuch
        for source, digest, traces in digests(store):
            number, before, found = noted.pop(source, (-1, "", ""))
            if number < 0:
                new.append(source)
                continue
            self._numbers[source] = number
            if digest != before:
                raise _TooMuch
            if traces != found:
                self._stray.add(number)
        if noted or len(self._standing.records(self._stray)) < len(self._stray):
            raise _TooMuch
        self._is_much(len(new))
        if new and is_strange(store, new):
            raise _TooMuch
        return new

    def _is_much(self, some: int) -> None:
        if some > FEW and some * SHARE > len(self._numbers):
            raise _TooMuch

    def _reread(self) -> set[int]:
        """Take up what new graphs say of papers held; return of which their records change."""
        now = regions_json(self._regions)
        regions = changed_regions(self._standing.told("regions"), now)
        self._standing.tell("regions", now)
        new = [paper.source for paper in self._new]
        told = told_by(self._store, new) if new else set()
        if regions:
            told |= within(self._store, regions)
        held = sorted(told & self._numbers.keys() - set(new))
        found = {self._numbers[one.source]: one for one in self._read(held)}
        before = self._standing.records(found)
        changed = set()
        for number, paper in found.items():
            record = record_of(paper)
            if number not in before:
                raise _TooMuch
            if record != before[number]:
                if _base(record) != _base(before[number]):
                    raise _TooMuch  # it has another subject, or other letters of its text count
                self._standing.rewrite(number, record)
                self._before[number] = before[number].paper
                changed.add(number)
        self._whole |= changed
        return changed

    def _read(self, sources: Sequence[str]) -> list[Paper]:
        return papers_of(self._store, sources, self._regions)

    # -- passages --------------------------------------------------------------------------

    def _put_in(self) -> None:
        """Put in the new papers, their passages and the pairs of these."""
        standing, fresh = self._standing, list[tuple[int, bytes]]()
        ((last,),) = standing.ask("SELECT COALESCE(MAX(id), -1) FROM passages")
        self._signed: dict[bytes, bytes] = {}
        for number, paper in enumerate(self._new, self._first):
            letters = letters_of(paper.text, aside(paper))
            names = [name_of(letters.text[begin:end]) for begin, end in letters.passages]
            standing.put(number, paper, names, letters)
            for name, (begin, end) in zip(names, letters.passages, strict=True):
                words = letters.text[begin:end]
                self._signed.setdefault(name, likeness.signature(words))
                if standing.passage(name) is None:
                    last += 1
                    standing.rows.execute(
                        "INSERT INTO passages VALUES (?, ?, ?, ?, 0)",
                        (last, name, end - begin, is_formula(words)),
                    )
                    fresh.append((last, self._signed[name]))
                standing.rows.execute(
                    "INSERT OR IGNORE INTO places VALUES (?, ?, ?)",
                    (self._passage(name)[0], number, begin),
                )
            self._keep_signatures(names)
        bands.add(standing.rows, fresh)
        self._fresh = {passage for passage, _ in fresh}
        self._groups: dict[int, set[int]] = {}

    def _keep_signatures(self, names: Sequence[bytes]) -> None:
        text = blake2b(b"".join(names), digest_size=16).digest()
        signatures = b"".join(self._signed[name] for name in names)
        self._standing.rows.execute(
            "INSERT OR REPLACE INTO signatures VALUES (?, ?)", (text, signatures)
        )

    def _passage(self, name: bytes) -> tuple[int, int, bool, bool]:
        if name not in self._ids:
            found = self._standing.passage(name)
            assert found is not None
            self._ids[name] = found
        return self._ids[name]

    def _groups_of(self, signatures: Iterable[bytes]) -> None:
        """Read which passages have the bands of some signatures."""
        keys = {key for signature in signatures for key in bands.keys_of(signature)}
        self._groups.update(bands.members(self._standing.rows, keys - self._groups.keys()))

    def _repair(self) -> set[bytes]:
        """Bring pairs up to date; return the passages of those that have come or gone."""
        asked = dict(self._signed)
        self._groups_of(self._signed.values())
        for signature in self._signed.values():
            for key in bands.keys_of(signature):
                group = self._groups[key]
                # Of what has become the row of a form the pairs are not looked at any more.
                if len(group - self._fresh) <= likeness.FORM < len(group):
                    for one in group - self._fresh:
                        other = self._name(one)
                        if other not in asked:
                            asked[other] = self._standing.signature(one)
        self._groups_of(asked.values())
        return {name for one, signed in asked.items() for name in self._pair(one, signed)}

    def _name(self, passage: int) -> bytes:
        ((name,),) = self._standing.ask("SELECT name FROM passages WHERE id = ?", passage)
        return bytes(name)

    def _pair(self, name: bytes, signature: bytes) -> Iterator[bytes]:
        """Bring the pairs of a passage up to date; yield the passages of those that changed."""
        standing, own = self._standing, self._passage(name)[0]
        groups = (self._groups[key] for key in bands.keys_of(signature))
        meeting = set().union(*(group for group in groups if len(group) <= likeness.FORM)) - {own}
        home = standing.bearers(own)
        wanted = {
            self._name(one)
            for one in meeting
            if len(home) > 1 or standing.bearers(one) != home  # not in one paper alone
        }
        held = {(a, b): packed for a, b, packed in list(standing.pairs(name))}
        now = {(min(name, one), max(name, one)) for one in wanted}
        for pair in sorted(held.keys() - now):
            standing.rows.execute("DELETE FROM pairs WHERE one = ? AND other = ?", pair)
            yield from self._changed(pair, held[pair])
        for pair in sorted(now - held.keys()):
            packed = likeness.pack(likeness.blocks(*map(self._words, pair)))
            standing.rows.execute("INSERT INTO pairs VALUES (?, ?, ?)", (*pair, packed))
            yield from self._changed(pair, packed)

    def _changed(self, pair: tuple[bytes, bytes], packed: bytes) -> Iterable[bytes]:
        """Have papers that a pair joins compared again, unless one of them is new."""
        if not packed:
            return ()
        old = [self._standing.bearers(self._passage(one)[0]) - self._all_new for one in pair]
        self._add_pairs(*old)
        return pair

    def _add_pairs(self, some: set[int], others: set[int]) -> None:
        """Have papers compared again with each of the others."""
        for one in some if others else ():
            self._partly[one] |= others
        for one in others if some else ():
            self._partly[one] |= some

    @property
    def _all_new(self) -> set[int]:
        return set(range(self._first, self._first + len(self._new)))

    def _words(self, name: bytes) -> str:
        passage, length, _, _ = self._passage(name)
        return self._standing.words(passage, length)

    # -- kinship ---------------------------------------------------------------------------

    def _add_kin(self, before: set[str]) -> set[int]:
        """Add papers that cite new ones; return those of which the subject is another now."""
        standing = self._standing
        self._family = families_of(standing.stems())
        self._by_root = defaultdict[str, list[str]](list)
        for stem, root in self._family.items():
            self._by_root[root].append(stem)
        for key, led in self._keys().items():
            citing = standing.citing(key)
            if led:  # a title that told a paper from others, and does no more
                self._whole |= citing.keys() | led
            for iri in {iri for iris in citing.values() for iri in iris}:
                self._shown |= self._built_on(iri)
        earlier, roots = families_of(before), defaultdict[str, set[str]](set)
        for stem, root in earlier.items():
            roots[self._family[stem]].add(root)
        joined = {root for root, parts in roots.items() if len(parts) > 1}
        moved = {
            number
            for stem in earlier
            if self._family[stem] in joined
            for number in standing.with_stem(stem)
        }
        self._whole |= moved
        return moved

    def _keys(self) -> dict[str, set[int]]:
        """Give what leads elsewhere now: IRIs, and titles with the one paper that they led to."""
        standing, keys = self._standing, dict[str, set[int]]()
        named = standing.ask("SELECT document, named FROM held WHERE number >= ?", self._first)
        for document, name in named:
            if standing.with_document(document) <= self._all_new:
                keys[document] = set()
            held = standing.with_name(name) - self._all_new
            if len(held) <= 1 and tells_apart(name):
                keys[name] = held
        return keys

    def _built_on(self, iri: str) -> set[int]:
        """Give the papers on whose subject is what they cite; no other says that it is held."""
        found = self._standing.records(self._standing.citing(iri))
        return {number for number, record in found.items() if _is_built_on(record.paper, iri)}

    # -- formula ---------------------------------------------------------------------------

    def _touched(self, changed: set[int]) -> set[bytes]:
        """Return the passages of new papers, and of those whose subject or place is another."""
        names = {name for number in changed for name in self._standing.names(number)}
        return names | self._signed.keys()

    def _add_formula(self, touched: set[bytes]) -> None:
        """Find of which passages it changes whether they are formula; add who has them."""
        standing = self._standing
        # Of passages like these, those of which these count to who says them.
        near = {
            other
            for name in touched
            for other, same in standing.alike_letters(name)
            if other not in touched and same >= SAID * self._passage(other)[1]
        }
        bearers: _Lazily[bytes, set[int]] = _Lazily(
            lambda name: standing.bearers(self._passage(name)[0])
        )
        told = standing.subjects()
        last = max(told, default=-1) + 1
        provinces, stems = (
            [told.get(number, ("", ""))[side] for number in range(last)] for side in (0, 1)
        )
        subjects = Subjects(provinces, stems, self._family)
        for name in sorted(touched | near):
            passage, length, is_phrase, was = self._passage(name)
            also = (one for one, same in standing.alike_letters(name) if same >= SAID * length)
            papers = bearers[name].union(*(bearers[one] for one in also))
            now = is_phrase or is_nobodys(papers, subjects)
            if now != was:
                standing.rows.execute(
                    "UPDATE passages SET formula = ? WHERE id = ?", (now, passage)
                )
                self._ids[name] = (passage, length, is_phrase, now)
                if passage not in self._fresh:
                    self._add_bearers(name)

    def _add_bearers(self, name: bytes) -> None:
        """Have all papers compared again that have a passage, or one like it."""
        bearers = self._standing.bearers(self._passage(name)[0])
        self._whole |= bearers
        for other, _ in self._standing.alike_letters(name):
            self._add_pairs(self._standing.bearers(self._passage(other)[0]), bearers)

    # -- whom it concerns ------------------------------------------------------------------

    def _add_met(self, reread: set[int]) -> None:
        """Add the papers that what is new concerns, or what reads otherwise: now, or before."""
        new = self._all_new
        met = {number: set(self._met(number)) | self._namesakes(number) for number in new | reread}
        known = sorted(met.keys() | new.union(*met.values()))
        papers = self._light(known)
        at = {number: index for index, number in enumerate(known)}
        places = [(number, at[number]) for number in sorted(met)]
        for number, paper in self._before.items():
            places.append((number, len(papers)))
            papers.append(paper)
        kinship = Kinship(papers, self._family, self._standing)
        for number, place in places:
            for other in met[number]:
                pair = at[other], place
                if kinship.concerns(place, at[other]):
                    self._partly[other].add(number)
                    if number in reread:  # by its date it may stand elsewhere among others
                        self._shown.add(other)
                if kinship.have_like_stems(*pair) and takes_up(papers, kinship, *pair):
                    self._shown.add(other)

    def _light(self, numbers: Sequence[int]) -> list[Paper]:
        records = self._standing.records(numbers)
        return [records[number].paper for number in numbers]

    def _namesakes(self, number: int) -> set[int]:
        """Give the papers whose titles are like that of a paper."""
        ((own,),) = self._standing.ask("SELECT stem FROM held WHERE number = ?", number)
        if not own:
            return set()
        root = self._family[own]
        like = [stem for stem in self._by_root[root] if titles.likeness(own, stem)]
        return {one for stem in like for one in self._standing.with_stem(stem)} - {number}

    def _met(self, number: int) -> Mapping[int, list[Block]]:
        """Give the papers that share words with a paper, with their common runs."""
        found: dict[int, list[Block]] = defaultdict(list)
        for name in dict.fromkeys(self._standing.names(number)):
            passage, length, _, is_said = self._passage(name)
            if is_said:
                continue
            own, others = self._apart(passage, number)
            for at, (other, there) in product(own, others):
                found[other].append((at, there, length))
            for like, blocks, is_first in self._standing.alike(name):
                near = self._passage(like)
                if near[3]:
                    continue
                runs = blocks if is_first else turned(blocks)
                for at, (other, there) in product(own, self._apart(near[0], number)[1]):
                    found[other] += [(at + i, there + j, size) for i, j, size in runs]
        return found

    def _apart(self, passage: int, number: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Give the first places of a passage in a paper, and in the others."""
        own, others, seen = list[int](), list[tuple[int, int]](), defaultdict[int, int](int)
        for paper, begin in self._standing.where(passage):
            seen[paper] += 1
            if seen[paper] > AGAIN:
                continue
            if paper == number:
                own.append(begin)
            else:
                others.append((paper, begin))
        return own, others

    # -- what follows ----------------------------------------------------------------------

    def _meet(self) -> None:
        """Compare papers again; of the others, what two have shown stands."""
        partly = {number: self._partly[number] for number in self._partly.keys() - self._whole}
        again = self._whole.union(*partly.values())
        met = {number: self._met(number) for number in sorted(again)}
        known = again.union(partly, *(met[number] for number in self._whole))
        compared = self._comparing(known)
        for number in self._whole:
            self._standing.meet(number, compared.meetings(number, met[number]))
        for number, others in partly.items():
            blocks = {one: turned(met[one].get(number, ())) for one in others - {number}}
            found = [one for one in self._standing.met(number) if one.other not in others]
            found += compared.meetings(number, {one: both for one, both in blocks.items() if both})
            if self._standing.meet(number, found):
                self._shown.add(number)

    def _comparing(self, known: Iterable[int]) -> _Comparing:
        records = self._standing.records(known)
        return _Comparing(self._standing, records, self._family, self._kinds)

    def _compared(self) -> Renewed:
        again = sorted(self._standing.records(self._whole | self._shown))
        met = {number: self._standing.met(number) for number in again}
        like = {number: self._namesakes(number) for number in again}
        known = set(again).union(*like.values())
        known.update(one.other for some in met.values() for one in some)
        compared = self._comparing(known)
        graphs = []
        for first in range(0, len(again), LOT):
            some = {number: compared.records[number].paper for number in again[first : first + LOT]}
            texts = texts_of(self._store, [paper.source for paper in some.values()])
            for number, bare in some.items():
                paper = self._standing.with_places(number, replace(bare, text=texts[bare.source]))
                graphs.append(compared.graph(number, paper, met[number], like[number]))
        return Renewed(len(graphs), graphs)

    def _kinds(self, number: int) -> bytearray:
        standing = self._standing
        said = [self._passage(name)[3] for name in standing.names(number)]
        return kinds_of(standing.letters(number), said)


class _Comparing:
    """Papers that are compared, by their numbers."""

    def __init__(
        self,
        standing: Standing,
        records: Mapping[int, Record],
        family: Family,
        kinds: Callable[[int], bytearray],
    ) -> None:
        self.records = records
        numbers = sorted(records, key=lambda number: records[number].paper.source)
        self._numbers, self._at = numbers, {number: at for at, number in enumerate(numbers)}
        self._papers = [records[number].paper for number in numbers]
        self._kinship = Kinship(self._papers, family, standing)
        self._found = Found(
            self._papers,
            _Texts(standing, numbers),
            self._kinship,
            _Lazily(lambda at: kinds(numbers[at])),
        )

    def meetings(self, number: int, met: Mapping[int, Sequence[Block]]) -> Iterator[Meeting]:
        """Yield what a paper has met of the others that share words with it."""
        one = self._at[number]
        for other, blocks in met.items():
            if self._kinship.concerns(self._at[other], one):
                for paper, meeting in self._found.follow(one, self._at[other], blocks):
                    if paper == one:
                        yield replace(meeting, other=other)

    def graph(
        self, number: int, paper: Paper, met: Iterable[Meeting], like: Iterable[int]
    ) -> DocumentGraph:
        """Return the graph of a paper that has met others."""
        one = self._at[number]
        self._found.met[one] = [replace(each, other=self._at[each.other]) for each in met]
        traces = self._found.traces(one, paper, list(self._heard(number, like)))
        return graph_of(traces, self._papers, paper)

    def _heard(self, number: int, like: Iterable[int]) -> Iterator[Echo]:
        """Yield the echoes of a paper whose title is like that of others."""
        papers, kinship, later = self._papers, self._kinship, self._at[number]
        title = self.records[number].title
        for other in like:
            pair = later, self._at[other]
            if kinship.have_like_stems(*pair) and takes_up(papers, kinship, *pair):
                yield echo_of(papers, kinship, pair, (title, self.records[other].title))
        yield from cited_echoes(kinship, later, title)


def _is_built_on(paper: Paper, document: str) -> bool:
    """Tell whether a paper's title is like that of a document that it cites."""
    names = names_of(paper)
    own = titles.stem(paper.title, names)
    found = (cited.title for cited in paper.cited if cited.document == document)
    return any(titles.likeness(own, titles.stem(title, names)) for title in found)


def _base(record: Record) -> tuple[str, ...]:
    paper = record.paper
    subject = titles.stem(paper.title, names_of(paper))
    return record.aside, paper.title, paper.document, subject


class _Lazily(Generic[K, T]):
    """What is made of a paper, or of a passage, when it is first asked for."""

    def __init__(self, make: Callable[[K], T]) -> None:
        self._make, self._made = make, dict[K, T]()

    def __getitem__(self, key: K, /) -> T:
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]


class _Texts:
    """The letters and passages of papers, as they stand."""

    def __init__(self, standing: Standing, numbers: Sequence[int]) -> None:
        # Kept by `standing`, which lets go of what is much.
        self.letters = _Asked(lambda index: standing.letters(numbers[index]))
        self.passages = _Asked(lambda index: standing.names(numbers[index]))


class _Asked(_Lazily[int, T]):
    """What is asked for each time, since all together are too much to hold."""

    def __getitem__(self, paper: int, /) -> T:
        return self._make(paper)
