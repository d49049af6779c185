"""Ways by which the rules read faster: each finds what the plain way beside it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.extract.agencies import _called
from kg.extract.agency_bounds import EDGE, _continuations, _links, clause_before, continues, is_edge
from kg.extract.agency_heads import _heads
from kg.extract.agency_lists import COLON, DEPARTMENTS, LIST_CUE
from kg.extract.agency_local import (
    BUILT,
    PAIRED,
    PARTY_GROUP,
    UNLISTED,
    _forms_in,
    _split_pattern,
    find_local,
)
from kg.extract.agency_national import CENTRAL
from kg.extract.agency_places import (
    PARTY_OR_GOVERNMENT,
    PARTY_REACH,
    SEVERAL_LEVELS,
    SEVERAL_REACH,
    find_prefixes,
)
from kg.extract.agency_trades import CAPACITY, CAPACITY_UNIT
from kg.extract.attached import find_attached
from kg.extract.documents import _abbreviations, _within, brackets
from kg.extract.governors import _verb, verb_roles, verbs_in
from kg.extract.jurisdiction import OWN, OWN_BEGINS, _national_names, _openings
from kg.extract.places import find_names
from kg.extract.regions import LINKS, _name_ends
from kg.extract.same import EVEN_WIDTH, even_title
from kg.extract.text import TABLE, even, places_of, up_to
from kg.extract.unmarked import NUMBERED
from kg.extract.zones import BARE, PILOT, _ending
from kg.models import Place
from kg.read import read
from kg.signs import matches_at
from kg.structure import structure
from kg.vocabulary import forms, rows

CITY = Place("云陵市", "prefecture", full_name="云陵市")
HEADS = tuple(row["head"] for row in rows("organisation_heads.tsv"))
LEVELS = ("省", "市", "县", "区", "自治区", "街道", "镇", "乡", "省会")
WORDS = (
    *("由", "会同", "报送", "推进", "各", "全", "我", "本", "和", "与", "等", "国家", "级", "中央"),
    *("教育", "民政", "部门", "行政", "单位", "主管", "委", "党委", "党组", "政府", "人民政府"),
    *(
        "青禾县",
        "云陵",
        "苏州",
        "工业园区",
        "贵州",
        "贵阳市",
        "中国（云渚）自由贸易试验区",
        "经开区",
    ),
    *(
        "牵头",
        "责任单位",
        "：",
        ":",
        "（",
        "）",
        "、",
        "，",
        "。",
        "“",
        "”",
        "《",
        "》",
        "〈",
        "〉",
    ),
    *(
        "12条",
        "9",
        "万吨",
        "GWh",
        "晶硅",
        "条",
        "措施",
        "方案",
        "精神",
        "决定",
        "简称",
        "以下",
        "均",
    ),
    *(
        "称为",
        "代表",
        "办公室",
        "中心",
        "局",
        "厅",
        " ",
        "\n",
        "\t",
        "员",
        "场",
        "服务",
        "Ａ",
        "～",
    ),
)
sentences = st.lists(st.sampled_from(WORDS + LEVELS + HEADS + tuple(forms())), max_size=14).map(
    "".join
)


@given(st.text(st.sampled_from([*map(chr, TABLE), *map(chr, range(128)), *"云陵。，（"])))
def test_one_width_is_the_table_s(text: str) -> None:
    assert even(text) == text.translate(TABLE)


# -- what must stand in a sentence --------------------------------------------------------------


GATES = {
    "paired": (PAIRED, lambda text: "委、政府" in text or "委和政府" in text),
    "party group": (PARTY_GROUP, lambda text: "党委" in text or "党组" in text),
    "split form": (_split_pattern()[0], lambda text: "委" in text),
    "central": (CENTRAL, lambda text: "中央" in text),
    "departments": (DEPARTMENTS, lambda text: "部门" in text or "单位" in text),
    "unlisted": (UNLISTED, lambda text: BUILT.search(text) is not None),
    "capacity": (CAPACITY, lambda text: CAPACITY_UNIT.search(text) is not None),
    "articles": (NUMBERED, lambda text: "条" in text),
    "pilot zone": (PILOT, lambda text: "区" in text),
    "own zone": (BARE, lambda text: "区" in text),
    "zone": (_ending(), lambda text: "区" in text),
}
FOUND = {
    "paired": "省委、政府",
    "party group": "局党组",
    "split form": "团云陵市委",
    "central": "中央决定",
    "departments": "部门",
    "unlisted": "民营经济局",
    "capacity": "12万吨晶硅",
    "articles": "“21条”举措",
    "pilot zone": "中国（云渚）自由贸易试验区",
    "own zone": "经开区",
    "zone": "新区",
}


@pytest.mark.parametrize("name", GATES)
@given(text=sentences)
def test_what_is_looked_for_first_stands_in_every_match(name: str, text: str) -> None:
    pattern, may = GATES[name]
    assert pattern.search(FOUND[name]) and may(FOUND[name])
    assert may(text) or pattern.search(text) is None


@given(sentences)
@example("责任单位：教育局")
@example("责任单位（教育局）")
@example("教育局牵头、责任单位")
def test_a_list_is_opened_by_a_colon_or_a_bracket(text: str) -> None:
    lists = import_module("kg.extract.agency_lists")
    if COLON.search(text) is None and "（" not in text:
        for cue in LIST_CUE.finditer(text):
            opened = "：" in cue[0] or ":" in cue[0] or text[cue.end() : cue.end() + 1] in "（"
            assert not (opened and list(lists.find_items(text, cue.end(), len(text))))


@given(sentences)
@example("由市数字经济局负责")
@example("由市教育局、县教育行政主管部门负责")
def test_local_bodies_are_those_behind_every_prefix(text: str) -> None:
    local = import_module("kg.extract.agency_local")

    def everywhere(stretch: str, place: Place | None, _: object) -> Iterator[object]:
        return find_prefixes(stretch, place, lambda end: True)

    fast = list(find_local(text, CITY))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(local, "find_prefixes", everywhere)
        patched.setattr(local, "BUILT", re.compile(""))
        assert fast == list(find_local(text, CITY))


# -- where in a sentence ------------------------------------------------------------------------


@given(sentences)
def test_forms_are_the_longest_at_each_place(text: str) -> None:
    plain = {
        begin: max(found, key=len)
        for begin in range(len(text))
        if (found := [form for form in forms() if text.startswith(form, begin)])
    }
    assert [(begin, form.form) for begin, form in _forms_in(text).items()] == [*plain.items()]


@given(sentences)
def test_last_words_of_organisations_are_the_longest(text: str) -> None:
    plain = re.compile("|".join(sorted(map(re.escape, HEADS), key=len, reverse=True)))
    found, heads, _ = _heads()
    assert [
        (heads[index], begin, end) for index, begin, end in found.find_matches_as_indexes(text)
    ] == [(match[0], *match.span()) for match in plain.finditer(text)]


@given(sentences, st.data())
def test_edges_by_the_links_of_each_length(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1)) if text else 0
    plain = at == 0 or text[at - 1] in EDGE or text[:at].endswith(tuple(_links()))
    assert is_edge(text, at) == plain


@given(sentences, st.integers(0, 40), st.integers(1, 12))
@example("会同\n市", 3, 6)
def test_the_clause_before_is_the_last_piece(text: str, at: int, reach: int) -> None:
    at = min(at, len(text))
    pieces = re.split(f"[{re.escape(EDGE)}]", text[max(0, at - reach) : at])
    assert clause_before(text, at, reach) == pieces[-1]


@given(
    sentences, st.sampled_from(["", "自治区、", "设区市（", "各市（、", "县党委", "各级", "市\n"])
)
@example("云", "自治区、")
@example("、", "自治区、\n")
def test_what_stands_before_a_level_within_its_reach(text: str, behind: str) -> None:
    before = text + behind
    for pattern, reach in ((SEVERAL_LEVELS, SEVERAL_REACH), (PARTY_OR_GOVERNMENT, PARTY_REACH)):
        near = pattern.search(up_to(before, len(before), reach))
        assert (near is None) == (pattern.search(before) is None)


@pytest.mark.parametrize("name", ["教育部", "市政府", "县委", "教育局", "人大"])
@pytest.mark.parametrize("behind", ["门", "采购", "员", "局长", "书记", "部署", "一行", ""])
def test_what_goes_on_behind_a_name(name: str, behind: str) -> None:
    plain = any(
        pattern.match(behind)
        for tail, pattern in _continuations().items()
        if tail == "*" or name.endswith(tail)
    )
    assert continues(name, name + behind, len(name)) == plain


@given(sentences, st.sampled_from(["教育局", "办公室", "和", "云陵"]), st.integers(0, 5))
@example("办公室办公室", "办公室", 0)
def test_short_names_with_their_office(text: str, short: str, since: int) -> None:
    plain = re.compile(f"{short}(?:办公室)?").finditer(text, since)
    assert list(_called(short, text, since)) == [match.span() for match in plain]


@given(sentences, st.sampled_from(["教育局", "和", "、、", "云陵"]))
def test_places_of_words(text: str, words: str) -> None:
    assert list(places_of(words, text)) == [m.span() for m in re.finditer(re.escape(words), text)]


def test_names_of_places_are_the_same_in_a_sentence_and_in_a_document() -> None:
    sentence = "云陵市新区，贵州贵阳市参加，苏州市展厅。"
    names = [(6, 8, "贵州"), (8, 11, "贵阳市"), (14, 17, "苏州市")]
    copies = range(0, 100 * len(sentence), len(sentence))
    assert list(find_names(sentence)) == names
    assert list(find_names(sentence * 100)) == [
        (at + begin, at + end, name) for at in copies for begin, end, name in names
    ]


PLACES = (
    "苏州",
    "兰州—西宁城市群",
    "呼和浩特",
    "永和",
    "和田",
    "贵阳市",
    "新建",
    "平顶山市",
    "、",
    "和",
    "—",
    "等",
)


@given(st.lists(st.sampled_from(PLACES), max_size=10).map("".join), st.integers(0, 20))
@example("永和、苏州", 1)
@example("兰州—西宁城市群", 2)
@example("和田、苏州和新建", 2)
def test_a_row_of_places_is_read_once(text: str, at: int) -> None:
    head = text[:at].rstrip(LINKS)
    if len(head) < len(text) and text[len(head)] in LINKS:
        plain = any(end == len(head) for _, end, _ in find_names(head))
        assert _name_ends(text, len(head)) == plain


# -- in a document ------------------------------------------------------------------------------


@given(sentences)
@example("自治区政府、我市政府代表市人民政府，区委员会，各县政府")
def test_how_a_text_speaks_of_its_own_place(text: str) -> None:
    plain = [match.span() for match in OWN.finditer(text)]
    assert [match.span() for match in matches_at(OWN_BEGINS, OWN, text)] == plain


@given(st.sampled_from([*sorted(_national_names())[::40], "云陵市"]), sentences)
def test_titles_that_national_bodies_open(name: str, rest: str) -> None:
    title = name + rest
    plain = {len(body) for body in _national_names() if title.startswith(body)}
    assert set(_openings(title)) == plain


def _brackets_by_character(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    depth, start = 0, -1
    for at in range(begin, end):
        if text[at] == "《" and depth and at - start > 60:
            depth = 0
        if text[at] in "《〈":
            start = at + 1 if depth == 0 else start
            depth += 1
        elif text[at] in "》〉" and depth:
            depth -= 1
            if depth == 0 and at > start:
                yield start, at


@given(st.text(st.sampled_from("《》〈〉云陵，"), max_size=150), st.integers(0, 9))
def test_brackets_from_mark_to_mark(text: str, begin: int) -> None:
    plain = list(_brackets_by_character(text, begin, len(text)))
    assert list(brackets(text, begin, len(text))) == plain


ABBREVIATED = re.compile(r"(?:以下)?(?:均)?(?:简称|称)(?:为)?[《“](?P<short>[^》”]{1,20})[》”]")
CALLED = ("以下", "均", "简", "称", "为", "《云陵方案》", "“方案”", "《", "》", "，", "办法")


@given(st.lists(st.sampled_from(CALLED), max_size=16).map("".join))
@example("《云陵方案》" + "，" * 114 + "以下均简称《方案》")
@example("《云陵方案》（以下均简称为《方案》），《云陵办法》称“办法”")
def test_what_a_text_will_call_its_papers(text: str) -> None:
    plain = [
        (match["short"], text[spans[-1][0] : spans[-1][1]])
        for match in ABBREVIATED.finditer(text)
        if (spans := list(brackets(text, max(0, match.start() - 120), match.start())))
    ]
    assert list(_abbreviations(text)) == plain


def _within_by_pattern(text: str, begin: int, end: int, own: str) -> tuple[int, int] | None:
    letters = (re.escape(char) for char in even_title(own))
    marks = r"[《》〈〉<>“” \u3000]*"
    found = re.search(marks.join(letters), text[begin:end].translate(EVEN_WIDTH))
    if found is None or found.start() == 0:
        return None
    return begin + found.start(), begin + found.end()


@given(
    st.text(st.sampled_from("云方案《》“” \u3000\n（(—"), max_size=24),
    st.text(st.sampled_from("云方案《“（("), min_size=1, max_size=4),
    st.integers(0, 3),
)
@example("关于印发《云方 案》的通知", "云方案", 0)
def test_a_title_inside_another(text: str, own: str, begin: int) -> None:
    begin = min(begin, len(text))
    plain = _within_by_pattern(text, begin, len(text), own)
    assert _within(text, begin, len(text), own) == plain


ATTACHING = """云陵市教育局关于开展评估工作的通知

各县教育局：

现就有关工作通知如下。各校按照义务教育学校评估实施方案开展工作。

附件：1.青禾县义务教育学校评估实施方案
2.枫渚县义务教育学校评估实施方案

云陵市教育局
2024年3月1日
"""


def test_of_two_attachments_that_end_alike_the_first_listed_is_named() -> None:
    outline = structure(read(ATTACHING.encode(), ["a.txt"]))
    at = ATTACHING.index("义务教育学校")
    names = [mention.name for mention in find_attached(outline) if mention.begin == at]
    assert names == ["青禾县义务教育学校评估实施方案", "枫渚县义务教育学校评估实施方案"]


@given(
    st.lists(
        st.sampled_from(
            [
                *verb_roles(),
                *("按", "依", "《", "机构编制", "编制外", "实施方案", "（试行", "公布的"),
                *("符合条件", "云", "，"),
            ]
        ),
        max_size=9,
    ).map("".join)
)
def test_verbs_where_one_can_begin(text: str) -> None:
    found = [match for match in _verb().finditer(text) if match["verb"]]
    plain = [(m.start(), m.end(), verb_roles().get(m["verb"], "apply")) for m in found]
    assert verbs_in(text) == plain
