"""One question being answered: its parts in order, for any number of readers. No I/O."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from attune.analytics.v1 import chat_pb2 as pb


@dataclass(frozen=True, kw_only=True)
class About:
    """Whose run it is, and what of a conversation it makes."""

    run_id: UUID
    organization_id: str
    user_id: str
    conversation_id: str
    message_id: UUID


@dataclass
class Run:
    """Parts are numbered from 1 on, and none follows once it is over."""

    about: About
    parts: list[pb.ChatPart] = field(default_factory=list)
    over: bool = False
    readers: int = 0
    # When the last reader left, on the loop's clock; while some read it means nothing.
    left_at: float = 0.0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def tell(self, part: pb.ChatPart) -> pb.ChatPart:
        """Add a part; returns it with its number."""
        part.id = str(len(self.parts) + 1)
        async with self._changed:
            self.parts.append(part)
            self._changed.notify_all()
        return part

    async def end(self) -> None:
        async with self._changed:
            self.over = True
            self._changed.notify_all()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Within, somebody reads."""
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1
            self.left_at = asyncio.get_running_loop().time()

    async def after(self, number: int) -> AsyncIterator[pb.ChatPart]:
        """The parts after that one, as they come, until the run is over."""
        while True:
            async with self._changed:
                await self._changed.wait_for(partial(self._has_more, number))
            if number >= len(self.parts):
                return
            yield self.parts[number]
            number += 1

    def _has_more(self, number: int) -> bool:
        return self.over or len(self.parts) > number

    def unread_since(self, now: float) -> float:
        """For how many seconds nobody has read; 0 while somebody does."""
        return 0.0 if self.readers else now - self.left_at
