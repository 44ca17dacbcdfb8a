"""Background tasks: measuring again and again, and ending."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 0.1
MEASURE_SECONDS = 60.0


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks until they have ended; what they raise is dropped.

    Once is not enough: redis-py drops a cancellation that comes while it connects.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def measuring(what: str, measure: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Measure each minute until the block ends. Every worker does, and all see the same."""
    task = asyncio.create_task(keep_measuring(what, measure))
    try:
        yield
    finally:
        await end(task)


async def keep_measuring(what: str, measure: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await measure()
        except Exception as err:  # the figures stay as they were
            log.warning("not measured", what=what, error=str(err))
        await asyncio.sleep(MEASURE_SECONDS)
