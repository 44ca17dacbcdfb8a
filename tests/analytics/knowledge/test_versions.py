"""Versions, restoring and comments, of items of any kind."""

import asyncio
import json
from typing import Any

from attune.analytics.v1 import knowledge_items_pb2 as pb

from tests.analytics.knowledge.defining import create, delete, get, refused, update
from tests.suite import Suite, reason_of, violations_of


async def history(suite: Suite, item_id: str, page_size: int = 2) -> list[pb.ItemVersion]:
    found: list[pb.ItemVersion] = []
    token = ""
    while True:
        request = pb.ListItemVersionsRequest(item_id=item_id, page_size=page_size, page_token=token)
        page = await suite.knowledge_items.ListItemVersions(request, metadata=suite.as_())
        found += page.versions
        if not (token := page.next_page_token):
            return found


async def restore(suite: Suite, item_id: str, version: int, **more: Any) -> pb.KnowledgeItem:
    request = pb.RestoreItemRequest(item_id=item_id, version=version, **more)
    got: pb.KnowledgeItem = await suite.knowledge_items.RestoreItem(
        request, metadata=suite.as_("bob")
    )
    return got


async def comment(suite: Suite, item_id: str, text: str, user: str = "ann") -> pb.ItemComment:
    request = pb.CreateItemCommentRequest(item_id=item_id, text=text)
    made: pb.ItemComment = await suite.knowledge_items.CreateItemComment(
        request, metadata=suite.as_(user, "viewer")
    )
    return made


async def comments(suite: Suite, item_id: str) -> list[str]:
    found, token = [], ""
    while True:
        request = pb.ListItemCommentsRequest(item_id=item_id, page_size=2, page_token=token)
        page = await suite.knowledge_items.ListItemComments(request, metadata=suite.as_())
        found += [each.text for each in page.comments]
        if not (token := page.next_page_token):
            return found


async def test_every_change_is_kept_with_who_when_and_why(suite: Suite) -> None:
    made = await create(suite, description="one")
    two = await update(suite, made, description="two", note="Why not", by=suite.as_("bob"))
    await delete(suite, made.id)
    versions = await history(suite, made.id)
    told = [(v.version, v.action, v.changed_by, v.note) for v in versions]
    assert told == [
        (3, "deleted", "ann", ""),
        (2, "changed", "bob", "Why not"),
        (1, "created", "ann", ""),
    ]
    texts = [json.loads(v.content.utf8)["description"] for v in versions]
    assert texts == ["two", "two", "one"]
    assert versions[1].changed_at == two.updated_at
    assert versions[2].changed_at == made.created_at


async def test_an_older_version_comes_back_as_a_new_one(suite: Suite) -> None:
    made = await create(suite, description="one", tags=["a"])
    await update(suite, made, name="buy", description="two", tags=[])
    item = await restore(suite, made.id, 1, expected_version=2)
    assert (item.kind, item.name, item.version) == ("event_definition", "purchase", 3)
    now = await get(suite, made.id)
    assert (now.name, now.description, list(now.tags)) == ("purchase", "one", ["a"])
    newest = (await history(suite, made.id))[0]
    assert (newest.action, newest.note, newest.changed_by) == ("restored", "version 1", "bob")


async def test_a_deleted_item_is_listed_and_comes_back(suite: Suite) -> None:
    made = await create(suite)
    other = await create(suite, "refund")
    await delete(suite, made.id)
    await delete(suite, other.id)
    found, token = [], ""
    while True:
        request = pb.ListDeletedItemsRequest(page_size=1, page_token=token)
        page = await suite.knowledge_items.ListDeletedItems(request, metadata=suite.as_())
        found += [item.name for item in page.items]
        if not (token := page.next_page_token):
            break
    assert found == ["refund", "purchase"]
    assert not (await restore(suite, made.id, 1)).HasField("deleted_at")
    assert (await get(suite, made.id)).version == 3


async def test_a_name_that_was_taken_since_keeps_an_item_from_coming_back(suite: Suite) -> None:
    made = await create(suite)
    await delete(suite, made.id)
    await create(suite)
    assert reason_of(await refused(restore(suite, made.id, 1))) == "ALREADY_EXISTS"


async def test_what_is_not_there_cannot_be_restored(suite: Suite) -> None:
    made = await create(suite)
    assert reason_of(await refused(restore(suite, made.id, 9))) == "NOT_FOUND"
    err = await refused(restore(suite, made.id, 1, expected_version=4))
    assert reason_of(err) == "VERSION_CONFLICT"
    assert "version" in violations_of(await refused(restore(suite, made.id, 0)))
    unknown = "0f5f3c1a-55a4-4f8e-9d58-0f1f4f3c1a55"
    for call in (restore(suite, unknown, 1), history(suite, unknown), history(suite, "x")):
        assert reason_of(await refused(call)) == "NOT_FOUND"


async def test_of_changes_at_the_same_moment_one_wins(suite: Suite) -> None:
    made = await create(suite)
    calls = [update(suite, made, description=str(n), version=1) for n in range(5)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert len([one for one in results if not isinstance(one, Exception)]) == 1
    assert [v.version for v in await history(suite, made.id)] == [2, 1]


async def test_of_creations_at_the_same_moment_one_wins(suite: Suite) -> None:
    results = await asyncio.gather(*(create(suite) for _ in range(5)), return_exceptions=True)
    assert len([one for one in results if not isinstance(one, Exception)]) == 1


async def test_comments_stand_in_their_order(suite: Suite) -> None:
    made = await create(suite)
    for text in "abc":
        await comment(suite, made.id, text)
    assert await comments(suite, made.id) == ["a", "b", "c"]
    await delete(suite, made.id)
    assert reason_of(await refused(comment(suite, made.id, "d"))) == "NOT_FOUND"


async def test_a_comment_is_deleted_by_who_made_it_or_an_admin(suite: Suite) -> None:
    made = await create(suite)
    first, second = [await comment(suite, made.id, text) for text in "ab"]

    async def remove(one: pb.ItemComment, user: str, role: str) -> None:
        request = pb.DeleteItemCommentRequest(item_id=made.id, comment_id=one.id)
        who = suite.as_(user, role)
        await suite.knowledge_items.DeleteItemComment(request, metadata=who)

    assert reason_of(await refused(remove(first, "bob", "analyst"))) == "NOT_FOUND"
    await remove(first, "ann", "viewer")
    await remove(second, "root", "admin")
    assert await comments(suite, made.id) == []
