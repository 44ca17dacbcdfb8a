"""Bounds what a server may send at once: a FETCH of one row brings up to a gigabyte.

The driver keeps an answer in memory until it is whole, and knows no bound. So its bytes are counted
before it gets them, and a session that brings too many is cut off.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import asyncpg

from services.analytics.execution.failures import Rejected
from services.common.db import Connection

MOST_RECEIVED = 64 * 1024 * 1024
TOO_LARGE = "54000"  # program_limit_exceeded


class TooLarge(Rejected):
    """An answer of more bytes than it may have."""

    def __init__(self) -> None:
        message = "a row of the result is too large: take a part of its texts, with left() say"
        super().__init__(message, TOO_LARGE)


class Meter(asyncio.Protocol):
    """Stands between a session's transport and the driver."""

    def __init__(self, driver: asyncio.Protocol, transport: asyncio.Transport, most: int) -> None:
        self._driver = driver
        self._transport = transport
        self._most = most
        self._received = 0

    @property
    def exceeded(self) -> bool:
        return self._received > self._most

    def reset(self, most: int) -> None:
        self._received, self._most = 0, most

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self.exceeded:
            self._transport.abort()
        else:
            self._driver.data_received(data)

    def eof_received(self) -> bool | None:
        return self._driver.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._driver.connection_lost(exc)

    def pause_writing(self) -> None:
        self._driver.pause_writing()

    def resume_writing(self) -> None:
        self._driver.resume_writing()


def metered(conn: Connection, most: int = MOST_RECEIVED) -> Connection:
    """The session, of which `within_bounds` holds from now on; `most` is in bytes."""
    transport = transport_of(conn)
    driver = cast(asyncio.Protocol, transport.get_protocol())
    transport.set_protocol(Meter(driver, transport, most))
    return conn


@contextmanager
def within_bounds(conn: Connection, most: int = MOST_RECEIVED) -> Iterator[None]:
    """One answer of a metered session, in bytes. Raises TooLarge, and the session is lost."""
    meter = cast(Meter, transport_of(conn).get_protocol())
    meter.reset(most)
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as err:
        if not meter.exceeded:
            raise
        raise TooLarge from err
    finally:
        if not meter.exceeded:  # what the session does next is not a part of this answer
            meter.reset(MOST_RECEIVED)


def transport_of(conn: Connection) -> asyncio.Transport:
    """The driver tells of it by no other name."""
    return cast(asyncio.Transport, cast(Any, conn)._transport)
