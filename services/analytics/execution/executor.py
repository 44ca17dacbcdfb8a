"""Runs one statement at a time on a connection, and never lets go of its bounds."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Protocol, TypeAlias

import asyncpg
import msgspec
from msgspec import Raw

from services.analytics.execution.deadline import Deadline
from services.analytics.execution.domain import Limits, Plan, ResultColumn, node_of
from services.analytics.execution.failures import Rejected, translated
from services.analytics.execution.metering import TooLarge, within_bounds
from services.analytics.execution.pools import Pools, Target
from services.analytics.execution.values import (
    attributes_of,
    column_of,
    is_readable,
    readable,
    row_to_json,
)
from services.common.db import Connection
from services.common.errors import InvalidFields, Violation

# A FETCH brings about as much; the first brings one row, because nobody knows how wide they are.
FETCH_BYTES = 512 * 1024
MOST_FETCHED = 2_000
GROWTH = 16
# What is taken at once instead. In small values it is ten times as much in Python's memory.
MOST_AT_ONCE = 8 * 1024 * 1024
ENDING_SECONDS = 5.0
EXPLAIN = "EXPLAIN (FORMAT JSON) "
TOO_DEEP = "54001"  # statement_too_complex
SESSION = """
SET LOCAL TimeZone = {time_zone};
SET LOCAL statement_timeout = {millis};
SET LOCAL lock_timeout = '2s';
SET LOCAL idle_in_transaction_session_timeout = '60s';
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
"""
# Loops stay where nothing else can join, such as by a range.
NO_LOOPS = "SET LOCAL enable_nestloop = off"


Prepared: TypeAlias = "asyncpg.prepared_stmt.PreparedStatement[asyncpg.Record]"


class Targets(Protocol):
    """Knows where connections lead."""

    async def target(self, organization_id: str, connection_id: str) -> Target:
        """Where the organization's queries go. Raises NotFound, Unavailable."""


class Executor:
    """Statements that have passed the firewall, each in a read-only transaction of its own."""

    def __init__(
        self, targets: Targets, pools: Pools, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._targets = targets
        self._pools = pools
        self._monotonic = monotonic

    @asynccontextmanager
    async def running(
        self,
        organization_id: str,
        connection_id: str,
        sql: str,
        limits: Limits,
        time_zone: str = "UTC",
        *,
        at_once: bool = False,
        of_all: bool = False,
    ) -> AsyncIterator["Rows"]:
        """Rows of the statement, while the block lasts; it is cancelled where the block ends early.

        `at_once` lets them wait until all are there, where the server can then share the work among
        processes. `of_all` is for what reads whole tables: these are joined as such, even where no
        statistics tell how large they are. Raises TookTooLong, Rejected, Unavailable, and
        InvalidFields where it would cost too much.
        """
        deadline = Deadline(limits.seconds, self._monotonic)
        place = (organization_id, connection_id, time_zone, deadline)
        for attempt in (at_once, False):  # what is too large at once takes its session along
            async with self._begun(*place) as conn:
                if of_all:
                    await without_loops(conn, deadline)
                rows = await opened(conn, sql, limits, deadline, at_once=attempt)
                if rows:
                    yield rows
                    return

    async def explain(
        self, organization_id: str, connection_id: str, sql: str, time_zone: str = "UTC"
    ) -> Plan:
        """How the statement would run, and which columns it has; it does not run."""
        deadline = Deadline(Limits().seconds, self._monotonic)
        async with self._begun(organization_id, connection_id, time_zone, deadline) as conn:
            with translated(deadline):
                plan = await plan_of(conn, sql, deadline)
                async with deadline.timeout():
                    _, attributes = await prepared(conn, sql)
            columns = [column_of(a.name, a.type) for a in attributes]
            return Plan(plan.root, plan.document, columns)

    @asynccontextmanager
    async def _begun(
        self, organization_id: str, connection_id: str, time_zone: str, deadline: Deadline
    ) -> AsyncIterator[Connection]:
        key = (organization_id, connection_id)
        async with AsyncExitStack() as stack:
            with translated(deadline):
                async with deadline.timeout():
                    target = await self._targets.target(*key)
                connected = self._pools.connection(key, target, deadline)
                conn = await stack.enter_async_context(connected)
                stack.push_async_callback(end, conn)
                async with deadline.timeout():
                    await conn.execute(begin(time_zone, deadline))
            yield conn


class Rows:
    """What a statement brings: batches of rows, each a JSON array as its text."""

    def __init__(
        self, source: "Source", columns: Sequence[ResultColumn], plan: Plan, limits: Limits
    ) -> None:
        self.columns = columns
        self.plan = plan
        self.count = 0
        self.bytes = 0
        # Whether there are more than the bounds let through.
        self.truncated = False
        self._source = source
        self._limits = limits

    async def __aiter__(self) -> AsyncIterator[list[bytes]]:
        size = 1
        while not self.truncated:
            fetched = await self._source.fetch(size)
            batch = list(self._within(fetched))
            if batch:
                yield batch
            if len(fetched) < size:
                return
            size = self._next_size(size)

    def _within(self, fetched: Sequence[asyncpg.Record]) -> Iterator[bytes]:
        """The rows as JSON, up to the bounds."""
        for row in fetched:
            text = row_to_json(tuple(row))
            if self.count == self._limits.rows or self.bytes + len(text) > self._limits.bytes:
                self.truncated = True
                return
            self.count += 1
            self.bytes += len(text)
            yield text

    def _next_size(self, size: int) -> int:
        """As many rows as fill a FETCH by what they took so far, and one beyond the bound."""
        fitting = FETCH_BYTES * self.count // max(self.bytes, 1)
        beyond = self._limits.rows + 1 - self.count
        return max(1, min(size * GROWTH, fitting, MOST_FETCHED, beyond))


class Source(Protocol):
    """Where rows come from, in their order."""

    async def fetch(self, size: int) -> Sequence[asyncpg.Record]:
        """The next ones, fewer only where there are no more."""


class Cursor:
    """Rows are made as they are fetched, which PostgreSQL does in one process."""

    def __init__(
        self,
        conn: Connection,
        cursor: "asyncpg.cursor.Cursor[asyncpg.Record]",
        deadline: Deadline,
    ) -> None:
        self._conn = conn
        self._cursor = cursor
        self._deadline = deadline

    async def fetch(self, size: int) -> Sequence[asyncpg.Record]:
        with translated(self._deadline), within_bounds(self._conn):
            async with bounded(self._conn, self._deadline):
                return await self._cursor.fetch(size)


class Whole:
    """Rows that are all here."""

    def __init__(self, rows: Sequence[asyncpg.Record]) -> None:
        self._rows = rows
        self._taken = 0

    async def fetch(self, size: int) -> Sequence[asyncpg.Record]:
        start, self._taken = self._taken, self._taken + size
        return self._rows[start : self._taken]


async def opened(
    conn: Connection, sql: str, limits: Limits, deadline: Deadline, *, at_once: bool
) -> Rows | None:
    """The rows of the statement, unless it would cost too much.

    None where they were wanted at once and are too large for that: the session is lost.
    """
    plan = await plan_of(conn, sql, deadline)
    if limits.cost and plan.cost > limits.cost:
        raise too_costly(plan.cost, limits.cost)
    source: Source
    if at_once and is_shared(plan, limits):
        try:
            source, attributes = await whole(conn, sql, limits, deadline)
        except TooLarge:
            return None
    else:
        with translated(deadline):
            async with deadline.timeout():
                statement, attributes = await prepared(conn, sql)
                source = Cursor(conn, await statement.cursor(), deadline)
    columns = [column_of(attribute.name, attribute.type) for attribute in attributes]
    return Rows(source, columns, plan, limits)


def is_shared(plan: Plan, limits: Limits) -> bool:
    """Whether several processes would work on it, and its rows can be taken at once, it seems."""
    return plan.parallel and min(plan.rows, limits.rows) * plan.width <= MOST_AT_ONCE


async def whole(
    conn: Connection, sql: str, limits: Limits, deadline: Deadline
) -> tuple[Whole, Sequence[asyncpg.Attribute]]:
    """Run to the end, as PostgreSQL shares no work of a statement that it may have to leave off.

    Raises TooLarge.
    """
    head = "SELECT * FROM ("
    text = f"{head}{sql}) AS result LIMIT {limits.rows + 1}"
    with translated(deadline, len(head)), within_bounds(conn, MOST_AT_ONCE):
        async with bounded(conn, deadline):
            statement, attributes = await prepared(conn, text)
            return Whole(await statement.fetch()), attributes


@asynccontextmanager
async def bounded(conn: Connection, deadline: Deadline) -> AsyncIterator[None]:
    """One step of a statement, which ends at the deadline: here, and on the server by itself."""
    async with deadline.timeout():
        await conn.execute(f"SET LOCAL statement_timeout = {deadline.millis()}")
        yield


async def prepared(conn: Connection, sql: str) -> tuple[Prepared, Sequence[asyncpg.Attribute]]:
    """The statement such that each of its values can be read as JSON, and its own columns."""
    try:
        statement = await conn.prepare(sql)
        attributes: Sequence[asyncpg.Attribute] = statement.get_attributes()
    except asyncpg.UnsupportedClientFeatureError:
        attributes = await attributes_of(conn, sql)
    kinds = [attribute.type for attribute in attributes]
    if not all(map(is_readable, kinds)):
        statement = await conn.prepare(readable(sql, kinds))
    return statement, attributes


async def plan_of(conn: Connection, sql: str, deadline: Deadline) -> Plan:
    with translated(deadline, len(EXPLAIN)):
        async with deadline.timeout():
            said: Raw | str = await conn.fetchval(EXPLAIN + sql)
    document = said if isinstance(said, str) else bytes(said).decode()
    try:
        return Plan(node_of(msgspec.json.decode(document)[0]["Plan"]), document)
    except RecursionError as err:
        raise Rejected("the statement is nested too deeply", TOO_DEEP) from err


def begin(time_zone: str, deadline: Deadline) -> str:
    zone = "'" + time_zone.replace("'", "''") + "'"
    session = SESSION.format(time_zone=zone, millis=deadline.millis())
    return f"BEGIN TRANSACTION READ ONLY; {session}"


async def without_loops(conn: Connection, deadline: Deadline) -> None:
    with translated(deadline):
        async with deadline.timeout():
            await conn.execute(NO_LOOPS)


async def end(conn: Connection) -> None:
    """Leave nothing behind: what is under way was cancelled on the server before this is sent."""
    try:
        async with asyncio.timeout(ENDING_SECONDS):
            await conn.execute("ROLLBACK")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        with suppress(asyncpg.InterfaceError):  # the pool has found out before
            conn.terminate()


def too_costly(cost: float, most: float) -> InvalidFields:
    said = f"would cost {cost:,.0f} in the planner's units, and {most:,.0f} is the most"
    return InvalidFields(Violation("sql", f"{said}: narrow it down, by time for instance"))
