"""Bytes to text: every encoding, clean and damaged, and the characters that no graph can hold."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable

import pytest
from casebook import understood

from kg.errors import ReadError
from kg.models import Field, ReadOptions, Source
from kg.pipeline import extractor_version, process, version_for
from kg.read import read, traditional
from kg.read.plausible import everyday_share, is_traditional
from kg.read.traditional import same_length, simplified
from kg.vocabulary import rows

LINES = (
    "云陵市教育局关于加强中小学校车管理的通知",
    "各县（区）教育局，局直属各学校：",
    "　　为了保障学生上下学的安全，现就有关事项通知如下，请认真执行。",
    "　　一、建立台账。每所学校在2024年9月底以前登记全部车辆和驾驶人员。",
    "　　二、加强检查。教育局会同公安局每学期检查两次，发现问题立即改正。",
    "　　三、按时报告。各县（区）在12月10日以前报送全年的工作情况。",
    "云陵市教育局",
    "2024年3月1日",
)
TEXT = "".join(line + "\n" for line in LINES * 3)
TRADITIONAL_LINES = (
    "雲陵市教育局關於加強校車管理的通知",
    "　　為了保障學生的安全，請各校認真執行下列各項，並於年底以前報告辦理情形。",
    "　　一、每學期檢查兩次，發現問題應立即改正。",
)
TRADITIONAL = "".join(line + "\n" for line in TRADITIONAL_LINES * 4)

# How a text is written, and what the reader calls it.
ENCODINGS = {
    "UTF-8": (TEXT, "utf-8", b"", "utf-8"),
    "UTF-8 with mark": (TEXT, "utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
    "GB18030": (TEXT, "gb18030", b"", "gb18030"),
    "GBK": (TEXT, "gbk", b"", "gb18030"),
    "GB18030 behind the mark of UTF-8": (TEXT, "gb18030", b"\xef\xbb\xbf", "gb18030"),
    "UTF-16-LE": (TEXT, "utf-16-le", b"", "utf-16-le"),
    "UTF-16-BE": (TEXT, "utf-16-be", b"", "utf-16-be"),
    "UTF-16-LE with mark": (TEXT, "utf-16-le", b"\xff\xfe", "utf-16"),
    "UTF-16-BE with mark": (TEXT, "utf-16-be", b"\xfe\xff", "utf-16"),
    "UTF-32-LE": (TEXT, "utf-32-le", b"", "utf-32-le"),
    "UTF-32-BE": (TEXT, "utf-32-be", b"", "utf-32-be"),
    "UTF-32-LE with mark": (TEXT, "utf-32-le", b"\xff\xfe\0\0", "utf-32"),
    "UTF-32-BE with mark": (TEXT, "utf-32-be", b"\0\0\xfe\xff", "utf-32"),
    "Big5": (TRADITIONAL, "big5", b"", "big5"),
    "traditional in UTF-8": (TRADITIONAL, "utf-8", b"", "utf-8"),
    "traditional in GBK": (TRADITIONAL, "gbk", b"", "gb18030"),
    "traditional in UTF-16-LE": (TRADITIONAL, "utf-16-le", b"", "utf-16-le"),
}


def read_text(data: bytes, options: ReadOptions | None = None) -> Source:
    return read(data, ["通知.txt"], options or ReadOptions())


def written(name: str) -> tuple[str, bytes, str]:
    text, codec, mark, shown = ENCODINGS[name]
    return text, mark + text.encode(codec), shown


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_clean_file_is_read_exactly(name: str) -> None:
    text, data, shown = written(name)
    source = read_text(data)
    assert (source.text, source.encoding) == (text, shown)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("without", [1, 2, 3, 4])
def test_a_cut_end_costs_the_last_line_at_most(name: str, without: int) -> None:
    text, data, _ = written(name)
    text = text.rstrip("\n")
    codec = ENCODINGS[name][1]
    data = data[: -len("\n".encode(codec))]
    source = read_text(data[:-without])
    assert source.text.split("\n")[:-1] == text.split("\n")[:-1]
    whole = source.text.rstrip("\ufffd")
    assert text.startswith(whole)
    if source.text != whole:
        assert any("damaged" in note for note in source.notes)


# The share of lines without any damaged byte that must come out as they were. A lost byte may
# not reach into the next line.
@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_cost_their_lines_and_are_noted(name: str, seed: int) -> None:
    text, data, _ = written(name)
    codec, mark = ENCODINGS[name][1:3]
    line_feed = "\n".encode(codec)
    damaged, lines = _damage(data[len(mark) :], text, codec, random.Random(seed))
    source = read_text(mark + damaged)
    found = set(source.text.split("\n"))
    lost = [line for line, is_hit in lines if not is_hit and line not in found]
    assert not lost, lost[:3]
    assert source.text == text or source.notes
    assert everyday_share(source.text) > 0.85
    assert line_feed


def _damage(
    data: bytes, text: str, codec: str, chance: random.Random
) -> tuple[bytes, list[tuple[str, bool]]]:
    """Replace one byte in a hundred; tell which lines (with their line feeds) were hit."""
    pieces, lines = [], []
    for line in text.splitlines(keepends=True):
        piece = bytearray(line.encode(codec))
        for at in range(len(piece)):
            if chance.random() < 0.01:
                piece[at] = chance.randrange(256)
        pieces.append(bytes(piece))
        lines.append((line.rstrip("\n"), pieces[-1] != line.encode(codec)))
    # A line feed that is gone takes the next line with it.
    feed = "\n".encode(codec)
    for at in range(1, len(lines)):
        if not pieces[at - 1].endswith(feed):
            lines[at] = (lines[at][0], True)
    assert b"".join(pieces) != data
    return b"".join(pieces), lines


def _halves(first: str, second: str) -> bytes:
    middle = len(LINES)
    lines = TEXT.splitlines(keepends=True)
    return "".join(lines[:middle]).encode(first) + "".join(lines[middle:]).encode(second)


@pytest.mark.parametrize(
    ("data", "others"),
    [
        pytest.param(_halves("utf-8", "gb18030"), "lines in", id="UTF-8, then GB18030"),
        pytest.param(_halves("gb18030", "utf-8"), "lines in", id="GB18030, then UTF-8"),
        pytest.param(
            "".join(LINES).encode() + "".join(LINES).encode("gb18030"),
            "",
            id="both on one line",
        ),
        pytest.param(
            "".join(LINES).encode("gb18030") + "".join(LINES).encode(),
            "",
            id="both on one line, the other way round",
        ),
        pytest.param(
            TEXT.encode("gb18030") + LINES[3].encode() + b"\n" + TEXT.encode("gb18030"),
            "1 lines in utf-8 among lines in gb18030",
            id="one line of UTF-8",
        ),
        pytest.param(
            TEXT.encode() + LINES[3].encode("gb18030") + b"\n" + TEXT.encode(),
            "1 lines in gb18030 among lines in utf-8",
            id="one line of GB18030",
        ),
    ],
)
def test_lines_of_two_encodings_are_read_each_by_its_own(data: bytes, others: str) -> None:
    source = read_text(data)
    assert set(source.text.replace("\n", "")) == set("".join(LINES))
    assert any(others in note for note in source.notes)


# Texts that were read wrongly and saved so; what of them can be had again.
@pytest.mark.parametrize(
    ("garble", "exact"),
    [
        pytest.param(lambda text: text.encode().decode("latin-1"), True, id="latin-1"),
        pytest.param(
            lambda text: "".join(
                bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode()
            ),
            True,
            id="Windows' Latin",
        ),
        pytest.param(lambda text: text.encode().decode("gb18030", "replace"), False, id="GBK"),
        pytest.param(
            lambda text: "".join(
                "".join(map(_windows_gbk, PAIR.findall(line.encode())))
                for line in text.splitlines(True)
            ),
            False,
            id="Windows' GBK",
        ),
    ],
)
def test_mojibake_is_undone_and_noted(garble: Callable[[str], str], exact: bool) -> None:
    source = read_text(garble(TEXT).encode())
    assert any("undone" in note for note in source.notes)
    if exact:
        assert source.text == TEXT
    lost = sum(char == "\ufffd" for char in source.text)
    assert lost <= len(TEXT) * 0.2
    assert everyday_share(source.text.replace("\ufffd", "")) > 0.9


PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x00-\xff]", re.S)


def _windows_gbk(data: bytes) -> str:
    """Read a pair of bytes as Windows does: 0x80 alone is €, a byte that has no pair is lost."""
    return "€" if data == b"\x80" else data.decode("gb18030", "replace")


def test_one_garbled_line_is_undone_and_the_others_are_left() -> None:
    line = "　　加强检查，发现问题立即改正。"
    garbled = line.encode().decode("gb18030", "replace")
    source = read_text(TEXT.encode() + garbled.encode())
    assert source.text.startswith(TEXT)
    assert source.text.removeprefix(TEXT).replace("\ufffd", "") == "加强查，发现问题立即改正"
    assert source.notes == ("1 lines of UTF-8 that had been read as another encoding undone",)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Détails du programme à Yunling – été 2024\n", id="French"),
        pytest.param(TRADITIONAL, id="traditional"),
        pytest.param("饕餮纹、貔貅、饔飧不继、魑魅魍魉\n", id="rare Han"),
        pytest.param("教育局の通知です。\n", id="Japanese"),
        pytest.param("ÄÖÜ äöü ß é è ñ ç ø\n", id="Western letters"),
    ],
)
def test_a_text_that_only_looks_odd_is_left(text: str) -> None:
    assert read_text(text.encode()).text == text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes(random.Random(1).randbytes(100_000)), id="random bytes"),
        pytest.param(b"\x7fELF\x02\x01\x01" + b"\0" * 200 + b"\x90\xc3" * 500, id="a program"),
        pytest.param("教育局の通知です。".encode("shift_jis") * 9, id="Japanese"),
        pytest.param("Сообщение о плане работ\n".encode("cp1251") * 9, id="Russian"),
        pytest.param("공지사항입니다\n".encode("euc-kr") * 9, id="Korean"),
        pytest.param(b"\x80", id="one byte"),
        pytest.param(b"\0", id="one NUL"),
        pytest.param(TEXT.encode("utf-16-le")[1:-1], id="UTF-16 without its first byte and last"),
    ],
)
def test_what_gives_no_chinese_is_refused_or_flagged(data: bytes) -> None:
    """No encoding may turn other bytes into Chinese without a word."""
    try:
        source = read_text(data)
    except ReadError as refusal:
        assert str(refusal).startswith("通知.txt: ") and "\n" not in str(refusal)
    else:
        assert source.notes


# -- characters ------------------------------------------------------------------------------------

LOST = "code points that are no text shown as U+FFFD"
CONTROLS = "control characters shown as their pictures"


@pytest.mark.parametrize(
    ("odd", "becomes", "note"),
    [
        pytest.param("\0", "␀", f"1 {CONTROLS} (U+0000)", id="NUL"),
        pytest.param("\x07", "␇", f"1 {CONTROLS} (U+0007)", id="bell"),
        pytest.param("\x7f", "␡", f"1 {CONTROLS} (U+007F)", id="delete"),
        pytest.param("\x1b", "␛", f"1 {CONTROLS} (U+001B)", id="escape"),
        pytest.param("\x92", "\x92", "", id="C1, which XML takes"),
        pytest.param("\ufffe", "\ufffd", f"1 {LOST} (U+FFFE)", id="noncharacter"),
        pytest.param("\U0001ffff", "\ufffd", f"1 {LOST} (U+1FFFF)", id="astral noncharacter"),
        pytest.param("\ufdd0", "\ufffd", f"1 {LOST} (U+FDD0)", id="noncharacter inside a block"),
        pytest.param(
            "\f", "\n", "1 page and line separators read as line breaks (U+000C)", id="FF"
        ),
        pytest.param(
            "\u2028", "\n", "1 page and line separators read as line breaks (U+2028)", id="LS"
        ),
        pytest.param(
            "\ue000",
            "\ue000",
            "1 private-use characters left: what they show depends on a font (U+E000)",
            id="private use",
        ),
        pytest.param(
            "\ue81e",
            "龴",
            "1 private-use characters read as GB 18030-2022 has them (U+E81E)",
            id="private use of the standard",
        ),
        pytest.param(
            "\u202e",
            "\u202e",
            "1 direction marks left: the text may look otherwise than it reads (U+202E)",
            id="direction",
        ),
        pytest.param("\t", "\t", "", id="tab"),
        pytest.param("\r", "\r", "", id="CR"),
        pytest.param("\u3000", "\u3000", "", id="ideographic blank"),
        pytest.param("😀", "😀", "", id="emoji"),
        pytest.param("𠮷", "𠮷", "", id="Han beyond the first plane"),
    ],
)
def test_characters_are_replaced_one_for_one_and_noted(odd: str, becomes: str, note: str) -> None:
    source = read_text((TEXT + odd + TEXT).encode())
    assert source.text == TEXT + becomes + TEXT
    assert source.notes == ((note,) if note else ())


def test_zero_bytes_at_the_end_are_what_was_never_written() -> None:
    source = read_text(TEXT.encode() + b"\0" * 4096)
    assert source.text == TEXT + " " * 4096
    assert source.notes == ("4096 zero bytes at the end read as blanks",)


def test_lone_surrogates_in_utf_16_are_shown_as_lost() -> None:
    data = (TEXT + "\ud800" + TEXT).encode("utf-16-le", "surrogatepass")
    assert "\ufffd" in read_text(b"\xff\xfe" + data).text


def test_every_private_character_of_the_table_is_the_one_of_its_code() -> None:
    for row in rows("private_use.tsv"):
        assert bytes.fromhex(row["code"]).decode("gb18030") == row["private"]
        assert len(row["character"]) == 1
        example = row["example"]
        mended = read_text((TEXT + example).encode("gb18030")).text.removeprefix(TEXT)
        assert mended == example.replace(row["private"], row["character"]) != example


# A graph written of a text with every odd character can be read by all who read graphs.
def test_what_is_read_survives_every_writer() -> None:
    import pyoxigraph as ox
    from lxml import etree

    odd = "".join(
        map(chr, (*range(13), *range(14, 32), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF, 0xE000, 0x202E))
    )
    text = read_text((TEXT * 20 + odd).encode()).text
    store = ox.Store()
    node = ox.NamedNode("urn:x")
    store.add(ox.Quad(node, node, ox.Literal(text)))
    result = store.query("SELECT ?o { ?s ?p ?o }").serialize(format=ox.QueryResultsFormat.XML)
    assert result is not None
    found = etree.fromstring(result).findtext(".//{*}literal")
    assert found is not None
    assert found == text


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        pytest.param("Plan of work: 3 schools, 12 buses\n", True, id="English"),
        pytest.param("1\t2\t3\n4\t5\t6\n" * 50, True, id="figures"),
        pytest.param("import os\nfor x in range(3):\n    print(x)\n", True, id="a program"),
        pytest.param("# 校车管理\nimport os\n", False, id="a program with a comment"),
    ],
)
def test_a_text_without_chinese_is_read_and_noted(text: str, noted: bool) -> None:
    source = read_text(text.encode())
    assert source.text == text
    assert ("no Chinese characters in it" in source.notes) is noted


# -- traditional characters ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "traditional_"),
    [
        (TRADITIONAL, True),
        (TEXT, False),
        ("《後漢書》載有其事，見志書第三卷。" + TEXT, False),
        ("Plan", False),
    ],
)
def test_traditional_text_is_told(text: str, traditional_: bool) -> None:
    assert is_traditional(text) is traditional_
    noted = "traditional characters; --simplify converts them" in read_text(text.encode()).notes
    assert noted is traditional_


@pytest.mark.parametrize("codec", ["utf-8", "big5", "gbk", "utf-16"])
def test_traditional_text_is_converted_on_request_only(codec: str) -> None:
    data = TRADITIONAL.encode(codec)
    assert read_text(data).text == TRADITIONAL
    source = read_text(data, ReadOptions(simplify=True))
    assert source.text.startswith("云陵市教育局关于加强校车管理的通知\n")
    assert len(source.text) == len(TRADITIONAL)
    assert any("converted to simplified" in note for note in source.notes)


def test_simplified_text_is_not_touched_by_the_conversion() -> None:
    assert read_text(TEXT.encode(), ReadOptions(simplify=True)) == read_text(TEXT.encode())


def test_what_points_into_a_converted_text_holds() -> None:
    text = "發布機構：雲陵市教育局\n關於校車的通知\n"
    field = Field("issuer", "雲陵市教育局", 5, 11, "file")
    source = Source(("a",), "0" * 64, text, "utf-8", fields=(field,))
    converted = simplified(source)
    (field,) = converted.fields
    assert field.value == converted.text[field.begin : field.end] == "云陵市教育局"


def test_a_conversion_that_changes_lengths_is_made_character_by_character() -> None:
    table = {"乾隆": "乾", "乾": "干", "隆": "隆"}
    assert same_length("乾隆", lambda text: table.get(text, text)) == "干隆"


def test_without_opencc_the_conversion_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    traditional._opencc.cache_clear()
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(ReadError, match=r"通知\.txt: .*pip install 'policy-kg\[docs\]'"):
        read_text(TRADITIONAL.encode(), ReadOptions(simplify=True))
    assert read_text(TRADITIONAL.encode()).text == TRADITIONAL


def test_a_damaged_text_is_understood() -> None:
    """What is lost in one line costs no fact of another."""
    data = TEXT.encode("gb18030").replace("管理".encode("gb18030"), b"\xb9", 1)
    reading = understood(read_text(data).text)
    assert [task.number for task in reading.outline.tasks][:3] == ["一", "二", "三"]


def test_a_document_read_otherwise_is_read_anew() -> None:
    plain, converted = ReadOptions(), ReadOptions(simplify=True)
    assert version_for(plain) == extractor_version() != version_for(converted)
    data = TRADITIONAL.encode()
    assert process(data, ["a"]) == process(data, ["a"], options=plain)
    assert version_for(converted) in process(data, ["a"], options=converted).nquads
