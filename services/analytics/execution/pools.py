"""Connections for users' statements: few of each organization and connection, closed when idle."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import asyncpg

from services.analytics.execution.deadline import Deadline
from services.analytics.execution.metering import metered
from services.analytics.execution.values import prepare_session
from services.common.db import Connection, Pool, keep_session

IDLE_SECONDS = 30.0
MOST_POOLS = 200
CLOSING_SECONDS = 5.0

Key = tuple[str, str]
"""Organization and connection."""


@dataclass(frozen=True)
class Target:
    """Where a connection leads. What was opened for another `signature` is not used for it."""

    signature: str
    connect: Callable[[], Awaitable[Connection]]


class Pools:
    """Those used longest ago are closed where there are many. Open it with `async with`."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pools: OrderedDict[Key, tuple[str, Pool]] = OrderedDict()
        self._used: dict[Pool, int] = {}

    async def __aenter__(self) -> "Pools":
        return self

    async def __aexit__(self, *_: object) -> None:
        for _signature, pool in self._pools.values():
            pool.terminate()
        self._pools.clear()

    @asynccontextmanager
    async def connection(
        self, key: Key, target: Target, deadline: Deadline
    ) -> AsyncIterator[Connection]:
        """A session on the target, for what one organization asks of one connection."""
        pool = await self._pool(key, target)
        self._used[pool] = self._used.get(pool, 0) + 1
        try:
            async with deadline.timeout():
                conn = await pool.acquire()
            try:
                yield conn
            finally:
                # A statement under way is cancelled on the server, or its connection is dropped.
                await pool.release(conn, timeout=CLOSING_SECONDS)
        finally:
            await self._left(pool)

    async def _pool(self, key: Key, target: Target) -> Pool:
        known, pool = self._pools.get(key, ("", None))
        if pool is None or known != target.signature:
            made = self._made(target)
            await made  # opens nothing yet
            if pool is not None:
                await self._drop(key)
            pool = made
            self._pools[key] = (target.signature, pool)
        self._pools.move_to_end(key)
        while len(self._pools) > MOST_POOLS:
            await self._drop(next(iter(self._pools)))
        return pool

    def _made(self, target: Target) -> Pool:
        async def connect(*_: object, **__: object) -> "asyncpg.Connection[asyncpg.Record]":
            conn = metered(await target.connect())
            return cast("asyncpg.Connection[asyncpg.Record]", conn)

        return asyncpg.create_pool(
            min_size=0,
            max_size=self._size,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            connect=connect,
            init=prepare_session,
            reset=keep_session,
        )

    async def _drop(self, key: Key) -> None:
        """Forget the pool; it closes when nobody uses it any more."""
        _, pool = self._pools.pop(key)
        if not self._used.get(pool):
            pool.terminate()

    async def _left(self, pool: Pool) -> None:
        self._used[pool] -= 1
        if not self._used[pool]:
            del self._used[pool]
            if all(pool is not known for _, known in self._pools.values()):
                pool.terminate()
