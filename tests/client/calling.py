"""Both clients behind one face, so that each test shows what either does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from anyio.to_thread import run_sync

from attune_client import AsyncAttuneClient, AttuneClient, Retries

KINDS = ("sync", "async")


@dataclass(frozen=True)
class Calling:
    """`do(lambda c: c.activity.log, ...)` calls a method; `all` iterates over what it gives."""

    client: Any

    async def do(self, method: Callable[[Any], Any], *args: Any, **fields: Any) -> Any:
        act = partial(method(self.client), *args, **fields)
        return await (run_sync(act) if isinstance(self.client, AttuneClient) else act())

    async def all(self, method: Callable[[Any], Any], *args: Any, **fields: Any) -> list[Any]:
        act = partial(method(self.client), *args, **fields)
        if isinstance(self.client, AttuneClient):
            return await run_sync(lambda: list(act()))
        return [entry async for entry in act()]

    async def file(self, method: Callable[[Any], Any], *args: Any, **fields: Any) -> bytes:
        return b"".join(await self.all(method, *args, **fields))


@asynccontextmanager
async def calling(kind: str, url: str, token: Any, **options: Any) -> AsyncIterator[Calling]:
    if kind == "async":
        async with AsyncAttuneClient(url, token, **options) as awaited:
            yield Calling(awaited)
        return
    at_once = AttuneClient(url, token, **options)
    try:
        yield Calling(at_once)
    finally:
        await run_sync(at_once.close)


@dataclass
class Time:
    """Moves by what is slept, without sleeping."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def retries(self, **changed: Any) -> Retries:
        """The longest waits that may be drawn."""
        return Retries(draw=lambda: 1.0, clock=self, sleep=self.sleep, **changed)
