"""The suggestion_cache table and what suggestions are made from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.common.clock import Clock
from services.common.db import Pool, load_queries
from services.common.group_commit import GroupCommit
from services.suggestions.preferences.domain import DEFAULTS
from services.suggestions.preferences.store import preferences_of
from services.suggestions.ranking.model import Learned, Preferences, Scope, Suggestion

SQL = load_queries(__package__)
# How many patterns of the person, the job role and the organization can make a suggestion.
PATTERNS_READ = (30, 12, 12)
SCOPES: dict[str, Scope] = {"user_specific": "user", "role_based": "role", "global": "global"}


@dataclass(frozen=True)
class Answer:
    """Suggestions with what they were made from."""

    suggestions: tuple[Suggestion, ...]
    user_patterns: tuple[str, ...]
    role_patterns: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class LookUp:
    """What one round trip tells: the cached answer, if any, and what a new one would rest on."""

    version: int
    generation: int
    preferences: Preferences
    cached: Answer | None


@dataclass(frozen=True)
class CacheKey:
    organization_id: str
    user_id: str
    context_hash: str


class SuggestionStore:
    def __init__(self, pool: Pool, now: Clock) -> None:
        self._pool = pool
        self._now = now
        self._look_ups: GroupCommit[CacheKey, LookUp] = GroupCommit("suggestions", self._look_up)

    async def look_up(self, key: CacheKey) -> LookUp:
        """The valid cached answer, its hit counted, with the person's state and preferences.

        Those who ask at once share a round trip, and so does the count of their hits.
        """
        return await self._look_ups.submit(key.organization_id, key, len(key.user_id))

    async def _look_up(self, organization_id: str, keys: Sequence[CacheKey]) -> list[LookUp]:
        times = Counter(keys)
        users = [key.user_id for key in times]
        hashes = [key.context_hash for key in times]
        args = (organization_id, users, hashes, list(times.values()), self._now())
        rows = await self._pool.fetch(SQL["look_up"], *args)
        found = {
            CacheKey(organization_id, row["user_id"], row["context_hash"]): look_up_of(row)
            for row in rows
        }
        return [found[key] for key in keys]

    async def learned(
        self, organization_id: str, generation: int, user_id: str, job_role: str, connection_id: str
    ) -> list[Learned]:
        """What the person, the job role and the organization ask, of this connection."""
        args = (organization_id, generation, user_id, job_role, *PATTERNS_READ, connection_id)
        return [learned_of(row) for row in await self._pool.fetch(SQL["load_learned"], *args)]

    async def keep(
        self, key: CacheKey, rests_on: LookUp, answer: Answer, now: datetime, ttl: timedelta
    ) -> None:
        """Cache an answer, unless a newer one is there."""
        await self._pool.execute(
            SQL["keep"],
            *(key.organization_id, key.user_id, key.context_hash),
            json_text([vars(s) for s in answer.suggestions]),
            json_text(answer.user_patterns),
            json_text(answer.role_patterns),
            *(answer.source, rests_on.version, rests_on.generation, now, now + ttl),
        )


def look_up_of(row: Any) -> LookUp:
    return LookUp(
        row["version"],
        row["generation"],
        preferences_of(row) if row["max_suggestions"] is not None else DEFAULTS.wanted,
        answer_of(row) if row["suggestions"] is not None else None,
    )


def answer_of(row: Any) -> Answer:
    return Answer(
        msgspec.json.decode(row["suggestions"], type=tuple[Suggestion, ...]),
        msgspec.json.decode(row["user_patterns"], type=tuple[str, ...]),
        msgspec.json.decode(row["role_patterns"], type=tuple[str, ...]),
        row["source"],
    )


def learned_of(row: Any) -> Learned:
    return Learned(
        template=row["query_template"],
        scope=SCOPES[row["pattern_type"]],
        frequency=row["frequency"],
        successes=row["successes"],
        last_used=row["last_used"],
        values=msgspec.json.decode(row["slot_values"]),
    )


def json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
