"""Charts that people keep."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a chart is to be; `source` and `design` are messages, `type` how it came out."""

    name: str
    description: str
    source: bytes
    design: bytes
    type: str


@dataclass(frozen=True, kw_only=True)
class KeptChart:
    """As it is now; `on_shared` is whether a shared dashboard of its owner has it."""

    id: UUID
    name: str
    description: str
    source: bytes
    design: bytes
    type: str
    owner: str
    version: int
    share_token: str | None
    created_at: datetime
    updated_by: str
    updated_at: datetime
    on_shared: bool

    def visible_to(self, who: Caller) -> bool:
        return self.share_token is not None or self.on_shared or self.changeable_by(who)

    def changeable_by(self, who: Caller) -> bool:
        return who.may_read_others or self.owner == who.subject


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which are listed; what is empty filters nothing."""

    text: str = ""
    owner: str = ""
