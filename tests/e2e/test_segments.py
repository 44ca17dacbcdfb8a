"""Segments over REST: from rules to the people who are in them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from attune.analytics.v1 import segment_members_pb2 as members_pb
from attune.analytics.v1 import segment_members_pb2_grpc as members_grpc

from tests.e2e.conftest import Api
from tests.waiting import until

PATH = "/api/v1/segments"
BOUGHT = {"event": {"name": "purchase"}}
VISITORS = "SELECT DISTINCT user_id FROM events WHERE event = 'visit'"
NEVER = {"event": {"name": "purchase", "operator": "=", "count": 0}}


@pytest.fixture
async def own(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization that no other test knows."""
    async with api.as_("ann", org=f"o{uuid4().hex}") as client:
        yield client


async def happen(client: httpx2.AsyncClient, *events: dict[str, Any]) -> None:
    answer = await client.post("/api/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text
    assert answer.json().get("refused", 0) == 0, answer.text


async def made(client: httpx2.AsyncClient, **fields: Any) -> Any:
    answer = await client.post(PATH, json={"name": "Some", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def members(client: httpx2.AsyncClient, segment_id: str) -> Any:
    """Once they were found."""

    segment: Any = {}

    async def found() -> bool:
        nonlocal segment
        segment = (await client.get(f"{PATH}/{segment_id}")).json()
        return not segment.get("refreshing")

    await until(found)
    assert "error" not in segment, segment
    told = (await client.get(f"{PATH}/{segment_id}/members")).json()
    assert told.get("user_count", 0) == len(told.get("user_ids", []))
    return told.get("user_ids", [])


async def test_rules_are_previewed_saved_and_have_members(own: httpx2.AsyncClient) -> None:
    await happen(
        own,
        {"event": "purchase", "user_id": "ann"},
        {"event": "visit", "user_id": "bob"},
        {"event": "visit", "anonymous_id": "x"},
    )
    looked = (await own.post(f"{PATH}:preview", json={"criteria": NEVER})).json()
    assert (looked["user_count"], sorted(p["user_id"] for p in looked["people"])) == (
        2,
        ["bob", "x"],
    )
    segment = await made(own, criteria={"all": [BOUGHT]}, description="All of them")
    assert (segment["kind"], segment["owner"], segment["version"]) == ("rules", "ann", 1)
    assert segment["criteria"]["all"][0]["event"]["name"] == "purchase"
    assert segment["query"].startswith("WITH acts")
    assert await members(own, segment["id"]) == ["ann"]


async def test_ids_are_uploaded_and_lines_without_one_are_told(own: httpx2.AsyncClient) -> None:
    segment = await made(own, upload={})
    path = f"{PATH}/{segment['id']}/members"
    body = b"name,user_id\r\nA,ann\r\nB,\r\nC,bob\r\nD,ann\r\n\xff,x\r\n"
    told = (await own.post(f"{path}:upload", content=body)).json()
    assert (told["accepted"], told["duplicates"], told["refused"]) == (2, 1, 2)
    assert told["refusals"] == [
        {"line": 3, "message": "has no id"},
        {"line": 6, "message": "is not UTF-8"},
    ]
    assert await members(own, segment["id"]) == ["ann", "bob"]
    more = (await own.post(f"{path}:upload", content=b"cleo\n", params={"append": True})).json()
    assert more["accepted"] == 1
    assert await members(own, segment["id"]) == ["ann", "bob", "cleo"]
    await own.post(f"{path}:upload", content=b"cleo\n")
    assert await members(own, segment["id"]) == ["cleo"]
    rules = await made(own, criteria=BOUGHT)
    refused = await own.post(f"{PATH}/{rules['id']}/members:upload", content=b"ann\n")
    assert (refused.status_code, refused.json()["reason"]) == (409, "FAILED_PRECONDITION")


async def test_members_come_in_pages_as_a_stream_and_as_files(own: httpx2.AsyncClient) -> None:
    segment = await made(own, upload={})
    path = f"{PATH}/{segment['id']}/members"
    await own.post(f"{path}:upload", content=b"a\nb\n=c\n")
    assert await members(own, segment["id"]) == ["=c", "a", "b"]
    first = (await own.get(path, params={"page_size": 2})).json()
    more = {"page_size": 2, "page_token": first["next_page_token"]}
    second = (await own.get(path, params=more)).json()
    assert first["user_ids"] + second["user_ids"] == ["=c", "a", "b"]
    assert "next_page_token" not in second
    lines = (await own.get(f"{path}:export")).text
    assert lines == '{"user_id":"=c"}\n{"user_id":"a"}\n{"user_id":"b"}\n'
    file = await own.get(f"{path}:export", params={"format": "csv"})
    assert file.text.split() == ["user_id", "'=c", "a", "b"]
    stream = await own.get(f"{path}:stream", headers={"Accept": "text/event-stream"})
    assert '["=c","a","b"]' in stream.text.replace(" ", "")


async def test_a_bucket_is_the_same_share_of_its_parent(own: httpx2.AsyncClient) -> None:
    parent = await made(own, upload={})
    ids = "\n".join(f"u{n}" for n in range(200))
    await own.post(f"{PATH}/{parent['id']}/members:upload", content=ids)
    await members(own, parent["id"])
    halves = []
    for start, end in ((0, 0.5), (0.5, 1)):
        told = {"segment_id": parent["id"], "hash": {"salt": "x", "start": start, "end": end}}
        halves.append(await made(own, bucket=told))
    found = [await members(own, half["id"]) for half in halves]
    assert sorted(found[0] + found[1]) == sorted(ids.split())
    assert 60 < len(found[0]) < 140
    asked = {"segment_ids": [parent["id"], halves[0]["id"], halves[1]["id"]]}
    overlaps = (await own.post(f"{PATH}:overlap", json=asked)).json()["overlaps"]
    assert [one["both"] for one in overlaps] == [len(found[0]), len(found[1]), 0]
    assert overlaps[0]["jaccard"] == len(found[0]) / 200
    used = (await own.get(f"{PATH}/{parent['id']}/uses")).json()["uses"]
    assert [(one["kind"], one["used_by"]) for one in used] == [
        ("segment", half["id"]) for half in halves
    ]
    kept = await own.delete(f"{PATH}/{parent['id']}")
    assert (kept.status_code, kept.json()["reason"]) == (409, "FAILED_PRECONDITION")
    for one in (*halves, parent):
        assert (await own.delete(f"{PATH}/{one['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ({}, "criteria"),
        ({"all": [BOUGHT, {}]}, "criteria.all[1]"),
        ({"event": {"name": "x", "time_range": {"period": "soon"}}}, "time_range.period"),
        (
            {"any": [{"event": {"name": "x", "filters": [{"operator": "=", "values": [1]}]}}]},
            "criteria.any[0].event.filters[0]",
        ),
        (
            {"trait": {"field": {"column": "nonesuch"}, "operator": "=", "values": [1]}},
            "criteria.trait.field.column",
        ),
        ({"bucket": {"salt": "x", "start": 0.5, "end": 0.5}}, "criteria.bucket"),
        ({"segment_id": "nonesuch"}, "criteria.segment_id"),
        ({"segment_id": "4f9d1c1e-8f5e-4a5e-9d58-0f1f4f3c1a55"}, "criteria"),
    ],
)
async def test_what_is_wrong_is_told_by_its_place(
    own: httpx2.AsyncClient, criteria: Any, field: str
) -> None:
    answer = await own.post(PATH, json={"name": "x", "criteria": criteria})
    assert answer.status_code == 422, answer.text
    [told] = answer.json()["errors"]
    assert told["field"].endswith(field)


async def test_sql_has_one_column_and_passes_the_firewall(own: httpx2.AsyncClient) -> None:
    await happen(own, {"event": "visit", "user_id": "bob"})
    sql = "SELECT user_id FROM events; -- all"
    segment = await made(own, query="SELECT DISTINCT user_id FROM events -- all")
    assert (segment["kind"], await members(own, segment["id"])) == ("sql", ["bob"])
    for bad in (
        "SELECT user_id, event FROM events",
        "DELETE FROM events",
        "SELECT 1) AS x (id), (SELECT 2",
        f"{sql}; SELECT 1",
    ):
        answer = await own.post(PATH, json={"name": "x", "query": bad})
        assert answer.status_code == 422, answer.text


async def test_no_segment_refers_to_itself(own: httpx2.AsyncClient) -> None:
    first = await made(own, criteria=BOUGHT)
    second = await made(own, criteria={"segment_id": first["id"]})
    circle = {"criteria": {"any": [{"segment_id": second["id"]}]}}
    answer = await own.patch(f"{PATH}/{first['id']}", json=circle)
    assert answer.status_code == 422, answer.text


async def test_its_owner_and_admins_change_it(api: Api, own: httpx2.AsyncClient) -> None:
    org = "its_owner_and_admins_change_it"
    async with (
        api.as_("ann", org=org) as ann,
        api.as_("bob", org=org) as bob,
        api.as_("root", org=org, role="admin") as root,
    ):
        await happen(ann, {"event": "visit", "user_id": "bob"})
        segment = await made(ann, criteria=BOUGHT)
        path = f"{PATH}/{segment['id']}"
        assert await members(bob, segment["id"]) == []
        assert (await bob.patch(path, json={"name": "y"})).status_code == 403
        assert (await bob.delete(path)).status_code == 403
        assert (await bob.post(f"{path}:refresh", json={})).status_code == 403
        wide = {"criteria": {"event": {"name": "visit"}}}
        changed = (await root.patch(path, json=wide, params={"version": 1})).json()
        assert (changed["version"], changed["updated_by"]) == (2, "root")
        late = await ann.patch(path, json={"name": "y"}, params={"version": 1})
        assert (late.status_code, late.json()["reason"]) == (409, "VERSION_CONFLICT")
        assert await members(ann, segment["id"]) == ["bob"]
        other = await ann.patch(path, json={"query": "SELECT 1"})
        assert other.status_code == 422
        sizes = (await ann.get(f"{path}/sizes")).json()["sizes"]
        assert [(one["user_count"], one["added"], one["full"]) for one in sizes] == [
            (1, 1, True),
            (0, 0, True),
        ]
        found = (await ann.get(PATH, params={"text": "som", "owner": "ann"})).json()["segments"]
        assert [one["id"] for one in found] == [segment["id"]]
        for one in (ann, root):
            assert (await one.post(f"{path}:refresh", json={})).json() == {"refreshing": True}
            assert await members(one, segment["id"]) == ["bob"]
    assert (await own.get(path)).status_code == 404


async def test_personal_data_are_masked_but_for_admins(api: Api) -> None:
    org = "personal_data_are_masked_but_f"
    async with api.as_("ann", org=org) as ann, api.as_("root", org=org, role="admin") as root:
        told = {"userId": "bob", "traits": {"email": "bob@example.com"}}
        assert (await ann.post("/v1/identify", json=told)).status_code == 200
        asked = {"criteria": {"trait": {"field": {"column": "user_id"}, "operator": "is not null"}}}
        for client, email in ((ann, "[email]"), (root, "bob@example.com")):
            looked = (await client.post(f"{PATH}:preview", json=asked)).json()
            assert looked["people"] == [{"user_id": "bob", "traits": {"email": email}}]
        estimate = (await ann.post(f"{PATH}:estimate", json=asked)).json()
        assert estimate == {"user_count": 1, "low": 1, "high": 1, "people": 1, "sampled": 1}


async def test_the_people_of_an_answer_become_a_segment(own: httpx2.AsyncClient) -> None:
    await happen(
        own,
        *({"event": "visit", "user_id": f"u{n}"} for n in range(5)),
        {"event": "purchase", "user_id": "u4"},
    )
    asked = {
        "did": {"event": "visit"},
        "did_not": {"event": "purchase"},
        "time_range": {"period": "today"},
        "page_size": 1,
    }
    answer = (await own.post("/api/v1/insights:didNotDo", json=asked)).json()
    told = {"name": "Visitors", "query_id": answer["query_id"]}
    segment = (await own.post(f"{PATH}:fromAnswer", json=told)).json()
    assert await members(own, segment["id"]) == ["u0", "u1", "u2", "u3"]
    asked = {"sql": "SELECT event, user_id AS who FROM events WHERE user_id < 'u2'"}
    ran = (await own.post("/api/v1/queries:run", json=asked)).json()["metadata"]["query_id"]
    told = {"name": "Some", "query_id": ran}
    assert (await own.post(f"{PATH}:fromAnswer", json=told)).status_code == 422
    named = (await own.post(f"{PATH}:fromAnswer", json={**told, "column": "who"})).json()
    assert await members(own, named["id"]) == ["u0", "u1"]


async def test_the_people_of_a_message_of_a_conversation_become_a_segment(api: Api) -> None:
    org, question = f"o{uuid4().hex}", "Who visited us?"
    async with (
        api.as_("ann", org=org) as ann,
        api.as_("bob", org=org) as bob,
        api.as_("root", org=org, role="admin") as root,
    ):
        await happen(ann, *({"event": "visit", "user_id": user} for user in ("u1", "u2")))
        body = {"question": question, "sql": VISITORS}
        certified = (await ann.post("/api/v1/knowledge/questions", json=body)).json()
        approving = f"/api/v1/knowledge/questions/{certified['id']}:approve"
        await root.post(approving, json={"version": certified["version"]})
        asked = await ann.post("/api/v1/analytics/chat", json={"message": question})
        answer = asked.json()
        place = {key: answer[key] for key in ("conversation_id", "message_id")}
        told = {"name": "Visitors", **place}
        segment = (await ann.post(f"{PATH}:fromAnswer", json=told)).json()
        assert await members(ann, segment["id"]) == ["u1", "u2"]
        assert (await bob.post(f"{PATH}:fromAnswer", json=told)).status_code == 404
        for key, status in (("conversation_id", 404), ("message_id", 404)):
            other = await ann.post(f"{PATH}:fromAnswer", json={**told, key: str(uuid4())})
            assert other.status_code == status, other.text
            half = {name: value for name, value in told.items() if name != key}
            assert (await ann.post(f"{PATH}:fromAnswer", json=half)).status_code == 422


async def test_a_segment_that_a_service_needs_is_not_deleted(api: Api) -> None:
    org = f"o{uuid4().hex}"
    analytics = members_grpc.SegmentMembersServiceStub(api.suite.analytics_channel)
    service = api.suite.as_("service:campaigns", "service", org=org)
    async with api.as_("ann", org=org) as ann:
        segment = await made(ann, criteria=BOUGHT)
        path = f"{PATH}/{segment['id']}"
        use = {"segment_id": segment["id"], "kind": "campaign", "used_by": "c1", "name": "Spring"}
        for _ in range(2):
            await analytics.PutSegmentUse(members_pb.PutSegmentUseRequest(**use), metadata=service)
        [told] = (await ann.get(f"{path}/uses")).json()["uses"]
        assert (told["kind"], told["used_by"], told["name"]) == ("campaign", "c1", "Spring")
        kept = await ann.delete(path)
        assert (kept.status_code, kept.json()["reason"]) == (409, "FAILED_PRECONDITION")
        assert "campaign 'Spring'" in kept.text
        over = members_pb.PutSegmentUseRequest(**use, over=True)
        await analytics.PutSegmentUse(over, metadata=service)
        assert (await ann.delete(path)).status_code == 200
        assert (await ann.get(path)).status_code == 404


async def test_what_was_answered_may_be_sent_back(own: httpx2.AsyncClient) -> None:
    """A console reads a segment, changes a part of it, and sends all of it."""
    trait = {"field": {"column": "traits", "path": ["plan"]}, "operator": "=", "values": ["pro"]}
    tree = {
        "all": [
            {"any": [BOUGHT, NEVER]},
            {"none": [{"trait": trait}, {"bucket": {"salt": "x", "start": 0, "end": 0.5}}]},
        ]
    }
    first = await made(own, criteria=tree)
    path = f"{PATH}/{first['id']}"
    await members(own, first["id"])
    read = (await own.get(path)).json()
    same = await own.patch(path, json=read)
    assert (same.status_code, same.json()["version"]) == (200, 1), same.text
    renamed = await own.patch(path, json={**read, "name": "Others"})
    assert renamed.status_code == 200, renamed.text
    told = renamed.json()
    assert (told["name"], told["version"]) == ("Others", 2)
    assert (told["criteria"], told["query"]) == (read["criteria"], read["query"])
    again = await made(own, criteria=read["criteria"])
    assert (again["criteria"], again["query"]) == (read["criteria"], read["query"])


async def test_a_repetition_saves_no_second_one(own: httpx2.AsyncClient) -> None:
    body, again = {"name": "x", "criteria": BOUGHT}, {"Idempotency-Key": "once"}
    first = (await own.post(PATH, json=body, headers=again)).json()
    second = (await own.post(PATH, json=body, headers=again)).json()
    assert first["id"] == second["id"]
