"""What all kinds of knowledge have in common: items, their versions and comments. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.common.errors import VersionConflict

EVENT_DEFINITION = "event_definition"
BUSINESS_METRIC = "business_metric"
DIMENSION = "dimension"
ENTITY = "entity"
ENTRY = "entry"
QUESTION = "question"
KINDS = (EVENT_DEFINITION, BUSINESS_METRIC, DIMENSION, ENTITY, ENTRY, QUESTION)

CREATED, CHANGED, DELETED, RESTORED = "created", "changed", "deleted", "restored"
APPROVED, REVOKED = "approved", "revoked"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an item is to be.

    `key` is what no two living items of the kind and connection share; `content` is the whole item
    as a JSON object, of which the other fields are what it is listed and found by: words of its
    `summary` count more than those of its `body`. A `restricted` one is for those who change
    knowledge.
    """

    name: str
    key: str
    content: str
    connection_id: str = ""
    category: str = ""
    tags: Sequence[str] = ()
    synonyms: Sequence[str] = ()
    summary: str = ""
    body: str = ""
    restricted: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item as it is now. `version` counts its changes, from 1."""

    item_id: UUID
    kind: str
    connection_id: str
    name: str
    key: str
    category: str
    tags: Sequence[str]
    content: str
    version: int
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    deleted_at: datetime | None = None
    restricted: bool = False


@dataclass(frozen=True, kw_only=True)
class Version:
    """A state that an item was in. `action` is what led to it."""

    item_id: UUID
    version: int
    action: str
    name: str
    content: str
    note: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Comment:
    item_id: UUID
    comment_id: UUID
    text: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which items of a kind are listed; what is empty filters nothing. All `tags` are needed.

    Whether `restricted` ones are among them goes by who asks.
    """

    connection_id: str = ""
    name: str = ""
    category: str = ""
    tags: Sequence[str] = field(default_factory=list)
    text: str = ""
    restricted: bool = False


def conflict(newest: Item | None, known: int) -> VersionConflict:
    """The error that somebody changed the item since the version that the caller knows."""
    if newest is None or newest.deleted_at is not None:
        message = f"version {known} is not the newest: it was deleted since"
    else:
        message = (
            f"version {known} is not the newest: that is {newest.version}, by {newest.updated_by}"
        )
    return VersionConflict(
        f"{message}; read it again", version=str(newest.version if newest else 0)
    )


def expect(item: Item, version: int | None) -> None:
    """Raises VersionConflict where the caller knows another version; None is who does not say."""
    if version is not None and version != item.version:
        raise conflict(item, version)


def unchanged(item: Item, draft: Draft) -> bool:
    """Whether storing the draft would change nothing."""
    same = (item.name, item.connection_id) == (draft.name, draft.connection_id)
    return same and decoded(item.content) == decoded(draft.content)


def decoded(content: str) -> Any:
    return msgspec.json.decode(content)
