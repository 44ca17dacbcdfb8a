"""Ending background tasks."""

import asyncio
from typing import Any

AGAIN_SECONDS = 0.1


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks until they have ended; what they raise is dropped.

    Once is not enough: redis-py drops a cancellation that comes while it connects.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
