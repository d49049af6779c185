"""A question in Chinese to an answer with its sentences, and to the SPARQL that gave it."""

from __future__ import annotations

from collections import Counter

from kg.ask import documents, duties, targets
from kg.ask.case import Answering, Case, Told
from kg.ask.model import Answer, Match
from kg.ask.understand import Asked, match, read
from kg.ask.wording import examples, templates
from kg.errors import QuestionError
from kg.reports.report import Report
from kg.store import Store

__all__ = ["Answer", "ask"]

NEAREST = 3  # questions that are offered where none fits

# A template of kg/data/questions.tsv → what answers it.
ANSWERING: dict[str, Answering] = {
    "places": targets.places,
    "value": targets.value,
    "high": targets.high,
    "low": targets.low,
    "compare": targets.compare,
    "change": targets.change,
    "targets": targets.targets,
    "silent": targets.silent,
    "unmentioned": targets.unmentioned,
    "recurring": targets.recurring,
    "first": documents.first,
    "since": documents.since,
    "practised": documents.practised,
    "lead": duties.lead,
    "support": duties.support,
    "leads": duties.leads,
    "supports": duties.supports,
    "several": duties.several,
    "both": duties.both,
    "unowned": duties.unowned,
    "finish": duties.finish,
    "due": duties.due,
    "implements": documents.implements,
    "implementers": documents.implementers,
    "citers": documents.citers,
    "missing": documents.missing,
    "documents": documents.documents,
    "issued": documents.issued,
    "about": documents.about,
    "belongs": documents.belongs,
    "contains": documents.contains,
}


def ask(store: Store, question: str, today: str = "") -> Answer:
    """Answer a question in Chinese by the template that fits best.

    `today` is an ISO date, for 去年 and the like. Raise QuestionError where no template fits, with
    the nearest questions, and where a name may mean several things, with the choices.
    """
    asked = read(store, question, today)
    found = match(asked)
    if found is None:
        raise QuestionError(_not_understood(asked))
    case = Case(store, asked, found)
    told = ANSWERING[found.template](case)
    return Answer(
        template=found.template,
        slots=found.slots,
        told=told.told,
        sparql=told.sparql,
        report=_report(case, told, found),
    )


def _report(case: Case, told: Told, found: Match) -> Report:
    template = templates()[found.template]
    slots = [*case.asked.circumstances.written, *case.understood]
    understood = "；".join(f"{name} {text}" for name, text in slots)
    return Report(
        name="ask",
        title=f"理解：{template.title}" + (f"（{understood}）" if understood else ""),
        columns=told.columns,
        rows=told.rows,
        notes=(f"回答：{told.told}", *case.notes, *told.notes),
        query=_query_of(template.query, told.sparql),
    )


def _query_of(query: str, sparql: str) -> str:
    # What no name of the graph is meant by is searched for in the texts.
    return "ask-words" if query == "ask-named" and "?name" not in sparql else query


def _not_understood(asked: Asked) -> str:
    parts = [f"{name} {text}" for name, text in asked.circumstances.written]
    parts += [f"名称 {name.text}" for name in asked.names if name.kind != "Region"]
    known = f"；读懂的有：{'；'.join(parts)}" if parts else ""
    return f"没有读懂“{asked.text}”{known}。相近的问法：{' / '.join(nearest(asked.text))}"


def nearest(question: str) -> list[str]:
    """Give the questions of the tables that look most like this one, of different templates."""
    best = [
        max((_likeness(question, example), example) for example in several)
        for several in examples().values()
    ]
    return [example for _, example in sorted(best, key=lambda one: (-one[0], one[1]))[:NEAREST]]


def _likeness(one: str, other: str) -> float:
    """Give the share of characters and pairs of characters that two questions have in common."""
    mine, theirs = _pieces(one), _pieces(other)
    common = sum((mine & theirs).values())
    return 2 * common / max(mine.total() + theirs.total(), 1)


def _pieces(text: str) -> Counter[str]:
    return Counter([*text, *(text[at : at + 2] for at in range(len(text) - 1))])
