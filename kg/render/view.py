"""A view to one self-contained HTML page: the picture, what it leaves out, and its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kg.errors import NotFoundError
from kg.page import write_page
from kg.page.words import in_both
from kg.render.evidence import sentence_around
from kg.render.links import Links, digest_of
from kg.render.marked import UNSEEN
from kg.render.subgraph import Text, read_texts, selector
from kg.render.views import STYLES, VIEWS, View, Wanted
from kg.store import Store

BRACKETS = ("（", "(")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence in the list below the picture, with the words that it is quoted for."""

    before: str
    words: str
    after: str
    file: str


@dataclass(frozen=True, slots=True)
class Footnotes:
    """Where the places of a view lead: to the page of their text, else to a list below it."""

    pages: Mapping[str, str]
    places: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def links(self) -> Links:
        """Return the links of a page on its own, which shows no entities."""
        return Links(lambda iri: "", self._place)

    def _place(self, source: str, begin: int, end: int) -> str:
        page = self.pages.get(digest_of(source))
        if page:
            return f"{page}#char={begin},{end}"
        return f"#e{self.places.setdefault((source, begin, end), len(self.places) + 1)}"

    def quoted(self, store: Store) -> list[Quoted]:
        """Return the sentences of the list, in the order of their numbers."""
        texts = read_texts(selector(store), sorted({source for source, *_ in self.places}))
        return [_quote(texts[source], begin, end) for source, begin, end in self.places]


def _quote(text: Text, begin: int, end: int) -> Quoted:
    sentence = sentence_around(text.text, begin, end)
    start, stop = sentence.begin, sentence.begin + len(sentence.text)
    # （县教育局牵头，县财政局配合） says little without what it is about, which stands before it.
    if sentence.text.startswith(BRACKETS) and not sentence.cut_left:
        start = sentence_around(text.text, max(0, start - 1), start).begin
    before = text.text[start:begin]
    return Quoted(
        before=_shown(("…" if sentence.cut_left else "") + before),
        words=_shown(text.text[max(begin, start) : min(end, stop)]),
        after=_shown(text.text[end:stop] + ("…" if sentence.cut_right else "")),
        file=_shown(text.name),
    )


def _shown(text: str) -> str:
    return text.translate(UNSEEN)


def render_view(
    store: Store,
    name: str,
    wanted: Wanted,
    pages: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the page of a view; `pages` gives for a text, by the end of its IRI, its own page.

    Raise NotFoundError where there is nothing to show.
    """
    notes = Footnotes(pages)
    view = VIEWS[name](store, wanted, notes.links())
    if view.empty:
        raise NotFoundError(_nothing(view))
    notes_told = [in_both(*note) for note in view.notes]
    return write_page(
        "render/view.html",
        title=view.title[0],
        styles=("render/view.css", *STYLES),
        scripts=("render/view.js",),
        heading=in_both(*view.title),
        lead=notes_told[:1],
        body=view.body,
        notes=notes_told[1:],
        sentences=notes.quoted(store),
    )


def _nothing(view: View) -> str:
    why = view.notes[0][1] if view.notes else ""
    return f"--view {view.name}: nothing to show; {why}".rstrip("; ")
