"""Keeps processes running: starts them, restarts what dies, stops them in reverse order."""

import asyncio
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cli.local.errors import StartFailed
from cli.local.logs import RotatingLog
from cli.local.probes import is_up
from cli.local.process import PROBE_SECONDS, Program, argv, spawn_options, tail

BACKOFF = (0.2, 1.0, 2.0, 5.0, 15.0, 30.0)
STEADY_SECONDS = 60.0
START_SECONDS = 30.0
MAX_LINE = 1024 * 1024


@dataclass(frozen=True)
class Died:
    """A process ended by itself; it is started again after `delay` seconds."""

    name: str
    code: int
    delay: float


@dataclass(frozen=True)
class Restarted:
    """A process that had died is ready again."""

    name: str


@dataclass(frozen=True)
class Line:
    """A process wrote to its log."""

    name: str
    text: bytes


Notice = Died | Restarted | Line


@dataclass
class Child:
    """One program and the process that runs it now."""

    program: Program
    log: RotatingLog
    process: asyncio.subprocess.Process | None = None
    reader: asyncio.Task[None] | None = None
    keeper: asyncio.Task[None] | None = None
    restarts: int = 0
    since: float = field(default=0.0, repr=False)


class Supervisor:
    """Runs programs until `stop`. `notify` hears what happens, from the event loop.

    Once `hurry` is set, what is to stop gets no time for it.
    """

    def __init__(
        self,
        logs: Path,
        notify: Callable[[Notice], None],
        hurry: asyncio.Event | None = None,
        backoff: tuple[float, ...] = BACKOFF,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self._logs = logs
        self._notify = notify
        self._backoff = backoff
        self._start_seconds = start_seconds
        self._hurry = hurry or asyncio.Event()
        self.children: list[Child] = []

    async def start(self, program: Program) -> None:
        """Start a program and wait until it is ready. Raises StartFailed where it is not."""
        child = Child(program, RotatingLog(self._logs / f"{program.name}.log"))
        self.children.append(child)
        await self._launch(child)
        await self._until_ready(child)
        child.keeper = asyncio.create_task(self._keep(child))

    async def stop(self) -> None:
        """Stop all in reverse order, each when the one before has ended."""
        for child in self.children:
            if child.keeper:
                child.keeper.cancel()
        for child in reversed(self.children):
            await self._end(child)
            child.log.close()
        self.children.clear()

    async def _launch(self, child: Child) -> None:
        child.process = await asyncio.create_subprocess_exec(
            *argv(child.program),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            limit=MAX_LINE,
            **spawn_options(child.program),
        )
        child.since = asyncio.get_running_loop().time()
        child.reader = asyncio.create_task(self._read(child, child.process))

    async def _read(self, child: Child, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than MAX_LINE: its beginning was dropped
                continue
            if not line:
                return
            with suppress(OSError):  # a full disk must not stop the process that logs
                child.log.write(line)
            self._notify(Line(child.program.name, line))

    async def _until_ready(self, child: Child) -> None:
        name, process = child.program.name, child.process
        assert process
        ready = asyncio.create_task(until_answer(child.program))
        ended = asyncio.create_task(process.wait())
        await asyncio.wait(
            {ready, ended}, timeout=self._start_seconds, return_when=asyncio.FIRST_COMPLETED
        )
        ready.cancel()
        if ended.done():
            if child.reader:
                await child.reader
            how = f"ended {outcome(ended.result())} while starting"
        elif ready.done() and not ready.cancelled() and not ready.exception():
            ended.cancel()
            return
        else:
            ended.cancel()
            how = f"was not ready after {self._start_seconds:.0f} s"
        raise StartFailed(f"{name} {how}. Its log, {child.log.path}, ends:\n{tail(child.log.path)}")

    async def _keep(self, child: Child) -> None:
        attempt = 0
        while True:
            assert child.process
            code = await child.process.wait()
            if asyncio.get_running_loop().time() - child.since > STEADY_SECONDS:
                attempt = 0
            delay = self._backoff[min(attempt, len(self._backoff) - 1)]
            attempt += 1
            self._notify(Died(child.program.name, code, delay))
            await asyncio.sleep(delay)
            child.restarts += 1
            if await self._restart(child):
                self._notify(Restarted(child.program.name))

    async def _restart(self, child: Child) -> bool:
        try:
            await self._launch(child)
            await self._until_ready(child)
        except (StartFailed, OSError):
            await self._end(child)
            return False
        return True

    async def _end(self, child: Child) -> None:
        process = child.process
        if process and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(child.program.stop_signal)
            await self._outlast(process, child.program.grace)
        if child.reader:
            child.reader.cancel()
            with suppress(asyncio.CancelledError):
                await child.reader

    async def _outlast(self, process: asyncio.subprocess.Process, grace: float) -> None:
        ended = asyncio.create_task(process.wait())
        hurried = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({ended, hurried}, timeout=grace, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not ended.done():
            with suppress(ProcessLookupError):
                process.kill()
        await ended


async def until_answer(program: Program) -> None:
    while program.probe and not await is_up(program.probe):  # noqa: ASYNC110 - no event to await
        await asyncio.sleep(PROBE_SECONDS)


def outcome(code: int) -> str:
    """How a process ended, for people."""
    if code >= 0:
        return f"with code {code}"
    with suppress(ValueError):
        return f"by {signal.Signals(-code).name}"
    return f"by signal {-code}"
