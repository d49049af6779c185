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
EDGES = "、,，.。;；:：和与及-—"
# 地区生产总值比上年增长 6%; but 人口自然增长率, and 年均增长 is another quantity.
GROWN = re.compile(
    r"(?:同比|比上年|较上年|比去年)?(?<!自然)(?<!年均)(?<!实际)"
    r"(?:增长率|增长速度|增长幅度|增长目标|增长|增速|增幅|涨幅)$"
)
RISEN = re.compile(r"(?:同比|比上年|较上年|比去年)?(?:提高|提升|增加|上升|上涨)$")
FALLEN = re.compile(
    r"(?:同比|比上年|较上年|比去年)?(?:降低率|下降率|降低|下降|降幅|减少|压减|压降)$"
)
# Of a share 提高2% may be two points or two per cent of it.
SHARE = re.compile("(?:率|比重|占比|比例|水平|度|强度)$")
OWN_SHARE = re.compile("占(?P<whole>[^占]{1,20})(?:比例|占比|比率)$")
COUNT = re.compile("(?:数量|个数|家数|套数)$")
# 指数, 系数 are no counts; 人数, 户数, 次数 say what is counted.
NUMBER = re.compile("(?<![指系基倍分总人户次天])数$")
# 改造工程, 治理能力: the action is part of a name.
NO_THING = re.compile("率|后|的|类|工程|项目|行动|计划|任务|能力|体系|机构|中心")


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
    return re.compile(f"{_choice('front', 'behind')}|[新改扩迁](?=[、和及()新改扩迁]{{0,8}}建)")


@cache
def _actions() -> re.Pattern[str]:
    """Match actions at the front, with what joins them: 新（改、扩）建, 新建和改造提升."""
    one = _action().pattern
    return re.compile(rf"^(?:{one}|(?<=[新改扩迁)])建|[、和及与或(]{{1,2}}(?={one})|\))+")


@cache
def _last_action() -> re.Pattern[str]:
    return re.compile(f"(?:{_choice('front')})$")


@lru_cache(maxsize=100_000)
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
    form = MARKS.sub("", unicodedata.normalize("NFKC", text)).upper().strip(EDGES)
    return form or text


def _step(form: str, unit: str) -> str:
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
    form = OWN_SHARE.sub(lambda match: f"占{match['whole']}比重", form)
    if unit in POINTS:
        return _cut(RISEN, form) or form
    grown = _cut(GROWN, form)
    if grown:
        return grown + "增速"
    risen, fallen = _cut(RISEN, form), _cut(FALLEN, form)
    if risen and not SHARE.search(risen):
        return risen + "增速"
    return fallen + "降幅" if fallen and not SHARE.search(fallen) else form


def _cut(pattern: re.Pattern[str], form: str) -> str:
    found = pattern.search(form)
    return form[: found.start()] if found is not None and found.start() >= 2 else ""


# -- things counted --------------------------------------------------------------------------


def _counted(form: str) -> str:
    form = COUNT.sub("数", form) if len(form) > 3 else form
    if form.startswith(words("flow")):
        form = NUMBER.sub("", form)
    return _ordered(form)


def _ordered(form: str) -> str:
    """Write actions in one order and place.

    改扩建、新建幼儿园 → 新建改建扩建幼儿园, 改造危桥 → 危桥改造, 托位新增 → 新增托位.
    """
    found = _actions().match(form)
    before = _atoms(found[0]) if found is not None else []
    if found is not None and before and _is_thing(form[found.end() :]):
        return _placed(before, form[found.end() :])
    last = _last_action().search(form)
    if last is not None and _is_thing(form[: last.start()]):
        return last[0] + form[: last.start()]
    return form


def _is_thing(text: str) -> bool:
    return len(text) >= 2 and NO_THING.match(text) is None and _balanced(text)


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")")


def _atoms(cluster: str) -> list[str]:
    """Return the single actions of a cluster: 新(改、扩)建 → 新建, 改建, 扩建."""
    if not _balanced(cluster):
        return []
    return [atom + "建" if len(atom) == 1 else atom for atom in _action().findall(cluster)]


def _placed(atoms: list[str], thing: str) -> str:
    named = sorted(set(atoms), key=_rank)
    if all(atom in words("behind") for atom in named):
        return thing + "".join(named)
    return "".join(named) + thing


def _rank(atom: str) -> int:
    return _order()[atom]


@cache
def _order() -> dict[str, int]:
    table = [r["word"] for r in rows("indicator_words.tsv") if r["role"] in ("front", "behind")]
    return {word: place for place, word in enumerate(table)}


# -- parts -----------------------------------------------------------------------------------


def without(form: str, role: str) -> Iterator[tuple[str, str]]:
    """Yield a word of that role and the form without it, where it begins the form or its thing."""
    found = _actions().match(form)
    flow = next((word for word in words("flow") if form.startswith(word)), "")
    begin = max(len(found[0]) if found is not None else 0, len(flow))
    for place in sorted({0, begin}):
        for word in words(role):
            if form.startswith(word, place) and len(form) - len(word) >= 3:
                yield word, form[:place] + form[place + len(word) :]


def counted(form: str, unit: str) -> str:
    """Return the form with the noun that its unit counts: 老旧小区改造 of 户 → 老旧小区改造户数."""
    noun = unit_of(unit).counted
    return form + noun if noun and not form.endswith(noun) else ""
