"""Two organizations with the same users: over no route does one see or change the other."""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from gateway.routing.routes import Binding, discover
from tests.analytics.connections.shops import made_shop
from tests.e2e.conftest import Api, running_api
from tests.suite import Servers
from tests.waiting import until

SERVICES = ("activity", "analytics", "suggestions")
SECRET = "zanzibar"  # in everything that one organization has
USERS = ("ann", "root")
VALUES = {
    "call": "track",
    "user_id": "ann",
    "connection_id": "my-database",
    "older_than_days": "1",
    "force": "true",
    "question": SECRET,
}
SHOWN = f"SELECT '{SECRET[:4]}' || '{SECRET[4:]}' AS found"
CERTIFIED = "What was found here?"  # in each organization something else
# Parameters that nobody from outside may set, or that are of another conversation.
FOR_SERVICES = {("WithdrawFeedback", "user_id"), ("WithdrawFeedback", "message_id")}
# Parameters that a route needs.
NEEDED: dict[str, dict[str, str]] = {
    "GetEventSeries": {
        "event": "attune.query",
        "start_time": "2026-01-01T00:00:00Z",
        "end_time": "2026-02-01T00:00:00Z",
    },
}
BODIES: dict[str, Any] = {
    "LogActivity": {"activity_type": "chat", "query_text": "hello"},
    "BatchLogActivities": {"activities": [{"activity_type": "chat", "query_text": "hello"}]},
    "UpdatePreferences": {"max_suggestions": 2},
    "UpdateOrganization": {"time_zone": "Asia/Tokyo"},
    "UpdateMember": {"disabled": True},
    "RebuildQueryPatterns": {},
    "CreateApiKey": {"name": "import", "scopes": ["activity:write"]},
    "UpdateLlmBudget": {"monthly_usd": 5},
    "CreateWebhook": {"url": "https://hooks.example.com/"},
    "UpdateWebhook": {"description": "changed"},
    "RotateWebhookSecret": {},
    "TestWebhook": {},
    "ReplayWebhookDelivery": {},
    "ReplayFailedWebhookDeliveries": {"since": "2026-01-01T00:00:00Z"},
    "StartConversation": {"messages": [{"role": "user", "content": "hello"}]},
    "AppendEvents": {"events": [{"event_type": "message", "content": {"message": "hello"}}]},
    "SubmitFeedback": {"score": 4, "text": "hello"},
    "FinishConversation": {"status": "abandoned"},
    "RenameConversation": {"title": "changed"},
    "BranchConversation": {"message_id": "nonesuch"},
    "BatchImportConversations": {
        "conversations": [
            {"conversation_id": "c", "user_id": "ann", "started_at": "2025-01-01T00:00:00Z"}
        ]
    },
    "Identify": {"traits": {"plan": "pro"}},
    "RebuildUserProfiles": {},
    "AddMemoryFact": {"attribute": "likes", "value": "tea"},
    "CorrectMemoryFact": {"value": "coffee"},
    "RebuildMemory": {},
    "CreateConnection": {"connection_id": "another"},
    "UpdateConnection": {"name": "changed"},
    "TestConnection": {},
    "IntrospectConnection": {},
    "ReplaceVocabulary": {"metrics": [{"name": "profit"}], "dimensions": [{"name": "region"}]},
    "RunQuery": {"sql": SHOWN, "connection_id": "my-database", "no_cache": True},
    "StreamQuery": {"sql": SHOWN, "connection_id": "my-database"},
    "ExportQuery": {"sql": SHOWN, "connection_id": "my-database", "format": "json"},
    "CancelQuery": {},
    "ValidateQuery": {"sql": SHOWN, "connection_id": "my-database"},
    "ExplainQuery": {"sql": SHOWN, "connection_id": "my-database"},
    "ImproveQuery": {"sql": SHOWN, "connection_id": "my-database"},
    "CompleteQuery": {"sql": "SELECT ", "connection_id": "my-database"},
    "InvalidateCachedResults": {},
    "CreateSavedQuery": {"name": "count", "query": "SELECT count(*) FROM events"},
    "UpdateSavedQuery": {"description": "changed"},
    "CreateSavedQueryComment": {"text": "hello"},
    "FavouriteSavedQuery": {},
    "ShareSavedQuery": {},
    "CreateSegment": {"name": "some", "criteria": {"event": {"name": "opened"}}},
    "CreateSegmentFromAnswer": {"name": "some", "query_id": "nonesuch"},
    "UpdateSegment": {"description": "changed"},
    "PreviewSegment": {"criteria": {"event": {"name": "opened"}}},
    "EstimateSegment": {"criteria": {"event": {"name": "opened"}}},
    "OverlapSegments": {"segment_ids": ["nonesuch", "none"]},
    "UploadSegmentMembers": {},
    "RefreshSegment": {},
    "CreateChart": {"source": {"inline": {"columns": [{"name": "a"}], "rows": [[1]]}}},
    "PreviewChart": {"source": {"inline": {"columns": [{"name": "a"}], "rows": [[1]]}}},
    "UpdateChart": {"description": "changed"},
    "ShareChart": {},
    "CreateDashboard": {"name": "charts"},
    "UpdateDashboard": {"description": "changed"},
    "AddDashboardTile": {"tile": {"chart_id": "nonesuch"}},
    "RefreshDashboard": {},
    "ShareDashboard": {},
    "IngestEvents": {"event": "opened"},
    "CreateEventDefinition": {"name": "purchase"},
    "UpdateEventDefinition": {"description": "changed"},
    "CreateKnowledgeEntry": {"title": "How we count", "content": "By hand."},
    "UpdateKnowledgeEntry": {"content": "changed"},
    "CreateCertifiedQuestion": {"question": "How many?", "sql": "SELECT 1"},
    "UpdateCertifiedQuestion": {"category": "changed"},
    "ApproveQuestion": {"version": 1},
    "RevokeQuestion": {"version": 2},
    "CreateBusinessMetric": {"name": "orders", "formula": "count(*)"},
    "UpdateBusinessMetric": {"description": "changed"},
    "CreateDimension": {
        "name": "plan",
        "schema": "Sales",
        "relation": "Customers",
        "field": {"column": "plan"},
    },
    "UpdateDimension": {"description": "changed"},
    "CreateEntity": {
        "name": "buyer",
        "schema": "Sales",
        "relation": "Customers",
        "key": "Id",
    },
    "UpdateEntity": {"description": "changed"},
    "QueryMetrics": {"metrics": ["visits"], "no_cache": True},
    "CompileMetrics": {"metrics": ["visits"]},
    "QueryTrend": {"step": {"event": "opened"}, "time_range": {"period": "today"}},
    "QueryFunnel": {
        "steps": [{"event": "opened"}, {"event": "opened"}],
        "within_seconds": 60,
        "time_range": {"period": "today"},
    },
    "QueryRetention": {
        "first": {"event": "opened"},
        "again": {"event": "opened"},
        "time_range": {"period": "today"},
    },
    "QueryDidNotDo": {
        "did": {"event": "opened"},
        "did_not": {"event": "closed"},
        "time_range": {"period": "today"},
    },
    "RestoreItem": {"version": 1},
    "CreateItemComment": {"text": "hello"},
    "StreamEvents": {"event": "opened"},
    "CollectEvents": {"userId": "ann", "event": "opened"},
    "ReplayRefusedEvents": {"all": True},
    "Chat": {"message": CERTIFIED},
    "StreamChat": {"message": CERTIFIED},
    "CancelRun": {},
    "AnswerQuestion": {"question": CERTIFIED},
    "CertifyAnswer": {"question": "How many came?"},
}


def bindings() -> Iterator[Binding]:
    return discover(SERVICES)


ROUTES = sorted(bindings(), key=lambda b: (b.template.text, b.verb))
each_route = pytest.mark.parametrize(
    "route", ROUTES, ids=lambda route: f"{route.verb} {route.template.text}"
)


async def call(client: httpx2.AsyncClient, route: Binding) -> httpx2.Response:
    path = route.template.text
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    fields = route.method.input_type.fields_by_name
    params = {
        name: value
        for name, value in VALUES.items()
        if name in fields
        and f"{{{name}}}" not in route.template.text
        and route.body not in ("*", name)
        and (route.method.name, name) not in FOR_SERVICES
    }
    params |= NEEDED.get(route.method.name, {})
    body = BODIES.get(route.method.name)
    content = json.dumps(body).encode() if body is not None and route.body else None
    headers = {"Content-Type": "application/json"}
    if route.method.server_streaming:
        headers["Accept"] = "text/event-stream"
    if route.method.name.startswith("Watch"):
        return await first_of(client, path)
    return await client.request(route.verb, path, params=params, content=content, headers=headers)


async def first_of(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """The first event of a stream that goes on."""
    async with client.stream("GET", path) as answer:
        return httpx2.Response(answer.status_code, text=await anext(answer.aiter_lines()))


async def fill(client: httpx2.AsyncClient) -> None:
    """Put the secret into everything."""
    await name_data(client)
    for text in (f"Show {SECRET} by region", f"What of {SECRET}?"):
        body = {"activity_type": "query", "query_text": text, "response_data": {"data": [SECRET]}}
        assert (await client.post("/api/v1/activity/log", json=body)).status_code == 200
    preferred = {"preferred_metrics": [SECRET], "max_suggestions": 12}
    await client.put("/api/v1/activity/preferences", json=preferred)
    await client.patch("/api/v1/organization", json={"name": SECRET})
    traits = {"name": SECRET, "goals": [SECRET], "style": SECRET}
    assert (await client.post("/api/v1/identify", json={"traits": traits})).status_code == 200
    await make_key(client)
    await make_webhook(client)
    await talk(client)
    await remember(client)
    await define(client)
    await connect(client)
    await measure(client)
    await query(client)
    await chart(client)
    await group(client)


async def group(client: httpx2.AsyncClient) -> None:
    """Two segments of the person who has the secret, one of them uploaded."""
    trait = {"field": {"column": "user_id"}, "operator": "=", "values": ["ann"]}
    told = {"name": SECRET, "description": SECRET, "criteria": {"trait": trait}}
    made = await client.post("/api/v1/segments", json=told)
    assert made.status_code == 200, made.text
    told = {"name": SECRET, "upload": {}}
    other = (await client.post("/api/v1/segments", json=told)).json()["id"]
    path = f"/api/v1/segments/{other}/members:upload"
    assert (await client.post(path, content=f"{SECRET}\n")).status_code == 200
    ran = await client.post("/api/v1/queries:run", json={"sql": f"{SHOWN} FROM users"})
    told = {"name": SECRET, "column": "found", "query_id": ran.json()["metadata"]["query_id"]}
    BODIES["CreateSegmentFromAnswer"] = told
    VALUES["segment_id"] = other
    BODIES["OverlapSegments"] = {"segment_ids": [made.json()["id"], other]}


async def define(client: httpx2.AsyncClient) -> None:
    """What is known: an event with a comment on its definition, an entry and a question."""
    told = {"name": f"{SECRET}-{uuid.uuid4()}", "description": SECRET, "tags": [SECRET]}
    made = (await client.post("/api/v1/knowledge/event-definitions", json=told)).json()
    VALUES["event_definition_id"] = VALUES["item_id"] = made["id"]
    path = f"/api/v1/knowledge/items/{made['id']}/comments"
    VALUES["comment_id"] = (await client.post(path, json={"text": SECRET})).json()["id"]
    told = {"title": f"{SECRET} {uuid.uuid4()}", "content": SECRET}
    made = (await client.post("/api/v1/knowledge/entries", json=told)).json()
    VALUES["entry_id"] = made["id"]
    told = {"question": f"What of {SECRET} {uuid.uuid4()}?", "sql": f"SELECT '{SECRET}'"}
    made = (await client.post("/api/v1/knowledge/questions", json=told)).json()
    VALUES["question_id"] = made["id"]


async def connect(client: httpx2.AsyncClient) -> None:
    """The same database, whether it is there already or not."""
    body = {**BODIES["CreateConnection"], "connection_id": "my-database"}
    assert (await client.post("/api/v1/connections", json=body)).status_code in (200, 409)
    await client.patch("/api/v1/connections/my-database", json={"name": SECRET})


async def measure(client: httpx2.AsyncClient) -> None:
    """A metric that queries ask for, and another one, a dimension and an entity."""
    visits = {"name": "visits", "type": "simple", "aggregate": "count"}
    made = await client.post("/api/v1/knowledge/business-metrics", json=visits)
    assert made.status_code in (200, 409), made.text
    for kind, path in (
        ("BusinessMetric", "knowledge/business-metrics"),
        ("Dimension", "connections/my-database/dimensions"),
        ("Entity", "connections/my-database/entities"),
    ):
        name = f"n_{uuid.uuid4().hex}"
        told = {**BODIES[f"Create{kind}"], "name": name, "synonyms": [SECRET]}
        made = await client.post(f"/api/v1/{path}", json=told)
        assert made.status_code == 200, made.text
        named = {"BusinessMetric": "business_metric_id"}.get(kind, f"{kind.lower()}_id")
        VALUES[named] = made.json()["id"]


async def name_data(client: httpx2.AsyncClient) -> None:
    words = {"metrics": [{"name": SECRET}], "dimensions": [{"name": "region"}]}
    put = await client.put("/api/v1/connections/my-database/vocabulary", json=words)
    assert put.status_code == 200, put.text


async def write_for_another(api: Api, route: Binding) -> None:
    """A question that somebody else may approve or, where it is approved, revoke."""
    if route.method.name not in ("ApproveQuestion", "RevokeQuestion"):
        return
    async with api.as_("ann", role="admin") as author:
        await define(author)
    if route.method.name == "RevokeQuestion":
        async with api.as_("root", role="admin") as other:
            path = f"/api/v1/knowledge/questions/{VALUES['question_id']}:approve"
            assert (await other.post(path, json={"version": 1})).status_code == 200


async def query(client: httpx2.AsyncClient) -> None:
    """A statement on record, with a result that is kept."""
    ran = await client.post("/api/v1/queries:run", json=BODIES["RunQuery"])
    VALUES["query_id"] = ran.json()["metadata"]["query_id"]
    told = {"name": SECRET, "query": SHOWN, "description": SECRET}
    path = "/api/v1/saved-queries"
    VALUES["saved_query_id"] = (await client.post(path, json=told)).json()["id"]
    path = f"{path}/{VALUES['saved_query_id']}"
    assert (await client.post(f"{path}/comments", json={"text": SECRET})).status_code == 200
    link = (await client.post(f"{path}:share", json={})).json()["link"]
    VALUES["token"] = link.rpartition("/")[2]
    asked = await client.post("/api/v1/analytics/chat", json=BODIES["Chat"])
    VALUES["run_id"] = asked.json()["run_id"]
    asked = await client.post("/api/v1/analytics/chat", json={"message": "How many visits?"})
    VALUES["message_id"] = asked.json()["message_id"]


async def certify(api: Api, org: str, sql: str) -> None:
    """A question whose SQL people vouch for."""
    told = {"question": CERTIFIED, "sql": sql}
    async with (
        api.as_("ann", org=org, role="admin") as ann,
        api.as_("root", org=org, role="admin") as root,
    ):
        made = (await ann.post("/api/v1/knowledge/questions", json=told)).json()
        path = f"/api/v1/knowledge/questions/{made['id']}:approve"
        assert (await root.post(path, json={"version": 1})).status_code == 200


async def chart(client: httpx2.AsyncClient) -> None:
    """A chart on a dashboard."""
    source = {"sql": f"{SHOWN}, 1 AS number", "connection_id": "my-database"}
    told: dict[str, Any] = {"name": SECRET, "description": SECRET, "source": source}
    made = (await client.post("/api/v1/charts", json=told)).json()["id"]
    tile = {"chart_id": made}
    BODIES["AddDashboardTile"] = {"tile": tile}
    told = {"name": SECRET, "description": SECRET, "tiles": [tile]}
    dashboard = (await client.post("/api/v1/dashboards", json=told)).json()["id"]
    for kind, path in (("chart", f"charts/{made}"), ("dashboard", f"dashboards/{dashboard}")):
        VALUES[f"{kind}_id"] = path.rpartition("/")[2]
        link = (await client.post(f"/api/v1/{path}:share", json={})).json()["link"]
        VALUES[f"{kind}_token"] = link.rpartition("/")[2]


async def remember(client: httpx2.AsyncClient) -> None:
    told = {"attribute": "likes", "value": SECRET}
    made = (await client.post("/api/v1/users/ann/memory", json=told)).json()
    VALUES["fact_id"] = made["id"]


async def talk(client: httpx2.AsyncClient) -> None:
    started = {
        "messages": [{"role": "user", "content": f"What of {SECRET}?"}],
        "metadata": {"about": SECRET},
    }
    made = (await client.post("/api/v1/conversations", json=started)).json()
    VALUES["conversation_id"] = made["id"]
    told = (await client.get(f"/api/v1/conversations/{made['id']}")).json()
    BODIES["BranchConversation"] = {"message_id": told["events"][0]["id"]}
    vote = {"score": 2, "text": SECRET, "metadata": {"about": SECRET}}
    path = f"/api/v1/feedback/{made['id']}"
    assert (await client.post(path, json=vote)).status_code == 200


async def make_key(client: httpx2.AsyncClient) -> None:
    key = {"name": SECRET, "scopes": ["activity:read"]}
    made = (await client.post("/api/v1/api-keys", json=key)).json()
    VALUES["key_id"] = made["api_key"]["id"]


async def make_webhook(client: httpx2.AsyncClient) -> None:
    webhook = {"url": f"https://{SECRET}.example.com/", "description": SECRET}
    made = (await client.post("/api/v1/webhooks", json=webhook)).json()
    VALUES["webhook_id"] = made["webhook"]["id"]
    path = f"/api/v1/webhooks/{VALUES['webhook_id']}:test"
    VALUES["delivery_id"] = (await client.post(path, json={})).json()["id"]


async def learned(client: httpx2.AsyncClient) -> None:
    async def both() -> bool:
        found = (await client.get("/api/v1/activity/patterns")).json()
        return bool(found["user_pattern_count"] >= 2)

    await until(both)


async def ask_and_click(client: httpx2.AsyncClient) -> None:
    """Have the secret suggested, from the cache too, and click it."""
    path = "/api/v1/connections/my-database/suggestions/personalized"
    for _ in range(2):
        answer = await client.post(path, params={"partial_query": f"show {SECRET}"})
    [text, *_] = [s["text"] for s in answer.json()["suggestions"] if SECRET in s["text"].casefold()]
    body = {"activity_type": "suggestion_click", "suggestion_clicked": text}
    assert (await client.post("/api/v1/activity/log", json=body)).status_code == 200


@pytest.fixture(scope="module")
async def filled(servers: Servers, template_db: str) -> AsyncIterator[Api]:
    """One organization full of its secret, and another with the same users and connection."""
    async with running_api(servers, template_db) as api, made_shop(servers.postgres) as shop:
        BODIES["CreateConnection"]["dsn"] = shop.dsn()
        await api.suite.install_vocabulary("other")
        visits = {"name": "visits", "type": "simple", "aggregate": "count"}
        async with api.as_("root", org="other", role="admin") as client:
            await client.post("/api/v1/knowledge/business-metrics", json=visits)
        for user in USERS:
            async with api.as_(user, role="admin") as client:
                await fill(client)
                await learned(client)
                await ask_and_click(client)
        await certify(api, "acme", SHOWN)
        await certify(api, "other", "SELECT 1 AS found")
        yield api


@each_route
async def test_no_answer_shows_what_another_organization_has(filled: Api, route: Binding) -> None:
    async with filled.as_("root", org="other", role="admin") as client:
        answer = await call(client, route)
    assert answer.status_code in (200, 404), answer.text
    assert SECRET not in answer.text.casefold()


@each_route
async def test_the_organization_itself_has_an_answer_on_the_same_route(
    filled: Api, route: Binding
) -> None:
    if route.method.name == "UpdateMember":
        return  # it would shut ann out of the other tests
    async with filled.as_("root", role="admin") as client:
        if "{webhook_id}" in route.template.text:
            await make_webhook(client)  # one of these routes removes it
        if "{conversation_id}" in route.template.text:
            await talk(client)  # one of these routes deletes it
        await remember(client)  # a route before may have forgotten it
        await define(client)
        await connect(client)
        await measure(client)  # the same
        await name_data(client)  # the same
        await write_for_another(filled, route)
        await query(client)
        await chart(client)
        await group(client)
        assert (await call(client, route)).status_code == 200


async def test_nothing_that_the_other_organization_wrote_changed_anything(filled: Api) -> None:
    async with filled.as_("root", role="admin") as client:
        await make_key(client)
        await make_webhook(client)
        await talk(client)
        await remember(client)
        await define(client)
        await connect(client)
        await name_data(client)
        await query(client)
        await chart(client)
        await group(client)
    async with filled.as_("root", org="other", role="admin") as client:
        for route in ROUTES:
            await call(client, route)
    async with filled.as_("root", role="admin") as client:
        organization = (await client.get("/api/v1/organization")).json()
        members = (await client.get("/api/v1/members")).json()["members"]
        history = (await client.get("/api/v1/activity/history?user_id=ann")).json()
        keys = (await client.get("/api/v1/api-keys")).json()["api_keys"]
        webhook = (await client.get(f"/api/v1/webhooks/{VALUES['webhook_id']}")).json()
        path = f"/api/v1/conversations/{VALUES['conversation_id']}"
        conversation = (await client.get(path)).json()["conversation"]
        memory = (await client.get("/api/v1/users/ann/memory")).json()["facts"]
        path = f"/api/v1/knowledge/event-definitions/{VALUES['event_definition_id']}"
        definition = (await client.get(path)).json()
        path = f"/api/v1/knowledge/items/{VALUES['item_id']}/comments"
        comments = (await client.get(path)).json()["comments"]
        words = (await client.get("/api/v1/connections/my-database/vocabulary")).json()
        own = {"conversation_id": VALUES["conversation_id"]}
        votes = (await client.get("/api/v1/feedback", params=own)).json()["feedback"]
        connection = (await client.get("/api/v1/connections/my-database")).json()
        path = f"/api/v1/dashboards/{VALUES['dashboard_id']}"
        dashboard = (await client.get(path)).json()
        saved = (await client.get(f"/api/v1/saved-queries/{VALUES['saved_query_id']}")).json()
        segment = (await client.get(f"/api/v1/segments/{VALUES['segment_id']}")).json()
    assert (segment["name"], segment["description"]) == (SECRET, "")
    assert (saved["description"], saved["version"], saved["shared"]) == (SECRET, 1, True)
    assert (dashboard["description"], dashboard["version"], dashboard["shared"]) == (
        SECRET,
        1,
        True,
    )
    assert [tile["chart_id"] for tile in dashboard["tiles"]] == [VALUES["chart_id"]]
    assert connection["name"] == SECRET
    assert [vote["user_feedback_score"] for vote in votes] == [2]
    assert (conversation["event_count"], conversation["status"]) == (1, "active")
    assert (definition["description"], definition["version"]) == (SECRET, 1)
    assert [comment["text"] for comment in comments] == [SECRET]
    assert [metric["name"] for metric in words["metrics"]] == [SECRET]
    assert VALUES["fact_id"] in {fact["id"] for fact in memory}
    assert VALUES["key_id"] in {key["id"] for key in keys}
    assert webhook["description"] == SECRET
    assert organization["name"] == SECRET
    assert {m["user_id"]: m["disabled"] for m in members} == {"ann": False, "root": False}
    assert {a["activity_type"] for a in history["activities"]} == {"query", "suggestion_click"}


def test_the_routes_are_all_that_the_gateway_has() -> None:
    texts = {(r.verb, r.template.text, r.method.server_streaming) for r in ROUTES}
    assert ("POST", "/api/v1/activity/log", False) in texts
    assert len(texts) == len(ROUTES) >= 14
    for route in ROUTES:
        assert not route.body or route.method.name in BODIES, f"{route.method.name} needs a body"
