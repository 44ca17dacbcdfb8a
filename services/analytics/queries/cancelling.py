"""Statements that run in this process, and ending them on somebody's word from any process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from services.analytics.execution.failures import Cancelled
from services.analytics.queries.store import Key, QueryStore
from services.common.tasks import end

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
T = TypeVar("T")


class Running:
    """Other processes hear by the statement's row, within LOOK_SECONDS."""

    def __init__(self, store: QueryStore) -> None:
        self._store = store
        self._tasks: dict[Key, asyncio.Future[Any]] = {}
        self._some = asyncio.Event()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator["Running"]:
        """Look for requests to cancel until the block ends."""
        task = asyncio.create_task(self._keep_looking())
        try:
            yield self
        finally:
            await end(task)

    async def cancellable(self, key: Key, work: Awaitable[T]) -> T:
        """What the work brings. Raises Cancelled where somebody ends the statement meanwhile."""
        task = asyncio.ensure_future(work)
        self._tasks[key] = task
        self._some.set()
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise Cancelled("the query was cancelled") from None
        finally:
            del self._tasks[key]

    async def cancel(self, key: Key) -> None:
        """End the statement, here or wherever it runs."""
        task = self._tasks.get(key)
        if task is not None:
            task.cancel()
        else:
            await self._store.request_cancel(*key)

    async def _keep_looking(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(LOOK_SECONDS)
            if not self._tasks:
                self._some.clear()
                continue
            try:
                for key in await self._store.cancels_requested(list(self._tasks)):
                    await self.cancel(key)
            except Exception as err:  # the database is away; statements end by their deadline
                log.warning("not looked for cancelled queries", error=str(err))
