"""Texts to as many documents as are wanted, the same ones in every run.

Each document is a text of a folder with other places, other figures and another number, so that a
thousand of them are a thousand different plans. Copy 0 is the text itself.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "examples", ROOT / "tests" / "documents" / "plans")
MORE = 10**6  # the copies of what is added to a folder that is there
# The places of our invented documents; each copy of a text is about other ones.
PLACES = ("青禾", "枫渚", "临枫", "云陵", "澄岭")
FIRST, SECOND = "桐榆柏槐枫柳杉樟兰荷菱芦荻苇蓼", "溪渚浦湾洲塘陂冈岭坪川峪滩汀堤"
NAMES = tuple(dict.fromkeys(a + b for a in FIRST for b in SECOND))
FIGURE = re.compile(r"\d+(?:\.\d+)?(?=[万亿]?[个所人名元次户亩家项场套栋])")
NUMBER = re.compile(r"(?<=〕)\d+(?=号)")  # of a document: 青教发〔2022〕6号


def make_documents(folders: Iterable[Path], number: int, target: Path) -> int:
    """Write so many documents into a new folder; give their size in bytes."""
    target.mkdir(parents=True)
    return _write(target, generated(_texts(folders), number))


def copy_documents(folder: Path, target: Path) -> int:
    """Copy the files of a folder as they are; give their size in bytes."""
    target.mkdir(parents=True)
    size = 0
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        place = target / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        size += shutil.copyfile(path, place).stat().st_size
    return size


def add_documents(folder: Path, number: int) -> int:
    """Write so many more documents beside those of a folder, made of its own texts."""
    texts = _texts([folder])
    chosen = [texts[index * len(texts) // number] for index in range(number)] if texts else []
    more = (
        (f"more-{index:05}.txt", another(text, MORE + index)) for index, text in enumerate(chosen)
    )
    return _write(folder, more)


def generated(texts: list[str], number: int) -> Iterator[tuple[str, str]]:
    """Yield names and texts of so many documents."""
    for index in range(number):
        yield f"{index:06}.txt", another(texts[index % len(texts)], index // len(texts))


def another(text: str, copy: int) -> str:
    """Give a text with other places and figures; copy 0 is the text itself."""
    if copy == 0:
        return text
    chance = random.Random(copy)
    names = list(NAMES)
    chance.shuffle(names)
    for place, name in zip(PLACES, names, strict=False):
        text = text.replace(place, name)
    text = NUMBER.sub(lambda number: f"{number[0]}{copy}", text)
    return FIGURE.sub(lambda figure: scaled(figure[0], chance), text)


def scaled(figure: str, chance: random.Random) -> str:
    """Give a figure up to a fifth larger or smaller, written as the other one."""
    value = float(figure) * chance.uniform(0.8, 1.2)
    decimals = len(figure.partition(".")[2])
    return f"{value:.{decimals}f}" if decimals else str(max(1, round(value)))


def _texts(folders: Iterable[Path]) -> list[str]:
    return [
        path.read_text(encoding="utf-8", errors="strict")
        for folder in folders
        for path in sorted(folder.glob("*.txt"))
        if "gb18030" not in path.name
    ]


def _write(target: Path, documents: Iterable[tuple[str, str]]) -> int:
    size = 0
    for name, text in documents:
        size += (target / name).write_bytes(text.encode())
    return size
