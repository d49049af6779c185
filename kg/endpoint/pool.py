"""Queries to processes that can be killed.

A query cannot be stopped: Oxigraph knows no way, and a thread cannot be ended. So each runs in a
process of its own (kg.endpoint.forks), which is kept for the next one where it has been quick, and
is killed when its time is up, when it grows too large, or when nobody waits for its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from pathlib import Path
from typing import Any

from kg import sparql
from kg.endpoint.forks import ERRORS, asking
from kg.endpoint.frames import TooLargeError
from kg.endpoint.limits import MEGABYTE, LimitError, QueryLimits, SharedLimits
from kg.endpoint.models import Answer, Query
from kg.endpoint.process import DeadError, Forker, Process
from kg.errors import QueryError, StoreError

_SPARE = 4  # processes that stand ready for the next queries; 8 MB each
_SOON = 1.0  # seconds; what is killed so soon was so for another reason than what was asked
_CORES = os.cpu_count() or 1
_AT_ONCE = _CORES  # processes that are started at a time; more would all be there later
_BREATH = 0.01  # seconds between tries, more each time
_TRIES = 8  # to start a process, or to answer, where somebody ends what should do it
_LOOK = 0.05  # seconds between two looks at what runs
_QUICK = 0.3  # seconds of a processor after which a query gives way to others
_NICE, _NICEST = 10, 19
_MANY = 4  # queries for each processor; beyond, those that have had their share give way to all
_SLOW = 1.0  # seconds after which a query takes one of the places of slow ones
_PATIENCE = 60.0  # seconds in which processes are started or ended, on a machine under load
_LONG = 10_000  # characters of a query that is checked beside the event loop: up to 0.2 s
_CLOSING = "the server is being stopped; nothing is answered any more"
_ERRORS = {kind.__name__: kind for kind in ERRORS}


class Pool:
    """Processes that answer queries over a store that does not change while they read it."""

    def __init__(
        self, place: Path, limits: QueryLimits, shared: SharedLimits | None = None
    ) -> None:
        """Take the directory of a store; no process is started yet."""
        self._place, self.limits, self.shared = place, limits, shared or SharedLimits()
        self._state = 0  # counts the stores that were read
        self._asked = 0  # queries that are being answered or wait for a process
        self._forker = Forker()
        self._idle: deque[Process] = deque()
        self._running: set[Process] = set()
        self._waiting: deque[asyncio.Future[Process]] = deque()
        self._starts: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._spare = 0

    async def start(self) -> None:
        """Start the processes."""
        self._loop, self._spare = asyncio.get_running_loop(), _SPARE
        await self._forker.start()
        self._fill()

    async def close(self) -> None:
        """End all processes; who waits for an answer is told so."""
        self._loop, self._spare = None, 0
        closing = StoreError(_CLOSING)
        self._refuse(closing)
        for process in self._running:
            process.end(closing)
        tasks = [*self._starts, *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._drop_idle()
        await self._forker.close()

    def renew(self, place: Path) -> None:
        """Have later queries answered from the store of this directory as it is now.

        Of any thread. What runs ends on what it has.
        """
        self._place, self._state = place, self._state + 1
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._renew)

    def _renew(self) -> None:
        if self._loop is not None:
            self._spare = _SPARE
            self._drop_idle()
            self._fill()

    def rest(self) -> None:
        """Let go of the store until the next query or `renew`, when it is to be changed in place.

        Of any thread but the event loop's. What runs is not waited for.
        """
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._rest(), self._loop).result(_PATIENCE)

    async def _rest(self) -> None:
        self._spare = 0
        await asyncio.gather(*self._starts, return_exceptions=True)
        self._drop_idle()
        # Those too that were let go before, and may not have gone.
        await self._forker.have_ended(self._running)

    def fences(self) -> dict[str, bool]:
        """Return what keeps processes from doing harm, each with whether the system has it."""
        return self._forker.fences

    async def answer(self, query: Query) -> Answer:
        """Answer a query; raises QueryError, UnacceptableError, LimitError, StoreError.

        When the task that waits is cancelled, the query's process is ended.
        """
        if self._asked >= self.shared.queries:
            raise _too_many(self.shared.queries, "queries")
        if self._loop is None:
            await self.start()
        seconds = self.limits.seconds
        self._asked += 1
        try:
            async with asyncio.timeout(seconds):
                return await self._answer(query)
        except TimeoutError as error:
            text = f"query: took longer than {seconds:g} seconds; ask for less"
            raise LimitError("seconds", seconds, text) from error
        finally:
            self._asked -= 1

    async def _answer(self, query: Query) -> Answer:
        if len(query.text) > _LONG:
            await asyncio.to_thread(sparql.check, query.text)
        else:
            sparql.check(query.text)
        for _ in range(_TRIES):
            process = await self._take()
            with contextlib.suppress(DeadError):
                return await self._ask(process, query)
            self._drop_idle()  # they may be about to end as this one did
        raise StoreError("the processes for queries are ended from outside again and again")

    async def _ask(self, process: Process, query: Query) -> Answer:
        """Have a process answer; it is kept only where it has done so, quickly and in little."""
        keep = False
        self._running.add(process)
        self._look_after()
        try:
            fields, body = await process.ask(asking(query), self.limits.size)
            keep = not (fields.get("spent", True) or process.gives_way)
            return self._understood(fields, body)
        except TooLargeError as error:
            raise self._too_large() from error
        except EOFError as error:
            raise await self._why_ended(process) from error
        finally:
            self._running.discard(process)
            if keep and process.state == self._state and self._loop is not None:
                self._give_back(process)
            else:
                process.close()
                self._fill()

    # -- processes -------------------------------------------------------------------------

    async def _take(self) -> Process:
        """Give a process that waits for a query, or the next one that does."""
        if self._loop is None:
            raise StoreError(_CLOSING)  # meanwhile
        while self._idle:
            process = self._idle.popleft()
            if process.is_alive:
                self._fill()
                return process
            process.close()
        found: asyncio.Future[Process] = asyncio.get_running_loop().create_future()
        self._waiting.append(found)
        self._fill()
        try:
            return await found
        except asyncio.CancelledError:
            if found.done() and not found.cancelled() and found.exception() is None:
                self._hand_over(found.result())
            raise

    def _hand_over(self, process: Process) -> None:
        """Give a process to who has asked last, or keep it.

        The last, because of many who ask at once some wait too long anyway: 40 endless queries
        take a second of two cores until all are begun, and one that is asked after them need not
        wait for that.
        """
        while self._waiting:
            found = self._waiting.pop()
            if not found.done():
                found.set_result(process)
                return
        if len(self._idle) < 2 * self._spare:
            self._idle.append(process)
        else:
            process.close()

    def _give_back(self, process: Process) -> None:
        """Keep one process for who comes next, whoever waits for one to be started."""
        if self._idle or not self._spare:
            self._hand_over(process)
        else:
            self._idle.append(process)

    def _fill(self) -> None:
        """Start as many processes as are waited for, and a few to spare."""
        if self._loop is None:
            return
        wanted = len(self._waiting) + self._spare - len(self._idle) - len(self._starts)
        for _ in range(min(wanted, _AT_ONCE - len(self._starts))):
            task = self._loop.create_task(self._start_one())
            self._starts.add(task)
            task.add_done_callback(self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starts.discard(task)
        if not task.cancelled():
            task.exception()  # none is expected; none is to be printed
        if self._waiting:
            self._fill()

    async def _start_one(self) -> None:
        state = self._state
        for tried in range(_TRIES):
            with contextlib.suppress(DeadError):
                process = await self._begin(state)
                break
            await asyncio.sleep(_BREATH * tried)  # what ended it may still be at it
        else:
            process = None
            self._refuse_one(StoreError("no process for the query could be started"))
        if process is None:
            return
        if state == self._state and self._loop is not None:
            self._hand_over(process)
        else:
            process.close()

    async def _begin(self, state: int) -> Process | None:
        try:
            return await self._forker.begin(self._place, self.limits, state)
        except StoreError as error:
            self._refuse_one(error)
        return None

    def _refuse_one(self, error: StoreError) -> None:
        while self._waiting:
            found = self._waiting.popleft()
            if not found.done():
                found.set_exception(error)
                return

    def _refuse(self, error: StoreError) -> None:
        while self._waiting:
            self._refuse_one(error)

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    # -- what runs -------------------------------------------------------------------------

    def _look_after(self) -> None:
        if self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        """While something runs: the slow give way, and the largest is ended where all are large."""
        while self._running:
            await asyncio.sleep(_LOOK)
            self._let_quick_ones_first()
            self._keep_places()
            self._keep_within_memory()

    def _let_quick_ones_first(self) -> None:
        """Have those give way that have had their share, and more so the more there are.

        None, while each has a processor: on a machine that is busy with something else, what
        gives way to everybody takes 30 times as long.
        """
        each = len(self._running) / _CORES
        if each <= 1:
            return
        for process in self._running:
            if process.cost() > _QUICK / each:
                process.give_way(_NICE if each <= _MANY else _NICEST)

    def _keep_places(self) -> None:
        """End the last of the slow ones, where they are so many that others get no place."""
        until = time.monotonic() - _SLOW
        slow = [process for process in self._running if process.since < until]
        slow.sort(key=lambda process: process.since)
        for process in slow[self.shared.slow :]:
            process.end(_too_many(self.shared.slow, "slow queries"))

    def _keep_within_memory(self) -> None:
        held = {process: process.held() for process in self._running}
        over = sum(held.values()) - self.shared.memory
        for process in sorted(self._running, key=lambda process: held[process], reverse=True):
            if over <= 0:
                break
            over -= held[process]
            text = "query: too much memory is taken by all queries together, most by this one"
            process.end(LimitError("memory", self.shared.memory, f"{text}; ask for less"))

    # -- what comes of it ------------------------------------------------------------------

    def _understood(self, fields: dict[str, Any], body: bytes) -> Answer:
        """Return the answer that a process gives, or raise what it says instead."""
        if "error" not in fields:
            return Answer(body, fields["media_type"], fields["rows"])
        kind, text = fields["error"], fields["text"]
        if kind == "LimitError":
            raise LimitError(fields["limit"], fields["most"], text)
        if kind == "memory":
            raise self._too_much_memory()
        if kind == "engine":
            raise QueryError(f"query: the engine fails on it: {' '.join(text.split())}")
        if kind in _ERRORS:
            raise _ERRORS[kind](text)
        raise RuntimeError(f"in the process of a query:\n{text}")

    async def _why_ended(self, process: Process) -> Exception:
        """Return why a process has ended without an answer."""
        status = await self._forker.how_ended(process)
        if process.reason is not None:
            return process.reason
        soon = time.monotonic() - process.since < _SOON
        if status is None or (status == -signal.SIGKILL and soon):
            return DeadError()
        # Oxigraph aborts where it gets no memory; the system kills where there is none.
        if status in (-signal.SIGABRT, -signal.SIGKILL):
            return self._too_much_memory()
        return QueryError(
            f"query: it took down its process ({_told(status)}); make it flatter or simpler"
        )

    def _too_much_memory(self) -> LimitError:
        most = self.limits.memory
        text = f"query: needs more than {most / MEGABYTE:,.0f} MB of memory; ask for less"
        return LimitError("memory", most, text)

    def _too_large(self) -> LimitError:
        most = self.limits.size
        text = f"query: its answer is larger than {most / MEGABYTE:,.1f} MB; ask for less"
        return LimitError("size", most, text)


def _too_many(most: int, what: str) -> LimitError:
    return LimitError("queries", most, f"query: {most} {what} run already; ask again in a moment")


def _told(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
