"""Files of events, and events that come several times at once."""

import asyncio
import gzip
import json
from typing import Any

import httpx2

from tests.e2e.conftest import Api
from tests.e2e.events import rows_of, stored

EVENTS, UPLOAD = "/api/v1/events", "/api/v1/events:upload"


def lines(*events: Any) -> bytes:
    return b"\n".join(json.dumps(event).encode() for event in events)


async def test_a_file_is_stored_line_by_line(api: Api, client: httpx2.AsyncClient) -> None:
    events = [{"event": f"e{n}", "user_id": "file", "message_id": f"f{n}"} for n in range(4_500)]
    body = lines(*events) + b'\n\n{"user_id": "file"}\n{\n\xff\n' + b"[" * 3_000 + b"\n"
    answer = (await client.post(UPLOAD, content=body)).json()
    assert (answer["accepted"], answer["duplicates"], answer["refused"]) == (4_500, 0, 4)
    assert [one["line"] for one in answer["refusals"]] == [4502, 4503, 4504, 4505]
    assert len(await stored(api, user_id="file")) == 4_500


async def test_an_upload_that_is_made_again_stores_nothing_twice(
    api: Api, client: httpx2.AsyncClient
) -> None:
    body = gzip.compress(lines({"event": "a", "user_id": "again"}, {"event": "b"}))
    headers = {"Content-Encoding": "gzip", "Idempotency-Key": "upload-1"}
    for _ in range(2):
        answer = (await client.post(UPLOAD, content=body, headers=headers)).json()
    assert (answer["accepted"], answer["duplicates"]) == (0, 2)
    assert len(await stored(api, user_id="again")) == 1


async def test_half_a_surrogate_pair_in_a_file_is_mended(
    api: Api, client: httpx2.AsyncClient
) -> None:
    body = rb'{"event": "x", "user_id": "mended", "properties": {"a": "\uD83d"}}'
    assert (await client.post(UPLOAD, content=body)).json()["accepted"] == 1
    [row] = await stored(api, user_id="mended")
    assert json.loads(row["properties"]) == {"a": "\ufffd"}


async def test_an_empty_file_is_no_failure(client: httpx2.AsyncClient) -> None:
    assert (await client.post(UPLOAD, content=b"")).json()["accepted"] == 0


async def test_repetitions_at_the_same_time_are_one_event(
    api: Api, client: httpx2.AsyncClient
) -> None:
    batch = [{"event": "x", "user_id": "at-once", "message_id": f"once-{n}"} for n in range(200)]
    bodies = [batch, batch[::-1], batch[50:], batch[:100]] * 3
    answers = await asyncio.gather(*(client.post(EVENTS, json=body) for body in bodies))
    assert sum(answer.json()["accepted"] for answer in answers) == 200
    rows = await stored(api, user_id="at-once")
    first = {row["message_id"]: str(row["id"]) for row in rows}
    assert len(rows) == len(first) == 200
    for body, answer in zip(bodies, answers, strict=True):
        told = [result["id"] for result in answer.json()["results"]]
        assert told == [first[event["message_id"]] for event in body]
    [person] = await rows_of(api, "SELECT * FROM users WHERE user_id = 'at-once'")
    assert person["first_seen"] <= person["last_seen"]
