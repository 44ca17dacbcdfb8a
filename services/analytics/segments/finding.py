"""Finding people: definitions compiled with what the organization has, run through both walls."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from services.analytics.execution.domain import Limits
from services.analytics.execution.executor import Executor
from services.analytics.insights.compiler.events import Around
from services.analytics.queries.checking import Wall
from services.analytics.queries.domain import EVENTS
from services.analytics.segments.compiler import People, compile_people, rolled_people
from services.analytics.segments.domain import Definition, Periods, Rule, Written
from services.analytics.semantics.compiler import NotCompilable
from services.analytics.semantics.querying.compiling import Compiling
from services.analytics.semantics.wire import invalid
from services.common.clock import Clock
from services.common.errors import FailedPrecondition

SECONDS = 300.0
MOST_PEOPLE = 10_000_000
LIMITS = Limits(seconds=SECONDS, rows=MOST_PEOPLE, bytes=2**31)
# Of a person's id as it is kept.
LONGEST_ID = 200

read_row = msgspec.json.Decoder(list[str | None]).decode


@dataclass(frozen=True)
class Finder:
    """One for each process."""

    wall: Wall
    executor: Executor
    compiling: Compiling
    now: Clock

    async def compiled(
        self, organization_id: str, definition: Definition, only: Sequence[str] | None = None
    ) -> People:
        """Raises InvalidFields, and Unavailable where the organization's calendar is not told."""
        return compiled(definition, await self.around(organization_id), only)

    async def around(self, organization_id: str) -> Around:
        """What definitions are compiled with now."""
        return Around(*await self.compiling.around(organization_id, EVENTS, ""), self.now())

    async def people(
        self, organization_id: str, sql: str, *, of_all: bool = False
    ) -> AsyncIterator[list[str]]:
        """Whom a statement finds, some at a time. Raises what the walls and the database say."""
        approved = await self.wall.approved(organization_id, EVENTS, sql)
        what = (organization_id, EVENTS, approved.sql, LIMITS)
        async with self.executor.running(*what, of_all=of_all) as rows:
            async for batch in rows:
                found = (read_row(row)[0] for row in batch)
                yield [one for one in found if one is not None and len(one) <= LONGEST_ID]
            if rows.truncated:
                raise FailedPrecondition(f"it has more than {MOST_PEOPLE:,} people")

    async def found(
        self, organization_id: str, around: Around, rule: Rule, only: Sequence[str]
    ) -> list[str]:
        """Those of some people who are in a segment."""
        people = compiled(rule, around, only)
        return [one async for some in self.people(organization_id, people.sql) for one in some]

    async def rolled(
        self, organization_id: str, around: Around, rule: Rule, known: Periods, most: int
    ) -> list[str]:
        """Whom it concerns that time went by; more than `most` where these are too many."""
        now = compiled(rule, around, None).periods
        sql = rolled_people(rule, around, known, now, most)
        if not sql:
            return []
        return [one async for some in self.people(organization_id, sql) for one in some]

    async def check(self, organization_id: str, definition: Definition) -> str:
        """The SQL of a definition that can be run. Raises InvalidFields with the place in it."""
        people = await self.compiled(organization_id, definition)
        if isinstance(definition, Written):
            await self._check_written(organization_id, definition)
        approved = await self.wall.approved(organization_id, EVENTS, people.sql)
        await self.executor.explain(organization_id, EVENTS, approved.sql)
        return definition.sql if isinstance(definition, Written) else people.sql

    async def _check_written(self, organization_id: str, definition: Written) -> None:
        """By itself first, so that it cannot end what it is put into."""
        approved = await self.wall.approved(organization_id, EVENTS, definition.sql)
        plan = await self.executor.explain(organization_id, EVENTS, approved.sql)
        if len(plan.columns) != 1:
            told = f"has {len(plan.columns)} columns, and must have one: user ids"
            raise invalid(NotCompilable("query", told))


def compiled(definition: Definition, around: Around, only: Sequence[str] | None) -> People:
    try:
        return compile_people(definition, around, only)
    except NotCompilable as err:
        raise invalid(err) from None
