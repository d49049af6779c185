"""What runs tasks: this machine, or workers of a dask scheduler.

An engine runs a function over jobs, and brings together what functions give under one number:
map and group-by, in the engine's own way. A task that is lost with its worker is run again, so a
task may only do what can be done twice.
"""

from __future__ import annotations

import logging
import signal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pkgutil import resolve_name
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from kg import __version__
from kg.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
U = TypeVar("U")
Spread = Callable[[Any], Iterable[Any]]  # of a value to others
Gather = Callable[[list[Any]], Iterable[Any]]  # of all values under one number to others

INSTALLED = "kg.cluster.reading:__version__"
MISSING = "dask is not installed; install it with: pip install 'policy-kg[cluster]'"
GONE = "the scheduler has gone"
GOES_ON = "the same command goes on, without what is done"
WAITING = 60.0  # seconds for a scheduler to answer, and for a first worker
AHEAD = 4  # tasks that a thread has before it: what waits longer need not be in the scheduler
MOST_UNDERWAY = 256 * 2**20  # bytes that go with tasks which are not done; the scheduler has them


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

    def map(
        self,
        task: Callable[[T], U],
        jobs: Iterable[T],
        *,
        lost: Callable[[T], U] | None = None,
        weight: Callable[[T], int] | None = None,
    ) -> Iterator[tuple[int, U]]:
        """Yield the number of each job with its result, in the order in which they are done.

        `lost` gives the result of a job that took down each worker that had it; without it that
        is an error. `weight` gives the bytes that go with a job, where they are many.
        """

    def items(self, values: Sequence[Any]) -> Items:
        """Give values to the engine."""

    def everywhere(self, act: Callable[[], None]) -> None:
        """Do something once on each machine."""


# -- this machine ------------------------------------------------------------------------------


class Here:
    """This machine: tasks that start processes of their own, `jobs` of them at a time."""

    def __init__(self, jobs: int = 1) -> None:
        self._jobs = jobs

    def map(
        self,
        task: Callable[[T], U],
        jobs: Iterable[T],
        *,
        lost: Callable[[T], U] | None = None,
        weight: Callable[[T], int] | None = None,
    ) -> Iterator[tuple[int, U]]:
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

    def map(
        self,
        task: Callable[[T], U],
        jobs: Iterable[T],
        *,
        lost: Callable[[T], U] | None = None,
        weight: Callable[[T], int] | None = None,
    ) -> Iterator[tuple[int, U]]:
        """Yield the number of each job with its result, in the order in which they are done."""
        from distributed import KilledWorker

        with closing(_Underway(self._client, task, jobs, weight or _nothing)) as underway:
            for number, job, future in underway:
                try:
                    result: U = _result(future)
                except KilledWorker as error:
                    with _asked():
                        _check_installed(self._client)
                    if lost is None:
                        raise ClusterError(f"{_line(error)}; {GOES_ON}") from error
                    result = lost(job)
                yield number, result

    def items(self, values: Sequence[Any]) -> Items:
        """Give values to the engine."""
        import dask.bag

        # By itself dask puts many into one partition, which one worker then goes through.
        return _Bag(dask.bag.from_sequence(values, npartitions=max(1, len(values))), self._client)

    def everywhere(self, act: Callable[[], None]) -> None:
        """Do something in each worker that is there."""
        with suppress(ClusterError), _asked():
            self._client.run(act, on_error="ignore")


class _Underway(Generic[T]):
    """The tasks that a scheduler has: as many as its workers will soon come to."""

    def __init__(
        self,
        client: Client,
        task: Callable[[T], Any],
        jobs: Iterable[T],
        weight: Callable[[T], int],
    ) -> None:
        from distributed import as_completed

        self._client, self._weight = client, weight
        # Sent once to each worker, not with every job: it holds the corrections.
        with _asked():
            self._task = client.submit(_itself, task, pure=False)
        self._waiting = enumerate(jobs)
        self._jobs: dict[Any, tuple[int, T]] = {}  # by the key of the task
        self._bytes = 0
        self._done = as_completed(loop=client.loop)

    def __iter__(self) -> Iterator[tuple[int, T, Any]]:
        """Yield tasks that are done, with their job and its number."""
        wanted, seen = self._wanted(), 0
        self._fill(wanted)
        for future in self._done:
            number, job = self._jobs.pop(future.key)
            self._bytes -= self._weight(job)
            yield number, job, future
            seen += 1
            if seen >= wanted:
                # A cluster grows while it works: jobs of Slurm start one after the other.
                wanted, seen = self._wanted(), 0
            self._fill(wanted)

    def _wanted(self) -> int:
        with _asked():
            threads: dict[str, int] = self._client.nthreads()
        return AHEAD * max(1, sum(threads.values()))

    def _fill(self, wanted: int) -> None:
        while len(self._jobs) < wanted and self._bytes < MOST_UNDERWAY:
            number, job = next(self._waiting, (-1, None))
            if job is None:
                return
            # Not pure: what a task does is written down, and must be done in every run.
            with _asked():
                future = self._client.submit(_call, self._task, job, pure=False, retries=2)
            self._jobs[future.key] = number, job
            self._bytes += self._weight(job)
            self._done.add(future)

    def close(self) -> None:
        """Take back what is not done: nobody waits for it any more."""
        self._done.clear()


def _itself(value: T) -> T:
    return value


def _call(task: Callable[[T], U], job: T) -> U:
    return task(job)


def _nothing(job: object) -> int:
    return 0


def _result(future: Any) -> Any:
    from distributed import CancelledError

    try:
        return future.result()
    except CancelledError as error:
        raise ClusterError(f"{GONE}; {GOES_ON}") from error


@contextmanager
def _asked() -> Iterator[None]:
    """Tell in a line that a scheduler which was asked for something has gone."""
    from distributed import CancelledError
    from distributed.client import ClosedClientError

    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise ClusterError(f"{GONE}; {GOES_ON}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


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
            raise ClusterError(f"{_line(error)}; run the command again") from error
        return found


def _spread(values: Iterable[Any], function: Spread) -> list[U]:
    return [made for value in values for made in function(value)]


def _gather(groups: Iterable[tuple[int, list[tuple[int, Any]]]], function: Gather) -> list[Any]:
    return [made for _, group in groups for made in function([value for _, value in group])]


def _number(item: tuple[int, object]) -> int:
    return item[0]


@contextmanager
def engine(name: str, scheduler: str, jobs: int) -> Iterator[Engine]:
    """Give the engine of a name: local, or dask with the address of a scheduler.

    dask without an address has a scheduler and `jobs` workers of its own, on this machine.
    """
    if name == "local":
        yield Here(jobs)
        return
    try:
        import dask
        import distributed
    except ImportError as error:
        raise ClusterError(MISSING) from error
    # Of a scheduler that has gone it tells in thirty lines what is told here in one.
    logging.getLogger(distributed.client.__name__).setLevel(logging.CRITICAL)
    with (
        # That documents go with tasks is meant so, and they are few at a time.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"}),
        _client(scheduler) if scheduler else _own_cluster(jobs) as client,
    ):
        yield Dask(client)


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=WAITING, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(f"{scheduler}: no dask scheduler answers ({_line(error)})") from error
    try:
        _await_worker(client, scheduler)
        _check_installed(client)
        yield client
    finally:
        client.close()


@contextmanager
def _own_cluster(workers: int) -> Iterator[Client]:
    from distributed import Client, LocalCluster

    with _uninterrupted():
        started = LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        )
    with started as cluster, Client(cluster, set_as_default=False) as client:
        yield client


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start processes that an interrupt at the terminal does not reach: it is ours to hear.

    What is ignored at the start of a process stays so. Threads may not decide on signals.
    """
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _await_worker(client: Client, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WAITING)
    except TimeoutError as error:
        raise ClusterError(
            f"{scheduler}: has no worker; start some with: dask worker {scheduler} --nthreads 1"
        ) from error


def _check_installed(client: Client) -> None:
    """Refuse where another kg is installed, or none: it would fall over what it is sent.

    Asked by means of Python alone. Whether it reads as this one does is looked at by each task.
    """
    found: dict[str, Any] = client.run(resolve_name, INSTALLED, on_error="return")
    try:
        found["the scheduler"] = client.run_on_scheduler(resolve_name, INSTALLED)
    except (ImportError, AttributeError) as error:
        found["the scheduler"] = error
    for where, version in sorted(found.items()):
        if version != __version__:
            has = f"no policy-kg ({_line(version)})" if isinstance(version, Exception) else version
            raise ClusterError(f"{where} has {has}: install policy-kg {__version__} there too")
