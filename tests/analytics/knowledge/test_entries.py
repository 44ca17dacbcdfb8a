"""Knowledge entries over gRPC."""

from typing import Any

from attune.analytics.v1 import entries_pb2 as pb

from tests.analytics.knowledge.defining import refused
from tests.analytics.knowledge.writing import write
from tests.suite import Suite, reason_of, violations_of


async def update(suite: Suite, one: pb.KnowledgeEntry, **fields: Any) -> pb.KnowledgeEntry:
    request = pb.UpdateKnowledgeEntryRequest(entry_id=one.id, entry=pb.KnowledgeEntry(**fields))
    request.update_mask.paths.extend(fields)
    changed: pb.KnowledgeEntry = await suite.entries.UpdateKnowledgeEntry(
        request, metadata=suite.as_("bob")
    )
    return changed


async def get(suite: Suite, entry_id: str) -> pb.KnowledgeEntry:
    request = pb.GetKnowledgeEntryRequest(entry_id=entry_id)
    got: pb.KnowledgeEntry = await suite.entries.GetKnowledgeEntry(request, metadata=suite.as_())
    return got


async def test_an_entry_is_as_it_was_written(suite: Suite) -> None:
    made = await write(suite, "Retention", "A user is **retained** …", tags=["b", "a", "b"])
    assert await get(suite, made.id) == made
    assert (made.title, made.content, list(made.tags)) == (
        "Retention",
        "A user is **retained** …",
        ["a", "b"],
    )
    changed = await update(suite, made, content="Otherwise.", category="users")
    assert (changed.title, changed.content, changed.category) == (
        "Retention",
        "Otherwise.",
        "users",
    )
    assert (changed.version, changed.updated_by) == (2, "bob")


async def test_a_title_is_taken_once_whatever_its_case(suite: Suite) -> None:
    await write(suite, "Retention")
    assert reason_of(await refused(write(suite, "RETENTION"))) == "ALREADY_EXISTS"


async def test_an_entry_has_a_title_and_a_text_of_some_size(suite: Suite) -> None:
    assert violations_of(await refused(write(suite, " ", " "))).keys() == {"title", "content"}
    wrong = violations_of(await refused(write(suite, "Long", "é" * 40_000)))
    assert "entry.content" in wrong


async def test_lists_are_filtered(suite: Suite) -> None:
    await write(suite, "One", "Of orders.", category="a", tags=["x"])
    await write(suite, "Two", "Of users.", category="b", tags=["x", "y"])

    async def titles(**filters: object) -> list[str]:
        request = pb.ListKnowledgeEntriesRequest(**filters)  # type: ignore[arg-type]
        page = await suite.entries.ListKnowledgeEntries(request, metadata=suite.as_("v", "viewer"))
        return [entry.title for entry in page.entries]

    assert await titles() == ["One", "Two"]
    assert await titles(category="b") == ["Two"]
    assert await titles(tags=["x"], text="orders") == ["One"]
    assert await titles(title="Two") == ["Two"]


async def test_a_deleted_entry_frees_its_title(suite: Suite) -> None:
    made = await write(suite, "Retention")
    request = pb.DeleteKnowledgeEntryRequest(entry_id=made.id)
    await suite.entries.DeleteKnowledgeEntry(request, metadata=suite.as_())
    assert reason_of(await refused(get(suite, made.id))) == "NOT_FOUND"
    assert (await write(suite, "Retention")).id != made.id
