"""The reports as pages: what may be chosen, the table with its sentences, files to keep."""

from __future__ import annotations

import inspect
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from itertools import pairwise

import click
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.commands.inside import file_of, report_of
from kg.errors import KgError, NotFoundError
from kg.page.words import pair
from kg.render.report import draw_report, heading_of
from kg.reports import REPORTS, Listed
from kg.reports.report import Report
from kg.results import printable
from kg.serve.address import links
from kg.serve.forms import Chosen, Field, address, arguments_of, chosen, fields_of, tidied, wording
from kg.serve.holding import store_of
from kg.serve.kept import kept, leaf_of
from kg.serve.respond import respond

# What takes more than two seconds over 500 documents; there the form comes first.
SLOW = frozenset({"due", "matrix", "pairs", "unowned", "pledges", "cascade", "check"})
MANY = 200  # documents
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}
SUFFIXES = {"markdown": "md"}  # of files; the others are called as their format
# What a report calls otherwise than its command: the agency of `kg who NAME --pairs`.
_OTHERWISE = {"pairs": {"agency": "name"}}


@dataclass(frozen=True, slots=True)
class Offered:
    """A report that there is a page of."""

    listed: Listed
    command: click.Command
    fixed: Mapping[str, tuple[str, ...]]  # choices that make the command give this report
    fields: tuple[Field, ...]
    formats: tuple[str, ...]  # of files


@cache
def offered() -> Mapping[str, Offered]:
    """Return all reports by their names, in the order of the list."""
    return {listed.name: _offer(listed) for listed in REPORTS}


def _offer(listed: Listed) -> Offered:
    name, *words = listed.command.split()
    command: click.Command = getattr(import_module(f"kg.commands.{name}"), name)
    fixed = _fixed(words)
    needed = {one.lower() for one in words if one.isupper()}
    fields = tuple(
        replace(
            one,
            default=fixed.get(one.name, (one.default,))[0],
            needed=one.needed or one.name in needed,
        )
        for one in _fields(listed, command)
    )
    return Offered(listed, command, fixed, fields, formats_of(command))


def _fields(listed: Listed, command: click.Command) -> list[Field]:
    """Return what may be chosen: of a command of several reports, what this one takes."""
    siblings = [one for one in REPORTS if one.command.split()[0] == listed.command.split()[0]]
    if len(siblings) == 1:
        return fields_of(command)
    taken = _taken(listed)
    # The option --kind gives its values as `kinds`; --by is called so by the report too.
    taken |= {one.opts[0].lstrip("-") for one in command.params if one.name in taken}
    return [one for one in fields_of(command) if one.name in taken]


def _fixed(words: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the choices of `--by level` or `--matrix`; what is written large is for the reader."""
    fixed: dict[str, tuple[str, ...]] = {}
    for word, after in pairwise([*words, ""]):
        if word.startswith("--") and not after.isupper():
            value = after if after and not after.startswith("--") else "on"
            fixed[word.lstrip("-")] = (value,)
    return fixed


def _taken(listed: Listed) -> set[str]:
    """Return what the function of a report takes, in the words of its command."""
    function = getattr(import_module(f"kg.reports.{listed.name}"), listed.name)
    other = _OTHERWISE.get(listed.name, {})
    return {other.get(name, name) for name in inspect.signature(function).parameters}


def formats_of(command: click.Command) -> tuple[str, ...]:
    """Return the formats of the files that a command writes."""
    form = next(one.type for one in command.params if one.name == "form")
    assert isinstance(form, click.Choice)
    return tuple(one for one in form.choices if one != "table")


# -- pages ---------------------------------------------------------------------------------------


def overview(request: Request) -> Response:
    """List the reports, with what each answers."""
    return respond(
        request,
        "serve/reports.html",
        pair("reports"),
        styles=("serve/forms.css",),
        reports=[one.listed for one in offered().values()],
    )


def report_page(request: Request) -> Response:
    """Show a report with its form, or give it as a file."""
    one = offered().get(request.path_params["name"])
    if one is None:
        raise NotFoundError(f"report {request.path_params['name']!r}: there is none of this name")
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    try:
        values = chosen(one.fields, request.query_params)
        form = request.query_params.get("format")
        if form is not None:
            return _file(request, one, values, form)
        if not _is_to_run(request, one, values):
            return _page(request, one, values)
        began = time.monotonic()
        report = _report(request, one, values)
        return _page(request, one, values, report, time.monotonic() - began)
    except (KgError, click.ClickException) as error:
        return _page(request, one, _given(request, one), problem=line_of(error))


def line_of(error: Exception) -> str:
    """Return what is wrong with what was asked for, in one line."""
    told = error.format_message() if isinstance(error, click.ClickException) else str(error)
    return printable(told)


def _given(request: Request, one: Offered) -> Chosen:
    """Return what was filled in, wrong as it may be."""
    asked = request.query_params
    return {field.name: tuple(asked.getlist(field.name)) for field in one.fields}


def _is_to_run(request: Request, one: Offered, values: Chosen) -> bool:
    if any(field.needed and field.name not in values for field in one.fields):
        return "run" in request.query_params  # then the command says what is missing
    if values or "run" in request.query_params or one.listed.name not in SLOW:
        return True
    return not holds_many(request)


def holds_many(request: Request) -> bool:
    """Tell whether the store holds so much that a page should wait to be asked for it."""
    return kept(request, "documents", lambda: len(store_of(request).sources())) > MANY


def _arguments(one: Offered, values: Chosen) -> list[str]:
    return arguments_of(one.command, {**one.fixed, **values})


def _report(request: Request, one: Offered, values: Chosen) -> Report:
    arguments = _arguments(one, values)
    key = (one.listed.name, *arguments)
    return kept(request, key, lambda: report_of(one.command, arguments, store_of(request)))


def _file(request: Request, one: Offered, values: Chosen, form: str) -> Response:
    if form not in one.formats:
        raise NotFoundError(f"format {form[:60]}: not known; known: {', '.join(one.formats)}")
    content = file_of(one.command, _arguments(one, values), store_of(request), form)
    return attachment(content, one.listed.name, form)


def attachment(content: bytes, name: str, form: str) -> Response:
    """Return a file to keep."""
    headers = {
        "content-disposition": f'attachment; filename="{name}.{SUFFIXES.get(form, form)}"',
        "x-content-type-options": "nosniff",
    }
    return Response(content, media_type=MEDIA[form], headers=headers)


def _page(
    request: Request,
    one: Offered,
    values: Chosen,
    report: Report | None = None,
    seconds: float = 0.0,
    problem: str = "",
) -> Response:
    path = request.url.path
    leaf = leaf_of(request, report.rows) if report is not None else None
    shown = replace(report, rows=tuple(leaf.rows)) if report is not None and leaf else None
    return respond(
        request,
        "serve/report.html",
        pair(one.listed.name, "report-names"),
        styles=("serve/table.css", "serve/forms.css"),
        **wording(request),
        status=400 if problem else 200,
        listed=one.listed,
        fields=one.fields,
        values=values,
        problem=problem,
        heading_of_answer=heading_of(report) if report else None,
        report=shown,
        drawn=draw_report(shown, links(store_of(request).base).place) if shown else None,
        leaf=leaf,
        seconds=f"{seconds:.2f}",
        permalink=address(path, values),
        files=[(form, address(path, values, format=form)) for form in one.formats],
        to_page=lambda number: address(path, values, page=str(number)),
    )


ROUTES = (Route("/reports", overview), Route("/reports/{name}", report_page))
