"""DOC, WPS, RTF and ODT to Source, through a program of the system that converts them."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.read.draft import Draft, DraftCell
from kg.read.ole import SIGNATURE, Container, DamagedContainer, Stream
from kg.read.word import draft_of
from kg.read.word_package import FORBIDDEN, refuse_bombs

RTF = b"{\\rtf"
ZIP = b"PK\x03\x04"
OPEN_DOCUMENT = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.([a-z-]{1,30})")
WORD_XML = re.compile(rb"<\?mso-application\s{1,9}progid=[\"']Word\.Document")
SECONDS = 120  # for one file; LibreOffice takes two, of which most to start
LOCKED_FIB = (10, 0x01)  # in a DOC, the byte and its bit that say the text is enciphered
RESAVE = "save it as DOCX"
AGAIN = "get the file again"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of Office file, and what is done with it."""

    name: str
    suffix: str = ""  # by which a converter knows it; without one it is refused
    advice: str = RESAVE
    media_type: str = "application/octet-stream"


WORD_97 = Kind("a Word 97–2003 file", "doc", media_type="application/msword")
WPS = Kind("a WPS file", "doc", media_type="application/vnd.ms-works")
RICH_TEXT = Kind("an RTF file", "rtf", media_type="application/rtf")
OPEN_TEXT = Kind("an ODT file", "odt", media_type="application/vnd.oasis.opendocument.text")
WORD_2003 = Kind("a Word 2003 XML file", "xml", media_type="application/xml")
WORKS = Kind("a Microsoft Works file", "wps", media_type="application/vnd.ms-works")
SHEETS = Kind("a workbook (Excel, WPS, Calc)", advice="save its sheets as CSV")
SLIDES = Kind("a presentation (PowerPoint, WPS, Impress)")
LOCKED = Kind("an Office file locked with a password", advice="save it without the password")
DAMAGED = Kind("an old Office file (DOC, WPS, XLS …) cut short or damaged", advice=AGAIN)
CUT_SHORT = Kind("an RTF file cut short", advice=AGAIN)
UNKNOWN = Kind("an old Office file of a kind that is not known here")
# The first whose streams stand right under the root; a text may hold a sheet, but further down.
STREAMS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("EncryptedPackage",), LOCKED),
    (("__properties_version1.0",), Kind("an Outlook message", advice="save it as text")),
    (("WordDocument",), WORD_97),
    (("Workbook", "Book"), SHEETS),
    (("PowerPoint Document",), SLIDES),
    (("VisioDocument",), Kind("a Visio drawing")),
    (("HwpSummaryInformation", "BodyText"), Kind("a Hangul document")),
    (("MatOST", "MM"), WORKS),
)
ZIPPED: tuple[tuple[str, Kind], ...] = (
    ("xl/", SHEETS),
    ("ppt/", SLIDES),
    ("visio/", Kind("a Visio drawing")),
)
OPENED = {"text": OPEN_TEXT, "text-template": OPEN_TEXT, "spreadsheet": SHEETS}


def is_office(data: bytes, name: str) -> bool:
    """Tell an Office file that is no DOCX by how it begins or what its container lists."""
    if data.startswith((SIGNATURE, RTF)) or OPEN_DOCUMENT.match(data, 30):
        return True
    if data.startswith(ZIP):
        return _zipped(data) is not None
    return WORD_XML.search(data, 0, 1000) is not None


def read_office(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read an Office file of an older or another format through LibreOffice or antiword.

    Raises ReadError where it is none of these, where no program converts it or that fails.
    """
    shown = names[0] if names else "-"
    kind = kind_of(data, shown)
    if not kind.suffix:
        raise ReadError(f"{shown}: {kind.name}; {kind.advice}")
    if kind is OPEN_TEXT:
        _refuse_bad_zip(data, shown, options.max_expanded)
    able = [one for one in CONVERTERS if kind.suffix in one.suffixes]
    for converter in able:
        program = _program(converter)
        if program is not None:
            draft = _converted(converter, program, kind, data, shown, options)
            digest = hashlib.sha256(data).hexdigest()
            return draft.finish(names, digest, kind.media_type, "utf-8")
    programs = " or ".join(one.name for one in able)
    raise ReadError(f"{shown}: {kind.name}; install {programs}, or {kind.advice}")


def kind_of(data: bytes, name: str) -> Kind:
    """Return what kind of Office file it is."""
    if data.startswith(SIGNATURE):
        return _kind_of_container(data, name)
    if data.startswith(RTF):
        return RICH_TEXT if data.rstrip(b"\x00\t\r\n ").endswith(b"}") else CUT_SHORT
    opened = OPEN_DOCUMENT.match(data, 30)
    if opened is not None:
        return OPENED.get(opened[1].decode(), SLIDES)
    return _zipped(data) or WORD_2003


def _kind_of_container(data: bytes, name: str) -> Kind:
    try:
        container = Container(data)
        streams = container.streams()
        kind = next(
            (kind for keys, kind in STREAMS if any(key in streams for key in keys)), UNKNOWN
        )
        return _kind_of_word(container, streams, name) if kind is WORD_97 else kind
    except DamagedContainer:
        return DAMAGED


def _kind_of_word(container: Container, streams: dict[str, Stream], name: str) -> Kind:
    texts = [streams[key] for key in ("WordDocument", "0Table", "1Table") if key in streams]
    if not all(map(container.is_whole, texts)):
        return DAMAGED
    at, bit = LOCKED_FIB
    flags = container.begin(streams["WordDocument"])[at + 1 : at + 2]
    if flags and flags[0] & bit:
        return LOCKED
    return WPS if name.lower().endswith((".wps", ".wpt")) else WORD_97


def _zipped(data: bytes) -> Kind | None:
    """Return what the container of an Office file of today holds, None where it is another ZIP."""
    try:
        names = {name.lower() for name in zipfile.ZipFile(BytesIO(data)).namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "[content_types].xml" not in names:
        return None
    found = (kind for folder, kind in ZIPPED if any(name.startswith(folder) for name in names))
    return next(found, None)


def _refuse_bad_zip(data: bytes, shown: str, max_expanded: int) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            refuse_bombs(entries, shown, max_expanded)
            manifest = next(
                (one for one in entries if one.filename == "META-INF/manifest.xml"), None
            )
            locked = manifest is not None and b"encryption-data" in archive.read(manifest)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise ReadError(f"{shown}: {OPEN_TEXT.name} cut short or damaged; {AGAIN}") from error
    if locked:
        raise ReadError(f"{shown}: {LOCKED.name}; {LOCKED.advice}")


# -- converters --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Converter:
    """A program that converts Office files."""

    name: str
    programs: tuple[str, ...]  # what it is called on different systems
    suffixes: tuple[str, ...]
    arguments: Callable[[Path, Path], list[str]]  # of the file, and the folder for what comes out
    draft: Callable[[bytes, Path, str, ReadOptions], Draft]  # of its output, and that folder


def _program(converter: Converter) -> str | None:
    return next((found for one in converter.programs if (found := shutil.which(one))), None)


def _converted(
    converter: Converter, program: str, kind: Kind, data: bytes, shown: str, options: ReadOptions
) -> Draft:
    """Run a converter in a folder of its own, which goes with all that it writes."""
    with tempfile.TemporaryDirectory(prefix="kg-") as name:
        folder = Path(name)
        file = folder / f"text.{kind.suffix}"
        file.write_bytes(data)
        written = _run([program, *converter.arguments(file, folder)], folder, converter.name, shown)
        draft = converter.draft(written, folder, shown, options)
    draft.note(f"{kind.name}, read through {converter.name}")
    return draft


def _run(command: list[str], folder: Path, name: str, shown: str) -> bytes:
    """Run a program within a limit of time, without a home, a locale or a network of its own."""
    # LibreOffice is a program that starts another: `timeout` ends both, and so it does when
    # this process is killed.
    limit = shutil.which("timeout")
    guarded = [limit, "--kill-after=5", str(SECONDS), *command] if limit else command
    try:
        done = subprocess.run(
            guarded,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS + 10,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReadError(
            f"{shown}: {name} did not end within {SECONDS} seconds; {RESAVE}"
        ) from error
    except OSError as error:
        raise ReadError(
            f"{shown}: {name} cannot be started ({error.strerror}); {RESAVE}"
        ) from error
    if done.returncode in (124, 137):
        raise ReadError(f"{shown}: {name} did not end within {SECONDS} seconds; {RESAVE}")
    if done.returncode:
        raise ReadError(f"{shown}: {name} cannot read it{_reason(done.stderr)}; {RESAVE}")
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    # Nobody listens there: what a file links to on the network is not asked for.
    nowhere = "http://127.0.0.1:9"
    return {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }


def _reason(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").split("\n")
    line = next((line.strip() for line in lines if line.strip()), "")
    return f" ({line[:100]})" if line.isprintable() and line else ""


# LibreOffice: what it is not to do with a file that nobody has looked at.
SETTING = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
SETTINGS = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),  # never read what a text links to
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
CONFIGURATION = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    + "".join(SETTING.format(path=path, name=name, value=value) for path, name, value in SETTINGS)
    + "</oor:items>\n"
)


def _libreoffice(file: Path, folder: Path) -> list[str]:
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(CONFIGURATION, encoding="utf-8")
    return [
        f"-env:UserInstallation={profile.as_uri()}",
        *("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck"),
        *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(file)),
    ]


def _from_docx(_: bytes, folder: Path, shown: str, options: ReadOptions) -> Draft:
    file = folder / "out" / "text.docx"
    if not file.is_file():
        raise ReadError(f"{shown}: LibreOffice cannot read it; {RESAVE}")
    return draft_of(file.read_bytes(), shown, options)


def _antiword(file: Path, _: Path) -> list[str]:
    # As DocBook: in its plain text a cell of a table is broken into several lines.
    return ["-m", "UTF-8.txt", "-x", "db", str(file)]


def _from_docbook(written: bytes, _: Path, shown: str, options: ReadOptions) -> Draft:
    text = FORBIDDEN.sub("", written.decode("utf-8", "replace"))
    try:
        # Without what declares the type: it names a file on the network.
        book = ElementTree.fromstring(text[text.index("<book") :])
    except (ElementTree.ParseError, ValueError) as error:
        raise ReadError(f"{shown}: antiword cannot read it; {RESAVE}") from error
    draft = Draft()
    for block, level in _docbook_blocks(book):
        if block.tag == "informaltable":
            draft.table(
                [[DraftCell(_docbook_text(one)) for one in row] for row in block.iter("row")]
            )
        else:
            draft.paragraph(_docbook_text(block), level if block.tag == "title" else None)
    if draft.is_blank:
        raise ReadError(f"{shown}: no text in it; is this the right file?")
    draft.note("antiword leaves out the numbers that Word generates (一、 1.)")
    return draft


def _docbook_blocks(book: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, int]]:
    """Yield paragraphs, titles with their level, and tables, in their order."""
    waiting = [(one, 1) for one in reversed(book)]
    while waiting:
        one, level = waiting.pop()
        if one.tag == "bookinfo":
            continue
        if one.tag in ("para", "title", "informaltable"):
            yield one, level
        if one.tag == "informaltable":
            continue
        below = level + 1 if one.tag == "chapter" or one.tag.startswith("sect") else level
        waiting.extend((child, level if child.tag == "title" else below) for child in reversed(one))


def _docbook_text(element: ElementTree.Element) -> str:
    """Return the text of an element, but what are blocks of their own in it."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in ("para", "informaltable", "itemizedlist", "orderedlist"):
            parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
    return "".join(parts).strip()


# The first that is there reads: it decides, also where it fails, lest a text depend on the hour.
CONVERTERS: tuple[Converter, ...] = (
    Converter(
        name="LibreOffice",
        programs=("soffice", "libreoffice"),
        suffixes=("doc", "rtf", "odt", "xml", "wps"),
        arguments=_libreoffice,
        draft=_from_docx,
    ),
    Converter(
        name="antiword",
        programs=("antiword",),
        suffixes=("doc",),
        arguments=_antiword,
        draft=_from_docbook,
    ),
)
