"""What stands before an organisation's last word to whether it makes it a name."""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile

from kg.extract.agency_bounds import GENERIC
from kg.extract.agency_places import LEVEL
from kg.extract.agency_trades import may_be_brand
from kg.extract.boundary import tagged
from kg.extract.places import choose, find_names
from kg.models import Place
from kg.vocabulary import areas, matcher, regions, rows, short_name

# 江夏湖实验室 is named after a feature of the land; 联合实验室 is a kind of them.
LABORATORY = re.compile(r"[一-鿿]{1,3}[山湖江河溪州岛]")
ALL_CHINA = re.compile(
    r"(?:中国|全国)(?!特色|一流|知名|重点|示范|优秀|文明|先进|各|最|首|领先|性)[一-鿿（）]{2,}"
)
# 杭州优质学校, 省义务教育阶段学校: a word of praise or of kind makes it no one school.
DESCRIBED = re.compile(
    r"(?:优质|知名|骨干|龙头|优秀|一流|标杆|领军|阶段|上市|跨国|首[个家批]|(?<!电)子|同一|相关|有关|部分|所有|[学院校中园][新老])$|\d[个家所]|第.批|一[县市校院企]一|实体化$"
)
DIRECTIONS = ("北方", "南方", "东部", "西部", "中部", "东北", "西南", "西北")
ORDINAL = re.compile(r"第?[一二三四五六七八九十]{1,2}$|第[一二三四五六七八九十\d]{1,3}")
COLLECTIVE = re.compile(
    r"[省市县区]?(?:全国性|全省性|地方性|充分|发挥|级|各类|行业|专业|单项|区域|产业|技术|体育|教学|相关|商会|学会|协会|跨界|社会|华人|华侨|海外|异地|在外|[各强])*"
)

# Alliances and research institutes of a kind: 产业技术创新战略联盟, 新型产业技术研究院.
KIND_WORDS = re.compile(
    r"(?:产业|技术|科技|创新|战略|服务业?|行业|发展|试点|合作|协同|大学|高校|院校|校企|校地|联合|学生|社团|乐?团"
    r"|先进|新型|共性|应用|工程|企业|高等|专业|研发|科学|科研|首批|未来|或|等|与|和)*"
)
INSTITUTE_UNIT = re.compile(r"(?!直属|所属|属|下属|认定|批准|主管|重点|工程|各|有关|等).{2,}")
# 认真落实联席会议的决定, 书面征求协调小组意见: what is done with a group is no topic of it.
NO_TOPIC = re.compile("(?:征求|认真落实|提交|提请|报送|召开|听取)$")
BLOC = re.compile("(?:领导|卖国|军事|侵略|犯罪|统治|战争|利益)$")  # 军事集团 is no company
TOWN = re.compile(r"[一-鿿]{2,4}(?:镇|乡|街道)")
# 云陵大学|附属…医院, 云陵一中|湖畔校区: what carries the name of the institution that it is of.
WHOLE = re.compile(
    "所(?=附属)|实验室|大学|学院|医院|中学|小学|学校|科学院|研究院|附中|[一二三四五六七八九]中"
)

PART = re.compile("(?!国家|省级|市级|县级).")  # 云陵大学|省级重点: a rank


def is_proper(modifier: str, proper: str, place: Place | None) -> bool:
    """Tell whether what stands before the last word makes it a name."""
    if len(modifier) < 1 or GENERIC.match(modifier) or DESCRIBED.search(modifier):
        return False
    if proper == "trade" and BLOC.search(modifier):
        return False
    if proper in BY_TOPIC:
        return BY_TOPIC[proper](modifier)
    return (
        names_itself(modifier, proper)
        or _is_of_the_state(modifier)
        or _is_of_a_place(modifier, place)
        or is_of_an_institution(modifier, place)
    )


def names_itself(modifier: str, proper: str) -> bool:
    """Tell a name that needs neither place nor level: 虹溪|中学, 竹文化|博物馆, 城投|集团."""
    return proper in OF_ITSELF and OF_ITSELF[proper](modifier)


def opens_with_name(modifier: str) -> bool:
    """Tell what opens with a word that is a name, or with letters that are no word: 鹭瓴|公司."""
    cut = tagged(modifier)
    word, flag = cut[0]
    if modifier.startswith(tuple(words("no-name"))):
        return False
    if len(word) > 1:
        return flag.startswith(("ns", "nz", "nt", "nr"))
    return sum(1 for _ in takewhile(lambda pair: _is_letter(*pair), cut)) > 1


def opens_with_word(modifier: str) -> bool:
    """Tell what opens with a name that the tagger knows: 虹桥|学校."""
    first = next((word for word, _ in tagged(modifier)), "")
    return len(first) > 1 and opens_with_name(modifier)


def _is_letter(word: str, flag: str) -> bool:
    return len(word) == 1 and may_be_brand(word, flag)


@cache
def words(role: str) -> frozenset[str]:
    """Return the words of organisation_words.tsv that have this role."""
    return frozenset(r["word"] for r in rows("organisation_words.tsv") if r["role"] == role)


@cache
def _only(role: str) -> re.Pattern[str]:
    """Return a pattern of what is nothing but words of that role."""
    return re.compile("(?:" + "|".join(sorted(words(role), key=len, reverse=True)) + ")+")


def _is_subject(modifier: str) -> bool:
    """Tell what a museum is of (竹文化) from what kind it is (数字, 国家一级)."""
    return len(modifier) > 1 and _only("collection").fullmatch(modifier) is None


def _is_trade(modifier: str) -> bool:
    """Tell a group's brand or trade (城投, 文旅) from the kind that it is of (医疗, 企业)."""
    return opens_with_name(modifier) or _only("trade").fullmatch(modifier) is not None


def _is_own_field(modifier: str) -> bool:
    """Tell a field that sets a research institute apart (钒钛材料) from a kind (产业技术)."""
    return opens_with_name(modifier) or (
        len(modifier) >= 3 and len(KIND_WORDS.sub("", modifier)) >= 2
    )


def _is_brand(modifier: str) -> bool:
    return 2 <= len(modifier) <= 4 and opens_with_name(modifier)


def _is_branch(modifier: str) -> bool:
    """Tell a branch of a centre at a place: 竹纤维创新中心云陵|分中心."""
    where = modifier.endswith(DIRECTIONS) or any(
        end == len(modifier) for _, end, _ in find_names(modifier)
    )
    return where and (modifier.startswith("国家") or "中心" in modifier)


def _is_town(modifier: str) -> bool:
    return TOWN.fullmatch(modifier) is not None


OF_ITSELF = {
    "name": opens_with_name,
    "word": opens_with_word,
    "brand": _is_brand,
    "town": _is_town,
    "branch": _is_branch,
    "subject": _is_subject,
    "trade": _is_trade,
    "institute": _is_own_field,
}


def _is_own_topic(modifier: str) -> bool:
    """Tell a topic that sets an organisation apart (校园安全工作) from a kind of them (行业)."""
    placed = any(begin == 0 for begin, _, _ in find_names(modifier))
    topic = modifier.replace("工作", "").replace("专项", "")
    whose = next((end for begin, end, _ in find_names(modifier) if begin == 0), 0)
    if COLLECTIVE.fullmatch(modifier, whose) or NO_TOPIC.search(modifier):
        return False
    return len(topic) >= (2 if placed else 4)


def _is_own_alliance(modifier: str) -> bool:
    return KIND_WORDS.fullmatch(modifier) is None and _is_own_topic(modifier)


def _is_own_laboratory(modifier: str) -> bool:
    """Tell 江夏湖|实验室, 云陵材料|实验室 from a rank that places give: 云陵省重点|实验室."""
    return LABORATORY.fullmatch(modifier) is not None or any(
        begin == 0
        and not name.endswith(("省", "市", "县", "区"))
        and re.search(r"[省市县区级]|重点|工程|企业|专业", modifier[end:]) is None
        for begin, end, name in find_names(modifier)
    )


BY_TOPIC = {
    "topic": _is_own_topic,
    "alliance": _is_own_alliance,
    "laboratory": _is_own_laboratory,
}


def _is_of_the_state(modifier: str) -> bool:
    return (
        ALL_CHINA.match(modifier) is not None
        or _is_state_branch(modifier)
        or _is_ministry_unit(modifier)
    )


def _is_of_a_place(modifier: str, place: Place | None) -> bool:
    """Tell what a level, a number or a place opens: 市|第一, 第三, 云陵."""
    if LEVEL.match(modifier) and not re.match(
        r"省会|[省市县区镇乡](?:级(?!机关)|属|直|域|场|民(?![航政族])|委?内)", modifier
    ):
        return not re.match(r"[省市县区镇乡][外内县市区镇村乡、]|[市县][中小]", modifier)
    if ORDINAL.search(modifier):
        return True
    if (
        place is not None
        and not place.code
        and modifier.startswith(short_name(place.name, place.level))
    ):
        return True
    # 皖南|医学院: a part of a province gives its name as a place does.
    return any(
        begin == 0 and (name in areas() or choose(name, place) is not None)
        for begin, _, name in find_names(modifier)
    ) or any(modifier.startswith(name) for name in _town_names(place))


def is_of_an_institution(modifier: str, place: Place | None) -> bool:
    """Tell a part of an institution that is named itself: 云陵大学|附属, 虹溪中学|湖畔."""
    if modifier.startswith(_short_names()) and "生" not in modifier:
        return True  # but 哈工大|学生实践基地 is one of its works
    return any(
        PART.match(modifier, whole.end()) is not None
        and _is_named(modifier[: whole.start()], place)
        for whole in WHOLE.finditer(modifier)
    )


@cache
def _short_names() -> tuple[str, ...]:
    """Return the universities that all call so: 哈工大|云陵研究院."""
    return tuple(r["name"] for r in rows("known_bodies.tsv") if r["kind"] == "institution")


def _is_named(modifier: str, place: Place | None) -> bool:
    return bool(modifier) and (opens_with_name(modifier) or _is_of_a_place(modifier, place))


def _is_ministry_unit(modifier: str) -> bool:
    """Tell an institution that carries its ministry's name: 应急管理部|地震预警|中心."""
    found, names = matcher("agencies.ttl")
    return any(
        begin == 0
        and names[index].endswith(("部", "总局", "总署"))
        and INSTITUTE_UNIT.fullmatch(modifier, end) is not None
        for index, begin, end in found.find_matches_as_indexes(modifier)
    )


def _is_state_branch(modifier: str) -> bool:
    """Tell an institution of the state at a place: 国家超级计算|济南|中心, 国家…|北方|中心."""
    if not modifier.startswith("国家"):
        return False
    return modifier.endswith(DIRECTIONS) or any(
        end == len(modifier) for _, end, _ in find_names(modifier)
    )


def _town_names(place: Place | None) -> tuple[str, ...]:
    if place is None or not place.code or place.level not in ("county", "prefecture"):
        return ()
    return tuple(p.name for p in regions().within(place.code, ("township",)))
