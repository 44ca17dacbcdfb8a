"""What activity tells, in analytics' tables: live, told twice, after the log is gone, erased."""

import pytest
from attune.activity.v1 import activity_pb2, conversations_pb2, feedback_pb2, profiles_pb2
from attune.analytics.v1.chat_quality_pb2 import AnswerAccepted

from services.analytics.projections.projecting import CONSUMER
from services.analytics.projections.rows import Rows
from services.analytics.projections.store import ACCEPTED
from services.common.clock import utc_now
from services.common.db import Connection
from services.common.event_log import tell
from services.common.ids import uuid7
from tests.activity.conversations.talking import Talk
from tests.activity.feedback.voting import Voter
from tests.activity.test_profiles import event
from tests.analytics.projecting import LONG_AGO, admin, dump, happens, projected, working
from tests.suite import Servers, Suite
from tests.waiting import until

SAME = {
    "conversations": "id, external_id, user_id, started_at, last_message_at, message_count,"
    " credits_used, first_intent, tools_used, completion_status, finished_at,"
    " user_satisfaction_signal, extracted_use_case, blocker_reason",
    "conversation_events": "id, conversation_id, user_id, timestamp, event_type, tool_name,"
    " success, coalesce(credits_consumed, 0), content ->> 'message', content ->> 'error'",
    "user_activity": "id, user_id, activity_type, query_text, suggestion_clicked, feedback_rating,"
    " created_at",
    "user_profiles": "user_id, email, created_at, total_conversations, total_messages,"
    " total_credits_used, last_active_at, primary_use_case, preferred_tools,"
    " average_session_length, completion_rate, retention_cohort, activation_status,"
    " credit_exhaustion_count, preferences, context_summary, frequently_used_prompts",
    "interaction_logs": "id, conversation_id, user_id, message_id, input_hash, output_hash,"
    " user_feedback_score, user_feedback_text, latency_ms, tokens_used, created_at, updated_at,"
    " metadata, revision",
}


ANSWERED = """
INSERT INTO analytics.chat_answers (organization_id, message_id, conversation_id, user_id, job_role,
    question, connection_id, created_at)
VALUES ('acme', $1, $2, 'ann', '', 'How many?', 'events', now())"""


async def accept(conn: Connection, message_id: str, question: str) -> None:
    fact = AnswerAccepted(message_id=message_id, user_id="ann", question=question, accepted=True)
    await conn.execute("SET search_path TO analytics")
    await tell(conn, "acme", [fact], utc_now())
    await conn.execute("RESET search_path")


async def equal_to_activity(conn: Connection, organization: str = "acme") -> None:
    for table, columns in SAME.items():
        query = f"SELECT {columns} FROM {{}}.{table} WHERE organization_id = $1 ORDER BY 1"
        theirs = await conn.fetch(query.format("activity"), organization)
        ours = await conn.fetch(query.format("analytics"), organization)
        assert list(map(tuple, ours)) == list(map(tuple, theirs)), table
        assert ours, table


async def forget_cursor(conn: Connection) -> None:
    await conn.execute("UPDATE analytics.event_cursors SET seq = 0 WHERE consumer = $1", CONSUMER)


async def followed_all(conn: Connection) -> None:
    async def done() -> bool:
        return not await conn.fetchval("SELECT EXISTS (SELECT FROM analytics.event_arrivals)")

    await until(done)


async def test_what_was_deleted_goes_and_no_start_over_brings_it_back(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with working(suite), admin(servers, database) as conn:
        await happens(suite)
        await projected(conn, "acme")
        talk = Talk(suite)
        first = (await talk.list()).conversations[0]
        for name in (first.id, first.external_id or first.id, "another"):
            number = uuid7(utc_now())
            await conn.execute(ANSWERED, number, name)
            await accept(conn, str(number), f"How many in {name}?")
        await talk.delete(first.id)
        await projected(conn, "acme")
        left = await conn.fetch("SELECT conversation_id FROM analytics.chat_answers")
        assert [row["conversation_id"] for row in left] == ["another"]
        query = "SELECT payload FROM analytics.event_log WHERE type = $1 AND payload <> ''"
        [kept] = await conn.fetch(query, ACCEPTED)
        assert AnswerAccepted.FromString(kept["payload"]).question == "How many in another?"
        tables = {"conversations": "id", "conversation_events": "conversation_id"}
        for table, column in tables.items():
            query = f"SELECT count(*) FROM analytics.{table} WHERE {column} = $1::text::uuid"
            assert not await conn.fetchval(query, first.id), table
        await forget_cursor(conn)
        await projected(conn, "acme")
        for table, column in tables.items():
            query = f"SELECT count(*) FROM analytics.{table} WHERE {column} = $1::text::uuid"
            assert not await conn.fetchval(query, first.id), table


async def test_all_that_people_do_is_there_as_activity_has_it(
    suite: Suite, servers: Servers, database: str
) -> None:
    await happens(suite, "other")
    async with working(suite), admin(servers, database) as conn:
        await happens(suite)
        await projected(conn, "acme", "other")
        await equal_to_activity(conn)
        await equal_to_activity(conn, "other")
        names = "SELECT event FROM analytics.events WHERE organization_id = $1 AND type = 'fact'"
        told = {row["event"] for row in await conn.fetch(names, "acme")}
        users = await conn.fetch(
            "SELECT user_id, traits FROM analytics.users WHERE organization_id = 'acme' ORDER BY 1"
        )
    assert told == {
        *("attune.conversation_started", "attune.message", "attune.tool_call", "attune.query"),
        *("attune.conversation_ended", "attune.suggestion_clicked"),
        *("attune.feedback", "attune.feedback_withdrawn"),
    }
    assert [row["user_id"] for row in users] == ["ann", "bob"]
    told_of_ann = '{"email": "ann@example.com", "consent": {"mail": true}, "nickname": "annie"}'
    assert users[0]["traits"] == told_of_ann


async def test_facts_that_come_again_change_nothing(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with admin(servers, database) as conn:
        await happens(suite)
        async with working(suite):
            await projected(conn)
        before = await dump(conn)
        await forget_cursor(conn)
        async with working(suite):
            await projected(conn)
        assert await dump(conn) == before


async def test_who_comes_when_the_log_is_gone_starts_from_a_snapshot(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with admin(servers, database) as conn:
        await happens(suite)
        async with working(suite):
            await projected(conn)
        live = await dump(conn)
        await conn.execute("UPDATE activity.event_head SET dropped = seq")
        await conn.execute("DELETE FROM activity.event_log")
        await conn.execute("DELETE FROM analytics.events")
        await conn.execute("UPDATE analytics.interaction_logs SET id = -1")
        await forget_cursor(conn)
        await Voter(suite, "ann").vote("demo-2", 3)
        async with working(suite):
            await projected(conn)
        await equal_to_activity(conn)
        anew = await dump(conn)
    assert anew["conversations"] == live["conversations"]
    assert anew["user_activity"] == live["user_activity"]
    # Of votes the log told all that was, and the snapshot what counts.
    kept = {row["event"] for row in anew["events"]}
    assert {row["event"] for row in live["events"]} - kept == {"attune.feedback_withdrawn"}


async def test_what_is_projected_anew_is_counted_once(
    suite: Suite, servers: Servers, database: str
) -> None:
    counts = "SELECT event, {} AS n FROM analytics.{} WHERE {} GROUP BY event ORDER BY event"
    stored = counts.format("count(*)", "events", "event LIKE 'attune.%'")
    learned = counts.format("sum(events)::bigint", "event_schemas", "events > 0")
    days = counts.format("sum(occurrences)::bigint", "event_property_days", "property = ''")
    async with admin(servers, database) as conn:
        await happens(suite)
        for _ in range(2):
            async with working(suite):
                await projected(conn)
                await followed_all(conn)
            found = [dict(row) for row in await conn.fetch(stored)]
            assert found
            assert [dict(row) for row in await conn.fetch(learned)] == found
            assert [dict(row) for row in await conn.fetch(days)] == found
            await conn.execute("UPDATE activity.event_head SET dropped = seq")
            await conn.execute("DELETE FROM activity.event_log")
            await forget_cursor(conn)
            await Voter(suite, "ann").vote("demo-2", 3)
        drifts = "SELECT count(*) FROM analytics.schema_drifts"
        assert await conn.fetchval(drifts) == 0


async def test_votes_that_are_dropped_for_their_age_are_dropped_here(
    suite: Suite, servers: Servers, database: str
) -> None:
    async with admin(servers, database) as conn:
        await happens(suite)
        await conn.execute(
            "UPDATE activity.interaction_logs SET created_at = created_at - interval '40 days'"
        )
        async with working(suite):
            await projected(conn)
            assert await conn.fetchval("SELECT count(*) FROM analytics.interaction_logs") == 1
            assert await Voter(suite, "root", "admin").forget(30) == 1
            await projected(conn)
            assert await conn.fetchval("SELECT count(*) FROM analytics.interaction_logs") == 0


async def test_conversations_of_long_ago_find_their_months(
    suite: Suite, servers: Servers, database: str
) -> None:
    old = event("message", {"role": "user", "message": "Hello"}, LONG_AGO)
    entry = conversations_pb2.BatchImportConversationsRequest.Entry(
        conversation_id="old", user_id="ann", events=[old]
    )
    importer = Talk(suite, "root", "admin")
    async with working(suite), admin(servers, database) as conn:
        await importer.bring(entry)
        await projected(conn)
        found = await conn.fetch(
            "SELECT event, timestamp FROM analytics.events WHERE timestamp < '2010-01-01'"
        )
        assert {tuple(row) for row in found} == {
            ("attune.conversation_started", LONG_AGO),
            ("attune.message", LONG_AGO),
        }
        await equal_to_conversations(conn)


async def equal_to_conversations(conn: Connection) -> None:
    query = "SELECT id, user_id, timestamp FROM {}.conversation_events"
    assert await conn.fetch(query.format("analytics")) == await conn.fetch(query.format("activity"))


@pytest.mark.parametrize(
    "fact",
    [
        conversations_pb2.ConversationStarted,
        conversations_pb2.ConversationEventAppended,
        conversations_pb2.ConversationChanged,
        activity_pb2.ActivityLogged,
        feedback_pb2.FeedbackReceived,
        feedback_pb2.FeedbackForgotten,
        profiles_pb2.ProfileChanged,
        profiles_pb2.TraitsChanged,
    ],
    ids=lambda fact: fact.DESCRIPTOR.name,
)
def test_a_fact_that_was_blanked_comes_to_nothing(fact: type) -> None:
    rows = Rows()
    rows.note(7, fact())
    assert rows == Rows()
