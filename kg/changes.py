"""SPARQL updates to what they change: each operation with the graphs that it writes.

The store keeps the union of all graphs in the default graph (kg.store), so whoever changes a
graph must know which. An update is taken apart into words, signs and names, and put together again
of these alone: Oxigraph, which reads without a separate lexer, can then find no bracket and no
semicolon in it that was taken for a part of a comment or a name here. What a template writes must
be plain to see: `GRAPH`, a name, and triples in brackets; anything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph

from kg import sparql
from kg.errors import QueryError

BEFORE = "urn:x-policy-kg:before"  # holds what graphs held, while an operation changes them
NAME_ONE = "say which graph: GRAPH <name> { … }, or WITH <name>"

_TOKEN = re.compile(
    r"""
    (?P<space>[\x20\t\r\n]+|\#[^\r\n]*)
  | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
      |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:[^\W\d][\w.-]*)?:(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()+*,;=/?\#@%-]
      |\.(?=[\w:.%\\-]))*)
  | (?P<word>[^\W\d][\w.-]*)
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# In a name in pointed brackets these may also be a comment or a string after "less than".
_HIDING = {"#": "\\u0023", "'": "\\u0027"}
_ANY, _DEFAULT = "", "DEFAULT"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an update: a space, a string, an IRI, a variable, a name, a word or a sign."""

    kind: str
    text: str

    def says(self, *words: str) -> bool:
        """Tell whether this is one of these keywords or signs."""
        return self.kind in ("word", "sign") and self.text.upper() in words


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update."""

    text: str  # without the prefixes that stand before it
    writes: frozenset[str] | None  # IRIs of graphs; None: any
    takes_out: bool  # whether triples may leave these graphs
    drops: frozenset[str]  # graphs that are gone afterwards
    prologue: str = ""  # all prefixes that are known to it


def read_update(
    text: str,
    base: str | None = None,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
) -> list[Operation]:
    """Return the operations of an update; raises QueryError where it is wrong or refused.

    `default_graphs` and `named_graphs` are what WHERE sees, as if USING said so.
    """
    sparql.check_length(text)
    tokens = list(_tokens(text))
    sparql.check_update("".join(_visible(tokens)))
    using = [f"USING <{_iri(one)}>" for one in default_graphs]
    using += [f"USING NAMED <{_iri(one)}>" for one in named_graphs]
    found: list[Operation] = []
    declared: dict[str, str] = {}
    for part in _split(tokens):
        reader = _Reader(part, base, declared, " ".join(using), is_first=not found)
        if not reader.at_end:
            found.append(reader.operation())
    return found


def keep_union(operations: Iterable[Operation]) -> str:
    """Return the text of these operations, with the union brought up to date after each.

    Of which graphs is known: what they held is put aside first, and what nobody says any more
    leaves the union. Of which it is not: the union is compared with all graphs.
    """
    operations = list(operations)
    # Oxigraph reads prefixes before the first operation alone.
    prologue = max((one.prologue for one in operations), key=len, default="")
    return prologue + " ;\n".join(step for one in operations for step in _steps(one))


def _steps(operation: Operation) -> Iterator[str]:
    if operation.writes is None:
        yield operation.text
        yield f"DROP SILENT GRAPH <{BEFORE}>"
        yield "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"
        yield _add_to_union("?g")
        return
    graphs = [f"<{name}>" for name in sorted(operation.writes)]
    if operation.takes_out:
        yield f"DROP SILENT GRAPH <{BEFORE}>"
        for graph in graphs:
            yield _PUT_ASIDE.format(graph=graph)
    yield operation.text
    if operation.takes_out:
        yield _TAKE_OUT
        yield f"DROP SILENT GRAPH <{BEFORE}>"
    for graph in graphs:
        yield _add_to_union(graph)


_PUT_ASIDE = (
    f"INSERT {{{{ GRAPH <{BEFORE}> {{{{ ?s ?p ?o }}}} }}}} "
    "WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}"
)
_TAKE_OUT = (
    f"DELETE {{ ?s ?p ?o }} WHERE {{ GRAPH <{BEFORE}> {{ ?s ?p ?o }} "
    f"FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{BEFORE}>) }} }}"
)


def _add_to_union(graph: str) -> str:
    return (
        f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} "
        "FILTER NOT EXISTS { ?s ?p ?o } }"
    )


# -- tokens --------------------------------------------------------------------------------------


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match[0]
        if kind == "space":
            token = " "
        elif kind == "iri":
            token = "".join(_HIDING.get(one, one) for one in token)
        elif token in ('"', "'", "\\", "`"):
            raise QueryError(f"update: a {token} that belongs to nothing, at {match.start():,}")
        yield Token(kind, token)


def _visible(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield what of an update could be read as a keyword, a bracket or an operator.

    Data are left out, where there is nothing but terms: `INSERT DATA` of a million triples is
    not nested, and none of its numbers is calculated with.
    """
    is_data, depth = False, 0
    for token in tokens:
        depth += token.says("{") - token.says("}")
        is_data = token.says("DATA") or (is_data and not (token.says("}") and not depth))
        if token.kind == "name":
            # `SERVICE:x {…}` can be the keyword and the name `:x`.
            prefix = token.text.partition(":")[0]
            yield prefix if prefix.casefold().endswith("service") else " "
        elif token.kind in ("word", "space") or (token.kind == "sign" and _counts(token, is_data)):
            yield token.text
        else:
            yield " "


def _counts(token: Token, is_data: bool) -> bool:
    return not is_data or token.text in "{}()[]"


def _split(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Yield the operations: what stands between semicolons outside all brackets."""
    part: list[Token] = []
    depth = 0
    for token in tokens:
        depth += token.says("{") - token.says("}")
        if depth < 0:
            raise QueryError("update: a } that closes nothing")
        if token.says(";") and not depth:
            yield part
            part = []
        else:
            part.append(token)
    if depth:
        raise QueryError("update: a { that is not closed")
    yield part


def _iri(name: str) -> str:
    try:
        return pyoxigraph.NamedNode(name).value
    except ValueError as error:
        raise QueryError(f"graph: {name[:200]!r} is no IRI; write it whole") from error


# -- one operation ---------------------------------------------------------------------------------


class _Reader:
    """Reads one operation."""

    def __init__(
        self,
        part: list[Token],
        base: str | None,
        declared: dict[str, str],
        using: str,
        *,
        is_first: bool,
    ) -> None:
        """Take what stands between semicolons; what it declares is put to what is declared."""
        self._part = [*part, Token("end", "")]
        self._here, self._base, self._using = 0, base, using
        self._skip()
        while self._peek().says("PREFIX", "BASE"):
            self._read_declaration(declared, is_first)
        self._prologue = "".join(f"{what} {iri}\n" for what, iri in declared.items())
        self._begin = self._here

    @property
    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self._peek().kind == "end"

    def operation(self) -> Operation:
        """Read the operation."""
        verb = self._next()
        read = _VERBS.get(verb.text.upper()) if verb.kind == "word" else None
        if read is None:
            raise self._wrong(verb, "an operation: INSERT, DELETE, WITH, CLEAR, DROP, CREATE, …")
        found = read(self, verb.text.upper())
        if not self.at_end:
            raise self._wrong(self._peek(), "a semicolon, or the end")
        return found

    # -- reading -----------------------------------------------------------------------------

    def _peek(self) -> Token:
        return self._part[self._here]

    def _next(self) -> Token:
        token = self._part[self._here]
        if token.kind != "end":
            self._here += 1
            self._skip()
        return token

    def _skip(self) -> None:
        while self._part[self._here].kind == "space":
            self._here += 1

    def _takes(self, *words: str) -> bool:
        """Take the next token if it is one of these."""
        return self._peek().says(*words) and bool(self._next())

    def _expect(self, *words: str) -> None:
        if not self._takes(*words):
            raise self._wrong(self._peek(), " or ".join(words))

    def _wrong(self, found: Token, expected: str) -> QueryError:
        return QueryError(f"update: {found.text[:80] or 'its end'!r} where {expected} should be")

    def _text(self, begin: int) -> str:
        return "".join(token.text for token in self._part[begin : self._here])

    def _read_declaration(self, declared: dict[str, str], is_first: bool) -> None:
        what = self._next().text.upper()
        if what == "PREFIX" and self._peek().kind == "name":
            what += f" {self._next().text}"
        iri = self._next()
        if iri.kind != "iri":
            raise self._wrong(iri, "an IRI in < >")
        if declared.get(what, iri.text if is_first or what != "BASE" else "") != iri.text:
            raise QueryError(f"update: {what} is declared anew; declare it once, at the beginning")
        declared[what] = iri.text

    def _name(self) -> str:
        """Read the name of a graph as it is written."""
        token = self._next()
        if token.kind not in ("iri", "name") or token.text.startswith("_:"):
            raise self._wrong(token, "the name of a graph")
        return token.text

    def _graph_or_variable(self) -> str:
        if self._peek().kind == "variable":
            self._next()
            return _ANY
        return self._name()

    def _quads(self, within: str | None = None) -> set[str]:
        """Read triples in brackets; return the graphs that they lie in."""
        self._expect("{")
        found: set[str] = set()
        while not self._takes("}"):
            if self._takes("GRAPH"):
                found.add(self._graph_or_variable())
                self._expect("{")
                self._triples()
                self._expect("}")
            elif not self._takes("."):
                if within is None:
                    raise QueryError(
                        f"update: writes to the default graph, which is the union; {NAME_ONE}"
                    )
                found.add(within)
                self._triples()
        return found

    def _triples(self) -> None:
        """Read up to the bracket that ends a block, or to the next GRAPH."""
        while not self._peek().says("}", "GRAPH"):
            if self._peek().says("{") or self._peek().kind == "end":
                raise self._wrong(self._peek(), "a term")
            self._next()

    def _group(self) -> bool:
        """Read what WHERE asks; return whether that is of whichever graphs there are."""
        self._expect("{")
        depth, any_graph = 1, False
        while depth:
            token = self._next()
            depth += token.says("{") - token.says("}")
            # Also `GRAPH?g` and what may be read as that: `xGRAPH ?g` cannot follow anything.
            any_graph = any_graph or (token.kind == "variable" and self._follows_graph())
            if token.kind == "end":
                raise self._wrong(token, "}")
        return any_graph

    def _follows_graph(self) -> bool:
        """Tell whether the token that was just read stands behind GRAPH."""
        before = self._here - 1
        while self._part[before].kind == "space":
            before -= 1
        before -= 1
        while before > 0 and self._part[before].kind == "space":
            before -= 1
        return self._part[before].text.upper().endswith("GRAPH")

    # -- the verbs ---------------------------------------------------------------------------

    def _modify(self, verb: str) -> Operation:
        """Read INSERT, DELETE, with or without DATA, WITH and WHERE."""
        if verb in ("INSERT", "DELETE") and self._takes("DATA"):
            return self._made(self._quads(), takes_out=verb == "DELETE")
        if verb == "DELETE" and self._peek().says("WHERE"):
            return self._delete_where()
        within = self._name() if verb == "WITH" else None
        if within is not None:
            verb = self._next().text.upper()
        writes, takes_out = set[str](), verb == "DELETE"
        if verb == "DELETE":
            writes |= self._quads(within)
            verb = "INSERT" if self._takes("INSERT") else ""
        if verb == "INSERT":
            writes |= self._quads(within)
        elif verb or not takes_out:
            raise self._wrong(self._peek(), "INSERT or DELETE")
        return self._where(writes, takes_out, within is not None)

    def _where(self, writes: set[str], takes_out: bool, has_with: bool) -> Operation:
        head, has_using = self._text(self._begin), False
        using_begin = self._here
        while self._takes("USING"):
            has_using = True
            self._takes("NAMED")
            self._name()
        if self._using and (has_using or has_with):
            raise QueryError(
                "update: using-graph-uri or using-named-graph-uri is given, so its text may hold "
                "neither USING nor WITH; say it in one place"
            )
        head += self._text(using_begin) + self._using + " "
        where_begin = self._here
        self._expect("WHERE")
        # What graphs held is put aside in a graph of its own: `GRAPH ?g` would come upon it.
        if self._group() and takes_out:
            writes.add(_ANY)
        return self._made(writes, takes_out, text=head + self._text(where_begin))

    def _delete_where(self) -> Operation:
        self._next()
        begin = self._here
        writes = self._quads()
        quads = self._text(begin)
        text = f"DELETE {quads} {self._using} WHERE {quads}" if self._using else None
        return self._made(writes, takes_out=True, text=text)

    def _clear(self, verb: str) -> Operation:
        """Read CLEAR and DROP."""
        self._takes("SILENT")
        if self._takes("DEFAULT"):
            raise QueryError(f"update: {verb} DEFAULT would empty the union; name the graphs")
        if self._takes("ALL", "NAMED"):
            return self._made({_ANY}, takes_out=True)
        self._expect("GRAPH")
        name = self._name()
        return self._made({name}, takes_out=True, drops={name} if verb == "DROP" else ())

    def _create(self, _verb: str) -> Operation:
        self._takes("SILENT")
        self._expect("GRAPH")
        return self._made({self._name()}, takes_out=False)

    def _transfer(self, verb: str) -> Operation:
        """Read ADD, MOVE and COPY."""
        self._takes("SILENT")
        source = self._graph_or_default()
        self._expect("TO")
        target = self._graph_or_default()
        if target == _DEFAULT or (verb == "MOVE" and source == _DEFAULT):
            raise QueryError(f"update: {verb} would change the union itself; {NAME_ONE}")
        writes = {target, source} if verb == "MOVE" else {target}
        drops = {source} - {target} if verb == "MOVE" else set[str]()
        return self._made(writes, takes_out=verb != "ADD", drops=drops)

    def _graph_or_default(self) -> str:
        if self._takes("DEFAULT"):
            return _DEFAULT
        self._takes("GRAPH")
        return self._name()

    def _load(self, _verb: str) -> Operation:
        raise QueryError(
            "update: LOAD is refused, because it would fetch something from the network; "
            "send the triples themselves (PUT or POST to /sparql/graph)"
        )

    # -- what was read -----------------------------------------------------------------------

    def _made(
        self,
        writes: set[str],
        takes_out: bool,
        *,
        drops: Iterable[str] = (),
        text: str | None = None,
    ) -> Operation:
        said = self._text(self._begin) if text is None else text
        names = sorted(writes - {_ANY})
        resolved = dict(zip(names, self._resolve(names), strict=True))
        if BEFORE in resolved.values():
            raise QueryError(f"update: <{BEFORE}> is not to be written; take another name")
        return Operation(
            said,
            None if _ANY in writes else frozenset(resolved.values()),
            takes_out,
            frozenset(resolved[name] for name in drops if name in resolved),
            self._prologue,
        )

    def _resolve(self, names: Sequence[str]) -> list[str]:
        """Return the whole IRIs of names, as Oxigraph itself reads them."""
        if not names:
            return []
        columns = " ".join(f"({name} AS ?g{number})" for number, name in enumerate(names))
        try:
            answer = pyoxigraph.Store().query(
                f"{self._prologue} SELECT {columns} {{}}",
                base_iri=self._base,
                prefixes=sparql.PREFIXES,
            )
        except (SyntaxError, ValueError) as error:
            raise QueryError(
                f"update: {', '.join(names)[:200]}: no whole IRI, or a prefix that is not declared"
            ) from error
        assert isinstance(answer, pyoxigraph.QuerySolutions)  # of SELECT
        row = next(iter(answer))
        return [str(getattr(row[number], "value", "")) for number in range(len(names))]


_VERBS: dict[str, Callable[[_Reader, str], Operation]] = {
    "INSERT": _Reader._modify,
    "DELETE": _Reader._modify,
    "WITH": _Reader._modify,
    "CLEAR": _Reader._clear,
    "DROP": _Reader._clear,
    "CREATE": _Reader._create,
    "ADD": _Reader._transfer,
    "MOVE": _Reader._transfer,
    "COPY": _Reader._transfer,
    "LOAD": _Reader._load,
}
