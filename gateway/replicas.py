"""The replicas of one service, and which of them a call goes to.

Who calls keeps to one replica, so that what it holds of them in memory is of use; where that one is
not there, the next one takes over.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import grpc

from gateway.multiplex import Multiplexer
from services.common.channels import channel_to
from services.common.tasks import end

# Names are looked up again after so many seconds, and sooner where a replica is not there.
LOOK_UP_SECONDS = 30.0
SOONER_SECONDS = 1.0
# What is under way at a replica that has gone from the name may take so long to end.
LEAVE_SECONDS = 30.0


@dataclass(frozen=True)
class Replica:
    channel: grpc.aio.Channel
    multiplexer: Multiplexer

    @property
    def is_there(self) -> bool:
        return self.channel.get_state() is not grpc.ChannelConnectivity.TRANSIENT_FAILURE

    async def aclose(self) -> None:
        await self.multiplexer.aclose()
        await self.channel.close()


class Replicas:
    """Every address of a service, by the addresses in order."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._replicas: dict[str, Replica] = {}
        self._order: list[Replica] = []
        self._missed = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()

    def of(self, who: Hashable) -> Multiplexer:
        """Where the calls of somebody go."""
        if len(self._order) == 1:
            return self._order[0].multiplexer
        first = hash(who) % len(self._order)
        for replica in (*self._order[first:], *self._order[:first]):
            if replica.is_there:
                return replica.multiplexer
            self._missed.set()
        return self._order[first].multiplexer

    @asynccontextmanager
    async def looked_up(self) -> AsyncIterator["Replicas"]:
        """Know the replicas until the block ends."""
        self._know(await resolved(self._address) or [self._address])
        task = asyncio.create_task(self._look_up_again())
        try:
            yield self
        finally:
            await end(task, *self._leaving)
            await asyncio.gather(*(one.aclose() for one in self._replicas.values()))

    async def _look_up_again(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_UP_SECONDS):
                    await self._missed.wait()
            self._missed.clear()
            for gone in self._know(await resolved(self._address)):
                leaving = asyncio.create_task(leave(gone))
                self._leaving.add(leaving)
                leaving.add_done_callback(self._leaving.discard)
            await asyncio.sleep(SOONER_SECONDS)

    def _know(self, addresses: list[str]) -> list[Replica]:
        """Open what is new; returns those that have gone. A name that leads nowhere changes none"""
        if not addresses:
            return []
        gone = [self._replicas.pop(one) for one in self._replicas.keys() - set(addresses)]
        for address in addresses:
            if address not in self._replicas:
                channel = channel_to(address)
                self._replicas[address] = Replica(channel, Multiplexer(channel))
        self._order = [self._replicas[address] for address in sorted(self._replicas)]
        return gone


async def leave(replica: Replica) -> None:
    """Close it when what is under way there has had its time."""
    try:
        await asyncio.sleep(LEAVE_SECONDS)
    finally:
        await replica.aclose()


async def resolved(address: str) -> list[str]:
    """All addresses that a list with commas, or a name, has; none where a name leads nowhere."""
    if ":///" in address or address.startswith("unix:"):
        return [address]
    found: set[str] = set()
    for one in address.split(","):
        host, _, port = one.strip().rpartition(":")
        try:
            known = await asyncio.get_running_loop().getaddrinfo(
                host.strip("[]"), port, type=socket.SOCK_STREAM
            )
        except OSError:
            continue
        for *_, place in known:
            ip, number = str(place[0]), int(place[1])
            found.add(f"[{ip}]:{number}" if ":" in ip else f"{ip}:{number}")
    return sorted(found)
