"""What is done the short way gives what the plain way gives: the laws of each short cut."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract import NEAR, _link, dates, numerals, quantities, responsibilities
from kg.graph import escaped, iri_part, sorted_lines
from kg.measure import normal
from kg.models import Mention, Target
from kg.read import characters
from kg.signs import matches_at
from kg.structure import blocks, items, mend_blanks, mend_lines, mend_numbers, table_layouts
from kg.structure.metadata import find_fields, is_field
from kg.structure.titles import compact
from kg.workers import DEFAULT_LIMITS, Elsewhere, Standing

SIGNS = (
    "〇零一二三四五六七八九十百千两0123456789OolI*X. ,，、（）()〔〕[]【】—-－\n\u3000\u00a0\ufffd"
    "年月日号第个所%％元万亿云教发"
)
TEXT = st.text(st.sampled_from(SIGNS), max_size=40)


# -- patterns tried where they can begin -------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "pattern"),
    [
        (blocks.NUMBER_SIGN, blocks.MARKER),
        (mend_numbers.NUMBER_SIGN, mend_numbers.NUMBER),
        (mend_numbers.YEAR_SIGN, mend_numbers.ARABIC_YEAR),
        (mend_numbers.CHINESE_SIGN, mend_numbers.CHINESE_YEAR),
    ],
)
@given(text=TEXT)
def test_a_pattern_begins_with_one_of_its_signs(
    signs: re.Pattern[str], pattern: re.Pattern[str], text: str
) -> None:
    found = [match.span() for match in matches_at(signs, pattern, text)]
    assert found == [match.span() for match in pattern.finditer(text)]


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        (mend_blanks.BLANK, r"(?<=[一-鿿])[ \u00a0](?=[一-鿿])"),
        (mend_lines.COLUMN, r"(?<=[\d%)A-Za-z]) (?=[-\d])|(?<=[一-鿿]) (?=[一-鿿])"),
        (
            mend_numbers.TOKEN,
            r"(?<![A-Za-z\d.\-_/@])(?=[\dlI])[\dOolI]+(?:\.[\dOolI]+)?"
            r"(?![A-Za-z\d\-_/@])(?P<behind>.?)",
        ),
    ],
)
@given(text=st.text(st.sampled_from("0125lIOoxZ.-_/@ 云陵\n\u00a0%)"), max_size=20))
def test_what_stands_in_front_is_looked_at_behind_the_first_character(
    pattern: re.Pattern[str], plain: str, text: str
) -> None:
    found, wanted = (
        [(match.span(), match.groupdict()) for match in one.finditer(text)]
        for one in (pattern, re.compile(plain))
    )
    assert found == wanted


CUES = ["牵头", "单位", "责任部门", "配合", "负责", "：", ":", " ", "云陵市", "\n"]


@given(st.lists(st.sampled_from(CUES)), st.integers(0, 9), st.integers(0, 30))
def test_a_cue_ends_with_a_colon(parts: list[str], begin: int, end: int) -> None:
    text = "".join(parts)
    cues = list(responsibilities.CUE.finditer(text, begin, end))
    assert not cues or responsibilities._has_colon(text, begin, end)


@given(st.text(st.sampled_from(SIGNS + "多余以上至到"), max_size=30))
def test_a_figure_begins_with_a_numeral(text: str) -> None:
    found = [match.span() for match in quantities._figures_with_unit(text)]
    assert found == [match.span() for match in quantities._pattern().finditer(text)]


@given(st.lists(st.sampled_from(["突破", "达到", "破", *"千百亿万元，”云", "大关"])))
def test_a_round_sum_names_a_power_of_ten(parts: list[str]) -> None:
    text = "".join(parts)
    assert quantities.ROUND_POWER.search(text) or not quantities.ROUND.search(text)


# Every part optional, so that it matches the empty string at each character.
PLAIN_CALENDAR = re.compile(
    rf"(?:{dates.YEAR}(?:度)?|(?P<this>今年|本年度?|当年|全年)|(?P<next>明年))?\s*"
    r"(?:(?P<month>\d{1,2})\s*月(?:份)?\s*(?:(?P<day>\d{1,2})\s*日|(?P<monthend>底|末|下旬))?"
    r"|(?P<half>上半年|下半年)|第?(?P<quarter>[一二三四1-4])季度"
    r"|(?P<yearend>年?底|年?末)(?!考|端))?"
)
TIMES = ["2025", "20", "12", "下旬", "上半年", "下半年", "季度", "今年", "本年", "明年"]
TIMES += "61年度月份日底末第一三，云考"


@given(st.lists(st.sampled_from([*TIMES, " ", "  ", "\u3000", "\n"]), max_size=12))
def test_the_calendar_matches_what_it_matched_with_every_part_optional(parts: list[str]) -> None:
    text = "".join(parts)
    wanted, found = (
        [(match.span(), match.groupdict()) for match in pattern.finditer(text) if match[0].strip()]
        for pattern in (PLAIN_CALENDAR, dates.CALENDAR)
    )
    assert found == wanted
    assert dates.TIME.search(text) or not wanted


def test_the_calendar_matches_nothing_where_no_time_is_named() -> None:
    assert not list(dates.CALENDAR.finditer("市教育局要会同 有关部门抓好落实，"))


# -- numerals ----------------------------------------------------------------------------------


def test_complete_numerals_are_worth_what_the_library_says() -> None:
    signs = "".join(numerals.DIGITS) + "".join(numerals.UNITS)
    short = ("".join(chars) for length in (1, 2, 3) for chars in product(signs, repeat=length))
    complete = [one for one in short if numerals.COMPLETE.fullmatch(one)]
    assert {"两", "十", "二十", "一二", "三百"} < set(complete)
    assert "百" not in complete
    assert [numerals._complete(one) for one in complete] == [
        numerals.spoken(one) for one in complete
    ]


@given(st.from_regex(numerals.COMPLETE, fullmatch=True))
def test_so_are_long_ones(numeral: str) -> None:
    assert numerals.chinese(numeral) == numerals.spoken(numeral)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("一千二", 1200), ("百", None), ("千", None), ("十", 10), ("一千三十", 1030), ("", None)],
)
def test_other_numerals(numeral: str, value: int | None) -> None:
    assert numerals.chinese(numeral) == value


# -- words -------------------------------------------------------------------------------------


def test_whatever_is_replaced_or_noted_in_a_text_is_suspect() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    suspect = set(characters._suspect().findall(every))
    for pattern, _, said in characters._steps():
        assert set(pattern.findall(every)) <= suspect, said
    assert "\0" in suspect  # the padding at the end of a file
    assert not suspect & set("云陵市，。A1\t\n\r\u3000")


@given(st.text(max_size=30))
def test_blanks_and_widths_of_a_title(text: str) -> None:
    plain = re.sub(r"\s+", "", text).translate(str.maketrans("()—", "（）-"))
    assert compact(text) == plain


@pytest.mark.parametrize(
    "style", [style for level, style in items.STYLES if level >= items.ARTICLE]
)
def test_a_number_alone_on_its_line_is_short(style: re.Pattern[str]) -> None:
    @given(st.from_regex(style, fullmatch=True))
    def is_short(number: str) -> None:
        assert len(number) <= items.LONGEST_NUMBER

    is_short()


@given(st.text(st.sampled_from("云陵 \t\u3000\u00a0|｜│┃\u200b"), max_size=12))
def test_what_has_columns_has_a_sign_between_them(text: str) -> None:
    (line,) = table_layouts.split_lines(text + "\n")[:1]
    heads = [split(line, text) for split in table_layouts.SPLITTERS]
    has_columns = any(sum(begin < end for begin, end in head) > 1 for head in heads)
    assert table_layouts.PARTED.search(line.text) or not has_columns


ENDINGS = [word for role in ("kept", "risen", "than", "number") for word in normal.words(role)]


@given(st.lists(st.sampled_from(["幼儿园", "产值", *ENDINGS]), max_size=4).map("".join))
def test_a_word_is_cut_where_one_ends_the_form(form: str) -> None:
    for role in ("kept", "risen", "number"):
        found = normal._ending(role, "than").search(form)
        rest = form[: found.start()] if found is not None else ""
        kept = rest if len(rest) >= 2 and not rest.endswith(normal.words("half")) else ""
        assert normal._cut(form, role, "than") == kept


@given(st.lists(st.integers(1, 6), max_size=6), st.integers(0, 30), st.integers(0, 6))
def test_a_figure_inside_a_name_is_no_target(lengths: list[int], begin: int, length: int) -> None:
    """Names stand one behind the other, a character apart."""
    spans, at = [], 0
    for size in lengths:
        spans.append((at, at + size))
        at += size + 1
    names = tuple(Mention("Document", "Law", *span, "", "", "") for span in spans)
    target = Target(begin, begin + length, "", "Exactly", None, None, None, "所", "")
    inside = any(first <= begin and begin + length <= end for first, end in spans)
    assert list(_link([target], names)) == [target] * (not inside)


@given(st.sets(st.integers(0, 300), max_size=8), st.integers(0, 300), st.sampled_from("ab"))
def test_a_target_is_of_the_first_programme_near_it_that_its_indicator_names(
    places: set[int], begin: int, indicator: str
) -> None:
    named = ((at, "ab"[at % 2]) for at in sorted(places))
    programs = tuple(Mention("Program", "", at, at, "", name, "") for at, name in named)
    target = Target(begin, begin + 1, indicator, "Exactly", None, None, None, "所", "")
    wanted = [
        i
        for i, one in enumerate(programs)
        if abs(one.begin - begin) < NEAR and one.name in indicator
    ]
    assert [one.program for one in _link([target], programs)] == [next(iter(wanted), None)]


# -- the graph ---------------------------------------------------------------------------------

NODES = st.builds("<{}>".format, st.text("ab/#:", max_size=4))
VALUES = st.one_of(
    NODES,
    st.text(max_size=4).map(lambda text: f'"{escaped(text)}"'),
    st.text("云a", max_size=2).map(lambda text: f'"{escaped(text)}"@zh'),
    st.text("云a", max_size=2).map(lambda text: f'"{escaped(text)}"^^<x>'),
)


@given(st.lists(st.tuples(NODES, NODES, VALUES), max_size=12))
def test_lines_sorted_by_subject_are_sorted(triples: list[tuple[str, str, str]]) -> None:
    whole = sorted({f"{s} {p} {o} <g> .\n" for s, p, o in triples})
    assert "".join(sorted_lines(triples, "<g>")) == "".join(whole)


@given(st.text(st.sampled_from('云陵a/%<>"{}|^`\\é\U00020000\ue000'), max_size=8))
def test_an_iri_is_of_its_characters(text: str) -> None:
    assert iri_part(text) == "".join(map(iri_part, text))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("云陵市", "云陵市"),
        ("青禾 <县>", "青禾%20%3C县%3E"),
        ("𠀀", "%F0%A0%80%80"),
        ("a\u200bＢ", "aB"),
    ],
)
def test_what_an_iri_keeps(name: str, part: str) -> None:
    assert iri_part(name) == part


@given(st.text())
def test_what_stands_in_a_literal(text: str) -> None:
    table = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
    assert escaped(text) == text.translate(table)


# -- start-up ----------------------------------------------------------------------------------


def test_a_function_elsewhere_is_handed_over_by_its_name() -> None:
    join = Elsewhere("posixpath", "join")
    assert join("kg", "data") == "kg/data"
    assert pickle.loads(pickle.dumps(join)) is __import__("posixpath").join


def test_a_process_started_early_does_the_job_and_no_other_is_started() -> None:
    standing: Standing[int, int] = Standing(abs, 2, DEFAULT_LIMITS)
    try:
        standing.start()
        (early,) = standing._crew._workers
        assert list(standing.run([-3])) == [(-3, 3)]
        assert standing._crew._workers == [early]
    finally:
        standing.end()


def test_the_process_that_hands_out_documents_loads_no_extractor() -> None:
    program = """
import sys
from kg.build import default_extractor
assert "kg.pipeline" not in sys.modules
extractor = default_extractor("https://example.org/")
assert extractor.version and extractor.ontology
print([name for name in sys.modules if name.startswith(("kg.extract", "kg.structure", "rjieba"))])
extractor.process("云陵市教育局文件".encode(), ["a.txt"], "https://example.org/")
assert "kg.extract" in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u00a0", "\u3000 "])
def test_a_key_may_be_set_wide(blank: str) -> None:
    line = blank.join("发文字号") + f"{blank}：云政〔2024〕1号"
    (field,) = find_fields(line)
    assert (field.name, field.value) == ("number", "云政〔2024〕1号")
    assert line[field.begin : field.end] == field.value and is_field(line)
