"""What a user may decide about reading documents: limits, and the columns of dumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from kg.commands.options import WORDS

# How `kg build` learns the columns of a dump: option, what is in the column, names known anyway.
COLUMNS = (
    ("text", "text", "content, text, body, 正文"),
    ("title", "title", "title, 标题"),
    ("issuer", "issuing body", "issuer, agency, 发文机关, 发布机构"),
    ("date", "date", "date, pub_date, 成文日期, 发布日期"),
    ("number", "文号", "number, 文号, 发文字号"),
    ("url", "address", "url, link, 网址"),
)


def column_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for each column of a dump that can be named."""
    for field, what, known in reversed(COLUMNS):
        command = click.option(
            f"--{field}-field",
            type=WORDS,
            default="",
            metavar="NAME",
            help=f"The column of dumps with the {what}; known: {known} ….",
        )(command)
    return command


_READING = (
    click.option(
        "--simplify", is_flag=True, help="Convert traditional characters to simplified ones."
    ),
    click.option(
        "--time-limit",
        default=120.0,
        show_default=True,
        type=click.FloatRange(0.1),
        metavar="SECONDS",
        help="What one document may take; one that takes longer is left out and reported.",
    ),
    click.option(
        "--memory-limit",
        default=1024,
        show_default=True,
        type=click.IntRange(64),
        metavar="MB",
        help="What one document may need.",
    ),
    click.option(
        "--unpack-limit",
        default=256,
        show_default=True,
        type=click.IntRange(1),
        metavar="MB",
        help="What a packed document or archive may unpack to.",
    ),
)


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a user may decide about reading a document."""
    for option in reversed(_READING):
        command = option(command)
    return command


def columns_of(given: Mapping[str, str]) -> dict[str, str]:
    """Give the columns that were named, by what is in them."""
    return {field: given[f"{field}_field"] for field, _, _ in COLUMNS}
