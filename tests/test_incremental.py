"""What is brought up to date by what changed is what a computation of everything gives."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from casebook import TESTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import traces
from kg.build import build
from kg.models import DocumentGraph
from kg.pipeline import process
from kg.store import ONTOLOGY, Store, traces_of
from kg.traces import bands, compare, likeness, renewal, titles
from kg.traces.kinship import families_of
from kg.traces.likeness import Block
from kg.traces.memory import FILE
from kg.version import ontology_nquads

PLANS = TESTS / "documents" / "plans"
TITLES = ("社区食堂建设", "老年社区食堂建设", "河道治理", "校园操场开放", "乡村果园观鸟")
PLACES = ("云陵市", "云陵市青禾县", "云陵市枫渚县", "东岭市", "江西省")
SENTENCES = (
    "社区食堂由居民议事会挑选厨师，菜谱每周张贴在凉亭里，剩余饭菜当晚送到环卫工休息站",
    "社区食堂由居民议事会挑选厨师，菜谱每月张贴在凉亭里，剩余饭菜当晚送到环卫工人休息站",
    "河长手账逐页编号存入村史馆，每逢汛期前由老船工带着新队员沿岸走读一遍水位刻痕",
    "放学铃声响后操场再开放一小时，由退休教练轮流看护，家长凭接送卡在跑道边等候孩子",
    "果园里的旧水塔改成观鸟台，值守人每天记下飞来的候鸟只数并挂在村口的木牌上面",
    "果园里的旧水塔改成观鸟台，值守人每天记下飞走的候鸟只数并挂在村口木牌上面示众",
)
papers = st.tuples(
    st.sampled_from(PLACES),
    st.sampled_from(TITLES),
    st.sampled_from(("", "2021", "2022", "2023")),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4),
    st.sampled_from((*TITLES, "")),
)
# With fewer places little is formula, and much is taken from each other.
near_papers = papers.map(lambda one: (PLACES[PLACES.index(one[0]) % 3], *one[1:]))


def text(place: str, title: str, year: str, lines: Sequence[str], cited: str) -> str:
    """Give a paper that may cite another by its title."""
    head = f"{place}人民政府关于印发{place}{title}实施方案的通知"
    basis = f"根据《江西省{cited}实施方案》，制定本方案。\n" if cited else ""
    end = f"\n{place}人民政府\n{year}年3月1日\n" if year else ""
    return f"{head}\n{basis}一、工作任务\n" + "。\n".join(lines) + f"。{end}"


def nquads(store: Store) -> dict[str, list[bytes]]:
    return {name: store.ntriples(name) for name in store.graph_names() if name != ONTOLOGY}


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Give how many papers each update has compared that did not compare all."""
    found: list[int] = []

    def compare_new(store: Store, standing: object) -> renewal.Renewed | None:
        done = renewal.compare_new(store, standing)  # type: ignore[arg-type]
        if done is not None:
            found.append(done.compared)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(traces, "compare_new", compare_new)
        yield found


def write(folder: Path, texts: Sequence[str]) -> list[Path]:
    files = [folder / f"{number:02}.txt" for number in range(len(texts))]
    for file, content in zip(files, texts, strict=True):
        file.write_text(content, encoding="utf-8")
    return files


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(papers, min_size=3, max_size=7, unique_by=str), st.data())
def test_any_way_to_a_set_of_documents_gives_the_same(
    monkeypatch: pytest.MonkeyPatch,
    drawn: list[tuple[str, str, str, list[str], str]],
    data: st.DataObject,
) -> None:
    # Few are many here, or nothing would ever be a form, or formula.
    monkeypatch.setattr(likeness, "FORM", 3)
    monkeypatch.setattr("kg.traces.formulas.UNRELATED", 2)
    monkeypatch.setattr("kg.traces.formulas.SUBJECTS", 3)
    place = Path(tempfile.mkdtemp(prefix="kg-test-"))
    try:
        files = write(place, [text(*one) for one in drawn])
        some_files = st.sets(st.sampled_from(files), min_size=1)
        steps = data.draw(st.lists(st.tuples(st.booleans(), some_files), max_size=3))
        with Store() as whole, Store(place / "store") as grown:
            build(files, whole, limits=None)
            for is_gone, some in steps:
                for file in sorted(some) if is_gone else ():
                    if any(held.names == (file.name,) for held in grown.sources().values()):
                        grown.remove(str(file))
                if is_gone:
                    traces.renew(grown)
                else:
                    build(sorted(some), grown, limits=None)
            build(files, grown, limits=None)
            assert nquads(grown) == nquads(whole)
            assert grown.ntriples() == whole.ntriples()
    finally:
        shutil.rmtree(place)


@cache
def graph(content: str) -> DocumentGraph:
    return process(content.encode(), ["文件.txt"])


@contextmanager
def held(place: Path | None, lots: Iterable[Iterable[str]]) -> Iterator[Store]:
    """Give a store of texts that came one lot after the other."""
    with Store(place) as store:
        store.set_ontology(ontology_nquads(), "1")
        for lot in lots:
            store.load([graph(content) for content in lot])
            traces.update(store)
        yield store


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(near_papers, min_size=6, max_size=14, unique_by=str), st.data())
def test_a_few_at_a_time_give_the_same(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[str, str, str, list[str], str]],
    data: st.DataObject,
) -> None:
    monkeypatch.setattr(likeness, "FORM", data.draw(st.integers(2, 4)))
    monkeypatch.setattr("kg.traces.formulas.UNRELATED", data.draw(st.integers(2, 5)))
    texts = [text(*one) for one in drawn]
    size = data.draw(st.integers(1, 3))
    lots = [texts[at : at + size] for at in range(0, len(texts), size)]
    place = tmp_path_factory.mktemp("grown")
    with held(None, [texts]) as whole, held(place, lots) as grown:
        assert nquads(grown) == nquads(whole)
    shutil.rmtree(place)


ALONE = ("云陵市", "东岭市", "西峪市", "北川市", "南浦市")
SUBJECTS = ("社区食堂建设", "河道治理", "校园操场开放", "乡村果园观鸟", "古树名木保护")


def test_an_earlier_paper_that_comes_later_is_met_by_those_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = text("云陵市", "社区食堂建设", "2021", SENTENCES[:1], "")
    late = text("云陵市青禾县", "老年社区食堂建设", "2022", [*SENTENCES[:1], *SENTENCES[2:3]], "")
    last = text("云陵市枫渚县", "河道治理", "2020", SENTENCES[2:3], "")
    with counted(monkeypatch) as alone, held(tmp_path, [[late], [last], [early]]) as grown:
        with held(None, [[late, last, early]]) as whole:
            assert nquads(grown) == nquads(whole)
        found = b"".join(line for lines in nquads(grown).values() for line in lines)
        assert found.count(b"/reuse/") > 0
    assert alone[-1] == 2  # itself, and the later one that has its words


def test_words_that_become_formula_are_nobodys_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        text(place, subject, f"202{number}", SENTENCES[:1], "")
        for number, (place, subject) in enumerate(zip(ALONE, SUBJECTS, strict=True))
    ]
    same = text("云陵市青禾县", "社区食堂建设", "2023", SENTENCES[:1], "")
    reuse = b"/reuse/"
    with counted(monkeypatch) as alone, held(tmp_path, [[texts[0], same]]) as store:
        before = nquads(store)
        assert any(reuse in line for lines in before.values() for line in lines)
        for content in texts[1:]:  # the third is the fourth group that says it
            store.load([graph(content)])
            traces.update(store)
        with held(None, [[*texts, same]]) as whole:
            assert nquads(store) == nquads(whole)
        assert not any(reuse in line for lines in nquads(store).values() for line in lines)
    assert alone == [1, 1, 5, 1]


def test_what_two_have_shown_is_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [text("云陵市", "社区食堂建设", "2021", SENTENCES[:1], "")]
    first.append(text("云陵市青禾县", "社区食堂建设", "2022", SENTENCES[:1], ""))
    later = text("云陵市枫渚县", "老年社区食堂建设", "2023", SENTENCES[2:4], "")
    late = text("云陵市枫渚县", "社区食堂建设", "2023", SENTENCES[:1], "")
    with held(tmp_path, [first]) as store:
        met: list[tuple[int, int]] = []
        follow = compare.Found.follow

        def counting(self: compare.Found, one: int, other: int, blocks: list[Block]) -> object:
            met.append((one, other))
            return follow(self, one, other, blocks)

        monkeypatch.setattr(compare.Found, "follow", counting)
        for content, meetings in ((later, 0), (late, 2)):  # two that it has words from, once each
            store.load([graph(content)])
            traces.update(store)
            assert len(met) == meetings
        with held(None, [[*first, later, late]]) as whole:
            assert nquads(store) == nquads(whole)


def test_the_planted_papers_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(PLANS.glob("*.txt"))[:10]
    with Store() as whole, Store(tmp_path / "store") as grown, counted(monkeypatch) as alone:
        build(files, whole, limits=None)
        build(files[::2], grown, limits=None)
        for file in reversed(files[1::2]):
            build([file], grown, limits=None)
        assert nquads(grown) == nquads(whole)
    assert len(alone) == 5  # of which none compared all again
    assert min(alone) < 5


def test_what_is_not_believed_is_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(PLANS.glob("*.txt"))[:4]
    with Store(tmp_path / "store") as store, counted(monkeypatch) as alone:
        build(files[:3], store, limits=None)
        whole = nquads(store)
        source = sorted(store.sources())[0]
        # traces that went while nobody looked, of one paper: it alone is compared again
        store._unmark()
        store._begin(traces_of(source))
        store._update(f"DROP GRAPH <{traces_of(source)}>")
        store.flush()
        assert traces.update(store).written == 1 and alone == [1]
        # a graph changed by hand: all are compared
        store.update(f'INSERT DATA {{ GRAPH <{source}> {{ <{source}> rdfs:comment "?" }} }}')
        traces.update(store)
        assert alone == [1]
        # what stands is of no use where a document has gone, or the file is damaged
        store.remove(source)
        traces.renew(store)
        assert alone == [1] and traces_of(source) not in nquads(store)
        rows = sqlite3.connect(tmp_path / "store" / FILE)
        with rows:
            rows.execute("UPDATE held SET stem = x'000000000000'")
        rows.close()
        build(files[:3], store, limits=None)
        assert nquads(store) == whole and alone == [1]
        # nor where another version found it, which may have found otherwise
        store._unmark()
        traces.update(store)
        assert alone == [1, 0]
        store._unmark()
        monkeypatch.setattr(traces, "VERSION", "another")
        assert traces.update(store).compared == 3 and alone == [1, 0]


def test_papers_of_a_stopped_update_are_compared_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(PLANS.glob("*.txt"))[:4]
    with Store() as whole, Store(tmp_path / "store") as store:
        build(files, whole, limits=None)
        build(files[:3], store, limits=None)
        set_traces = store.set_traces

        def stop(graphs: Iterable[DocumentGraph], gone: Iterable[str], mark: str) -> None:
            set_traces(list(graphs)[:1], [], "")
            raise KeyboardInterrupt

        monkeypatch.setattr(store, "set_traces", stop)
        with pytest.raises(KeyboardInterrupt):
            build(files, store, limits=None)
        monkeypatch.undo()
        build(files, store, limits=None)
        assert nquads(store) == nquads(whole)


@given(st.lists(st.text("社区食堂建设河", min_size=1, max_size=9), max_size=12))
def test_subjects_are_those_that_a_comparison_of_each_with_each_gives(names: list[str]) -> None:
    found = families_of(names)
    groups = [{name} for name in set(names)]
    for one in names:
        for other in names:
            if titles.likeness(one, other):
                joined = set().union(*(some for some in groups if {one, other} & some))
                groups = [some for some in groups if not {one, other} & some] + [joined]
    assert {frozenset(some) for some in groups} == {
        frozenset(name for name in found if found[name] == root) for root in found.values()
    }


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(min_size=likeness.SIGNATURE, max_size=likeness.SIGNATURE), max_size=4))
def test_bands_lead_to_the_passages_that_have_them(drawn: list[bytes]) -> None:
    # enough with one band in common to be more than a chunk
    alike = [bytes(6) + one[6:] for one in drawn for _ in range(200)]
    half = len(alike) // 2
    rows = sqlite3.connect(":memory:")
    rows.executescript(bands.SCHEMA)
    bands.fill(rows, alike[:half])
    bands.add(rows, list(enumerate(alike))[half:])
    keys = [set(bands.keys_of(one)) for one in alike]
    wanted = {key for some in keys[:: len(keys) // 4 or 1] for key in some}
    found = bands.members(rows, wanted)
    for key in wanted:
        assert found[key] == {at for at, some in enumerate(keys) if key in some}
    rows.close()
