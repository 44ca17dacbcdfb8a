"""Callers who want the same at the same time share one run of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Flight(Generic[T]):
    task: "asyncio.Task[T]"
    waiting: int = 0


class Flights(Generic[T]):
    """One run for each key, which ends early only when nobody waits for it any more."""

    def __init__(self) -> None:
        self._under_way: dict[object, Flight[T]] = {}

    async def join(self, key: object, start: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """What it brings, and whether somebody else's call had started it."""
        flight = self._under_way.get(key)
        joined = flight is not None
        if flight is None:
            flight = Flight(asyncio.ensure_future(finished(start)))
            self._under_way[key] = flight
            flight.task.add_done_callback(lambda _: self._landed(key, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task), joined
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                self._landed(key, flight)  # whoever comes now starts anew
                flight.task.cancel()

    def _landed(self, key: object, flight: Flight[T]) -> None:
        if self._under_way.get(key) is flight:
            del self._under_way[key]


async def finished(start: Callable[[], Awaitable[T]]) -> T:
    return await start()
