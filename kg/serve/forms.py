"""Choices to the fields of a form: of a command's options, a query's parameters, a view's.

What may be chosen is said in one place, where it is used; a form only shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import click
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse

from kg.errors import QueryError
from kg.page.reported import column
from kg.page.words import in_both, pair
from kg.queries import SavedQuery
from kg.render.marked import UNSEEN
from kg.serve.respond import language_of

NEEDED = "(needed)"  # what a saved query says of a parameter without which it finds nothing
EXTRA = frozenset({"lang", "page", "run", "format"})  # what addresses say beside the choices
LONGEST = 1_000  # characters of a value
# Of a command's options: where its answer goes and from which store is not for a page to say.
NOT_ASKED = frozenset({"form", "output", "documents", "place", "fail", "sparql"})


@dataclass(frozen=True, slots=True)
class Field:
    """What a person may fill in or choose."""

    name: str  # in addresses
    kind: str = "text"  # text, number, choice, choices, flag or texts
    help: str = ""  # in English, as the command says it; the page knows the Chinese of it
    choices: tuple[str, ...] = ()
    default: str = ""
    needed: bool = False
    least: int | None = None
    most: int | None = None


Chosen = Mapping[str, tuple[str, ...]]  # by the name of a field; without what was left empty


def chosen(fields: Collection[Field], asked: QueryParams) -> Chosen:
    """Return what an address says of some fields; what it says of others would be passed over."""
    known = {field.name for field in fields}
    for name in asked:
        if name not in known and name not in EXTRA:
            allowed = ", ".join(field.name for field in fields) or "none"
            raise QueryError(f"{name[:60]}: not known here; known: {allowed}")
    for name, value in asked.multi_items():
        if len(value) > LONGEST:
            raise QueryError(f"{name}: {len(value):,} characters; at most {LONGEST:,} are taken")
    found = {field.name: tuple(filter(None, asked.getlist(field.name))) for field in fields}
    return {name: values for name, values in found.items() if values}


def address(path: str, values: Chosen, **more: str) -> str:
    """Return the one address of a page with these choices."""
    pairs = [(name, one) for name, several in values.items() for one in several]
    text = urlencode([*pairs, *more.items()])
    return f"{path}?{text}" if text else path


def tidied(request: Request) -> RedirectResponse | None:
    """Return the way to an address without what a form left empty, if it left anything."""
    pairs = request.query_params.multi_items()
    if all(value for _, value in pairs):
        return None
    rest = urlencode([(name, value) for name, value in pairs if value])
    return RedirectResponse(f"{request.url.path}?{rest}" if rest else request.url.path, 303)


def wording(request: Request) -> dict[str, Any]:
    """Return what templates of forms and tables say words by."""
    language = language_of(request)

    def word(name: str, table: str) -> str:
        """Return a word where no markup can be: in a list of choices."""
        return pair(name, table)[language == "en"]

    return {
        "word": word,
        "column": lambda name: in_both(*column(name)),
        "seen": lambda text: text.translate(UNSEEN),
    }


# -- of a command --------------------------------------------------------------------------------


def fields_of(command: click.Command) -> list[Field]:
    """Return the fields of a command: its arguments, then its options."""
    return [field_of(one) for one in command.params if one.name not in NOT_ASKED]


def field_of(parameter: click.Parameter) -> Field:
    """Return the field for an argument or an option."""
    name = parameter.opts[0].lstrip("-")
    help_text = getattr(parameter, "help", None) or ""
    kind = parameter.type
    field = Field(name, help=help_text, default=_default(parameter), needed=parameter.required)
    if getattr(parameter, "is_flag", False):
        return Field(name, "flag", help_text)
    if isinstance(kind, click.Choice):
        many = "choices" if parameter.multiple else "choice"
        allowed = tuple(str(one) for one in kind.choices)
        return Field(name, many, help_text, allowed, field.default, field.needed)
    if isinstance(kind, click.IntRange):
        least, most = (None if one is None else int(one) for one in (kind.min, kind.max))
        return Field(name, "number", help_text, (), field.default, field.needed, least, most)
    return Field(name, "texts", help_text) if parameter.nargs == -1 else field


def _default(parameter: click.Parameter) -> str:
    return str(parameter.default) if isinstance(parameter.default, str | int) else ""


def arguments_of(command: click.Command, values: Chosen) -> list[str]:
    """Return the words of a command line that make these choices.

    A value stands behind "=" or "--", so that none is taken for an option.
    """
    options: list[str] = []
    positional: list[str] = []
    for one in command.params:
        given = values.get(field_of(one).name, ()) if one.name not in NOT_ASKED else ()
        if isinstance(one, click.Argument):
            positional += given if one.nargs == -1 else given[-1:]
        elif getattr(one, "is_flag", False):
            options += [one.opts[0]] if given else []
        else:
            taken = given if one.multiple else given[-1:]
            options += [f"{one.opts[0]}={value}" for value in taken]
    return [*options, "--", *positional]


# -- of a saved query ------------------------------------------------------------------------------


def fields_of_query(query: SavedQuery) -> list[Field]:
    """Return the fields of a saved query's parameters."""
    return [
        Field(name, help=meaning, needed=NEEDED in meaning) for name, meaning in query.parameters
    ]
