"""Answers on their way into the cache: they gather for a moment, and are known meanwhile.

Nobody waits for an answer to be cached. Who asks the same of this process before it is stored gets
it from here; a process that is killed loses the answers of the last moment, which are made again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog

from services.common.errors import Unavailable
from services.common.group_commit import GroupCommit
from services.suggestions.ranking.model import Suggestion

LINGER_SECONDS = 0.05
ROW_BYTES = 2_000  # about what an answer of six takes

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """Suggestions with what they were made from."""

    suggestions: tuple[Suggestion, ...]
    user_patterns: tuple[str, ...]
    role_patterns: tuple[str, ...]
    source: str
    degraded_reason: str | None = None


class Place(NamedTuple):
    """Where an answer stands in the cache."""

    organization_id: str
    user_id: str
    context_hash: str


@dataclass
class Kept:
    """An answer, and with what version of the person and generation of patterns it is valid."""

    place: Place
    answer: Answer
    version: int
    generation: int
    generated_at: datetime
    expires_at: datetime
    hits: int = 0

    def serves(self, version: int, generation: int, now: datetime) -> bool:
        same = self.version == version and self.generation == generation
        return same and self.expires_at > now


class UnderWay(NamedTuple):
    """An answer on its way, and when it is there."""

    kept: Kept
    stored: "asyncio.Future[None]"


class Keeper:
    """Has answers stored by `write`, many at once."""

    def __init__(self, write: Callable[[str, Sequence[Kept]], Awaitable[None]]) -> None:
        self._write = write
        self._queue: GroupCommit[Kept, None] = GroupCommit(
            "cache", self._store, linger_seconds=LINGER_SECONDS
        )
        self._under_way: dict[Place, UnderWay] = {}

    def keep(self, kept: Kept) -> None:
        """Have the answer stored soon. Never fails: what cannot be stored is made again."""
        try:
            stored = self._queue.put(kept.place.organization_id, kept, ROW_BYTES, kept.place)
        except Unavailable:
            return
        self._under_way[kept.place] = UnderWay(kept, stored)
        stored.add_done_callback(lambda done: self._over(kept, done))

    def find(self, place: Place, version: int, generation: int, now: datetime) -> Answer | None:
        """A valid answer that is not stored yet; counts as a hit of it until it is written."""
        found = self._under_way.get(place)
        if found is None or not found.kept.serves(version, generation, now):
            return None
        found.kept.hits += 1
        return found.kept.answer

    async def settled(self, organization_id: str) -> None:
        """Wait until what the organization has on its way now is stored."""
        on_their_way = [
            one.stored
            for place, one in self._under_way.items()
            if place.organization_id == organization_id
        ]
        if on_their_way:
            await asyncio.wait(on_their_way)

    async def flushed(self) -> None:
        """Wait until nothing is on its way: what a service does before it stops."""
        await self._queue.flushed()

    async def _store(self, organization_id: str, kept: Sequence[Kept]) -> Sequence[None]:
        await self._write(organization_id, kept)
        return [None] * len(kept)

    def _over(self, kept: Kept, done: "asyncio.Future[None]") -> None:
        found = self._under_way.get(kept.place)
        if found and found.kept is kept:
            del self._under_way[kept.place]
        if not done.cancelled() and (error := done.exception()):
            log.debug("an answer was not cached", error=str(error))
