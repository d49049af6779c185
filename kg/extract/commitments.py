"""Figures to promises: which of the figures of a sentence somebody commits to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from kg.extract.boundary import tagged
from kg.extract.clauses import clause_at
from kg.extract.dates import Moment
from kg.extract.quantities import ASPECT, WORKING_TIMES, Quantity, is_money, kind_of
from kg.extract.text import up_to
from kg.vocabulary import rows

# What is sized by the figure before it.
HOLDER = re.compile(
    r"(?:级|的| )?(?:[^，。；：！？\d（）“”]{0,16}?等\d+[个家座]重?点?|"
    r"(?P<between>[^，。；：！？、\d（）“”]{0,12}?))"
    r"(?:项目|企业|公司|家庭|群体|园区|集群|产业链|产业|机组|生产线|装置|电站|主体|大户|基地|工程|煤矿|矿井|矿山|锅炉|村|镇|情况)"
    r"(?!项?资金|经费|税|贷款|补|奖|投资|产值|收入|园)"
)
NEAR = 16  # characters before a figure in which its governing word stands
# 三十七项, 六百四十三亿元: written out as older papers do; not 两个, 十件, 千家.
FULL_NUMBER = re.compile(
    "[零一二三四五六七八九十百千两]*[十百千][一二三四五六七八九]|[零一二三四五六七八九十百千两]{2,}[万亿]"
    "|[一二三四五六七八九两][十百千万亿]"
)
LEARNED = re.compile(r"(?:掌握|学会|培养|养成)$")  # 每个学生掌握|一项|运动技能
DURATION_SET = re.compile(
    r"(?:(?:压缩|缩短|缩减|压减|减少|(?<!可)(?<!可以)延长|增加|放宽|(?<![需应当可])提前|提速|精简"
    r"|降低|提高|提升|降|减)[到至为了]?"
    r"|(?:天数|时间|时限|时长|公示期|工期|期限)(?:原则上|一般)?(?:为|达到?|至少)?|达到|控制在|稳定在"
    r"|等待|需等待|公示|留存|保存)$"
)
# A step of a procedure is a rule for each case (受理之日起20日内作出决定), a short answer a promise
# (10分钟内到场), and so is what is to be done sooner than before.
STEPS = ("个工作日", "工作日", "天", "日", "周", "个月")
PROMPT = re.compile("承诺|确保|力争|实现|做到|平均|一般|压缩|缩短|提速|控制|限时")
REPORTED = re.compile(
    r"，?(?:应当?|须|可以?)?(?:[到向将][^，。；]{2,40}?)?(?:上?报|通报|备案|提交)"
)
FROM = re.compile(r"[由从][^，。；\d]{0,12}(?:[\d.]{1,9}[万亿]?[元个人%]{1,3}、){0,3}$")
ONWARD = re.compile(
    r"(?:、[\d.]{1,9}[万亿]?[元个人%]{1,3}){0,3}[^，。；\d]{0,6}?(?:增加|提高|提升|上升|下降|降低|减少|压减|压缩|缩短|扩大|发展|增|降|缩)[到至为]"
)
TOTAL = re.compile(r"(?<!完成)总投资(?:额|约|近|达|超|超过|共|共计)*$")
INVESTED = re.compile(r"(?:完成|实现)[^，。；]{0,16}总投资[^，。；\d]{0,6}$")
AT_LEAST = ("不少于", "不低于", "不超过", "不高于")
# What something is made up of: …等5个部分组成.
MADE_UP = re.compile(r"[^，。；]{0,3}(?:部分|方面|环节|板块|层级|模块|维度)(?:组成|构成)")
CONFERRED = re.compile(r"命名|认定|授予|确定|评定|批准|公布")
AS_WHAT = re.compile(r"[^，。；\d]{0,8}(?:评|列)?为(?!主|期|了)")
# 具有|3年以上|工作经历的人员: who is meant
HAVING = re.compile(r"(?:具有|具备|有|从事)$")
EXPERIENCE = re.compile(r"[^，。；、]{0,12}(?:经历|经验)")
OPEN_BRACKET = re.compile(r"（[^）]*$")  # of a form to be filled in: 简介（300字以内）
INSIDE_NAME = re.compile(r"[“《〈][^”》〉]*$")
DENOMINATOR = re.compile(r"每(?:认定|新增|满|增加)?$|[不]?含$")
# 入围企业在3家以上的，…: a figure of the condition, not of the promise.
CONDITION = re.compile(
    r"的(?:部分|差额)|(?:、[^，。；]{0,14}){0,6}的(?:[，、]|(?:按照?|每|给予)|(?:法人|工业)?(?:企业|单位|机构|项目|平台)[，、])"
    r"|[^，。；\d]{0,8}(?:清零(?!改造|工程|任务)|消除)|范围|[^，。；]{0,4}大班额"
)

# 中断缴费不超过3个月|的职工参保人，…
OF_THOSE = re.compile(
    r"的[一-鿿]{0,8}(?:企业|单位|机构|项目|人员|个人|参保人|申请人|学生|家庭|居民|职工|教师)[，、]"
)
WITHIN_A_TIME = re.compile(r"[^，。；、]{2,40}的，")  # 3个月内|未开工的，收回用地

# What work rests on is there already: 发挥|5个|基地的作用, 围绕水产等|6条|产业链.
RESTS_ON = re.compile(
    r"^[^，。；\d]{0,6}?(?:发挥|围绕|聚焦|依托|立足|针对|借助)(?P<between>[^，。；]*)$"
)
# 巩固|18个|示范镇建设成效: what is kept is reached already.
KEPT = re.compile("[^，。；]{0,4}?巩固")
REACHED = re.compile("[^，。；]{0,20}(?:成效|成果)")
# 投保人数不满5万人, 对于不超过3项的课题，…
BRACKETED = re.compile(r"[、，]?不满")
OF_A_CASE = re.compile(
    r"^[^，。；]{0,4}(?:对于|凡)(?![^，。；]*(?:给予|予以|按|奖|补|应|须|实行|实施|开展))"
)
THOSE = re.compile(r"(?:^|[，。；：、）\s])对(?![外口接标])")
GIVEN_TO = re.compile("给予|奖励|补助|补贴|奖补|资助")
CASE_ENDS = re.compile(r"[^，。；]{0,14}的[^，。；\d]{0,12}，")
PROJECT = re.compile(
    r"[^，。；]*(?:项目|工程|基地|生产线|电站|机组)[^，。；、]{0,4}"
    r"(?:建设|开工|达产|投产|建成|竣工|投用|满产|落地|实施)[^，。；]{0,6}(?=[，。；]|$)"
)
# 建成|50万吨|乙醇、另一公司3万吨颜料等项目: what the projects are called.
OF_PROJECTS = re.compile(
    r"[^，。；]{0,60}?等(?:一批|\d+个)?[^，。；、\d]{0,8}(?:项目|工程|产线|生产线)"
)
# |30户以上|自然村, 淘汰|10吨以下|燃煤锅炉: of what size those are that something is done to.
SETTLEMENT = re.compile(r"[^，。；、\d]{0,8}?(?:村寨|自然村|村民小组|[村屯寨])")
REMOVED = re.compile(r"(?:禁止|严禁|淘汰|取缔|关停)[^，。；、\d]*$")
SORT = re.compile("的?[一-鿿]{2}")
RATED = re.compile(r"[×*xX/]$")  # 2×|300兆瓦|机组
FUND = re.compile(r"[^，。；\d]{0,16}(?:基金|资金池|专项资金)")
FOUNDED = re.compile(r"(?:组建|设立|成立|发起|新设|发行|筹集)[^，。；\d]{0,8}$")

# What a paper announces has come about: 共遴选出精品课700节…，现将结果予以公布.
ANNOUNCED = re.compile(
    r"现将[^，。；]{0,12}(?:结果|名单)(?:予以)?(?:公布|公示|通报|公告)|共(?:遴选|评选|评审|推选|选|评)出"
)
# 1万—3万元（含1万元，不含3万元）, 6万元以上（含6万元）（12分）: a band of a scale.
BAND = re.compile(r"（不?含[^（）]{1,14}，不?含[^（）]{1,14}）|（[\d.]{1,4}分）")
INCLUDED = re.compile(r"（含[^（）]{1,14}）$")
COUNTED_AS = re.compile("(?:视为|视同|算作|折算为)$")
# 设主任委员2人，秘书长1人: who a body is made up of; not 培养名班主任13人.
POSTS = re.compile(
    "(?:(?:副?(?<!班)主任|副?主席|副?会长|副?理事长)(?:委员)?|副?秘书长|副?组长|委员|理事)[共各]?$"
)

# Beside the words of commitment_words.tsv: what a pattern tells better than a word.
PATTERNS = {
    # 总结了5个方面的18项做法; 收到来信, but 收到申请之日起
    # 已开工的|57个|, but 对已认定的企业给予; 我国有|14亿人|, but 确保每县有
    "reached": r"|(?<!为)了(?:\d+[一-鿿]{1,6}的?)?$|已(?![知婚故])(?![^，；。]{0,14}的[^，；。])"
    r"|收到(?![^，。；]*之日)|截止(?!日|时)|^[我全][国省市县区州]有(?:\d[^，。；]{0,12}、)?$",
    "so-far": r"|截至(?:20\d\d年|\d{1,2}月)",
    "ahead": r"|到20\d\d年",
}


@cache
def promise_words(role: str) -> re.Pattern[str]:
    """Return the words that tell how a figure is promised, or that it is none."""
    found = (row["word"] for row in rows("commitment_words.tsv") if row["role"] == role)
    return re.compile("|".join(found) + PATTERNS.get(role, ""))


def is_commitment(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> bool:
    """Tell a figure that is promised from one that describes, dates or counts what exists."""
    before = sentence[: quantity.number_begin]
    begin, end = clause_at(sentence, quantity.begin)
    clause = sentence[begin : quantity.begin]
    if INSIDE_NAME.search(before) and quantity.rule != "quantity.implied":
        return False
    if any(m.iso and m.begin <= quantity.number_begin < m.end for m in moments):
        return False
    if (
        promise_words("reached").search(clause)
        or _is_over(sentence[:begin])
        or ANNOUNCED.search(sentence)
        or promise_words("penalty").search(clause)
    ):
        return False
    if re.search(r"以[^，。；\d]{0,4}$", before) and re.search(
        r"为(?:基础|依托|重点|核心|载体|抓手|基数|基准|切入点|突破口|牵引|主线|支撑)",
        sentence[quantity.end : end],
    ):
        return False
    if (
        _is_counted(sentence, quantity)
        or _is_condition(sentence, quantity, clause)
        or _rests_on(sentence, quantity, clause)
    ):
        return False
    if kind_of(quantity.unit) == "time" and not _is_time_promised(sentence, quantity):
        return False
    in_words = sentence[quantity.number_begin] in "一二三四五六七八九十百千两"
    if in_words and quantity.rule != "quantity.fraction":
        return _bound_in_words(sentence, quantity, moments) and not _sizes_its_noun(
            sentence, quantity
        )
    return not _describes(sentence, quantity)


def _is_condition(sentence: str, quantity: Quantity, clause: str) -> bool:
    """Tell a figure of the case for which something is ruled: 对于人数不超过3人的班组，…."""
    if sentence[quantity.end - 1] == "内" and WITHIN_A_TIME.match(sentence, quantity.end):
        return True
    if DENOMINATOR.search(up_to(sentence, quantity.number_begin)):
        return True
    if CONDITION.match(sentence, quantity.end):
        return True
    if kind_of(quantity.unit) != "count" and OF_THOSE.match(sentence, quantity.end):
        return True
    if BRACKETED.match(sentence, quantity.end) or clause.endswith("不满"):
        return True
    if is_money(quantity.unit) and _is_threshold(sentence, quantity):
        return True
    return bool(OF_A_CASE.search(clause) and CASE_ENDS.match(sentence, quantity.end))


def _is_counted(sentence: str, quantity: Quantity) -> bool:
    """Tell a band of a scale, how something is counted, who a body is made up of."""
    before = up_to(sentence, quantity.begin)
    band = BAND.match(sentence, quantity.end)
    scaled = quantity.comparator == "Between" or INCLUDED.search(sentence[: quantity.end])
    if band is not None and (band[0].startswith(("（含", "（不含")) or scaled):
        return True
    return (
        COUNTED_AS.search(before) is not None
        or quantity.unit in ("人", "名")
        and POSTS.search(before) is not None
    )


def _is_threshold(sentence: str, quantity: Quantity) -> bool:
    """Tell the sum from which on something is given: 对到账300万美元以上项目，按…给予奖励."""
    start = max(sentence.rfind(mark, 0, quantity.begin) for mark in "。；") + 1
    return (
        quantity.comparator == "AtLeast"
        and THOSE.search(sentence, start, quantity.begin) is not None
        and GIVEN_TO.search(sentence, start, quantity.begin) is None
        and GIVEN_TO.search(sentence, quantity.end) is not None
    )


def _rests_on(sentence: str, quantity: Quantity, clause: str) -> bool:
    """Tell a count of what work rests on from one of what it is to bring: 围绕水产新建5个基地."""
    if KEPT.match(clause) and REACHED.match(sentence, quantity.end):
        return True
    found = RESTS_ON.search(clause) if quantity.comparator == "Exactly" else None
    if found is None or kind_of(quantity.unit) != "count" or "每" in found["between"]:
        return False
    between = found["between"]
    return between.endswith("等") or not (
        any(tag == "v" for _, tag in tagged(between))
        or any(row["verb"] in between for row in rows("verbs.tsv"))
    )


def _is_over(before: str) -> bool:
    """Tell whether the sentence has begun with what is reached already, and not turned ahead."""
    so_far = list(promise_words("so-far").finditer(before))
    return bool(so_far) and promise_words("ahead").search(before, so_far[-1].end()) is None


def _is_time_promised(sentence: str, quantity: Quantity) -> bool:
    """Tell a time that is promised (10分钟内响应) from a window or a deadline (近5年, 3年内)."""
    if (quantity.low or quantity.value or 0) > 1900:
        return False
    if HAVING.search(sentence[: quantity.begin][-4:]) and EXPERIENCE.match(sentence, quantity.end):
        return False
    if quantity.comparator in ("Exactly", "Between"):
        return _is_duration_set(sentence, quantity)
    if quantity.comparator == "AtMost" and sentence[quantity.end - 1] == "内":
        return quantity.unit in WORKING_TIMES and not _is_step(sentence, quantity)
    return quantity.comparator in ("AtLeast", "AtMost")


def _is_step(sentence: str, quantity: Quantity) -> bool:
    """Tell the time that a procedure leaves for a step of it: 收到申请后5个工作日内受理."""
    if quantity.unit not in STEPS:
        return REPORTED.match(sentence, quantity.end) is not None
    begin, end = clause_at(sentence, quantity.begin)
    return PROMPT.search(sentence, begin, end) is None


def _is_duration_set(sentence: str, quantity: Quantity) -> bool:
    """Tell a time that is set or changed from one that passes: 压缩至|3天|; 历时3天."""
    before = sentence[clause_at(sentence, quantity.begin)[0] : quantity.begin]
    if not sentence[quantity.number_begin].isdigit() or "有效期" in before:
        return False
    if sentence.startswith("的", quantity.end) or re.search("延长.*年$", sentence[: quantity.end]):
        return False  # 到期后再延长30年 is what the policy is called
    return DURATION_SET.search(before) is not None


def _bound_in_words(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> bool:
    """Tell a promised figure in Chinese numerals from 一个: it is bound, a range or recurs."""
    if quantity.comparator == "Between":
        return quantity.unit != "年"
    if quantity.unit == "类":
        return False  # 一类以上幼儿园
    if quantity.comparator != "Exactly":
        promised = sentence[quantity.begin : quantity.number_begin].startswith(("至少", "不少于"))
        return promised or quantity.unit not in ("年", "个", "项")
    if (
        FULL_NUMBER.match(sentence, quantity.number_begin)
        and quantity.unit not in ("届", "次", "年", "类", "期")
        and ASPECT.match(sentence, quantity.end) is None
    ):
        return not _describes(sentence, quantity)
    if LEARNED.search(sentence[: quantity.begin][-4:]):
        return True
    if quantity.unit not in ("次", "场", "期", "届", "轮", "堂"):
        return False
    begin, end = clause_at(sentence, quantity.begin)
    return any(m.recurrence and begin <= m.begin < end for m in moments)


def _describes(sentence: str, quantity: Quantity) -> bool:
    """Tell a figure that only describes: a condition (对…的), an attribute (投资3亿元的项目)."""
    if _rates_a_project(sentence, quantity) or _counts_the_named(sentence, quantity):
        return True
    if quantity.unit == "字" and OPEN_BRACKET.search(sentence[: quantity.begin]):
        return True
    if _sizes_its_noun(sentence, quantity) or _is_total(sentence, quantity):
        return True
    if MADE_UP.match(sentence, quantity.end) or _is_baseline(sentence, quantity):
        return True
    if _sizes_those(sentence, quantity):
        return True
    behind = sentence[quantity.end : quantity.end + 1]
    if behind == "的" and quantity.comparator in ("Exactly", "Between") and is_money(quantity.unit):
        return (
            re.match(
                r"的.{0,4}(?:补助|奖励|补贴|扶持|资助|经费|资金|标准|支持|额度|限额|待遇|津贴)",
                sentence[quantity.end :],
            )
            is None
            and FOUNDED.search(sentence, 0, quantity.begin) is None
        )
    return False


def _counts_the_named(sentence: str, quantity: Quantity) -> bool:
    """Tell how many are listed on whom something is conferred: 命名甲公司等|12家|企业为…."""
    if not sentence.endswith("等", 0, quantity.begin) or not AS_WHAT.match(sentence, quantity.end):
        return False
    start = max(sentence.rfind(mark, 0, quantity.begin) for mark in "。；") + 1
    return CONFERRED.search(sentence, start, quantity.begin) is not None


def _sizes_those(sentence: str, quantity: Quantity) -> bool:
    """Tell a bound that says which ones are meant: |30户以上|自然村, 淘汰|10吨以下|燃煤锅炉."""
    if quantity.comparator not in ("AtLeast", "AtMost"):
        return False
    if quantity.unit in ("户", "人"):
        return SETTLEMENT.match(sentence, quantity.end) is not None
    return (
        kind_of(quantity.unit) in ("measure", "capacity")
        and SORT.match(sentence, quantity.end) is not None
        and REMOVED.search(up_to(sentence, quantity.begin)) is not None
    )


def _is_total(sentence: str, quantity: Quantity) -> bool:
    """Tell what a project costs in all from what is to be invested: 完成总投资100亿元."""
    before = sentence[max(0, quantity.begin - 2 * NEAR) : quantity.begin]
    if TOTAL.search(before) is None or INVESTED.search(before):
        return False
    return not sentence.startswith(AT_LEAST, quantity.begin)


def _rates_a_project(sentence: str, quantity: Quantity) -> bool:
    """Tell the capacity of a project that is furthered: 推动甲公司|5万吨|豆粕、乙公司…项目投产."""
    if kind_of(quantity.unit) != "capacity" or quantity.comparator != "Exactly":
        return False
    return bool(
        RATED.search(up_to(sentence, quantity.begin))
        or re.match(r"/\d", sentence[quantity.end :])
        or PROJECT.match(sentence, quantity.end)
        or OF_PROJECTS.match(sentence, quantity.end)
    )


def _is_baseline(sentence: str, quantity: Quantity) -> bool:
    """Tell what a change starts from: 由|5所|增至8所, 从30%提高到40%."""
    begin = clause_at(sentence, quantity.begin)[0]
    return bool(
        FROM.search(sentence, begin, quantity.begin) and ONWARD.match(sentence, quantity.end)
    )


def _sizes_its_noun(sentence: str, quantity: Quantity) -> bool:
    """Tell a threshold or a capacity that is part of a name: 5亿元以上项目, 8万吨饲料项目."""
    if kind_of(quantity.unit) not in ("money", "capacity"):
        return False
    holder = HOLDER.match(sentence, quantity.end)
    if FUND.match(sentence, quantity.end) and FOUNDED.search(sentence, 0, quantity.begin):
        return False
    return holder is not None and not any(
        tag == "v" for _, tag in tagged((holder["between"] or "").strip())
    )
