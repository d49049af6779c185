"""What the sequence model reads of programmes, and what is made of it; conferences by rule."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract import find_jurisdiction, program_model, read_by_rules, untangle
from kg.extract.program_meetings import find_meetings
from kg.extract.program_model import Word, features, read_programs, read_words, spans
from kg.models import Mention, Outline
from kg.read import read
from kg.structure import structure
from kg.structure.mend import mend

HEAD = "云陵市人民政府关于做好2024年有关工作的通知\n"


class Says:
    """A model that takes some words of the text for the programmes in it, wherever they stand."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def tag(self, seen: list[list[str]]) -> list[str]:
        """Label the words that together are one of the names."""
        texts = [next(f[2:] for f in word if f.startswith("w=")) for word in seen]
        labels = ["O"] * len(texts)
        for name in self.names:
            for begin in range(len(texts)):
                for end in range(begin + 1, len(texts) + 1):
                    if "".join(texts[begin:end]) == name:
                        labels[begin:end] = ["B"] + ["I"] * (end - begin - 1)
        return labels


def outline_of(text: str) -> Outline:
    return structure(mend(read(f"{HEAD}{text}\n".encode(), ["a.txt"])).source)


def read_with(text: str, *names: str) -> list[Mention]:
    """Return the programmes of a text when the model takes some words for programmes."""
    outline = outline_of(text)
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    found = read_programs(outline, ruled, Says(*names))  # type: ignore[arg-type]
    return [m for m in untangle(found, outline.source.text) if m.type == "Program"]


@pytest.mark.parametrize(
    ("text", "says", "found"),
    [
        ("持续擦亮云渚味道。", ("云渚味道",), ["云渚味道 program.learned"]),
        ("实施凤栖英才培养计划。", ("凤栖英才培养计划",), ["凤栖英才培养计划 program.built"]),
        ("实施凤栖英才培养计划。", (), []),  # the rules alone, and not sure of it
        ("落实“双减”政策。", (), ["双减 program.known.quoted"]),  # sure of it
        ("做到“两个维护”。", ("两个维护",), []),  # a formula, whatever the model thinks
        ("打造“1+4”格局。", ("1+4",), []),
        ("推进长三角建设。", ("长三角建设",), []),  # a place, not a programme
        ("认定云帆企业（以下称云企）。", ("云帆企业（以下称",), ["云帆企业 program.learned"]),
        ("开展云陵读书系列活动。", ("云陵读书系列活动",), ["云陵读书系列活动 program.learned"]),
        ("落实《云陵味道提升计划》。", ("云陵味道提升计划",), []),  # inside a title
    ],
)
def test_model_and_rules(text: str, says: tuple[str, ...], found: list[str]) -> None:
    assert [f"{m.text} {m.rule}" for m in read_with(text, *says)] == found


def test_a_name_is_without_its_general_last_word() -> None:
    (mention,) = read_with("开展云陵读书系列活动。", "云陵读书系列活动")
    assert mention.name == "云陵读书"


def test_the_model_that_ships_reads_names_the_rules_leave() -> None:
    outline = outline_of("积极创建国家食品安全示范城市，深入实施“云岭扬帆”行动，办好云陵马拉松。")
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    found = [m.text for m in read_programs(outline, ruled) if m.type == "Program"]
    assert "国家食品安全示范城市" in found
    assert "云岭扬帆”行动" in found


def test_the_same_text_is_read_the_same_again() -> None:
    outline = outline_of("推进云陵“五彩课堂”项目和凤栖湖生态修复工程，争创国家级旅游度假区。")
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    assert list(read_programs(outline, ruled)) == list(read_programs(outline, ruled))


@given(st.text("推进实施“”云陵、，五彩工程（）1 \u3000品牌a", min_size=1, max_size=40))
def test_words_cover_their_sentences_and_features_their_words(text: str) -> None:
    outline = outline_of(f"为做好有关工作，{text}。")
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    for found in read_words(outline, ruled):
        assert all(a.end == b.begin for a, b in pairwise(found))
        assert all(word.end - word.begin == len(word.text) > 0 for word in found)
        seen = features(found, ruled)
        assert len(seen) == len(found)
        assert all(isinstance(feature, str) for word in seen for feature in word)


@given(st.lists(st.sampled_from("BIO"), max_size=12))
def test_spans_are_what_the_labels_say(labels: list[str]) -> None:
    found = [Word(i * 2, i * 2 + 2, "云陵", "ns") for i in range(len(labels))]
    inside = {at for begin, end in spans(found, labels) for at in range(begin, end)}
    wanted = (word for word, label in zip(found, labels, strict=True) if label != "O")
    assert inside == {at for word in wanted for at in range(word.begin, word.end)}


def test_classes_are_of_words() -> None:
    fine, broad = program_model._classes("实施")
    assert (fine, broad) != program_model._classes("没有这个词") == ("-", "-")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("贯彻全市职业教育工作会议精神。", ["全市职业教育工作会议"]),
        ("筹备全省林下经济发展大会。", ["全省林下经济发展大会"]),
        ("传达市委农村工作会议要求。", ["市委农村工作会议"]),
        ("市委常委会会议研究。", []),
        ("全国人民代表大会通过。", []),
        ("全市上下学习贯彻全会精神，召开会议。", []),
    ],
)
def test_conferences(text: str, found: list[str]) -> None:
    assert [mention.text for mention in find_meetings(text)] == found
