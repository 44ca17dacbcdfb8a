"""A webhook as an organization uses it, over REST."""

import httpx2
import pytest
from standardwebhooks import Webhook

from tests.e2e.conftest import Api
from tests.receiver import Told, receiving
from tests.waiting import until

PATH = "/api/v1/webhooks"


async def test_an_endpoint_is_registered_tested_fails_and_is_sent_again(api: Api) -> None:
    async with receiving() as receiver, api.as_("boss", role="admin", org="hooks") as client:
        made = (await client.post(PATH, json={"url": receiver.url})).json()
        webhook = f"{PATH}/{made['webhook']['id']}"
        receiver.will(Told(410))
        tested = (await client.post(f"{webhook}:test", json={})).json()
        assert (tested["status"], tested["attempts"]) == ("pending", 0)

        async def gone() -> bool:
            return bool((await client.get(webhook)).json().get("disabled_reason") == "gone")

        await until(gone)
        refused = await client.post(f"{webhook}/deliveries/{tested['id']}:replay", json={})
        assert refused.status_code == 409
        assert "enable it first" in refused.json()["detail"]
        enabled = await client.patch(webhook, json={"disabled": False})
        assert (enabled.json()["disabled"], enabled.status_code) == (False, 200)
        receiver.will(Told(204))
        again = await client.post(
            f"{webhook}/deliveries:replayFailed", json={"since": "2020-01-01T00:00:00Z"}
        )
        assert again.json() == {"replayed": 1, "more": False}

        async def delivered() -> bool:
            page = (await client.get(f"{webhook}/deliveries?status=delivered")).json()
            return len(page["deliveries"]) == 1

        await until(delivered)
        [delivery] = (await client.get(f"{webhook}/deliveries")).json()["deliveries"]
        first, second = await receiver.after(2)
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        told = Webhook(made["secret"]).verify(second.body, second.headers)
        assert told == delivery["payload"]
        assert (delivery["response_status"], delivery["attempts"]) == (204, 2)
        assert isinstance(delivery["duration_ms"], int)
        assert (await client.delete(webhook)).json() == {}
        assert (await client.get(webhook)).status_code == 404


async def test_a_bad_vote_reaches_a_receiver_that_verifies_it(api: Api) -> None:
    async with (
        receiving() as receiver,
        api.as_("boss", role="admin", org="told") as boss,
        api.as_("ann", org="told") as ann,
        api.as_("ann", org="elsewhere") as stranger,
    ):
        made = (await boss.post(PATH, json={"url": receiver.url})).json()
        for client in (ann, stranger):
            said = [{"role": "user", "content": "Explain quantum computing"}]
            body = {"conversation_id": "demo-123", "messages": said}
            assert (await client.post("/api/v1/conversations", json=body)).status_code == 200
            vote = {"score": 1, "text": "Wrong. Write to ann@example.com", "latency_ms": 125.5}
            assert (await client.post("/api/v1/feedback/demo-123", json=vote)).status_code == 200
        await receiver.after(2)
        assert (await ann.delete("/api/v1/feedback/demo-123")).status_code == 200
        arrived = await receiver.after(3)
    told = [Webhook(made["secret"]).verify(one.body, one.headers) for one in arrived]
    assert sorted(one["type"] for one in told[:2]) == ["feedback.low_rating", "feedback.received"]
    for one in told:
        data = one["data"]
        assert (data["external_id"], data["user_id"], data["score"]) == ("demo-123", "ann", 1)
    assert {one["data"]["text"] for one in told[:2]} == {"Wrong. Write to [email]"}
    assert (told[2]["type"], told[2]["data"]["withdrawn"]) == ("feedback.received", True)
    assert len({one.headers["webhook-id"] for one in arrived}) == 3


async def test_a_wrong_endpoint_is_422_and_says_what_to_change(api: Api) -> None:
    body = {"url": "http://169.254.169.254/", "event_types": ["nonsense"]}
    async with api.as_("boss", role="admin", org="hooks") as client:
        answer = await client.post(PATH, json=body)
    assert answer.status_code == 422
    named = {problem["field"]: problem["message"] for problem in answer.json()["errors"]}
    assert named["url"] == "must lead to a public address"
    assert "feedback.received" in named["event_types[0]"]


@pytest.mark.parametrize("scopes", [["webhooks:read"], ["activity:read"]])
async def test_a_key_reads_webhooks_by_its_scope_and_changes_none(
    api: Api, scopes: list[str]
) -> None:
    async with api.as_("boss", role="admin", org="hooks") as client:
        made = (await client.post(PATH, json={"url": "https://hooks.example.com/"})).json()
        key = await client.post("/api/v1/api-keys", json={"name": "k", "scopes": scopes})
    webhook = f"{PATH}/{made['webhook']['id']}"
    headers = {"Authorization": f"Bearer {key.json()['secret']}"}
    async with httpx2.AsyncClient(base_url=api.base_url, headers=headers) as program:
        reads = [await program.get(path) for path in (PATH, webhook, f"{webhook}/deliveries")]
        wanted = 200 if "webhooks:read" in scopes else 403
        assert [answer.status_code for answer in reads] == [wanted] * 3
        assert made["secret"] not in "".join(answer.text for answer in reads)
        writes = [
            await program.post(PATH, json={"url": "https://hooks.example.com/"}),
            await program.patch(webhook, json={"disabled": True}),
            await program.post(f"{webhook}:rotateSecret", json={}),
            await program.post(f"{webhook}:test", json={}),
            await program.delete(webhook),
        ]
        assert [answer.status_code for answer in writes] == [403] * 5
