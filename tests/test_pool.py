"""Queries in processes that can be killed: limits, fences, and that nobody waits for another."""

# ruff: noqa: E501  # a row of a table is read best on one line
from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kg import sparql
from kg.endpoint import process as processes
from kg.endpoint.evaluate import evaluate
from kg.endpoint.limits import LimitError, QueryLimits, SharedLimits, UnacceptableError
from kg.endpoint.models import Answer, Query
from kg.endpoint.pool import Pool
from kg.errors import QueryError, StoreError
from kg.models import DocumentGraph
from kg.store import Store

T = TypeVar("T")
MEGABYTE = 2**20
ASK = Query("ASK {}")
ENDLESS = Query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
LAW = QueryLimits(seconds=20, memory=200 * MEGABYTE)
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc, Landlock, namespaces")

# In the place of a query, Python: what a process could do that a query had taken over.
TRAITOR = processes.PROGRAM.replace(
    "serve(int",
    """
import kg.endpoint.forks, kg.endpoint.models, os, signal, socket, time, resource
def evaluate(store, query, limits):
    found = eval(query.text)
    return kg.endpoint.models.Answer(found if isinstance(found, bytes) else repr(found).encode(), "text/plain", 1)
kg.endpoint.forks.evaluate = evaluate
serve(int""",
)


@asynccontextmanager
async def opened(
    place: Path, limits: QueryLimits = LAW, shared: SharedLimits | None = None
) -> AsyncIterator[Pool]:
    pool = Pool(place, limits, shared)
    await pool.start()
    try:
        yield pool
    finally:
        await pool.close()


def run(act: Coroutine[Any, Any, T]) -> T:
    """Run in a thread, for Playwright may have a loop in this one; see that no process is left."""
    before = children(os.getpid())
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(asyncio.run, act).result()
        finally:
            assert children(os.getpid()) == before


def children(parent: int) -> set[int]:
    """Return the processes that a process has started itself."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(child) for each in lists for child in each.read_text().split()}


def family(parent: int) -> set[int]:
    """Return the processes below one."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for child in children(parent):
            found |= {child} | family(child)
    return found


async def outcome(asked: Awaitable[Answer]) -> str:
    """Return what came of a query: which limit, which error, or its answer's rows."""
    try:
        return (await asked).body.decode()
    except LimitError as error:
        return f"limit: {error.limit}"
    except (QueryError, StoreError) as error:
        return type(error).__name__


def busyness() -> float:
    """Return how many times longer work takes because of what else runs on the machine."""
    began, worked_before = time.monotonic(), time.process_time()
    while time.process_time() - worked_before < 0.1:
        pass
    return max(1.0, (time.monotonic() - began) / 0.1)


class Asked:
    """A pool for many tests, and the event loop that it lives in."""

    def __init__(self, place: Path, limits: QueryLimits) -> None:
        self.pool = Pool(place, limits)
        self._thread = ThreadPoolExecutor(1)
        self._runner = self._thread.submit(asyncio.Runner).result()
        self._run(self.pool.start())

    def answer(self, query: Query) -> Answer:
        return self._run(self.pool.answer(query))

    def outcome(self, text: str) -> str:
        return self._run(outcome(self.pool.answer(Query(text))))

    def close(self) -> None:
        self._run(self.pool.close())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    def _run(self, act: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, act).result()


@pytest.fixture(scope="module")
def asked(plans_place: Path) -> Iterator[Asked]:
    """Give a pool whose limits are far away."""
    with closing(Asked(plans_place, LAW)) as pool:
        yield pool


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file that a query must not read."""
    place = tmp_path_factory.mktemp("secret") / "secret"
    place.write_text("x", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def traitor(plans_place: Path, secret: Path) -> Iterator[Asked]:
    """Give a pool whose processes do whatever they are asked, in Python."""
    limits = QueryLimits(seconds=1.5, memory=100 * MEGABYTE, size=MEGABYTE)
    with pytest.MonkeyPatch.context() as patch, open(secret, encoding="utf-8"):
        patch.setattr(processes, "PROGRAM", TRAITOR)
        patch.setenv("KG_TOKEN", "not to be known to a query")
        patch.setenv("SOME_SECRET", "nor this")
        pool = Asked(plans_place, limits)
    with closing(pool):
        yield pool


# -- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        Query("ASK { ?plan a pol:PolicyDocument }"),
        Query("SELECT ?plan { ?plan a pol:PolicyDocument } ORDER BY ?plan"),
        Query("CONSTRUCT { ?a a pol:Agency } { ?a a pol:Agency }"),
        Query("SELECT ?x { VALUES ?x { '教育局' '\\U00020BB7' } }"),
        Query("SELECT ?g { GRAPH ?g { ?s a pol:Task } }", named_graphs=("https://example.org/no",)),
        Query("ASK { <a> ?p ?o }", base="https://example.org/"),
    ],
    ids=lambda query: query.text,
)
def test_a_process_answers_as_the_store_does(query: Query, asked: Asked, plans_place: Path) -> None:
    with Store(plans_place, read_only=True) as store:
        here = evaluate(store, query, LAW)
    there = asked.answer(query)
    assert (there.media_type, there.rows) == (here.media_type, here.rows)
    assert sorted(there.body.splitlines()) == sorted(here.body.splitlines())


@pytest.mark.parametrize(
    ("query", "kind", "message"),
    [
        (Query("SELECT {"), QueryError, "expected"),
        (Query("SELECT * { SERVICE <http://127.0.0.1:1/> {} }"), QueryError, "SERVICE is refused"),
        (Query("INSERT DATA { <a:> <a:> <a:> }"), QueryError, "is an update"),
        (Query("LOAD <http://127.0.0.1:1/>"), QueryError, "is an update"),
        (Query("ASK {}", rows=None), UnacceptableError, "to be had as"),
        (Query("DESCRIBE <a:>", triples=None), UnacceptableError, "to be had as"),
        (Query("ASK {" + "{" * 10_000 + "}" * 10_000 + "}"), QueryError, "nested deeper"),
        (Query("ASK {" + "FILTER(1)" * 10_000 + "}"), QueryError, "more than 1,000 operators"),
        (Query("SELECT " + "(1 AS ?a)" * 10_000 + "{}"), QueryError, "more than 1,000 operators"),
        (Query("ASK {" + "<a:>a<b:>." * 10_000 + "}"), QueryError, "more than 1,000 operators"),
        (Query("ASK {" + "GRAPH<a:>{}" * 10_000 + "}"), QueryError, "more than 1,000 operators"),
    ],
    ids=lambda value: value.text[:30] if isinstance(value, Query) else "",
)
def test_what_is_wrong_is_said(
    query: Query, kind: type[Exception], message: str, asked: Asked
) -> None:
    with pytest.raises(kind, match=message) as raised:
        asked.answer(query)
    assert type(raised.value) is kind
    assert "true" in asked.outcome("ASK {}")


def test_where_there_is_no_store(tmp_path: Path) -> None:
    async def ask() -> None:
        async with opened(tmp_path) as pool:
            for _ in range(2):
                with pytest.raises(StoreError, match="no store here"):
                    await pool.answer(ASK)

    run(ask())


@pytest.mark.parametrize("text", ["a" * 200_000, "a-" * 90_000, "<a'>" * 49_000 + "service '"])
def test_a_long_text_is_checked_in_no_time(text: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(QueryError):
        sparql.check(text)
    assert time.monotonic() - began < 5  # before: minutes


# -- limits ----------------------------------------------------------------------------------

DOUBLING = " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(32))
PAIRS = "{ ?a ?b ?c . ?d ?e ?f }"


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        (ENDLESS.text, {"seconds", "memory"}),
        (f"SELECT ?a32 {{ BIND('一二三四' AS ?a0) {DOUBLING} }}", {"memory"}),
        (f"SELECT * {PAIRS} ORDER BY ?f", {"memory"}),
        (f"SELECT DISTINCT * {PAIRS}", {"memory", "rows", "size"}),
        (f"SELECT (GROUP_CONCAT(?f) AS ?all) {PAIRS}", {"seconds", "memory"}),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", {"memory", "rows", "size"}),
        ("CONSTRUCT { ?a ?e ?i } { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", {"rows", "memory", "size", "seconds"}),
        ("ASK { ?a (pol:x|!pol:x)* ?b . ?b (pol:x|!pol:x)* ?c . ?d ?e ?f FILTER(?a = ?f && ?f = 1) }", {"seconds", "memory"}),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_would_be_too_much_ends(text: str, ends: set[str], plans_place: Path) -> None:
    limits = QueryLimits(seconds=1.5 if "seconds" in ends else 30, memory=60 * MEGABYTE)
    second = busyness()

    async def ask() -> None:
        async with opened(plans_place, limits) as pool:
            began = time.monotonic()
            with pytest.raises(LimitError) as raised:
                await pool.answer(Query(text))
            assert raised.value.limit in ends
            assert time.monotonic() - began < limits.seconds + second
            assert (await pool.answer(ASK)).body

    run(ask())


def test_forty_endless_queries_keep_nobody_waiting(plans_place: Path) -> None:
    seconds, second = 3.0, busyness()

    async def endless(pool: Pool) -> tuple[str, float]:
        began = time.monotonic()
        return await outcome(pool.answer(ENDLESS)), time.monotonic() - began

    async def ask() -> None:
        async with opened(plans_place, QueryLimits(seconds=seconds)) as pool:
            tasks = [asyncio.create_task(endless(pool)) for _ in range(40)]
            waits = []
            while not all(task.done() for task in tasks):
                await asyncio.sleep(0.1)
                began = time.monotonic()
                await pool.answer(ASK)
                waits.append(time.monotonic() - began)
            assert len(waits) > 3
            assert max(waits) < second
            ends = await asyncio.gather(*tasks)
            assert {what for what, _ in ends} == {"limit: seconds"}
            assert max(took for _, took in ends) < seconds + second
            await asyncio.sleep(1)
            before = worked(family(os.getpid()))
            await asyncio.sleep(1)
            assert worked(family(os.getpid())) - before < 0.2  # seconds of a processor

    run(ask())


def worked(members: set[int]) -> float:
    """Return the processor time that processes have taken."""
    ticks = 0
    for member in members:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def test_more_queries_than_may_run_are_refused_at_once(plans_place: Path) -> None:
    async def ask() -> None:
        async with opened(plans_place, LAW, SharedLimits(queries=2)) as pool:
            tasks = [asyncio.create_task(pool.answer(ENDLESS)) for _ in range(2)]
            await asyncio.sleep(0)
            assert await outcome(pool.answer(ASK)) == "limit: queries"
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert "true" in await outcome(pool.answer(ASK))

    run(ask())


def test_slow_queries_leave_places_to_others(plans_place: Path) -> None:
    async def ask() -> None:
        limits, shared = QueryLimits(seconds=3), SharedLimits(queries=4, slow=2)
        async with opened(plans_place, limits, shared) as pool:
            ends = await asyncio.gather(*(outcome(pool.answer(ENDLESS)) for _ in range(4)))
            assert sorted(ends) == ["limit: queries"] * 2 + ["limit: seconds"] * 2

    run(ask())


@linux
def test_the_largest_ends_where_all_together_are_too_large(
    plans_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PROGRAM", TRAITOR)
    holds = "[bytearray(b'x') * ({} * 2**20), time.sleep({})][1]"

    async def ask() -> None:
        async with opened(plans_place, LAW, SharedLimits(memory=150 * MEGABYTE)) as pool:
            asked = (Query(holds.format(*each)) for each in ((70, 2), (20, 2), (120, 2)))
            ends = await asyncio.gather(*(outcome(pool.answer(query)) for query in asked))
            assert ends == ["None", "None", "limit: memory"]

    run(ask())


# -- what goes wrong in a process ------------------------------------------------------------


@linux
@pytest.mark.parametrize(
    ("does", "comes"),
    [
        ("os.abort()", "limit: memory"),  # as Oxigraph does where it gets no memory
        ("time.sleep(1.1) or os.kill(os.getpid(), signal.SIGKILL)", "limit: memory"),  # as the system does
        ("os.kill(os.getpid(), signal.SIGKILL)", "StoreError"),  # whatever it was: not the query
        ("os.kill(os.getpid(), signal.SIGSEGV)", "QueryError"),
        ("os._exit(3)", "QueryError"),
        ("bytearray(10**9)", "limit: memory"),
        ("(lambda f: f(f))(lambda f: f(f))", "QueryError"),
        ("b'a' * (2**20 + 1)", "limit: size"),
        ("len(b'a' * 2**20)", "1048576"),
        ("time.sleep(30)", "limit: seconds"),
    ],
)  # fmt: skip
def test_a_process_that_fails_harms_nobody(does: str, comes: str, traitor: Asked) -> None:
    assert traitor.outcome(does) == comes
    assert traitor.outcome("1 + 1") == "2"


def test_a_fault_of_ours_is_not_said_to_be_the_askers(traitor: Asked) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        traitor.outcome("1 / 0")


@linux
def test_what_a_process_says_is_not_believed(traitor: Asked) -> None:
    """Other bytes than an answer, to the socket that leads to the server."""
    lies = "[os.write(n, b'x' * 99) for n in range(3, 20) if 'socket' in os.readlink(f'/proc/self/fd/{n}')]"
    assert traitor.outcome(lies) == "limit: size"
    assert traitor.outcome("1 + 1") == "2"


@linux
def test_a_query_that_takes_the_engine_down(plans_place: Path) -> None:
    deep = Query("SELECT ?o { ?s ?p ?o } GROUP BY ?o HAVING" + "(1)" * 60_000)

    async def ask() -> None:
        async with opened(plans_place, QueryLimits(seconds=5)) as pool:
            assert await outcome(pool.answer(deep)) in ("QueryError", "limit: seconds")
            assert "true" in await outcome(pool.answer(ASK))

    run(ask())


@linux
def test_processes_that_are_killed_from_outside(plans_place: Path) -> None:
    others = children(os.getpid())

    async def ask() -> None:
        async with opened(plans_place) as pool:
            (forker,) = children(os.getpid()) - others
            await pool.answer(ASK)
            for kill_forker in (False, True, False, True):
                for member in [forker] if kill_forker else family(forker):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(member, signal.SIGKILL)
                assert "true" in await outcome(pool.answer(ASK))
                (forker,) = children(os.getpid()) - others

    run(ask())


@linux
def test_a_query_outlasts_the_end_of_who_forks(plans_place: Path) -> None:
    """Its own process ends too; another one answers."""
    others = children(os.getpid())

    async def ask() -> None:
        async with opened(plans_place, QueryLimits(seconds=20)) as pool:
            (forker,) = children(os.getpid()) - others
            asked = asyncio.create_task(outcome(pool.answer(LONG)))
            await asyncio.sleep(0.3)
            os.kill(forker, signal.SIGKILL)
            assert "bindings" in await asked

    run(ask())


LONG = Query(
    "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 300000 } FILTER(?a = ?f) }"
)


@linux
def test_processes_end_with_the_server_however_it_ends(plans_place: Path, tmp_path: Path) -> None:
    server = tmp_path / "server.py"
    server.write_text(
        textwrap.dedent(f"""
        import asyncio
        from pathlib import Path
        from kg.endpoint.limits import QueryLimits
        from kg.endpoint.models import Query
        from kg.endpoint.pool import Pool

        async def main():
            pool = Pool(Path({str(plans_place)!r}), QueryLimits())
            asked = [asyncio.create_task(pool.answer(Query({ENDLESS.text!r}))) for _ in range(3)]
            await pool.answer(Query("ASK {{}}"))
            await asyncio.sleep(0.3)
            print("asked", flush=True)
            await asyncio.gather(*asked)

        asyncio.run(main())
        """),
        encoding="utf-8",
    )
    started = subprocess.Popen([sys.executable, str(server)], stdout=subprocess.PIPE)
    assert started.stdout is not None
    with started.stdout as told:
        assert told.readline() == b"asked\n"
        members = family(started.pid)
        assert len(members) > 3
        started.kill()
        started.wait()
    until = time.monotonic() + 10
    while any(map(is_running, members)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(is_running, members))


def is_running(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_closed_in_the_middle_of_queries(plans_place: Path) -> None:
    async def ask() -> None:
        async with opened(plans_place) as pool:
            asked = [asyncio.create_task(outcome(pool.answer(ENDLESS))) for _ in range(9)]
            await asyncio.sleep(0.2)
        assert await asyncio.gather(*asked) == ["StoreError"] * 9

    run(ask())


@linux
def test_a_query_for_which_nobody_waits_any_more_is_ended(plans_place: Path) -> None:
    async def ask() -> None:
        async with opened(plans_place) as pool:
            tasks = [asyncio.create_task(pool.answer(ENDLESS)) for _ in range(3)]
            await asyncio.sleep(0.5)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0.5)
            before = worked(family(os.getpid()))
            await asyncio.sleep(0.5)
            assert worked(family(os.getpid())) - before < 0.2

    run(ask())


# -- another store ---------------------------------------------------------------------------


def store_of(place: Path, title: str) -> Path:
    quads = f'<x:a> <x:title> "{title}" <x:g> .\n'
    with Store(place) as store:
        store.load([DocumentGraph("x:g", "", "", quads, ())])
    return place


TITLE = Query("SELECT ?t { ?s <x:title> ?t }")


def test_later_queries_read_the_new_store(tmp_path: Path) -> None:
    one, other = store_of(tmp_path / "one", "甲"), store_of(tmp_path / "other", "乙")
    slow = Query(
        "SELECT ?t { ?s <x:title> ?t { SELECT (COUNT(*) AS ?n) { "
        + " ".join(f"VALUES ?a{n} {{ {'1 ' * 20} }}" for n in range(5))
        + " } } }"
    )

    async def ask() -> None:
        async with opened(one) as pool:
            assert "甲" in await outcome(pool.answer(TITLE))
            running = asyncio.create_task(outcome(pool.answer(slow)))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(pool.renew, other)
            assert "乙" in await outcome(pool.answer(TITLE))
            assert "甲" in await running
            assert "乙" in await outcome(pool.answer(TITLE))

    run(ask())


def test_a_store_that_is_let_go_can_be_changed_in_place(tmp_path: Path) -> None:
    place = store_of(tmp_path / "store", "甲")

    async def ask() -> None:
        async with opened(place) as pool:
            assert "甲" in await outcome(pool.answer(TITLE))
            for title in ("乙", "丙"):
                with pytest.raises(StoreError, match="in use"):
                    Store(place)
                await asyncio.to_thread(pool.rest)
                store_of(place, title)
                pool.renew(place)
                assert title in await outcome(pool.answer(TITLE))

    run(ask())


# -- fences ----------------------------------------------------------------------------------


@linux
@pytest.mark.parametrize(
    ("fence", "does", "comes"),
    [
        ("no network", "socket.create_connection(('127.0.0.1', {port}), 2)", "unreachable|Permission"),
        ("no network", "__import__('urllib.request').request.urlopen('http://127.0.0.1:{port}/')", "unreachable|Permission"),
        ("no new privileges", "[l.split()[1] for l in open('/proc/self/status') if 'NoNewPrivs' in l]", "1"),
        ("no core dumps", "resource.getrlimit(resource.RLIMIT_CORE)", r"\(0, 0\)"),
        ("no file is written", "os.write(os.open('{folder}/new', os.O_CREAT | os.O_WRONLY), b'x')", "too large|Permission"),
        ("no file is read but the store's and the program's", "open('{folder}/secret').read()", "Permission"),
        ("no file is read but the store's and the program's", "open('/etc/passwd').read()", "Permission"),
        ("no file is read but the store's and the program's", "len(open('{place}/policy-kg.json').read())", "^[0-9]+$"),
        ("", "os.environ.get('KG_TOKEN')", "None"),
        ("", "[key for key in os.environ if 'SECRET' in key]", r"\[\]"),
        ("", "sorted(os.readlink(f'/proc/self/fd/{{n}}') for n in os.listdir('/proc/self/fd'))", "^(?!.*secret)"),
        ("", "resource.getrlimit(resource.RLIMIT_NOFILE)", r"\(256, 256\)"),
    ],
)  # fmt: skip
def test_what_a_process_could_do(
    fence: str, does: str, comes: str, traitor: Asked, secret: Path, plans_place: Path
) -> None:
    """Each fence that is said to stand does."""
    assert traitor.outcome("1") == "1"
    if fence and not traitor.pool.fences()[fence]:
        pytest.skip(f"the system cannot do that: {fence}")
    with socket.create_server(("127.0.0.1", 0)) as sink:
        sink.settimeout(0.05)
        text = does.format(port=sink.getsockname()[1], folder=secret.parent, place=plans_place)
        try:
            found = traitor.outcome(text)
        except RuntimeError as error:
            found = str(error).strip().splitlines()[-1]
        with pytest.raises(TimeoutError):
            sink.accept()
    assert re.search(comes, found), found


def test_a_query_that_no_check_has_seen_reaches_nobody(
    plans_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fence stands without the first line: SERVICE is not refused, and fails."""
    unchecked = "import kg.sparql\nkg.sparql.check = lambda text: None\nserve(int"
    monkeypatch.setattr(processes, "PROGRAM", processes.PROGRAM.replace("serve(int", unchecked))
    monkeypatch.setattr(sparql, "check", lambda text: None)

    async def ask(port: int) -> str:
        async with opened(plans_place) as pool:
            if not pool.fences()["no network"]:
                pytest.skip("the system cannot do that")
            text = f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"
            try:
                return (await pool.answer(Query(text))).body.decode()
            except (QueryError, StoreError, RuntimeError) as error:
                return str(error)

    with socket.create_server(("127.0.0.1", 0)) as sink:
        sink.settimeout(0.1)
        found = run(ask(sink.getsockname()[1]))
        assert "unreachable" in found or "Permission denied" in found
        with pytest.raises(TimeoutError):
            sink.accept()
