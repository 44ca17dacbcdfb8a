"""What is remembered, over real gRPC: found, listed, corrected, forgotten, rebuilt."""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from services.common.db import Pool
from tests.activity.conversations.talking import at, said
from tests.activity.memory.remembering import Remembered, caught_up, remembering
from tests.suite import Servers, Suite, running_suite, violations_of

TABLES = "Prefers tables over charts"


@dataclass
class Working:
    """A suite with activity's worker."""

    suite: Suite
    pool: Pool


@pytest.fixture
async def working(suite: Suite) -> AsyncIterator[Working]:
    async with remembering(suite) as pool:
        yield Working(suite, pool)


@pytest.fixture
def ann(working: Working) -> Remembered:
    return Remembered(working.suite)


async def refused(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value


async def code_of(call: Awaitable[Any]) -> grpc.StatusCode:
    return (await refused(call)).code()


async def test_what_a_person_says_is_remembered_with_its_sources(
    working: Working, ann: Remembered
) -> None:
    conversation = await ann.say("Hello", "I prefer tables over charts.")
    await caught_up(working.pool)
    [fact] = await ann.list()
    events = (await ann.talk.get(conversation.id)).events
    assert (fact.statement, fact.kind, fact.attribute) == (TABLES, "preference", "prefers")
    assert (fact.value, fact.origin, fact.state) == ("tables over charts", "rules", "current")
    [source] = fact.sources
    assert (source.event_id, source.conversation_id) == (events[1].id, conversation.id)
    assert fact.valid_from == fact.said_at == events[1].timestamp
    assert fact.expires_at.seconds - fact.said_at.seconds == 365 * 86_400
    assert 0.5 < fact.confidence < 1
    assert not fact.HasField("valid_to")
    assert not fact.HasField("superseded_at")


@pytest.mark.parametrize("role", ["assistant", "system", "tool"])
async def test_nothing_is_taken_from_what_others_say(
    working: Working, ann: Remembered, role: str
) -> None:
    await ann.say("I prefer tables over charts.", role=role)
    await caught_up(working.pool)
    assert await ann.list(state="any") == []


async def test_what_others_said_before_is_not_taken_when_it_is_repeated(
    working: Working, ann: Remembered
) -> None:
    await ann.talk.start(conversation_id="c")
    await ann.talk.append(
        "c",
        said("User profile: the user prefers tables over charts and lives in Berlin.", "system"),
        said("I remember that you use Tableau.", "assistant"),
        said("I prefer tables over charts. I live in Berlin. I use Tableau. I use Excel."),
    )
    await caught_up(working.pool)
    assert await ann.statements() == {"Uses Excel"}


async def test_the_same_in_other_words_adds_a_source_and_confidence(
    working: Working, ann: Remembered
) -> None:
    await ann.say("I prefer tables over charts")
    await caught_up(working.pool)
    first = await ann.one(TABLES)
    await ann.say(
        "By the way, I like tables better than charts!", "I like the tables more than charts"
    )
    await caught_up(working.pool)
    again = await ann.one(TABLES)
    assert (again.id, len(again.sources)) == (first.id, 3)
    assert first.confidence < again.confidence < 1
    assert len(await ann.list(state="any")) == 1


async def test_what_contradicts_closes_what_was_said_before(
    working: Working, ann: Remembered
) -> None:
    await ann.talk.start(conversation_id="c")
    await ann.talk.append(
        "c",
        at("2026-03-01T10:00:00Z", said("I live in Hamburg. I use Tableau.")),
        at("2026-04-01T10:00:00Z", said("I just moved to Berlin. I no longer use Tableau.")),
    )
    await caught_up(working.pool)
    assert await ann.statements() == {"Lives in Berlin"}
    old = await ann.one("Lives in Hamburg", state="superseded")
    assert old.valid_to.ToJsonString() == "2026-04-01T10:00:00Z"
    assert old.HasField("superseded_at")
    assert (await ann.one("Uses Tableau", state="superseded")).HasField("valid_to")


async def test_a_late_message_takes_its_place_in_time(working: Working, ann: Remembered) -> None:
    await ann.talk.start(conversation_id="c")
    await ann.talk.append("c", at("2026-04-01T10:00:00Z", said("I live in Berlin.")))
    await caught_up(working.pool)
    await ann.talk.append("c", at("2026-03-01T10:00:00Z", said("I live in Hamburg.")))
    await caught_up(working.pool)
    assert await ann.statements() == {"Lives in Berlin"}
    assert await ann.statements(state="superseded") == {"Lives in Hamburg"}


async def test_a_correction_closes_the_fact_and_keeps_it_as_history(
    working: Working, ann: Remembered
) -> None:
    await ann.say("I live in Hamburg.")
    await caught_up(working.pool)
    wrong = await ann.one("Lives in Hamburg")
    right = await ann.correct(wrong.id, "Bremen")
    assert (right.statement, right.origin, right.confidence) == ("Lives in Bremen", "user", 1.0)
    assert right.corrects == wrong.id
    assert not right.HasField("expires_at")
    assert await ann.statements() == {"Lives in Bremen"}
    old = await ann.one("Lives in Hamburg", state="corrected")
    assert (old.id, old.HasField("valid_to"), len(old.sources)) == (wrong.id, True, 1)
    assert not await ann.rebuild()
    assert await ann.statements() == {"Lives in Bremen"}
    await ann.say("I moved to Cologne.")
    await caught_up(working.pool)
    assert await ann.statements() == {"Lives in Cologne"}


async def test_a_correction_does_not_bring_back_what_held_before(
    working: Working, ann: Remembered
) -> None:
    await ann.say("I like tea.", "I don't like tea.")
    await caught_up(working.pool)
    await ann.correct((await ann.one("Dislikes tea")).id, "coffee")
    await ann.rebuild()
    assert await ann.statements() == {"Dislikes coffee"}


async def test_a_forgotten_fact_loses_its_words_and_never_comes_back(
    working: Working, ann: Remembered
) -> None:
    conversation = await ann.say("I live in Hamburg. I like tea and coffee.")
    await caught_up(working.pool)
    left = await ann.forget((await ann.one("Lives in Hamburg")).id)
    assert left.state == "forgotten"
    assert (left.statement, left.value, left.attribute, left.kind) == ("", "", "", "")
    assert [source.conversation_id for source in left.sources] == [conversation.id]
    await ann.forget((await ann.one("Likes tea")).id)
    assert (await ann.forget(left.id)).id == left.id
    await ann.rebuild()
    assert await ann.statements() == {"Likes coffee"}
    text = "SELECT string_agg(f::text, '') FROM {} f"
    for table in ("memory_facts", "memory_mentions"):
        assert "Hamburg" not in await working.pool.fetchval(text.format(table))
    await ann.say("I live in Hamburg.")
    await caught_up(working.pool)
    assert "Lives in Hamburg" in await ann.statements()


async def test_to_forget_what_holds_does_not_bring_back_what_held_before(
    working: Working, ann: Remembered
) -> None:
    await ann.say("I live in Hamburg.", "I moved to Berlin.")
    await caught_up(working.pool)
    await ann.forget((await ann.one("Lives in Berlin")).id)
    await ann.rebuild()
    assert await ann.statements() == set()
    assert await ann.statements(state="superseded") == {"Lives in Hamburg"}


async def test_all_is_forgotten_with_its_history_and_what_was_not_yet_read(
    working: Working, ann: Remembered
) -> None:
    await ann.say("I live in Hamburg.", "I moved to Berlin.", "I use Excel.")
    await caught_up(working.pool)
    await ann.add("name", "Ann")
    assert await ann.forget_all() == 4
    await ann.talk.start(conversation_id="c")
    await ann.talk.append("c", at("2026-03-01T10:00:00Z", said("I use Tableau.")))
    await caught_up(working.pool)
    await ann.rebuild()
    assert await ann.list() == []
    assert {fact.state for fact in await ann.list(state="any")} == {"forgotten"}
    assert await ann.forget_all() == 0
    await ann.say("I use Metabase.")
    await caught_up(working.pool)
    assert await ann.statements() == {"Uses Metabase"}


async def test_a_fact_told_by_hand_takes_the_place_of_what_was_found(
    working: Working, ann: Remembered
) -> None:
    await ann.say("Please answer in English.")
    await caught_up(working.pool)
    told = await ann.add("answer_language", "  German ")
    assert (told.value, told.origin, told.confidence) == ("German", "user", 1.0)
    assert (await ann.add("answer_language", "German")).id == told.id
    assert await ann.statements() == {"Wants answers in German"}
    favourite = await ann.add("has", "Vim", about="favourite editor")
    assert favourite.statement == "Favourite editor: Vim"


async def test_bad_facts_are_refused_with_what_to_change(ann: Remembered) -> None:
    for bad, field in (
        (ann.add("mood", "good"), "attribute"),
        (ann.add("has", "Vim"), "about"),
        (ann.add("likes", "tea", about="drinks"), "about"),
        (ann.add("name", "ann@example.com"), "value"),
        (ann.add("uses", "password: hunter2!x"), "value"),
        (ann.add("likes", "..."), "value"),
    ):
        err = await refused(bad)
        assert err.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert field in violations_of(err)


async def test_only_what_holds_is_corrected_and_only_what_is_there(
    working: Working, ann: Remembered
) -> None:
    await ann.say("I live in Hamburg.")
    await caught_up(working.pool)
    fact = await ann.one("Lives in Hamburg")
    await ann.forget(fact.id)
    assert await code_of(ann.correct(fact.id, "Kiel")) is grpc.StatusCode.FAILED_PRECONDITION
    for unknown in ("019b6c3e-5c00-7a51-9c3f-0f1e2d3c4b5a", "x", "🦊"):
        assert await code_of(ann.correct(unknown, "Kiel")) is grpc.StatusCode.NOT_FOUND
        assert await code_of(ann.forget(unknown)) is grpc.StatusCode.NOT_FOUND


async def test_people_see_and_change_their_own_and_analysts_see_it_masked(
    working: Working, ann: Remembered
) -> None:
    told = await ann.add("name", "Ann Miller")
    await ann.add("has", "the line 030 1234567 of Ann", about="hotline")
    admin = Remembered(working.suite, user="root", role="admin")
    analyst = Remembered(working.suite, user="eve", role="analyst")
    other = Remembered(working.suite, user="bob")
    elsewhere = Remembered(working.suite, user="root", role="admin", org="other")
    assert "Is called Ann Miller" in await admin.statements()
    shown = await analyst.statements()
    assert "Is called [name]" in shown
    assert not any("Miller" in text for text in shown)
    denied = grpc.StatusCode.PERMISSION_DENIED
    assert await code_of(other.list()) is denied
    for stranger in (analyst, other):
        assert await code_of(stranger.add("likes", "tea")) is denied
        assert await code_of(stranger.correct(told.id, "Eve")) is denied
        assert await code_of(stranger.forget(told.id)) is denied
        assert await code_of(stranger.forget_all()) is denied
    assert await elsewhere.list() == []
    assert await code_of(elsewhere.forget(told.id)) is grpc.StatusCode.NOT_FOUND
    assert (await admin.correct(told.id, "Anne Miller")).statement == "Is called Anne Miller"


async def test_a_fact_of_another_person_is_none(working: Working, ann: Remembered) -> None:
    told = await ann.add("likes", "tea")
    of_bob = Remembered(working.suite, of="bob", user="root", role="admin")
    assert await code_of(of_bob.forget(told.id)) is grpc.StatusCode.NOT_FOUND


async def test_pages_hold_each_fact_once(ann: Remembered) -> None:
    for n in range(5):
        await ann.add("likes", f"tea {n}")
    seen, token = [], ""
    while True:
        page = await ann.page(page_size=2, page_token=token)
        seen += [fact.value for fact in page.facts]
        if not (token := page.next_page_token):
            break
    assert sorted(seen) == [f"tea {n}" for n in range(5)]
    assert await ann.statements(kind="tool") == set()


async def test_what_is_settled_is_told_to_consumers(working: Working, ann: Remembered) -> None:
    await ann.add("likes", "tea")
    types = await working.pool.fetch("SELECT type FROM event_log WHERE organization_id = 'acme'")
    assert [row["type"] for row in types] == ["attune.activity.v1.MemoryChanged"]


async def test_of_too_many_facts_the_least_sure_go_first(servers: Servers, database: str) -> None:
    limited = {"memory_facts": 2}
    async with (
        running_suite(servers, database, of_activity=limited) as suite,
        remembering(suite) as pool,
    ):
        ann = Remembered(suite)
        await ann.say("I like tea. I prefer tables over charts. My name is Ann.")
        await caught_up(pool)
        assert await ann.statements() == {"Is called Ann", TABLES}
        assert await ann.statements(state="expired") == {"Likes tea"}
        first = await ann.add("uses", "Excel")
        await ann.add("uses", "Word")
        assert await ann.statements() == {"Uses Excel", "Uses Word"}
        await ann.forget(first.id)
        assert await ann.statements() == {"Uses Word", "Is called Ann"}


async def test_where_nothing_is_to_be_remembered_nothing_is(
    servers: Servers, database: str
) -> None:
    async with (
        running_suite(servers, database, of_activity={"memory_facts": 0}) as suite,
        remembering(suite) as pool,
    ):
        ann = Remembered(suite)
        await ann.say("I like tea.")
        await caught_up(pool)
        assert await ann.list(state="any") == []
        assert await pool.fetchval("SELECT count(*) FROM memory_mentions") == 0
        assert await code_of(ann.add("uses", "Excel")) is grpc.StatusCode.FAILED_PRECONDITION
