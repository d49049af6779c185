"""Some documents to a part: their graphs in a file, the account of them in another."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.build import Job, Outcome
from kg.cluster.manifest import SKIPPED, Document, Part, file_of, read_account, write_account
from kg.cluster.places import Place
from kg.cluster.reading import Recipe, read
from kg.errors import ClusterError
from kg.fingerprint import fingerprint
from kg.inputs import Contents
from kg.ledger import Claim

LONGEST = 4  # times as many documents as usual
LEVEL = 6  # of gzip


@dataclass(frozen=True, slots=True)
class Order:
    """A part that is wanted."""

    name: str
    jobs: tuple[Job, ...]
    claims: tuple[tuple[tuple[str, str], ...], ...]  # of each job: the path and name of its files


def orders(contents: Contents, recipe: Recipe, usual: int) -> Iterator[Order]:
    """Yield the parts of documents, of about `usual` each.

    A part ends where a document's own digest says so: some documents more change the parts in
    which they stand, and no others.
    """
    claims = defaultdict(list)
    for claim in contents.claims:
        claims[claim.sha256].append(claim)
    together: list[Sequence[Claim]] = []
    for sha256, of_content in claims.items():
        together.append(sorted(of_content))
        if int(sha256[:12], 16) % usual == 0 or len(together) >= LONGEST * usual:
            yield _order(together, contents, recipe)
            together = []
    if together:
        yield _order(together, contents, recipe)


def _order(together: Iterable[Sequence[Claim]], contents: Contents, recipe: Recipe) -> Order:
    ordered = sorted(together, key=lambda claims: claims[0].sha256)
    pairs = tuple(tuple((claim.path, claim.name) for claim in claims) for claims in ordered)
    documents = [[claims[0].sha256, *own] for claims, own in zip(ordered, pairs, strict=True)]
    content = json.dumps([recipe.version, recipe.base, documents], ensure_ascii=True)
    name = f"part-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    return Order(name, tuple(_job(claims, contents) for claims in ordered), pairs)


def _job(claims: Sequence[Claim], contents: Contents) -> Job:
    return Job(
        sha256=claims[0].sha256,
        paths=tuple(claim.path for claim in claims),
        names=tuple(sorted({claim.name for claim in claims})),
        places=tuple(contents.locators[claim.path] for claim in claims),
    )


def write_part(order: Order, where: str, recipe: Recipe) -> Part:
    """Write a part, unless it is there in full, and return what was written.

    The account is written last: where it is, the graphs are. A document that was skipped is
    read again, for it may have been the machine's fault.
    """
    place = Place(where)
    kept = _kept(place, order.name)
    if kept is not None:
        return kept
    found = {outcome.job.sha256: outcome for outcome in read(order.jobs, recipe, {})}
    outcomes = [found[job.sha256] for job in order.jobs]
    documents = list(map(_document, order.claims, outcomes))
    graphs = (outcome.graph for outcome in outcomes)
    text = b"".join(graph.nquads for graph in graphs if graph is not None)
    packed = gzip.compress(text, LEVEL, mtime=0)
    account = write_account(documents)
    part = _part(order.name, documents, packed, len(text), account)
    place.write(part.quads.name, packed)
    place.write(part.account.name, account)
    return part


def _part(name: str, documents: list[Document], packed: bytes, size: int, account: bytes) -> Part:
    return Part(
        name=name,
        documents=len(documents),
        skipped=sum(one.outcome == SKIPPED for one in documents),
        triples=sum(one.triples for one in documents),
        quads=file_of(f"{name}.nq.gz", packed, size),
        account=file_of(f"{name}.jsonl", account),
    )


def _kept(place: Place, name: str) -> Part | None:
    """Return what is in place of a part, if that is all of it."""
    try:
        account = place.read(f"{name}.jsonl")
        packed = place.read(f"{name}.nq.gz")
        documents = read_account(account, name)
        text = gzip.decompress(packed)
    except (FileNotFoundError, ClusterError, OSError, EOFError, zlib.error):
        return None
    if any(one.outcome == SKIPPED for one in documents) or not is_whole(text, documents):
        return None
    return _part(name, documents, packed, len(text), account)


def is_whole(text: bytes, documents: Sequence[Document]) -> bool:
    """Tell whether a part's text holds the graphs of its documents, and nothing else."""
    lines = text.count(b"\n")
    return lines == sum(one.triples for one in documents) and all(
        one.fingerprint == fingerprint(triples(graph, one.graph))
        for one, graph in split(text, documents)
    )


def split(text: bytes, documents: Iterable[Document]) -> Iterator[tuple[Document, list[bytes]]]:
    """Yield the documents that have graphs, with the lines of these."""
    lines = text.splitlines(keepends=True)
    at = 0
    for document in documents:
        if document.outcome != SKIPPED:
            yield document, lines[at : at + document.triples]
            at += document.triples


def triples(lines: Iterable[bytes], graph: str) -> list[bytes]:
    """Return the lines of a graph without its name; those of another are left out."""
    end = f" <{graph}> .\n".encode()
    return [line.removesuffix(end) + b" .\n" for line in lines if line.endswith(end)]


def _document(claims: tuple[tuple[str, str], ...], outcome: Outcome) -> Document:
    sha256, graph = outcome.job.sha256, outcome.graph
    if graph is None:
        return Document(sha256, claims, SKIPPED, (outcome.reason,))
    return Document(
        sha256=sha256,
        claims=claims,
        outcome="repaired" if graph.notes else "ok",
        remarks=graph.notes,
        graph=graph.iri,
        triples=graph.nquads.count(b"\n"),
        fingerprint=graph.survey.fingerprint,
    )
