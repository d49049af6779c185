"""The fast dictionary cuts and tags as jieba itself does; without it jieba is used."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from typing import Any

import pytest
from casebook import ROOT, SHARED
from hypothesis import given
from hypothesis import strategies as st

from kg import vocabulary
from kg.vocabulary import plain_segmenter, segmenter

PLAIN = plain_segmenter()
SENTENCES = [
    "推进学前教育普及普惠督导评估，新增公办幼儿园学位3000个。",
    "完成“5G+工业互联网”项目12.5亿元，R&D经费占比2.8%。",
    "（牵头单位：市教育局；配合单位：市财政局、市人力社保局）",
    "二〇二三年十二月底前，ＡＰＰ注册用户达到１０万人",
    "落实\u3000“双减”\t政策\r\n（一）乡镇（街道）Wi-Fi全覆盖",
    "",
]


def assert_same(text: str) -> None:
    """Both say the same, but that the fast one has single characters (稅) that jieba has not."""
    found, expected = list(segmenter().tag(text)), list(PLAIN.tag(text))
    assert [word for word, _ in found] == [word for word, _ in expected]
    differing = [one for one, other in zip(expected, found, strict=True) if one != other]
    assert all(flag == "x" and len(word) == 1 for word, flag in differing)
    assert list(segmenter().cut(text)) == list(PLAIN.cut(text))


@pytest.mark.parametrize("text", SENTENCES)
def test_as_jieba(text: str) -> None:
    assert_same(text)
    assert list(segmenter().tag(text)) == list(PLAIN.tag(text))


@given(st.text("推进学前教育普惠，。“”双减 \n3.5%aZ１ａ—·𠮷", max_size=60))
def test_as_jieba_on_any_text(text: str) -> None:
    assert "".join(segmenter().cut(text)) == text
    assert_same(text)


def test_words_that_were_forgotten_are_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [segmenter().tag(one) for one in SENTENCES]
    monkeypatch.setattr(vocabulary, "KNOWN_WORDS", 3)
    forgetful = vocabulary.segmenter.__wrapped__()
    assert [forgetful.tag(one) for one in SENTENCES * 2] == expected * 2


@given(st.text("推进学前教育普惠，。“”双减 \r\n3.5%+-_aZ１ａ—·𠮷稅", max_size=60))
def test_a_word_has_one_part_of_speech_wherever_it_stands(text: str) -> None:
    rjieba = pytest.importorskip("rjieba")
    for word, flag in rjieba.tag(text, False):
        assert rjieba.tag(word, False) == [(word, flag)]


def sentences() -> Iterator[str]:
    folders = (ROOT / "examples", ROOT / "tests" / "documents" / "plans")
    for file in sorted(file for folder in folders for file in folder.glob("*.txt")):
        yield from re.split("(?<=[。；\n])", file.read_text(encoding="utf-8", errors="replace"))


def test_as_jieba_on_our_documents() -> None:
    read = list(sentences())
    assert len(read) > 1000
    for one in read:
        assert_same(one)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared")
def test_as_jieba_on_the_corpus() -> None:
    for file in sorted((SHARED / "corpus").glob("*.txt"))[::25]:
        for one in re.split("(?<=[。；\n])", file.read_text(encoding="utf-8", errors="replace")):
            assert_same(one)


def test_without_the_fast_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "rjieba":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    plain = vocabulary.segmenter.__wrapped__()
    assert list(plain.tag("征稅")) == list(PLAIN.tag("征稅")) != list(segmenter().tag("征稅"))
