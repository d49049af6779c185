"""Full-text search: which documents and places a query finds, in which order, from which index."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plans import PLANS

from kg.cli import cli
from kg.errors import KgError, NotFoundError, QueryError, StoreError
from kg.ledger import Ledger
from kg.models import DocumentGraph
from kg.search import Found, Index, find_names, open_index, search, update
from kg.search import index as indexing
from kg.search.entries import KINDS, Called
from kg.search.index import Change
from kg.search.query import LONGEST, Clause, Condition, Term, parse
from kg.search.words import fold, places, words
from kg.sparql import PREFIXES
from kg.store import DEFAULT_BASE, ONTOLOGY, Store


@pytest.fixture(scope="module")
def plans(plans_store: Store) -> Iterator[Index]:
    with open_index(plans_store) as index:
        yield index


# -- stores made by hand -----------------------------------------------------------------------


def paper(
    name: str, text: str, *, title: str = "", number: str = "", version: str = "1", **more: str
) -> DocumentGraph:
    """Make the graph of a document with this text, as the pipeline would, but nothing else in it.

    `more`: issued, year, kind, region (a name, of level County).
    """
    source = f"{DEFAULT_BASE}source/{sha256(text.encode()).hexdigest()[:20]}"
    document, build = f"{DEFAULT_BASE}document/{name}", f"{DEFAULT_BASE}build/{version}"
    region = f"{DEFAULT_BASE}region/{more.get('region', '')}"
    triples = [
        (source, "pol:sha256", sha256(text.encode()).hexdigest()),
        (source, "nif:isString", text),
        (source, "dcterms:source", f"{name}.txt"),
        (source, "prov:wasGeneratedBy", build),
        (document, "rdf:type", f"{PREFIXES['pol']}PolicyDocument"),
        (document, "pol:hasText", source),
        (document, "dcterms:title", title),
        (document, "pol:documentNumber", number),
        (document, "dcterms:issued", more.get("issued", "")),
        (document, "pol:planYear", more.get("year", "")),
        (document, "rdf:type", f"{PREFIXES['pol']}{more['kind']}" if "kind" in more else ""),
    ]
    if "region" in more:
        triples += [
            (document, "pol:appliesTo", region),
            (region, "rdf:type", f"{PREFIXES['pol']}Region"),
            (region, "rdf:type", f"{PREFIXES['pol']}County"),
            (region, "skos:prefLabel", more["region"]),
        ]
    lines = "".join(sorted(_quad(*triple, source) for triple in triples if triple[2]))
    return DocumentGraph(source, name, version, lines, ())


AGENCY, REGION = f"{DEFAULT_BASE}agency/", f"{DEFAULT_BASE}region/"
RDF_TYPE = f"{PREFIXES['rdf']}type"


def _speaking(name: str, text: str, region: str, **more: str) -> DocumentGraph:
    """Make the graph of a document that speaks of an agency: mentions it, or says its names."""
    own = paper(name, text, title=f"{name}县通知", region=region, version=more.get("version", "1"))
    triples = [(f"{DEFAULT_BASE}document/{name}", "pol:mentions", more.get("mentions", ""), AGENCY)]
    agency = f"{AGENCY}教育局"
    triples += [
        (agency, "rdf:type", "Agency" if "called" in more else "", PREFIXES["pol"]),
        (agency, "skos:prefLabel", more.get("called", ""), ""),
        (agency, "skos:altLabel", more.get("other", ""), ""),
    ]
    lines = "".join(_quad(*one[:2], one[3] + one[2], own.iri) for one in triples if one[2])
    return DocumentGraph(own.iri, own.document, own.title, own.nquads + lines, ())


def _quad(subject: str, predicate: str, value: str, graph: str) -> str:
    prefix, _, local = predicate.partition(":")
    node = pyoxigraph.NamedNode
    object_ = node(value) if value.startswith("https://") else pyoxigraph.Literal(value)
    quad = pyoxigraph.Quad(node(subject), node(PREFIXES[prefix] + local), object_, node(graph))
    return f"{quad} .\n"


def asked(papers: Sequence[DocumentGraph], query: str) -> Found:
    with Store() as store:
        store.load(papers)
        return search(store, query)


def titles(found: Found) -> list[str]:
    return [one.title for one in found.documents]


def marked(found: Found) -> list[str]:
    """Return what is marked in the passages of all documents."""
    return [
        one.text[begin - one.begin : end - one.begin]
        for document in found.documents
        for one in document.passages
        for begin, end in one.marks
    ]


# -- what is found -----------------------------------------------------------------------------

DUTY = "（县教育局牵头，县自然资源局配合）"


@pytest.mark.parametrize(
    ("query", "files"),
    [
        ("学位", 13),
        ("学前教育", 16),
        ("教育", 18),
        ("晨曦护苗", 7),
        ("一园一策", 2),
        ("“一园一策”", 2),
        ("一园 一策", 2),
        ("学前教育 学位", 11),
        ("学位 学前教育", 11),
        ("学前教育 -学位", 5),
        ("学前教育 －学位", 5),  # a full-width minus
        ("教育 -学前教育", 2),
        ("-学前教育", 2),
        ("晨曦护苗 或 一园一策", 8),
        ("晨曦护苗 OR 一园一策", 8),
        ("title:要点", 14),
        ("标题：要点", 14),
        ("title:要点 一园一策", 0),
        ("-title:要点", 4),
        ("赣府厅发〔2021〕18号", 2),  # its own, and the one that cites it
        ("2022", 7),
        ("２０２２", 7),
        ("year:2022", 8),
        ("学前教育 year:2022", 8),
        ("年：２０２１-2022 学位", 8),
        ("place:青禾县", 4),
        ("地区:云陵市 学位", 10),  # and the counties in it
        ("place:江西省 学位", 13),
        ("level:省", 4),
        ("层级:County 学位", 7),
        ("kind:意见", 1),
        ("文种:工作要点 一园一策", 0),
        ("kind:workplan", 14),
        ("-kind:工作要点", 4),
        ("issuer:青禾县教育局", 3),
        ("agency:青禾县市场监督管理局", 1),
        ("place:unknown", 0),
        ("毛入园率达到96%", 2),
        ("养老院", 0),
    ],
)
def test_a_query_finds_documents(plans_store: Store, plans: Index, query: str, files: int) -> None:
    found = search(plans_store, query, index=plans, limit=100)
    assert found.total == len(found.documents) == files


@pytest.mark.parametrize(
    ("text", "query", "place"),
    [
        ("新增学位六百个。", "学位", "学位"),
        ("新增学\n位六百个。", "学位", "学\n位"),  # a line of a PDF file ends anywhere
        ("扩大优质、普惠资源。", "优质普惠", "优质、普惠"),
        ("扩大优质、普惠资源。", "优质、普惠", "优质、普惠"),
        ("扩大优质普惠资源。", "优质、普惠", "优质普惠"),
        ("推行“一园一策”。", "“一园一策”", "一园一策"),  # the marks say that it is one phrase
        ("推行《办法》和办法。", "《办法》", "《办法》"),
        ("到２０２５年底", "2025年", "２０２５年"),
        ("到2025年底", "２０２５", "2025"),
        ("建设ＡＩ实验室和5Ｇ基站", "ai", "ＡＩ"),
        ("建设ＡＩ实验室和5Ｇ基站", "5G", "5Ｇ"),
        ("覆盖率达96.5%以上", "96.5%", "96.5%"),
        ("面积300㎡，绿地40公顷", "绿地40公顷", "绿地40公顷"),
        ("𠮷林村小学", "𠮷林", "𠮷林"),
        ("二〇二三年工作", "二〇二三年", "二〇二三年"),
        ("⼯作要点", "工作", "⼯作"),  # a radical that stands for the character
        ("一老一小，一老一小", "一老一小", "一老一小"),
        ("、学，位。学位", "学位", "学，位"),
    ],
)
def test_a_place_is_found_and_marked(text: str, query: str, place: str) -> None:
    found = asked([paper("文", text)], query)
    assert place in marked(found)
    (document,) = found.documents
    for passage in document.passages:
        assert text[passage.begin : passage.end] == passage.text


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("共12023人", "2023"),
        ("2023年", "202"),
        ("建设AIoT平台", "ai"),
        ("学习位置", "学位"),
        ("位学", "学位"),
        ("教育", "教育部"),
    ],
)
def test_what_is_another_word_is_not_found(text: str, query: str) -> None:
    assert asked([paper("文", text)], query).total == 0


HAN = "学前教育位园县局𠮷〇"
TEXTS = st.text(st.sampled_from(HAN + "，。、（）《》 　%.-*^ab2３Ａ\n\t"), min_size=1, max_size=60)


@given(TEXTS, st.data())
def test_every_piece_of_a_line_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from([one for one in text.split("\n") if one] or ["学"]))
    begin = data.draw(st.integers(0, len(line) - 1))
    piece = line[begin : data.draw(st.integers(begin + 1, len(line)))].strip()
    cut_word = any(
        fold(line)[at - 1 : at + 1].isalnum() and not set(line[at - 1 : at + 1]) & set(HAN)
        for at in (begin, begin + len(piece))
        if 0 < at < len(line)
    )
    if cut_word or not set(piece) & set(HAN):
        return  # 2 of 23 is no word; a mark alone is not looked for
    found = places(piece, fold(text)).spans
    assert piece in [text[slice(*span)] for span in found]
    assert all(words(text[slice(*span)]) == words(piece) for span in found)
    assert piece in marked(asked([paper("文", f"开头。{text}")], f'"{piece}"'))


# -- the order, names, passages, facets --------------------------------------------------------


def test_title_then_heading_then_body() -> None:
    other = "其他事项。" * 30
    papers = [
        paper("a", f"甲。{other}学前教育。", title="甲县工作要点"),
        paper("b", f"乙。{other}事项。", title="乙县学前教育工作要点"),
        paper("c", f"丙。{other}学前，教育。", title="学前教育"),
    ]
    assert titles(asked(papers, "学前教育")) == ["学前教育", "乙县学前教育工作要点", "甲县工作要点"]


def test_words_together_come_before_more_words_apart() -> None:
    papers = [
        paper("a", "普惠政策。学位供给。" * 20, title="多"),
        paper("b", "新增普惠学位。" + "其他事项。" * 50, title="一起"),
    ]
    assert titles(asked(papers, "普惠 学位")) == ["一起", "多"]


def test_of_equals_the_newer_comes_first() -> None:
    days = ("2021-03-02", "2023", "", "2022-11")
    papers = [
        paper(f"d{n}", f"第{n}份。学位。", title=f"件{n}", issued=day) for n, day in enumerate(days)
    ]
    assert [one.issued for one in asked(papers, "学位").documents] == [
        "2023",
        "2022-11",
        "2021-03-02",
        "",
    ]


def test_the_title_and_the_number_are_searched_though_the_text_lacks_them() -> None:
    papers = [paper("a", "正文。", title="枫渚县扩优提质方案", number="枫府办发〔2022〕41号")]
    for query in ("扩优提质", "枫府办发〔2022〕41号", "枫府办发 41"):
        (found,) = asked(papers, query).documents
        assert found.found == 0 and found.passages == ()
    assert asked(papers, "提质").documents[0].title_pieces() == [
        ("枫渚县扩优", False),
        ("提质", True),
        ("方案", False),
    ]


def test_passages_stand_in_their_section_and_name_their_place(
    plans_store: Store, plans: Index
) -> None:
    (document,) = search(plans_store, "一园一策 place:青禾县", index=plans, limit=5).documents
    (passage,) = document.passages
    assert passage.heading == "二　工作举措"
    assert document.title == "青禾县推进学前教育扩优提质实施方案"
    (text,) = plans_store.select(f"SELECT ?t {{ <{document.source}> nif:isString ?t }}")
    assert text["t"][slice(*passage.place)] == "一园一策"
    assert text["t"][passage.begin : passage.end] == passage.text


def test_the_next_passage_shows_the_other_word() -> None:
    text = "一是学位。\n" * 5 + "二是师资。\n"
    (document,) = asked([paper("文", text)], "学位 师资").documents
    assert [one.text for one in document.passages][-1] == "二是师资。"
    assert len(document.passages) == 3 and document.found == 6


def test_a_long_sentence_is_cut_at_commas_around_the_place() -> None:
    text = (
        "，".join(f"第{n}项工作" for n in range(60))
        + "，新增学位，"
        + "，".join("其他工作" for _ in range(60))
    )
    (document,) = asked([paper("文", text)], "学位").documents
    (passage,) = document.passages
    assert passage.cut_left and passage.cut_right and len(passage.text) <= 120
    assert passage.text.startswith("第") and passage.text.endswith("其他工作")
    assert marked(asked([paper("文", text)], "学位")) == ["学位"]


def test_names_are_found_the_very_name_first(plans_store: Store, plans: Index) -> None:
    assert [one.name for one in find_names(plans, "青禾县教育局", limit=1)] == ["青禾县教育局"]
    assert [one.kind for one in search(plans_store, "一园一策", index=plans).names] == ["Program"]
    assert {one.name for one in find_names(plans, "教育局", kinds=["Agency"])} == {
        *("云陵市教育局", "枫渚县教育局", "青禾县教育局", "临枫区教育局")
    }
    assert find_names(plans, "养老院") == find_names(plans, '"*^') == []


def test_facets_count_every_document_and_narrow_it_down(plans_store: Store, plans: Index) -> None:
    found = search(plans_store, "学位", index=plans, limit=1)
    counts = {one.field: [(name, number) for _, name, number in one.counts] for one in found.facets}
    assert counts["level"] == [("Province", 3), ("Prefecture", 3), ("County", 7)]
    assert counts["year"] == [("2023", 5), ("2022", 3), ("2021", 5)]
    assert counts["kind"] == [("WorkPlan", 13)]
    assert ("临枫区", 2) in counts["place"]
    for facet in found.facets:
        assert facet.unknown == 0
        for value, _, number in facet.counts:
            narrowed = search(plans_store, f"学位 {facet.field}:{value}", index=plans)
            # A place takes in those that lie in it.
            assert narrowed.total >= number if facet.field == "place" else narrowed.total == number


def test_what_is_not_known_is_counted_and_can_be_asked_for() -> None:
    papers = [
        paper("a", "学位甲", title="知", year="2022", kind="Notice", region="青禾县"),
        paper("b", "学位乙", title="不知"),
    ]
    found = asked(papers, "学位")
    assert {one.field: one.unknown for one in found.facets} == dict.fromkeys(
        ("level", "place", "year", "kind"), 1
    )
    for field in ("level", "place", "year", "kind", "issuer"):
        assert "不知" in titles(asked(papers, f"学位 {field}:unknown"))
    assert titles(asked(papers, "学位 -year:未知")) == ["知"]


def test_pages_follow_one_another(plans_store: Store, plans: Index) -> None:
    whole = titles(search(plans_store, "教育", index=plans, limit=18))
    some = [
        title
        for first in (0, 5, 10, 15, 20)
        for title in titles(search(plans_store, "教育", index=plans, limit=5, first=first))
    ]
    assert some == whole and len(set(whole)) == 18


# -- how a query is read -----------------------------------------------------------------------


def _clause(*texts: str, excluded: bool = False) -> Clause:
    return Clause(tuple(Term(text, tuple(words(text))) for text in texts), excluded)


@pytest.mark.parametrize(
    ("text", "clauses", "conditions"),
    [
        ("学位", [_clause("学位")], []),
        ("学前教育　学位", [_clause("学前教育"), _clause("学位")], []),  # a full-width blank
        ('"学前 教育"', [_clause("学前 教育")], []),
        ("「一老一小」", [_clause("一老一小")], []),
        ("“没有关上", [_clause("没有关上")], []),
        ("-学位", [_clause("学位", excluded=True)], []),
        ("公办 或 民办 学位", [_clause("公办", "民办"), _clause("学位")], []),
        ("公办 | 民办 OR 普惠", [_clause("公办", "民办", "普惠")], []),
        ("或 学位 或", [_clause("学位")], []),
        ("“或” 学位", [_clause("或"), _clause("学位")], []),
        ("year:2022", [], [Condition("year", "2022")]),
        ("年份：2021－2023", [], [Condition("year", "2021－2023")]),
        ("机构:“青禾县 教育局”", [], [Condition("agency", "青禾县 教育局")]),
        ("-文种:通知", [], [Condition("kind", "通知", excluded=True)]),
        ("发文机关:教育局", [], [Condition("issuer", "教育局")]),
        ("目标:学位", [_clause("目标:学位")], []),  # no field of ours: text
        ("http://a.b/c", [_clause("http://a.b/c")], []),
        ("10-12月", [_clause("10-12月")], []),
    ],
)
def test_a_query_is_read(text: str, clauses: list[Clause], conditions: list[Condition]) -> None:
    query = parse(text)
    assert (list(query.clauses), list(query.conditions)) == (clauses, conditions)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", QueryError, "nothing to look for"),
        ('*^"', QueryError, "nothing to look for"),
        ("学" * (LONGEST + 1), QueryError, "at most 500"),
        ("学" * 10_000, QueryError, "10,000 characters"),
        ("学 " * 40, QueryError, "at most 30"),
        ("year:去年", QueryError, "is no year"),
        ("year:99999", QueryError, "is no year"),
        ("place:", QueryError, "has no value"),
        ("place:火星", NotFoundError, "not in the store"),
        ("kind:诗", NotFoundError, "WorkPlan"),
        ("level:高", NotFoundError, "Province"),
        ("agency:火星局", NotFoundError, "nothing in the store is called so"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(
    plans_store: Store, plans: Index, text: str, error: type[KgError], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        search(plans_store, text, index=plans)
    assert "\n" not in str(caught.value) and "fts5" not in str(caught.value).lower()


HOSTILE = (
    *('" } ; DROP TABLE documents; --', "NEAR(学 位)", "学位*", "^学位", "{title} : 学位", "学位)"),
    *(
        "学位 AND",
        "NOT 学位",
        "学 + 位",
        "'; DELETE FROM words;",
        "\x00学位",
        "学\x00位",
        "学位\ud800",
    ),
    *("title:学 OR body:位", 'title:"', "words MATCH 'x'", "学位\\", "%s %d {0}", "-", "--学位"),
    *("<script>学位</script>", "( ( ( 学位", "“”“”“学位", "\u202e学位", "学\u200b位", "。" * 400),
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_mark_means_anything_to_the_database(
    plans_store: Store, plans: Index, text: str
) -> None:
    try:
        found = search(plans_store, text, index=plans)
    except QueryError as error:
        assert "nothing to look for" in str(error)
    else:
        assert all(words(text) for _ in found.documents)
    assert search(plans_store, "学位", index=plans).total == 13  # and all is as it was


@settings(max_examples=20)
@given(st.text(max_size=80))
def test_any_text_is_answered_or_refused_in_a_line(text: str) -> None:
    with Store() as store:
        store.load([paper("文", "学位 OR 2022 title")])
        try:
            assert search(store, text).total in (0, 1)
        except KgError as error:
            assert "\n" not in str(error)


def test_what_holds_no_word_is_said_to_be_left_out(plans_store: Store, plans: Index) -> None:
    found = search(plans_store, "学位 ！", index=plans)
    assert found.total == 13 and found.notes[0][1] == "left out, as it holds no word: ！"


def test_where_nothing_is_found_each_word_is_told_of(plans_store: Store, plans: Index) -> None:
    found = search(plans_store, "学位 养老院 一园一策", index=plans)
    assert found.total == 0
    assert found.notes == (
        (
            "单独查找：学位 13 件，养老院 0 件，一园一策 2 件",
            "by itself: 学位 13 documents, 养老院 0 documents, 一园一策 2 documents",
        ),
    )
    assert search(plans_store, "养老院", index=plans).notes == ()


def test_many_threads_ask_one_index(plans_store: Store, plans: Index) -> None:
    queries = ["学位", "教育 学前", "晨曦护苗", "place:青禾县 学位"] * 10

    def ask(query: str) -> list[str]:
        return titles(search(plans_store, query, index=plans))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, queries)) == [ask(query) for query in queries]


# -- the index ---------------------------------------------------------------------------------

A = paper("甲", "新增学位六百个。", title="甲县要点", year="2022", region="青禾县")
B = paper("乙", "发展学前教育，新增学位。", title="乙县要点", year="2023", region="枫渚县")
C = paper("丙", "学校安全。", title="丙县通知", kind="Notice")
A2 = paper("甲", "新增学位六百个。", title="甲县工作要点（修订）", version="2", region="青禾县")


HELD = (
    "SELECT source, entry, text FROM documents",
    "SELECT label, iri, kind, name, documents FROM names",
    "SELECT * FROM regions",
    "SELECT * FROM state",
    "SELECT name, mark FROM graphs",
    """SELECT of.term, what, said.term, graphs FROM facts
       JOIN terms AS of ON of.number = entity JOIN terms AS said ON said.number = value""",
)


def content(place: Path) -> object:
    """Return all that an index holds, whatever its rows are numbered."""
    rows = sqlite3.connect(f"file:{place / indexing.FILE}?mode=ro", uri=True)
    held = []
    for table, named in (
        ("words", "row, source FROM documents"),
        ("name_words", "row, label FROM names"),
    ):
        rows.execute(f"CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, {table}, instance)")
        names = dict(rows.execute(f"SELECT {named}"))
        held.append(
            sorted(
                (names[row], column, offset, term)
                for term, row, column, offset in rows.execute(
                    "SELECT term, doc, col, offset FROM held"
                )
            )
        )
        rows.execute("DROP TABLE held")
    others = [sorted(rows.execute(query)) for query in HELD]
    rows.close()
    return held, others


def fresh(tmp_path: Path, papers: Sequence[DocumentGraph]) -> object:
    place = tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}"
    with Store(place) as store:
        store.load(papers)
        update(store)
    return content(place)


STEPS = {
    "one by one": ([[A], [B], [C]], [], [A, B, C]),
    "backwards": ([[C], [B], [A]], [], [A, B, C]),
    "and out again": ([[A, B, C]], [B], [A, C]),
    "all out": ([[A, B]], [A, B], []),
    "read anew": ([[A, B], [A2]], [], [A2, B]),
    "read anew and out": ([[A, B], [A2]], [A2], [B]),
}


@pytest.mark.parametrize("name", STEPS)
def test_an_index_brought_up_to_date_is_as_one_made_now(tmp_path: Path, name: str) -> None:
    loads, gone, left = STEPS[name]
    with Store(tmp_path / "store") as store:
        for some in loads:
            store.load(some)
            update(store)
        for one in gone:
            store.drop(one.iri)
            update(store)
        with open_index(store) as index:
            ranked = [
                (one.title, one.passages) for one in search(store, "学", index=index).documents
            ]
    assert content(tmp_path / "store") == fresh(tmp_path, left)
    assert (
        ranked == [(one.title, one.passages) for one in asked(left, "学").documents]
        if left
        else not ranked
    )


def test_only_what_has_changed_is_written(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([A, B])
        assert (update(store).added, update(store).added) == (2, 0)
        store.load([C])
        change = update(store)
        assert (change.added, change.removed, change.new) == (1, 0, False)
        store.load([A2])
        assert (update(store).added, update(store).added) == (1, 0)


# -- any way to a store ------------------------------------------------------------------------

NAMED = "urn:named"
SPEAKING = {
    # Two sources of one document, one that names what others speak of, one read anew.
    "甲": _speaking("甲", "新增学位。", "青禾县", mentions="教育局"),
    "甲 again": _speaking("甲", "新增学位六百个。", "青禾县", mentions="教育局", called="县教育局"),
    "乙": _speaking(
        "乙", "学校安全。", "枫渚县", mentions="教育局", called="教育局", other="县教委"
    ),
    "乙 anew": _speaking("乙", "学校安全。", "枫渚县", version="2", called="教体局"),
    "丙": _speaking("丙", "公办园。", "青禾县", mentions="青禾县"),
}
OFFICE, PLACE = f"<{AGENCY}教育局>", f"<{REGION}青禾县>"
CHANGES = {
    "a name": f"INSERT DATA {{ GRAPH <{NAMED}> {{ {OFFICE} skos:prefLabel '云陵市教育局' }} }}",
    "a class": f"INSERT DATA {{ GRAPH <{NAMED}> {{ {OFFICE} a pol:Program }} }}",
    "one more place": f"INSERT DATA {{ GRAPH <{NAMED}> {{ {PLACE} skos:prefLabel '禾县' }} }}",
    "another date": f"""
        WITH <{SPEAKING["丙"].iri}> DELETE {{ ?d dcterms:issued ?o }}
        INSERT {{ ?d dcterms:issued "2024-05-06"^^xsd:date }}
        WHERE {{ ?d pol:hasText ?s OPTIONAL {{ ?d dcterms:issued ?o }} }}
    """,
    "one more date": f"""
        WITH <{SPEAKING["丙"].iri}> DELETE {{ ?d dcterms:issued ?o }}
        INSERT {{ ?d dcterms:issued "2025-05-06"^^xsd:date }}
        WHERE {{ ?d pol:hasText ?s OPTIONAL {{ ?d dcterms:issued ?o }} }}
    """,
    "no names anywhere": "DELETE WHERE { GRAPH ?g { ?thing skos:altLabel ?name } }",
    "a text out": f"DROP SILENT GRAPH <{SPEAKING['甲'].iri}>",
    "all of it out": f"DROP SILENT GRAPH <{NAMED}>",
    "a document by hand": f"""
        INSERT DATA {{ GRAPH <urn:text> {{
            <urn:paper> pol:hasText <urn:text> ; dcterms:title '手写' ; pol:mentions {OFFICE} .
            <urn:text> pol:sha256 '0' ; nif:isString '学位' }} }}
    """,
}
STEPS_TAKEN = [
    *(("load", name) for name in SPEAKING),
    *(("drop", name) for name in SPEAKING),
    *(("change", name) for name in CHANGES),
]
# With each: whether the index is brought up to date then.
STEP = st.tuples(st.sampled_from(STEPS_TAKEN), st.sampled_from([True, True, False]))
ALL_IN = [(("load", name), True) for name in SPEAKING]
ALL_OUT = [(("drop", name), True) for name in SPEAKING]
ALL_CHANGED = [(("change", name), True) for name in CHANGES]


_SPOKEN_OF = """
SELECT ?entity ?document {
    { ?document pol:mentions|pol:issuedBy|pol:appliesTo ?entity }
    UNION { ?document pol:hasText ?source BIND(?document AS ?entity) }
}
"""
_NAMES = """
SELECT ?entity ?name ?other { ?entity a pol:%s ; skos:prefLabel ?name
    OPTIONAL { ?entity skos:altLabel ?other } }
"""
_CLASSES = f"""
SELECT ?class (COUNT(DISTINCT ?node) AS ?number) {{
    GRAPH ?graph {{ ?node a ?class }} FILTER(?graph != <{ONTOLOGY}>)
}} GROUP BY ?class
"""


def take(store: Store, step: str, name: str) -> None:
    match step:
        case "load":
            store.load([SPEAKING[name]])
        case "drop":
            store.drop(SPEAKING[name].iri)
        case _:
            store.update(CHANGES[name])


def plainly_called(store: Store) -> list[tuple[str, str, str, str, int]]:
    """Return what entities are called, asked of the whole store."""
    speaking = defaultdict(set)
    for row in store.select(_SPOKEN_OF):
        speaking[row["entity"]].add(row["document"])
    found: dict[tuple[str, str], tuple[str, str, str, str, int]] = {}
    for kind in KINDS:
        rows = [row for row in store.select(_NAMES % kind) if row["entity"] in speaking]
        for row in rows:
            iri = row["entity"]
            name = min(other["name"] for other in rows if other["entity"] == iri)
            for label in {row["name"], row["other"]} - {""}:
                found.setdefault((label, iri), (label, iri, kind, name, len(speaking[iri])))
    return sorted(found.values())


@settings(max_examples=20)
@given(st.lists(STEP, max_size=8))
@example([*ALL_IN, *ALL_CHANGED])
@example([*ALL_IN, *ALL_OUT])
@example([*ALL_CHANGED, *ALL_IN, *ALL_OUT[:2]])
def test_any_way_to_a_store_leads_to_the_index_made_of_it(
    steps: list[tuple[tuple[str, str], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "store") as store:
        store.set_ontology(f"{OFFICE} <{RDF_TYPE}> <urn:c> <{ONTOLOGY}> .\n", "1")
        for step, is_followed in steps:
            take(store, *step)
            if is_followed:
                update(store)
        update(store)
        place = Path(folder) / "store"
        brought = content(place)
        assert brought[1][1] == plainly_called(store)  # type: ignore[index]
        (place / indexing.FILE).unlink()
        assert update(store).new
        assert brought == content(place)
        numbers = {row["class"]: int(row["number"]) for row in store.select(_CLASSES)}
        assert store.counts() == numbers


def test_what_a_stopped_writer_left_is_looked_at_until_it_is_settled(tmp_path: Path) -> None:
    place = tmp_path / "store"
    with Store(place) as store:
        store.load([A, B])
        update(store)
    ledger = Ledger(place / "files.sqlite")
    ledger.begin([A.iri])
    ledger.close()
    with Store(place, read_only=True) as store:
        assert update(store) == Change(1, 1)
        assert update(store) == Change(0, 0)
    with Store(place) as store:
        assert update(store) == Change(1, 1)
    assert content(place) == fresh(tmp_path, [A, B])


def test_nothing_is_noted_of_a_graph_while_an_image_of_the_store_is_made(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([A])
    place = tmp_path / "store" / "files.sqlite"
    with closing(Ledger(place)) as writer, closing(Ledger(place, read_only=True)) as reader:
        with reader.held_still():
            writing = threading.Thread(target=writer.begin, args=([A.iri],))
            writing.start()
            writing.join(0.2)
            assert writing.is_alive()
            reader.copy(tmp_path / "copy.sqlite")
        writing.join()
        assert writer.unsettled() == [A.iri]
    with closing(Ledger(tmp_path / "copy.sqlite", read_only=True)) as copy:
        assert copy.unsettled() == []


def test_only_entities_that_changed_graphs_speak_of_are_named_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = []
    plain = indexing._name

    def note(rows: sqlite3.Connection, renamed: Iterable[tuple[str, list[Called]]]) -> None:
        some = list(renamed)
        named.append({iri.rpartition("/")[2] for iri, _ in some})
        plain(rows, some)

    monkeypatch.setattr(indexing, "_name", note)
    with Store(tmp_path / "store") as store:
        store.load([A, B])
        update(store)
        store.load([C])
        update(store)
        store.drop(B.iri)
        update(store)
    assert named == [{"甲", "青禾县", "乙", "枫渚县"}, {"丙"}, {"乙", "枫渚县"}]


# -- the file ----------------------------------------------------------------------------------


def test_an_index_that_was_interrupted_is_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "store") as store:
        store.load([A])
        update(store)
        store.load([B, C])
        for stage in ("_put_in", "_note", "_name", "_place"):

            def stop(*_: object) -> None:
                raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                patch.setattr(indexing, stage, stop)
                with pytest.raises(KeyboardInterrupt):
                    update(store)
        assert content(tmp_path / "store") == fresh(tmp_path, [A])
        update(store)
    assert content(tmp_path / "store") == fresh(tmp_path, [A, B, C])


@pytest.mark.parametrize(
    "damage",
    [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 5000],
    ids=["empty", "another file", "broken"],
)
def test_a_damaged_index_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    place = tmp_path / "store"
    with Store(place) as store:
        store.load([A, B])
        (place / indexing.FILE).write_bytes(damage)
        assert search(store, "学位").total == 2
    assert content(place) == fresh(tmp_path, [A, B])


def test_an_index_of_another_version_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "store") as store:
        store.load([A])
        update(store)
        monkeypatch.setattr(indexing, "VERSION", "another")
        assert update(store).new


def test_a_store_that_is_newer_than_its_index_says_so(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([A])
        assert "no index" in search(store, "学位").notes[0][1]
        assert search(store, "学位").notes == ()
        store.load([B])
        found = search(store, "学位")
        assert found.total == 2 and "1 documents added, 0 removed" in found.notes[0][1]


def test_where_the_index_cannot_be_written_one_in_memory_answers(tmp_path: Path) -> None:
    place = tmp_path / "store"
    with Store(place) as store:
        store.load([A, B])
    (place / indexing.FILE).mkdir()  # root may write everywhere, but not over a directory
    with Store(place, read_only=True) as store:
        found = search(store, "学位")
    assert found.total == 2 and "made for this search alone" in found.notes[0][1]


def test_a_python_without_fts5_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(indexing, "is_possible", lambda: False)
    with Store(tmp_path / "store") as store:
        store.load([A])
        assert update(store).added == 0  # a build goes on without
        with pytest.raises(StoreError, match="has no FTS5"):
            search(store, "学位")


# -- the command -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("search") / "store"
    some = [str(path) for path in sorted(PLANS.glob("青禾县-*.txt"))]
    result = CliRunner().invoke(cli, ["build", *some, "--store", str(place)])
    assert result.exit_code == 0, result.output
    return place


def run(place: Path, *words_: str) -> str:
    result = CliRunner().invoke(cli, ["search", *words_, "--store", str(place)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_build_makes_the_index_and_remove_follows(built: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    shutil.copytree(built, place)
    assert (place / indexing.FILE).is_file()
    assert "no index" not in run(place, "学位")  # it was there
    result = CliRunner().invoke(cli, ["remove", "青禾县-2022-要点.txt", "--store", str(place)])
    assert result.exit_code == 0, result.output
    after = run(place, "学位")
    assert "青禾县教育局2022年工作要点" not in after and "brought up to date" not in after


def test_the_command_gives_a_row_for_each_passage(built: Path) -> None:
    rows = json.loads(run(built, "一园一策", "--format", "json"))["rows"]
    assert [row["document"] for row in rows] == ["青禾县推进学前教育扩优提质实施方案"]
    assert rows[0]["section"] == "二　工作举措" and rows[0]["places"] == 1
    assert "一园一策" in rows[0]["evidence"][0]["sentence"]


@pytest.mark.parametrize(
    ("words_", "files"),
    [
        (["学位"], 3),
        (["学前教育", "-学位"], 1),
        (["学位", "--year", "2022"], 1),
        (["学位", "--region", "青禾县", "--kind", "工作要点"], 3),
        (["学位", "--agency", "青禾县教育局"], 3),
        (["公办", "或", "学位"], 4),
        (["--year", "2022"], 2),
        (["养老院"], 0),
    ],
)
def test_the_command_finds(built: Path, words_: list[str], files: int) -> None:
    assert f"\n{files} documents" in run(built, *words_)


@pytest.mark.parametrize(
    ("words_", "code", "says"),
    [
        ([], 1, "nothing to look for"),
        (["学位", "--yaer", "2022"], 2, "--yaer"),
        (["学位", "--year", "去年"], 1, "is no year"),
        (["place:火星"], 1, "not in the store"),
    ],
)
def test_the_command_says_what_is_wrong(
    built: Path, words_: list[str], code: int, says: str
) -> None:
    result = CliRunner().invoke(cli, ["search", *words_, "--store", str(built)])
    assert result.exit_code == code and says in result.output
    assert "Traceback" not in result.output
