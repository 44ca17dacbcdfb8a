"""What the services of all kinds of knowledge do alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask

from services.analytics.knowledge.versions.domain import Filters, Item, expect
from services.analytics.knowledge.versions.items import Items
from services.analytics.knowledge.versions.store import ItemStore
from services.common.caller import caller
from services.common.errors import NotFound
from services.common.ids import uuid_of
from services.common.pages import filters_hash, page_token, position_of

PAGE = 50
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
NO_MASK = FieldMask()
# What the server knows of an item; a caller may send back what it read.
OURS = {"id", "version", "created_by", "created_at", "updated_by", "updated_at"}


class PageRequest(Protocol):
    """A request for a page of items."""

    page_size: int
    page_token: str


async def listed(
    store: ItemStore, kind: str, filters: Filters, request: PageRequest
) -> tuple[list[Item], str | None]:
    """A page of the caller's items, and the token of the next one where there are more."""
    limit, bound, after = request.page_size or PAGE, filters_hash(kind, filters), START
    if request.page_token:
        after = position_of(request.page_token, bound, tuple[datetime, UUID])
    filters = replace(filters, restricted=may_see_restricted())
    items = await store.page(caller().organization_id, kind, filters, after, limit)
    if len(items) <= limit:
        return items, None
    last = items[limit - 1]
    return items[:limit], page_token(bound, (last.created_at, last.item_id))


async def found(items: Items, kind: str, text: str, version: int | None = None) -> Item:
    """The caller's item of this id.

    Raises NotFound, and VersionConflict where the caller knows another version of it.
    """
    item_id = uuid_of(text)
    item = item_id and await items.get(caller().organization_id, kind, item_id)
    if not item or (item.restricted and not may_see_restricted()):
        raise NotFound(f"no {items.kinds[kind].noun} {text!r} in this organization")
    expect(item, version)
    return item


async def delete(items: Items, kind: str, text: str, request: Any) -> None:
    """Raises NotFound and VersionConflict."""
    known = await found(items, kind, text, version_in(request))
    await items.delete(caller(), known, note=request.note)


def may_see_restricted() -> bool:
    """Whether the caller is one of those who change knowledge."""
    return caller().role != "viewer"


def version_in(message: Any) -> int | None:
    """The version that a caller knows; None where they do not say."""
    return message.version if message.HasField("version") else None


def facts_of(item: Item) -> Mapping[str, Any]:
    """What the server knows of an item, as fields of its message."""
    return {
        "id": str(item.item_id),
        "version": item.version,
        "created_by": item.created_by,
        "created_at": item.created_at,
        "updated_by": item.updated_by,
        "updated_at": item.updated_at,
    }
