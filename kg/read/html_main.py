"""A web page to where its text is: which elements hold the document, and what is no part of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from kg.read.html_text import SILENT, Element, is_layout, text_of
from kg.vocabulary import rows

LEFT_OUT = {
    **dict.fromkeys(("head", "script", "style", "link", "meta", "title"), SILENT),
    **dict.fromkeys(("template", "noscript"), "html.noscript"),
    **dict.fromkeys(("select", "button", "textarea", "datalist"), "html.form"),
    **dict.fromkeys(("svg", "canvas", "audio", "video", "object", "iframe"), "html.embedded"),
    **dict.fromkeys(("rt", "rp"), "html.ruby"),
    "nav": "html.navigation",
    "footer": "html.footer",
}
HIDDEN = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?=;|!|$)|mso-hide:all"
    r"|font-size:(?:0[a-z%]*|(?:0?\.\d+|1)(?:px|pt))(?=;|!|$)|text-indent:-\d{3,}"
    r"|(?:width:0(?:px)?;height|height:0(?:px)?;width):0(?:px)?;overflow:hidden)"
)
WHITE = re.compile(r"(?:^|;)color:(?:#fff(?:fff)?|white|rgb\(255,255,255\))(?=;|!|$)")
COLOURED = re.compile(r"background")
HOLDERS = frozenset(["body", "div", "section", "article", "main", "td", "form", "center", "html"])
PASSED = frozenset(["table", "tbody", "tr"])  # between a holder and the holder in it
PROSE = re.compile("[，。；]")
PROSE_WEIGHT = 5  # how much more a letter counts in a sentence than in a label
LONGEST_CHROME = 300  # characters of a part that may be cut for its name alone
MOST_HIDDEN = 0.6  # of the page: more is hidden only until a script shows it
DENSE = 0.75  # of the text, how much a part must hold to be its place
REST = 300  # weight of what may stand beside the text: two lines of a sentence
REST_SHARE = 0.1
KNOWN_SHARE = 0.6  # of the densest part, what a part must hold that is known by its name
NEARLY_ALL = 0.9


@cache
def _names() -> dict[str, str]:
    return {row["name"]: row["role"] for row in rows("html_parts.tsv")}


def role_of(element: Element) -> str:
    """Return what an element is by its name: text, chrome, or ""."""
    if element.tag in ("article", "main"):
        return "text"
    get = element.get
    return _role(get("id"), get("class"), get("role"), get("itemprop"))


@lru_cache(maxsize=4096)
def _role(*said: str | None) -> str:
    words = " ".join(filter(None, said)).lower().split()
    return next((_names()[word] for word in words if word in _names()), "")


def is_hidden(element: Element) -> bool:
    """Tell an element that a reader of the page does not see."""
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    if not style:
        return element.tag == "font" and _is_white(f"color:{element.get('color', '')}", element)
    written = re.sub(r"\s+", "", style).lower()
    return HIDDEN.search(written) is not None or _is_white(written, element)


def _is_white(style: str, element: Element) -> bool:
    """Tell white letters on the page's own ground; a class may give the ground a colour."""
    if not WHITE.search(style):
        return False
    around = [element, *element.iterancestors("td", "th", "tr", "table")]
    return not any(
        one.get("class") or one.get("bgcolor") or COLOURED.search(one.get("style", "").lower())
        for one in around
    )


def rule_of(element: Element) -> str:
    """Return why an element is no part of the text; "" where it is one."""
    rule = LEFT_OUT.get(element.tag, "")
    if rule or element.tag in ("html", "body"):
        return rule
    if is_hidden(element):
        return "html.hidden"
    if role_of(element) == "chrome" and len(text_of(element)) <= LONGEST_CHROME:
        return "html.chrome"
    return ""


def outside_rule(whole: int) -> Callable[[Element], str]:
    """Return the rule for a page of so many characters, before its text is found.

    What is hidden and holds most of the page is hidden only until a script shows it.
    """

    def rule(element: Element) -> str:
        found = rule_of(element)
        kept = found in ("html.hidden", "html.navigation", "html.footer")
        if kept and len(text_of(element)) > MOST_HIDDEN * whole:
            return ""
        return found

    return rule


def find_text(root: Element, rule: Callable[[Element], str]) -> list[Element]:
    """Return the elements that hold the document's text: known by name, else the densest one."""
    weights, known = _weigh(root, rule)
    densest = _densest(root, weights)
    best = max((weights[one] for one in known), default=0)
    if best == 0:
        return [densest]
    chosen = [one for one in known if weights[one] >= NEARLY_ALL * best][-1]
    alike = [one for one in known if one is chosen or _is_beside(one, chosen, known)]
    if sum(weights[one] for one in alike) < KNOWN_SHARE * weights.get(densest, 0):
        return [densest]
    return alike


def _likes(element: Element) -> set[str]:
    words = f"{element.get('id', '')} {element.get('class', '')}".lower().split()
    return {word for word in words if _names().get(word) == "text"}


def _is_beside(one: Element, chosen: Element, known: list[Element]) -> bool:
    """Tell a further part of the same name: neither in the other, nor in one of its name."""
    name = _likes(one) & _likes(chosen)
    above = set(one.iterancestors())
    within = chosen in above or one in set(chosen.iterancestors())
    return (
        bool(name) and not within and not any(_likes(two) & name for two in known if two in above)
    )


def _weigh(
    root: Element, rule: Callable[[Element], str]
) -> tuple[dict[Element, int], list[Element]]:
    """Return how much text stands in each part, links apart, and the parts known by name."""
    from lxml import etree

    weights: dict[Element, int] = {}
    known: list[Element] = []
    sums, links = [0], 0
    walk = etree.iterwalk(root, events=("start", "end"))
    passed: Element = None
    for event, element in walk:
        if event == "start":
            if element is not root and rule(element):
                passed = element
                walk.skip_subtree()
                continue
            links += element.tag == "a"
            sums.append(0 if links else _weight(element.text))
            if role_of(element) == "text":
                known.append(element)
                weights[element] = 0
            continue
        if element is not passed:
            links -= element.tag == "a"
            own = sums.pop()
            sums[-1] += own
            if element in weights or element.tag in HOLDERS or element.tag in PASSED:
                weights[element] = own
        passed = None
        sums[-1] += 0 if links or element is root else _weight(element.tail)
    return weights, known


def _weight(text: str | None) -> int:
    bare = len(re.sub(r"\s", "", text)) if text else 0
    return bare * PROSE_WEIGHT if bare and PROSE.search(text or "") else bare


def _densest(root: Element, weights: dict[Element, int]) -> Element:
    """Return the smallest part that holds almost all of the text."""
    found = part = root
    while True:
        inner = max(
            (child for child in part if child in weights), key=weights.__getitem__, default=None
        )
        if inner is None or weights[inner] < DENSE * weights[part]:
            return found
        if inner.tag == "table" and not is_layout(inner):
            return found
        if weights[found] - weights[inner] > max(REST, REST_SHARE * weights[inner]):
            return found
        part = inner
        found = inner if inner.tag in HOLDERS else found
