"""Sessions, clicks, explanations and clearing over REST."""

import httpx2
import pytest

from tests.e2e.conftest import Api

PERSONALIZED = "/api/v1/connections/my-database/suggestions/personalized"
EXPLAIN = "/api/v1/connections/my-database/suggestions:explain"
CLEAR = "/api/v1/suggestions:clearCache"


async def test_a_session_is_named_by_a_parameter_and_a_documented_answer_stays(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post(PERSONALIZED, params={"session_id": "s-1", "partial_query": "show"})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["suggestions"][0]) == {"text", "type", "description", "icon"}
    refused = await client.post(PERSONALIZED, params={"session_id": "s" * 101})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "session_id"


async def test_an_explanation_has_candidates_signals_filters_and_the_state_of_the_cache(
    client: httpx2.AsyncClient,
) -> None:
    given = (await client.post(PERSONALIZED, params={"partial_query": "show"})).json()
    answer = await client.post(EXPLAIN, params={"partial_query": "show"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["partial_query"] == "show"
    assert told["candidates"][0]["text"] == given["suggestions"][0]["text"]
    best = told["candidates"][0]
    assert set(best) == {"text", "template", "source", "score", "signals", "position"}
    assert {"name": "continues", "value": 12.0} in best["signals"]
    assert told["cache"]["state"] == "hit"
    assert told["cache"]["hit_count"] == 0
    assert told["count"] == len(told["candidates"])
    assert isinstance(told["filters"], list)


@pytest.mark.parametrize("role", ["viewer", "analyst"])
async def test_only_an_admin_clears(api: Api, role: str) -> None:
    async with api.as_("somebody", role=role) as client:
        assert (await client.post(CLEAR)).status_code == 403


async def test_an_admin_clears_one_persons_entries(api: Api) -> None:
    async with api.as_("cleared") as client:
        await client.post(PERSONALIZED)
        assert (await client.post(PERSONALIZED)).json()["source"] == "cached"
        async with api.as_("chief", role="admin") as admin:
            answer = await admin.post(CLEAR, params={"user_id": "cleared"})
        assert answer.json() == {"success": True, "cleared": 1}
        assert (await client.post(PERSONALIZED)).json()["source"] == "patterns"


async def test_a_colon_and_another_word_is_no_route(client: httpx2.AsyncClient) -> None:
    for path in (f"{EXPLAIN}s", CLEAR.lower(), "/api/v1/connections/my-database/suggestions"):
        assert (await client.post(path)).status_code == 404
    assert (await client.get(EXPLAIN)).status_code == 405
