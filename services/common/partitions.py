"""Time partitions, made ahead of time.

Readers and writers of a table go on meanwhile, but its other upkeep (an ANALYZE, an index that is
made concurrently) takes turns with it: a call waits briefly for that, and is then made again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import asyncpg
import structlog

from services.common.db import Database, load_queries

SQL = load_queries(__package__, "partitions.sql")
ATTEMPTS = 5
PAUSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


async def ensure_partitions(
    db: Database, today: date, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> int:
    """Make the partitions that are missing, all or none of them; returns how many were made.

    Raises asyncpg.LockNotAvailableError where something holds one of the tables all the time.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await made(db, today)
        except asyncpg.LockNotAvailableError as err:
            log.warning("a table's upkeep is under way; partitions wait", error=str(err))
            await pause(PAUSE_SECONDS)
    return await made(db, today)


async def made(db: Database, today: date) -> int:
    number: int = await db.fetchval(SQL["ensure_partitions"], today)
    return number
