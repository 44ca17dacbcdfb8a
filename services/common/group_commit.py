"""Group commit: concurrent single writes of one organization share a transaction.

While one transaction commits, the writes that arrive gather and go together in the next, so that
under load the cost of a commit is shared, and a lone write waits for nobody.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import asyncpg

from services.common.errors import Unavailable
from services.common.telemetry import COMMIT_ROWS

MAX_ROWS = 2_000
MAX_BYTES = 8 * 1024 * 1024
BATCH_ROWS = 500
# One organization that fills its queue leaves room for others.
SHARES = 2
DATA_ERRORS = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)

Row = TypeVar("Row")
Result = TypeVar("Result")


@dataclass
class Entry(Generic[Row, Result]):
    row: Row
    size: int
    # Two rows with the same key never share a transaction; None means none has it.
    key: Hashable | None
    done: "asyncio.Future[Result]"


@dataclass
class Held:
    """What waits to be stored."""

    rows: int = 0
    bytes: int = 0

    def full(self, size: int, max_rows: int, max_bytes: int) -> bool:
        return self.rows >= max_rows or self.bytes + size > max_bytes

    def add(self, rows: int, size: int) -> None:
        self.rows += rows
        self.bytes += size


class GroupCommit(Generic[Row, Result]):
    """A bounded queue before `write`, which stores rows of one organization in one transaction.

    `write` returns one result or exception for each row, in order. Where it raises an error about
    the data, the rows are written one by one, so that a bad row never fails its neighbours.
    An organization may have `max_rows` and `max_bytes` waiting, all together SHARES times that.
    With `linger_seconds`, for callers that do not wait, rows gather so long before a write.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[str, Sequence[Row]], Awaitable[Sequence[Result | Exception]]],
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
        linger_seconds: float = 0.0,
    ) -> None:
        self._linger_seconds = linger_seconds
        self._write = write
        self._rows = COMMIT_ROWS.labels(name)
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._queues: dict[str, deque[Entry[Row, Result]]] = {}
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._held = Held()
        self._held_by: dict[str, Held] = {}

    async def submit(
        self, organization_id: str, row: Row, size: int, key: Hashable | None = None
    ) -> Result:
        """Store the row durably. Raises Unavailable where the queue is full."""
        return await self.put(organization_id, row, size, key)

    def put(
        self, organization_id: str, row: Row, size: int, key: Hashable | None = None
    ) -> "asyncio.Future[Result]":
        """Queue the row; the future is done when it is stored. Raises Unavailable."""
        self._admit(organization_id, size)
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(organization_id, deque()).append(Entry(row, size, key, done))
        if organization_id not in self._writers:
            self._writers[organization_id] = asyncio.create_task(self._drain(organization_id))
        return done

    def _admit(self, organization_id: str, size: int) -> None:
        own = self._held_by.setdefault(organization_id, Held())
        full = own.full(size, self._max_rows, self._max_bytes)
        all_full = self._held.full(size, SHARES * self._max_rows, SHARES * self._max_bytes)
        if full or all_full:
            if not own.rows:
                del self._held_by[organization_id]
            raise Unavailable("the write queue is full; try again in a moment")
        for held in (own, self._held):
            held.add(1, size)

    def waiting(self, organization_id: str) -> int:
        """How many of the organization's rows are not stored yet."""
        held = self._held_by.get(organization_id)
        return held.rows if held else 0

    async def flushed(self) -> None:
        """Wait until nothing is queued: what a service does before it stops."""
        while self._writers:
            await asyncio.gather(*self._writers.values(), return_exceptions=True)

    async def _drain(self, organization_id: str) -> None:
        queue = self._queues[organization_id]
        try:
            while queue:
                if self._linger_seconds:
                    await asyncio.sleep(self._linger_seconds)
                await self._commit(organization_id, take_batch(queue))
        finally:
            del self._queues[organization_id], self._writers[organization_id]
            self._held_by.pop(organization_id, None)

    async def _commit(self, organization_id: str, batch: list[Entry[Row, Result]]) -> None:
        self._rows.observe(len(batch))
        try:
            results = await self._write_rows(organization_id, [e.row for e in batch])
        except Exception as err:
            results = [err] * len(batch)
        for entry, result in zip(batch, results, strict=True):
            settle(entry.done, result)
        for held in (self._held_by[organization_id], self._held):
            held.add(-len(batch), -sum(entry.size for entry in batch))

    async def _write_rows(
        self, organization_id: str, rows: list[Row]
    ) -> Sequence[Result | Exception]:
        try:
            return await self._write(organization_id, rows)
        except DATA_ERRORS:
            if len(rows) == 1:
                raise
        results: list[Result | Exception] = []
        for row in rows:
            try:
                results.extend(await self._write(organization_id, [row]))
            except DATA_ERRORS as err:
                results.append(err)
            except Exception as err:  # the rows before are stored, and their callers hear so
                return [*results, *[err] * (len(rows) - len(results))]
        return results


def take_batch(queue: deque[Entry[Row, Result]]) -> list[Entry[Row, Result]]:
    """The next rows that may share a transaction; the others stay, in order."""
    batch: list[Entry[Row, Result]] = []
    keys: set[Hashable] = set()
    later: list[Entry[Row, Result]] = []
    while queue and len(batch) < BATCH_ROWS:
        entry = queue.popleft()
        if entry.key is not None and entry.key in keys:
            later.append(entry)
            continue
        keys.add(entry.key)
        batch.append(entry)
    queue.extendleft(reversed(later))
    return batch


def settle(done: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if done.done():  # the caller went away; the row is stored all the same
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
