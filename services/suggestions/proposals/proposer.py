"""Asks a model where the learned patterns are not enough, and never lets anybody wait for long."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.common.clock import Clock
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.ledger import Asker
from services.common.llm.model import Model
from services.suggestions.proposals.checking import checked, suggestions_of
from services.suggestions.proposals.domain import (
    FALLBACK,
    WITH_PATTERNS,
    Key,
    Mixed,
    Proposals,
    Wanted,
    is_wanting,
    key_of,
    mixed,
)
from services.suggestions.proposals.prompt import MOST_TOKENS, Suggested, has_patterns, messages_of
from services.suggestions.proposals.store import ProposalStore
from services.suggestions.ranking import permitted
from services.suggestions.ranking.model import Suggestion

log = structlog.get_logger(__name__)

PURPOSE = "suggestions"


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a model is asked. `wait`: seconds for which an answer waits; `model` empty asks none."""

    model: str
    wait: float
    shortest: int
    ttl: timedelta


@dataclass
class Trouble:
    """Why the last try of a question under way failed; what is not answered yet is late."""

    reason: DegradedReason = DegradedReason.TIMEOUT

    def hear(self, reason: DegradedReason) -> None:
        self.reason = reason


@dataclass(frozen=True)
class Missed:
    """Why there is nothing from the model, and whether there may still be."""

    reason: DegradedReason
    under_way: bool = False


@dataclass(frozen=True)
class Flight:
    """A question under way, for all who ask the same; `ends`: when nobody waits for it any more."""

    task: "asyncio.Task[Proposals]"
    trouble: Trouble
    ends: float


class Proposer:
    def __init__(self, model: Model, store: ProposalStore, ways: Ways, now: Clock) -> None:
        self._model = model
        self._store = store
        self._ways = ways
        self._now = now
        self._flights: dict[Key, Flight] = {}

    @property
    def model(self) -> str:
        """The model that may be asked; empty where none can be."""
        return self._ways.model if self._model.has_key else ""

    async def improved(self, wanted: Wanted, ranked: Sequence[Suggestion]) -> Mixed:
        """The ranked suggestions, with a model's among them where the patterns are not enough.

        Comes in time whatever the model does, and says in `degraded_reason` why it added nothing.
        """
        given = tuple(ranked)
        if not self._ways.model or not is_wanting(wanted, given, self._ways.shortest):
            return Mixed(given)
        if not self._model.has_key:
            return Mixed(given, degraded_reason=DegradedReason.NO_KEY.value)
        found = await self._found(wanted)
        if isinstance(found, Missed):
            reason = found.reason.value
            return Mixed(given, degraded_reason=reason, settled=False, under_way=found.under_way)
        made = suggestions_of(found.texts, wanted)
        proposed = permitted(made, wanted.preferences, wanted.vocabulary)
        if not proposed:
            return Mixed(given, degraded_reason=DegradedReason.NONSENSE.value, settled=False)
        return Mixed(mixed(wanted, given, proposed), found.source)

    async def _found(self, wanted: Wanted) -> Proposals | Missed:
        """What was proposed within the hour, or is now, or why nothing is."""
        key = key_of(wanted, self._ways.model)
        kept = await self._store.get(key, self._now())
        if kept:
            return kept
        flight = self._flights.get(key) or self._started(key, wanted)
        left = max(0.0, flight.ends - time.monotonic())
        await asyncio.wait({flight.task}, timeout=left)
        if not flight.task.done():
            return Missed(flight.trouble.reason, under_way=True)
        try:
            return flight.task.result()
        except ModelFailure as failure:
            return Missed(failure.reason)

    def _started(self, key: Key, wanted: Wanted) -> Flight:
        trouble = Trouble()
        task = asyncio.create_task(self._fetched(key, wanted, trouble))
        task.add_done_callback(lambda _: self._landed(key, task))
        flight = Flight(task, trouble, time.monotonic() + self._ways.wait)
        self._flights[key] = flight
        return flight

    async def _fetched(self, key: Key, wanted: Wanted, trouble: Trouble) -> Proposals:
        """Ask, check, and keep for the hour. Raises ModelFailure."""
        answer = await self._model.ask(
            Asker(organization_id=wanted.organization_id, user_id=wanted.user_id, purpose=PURPOSE),
            self._ways.model,
            messages_of(wanted),
            Suggested,
            most_tokens=MOST_TOKENS,
            hear=trouble.hear,
        )
        source = WITH_PATTERNS if has_patterns(wanted) else FALLBACK
        found = Proposals(checked(answer.suggestions, wanted), source)
        await self._store.keep(key, found, self._now(), self._ways.ttl)
        return found

    def _landed(self, key: Key, task: "asyncio.Task[Proposals]") -> None:
        self._flights.pop(key, None)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, ModelFailure):
            log.error("proposals failed", error=type(error).__name__)

    async def landed(self) -> None:
        """Wait for what is under way."""
        tasks = [flight.task for flight in self._flights.values()]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Cut off what is under way: before a process ends."""
        for flight in self._flights.values():
            flight.task.cancel()
        await self.landed()
