"""Refused events: listed, corrected, and replayed once."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.events import rows_of

EVENTS, REFUSED = "/api/v1/events", "/api/v1/events/refused"


@pytest.fixture
async def org(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[httpx2.AsyncClient]:
    """A client in an organization that no other test knows."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    async with api.as_("ann", org=name, role="admin") as client:
        yield client


async def listed(org: httpx2.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await org.get(REFUSED, params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["refused_events"]
    return found


async def replay(org: httpx2.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await org.post(f"{REFUSED}:replay", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def counts(answer: dict[str, Any]) -> tuple[int, int, int]:
    return answer["accepted"], answer["duplicates"], answer["refused"]


async def test_refused_events_are_listed_newest_first_in_pages(org: httpx2.AsyncClient) -> None:
    for number in range(3):
        await org.post(EVENTS, json=[{"number": number}, {"event": "x", "timestamp": "1990-01-01"}])
        await org.post(EVENTS, json={"event": "x", "timestamp": "1990-01-01T00:00:00Z"})
    invalid = await listed(org, reason="invalid")
    assert len(invalid) == 6
    assert {one["reason"] for one in await listed(org)} == {"invalid", "wrong_time"}
    assert [one["id"] for one in invalid] == sorted((one["id"] for one in invalid), reverse=True)
    pages, token = [], None
    while token != "":
        params: dict[str, Any] = {"page_size": 4, "reason": "invalid"}
        if token:
            params["page_token"] = token
        page = (await org.get(REFUSED, params=params)).json()
        pages.append([one["id"] for one in page["refused_events"]])
        token = page.get("next_page_token", "")
    assert pages == [[one["id"] for one in invalid[:4]], [one["id"] for one in invalid[4:]]]


async def test_what_was_sent_is_kept_with_what_is_wrong(org: httpx2.AsyncClient) -> None:
    sent = {"event": "x", "user_id": 7}
    result = (await org.post(EVENTS, json=sent)).json()["results"][0]
    [kept] = await listed(org)
    assert kept["id"] == result["id"]
    assert (
        kept["errors"]
        == result["errors"]
        == [{"field": "user_id", "message": "must be str, not int"}]
    )
    assert json.loads(kept["body"]) == sent
    assert (kept["form"], kept["source"], kept["imported"]) == ("attune", "user:ann", False)


async def test_a_corrected_event_is_replayed_once(api: Api, org: httpx2.AsyncClient) -> None:
    sent = {"evnt": "x", "user_id": "u", "properties": {"a": 1}}
    [one] = (await org.post(EVENTS, json=sent)).json()["results"]
    body = {
        "ids": [one["id"]],
        "rename": {"evnt": "event"},
        "corrections": {"properties": {"b": {"c": 2}}},
    }
    assert counts(await replay(org, **body)) == (1, 0, 0)
    assert counts(await replay(org, **body)) == (0, 0, 0)
    assert await listed(org) == []
    [kept] = await listed(org, replayed=True)
    assert kept["event_id"] == kept["id"] == one["id"]
    [row] = await rows_of(api, "SELECT properties FROM events WHERE id = $1", one["id"])
    assert json.loads(row["properties"]) == {"a": 1, "b": {"c": 2}}


async def test_replays_at_the_same_time_store_an_event_once(org: httpx2.AsyncClient) -> None:
    await org.post(EVENTS, json=[{"user_id": f"u{n}"} for n in range(20)])
    body = {"all": True, "corrections": {"event": "x"}}
    answers = await asyncio.gather(*(replay(org, **body) for _ in range(4)))
    assert sum(answer["accepted"] for answer in answers) == 20


async def test_what_is_still_wrong_stays_with_what_is_wrong_now(org: httpx2.AsyncClient) -> None:
    await org.post(EVENTS, json=[{"user_id": 1}, {"user_id": "2"}])
    answer = await replay(org, reason="invalid", corrections={"event": "x"})
    assert counts(answer) == (1, 0, 1)
    [kept] = await listed(org)
    assert kept["errors"] == answer["refusals"][0]["errors"]
    assert kept["errors"][0]["field"] == "user_id"


async def test_an_event_that_the_sender_sent_again_meanwhile_is_a_duplicate(
    org: httpx2.AsyncClient,
) -> None:
    await org.post(EVENTS, json={"message_id": "m1", "user_id": "u"})
    good = {"message_id": "m1", "user_id": "u", "event": "x"}
    [result] = (await org.post(EVENTS, json=good)).json()["results"]
    assert counts(await replay(org, all=True, corrections={"event": "x"})) == (0, 1, 0)
    [kept] = await listed(org, replayed=True)
    assert kept["event_id"] == result["id"]


async def test_what_a_request_sent_twice_had_refused_is_replayed_once(
    org: httpx2.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "again"}
    for _ in range(2):
        await org.post(EVENTS, json=[{"user_id": "u"}, {"user_id": "v"}], headers=headers)
    assert counts(await replay(org, all=True, corrections={"event": "x"})) == (2, 2, 0)


async def test_an_event_of_long_ago_is_replayed_as_an_import(org: httpx2.AsyncClient) -> None:
    await org.post(EVENTS, json={"event": "x", "timestamp": "1995-05-05T00:00:00Z"})
    assert counts(await replay(org, reason="wrong_time")) == (0, 0, 1)
    assert counts(await replay(org, reason="wrong_time", imported=True)) == (1, 0, 0)


async def test_one_that_is_too_large_stays(org: httpx2.AsyncClient) -> None:
    await org.post(EVENTS, json={"event": "x", "properties": {"text": "x" * 40_000}})
    assert counts(await replay(org, all=True)) == (0, 0, 1)
    [kept] = await listed(org)
    assert (kept["reason"], len(kept["body"])) == ("too_large", 32 * 1024)


async def test_segments_events_are_replayed_as_such(org: httpx2.AsyncClient) -> None:
    batch = [{"type": "track", "userId": "u"}, {"type": "nothing", "userId": "u"}]
    await org.post("/v1/batch", json={"batch": batch})
    await org.post("/v1/track", json={"userId": "u"})
    answer = await replay(org, all=True, corrections={"event": "x", "extra": 1})
    assert counts(answer) == (2, 0, 1)


@pytest.mark.parametrize(
    "body",
    [{}, {"all": True, "reason": "invalid"}, {"all": True, "corrections": []}, {"ids": ["x"]}],
)
async def test_a_replay_says_which(org: httpx2.AsyncClient, body: Any) -> None:
    assert (await org.post(f"{REFUSED}:replay", json=body)).status_code == 422


async def test_another_organization_sees_and_replays_none(
    api: Api, org: httpx2.AsyncClient
) -> None:
    [one] = (await org.post(EVENTS, json={"user_id": "u"})).json()["results"]
    async with api.as_("ann", org="elsewhere", role="admin") as other:
        assert await listed(other) == []
        assert counts(await replay(other, ids=[one["id"]], corrections={"event": "x"})) == (0, 0, 0)
    assert len(await listed(org)) == 1
