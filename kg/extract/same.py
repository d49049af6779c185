"""Short titles to the full ones that they stand for in the same text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kg.models import Mention, Outline

# A title of this form says nothing alone: 《意见》, 《实施方案》, 《管理办法》.
BARE = re.compile(
    r"(?:本|该|总体|实施|工作|试点|改革|行动|发展|专项|建设|管理|暂行|若干|指导|三年|有关|规划){0,12}"
    r"(?:意见|方案|办法|规定|条例|细则|通知|规划|纲要|计划|措施|决定|指南|指引|公告|标准|规范|要点|清单|目录|规程|章程|法)"
)
EVEN_WIDTH = str.maketrans("()—－–", "（）---")
NATIONAL_PLAN = re.compile("“十[一二三四五六]五”规划(?:纲要)?")  # by itself it is the state's
ISSUER = re.compile(r"[一-鿿、]{2,40}(?:政府|办公[厅室]|委员会|[省市县区局厅部委院会])(?:关于)?")

# What a notice carries, with marks or without: 关于印发〈云陵市校车管理办法〉的通知.
CARRIED = re.compile(
    r"(?:印发|转发|发布|公布)[《〈<＜]?(?P<paper>[^《》〈〉<>]{4,60}?)[》〉>＞]?的通知$"
)
ARTICLES = re.compile(r"[\d一二三四五六七八九十]+条")
LEVELS = "省市县区"


def called_in_full(found: Sequence[Mention], outline: Outline) -> list[Mention]:
    """Return the mentions, each with the full title where the text gives it elsewhere."""
    own = _own_title(outline)
    full: list[Mention] = []
    for mention in found:
        title = _own_form(mention, own) or _bare_form(mention, full, own)
        full.append(replace(mention, name=title, scope="=") if title else mention)
    return _shortened(full, own)


def _own_title(outline: Outline) -> str:
    if outline.title is None:
        return ""
    return re.sub(r"\s+", "", outline.source.text[outline.title[0] : outline.title[1]])


def even_title(title: str) -> str:
    """Write a title so that marks and widths tell no two apart."""
    return re.sub(r"[《》〈〉<>“”\s]", "", title).translate(EVEN_WIDTH)


def _own_form(mention: Mention, own: str) -> str:
    """Return the document's own title where a mention writes it otherwise or without issuer."""
    if not own or len(mention.name) < 6 or mention.name == own:
        return ""
    named, title = even_title(mention.name), even_title(own)
    if named == title:
        return own
    longer, shorter = (title, named) if len(title) > len(named) else (named, title)
    prefix = longer[: -len(shorter)]
    if mention.scope and mention.scope in LEVELS and mention.scope != _level(prefix):
        return ""  # 市政府办公室《关于…的意见》 in the paper of a county that has its title
    return own if longer.endswith(shorter) and ISSUER.fullmatch(prefix) and len(shorter) > 8 else ""


def _level(issuer: str) -> str:
    """Return the level of who issues a paper: 云陵市青浦区人民政府 → 区."""
    return next((char for char in reversed(issuer) if char in LEVELS), "")


def _bare_form(mention: Mention, before: Sequence[Mention], own: str) -> str:
    """Return the title that 《办法》 or 《实施意见》 repeats: the nearest before that ends so."""
    if mention.rule != "document.bracketed" or BARE.fullmatch(mention.name) is None:
        return ""
    for earlier in reversed(before):
        if len(earlier.name) > len(mention.name) and _ends_with(earlier.name, mention.name):
            return carried_by(earlier.name, mention.name)
    return own if own and _ends_with(own, mention.name) else ""


def _ends_with(title: str, short: str) -> bool:
    bare = re.sub(r"（[^（）]*）|的通知|[》〉”]", "", title.replace("(", "（").replace(")", "）"))
    return bare.endswith(short)


def carried_by(title: str, short: str) -> str:
    """Return the title that a short one means: 《办法》 is what the notice carries, no notice."""
    carried = CARRIED.search(title)
    return (
        carried["paper"] if carried is not None and _ends_with(carried["paper"], short) else title
    )


def _shortened(found: list[Mention], own: str) -> list[Mention]:
    """Return the mentions, the unmarked ones with the longer title that they shorten."""
    titles = {mention.name for mention in found if len(mention.name) > 6} | (
        {own} if own else set()
    )
    return [
        replace(mention, name=_longer(mention, found, titles) or mention.name) for mention in found
    ]


def _longer(mention: Mention, found: Sequence[Mention], titles: set[str]) -> str:
    if mention.rule not in ("document.built", "document.five-year-plan") or len(mention.name) < 6:
        return ""
    if NATIONAL_PLAN.fullmatch(mention.name):
        return ""
    longer = {title for title in titles if _shortens(mention.name, title)}
    if len(longer) == 1:
        return longer.pop()
    ending = (
        m.name for m in reversed(found) if m.begin < mention.begin and m.name.endswith(mention.name)
    )
    return next((name for name in ending if name != mention.name and mention.begin), "")


def _shortens(name: str, title: str) -> bool:
    """Tell whether a title holds all of a name in its order, from the same beginning to the end."""
    if len(title) <= len(name) or title[:3] != name[:3] or title[-2:] != name[-2:]:
        return False
    if ARTICLES.findall(title) != ARTICLES.findall(name):
        return False  # 渔业“新十条” is not 渔业“新十八条”
    rest = iter(title)
    return all(char in rest for char in name) and len(title) - len(name) <= 4
