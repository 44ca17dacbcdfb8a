"""One vote of a person for a message: given, repeated, changed, withdrawn, and by nobody else."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import grpc
import pytest
from attune.activity.v1 import feedback_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity.app import pool_of
from services.common.clock import utc_now
from services.common.db import Pool
from services.common.ids import uuid7
from services.common.vault import Vault
from tests.activity.conversations.talking import said
from tests.activity.feedback.voting import Voter, told
from tests.suite import Servers, Suite, reason_of, running_suite, violations_of

Configured = Callable[..., AbstractAsyncContextManager[Suite]]


@pytest.fixture
def configured(servers: Servers, database: str) -> Configured:
    """A suite whose activity is told more."""

    @asynccontextmanager
    async def start(**of_activity: Any) -> AsyncIterator[Suite]:
        async with running_suite(servers, database, of_activity=of_activity) as suite:
            yield suite

    return start


@pytest.fixture
async def pool(suite: Suite) -> AsyncIterator[Pool]:
    async with pool_of(suite.activity_settings) as pool:
        yield pool


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return error.value


async def history(pool: Pool) -> list[tuple[int, bool]]:
    rows = await pool.fetch(
        "SELECT user_feedback_score, withdrawn FROM interaction_log_history"
        " WHERE organization_id = 'acme' ORDER BY id, revision"
    )
    return [tuple(row) for row in rows]


async def test_a_vote_is_answered_as_documented_and_kept_with_all_it_says(suite: Suite) -> None:
    ann = Voter(suite)
    conversation = await ann.start("conv-123", "user", "assistant")
    answer = await ann.vote(
        "conv-123",
        5,
        text="Excellent response!",
        latency_ms=125.5,
        tokens_used=245,
        metadata=Json(utf8=b'{"source": "web_ui", "message_count": 99}'),
    )
    assert answer == pb.SubmitFeedbackResponse(
        status="success",
        message="Feedback received and will be processed",
        conversation_id="conv-123",
        feedback_score=5,
    )
    [vote] = await ann.votes()
    assert (vote.conversation_id, vote.external_id) == (conversation, "conv-123")
    assert (vote.user_feedback_score, vote.user_feedback_text) == (5, "Excellent response!")
    assert (vote.latency_ms, vote.tokens_used, vote.revision) == (125.5, 245, 1)
    metadata = json.loads(vote.metadata.utf8)
    assert metadata.keys() == {"source", "submitted_at", "message_count"}
    assert (metadata["source"], metadata["message_count"]) == ("web_ui", 2)
    [fact] = await told(suite)
    assert fact.feedback_id == vote.id
    assert (fact.score, fact.text, fact.external_id) == (5, "Excellent response!", "conv-123")
    assert fact.message_id == vote.message_id
    assert not fact.HasField("previous_score")


async def test_the_last_message_of_the_assistant_is_rated_unless_another_is_named(
    suite: Suite,
) -> None:
    ann = Voter(suite)
    name = await ann.start("c", "user")
    done = await ann.talk.append(
        name, said("a", "assistant", client_event_id="m-1"), said("b"), said("c", "assistant")
    )
    [first, second, last] = [result.event_id for result in done.results]
    await ann.talk.append(name, said("thanks"))
    await ann.vote(name, 5)
    await ann.vote(name, 4, message_id="m-1")
    await ann.vote(name, 3, message_id=second)
    rated = {vote.message_id: vote.user_feedback_score for vote in await ann.votes()}
    assert rated == {last: 5, first: 4, second: 3}


async def test_a_conversation_without_messages_or_with_ones_own_alone_is_rated_too(
    suite: Suite,
) -> None:
    ann = Voter(suite)
    empty = (await ann.talk.start()).id
    await ann.vote(empty, 2)
    await ann.vote(empty, 3)
    [vote] = await ann.votes()
    assert (vote.user_feedback_score, vote.HasField("message_id")) == (3, False)
    alone = await ann.start("alone", "user")
    await ann.vote("alone", 1)
    [vote] = await ann.votes(conversation_id=alone)
    assert vote.HasField("message_id")


async def test_a_changed_vote_keeps_its_history_and_counts_once(suite: Suite, pool: Pool) -> None:
    ann = Voter(suite)
    await ann.start("c")
    await ann.vote("c", 2, text="bad", latency_ms=10)
    [first] = await ann.votes()
    await ann.vote("c", 4)
    [vote] = await ann.votes()
    assert (vote.id, vote.revision, vote.created_at) == (first.id, 2, first.created_at)
    assert (vote.user_feedback_score, vote.HasField("user_feedback_text")) == (4, False)
    stats = await ann.stats()
    assert (stats.total_count, stats.score_4, stats.HasField("avg_latency_ms")) == (1, 1, False)
    assert await history(pool) == [(2, False)]
    assert [(f.score, f.previous_score, f.revision) for f in await told(suite)] == [
        (2, 0, 1),
        (4, 2, 2),
    ]


async def test_the_same_vote_again_is_no_new_fact(suite: Suite, pool: Pool) -> None:
    ann = Voter(suite)
    await ann.start("c")
    for _ in range(3):
        await ann.vote("c", 4, text="fine", input_hash=sha("x"), latency_ms=1.5)
    assert (len(await told(suite)), await history(pool)) == (1, [])
    await ann.vote("c", 4, text="fine!", input_hash=sha("x"), latency_ms=1.5)
    assert len(await told(suite)) == 2


async def test_double_clicks_give_one_vote(suite: Suite) -> None:
    ann = Voter(suite)
    await ann.start("c")
    await asyncio.gather(*(ann.vote("c", 5) for _ in range(20)))
    assert len(await ann.votes()) == len(await told(suite)) == (await ann.stats()).total_count == 1


async def test_votes_that_cross_leave_one_that_counts_and_the_others_in_its_history(
    suite: Suite, pool: Pool
) -> None:
    ann = Voter(suite)
    await ann.start("c")
    await asyncio.gather(*(ann.vote("c", 1 + n % 5, text=str(n)) for n in range(20)))
    [vote] = await ann.votes()
    assert (vote.revision, len(await history(pool)), len(await told(suite))) == (20, 19, 20)
    stats = await ann.stats()
    assert (stats.total_count, stats.avg_score) == (1, vote.user_feedback_score)


async def test_a_withdrawn_vote_counts_no_more_and_can_be_given_again(
    suite: Suite, pool: Pool
) -> None:
    ann = Voter(suite)
    await ann.start("c")
    await ann.vote("c", 1, latency_ms=0.1)
    answer = await ann.withdraw("c")
    assert (answer.status, answer.conversation_id) == ("success", "c")
    assert (await ann.votes(), (await ann.stats()).total_count) == ([], 0)
    assert await history(pool) == [(1, True)]
    assert [(f.score, f.withdrawn) for f in await told(suite)] == [(1, False), (1, True)]
    assert reason_of(await refused(ann.withdraw("c"))) == "NOT_FOUND"
    await ann.vote("c", 3)
    assert [(v.user_feedback_score, v.revision) for v in await ann.votes()] == [(3, 1)]


async def test_a_withdrawal_takes_the_newest_vote_or_the_one_that_is_named(suite: Suite) -> None:
    ann = Voter(suite)
    await ann.start("c", "user")
    for n in (1, 2, 3):
        await ann.talk.append("c", said("x", "assistant", client_event_id=f"m{n}"))
        await ann.vote("c", n)
    await ann.withdraw("c", message_id="m1")
    await ann.withdraw("c")
    assert [v.user_feedback_score for v in await ann.votes()] == [2]


async def test_only_the_owner_rates_or_an_admin_or_service_for_that_person(suite: Suite) -> None:
    ann, bob = Voter(suite), Voter(suite, "bob", "admin")
    service = Voter(suite, "service:chat", "service")
    await ann.start("c")
    for call in (
        bob.vote("c"),
        bob.withdraw("c"),
        ann.vote("nothing"),
        ann.vote(str(uuid7(utc_now()))),
    ):
        assert reason_of(await refused(call)) == "NOT_FOUND"
    assert reason_of(await refused(service.vote("c", user_id="bob"))) == "NOT_FOUND"
    for role in ("viewer", "analyst"):
        other = Voter(suite, "zoe", role)
        for call in (other.vote("c", user_id="ann"), other.withdraw("c", user_id="ann")):
            assert reason_of(await refused(call)) == "PERMISSION_DENIED"
    assert reason_of(await refused(bob.vote("c", user_id="bob"))) == "NOT_FOUND"
    await bob.vote("c", 5, user_id="ann")
    await bob.withdraw("c", user_id="ann")
    await ann.vote("c", 3, user_id="ann")
    await service.vote("c", 4, user_id="ann")
    await service.vote("c", 2)
    assert [(v.user_id, v.user_feedback_score) for v in await ann.votes()] == [("ann", 2)]
    assert await bob.votes(user_id="bob") == []


async def test_another_organization_rates_and_reads_nothing_of_it(suite: Suite) -> None:
    ann, stranger = Voter(suite), Voter(suite, "ann", "admin", org="other")
    conversation = await ann.start("c")
    await ann.vote("c", 1, text="ours")
    for name in ("c", conversation):
        assert reason_of(await refused(stranger.vote(name))) == "NOT_FOUND"
        assert reason_of(await refused(stranger.withdraw(name))) == "NOT_FOUND"
        assert reason_of(await refused(stranger.stats(conversation_id=name))) == "NOT_FOUND"
    assert await stranger.votes() == []
    assert (await stranger.stats()).total_count == 0
    assert await stranger.export_json() == []
    assert (await ann.stats()).total_count == 1


async def test_a_uuid_that_is_an_id_wins_over_one_that_was_brought(suite: Suite) -> None:
    ann = Voter(suite)
    later = str(uuid7(utc_now()))
    await ann.start(later)
    await ann.vote(later, 4)
    [vote] = await ann.votes()
    assert vote.external_id == later != vote.conversation_id


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"score": None}, "score"),
        ({"score": 0}, "score"),
        ({"score": 6}, "score"),
        ({"text": "x" * 2001}, "text"),
        ({"latency_ms": -0.1}, "latency_ms"),
        ({"latency_ms": float("inf")}, "latency_ms"),
        ({"latency_ms": float("nan")}, "latency_ms"),
        ({"tokens_used": -1}, "tokens_used"),
        ({"input_hash": "abc"}, "input_hash"),
        ({"output_hash": "z" * 64}, "output_hash"),
        ({"message_id": "other"}, "message_id"),
        ({"metadata": Json(utf8=b"[]")}, "metadata"),
        ({"metadata": Json(utf8=b'{"a": "\\u0000"}')}, "metadata"),
    ],
)
async def test_what_breaks_a_rule_is_named(suite: Suite, fields: Any, named: str) -> None:
    ann = Voter(suite)
    await ann.start("c")
    error = await refused(ann.vote("c", **{"score": 3, **fields}))
    assert (reason_of(error), list(violations_of(error))) == ("INVALID_FIELD", [named])
    assert await ann.votes() == []


async def test_a_text_of_2000_characters_and_latencies_of_any_size_are_kept(suite: Suite) -> None:
    ann = Voter(suite)
    await ann.start("c")
    await ann.vote("c", 3, text="ü" * 2000, latency_ms=1e300, tokens_used=2**31 - 1)
    [vote] = await ann.votes()
    assert (len(vote.user_feedback_text), vote.latency_ms) == (2000, 1e300)
    assert (await ann.stats()).avg_latency_ms == pytest.approx(1e300)


async def test_an_idempotency_key_replays_the_first_answer(suite: Suite) -> None:
    ann = Voter(suite)
    await ann.start("c")
    first = await ann.vote("c", 5, request_id="k")
    await ann.vote("c", 2)
    assert await ann.vote("c", 5, request_id="k") == first
    assert [v.user_feedback_score for v in await ann.votes()] == [2]
    error = await refused(ann.vote("c", 4, request_id="k"))
    assert reason_of(error) == "IDEMPOTENCY_KEY_REUSED"


async def test_hashes_are_kept_keyed_by_the_organization_and_found_again(
    suite: Suite, pool: Pool
) -> None:
    ann, other = Voter(suite), Voter(suite, org="other")
    for voter in (ann, other):
        await voter.start("c")
        await voter.vote("c", 5, input_hash=sha("question"), output_hash=sha("answer").upper())
    rows = await pool.fetch("SELECT input_hash, output_hash FROM interaction_logs")
    kept = [value for row in rows for value in row]
    assert len({*kept, sha("question"), sha("answer")}) == 6
    assert all(len(value) == 64 for value in kept)
    assert len(await ann.votes(input_hash=sha("question"))) == 1
    assert len(await ann.votes(output_hash=sha("answer"))) == 1
    assert await ann.votes(input_hash=sha("answer")) == []


PERSONAL = "write to anna@web.de or call +49 30 901820"


async def stored_texts(pool: Pool) -> list[str]:
    """Everything that the database has of votes and facts, as text."""
    tables = ("interaction_logs", "interaction_log_history", "idempotency_keys")
    found = [
        row["all"]
        for t in tables
        for row in await pool.fetch(f'SELECT x::text AS "all" FROM {t} x')
    ]
    payloads = await pool.fetch("SELECT payload FROM event_log")
    return found + [row["payload"].decode(errors="replace") for row in payloads]


async def test_personal_data_is_masked_before_it_is_stored(suite: Suite, pool: Pool) -> None:
    ann = Voter(suite)
    await ann.start("c")
    about = Json(utf8=b'{"from": "anna@web.de", "n": 1}')
    await ann.vote("c", 3, text=PERSONAL, metadata=about, request_id="k")
    await ann.vote("c", 2, text=PERSONAL)
    [vote] = await ann.votes()
    assert vote.user_feedback_text == "write to [email] or call [phone]"
    assert list(vote.personal_data) == ["email", "phone"]
    assert not any("anna" in text or "901820" in text for text in await stored_texts(pool))
    assert all(list(fact.personal_data) == ["email", "phone"] for fact in await told(suite))


async def test_what_is_kept_encrypted_admins_get_when_they_ask(configured: Configured) -> None:
    async with (
        configured(feedback_pii="encrypt") as suite,
        pool_of(suite.activity_settings) as pool,
    ):
        ann, root = Voter(suite), Voter(suite, "root", "admin")
        analyst = Voter(suite, "bob", "analyst")
        await ann.start("c")
        await ann.vote("c", 3, text=PERSONAL)
        [vote] = await root.votes(include_original=True)
        masked = "write to [email] or call [phone]"
        assert (vote.user_feedback_text, vote.original_text) == (masked, PERSONAL)
        for voter in (ann, root, analyst):
            [vote] = await voter.votes()
            assert (vote.user_feedback_text, vote.HasField("original_text")) == (masked, False)
        for voter in (ann, analyst):
            error = await refused(voter.page(include_original=True))
            assert reason_of(error) == "PERMISSION_DENIED"
        assert not any("anna" in text for text in await stored_texts(pool))
        assert "anna" not in (await root.export()).decode()


async def test_what_was_kept_with_a_key_that_is_destroyed_is_left_out(
    configured: Configured,
) -> None:
    async with (
        configured(feedback_pii="encrypt") as suite,
        pool_of(suite.activity_settings) as pool,
    ):
        ann, root = Voter(suite), Voter(suite, "root", "admin")
        await ann.start("c")
        await ann.vote("c", 3, text=PERSONAL)
        await Vault(pool, suite.activity_settings.keyring).destroy("acme")
        [vote] = await root.votes(include_original=True)
        assert (vote.user_feedback_score, vote.HasField("original_text")) == (3, False)


async def test_an_original_opens_in_its_own_place_alone(configured: Configured) -> None:
    async with (
        configured(feedback_pii="encrypt") as suite,
        pool_of(suite.activity_settings) as pool,
    ):
        ann, root = Voter(suite), Voter(suite, "root", "admin")
        await ann.start("c", "user")
        await ann.talk.append(
            "c", *(said("x", "assistant", client_event_id=m) for m in ("m1", "m2"))
        )
        await ann.vote("c", 3, text=PERSONAL, message_id="m1")
        await ann.vote("c", 3, text="mail bob@web.de", message_id="m2")
        await pool.execute(
            "UPDATE interaction_logs v SET original_text = o.original_text"
            " FROM interaction_logs o WHERE o.message_id <> v.message_id"
        )
        error = await refused(root.page(include_original=True))
        assert reason_of(error) == "INTERNAL"


async def test_where_personal_data_is_refused_its_kinds_are_named_and_not_itself(
    configured: Configured,
) -> None:
    async with configured(feedback_pii="refuse") as suite:
        ann = Voter(suite)
        await ann.start("c")
        error = await refused(ann.vote("c", 3, text=PERSONAL))
        assert "email, phone" in violations_of(error)["text"]
        assert "anna" not in str(error)
        error = await refused(ann.vote("c", 3, metadata=Json(utf8=b'{"a": "anna@web.de"}')))
        assert list(violations_of(error)) == ["metadata"]
        await ann.vote("c", 3, text="fine")


async def test_who_votes_too_often_is_told_when_to_come_back(configured: Configured) -> None:
    async with configured(feedback_per_minute=3) as suite:
        ann, bob = Voter(suite), Voter(suite, "bob")
        service = Voter(suite, "service:chat", "service")
        await ann.start("c")
        for score in (1, 2):
            await ann.vote("c", score)
        await ann.withdraw("c")
        error = await refused(ann.vote("c", 4))
        assert (error.code(), reason_of(error)) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "RATE_LIMITED",
        )
        assert (await ann.stats()).total_count == 0
        await bob.start("b")
        await bob.vote("b", 4)
        await service.vote("c", 5, user_id="ann")
