"""Files that no reader should have to meet, and what must become of each: to be built in one go.

`scripts/bad_inputs` prints the table of them with seconds and memory; test_bad_inputs.py holds
it. Every one is made here, from a seed where chance is needed.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import socket
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import hostile_files as hostile
import word_files as word
from pdf_files import Sheet, pdf

OK, REPAIRED, SKIPPED = "ok", "repaired", "skipped"
TITLE = "云陵市教育局2023年工作要点"
PLAN = f"""{TITLE}

一、扩大学位供给
1．新建学校。2023年底前新增公办学位1200个，由市教育局牵头，市财政局配合。
2．改善条件。完成30所农村学校改造，合格率达到95%以上。

云陵市教育局
2023年3月6日
"""


@dataclass(frozen=True, slots=True)
class BadInput:
    """A file under a name, how it is made, and what must become of it."""

    name: str
    make: Callable[[Path], None]
    outcome: str
    reason: str = ""  # words that the one line of reason or the note must hold


def bad_inputs() -> Iterator[BadInput]:
    """Yield every bad input."""
    yield from _plain()
    yield from _encodings()
    yield from _things_that_are_no_file()
    yield from _wrong_suffixes()
    yield from _web_pages()
    yield from _word_files()
    yield from _pdf_files()
    yield from _archives()
    yield from _dumps()


def _bytes(data: bytes) -> Callable[[Path], None]:
    return lambda path: void(path.write_bytes(data))


def void(_: object) -> None:
    """Take a result that nobody needs."""


def _plain() -> Iterator[BadInput]:
    chance = random.Random(20261122)
    yield BadInput("empty.txt", _bytes(b""), SKIPPED, "the file is empty")
    yield BadInput("blanks.txt", _bytes("　\n \t\n".encode()), SKIPPED, "nothing but blanks")
    yield BadInput("one-byte.txt", _bytes(b"\xe4"), SKIPPED, "")
    yield BadInput("zeros.txt", _bytes(bytes(100_000)), SKIPPED, "not a text file")
    yield BadInput("random.txt", _bytes(chance.randbytes(100_000)), SKIPPED, "")
    yield BadInput("picture.txt", _bytes(b"\x89PNG\r\n\x1a\n" + bytes(99)), SKIPPED, "picture")
    yield BadInput("100MB-one-line.txt", _sparse, SKIPPED, "a document may have 64 MB")
    yield BadInput("no-marks.txt", _bytes(("的" * 300_000).encode()), OK)
    yield BadInput("only-brackets.txt", _bytes((TITLE + "\n" + "《" * 50_000).encode()), OK)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 2**20)


def _encodings() -> Iterator[BadInput]:
    yield BadInput("utf-16-no-mark.txt", _bytes(PLAN.encode("utf-16-le")), REPAIRED, "utf-16")
    yield BadInput("gb18030-cut.txt", _bytes(PLAN.encode("gb18030")[:-2]), REPAIRED, "")
    yield BadInput("utf-8-cut.txt", _bytes(PLAN.encode()[:-2]), REPAIRED, "damaged")
    traditional = "雲陵市教育局關於加強校車管理的通知\n各縣（區）教育局：\n請於6月底前完成檢查。\n"
    yield BadInput("big5.txt", _bytes(traditional.encode("big5")), REPAIRED, "--simplify")
    half = PLAN[:90].encode() + PLAN[90:].encode("gb18030")
    yield BadInput("half-gb18030.txt", _bytes(half), REPAIRED, "gb18030")
    twice = PLAN.encode().decode("latin-1").encode()
    yield BadInput("twice-encoded.txt", _bytes(twice), REPAIRED, "")
    surrogate = PLAN.replace("学位", "学\ud800位").encode("utf-8", "surrogatepass")
    yield BadInput("surrogate.txt", _bytes(surrogate), REPAIRED, "")
    controls = PLAN.replace("学校", "学\x02校").replace("公办", "公\ue000办").encode()
    yield BadInput("controls.txt", _bytes(controls), REPAIRED, "control characters")


def _things_that_are_no_file() -> Iterator[BadInput]:
    yield BadInput("pipe.txt", lambda path: os.mkfifo(path), SKIPPED, "not a regular file")
    yield BadInput("socket.txt", _socket, SKIPPED, "not a regular file")
    yield BadInput("zero.txt", lambda path: path.symlink_to("/dev/zero"), SKIPPED, "not a regular")
    yield BadInput("broken.txt", lambda path: path.symlink_to("nowhere"), SKIPPED, "No such file")
    yield BadInput("loop", _loop, OK)
    yield BadInput("self.txt", lambda path: path.symlink_to(path.name), SKIPPED, "symbolic links")


def _loop(path: Path) -> None:
    """Make a folder whose folder leads back to it, with a plan in it."""
    path.mkdir()
    (path / "again").symlink_to(path, target_is_directory=True)
    (path / "a.txt").write_text(PLAN + "附件（略）\n", encoding="utf-8")


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path may have 108 bytes at most
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(here)


def _wrong_suffixes() -> Iterator[BadInput]:
    yield BadInput("plan.docx", _bytes(PLAN.encode()), OK)
    yield BadInput("program.txt", _bytes(b"\x7fELF" + bytes(400)), SKIPPED, "a program")


def _web_pages() -> Iterator[BadInput]:
    body = "".join(f"<p>{line}</p>" for line in PLAN.splitlines())
    page = f"<html><head><title>{TITLE}</title></head><body>{{}}</body></html>".format
    whole = page(body)
    yield BadInput("page.doc", _bytes(whole.encode()), OK)
    lying = whole.replace("<head>", '<head><meta charset="gb2312">')
    yield BadInput("lying.html", _bytes(lying.encode()), REPAIRED, "declared as gb2312")
    yield BadInput("script.html", _bytes(page("<script>go()</script>").encode()), SKIPPED, "script")
    moved = page("").replace("<head>", '<head><meta http-equiv="refresh" content="0;url=b.html">')
    yield BadInput("moved.html", _bytes(moved.encode()), SKIPPED, "b.html")
    nested = page("<div>" * 200_000 + body + "</div>" * 200_000)
    yield BadInput("nested.html", _bytes(nested.encode()), REPAIRED, "nested")
    attributes = " ".join(f"a{number}=1" for number in range(500_000))
    crowded = page(f"<p {attributes}>{PLAN}</p>{body}")
    yield BadInput("attributes.html", _bytes(crowded.encode()), REPAIRED, "attributes")
    laughs = '<!DOCTYPE html [<!ENTITY a "哈哈"><!ENTITY b "&a;&a;">]>' + page(f"<p>&b;</p>{body}")
    yield BadInput("entities.html", _bytes(laughs.encode()), OK)
    outside = '<!DOCTYPE html [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + page(f"&e;{body}")
    yield BadInput("xxe.html", _bytes(outside.encode()), OK)
    long = page("<p>全面落实立德树人根本任务，办好人民满意的教育。</p>" * 400_000)
    yield BadInput("36MB.html", _bytes(long.encode()), SKIPPED, LIMIT)
    yield BadInput("cut.html", _bytes(whole.encode()[:-200]), REPAIRED, "damaged characters")


def _word_files() -> Iterator[BadInput]:
    paragraphs = "".join(map(word.p, PLAN.splitlines()))
    whole = word.word_file(paragraphs)
    yield BadInput("word.txt", _bytes(whole), OK)
    yield BadInput("cut.docx", _bytes(whole[:-300]), SKIPPED, "cut short")
    yield BadInput("bomb.docx", _bytes(hostile.bomb_file(288 * 2**20)), SKIPPED, "unpack")
    crowd = {**word.parts_of(paragraphs), **{f"word/x{at}": "" for at in range(60_000)}}
    yield BadInput("60,000-entries.docx", _bytes(word.container(crowd)), OK)
    laughs = hostile.with_part("word/document.xml", hostile.LAUGHS)
    yield BadInput("laughs.docx", _bytes(laughs), SKIPPED, "declares entities")
    xxe = hostile.with_part("word/document.xml", hostile.XXE)
    yield BadInput("xxe.docx", _bytes(xxe), SKIPPED, "declares entities")
    above = {**word.parts_of(paragraphs), "../../../etc/evil": "x"}
    yield BadInput("traversal.docx", _bytes(word.container(above)), OK)
    deep = "<w:tbl><w:tr><w:tc>" * 1000 + word.p("底") + "</w:tc></w:tr></w:tbl>" * 1000
    yield BadInput("nested.docx", _bytes(word.word_file(paragraphs + deep)), OK)
    yield BadInput("locked.docx", _bytes(hostile.locked()), SKIPPED, "password")
    encrypted = hostile.ole("EncryptionInfo", "EncryptedPackage")
    yield BadInput("encrypted.docx", _bytes(encrypted), SKIPPED, "password")
    yield BadInput("sheet.doc", _bytes(hostile.ole("Workbook")), SKIPPED, "a workbook")
    legacy = hostile.ole("WordDocument", "1Table", "CompObj")
    yield BadInput("cut.doc", _bytes(legacy[:-600]), SKIPPED, "cut short")
    yield BadInput("cut.rtf", _bytes(hostile.RTF[:-1]), SKIPPED, "cut short")


LIMIT = "-limit allows more"
DAMAGED = "a damaged PDF file"
# What becomes of a PDF file of hostile_files, with words of the reason.
PDF_OUTCOMES = {
    "page tree in a loop": (OK, ""),
    "deep page tree": (SKIPPED, DAMAGED),
    "one page, 20,000 times": (REPAIRED, "9 pages declared, 1 found"),
    "form in a loop": (SKIPPED, "without text"),
    "forms that fan out": (SKIPPED, "more than 10000 drawings"),
    "Flate bomb": (SKIPPED, "unpacks to more"),
    "Flate bomb in a Flate bomb": (SKIPPED, "unpacks to more"),
    "page of 10 MB": (SKIPPED, "9 MB of drawing"),
    "deep arrays": (OK, ""),
    "deep arrays on a page": (SKIPPED, "without text"),
    "table of contents in a loop": (SKIPPED, DAMAGED),
    "reference to itself": (OK, ""),
    "length of itself": (SKIPPED, DAMAGED),
    "numbers beyond all": (OK, ""),
    "page without size": (SKIPPED, "without text"),
    "a script and a file within": (OK, ""),
}
BYTES_CHANGED = (SKIPPED, "")  # so many that none of these is left whole


def _pdf_files() -> Iterator[BadInput]:
    for name, data in hostile.hostile().items():
        outcome, reason = PDF_OUTCOMES.get(name, BYTES_CHANGED)
        yield BadInput(f"{name}.pdf", _bytes(data), outcome, reason)
    scanned = pdf(*[Sheet().picture()] * 12)
    yield BadInput("scanned.pdf", _bytes(scanned), SKIPPED, "12 pages of pictures, no text layer")
    yield BadInput("locked.pdf", _bytes(hostile.encrypted(b"secret")), SKIPPED, "a password")
    yield BadInput("cut.pdf", _bytes(hostile.WHOLE[:-40]), SKIPPED, "cut off")


def _archives() -> Iterator[BadInput]:
    plan = PLAN.encode()
    whole = zipped({"a.txt": plan})
    bomb = zipped({f"{number}.txt": bytes(40 * 2**20) for number in range(8)})
    yield BadInput("archive.txt", _bytes(whole), OK)
    yield BadInput("cut.zip", _bytes(whole[:-30]), SKIPPED, "cut off or damaged")
    yield BadInput("empty.zip", _bytes(zipped({})), SKIPPED, "nothing in it")
    yield BadInput("bomb.zip", _bytes(bomb), SKIPPED, "would unpack to 320 MB")
    yield BadInput("bomb.gz", _bytes(gzip.compress(bytes(2**24)) * 20), SKIPPED, "more than")
    nested = zipped({"b.zip": zipped({"c.zip": whole})})
    yield BadInput("nested.zip", _bytes(nested), SKIPPED, "too deep")
    above = zipped({"../../../etc/a.txt": plan, "/etc/b.txt": plan})
    yield BadInput("traversal.zip", _bytes(above), OK)
    yield BadInput("locked.zip", _bytes(encrypted(whole)), SKIPPED, "encrypted")
    yield BadInput("a.rar", _bytes(b"Rar!\x1a\x07\x00" + bytes(99)), SKIPPED, "a RAR archive")


def encrypted(archive: bytes) -> bytes:
    """Say in both headers of an archive's first member that it is encrypted."""
    data = bytearray(archive)
    data[archive.index(b"PK\x03\x04") + 6] |= 1
    data[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _dumps() -> Iterator[BadInput]:
    row = json.dumps({"content": PLAN}).encode() + b"\n"
    yield BadInput("broken-line.jsonl", _bytes(row + b"{broken\n"), SKIPPED, "no JSON")
    yield BadInput("deep.jsonl", _bytes(row + b"[" * 10**6), SKIPPED, "no JSON")
    yield BadInput("70MB-row.jsonl", _bytes(b'{"content": "' + b"x" * 70 * 2**20), SKIPPED, "64 MB")
    yield BadInput("no-text.jsonl", _bytes(b'{"a": 1, "b": 2}\n'), SKIPPED, "its columns: a, b")
    yield BadInput("cut.json", _bytes(b"[" + row + b"," + row), SKIPPED, "cut off")
    quote = b"content,x\na,1\n" + b'"' + PLAN.encode() * 99
    yield BadInput("open-quote.csv", _bytes(quote), SKIPPED, "never closed")
    yield BadInput("no-text.csv", _bytes(b"a,b\n1,2\n"), SKIPPED, "its columns: a, b")
    yield BadInput("cut.parquet", _bytes(b"PAR1" + bytes(99)), SKIPPED, "damaged Parquet")


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of the members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
