"""What could be better about a statement. Nothing of it runs, whoever proposed it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from services.analytics.catalogue.domain import Catalogue
from services.analytics.chat.prose.neutral import neutralised
from services.analytics.editor.advice import Advice, advice
from services.analytics.editor.improving.prompt import (
    MOST_TOKENS,
    PROPOSED,
    Answered,
    Proposed,
    messages_of,
)
from services.analytics.editor.validating import Validator, Validity
from services.analytics.execution.domain import Plan
from services.analytics.masking import Masks
from services.analytics.queries.checking import CataloguesRead, catalogue_of
from services.common.errors import DomainError
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.ledger import Asker
from services.common.llm.model import Model

PURPOSE = "query_help"
LONGEST_REASON = 300
LONGEST_SQL = 20_000
# To look at what a model proposed, all of it; a database that plans for longer has other worries.
CHECK_SECONDS = 10.0


@dataclass(frozen=True)
class Wish:
    """A statement, where it would run, and what its author wants of it; "": the same for less."""

    organization_id: str
    user_id: str
    connection_id: str
    sql: str
    goal: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.organization_id, self.connection_id

    @property
    def asker(self) -> Asker:
        return Asker(organization_id=self.organization_id, user_id=self.user_id, purpose=PURPOSE)


@dataclass(frozen=True)
class Proposal:
    """A statement that may run, by the firewall and by PostgreSQL, and how it would."""

    sql: str
    reason: str
    plan: Plan


@dataclass(frozen=True)
class Improvement:
    """`degraded_reason` says why a model that was asked added nothing."""

    now: Validity
    advice: Sequence[Advice]
    proposals: Sequence[Proposal] = ()
    degraded_reason: str = ""


class Improver:
    """Asks `name` of the models; an empty one asks none."""

    def __init__(
        self, validator: Validator, catalogues: CataloguesRead, model: Model, name: str
    ) -> None:
        self._validator = validator
        self._catalogues = catalogues
        self._model = model
        self._name = name

    async def improved(self, wish: Wish) -> Improvement:
        """The advice, and what a model proposes. Raises NotFound and Unavailable as Validator."""
        now = await self._validator.validate(*wish.place, wish.sql)
        catalogue = await catalogue_of(self._catalogues, *wish.place)
        found = Improvement(now, advice(now.plan, catalogue) if now.plan else [])
        if not self._name:
            return found
        try:
            return replace(found, proposals=await self._proposed(wish, found, catalogue))
        except ModelFailure as failure:
            return replace(found, degraded_reason=failure.reason.value)

    async def _proposed(
        self, wish: Wish, found: Improvement, catalogue: Catalogue
    ) -> list[Proposal]:
        """What a model proposes and may be shown. Raises ModelFailure."""
        masks = Masks(True)
        told = (wish.goal, found.now, found.advice, catalogue, masks)
        # In a thread: the statement and all comments are looked through for personal data.
        messages = await asyncio.to_thread(messages_of, wish.sql, *told)
        answer = await self._model.ask(
            wish.asker, self._name, messages, Answered, most_tokens=MOST_TOKENS
        )
        read = [unmasked(each, masks) for each in answer.proposals[:PROPOSED]]
        said = [each for each in read if len(each.sql) <= LONGEST_SQL]
        shown = await self._checked(wish, found.now, said)
        if read and not shown:
            raise ModelFailure(DegradedReason.NONSENSE, "no proposal that may run and is better")
        return shown

    async def _checked(self, wish: Wish, now: Validity, said: Sequence[Proposed]) -> list[Proposal]:
        """Those that may run and are what was asked for, each statement once."""
        found: list[Proposal] = []
        known = {now.tree_hash}
        with suppress(TimeoutError):  # what was looked at is shown
            async with asyncio.timeout(CHECK_SECONDS):
                for each in said:
                    checked = await self._validity(wish, each.sql)
                    new = checked.tree_hash not in known
                    known.add(checked.tree_hash)
                    if new and checked.plan and is_better(checked, now, wish.goal):
                        found.append(Proposal(each.sql, each.reason, checked.plan))
        return found

    async def _validity(self, wish: Wish, sql: str) -> Validity:
        """What cannot be looked at now is not shown, and costs nobody the advice."""
        try:
            return await self._validator.validate(*wish.place, sql)
        except DomainError:
            return Validity(False)


def is_better(proposed: Validity, now: Validity, goal: str) -> bool:
    """Without a goal it brings the same columns at less cost; else its author judges."""
    if goal or not (proposed.plan and now.plan):
        return True
    same = list(proposed.columns) == list(now.columns)
    return same and proposed.plan.cost < now.plan.cost


def unmasked(proposed: Proposed, masks: Masks) -> Proposed:
    """As people read it."""
    sql = masks.told(proposed.sql).strip().removesuffix(";").rstrip()
    reason = " ".join(neutralised(masks.told(proposed.reason)[:LONGEST_SQL]).split())
    return Proposed(sql, reason[:LONGEST_REASON])
