"""Asks a model where the learned patterns are not enough, and never lets anybody wait for long."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from services.common.clock import Clock
from services.common.llm.failures import DegradedReason, ModelFailure, Trouble
from services.common.llm.ledger import Asker
from services.common.llm.model import Model
from services.suggestions.proposals.checking import checked, going_on_from, suggestions_of
from services.suggestions.proposals.domain import (
    FALLBACK,
    WITH_PATTERNS,
    Kept,
    Key,
    Mixed,
    Part,
    Proposals,
    Wanted,
    are_enough,
    is_wanting,
    keys_of,
    learned_completions,
    mixed,
)
from services.suggestions.proposals.flights import Flight, Flights, Sleep, Typist
from services.suggestions.proposals.prompt import MOST_TOKENS, Suggested, has_patterns, messages_of
from services.suggestions.proposals.store import ProposalStore
from services.suggestions.ranking import permitted
from services.suggestions.ranking.model import Suggestion

PURPOSE = "suggestions"


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a model is asked; `model` empty asks none.

    `pause`: seconds without another key before a call; `wait`: those that an answer waits in all.
    """

    model: str
    pause: float
    wait: float
    shortest: int
    ttl: timedelta


@dataclass(frozen=True)
class Missed:
    """Why there is nothing from the model, and whether there may still be."""

    reason: DegradedReason
    under_way: bool = False


class Proposer:
    """`sleep` pauses before a call."""

    def __init__(
        self,
        model: Model,
        store: ProposalStore,
        ways: Ways,
        now: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._model = model
        self._store = store
        self._ways = ways
        self._now = now
        self._flights = Flights(ways.pause, ways.wait, sleep)

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
        found = await self._found(wanted, given)
        if isinstance(found, Missed):
            reason = found.reason.value
            return Mixed(given, degraded_reason=reason, settled=False, under_way=found.under_way)
        proposed = shown(found, wanted)
        if not proposed:
            return Mixed(given, degraded_reason=DegradedReason.NONSENSE.value, settled=False)
        return Mixed(mixed(wanted, given, proposed), found.source)

    async def explained(self, wanted: Wanted, ranked: Sequence[Suggestion]) -> tuple[Mixed, Part]:
        """What `improved` gives as long as nobody is asked, and what a model has to do with it."""
        given = tuple(ranked)
        ways = len(learned_completions(wanted, given))
        part = Part(state="not_wanted", learned=ways, needed=wanted.needed)
        if not is_wanting(wanted, given, self._ways.shortest):
            return Mixed(given), part
        if not self.model:
            return Mixed(given), replace(part, state="no_model")
        kept = await self._kept(self._keys(wanted), wanted, given)
        if not kept:
            return Mixed(given), replace(part, state="not_asked")
        proposed = shown(kept.proposals, wanted)
        if not proposed:
            return Mixed(given), replace(part, state="nothing_usable", kept=kept)
        part = replace(part, state="kept", kept=kept, proposed=tuple(proposed))
        return Mixed(mixed(wanted, given, proposed), kept.proposals.source), part

    def _keys(self, wanted: Wanted) -> list[Key]:
        return [*keys_of(wanted, self._ways.model, self._ways.shortest)]

    async def _found(self, wanted: Wanted, ranked: Sequence[Suggestion]) -> Proposals | Missed:
        """What was proposed within the hour, or is now, or why nothing is."""
        keys = self._keys(wanted)
        typist = Typist(wanted.organization_id, wanted.connection_id, wanted.user_id)
        kept = await self._kept(keys, wanted, ranked)
        if kept:
            self._flights.leave(typist)
            return kept.proposals
        # Not a call from before the cache was cleared.
        question = (keys[0], wanted.clearings)
        alone = None if question in self._flights else self._model.refusal(PURPOSE, self.model)
        if alone:
            return Missed(alone)

        async def ask(trouble: Trouble) -> Proposals:
            # The call before may have said enough meanwhile.
            kept = await self._kept(keys, wanted, ranked)
            return kept.proposals if kept else await self._fetched(keys[0], wanted, trouble)

        flight = self._flights.join(question, typist, ask)
        await flight.landed()
        return told(flight)

    async def _kept(
        self, keys: Sequence[Key], wanted: Wanted, ranked: Sequence[Suggestion]
    ) -> Kept | None:
        """What was proposed for this text, or enough for it among what was for its beginnings."""
        found = await self._store.kept(keys, self._now())
        if not found or found[0].context_hash == keys[0].context_hash:
            return found[0] if found else None
        texts = going_on_from([text for kept in found for text in kept.proposals.texts], wanted)
        again = Proposals(checked(texts, wanted), found[0].proposals.source)
        return found[0].with_(again) if are_enough(wanted, ranked, shown(again, wanted)) else None

    async def _fetched(self, key: Key, wanted: Wanted, trouble: Trouble) -> Proposals:
        """Ask, check, and keep for the hour. Raises ModelFailure."""
        answer = await self._model.ask(
            Asker(organization_id=wanted.organization_id, user_id=wanted.user_id, purpose=PURPOSE),
            self._ways.model,
            messages_of(wanted),
            Suggested,
            most_tokens=MOST_TOKENS,
            trouble=trouble,
        )
        source = WITH_PATTERNS if has_patterns(wanted) else FALLBACK
        found = Proposals(checked(answer.suggestions, wanted), source)
        await self._store.keep(key, found, self._now(), self._ways.ttl, wanted.clearings)
        return found

    async def landed(self) -> None:
        """Wait for what is under way."""
        await self._flights.landed()

    async def stop(self) -> None:
        """Cut off what is under way: before a process ends."""
        await self._flights.stop()


def told(flight: Flight) -> Proposals | Missed:
    """What a flight brought, or why nothing."""
    assert flight.task
    if not flight.task.done():
        return Missed(flight.trouble.reason, under_way=True)
    if flight.task.cancelled():
        return Missed(DegradedReason.SUPERSEDED, under_way=True)
    try:
        return flight.task.result()
    except ModelFailure as failure:
        return Missed(failure.reason)


def shown(found: Proposals, wanted: Wanted) -> list[Suggestion]:
    """Proposals as suggestions, without what the person's preferences take."""
    made = suggestions_of(found.texts, wanted)
    return permitted(made, wanted.preferences, wanted.vocabulary)
