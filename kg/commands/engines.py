"""Who reads documents: this machine, or the workers of a scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from kg.build import BuildReport
    from kg.models import ReadOptions

ENGINES = ("local", "dask")


def _for_dask(ctx: click.Context, parameter: click.Parameter, address: str) -> str:
    """Refuse an address that nobody would go to; one in the environment may be for others."""
    given = ctx.get_parameter_source(str(parameter.name)) == ParameterSource.COMMANDLINE
    if address and given and ctx.params.get("engine_name") == "local":
        raise click.UsageError("--scheduler goes with --engine dask")
    return address


_OPTIONS = (
    click.option(
        "--engine",
        "engine_name",
        type=click.Choice(ENGINES),
        default="local",
        show_default=True,
        is_eager=True,
        help="Where documents are read: on this machine, or by the workers of a dask scheduler.",
    ),
    click.option(
        "--scheduler",
        default="",
        envvar="DASK_SCHEDULER_ADDRESS",
        show_envvar=True,
        metavar="ADDRESS",
        callback=_for_dask,
        help="The dask scheduler: tcp://HOST:8786; without one dask gets --jobs workers here.",
    ),
)


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what a user may decide about who reads."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def builder(
    engine_name: str, scheduler: str, jobs: int, options: ReadOptions
) -> Iterator[Callable[..., BuildReport]]:
    """Give what builds a store, by the engine of a name."""
    if engine_name == "local":
        from kg.build import build

        yield partial(build, jobs=jobs, options=options)
        return
    from kg import pipeline
    from kg.cluster.building import build_on
    from kg.cluster.engines import engine

    here = partial(pipeline.version_for, options)
    with engine(engine_name, scheduler, jobs) as chosen:
        yield partial(build_on, chosen, version_here=here, options=options)
