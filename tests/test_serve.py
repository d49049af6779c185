"""The site of `kg serve`: who may ask, what is answered, and what every page holds."""

from __future__ import annotations

import threading

import pytest
from starlette.testclient import TestClient

from kg.serve.holding import BusyError, Holding
from kg.serve.negotiate import best

HTML, TURTLE, JSONLD = "text/html", "text/turtle", "application/ld+json"


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("", HTML),  # no header accepts everything
        ("*/*", HTML),
        ("text/turtle", TURTLE),
        ("TEXT/Turtle", TURTLE),
        ("text/html,application/xhtml+xml,*/*;q=0.8", HTML),
        ("text/html;q=0.5, text/turtle", TURTLE),
        ("text/turtle;q=0.9, application/ld+json;q=0.95", JSONLD),
        ("text/*;q=0.5, application/ld+json;q=0.4", HTML),
        ("text/*, text/html;q=0", TURTLE),  # the more precise range decides
        ("text/html;q=0", None),
        ("*/*, text/html;q=0.1", TURTLE),
        ("image/png", None),
        ("image/png, */*;q=0.1", HTML),
        ('application/ld+json; profile="x"', JSONLD),
        ("text/turtle;q=7", TURTLE),  # no quality: as if not given
        ("*/html", HTML),  # no range: as if there were no header
        ("a" * 5000 + ",,,;;;", HTML),
    ],
)
def test_what_is_wanted_most_is_sent(accept: str, sent: str | None) -> None:
    assert best(accept, (HTML, TURTLE, JSONLD)) == sent


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("LOCALHOST:8000", 200),
        ("[::1]:8000", 200),
        ("127.0.0.1", 421),  # another port
        ("127.0.0.1:8001", 421),
        ("evil.example:8000", 421),  # a name that somebody lets point to 127.0.0.1
        ("127.0.0.1:8000.evil.example", 421),
        ("localhost.evil.example:8000", 421),
        ("127.0.0.1:8000@evil.example", 421),
        ("", 421),
    ],
)
def test_only_this_machine_is_answered(site: TestClient, host: str, status: int) -> None:
    assert site.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 405),  # no browser; nothing may be changed here all the same
        ({"Origin": "http://127.0.0.1:8000"}, 405),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 405),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "https://127.0.0.1:8000"}, 403),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_only_pages_of_ours_may_change(
    site: TestClient, headers: dict[str, str], status: int
) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert site.request(method, "/", headers=headers).status_code == status


def test_a_change_waits_for_whoever_reads(plans_place) -> None:  # type: ignore[no-untyped-def]
    holding = Holding(plans_place)
    assert holding.enter() and holding.enter()  # who changes, and another
    before, order = holding.state, []

    def change() -> None:
        with holding.reopened():
            order.append("changed")
            assert not holding.enter()  # nobody comes in
            with pytest.raises(BusyError):
                _ = holding.store

    thread = threading.Thread(target=change)
    thread.start()
    while holding.enter():  # until the change is waiting
        holding.leave()
    order.append("read")
    holding.leave()
    thread.join(10)
    assert order == ["read", "changed"]
    assert holding.enter() and len(holding.store.sources()) == 18
    assert holding.state == before  # nothing was changed
    holding.close()
