"""Product events over REST: accepted, known again and refused one by one."""

import asyncio
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.events import rows_of, stored

EVENTS = "/api/v1/events"


async def test_one_event_is_stored_as_it_was_sent(api: Api, client: httpx2.AsyncClient) -> None:
    when = datetime.now(UTC) - timedelta(hours=1)
    sent = {
        "event": "Order Completed",
        "user_id": "one",
        "anonymous_id": "anon-1",
        "properties": {"revenue": 39.95, "big": 12345678901234567890, "of": ["a", None]},
        "context": {"ip": "10.0.0.1"},
        "timestamp": when.isoformat(),
        "message_id": "one-1",
    }
    answer = await client.post(EVENTS, json=sent)
    assert answer.status_code == 200, answer.text
    [result] = answer.json()["results"]
    [row] = await stored(api, user_id="one")
    assert (result["status"], result["id"]) == ("accepted", str(row["id"]))
    assert (row["timestamp"], row["type"], row["event"]) == (when, "track", "Order Completed")
    assert json.loads(row["properties"]) == sent["properties"]
    assert json.loads(row["context"]) == sent["context"]
    assert (row["anonymous_id"], row["message_id"], row["extra"]) == ("anon-1", "one-1", None)


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_batch_is_answered_entry_by_entry(
    api: Api, client: httpx2.AsyncClient, wrapped: bool
) -> None:
    user = f"batch-{wrapped}"
    batch: list[Any] = [
        {"event": "a", "user_id": user, "message_id": f"{user}-1"},
        {"event": "b", "user_id": user, "message_id": f"{user}-1"},
        {"user_id": user},
        {"event": "c", "user_id": 7},
        {"event": "d", "user_id": user, "propertis": {}},
        {"event": "e", "user_id": user, "properties": []},
        {"event": "f", "user_id": user, "properties": {"text": "x" * 33_000}},
        {"event": "g", "user_id": user, "properties": {"text": "\0"}},
        {"event": "h", "user_id": user, "timestamp": "2001-01-01T00:00:00Z"},
        "no event",
        {"event": "i", "user_id": user},
    ]
    body = {"events": batch} if wrapped else batch
    answer = (await client.post(EVENTS, json=body)).json()
    counts = (answer["accepted"], answer["duplicates"], answer["refused"])
    assert counts == (2, 1, 8)
    results = answer["results"]
    assert results[1] == {"status": "duplicate", "id": results[0]["id"], "errors": []}
    named = {i: r["errors"][0]["field"] for i, r in enumerate(results) if r["errors"]}
    assert named == {
        2: "event",
        3: "user_id",
        4: "propertis",
        5: "properties",
        6: "",
        7: "",
        8: "timestamp",
        9: "",
    }
    assert results[3]["errors"][0]["message"] == "must be str, not int"
    assert [row["event"] for row in await stored(api, user_id=user)] == ["a", "i"]


async def test_refusals_say_what_to_change(client: httpx2.AsyncClient) -> None:
    batch = [{"event": ""}, {"event": "a", "timestamp": "2026-01-05"}, {"event": "attune.query"}]
    answer = (await client.post(EVENTS, json=batch)).json()
    said = [result["errors"][0] for result in answer["results"]]
    assert said == [
        {"field": "event", "message": "must not be empty"},
        {
            "field": "timestamp",
            "message": "must be an RFC 3339 time, such as 2025-12-29T10:30:00Z",
        },
        {
            "field": "event",
            "message": "begins with 'attune.', as only what Attune records itself does",
        },
    ]
    lines = await client.post(f"{EVENTS}:upload", content=b"broken\n")
    [refusal] = lines.json()["refusals"]
    assert refusal["errors"][0]["message"].startswith("is not JSON: ")


async def test_an_idempotency_key_makes_message_ids(api: Api, client: httpx2.AsyncClient) -> None:
    batch = [{"event": "a", "user_id": "keyed"}, {"event": "b", "user_id": "keyed"}]
    for _ in range(2):
        headers = {"Idempotency-Key": "k1"}
        answer = await client.post(EVENTS, json=batch, headers=headers)
    assert answer.json()["duplicates"] == 2
    assert len(await stored(api, user_id="keyed")) == 2


async def test_half_a_surrogate_pair_is_mended(api: Api, client: httpx2.AsyncClient) -> None:
    body = rb'[{"event": "cut \ud83d", "user_id": "half"}]'
    answer = await client.post(EVENTS, content=body)
    assert answer.json()["accepted"] == 1
    [row] = await stored(api, user_id="half")
    assert row["event"] == "cut \ufffd"


async def test_a_gzipped_body_is_inflated(api: Api, client: httpx2.AsyncClient) -> None:
    body = gzip.compress(json.dumps({"event": "zipped", "user_id": "zip"}).encode())
    answer = await client.post(EVENTS, content=body, headers={"Content-Encoding": "gzip"})
    assert answer.json()["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"7", 422),
        (b"[]", 422),
        (b'{"events": 7}', 422),
        (b'{"events": [], "imported": true}', 422),
        (json.dumps([{"event": "x"}] * 5001).encode(), 422),
    ],
)
async def test_what_is_no_batch_of_events_is_refused_whole(
    client: httpx2.AsyncClient, body: bytes, status: int
) -> None:
    answer = await client.post(EVENTS, content=body)
    assert answer.status_code == status, answer.text


async def test_an_import_brings_events_of_long_ago(api: Api, client: httpx2.AsyncClient) -> None:
    sent = {"event": "commit", "user_id": "old", "timestamp": "1999-12-31T23:59:59Z"}
    refused = await client.post(EVENTS, json=sent)
    assert refused.json()["refused"] == 1
    answer = await client.post(EVENTS, json=sent, params={"imported": "true"})
    assert answer.json()["accepted"] == 1
    [row] = await stored(api, user_id="old")
    assert row["timestamp"] == datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)


async def test_an_import_makes_the_months_that_it_has_and_no_others(
    api: Api, client: httpx2.AsyncClient
) -> None:
    times = ("1971-02-03T00:00:00Z", "1981-02-03T00:00:00Z")
    batch = [{"event": "commit", "user_id": "sparse", "timestamp": time} for time in times]
    answer = await client.post(EVENTS, json=batch, params={"imported": "true"})
    assert answer.json()["accepted"] == 2
    made = "SELECT tablename FROM pg_tables WHERE tablename ~ '^events_19(7[1-4]|7[6-9]|8)'"
    tables = {row["tablename"] for row in await rows_of(api, made)}
    assert tables == {"events_1971_02", "events_1981_02"}


async def test_imports_of_the_same_months_at_the_same_time_are_all_stored(
    api: Api, client: httpx2.AsyncClient
) -> None:
    batch = [
        {"event": "commit", "user_id": "together", "timestamp": f"1975-{month:02}-03T00:00:00Z"}
        for month in range(1, 7)
    ]
    sending = [client.post(EVENTS, json=batch, params={"imported": "true"}) for _ in range(6)]
    for answer in await asyncio.gather(*sending):
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == len(batch)
    assert len(await stored(api, user_id="together")) == 36


async def test_large_batches_side_by_side_store_each_message_once(
    api: Api, client: httpx2.AsyncClient
) -> None:
    batch = [
        {"event": "Twice", "user_id": f"side-{n % 50}", "message_id": f"side-{n}"}
        for n in range(600)
    ]
    sending = (client.post(EVENTS, json=some) for some in (batch, batch[::-1], batch))
    answers = [answer.json() for answer in await asyncio.gather(*sending)]
    assert sum(answer["accepted"] for answer in answers) == 600
    assert sum(answer["duplicates"] for answer in answers) == 1200
    assert len(await stored(api, event="Twice")) == 600
