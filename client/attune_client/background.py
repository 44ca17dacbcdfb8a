"""An event loop in a thread of its own, on which calls that answer at once are carried out.

AttuneClient takes this way, and not blocking sockets, because of its promise about time: a socket's
timeout begins anew with each byte that arrives and does not hold for the look-up of names, while
what runs on a loop can be given up at any moment. Both clients then do the same, in one code.
"""

import atexit
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import anyio
from anyio.from_thread import BlockingPortal

T = TypeVar("T")


class Loop:
    """A loop, begun at its first use. Its thread does not keep a program from ending."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._portal: BlockingPortal | None = None
        self._open: set[AsyncGenerator[Any, None]] = set()
        self._ended = False

    def run(self, work: Callable[..., Awaitable[T]], *args: Any) -> T:
        """What the work returns or raises. It is cancelled where the caller is interrupted."""
        future = self._running().start_task_soon(work, *args)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def iterate(self, entries: AsyncGenerator[T, None]) -> Generator[T, None, None]:
        """What the generator gives; it is closed with this iterator, or with the loop."""
        self._open.add(entries)
        try:
            while (entry := self.run(next_of, entries)) is not None:
                yield entry
        finally:
            self._open.discard(entries)
            # Not waited for: the garbage collector may come here at any time, even at the end.
            if not self._ended:
                self._running().start_task_soon(entries.aclose)

    def end(self) -> None:
        """Give up what is under way, and return when the thread is done with it."""
        with self._lock:
            self._ended, portal, self._portal = True, self._portal, None
        if portal:
            for entries in [*self._open]:
                with suppress(RuntimeError):  # one that another thread waits for is cancelled
                    portal.call(entries.aclose)
            portal.call(portal.stop, True)
            self._thread.join()

    def _running(self) -> BlockingPortal:
        with self._lock:
            if self._ended:
                raise RuntimeError("the program is ending")
            if self._portal is None:
                begun: Future[BlockingPortal] = Future()
                self._thread = threading.Thread(
                    target=anyio.run, args=(serve, begun), name="attune-client", daemon=True
                )
                self._thread.start()
                self._portal = begun.result()
            return self._portal


async def next_of(entries: AsyncGenerator[T, None]) -> T | None:
    return await anext(entries, None)


async def serve(begun: "Future[BlockingPortal]") -> None:
    async with BlockingPortal() as portal:
        begun.set_result(portal)
        await portal.sleep_until_stopped()


class Loops:
    """The loop of this process: a forked one has none of the threads of the one it came from."""

    def __init__(self) -> None:
        self.current = Loop()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_anew)
        # Before the interpreter stops the thread, after which nobody would answer.
        atexit.register(self._end)

    def _begin_anew(self) -> None:
        self.current = Loop()

    def _end(self) -> None:
        self.current.end()


LOOPS = Loops()
