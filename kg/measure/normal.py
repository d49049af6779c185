"""An indicator's words to their normal form: the same words for the same thing.

What is not certainly the same keeps its own words: 新建 is not 新增, 年均增长 not 增长.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from kg.measure.units import MONEY, POINTS, SHARES, unit_of
from kg.vocabulary import rows

LONGEST = 60  # characters; what is longer is a clause, not a name
MARKS = re.compile(r"[\s“”‘’\"'「」『』《》〈〉【】]")
FULL_WIDTH = str.maketrans("(),", "（），")  # as Chinese writes them
EDGES = "、,，.。;；:：-—"
NOTE = re.compile(r"\[\d{1,3}\]$")  # 研发投入强度[26]: the number of a footnote
OWN_SHARE = re.compile("占(?P<whole>[^占]{1,20})(?:比例|占比|比率)$")
# 指数, 系数 are no counts; 人数, 户数, 次数 say what is counted.
NUMBER = re.compile("(?<![指系基倍分总人户次天])数$")
ALL = "总数"  # of all that there are of a thing
ACTIONS = ("front", "behind", "joined")
NATURAL = ("自然增长率",)  # of the population, the name of a rate
JOINT = "、和及与或（）"


@cache
def words(role: str) -> tuple[str, ...]:
    """Return the words of a role, the longest first."""
    found = (row["word"] for row in rows("indicator_words.tsv") if row["role"] == role)
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def _choice(*roles: str) -> str:
    found = {re.escape(word) for role in roles for word in words(role)}
    return "|".join(sorted(found, key=lambda word: (-len(word), word)))


@cache
def _same() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {r["word"]: r["normal"] for r in rows("indicator_words.tsv") if r["role"] == "same"}
    return re.compile(_choice("same")), table


@cache
def _scope() -> re.Pattern[str]:
    return re.compile(f"(?:{_choice('scope')})(?![率度量额场域])")


@cache
def _action() -> re.Pattern[str]:
    """Match one action: 新建, or 新 of 新（改、扩）建."""
    return re.compile(f"{_choice(*ACTIONS)}|[新改扩迁](?=[、和及（）新改扩迁]{{0,8}}建)")


@cache
def _actions() -> re.Pattern[str]:
    """Match actions at the front, with what joins them: 新（改、扩）建, 新建和改造提升."""
    one = _action().pattern
    return re.compile(rf"^(?:{one}|(?<=[新改扩迁）])建|[、和及与或（]{{1,2}}(?={one})|）)+")


@cache
def _ending(role: str, before: str = "") -> re.Pattern[str]:
    """Match a word of that role at the end, after one of another role that may be there."""
    return re.compile(f"(?:{_choice(before) if before else ''})?(?:{_choice(role)})$")


@lru_cache(maxsize=10_000)
def normal_form(text: str, unit: str) -> str:
    """Return the normal form of an indicator's words beside a figure of that unit.

    The normal form of a normal form is itself. What is longer than a name is only cleaned.
    """
    form = _clean(text)
    if len(form) > LONGEST:
        return form
    for _ in range(8):
        shorter = _step(form, unit)
        if shorter == form:
            break
        form = shorter
    return form


def _clean(text: str) -> str:
    form = MARKS.sub("", unicodedata.normalize("NFKC", text))
    # Again, for what a mark held apart.
    form = unicodedata.normalize("NFKC", form).translate(FULL_WIDTH)
    return form.strip(EDGES) or text


def _step(form: str, unit: str) -> str:
    form = NOTE.sub("", form).removesuffix(f"（{unit}）").strip(EDGES) or form
    found = _scope().match(form)
    if found is not None and len(form) - found.end() >= 2:
        form = form[found.end() :]
    pattern, table = _same()
    form = pattern.sub(lambda match: table[match[0]], form)
    if unit in SHARES | POINTS:
        return _share(form, unit)
    return form if unit in MONEY else _counted(form)


# -- shares ----------------------------------------------------------------------------------


def _share(form: str, unit: str) -> str:
    """Write growth in one way: 粮食产量比上年增加 3% → 粮食产量增速."""
    form = _cut(form, "kept") or form
    form = OWN_SHARE.sub(lambda match: f"占{match['whole']}比重", form)
    risen, fallen = (_cut(form, role, "than") for role in ("risen", "fallen"))
    if unit in POINTS:
        return risen or form
    grown = "" if form.endswith(NATURAL) else _cut(form, "grown", "than")
    if grown or (risen and not _is_share(risen)):
        return (grown or risen) + "增速"
    return fallen + "降幅" if fallen and not _is_share(fallen) else form


def _is_share(form: str) -> bool:
    """Tell whether a share is named: risen by 2% may be two points or two per cent of it."""
    return form.endswith(words("share")) and not form.endswith(words("intensity"))


def _cut(form: str, role: str, before: str = "") -> str:
    """Return a form without a word of a role at its end, "" where none stands there."""
    if not form.endswith(words(role)):
        return ""  # most forms: no search from each of their characters
    found = _ending(role, before).search(form)
    rest = form[: found.start()] if found is not None else ""
    return rest if len(rest) >= 2 and not rest.endswith(words("half")) else ""


# -- things counted --------------------------------------------------------------------------


def _counted(form: str) -> str:
    number = _cut(form, "number")
    form = number + "数" if number else form
    if form.startswith(words("flow")):
        form = NUMBER.sub("", form)
    return _ordered(form)


def _ordered(form: str) -> str:
    """Write actions in one order and place.

    改扩建、新建幼儿园 → 新建改建扩建幼儿园, 改造危桥 → 危桥改造, 托位新增 → 新增托位.
    """
    found = _actions().match(form)
    if found is None:
        return _turned(form)
    thing = form[found.end() :]
    atoms = _atoms(found[0])
    return _placed(atoms, thing) if atoms and _is_thing(thing) else form


def _turned(form: str) -> str:
    """Write an action that stands behind its thing before it."""
    last = next((word for word in words("turned") if form.endswith(word)), "")
    thing = form.removesuffix(last)
    return last + thing if last and _is_thing(thing) else form


def _is_thing(text: str) -> bool:
    return len(text) >= 2 and not text.startswith(words("named")) and _balanced(text)


def _balanced(text: str) -> bool:
    return text.count("（") == text.count("）")


def _atoms(cluster: str) -> list[str]:
    """Return the single actions of a cluster: 新（改、扩）建 → 新建, 改建, 扩建."""
    if not _balanced(cluster) or cluster[0] in JOINT:
        return []
    return [atom + "建" if len(atom) == 1 else atom for atom in _action().findall(cluster)]


def _placed(atoms: list[str], thing: str) -> str:
    named = sorted(set(atoms), key=_rank)
    alone = words("behind") if len(named) == 1 else words("behind") + words("joined")
    if all(atom in alone for atom in named):
        return thing + "".join(named)
    return "".join(named) + thing


def _rank(atom: str) -> int:
    return _order()[atom]


@cache
def _order() -> dict[str, int]:
    table = [row["word"] for row in rows("indicator_words.tsv") if row["role"] in ACTIONS]
    return {word: place for place, word in enumerate(table)}


# -- parts -----------------------------------------------------------------------------------


def without(form: str, role: str) -> Iterator[tuple[str, str]]:
    """Yield a word of that role and the form without it, where it begins the form or its thing."""
    for place in sorted({0, _lead(form)}):
        for word in words(role):
            if form.startswith(word, place) and len(form) - place - len(word) >= 2:
                yield word, form[:place] + form[place + len(word) :]


def less_special(form: str, unit: str) -> Iterator[str]:
    """Yield forms of which this one is certainly a kind: 年均增速 is growth, X建设 is of X."""
    yield from (rest for _, rest in without(form, "kind"))
    if unit in POINTS:
        yield _cut(form, "fallen", "than")
    elif unit in SHARES:
        growth = _cut(form.removesuffix("增速"), "growth")
        yield growth and growth + "增速"
    elif unit not in MONEY:
        yield "" if form.endswith(words("stock")) else form[_lead(form) :]
        yield form.removesuffix("建设")
        yield form.removesuffix(ALL)


def _lead(form: str) -> int:
    """Return where the thing begins, behind what is done to it: 新建|学校, 新认定|智能工厂."""
    found = _actions().match(form)
    flow = next((word for word in words("flow") if form.startswith(word)), "")
    return max(found.end() if found is not None else 0, len(flow))


def counted(form: str, unit: str) -> str:
    """Return the form with the noun that its unit counts: 老旧小区改造 of 户 → 老旧小区改造户数."""
    noun = unit_of(unit).counted
    return form + noun if noun and not form.endswith(noun) else ""
