"""Segment's and RudderStack's own libraries, pointed at the gateway by changing the host."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio.to_thread
import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from tests.e2e.conftest import Api
from tests.e2e.events import rows_of, stored, write_key

# Both have the calls of Segment's protocol.
Library = Callable[..., Any]
EVENTS = 250


@pytest.fixture(params=["segment", "rudderstack"])
def library(request: pytest.FixtureRequest) -> tuple[str, Library]:
    libraries: dict[str, Library] = {"segment": SegmentClient, "rudderstack": RudderClient}
    return request.param, libraries[request.param]


async def sent(
    api: Api, make: Library, use: Callable[[Any], None], key: str = "", **options: Any
) -> list[Any]:
    """What the library complains of when everything is sent, with a write key of the test's."""
    key = key or await write_key(api)
    failures: list[Any] = []

    def send() -> None:
        client = make(
            key,
            host=api.base_url,
            on_error=lambda error, items: failures.append(error),
            max_retries=0,
            **options,
        )
        use(client)
        client.flush()
        client.join()

    await anyio.to_thread.run_sync(send)
    return failures


@pytest.mark.parametrize("gzip", [False, True])
async def test_a_library_sends_tracked_events(
    api: Api, library: tuple[str, Library], gzip: bool
) -> None:
    name, make = library
    user = f"{name}-{gzip}"
    when = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)

    def use(client: Any) -> None:
        for number in range(EVENTS):
            properties = {"number": number, "text": "schön 😀"}
            client.track(user, "Order Completed", properties, timestamp=when)

    assert await sent(api, make, use, gzip=gzip) == []
    rows = await stored(api, user_id=user)
    assert len(rows) == EVENTS
    assert {json.loads(row["properties"])["number"] for row in rows} == set(range(EVENTS))
    assert {(row["type"], row["event"], row["timestamp"]) for row in rows} == {
        ("track", "Order Completed", when)
    }
    assert all(row["message_id"] and json.loads(row["context"])["library"] for row in rows)
    assert {row["source"].partition(":")[0] for row in rows} == {"key"}


async def test_a_library_makes_every_kind_of_call(api: Api, library: tuple[str, Library]) -> None:
    name, make = library
    user = f"{name}-every"

    def use(client: Any) -> None:
        client.identify(user, {"plan": "pro"}, anonymous_id=f"{user}-anonymous")
        client.page(user, "Docs", "Python", {"url": "/docs"})
        client.screen(user, "App", "Home")
        client.group(user, f"{user}-group", {"seats": 5})
        client.alias(f"{user}-former", user)
        client.track(user, "Signed Up")

    assert await sent(api, make, use) == []
    rows = await stored(api, user_id=user)
    assert {row["type"]: row["event"] for row in rows} == {
        "identify": "identify",
        "page": "page",
        "screen": "screen",
        "group": "group",
        "alias": "alias",
        "track": "Signed Up",
    }
    page = next(row for row in rows if row["type"] == "page")
    [person] = await rows_of(api, "SELECT * FROM users WHERE user_id = $1", user)
    assert json.loads(person["traits"]) == {"plan": "pro"}
    [group] = await rows_of(api, "SELECT * FROM groups WHERE group_id = $1", f"{user}-group")
    assert json.loads(group["traits"]) == {"seats": 5}
    merges = await rows_of(api, "SELECT * FROM user_merges WHERE user_id = $1", user)
    assert (f"{user}-anonymous", "anonymous") in {(m["previous_id"], m["kind"]) for m in merges}
    assert (f"{user}-former", "alias") in {(m["previous_id"], m["kind"]) for m in merges}
    assert json.loads(page["properties"]) == {
        "url": "/docs",
        "category": "Docs",
        "name": "Python",
    }


async def test_a_library_with_a_key_that_is_none_hears_so(
    api: Api, library: tuple[str, Library]
) -> None:
    def use(client: Any) -> None:
        client.track("somebody", "Signed Up")

    assert len(await sent(api, library[1], use, key="attune_no_key")) == 1
