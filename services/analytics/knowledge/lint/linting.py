"""All rules, applied to all items of an organization."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.analytics.knowledge.lint.domain import (
    Finding,
    alike,
    ambiguous,
    broken,
    mistyped,
    ordered,
    unseen,
    unused,
)
from services.analytics.knowledge.lint.store import LintStore
from services.analytics.knowledge.versions.domain import (
    BUSINESS_METRIC,
    DIMENSION,
    ENTITY,
    EVENT_DEFINITION,
    QUESTION,
    Item,
)
from services.analytics.knowledge.versions.items import Items
from services.common.clock import Clock
from services.common.errors import FailedPrecondition, InvalidFields, NotFound

# What depends on databases, and is planned by them: of so many items, for each takes a while.
OF_DATABASES = (BUSINESS_METRIC, DIMENSION, ENTITY, QUESTION)
MOST_PLANNED = 2_000
# Of so many definitions the newest events are looked at.
MOST_OBSERVED = 1_000
MOST_FINDINGS = 2_000


@dataclass(frozen=True)
class Report:
    findings: Sequence[Finding]
    checked: int


class Lint:
    def __init__(self, items: Items, store: LintStore, now: Clock) -> None:
        self._items = items
        self._store = store
        self._now = now

    async def run(self, organization_id: str, unused_for: timedelta) -> Report:
        """Raises Unavailable where a connection's database does not answer."""
        items = [item async for item in self._store.items(organization_id)]
        events = [item.name for item in items if item.kind == EVENT_DEFINITION]
        observed = events[:MOST_OBSERVED]
        findings = [
            *[finding async for finding in self._broken(organization_id, items)],
            *alike(items),
            *ambiguous(items),
            *unseen(items, await self._store.unseen(organization_id, events)),
            *mistyped(items, await self._store.observed(organization_id, observed)),
            *unused(items, await self._store.uses(organization_id), self._now() - unused_for),
        ]
        return Report(ordered(findings)[:MOST_FINDINGS], len(items))

    async def _broken(self, organization_id: str, items: Sequence[Item]) -> AsyncIterator[Finding]:
        """What could not be stored by now: a column, a relation or a metric is gone."""
        for item in [item for item in items if item.kind in OF_DATABASES][:MOST_PLANNED]:
            kind = self._items.kinds[item.kind]
            try:
                draft = kind.draft(item.connection_id, item.content)
                await kind.check(organization_id, draft)
            except (InvalidFields, NotFound, FailedPrecondition) as err:
                yield broken(item, str(err))
