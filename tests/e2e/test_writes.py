"""Writes over REST: idempotency keys and batches."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.shapes import errors_of, shape

LOG = "/api/v1/activity/log"
BATCH = f"{LOG}:batch"
JSON = {"Content-Type": "application/json"}
HISTORY = "/api/v1/activity/history"


def query(text: Any = "q", **more: Any) -> dict[str, Any]:
    return {"activity_type": "query", "query_text": text, **more}


async def count(client: httpx2.AsyncClient) -> int:
    answer = (await client.get(HISTORY, params={"limit": 1000})).json()
    assert answer["count"] == len(answer["activities"])
    return int(answer["count"])


async def test_a_repeated_request_gets_the_first_answer(client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "first"}
    answers = await asyncio.gather(
        *(client.post(LOG, json=query(), headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await count(client) == 1


async def test_the_key_may_stand_in_the_header_or_in_the_body(client: httpx2.AsyncClient) -> None:
    one = await client.post(LOG, json=query(), headers={"Idempotency-Key": "k"})
    two = await client.post(LOG, json=query(request_id="k"))
    assert one.json() == two.json()
    both = await client.post(LOG, json=query(request_id="k"), headers={"Idempotency-Key": "l"})
    assert errors_of(both).keys() == {"Idempotency-Key"}


async def test_without_a_key_the_same_is_written_twice(client: httpx2.AsyncClient) -> None:
    for _ in range(2):
        await client.post(LOG, json=query())
    assert await count(client) == 2


async def test_a_key_belongs_to_the_person(api: Api) -> None:
    numbers = []
    for user, org in (("key-a", "acme"), ("key-b", "acme"), ("key-a", "other")):
        async with api.as_(user, org=org) as client:
            answer = await client.post(LOG, json=query(), headers={"Idempotency-Key": "shared"})
            numbers.append(answer.json()["activity_id"])
            assert await count(client) == 1
    assert numbers[0] != numbers[1]


@pytest.mark.parametrize("key", ["x" * 201, "a\tb", ""])
async def test_a_bad_key_is_named_as_it_was_given(client: httpx2.AsyncClient, key: str) -> None:
    headers = {"Idempotency-Key": key}
    for path, body in ((LOG, query()), (BATCH, {"activities": [query()]})):
        answer = await client.post(path, json=body, headers=headers)
        assert errors_of(answer).keys() == {"Idempotency-Key"}
    inside = await client.post(LOG, json=query(request_id="x" * 201))
    assert errors_of(inside).keys() == {"request_id"}
    assert await count(client) == 0


async def test_a_batch_answers_for_each_entry(client: httpx2.AsyncClient) -> None:
    entries = [query("a"), {"activity_type": "feedback"}, query("b"), query("c", user_id="bob")]
    answer = (await client.post(BATCH, json={"activities": entries})).json()
    assert (answer["accepted"], answer["refused"]) == (2, 2)
    good, bad = answer["results"][0], answer["results"][1]
    assert shape(good) | {"errors": []} == {
        "index": "int",
        "success": "bool",
        "activity_id": "int",
        "errors": [],
    }
    assert bad["errors"][0]["field"] == "feedback_rating"
    assert answer["results"][3]["errors"][0]["reason"] == "PERMISSION_DENIED"
    assert [result["index"] for result in answer["results"]] == [0, 1, 2, 3]
    assert await count(client) == 2


@pytest.mark.parametrize("size", [1, 1000])
async def test_a_batch_holds_up_to_a_thousand(client: httpx2.AsyncClient, size: int) -> None:
    answer = await client.post(BATCH, json={"activities": [query(f"q{n}") for n in range(size)]})
    assert answer.json()["accepted"] == size
    numbers = [result["activity_id"] for result in answer.json()["results"]]
    assert numbers == sorted(set(numbers))
    assert await count(client) == size


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_batch_of_none_or_too_many_is_refused_whole(
    client: httpx2.AsyncClient, size: int
) -> None:
    answer = await client.post(BATCH, json={"activities": [query()] * size})
    assert errors_of(answer).keys() == {"activities"}
    assert await count(client) == 0


ODD: list[tuple[Any, dict[str, str]]] = [
    (query(5), {"query_text": "must be a string"}),
    ("profit by region", {"": "must be an object"}),
    (None, {"": "must be an object"}),
    (query(created_at="noon"), {"created_at": "must be an RFC 3339 time"}),
    (query(nonsense=1, query_texts=2), {"nonsense": "is not a known", "query_texts": "is not"}),
    ({"activity_type": "feedback", "feedback_rating": "good"}, {"feedback_rating": "must be"}),
    (query(request_id=["k"]), {"request_id": "must be a string"}),
    (query(**{"a\0b": 1}), {"a\0b": "is not a known field"}),
    (query("half \ud83d"), {"query_text": "has half of a surrogate pair"}),
    (query(metadata={"a": ["\udc00"]}), {"metadata.a[0]": "has half of a surrogate pair"}),
]


async def test_entries_of_the_wrong_shape_are_refused_by_themselves(
    client: httpx2.AsyncClient,
) -> None:
    entries = [entry for odd, _ in ODD for entry in (odd, query("good"))]
    content = json.dumps({"activities": entries})
    answer = await client.post(BATCH, content=content, headers=JSON)
    body = answer.json()
    assert (answer.status_code, body["accepted"], body["refused"]) == (200, len(ODD), len(ODD))
    assert [result["index"] for result in body["results"]] == list(range(len(entries)))
    for result, (odd, expected) in zip(body["results"][::2], ODD, strict=True):
        errors = {e["field"]: e["message"] for e in result["errors"]}
        assert errors.keys() == expected.keys(), odd
        assert all(errors[field].startswith(told) for field, told in expected.items())
        assert {e["reason"] for e in result["errors"]} == {"INVALID_FIELD"}
        assert not result["success"]
    assert all(result["success"] for result in body["results"][1::2])
    assert await count(client) == len(ODD)


async def test_a_batch_of_nothing_that_fits_is_answered_too(client: httpx2.AsyncClient) -> None:
    answer = (await client.post(BATCH, json={"activities": [1] * 1000})).json()
    assert (answer["accepted"], answer["refused"]) == (0, 1000)
    assert errors_of(await client.post(BATCH, json={"activities": [1] * 1001})).keys() == {
        "activities"
    }


async def test_a_batch_with_a_key_keeps_each_entrys_place_when_a_bad_one_is_mended(
    client: httpx2.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "batch"}
    entries: list[Any] = [query("a"), query(5), "c", query("d")]
    first = (await client.post(BATCH, json={"activities": entries}, headers=headers)).json()
    assert [result["success"] for result in first["results"]] == [True, False, False, True]
    again = (await client.post(BATCH, json={"activities": entries}, headers=headers)).json()
    assert again == first
    mended = {"activities": [query("a"), query("b"), query("c"), query("d")]}
    answer = (await client.post(BATCH, json=mended, headers=headers)).json()
    assert answer["accepted"] == 4
    assert answer["results"][0] == first["results"][0]
    assert answer["results"][3] == first["results"][3]
    assert await count(client) == 4


async def test_a_batch_cannot_tell_by_itself_what_is_unread(client: httpx2.AsyncClient) -> None:
    body = {"activities": [query()], "unread": [{"index": 0}]}
    assert errors_of(await client.post(BATCH, json=body)) == {"unread": "is not a known field"}
    assert await count(client) == 0


async def test_a_batch_with_keys_may_be_sent_again(client: httpx2.AsyncClient) -> None:
    entries = [query(f"q{n}", request_id=f"k{n}") for n in range(20)]
    first = (await client.post(BATCH, json={"activities": entries})).json()
    again = (await client.post(BATCH, json={"activities": [*entries, query("more")]})).json()
    assert again["results"][:20] == first["results"]
    assert await count(client) == 21


async def test_the_same_key_twice_in_a_batch_is_written_once(client: httpx2.AsyncClient) -> None:
    entries = [query("a", request_id="k"), query("a", request_id="k"), query("b", request_id="k")]
    one, two, three = (await client.post(BATCH, json={"activities": entries})).json()["results"]
    assert one["activity_id"] == two["activity_id"]
    assert three["errors"][0]["reason"] == "IDEMPOTENCY_KEY_REUSED"
    assert await count(client) == 1


async def test_pages_of_the_history_have_no_gap_while_more_is_logged(
    client: httpx2.AsyncClient,
) -> None:
    await client.post(BATCH, json={"activities": [query(f"q{n}") for n in range(100)]})
    seen: list[int] = []
    token: str | None = None
    while True:
        params: dict[str, str | int] = {"limit": 17, **({"page_token": token} if token else {})}
        page = (await client.get(HISTORY, params=params)).json()
        seen += [activity["id"] for activity in page["activities"]]
        await client.post(LOG, json=query("newer"))
        token = page.get("next_page_token")
        if not token:
            break
    assert len(seen) == len(set(seen)) == 100
    assert seen == sorted(seen, reverse=True)
