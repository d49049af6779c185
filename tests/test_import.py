"""kg import: what was exported comes back as it was; what is broken does not come in."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_extractor import EXTRACTOR, graph

from kg.bring import Imported, bring
from kg.build import build
from kg.cli import cli
from kg.errors import KgError
from kg.export import export
from kg.store import ONTOLOGY, Store
from kg.verify import verify
from kg.workers import MEGABYTE, Limits

LIMITS = Limits(seconds=60.0, memory=512 * MEGABYTE)
TEXTS = {"a.txt": "甲\n教育局\n财政局", "b.txt": "乙\n教育局"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    for name, text in TEXTS.items():
        (place / name).write_text(text, encoding="utf-8")
    with Store(place / "store") as store:
        build([place / name for name in TEXTS], store, limits=None, extractor=EXTRACTOR)
    return place / "store"


def exported(place: Path, form: str, document: str | None = None) -> bytes:
    out = io.BytesIO()
    with Store(place, read_only=True) as store:
        export(store, form, out, document=document)
    return out.getvalue()


def brought(place: Path, *paths: Path) -> Imported:
    with Store(place) as store:
        return bring(paths, store, limits=LIMITS)


@pytest.mark.parametrize("form", ["nquads", "trig"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_a_whole_store_comes_back(built: Path, tmp_path: Path, form: str, packed: bool) -> None:
    text = exported(built, form)
    suffix = {"nquads": ".nq", "trig": ".trig"}[form]
    file = tmp_path / f"all{suffix}{'.gz' if packed else ''}"
    file.write_bytes(gzip.compress(text) if packed else text)
    arguments = ["import", str(file), "--store", str(tmp_path / "copy")]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, "2 documents" in result.output) == (0, True)
    assert exported(tmp_path / "copy", "nquads") == exported(built, "nquads")
    assert verify(tmp_path / "copy").findings == ()
    with Store(tmp_path / "copy", read_only=True) as store:
        assert [(claim.path, claim.name) for claim in store.claims()] == [
            ("a.txt", "a.txt"),
            ("b.txt", "b.txt"),
        ]


def test_a_build_goes_on_after_an_import(built: Path, tmp_path: Path) -> None:
    """A file that was imported and has changed replaces what it was."""
    (tmp_path / "all.nq").write_bytes(exported(built, "nquads"))
    (tmp_path / "a.txt").write_text("甲\n民政局", encoding="utf-8")
    with Store(tmp_path / "copy") as store:
        bring([tmp_path / "all.nq"], store, limits=LIMITS)
        build([tmp_path / "a.txt"], store, limits=None, extractor=EXTRACTOR)
        held = sorted((one.title, one.names) for one in store.sources().values())
        assert held == [("乙", ("b.txt",)), ("甲", ("a.txt",))]
        names = store.select("SELECT ?n { ?a a pol:Agency ; skos:prefLabel ?n } ORDER BY ?n")
        assert [row["n"] for row in names] == ["教育局", "民政局"]


@pytest.mark.parametrize(("form", "suffix"), [("turtle", ".ttl"), ("ntriples", ".nt")])
def test_one_document_without_its_graph(
    built: Path, tmp_path: Path, form: str, suffix: str
) -> None:
    (tmp_path / f"a{suffix}").write_bytes(exported(built, form, "a.txt"))
    done = brought(tmp_path / "copy", tmp_path / f"a{suffix}")
    assert (done.documents, done.refused) == (1, ())
    assert exported(tmp_path / "copy", "nquads", "甲") == exported(built, "nquads", "甲")


def test_a_document_is_replaced(built: Path, tmp_path: Path) -> None:
    renamed = graph(TEXTS["a.txt"], "other.txt")
    (tmp_path / "new.nq").write_text(renamed.nquads, encoding="utf-8")
    (tmp_path / "all.nq").write_bytes(exported(built, "nquads"))
    brought(tmp_path / "copy", tmp_path / "all.nq")
    done = brought(tmp_path / "copy", tmp_path / "new.nq")
    assert (done.documents, done.replaced) == (1, 1)
    with Store(tmp_path / "copy", read_only=True) as store:
        assert store.find("other.txt")[0].names == ("other.txt",)
        assert len(store.sources()) == 2


ONE = graph("甲\n教育局").nquads
TWO = ONE + graph("乙").nquads
SOURCE, OTHER = graph("甲\n教育局").iri, graph("乙").iri


def flat(nquads: str) -> str:
    return "\n".join(line.rsplit(" <", 1)[0] + " ." for line in nquads.splitlines())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.nq", ONE.encode()[:-20], "not valid"),
        ("cut.nq.gz", gzip.compress(ONE.encode())[:-20], "ended before the end-of-stream"),
        ("no.nq.gz", b"not packed", "Not a gzipped file"),
        ("two.nt", flat(TWO).encode(), "2 documents below"),
        ("two.ttl", b"<urn:s> <urn:p> <urn:o> .", "0 documents below"),
        ("other.nq", b"<urn:s> <urn:p> <urn:o> <urn:g> .", "no document below"),
        ("empty.nq", b"", "no document below"),
        ("other.jsonld", b"{}", "no RDF file by its name; known are .nq"),
        ("a.rdf", b"<x/>", "no RDF file by its name"),
        ("bytes.nq", b"\xff\xfe\x00", "not valid"),
        ("liar.nq", ONE.replace(f"<{SOURCE}> .", f"<{OTHER}> .").encode(), "(pol:sha256)"),
        ("nameless.nq", f"<urn:s> <urn:p> <urn:o> <{SOURCE}> .".encode(), "of which content"),
        ("space.nq", b"<urn:a b> <urn:p> <urn:o> .", "not valid"),
        ("relative.ttl", b"<a> <b> <c> .", "not valid"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_files(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "good.nq").write_text(graph("丙").nquads, encoding="utf-8")
    done = brought(tmp_path / "copy", tmp_path / name, tmp_path / "good.nq")
    (refused,) = done.refused
    assert "\n" not in refused.reason
    assert reason in refused.reason
    with Store(tmp_path / "copy", read_only=True) as store:
        assert [held.title for held in store.sources().values()] == ["丙"]


def nested_lists(depth: int) -> bytes:
    return b"<urn:s> <urn:p> " + b"(" * depth + b")" * depth + b" ."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lists.ttl", lambda: nested_lists(200_000)),
        ("open.ttl", lambda: b'<urn:s> <urn:p> """' + b"x" * 20_000_000),
        ("literal.nt", lambda: b'<urn:s> <urn:p> "' + b"x" * 20_000_000 + b'" .'),
        ("bomb.nq.gz", lambda: gzip.compress(b"#" + b" " * 30_000_000)),
    ],
)
def test_bombs(tmp_path: Path, name: str, content: Callable[[], bytes]) -> None:
    (tmp_path / name).write_bytes(content())
    with Store(tmp_path / "store") as store:
        done = bring([tmp_path / name], store, limits=Limits(20.0, 128 * MEGABYTE), unpacked=10**7)
        assert len(done.refused) == 1 and "\n" not in done.refused[0].reason
        assert [name for name in store.graph_names() if name != ONTOLOGY] == []


def test_what_is_left_out_and_what_is_strange_is_said(tmp_path: Path) -> None:
    source = graph("甲\n教育局")
    more = (
        f'<{source.document}> <urn:p> "x" <{source.iri}> .\n'
        f"<urn:s> <urn:p> <urn:o> <{source.iri}/traces> .\n<urn:s> <urn:p> <urn:o> <urn:g> .\n"
        "<urn:s> <urn:p> <urn:o> .\n"
    )
    (tmp_path / "a.nq").write_text(source.nquads + more, encoding="utf-8")
    done = brought(tmp_path / "store", tmp_path / "a.nq")
    assert (done.documents, done.refused, done.strange) == (1, (), (("urn:p", 1),))
    assert [what.split()[0] for what, number in done.left_out if number == 1] == [
        "graph",
        "traces,",
        "triples",
    ]


def test_another_base(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text(ONE, encoding="utf-8")
    with Store(tmp_path / "store", base="https://example.org/") as store:
        (refused,) = bring([tmp_path / "a.nq"], store, limits=LIMITS).refused
    assert "no document below https://example.org/" in refused.reason
    with pytest.raises(KgError, match="its base is"):
        Store(tmp_path / "store", base="https://example.net/")
