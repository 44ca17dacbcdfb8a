"""Waiting for what another task does, without a fixed pause."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 30


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as the condition holds; TimeoutError if it never does."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110  # it happens in another process
            await asyncio.sleep(0.02)
