"""Titles, previews and threads of conversations."""

import asyncio
import json
from typing import Any

import pytest
from attune.activity.v1 import conversations_pb2 as pb

from tests.activity.conversations.talking import Talk, at, facts, refused, said
from tests.suite import Suite, reason_of, violations_of


@pytest.fixture
def ann(suite: Suite) -> Talk:
    return Talk(suite)


def asked(text: str) -> list[pb.Message]:
    return [pb.Message(role="user", content=text)]


async def test_a_title_is_the_first_question_until_it_is_given_one(ann: Talk) -> None:
    started = await ann.start(conversation_id="c")
    assert not started.HasField("title")
    question = "Show me\nthe revenue of all regions by month of the last two years, please"
    now = (await ann.append("c", said(question))).conversation
    assert now.title == "Show me the revenue of all regions by month of the last two…"
    assert (await ann.rename("c", "  Revenue \n by region ")).title == "Revenue by region"
    assert [one.title for one in (await ann.list()).conversations] == ["Revenue by region"]
    await ann.finish("c")
    assert (await ann.rename("c", "")).title == now.title
    assert "title" in violations_of(await refused(ann.rename("c", "x" * 201)))


async def test_a_word_that_never_ends_is_cut(ann: Talk) -> None:
    started = await ann.start(messages=asked("x" * 100))
    assert started.title == "x" * 59 + "…"


async def test_only_its_person_renames_it(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c")
    for talk, reason in (
        (Talk(suite, "bob"), "NOT_FOUND"),
        (Talk(suite, "root", "admin"), "PERMISSION_DENIED"),
        (Talk(suite, "root", "admin", org="other"), "NOT_FOUND"),
    ):
        assert reason_of(await refused(talk.rename("c", "mine"))) == reason
    assert (await Talk(suite, "service:x", "service").rename("c", "t")).title == "t"


async def test_renaming_while_appending_loses_nothing(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c")
    writes = [ann.append("c", said(f"{n}")) for n in range(20)]
    renames = [ann.rename("c", f"title {n}") for n in range(5)]
    done: list[Any] = await asyncio.gather(*writes, *renames)
    now = (await ann.get("c")).conversation
    assert (now.event_count, now.message_count) == (20, 20)
    assert now.title in {one.title for one in done[20:]}
    told = [f.title for f in await facts(suite) if isinstance(f, pb.ConversationChanged)]
    assert told[-1] == now.title


async def test_a_preview_is_what_was_said_last(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c", messages=asked("Hello"))
    done = await ann.append("c", said("a  b\n" * 100, "assistant"))
    assert done.conversation.last_message == ("a b " * 100)[:200]
    old = at("2026-01-01T00:00:00Z", said("long ago"))
    assert (await ann.append("c", old)).conversation.last_message == done.conversation.last_message
    await ann.append("c", said("mail ann@example.com"))
    analyst = Talk(suite, "eve", "analyst")
    assert (await analyst.get("c")).conversation.last_message == "mail [email]"


async def test_events_come_newest_first_and_up_to_one(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    done = await ann.append("c", *(said(f"{n}") for n in range(9)))
    ids = [result.event_id for result in done.results]
    seen, token = [], ""
    while True:
        page = await ann.get("c", newest_first=True, up_to=ids[6], page_size=3, page_token=token)
        seen += [event.id for event in page.events]
        if not (token := page.next_page_token):
            break
    assert seen == ids[6::-1]
    assert [e.id for e in (await ann.get("c", up_to=ids[1])).events] == ids[:2]
    token = (await ann.get("c", newest_first=True, page_size=3)).next_page_token
    assert "page_token" in violations_of(await refused(ann.get("c", page_token=token)))
    assert "up_to" in violations_of(await refused(ann.get("c", up_to="x")))


async def test_a_thread_goes_on_from_a_message(ann: Talk, suite: Suite) -> None:
    parent = await ann.start(conversation_id="c", messages=asked("How many users?"))
    done = await ann.append("c", said("12", "assistant", client_event_id="answer-1"), said("Why?"))
    answer = done.results[0].event_id
    threads = [await ann.branch("c", name, title="Other") for name in (answer, "answer-1")]
    for thread in threads:
        assert (thread.parent_conversation_id, thread.parent_message_id) == (parent.id, answer)
        assert (thread.title, thread.message_count, thread.user_id) == ("Other", 0, "ann")
    now = (await ann.append(threads[0].id, said("Since when?"))).conversation
    assert now.parent_message_id == answer
    listed = await ann.list(parent_conversation_id="c")
    assert [one.id for one in listed.conversations] == [threads[1].id, threads[0].id]
    assert not (await ann.list(parent_conversation_id=threads[0].id)).conversations
    assert (await ann.get("c")).conversation.event_count == 3
    stranger = Talk(suite, "bob")
    assert reason_of(await refused(stranger.list(parent_conversation_id="c"))) == "NOT_FOUND"


async def test_a_thread_of_a_thread_is_of_the_one_that_has_the_message(ann: Talk) -> None:
    parent = await ann.start(conversation_id="c", messages=asked("one"))
    first, later = (await ann.append("c", said("two"), said("three"))).results
    thread = await ann.branch("c", first.event_id)
    own = (await ann.append(thread.id, said("own"))).results[0].event_id
    assert (await ann.branch(thread.id, own)).parent_conversation_id == thread.id
    assert (await ann.branch(thread.id, first.event_id)).parent_conversation_id == parent.id
    for unseen in (later.event_id, "nothing", thread.id):
        error = await refused(ann.branch(thread.id, unseen))
        assert reason_of(error) == "NOT_FOUND"


async def test_only_its_person_branches_it_and_a_key_does_so_once(ann: Talk, suite: Suite) -> None:
    await ann.start(conversation_id="c", messages=asked("one"))
    message = (await ann.get("c")).events[0].id
    for talk, reason in (
        (Talk(suite, "bob"), "NOT_FOUND"),
        (Talk(suite, "eve", "analyst"), "PERMISSION_DENIED"),
        (Talk(suite, "ann", org="other"), "NOT_FOUND"),
    ):
        assert reason_of(await refused(talk.branch("c", message))) == reason
    first = await ann.branch("c", message, request_id="k")
    assert await ann.branch("c", message, request_id="k") == first
    made = await Talk(suite, "service:x", "service").branch("c", message)
    assert made.user_id == "ann"


async def test_threads_outlive_what_they_were_branched_from(ann: Talk) -> None:
    await ann.start(conversation_id="c", messages=asked("one"))
    message = (await ann.get("c")).events[0].id
    thread = await ann.branch("c", message)
    await ann.append(thread.id, said("own"))
    await ann.delete("c")
    now = await ann.get(thread.id)
    assert not now.conversation.HasField("parent_conversation_id")
    assert not now.conversation.HasField("parent_message_id")
    assert [json.loads(e.content.utf8)["message"] for e in now.events] == ["own"]


async def test_branching_while_it_is_deleted_leaves_no_thread_of_nothing(ann: Talk) -> None:
    for turn in range(5):
        name = f"c{turn}"
        await ann.start(conversation_id=name, messages=asked("one"))
        message = (await ann.get(name)).events[0].id
        branches = [ann.branch(name, message) for _ in range(4)]
        await asyncio.gather(*branches, ann.delete(name), return_exceptions=True)
    for thread in (await ann.list()).conversations:
        assert not thread.HasField("parent_conversation_id")
