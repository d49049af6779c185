"""A figure's surroundings to its indicator: the words that say what is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from kg.extract.amounts import find_amount
from kg.extract.boundary import tagged
from kg.extract.distribution import Run, member
from kg.extract.numerals import CHINESE, decimal
from kg.extract.quantities import WORKING_TIMES, is_money
from kg.vocabulary import rows

STOP = "，；。：！？"
NUMBERING = re.compile(
    r"^\s*(?:[①-⑳]|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、]|[一二三四五六七八九十]{1,2}(?:是|、)|第[一二三四五六七八九十]{1,3}条)\s*"
)
TIMES = (
    r"(?:(?:到|至|截至)?(?:(?:19|20)\d\d年|(?:一九|二[〇○零])[〇○零一二三四五六七八九]{2}年|\d{1,2}月)(?:底|末|度|初|内)?(?:前|之前|以前)?|“?十[二三四五]五”?(?:期?末|期间)"
    r"|每[两三四五\d]?(?:年|季度?|学期|学年|月|周|半年)|第?[一二三四]季度(?:末|底)?|[上下]半年|全年|年内|年底前|至年底|到年底|今年|本年度?|届时|近两年|上年度|(?<![十百\d])[一二两三四五\d]年内)"
)
# Each with what it also begins: 各|地, but 各类人才; 在|, but 在校学生; 均|, but 均衡.
ADVERBS = (
    "同时|实现(?=单位)|并(?!购|网|轨)且?|还要|要(?!素|件|闻|求)|将|应(?!急|用|届|收|税|对)当?|须(?!知)|需(?!求)|可(?!再生|持续|穿戴|研)|均(?!衡)"
    "|都(?!市)|也|再(?!生|制造|就业|教育)|其中|进一步|继续(?!教育)|积极|着力|努力|力争|争取|确保|保证(?!金)"
    "|基本(?!养老|医疗|公共|药|农田|实现|普及)|全面|全力|大力|切实|重点|计划(?!单列|生育)|预计|原则上|分别|总体|使(?!用)得?"
    "|目标是|通过(?!率)|累计|年度(?!投资)|按照?(?!劳|揭)|以(?![上下内])|给予|对(?!外|口|接|标)|围绕|推进|加快|常态化"
    "|在(?!校|孵|建|岗|职|园|线|编|册|籍|库|校生)|各(?!类|级|项|种|族|地)|稳步|有序|不断|持续|总计|共(?!同|享|建|青)|约(?!束)"
    "|且(?!末)|一式|拟(?!建)|近(?!视|代|郊)|超(?!高|低|算|级|大|市|前)|到(?!位|访|岗|期)|至|达(?!标)"
)
EACH_TIME = r"每(?:学[年期]|[年月周天日])"  # 小学|每周|音乐、美术各2课时
ACTS_EACH = re.compile(rf"[^，]{{2,}}?{EACH_TIME}(?=[一-鿿]{{4}})")  # 老师|每年|指导学生
SCOPES = "全市|全县|全区|全省|全镇|全国|区域"
OPENING = re.compile(
    rf"^(?:{TIMES}|{ADVERBS}|{SCOPES}|每[户人个家名所村校班亩位天日辆台座处]|我[省市县区])+"
)
CLOSING = re.compile(
    rf"(?:{TIMES}|动态|保持|分别|(?<!平)均|都|各|约|近|超|不得|(?<!同)一般|应当?|须|(?<![主纲摘概需])要|可|再|总体|累计|基本|原则上|力争|争取|努力|确保|至|到|为|在|由|从|的|等|进行|每[家人名户位所个年]){{1,8}}$"
)
FIGURE = re.compile(r"\d[\d.]{0,20}[万亿]?(?:元|%|个|人|名|户|次|年|月|天)?(?:以上|以内)?$")
DISPOSED = re.compile(r"[将把](?P<what>[^，]{2,20}?)(?:纳入|列入|作为|定为|列为)")
IMPROVING = re.compile(
    r"(?:显著|明显|持续|不断|进一步|稳步|大幅|逐步)?(?:增强|提升|提高|改善|扩大|增长|优化|上升|下降|加快)$"
)
ALIKE = re.compile(
    r"^(?P<things>[^、]{2,}、[^，]{2,})(?:均|双双)(?P<verb>增长|下降|提高|提升|降低)$"
)
# 甲率、乙率|均达到|90%
ALL_RATES = re.compile(r"^(?P<things>[^，]+?)(?<=[率比重])(?:均|都|全部|双双)[^，率比]{0,6}$")
RATE_NAME = re.compile(r"(?<=[一-鿿）”]{2})(?:率|占比|比例|比重)$")
# 床位|由4张|增加到…
BASELINE = re.compile(r"[由从][^，；]{0,10}?(?:\d|[百千]分之)[^，；]{0,16}$")
BASE_MARK = re.compile(r"(?:比例|比重)?[的达到]{0,20}$")  # …人数，占学生总数的|2%
CHANGED = re.compile(
    r"(?:比[^，；。\d]{1,12}?)?(?P<verb>(?:同口径|同比|年均|力争)?(?:增长|提高|提升|下降|降低|增加|减少|高出))$"
)
DONE = re.compile(r"(?:完工|开工|竣工|完成|落地|^主体|投产|签约)$")
BEGUN = re.compile(r"(?:新?完工|新?开工|竣工|主体完成|完成|落地)$")
ASIDE = re.compile(r"(?<=[一-鿿])（[^（）]*）(?=[一-鿿])")  # 民间工艺（竹编、刺绣）展示周
LISTED_LAST = re.compile(r"等(?:重点|主要|目标|建设)*(?:任务|目标|指标|要求)[^，]*$")
# Verbs that are nouns behind what they are done to: 农村危房|改造|300户.
ACTIONS = (
    "开工", "落地", "签约", "完成", "改造", "治理", "整治", "培训", "建设", "投入", "评选", "种植",
    "栽植",
)  # fmt: skip
# 各县要确保|公办园覆盖率
PLEDGED = re.compile(
    r"^[^，（]{1,20}?(?:要|应当?|须|需)?(?<!以)(?:确保|保证(?!金|率|人|体系)|(?<![全努])力争)(?=[^，]{3})"
)
LONGEST_VERB = 4
MEASURED = ("率", "量", "数", "额")  # the tagger takes the 率 of 配备率 for a verb
BUILDING = ("新建", "改建", "扩建", "迁建")
SHORT = 2
AND_DOES = re.compile(
    "^[和并及与](?=引进|培育|培养|建设|改造|支持|打造|实施|完善|提升|推广|举办|发展)"
)
PROMISING = ("力争", "确保", "实现", "给予")
LONGEST_LABEL, SHORTEST_NAME, LONGEST_NAME = 14, 4, 10
# 推荐函（纸质，一式|6份|）
COPIES = re.compile(r"(?P<papers>[^，。；：、（）]{2,16})(?:（[^（）。；]{0,12})?一式$")
ONCE = re.compile("[一1][次届场]")
EVENT = re.compile("[一-鿿]{1,16}(?:节|比赛|大赛|竞赛|展演|汇演|运动会|博览会|展览)")
MEASURES = ("学分", "学时", "课时", "项目")  # 劳动课程不低于4个|学分
ALL = re.compile("100%")  # 停车位|100%|安装充电桩: of all it is said
BASE = re.compile(r"按照?[^，；。]{2,80}的$")  # 按总学时的|8%|开设劳动课程
# What only follows a figure: 迈上500亿元|新台阶|, 处理能力3万吨|/天|.
ELSEWHERE = re.compile(r"(?:(?:有|具备)条件|条件好)的?[一-鿿]{0,4}")
LEVEL = re.compile(r"^(?:新?台阶|大关|/[天日年月人次户亩])")
# 山区学校，收费标准|为|900元: whose rate it is stands in the clause before.
RATE = re.compile("(?:扣除|补助|补贴|缴费|收费|奖励|支付|供养|资助)(?:标准|比例|限额|额度)")
RULED = re.compile("[^，]{2,}(?:标准|限额|费率|比例|额度)为")  # 限额为职工500元、|居民|250元
CLASS = re.compile("(?:城市|地区|企业|单位|学校|人员|学生|对象|机构|居民|职工|家庭|项目)$")
# 参保的支出，按照每季|600元|的标准据实扣除; 住院费用由基金按|80%|的比例支付
PAID_BY = re.compile(r"^(?P<who>[^，]*?)(?:统一)?按照?(?:每[^，按]{1,6})*$")
PAID = re.compile(
    r"(?:的(?:标准|比例|限额))?(?:[向给为][^，。；]{2,12}?)?"
    r"(?P<act>(?:定额|据实|全额)?(?:扣除|支付|发放|缴纳|计发|征收|收取|报销|承担|负担|提取|配足配齐|配足|配齐|配备))"
    r"(?P<what>[一-鿿]{2,12}(?=[，。；]|$))?"
)
PURPOSE = re.compile("(?:补助|奖励|补贴|扶持|资助)(?!资金|基金|经费|对象)")
# 甲、乙等|示范性项目: the examples are left out; but 高等学校, 一等奖.
LISTED = re.compile(
    r"^[^，]*(?<![中高初平均同一二三四])等(?:方式|形式)?(?:举办|开展)?(?![级次奖])(?=[^，]{4,}$)"
)
DEFINED_AS = re.compile(r"(?<=[一-鿿”])（[^（）]{8,60}）(?=[一-鿿])")  # 甲类教师（具备…的教师）占
# 检测收费|在现行基础上|降低30%; 引导机构|将|收费标准降低30%
BASIS = re.compile(r"在[^，；。]{2,20}?(?:的?基础|水平)上(?:又|再|总体)*")
DISPOSING = re.compile(r"^[^，]*?(?<![即终])[将把](?![军来士领要])(?=[^，]{3,}$)")
BY_MEASURE = re.compile("每立方米$")  # PM2.5浓度降至每立方米|34微克|
LINKED = re.compile(r"^(?:[、和及与]|以及)(?=[^、和及与])")
NEXT_FIGURE = re.compile(r"[和及与](?=\d)")  # 20个市级项目和|10个县级项目
SHARES = ("%", "‰", "个百分点", "百分点", "倍", "成")
ENDS_NOUN = re.compile(
    r"(?<=.{2})(?:担任|组成)|(?<=.{4})(?:成为|纳入|用于|参与|参加|招收|申报|进行|向社会|开展|组成|通过|达到|实现|完成)"
)
# 50个|重点片区|完成投资8亿元: another figure tells of them.
BEFORE_FIGURE = re.compile(
    r"(?<=.{3})(?:完成|实现|新增|力争|确保|带动|增长|总投资|投资)[^\d]{0,16}\d"
)
# 为|3万名|老年人免费提供体检: those for whom something is done are counted.
FOR = ("为", "向", "给", "对", "惠及")
SERVED = re.compile(
    r"(?<=[一-鿿]{2})(?:(?:免费|集中|统一|及时|常态化)*(?:提供|发放|开展|办理|配备|购买|实施|建立|进行|减免|落实|送上))"
)
# What acts ends what is counted: 2名工作人员|对申请单位进行核实.
ACTED_ON = re.compile(r"(?<=[一-鿿]{3})对(?![外口接象标策岸照比应等])[^，。；]{2}")
# 1支|在协会备案的产业基金|, 10个|有条件、有基础的城市|: all before the noun describes it.
DESCRIBED = re.compile(
    r"(?:在|由|有|符合|具有|具备|面向|能够)[^，。；：（）\d]{2,60}的(?P<noun>[一-鿿]{2,20})(?=[，。；（]|$)"
)
VERB_INSIDE = re.compile(
    r"(?:至少|最少|最多|至多|不少于|不超过)(?:能够|应当?|要|须)?(?!有|为|占)[一-鿿]{2,3}?[\d一二三四五六七八九十两]"
)
# 建设甲、乙、丙|3个|产业园: as many as are named before it.
APPOSED = re.compile(r"[^，]*[一-鿿”]")
COUNT = re.compile(rf"(?P<number>\d{{1,2}}|{CHINESE})")
# 100个|省级|、200个市级示范社区: what both are is said once.
RANK = re.compile("[^、]{0,10}(?:级|以上)")
RANKED = re.compile(
    r"[、，和及][^。；]{0,40}?\d{1,6}[个家项所座处][^，。；、\d]{0,8}?(?:级|以上)(?P<head>[一-鿿]{2,16})(?=[，。；（]|$)"
)
# 每个学生在校期间能|参加一项|艺术活动: who does or learns it belongs to what is counted.
DONE_BY = re.compile(
    r"(?:(?P<who>(?:(?!帮助|组织|保证|确保|引导|鼓励|支持|要求|促使|每名|每个|每位|实现|全体|所有|名|每)[一-鿿]{2})?"
    r"(?:学生|教师|职工|农民|居民|干部|员工))|(?=[一-鿿]{2,6}(?:时|期间))(?![一-鿿]{0,4}(?:学生|教师|职工|农民|居民|干部|员工)))(?P<when>[一-鿿]{0,6}(?:时|期间))?"
    r"(?:至少|能够|每年|每学[年期]|熟练|都|能|要|应)*(?P<verb>参加|掌握|学会|接受|参与)"
    r"(?=(?:至少|不少于)?[\d一二三四五六七八九十两])"
)
# 每月提供|不低于工资80%|的生活补贴
SHARE_PAID = re.compile(
    "的(?P<what>[一-鿿]{2,10}(?:补贴|补助|津贴|奖励|待遇|优惠))(?=[，。；、]|$)"
)
# 按|20%|的比例录用见习人员
AT_RATE = re.compile(r"的?比例(?P<done>[^，。；、的]{4,20}?)(?=并|[，。；、]|$)")
AS_RATE = re.compile("的?(?:标准|比例|限额)(?:[给予发计纳支收征补奖]|$)")  # 按|5%|的标准计提
# 按每人|500元|的标准给予生活费补贴
GIVEN_AS = re.compile(
    r"(?:的?(?:标准|比例))?(?:一次性)?(?:给予|发放|核发)(?P<what>[^，。；、]{2,20}?(?:补助|奖励|补贴|津贴|补偿))(?=[，。；、（]|$)"
)
# 粮食|播种面积|405万亩，产量133万吨: it is of the same thing.
MEASURE = re.compile("(?:总?产量|单产|总?产值|面积)")
TOTAL = re.compile("总[量数]|数量|累计总[量数]")  # 新开通基站500个、|总量|突破6000个
NEWLY = re.compile("^新(?:开通|增加?|建|设|培育|引进|认定)?")
MEASURED_BEFORE = re.compile(
    "(?<=[一-鿿]{2})(?:播种|种植|栽培|养殖)?(?:总?面积|规模|总?产量|单产|总?产值)$"
)
QUALIFIED = re.compile(r"^(?:在|具有|具备|以|由|从事|集|获得|能够|年)[^，；。]*?的(?=[^的]{2,})")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a figure stands: its sentence with even widths, and the figures before it."""

    sentence: str
    begin: int
    end: int
    unit: str
    before: Sequence[tuple[int, int]]  # the figures to the left, in order
    run: Run  # the figures that it follows or is followed by directly


@cache
def _verbs(role: str) -> str:
    choice = sorted((row["verb"] for row in rows("verbs.tsv") if row["role"] == role), key=len)
    return "|".join(reversed(choice))


@cache
def _tail(role: str) -> re.Pattern[str]:
    return re.compile(f"(?:{_verbs(role)})$")


def find_indicators(site: Site, previous: str) -> Iterator[str]:
    """Yield what a figure counts; several where the text binds several to it.

    `previous` is the indicator of the figure before it in the sentence: what 完工26个 counts is
    said there. Yields one empty string where nothing is found.
    """
    left, right = _left(site), _right(site)
    is_sum = is_money(site.unit) or site.unit in SHARES
    whole = (_amount(site, left, previous) if is_sum else "") or _distributed(site)
    if whole:
        yield whole
        return
    if left.endswith("各") and re.search("[和、]", left):
        yield from _joined(left[:-1], "")
        return
    alike = ALIKE.search(left)
    if alike is not None:
        yield from _joined(alike["things"], alike["verb"])
        return
    rates = _rates(left) if site.unit in SHARES else ()
    if rates:
        yield from rates
        return
    events = _events(site, right)
    if events:
        yield from events
        return
    found = _indicator(site, left, right)
    if RATE.fullmatch(found):
        found = _class_before(site) + found
    yield _completed(found, previous, site) if not right or not found else found


def _events(site: Site, right: str) -> Sequence[str]:
    """Return the events of which each is held once: 每年举办|一届|合唱节、戏剧节."""
    if not ONCE.fullmatch(site.sentence, site.begin, site.end):
        return ()
    names = re.split("[、和]", right)
    return names if len(names) > 1 and all(map(EVENT.fullmatch, names)) else ()


def _rates(left: str) -> Sequence[str]:
    """Return the rates of a list that all reach a figure, none where one is no rate's name."""
    found = ALL_RATES.search(left)
    names = re.split("、|和|以及|及|与", _stripped(found["things"])) if found else []
    if len(names) < 2 or not all(RATE_NAME.search(name) for name in names):
        return ()
    count = len(names)
    return [member("、".join(names), Run(0, 0, at, count)) for at in range(count)]


def _distributed(site: Site) -> str:
    """Return the member of a list that a figure belongs to: 甲、乙分别增长|6%|和|8%|."""
    stop = max(site.sentence.rfind(mark, 0, site.run.begin) for mark in STOP) + 1
    left = ASIDE.sub("", NUMBERING.sub("", site.sentence[stop : site.run.begin]))
    things, respectively, verb = left.partition("分别")
    if site.run.count < 2 or not respectively:
        return ""
    one = member(_stripped(things), site.run)
    reach = _tail("reach").search(verb)
    return one + _stripped(verb[: reach.start()] if reach else verb) if one else ""


def _left(site: Site) -> str:
    """Return the clause before the figure; in a list with figures, this member of it alone."""
    stop = max(site.sentence.rfind(mark, 0, site.begin) for mark in STOP) + 1
    last = max(
        (end for begin, end in site.before if stop <= begin and end <= site.begin), default=0
    )
    text = site.sentence[max(stop, last) : site.begin]
    if last and not LINKED.match(text):
        text = re.split(r"[、和及与]", text)[-1]  # behind what the figure before counts
    text = BASIS.sub("", DEFINED_AS.sub("", text))
    text = BY_MEASURE.sub("", LINKED.sub("", text) if last else _last_action(text))
    return _inside(NUMBERING.sub("", text).strip("、 \u3000（"))


def _last_action(text: str) -> str:
    """Return the last of several things to be done: 加大扶持力度、|举办招聘会|20场."""
    head, mark, tail = text.rpartition("、")
    if head.endswith(BUILDING):
        return text  # 新建、改扩建学校
    before = head.rpartition("、")[2]
    verb = re.match(f"{_verbs('neutral')}|{_verbs('change')}", tail)
    if not mark or verb is None or len(before) <= LONGEST_VERB or len(tail) < verb.end() + 2:
        return text
    return tail


def _inside(text: str) -> str:
    """Return what stands in a bracket that is still open, without a bracket that was opened before.

    设立公司（注册资本|800万元以上|）
    """
    before, mark, inside = text.rpartition("（")
    if mark and "）" not in inside and len(inside) > 1:
        return inside
    _, mark, behind = text.partition("）")
    return behind if mark and "（" not in text and len(behind) > 1 else text


def _right(site: Site) -> str:
    """Return the clause behind the figure, up to the next mark; a list of nouns in full."""
    text = LEVEL.sub("", ASIDE.sub("", site.sentence[site.end :]))
    first, *others = re.split("、", re.split(rf"[{STOP}（）\n]", text, maxsplit=1)[0])
    parts = [NEXT_FIGURE.split(first)[0]]
    if parts[0] == first and first and not site.sentence.endswith("等", 0, site.begin):
        parts += _nouns(others)
    if site.before and LISTED_LAST.search(parts[-1]):
        parts[-1] = LISTED_LAST.sub("", parts[-1])  # 30个甲、20个|乙等目标任务
    return "、".join(parts).strip()


def _nouns(parts: Sequence[str]) -> Sequence[str]:
    """Return the parts of a list if all are nouns: 30种|农具、种子和农药."""
    counted = re.compile(r"\d|^[一二两三四五六七八九十]")
    found = list(takewhile(lambda part: not counted.search(part), parts))
    return found if all(map(_is_noun, found)) else ()


def _joined(things: str, verb: str) -> Iterator[str]:
    """Split what one figure binds together: 录播教室和智慧校园各10个 → two."""
    shared, _, listed = re.sub(
        rf"(?<=[一-鿿]){EACH_TIME}", "|", _stripped(things), count=1
    ).rpartition("|")
    for part in re.split("[和、与及]", listed):
        if part:
            yield shared + part + verb


def _completed(indicator: str, previous: str, site: Site) -> str:
    """Give a bare verb (完工, 增长, nothing) the noun that the figure before it counts."""
    if not previous or not _follows_on(site):
        return indicator
    ruled = RULED.match(previous)
    if ruled and is_money(site.unit) and CLASS.search(indicator) and not RULED.match(indicator):
        return ruled[0] + indicator
    if ELSEWHERE.fullmatch(indicator):
        return previous  # 有条件的达到|11%|
    if TOTAL.fullmatch(indicator) and site.unit not in SHARES and not is_money(site.unit):
        return NEWLY.sub("", previous) + indicator
    if MEASURE.fullmatch(indicator) and MEASURED_BEFORE.search(previous):
        return MEASURED_BEFORE.sub("", previous) + indicator
    changed = CHANGED.fullmatch(indicator)
    if not indicator or changed:
        # 产值增长5%，力争突破|60亿元|: the sum is of the 产值
        noun = CHANGED.sub("", previous) if indicator or site.unit not in SHARES else previous
        return noun + (changed["verb"] if changed else "")
    if len(indicator) <= 4 and DONE.search(indicator):
        noun = BEGUN.sub("", previous)
        return indicator if noun and noun[-2:] in indicator else noun + indicator
    return _done_alike(indicator, previous) or indicator


def _done_alike(indicator: str, previous: str) -> str:
    """Give a bare verb what is done to in the figure before: 产品收储100宗、|交易|40宗."""
    if len(indicator) > 2 or previous.endswith(MEASURED) or not _is_verb(indicator):
        return ""
    words = tagged(previous[-8:])
    last = words[-1][0] if words else ""
    ends = len(words) > 1 and words[-1][1] in ("v", "vn") and len(previous) > len(last) + 1
    return previous.removesuffix(last) + indicator if ends else ""


def _is_verb(words: str) -> bool:
    found = tagged(words)
    return len(found) == 1 and found[0][1] == "v"


def _follows_on(site: Site) -> bool:
    """Tell whether a figure stands beside the one before it, in its clause or the next."""
    last = site.before[-1][1] if site.before else -1
    return last >= 0 and not re.search("[；。：]", site.sentence[last : site.begin])


def _indicator(site: Site, left: str, right: str) -> str:
    """Choose between the words before the figure and those behind it."""
    behind = _noun_behind(right)
    told = _by_construction(site, left, right, behind)
    if told:
        return told
    left = _disposed_of(left)
    if behind and _is_counted_behind(site, left):
        return behind
    if behind and left in FOR:
        return SERVED.split(behind)[0]
    reach = _tail("reach").search(left)
    subject = _reaching(site, left[: reach.start()]) if reach is not None else ""
    if subject or (reach is not None and not behind):
        return subject
    if not site.unit and len(behind) > 1 and site.sentence[site.end - 1] in "万亿多余上":
        return behind  # 3万|就业困难人员: people without a counter
    if site.unit not in SHARES and not is_money(site.unit) and _is_noun(right) and behind:
        return _changed("", _change_verb(left), behind, site) if _change_verb(left) else behind
    change = _tail("change").search(CLOSING.sub("", left))
    if change is not None:
        return _changed(_stripped(CLOSING.sub("", left)[: change.start()]), change[0], behind, site)
    return behind if _governs(left) and behind else _told_before(site, left, behind)


def _is_counted_behind(site: Site, left: str) -> bool:
    """Tell a figure that holds its verb (至少建成1个|甲), or counts what is named before it."""
    if VERB_INSIDE.match(site.sentence, site.begin):
        return True
    number = COUNT.match(site.sentence, site.begin)
    named = re.split("[、和]", left) if number and APPOSED.fullmatch(left) else ()
    return len(named) > 1 and number is not None and decimal(number["number"]) == len(named)


def _disposed_of(left: str) -> str:
    """Return what is done something to: 引导机构将|收费标准降低|; not 收入将|比上年增加|."""
    bare = DISPOSING.sub("", left)
    changes = _tail("reach").search(bare) or _tail("change").search(CLOSING.sub("", bare))
    return bare if changes and _is_noun(bare) else left


def _reaching(site: Site, left: str) -> str:
    """Return what reaches a figure: 甲比重|提高到|50%|, or 甲比重不断提高，|达到|50%|."""
    return _stripped(BASELINE.sub("", left)) or _earlier_subject(site)


def _told_before(site: Site, left: str, behind: str) -> str:
    """Return the words before a figure, else those behind it, else those of what came before."""
    before = LISTED.sub("", _stripped(left))
    if len(before) == SHORT and is_money(site.unit):
        done = re.search(f"(?:{_verbs('neutral')}){before}$", CLOSING.sub("", left))
        done = None if done and done[0].startswith(PROMISING) else done
        before = done[0] if done else before  # 完成投资: alone it says too little
    if len(before) == SHORT and behind and _ends_in_noun(behind) and _is_verb(before):
        return behind  # 打通|5条|断头路
    if len(before) == 2 and not behind and not site.before and _is_verb(before):
        subject = "" if FIGURE.search(_clause_before(site)) else _earlier_subject(site)
        return subject.removesuffix(before) + before  # 推广甲课程，累计|参与|2万人次
    return before or behind or _earlier_subject(site) or _label(site)


def _clause_before(site: Site) -> str:
    return site.sentence[: site.begin].rpartition("，")[0].rpartition("，")[2]


def _label(site: Site) -> str:
    """Return what stands before a colon: 补贴标准：|1万元|."""
    stop = max(site.sentence.rfind(mark, 0, site.begin) for mark in STOP)
    if stop <= 0 or site.sentence[stop] != "：":
        return ""
    start = max(site.sentence.rfind(mark, 0, stop) for mark in STOP + "\n \u3000") + 1
    label = NUMBERING.sub("", site.sentence[start:stop])
    return label.strip() if len(label) <= LONGEST_LABEL else ""


def _by_construction(site: Site, left: str, right: str, behind: str) -> str:
    """Return what a set construction says that a figure counts, "" where there is none."""
    is_within = site.unit in WORKING_TIMES and site.sentence[site.end - 1] == "内"
    if is_within and _tail("reach").search(left) is None:
        return _done_within(site, left)
    told = _paid(site, left, right) or _of_a_share(site, left, right)
    if told or site.unit in SHARES:
        return told
    told = _described(site) or _done_by(site, behind) or _ranked(site, behind)
    if told:
        return told
    copies = COPIES.search(site.sentence, 0, site.begin) if "一式" in site.sentence else None
    if copies is not None:
        return _stripped(copies["papers"].rpartition("的")[2])
    if left.endswith("等") and behind:
        return _lead(left) + behind if len(behind) <= 4 else behind
    bare = _stripped(left)
    if site.unit == "次" and len(behind) <= LONGEST_NAME and _is_noun(right):
        return _done_to(left) + behind
    if behind in MEASURES and len(bare) > 2:
        return bare + behind
    return behind if len(bare) == 1 else ""


def _described(site: Site) -> str:
    """Return the noun behind all that describes it: 1支|在协会备案的产业基金."""
    if is_money(site.unit) or site.unit in WORKING_TIMES:
        return ""
    found = DESCRIBED.match(site.sentence, site.end)
    return found["noun"] if found is not None and not _acts(found["noun"]) else ""


def _done_by(site: Site, behind: str) -> str:
    """Return who does or learns what, and when: 学生在校期间|参加一项|艺术活动."""
    start = max(site.sentence.rfind(mark, 0, site.begin) for mark in STOP) + 1
    found = DONE_BY.search(site.sentence, start, site.end) if behind else None
    if found is None or found.end() < site.begin:
        return ""
    return (found["who"] or "") + (found["when"] or "") + found["verb"] + behind


def _ranked(site: Site, behind: str) -> str:
    """Return what is of a rank, said behind the next figure: 100个|省级|、200个市级社区."""
    end = site.end + len(behind)
    if not RANK.fullmatch(behind) or not site.sentence.startswith(behind, site.end):
        return ""
    found = RANKED.match(site.sentence, end)
    return behind + found["head"] if found is not None else ""


def _paid(site: Site, left: str, right: str) -> str:
    """Return who pays at a rate, or what is paid: 按每人|50元|的标准发放茶补."""
    paid = PAID.match(right)
    rate = PAID_BY.search(left) if paid is not None else None
    if paid is None or rate is None:
        return ""
    if paid["what"] and _is_noun(paid["what"]):
        return paid["what"]
    return (_stripped(rate["who"]) or _earlier_subject(site)) + paid["act"]


def _of_a_share(site: Site, left: str, right: str) -> str:
    """Return what a share is said of where more than the words before it tell that."""
    if site.unit not in SHARES:
        return ""
    at_rate = AT_RATE.match(right) if left.endswith(("按", "按照")) else None
    if at_rate is not None and _acts(at_rate["done"]):
        return at_rate["done"]
    if left.removeprefix("应").startswith("占"):
        return _earlier_subject(site, counted=True) + BASE_MARK.sub("", left.removeprefix("应"))
    is_all = ALL.fullmatch(site.sentence, site.begin, site.end) and len(_stripped(left)) > 1
    if is_all and _acts(right):
        return _stripped(left) + _up_to_mark(right)
    return _stripped(right) if BASE.search(left) and _acts(right) else ""


def _done_to(left: str) -> str:
    """Return the verb whose object is acted on so often: 每年修订|1次|目录; "" for an event's."""
    last = tagged(left[-6:])[-1:]
    verb, tag = last[0] if last else ("", "")
    is_event = re.fullmatch(f"{_verbs('neutral')}|{_verbs('change')}|参加|享受|进行", verb)
    return verb if tag.startswith("v") and len(verb) > 1 and not is_event else ""


def _lead(left: str) -> str:
    """Return the verb before a list of examples: 建成通车|甲至乙等|5个|项目."""
    verbs = ""
    for word, tag in tagged(left[:8]):
        if not tag.startswith("v") or len(word) == 1:
            break
        verbs += word
    return "" if re.fullmatch(_verbs("neutral"), verbs) else verbs


def _done_within(site: Site, left: str) -> str:
    """Return what is to be done within a time: 受理之日起20日内作出决定."""
    behind = re.split(r"[，；。：]|、(?=\d)", site.sentence[site.end :].lstrip("，"), maxsplit=1)[
        0
    ].strip()
    return behind if len(behind) > 3 or not left else _stripped(left) + behind


def _up_to_mark(right: str) -> str:
    """Return the predicate behind a figure: 学校|100%|纳入联盟的目标."""
    return re.split("的(?!士)", right, maxsplit=1)[0].removeprefix("完成")


def _acts(right: str) -> bool:
    words = tagged(right[:12])
    return bool(words) and words[0][1] == "v"


def _is_noun(right: str) -> bool:
    """Tell whether a noun stands behind a counter: it is what is counted (3所|集镇中心小学)."""
    if right.startswith("“"):
        return True
    words = tagged(right[:12])
    return bool(words) and words[0][1].startswith(
        ("n", "j", "a", "b", "vn", "f", "s", "l", "i", "eng", "x", "m", "z")
    )


def _ends_in_noun(words: str) -> bool:
    return tagged(words[-6:])[-1][1].startswith("n")


def _change_verb(left: str) -> str:
    found = _tail("change").search(CLOSING.sub("", left))
    return found[0] if found is not None and found[0].startswith(("新", "增加", "改")) else ""


def _changed(subject: str, verb: str, behind: str, site: Site) -> str:
    if subject and site.unit in ("%", "个百分点", "元", "倍", "百分点", "‰"):
        return subject + verb
    if behind:
        return verb + behind if verb.startswith("新") or verb in ("增加", "改扩建") else behind
    return verb + subject if verb.startswith("新") else subject + verb


def _noun_behind(right: str) -> str:
    """Return the noun behind a figure without what only qualifies it."""
    if AS_RATE.match(right):
        return ""
    text = re.sub(r"^(?:的|以上|左右|以内|完成|实现)+", "", right)
    if text.startswith("“") and "”" in text and "的" not in text:
        return _unquoted(text.strip())
    text = LISTED.sub("", QUALIFIED.sub("", ACTED_ON.split(text)[0]))
    head, mark, tail = text.rpartition("的")
    if mark and len(tail) >= 3 and len(head) >= 2 and not _names(head):
        text = tail
    return _unquoted(_up_to_verb(text).strip())


def _names(head: str) -> bool:
    """Tell what names the noun behind it from what only describes it: 细分领域|的头部企业."""
    return SHORTEST_NAME <= len(head) <= LONGEST_NAME and all(
        tag.startswith(("n", "j", "vn", "b", "f")) for _, tag in tagged(head)
    )


def _up_to_verb(text: str) -> str:
    """Cut a clause behind its noun: 优质初中学校|招收艺术特长生."""
    cut = ENDS_NOUN.search(text)
    if cut is None and re.search(r"\d", text):
        cut = BEFORE_FIGURE.search(text)
    return text[: cut.start()] if cut is not None else text


def _governs(left: str) -> bool:
    """Tell whether the words before a figure only govern it: a verb, a time, nothing."""
    bare = CLOSING.sub("", left)
    return (
        not bare
        or _tail("neutral").search(bare) is not None
        or bare in SCOPES.split("|")
        or (
            CLOSING.search(left) is not None
            and re.search(rf"(?:{TIMES}|进行|各)$", left) is not None
        )
    )


def _class_before(site: Site) -> str:
    """Return the class of those for whom a rate is set, where the clause before is nothing else."""
    found = _earlier_subject(site)
    return found if CLASS.search(found) else ""


def _earlier_subject(site: Site, *, counted: bool = False) -> str:
    """Return the subject of the clause before: …的带动作用明显提高，达到50%以上.

    Not of one that counts something itself, unless what it counts is told as a share.
    """
    stop = max(site.sentence.rfind(mark, 0, site.begin) for mark in STOP)
    if stop <= 0 or site.sentence[stop] != "，" or any(end > stop for _, end in site.before):
        return ""
    start = max(site.sentence.rfind(mark, 0, stop) for mark in STOP) + 1
    if not counted and any(begin >= start for begin, _ in site.before):
        return ""
    clause = NUMBERING.sub("", site.sentence[start:stop])
    object_ = DISPOSED.search(clause)
    if object_ is not None:
        return _stripped(object_["what"])
    cut = IMPROVING.search(clause)
    subject = clause[: cut.start()] if cut else clause
    subject = _stripped(FIGURE.sub("", subject))
    return subject if site.unit in SHARES else CHANGED.sub("", subject)


def _stripped(left: str) -> str:
    """Drop adverbs, times and neutral verbs from the front, links from the end."""
    text = PLEDGED.sub("", left)
    each = ACTS_EACH.match(text)
    if each is not None and _acts(text[each.end() :]):
        text = text[each.end() :]
    neutral = re.compile(f"(?:{_verbs('neutral')})(?!率|数|量|额|面积|比例|后|[书表单](?!籍|率))")
    for _ in range(6):
        shorter = OPENING.sub("", text)
        lead = neutral.match(shorter)
        if lead is not None and len(shorter) > lead.end() + 1:
            shorter = AND_DOES.sub("", shorter[lead.end() :])
        if shorter == text:
            break
        text = shorter
    text = CLOSING.sub("", text)
    last = _tail("neutral").search(text)
    if (
        last is not None
        and len(text) - len(last[0]) >= 2
        and last[0] not in ACTIONS
        and not text[: last.start()].endswith("新")
    ):
        text = text[: last.start()]
    return _unquoted(CLOSING.sub("", text).strip("、 "))


def _unquoted(text: str) -> str:
    """Drop the marks around a name, and one that lost its other half; keep “甲”乙 as it is."""
    inner = text[1:-1]
    if text.startswith("“") and text.endswith("”") and not re.search("[“”]", inner):
        return inner
    if text.startswith("”") or ("“" in text and "”" not in text):
        text = text.replace("“", "", 1).lstrip("”")
    return text.rstrip("”") if "“" not in text else text


def _amount(site: Site, left: str, previous: str) -> str:
    """Return who gets an amount and as what: 对…企业给予30万元补助 → …企业补助."""
    inside = PURPOSE.search(site.sentence, site.begin, site.end)
    if inside is not None and left.startswith(("每", "单个")):
        return left + inside[0]  # 每户|最高补贴2万元
    is_share = site.unit in SHARES
    paid = SHARE_PAID.match(site.sentence, site.end) if is_share else None
    if paid is not None and left.endswith(("提供", "发放", "享受")):
        return paid["what"]
    given = find_amount(site.sentence, (site.begin, site.end), site.run, is_share)
    if given:
        return given
    if inside is not None and previous.endswith(inside[0]):
        return previous
    named = None if is_share else GIVEN_AS.match(site.sentence, site.end)
    if named is not None and not PURPOSE.fullmatch(named["what"]):
        return named["what"]
    behind = site.sentence[site.end :].lstrip("的标准予以给")
    noun = (None if is_share else PURPOSE.search(left)) or PURPOSE.match(behind)
    if noun is None:
        return ""
    subject = _stripped(re.sub(rf"(?:{noun[0]})(?:标准)?[^，；。]{{0,8}}$", "", left.rstrip("按")))
    return subject + noun[0] if subject else ""
