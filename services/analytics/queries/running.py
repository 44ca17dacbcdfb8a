"""The path of a statement: checked, answered from the cache or run, and on record all the while."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from services.analytics.execution.domain import Limits
from services.analytics.execution.executor import Executor, Rows
from services.analytics.execution.failures import Cancelled, Rejected
from services.analytics.queries.cancelling import Running
from services.analytics.queries.checking import Approved, NotAllowed, Wall
from services.analytics.queries.domain import (
    CANCELLED,
    COMPLETED,
    FAILED,
    REFUSED,
    Asked,
    End,
    Outcome,
    Result,
    cache_key,
    sample,
)
from services.analytics.queries.flights import Flights
from services.analytics.queries.store import QueryStore
from services.analytics.results.cache import ResultCache
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.errors import DomainError, QuotaExceeded
from services.common.ids import uuid7

# What a statement may take to end after its deadline.
GRACE = timedelta(seconds=30)
# What goes into a file, which is written as the rows come.
EXPORTED_ROWS = 1_000_000
EXPORTED = Limits(seconds=300.0, rows=EXPORTED_ROWS, bytes=2**30)
# What began longer ago and goes on has lost its process.
LONGEST = timedelta(seconds=EXPORTED.seconds) + GRACE


@dataclass(frozen=True)
class Answer:
    """A result and how this caller came by it."""

    query_id: UUID
    result: Result
    milliseconds: int
    cached: bool


@dataclass(frozen=True)
class Bounds:
    """What each statement may take, and how many may run at once, of all and of one person.

    `kept_bytes` is how much of an organization's results is kept.
    """

    limits: Limits
    at_once: int
    at_once_of_one: int
    kept_bytes: int


class Runner:
    def __init__(
        self,
        wall: Wall,
        executor: Executor,
        store: QueryStore,
        cache: ResultCache,
        running: Running,
        bounds: Bounds,
        now: Clock,
    ) -> None:
        self._wall = wall
        self._executor = executor
        self._store = store
        self._cache = cache
        self._running = running
        self._bounds = bounds
        self._now = now
        self._flights: Flights[Result] = Flights()

    async def run(self, who: Caller, asked: Asked) -> Answer:
        """Raises NotAllowed, Rejected, NotFound, QuotaExceeded, Cancelled, TookTooLong."""
        approved = await self._approved(who, asked)
        leads_to = await self._store.leads_to(who.organization_id, asked.connection_id)
        key = cache_key(asked, approved.tree_hash, who.role, leads_to, self._now())
        if not asked.no_cache:
            answer = await self._found(who, asked, approved, key)
            if answer is not None:
                return answer
        statement = Statement(self._store, who, asked, self._now)
        await statement.begin(approved, self._bounds)
        fly = partial(self._fly, who.organization_id, asked, approved, statement.id, key)
        flight = (who.organization_id, key, statement.id if asked.no_cache else None)
        async with statement.recorded(approved):
            work = self._flights.join(flight, fly)
            result, joined = await self._running.cancellable(statement.key, work)
            statement.done(result.outcome, cached=joined)
        return Answer(statement.id, result, statement.milliseconds, joined)

    @asynccontextmanager
    async def streaming(self, who: Caller, asked: Asked) -> AsyncIterator["Streamed"]:
        """The rows of a statement as they come, recorded but not kept."""
        limits = EXPORTED if asked.exported_as else self._bounds.limits
        approved = await self._approved(who, asked)
        statement = Statement(self._store, who, asked, self._now)
        await statement.begin(approved, self._bounds)
        async with (
            statement.recorded(approved),
            self._rows(who.organization_id, asked, approved, limits) as rows,
        ):
            yield Streamed(statement, rows, self._running)

    async def _approved(self, who: Caller, asked: Asked) -> Approved:
        try:
            return await self._wall.approved(who.organization_id, asked.connection_id, asked.sql)
        except NotAllowed as refused:
            now = self._now()
            end = End(REFUSED, 0, error=refused.message)
            verdict = refused.verdict
            await self._store.add(who, uuid7(now), asked, end, now, verdict=verdict)
            raise

    async def _found(
        self, who: Caller, asked: Asked, approved: Approved, key: str
    ) -> Answer | None:
        """The answer of the cache; it is on record as any other."""
        started = time.perf_counter()
        result = await self._cache.get(who.organization_id, key)
        if result is None:
            return None
        now = self._now()
        answer = Answer(uuid7(now), result, millis_since(started), cached=True)
        end = End(COMPLETED, answer.milliseconds, result.outcome, cached=True)
        tree_hash = approved.tree_hash
        await self._store.add(who, answer.query_id, asked, end, now, tree_hash=tree_hash)
        return answer

    async def _fly(
        self, organization_id: str, asked: Asked, approved: Approved, query_id: UUID, key: str
    ) -> Result:
        """Run it, and keep the result for others."""
        as_of = self._now()
        limits = self._bounds.limits
        async with self._rows(organization_id, asked, approved, limits, at_once=True) as rows:
            found = [row async for batch in rows for row in batch]
            told = (rows.columns, found, rows.truncated, rows.plan.cost, as_of)
        result = Result(query_id, *told)
        await self._cache.put(organization_id, key, approved.tree_hash, asked, result)
        return result

    @asynccontextmanager
    async def _rows(
        self,
        organization_id: str,
        asked: Asked,
        approved: Approved,
        limits: Limits,
        *,
        at_once: bool = False,
    ) -> AsyncIterator[Rows]:
        limits = replace(limits, rows=asked.rows, cost=self._bounds.limits.cost)
        what = (organization_id, asked.connection_id, approved.sql, limits, asked.time_zone)
        async with self._executor.running(*what, at_once=at_once) as rows:
            yield rows


class Statement:
    """One that runs: pending on record from its beginning to its end, whatever that is."""

    def __init__(self, store: QueryStore, who: Caller, asked: Asked, now: Clock) -> None:
        self._store = store
        self._who = who
        self._asked = asked
        self._now = now
        self._started = time.perf_counter()
        self._end: End | None = None
        self.id = uuid7(now())

    @property
    def key(self) -> tuple[str, UUID]:
        return self._who.organization_id, self.id

    @property
    def milliseconds(self) -> int:
        return self._end.execution_time if self._end else millis_since(self._started)

    async def begin(self, approved: Approved, bounds: Bounds) -> None:
        """Raises QuotaExceeded where as many run as may."""
        now = self._now()
        times, slots = (now - LONGEST, now), (bounds.at_once, bounds.at_once_of_one)
        told = (self._who, self.id, self._asked, approved.tree_hash, times, slots)
        if not await self._store.begin(*told):
            said = f"{bounds.at_once_of_one} of your queries, or {bounds.at_once} of your"
            raise QuotaExceeded(f"{said} organization's, run already: wait for one", 1)

    def done(self, outcome: Outcome, *, cached: bool = False) -> None:
        self._end = End(COMPLETED, millis_since(self._started), outcome, cached)

    @asynccontextmanager
    async def recorded(self, approved: Approved) -> AsyncIterator[None]:
        """Write down how it ended; what PostgreSQL says gets its place in the caller's text."""
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit, Cancelled):
            self._end = self._failed(CANCELLED, "it was cancelled")
            raise
        except Rejected as error:
            told = error.written(approved.sql, self._asked.sql)
            self._end = self._failed(FAILED, told.message, told.sqlstate)
            raise told from error
        except DomainError as error:
            self._end = self._failed(FAILED, str(error))
            raise
        finally:
            end = self._end or self._failed(FAILED, "internal error")
            ending = self._store.end(self._who, self.id, end, self._now())
            await asyncio.shield(asyncio.ensure_future(ending))

    def _failed(self, status: str, error: str, sqlstate: str | None = None) -> End:
        return End(status, millis_since(self._started), error=error, sqlstate=sqlstate)


class Streamed:
    """A statement whose rows go out as they come."""

    def __init__(self, statement: Statement, rows: Rows, running: Running) -> None:
        self.id = statement.id
        self.columns = rows.columns
        self._statement = statement
        self._rows = rows
        self._running = running

    async def batches(self) -> AsyncIterator[list[bytes]]:
        """Raises Cancelled where somebody ends the statement."""
        batches = aiter(self._rows)
        first: list[bytes] = []
        key = self._statement.key
        while batch := await self._running.cancellable(key, anext(batches, [])):
            first = first or batch
            yield batch
        self._statement.done(outcome_of(self._rows, first))

    @property
    def milliseconds(self) -> int:
        return self._statement.milliseconds

    @property
    def rows(self) -> Rows:
        return self._rows


def outcome_of(rows: Rows, first: Sequence[bytes]) -> Outcome:
    """Of rows that are gone; `first` are some to show."""
    shown = sample(rows.columns, first)
    return Outcome(rows.count, rows.bytes, rows.plan.cost, rows.truncated, shown)


def millis_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
