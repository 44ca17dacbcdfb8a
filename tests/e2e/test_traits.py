"""Traits over REST: told once, and in the activities that follow at once."""

import httpx2

from tests.e2e.conftest import Api, running_api
from tests.suite import Servers
from tests.waiting import until

IDENTIFY, TRAITS = "/api/v1/identify", "/api/v1/users/ann/traits"


async def test_what_is_told_is_in_the_next_activity_though_the_token_is_cached(
    servers: Servers, template_db: str
) -> None:
    """The gateway has exchanged the credential by then, and drops what it kept."""
    api_of = running_api(servers, template_db, redis_url=servers.valkey.url())
    async with api_of as api, api.as_("ann") as client:

        async def goals_of_next() -> object:
            body = {"activity_type": "chat", "query_text": "hello"}
            assert (await client.post("/api/v1/activity/log", json=body)).status_code == 200
            found = (await client.get("/api/v1/activity/history?limit=1")).json()
            return found["activities"][0]["metadata"].get("goals")

        async def told() -> bool:
            return await goals_of_next() == ["less churn"]

        assert await goals_of_next() is None
        answer = await client.post(IDENTIFY, json={"traits": {"goals": ["less churn"]}})
        assert answer.status_code == 200
        await until(told)


async def test_traits_are_plain_json_and_null_clears(api: Api) -> None:
    async with api.as_("ann") as client:
        told = {"email": "ann@example.com", "consent": {"mail": True}, "size": 1.5, "old": 1}
        answer = await client.post(IDENTIFY, json={"traits": told})
        assert answer.json()["traits"] == told
        await client.post(IDENTIFY, json={"traits": {"old": None}})
        found = (await client.get(TRAITS)).json()
        history = (await client.get(f"{TRAITS}/history?page_size=1")).json()
    assert found["traits"] == {"email": "ann@example.com", "consent": {"mail": True}, "size": 1.5}
    [newest] = history["changes"]
    assert (newest["trait"], newest["value"], newest["changed_by"]) == ("old", None, "ann")
    assert history["next_page_token"]


async def test_bad_traits_are_named(api: Api) -> None:
    async with api.as_("ann") as client:
        for body, field in (
            ({"traits": {"email": "x"}}, "traits.email"),
            ({"traits": [1]}, "traits"),
            ({}, "traits"),
            ({"traits": {}, "timestamp": "2100-01-01T00:00:00Z"}, "timestamp"),
            ({"traits": {"locale": "de_DE"}}, "traits.locale"),
        ):
            answer: httpx2.Response = await client.post(IDENTIFY, json=body)
            assert answer.status_code == 422, answer.text
            assert [e["field"] for e in answer.json()["errors"]] == [field]
