"""Results in Redis: what answers the same question for a minute, and is paged through for ten.

Redis is speed and never the truth: without it everything runs anew, and pages are not to be had.
Rows are in a hash, in chunks, so that a page reads no more than it shows. The table
`analytics_cache` tells what is there, and bounds how much of it an organization has.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog
from msgspec import Raw
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.analytics.execution.domain import ResultColumn
from services.analytics.queries.domain import FRESH, KEPT, Asked, Result, rows_json
from services.analytics.results.store import CacheStore, Entry
from services.common.clock import Clock

log = structlog.get_logger(__name__)

CHUNK_ROWS = 500
HEAD = b"head"
T = TypeVar("T")

cut_rows = msgspec.json.Decoder(list[Raw]).decode


class Head(msgspec.Struct):
    """What a kept result is, beside its rows."""

    columns: list[ResultColumn]
    row_count: int
    truncated: bool
    cost: float
    as_of: datetime


@dataclass(frozen=True)
class Page:
    """Some rows of a kept result."""

    head: Head
    rows: Sequence[bytes]


to_head = msgspec.json.Decoder(Head).decode


class ResultCache:
    """Whatever is asked of it: without Redis it does nothing."""

    def __init__(self, redis: Redis, store: CacheStore, most_bytes: int, now: Clock) -> None:
        """`most_bytes` is how much of an organization's results is kept."""
        self._redis = redis
        self._store = store
        self._most_bytes = most_bytes
        self._now = now

    async def get(self, organization_id: str, key: str) -> Result | None:
        """The result that is still fresh; None where there is none."""
        found: Any = await asked(lambda: self._redis.get(entry_of(organization_id, key)))
        if found is None:
            return None
        result = await self.result(organization_id, UUID(found.decode()))
        if result is not None:
            await self._store.hit(organization_id, key)
        return result

    async def put(
        self, organization_id: str, key: str, tree_hash: str, query: Asked, result: Result
    ) -> None:
        """Keep a result for those who ask the same, and for paging; the oldest make room."""
        if result.bytes > self._most_bytes:
            return
        now = self._now()
        head = head_of(result, len(result.rows))
        fields = {HEAD: msgspec.json.encode(head)}
        for place in range(0, len(result.rows), CHUNK_ROWS):
            fields[b"%d" % (place // CHUNK_ROWS)] = rows_json(
                result.rows[place : place + CHUNK_ROWS]
            )
        name = result_of(organization_id, result.result_id)
        writing = self._redis.pipeline(transaction=True)
        writing.hset(name, mapping=fields)  # type: ignore[arg-type]  # bytes are keys, too
        writing.expire(name, KEPT)
        fresh_until = result.as_of + FRESH
        if fresh_until > now:
            told = str(result.result_id)
            writing.set(entry_of(organization_id, key), told, px=fresh_until - now)
        if await asked(writing.execute) is None:
            return
        entry = Entry(
            key=key,
            tree_hash=tree_hash,
            connection_id=query.connection_id,
            result_id=result.result_id,
            as_of=result.as_of,
            size=result.bytes,
            row_count=len(result.rows),
            hits=0,
            created_at=now,
            expires_at=fresh_until,
        )
        gone = await self._store.put(organization_id, entry, now + KEPT, self._most_bytes)
        await self._drop(organization_id, gone)

    async def page(
        self, organization_id: str, result_id: UUID, start: int, size: int
    ) -> Page | None:
        """Rows from `start` on; None where the result is not kept."""
        first, last = start // CHUNK_ROWS, (start + size - 1) // CHUNK_ROWS
        names = [HEAD, *(b"%d" % place for place in range(first, last + 1))]
        name = result_of(organization_id, result_id)
        found: Any = await asked(lambda: self._redis.hmget(name, names))
        if not found or found[0] is None:
            return None
        rows = [bytes(row) for chunk in found[1:] if chunk for row in cut_rows(chunk)]
        begins = start - first * CHUNK_ROWS
        return Page(to_head(found[0]), rows[begins : begins + size])

    async def result(self, organization_id: str, result_id: UUID) -> Result | None:
        """All rows; None where the result is not kept."""
        kept: Any = await asked(lambda: self._redis.hgetall(result_of(organization_id, result_id)))
        return result_from(result_id, kept) if kept else None

    async def invalidate(
        self, organization_id: str, *, key: str = "", connection_id: str = "", tree_hash: str = ""
    ) -> int:
        """How many results of these are dropped; empty means any."""
        gone = await self._store.take(organization_id, key, connection_id, tree_hash)
        await self._drop(organization_id, gone)
        return len(gone)

    async def _drop(self, organization_id: str, gone: Sequence[tuple[str, UUID]]) -> None:
        names = [entry_of(organization_id, key) for key, _ in gone]
        names += [result_of(organization_id, result_id) for _, result_id in gone]
        if names:
            await asked(lambda: self._redis.delete(*names))


def head_of(result: Result, count: int) -> Head:
    return Head(list(result.columns), count, result.truncated, result.cost, result.as_of)


def page_of(result: Result, rows: Sequence[bytes], start: int, size: int) -> Page:
    """Some of these rows of a result, as they are to be shown."""
    return Page(head_of(result, len(rows)), rows[start : start + size])


def result_from(result_id: UUID, kept: dict[bytes, bytes]) -> Result:
    head = to_head(kept[HEAD])
    chunks = (kept[b"%d" % place] for place in range(len(kept) - 1))
    rows = [bytes(row) for chunk in chunks for row in cut_rows(chunk)]
    return Result(result_id, head.columns, rows, head.truncated, head.cost, head.as_of)


async def asked(question: Callable[[], Awaitable[T]]) -> T | None:
    """What Redis answers; None where it does not."""
    try:
        return await question()
    except (RedisError, OSError) as err:
        log.debug("no cache: redis does not answer", error=str(err))
        return None


def entry_of(organization_id: str, key: str) -> str:
    return f"attune:queries:{{{organization_id}}}:key:{key}"


def result_of(organization_id: str, result_id: UUID) -> str:
    return f"attune:queries:{{{organization_id}}}:result:{result_id}"
