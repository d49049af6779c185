"""Text to figures: numbers with a unit and the words that bind them, and phrases that imply one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from string import ascii_letters

from kg.extract.clauses import clause_at
from kg.extract.numerals import (
    ARABIC,
    CHINESE,
    COMPOUND,
    DASH,
    MASKED,
    POWER,
    POWERS,
    SPELT,
    chinese,
    decimal,
)
from kg.models import Comparator
from kg.vocabulary import rows, words

# Within what one acts on something: 受理之日起20日内答复; 3年内 is a window.
WORKING_TIMES = ("秒", "分钟", "小时", "个小时", "天", "日", "个工作日", "工作日", "个月")
ENUMERATED = re.compile(r"第 ?$|[A-Za-z]$|[\d.]$|“$|[个之]$")
BEHIND_NO_TARGET = re.compile(r"(?:年(?![产营销收均])[前后来]?|月|日|号|级|期末|代(?!表)|条措施)")
FIGURE_NUMBER = re.compile(r"(?:图|表|附件|附录|附表|专栏)\s*$")  # 如图2所示
FRACTION = re.compile(
    rf"(?P<unit>百分之|千分之)(?P<whole>{CHINESE})(?:点(?P<rest>[零一二三四五六七八九]+))?"
    rf"(?:(?:至|到|—)(?:百分之|千分之)?(?P<upper>{CHINESE}))?(?P<more>多)?"
)
# 三分之一, 四分之三: as per cent, as is 一半; not 经过半年, 一半月.
PART = re.compile(
    r"(?<![零一二三四五六七八九十百千])(?P<whole>[二三四五六七八九十])分之(?P<share>[一二三四五六七八九])"
    r"|(?:一半|半数)(?![月年天])"
)
LESSONS = ("学分", "学时", "课时")
OF_A_WHOLE = re.compile(
    r"(?:占|减少?|压缩|缩减|缩短|降低|下降|提高|提升|增加|增长|达到?|为|按照?)[^，。；：、]{0,14}$"
)
SHARE_SIGNS = ("%", "‰")
OF_CHANGE = re.compile("增长|提高|提升|上升|下降|降低|减少|达到|平均|水平")
SHARE = {"百分之": "%", "千分之": "‰"}
NEAR = 40  # characters looked at before a figure: for what counts it
REACH = 24  # … for what bounds it
RANGE = re.compile("至|到|—{1,2}")
ALL_BOUND = ("以上", "以下", "以内", "左右")  # 5%、6%左右; but not 3家、20余家
LISTED = re.compile(r"第(?:\d+、)+$")  # 第1、2、3项
PAIR = re.compile(r"([一二两三四五六七八])([二两三四五六七八九])")  # 一两项, 三五个
# What the figure counts stands there already: 下列3项条件, 《…》等5项标准, （共8个）.
POINTED_AT = re.compile(
    r"(?:以下|下列|上述|前述|如下|(?<=[一-鿿]{4})方面|[》〉]等|[，（]共计?|第.{1,3}批共|》(?:共[有计分]?)?"
    r"|在全[国省市]|(?:名单|名录|目录|清单)（)$"
)
ASPECT = re.compile(r"(?:大)?(?:方面|维度|环节|领域|子类|部分|类别|要素|层面|板块)")


# What something consists of, counted twice: 分为4个方面|18项任务.
DIVIDED = re.compile(
    r"(?:(?:提出|部署|明确|设置|细化|[包涵]括|涵盖|涉及)[^，。；\d]{0,40}|(?:分|共|等)[^，。；\d]{0,10})"
    r"[\d一二三四五六七八九十][个大]?(?:方面|部分|类|大类)(?:、|的|共)?$"
)
# 近|3个|年度, 连续|2个|记分周期: a stretch of time looked at.
LOOKED_AT = re.compile(r"(?:近|连续|过去|上)的?$")
STRETCH = re.compile(r"(?:[一-鿿]{2})?(?:年度|学年|学期|周期|季度)")
SIDES = re.compile("方面(?!军)")  # 做好|10个|方面工作: what is said next is counted
# 不低于6个学分（相当于|108课时|）: the same in another unit.
SAME_AS = re.compile(r"（(?:相当于|折合|折算|约合|合)[^，。；（）\d]{0,6}$")
MOTTO = re.compile("“[^”]{0,20}$")  # “班班有歌声、|校校有|特色”
PART_OF_WORD = re.compile(
    "最近|[签节预制条公合契]约|[附邻临靠]近|[期权年时上无有]限"
)  # 签约3家, 最近一次
INCLUSIVE = re.compile(r"（含[^，。；（）]{0,10}）")  # 超过50人（含50人）, 300平方米以上（含）
DEFINED = re.compile(r"(?:是指|包括|包含|涵盖|涉及|分为)[^，。；]{0,40}$")
# 平时成绩（|40%|）+期末成绩（|60%|）
WEIGHT, WEIGHTED = re.compile(r"）?[+＋×]"), re.compile(r"[+＋][^，。；+＋（]{0,12}（$")
TENS = {"十": 10, "百": 100, "千": 1000}
# A sum named by its power of ten alone: 突破千亿元, 迈上万亿台阶, “破百”; not 超百亿企业.
ROUND = re.compile(
    r"(?P<bound>突破|超过|超|破|过|达到|达|迈上|跃上|跨上|站上|跨越)"
    r"(?:(?P<one>[十百千]?)(?P<power>万亿|亿)|(?P<ten>百万|千万|(?<=破)[百千万]))"
    r"(?P<unit>元|斤|吨|户|家)?(?=[，。；”]|大关|台阶|$)"
)

# 城乡居民收入比缩小至|2.1：1|: how much there is of the first to one of the second.
RATIO = re.compile(r"(?<=比)[^，。；\d]{0,6}?(?P<number>\d{1,3}(?:\.\d{1,3})?)[：∶]1(?![\d.])")
# 城乡收入倍差缩小至|1.86|, 高跨比不小于|0.35|, 融合指数达到|48|: a number alone is all it can be.
INDEX = re.compile(
    r"(?:(?<![占同环对相])比|指数|系数|倍差|利用效率|容积率)[^，。；：（\d]{0,6}?(?:达到?|[为至到在于过破])"
    r"(?P<number>\d{1,3}(?:\.\d{1,3})?)(?=(?:以[上下内]|左右)?(?:[，。；、）]|$))"
)
INDEX_WORD = re.compile("[比数差率]")
# 帮助|12万|就业困难人员就业, 惠及|30万|群众: people are counted in ten thousands without a counter.
PEOPLE = (
    "人口|群众|居民|农牧?民|学生|老年人|儿童|人员|劳动力|职工|婴幼儿|毕业生|青年|妇女|劳动者|用户"
    "|经营主体|市场主体|对象|党员|干部"
)
BARE_SIGN = re.compile(r"\d[多余]?[万亿]")
BARE = re.compile(
    rf"(?P<number>{ARABIC})(?P<odd>[多余]?)(?P<power>[万亿])(?P<more>[多余]|以上)?"
    rf"(?=(?!人)[一-鿿]{{0,8}}?(?:{PEOPLE}))"
)
# 减少贫困人口|1000万以上|，转移就业|5万|: the number ends its clause.
BARE_AT_END = re.compile(
    rf"(?<=人口|就业|落户|脱贫|动力|群众)(?P<number>{ARABIC})(?P<odd>[多余]?)(?P<power>[万亿])"
    r"(?P<more>[多余]|以上)?(?=(?:左右|以内)?(?:[，。；、）]|$))"
)
PER = "季度?|学[期年]|周|月|项目"  # 800元/月, 25万元/人, 3万吨/日
PROJECTS = re.compile("目(?![标的录])")
LIFE = re.compile(r"预期寿命[^，。；]{0,12}$")  # the only age that is a goal
GOES_ON = re.compile("[0-9A-Za-z]")
ROUND_POWER = re.compile("[亿万百千]")  # one of which each such sum has
NUMERAL = re.compile(r"[\d一二三四五六七八九十百千两*X×○〇]")  # one of which begins each numeral


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with its unit and the words that bind it."""

    begin: int
    end: int
    number_begin: int
    comparator: Comparator
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    masked: bool
    rule: str


@cache
def _pattern() -> re.Pattern[str]:
    units = "|".join(sorted(map(re.escape, words("units.tsv")), key=len, reverse=True))
    number = rf"(?:{ARABIC}|{COMPOUND}|{SPELT}|{MASKED})"
    return re.compile(
        rf"(?P<first>{number}) ?(?:(?P<odd>[多余])(?=[万亿]))?(?P<power1>{POWER})(?P<unit1>%|％)?"
        rf"(?:{DASH}(?P<second>{number})(?P<power2>{POWER}))?"
        rf"(?P<more>[多余]|以上|及以上)? ?(?P<unit>{units})(?P<paren>（(?:{units})）)?"
        rf"(?P<per>/(?:{units}|{PER})(?![0-9A-Za-z])(?:[/·](?:{units}|{PER}))?)?"
    )


@cache
def _bounds(side: str) -> tuple[re.Pattern[str], dict[str, Comparator]]:
    table: dict[str, Comparator] = {
        row["word"]: row["comparator"]  # type: ignore[misc]
        for row in rows("bounds.tsv")
        if row["side"] == side
    }
    choice = "|".join(sorted(table, key=len, reverse=True))
    if side == "before":
        return re.compile(rf"(?P<word>{choice})(?P<between>[^，。；、：\d]{{0,16}})$"), table
    return re.compile(rf"(?: (?=以|及以|左右))?（?(?P<word>{choice})"), table


@cache
def unit_kinds() -> dict[str, str]:
    """Return what kind of unit each word is: time, age, money."""
    return {row["unit"]: row["kind"] for row in rows("units.tsv")}


def kind_of(unit: str) -> str:
    """Return what kind of unit one is: 元/人 is of the kind of 元; "" for one that is unknown."""
    kinds = unit_kinds()
    return kinds.get(unit) or kinds.get(unit.partition("/")[0], "")


def is_money(unit: str) -> bool:
    """Tell a sum of money, also one for each: 元, 美元, 元/人."""
    return unit.partition("/")[0].endswith("元")


@cache
def _implied() -> tuple[re.Pattern[str], dict[str, tuple[Decimal, str]]]:
    table = {
        row["phrase"]: (Decimal(row["value"]), row["unit"])
        for row in rows("implied_quantities.tsv")
    }
    return re.compile("|".join(sorted(table, key=len, reverse=True))), table


def find_quantities(text: str) -> Iterator[Quantity]:
    """Yield the figures with a unit in a text of even widths, and the phrases that imply one."""
    found = (_quantity(text, match) for match in _figures_with_unit(text))
    figures = [quantity for quantity in found if quantity is not None]
    others = [*_fractions(text), *_parts(text), *_ratios(text), *_bare_quantities(text, figures)]
    figures = sorted([*figures, *others], key=lambda quantity: quantity.begin)
    yield from _together(figures, text)
    yield from _implied_quantities(text)
    yield from _round_quantities(text)


def _figures_with_unit(text: str) -> Iterator[re.Match[str]]:
    """Yield the numerals with a unit, looked for where a numeral begins: `_pattern().finditer`."""
    pattern, at = _pattern(), 0
    for sign in NUMERAL.finditer(text):
        match = pattern.match(text, sign.start()) if sign.start() >= at else None
        if match is not None:
            at = match.end()
            yield match


def _together(figures: Iterable[Quantity], text: str) -> Iterator[Quantity]:
    """Yield figures, the two ends of a range as one, coordinated ones with the same bound."""
    previous: Quantity | None = None
    for quantity in _bound_at_the_end(list(figures), text):
        if previous is None:
            previous = quantity
            continue
        spanned = _spanned(previous, quantity, text)
        yield spanned or previous
        previous = None if spanned else _bound_alike(previous, quantity, text)
    if previous is not None:
        yield previous


def _fractions(text: str) -> Iterator[Quantity]:
    """Yield shares in words: 百分之九十五以上, 千分之三."""
    for match in FRACTION.finditer(text) if "分之" in text else ():
        whole = chinese(match["whole"])
        if whole is None:
            continue
        value = Decimal(f"{whole}.{_digits(match['rest'])}" if match["rest"] else whole)
        unit, upper = SHARE[match["unit"]], chinese(match["upper"]) if match["upper"] else None
        comparator, begin, end = _comparator(text, *match.span(), unit)
        found = Quantity(
            begin, end, match.start(), comparator, value, None, None, unit, False,
            "quantity.fraction",
        )  # fmt: skip
        if upper is not None and value < upper:
            found = replace(found, comparator="Between", value=None, low=value, high=Decimal(upper))
        yield found


def _parts(text: str) -> Iterator[Quantity]:
    """Yield parts of a whole as per cent: 一半以上, 三分之一."""
    for match in PART.finditer(text) if "半" in text or "分之" in text else ():
        whole, share = chinese(match["whole"] or "二"), chinese(match["share"] or "一")
        is_share = OF_A_WHOLE.search(text, max(0, match.start() - NEAR), match.start())
        if not is_share or not whole or not share or share >= whole:
            continue
        value = Decimal(f"{100 * share / whole:.2f}".rstrip("0").rstrip("."))
        comparator, begin, end = _comparator(text, *match.span(), "%")
        yield Quantity(
            begin, end, match.start(), comparator, value, None, None, "%", False,
            "quantity.fraction",
        )  # fmt: skip


def _ratios(text: str) -> Iterator[Quantity]:
    """Yield how much there is of one thing to another: 城乡居民收入比缩小至2.1：1."""
    found = [*RATIO.finditer(text), *INDEX.finditer(text)] if INDEX_WORD.search(text) else ()
    for match in found:
        comparator, begin, end = _comparator(text, match.start("number"), match.end(), "")
        yield Quantity(
            begin, end, match.start("number"), comparator, Decimal(match["number"]), None, None, "",
            False, "quantity.ratio",
        )  # fmt: skip


def _bare_quantities(text: str, figures: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield numbers of people without a counter: 帮助12万就业困难人员就业."""
    counted = {figure.number_begin for figure in figures}
    found = [*BARE.finditer(text), *BARE_AT_END.finditer(text)] if BARE_SIGN.search(text) else ()
    for match in found:
        value = decimal(match["number"], match["power"])
        if match.start() in counted or ENUMERATED.search(text[: match.start()][-2:]):
            continue
        is_more = bool(match["odd"] or match["more"])
        comparator, begin, end = _comparator(text, *match.span(), "", is_more=is_more)
        yield Quantity(
            begin, end, match.start(), comparator, value, None, None, "", False, "quantity.bare"
        )


def _digits(numerals: str) -> str:
    return "".join(str("零一二三四五六七八九".index(numeral)) for numeral in numerals)


def _spanned(first: Quantity, second: Quantity, text: str) -> Quantity | None:
    """Join the two ends of a range: 1倍以上5倍以下, 3万元至5万元."""
    ends = (first.comparator, second.comparator)
    between = text[first.end : second.begin]
    if first.unit != second.unit or None in (first.value, second.value):
        return None
    if (ends == ("AtLeast", "AtMost") and not between) or (
        ends == ("Exactly", "Exactly") and RANGE.fullmatch(between)
    ):
        low, high = first.value, second.value
        return replace(
            first, end=second.end, comparator="Between", value=None, low=low, high=high,
            rule="quantity.range",
        )  # fmt: skip
    return None


def _bound_alike(first: Quantity, second: Quantity, text: str) -> Quantity:
    """Carry a bound word over to what is coordinated: 分别不超过8家和3家."""
    bound_before = first.begin < first.number_begin
    if (
        bound_before
        and second.comparator == "Exactly"
        and second.unit == first.unit
        and text[first.end : second.begin] in ("和", "、")
        and "分别" in text[clause_at(text, first.begin)[0] : first.begin]
    ):
        return replace(second, comparator=first.comparator)
    return second


def _bound_at_the_end(figures: Sequence[Quantity], text: str) -> Sequence[Quantity]:
    """Give the figures of a list the bound behind its last: 分别增长|6%|、|8%|左右."""
    bound = list(figures)
    ended = ""  # the bound behind the last of a list
    for at in range(len(bound) - 1, 0, -1):
        first, last = figures[at - 1], bound[at]
        ended = text[last.end - 2 : last.end] if figures[at] is last else ended
        if ended in ALL_BOUND and _are_alike(first, last, text):
            bound[at - 1] = replace(first, comparator=last.comparator)
        else:
            ended = ""
    return bound


def _are_alike(first: Quantity, last: Quantity, text: str) -> bool:
    return (
        first.comparator == "Exactly"
        and first.unit == last.unit
        and text[first.end : last.begin] in ("和", "、")
        and "分别" in text[clause_at(text, first.begin)[0] : first.begin]
    )


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    if _is_no_quantity(text, match):
        return None
    is_more = bool(match["more"] or match["odd"])
    comparator, begin, end = _comparator(text, *match.span(), match["unit"], is_more=is_more)
    spot = (begin, end, match.start())
    if re.match(MASKED, match["first"]):
        return Quantity(*spot, comparator, None, None, None, _unit(match), True, "quantity.masked")
    low, high = _figures(match)
    if low is None:
        return None
    if high is not None and low < high:
        return Quantity(*spot, "Between", None, low, high, _unit(match), False, "quantity.range")
    if match["second"]:
        return None
    return Quantity(*spot, comparator, low, None, None, _unit(match), False, "quantity.figure")


def _is_no_quantity(text: str, match: re.Match[str]) -> bool:
    """Tell an ordinal, an age, a number of a picture, a count of what is listed, lost digits."""
    if _is_part_of_word(text, match) or _is_age(text, match):
        return True
    unit = match["unit"]
    before = text[max(0, match.start() - NEAR) : match.start()]
    if LISTED.search(before) or FIGURE_NUMBER.search(before) or _sums_up(text, match):
        return True
    if LOOKED_AT.search(before) and STRETCH.match(text, match.end()):
        return True
    if SAME_AS.search(before) or (unit == "个" and SIDES.match(text, match.end())):
        return True
    if WEIGHT.match(text, match.end()) or WEIGHTED.search(before):
        return True
    return BEHIND_NO_TARGET.match(text, match.end()) is not None and unit not in ("%", "元")


def _is_part_of_word(text: str, match: re.Match[str]) -> bool:
    """Tell what is only written like a figure with a unit: 3.1 人工智能, 4Pro, 过50亿项目, 04个."""
    unit = match["unit"]
    if " " in match[0] and not text[: match.start()].strip():
        return True  # the number of a heading
    if ENUMERATED.search(text[: match.start()][-2:]):
        return True
    if unit[-1] in ascii_letters and match["per"] is None and GOES_ON.match(text, match.end()):
        return True
    if unit == "项" and match["power1"] and PROJECTS.match(text, match.end()):
        return True  # a sum without its unit
    if unit == "人" and text.startswith("民", match.end()):
        return True  # 六亿人民
    return re.match(r"0\d", match["first"]) is not None  # digits were lost or shuffled


def _is_age(text: str, match: re.Match[str]) -> bool:
    """Tell the age of someone from an expectancy of life, which is a goal."""
    if unit_kinds()[match["unit"]] != "age":
        return False
    return LIFE.search(text[max(0, match.start() - NEAR) : match.start()]) is None


def _figures(match: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    """Return the figure, and the upper one of a range: 2—3个, 一两项."""
    pair = PAIR.fullmatch(match["first"])
    if pair is not None:
        return decimal(pair[1]), decimal(pair[2])
    first = decimal(match["first"], match["power1"] or (match["power2"] or ""))
    return first, decimal(match["second"], match["power2"]) if match["second"] else None


def _sums_up(text: str, match: re.Match[str]) -> bool:
    """Tell a figure that only counts what is listed: …、…等7类数据, 以下4项, 一批."""
    if match["first"] == "一" and match["unit"] == "批":
        return True
    before = text[max(0, match.start() - NEAR) : match.start()].rstrip()
    if POINTED_AT.search(before) or DIVIDED.search(before):
        return True
    if not before.endswith("等"):
        return False
    if DEFINED.search(before):
        return True
    return match["unit"] in ("类", "种") or ASPECT.match(text, match.end()) is not None


def _unit(match: re.Match[str]) -> str:
    """Return the unit as written; 个学分 is 学分."""
    unit = str(match["unit"])
    unit = unit.removeprefix("个") if unit.endswith(LESSONS) else unit
    return unit + (match["paren"] or "") + (match["per"] or "")


def _comparator(
    text: str, begin: int, end: int, unit: str, *, is_more: bool = False
) -> tuple[Comparator, int, int]:
    """Return how a figure is bound, and where it stands with the words that bind it."""
    found: Comparator = "AtLeast" if is_more else "Exactly"
    after_pattern, after_table = _bounds("after")
    after = after_pattern.match(text, end)
    if after is not None and after["word"] not in ("多", "余"):
        found, end = after_table[after["word"]], after.end()
    before = _bound_before(text, begin, unit)
    if before is not None and not _is_plain(before, unit):
        begin = before.start()
        if found == "Exactly" or before["word"] not in ("约", "近"):
            found = _bounds("before")[1][before["word"]]
    inclusive = INCLUSIVE.match(text, end) if found in ("AtLeast", "AtMost") else None
    return found, begin, inclusive.end() if inclusive else end


def _bound_before(text: str, at: int, unit: str) -> re.Match[str] | None:
    """Return the word that bounds the figure behind; not 约 in 节约用水户超过90%."""
    pattern, _ = _bounds("before")
    match = pattern.search(text, max(0, at - REACH), at)
    while match is not None:
        if _binds(match["between"], match["word"], unit) and not (
            len(match["word"]) == 1 and match["between"]
        ):
            return match
        match = pattern.search(text, match.start() + 1, at)
    return None


def _is_plain(bound: re.Match[str], unit: str) -> bool:
    """Tell what only looks like a bound: 突破 with technologies for its object, a difference."""
    if PART_OF_WORD.match(bound.string, bound.start() - 1):
        return True
    if bound["word"] in ("高于", "低于"):
        return unit.endswith("百分点")  # 高于全省平均水平2个百分点
    opens_clause = re.search(
        r"(?:^|[，。；：、])[^，。；：、\d]{0,4}(?<![量数额模])$", bound.string[: bound.start()]
    )
    return bound["word"] == "突破" and unit in ("项", "种", "个") and opens_clause is not None


def _binds(between: str, word: str, unit: str) -> bool:
    """Tell whether a bound word reaches the figure: 至少配备1名, 不低于采购金额的30%.

    Before a share also over what it is a share of, without 的: 不低于国家规定的总课时9%.
    """
    if len(between) > 6:
        is_base = unit in SHARE_SIGNS and word.startswith("不") and not OF_CHANGE.search(between)
        return between.endswith("的") or is_base
    return len(between) <= 2 or between.endswith("的") or not re.search(r"[的了和与率]", between)


def _implied_quantities(text: str) -> Iterator[Quantity]:
    pattern, table = _implied()
    for match in pattern.finditer(text):
        clause = clause_at(text, match.start())
        if re.search(r"\d", text[clause[0] : clause[1]]) and match[0] == "全覆盖" and "%" in text:
            continue
        if re.match("(?:攻坚|专项)*(?:行动|战|计划)", text[match.end() :]):
            continue  # a name: 清零行动
        if match[0] == "全覆盖" and text.endswith("健", 0, match.start()):
            continue  # 健全|覆盖城乡的网络
        if match[0] == "减半" and text.startswith(("征收", "缴纳", "计征"), match.end()):
            continue  # what the law rules
        if match[0] == "校校有" and MOTTO.search(text, 0, match.start()):
            continue
        value, unit = table[match[0]]
        yield Quantity(
            match.start(), match.end(), match.start(), "Exactly", value, None, None, unit, False,
            "quantity.implied",
        )  # fmt: skip


def _round_quantities(text: str) -> Iterator[Quantity]:
    """Yield sums that a power of ten alone names: 产值突破千亿元."""
    for match in ROUND.finditer(text) if ROUND_POWER.search(text) else ():
        power = POWERS[match["ten"] or match["power"]] * (TENS.get(match["one"] or "", 1))
        bound: Comparator = "Exactly" if match["bound"] in ("达到", "达") else "AtLeast"
        yield Quantity(
            match.start(), match.end(), match.end("bound"), bound, Decimal(power), None, None,
            match["unit"] or "", False, "quantity.implied",
        )  # fmt: skip
