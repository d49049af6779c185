"""Bytes to text: which encodings are read, which files are refused and with what words."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kg.errors import ReadError
from kg.models import Source
from kg.read import read, read_file
from kg.read.plausible import plausible

TEXT = (
    "云陵市教育局关于加强校车管理的通知\n各县（区）教育局：\n　　为了保障学生安全，"
    "现将《云陵市校车管理办法》印发给你们，请认真执行。\n云陵市教育局\n2024年3月1日\n"
)
TRADITIONAL = "雲陵市教育局關於加強校車管理的通知\n為了保障學生安全，請認真執行。\n" * 4


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        pytest.param(TEXT.encode(), TEXT, "utf-8", id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), TEXT, "utf-8-sig", id="UTF-8 with BOM"),
        pytest.param(TEXT.encode("utf-16"), TEXT, "utf-16", id="UTF-16 little-endian with BOM"),
        pytest.param(
            b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT, "utf-16", id="UTF-16 big-endian with BOM"
        ),
        pytest.param(TEXT.encode("utf-16-le"), TEXT, "utf-16-le", id="UTF-16-LE without BOM"),
        pytest.param(TEXT.encode("utf-16-be"), TEXT, "utf-16-be", id="UTF-16-BE without BOM"),
        pytest.param(TEXT.encode("gb18030"), TEXT, "gb18030", id="GB18030"),
        pytest.param(TEXT.encode("gbk"), TEXT, "gb18030", id="GBK"),
        pytest.param(
            (TEXT + "住房救助对象：㐀家村").encode("gb18030"),
            TEXT + "住房救助对象：㐀家村",
            "gb18030",
            id="GB18030 with a rare character of four bytes",
        ),
        pytest.param(TRADITIONAL.encode(), TRADITIONAL, "utf-8", id="traditional in UTF-8"),
        pytest.param(b"Plan 2024: 3 schools\n", "Plan 2024: 3 schools\n", "utf-8", id="ASCII"),
    ],
)
def test_encodings(data: bytes, text: str, encoding: str) -> None:
    source = read(data, ["plan.txt"])
    assert (source.text, source.encoding) == (text, encoding)
    assert source.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_missing_byte_order_mark_is_noted(encoding: str) -> None:
    assert any("byte order mark" in note for note in read(TEXT.encode(encoding), ["a"]).notes)


@pytest.mark.parametrize(
    ("breaks", "id_"),
    [("\r\n", "CRLF"), ("\r", "lone CR"), ("\n", "LF"), ("\r\n\n\r", "mixed")],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_line_breaks_stay_so_that_offsets_are_those_of_the_file(
    breaks: str, id_: str, encoding: str
) -> None:
    text = TEXT.replace("\n", breaks)
    assert read(text.encode(encoding), [id_]).text == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \r\n\t\n", "blanks", id="blanks"),
        pytest.param("\ufeff　　\n".encode(), "blanks", id="BOM and ideographic blanks"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "PDF", id="PDF"),
        pytest.param(b"PK\x03\x04\x14\x00\x06\x00", "ZIP", id="DOCX"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "DOC", id="DOC"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "PNG", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG", id="JPEG"),
        pytest.param(b"\x1f\x8b\x08\x00", "gzip", id="gzip"),
        pytest.param(b"{\\rtf1\\ansi", "RTF", id="RTF"),
        pytest.param(b"<!DOCTYPE html><html><body>", "web page", id="HTML"),
        pytest.param(b"\n  <HTML lang=zh>\n<head>", "web page", id="HTML in capitals"),
        pytest.param(TEXT.encode() + b"\x00\x01" * 9, "zero bytes", id="NULs in UTF-8"),
        pytest.param(b"\x00" * 64, "zero bytes", id="only NUL"),
        pytest.param(bytes(range(128, 256)) * 8, "neither", id="bytes that are no text"),
        pytest.param("教育局の通知です。".encode("shift_jis") * 9, "neither", id="Shift JIS"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line_with_advice(data: bytes, words: str) -> None:
    with pytest.raises(ReadError) as refusal:
        read(data, ["青禾县计划.txt"])
    line = str(refusal.value)
    assert line.startswith("青禾县计划.txt: ")
    assert words in line
    assert "\n" not in line


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_cut_last_character_is_shown_and_noted(encoding: str) -> None:
    body = (TEXT * 4).rstrip("\n") + "附"
    source = read(body.encode(encoding)[:-1], ["cut.txt"])
    assert source.text.startswith(TEXT)
    assert source.text.endswith("\ufffd")
    assert source.encoding == encoding
    assert any("damaged" in note for note in source.notes)


def test_text_that_is_mostly_damaged_is_refused() -> None:
    broken = b"".join(char.encode()[:2] for char in TEXT)
    with pytest.raises(ReadError):
        read(broken, ["broken.txt"])


@pytest.mark.parametrize(
    ("text", "everyday"),
    [
        ("云陵市教育局关于加强校车管理的通知", True),
        ("住房救助㐀", False),  # one rare character in five
        (TRADITIONAL.encode("big5").decode("gb18030", "replace"), False),
        ("", False),
        ("   ", False),
    ],
)
def test_everyday_chinese_is_told_from_wrongly_decoded_text(text: str, everyday: bool) -> None:
    assert plausible(text) is everyday


def test_names_are_sorted_and_all_kept() -> None:
    assert read(TEXT.encode(), ["b/二.txt", "a/一.txt"]).names == ("a/一.txt", "b/二.txt")


def test_a_file_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_bytes(TEXT.encode("gb18030"))
    source = read_file(path)
    assert isinstance(source, Source)
    assert (source.text, source.names) == (TEXT, ("通知.txt",))


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadError, match=str(tmp_path)):
        read_file(tmp_path / name)
