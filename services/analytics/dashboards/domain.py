"""Dashboards that people keep."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.analytics.dashboards.layout import Tile
from services.common.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a dashboard is to be; `refresh_seconds` of 0 is never."""

    name: str
    description: str = ""
    tiles: tuple[Tile, ...] = ()
    refresh_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """As it is now."""

    id: UUID
    name: str
    description: str
    tiles: tuple[Tile, ...]
    refresh_seconds: int
    owner: str
    version: int
    share_token: str | None
    created_at: datetime
    updated_by: str
    updated_at: datetime

    @property
    def draft(self) -> Draft:
        return Draft(
            name=self.name,
            description=self.description,
            tiles=self.tiles,
            refresh_seconds=self.refresh_seconds,
        )

    def visible_to(self, who: Caller) -> bool:
        return self.share_token is not None or self.changeable_by(who)

    def changeable_by(self, who: Caller) -> bool:
        return who.may_read_others or self.owner == who.subject


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which are listed; what is empty filters nothing."""

    text: str = ""
    owner: str = ""
