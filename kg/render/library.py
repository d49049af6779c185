"""vis-network as pyvis ships it: the drawing library of the graph page.

pyvis's own page loads scripts from a network and lets a title or heading run as script; so pyvis
holds the network and brings vis-network, and the page around them is ours.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

_LIBRARY = "lib/vis-9.1.2/vis-network.min.js"


@cache
def vis_network() -> str:
    """Return the script, which a script element can hold as it is."""
    text = resources.files("pyvis").joinpath(_LIBRARY).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("</script", "<\\/script")
