"""A picture to one HTML file that needs nothing from outside and runs no text as script.

pyvis's own page loads scripts from a network and lets a title or heading run as script; so pyvis
holds the network and brings vis-network, and the page around them is ours.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from functools import cache
from importlib import resources
from string import Template
from typing import Any

_LIBRARY = "lib/vis-9.1.2/vis-network.min.js"


def write_page(title: str, data: dict[str, Any]) -> str:
    """Return the page; `data` enters it only as JSON text."""
    script, library = own("graph.js"), _library()
    return Template(own("page.html")).substitute(
        policy=policy(library, script),
        title=html.escape(title),
        style=own("look.css") + own("graph.css"),
        data=as_json(data),
        library=library,
        script=script,
    )


def policy(*scripts: str) -> str:
    """Return the page's policy: these scripts alone run, nothing is asked for from outside."""
    allowed = " ".join(f"'{_hash(script)}'" for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
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
def own(name: str) -> str:
    """Return one of the files that make up our pages."""
    return resources.files("kg.render").joinpath(name).read_text(encoding="utf-8")


@cache
def _library() -> str:
    """Return vis-network as pyvis ships it."""
    text = resources.files("pyvis").joinpath(_LIBRARY).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("</script", "<\\/script")
