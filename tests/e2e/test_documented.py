"""The examples of the activity and suggestions document, as they stand there."""

import re
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Api
from tests.e2e.shapes import shape
from tests.waiting import until

LOG = "/api/v1/activity/log"
HISTORY = "/api/v1/activity/history"
PATTERNS = "/api/v1/activity/patterns"
PREFERENCES = "/api/v1/activity/preferences"
SUGGESTIONS = "/api/v1/connections/my-database/suggestions/personalized"
QUESTION = "Show me quarterly profits from last 5 years"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

LOG_REQUEST = {
    "activity_type": "query",
    "query_text": QUESTION,
    "response_data": {
        "data": [{"quarter": "Q1 2024", "profit": 12.5}],
        "metadata": {
            "generated_sql": "SELECT ...",
            "execution_time_ms": 245,
            "row_count": 20,
        },
    },
    "metadata": {"connection_id": "my-database"},
}
ACTIVITY = {
    "id": "int",
    "user_id": "str",
    "activity_type": "str",
    "query_text": "str",
    "created_at": "str",
}
PATTERN = {
    "id": "int",
    "pattern_type": "str",
    "target_id": "str",
    "query_template": "str",
    "frequency": "int",
    "success_rate": "float",
}
PREFERENCE = {
    "user_id": "str",
    "preferred_query_types": ["str"],
    "excluded_metrics": ["str"],
    "preferred_metrics": ["str"],
    "preferred_dimensions": ["str"],
    "show_advanced_queries": "bool",
    "max_suggestions": "int",
    "updated_at": "str",
}
ALL_PREFERENCES = {
    "preferred_query_types": ["comparison", "trend", "ranking"],
    "excluded_metrics": ["internal_id", "debug_field"],
    "preferred_metrics": ["profit", "revenue", "margin"],
    "preferred_dimensions": ["quarter", "product", "region"],
    "show_advanced_queries": False,
    "max_suggestions": 6,
}


async def log(client: httpx2.AsyncClient, **body: Any) -> Any:
    answer = await client.post(LOG, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def learned(client: httpx2.AsyncClient, count: int) -> Any:
    """The caller's patterns once they count so many questions."""
    found: dict[str, Any] = {}

    async def enough() -> bool:
        found.update((await client.get(PATTERNS, params={"limit": 100})).json())
        return bool(sum(p["frequency"] for p in found["user_patterns"]) >= count)

    await until(enough)
    return found


async def test_logging_answers_with_the_documented_json(client: httpx2.AsyncClient) -> None:
    answer = await client.post(LOG, json=LOG_REQUEST)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert shape(answer.json()) == {"success": "bool", "activity_id": "int", "activity_type": "str"}
    assert (answer.json()["success"], answer.json()["activity_type"]) == (True, "query")


@pytest.mark.parametrize(
    "body",
    [
        {"activity_type": "suggestion_click", "suggestion_clicked": QUESTION},
        {
            "activity_type": "query",
            "query_text": QUESTION,
            "response_data": {"data": [{"a": 1}], "metadata": {"row_count": 1}},
        },
        {"activity_type": "chat", "query_text": "hello"},
        {"activity_type": "feedback", "feedback_rating": 5},
        {"activity_type": "feedback", "feedback_rating": 1, "query_text": "too slow"},
    ],
)
async def test_every_documented_kind_of_activity_is_taken_and_read_back(
    client: httpx2.AsyncClient, body: dict[str, Any]
) -> None:
    number = (await log(client, **body))["activity_id"]
    [activity] = (await client.get(HISTORY)).json()["activities"]
    metadata = activity.pop("metadata")
    assert (metadata["role"], metadata["job_role"]) == ("analyst", "analyst")
    assert RFC3339.fullmatch(activity.pop("created_at"))
    assert activity == {"id": number, "user_id": activity["user_id"], **body}


async def test_history_answers_with_the_documented_json(api: Api) -> None:
    async with api.as_("analyst001") as client:
        for n in range(15):
            await log(client, activity_type="query", query_text=f"Show me quarterly profits {n}")
        answer = (await client.get(HISTORY)).json()
        more = {"metadata": {"role": "str", "job_role": "str"}}
        assert shape(answer) == {
            "user_id": "str",
            "activities": [{**ACTIVITY, **more}],
            "count": "int",
        }
        assert (answer["user_id"], answer["count"]) == ("analyst001", 15)
        assert {a["user_id"] for a in answer["activities"]} == {"analyst001"}
        newest = [a["query_text"] for a in answer["activities"]][:2]
        assert newest == ["Show me quarterly profits 14", "Show me quarterly profits 13"]


async def test_history_takes_the_documented_parameters(client: httpx2.AsyncClient) -> None:
    for n in range(5):
        await log(client, activity_type="query", query_text=f"q{n}")
        await log(client, activity_type="chat", query_text=f"c{n}")
    chats = (await client.get(HISTORY, params={"activity_type": "chat"})).json()
    assert [a["query_text"] for a in chats["activities"]] == ["c4", "c3", "c2", "c1", "c0"]
    page = (await client.get(HISTORY, params={"activity_type": "query", "limit": 2})).json()
    assert (page["count"], len(page["activities"])) == (2, 2)
    assert page.keys() == {"user_id", "activities", "count", "next_page_token"}


async def test_history_returns_a_hundred_where_no_limit_is_given(
    client: httpx2.AsyncClient,
) -> None:
    batch = [{"activity_type": "chat", "query_text": f"c{n}"} for n in range(101)]
    await client.post(f"{LOG}:batch", json={"activities": batch})
    answer = (await client.get(HISTORY)).json()
    assert answer["count"] == len(answer["activities"]) == 100


async def test_patterns_answer_with_the_documented_json(client: httpx2.AsyncClient) -> None:
    await log(client, **LOG_REQUEST)
    await log(client, activity_type="query", query_text="Compare revenue across regions")
    answer = await learned(client, 2)
    beside = {"last_used": "str"}
    for kind, target in (("user", answer["user_id"]), ("role", "analyst")):
        patterns = answer[f"{kind}_patterns"]
        assert answer[f"{kind}_pattern_count"] == len(patterns) > 0
        assert {p["target_id"] for p in patterns} == {target}
        for pattern in patterns:
            seen = shape(pattern)
            assert isinstance(pattern.pop("metadata"), dict)
            seen.pop("metadata")
            assert seen.pop("avg_response_time", "float") == "float"
            assert seen == {**PATTERN, **beside}
    assert {p["pattern_type"] for p in answer["user_patterns"]} == {"user_specific"}
    assert {p["pattern_type"] for p in answer["role_patterns"]} == {"role_based"}
    assert answer.keys() == {
        "user_id",
        "user_patterns",
        "role_patterns",
        "user_pattern_count",
        "role_pattern_count",
    }
    timed = [p for p in answer["user_patterns"] if "avg_response_time" in p]
    assert [p["avg_response_time"] for p in timed] == [0.245]


async def test_patterns_take_the_documented_limit(client: httpx2.AsyncClient) -> None:
    for word in ("one", "two", "three"):
        await log(client, activity_type="query", query_text=f"say {word} to me")
    await learned(client, 3)
    answer = (await client.get(PATTERNS, params={"limit": 2})).json()
    assert answer["user_pattern_count"] == len(answer["user_patterns"]) == 2


async def test_preferences_answer_with_the_documented_json(client: httpx2.AsyncClient) -> None:
    put = await client.put(PREFERENCES, json=ALL_PREFERENCES)
    assert shape(put.json()) == {"success": "bool", "preferences": PREFERENCE}
    answer = (await client.get(PREFERENCES)).json()
    assert shape(answer) == PREFERENCE
    assert {**answer, **ALL_PREFERENCES} == answer
    assert RFC3339.fullmatch(answer["updated_at"])


async def test_the_documented_update_changes_what_it_names_and_nothing_else(
    client: httpx2.AsyncClient,
) -> None:
    await client.put(PREFERENCES, json=ALL_PREFERENCES)
    changes = {
        "preferred_query_types": ["comparison", "trend"],
        "excluded_metrics": ["internal_id"],
        "max_suggestions": 8,
    }
    answer = (await client.put(PREFERENCES, json=changes)).json()
    assert answer["success"] is True
    found = answer["preferences"]
    assert found == {**found, **ALL_PREFERENCES, **changes}
    assert (await client.get(PREFERENCES)).json() == found


async def test_an_empty_list_and_null_clear_and_absence_keeps(client: httpx2.AsyncClient) -> None:
    await client.put(PREFERENCES, json=ALL_PREFERENCES)
    changes: dict[str, Any] = {"excluded_metrics": [], "preferred_metrics": None}
    found = (await client.put(PREFERENCES, json=changes)).json()["preferences"]
    assert (found["excluded_metrics"], found["preferred_metrics"]) == ([], [])
    assert found["preferred_dimensions"] == ALL_PREFERENCES["preferred_dimensions"]
    assert (await client.put(PREFERENCES, json={})).json()["preferences"] == found


async def test_null_brings_every_preference_back_to_its_default(
    client: httpx2.AsyncClient,
) -> None:
    defaults = (await client.get(PREFERENCES)).json()
    await client.put(PREFERENCES, json=ALL_PREFERENCES | {"show_advanced_queries": True})
    cleared = dict.fromkeys(ALL_PREFERENCES | {"show_advanced_queries": True})
    found = (await client.put(PREFERENCES, json=cleared)).json()["preferences"]
    assert found == defaults | {"updated_at": found["updated_at"]}


async def test_names_are_kept_once_without_white_space_around_them(
    client: httpx2.AsyncClient,
) -> None:
    metrics = [" profit", "gross  margin\n", "Profit", "profit", "Gross Margin", "revenue\u00a0"]
    found = (await client.put(PREFERENCES, json={"preferred_metrics": metrics})).json()
    kept = ["profit", "gross margin", "revenue"]
    assert found["preferences"]["preferred_metrics"] == kept


async def test_a_put_that_names_nothing_changes_nothing(client: httpx2.AsyncClient) -> None:
    await client.put(PREFERENCES, json={})
    before = (await client.get(PREFERENCES)).json()
    assert "updated_at" not in before
    await client.put(PREFERENCES, json={"updated_at": "2025-12-29T10:00:00Z"})
    assert (await client.get(PREFERENCES)).json() == before


async def test_what_was_read_may_be_put_back(client: httpx2.AsyncClient) -> None:
    await client.put(PREFERENCES, json={"max_suggestions": 3})
    found = (await client.get(PREFERENCES)).json()
    again = (await client.put(PREFERENCES, json=found)).json()["preferences"]
    assert {**again, "updated_at": ""} == {**found, "updated_at": ""}


async def test_a_new_user_has_the_documented_defaults(client: httpx2.AsyncClient) -> None:
    found = (await client.get(PREFERENCES)).json()
    assert (found["max_suggestions"], found["show_advanced_queries"]) == (6, False)
    assert "updated_at" not in found


SUGGESTED = {
    "connection_id": "str",
    "partial_query": "str",
    "suggestions": [{"text": "str", "type": "str", "description": "str", "icon": "str"}],
    "source": "str",
    "user_patterns": ["str"],
    "role_patterns": ["str"],
    "count": "int",
}


async def test_suggestions_answer_with_the_documented_json(client: httpx2.AsyncClient) -> None:
    await log(client, activity_type="query", query_text="Show me profit for Q1 2024")
    await learned(client, 1)
    asked = {"partial_query": "show me profit", "max_suggestions": "6"}
    answer = (await client.post(SUGGESTIONS, params=asked)).json()
    assert shape(answer) == SUGGESTED | {"degraded_reason": "str"}  # there is no model here
    assert (answer["connection_id"], answer["partial_query"]) == ("my-database", "show me profit")
    assert answer["source"] == "patterns"
    assert answer["count"] == len(answer["suggestions"])
    types = {"complete", "comparison", "trend", "ranking", "aggregation"}
    assert {s["type"] for s in answer["suggestions"]} <= types
    again = (await client.post(SUGGESTIONS, params=asked)).json()
    assert again == {**answer, "source": "cached", "original_source": "patterns"}


@pytest.mark.parametrize("body", [None, b"", b"{}"])
@pytest.mark.parametrize("kind", [None, "application/json"])
async def test_suggestions_are_asked_as_the_documents_frontend_does(
    client: httpx2.AsyncClient, kind: str | None, body: bytes | None
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = await client.post(
        f"{SUGGESTIONS}?partial_query=top%205%20%26%20more%20%F0%9F%93%88&max_suggestions=6",
        headers=headers,
        content=body,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["partial_query"] == "top 5 & more 📈"


async def test_without_parameters_six_are_suggested(client: httpx2.AsyncClient) -> None:
    answer = (await client.post(SUGGESTIONS)).json()
    assert (answer["count"], answer["partial_query"]) == (6, "")
    assert shape(answer) | {"user_patterns": [], "role_patterns": []} == {
        **SUGGESTED,
        "user_patterns": [],
        "role_patterns": [],
    }


async def test_numbers_and_payloads_come_back_as_they_were(client: httpx2.AsyncClient) -> None:
    text = (
        '{"activity_type":"query","query_text":"q","response_data":'
        '{"big":123456789012345678901234567890,"small":0.1,"whole":1.0,"none":null,"é":"😀"}}'
    )
    await client.post(LOG, content=text.encode(), headers={"Content-Type": "application/json"})
    raw = (await client.get(HISTORY)).text
    for part in ('"big": 123456789012345678901234567890', '"whole": 1.0', '"é": "😀"'):
        assert part.replace(": ", ":") in raw.replace(": ", ":")


async def test_ten_rows_are_kept_and_the_others_counted(client: httpx2.AsyncClient) -> None:
    rows = [{"n": n} for n in range(25)]
    await log(client, activity_type="query", query_text="q", response_data={"data": rows})
    [activity] = (await client.get(HISTORY)).json()["activities"]
    kept = activity["response_data"]
    assert kept == {"data": rows[:10], "row_count": 25, "truncated": True}


async def test_every_documented_path_is_in_the_openapi_document(
    client: httpx2.AsyncClient,
) -> None:
    document = (await client.get("/api/v1/openapi.json")).json()
    wanted = {
        (LOG, "post"),
        (HISTORY, "get"),
        (PATTERNS, "get"),
        (PREFERENCES, "get"),
        (PREFERENCES, "put"),
        ("/api/v1/connections/{connection_id}/suggestions/personalized", "post"),
    }
    found = {(path, verb) for path, item in document["paths"].items() for verb in item}
    assert wanted <= found
