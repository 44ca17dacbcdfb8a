"""Feedback over REST: the documented example, its errors, and reading what came of it."""

import asyncio
from typing import Any

import httpx2
import pytest

from tests.databases import cloned
from tests.e2e.conftest import Api, gateway
from tests.suite import Servers, running_suite
from tests.waiting import until

FEEDBACK = "/api/v1/feedback"
BODY = {
    "score": 5,
    "text": "Clear and concise explanation",
    "latency_ms": 150.0,
    "tokens_used": 300,
}


async def start(client: httpx2.AsyncClient, name: str) -> Any:
    body = {
        "messages": [{"role": "user", "content": "Explain quantum computing"}],
        "conversation_id": name,
    }
    answer = await client.post("/api/v1/conversations", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_documented_example(client: httpx2.AsyncClient) -> None:
    await start(client, "demo-123")
    answer = await client.post(f"{FEEDBACK}/demo-123", json=BODY)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Feedback received and will be processed",
        "conversation_id": "demo-123",
        "feedback_score": 5,
    }
    own = {"conversation_id": "demo-123"}
    [vote] = (await client.get(FEEDBACK, params=own)).json()["feedback"]
    assert vote["user_feedback_text"] == BODY["text"]
    assert (vote["latency_ms"], vote["tokens_used"]) == (150.0, 300)
    assert vote["metadata"] == {"submitted_at": vote["created_at"], "message_count": 1}
    stats = (await client.get(f"{FEEDBACK}/stats", params=own)).json()
    assert stats == {
        "avg_score": 5.0,
        "total_count": 1,
        "score_1": 0,
        "score_2": 0,
        "score_3": 0,
        "score_4": 0,
        "score_5": 1,
        "avg_latency_ms": 150.0,
        "avg_tokens": 300.0,
    }

    async def read() -> bool:
        asked = {**own, "sentiment": "positive"}
        found = (await client.get(FEEDBACK, params=asked)).json()["feedback"]
        return [one["sentiment_source"] for one in found] == ["score_and_text"]

    await until(read)


async def test_the_documented_errors(client: httpx2.AsyncClient) -> None:
    await start(client, "errors")
    unknown = await client.post(f"{FEEDBACK}/conv-404", json=BODY)
    assert unknown.status_code == 404
    assert unknown.json()["reason"] == "NOT_FOUND"
    assert unknown.headers["content-type"] == "application/problem+json"
    wrong: list[tuple[Any, str]] = [
        ({}, "score"),
        ({"score": 0}, "score"),
        ({"score": 6}, "score"),
        ({"score": 4.5}, "score"),
        ({"score": True}, "score"),
        ({"score": 5, "text": "x" * 2001}, "text"),
        ({"score": 5, "latency_ms": -1}, "latency_ms"),
        ({"score": 5, "tokens_used": -1}, "tokens_used"),
        ({"score": 5, "tokens_used": 2**31}, "tokens_used"),
        ({"score": 5, "message_id": "nothing"}, "message_id"),
        ({"score": 5, "stars": 3}, "stars"),
    ]
    for body, field in wrong:
        answer = await client.post(f"{FEEDBACK}/errors", json=body)
        assert answer.status_code == 422, (body, answer.text)
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await client.post(f"{FEEDBACK}/errors", content=b"{")).status_code == 400
    own = {"conversation_id": "errors"}
    assert (await client.get(f"{FEEDBACK}/stats", params=own)).json()["total_count"] == 0


async def test_who_votes_too_often_is_told_when_to_come_back(
    servers: Servers, template_db: str
) -> None:
    async with (
        cloned(servers, template_db) as database,
        running_suite(servers, database, of_activity={"feedback_per_minute": 2}) as suite,
        gateway(suite) as address,
        Api(address, suite).as_("ann") as client,
    ):
        await start(client, "c")
        answers = [await client.post(f"{FEEDBACK}/c", json={"score": n}) for n in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["reason"] == "RATE_LIMITED"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


async def test_a_vote_is_changed_withdrawn_and_safe_to_repeat(client: httpx2.AsyncClient) -> None:
    made = await start(client, "changes")
    key = {"Idempotency-Key": "once"}
    path = f"{FEEDBACK}/{made['id']}"
    answers = await asyncio.gather(
        *(client.post(path, json={"score": 2}, headers=key) for _ in range(8))
    )
    assert [answer.json()["conversation_id"] for answer in answers] == [made["id"]] * 8
    await client.post(path, json={"score": 4})
    own = {"conversation_id": "changes"}
    assert (await client.get(f"{FEEDBACK}/stats", params=own)).json()["avg_score"] == 4.0
    other = await client.post(path, json={"score": 3}, headers=key)
    assert (other.status_code, other.json()["reason"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    gone = await client.delete(f"{FEEDBACK}/changes")
    assert gone.json() == {
        "status": "success",
        "message": "Feedback withdrawn",
        "conversation_id": "changes",
    }
    assert (await client.delete(f"{FEEDBACK}/changes")).status_code == 404
    stats = (await client.get(f"{FEEDBACK}/stats", params=own)).json()
    assert stats == {"total_count": 0, **{f"score_{n}": 0 for n in range(1, 6)}}


async def test_a_backend_votes_for_its_users_by_an_admins_key(
    api: Api, client: httpx2.AsyncClient
) -> None:
    await start(client, "by-key")
    whose = (await client.get("/api/v1/conversations/by-key")).json()["conversation"]["user_id"]
    asked = {"name": "backend", "scopes": ["feedback:write"]}
    for role, status in (("admin", 200), ("analyst", 403)):
        async with api.as_(f"{role}-of-keys", role=role) as owner:
            key = (await owner.post("/api/v1/api-keys", json=asked)).json()["secret"]
        bearer = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(base_url=api.base_url, headers=bearer) as backend:
            body = {"score": 4, "user_id": whose}
            answer = await backend.post(f"{FEEDBACK}/by-key", json=body)
            assert answer.status_code == status, answer.text
            nobody = await backend.post(f"{FEEDBACK}/by-key", json={"score": 1})
            assert nobody.status_code == 404
    [vote] = (await client.get(FEEDBACK, params={"conversation_id": "by-key"})).json()["feedback"]
    assert (vote["user_id"], vote["user_feedback_score"]) == (whose, 4)


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_votes_come_as_a_file(api: Api, client: httpx2.AsyncClient, kind: str) -> None:
    await start(client, f"export-{kind}")
    await client.post(f"{FEEDBACK}/export-{kind}", json={"score": 3, "text": "=cmd()"})
    answer = await client.get(f"{FEEDBACK}:export", params={"format": kind})
    assert answer.status_code == 200
    assert f'.{kind}"' in answer.headers["content-disposition"]
    assert ("'=cmd()" in answer.text) == (kind == "csv")


async def test_admins_and_analysts_see_the_trend_and_viewers_do_not(api: Api) -> None:
    for role, status in (("viewer", 403), ("analyst", 200), ("admin", 200)):
        async with api.as_("trend", role=role) as client:
            assert (await client.get(f"{FEEDBACK}/trend")).status_code == status
