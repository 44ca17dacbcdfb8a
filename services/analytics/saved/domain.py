"""Saved queries, what they were and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.common.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a saved query is to be."""

    name: str
    query: str
    connection_id: str
    description: str = ""
    tags: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class SavedQuery:
    """As it is now; `favourite` is of who asks."""

    id: UUID
    name: str
    description: str
    query: str
    connection_id: str
    tags: Sequence[str]
    owner: str
    version: int
    share_token: str | None
    created_at: datetime
    updated_by: str
    updated_at: datetime
    favourite: bool = False

    @property
    def draft(self) -> Draft:
        return Draft(
            name=self.name,
            query=self.query,
            connection_id=self.connection_id,
            description=self.description,
            tags=self.tags,
        )

    def visible_to(self, who: Caller) -> bool:
        return self.share_token is not None or self.changeable_by(who)

    def changeable_by(self, who: Caller) -> bool:
        return who.may_read_others or self.owner == who.subject


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a saved query was."""

    version: int
    name: str
    description: str
    query: str
    connection_id: str
    tags: Sequence[str]
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Comment:
    comment_id: UUID
    text: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which are listed; what is empty filters nothing."""

    text: str = ""
    favourites: bool = False
    owner: str = ""
