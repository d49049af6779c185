"""Word, Office and PDF files made or broken to do harm, and what they are made of."""

from __future__ import annotations

import hashlib
import random
import re
import struct
import zlib
from functools import cache

from pdf_files import FONTS, Sheet, pdf, stream
from word_files import container, p, parts_of, word_file

from kg.read.ole import SIGNATURE

NOTICE = p("关于加强校车管理的通知") + p("各县（区）教育局：")
RTF = rb"{\rtf1\ansi\ansicpg936 \u20851?\u20110?\u26657?\u36710?}"  # 关于校车


# -- Word ---


def with_part(name: str, content: str | bytes) -> bytes:
    return container({**parts_of(NOTICE), name: content})


def locked() -> bytes:
    """Set the bit of a locked entry in the container's directory, and where each begins."""
    data = bytearray(word_file(NOTICE))
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        begin = data.find(signature)
        while begin >= 0:
            data[begin + at] |= 1
            begin = data.find(signature, begin + 4)
    return bytes(data)


def bomb_file(size: int) -> bytes:
    inside = b"<w:p><w:r><w:t>" + b"A" * size + b"</w:t></w:r></w:p>"
    return with_part("word/document.xml", inside)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "哈哈"><!ENTITY b "'
    + "&a;" * 10
    + '">]><w:document/>'
)
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document>&e;</w:document>'


# -- Office before it ---

SECTOR = 512
END, FAT, FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
NS = "urn:oasis:names:tc:opendocument:xmlns:"
MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{NS}manifest:1.0"><manifest:file-entry '
    'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def ole(*names: str, flags: int = 0, size: int = 4096) -> bytes:
    """Return an OLE container whose streams have these names, all the same bytes in them."""
    text = bytearray(size)
    text[11] = flags
    count = len(text) // SECTOR
    entries = [_entry("Root Entry", 5, child=1 if names else FREE, start=END)]
    for at, name in enumerate(names, start=1):
        right = at + 1 if at < len(names) else FREE
        entries.append(_entry(name, 2, right=right, start=1 + _sectors(names), length=size))
    directory = b"".join(entries).ljust(_sectors(names) * SECTOR, b"\0")
    chains = [FAT, *_chain(1, _sectors(names)), *_chain(1 + _sectors(names), count)]
    table = struct.pack("<128I", *chains, *[FREE] * (128 - len(chains)))
    header = bytearray(SIGNATURE.ljust(SECTOR, b"\0"))
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIIII", header, 44, 1, 1, 0, SMALL, END, 0, END, 0, 0, FREE)
    struct.pack_into("<108I", header, 80, *[FREE] * 108)
    return bytes(header) + table + directory + bytes(text)


SMALL = 4096


def _sectors(names: tuple[str, ...]) -> int:
    return (len(names) + 1) // 4 + 1


def _chain(begin: int, count: int) -> list[int]:
    return [*range(begin + 1, begin + count), END]


def _entry(
    name: str, kind: int, child: int = FREE, right: int = FREE, start: int = END, length: int = 0
) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    entry = bytearray(written.ljust(128, b"\0"))
    struct.pack_into("<HBB", entry, 64, len(written), kind, 1)
    struct.pack_into("<III", entry, 68, FREE, right, child)
    struct.pack_into("<II", entry, 116, start, length)
    return bytes(entry)


def odt(body: str, manifest: str = MANIFEST) -> bytes:
    names = " ".join(f'xmlns:{one}="{NS}{one}:1.0"' for one in ("office", "text"))
    return container(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": manifest,
            "content.xml": f'<office:document-content {names} office:version="1.2" '
            f'xmlns:draw="{NS}drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'xmlns:svg="{NS}svg-compatible:1.0"><office:body><office:text>{body}'
            "</office:text></office:body></office:document-content>",
        }
    )


# -- PDF ---

FULL = "青禾县教育局要会同县民政局建立留守儿童关爱台账，每学期走访"  # 29 characters
TEXT = Sheet().text(90, 100, FULL)
WHOLE = pdf(TEXT, TEXT, packed=True)


def rc4(key: bytes, content: bytes) -> bytes:
    """Encrypt as PDF 1.3 does."""
    box, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    for byte in content:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def encrypted(password: bytes) -> bytes:
    """Return a file that this password opens; an empty one restricts but printing and copying."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    owner = rc4(hashlib.md5((b"owner" + pad)[:32]).digest()[:5], (password + pad)[:32])
    rights = (-64).to_bytes(4, "little", signed=True)
    key = hashlib.md5((password + pad)[:32] + owner + rights + b"ID").digest()[:5]
    drawn = "\n".join(TEXT.drawn).encode()
    keys = [hashlib.md5(key + bytes([at, 0, 0, 0, 0])).digest()[:10] for at in range(12)]
    # Strings are encrypted too: the names in the font.
    font = re.sub(r"\((\w+)\)", lambda s: f"<{rc4(keys[4], s[1].encode()).hex()}>", FONTS["F1"])
    return pdf(
        TEXT,
        objects={4: f"<</Font<</F1 {font}>>>>", 11: stream("", rc4(keys[11], drawn))},
        trailer=f"/ID[<{b'ID'.hex()}><{b'ID'.hex()}>]/Encrypt<</Filter/Standard/V 1/R 2/P -64"
        f"/O<{owner.hex()}>/U<{rc4(key, pad).hex()}>>>",
    )


def form(drawn: bytes) -> str:
    return stream("/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources 4 0 R", drawn)


def bomb(rounds: int) -> str:
    packed = b" " * 300_000_000
    for _ in range(rounds):
        packed = zlib.compress(packed, 1)
    filters = "/FlateDecode" * rounds
    body = packed.decode("latin-1")
    return f"<</Filter[{filters}]/Length {len(packed)}>>\nstream\n{body}\nendstream"


def mutated(seed: int) -> bytes:
    chance, data = random.Random(seed), bytearray(WHOLE)
    for _ in range(20):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    return bytes(data)


DEEP = {100 + at: f"<</Type/Pages/Kids[{101 + at} 0 R]>>" for at in range(3000)}
FANS = {99 + at: form(f"/X{at + 1} Do ".encode() * 10) for at in range(1, 30)}
XOBJECTS = " ".join(f"/X{at} {99 + at} 0 R" for at in range(1, 30))


@cache
def hostile() -> dict[str, bytes]:
    """Return files made or broken to do harm, by what they are."""
    return {
        "page tree in a loop": pdf(TEXT, objects={2: "<</Type/Pages/Kids[2 0 R 10 0 R]>>"}),
        "deep page tree": pdf(TEXT, objects={2: "<</Type/Pages/Kids[100 0 R]>>"} | DEEP),
        "one page, 20,000 times": pdf(
            TEXT, objects={2: f"<</Type/Pages/Count 9/Kids[{'10 0 R ' * 20_000}]>>"}
        ),
        "form in a loop": pdf(Sheet(drawn=["/X1 Do"]), objects={100: form(b"/X1 Do")}),
        "forms that fan out": pdf(
            Sheet(drawn=["/X1 Do"]), objects={4: f"<</XObject<<{XOBJECTS}>>>>"} | FANS
        ),
        "Flate bomb": pdf(TEXT, objects={11: bomb(1)}),
        "Flate bomb in a Flate bomb": pdf(TEXT, objects={11: bomb(2)}),
        "page of 10 MB": pdf(
            TEXT, objects={11: stream("", b"0 0 m 9 9 l S\n" * 700_000, packed=True)}
        ),
        "deep arrays": pdf(TEXT, objects={2: f"<</Kids {'[' * 50_000}{']' * 50_000}>>"}),
        "deep arrays on a page": pdf(TEXT, objects={11: stream("", b"[" * 99_999 + b"]" * 99_999)}),
        "table of contents in a loop": WHOLE.replace(
            b"/Root", b"/Prev " + WHOLE.split()[-2] + b"/Root"
        ),
        "reference to itself": pdf(TEXT, objects={2: "100 0 R", 100: "2 0 R"}),
        "length of itself": pdf(TEXT, objects={11: "<</Length 11 0 R>>\nstream\n \nendstream"}),
        "numbers beyond all": pdf(
            Sheet(drawn=["BT /F1 1e300 Tf 1e300 0 0 9 0 1e308 Tm <4e00> Tj ET"])
        ),
        "page without size": pdf(Sheet(size=(0, 0)).text(9, 9, FULL)),
        "a script and a file within": pdf(
            TEXT,
            objects={
                1: "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>"
                "/Names<</EmbeddedFiles<</Names[(a.exe) 100 0 R]>>>>>>",
                100: "<</Type/Filespec/F(a.exe)/EF<</F 101 0 R>>>>",
                101: stream("", b"MZ"),
            },
        ),
        **{f"bytes changed, {seed}": mutated(seed) for seed in range(12)},
    }
