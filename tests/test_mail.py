"""Mail and saved pages to texts: which part is read, and what becomes of the others."""

from __future__ import annotations

import subprocess
import sys
from email.message import EmailMessage

import pytest

from kg.errors import ReadError
from kg.read import MAIL, PLAIN, format_of, read

SENTENCE = "市教育局会同市公安局开展校车安全检查，每月通报一次。"
BODY = f"<body><h1>校车通知</h1><p>{SENTENCE}</p></body>"
PAGE = f"<html><head><meta charset=gb2312></head>{BODY}</html>"


def message(*parts: tuple[str, str, str], plain: str = "") -> bytes:
    """Make a message of parts: type, file name, content."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = (
        "a@example.cn",
        "校车",
        "Fri, 1 Mar 2024 09:00:00 +0800",
    )
    if plain:
        mail.set_content(plain)
    for kind, name, content in parts:
        main, _, sub = kind.partition("/")
        mail.add_attachment(
            content.encode("gb18030" if "gb2312" in content else "utf-8"),
            maintype=main,
            subtype=sub,
            filename=name or None,
        )
    return mail.as_bytes()


SAVED = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://www.example.gov.cn/t1.html\r\n"
    "Subject: t\r\nDate: Fri, 1 Mar 2024 09:00:00 +0800\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n'
    "Content-Transfer-Encoding: 8bit\r\nContent-Location: http://www.example.gov.cn/t1.html\r\n\r\n"
    f"<html><body><p>{SENTENCE}</p></body></html>\r\n--x\r\nContent-Type: image/png\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n"
).encode()


def test_a_saved_page_is_read_with_its_address() -> None:
    found = read(SAVED, ["page.mht"])
    assert found.text == f"网址：http://www.example.gov.cn/t1.html\n{SENTENCE}\n"
    assert (found.url, found.media_type) == ("http://www.example.gov.cn/t1.html", "message/rfc822")
    assert found.notes == ("a part of the message is not read: image/png (8 bytes)",)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(message(plain=f"通知\n\n{SENTENCE}"), f"通知\n{SENTENCE}\n", id="plain text"),
        pytest.param(
            message(("text/html", "", PAGE), plain="见附页"),
            f"校车通知\n{SENTENCE}\n",
            id="the page before the plain text",
        ),
        pytest.param(
            message(("text/html", "", "<html><frameset><frame src=a></frameset>"), plain=SENTENCE),
            SENTENCE + "\n",
            id="a page without text gives way",
        ),
    ],
)
def test_the_part_that_holds_the_text_is_read(data: bytes, text: str) -> None:
    assert read(data, ["a.eml"]).text == text


def test_attached_files_are_named() -> None:
    data = message(("application/pdf", "清单.pdf", "%PDF"), plain=SENTENCE)
    assert read(data, ["a.eml"]).notes == (
        "a part of the message is not read: application/pdf 清单.pdf (4 bytes)",
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (message(("application/pdf", "a.pdf", "%PDF")), "without text"),
        (message(("text/html", "", "<html><body></body></html>")), "web page without text"),
    ],
    ids=["only a file", "an empty page"],
)
def test_a_message_without_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read(data, ["a.eml"])


@pytest.mark.parametrize(
    ("text", "is_mail"),
    [
        ("From: a\nSubject: b\nDate: c\n\nx", True),
        ("MIME-Version: 1.0\r\nFrom: a\r\nContent-Type: text/plain\r\n\r\nx", True),
        ("Subject: b\n\nFrom: a\nDate: c", False),  # below the first blank line is no header
        ("标题：校车\n发布日期：2024-03-01\n", False),
        ("Plan: a\nDate: b\n\nc", False),
    ],
)
def test_messages_are_told_by_their_header(text: str, is_mail: bool) -> None:
    assert format_of(text.encode(), ["a"]) is (MAIL if is_mail else PLAIN)


CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from kg.errors import ReadError
from kg.read import read
try:
    print(read(eval(sys.argv[1]), ["a.eml"]).text)
except ReadError as error:
    print("refused", error)
"""
HEAD = "b'From: a\\nSubject: b\\nMIME-Version: 1.0\\n'"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        pytest.param(
            f"{HEAD} + b''.join(b'Content-Type: multipart/mixed; boundary=b%d\\n\\n--b%d\\n'"
            " % (n, n) for n in range(3000))",
            "refused",
            id="parts in parts",
        ),
        pytest.param(
            f"{HEAD} + b'Content-Type: text/plain\\nContent-Transfer-Encoding: base64\\n\\n!!!!'",
            "refused",
            id="damaged base64",
        ),
        pytest.param(
            f"{HEAD} + b'X: ' + b'a' * 5_000_000 + b'\\n\\ntext'", "text", id="a long header"
        ),
    ],
)
def test_hostile_messages_end(made: str, words: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, made], capture_output=True, text=True, timeout=30
    )
    assert ended.returncode == 0, ended.stderr[-500:]
    assert words in ended.stdout
