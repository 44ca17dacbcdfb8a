"""What data are called, over REST: put, suggested from at once, changed, and gone."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.waiting import until

WORDS = {
    "metrics": [{"name": "waiting time", "synonyms": ["wait"]}],
    "dimensions": [{"name": "department", "values": ["Cardiology", "Radiology"]}],
    "entities": [{"name": "doctor", "synonyms": ["physician"]}],
}


@pytest.fixture
async def clinic(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody of an organization of the test's own."""
    async with api.as_("ann", org=uuid.uuid4().hex) as client:
        yield client


def path(connection: str = "clinic") -> str:
    return f"/api/v1/connections/{connection}/vocabulary"


async def suggested(
    client: httpx2.AsyncClient, typed: str = "", connection: str = "clinic"
) -> httpx2.Response:
    where = f"/api/v1/connections/{connection}/suggestions/personalized"
    return await client.post(where, params={"partial_query": typed})


async def texts(client: httpx2.AsyncClient, typed: str, connection: str = "clinic") -> list[str]:
    answer = (await suggested(client, typed, connection)).json()
    return [one["text"].casefold() for one in answer["suggestions"]]


async def until_suggested(client: httpx2.AsyncClient, status: int) -> None:
    async def answered() -> bool:
        return (await suggested(client)).status_code == status

    await until(answered)


async def test_a_connection_is_suggested_for_once_it_has_words_and_not_after(
    clinic: httpx2.AsyncClient,
) -> None:
    assert (await suggested(clinic)).status_code == 404
    put = await clinic.put(path(), json=WORDS)
    assert put.status_code == 200
    assert put.json() == (await clinic.get(path())).json()
    assert put.json().items() >= {"connection_id": "clinic", "updated_by": "ann"}.items()
    await until_suggested(clinic, 200)
    assert any("waiting time by department" in text for text in await texts(clinic, "waiting"))
    assert (await clinic.delete(path())).status_code == 200
    await until_suggested(clinic, 404)
    assert (await clinic.get(path())).status_code == 404


async def test_what_was_cached_under_older_words_is_not_served(clinic: httpx2.AsyncClient) -> None:
    await clinic.put(path(), json=WORDS)
    await until_suggested(clinic, 200)
    assert await texts(clinic, "waiting")
    await clinic.put(path(), json={**WORDS, "metrics": [{"name": "no-show rate"}]})

    async def changed() -> bool:
        return any("no-show rate" in text for text in await texts(clinic, "no-show"))

    await until(changed)
    assert not any("waiting time" in text for text in await texts(clinic, "waiting"))


async def test_a_business_metric_is_suggested_by_its_name_as_it_is_said_and_not_after(
    clinic: httpx2.AsyncClient,
) -> None:
    """On the built-in connection, which is there before anything is called anything."""
    assert await texts(clinic, "signup", "events") == []
    metric = {"name": "signup_count", "type": "simple", "aggregate": "count"}
    made = await clinic.post("/api/v1/knowledge/business-metrics", json=metric)
    assert made.status_code == 200, made.text

    async def named() -> bool:
        return any("signup count" in text for text in await texts(clinic, "signup", "events"))

    async def unnamed() -> bool:
        return not await named()

    await until(named)
    gone = await clinic.delete(f"/api/v1/knowledge/business-metrics/{made.json()['id']}")
    assert gone.status_code == 200, gone.text
    await until(unnamed)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"metrics": [{"name": ""}]}, "metrics[0].name"),
        ({"metrics": [{"name": "..."}]}, "metrics[0].name"),
        ({"metric": [{"name": "a"}]}, "metric"),
        ({"entities": [{"name": "a", "values": ["b"]}]}, "entities[0].values"),
        ({"dimensions": [{"name": "a"}, {"name": "A"}]}, "dimensions[1].name"),
        ({"metrics": [{"name": "a\u0000b"}]}, "metrics[0].name"),
    ],
)
async def test_a_mistake_is_told_with_its_place(
    clinic: httpx2.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await clinic.put(path(), json=body)
    assert 400 <= answer.status_code < 500
    assert field in answer.text
    assert (await clinic.get(path())).status_code == 404
