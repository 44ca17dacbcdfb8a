"""Personalised suggestions: the cache, one computation for all who ask the same, the filters."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.common.clock import Clock
from services.suggestions.patterns.templating import Templater
from services.suggestions.personalized.keeping import Answer
from services.suggestions.personalized.store import CacheKey, LookUp, Peeked, SuggestionStore
from services.suggestions.proposals.domain import MODEL, Part, Wanted
from services.suggestions.proposals.proposer import Proposer
from services.suggestions.ranking import permitted, suggest
from services.suggestions.ranking.explaining import Explained, explain
from services.suggestions.ranking.model import Learned, Preferences, Suggestion
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.templates.words import Exclusion

PATTERNS_SHOWN = 5
# What lacks a model's part is made again soon.
DEGRADED_TTL = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who wants suggestions for what. `limit` is None where the preference decides."""

    organization_id: str
    user_id: str
    job_role: str
    connection_id: str
    session_id: str | None
    partial_query: str
    limit: int | None


@dataclass(frozen=True)
class Given:
    """An answer and the way it came; `original_source` is set for a cached one."""

    answer: Answer
    source: str
    original_source: str | None = None


@dataclass(frozen=True)
class Explanation:
    """What the cache knows, what could be suggested, and what would be, in the way of `source`."""

    cache: Peeked
    explained: Explained
    model: Part
    shown: tuple[Suggestion, ...]
    source: str
    follows: str | None
    now: datetime


class Suggester:
    def __init__(
        self,
        store: SuggestionStore,
        templater: Templater,
        proposer: Proposer,
        ttl: timedelta,
        now: Clock,
    ) -> None:
        self._store = store
        self._templater = templater
        self._proposer = proposer
        self._ttl = ttl
        self._now = now
        self._under_way: dict[tuple[str, CacheKey, int, int], asyncio.Task[Answer]] = {}

    async def suggest(self, asked: Asked, vocabulary: Vocabulary) -> Given:
        """Suggestions from the cache or made anew; the hard filters hold for either."""
        key = key_of(asked, vocabulary, self._proposer.model)
        found = await self._store.look_up(key)
        if found.cached:
            answer = filtered(found.cached, found.preferences, vocabulary)
            return Given(answer, "cached", found.cached.source)
        answer = await self._computed_once(key, found, asked, vocabulary)
        return Given(answer, answer.source)

    async def explain(self, asked: Asked, vocabulary: Vocabulary) -> Explanation:
        """How suggestions would be made now, and what the cache knows. Leaves no trace."""
        key = key_of(asked, vocabulary, self._proposer.model)
        found = await self._store.peek(key)
        learned, now = await self._learned(asked, found), self._now()
        request: dict[str, Any] = {
            "learned": learned,
            "vocabulary": vocabulary,
            "preferences": found.preferences,
            "job_role": asked.job_role,
            "partial_query": asked.partial_query,
            "now": now,
        }
        limit = asked.limit or found.preferences.max_suggestions
        wanted = wanted_of(asked, learned, found, vocabulary)
        mixed, part = await self._proposer.explained(wanted, suggest(**request, limit=limit))
        shown = tuple(permitted(mixed.suggestions, found.preferences, vocabulary))
        follows = await self._store.template(key, found) if found.follows else None
        return Explanation(found, explain(**request), part, shown, mixed.source, follows, now)

    async def clear(self, organization_id: str, user_id: str | None) -> int:
        """Drop what is cached and proposed, of one person or of all; returns how many answers."""
        return await self._store.clear(organization_id, user_id)

    async def _computed_once(
        self, key: CacheKey, found: LookUp, asked: Asked, vocabulary: Vocabulary
    ) -> Answer:
        """Join the same computation where one is under way; a caller that leaves stops none."""
        state = (found.context_hash, key, found.version, found.generation)
        task = self._under_way.get(state)
        if task is None:
            task = asyncio.create_task(self._compute(key, found, asked, vocabulary))
            self._under_way[state] = task
            task.add_done_callback(lambda _: self._under_way.pop(state, None))
        return await asyncio.shield(task)

    async def _compute(
        self, key: CacheKey, found: LookUp, asked: Asked, vocabulary: Vocabulary
    ) -> Answer:
        learned = await self._learned(asked, found)
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
        wanted = wanted_of(asked, learned, found, vocabulary)
        mixed = await self._proposer.improved(wanted, suggestions)
        own, role = templates_of(learned, "user"), templates_of(learned, "role")
        shown = await self._templated(asked.organization_id, mixed.suggestions, vocabulary)
        answer = Answer(shown, own, role, mixed.source, mixed.degraded_reason)
        answer = filtered(answer, found.preferences, vocabulary)
        if not mixed.under_way:
            ttl = self._lasting(now) if mixed.settled else min(self._ttl, DEGRADED_TTL)
            self._store.keep(key, found, answer, now, ttl)
        return answer

    async def _templated(
        self, organization_id: str, suggestions: Sequence[Suggestion], vocabulary: Vocabulary
    ) -> tuple[Suggestion, ...]:
        """Each with the template that it would be learned as: clicks on it count for that.

        One that goes on from what is typed has none before, and a model knows of none.
        """
        without = [one.text for one in suggestions if not one.template or one.origin == MODEL]
        found = await self._templater.templates(organization_id, without, vocabulary)
        templates = dict(zip(without, found, strict=True))
        return tuple(
            replace(one, template=templates.get(one.text, one.template)) for one in suggestions
        )

    async def _learned(self, asked: Asked, found: LookUp | Peeked) -> list[Learned]:
        who = (asked.user_id, asked.job_role)
        return await self._store.learned(
            asked.organization_id, who, asked.connection_id, asked.partial_query, found
        )

    def _lasting(self, now: datetime) -> timedelta:
        """How long an answer may be cached: into the next hour of the week at most.

        The signal of the hour counts neighbouring hours in, so until then it is about the same; and
        the hour need not be in the key, where it would empty the cache every hour.
        """
        next_but_one = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        return min(self._ttl, next_but_one - now)


def wanted_of(
    asked: Asked, learned: list[Learned], found: LookUp | Peeked, vocabulary: Vocabulary
) -> Wanted:
    return Wanted(
        organization_id=asked.organization_id,
        user_id=asked.user_id,
        job_role=asked.job_role,
        connection_id=asked.connection_id,
        typed=asked.partial_query,
        limit=asked.limit or found.preferences.max_suggestions,
        learned=learned,
        preferences=found.preferences,
        vocabulary=vocabulary,
        clearings=found.clearings,
    )


def templates_of(learned: list[Learned], scope: str) -> tuple[str, ...]:
    return tuple(p.template for p in learned if p.scope == scope)[:PATTERNS_SHOWN]


def filtered(answer: Answer, preferences: Preferences, vocabulary: Vocabulary) -> Answer:
    """Without what the person excluded, in the suggestions and in the templates shown."""
    excluded = Exclusion.of(preferences.excluded_metrics, vocabulary)
    return replace(
        answer,
        suggestions=tuple(permitted(answer.suggestions, preferences, vocabulary)),
        user_patterns=tuple(t for t in answer.user_patterns if not excluded.hits(t)),
        role_patterns=tuple(t for t in answer.role_patterns if not excluded.hits(t)),
    )


def key_of(asked: Asked, vocabulary: Vocabulary, model: str) -> CacheKey:
    """What is asked for. The hash, of 32 hex digits, leaves room for the question before."""
    parts = (
        asked.organization_id,
        asked.user_id,
        asked.job_role,
        asked.connection_id,
        vocabulary.version,
        model,
        asked.partial_query,
        str(asked.limit or ""),
    )
    request_hash = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    return CacheKey(asked.organization_id, asked.user_id, request_hash, asked.session_id or "")
