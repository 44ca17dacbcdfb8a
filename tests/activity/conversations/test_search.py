"""Conversations found by words of their titles and of what was said in them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from attune.activity.v1 import conversations_pb2 as pb

from services.activity import app
from services.activity.conversations.searching import MOST_WORDS, WordKeeper
from services.common.db import Pool
from tests.activity.conversations.talking import Talk, facts, refused, said
from tests.suite import ORGANIZATION, Suite, reason_of, violations_of


@pytest.fixture
def ann(suite: Suite) -> Talk:
    return Talk(suite)


@pytest.fixture
async def pool(suite: Suite) -> AsyncIterator[Pool]:
    async with app.pool_of(suite.activity_settings) as pool:
        yield pool


async def keep_up(suite: Suite, pool: Pool, organization: str = ORGANIZATION) -> None:
    """Apply all facts of the organization, those that were applied before too."""
    told = await facts(suite, org=organization)
    numbered = [*enumerate(told, 1)]
    async with pool.acquire() as conn, conn.transaction():
        await WordKeeper().apply(conn, organization, numbered)


async def start(talk: Talk, name: str, *texts: str) -> None:
    messages = [pb.Message(role="user", content=text) for text in texts]
    await talk.start(conversation_id=name, messages=messages)


async def names(talk: Talk, q: str, **fields: Any) -> list[str]:
    found, token = [], ""
    while True:
        page = await talk.list(q=q, page_size=1, page_token=token, **fields)
        found += [one.external_id for one in page.conversations]
        if not (token := page.next_page_token):
            return found


async def test_all_words_are_in_the_title_or_what_was_said(
    ann: Talk, suite: Suite, pool: Pool
) -> None:
    await start(ann, "a", "How did revenue grow in Spain?", "And in Größenwahn-Land?")
    await start(ann, "b", "Revenue of France")
    await ann.append("b", said("It grew by 12 percent", "assistant"))
    await ann.append("b", said("Revenue rules: never say bingo", "system"))
    await ann.rename("b", "Quarterly talk")
    await keep_up(suite, pool)
    for q, wanted in (
        ("revenue", ["b", "a"]),
        ("REVENUE spain", ["a"]),
        ("quarterly grew", ["b"]),
        ("quarterly spain", []),
        ("fran", ["b"]),  # of the last word the beginning
        ("fran revenue", []),
        ("größen", ["a"]),
        ("12", ["b"]),
        ("bingo", []),
        ("?!", []),
        ("it's \\ 'x' & !(a|b):*", []),
        ("x" * 200, []),
    ):
        assert await names(ann, q) == wanted, q
    assert "q" in violations_of(await refused(ann.list(q="")))


async def test_a_new_title_is_found_and_the_old_one_is_not(
    ann: Talk, suite: Suite, pool: Pool
) -> None:
    await start(ann, "a", "something said")
    await ann.rename("a", "Oldish")
    await keep_up(suite, pool)
    assert await names(ann, "oldish") == ["a"]
    await ann.rename("a", "Newish")
    await keep_up(suite, pool)
    assert (await names(ann, "oldish"), await names(ann, "newish said")) == ([], ["a"])


async def test_people_find_their_own_and_filters_hold(ann: Talk, suite: Suite, pool: Pool) -> None:
    await start(ann, "a", "common words")
    await start(ann, "done", "common words")
    await ann.finish("done")
    bob = Talk(suite, "bob")
    await start(bob, "b", "common words")
    await start(Talk(suite, "ann", org="other"), "o", "common words")
    await keep_up(suite, pool)
    await keep_up(suite, pool, "other")
    assert await names(ann, "common") == ["done", "a"]
    assert await names(ann, "common", status="completed") == ["done"]
    for role in ("analyst", "admin"):
        everybody = Talk(suite, "eve", role)
        assert await names(everybody, "common") == ["b", "done", "a"]
        assert await names(everybody, "common", user_id="bob") == ["b"]
    assert reason_of(await refused(bob.list(q="common", user_id="ann"))) == "PERMISSION_DENIED"
    message = (await ann.get("a")).events[0].id
    thread = await ann.branch("a", message)
    await ann.append(thread.id, said("common threads"))
    await keep_up(suite, pool)
    listed = await ann.list(q="common", parent_conversation_id="a")
    assert [one.id for one in listed.conversations] == [thread.id]
    end = pb.ListConversationsRequest()
    end.end_time.FromJsonString("2020-01-01T00:00:00Z")
    assert await names(ann, "common", end_time=end.end_time) == []


async def test_personal_data_is_not_found(ann: Talk, suite: Suite, pool: Pool) -> None:
    await start(ann, "a", "Write to zoe@example.com today")
    await keep_up(suite, pool)
    assert await names(ann, "write today") == ["a"]
    for q in ("zoe@example.com", "zoe", "example"):
        assert await names(ann, q) == []


async def test_what_is_deleted_is_found_no_more(ann: Talk, suite: Suite, pool: Pool) -> None:
    await start(ann, "a", "gone")
    await keep_up(suite, pool)
    await ann.delete("a")
    assert await names(ann, "gone") == []
    await keep_up(suite, pool)
    assert await pool.fetchval("SELECT count(*) FROM conversation_words") == 0


async def test_a_rebuild_comes_to_the_same_and_words_are_bounded(
    ann: Talk, suite: Suite, pool: Pool
) -> None:
    await start(ann, "a", "some words", "more of them")
    await ann.rename("a", "A title")
    await start(ann, "long", *(" ".join(f"w{n}x{k}" for k in range(500)) for n in range(9)))
    await keep_up(suite, pool)
    query = "SELECT title, words::text FROM conversation_words ORDER BY length(words)"
    kept = await pool.fetch(query)
    assert kept[0]["title"] == "A title"
    lengths = "SELECT max(length(words)) FROM conversation_words"
    assert MOST_WORDS <= await pool.fetchval(lengths) <= 9 * 500
    async with pool.acquire() as conn, conn.transaction():
        await WordKeeper().rebuild(conn, ORGANIZATION)
    assert (await pool.fetch(query))[0] == kept[0]
