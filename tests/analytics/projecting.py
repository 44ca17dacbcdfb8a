"""A little history of two organizations, and what analytics has of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from attune.activity.v1 import activity_pb2

from services.activity import app as activity_app
from services.activity.profiles.building import CONSUMER as PROFILES
from services.analytics import app as analytics_app
from services.analytics.projections.projecting import CONSUMER
from services.common.db import Connection
from tests.activity.feedback.voting import Voter
from tests.activity.test_activities import query
from tests.activity.test_profiles import called, event, said, talk
from tests.activity.test_traits import identify
from tests.databases import connected
from tests.suite import Servers, Suite
from tests.waiting import until

LONG_AGO = datetime(2001, 3, 4, 12, tzinfo=UTC)
TABLES = {
    "conversations": "id",
    "conversation_events": "id",
    "user_activity": "id",
    "user_profiles": "user_id",
    "interaction_logs": "id",
    "users": "user_id",
    "events": "timestamp, id",
}


@asynccontextmanager
async def working(suite: Suite) -> AsyncIterator[None]:
    """The workers of activity, which makes profiles, and of analytics."""
    async with (
        activity_app.working(suite.activity_settings),
        analytics_app.working(suite.analytics_settings),
    ):
        yield


@asynccontextmanager
async def admin(servers: Servers, database: str) -> AsyncIterator[Connection]:
    async with connected(servers.admin_dsn(database)) as conn:
        yield conn


async def happens(suite: Suite, org: str = "acme") -> str:
    """Two people talk, ask, rate, change their minds; returns a conversation that was rated."""
    ann = Voter(suite, "ann", org=org)
    await talk(suite, said("user", "Make a video"), called("video_gen", 95), user="ann",
               status="completed", org=org)  # fmt: skip
    failed = event("tool_call", {"tool": "search", "error": "no such page"}, success=False)
    await talk(suite, said("user", " Find it "), failed, called("search", 1), user="bob", org=org)
    rated = await ann.start("demo-1")
    await ann.vote("demo-1", 4, text="mail me at ann@example.com", input_hash="a" * 64)
    await ann.vote("demo-1", 2, tokens_used=17)
    taken_back = await ann.start("demo-2")
    await ann.vote("demo-2", 5)
    await ann.withdraw("demo-2")
    service = suite.as_("service:x", "service", org=org)
    asked = query("Top 10 stocks", user_id="bob", created_at=datetime.now(UTC))
    await suite.activity.LogActivity(asked, metadata=service)
    click = activity_pb2.LogActivityRequest(
        activity_type="suggestion_click", suggestion_clicked="Top 5 stocks", user_id="bob"
    )
    await suite.activity.LogActivity(click, metadata=service)
    who = suite.as_("ann", "viewer", org=org)
    await identify(suite, who, email="ann@example.com", plan="pro", consent={"mail": True})
    await identify(suite, who, plan=None, nickname="annie")
    assert rated != taken_back
    return rated


HEAD = "SELECT seq FROM activity.event_head WHERE organization_id = $1"
CURSOR = "SELECT seq FROM {}.event_cursors WHERE organization_id = $1 AND consumer = $2"


async def projected(conn: Connection, *organizations: str) -> None:
    """Return when analytics has passed all that activity tells of these, and profiles are made."""
    for organization in organizations or ("acme",):

        async def done(org: str = organization) -> bool:
            passed = await conn.fetchval(CURSOR.format("analytics"), org, CONSUMER)
            made = await conn.fetchval(CURSOR.format("activity"), org, PROFILES)
            # The head last: making profiles tells of them.
            return bool(passed == made == await conn.fetchval(HEAD, org))

        await until(done)


async def dump(conn: Connection, organization: str = "acme") -> dict[str, list[dict[str, Any]]]:
    """All that analytics has of an organization, but for when it heard of it."""
    found = {}
    for table, order in TABLES.items():
        query = f"SELECT * FROM analytics.{table} WHERE organization_id = $1 ORDER BY {order}"
        rows = [dict(row) for row in await conn.fetch(query, organization)]
        for row in rows:
            row.pop("received_at", None)
        found[table] = rows
    return found
