"""DOC, WPS, RTF, ODT: told apart by their content, read through a program that converts them."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from casebook import EXAMPLES
from facts import facts
from hostile_files import MANIFEST, NOTICE, RTF, SECTOR, odt, ole
from word_files import as_word, container, word_file

from kg.errors import ReadError
from kg.pipeline import understand
from kg.read import format_of, read
from kg.read.ole import SIGNATURE, Container, DamagedContainer

DOC = ole("WordDocument", "1Table", "CompObj")


# -- told apart ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(ole("Workbook"), "a workbook", id="XLS"),
        pytest.param(ole("Book"), "a workbook", id="XLS of Excel 95"),
        pytest.param(ole("PowerPoint Document", "Pictures"), "a presentation", id="PPT"),
        pytest.param(ole("__nameid_version1.0", "__properties_version1.0"), "Outlook", id="MSG"),
        pytest.param(ole("EncryptionInfo", "EncryptedPackage"), "password", id="encrypted DOCX"),
        pytest.param(ole("WordDocument", "1Table", flags=1), "password", id="encrypted DOC"),
        pytest.param(ole("Unheard"), "not known here", id="an unknown one"),
        pytest.param(ole(), "not known here", id="an empty one"),
        pytest.param(DOC[: len(DOC) - 600], "cut short", id="DOC without its end"),
        pytest.param(DOC[:1100], "cut short", id="DOC without its directory"),
        pytest.param(SIGNATURE, "cut short", id="a signature alone"),
        pytest.param(SIGNATURE + b"\xff" * 4000, "cut short", id="noise behind a signature"),
        pytest.param(SIGNATURE + b"\0" * 4000, "cut short", id="zeros behind a signature"),
        pytest.param(RTF[:-1], "RTF file cut short", id="RTF without its end"),
        pytest.param(
            container({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "a workbook", id="XLSX"
        ),
        pytest.param(
            container({"[Content_Types].xml": "", "ppt/slides/slide1.xml": ""}),
            "a presentation",
            id="PPTX",
        ),
        pytest.param(
            container({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
            "a workbook",
            id="ODS",
        ),
        pytest.param(odt("")[:-100], "ODT file cut short", id="ODT without its end"),
        pytest.param(odt("", MANIFEST + "<!-- encryption-data -->"), "password", id="locked ODT"),
        pytest.param(
            container(
                {"mimetype": "application/vnd.oasis.opendocument.text", "x": b"\0" * 40 * 2**20}
            ),
            "bomb",
            id="ODT bomb",
        ),
    ],
)
def test_what_is_refused_is_told_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ReadError) as refusal:
        read(data, ["青禾县计划.doc"])
    line = str(refusal.value)
    assert line.startswith("青禾县计划.doc: ")
    assert words in line
    assert "; " in line  # what to do
    assert "\n" not in line


def test_a_loop_in_the_allocation_table_ends() -> None:
    looped = bytearray(DOC)
    struct.pack_into("<I", looped, SECTOR + 4 * 3, 2)  # the text's second sector leads back
    with pytest.raises(ReadError, match="cut short"):
        read(bytes(looped), ["a.doc"])


def test_streams_by_name() -> None:
    assert list(Container(DOC).streams()) == ["WordDocument", "1Table", "CompObj"]


@pytest.mark.parametrize("at", range(24, 600, 7))
def test_a_damaged_container_is_read_or_told(at: int) -> None:
    """Every field of the header set to the largest value: an answer, or DamagedContainer."""
    damaged = DOC[:at] + b"\xff" * 4 + DOC[at + 4 :]
    with contextlib.suppress(DamagedContainer):
        assert isinstance(Container(damaged).streams(), dict)


@pytest.mark.parametrize(
    ("data", "is_office"),
    [
        (DOC, True),
        (RTF, True),
        (odt(""), True),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w/>', True),
        (word_file(NOTICE), False),
        (container({"通知.txt": "正文"}), False),
        ("关于rtf的通知".encode(), False),
        (b"<?xml version='1.0'?><a/>", False),
    ],
    ids=["DOC", "RTF", "ODT", "Word 2003 XML", "DOCX", "ZIP", "text", "XML"],
)
def test_told_by_content(data: bytes, is_office: bool) -> None:
    found = format_of(data, ["a.txt"]).name
    assert (found == "an Office document of another format") is is_office


# -- converters ------------------------------------------------------------------------------------


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all of PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text("#!/bin/sh\n" + script, encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (DOC, "a Word 97–2003 file; install LibreOffice or antiword, or save it as DOCX"),
        (RTF, "an RTF file; install LibreOffice, or save it as DOCX"),
        (odt(""), "an ODT file; install LibreOffice, or save it as DOCX"),
        (
            ole("MatOST", "CONTENTS"),
            "a Microsoft Works file; install LibreOffice, or save it as DOCX",
        ),
    ],
    ids=["DOC", "RTF", "ODT", "Works"],
)
def test_without_a_converter_the_advice_is_clear(programs: Path, data: bytes, words: str) -> None:
    with pytest.raises(ReadError) as refusal:
        read(data, ["a.bin"])
    assert str(refusal.value) == f"a.bin: {words}"


def test_a_wps_file_is_told_by_its_name_alone(programs: Path) -> None:
    with pytest.raises(ReadError, match="a WPS file; install LibreOffice or antiword"):
        read(DOC, ["通知.wps"])


def test_libreoffice_is_asked_for_a_docx_which_is_read(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "given.docx").write_bytes(word_file(NOTICE))
    program(
        programs,
        "soffice",
        f'for last; do :; done\n/bin/cat "$last" > {tmp_path}/seen\nenv > {tmp_path}/env\n'
        f'/bin/mkdir out && /bin/cp {tmp_path}/given.docx out/text.docx\n',
    )  # fmt: skip
    source = read(DOC, ["通知.doc"])
    assert source.text == "关于加强校车管理的通知\n各县（区）教育局：\n"
    assert source.notes == ("a Word 97–2003 file, read through LibreOffice",)
    assert source.media_type == "application/msword"
    assert source.names == ("通知.doc",)
    assert (tmp_path / "seen").read_bytes() == DOC
    assert source.sha256 != read(word_file(NOTICE), ["a.docx"]).sha256
    assert "HOME=" + str(Path.home()) not in (tmp_path / "env").read_text()


DOCBOOK = """<?xml version="1.0"?>
<!DOCTYPE book PUBLIC "-//OASIS//DTD DocBook XML V4.1.2//EN" "http://example.invalid/db.dtd">
<book><bookinfo><title>旧</title></bookinfo><chapter><title>一、总则</title>
<para>各校&amp;园：<emphasis role='bold'>排查</emphasis>。</para>
<orderedlist><listitem><para>整改</para></listitem></orderedlist>
<sect1><title>（一）分工</title><para>见下：<informaltable><tgroup><tbody>
<row><entry>任务</entry><entry>单位</entry></row><row><entry>排查</entry><entry>市局</entry></row>
</tbody></tgroup></informaltable></para></sect1></chapter></book>
"""


def test_antiword_is_asked_for_docbook(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "book.xml").write_text(DOCBOOK, encoding="utf-8")
    program(programs, "antiword", f"/bin/cat {tmp_path}/book.xml\n")
    source = read(DOC, ["通知.doc"])
    assert (
        source.text
        == "一、总则\n各校&园：排查。\n整改\n（一）分工\n见下：\n任务\t单位\n排查\t市局\n"
    )
    assert [(source.text[h.begin : h.end], h.level) for h in source.headings] == [
        ("一、总则", 1),
        ("（一）分工", 2),
    ]
    assert len(source.tables[0].cells) == 4
    assert any("numbers that Word generates" in note for note in source.notes)


@pytest.mark.parametrize(
    ("name", "script", "words"),
    [
        ("soffice", "echo 'cannot load' >&2; exit 3", "LibreOffice cannot read it (cannot load)"),
        ("soffice", "exit 0", "LibreOffice cannot read it"),
        ("soffice", "/bin/mkdir out; echo x > out/text.docx", "cut short"),
        ("soffice", "exit 124", "did not end within"),
        ("antiword", "echo nothing", "antiword cannot read it"),
        ("antiword", "echo '<book><chapter/></book>'", "no text in it"),
        ("antiword", "echo '<book><chapter>'", "antiword cannot read it"),
    ],
)
def test_a_converter_that_fails_is_told(programs: Path, name: str, script: str, words: str) -> None:
    program(programs, name, script + "\n")
    with pytest.raises(ReadError) as refusal:
        read(DOC, ["a.doc"])
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_program_that_cannot_be_started_is_told(programs: Path) -> None:
    program(programs, "soffice", "")
    (programs / "soffice").write_bytes(b"#!/no/such/shell\n")
    with pytest.raises(ReadError, match="cannot be started"):
        read(DOC, ["a.doc"])


def test_a_converter_that_hangs_is_ended(programs: Path) -> None:
    """Both with the system's `timeout` and without it; in a process of its own, SECONDS cut."""
    program(programs, "soffice", "exec /bin/sleep 60\n")
    program(programs, "timeout", f'exec {shutil.which("timeout", path="/usr/bin:/bin")} "$@"\n')
    script = (
        "import importlib, sys\n"
        "office = importlib.import_module('kg.read.office'); office.SECONDS = 1\n"
        "from kg.errors import ReadError\n"
        "try: office.read_office(sys.stdin.buffer.read(), ['a.doc'], None)\n"
        "except ReadError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], input=DOC, capture_output=True, timeout=15, check=True
    )
    assert "did not end within 1 seconds" in run.stdout.decode()


# -- the real programs, where they are -------------------------------------------------------------

libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
antiword = pytest.mark.skipif(shutil.which("antiword") is None, reason="no antiword here")
NAME = "05-澄岭镇住房救助通知.txt"


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an example as text.doc, as LibreOffice writes it."""
    folder = tmp_path_factory.mktemp("legacy")
    text = read((EXAMPLES / NAME).read_bytes(), [NAME]).text
    (folder / "text.docx").write_bytes(as_word(text, generated=True))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
         "--convert-to", "doc", "--outdir", str(folder), str(folder / "text.docx")],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    return folder


@libreoffice
def test_an_example_says_what_its_text_says_each_time(legacy: Path) -> None:
    data = (legacy / "text.doc").read_bytes()
    text = read((EXAMPLES / NAME).read_bytes(), [NAME])
    source = read(data, ["a.doc"])
    assert source == read(data, ["a.doc"])
    assert facts(understand(source)) == facts(understand(text))


@libreoffice
@antiword
def test_antiword_gives_the_text_but_generated_numbers(
    legacy: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = (legacy / "text.doc").read_bytes()
    (programs / "antiword").symlink_to(
        shutil.which("antiword", path="/usr/bin:/usr/local/bin") or ""
    )
    source = read(data, ["a.doc"])
    assert "新建补助。经鉴定属于D级危房" in source.text
    assert "岭下村\t5\t7\t12\n" in source.text
    assert len(source.tables) == 1


@pytest.fixture
def sink() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server, and the list of what it was asked for."""
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *_: object) -> None:
            """Keep silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@libreoffice
def test_nothing_that_a_file_links_to_is_asked_for(
    sink: tuple[str, list[str]], tmp_path: Path
) -> None:
    """Without our settings LibreOffice asks for the picture, twice (tried with 7.4)."""
    address, asked = sink
    (tmp_path / "secret.txt").write_text("机密内容\n", encoding="utf-8")
    image = (
        '<text:p>正文<draw:frame svg:width="2cm" svg:height="2cm"><draw:image '
        f'xlink:type="simple" xlink:href="{address}/picture.png"/></draw:frame></text:p>'
    )
    section = (
        '<text:section text:name="s"><text:section-source xlink:type="simple" '
        f'xlink:href="{(tmp_path / "secret.txt").as_uri()}" text:filter-name="Text"/>'
        "<text:p>附文</text:p></text:section>"
    )
    source = read(odt(image + section), ["a.odt"])
    assert source.text == "正文\n附文\n"
    assert asked == []
