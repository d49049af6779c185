"""Words in two languages to the one that a reader wants, where only one has room: a title."""

from __future__ import annotations

from starlette.requests import Request

from kg.page.words import Pair
from kg.serve.respond import language_of


def said(request: Request, words: Pair) -> str:
    """Return words in the language of a request."""
    return words[language_of(request) == "en"]
