"""Whatever documents lie in, the same ones are found: folders, archives, lists, dumps."""

from __future__ import annotations

import bz2
import csv
import gzip
import hashlib
import importlib
import io
import json
import lzma
import os
import pickle
import random
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from bad_inputs import encrypted
from casebook import EXAMPLES, understood
from facts import facts
from fake_extractor import EXTRACTOR
from pyarrow import parquet

from kg.extract import extract
from kg.inputs import (
    Contents,
    Intake,
    Locator,
    content,
    find_files,
    locate,
    read_contents,
    release,
)
from kg.models import Reading, Source
from kg.read import READERS, read
from kg.read.columns import Columns, common_names, plain_name, values_of
from kg.read.dumps import CsvDump, JsonDump, LineDump, ParquetDump
from kg.read.formats import Format
from kg.read.kinds import kind_of, other_suffixes
from kg.read.records import read_record, record
from kg.resolve import resolve
from kg.store import Store
from kg.structure import structure
from kg.vocabulary import rows
from kg.workers import Limits

# `kg.build` is the function, which hides the module of the same name.
BUILD = importlib.import_module("kg.build")
INPUTS = importlib.import_module("kg.inputs")
kg_build = BUILD.build
NOTICE = "云陵市教育局关于做好校园饮水安全工作的通知\n\n各县区教育局：\n请于6月底前完成自查。\n"
PLAN = (
    "青禾县2024年绿化工作计划\n\n一、目标\n全年植树12万株。\n二、措施\n"
    "1.落实地块。县林业局会同各乡镇于2月底前把任务落实到山头地块，登记造册，逐块明确树种、株数和责任人。\n"
    "2.抓好管护。新植苗木成活率达到90%以上，枯死的于当年11月底前补植到位。\n"
)
Row = Mapping[str, object]


def short(value: object) -> str | None:
    """Name a parameter of bytes by their number; the others as pytest does."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content_ in members.items():
            # Without the time of day, so that the same bytes are damaged in each run.
            archive.writestr(zipfile.ZipInfo(name), content_, method)
    return out.getvalue()


def tarred(members: Mapping[str, bytes | str], mode: str = "w:gz") -> bytes:
    out, packed = io.BytesIO(), mode == "w:gz"
    mode = "w" if packed else mode
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content_ in members.items():
            data = content_.encode() if isinstance(content_, str) else content_
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0) if packed else out.getvalue()


def json_lines(table: Sequence[Row]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in table)


def csv_bytes(table: Sequence[Row], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode(encoding)


def parquet_bytes(table: Sequence[Row], group: int = 2) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(table)), out, row_group_size=group)
    return out.getvalue()


def write(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def listing(*paths: Path | str, intake: Intake | None = None) -> Contents:
    """List what is in some paths; what was left out before is in it too."""
    found = find_files([str(path) for path in paths])
    contents = read_contents(found, intake or Intake())
    contents.skipped[:0] = found.skipped
    contents.unread.update(found.unread)
    return contents


def documents(contents: Contents) -> dict[str, str]:
    """Return the text that is read from each document, by its name."""
    found = {}
    for claim in contents.claims:
        data = content(contents.locators[claim.path])
        assert hashlib.sha256(data).hexdigest() == claim.sha256
        found[claim.name] = read(data, [claim.name]).text
    release()
    return found


def reasons(contents: Contents) -> dict[str, str]:
    """Return why something was left out, by the end of its path."""
    return {os.path.basename(one.path): one.reason for one in contents.skipped}


# -- one law -----------------------------------------------------------------------------------


def example_rows() -> list[dict[str, str]]:
    return [{"正文": read(path.read_bytes(), [path.name]).text} for path in examples()]


def examples() -> list[Path]:
    return sorted(EXAMPLES.glob("*.txt"))


CONTAINERS: dict[str, Callable[[], bytes]] = {
    "examples.zip": lambda: zipped({path.name: path.read_bytes() for path in examples()}),
    "examples.tar.gz": lambda: tarred({path.name: path.read_bytes() for path in examples()}),
    "examples.jsonl": lambda: json_lines(example_rows()),
    "examples.json": lambda: json.dumps(example_rows()).encode(),
    "examples.csv": lambda: csv_bytes(example_rows()),
    "gb.csv": lambda: csv_bytes(example_rows(), encoding="gb18030"),
    "wide.tsv": lambda: csv_bytes(example_rows(), "\t", "utf-16"),
    "examples.parquet": lambda: parquet_bytes(example_rows()),
    "packed.zip": lambda: zipped({"x/examples.csv": csv_bytes(example_rows())}),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_examples_are_the_same_documents_in_every_container(tmp_path: Path, name: str) -> None:
    contents = listing(write(tmp_path / name, CONTAINERS[name]()))
    assert contents.skipped == []
    texts = [row["正文"] for row in example_rows()]
    assert list(documents(contents).values()) == texts


def test_examples_say_the_same_as_rows_and_as_files() -> None:
    for path in sorted(examples(), key=lambda path: path.stat().st_size)[:2]:
        data = path.read_bytes()
        row = record({"text": read(data, [path.name]).text})
        assert facts(reading(read(row, ["dump.jsonl#1"]))) == facts(
            reading(read(data, [path.name]))
        )


def reading(source: Source) -> Reading:
    outline = structure(source)
    return resolve(outline, extract(outline))


@pytest.mark.parametrize("name", ["examples.csv", "wide.tsv", "examples.parquet", "packed.zip"])
def test_equal_rows_are_one_content_whatever_dump_holds_them(tmp_path: Path, name: str) -> None:
    lines = listing(write(tmp_path / "a.jsonl", CONTAINERS["examples.jsonl"]()))
    others = listing(write(tmp_path / name, CONTAINERS[name]()))
    assert [one.sha256 for one in others.claims] == [one.sha256 for one in lines.claims]


# -- folders -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("通知.txt", NOTICE, "document"),
        ("通知", NOTICE, "document"),
        ("通知.2023", NOTICE, "document"),  # the ending says nothing, the content does
        ("关于饮水安全的通知（云教〔2023〕4号）", NOTICE, "document"),
        ("通知.dat", NOTICE.encode("gb18030"), "document"),
        ("通知.dat", NOTICE.encode("utf-16"), "document"),
        ("通知.dat", NOTICE.encode("utf-16-le"), "document"),
        ("通知.bin", ("通" * 9000).encode()[:8192], "document"),  # cut in a character
        ("empty.txt", b"", "document"),  # whose reader says that it is empty
        ("empty.dat", b"", "other"),
        ("清单.py", NOTICE, "other"),
        ("图1.jpg", NOTICE, "other"),
        ("图1", b"\xff\xd8\xff\xe0\x00\x10JFIF", "other"),
        ("图1.txt", b"\xff\xd8\xff\xe0\x00\x10JFIF", "document"),  # wrong ending: reader says so
        ("english.dat", b"Nothing of ours is in this file.", "other"),
        ("noise.dat", bytes(range(256)) * 8, "other"),
        ("a.zip", zipped({"a.txt": NOTICE}), "archive"),
        ("a.txt", zipped({"a.txt": NOTICE}), "archive"),
        ("empty.zip", zipped({}), "archive"),
        ("a.tgz", tarred({"a.txt": NOTICE}), "archive"),
        ("a.tar", tarred({"a.txt": NOTICE}, "w"), "archive"),
        ("a.txt.gz", gzip.compress(NOTICE.encode()), "archive"),
        ("a.txt.bz2", bz2.compress(NOTICE.encode()), "archive"),
        ("a.txt.xz", lzma.compress(NOTICE.encode()), "archive"),
        ("a.xlsx", zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "other"),
        ("a.dat", zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "other"),
        ("a.ofd", zipped({"OFD.xml": "", "Doc_0/Document.xml": NOTICE}), "other"),
        ("a.xml", f'<?xml version="1.0"?><a>{NOTICE}</a>', "other"),
        ("a.epub", zipped({"mimetype": "application/epub+zip"}), "other"),
        ("a.rar", b"Rar!\x1a\x07\x00", "closed"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "closed"),
        ("a.jsonl", '{"content": "x"}\n', "dump"),
        ("a.txt", ' {"content": "x"}\n', "dump"),
        ("a.txt", '[\n {"content": "x"}]', "dump"),
        ("a.txt", "{一}总则\n", "document"),
        ("a.csv", "content\nx\n", "dump"),
        ("a.dat", b"PAR1\x15\x04", "dump"),
    ],
    ids=short,
)
def test_files_are_told_by_content(name: str, data: bytes | str, kind: str) -> None:
    raw = data.encode() if isinstance(data, str) else data
    assert kind_of(name, raw[:8192], io.BytesIO(raw)) == kind


def test_a_folder_with_all_kinds_of_files(tmp_path: Path) -> None:
    write(tmp_path / "通知.dat", NOTICE)
    write(tmp_path / "计划.zip", zipped({"2024/计划.txt": PLAN}))
    write(tmp_path / "dump.jsonl", json_lines([{"content": NOTICE + PLAN}]))
    write(tmp_path / "图.png", b"\x89PNG")
    write(tmp_path / "scan", b"\x89PNG\r\n")
    write(tmp_path / "package.json", '{"name": "crawler", "version": "1"}')
    write(tmp_path / "README.md", "about")
    write(tmp_path / ".hidden.txt", NOTICE)
    write(tmp_path / "old.rar", b"Rar!\x1a\x07\x00")
    contents = listing(tmp_path)
    assert documents(contents) == {
        "通知.dat": NOTICE,
        "计划.zip!/2024/计划.txt": PLAN,
        "dump.jsonl#1": NOTICE + PLAN,
    }
    assert contents.unread == {".png": 1, "a PNG picture": 1, ".json": 1, "README.md": 1}
    assert reasons(contents) == {"old.rar": "a RAR archive, which cannot be opened here; unpack it"}


@pytest.mark.parametrize(
    "name",
    [b"a\nb.txt", b"\xb0\xa1.txt", b"a\x1b[31m.txt", b"n" * 251 + b".txt", b"a.zip!", b"a#1"],
    ids=short,
)
def test_names_of_every_kind(tmp_path: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(NOTICE.encode())
    contents = listing(tmp_path)
    (claim,) = contents.claims
    assert os.fsencode(claim.path) == path
    claim.name.encode()  # the graph's name can be written
    assert content(locate(claim.path)) == NOTICE.encode()


def test_every_ending_that_is_passed_over_is_shown() -> None:
    table = list(rows("other_files.tsv"))
    assert len({row["suffix"] for row in table}) == len(table)
    for row in table:
        assert row["suffix"] == row["suffix"].lower() and row["kind"]
        assert kind_of(row["example"], NOTICE.encode()) == "other", row
    readers = {suffix for reader in READERS for suffix in reader.suffixes}
    assert not readers & other_suffixes()


# -- archives ----------------------------------------------------------------------------------


def gbk_named(name: str) -> bytes:
    """Zip a file as Chinese Windows does: its name in GBK, and no word about that."""
    stand_in = "x" * len(name.encode("gb18030"))
    return zipped({stand_in: NOTICE}).replace(stand_in.encode(), name.encode("gb18030"))


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (zipped({"a.txt": NOTICE, "附件/b.txt": PLAN}), ["a.txt", "附件/b.txt"]),
        (gbk_named("教育/通知.txt"), ["教育/通知.txt"]),
        (gbk_named("教育\\通知.txt"), ["教育/通知.txt"]),
        (zipped({"../../etc/a.txt": NOTICE, "/root/b.txt": PLAN}), ["etc/a.txt", "root/b.txt"]),
        (zipped({"__MACOSX/._a.txt": b"\0\5", "x/.DS_Store": b"\0", "a.txt": NOTICE}), ["a.txt"]),
        (zipped({"图.png": b"\x89PNG", "README.md": "?", "a.txt": NOTICE}), ["a.txt"]),
        (zipped({"in.zip": zipped({"a.txt": NOTICE})}), ["in.zip!/a.txt"]),
        (zipped({"in.tar.gz": tarred({"a.txt": NOTICE})}), ["in.tar.gz!/a.txt"]),
        (zipped({"d.jsonl": json_lines([{"text": PLAN}])}), ["d.jsonl#1"]),
        (zipped({"a.txt": NOTICE}, zipfile.ZIP_LZMA), ["a.txt"]),
        (zipped({"a.txt": NOTICE}, zipfile.ZIP_BZIP2), ["a.txt"]),
        (tarred({"x/a.txt": NOTICE, "b.txt": PLAN}, "w:xz"), ["x/a.txt", "b.txt"]),
        (tarred({"x/a.txt": NOTICE, "b.txt": PLAN}, "w:bz2"), ["x/a.txt", "b.txt"]),
        (tarred({"../a.txt": NOTICE}, "w"), ["a.txt"]),
    ],
    ids=short,
)  # fmt: skip
def test_members(tmp_path: Path, data: bytes, names: list[str]) -> None:
    folder = tmp_path / "in"
    contents = listing(write(folder / "a.bin", data))
    assert [claim.name for claim in contents.claims] == [f"a.bin!/{name}" for name in names]
    assert set(documents(contents).values()) <= {NOTICE, PLAN}
    assert [claim.path for claim in contents.claims] == [f"{folder}/a.bin!/{n}" for n in names]
    assert contents.skipped == []
    assert os.listdir(folder) == ["a.bin"]  # nothing is written


def test_a_packed_file_is_named_without_its_ending(tmp_path: Path) -> None:
    contents = listing(write(tmp_path / "通知.txt.gz", gzip.compress(NOTICE.encode())))
    assert documents(contents) == {"通知.txt.gz!/通知.txt": NOTICE}
    lines = gzip.compress(json_lines([{"text": PLAN}]))
    contents = listing(write(tmp_path / "d.jsonl.gz", lines))
    assert documents(contents) == {"d.jsonl.gz!/d.jsonl#1": PLAN}


def twice(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, NOTICE)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(name, PLAN)
    return out.getvalue()


def test_the_later_member_of_a_name_is_meant(tmp_path: Path) -> None:
    contents = listing(write(tmp_path / "a.zip", twice("a.txt")))
    assert documents(contents) == {"a.zip!/a.txt": PLAN}
    assert reasons(contents) == {"a.txt": "the archive holds a later file of this name"}


def damaged(data: bytes) -> bytes:
    at = data.index(NOTICE.encode()[:30])
    return data[:at] + b"?" + data[at + 1 :]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", encrypted(zipped({"a.txt": NOTICE})), "encrypted"),
        ("a.txt", damaged(zipped({"a.txt": NOTICE}, zipfile.ZIP_STORED)), "Bad CRC-32"),
        ("a.zip", zipped({"a.txt": NOTICE})[:-30], "cut off or damaged"),
        ("a.zip", b"PK\x03\x04", "cut off or damaged"),
        ("a.zip", zipped({}), "nothing in it"),
        ("b.zip", zipped({"b.zip": zipped({"b.zip": zipped({"a.txt": PLAN})})}), "too deep"),
        ("old.rar", zipped({"old.rar": b"Rar!\x1a"}), "a RAR archive"),
        ("a.txt", tarred({"a.txt": NOTICE * 999})[:-60], "cut off or damaged"),
        ("a.zip", gzip.compress(os.urandom(9999))[:-99], "cut off or damaged"),
        ("a.txt", tarred({"a.txt": NOTICE}, "w")[:600], "cut off or damaged"),
    ],
    ids=short,
)
def test_what_an_archive_holds_and_cannot_give(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    contents = listing(write(tmp_path / "a.zip", data))
    told = reasons(contents)
    assert name in told
    assert contents.claims == []
    for line in told.values():
        assert reason in line or "a TAR archive" in line  # of which the rest is gone too
        assert "\n" not in line


def test_a_damaged_member_costs_itself_alone(tmp_path: Path) -> None:
    data = zipped({"a.txt": NOTICE, "b.txt": PLAN}, zipfile.ZIP_STORED)
    contents = listing(write(tmp_path / "a.zip", damaged(data)))
    assert documents(contents) == {"a.zip!/b.txt": PLAN}
    assert list(reasons(contents)) == ["a.txt"]


def test_names_in_a_tar_file_of_old(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", encoding="gb18030", format=tarfile.GNU_FORMAT) as one:
        info = tarfile.TarInfo("教育/通知.txt")
        info.size = len(NOTICE.encode())
        one.addfile(info, io.BytesIO(NOTICE.encode()))
        link = tarfile.TarInfo("passwd.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        one.addfile(link)
    contents = listing(write(tmp_path / "a.tar", out.getvalue()))
    assert documents(contents) == {"a.tar!/教育/通知.txt": NOTICE}


# -- lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_of_files(tmp_path: Path, encoding: str) -> None:
    write(tmp_path / "教育" / "通知.txt", NOTICE)
    write(tmp_path / "计划" / "一.txt", PLAN)
    write(tmp_path / "d.jsonl", json_lines([{"text": PLAN + NOTICE}]))
    lines = [
        *("# 今年的文件", "", "教育/通知.txt", "  计划/*.txt ", "没有.txt", "d.jsonl", "@更多.txt"),
        str(tmp_path / "教育"),
    ]
    names = write(tmp_path / "list.txt", "\r\n".join(lines).encode(encoding))
    contents = listing(f"@{names}")
    assert sorted(documents(contents)) == ["d.jsonl#1", "一.txt", "通知.txt"]
    assert reasons(contents) == {
        "没有.txt": "no such file or folder",
        "@更多.txt": f"in {names}: a list in a list is not followed",
    }


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path / "noise", bytes(range(128, 256)) * 8)
    contents = listing(f"@{tmp_path}/none", f"@{tmp_path}/pipe", f"@{tmp_path}/noise")
    told = {one.path.rpartition("/")[2]: one.reason for one in contents.skipped}
    assert told["none"] == "No such file or directory"
    assert told["pipe"] == "not a regular file"
    assert "neither UTF-8" in told["noise"]


def test_a_file_whose_name_begins_with_at_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "@a.txt", NOTICE)
    monkeypatch.chdir(tmp_path)
    assert documents(listing("@a.txt")) == {"@a.txt": NOTICE}


# -- dumps -------------------------------------------------------------------------------------

LINE = '{"content": "甲", "title": "题"}\n'


@pytest.mark.parametrize(
    ("name", "data", "texts", "told"),
    [
        ("a.jsonl", LINE + "\n" + LINE.replace("甲", "乙"), {1: "甲", 3: "乙"}, {}),
        ("a.jsonl", LINE + "{broken\n" + LINE, {1: "甲", 3: "甲"}, {2: "no JSON: Expecting"}),
        ("a.jsonl", '{"content": 1\n' + LINE, {2: "甲"}, {1: "no JSON"}),
        ("a.jsonl", LINE + '["a"]\n7\n', {1: "甲"}, {2: "not an object", 3: "not an object"}),
        ("a.jsonl", LINE + '{"content": " "}\n{}\n', {1: "甲"}, {2: "no text", 3: "no text"}),
        ("a.jsonl", LINE + "[" * 90_000 + "\n", {1: "甲"}, {2: "no JSON"}),
        ("a.jsonl", '{"content": "\\ud800甲"}', {1: "\ufffd甲"}, {}),
        ("a.jsonl", '{"content": ["甲", "乙"]}', {1: "甲\n乙"}, {}),
        ("a.jsonl", '{"content": "甲\\u0000"}', {}, None),
        ("a.jsonl", LINE.encode("gb18030") * 9, dict.fromkeys(range(1, 10), "甲"), {}),
        ("a.ndjson", "\ufeff" + LINE, {1: "甲"}, {}),
        ("a.json", "[" + LINE + "," + LINE + "]", {1: "甲", 2: "甲"}, {}),
        ("a.json", '{\n "content": "甲"\n}\n', {1: "甲"}, {}),
        ("a.json", '{\n "content": "甲"\n}\n{\n "content": "乙"\n}', {1: "甲", 2: "乙"}, {}),
        ("a.json", "[" + LINE + "," + LINE, {1: "甲", 2: "甲"}, {3: "cut off"}),
        ("a.json", "[" + LINE + ",{broken}]", {1: "甲"}, {2: "no JSON"}),
        ("a.txt", "[" + LINE + "]", {1: "甲"}, {}),
        ("a.csv", 'title,content\n题,甲\n题,"乙\n""丙"", 丁"\n', {1: "甲", 2: '乙\n"丙", 丁'}, {}),
        ("a.csv", "title;content\n题;甲\n", {1: "甲"}, {}),
        ("a.csv", "题\t正文\n题\t甲, 乙\n", {1: "甲, 乙"}, {}),
        ("a.csv", "content\n甲\n\n乙\n", {1: "甲", 2: "乙"}, {}),
        ("a.csv", "content,x\n甲\n乙,1\n", {1: "甲", 2: "乙"}, {}),
        (
            "a.csv",
            "content,x\n甲,乙,丙\n丁,1\n",
            {2: "丁"},
            {1: "3 cells where the header names 2"},
        ),
        ("a.csv", 'content,x\n"甲,1\n乙,2\n', {2: "乙"}, {1: "never closed"}),
        ("a.csv", 'content,x\n"甲"乙,1\n丙,2\n', {2: "丙"}, {1: "no CSV"}),
        ("a.csv", "content\r\n甲\r\n", {1: "甲"}, {}),
        ("a.csv", 'content\r\n"甲\r\n乙"\r\n', {1: "甲\r\n乙"}, {}),
        ("a.csv", "content\n" + "甲" * 200_000, {1: "甲" * 200_000}, {}),
    ],
    ids=short,
)
def test_rows(
    tmp_path: Path, name: str, data: str | bytes, texts: dict[int, str], told: dict[int, str] | None
) -> None:
    contents = listing(write(tmp_path / name, data))
    if told is None:  # the row is a record, which its reader refuses
        (claim,) = contents.claims
        return
    got = {name_: text.rpartition("题\n")[2] for name_, text in documents(contents).items()}
    assert got == {f"{name}#{number}": text for number, text in texts.items()}
    assert set(reasons(contents)) == {f"{name}#{number}" for number in told}
    for number, reason in told.items():
        assert reason in reasons(contents)[f"{name}#{number}"]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.jsonl", '{"a": "甲", "b": 1}\n{"c": 2}\n', "hold the text; its columns: a, b, c; say"),
        (
            "a.csv",
            "甲,乙\n1,2\n",
            "hold the text; its columns: 甲, 乙; say which: --text-field NAME",
        ),
        ("a.parquet", parquet_bytes([{"甲": "x", "乙": 1}]), "its columns: 甲, 乙; say which"),
        ("a.json", '{"a": "甲"}', "its columns: a; say"),
        ("a.json", "[[1, 2], [3]]", "no row with named columns in it; the first of 3: not an obj"),
        ("a.csv", "content\n", "no row with named columns"),
        ("a.csv", "", "empty"),
        ("a.csv", '"content', "open quotation mark"),
        ("a.parquet", b"PAR1 and nothing more", "a damaged Parquet file"),
        ("a.parquet", parquet_bytes([{"content": "甲"}])[:-9], "a damaged Parquet file"),
        ("a.csv", ",".join(f"c{n}" for n in range(40)) + "\n" + "1," * 39 + "1\n", "and 28 more"),
    ],
    ids=short,
)
def test_a_dump_without_rows_of_text_says_what_it_has(
    tmp_path: Path, name: str, data: str | bytes, told: str
) -> None:
    contents = listing(write(tmp_path / name, data))
    assert contents.claims == []
    ((path, line),) = reasons(contents).items()
    assert (path, told in line, "\n" in line) == (name, True, False), line


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.parquet", parquet_bytes([{"text": PLAN}]))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    told = reasons(listing(path))["a.parquet"]
    assert told.endswith("install its reader: pip install 'policy-kg[parquet]'")


def test_only_a_parquet_file_needs_its_library(tmp_path: Path) -> None:
    code = (
        "import sys; from kg.inputs import find_files, read_contents\n"
        "print(len(read_contents(find_files([sys.argv[1]])).claims), 'pyarrow' in sys.modules)"
    )
    write(tmp_path / "a.zip", zipped({"a.jsonl": lines(PLAN), "b.txt": NOTICE}))
    command = [sys.executable, "-c", code, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "2 False\n"


def test_a_container_that_takes_too_long_costs_itself_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", lines(PLAN) * 200_000)
    write(tmp_path / "b.zip", zipped({"b.txt": NOTICE}))
    found = find_files([str(tmp_path)])
    contents = read_contents(found, limits=Limits(seconds=0.1))
    assert reasons(contents) == {"a.jsonl": "took longer than 1 seconds; --time-limit allows more"}
    assert documents(contents) == {"b.zip!/b.txt": NOTICE}


@pytest.mark.parametrize("name", ["words.tsv", "words.csv", "words.jsonl", "words.json"])
def test_a_table_in_a_folder_is_no_dump_unless_its_texts_are_documents(
    tmp_path: Path, name: str
) -> None:
    table = [{"line": "3", "text": "市教育局"}, {"line": "5", "text": "县财政局"}]
    delimiter = "\t" if name.endswith("tsv") else ","
    data = csv_bytes(table, delimiter) if name.endswith("sv") else json_lines(table)
    write(tmp_path / "in" / name, data)
    contents = listing(tmp_path / "in")
    assert (documents(contents), reasons(contents)) == ({}, {})
    assert contents.unread.total() == 1
    assert len(documents(listing(tmp_path / "in" / name))) == 2  # named by the user
    asked = Intake(Columns(text="text"))
    assert len(documents(listing(tmp_path / "in", intake=asked))) == 2


def test_columns_that_the_user_names(tmp_path: Path) -> None:
    table = [{"内文": PLAN, "题目": "甲", "content": "not this"}]
    intake = Intake(Columns(text="内文", title="题目"))
    for name, data in (
        ("a.jsonl", json_lines(table)),
        ("a.csv", csv_bytes(table)),
        ("a.parquet", parquet_bytes(table)),
    ):
        contents = listing(write(tmp_path / name, data), intake=intake)
        assert documents(contents) == {f"{name}#1": f"标题：甲\n{PLAN}"}
        absent = listing(tmp_path / name, intake=Intake(Columns(title="名")))
        assert documents(absent) == {f"{name}#1": "not this"}
        assert reasons(absent) == {name: "no column 名; its columns: 内文, 题目, content"}
        missing = listing(tmp_path / name, intake=Intake(Columns(text="文")))
        assert "no column 文; its columns: 内文, 题目, content; say" in reasons(missing)[name]


def test_the_common_names_of_columns() -> None:
    table = list(rows("dump_columns.tsv"))
    names = [plain_name(row["column"]) for row in table]
    assert sorted(set(names)) == sorted(names)
    for row in table:
        ((column, value),) = json.loads(row["example"]).items()
        assert column == row["column"]
        assert values_of({column: value}) == {row["field"]: value}, row
        source = read(record(values_of({column: value, "text": PLAN})), ["d#1"])
        if row["field"] != "text":
            assert (source.fields[0].name, source.fields[0].value) == (row["field"], value)
    assert common_names()["pubdate"][0] == "published"


@pytest.mark.parametrize(
    ("cells", "columns", "values"),
    [
        ({"Pub_Date": date(2024, 1, 5)}, Columns(), {"published": "2024-01-05"}),
        ({"pubDate": datetime(2024, 1, 5)}, Columns(), {"published": "2024-01-05"}),
        ({"date": datetime(2024, 1, 5, 9, 30)}, Columns(), {"published": "2024-01-05 09:30:00"}),
        ({"date": 20240105.0}, Columns(), {"published": "20240105"}),
        ({"date": float("nan"), "text": True, "title": None}, Columns(), {}),
        ({"text": "甲", "content": "乙", "正文": " "}, Columns(), {"text": "甲"}),
        ({"内容": "甲", "content": "乙"}, Columns(), {"text": "乙"}),
        ({"内容": "甲", "content": ""}, Columns(), {"text": "甲"}),
        ({"number": 17}, Columns(), {}),  # of the row, not of the paper
        ({"number": "青教发〔2024〕3号"}, Columns(), {"number": "青教发〔2024〕3号"}),
        ({"号": "17"}, Columns(number="号"), {"number": "17"}),
        ({"日": "2024-01-05", "date": "2023"}, Columns(date="日"), {"published": "2024-01-05"}),
        (
            {"成文日期": "2024-01-05", "date": "2024-02-01"},
            Columns(date="成文日期"),
            {"issued": "2024-01-05", "published": "2024-02-01"},
        ),
        ({"text": b"\xe7\x94\xb2"}, Columns(), {"text": "甲"}),
        ({"text": {"a": "甲"}}, Columns(), {}),
    ],
)
def test_what_cells_say(cells: Row, columns: Columns, values: dict[str, str]) -> None:
    assert values_of(cells, columns) == values


def test_the_fields_of_a_row_have_evidence_and_make_the_profile() -> None:
    row = {
        "content": "各乡镇：\n一、完成20所学校饮水改造。（责任单位：县教育局）\n",
        "title": "青禾县人民政府关于改善校园饮水的通知",
        "agency": "青禾县人民政府",
        "成文日期": "2024-03-08 00:00:00",
        "date": "2024-03-11",
        "文号": "青政发〔2024〕12号",
        "link": "http://www.example.gov.cn/a.html",
    }
    source = read(record(values_of(row)), ["d.csv#1"])
    for field in source.fields:
        assert source.text[field.begin : field.end] == field.value
        assert field.rule == f"record.{field.name}"
    assert source.text.endswith(str(row["content"]))
    assert source.url == row["link"]
    profile = reading(source).profile
    assert (profile.title, profile.number, profile.issued) == (
        row["title"],
        row["文号"],
        "2024-03-08",
    )
    assert [issuer.name for issuer in profile.issuers] == ["青禾县人民政府"]


def test_metadata_takes_nothing_away_from_what_the_text_says() -> None:
    alone = facts(understood(NOTICE))
    row = record({"text": NOTICE, "title": NOTICE.split("\n")[0], "published": "2024-05-06"})
    assert alone - facts(reading(read(row, ["d#1"]))) == {
        ("profile", "issued", ""): 1,
        ("profile", "period", ""): 1,
    }


def test_a_field_as_long_as_a_text_is_no_metadata() -> None:
    source = read(record({"text": PLAN, "subject": "长" * 501}), ["d#1"])
    assert (source.text, source.cuts[0].rule) == (PLAN, "record.subject.long")


def test_a_text_in_another_format_goes_through_its_reader() -> None:
    """The spans that the reader gives move below the fields of the row."""
    from kg.models import ReadOptions
    from kg.read.draft import Draft, DraftCell

    def read_page(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
        draft = Draft()
        draft.paragraph("小标题", 1)
        draft.table([[DraftCell("任务"), DraftCell("单位")]])
        draft.cut("导航", "page.navigation")
        return draft.finish(names, "", "text/html", "utf-8")

    page = Format("a page", (), lambda data, name: data.startswith(b"<!DOCTYPE"), read_page)
    formats = (page, READERS[-1])
    for text in ("<!DOCTYPE html>…", "<p style='x'>小标题</p><table>…", "甲<br/>乙"):
        row = record({"text": text, "title": "标"})
        source = read_record(row, ["d#1"], ReadOptions(), formats=formats)
        (heading,), (table,) = source.headings, source.tables
        assert source.text == "标题：标\n小标题\n任务\t单位\n"
        assert source.text[heading.begin : heading.end] == "小标题"
        assert [source.text[cell.begin : cell.end] for cell in table.cells] == ["任务", "单位"]
        assert source.text[table.begin : table.end] == "任务\t单位\n"
        assert source.cuts[0].text == "导航"
    plain = read_record(record({"text": "若a<b且p>c"}), ["d#1"], ReadOptions(), formats=formats)
    assert plain.text == "若a<b且p>c"


# -- locators ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ((), "/abs/a.zip"),
        (("x/b.txt",), "/abs/a.zip!/x/b.txt"),
        (("b.zip", "c.txt"), "/abs/a.zip!/b.zip!/c.txt"),
        ((17,), "/abs/a.zip#17"),
        (("d.jsonl", 3), "/abs/a.zip!/d.jsonl#3"),
    ],
)
def test_locators_are_the_paths_of_claims(
    tmp_path: Path, steps: tuple[str | int, ...], path: str
) -> None:
    file = write(tmp_path / "a.zip", b"")
    where = Locator(str(file), steps)
    assert str(replace(where, file="/abs/a.zip")) == path
    assert locate(str(where)) == where
    assert pickle.loads(pickle.dumps(where)) == where


def test_rows_are_found_in_any_order(tmp_path: Path) -> None:
    table = [{"text": f"第{n}条"} for n in range(40)]
    for name, data in (
        ("a.jsonl", json_lines(table)),
        ("a.csv", csv_bytes(table)),
        ("a.parquet", parquet_bytes(table, 7)),
        ("a.json", json.dumps(table).encode()),
    ):
        contents = listing(write(tmp_path / name, data))
        for claim in [*contents.claims[::-3], *contents.claims[::7]]:
            where = locate(claim.path)
            assert hashlib.sha256(content(where)).hexdigest() == claim.sha256, claim
    release()


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.jsonl", "a.json", "a.csv", "a.parquet"])
def test_a_container_is_gone_through_once_for_all_that_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Or 20,000 rows would take hours."""
    table = [{"text": f"第{n}条"} for n in range(30)]
    make: dict[str, Callable[[], bytes]] = {
        "a.zip": lambda: zipped({f"{n}.txt": row["text"] for n, row in enumerate(table)}),
        "a.tar.gz": lambda: tarred({f"{n}.txt": row["text"] for n, row in enumerate(table)}),
        "a.jsonl": lambda: json_lines(table),
        "a.json": lambda: json.dumps(table).encode(),
        "a.csv": lambda: csv_bytes(table),
        "a.parquet": lambda: parquet_bytes(table, 7),
    }
    contents = listing(write(tmp_path / name, make[name]()))
    calls: list[str] = []

    def counted(place: Any, what: str) -> None:
        original = getattr(place, what)

        def call(*arguments: Any) -> Any:
            calls.append(what)
            return original(*arguments)

        monkeypatch.setattr(place, what, call)

    counted(INPUTS, "_open")
    counted(ParquetDump, "_from_group")
    counted(LineDump, "_lines")
    counted(JsonDump, "rows")
    counted(CsvDump, "rows")
    assert len(documents(contents)) == 30
    assert len(calls) == len(set(calls)), calls


def test_what_was_listed_and_is_another_file_now_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.bin", zipped({"a.txt": NOTICE}))
    (where,) = listing(path).locators.values()
    assert content(where) == NOTICE.encode()
    write(path, json_lines([{"text": PLAN}]))
    for gone in (where, locate(f"{path}#9"), locate(f"{path}!/x!/y")):
        with pytest.raises(BUILD.ReadError):
            content(gone)
    path.unlink()
    with pytest.raises(OSError):
        content(where)
    release()


# -- the store follows what containers hold ----------------------------------------------------


def titles(store: Store) -> dict[str, tuple[str, ...]]:
    return {held.title: held.names for held in store.sources().values()}


def build(store: Store, *paths: Path, columns: Columns | None = None, jobs: int = 1) -> Any:
    return kg_build(
        paths, store, jobs=jobs, intake=Intake(columns or Columns()), extractor=EXTRACTOR
    )


def lines(*texts: str, column: str = "text") -> bytes:
    return json_lines([{column: text} for text in texts])


def test_a_container_is_removed_with_all_that_came_from_it(tmp_path: Path) -> None:
    archive = write(tmp_path / "a.zip", zipped({"a.txt": "甲", "x/b.txt": "乙"}))
    beside = write(tmp_path / "b.txt", "丙")
    store = Store()
    assert build(store, archive, beside).ok == 3
    assert len(store.remove(str(archive))) == 2
    assert [held.names for held in store.sources().values()] == [("b.txt",)]
    assert [claim.name for claim in store.claims()] == ["b.txt"]


def test_a_member_that_changes_or_goes_takes_its_graph_with_it(tmp_path: Path) -> None:
    path, store = tmp_path / "a.zip", Store()
    build(store, write(path, zipped({"a.txt": "甲", "x/b.txt": "乙", "c.txt": "丙"})))
    assert titles(store) == {
        "甲": ("a.zip!/a.txt",),
        "乙": ("a.zip!/x/b.txt",),
        "丙": ("a.zip!/c.txt",),
    }
    assert build(store, path).unchanged == 3
    report = build(store, write(path, zipped({"a.txt": "甲二", "c.txt": "丙", "d.txt": "丙"})))
    assert titles(store) == {"甲二": ("a.zip!/a.txt",), "丙": ("a.zip!/c.txt", "a.zip!/d.txt")}
    assert report.replaced == 3  # 甲 and 乙 taken out, 丙 with another name
    assert {claim.path for claim in store.claims()} == {
        f"{path}!/{name}" for name in ("a.txt", "c.txt", "d.txt")
    }


def test_a_row_that_changes_or_goes_takes_its_graph_with_it(tmp_path: Path) -> None:
    path, store = tmp_path / "d.jsonl", Store()
    build(store, write(path, lines("甲", "乙", "丙", "丁")))
    build(store, write(path, lines("甲", "乙二") + b"{broken\n"))
    # What cannot be read keeps what it was, as a file does; what is gone is gone.
    assert titles(store) == {"甲": ("d.jsonl#1",), "乙二": ("d.jsonl#2",), "丙": ("d.jsonl#3",)}


@pytest.mark.parametrize("data", [b"PK\x03\x04", zipped({"a.txt": "甲二"})[:-25]], ids=short)
def test_a_container_that_breaks_keeps_its_documents(tmp_path: Path, data: bytes) -> None:
    path, store = tmp_path / "a.zip", Store()
    build(store, write(path, zipped({"a.txt": "甲", "in.zip": zipped({"b.txt": "乙"})})))
    before = titles(store)
    assert build(store, write(path, data)).skipped
    assert titles(store) == before
    build(store, write(path, zipped({"c.txt": "丙", "in.zip": data})))
    assert titles(store) == {"乙": ("a.zip!/in.zip!/b.txt",), "丙": ("a.zip!/c.txt",)}
    build(store, write(path, zipped({"c.txt": "丙"})))
    assert titles(store) == {"丙": ("a.zip!/c.txt",)}


def test_what_another_file_still_holds_stays(tmp_path: Path) -> None:
    """Also where that is a row which only the columns that were named then can find again."""
    other = write(tmp_path / "other.jsonl", lines("甲", "乙", column="内文"))
    path, store = tmp_path / "d.jsonl", Store()
    build(store, other, columns=Columns(text="内文"))
    build(store, write(path, lines("甲")))
    assert titles(store) == {"甲": ("d.jsonl#1", "other.jsonl#1"), "乙": ("other.jsonl#2",)}
    build(store, write(path, lines("丙")))
    assert titles(store) == {
        "甲": ("other.jsonl#1",),
        "乙": ("other.jsonl#2",),
        "丙": ("d.jsonl#1",),
    }


def test_a_file_that_becomes_a_container(tmp_path: Path) -> None:
    path, store = tmp_path / "a.txt", Store()
    build(store, write(path, "甲"))
    build(store, write(path, zipped({"b.txt": "乙"})))
    assert titles(store) == {"乙": ("a.txt!/b.txt",)}
    build(store, write(path, "丙"))
    assert titles(store) == {"丙": ("a.txt",)}


def test_a_lost_ledger_is_made_up_for(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", lines("甲", "乙"))
    with Store(tmp_path / "store") as store:
        build(store, path)
    (tmp_path / "store" / "files.sqlite").unlink()
    with Store(tmp_path / "store") as store:
        build(store, write(path, lines("甲二")))
        assert titles(store) == {"甲二": ("d.jsonl#1",)}


def test_containers_and_processes_give_the_same_graph(tmp_path: Path) -> None:
    texts = {f"{n}.txt": f"文{n}\n机关{n % 3}" for n in range(12)}
    archive = write(tmp_path / "a.tar.gz", tarred(texts))
    dump = write(tmp_path / "d.csv", csv_bytes([{"text": text} for text in texts.values()]))
    one, two = Store(), Store()
    build(one, archive, dump)
    build(two, dump, archive, jobs=2)
    assert {source: one.ntriples(source) for source in one.sources()} == {
        source: two.ntriples(source) for source in two.sources()
    }
    assert len(one.sources()) == 24


def test_a_document_is_removed_by_the_name_of_its_row(tmp_path: Path) -> None:
    path, store = write(tmp_path / "d.jsonl", lines("甲", "乙")), Store()
    build(store, path)
    store.remove("d.jsonl#1")
    store.remove(f"{path}#2")
    assert titles(store) == {}


# -- hostile -----------------------------------------------------------------------------------

SEEDS: dict[str, Callable[[], bytes]] = {
    "a.zip": lambda: zipped({"a.txt": NOTICE * 9, "d.jsonl": json_lines([{"text": PLAN}])}),
    "l.zip": lambda: zipped({"a.txt": NOTICE * 9}, zipfile.ZIP_LZMA),
    "a.tar": lambda: tarred({"a.txt": NOTICE * 9, "b.txt": PLAN}, "w"),
    "a.tgz": lambda: tarred({"a.txt": NOTICE * 9, "b.txt": PLAN}),
    "a.tar.xz": lambda: tarred({"a.txt": NOTICE * 9, "b.txt": PLAN}, "w:xz"),
    "a.jsonl": lambda: json_lines([{"text": PLAN, "title": "甲"}] * 9),
    "a.json": lambda: json.dumps([{"text": PLAN, "title": "甲"}] * 9).encode(),
    "a.csv": lambda: csv_bytes([{"text": PLAN, "title": '"甲"'}] * 9),
    "u.csv": lambda: csv_bytes([{"text": PLAN, "title": '"甲"'}] * 9, encoding="utf-16"),
    "a.parquet": lambda: parquet_bytes([{"text": PLAN, "title": "甲"}] * 9),
}


@pytest.mark.parametrize("name", SEEDS)
def test_damage_anywhere_ends_in_documents_or_reasons(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)
    for _ in range(25):
        data = bytearray(SEEDS[name]())
        for _ in range(chance.choice([1, 3, 10, 40])):
            at = chance.randrange(len(data) or 1)
            if chance.random() < 0.7:
                data[at : at + 1] = [chance.choice([0, 10, 34, 44, 255, chance.randrange(256)])]
            else:
                del data[at : at + chance.choice([1, 4, 60])]
        contents = listing(write(tmp_path / name, bytes(data)))
        assert contents.count(), data
        assert all(one.reason and "\n" not in one.reason for one in contents.skipped)
        for claim in contents.claims:
            got = content(contents.locators[claim.path])
            assert hashlib.sha256(got).hexdigest() == claim.sha256
        release()


CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (600 << 20,) * 2)
from kg.inputs import Intake, content, find_files, read_contents
found = find_files([sys.argv[1]])
contents = read_contents(found, Intake(max_expanded=int(sys.argv[2]) << 20))
for claim in contents.claims:
    content(contents.locators[claim.path])
print(json.dumps([len(contents.claims), [one.reason for one in found.skipped + contents.skipped]]))
"""
LIMIT_MB = 16


def bomb_zip() -> bytes:
    return zipped({f"{n}.txt": bytes(3 * 2**20) for n in range(8)})


def lying_zip(method: int) -> bytes:
    """Zip 32 MB as a member that claims to have 100 bytes."""
    data = bytearray(zipped({"a.txt": bytes(32 * 2**20)}, method))
    data[(at := data.index(b"PK\x01\x02") + 24) : at + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def crowded_zip() -> bytes:
    tail = b"PK\x05\x06" + bytes(4) + (65535).to_bytes(2, "little") * 2 + bytes(10)
    ends = b"PK\x06\x06" + bytes(28) + (10**9).to_bytes(8, "little") + bytes(16)
    return b"PK\x03\x04" + bytes(30) + ends + tail


def header_bomb() -> bytes:
    """A TAR file whose extended header alone would unpack to 2 GB."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2**31
    return gzip.compress(info.tobuf()) + gzip.compress(bytes(2**24)) * 40


def nested_bombs() -> bytes:
    """Zip 40 archives of 6 MB each, of which each alone is within the limit."""
    inner = zipped({"a.txt": bytes(6 * 2**20)})
    return zipped({f"{n}.zip": inner for n in range(40)}, zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("name", "make", "count", "told"),
    [
        ("a.zip", bomb_zip, 0, "would unpack to 24 MB; it may to 16 MB"),
        ("a.zip", lambda: lying_zip(zipfile.ZIP_DEFLATED), 0, "cut off or damaged"),
        ("a.zip", lambda: lying_zip(zipfile.ZIP_LZMA), 0, "cut off or damaged"),
        ("a.zip", crowded_zip, 0, "a ZIP archive of 1,000,000,000 files"),
        ("a.zip", nested_bombs, 2, "unpacks to more than 3 MB"),
        ("a.gz", lambda: gzip.compress(bytes(2**24)) * 40, 0, "unpacks to more than 16 MB"),
        ("a.tar.gz", header_bomb, 0, "unpacks to more than 16 MB"),
        ("a.jsonl", lambda: b'{"text": "' + b"x" * 65 * 2**20, 0, "more than 64 MB in one row"),
        ("a.json", lambda: b'[{"text": "' + b"x" * 2**25, 0, "more than 16 MB in one piece"),
        ("a.jsonl", lambda: b'{"a":' * 10**6 + b"\n" + lines("甲"), 1, "no JSON"),
        ("a.json", lambda: b'[{"text": ' + b"[" * 10**6, 0, "nested too deeply"),
        ("a.csv", lambda: b"text,x\n" + b'"a,1\n' * 50_000, 0, "the first of 50,000: no CSV"),
        ("a.csv", lambda: b"text,x\na,1\n" + b'"' + b"a,1\n" * 20_000, 20_000, "never closed"),
        ("a.csv", lambda: b",".join(b"c%d" % n for n in range(10**5)) + b"\n1", 0, "and 99,988"),
    ],
)
def test_hostile_containers_end_soon_with_a_reason(
    tmp_path: Path, name: str, make: Callable[[], bytes], count: int, told: str
) -> None:
    path = write(tmp_path / name, make())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(LIMIT_MB)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-600:]
    found, said = json.loads(done.stdout)
    assert any(told in reason for reason in said), said[:3]
    assert found == count, said[:3]
