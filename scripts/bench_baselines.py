"""The same texts to what segmenting them takes: jieba, rjieba, and LAC and FoolNLTK if installed.

Each is loaded and asked once before it is timed. LAC and FoolNLTK are no dependencies of ours
(they need PaddlePaddle and TensorFlow); where they are missing, their rows say so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench_tables import Figures, Row, Table

ENOUGH = 1.0  # megabytes of text: jieba.posseg takes 3 s for one
BASE = "jieba.cut"

Cut = Callable[[str], Iterable[object]]


def measure(documents: str, megabytes: float = ENOUGH) -> Figures:
    """Time each over texts that lie evenly in a folder, so many megabytes of them at most."""
    texts = _texts(Path(documents), int(megabytes * 1e6))
    table: Table = {name: _row(load, texts) for name, load in BASELINES.items()}
    return {"baselines": table}


def _texts(folder: Path, most: int) -> list[str]:
    """Return the texts as the pipeline reads them, of so many bytes."""
    from kg.errors import KgError
    from kg.read import read

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    step = max(1, sum(file.stat().st_size for file in files) // most)
    texts = []
    for file in files[::step]:
        try:
            texts.append(read(file.read_bytes(), [file.name]).text)
        except KgError:
            continue
    return texts


def _row(load: Callable[[], Cut], texts: list[str]) -> Row:
    before = time.process_time()
    try:
        cut = load()
    except ImportError:
        return {"why": "not installed"}
    for _ in cut(texts[0]):
        pass
    loaded = time.process_time()
    words = sum(1 for text in texts for _ in cut(text))
    seconds = time.process_time() - loaded
    size = sum(len(text.encode()) for text in texts) / 1e6
    rates: Row = {"MB/s": size / seconds, "words/s": words / seconds} if seconds else {}
    return {"CPU s": seconds, "MB": size, **rates, "to load, CPU s": loaded - before}


# -- what there is -------------------------------------------------------------------------------


def _jieba() -> Cut:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    return jieba.cut


def _jieba_without_hmm() -> Cut:
    cut = _jieba()
    return lambda text: cut(text, HMM=False)


def _posseg() -> Cut:
    _jieba()
    import jieba.posseg

    return jieba.posseg.cut


def _posseg_without_hmm() -> Cut:
    cut = _posseg()
    return lambda text: cut(text, HMM=False)


def _rjieba() -> Cut:
    import rjieba

    return rjieba.cut


def _rjieba_tag() -> Cut:
    import rjieba

    return rjieba.tag


def _lac() -> Cut:
    from LAC import LAC

    lac = LAC(mode="lac")
    return lambda text: (word for line in text.splitlines() if line for word in lac.run(line)[0])


def _fool() -> Cut:
    import fool

    return lambda text: (word for words in fool.pos_cut(text.splitlines()) for word in words)


BASELINES: dict[str, Callable[[], Cut]] = {
    BASE: _jieba,
    "jieba.cut without HMM": _jieba_without_hmm,
    "jieba.posseg": _posseg,
    "jieba.posseg without HMM": _posseg_without_hmm,
    "rjieba.cut": _rjieba,
    "rjieba.tag": _rjieba_tag,
    "LAC": _lac,
    "FoolNLTK": _fool,
}
