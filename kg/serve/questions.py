"""Questions in Chinese to pages: the answer with its sentences, and how it was understood."""

from __future__ import annotations

import time
from dataclasses import replace

import click
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.ask import Answer, nearest
from kg.ask import ask as answer_question
from kg.ask.wording import templates
from kg.commands.ask import ask as command
from kg.commands.ask import check_day
from kg.commands.inside import file_of
from kg.errors import KgError, NotFoundError, QuestionError
from kg.page.words import pair
from kg.render.report import draw_report
from kg.serve.address import links
from kg.serve.forms import Chosen, Field, address, arguments_of, chosen, tidied, wording
from kg.serve.holding import store_of
from kg.serve.kept import kept, leaf_of
from kg.serve.reports import attachment, formats_of, line_of
from kg.serve.respond import respond

PATH = "/ask"
FIELDS = (Field("q"), Field("today"))
_FORMATS = formats_of(command)


def question_page(request: Request) -> Response:
    """Answer a question, or show what can be asked."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    try:
        values = chosen(FIELDS, request.query_params)
        form = request.query_params.get("format")
        if "q" not in values:
            return _page(request, values)
        if form is not None:
            return _file(request, values, form)
        began = time.monotonic()
        answer = _answer(request, values)
        return _page(request, values, answer, seconds=time.monotonic() - began)
    except (KgError, click.ClickException) as error:
        given = {one.name: tuple(request.query_params.getlist(one.name)) for one in FIELDS}
        return _page(request, given, problem=error)


def _answer(request: Request, values: Chosen) -> Answer:
    question, today = (values.get(name, ("",))[-1] for name in ("q", "today"))
    check_day(today)
    store = store_of(request)
    key = ("ask", question, today)
    return kept(request, key, lambda: answer_question(store, question, today))


def _arguments(values: Chosen) -> list[str]:
    given = {"question": values["q"], "today": values.get("today", ())}
    return arguments_of(command, given)


def _file(request: Request, values: Chosen, form: str) -> Response:
    if form not in _FORMATS:
        raise NotFoundError(f"format {form[:60]}: not known; known: {', '.join(_FORMATS)}")
    return attachment(file_of(command, _arguments(values), store_of(request), form), "ask", form)


def _page(
    request: Request,
    values: Chosen,
    answer: Answer | None = None,
    problem: Exception | None = None,
    seconds: float = 0.0,
) -> Response:
    leaf = leaf_of(request, answer.report.rows) if answer else None
    report = None
    if answer and leaf:
        # The answer in a sentence is its first note too; on the page it is the heading.
        notes = tuple(one for one in answer.report.notes if not one.endswith(answer.told))
        report = replace(answer.report, rows=tuple(leaf.rows), notes=notes)
    question = values.get("q", ("",))[-1] if values.get("q") else ""
    lost = isinstance(problem, QuestionError)
    return respond(
        request,
        "serve/ask.html",
        pair("questions"),
        styles=("serve/table.css", "serve/forms.css"),
        status=400 if problem else 200,
        question=question,
        today=values.get("today", ("",))[-1] if values.get("today") else "",
        answer=answer,
        report=report,
        drawn=draw_report(report, links(store_of(request).base).place) if report else None,
        leaf=leaf,
        seconds=f"{seconds:.2f}",
        problem=line_of(problem) if problem else "",
        nearest=nearest(question) if lost and question else (),
        kinds=tuple(templates().values()),
        slots=answer.slots if answer else {},
        asking=lambda text: address(PATH, {"q": (text,)}),
        permalink=address(PATH, values),
        files=[(form, address(PATH, values, format=form)) for form in _FORMATS],
        to_page=lambda number: address(PATH, values, page=str(number)),
        **wording(request),
    )


ROUTES = (Route(PATH, question_page),)
