"""Pictures where people would rather look than read: each a store to a piece of a page.

A view needs no script to be read; what a script adds to it is in the page that holds it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.render.views.base import Draw, View, Wanted
from kg.render.views.duties import draw as draw_duties
from kg.render.views.indicators import draw as draw_indicators
from kg.render.views.regions import draw as draw_regions
from kg.render.views.timeline import draw as draw_timeline

__all__ = ["STYLES", "VIEWS", "Draw", "View", "Wanted"]

# In the order in which a page offers them.
VIEWS: Mapping[str, Draw] = {
    "indicators": draw_indicators,
    "duties": draw_duties,
    "timeline": draw_timeline,
    "regions": draw_regions,
}
STYLES = (
    "render/views/matrix.css",
    "render/views/timeline.css",
    "render/views/regions.css",
)
