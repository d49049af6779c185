"""What all pages share: templates, styles, scripts, words, and the policy that keeps them safe.

Templates escape whatever enters them; what is markup says so (markupsafe.Markup). A page holds all
that it needs; its policy lets its own scripts run, by their digests, and nothing from outside.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import jinja2
from markupsafe import Markup

from kg.page.words import attribute, attributes, both, in_both, words_of

__all__ = ["as_json", "attributes", "both", "content", "fill", "policy", "style", "write_page"]

BASE_STYLES = ("page/look.css",)
BASE_SCRIPTS = ("page/base.js",)
_DARK = "page/dark.css"


def write_page(
    template: str,
    *,
    title: str,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    libraries: Sequence[str] = (),
    data: Mapping[str, Any] = MappingProxyType({}),
    late: Mapping[str, Any] = MappingProxyType({}),
    forms: bool = False,
    connects: bool = False,
    **values: Any,
) -> str:
    """Return a self-contained page.

    `template`, `styles` and `scripts` are files of this package: "render/graph.html". `libraries`
    are the texts of scripts of others, which run before ours. Each of `data` enters the page as
    JSON in an element of that id; so does each of `late`, behind the scripts, which need not wait
    for it: they draw while it is still read. `forms` says that the page comes from a server of
    ours, to which its forms go; `connects`, that its script asks that server too. The rest is for
    the template.
    """
    own = [content(name) for name in (*BASE_SCRIPTS, *scripts)]
    shared = {"words": words_of("interface")}
    return (
        _templates()
        .get_template(template)
        .render(
            policy=Markup(policy(*libraries, *own, forms=forms, connects=connects)),
            title=title.translate(_UNSEEN),
            style=Markup(style(*styles)),
            scripts=[Markup(text) for text in (*libraries, *own)],
            data=_as_elements({**shared, **data}),
            late=_as_elements(late),
            **values,
        )
    )


def _as_elements(data: Mapping[str, Any]) -> dict[str, Markup]:
    return {name: Markup(as_json(value)) for name, value in data.items()}


def fill(template: str, **values: Any) -> Markup:
    """Return a piece of a page: a template of this package with its values."""
    return Markup(_templates().get_template(template).render(**values))


def style(*names: str) -> str:
    """Return the style of a page: the look that all have, in light and dark, then its own."""
    dark = content(_DARK)
    system = f":root:not([data-theme]) {{\n{dark}}}"
    schemes = (
        f"@media screen and (prefers-color-scheme: dark) {{\n{system}}}\n"
        f"@media screen {{\n:root[data-theme=dark] {{\n{dark}}}}}\n"
    )
    look, *rest = (content(name) for name in (*BASE_STYLES, *names))
    return look + schemes + "".join(rest)


def policy(*scripts: str, forms: bool = False, connects: bool = False) -> str:
    """Return the page's policy: these scripts alone run, nothing is asked for from outside."""
    allowed = " ".join(f"'{_hash(script)}'" for script in scripts) or "'none'"
    target = "self" if forms else "none"
    server = "connect-src 'self'; " if connects else ""
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        f"{server}img-src data: blob:; base-uri 'none'; form-action '{target}'"
    )


def as_json(data: Any) -> str:
    """Return JSON that cannot end the script element that holds it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    # A lone surrogate from a damaged file has no UTF-8 form.
    return text.encode("utf-8", "replace").decode("utf-8")


def _hash(script: str) -> str:
    # A browser hashes the element's text with the line ends that its parser leaves: \n only.
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def content(name: str) -> str:
    """Return one of the files that make up our pages, by its place in this package."""
    return resources.files("kg").joinpath(name).read_text(encoding="utf-8")


# What a browser would refuse or show as nothing: a lone surrogate has no UTF-8 form.
_UNSEEN = dict.fromkeys((0, *range(0xD800, 0xE000)), 0xFFFD)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FunctionLoader(content),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        both=both, in_both=in_both, attributes=attributes, attribute=attribute
    )
    return environment
