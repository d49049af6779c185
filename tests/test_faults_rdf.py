r"""kg import: what the grammars of Turtle, TriG, N-Triples and N-Quads allow, and nothing else.

Each case is a file in our own words: what it says as N-Triples, or None where it must be refused.
<G> stands for the graph of the document that the file is of. All are given to one import.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from kg.bring import bring
from kg.export import canonical
from kg.models import DIGEST
from kg.sparql import PREFIXES
from kg.store import DEFAULT_BASE, ONTOLOGY, Store
from kg.workers import MEGABYTE, Limits

XSD = PREFIXES["xsd"]
RDF = PREFIXES["rdf"]
INTEGER, DECIMAL, DOUBLE, BOOLEAN = (
    f"^^<{XSD}{name}>" for name in ("integer", "decimal", "double", "boolean")
)


def says(*objects: str) -> str:
    """Give N-Triples of <urn:s> <urn:p> and each of these."""
    return "".join(f"<urn:s> <urn:p> {one} .\n" for one in objects)


A = says("<urn:o>")
SP = "<urn:s> <urn:p> "

TURTLE: dict[str, tuple[str, str | None]] = {
    # Statements
    "a triple": (SP + "<urn:o> .", A),
    "no final dot": (SP + "<urn:o>", None),
    "no object": ("<urn:s> <urn:p> .", None),
    "no predicate": ("<urn:s> .", None),
    "two dots": (SP + "<urn:o> . .", None),
    "objects": (SP + "<urn:o>, 'b' .", says("<urn:o>", '"b"')),
    "a comma too many": (SP + "<urn:o>, .", None),
    "predicates": (SP + "<urn:o> ; <urn:p> 'b' .", says("<urn:o>", '"b"')),
    "semicolons that end nothing": (SP + "<urn:o> ;; ; .", A),
    "a semicolon first": ("<urn:s> ; <urn:p> <urn:o> .", None),
    "a as predicate": ("<urn:s> a <urn:o> .", f"<urn:s> <{RDF}type> <urn:o> .\n"),
    "a as subject": ("a <urn:p> <urn:o> .", None),
    "a literal as subject": ("'s' <urn:p> <urn:o> .", None),
    "a literal as predicate": ("<urn:s> 'p' <urn:o> .", None),
    "a blank predicate": ("<urn:s> _:p <urn:o> .", None),
    "a variable": ("<urn:s> <urn:p> ?o .", None),
    "a graph in Turtle": ("<urn:g> { <urn:s> <urn:p> <urn:o> }", None),
    "a rule": ("{ <urn:s> <urn:p> <urn:o> } => { } .", None),
    "equality of N3": ("<urn:s> = <urn:o> .", None),
    # Space and comments
    "nothing between": ("<urn:s><urn:p><urn:o>.", A),
    "lines": ("<urn:s>\n\t<urn:p>\r\n<urn:o>\r.", A),
    "a comment": (SP + "<urn:o> . # <urn:x> <urn:y> <urn:z> .", A),
    "a comment at the end": ("# one\n" + SP + "<urn:o> .\n# no line after", A),
    "a comment within": ("<urn:s> # s\n <urn:p> # p\n <urn:o> # o\n .", A),
    "no comment in an IRI": (SP + "<urn:o#o> .", says("<urn:o#o>")),
    "a comment of C": ("/* no */ " + SP + "<urn:o> .", None),
    "a full-width space": ("<urn:s>\u3000<urn:p> <urn:o> .", None),
    "a full-width dot": (SP + "<urn:o> 。", None),
    # Directives
    "a prefix": ("@prefix e: <urn:> . e:s e:p e:o .", A),
    "a prefix as in SPARQL": ("PREFIX e: <urn:>\ne:s e:p e:o .", A),
    "in any case": ("prefix e: <urn:> pReFiX f: <urn:> e:s f:p e:o .", A),
    "the empty prefix": ("@prefix : <urn:> . :s :p :o .", A),
    "a prefix anew": ("@prefix e: <urn:x> . @prefix e: <urn:> . e:s e:p e:o .", A),
    "a prefix of Han": ("@prefix 甲: <urn:> . 甲:s 甲:p 甲:o .", A),
    "a prefix without its dot": ("@prefix e: <urn:> e:s e:p e:o .", None),
    "a dot too many": ("PREFIX e: <urn:> . e:s e:p e:o .", None),
    "a prefix in capitals": ("@PREFIX e: <urn:> . e:s e:p e:o .", None),
    "an unknown prefix": ("e:s <urn:p> <urn:o> .", None),
    "a prefix of a dot": ("@prefix e.: <urn:> . <urn:s> <urn:p> <urn:o> .", None),
    "a base": (
        "@base <http://a.example/b/> . <s> <urn:p> <../o> .",
        "<http://a.example/b/s> <urn:p> <http://a.example/o> .\n",
    ),
    "a base as in SPARQL": ("BASE <urn:x:> <urn:s> <urn:p> <urn:o> .", A),
    "no base": ("<s> <urn:p> <urn:o> .", None),
    "local names": (
        "@prefix e: <urn:> . " + SP + "e:1a, e:a.b, e:a:b, e:a-b, e:甲 .",
        says("<urn:1a>", "<urn:a.b>", "<urn:a:b>", "<urn:a-b>", "<urn:甲>"),
    ),
    "escapes in names": (
        r"@prefix e: <urn:> . " + SP + r"e:a\,b, e:a%20b .",
        says("<urn:a,b>", "<urn:a%20b>"),
    ),
    "an escape that names have not": (r"@prefix e: <urn:> . " + SP + r"e:a\nb .", None),
    "a percent too short": ("@prefix e: <urn:> . " + SP + "e:a%2 .", None),
    "a name that begins with a hyphen": ("@prefix e: <urn:> . " + SP + "e:-a .", None),
    # IRIs
    "an IRI of Han": (SP + "<urn:青禾县> .", says("<urn:青禾县>")),
    "escapes in an IRI": (SP + r"<urn:\u9752\U00007980> .", says("<urn:青禀>")),
    "a space in an IRI": (SP + "<urn:a b> .", None),
    "an escaped space in an IRI": (SP + r"<urn:a\u0020b> .", None),
    "a brace in an IRI": (SP + "<urn:{a}> .", None),
    "a line in an IRI": (SP + "<urn:a\nb> .", None),
    "an open IRI": (SP + "<urn:o .", None),
    "an escape of strings in an IRI": (SP + r"<urn:a\tb> .", None),
    # Strings
    "single quotes": (SP + "'它' .", says('"它"')),
    "one kind in the other": (SP + "'\"', \"'\" .", says(r'"\""', '"\'"')),
    "a long string": (SP + '"""a\n"b" ""c""" .', says(r'"a\n\"b\" \"\"c"')),
    "a long string of single quotes": (SP + "'''a\n'b' ''c''' .", says(r'''"a\n'b' ''c"''')),
    "an empty long string": (SP + '"""""" .', says('""')),
    "escapes": (SP + r"'\t\b\n\r\f\"\'\\' .", says(r'''"\t\b\n\r\f\"'\\"''')),
    "code points": (SP + r"'\u9752\U00020BB7' .", says('"青\U00020bb7"')),
    "a line in a short string": (SP + "'a\nb' .", None),
    "an open string": (SP + "'a .", None),
    "an open long string": (SP + '"""a"" .', None),
    "an unknown escape": (SP + r"'\a' .", None),
    "a code point too short": (SP + r"'\u975' .", None),
    "half a character": (SP + r"'\uD83D' .", None),
    "beyond the last character": (SP + r"'\U00110000' .", None),
    "a language": (
        SP + "'a'@zh, 'b'@en-GB, 'c'@zh-Hant-TW .",
        says('"a"@zh', '"b"@en-gb', '"c"@zh-hant-tw'),
    ),
    "a language with an underscore": (SP + "'a'@zh_CN .", None),
    "a language of figures": (SP + "'a'@1 .", None),
    "a language and a type": (SP + "'a'@zh^^<urn:t> .", None),
    "a type": (
        "@prefix e: <urn:> . " + SP + "'a'^^e:t, 'b'^^<urn:t> .",
        says('"a"^^<urn:t>', '"b"^^<urn:t>'),
    ),
    "a type that is a string": (SP + "'a'^^'t' .", None),
    # Numbers and booleans
    "integers": (SP + "1, -2, +3, 0 .", says(*(f'"{n}"{INTEGER}' for n in ("1", "-2", "+3", "0")))),
    "decimals": (
        SP + "1.5, -.5, +0.50 .",
        says(*(f'"{n}"{DECIMAL}' for n in ("1.5", "-.5", "+0.50"))),
    ),
    "doubles": (
        SP + "1e6, 1.5E-3, .5e0, 1.e1 .",
        says(*(f'"{n}"{DOUBLE}' for n in ("1e6", "1.5E-3", ".5e0", "1.e1"))),
    ),
    "a number and the dot": (SP + "1.", says(f'"1"{INTEGER}')),
    "booleans": (SP + "true, false .", says(f'"true"{BOOLEAN}', f'"false"{BOOLEAN}')),
    "a boolean in capitals": (SP + "TRUE .", None),
    "two signs": (SP + "--1 .", None),
    "an exponent alone": (SP + "1e .", None),
    "a figure group": (SP + "1,000 .", says(f'"1"{INTEGER}', f'"000"{INTEGER}')),
    "full-width figures": (SP + "１２ .", None),
    # Blank nodes and lists
    "a blank node": (
        "_:a <urn:p> _:b . _:b <urn:p> _:a .",
        "_:x <urn:p> _:y .\n_:y <urn:p> _:x .\n",
    ),
    "labels": ("_:0 <urn:p> _:a.b .", "_:x <urn:p> _:y .\n"),
    "a label that ends in a dot": ("_:a <urn:p> _:b.", "_:x <urn:p> _:y .\n"),
    "a label without a name": ("_: <urn:p> <urn:o> .", None),
    "an anonymous one": ("[] <urn:p> [ ] .", "_:x <urn:p> _:y .\n"),
    "with properties": (
        SP + "[ <urn:q> 'a' ; <urn:q> 'b' ] .",
        '<urn:s> <urn:p> _:x .\n_:x <urn:q> "a" .\n_:x <urn:q> "b" .\n',
    ),
    "alone": ("[ <urn:q> 'a' ] .", '_:x <urn:q> "a" .\n'),
    "an open bracket": (SP + "[ <urn:q> 'a' .", None),
    "a bracket as predicate": ("<urn:s> [] <urn:o> .", None),
    "the empty list": (SP + "() .", says(f"<{RDF}nil>")),
    "a list": (
        SP + "('a' <urn:o>) .",
        f'<urn:s> <urn:p> _:x .\n_:x <{RDF}first> "a" .\n_:x <{RDF}rest> _:y .\n'
        f"_:y <{RDF}first> <urn:o> .\n_:y <{RDF}rest> <{RDF}nil> .\n",
    ),
    "a list as subject": ("() <urn:p> <urn:o> .", f"<{RDF}nil> <urn:p> <urn:o> .\n"),
    "a list with commas": (SP + "('a', 'b') .", None),
    "an open list": (SP + "('a' .", None),
}
NTRIPLES: dict[str, tuple[str, str | None]] = {
    "a triple": (SP + "<urn:o> .", A),
    "no space": ("<urn:s><urn:p><urn:o>.", A),
    "line ends of Windows": (SP + "<urn:o> .\r\n" + SP + '"b" .\r\n', says("<urn:o>", '"b"')),
    "empty lines and comments": ("\n  \n# a\n" + SP + "<urn:o> . # b\n", A),
    "no last line end": (SP + "<urn:o> .", A),
    "a string": (SP + r'"\t\n\"\\\u9752" .', says('"\\t\\n\\"\\\\青"')),
    "a language": (SP + '"a"@zh-CN .', says('"a"@zh-cn')),
    "a blank node": ("_:a <urn:p> _:青 .", "_:x <urn:p> _:y .\n"),
    "a prefix": ("@prefix e: <urn:> .\ne:s e:p e:o .", None),
    "a relative IRI": ("<s> <urn:p> <urn:o> .", None),
    "single quotes": (SP + "'a' .", None),
    "a long string": (SP + '"""a""" .', None),
    "a line in a string": (SP + '"a\nb" .', None),
    "a number": (SP + "1 .", None),
    "a as predicate": ("<urn:s> a <urn:o> .", None),
    "objects": (SP + "<urn:o>, <urn:x> .", None),
    "predicates": (SP + "<urn:o> ; <urn:p> <urn:x> .", None),
    "a graph": (SP + "<urn:o> <urn:g> .", None),
    "no dot": (SP + "<urn:o>\n" + SP + "<urn:x> .", None),
    "an escape that strings have not": (SP + r'"\x41" .', None),
    "a space in an IRI": (SP + "<urn:a b> .", None),
    "a list": (SP + "() .", None),
}
NQUADS: dict[str, tuple[str, str | None]] = {
    "a quad": (SP + "<urn:o> <G> .", A),
    "blank nodes": ("_:a <urn:p> _:a <G> .", "_:x <urn:p> _:x .\n"),
    "a comment": ("# a\n" + SP + '"#" <G> . # b', says('"#"')),
    "a string as graph": (SP + '<urn:o> "g" .', None),
    "five terms": (SP + "<urn:o> <G> <urn:x> .", None),
    "a relative graph": (SP + "<urn:o> <g> .", None),
    "a graph in braces": ("<G> { <urn:s> <urn:p> <urn:o> }", None),
    "no dot": (SP + "<urn:o> <G>", None),
}
TRIG: dict[str, tuple[str, str | None]] = {
    "a graph": ("<G> { <urn:s> <urn:p> <urn:o> }", A),
    "with the word": ("GRAPH <G> { <urn:s> <urn:p> <urn:o> . }", A),
    "the word in any case": ("graph <G> { <urn:s> <urn:p> <urn:o> }", A),
    "a graph twice": (
        "<G> { <urn:s> <urn:p> <urn:o> } <G> { <urn:s> <urn:p> 'b' }",
        says("<urn:o>", '"b"'),
    ),
    "an empty graph": ("<G> { } <G> { <urn:s> <urn:p> <urn:o> }", A),
    "a prefix": ("@prefix e: <urn:> . <G> { e:s e:p e:o }", A),
    "a list": ("<G> { <urn:s> <urn:p> () }", says(f"<{RDF}nil>")),
    "an open brace": ("<G> { <urn:s> <urn:p> <urn:o> .", None),
    "a brace too many": ("<G> { <urn:s> <urn:p> <urn:o> } }", None),
    "a graph in a graph": ("<G> { <urn:g> { <urn:s> <urn:p> <urn:o> } }", None),
    "a prefix in a graph": ("<G> { @prefix e: <urn:> . e:s e:p e:o }", None),
    "the word without a name": ("GRAPH { <urn:s> <urn:p> <urn:o> }", None),
    "a string as name": ("'g' { <urn:s> <urn:p> <urn:o> }", None),
    "a dot after a graph": ("<G> { <urn:s> <urn:p> <urn:o> } .", None),
}
BY_SUFFIX = {".ttl": TURTLE, ".nt": NTRIPLES, ".nq": NQUADS, ".trig": TRIG}
CASES = [
    pytest.param(suffix, name, id=f"{suffix[1:]}: {name}")
    for suffix, cases in BY_SUFFIX.items()
    for name in cases
]
# As bytes: what an encoding may do to a file.
BYTES: dict[str, tuple[bytes, bool]] = {
    "a byte order mark.ttl": (b"\xef\xbb\xbf" + SP.encode() + b"<urn:o> .", True),
    "two marks.ttl": (b"\xef\xbb\xbf" * 2 + SP.encode() + b"<urn:o> .", False),
    "half a character.ttl": (SP.encode() + b"'\xe9\x9d' .", False),
    "GB18030.nt": (SP.encode() + '"青" .'.encode("gb18030"), False),
    "UTF-16.ttl": ((SP + "<urn:o> .").encode("utf-16"), False),
    "a zero byte.nt": (SP.encode() + b"<urn:\x00o> .", False),
}


def source_of(name: str) -> tuple[str, str]:
    """Give the graph of a case, and the digest that it says it has."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return f"{DEFAULT_BASE}source/{sha256[:DIGEST]}", sha256


def whole_file(suffix: str, name: str, text: str) -> str:
    """Give a case's text with the triple that says of which content it is."""
    source, sha256 = source_of(f"{name}{suffix}")
    end = f" <{source}>" if suffix == ".nq" else ""
    triple = f'<{source}> <{PREFIXES["pol"]}sha256> "{sha256}"{end} .'
    if suffix == ".trig":
        triple = f"<{source}> {{ {triple} }}"
    return f"{text.replace('<G>', f'<{source}>')}\n{triple}\n"


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, str]]:
    """Give a store of all cases, and why those are refused that are."""
    folder, store = tmp_path_factory.mktemp("rdf"), Store()
    paths = []
    for suffix, cases in BY_SUFFIX.items():
        for number, (name, (text, _)) in enumerate(cases.items()):
            paths.append(folder / f"{number}{suffix}")
            paths[-1].write_text(whole_file(suffix, name, text), encoding="utf-8", newline="")
    done = bring(paths, store, limits=Limits(120.0, 512 * MEGABYTE))
    return store, {Path(one.path).name: one.reason for one in done.refused}


@pytest.mark.parametrize(("suffix", "name"), CASES)
def test_the_grammar(brought: tuple[Store, dict[str, str]], suffix: str, name: str) -> None:
    store, refused = brought
    cases = BY_SUFFIX[suffix]
    reason = refused.get(f"{list(cases).index(name)}{suffix}", "")
    source, _ = source_of(f"{name}{suffix}")
    expected = cases[name][1]
    if expected is None:
        assert reason.startswith("not valid: "), reason or canonical(store.ntriples(source))
        assert "\n" not in reason
        assert not store.holds(source)
        return
    assert reason == ""
    held = [line for line in store.ntriples(source) if b"sha256" not in line]
    assert canonical(held) == canonical(as_stored(expected))


def as_stored(ntriples: str) -> list[bytes]:
    """Give lines as Oxigraph keeps them: a number by its value, a language in lower case."""
    store = pyoxigraph.Store()
    store.load(ntriples.encode(), pyoxigraph.RdfFormat.N_TRIPLES)
    text = store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph())
    return sorted((text or b"").splitlines(keepends=True))


@pytest.mark.parametrize("name", BYTES)
def test_encodings(tmp_path: Path, name: str) -> None:
    content, is_valid = BYTES[name]
    source, sha256 = source_of(name)
    end = f'\n<{source}> <{PREFIXES["pol"]}sha256> "{sha256}" .\n'
    encoding = "utf-16-le" if name.startswith("UTF-16") else "utf-8"
    (tmp_path / name).write_bytes(content + end.encode(encoding))
    store = Store()
    refused = bring([tmp_path / name], store, limits=Limits(60.0, 512 * MEGABYTE)).refused
    assert (not refused, store.holds(source)) == (is_valid, is_valid)


def test_a_refused_file_leaves_room_for_an_ontology(tmp_path: Path) -> None:
    """That of a later file is taken, as if the first had not been there."""
    (tmp_path / "bad.nq").write_text("<urn:s>", encoding="utf-8")
    store = Store()
    assert bring([tmp_path / "bad.nq"], store, limits=Limits(60.0, 512 * MEGABYTE)).refused
    assert store.graph_names() == []


# -- bombs -------------------------------------------------------------------------------------


def lists(depth: int) -> bytes:
    return SP.encode() + b"(" * depth + b")" * depth + b" .\n"


def brackets(depth: int) -> bytes:
    return SP.encode() + b"[ <urn:p> " * depth + b"[]" + b"]" * depth + b" .\n"


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE r [<!ENTITY a0 "哈">{entities}]><r>&a9;</r>'.encode()


BOMBS: dict[str, Callable[[], bytes]] = {
    "lists.ttl": lambda: lists(100_000),
    "brackets.ttl": lambda: brackets(100_000),
    "open lists.ttl": lambda: SP.encode() + b"(" * 100_000,
    "a literal of 17 MB.nt": lambda: SP.encode() + b'"' + b"x" * 17_000_000 + b'" .\n',
    "an open literal of 17 MB.ttl": lambda: SP.encode() + b"'''" + b"x" * 17_000_000,
    "an open IRI.nq": lambda: b"<urn:" + b"x" * 17_000_000,
    "a graph left open.trig": lambda: b"<urn:g> {" + (SP.encode() + b"<urn:o> .\n") * 10_000,
    "deep.jsonld": lambda: b'{"a":' * 5_000 + b"{}" + b"}" * 5_000,
    "laughs.rdf": laughs,
    "deep.xml": lambda: b"<a>" * 100_000 + b"</a>" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(tmp_path: Path, name: str) -> None:
    refuses(tmp_path / name, BOMBS[name]())


@pytest.mark.slow
@pytest.mark.parametrize("make", [lists, brackets])
def test_a_million_deep(tmp_path: Path, make: Callable[[int], bytes]) -> None:
    refuses(tmp_path / "deep.ttl", make(1_000_000))


def refuses(file: Path, content: bytes) -> None:
    """Give a file to an import within limits: nothing of it is taken, and the process lives."""
    file.write_bytes(content)
    with Store() as store:
        done = bring([file], store, limits=Limits(60.0, 256 * MEGABYTE))
        (refused,) = done.refused
        assert "\n" not in refused.reason and len(refused.reason) < 500
        assert (done.documents, done.triples) == (0, 0)
        assert [name for name in store.graph_names() if name != ONTOLOGY] == []
