"""What runs tasks: this machine, or workers of a dask scheduler.

An engine runs a function over jobs, and brings together what functions give under one number:
map and group-by, in the engine's own way. A task that is lost with its worker is run again, so a
task may only do what can be done twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kg.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
U = TypeVar("U")
Spread = Callable[[Any], Iterable[Any]]  # of a value to others
Gather = Callable[[list[Any]], Iterable[Any]]  # of all values under one number to others

MISSING = "dask is not installed; install it with: pip install 'policy-kg[cluster]'"
WAITING = 60.0  # seconds for a scheduler to answer, and for a first worker
AHEAD = 4  # tasks that a thread has before it: what waits longer need not be in the scheduler


class Items(Protocol):
    """Values that lie wherever the engine has them."""

    def spread(self, function: Spread) -> Items:
        """Give what a function makes of each of them."""

    def gathered(self, function: Gather) -> Items:
        """Give what a function makes of those with the same number: they are (number, value)."""

    def with_those(self, other: Items) -> Items:
        """Give these and others."""

    def values(self) -> list[Any]:
        """Bring them here."""


class Engine(Protocol):
    """What runs tasks."""

    def map(self, task: Callable[[T], U], jobs: Sequence[T]) -> Iterator[tuple[int, U]]:
        """Yield the number of each job with its result, in the order in which they are done."""

    def items(self, values: Sequence[Any]) -> Items:
        """Give values to the engine."""

    def everywhere(self, act: Callable[[], None]) -> None:
        """Do something once on each machine."""


# -- this machine ------------------------------------------------------------------------------


class Here:
    """This machine: tasks that start processes of their own, `jobs` of them at a time."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    def map(self, task: Callable[[T], U], jobs: Sequence[T]) -> Iterator[tuple[int, U]]:
        """Yield the number of each job with its result, in the order of the jobs."""
        if self._jobs == 1:
            yield from enumerate(map(task, jobs))
            return
        pool = ThreadPoolExecutor(self._jobs)
        try:
            yield from enumerate(pool.map(task, jobs))
        finally:
            pool.shutdown(cancel_futures=True)

    def items(self, values: Sequence[Any]) -> Items:
        """Give values to the engine."""
        return _Held(values)

    def everywhere(self, act: Callable[[], None]) -> None:
        """Do something here."""
        act()


class _Held:
    """Values in this process."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._values = list(values)

    def spread(self, function: Spread) -> Items:
        return _Held(chain.from_iterable(map(function, self._values)))

    def gathered(self, function: Gather) -> Items:
        groups: dict[int, list[Any]] = defaultdict(list)
        for number, value in self._values:
            groups[number].append(value)
        return _Held(chain.from_iterable(map(function, groups.values())))

    def with_those(self, other: Items) -> Items:
        return _Held([*self._values, *other.values()])

    def values(self) -> list[Any]:
        return self._values


# -- dask --------------------------------------------------------------------------------------


class Dask:
    """Workers of a dask scheduler."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def map(self, task: Callable[[T], U], jobs: Sequence[T]) -> Iterator[tuple[int, U]]:
        """Yield the number of each job with its result, in the order in which they are done."""
        from distributed import as_completed

        waiting = iter(enumerate(jobs))
        numbers: dict[Any, int] = {}
        done = as_completed(loop=self._client.loop)

        def submit() -> None:
            for number, job in waiting:
                # Not pure: what a task does is written down, and must be done in every run.
                future = self._client.submit(task, job, pure=False, retries=2)
                numbers[future.key] = number
                done.add(future)
                return

        for _ in range(self._threads() * AHEAD):
            submit()
        for future in done:
            number = numbers.pop(future.key)
            yield number, self._result(future)
            submit()

    def items(self, values: Sequence[Any]) -> Items:
        """Give values to the engine."""
        import dask.bag

        # By itself dask puts many into one partition, which one worker then goes through.
        return _Bag(dask.bag.from_sequence(values, npartitions=max(1, len(values))), self._client)

    def everywhere(self, act: Callable[[], None]) -> None:
        """Do something in each worker."""
        self._client.run(act, on_error="ignore")

    def _threads(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            raise ClusterError(
                f"{' '.join(str(error).split())}; the same command goes on, without what is done"
            ) from error


class _Bag:
    """Values that lie with the workers."""

    def __init__(self, bag: Any, client: Client) -> None:
        self._bag, self._client = bag, client

    def spread(self, function: Spread) -> Items:
        return _Bag(self._bag.map_partitions(_spread, function), self._client)

    def gathered(self, function: Gather) -> Items:
        # dask's group-by. By tasks, for its other way is through files of one machine.
        groups = self._bag.groupby(_number, shuffle="tasks")
        return _Bag(groups.map_partitions(_gather, function), self._client)

    def with_those(self, other: Items) -> Items:
        import dask.bag

        assert isinstance(other, _Bag)
        return _Bag(dask.bag.concat([self._bag, other._bag]), self._client)

    def values(self) -> list[Any]:
        from distributed import KilledWorker

        try:
            found: list[Any] = self._client.compute(self._bag).result()
        except KilledWorker as error:
            raise ClusterError(f"{' '.join(str(error).split())}; run the command again") from error
        return found


def _spread(values: Iterable[Any], function: Spread) -> list[U]:
    return [made for value in values for made in function(value)]


def _gather(groups: Iterable[tuple[int, list[tuple[int, Any]]]], function: Gather) -> list[Any]:
    return [made for _, group in groups for made in function([value for _, value in group])]


def _number(item: tuple[int, object]) -> int:
    return item[0]


@contextmanager
def engine(name: str, scheduler: str, jobs: int) -> Iterator[Engine]:
    """Give the engine of a name: local, or dask with the address of a scheduler."""
    if name == "local":
        yield Here(jobs)
        return
    with _client(scheduler) as client:
        yield Dask(client)


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    if not scheduler:
        raise ClusterError("which scheduler? say --scheduler tcp://HOST:8786")
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(MISSING) from error
    try:
        client = Client(scheduler, timeout=WAITING, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split())
        raise ClusterError(f"{scheduler}: no dask scheduler answers ({reason})") from error
    try:
        _await_worker(client, scheduler)
        yield client
    finally:
        client.close()


def _await_worker(client: Client, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WAITING)
    except TimeoutError as error:
        raise ClusterError(
            f"{scheduler}: has no worker; start some with: dask worker {scheduler} --nthreads 1"
        ) from error
