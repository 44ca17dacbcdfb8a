"""One process that draws, started when a picture is asked for, ended when none is for a while.

V8 within it takes about 90 MiB that it never gives back, and the first picture most of a second of
CPU: neither is for a process that serves.
"""

import asyncio
import math
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog

from services.analytics.charts.rendering.child import LENGTH, PICTURE
from services.common.errors import FailedPrecondition, Unavailable

CHILD = Path(__file__).with_name("child.py")
CONTENT_TYPES = {"png": "image/png", "svg": "image/svg+xml"}
# With the start of V8, which takes most of a second and on a busy machine several.
SECONDS = 20.0
IDLE_SECONDS = 60.0
MOST_WAITING = 16
# Of a PNG: 300 bars at scale 4 had 75 million and took 391 MiB; these take 177.
MOST_PIXELS = 20_000_000
# It grows by about a MiB a picture of many points.
MOST_PICTURES = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Picture:
    content_type: str
    data: bytes


class Renderer:
    def __init__(self, idle_seconds: float = IDLE_SECONDS, seconds: float = SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._process: Process | None = None
        self._pictures = 0
        self._ending: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Renderer"]:
        """Draws until the block ends."""
        try:
            yield self
        finally:
            await self._end()

    @property
    def pid(self) -> int | None:
        """Of the process that draws, where there is one."""
        return self._process.pid if self._process else None

    async def render(self, spec: dict[str, Any], kind: str, scale: float = 2.0) -> Picture:
        """A picture as "png" or "svg"; `scale` is pixels of a PNG for each of the specification's,
        fewer where that makes more than MOST_PIXELS.

        Raises Unavailable where too many wait, or where it took too long, and FailedPrecondition
        where Vega-Lite does not take the specification, which is ours to mend.
        """
        if self._waiting >= MOST_WAITING:
            raise Unavailable("too many pictures are being drawn")
        told = {"spec": spec, "format": kind, "scale": bounded(scale, spec)}
        job = msgspec.json.encode(told)
        self._waiting += 1
        try:
            async with self._turn:
                return Picture(CONTENT_TYPES[kind], await self._drawn(job))
        finally:
            self._waiting -= 1

    async def _drawn(self, job: bytes) -> bytes:
        """Whoever leaves takes the process along: its answer would be the next one's."""
        if self._ending:
            self._ending.cancel()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._exchanged(job)
        except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            await self._end()
            raise Unavailable("the picture could not be drawn in time") from error
        except BaseException:
            await self._end()
            raise
        await self._rest()
        if answer[:1] != PICTURE:
            log.error("not drawn", complaint=answer[1:].decode())
            raise FailedPrecondition("Vega-Lite cannot draw this chart: draw it as a table")
        return answer[1:]

    async def _exchanged(self, job: bytes) -> bytes:
        process = self._process = self._process or await started()
        assert process.stdin
        assert process.stdout
        process.stdin.write(LENGTH.pack(len(job)) + job)
        await process.stdin.drain()
        size = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))[0]
        return await process.stdout.readexactly(size)

    async def _rest(self) -> None:
        self._pictures += 1
        if self._pictures >= MOST_PICTURES:
            await self._end()
            return
        loop = asyncio.get_running_loop()
        self._ending = loop.call_later(self._idle_seconds, self._retire)

    def _retire(self) -> None:
        """It ends with its input; who waits for a turn now starts another one."""
        process, self._process, self._pictures = self._process, None, 0
        if process and process.stdin:
            process.stdin.close()

    async def _end(self) -> None:
        process, self._process, self._pictures = self._process, None, 0
        if self._ending:
            self._ending.cancel()
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())
            if process.stdin:
                with suppress(OSError):  # what it did not take any more; asyncio wants it heard
                    await process.stdin.wait_closed()


def bounded(scale: float, spec: dict[str, Any]) -> float:
    """As large as it may be; a picture of very many bars may have less than a pixel for one."""
    return min(scale, math.sqrt(MOST_PIXELS / (spec["width"] * spec["height"])))


async def started() -> Process:
    """With nothing of this process's environment, which has secrets in it."""
    command = (sys.executable, "-I", str(CHILD))
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
    )
    log.info("drawing", pid=process.pid)
    return process
