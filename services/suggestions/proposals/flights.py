"""Questions to a model under way: one for all who ask the same, and one at a time for a typist.

Whoever types asks anew with each key. So a question first waits for a pause in the typing, and
then for the typist's call before, which is paid for and may have said enough for this one too;
whoever types on meanwhile takes it back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from services.common.llm.failures import ModelFailure, Trouble
from services.suggestions.proposals.domain import Proposals

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class Typist(NamedTuple):
    """Somebody at one connection: what is typed there later takes the place of what was before."""

    organization_id: str
    connection_id: str
    user_id: str


Ask = Callable[[Trouble], Awaitable[Proposals]]


@dataclass(eq=False)
class Flight:
    """A question under way, for all `wanted_by`; `ends`: when nobody waits for it any more.

    It is in the name of the `typist` who asked first.
    """

    key: Hashable
    typist: Typist
    ends: float
    wanted_by: set[Typist] = field(default_factory=set)
    trouble: Trouble = field(default_factory=Trouble)
    task: "asyncio.Task[Proposals] | None" = None

    async def landed(self) -> None:
        """Wait until it is done, and no longer than an answer may."""
        assert self.task
        await asyncio.wait({self.task}, timeout=max(0.0, self.ends - time.monotonic()))


class Flights:
    """`pause` seconds without another key begin a call; an answer waits for `wait` seconds."""

    def __init__(self, pause: float, wait: float, sleep: Sleep) -> None:
        self._pause = pause
        self._wait = wait
        self._sleep = sleep
        self._under_way: dict[Hashable, Flight] = {}
        self._newest: dict[Typist, Flight] = {}
        self._calls: dict[Typist, Flight] = {}

    def __contains__(self, key: Hashable) -> bool:
        """Whether this question is under way."""
        return key in self._under_way

    def join(self, key: Hashable, typist: Typist, ask: Ask) -> Flight:
        """The flight of this question, begun where there is none. `ask` makes the call."""
        flight = self._under_way.get(key) or self._begun(key, typist, ask)
        if self._newest.get(typist) is not flight:
            self.leave(typist)
            self._newest[typist] = flight
            flight.wanted_by.add(typist)
        return flight

    def leave(self, typist: Typist) -> None:
        """Take back what was asked for last, unless others want it or it is being paid for."""
        flight = self._newest.pop(typist, None)
        if flight is None:
            return
        flight.wanted_by.discard(typist)
        if not flight.wanted_by and self._calls.get(flight.typist) is not flight:
            self._forget(flight)
            assert flight.task
            flight.task.cancel()

    async def landed(self) -> None:
        """Wait for what is under way."""
        tasks = [flight.task for flight in self._under_way.values() if flight.task]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Cut off what is under way: before a process ends."""
        for flight in self._under_way.values():
            assert flight.task
            flight.task.cancel()
        await self.landed()

    def _begun(self, key: Hashable, typist: Typist, ask: Ask) -> Flight:
        flight = Flight(key, typist, time.monotonic() + self._wait)
        flight.task = asyncio.create_task(self._flown(flight, ask))
        flight.task.add_done_callback(lambda task: self._landed(flight, task))
        self._under_way[key] = flight
        return flight

    async def _flown(self, flight: Flight, ask: Ask) -> Proposals:
        await self._sleep(self._pause)
        while before := self._calls.get(flight.typist):
            assert before.task
            await asyncio.wait({before.task})
        self._calls[flight.typist] = flight
        try:
            return await ask(flight.trouble)
        finally:
            del self._calls[flight.typist]

    def _landed(self, flight: Flight, task: "asyncio.Task[Proposals]") -> None:
        self._forget(flight)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, ModelFailure):
            log.error("proposals failed", error=type(error).__name__)

    def _forget(self, flight: Flight) -> None:
        if self._under_way.get(flight.key) is flight:
            del self._under_way[flight.key]
        for typist in flight.wanted_by:
            if self._newest.get(typist) is flight:
                del self._newest[typist]
