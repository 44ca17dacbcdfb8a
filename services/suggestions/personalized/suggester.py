"""Personalised suggestions: the cache, one computation for all who ask the same, the filters."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from services.common.clock import Clock
from services.suggestions.personalized.store import (
    Answer,
    CacheKey,
    LookUp,
    SuggestionStore,
)
from services.suggestions.ranking import permitted, suggest
from services.suggestions.ranking.model import Learned, Preferences
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.templates.words import Exclusion

PATTERNS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who wants suggestions for what. `limit` is None where the preference decides."""

    organization_id: str
    user_id: str
    job_role: str
    connection_id: str
    partial_query: str
    limit: int | None


@dataclass(frozen=True)
class Given:
    """An answer and the way it came; `original_source` is set for a cached one."""

    answer: Answer
    source: str
    original_source: str | None = None


class Suggester:
    def __init__(self, store: SuggestionStore, ttl: timedelta, now: Clock) -> None:
        self._store = store
        self._ttl = ttl
        self._now = now
        self._under_way: dict[tuple[CacheKey, int, int], asyncio.Task[Answer]] = {}

    async def suggest(self, asked: Asked, vocabulary: Vocabulary) -> Given:
        """Suggestions from the cache or made anew; the hard filters hold for either."""
        key = CacheKey(asked.organization_id, asked.user_id, context_hash(asked, vocabulary))
        found = await self._store.look_up(key)
        if found.cached:
            answer = filtered(found.cached, found.preferences, vocabulary)
            return Given(answer, "cached", found.cached.source)
        answer = await self._computed_once(key, found, asked, vocabulary)
        return Given(answer, answer.source)

    async def _computed_once(
        self, key: CacheKey, found: LookUp, asked: Asked, vocabulary: Vocabulary
    ) -> Answer:
        """Join the same computation where one is under way; a caller that leaves stops none."""
        state = (key, found.version, found.generation)
        task = self._under_way.get(state)
        if task is None:
            task = asyncio.create_task(self._compute(key, found, asked, vocabulary))
            self._under_way[state] = task
            task.add_done_callback(lambda _: self._under_way.pop(state, None))
        return await asyncio.shield(task)

    async def _compute(
        self, key: CacheKey, found: LookUp, asked: Asked, vocabulary: Vocabulary
    ) -> Answer:
        learned = await self._store.learned(
            asked.organization_id,
            found.generation,
            asked.user_id,
            asked.job_role,
            asked.connection_id,
        )
        now = self._now()
        suggestions = suggest(
            learned=learned,
            vocabulary=vocabulary,
            preferences=found.preferences,
            job_role=asked.job_role,
            partial_query=asked.partial_query,
            limit=asked.limit or found.preferences.max_suggestions,
            now=now,
        )
        own, role = templates_of(learned, "user"), templates_of(learned, "role")
        answer = Answer(tuple(suggestions), own, role, "patterns")
        answer = filtered(answer, found.preferences, vocabulary)
        await self._store.keep(key, found, answer, now, self._ttl)
        return answer


def templates_of(learned: list[Learned], scope: str) -> tuple[str, ...]:
    return tuple(p.template for p in learned if p.scope == scope)[:PATTERNS_SHOWN]


def filtered(answer: Answer, preferences: Preferences, vocabulary: Vocabulary) -> Answer:
    """Without what the person excluded, in the suggestions and in the templates shown."""
    excluded = Exclusion.of(preferences.excluded_metrics, vocabulary)
    return Answer(
        tuple(permitted(answer.suggestions, preferences, vocabulary)),
        tuple(t for t in answer.user_patterns if not excluded.hits(t)),
        tuple(t for t in answer.role_patterns if not excluded.hits(t)),
        answer.source,
    )


def context_hash(asked: Asked, vocabulary: Vocabulary) -> str:
    """What the suggestions depend on besides the person's state: 64 hex digits."""
    parts = (
        asked.organization_id,
        asked.user_id,
        asked.job_role,
        asked.connection_id,
        vocabulary.version,
        asked.partial_query,
        str(asked.limit or ""),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
