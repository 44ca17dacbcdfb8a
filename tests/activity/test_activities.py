import json
from typing import Any

import grpc
import pytest
from attune.activity.v1 import activity_pb2 as pb
from attune.common.v1.entries_pb2 import UnreadEntry
from attune.common.v1.json_pb2 import Json

from tests.suite import Suite, reason_of, violations_of


def to_json(value: Any) -> Json:
    return Json(utf8=json.dumps(value).encode())


def query(text: str = "Show me profit", **fields: Any) -> pb.LogActivityRequest:
    return pb.LogActivityRequest(activity_type="query", query_text=text, **fields)


async def history(suite: Suite, user: str = "ann", **fields: Any) -> pb.GetActivityHistoryResponse:
    request = pb.GetActivityHistoryRequest(**fields)
    return await suite.activity.GetActivityHistory(request, metadata=suite.as_(user))


async def test_a_logged_activity_is_in_the_history_with_its_context(suite: Suite) -> None:
    who = suite.as_("ann", job_role="trader", goals=("growth",), department="Equities")
    logged = await suite.activity.LogActivity(
        query(metadata=to_json({"connection_id": "my-database"})), metadata=who
    )
    found = await history(suite)
    assert (logged.success, logged.activity_type) == (True, "query")
    assert (found.user_id, found.count) == ("ann", 1)
    [activity] = found.activities
    assert (activity.id, activity.query_text) == (logged.activity_id, "Show me profit")
    assert json.loads(activity.metadata.utf8) == {
        "connection_id": "my-database",
        "role": "analyst",
        "job_role": "trader",
        "goals": ["growth"],
        "department": "Equities",
    }
    assert not activity.HasField("response_data")


async def test_response_data_keeps_ten_rows_and_tells_of_the_others(suite: Suite) -> None:
    rows = [{"n": i} for i in range(25)]
    response = {"data": rows, "metadata": {"row_count": 25}, "x": 2**70}
    await suite.activity.LogActivity(query(response_data=to_json(response)), metadata=suite.as_())
    [activity] = (await history(suite)).activities
    kept = json.loads(activity.response_data.utf8)
    assert kept["data"] == rows[:10]
    assert (kept["row_count"], kept["truncated"], kept["x"]) == (25, True, 2**70)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"activity_type": "query"}, "query_text"),
        ({"activity_type": "chat", "query_text": "  "}, "query_text"),
        ({"activity_type": "suggestion_click"}, "suggestion_clicked"),
        ({"activity_type": "feedback"}, "feedback_rating"),
        ({"activity_type": "feedback", "feedback_rating": 6}, "feedback_rating"),
        ({"activity_type": "dance"}, "activity_type"),
        ({"activity_type": "query", "query_text": "a\0b"}, "query_text"),
        ({"activity_type": "query", "query_text": "x" * 10_001}, "query_text"),
        ({"activity_type": "chat", "query_text": "x", "metadata": Json(utf8=b"[]")}, "metadata"),
        ({"activity_type": "chat", "query_text": "x", "metadata": Json(utf8=b"{")}, "metadata"),
        (
            {
                "activity_type": "query",
                "query_text": "x",
                "response_data": Json(utf8=json.dumps({"t": "x" * 70_000}).encode()),
            },
            "response_data",
        ),
    ],
)
async def test_a_bad_activity_is_refused_by_field(
    suite: Suite, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.activity.LogActivity(pb.LogActivityRequest(**fields), metadata=suite.as_())
    assert reason_of(err.value) == "INVALID_FIELD"
    assert named in violations_of(err.value)
    assert (await history(suite)).count == 0


@pytest.mark.parametrize("role", ["viewer", "analyst", "admin"])
@pytest.mark.parametrize("field", ["user_id", "created_at"])
async def test_only_a_service_may_say_whose_and_when(suite: Suite, role: str, field: str) -> None:
    request = query()
    if field == "user_id":
        request.user_id = "bob"
    else:
        request.created_at.GetCurrentTime()
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.activity.LogActivity(request, metadata=suite.as_("ann", role))
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_service_logs_for_a_person(suite: Suite) -> None:
    request = query(user_id="bob", metadata=to_json({"job_role": "trader"}))
    request.created_at.FromJsonString("2026-01-02T03:04:05Z")
    await suite.activity.LogActivity(request, metadata=suite.as_("service:x", "service"))
    [activity] = (await history(suite, "bob")).activities
    assert activity.created_at.ToJsonString() == "2026-01-02T03:04:05Z"


async def test_a_repeated_key_returns_the_first_answer_and_another_body_is_refused(
    suite: Suite,
) -> None:
    who = suite.as_()
    first = await suite.activity.LogActivity(query(request_id="k"), metadata=who)
    again = await suite.activity.LogActivity(query(request_id="k"), metadata=who)
    assert again == first
    assert (await history(suite)).count == 1
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.activity.LogActivity(query("other", request_id="k"), metadata=who)
    assert reason_of(err.value) == "IDEMPOTENCY_KEY_REUSED"
    other = await suite.activity.LogActivity(query(request_id="k"), metadata=suite.as_("bob"))
    assert other.activity_id != first.activity_id


async def test_a_batch_names_what_became_of_each_entry(suite: Suite) -> None:
    entries = [
        query("one"),
        pb.LogActivityRequest(activity_type="feedback"),
        query("two", user_id="bob"),
        pb.LogActivityRequest(activity_type="feedback", feedback_rating=5),
    ]
    request = pb.BatchLogActivitiesRequest(activities=entries)
    answer = await suite.activity.BatchLogActivities(request, metadata=suite.as_())
    assert [result.success for result in answer.results] == [True, False, False, True]
    assert (answer.accepted, answer.refused) == (2, 2)
    assert answer.results[1].errors[0].field == "feedback_rating"
    assert answer.results[2].errors[0].reason == "PERMISSION_DENIED"
    assert (await history(suite)).count == 2


async def test_entries_that_could_not_be_read_are_refused_in_their_places(suite: Suite) -> None:
    what = [UnreadEntry.Violation(field="query_text", message="must be a string")]
    request = pb.BatchLogActivitiesRequest(
        activities=[query("one"), query("not this"), pb.LogActivityRequest()],
        unread=[UnreadEntry(index=1, violations=what), UnreadEntry(index=7, violations=what)],
    )
    answer = await suite.activity.BatchLogActivities(request, metadata=suite.as_())
    assert [result.success for result in answer.results] == [True, False, False]
    assert answer.results[1].errors[0].field == "query_text"
    assert answer.results[1].errors[0].message == "must be a string"
    assert answer.results[2].errors[0].field == "activity_type"
    assert [a.query_text for a in (await history(suite)).activities] == ["one"]


async def test_history_pages_back_without_gap_or_repetition(suite: Suite) -> None:
    batch = [query(f"q{i}") for i in range(25)]
    await suite.activity.BatchLogActivities(
        pb.BatchLogActivitiesRequest(activities=batch), metadata=suite.as_()
    )
    seen: list[int] = []
    page = await history(suite, limit=10)
    while True:
        seen += [activity.id for activity in page.activities]
        if not page.next_page_token:
            break
        page = await history(suite, limit=10, page_token=page.next_page_token)
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 25


async def test_a_page_token_is_good_for_its_own_filters_only(suite: Suite) -> None:
    for _ in range(2):
        await suite.activity.LogActivity(query(), metadata=suite.as_())
    token = (await history(suite, limit=1)).next_page_token
    for wrong in (
        {"activity_type": "chat", "page_token": token},
        {"page_token": "nonsense"},
        {"page_token": "é"},
    ):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await history(suite, **wrong)
        assert "page_token" in violations_of(err.value)


async def test_history_filters_by_type_and_time(suite: Suite) -> None:
    service = suite.as_("service:x", "service")
    for month, kind in ((1, "query"), (2, "chat"), (3, "query")):
        request = pb.LogActivityRequest(activity_type=kind, query_text=f"m{month}", user_id="ann")
        request.created_at.FromJsonString(f"2026-0{month}-01T00:00:00Z")
        await suite.activity.LogActivity(request, metadata=service)
    chats = await history(suite, activity_type="chat")
    assert [a.query_text for a in chats.activities] == ["m2"]
    since = pb.GetActivityHistoryRequest()
    since.start_time.FromJsonString("2026-02-01T00:00:00Z")
    since.end_time.FromJsonString("2026-03-01T00:00:00Z")
    found = await suite.activity.GetActivityHistory(since, metadata=suite.as_())
    assert [a.query_text for a in found.activities] == ["m2"]


async def test_another_persons_history_needs_an_admin(suite: Suite) -> None:
    await suite.activity.LogActivity(query(), metadata=suite.as_("ann"))
    request = pb.GetActivityHistoryRequest(user_id="ann")
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.activity.GetActivityHistory(request, metadata=suite.as_("bob"))
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
    found = await suite.activity.GetActivityHistory(request, metadata=suite.as_("bob", "admin"))
    assert found.count == 1
    elsewhere = suite.as_("eve", "admin", org="other")
    assert (await suite.activity.GetActivityHistory(request, metadata=elsewhere)).count == 0
