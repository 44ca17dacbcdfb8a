"""The suggestion_cache table and what suggestions are made from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.common.clock import Clock
from services.common.db import Pool, load_queries
from services.common.group_commit import GroupCommit
from services.suggestions.patterns.domain import EVERYBODY, hour_of_week
from services.suggestions.patterns.sessions import IDLE, SITTING
from services.suggestions.personalized.held import HeldPatterns, State, Target
from services.suggestions.personalized.keeping import Answer, Keeper, Kept, Place
from services.suggestions.personalized.reading import Begun
from services.suggestions.preferences.domain import DEFAULTS
from services.suggestions.preferences.store import preferences_of
from services.suggestions.ranking.model import Learned, Preferences, Suggestion

SQL = load_queries(__package__)
OWN = "user_specific"
PATTERN_TYPES = (OWN, "role_based", "global")
CONTEXT_SECONDS = (int(IDLE.total_seconds()), int(SITTING.total_seconds()))


@dataclass(frozen=True)
class LookUp:
    """What one round trip tells: the cached answer, if any, and what a new one would rest on."""

    context_hash: str
    follows: str  # the template of the question before, where something is known to follow it
    version: int
    generation: int
    learned_to: int  # grows with all that is learned
    head: str  # what the person asked last, and when
    clearings: int  # of the organization's cache
    preferences: Preferences
    cached: Answer | None


@dataclass(frozen=True)
class CacheKey:
    """What is asked for: the request's own part of the context hash, and the session."""

    organization_id: str
    user_id: str
    request_hash: str
    session_id: str


@dataclass(frozen=True, kw_only=True)
class Peeked:
    """What is in the cache, valid or not, and what a new answer would rest on."""

    context_hash: str
    follows: str
    version: int
    generation: int
    learned_to: int
    head: str
    clearings: int
    preferences: Preferences
    generated_at: datetime | None
    expires_at: datetime | None
    hit_count: int | None
    made_with_version: int | None
    made_with_generation: int | None
    source: str | None
    degraded_reason: str | None


class SuggestionStore:
    """`least_people` give a value, or ask in words that not everybody uses, before others see it.

    What others ask since a reading counts after `fresh_seconds`.
    """

    def __init__(
        self, pool: Pool, now: Clock, least_people: int = 1, fresh_seconds: float = 0.0
    ) -> None:
        self._pool = pool
        self._held = HeldPatterns(self._read, least_people, fresh_seconds)
        self._least_people = least_people
        self._now = now
        self._keeper = Keeper(self._write)
        self._look_ups: GroupCommit[CacheKey, LookUp] = GroupCommit("suggestions", self._look_up)

    async def look_up(self, key: CacheKey) -> LookUp:
        """The valid cached answer, its hit counted, with the person's state and preferences.

        Those who ask at once share a round trip, and so does the count of their hits.
        """
        found = await self._look_ups.submit(key.organization_id, key, len(key.user_id))
        if found.cached:
            return found
        place = Place(key.organization_id, key.user_id, found.context_hash)
        kept = self._keeper.find(place, found.version, found.generation, self._now())
        return replace(found, cached=kept) if kept else found

    async def _look_up(self, organization_id: str, keys: Sequence[CacheKey]) -> list[LookUp]:
        times = Counter(keys)
        rows = await self._pool.fetch(
            SQL["look_up"],
            organization_id,
            [key.user_id for key in times],
            [key.request_hash for key in times],
            [key.session_id for key in times],
            list(times.values()),
            self._now(),
            *CONTEXT_SECONDS,
        )
        found = {
            (row["user_id"], row["request_hash"], row["session_id"]): look_up_of(row)
            for row in rows
        }
        return [found[key.user_id, key.request_hash, key.session_id] for key in keys]

    async def peek(self, key: CacheKey) -> Peeked:
        """The same without a trace: no hit is counted."""
        await self.settled(key.organization_id)
        args = (key.organization_id, key.user_id, key.request_hash, key.session_id, self._now())
        row = await self._pool.fetchrow(SQL["peek"], *args, *CONTEXT_SECONDS)
        assert row
        fields = {name: row[name] for name in Peeked.__dataclass_fields__ if name in row.keys()}  # noqa: SIM118
        return Peeked(preferences=wanted_of(row), **fields)

    async def learned(
        self,
        organization_id: str,
        who: tuple[str, str],
        connection_id: str,
        partial_query: str,
        found: "LookUp | Peeked",
    ) -> list[Learned]:
        """What the person and the job role (`who`) and the organization ask, of this connection."""
        hour = hour_of_week(self._now())
        begun = Begun.of(partial_query)
        learned: list[Learned] = []
        groups = zip(PATTERN_TYPES, (*who, EVERYBODY), begun.most, strict=True)
        for pattern_type, target_id, most in groups:
            target = Target(organization_id, found.generation, pattern_type, target_id)
            head = found.head if pattern_type == OWN else ""
            held = await self._held.of(target, State(found.learned_to, head))
            learned += held.choose(begun, found.follows, connection_id, most, hour)
        return learned

    async def _read(self, target: Target, most: int) -> Sequence[Any]:
        return await self._pool.fetch(SQL["load_patterns"], *target, most, self._least_people)

    async def template(self, key: CacheKey, found: Peeked) -> str | None:
        """The person's template that `follows` names."""
        args = (key.organization_id, found.generation, key.user_id, found.follows)
        text: str | None = await self._pool.fetchval(SQL["get_template"], *args)
        return text

    def keep(
        self, key: CacheKey, rests_on: LookUp, answer: Answer, now: datetime, ttl: timedelta
    ) -> None:
        """Cache an answer soon, unless a newer one is there."""
        place = Place(key.organization_id, key.user_id, rests_on.context_hash)
        kept = Kept(place, answer, rests_on.version, rests_on.generation, now, now + ttl)
        self._keeper.keep(kept)

    async def settled(self, organization_id: str) -> None:
        """Wait until the organization's answers of this moment are cached."""
        await self._keeper.settled(organization_id)

    async def flushed(self) -> None:
        """Wait until what is to be cached is: what a service does before it stops."""
        await self._keeper.flushed()

    async def _write(self, organization_id: str, kept: Sequence[Kept]) -> None:
        columns = [list(column) for column in zip(*map(columns_of, kept), strict=True)]
        await self._pool.execute(SQL["keep"], organization_id, *columns)

    async def clear(self, organization_id: str, user_id: str | None) -> int:
        """Drop what is cached and proposed, of one person or of all; returns how many answers."""
        self._held.forget(organization_id)
        await self.settled(organization_id)
        args = (organization_id, user_id)
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(SQL["count_clearing"], *args)
            cleared: int = await conn.fetchval(SQL["clear"], *args)
        return cleared


def look_up_of(row: Any) -> LookUp:
    return LookUp(
        row["context_hash"],
        row["follows"],
        row["version"],
        row["generation"],
        row["learned_to"],
        row["head"],
        row["clearings"],
        wanted_of(row),
        answer_of(row) if row["suggestions"] is not None else None,
    )


def columns_of(kept: Kept) -> tuple[object, ...]:
    answer = kept.answer
    return (
        kept.place.user_id,
        kept.place.context_hash,
        json_text([vars(one) for one in answer.suggestions]),
        json_text(answer.user_patterns),
        json_text(answer.role_patterns),
        answer.source,
        kept.version,
        kept.generation,
        kept.generated_at,
        kept.expires_at,
        answer.degraded_reason,
        kept.hits,
    )


def wanted_of(row: Any) -> Preferences:
    return preferences_of(row) if row["max_suggestions"] is not None else DEFAULTS.wanted


def answer_of(row: Any) -> Answer:
    return Answer(
        msgspec.json.decode(row["suggestions"], type=tuple[Suggestion, ...]),
        msgspec.json.decode(row["user_patterns"], type=tuple[str, ...]),
        msgspec.json.decode(row["role_patterns"], type=tuple[str, ...]),
        row["source"],
        row["degraded_reason"],
    )


def json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
