"""Segment's protocol over REST: its calls, its credentials, and what is kept of what is unknown."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.events import rows_of, stored, write_key

REFUSED = "/api/v1/events/refused"


@pytest.fixture(scope="module")
async def key(api: Api) -> str:
    return await write_key(api)


@pytest.fixture
async def sdk(api: Api, key: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a write key, as libraries show it."""
    async with httpx2.AsyncClient(base_url=api.base_url, auth=(key, ""), timeout=30) as client:
        yield client


async def collect(client: httpx2.AsyncClient, call: str, body: Any) -> httpx2.Response:
    return await client.post(f"/v1/{call}", json=body)


async def test_a_call_is_answered_as_segment_does(api: Api, sdk: httpx2.AsyncClient) -> None:
    answer = await collect(sdk, "track", {"userId": "s1", "event": "Opened"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    [row] = await stored(api, user_id="s1")
    assert (row["type"], row["event"]) == ("track", "Opened")


async def test_what_nobody_knows_is_kept(api: Api, sdk: httpx2.AsyncClient) -> None:
    sent = {
        "userId": 42,
        "event": "Opened",
        "writeKey": "secret",
        "integrations": {"All": True},
        "channel": "server",
        "of_ours": [1, {"a": None}],
    }
    await collect(sdk, "track", sent)
    [row] = await stored(api, user_id="42")
    extra = json.loads(row["extra"])
    assert extra == {name: sent[name] for name in ("integrations", "channel", "of_ours")}


async def test_what_a_call_has_no_use_for_is_kept_beside_it(
    api: Api, sdk: httpx2.AsyncClient
) -> None:
    person = {"userId": "beside", "traits": {"plan": "pro"}, "properties": {"a": 1}, "event": "e"}
    for call in ("track", "identify", "screen"):
        await collect(sdk, call, person)
    rows = {row["type"]: row for row in await stored(api, user_id="beside")}
    kept = {kind: (json.loads(row["properties"]), row["extra"]) for kind, row in rows.items()}
    assert {kind: (own, json.loads(extra)) for kind, (own, extra) in kept.items()} == {
        "track": ({"a": 1}, {"traits": {"plan": "pro"}}),
        "identify": ({"plan": "pro"}, {"properties": {"a": 1}, "event": "e"}),
        "screen": ({"a": 1}, {"traits": {"plan": "pro"}, "event": "e"}),
    }


async def test_traits_of_a_person_are_none_of_their_group(
    api: Api, sdk: httpx2.AsyncClient
) -> None:
    about = {"userId": "member", "context": {"traits": {"email": "member@example.com"}}}
    await collect(sdk, "identify", about)
    await collect(sdk, "group", {**about, "groupId": "a-group"})
    [person] = await rows_of(api, "SELECT traits FROM users WHERE user_id = 'member'")
    [group] = await rows_of(api, "SELECT traits FROM groups WHERE group_id = 'a-group'")
    assert json.loads(person["traits"]) == {"email": "member@example.com"}
    assert json.loads(group["traits"]) == {}


async def test_a_wrong_clock_is_corrected(api: Api, sdk: httpx2.AsyncClient) -> None:
    wrong = datetime(1984, 1, 1, 12, tzinfo=UTC)
    late = {"userId": "skewed", "event": "Late", "messageId": "skew-1"}
    batch = [{**late, "type": "track", "timestamp": (wrong - timedelta(hours=2)).isoformat()}]
    for ahead in (timedelta(0), timedelta(days=300)):  # a retry, by a clock that was set meanwhile
        body = {"batch": batch, "sentAt": (wrong + ahead).isoformat()}
        assert (await collect(sdk, "batch", body)).json() == {"success": True}
    [row] = await stored(api, user_id="skewed")
    assert abs(datetime.now(UTC) - timedelta(hours=2) - row["timestamp"]) < timedelta(minutes=1)


async def test_when_it_was_sent_is_ignored_where_nobody_can_read_it(
    api: Api, sdk: httpx2.AsyncClient
) -> None:
    at = datetime.now(UTC) - timedelta(hours=3)
    sent = {"userId": "unreadable", "event": "x", "timestamp": at.isoformat(), "sentAt": "soon"}
    await collect(sdk, "track", sent)
    [row] = await stored(api, user_id="unreadable")
    assert row["timestamp"] == at


async def test_an_import_takes_events_of_long_ago_by_their_own_time(
    api: Api, sdk: httpx2.AsyncClient
) -> None:
    old = {"type": "track", "userId": "imported", "event": "Old", "timestamp": "2004-02-29"}
    body = {"batch": [old], "sentAt": "2020-01-01T00:00:00Z"}
    assert (await collect(sdk, "import", body)).status_code == 200
    [row] = await stored(api, user_id="imported")
    assert row["timestamp"] == datetime(2004, 2, 29, tzinfo=UTC)


async def test_traits_of_later_events_win_whatever_comes_first(
    api: Api, sdk: httpx2.AsyncClient
) -> None:
    now = datetime.now(UTC)
    for hours, plan in ((1, "new"), (3, "old")):
        at = (now - timedelta(hours=hours)).isoformat()
        traits = {"plan": plan, f"at_{hours}": True}
        await collect(sdk, "identify", {"userId": "traits", "traits": traits, "timestamp": at})
    [person] = await rows_of(api, "SELECT * FROM users WHERE user_id = 'traits'")
    assert json.loads(person["traits"]) == {"plan": "new", "at_1": True, "at_3": True}
    assert person["last_seen"] - person["first_seen"] == timedelta(hours=2)


async def test_each_trait_is_the_newest_of_its_own(api: Api, sdk: httpx2.AsyncClient) -> None:
    now = datetime.now(UTC)
    told = ((9, {"plan": "old"}), (1, {"seats": 5}), (4, {"plan": "new", "seats": 4}))
    for call in ("identify", "group"):
        for hours, traits in told:
            at = (now - timedelta(hours=hours)).isoformat()
            who = {"userId": "each", "groupId": "each"}
            await collect(sdk, call, {**who, "traits": traits, "timestamp": at})
    for table, key in (("users", "user_id"), ("groups", "group_id")):
        [one] = await rows_of(api, f"SELECT traits FROM {table} WHERE {key} = 'each'")
        assert json.loads(one["traits"]) == {"plan": "new", "seats": 5}


async def test_an_id_means_the_first_person_whom_it_was_said_to_mean(
    api: Api, sdk: httpx2.AsyncClient
) -> None:
    for user in ("first", "second"):
        await collect(sdk, "identify", {"userId": user, "anonymousId": "shared"})
    [merge] = await rows_of(api, "SELECT * FROM user_merges WHERE previous_id = 'shared'")
    assert (merge["user_id"], merge["kind"], merge["source"][:4]) == ("first", "anonymous", "key:")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": "nobody"},
        {"userId": "refused"},
        {"userId": "refused", "event": {}},
        {"userId": "refused", "event": "x", "timestamp": "yesterday"},
        {"userId": "refused", "event": "x", "properties": [1]},
        {"userId": "refused", "event": "x" * 201},
        {"userId": "refused", "event": "x", "properties": {"text": "x" * 33_000}},
        [],
        7,
    ],
)
async def test_a_bad_event_is_answered_with_success_and_kept(
    api: Api, sdk: httpx2.AsyncClient, client: httpx2.AsyncClient, body: Any
) -> None:
    before = (await client.get(REFUSED, params={"page_size": 1000})).json()["refused_events"]
    answer = await collect(sdk, "track", body)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    after = (await client.get(REFUSED, params={"page_size": 1000})).json()["refused_events"]
    assert len(after) == len(before) + 1
    assert (after[0]["form"], bool(after[0]["errors"])) == ("segment:track", True)
    assert await stored(api, user_id="refused") == []


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("track", b"{", 400),
        ("batch", b"[]", 422),
        ("batch", b"{}", 422),
        ("batch", b'{"batch": 7}', 422),
        ("batch", b'{"batch": []}', 200),
        ("batch", b'{"batch": [7, null], "sentAt": 7}', 200),
        ("nothing", b"{}", 422),
        ("track", b'{"userId": "' + b"x" * 513_000 + b'"}', 413),
    ],
)
async def test_what_is_no_call_is_refused(
    sdk: httpx2.AsyncClient, call: str, body: bytes, status: int
) -> None:
    assert (await sdk.post(f"/v1/{call}", content=body)).status_code == status


@pytest.mark.parametrize("short", "tipsgab")
async def test_the_short_names_of_calls_are_known(sdk: httpx2.AsyncClient, short: str) -> None:
    event = {"userId": "short", "event": "x", "type": "track", "groupId": "g", "previousId": "p"}
    body = {"batch": [event]} if short == "b" else event
    assert (await collect(sdk, short, body)).json() == {"success": True}


async def test_a_write_key_does_nothing_but_write(api: Api, key: str) -> None:
    async with httpx2.AsyncClient(base_url=api.base_url, auth=(key, "")) as client:
        assert (await client.get(REFUSED)).status_code == 403
        assert (await client.post("/api/v1/events", json={"event": "x"})).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        "Basic",
        "Basic !",
        "Basic " + base64.b64encode(b":password").decode(),
        "Basic " + base64.b64encode(b"attune_x:").decode(),
        "Basic " + base64.b64encode("ключ:".encode()).decode(),
    ],
)
async def test_a_key_that_is_none_is_unauthenticated(api: Api, told: str) -> None:
    async with httpx2.AsyncClient(base_url=api.base_url) as client:
        headers = {"Authorization": told}
        answer = await client.post("/v1/track", json={}, headers=headers)
    assert answer.status_code == 401, answer.text


async def test_a_key_with_a_password_is_not_taken(api: Api, key: str) -> None:
    async with httpx2.AsyncClient(base_url=api.base_url, auth=(key, "more")) as client:
        assert (await client.post("/v1/track", json={})).status_code == 401
