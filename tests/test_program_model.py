"""What the sequence model reads of programmes, and what is made of it; conferences by rule."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from itertools import accumulate, pairwise, product
from pathlib import Path

import numpy as np
import pycrfsuite
import pytest
from casebook import ROOT, SHARED
from hypothesis import example, given
from hypothesis import strategies as st

from kg.extract import (
    extract,
    find_jurisdiction,
    program_model,
    program_weights,
    read_by_rules,
    untangle,
)
from kg.extract.crf import LABELS, Model
from kg.extract.program_features import Word, Words, classes, features
from kg.extract.program_meetings import find_meetings
from kg.extract.program_model import read_programs, read_words, spans
from kg.extract.program_weights import FAVOUR, Weigher
from kg.models import Mention, Outline
from kg.read import read
from kg.structure import structure
from kg.structure.mend import mend
from kg.vocabulary import segmenter

MODEL = (resources.files("kg.data") / program_model.MODEL).read_bytes()
PAPERS = sorted((ROOT / "examples").glob("0[1-6]*.txt"))
HEAD = "云陵市人民政府关于做好2024年有关工作的通知\n"


class Says:
    """A model that takes some words of the text for the programmes in it, wherever they stand."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def labels(self, sentences: Sequence[tuple[Words, Iterable[Mention]]]) -> list[str]:
        """Label the words that together are one of the names."""
        return [self._labels([word.text for word in found]) for found, _ in sentences]

    def _labels(self, texts: list[str]) -> str:
        labels = ["O"] * len(texts)
        for name in self.names:
            for begin in range(len(texts)):
                for end in range(begin + 1, len(texts) + 1):
                    if "".join(texts[begin:end]) == name:
                        labels[begin:end] = ["B"] + ["I"] * (end - begin - 1)
        return "".join(labels)


def outline_of(text: str) -> Outline:
    return structure(mend(read(f"{HEAD}{text}\n".encode(), ["a.txt"])).source)


def test_who_gave_way_to_a_programme_counts_where_the_model_reads_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outline = outline_of("实施云陵市教育局青禾培养计划。")
    for names, expected in (
        ((), ["Agency 云陵市教育局"]),
        (("云陵市教育局青禾培养计划",), ["Program 云陵市教育局青禾培养计划"]),
    ):
        monkeypatch.setattr(program_model, "_model", lambda names=names: Says(*names))
        found = [m for m in extract(outline).mentions if m.begin > len(HEAD)]
        assert [f"{m.type} {m.text}" for m in found] == expected


def read_with(text: str, *names: str) -> list[Mention]:
    """Return the programmes of a text when the model takes some words for programmes."""
    outline = outline_of(text)
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    found = read_programs(outline, ruled, Says(*names))
    return [m for m in untangle(found, outline.source.text) if m.type == "Program"]


@pytest.mark.parametrize(
    ("text", "says", "found"),
    [
        ("持续擦亮云渚味道。", ("云渚味道",), ["云渚味道 program.learned"]),
        ("实施凤栖英才培养计划。", ("凤栖英才培养计划",), ["凤栖英才培养计划 program.built"]),
        ("实施凤栖英才培养计划。", (), []),  # the rules alone, and not sure of it
        ("落实“双减”政策。", (), ["双减 program.known.quoted"]),  # sure of it
        ("做到“两个维护”。", ("两个维护",), []),  # a formula, whatever the model thinks
        ("发挥“五大优势”。", ("五大优势",), []),  # a count, no name
        ("推进长三角建设。", ("长三角建设",), []),  # a place, not a programme
        ("认定云帆企业（以下称云企）。", ("云帆企业（以下称",), ["云帆企业 program.learned"]),
        ("开展云陵读书系列活动。", ("云陵读书系列活动",), ["云陵读书系列活动 program.learned"]),
        ("落实《云陵味道提升计划》。", ("云陵味道提升计划",), []),  # inside a title
        ("提升云渚国际艺术节影响力。", ("云渚国际艺术节影响力",), ["云渚国际艺术节 program.built"]),
        ("擦亮“云渚味道”金字招牌。", ("云渚味道”金字招牌",), ["云渚味道 program.quoted"]),
        ("提升渔民影响力。", ("渔民影响力",), ["渔民影响力 program.learned"]),  # no name is left
        (
            "支持青禾县全国渔教融合试点。",  # the place holds the title
            ("青禾县全国渔教融合试点",),
            ["全国渔教融合试点 program.built"],
        ),
        (
            "各校每年举办一届海娃体育艺术节。",
            ("一届海娃体育艺术节",),
            ["海娃体育艺术节 program.built"],
        ),
        (
            "渔民学校组织开展渔技教师百人提升计划培训。",
            ("渔民学校组织开展渔技教师百人提升计划",),
            ["渔技教师百人提升计划 program.built"],
        ),
        (
            "实施渔港提档、渔船增效、渔村焕新专项行动。",
            ("渔村焕新专项行动",),
            ["渔港提档、渔船增效、渔村焕新专项行动 program.built"],
        ),
        (
            "实施渔港提档、渔船增效、渔村焕新“三大行动”。",
            ("渔村焕新“三大行动",),
            ["渔港提档、渔船增效、渔村焕新“三大行动 program.learned"],
        ),
        (  # of another length: another thing
            "实施青禾跨海大桥、渔村焕新专项行动。",
            ("渔村焕新专项行动",),
            ["渔村焕新专项行动 program.learned"],
        ),
        (
            "开展省、市、县级“一师一渔课”教学评选活动。",
            ("省、市、县级“一师一渔课”教学评选活动",),
            ["一师一渔课”教学评选活动 program.quoted.head"],
        ),
        (
            "争创国家级、省级“四好渔村路”示范县。",
            ("国家级、省级“四好渔村路”示范县",),
            ["国家级、省级“四好渔村路”示范县 program.learned"],
        ),
        (
            "举办云陵渔歌大赛及报告会。",
            ("云陵渔歌大赛及报告会",),
            ["云陵渔歌大赛及报告会 program.learned"],
        ),
        (
            "举办渔港文艺晚会暨开展渔歌技能大赛。",
            ("渔港文艺晚会暨开展渔歌技能大赛",),
            ["渔港文艺晚会暨开展渔歌技能大赛 program.learned"],
        ),
        (
            "新增省级以上智能工厂和智能车间6个。",
            ("省级以上智能工厂和智能车间",),
            ["省级以上智能工厂 program.known.level", "智能车间 program.learned"],
        ),
        (
            "用好广交会、进博会等平台。",
            ("广交会、进博会",),
            ["广交会 program.known", "进博会 program.known"],
        ),
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


@given(st.text("推进实施“”云陵5G、，五彩工程计划（）1 a", min_size=1, max_size=40), st.data())
def test_words_are_the_segmenters_parted_where_a_finding_begins_or_ends(
    text: str, data: st.DataObject
) -> None:
    outline = outline_of(f"为做好有关工作，{text}。")
    size = len(outline.source.text)
    cuts = data.draw(st.lists(st.integers(0, size), min_size=2, max_size=8).map(sorted))
    findings = [Mention("Region", "", a, b, "", "", "") for a, b in pairwise(cuts)]
    for found in read_words(outline, findings):
        begin, end = found.borders[0], found.borders[-1]
        tagged = segmenter().tag(outline.source.text[begin:end])
        begins = accumulate((len(text) for text, _ in tagged[:-1]), initial=begin)
        whole = {at: flag for at, (_, flag) in zip(begins, tagged, strict=True)}
        assert {*found.borders} == {*whole, end} | {at for at in cuts if begin < at < end}
        for word in found:
            assert word.text == outline.source.text[word.begin : word.end]
            assert word.flag == whole[max(at for at in whole if at <= word.begin)]


def test_words_are_a_sequence_of_words() -> None:
    found = Words([("云陵", "ns"), ("味道", "n")], [3, 5, 7])
    assert list(found) == [Word(3, 5, "云陵", "ns"), Word(5, 7, "味道", "n")]
    assert [found[-1], found[1:], found[::-1]] == [
        Word(5, 7, "味道", "n"),
        [found[1]],
        [found[1], found[0]],
    ]
    with pytest.raises(IndexError):
        found[2]


@given(st.lists(st.sampled_from("BIO"), max_size=12))
def test_spans_are_what_the_labels_say(labels: list[str]) -> None:
    found = [Word(i * 2, i * 2 + 2, "云陵", "ns") for i in range(len(labels))]
    inside = {at for begin, end in spans(found, labels) for at in range(begin, end)}
    wanted = (word for word, label in zip(found, labels, strict=True) if label != "O")
    assert inside == {at for word in wanted for at in range(word.begin, word.end)}


def test_classes_are_of_words() -> None:
    fine, broad = classes("实施")
    assert (fine, broad) != classes("没有这个词") == ("-", "-")


# -- the fast way and CRFsuite's own ---------------------------------------------------------


def tagger() -> pycrfsuite.Tagger:
    judge = pycrfsuite.Tagger()
    judge.open_inmemory(MODEL)
    return judge


@cache
def plain() -> Weigher:
    """Return the model as it was trained, no label favoured."""
    return Weigher(Model(MODEL), favour=0.0)


def assert_as_crfsuite(outline: Outline) -> int:
    """Return how many words were labelled, each as CRFsuite labels it."""
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    sentences = [(found, ruled) for found in read_words(outline, ruled)]
    labels = plain().labels(sentences)
    judge = tagger()
    assert labels == ["".join(judge.tag(features(*one))) for one in sentences]
    return sum(map(len, labels))


def test_weights_are_those_that_crfsuite_reads() -> None:
    model, info = Model(MODEL), tagger().info()
    assert model.weights.keys() == info.attributes.keys()
    for (feature, label), weight in info.state_features.items():
        assert model.weights[feature][LABELS.index(label)] == pytest.approx(weight, abs=1e-6)
    for (one, other), weight in info.transitions.items():
        found = model.transitions[LABELS.index(one)][LABELS.index(other)]
        assert found == pytest.approx(weight, abs=1e-6)


@pytest.mark.parametrize("file", PAPERS, ids=lambda file: file.name)
def test_labels_are_those_of_crfsuite(file: Path) -> None:
    assert assert_as_crfsuite(structure(mend(read(file.read_bytes(), [file.name])).source)) > 100


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared")
def test_labels_are_those_of_crfsuite_on_the_corpus() -> None:
    for file in sorted((SHARED / "corpus").glob("*.txt"))[7::60]:
        assert_as_crfsuite(structure(mend(read(file.read_bytes(), [file.name])).source))


@given(st.text("推进实施“”云陵、，五彩工程（）1 \u3000品牌a。\n", max_size=80))
def test_labels_are_those_of_crfsuite_on_any_text(text: str) -> None:
    assert_as_crfsuite(outline_of(f"为做好有关工作，{text}。"))


def sums(found: Words, mentions: Iterable[Mention], model: Model) -> np.ndarray:
    """Return what the features of each word weigh together, added one by one."""
    none = (0.0,) * len(LABELS)
    seen = features(found, mentions)
    return np.array([np.sum([model.weights.get(f, none) for f in one], axis=0) for one in seen])


def assert_scores_are_sums(outline: Outline) -> int:
    """Return how many words have the scores that their features weigh together."""
    ruled = read_by_rules(outline, find_jurisdiction(outline))
    sentences = [(found, ruled) for found in read_words(outline, ruled)]
    weigher = program_model._model()
    if not sentences:
        return 0
    scores, begins, ends = weigher._weigh(sentences)
    for (found, mentions), begin, end in zip(sentences, begins, ends, strict=True):
        expected = sums(found, mentions, weigher._model)
        np.testing.assert_allclose(scores[begin:end], expected, atol=1e-9)
    return sum(len(found) for found, _ in sentences)


@pytest.mark.parametrize("file", PAPERS[:3], ids=lambda file: file.name)
def test_scores_are_the_sums_of_the_weights(file: Path) -> None:
    source = mend(read(file.read_bytes(), [file.name])).source
    assert assert_scores_are_sums(structure(source)) > 100


@example("打造“云陵品牌。建设试点工程")  # what one sentence opens, the next is not in
@given(st.text("创建国家级示范区“”云陵市、，五彩工程计划（）1 。；省实验品牌a", max_size=80))
def test_scores_are_the_sums_of_the_weights_on_any_text(text: str) -> None:
    assert_scores_are_sums(outline_of(f"为做好有关工作，{text}。"))


def labelled(weigher: Weigher, outlines: Iterable[Outline]) -> list[list[str]]:
    """Return the labels of documents, one after the other."""
    found = []
    for outline in outlines:
        ruled = read_by_rules(outline, find_jurisdiction(outline))
        found.append(weigher.labels([(one, ruled) for one in read_words(outline, ruled)]))
    return found


SHORT = tuple(
    outline_of(text)
    for text in (
        "实施云陵英才培养计划，创建省级示范区。",
        "打造“凤栖味道”品牌，办好青禾马拉松；获评全国文明城市。",
        "推进5G基站建设，落实“双减”政策。",
    )
)


@pytest.mark.parametrize("file", PAPERS[:2], ids=lambda file: file.name)
def test_the_more_a_beginning_is_favoured_the_more_names_there_are(file: Path) -> None:
    outline = structure(mend(read(file.read_bytes(), [file.name])).source)
    numbers = []
    for favour in (-5.0, 0.0, FAVOUR, 5.0):
        (labels,) = labelled(Weigher(Model(MODEL), favour), [outline])
        numbers.append("".join(labels).count("B"))
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[1] < numbers[-1]


def test_a_table_that_is_full_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = labelled(Weigher(Model(MODEL)), SHORT * 2)
    monkeypatch.setattr(program_weights, "FULL", 5)
    weigher = Weigher(Model(MODEL))
    tables = []
    for outline, labels in zip(SHORT * 2, expected, strict=True):
        assert labelled(weigher, [outline]) == [labels]
        tables.append(weigher._words)
    assert len(set(map(id, tables))) == len(tables)


def test_what_a_document_left_unfinished_is_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = labelled(Weigher(Model(MODEL)), SHORT)
    weigher = Weigher(Model(MODEL))

    def fails(*_: object) -> list[tuple[str, str]]:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(program_weights, "seen", fails)
        with pytest.raises(MemoryError):
            labelled(weigher, SHORT)
    assert labelled(weigher, SHORT[::-1]) == expected[::-1]


def test_documents_may_be_read_in_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = labelled(Weigher(Model(MODEL)), SHORT)
    monkeypatch.setattr(program_weights, "FULL", 5)
    weigher = Weigher(Model(MODEL))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: labelled(weigher, SHORT), range(12)))
    finally:
        sys.setswitchinterval(interval)
    assert found == [expected] * 12


@given(st.lists(st.lists(st.tuples(*[st.integers(-9, 9)] * 3), min_size=1, max_size=4), max_size=4))
def test_no_labels_score_higher_than_those_decoded(sentences: list[list[tuple[int, ...]]]) -> None:
    model = program_model._model()._model
    ends = list(accumulate(map(len, sentences)))
    rows = np.array([row for one in sentences for row in one], float).reshape(-1, len(LABELS))
    found = model.decode(rows, [0, *ends[:-1]][: len(ends)], ends)

    def score(rows: Sequence[Sequence[float]], labels: Sequence[int]) -> float:
        kept = sum(row[label] for row, label in zip(rows, labels, strict=True))
        return kept + sum(model.transitions[a][b] for a, b in pairwise(labels))

    for one, labels in zip(sentences, found, strict=True):
        best = max(score(one, way) for way in product(range(len(LABELS)), repeat=len(one)))
        assert score(one, list(map(LABELS.index, labels))) == pytest.approx(best)


def test_a_long_sentence_among_many_short_ones_takes_no_more_memory() -> None:
    long, short = 5_000, 5_000
    begins = [0, *range(long, long + short)]
    ends = [long, *range(long + 1, long + short + 1)]
    tracemalloc.start()
    try:
        labels = Model(MODEL).decode(np.zeros((long + short, 3)), begins, ends)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [len(labels[0]), len(labels)] == [long, short + 1]
    assert peak < 50 * 2**20


@pytest.mark.parametrize("content", [b"", b"lCRF", b"not a model of CRFsuite" * 3], ids=repr)
def test_what_is_no_model(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a model"):
        Model(content)


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("每个乡镇办好一所公办中心园。", "一所公办中心园"),
        ("在浙江（杭州）试行。", "浙江（杭州）"),
        ("开展专项整治。", "专项整治"),
    ],
)
def test_counts_places_and_generic_nouns_are_no_names(text: str, name: str) -> None:
    assert [m.text for m in read_with(text, name) if m.type == "Program"] == []


def test_a_label_keeps_the_field_that_the_rules_read_with_it() -> None:
    found = read_with("推进渔民远航技能“三优计划”。", "三优计划")
    assert [m.text for m in found if m.type == "Program"] == ["渔民远航技能“三优计划"]
