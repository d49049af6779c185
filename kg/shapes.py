"""SHACL shapes to SPARQL queries that find what breaks them.

Of SHACL core, what ontology/shapes.ttl uses, and SHACL-SPARQL's sh:select; a shape that says
anything else is refused, not passed over. A general validator asks each node about each shape;
here each promise is one query over all nodes, in a tenth of the time. pyshacl stays the
judge: the tests compare what both find. https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox

from kg.errors import VocabularyError

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"

Node = ox.NamedNode | ox.BlankNode | ox.Literal
# What is said about a shape and checks nothing.
_ASIDE = frozenset(
    f"{SH}{name}" for name in ("message", "path", "property", "prefixes", "severity")
) | {f"{RDF}type"}
_TARGETS = {"targetClass", "targetSubjectsOf", "targetObjectsOf"}
_COUNTS = ("minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount", "hasValue", "equals")
# Components that a value meets or not → the condition, of the value (?x) and the parameter.
_COMPARED = {
    "minInclusive": ">=",
    "minExclusive": ">",
    "maxInclusive": "<=",
    "maxExclusive": "<",
}
# Every string is one; a week (P1W) is a duration of ISO 8601 that XSD does not know and we write.
_ANY_FORM = (f"{XSD}string", f"{XSD}duration")
_KINDS = {
    "IRI": "isIRI({0})",
    "BlankNode": "isBLANK({0})",
    "Literal": "isLITERAL({0})",
    "BlankNodeOrIRI": "!isLITERAL({0})",
    "BlankNodeOrLiteral": "!isIRI({0})",
    "IRIOrLiteral": "!isBLANK({0})",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: the query gives the nodes (?this) and values (?value) that break it."""

    shape: str  # IRI
    path: str  # IRI; empty where it is about the node, or a path of several steps
    message: str  # in English
    severity: str  # IRI: Violation unless the shape says otherwise
    query: str


def checks(shapes: Iterable[ox.Quad], classes: Iterable[ox.Quad]) -> tuple[Check, ...]:
    """Return the checks of some shapes; `classes` says which class is a kind of which.

    Raises VocabularyError where a shape uses what is not understood here.
    """
    return tuple(_Compiler(shapes, classes).checks())


class _Compiler:
    def __init__(self, shapes: Iterable[ox.Quad], classes: Iterable[ox.Quad]) -> None:
        self._said: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for quad in shapes:
            self._said[_node(quad.subject)][quad.predicate.value].append(_node(quad.object))
        self._kinds: dict[Node, set[Node]] = defaultdict(set)
        for quad in classes:
            if quad.predicate.value == f"{RDFS}subClassOf":
                self._kinds[_node(quad.object)].add(_node(quad.subject))
        self._fresh = (f"?v{number}" for number in itertools.count())

    def checks(self) -> Iterator[Check]:
        """Yield the checks of every shape that has targets."""
        for shape in sorted(self._said, key=str):
            target = self._target(shape)
            if target:
                yield from self._of_node(shape, target)
                for inner in self._all(shape, "property"):
                    yield from self._of_property(inner, target)

    # -- what is checked -------------------------------------------------------------------

    def _of_node(self, shape: Node, target: str) -> Iterator[Check]:
        conditions = list(self._conditions(shape, "?this"))
        if conditions:
            yield self._check(shape, f"{target} {_unless(conditions)} BIND(?this AS ?value)")
        for rule in self._all(shape, "sparql"):
            text = self._one(rule, "select").value
            before, brace, rest = text.replace("$this", "?this").partition("{")
            query = f"{before}{brace} {{ SELECT DISTINCT ?this {{ {target} }} }} {rest}"
            yield Check(_name(shape), "", self._message(rule), self._severity(shape), query)

    def _of_property(self, shape: Node, target: str) -> Iterator[Check]:
        path = self._path(shape)
        counts = list(self._counts(shape, "?this", path))
        if counts:
            yield self._check(shape, f"{target} {_unless(counts)}")
        conditions = [*self._conditions(shape, "?value"), *self._pairs(shape, "?this", "?value")]
        if conditions:
            yield self._check(shape, f"{target} ?this {path} ?value {_unless(conditions)}")
        for other in self._all(shape, "equals"):
            yield self._check(shape, f"{target} ?this {path} ?value {_without(other)}")
            missing = f"FILTER NOT EXISTS {{ ?this {path} ?value }}"
            yield self._check(shape, f"{target} ?this {other} ?value {missing}")

    def _check(self, shape: Node, pattern: str) -> Check:
        path = self._said[shape][f"{SH}path"]
        step = path[0].value if path and isinstance(path[0], ox.NamedNode) else ""
        query = f"SELECT DISTINCT ?this ?value {{ {pattern} }}"
        return Check(_name(shape), step, self._message(shape), self._severity(shape), query)

    # -- conditions ------------------------------------------------------------------------

    def _conforms(self, shape: Node, node: str) -> str:
        """Return the condition that a node conforms to a shape."""
        if f"{SH}path" not in self._said[shape]:
            inner = [self._conforms(one, node) for one in self._all(shape, "property")]
            return _all_of([*self._conditions(shape, node), *inner])
        path, value = self._path(shape), next(self._fresh)
        found = list(self._counts(shape, node, path))
        conditions = [*self._conditions(shape, value), *self._pairs(shape, node, value)]
        if conditions:
            found.append(f"NOT EXISTS {{ {node} {path} {value} {_unless(conditions)} }}")
        return _all_of(found)

    def _conditions(self, shape: Node, value: str) -> Iterator[str]:
        """Yield the conditions on a value, or on the node of a node shape."""
        for predicate, objects in sorted(self._said[shape].items()):
            name = predicate.removeprefix(SH)
            if predicate in _ASIDE or name in _ELSEWHERE or predicate.startswith(f"{RDFS}"):
                continue
            make = self._makers().get(name)
            if make is None:
                raise VocabularyError(f"{_name(shape)}: sh:{name} is not understood here")
            for parameter in objects:
                yield make(value, parameter)

    def _makers(self) -> dict[str, Callable[[str, Node], str]]:
        compared = {
            name: (lambda x, p, sign=sign: f"COALESCE({x} {sign} {p}, false)")
            for name, sign in _COMPARED.items()
        }
        return {
            **compared,
            "class": self._of_class,
            "datatype": _of_datatype,
            "nodeKind": lambda x, kind: _KINDS[kind.value.removeprefix(SH)].format(x),
            "minLength": lambda x, n: f"(!isBLANK({x}) && STRLEN(STR({x})) >= {n})",
            "pattern": lambda x, text: f"(!isBLANK({x}) && REGEX(STR({x}), {text}))",
            "languageIn": self._in_language,
            "in": lambda x, items: _any_of(f"sameTerm({x}, {one})" for one in self._list(items)),
            "or": lambda x, items: _any_of(self._conforms(one, x) for one in self._list(items)),
            "xone": self._just_one,
        }

    def _of_class(self, value: str, name: Node) -> str:
        kind = next(self._fresh)
        return f"EXISTS {{ {value} a {kind} VALUES {kind} {{ {self._closure(name)} }} }}"

    def _in_language(self, value: str, items: Node) -> str:
        # LANG of what is no literal is an error, and no "no".
        met = _any_of(f"LANGMATCHES(LANG({value}), {one})" for one in self._list(items))
        return f"COALESCE({met}, false)"

    def _just_one(self, value: str, items: Node) -> str:
        met = (f"IF({self._conforms(one, value)}, 1, 0)" for one in self._list(items))
        return f"({' + '.join(met)} = 1)"

    def _pairs(self, shape: Node, node: str, value: str) -> Iterator[str]:
        """Yield the conditions on a value beside those of another property of its node."""
        for other in self._all(shape, "disjoint"):
            yield f"NOT EXISTS {{ {node} {other} {value} }}"
        for name, sign in (("lessThan", "<"), ("lessThanOrEquals", "<=")):
            for other in self._all(shape, name):
                beside = next(self._fresh)
                more = f"FILTER(!COALESCE({value} {sign} {beside}, false))"
                yield f"NOT EXISTS {{ {node} {other} {beside} {more} }}"

    def _counts(self, shape: Node, node: str, path: str) -> Iterator[str]:
        """Yield the conditions on how many values a path has, and on one that it must have."""
        least, most = self._number(shape, "minCount"), self._number(shape, "maxCount")
        yield from _numbered(least, most, partial(self._values, node, path))
        for value in self._all(shape, "hasValue"):
            yield f"EXISTS {{ {node} {path} {value} }}"
        for inner in self._all(shape, "qualifiedValueShape"):
            least, most = (self._number(shape, f"qualified{end}Count") for end in ("Min", "Max"))
            yield from _numbered(least, most, partial(self._values, node, path, inner))

    def _values(self, node: str, path: str, shape: Node | None = None) -> tuple[str, str]:
        """Return a variable and the pattern that binds it to a value, one that conforms."""
        value = next(self._fresh)
        pattern = f"{node} {path} {value} "
        return value, pattern + (f"FILTER({self._conforms(shape, value)}) " if shape else "")

    # -- reading shapes --------------------------------------------------------------------

    def _target(self, shape: Node) -> str:
        patterns = []
        named = self._all(shape, "targetClass")
        if named:
            kind = next(self._fresh)
            classes = " ".join(self._closure(one) for one in named)
            patterns.append(f"{{ ?this a {kind} VALUES {kind} {{ {classes} }} }}")
        patterns += [f"{{ ?this {one} [] }}" for one in self._all(shape, "targetSubjectsOf")]
        patterns += [f"{{ [] {one} ?this }}" for one in self._all(shape, "targetObjectsOf")]
        return " UNION ".join(patterns)

    def _closure(self, name: Node) -> str:
        """Return a class and all that are kinds of it, as SPARQL writes them."""
        found: set[Node] = set()
        wanted = [name]
        while wanted:
            one = wanted.pop()
            if one not in found:
                found.add(one)
                wanted += self._kinds[one]
        return " ".join(sorted(map(str, found)))

    def _path(self, shape: Node) -> str:
        (path,) = self._said[shape][f"{SH}path"]
        if isinstance(path, ox.NamedNode):
            return str(path)
        inverse, several = self._all(path, "inversePath"), self._all(path, "alternativePath")
        if inverse:
            return f"^{inverse[0]}"
        if several:
            return f"({'|'.join(map(str, self._list(several[0])))})"
        raise VocabularyError(f"{_name(shape)}: its path is not understood here")

    def _list(self, head: Node) -> Iterator[Node]:
        while head != ox.NamedNode(f"{RDF}nil"):
            yield self._said[head][f"{RDF}first"][0]
            head = self._said[head][f"{RDF}rest"][0]

    def _all(self, shape: Node, name: str) -> list[Node]:
        return sorted(self._said[shape].get(f"{SH}{name}", ()), key=str)

    def _one(self, shape: Node, name: str) -> ox.Literal:
        (found,) = self._all(shape, name)
        assert isinstance(found, ox.Literal)
        return found

    def _number(self, shape: Node, name: str) -> int | None:
        return int(self._one(shape, name).value) if self._all(shape, name) else None

    def _severity(self, shape: Node) -> str:
        stated = self._all(shape, "severity")
        return stated[0].value if stated else f"{SH}Violation"

    def _message(self, shape: Node) -> str:
        said = [one for one in self._all(shape, "message") if isinstance(one, ox.Literal)]
        return next((one.value for one in said if one.language in ("en", None)), "")


_ELSEWHERE = {
    *_TARGETS,
    *_COUNTS,
    *("disjoint", "lessThan", "lessThanOrEquals", "qualifiedValueShape", "sparql"),
}


def _numbered(
    least: int | None, most: int | None, values: Callable[[], tuple[str, str]]
) -> Iterator[str]:
    """Yield the conditions that there are at least and at most so many different values."""
    if least:
        yield f"EXISTS {{ {_several(least, values)} }}"
    if most is not None:
        yield f"NOT EXISTS {{ {_several(most + 1, values)} }}"


def _several(number: int, values: Callable[[], tuple[str, str]]) -> str:
    """Return the pattern of so many different values."""
    found = [values() for _ in range(number)]
    pairs = itertools.combinations([name for name, _ in found], 2)
    apart = "".join(f"FILTER(!sameTerm({one}, {other})) " for one, other in pairs)
    return " . ".join(pattern for _, pattern in found) + apart


def _of_datatype(value: str, datatype: Node) -> str:
    if datatype.value in _ANY_FORM:
        return f"(isLITERAL({value}) && DATATYPE({value}) = {datatype})"
    # What cannot be read as the datatype that it says is of none.
    well = f"COALESCE(isLITERAL({datatype}(STR({value}))), false)"
    return f"(isLITERAL({value}) && DATATYPE({value}) = {datatype} && {well})"


def _unless(conditions: Iterable[str]) -> str:
    return f"FILTER(!{_all_of(list(conditions))})"


def _without(other: Node) -> str:
    return f"FILTER NOT EXISTS {{ ?this {other} ?value }}"


def _all_of(conditions: list[str]) -> str:
    return f"({' && '.join(conditions)})" if conditions else "true"


def _any_of(conditions: Iterable[str]) -> str:
    return f"({' || '.join(conditions)})"


def _node(term: Node | ox.Triple) -> Node:
    assert not isinstance(term, ox.Triple)  # of RDF 1.2, of which no shape speaks
    return term


def _name(shape: Node) -> str:
    return shape.value if isinstance(shape, ox.NamedNode) else str(shape)
