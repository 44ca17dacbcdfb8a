"""Looks names up in threads of their own, each name once at a time.

A look-up cannot be stopped: where no name server answers, its thread is held for as long as the
system waits, beyond the end of the call that asked. In the event loop's own few threads a handful
of such names would hold up every other look-up, and all else that runs there.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpcore2

from services.common.outgoing.addresses import Address, is_refused, literal
from services.common.outgoing.urls import Policy, Refused

# Made as they are needed; names that are looked up at once in one process.
THREADS = 128


class UnknownName(httpcore2.ConnectError):
    """The name has no address."""


class Resolver:
    """Callers that ask for a name while it is looked up share the answer; none is kept."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "resolving")
        self._under_way: dict[tuple[str, int], asyncio.Future[Any]] = {}

    async def addresses(self, host: str, port: int) -> list[Address]:
        """At least one. Raises UnknownName."""
        address = literal(host)
        if address is not None:
            return [address]
        try:
            rows = await asyncio.shield(self._look_up(host, port))
        except (OSError, UnicodeError):
            raise UnknownName from None
        # An address of a link names the link, as in fe80::1%eth0.
        found = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
        if not found:
            raise UnknownName
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Nothing that is still under way is waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look_up(self, host: str, port: int) -> "asyncio.Future[Any]":
        place = (host, port)
        if place not in self._under_way:
            ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            future = asyncio.get_running_loop().run_in_executor(self._threads, ask)
            self._under_way[place] = future
            future.add_done_callback(partial(self._forget, place))
        return self._under_way[place]

    def _forget(self, place: tuple[str, int], done: "asyncio.Future[Any]") -> None:
        self._under_way.pop(place, None)
        if not done.cancelled():
            done.exception()  # seen, also where whoever asked is gone


async def public_addresses(
    resolver: Resolver, policy: Policy, host: str, port: int
) -> list[Address]:
    """What a host leads to, all of it public or permitted: connect to one of these, and to no name.

    Raises Refused, UnknownName.
    """
    found = await resolver.addresses(host, port)
    if any(is_refused(address, policy.allowed) for address in found):
        raise Refused("must lead to a public address")
    return found
