"""Pages of conversations and of their events."""

from typing import Any

import pytest
from attune.activity.v1 import conversations_pb2 as pb

from tests.activity.conversations.talking import Talk, refused, said
from tests.suite import Suite, reason_of, violations_of


@pytest.fixture
def ann(suite: Suite) -> Talk:
    return Talk(suite)


async def test_pages_of_events_leave_out_and_repeat_nothing(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    done = await ann.append("c", *(said(f"{n}") for n in range(25)))
    seen, page = [], await ann.get("c", page_size=10)
    while True:
        seen += [event.id for event in page.events]
        if not page.next_page_token:
            break
        page = await ann.get("c", page_size=10, page_token=page.next_page_token)
    assert seen == [result.event_id for result in done.results]
    await ann.start(conversation_id="d")
    token = (await ann.get("c", page_size=1)).next_page_token
    for name, wrong in (("d", token), ("c", "nonsense")):
        assert "page_token" in violations_of(await refused(ann.get(name, page_token=wrong)))


async def test_large_events_come_in_pages_that_can_be_sent(ann: Talk) -> None:
    await ann.start(conversation_id="c")
    for _ in range(2):
        await ann.append("c", *(said("x" * 250_000) for _ in range(12)))
    first = await ann.get("c", page_size=1000)
    assert 0 < len(first.events) < 24
    second = await ann.get("c", page_size=1000, page_token=first.next_page_token)
    assert len(first.events) + len(second.events) == 24


async def test_lists_are_newest_first_by_person_status_and_time(ann: Talk, suite: Suite) -> None:
    service = Talk(suite, "service:x", "service")
    for month in range(1, 7):
        fields = pb.StartConversationRequest(user_id="ann" if month % 2 else "bob")
        fields.started_at.FromJsonString(f"2026-0{month}-01T00:00:00Z")
        name = f"m{month}"
        await service.start(
            conversation_id=name, user_id=fields.user_id, started_at=fields.started_at
        )
        if month < 3:
            await service.finish(name)

    async def names(talk: Talk, **fields: Any) -> list[str]:
        found, token = [], ""
        while True:
            page = await talk.list(page_size=2, page_token=token, **fields)
            found += [c.external_id for c in page.conversations]
            if not (token := page.next_page_token):
                return found

    since, until = pb.ListConversationsRequest(), pb.ListConversationsRequest()
    since.start_time.FromJsonString("2026-02-01T00:00:00Z")
    until.end_time.FromJsonString("2026-05-01T00:00:00Z")
    between = {"start_time": since.start_time, "end_time": until.end_time}
    assert await names(service) == ["m6", "m5", "m4", "m3", "m2", "m1"]
    assert await names(service, status="completed") == ["m2", "m1"]
    assert await names(service, user_id="bob") == ["m6", "m4", "m2"]
    assert await names(service, user_id="bob", status="active") == ["m6", "m4"]
    assert await names(service, **between) == ["m4", "m3", "m2"]
    assert await names(ann) == ["m5", "m3", "m1"]
    assert await names(Talk(suite, org="other")) == []
    error = await refused(ann.list(user_id="bob"))
    assert reason_of(error) == "PERMISSION_DENIED"


async def test_a_page_token_is_good_for_its_own_filters_only(ann: Talk) -> None:
    for _ in range(2):
        await ann.start()
    token = (await ann.list(page_size=1)).next_page_token
    error = await refused(ann.list(status="active", page_token=token))
    assert "page_token" in violations_of(error)
