"""The runs of this process: started, read from anywhere, and ended when nobody wants them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias
from uuid import UUID, uuid4

import structlog
from attune.analytics.v1 import chat_pb2 as pb

from services.analytics.chat.runs.journal import READING, Journal
from services.analytics.chat.runs.run import About, Run
from services.common.errors import DomainError, NotFound, QuotaExceeded
from services.common.tasks import end

log = structlog.get_logger(__name__)

UNREAD_SECONDS = 30.0
LOOK_SECONDS = 0.5
# A run that goes on for longer than any statement may has lost its way.
LONGEST_SECONDS = 110.0
# So many of one person go on at once.
AT_ONCE = 3

Tell: TypeAlias = Callable[[pb.ChatPart], Awaitable[None]]
Work: TypeAlias = Callable[[Tell], Awaitable[None]]
Key: TypeAlias = tuple[str, UUID]


class Runs:
    def __init__(self, journal: Journal, unread_seconds: float = UNREAD_SECONDS) -> None:
        self._journal = journal
        self._unread_seconds = unread_seconds
        self._runs: dict[Key, Run] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._some = asyncio.Event()

    @asynccontextmanager
    async def looking(self) -> AsyncIterator["Runs"]:
        """Look after the runs until the block ends, and end them then."""
        task = asyncio.create_task(self._keep_looking())
        try:
            yield self
        finally:
            await end(task, *self._tasks.values())

    async def admit(self, organization_id: str, user_id: str) -> None:
        """Raises QuotaExceeded where as many of the person's runs go on as may."""
        self._admit_here(organization_id, user_id)
        if await self._journal.going_on(organization_id, user_id) >= AT_ONCE:
            raise too_many()

    def _admit_here(self, organization_id: str, user_id: str) -> None:
        """What holds without Redis, too."""
        abouts = (run.about for run in self._runs.values())
        own = [one for one in abouts if one.organization_id == organization_id]
        if sum(one.user_id == user_id for one in own) >= AT_ONCE:
            raise too_many()

    async def start(self, about: About, work: Work) -> Run:
        """Begin to work; `work` tells the parts. Raises QuotaExceeded."""
        self._admit_here(about.organization_id, about.user_id)
        run = Run(about, left_at=asyncio.get_running_loop().time())
        key = key_of(about)
        self._runs[key] = run
        try:
            if not await self._journal.take(about, AT_ONCE):
                raise too_many()
        except BaseException:
            del self._runs[key]
            raise
        self._tasks[key] = asyncio.create_task(self._work(run, work))
        self._some.set()
        return run

    async def _work(self, run: Run, work: Work) -> None:
        async def tell(part: pb.ChatPart) -> None:
            await self._journal.tell(run.about, await run.tell(part))

        try:
            await self._journal.begin(run.about)
            async with asyncio.timeout(LONGEST_SECONDS):
                await work(tell)
        except asyncio.CancelledError:
            await asyncio.shield(tell(ended("the run was cancelled")))
        except TimeoutError:
            await tell(ended("the run took too long"))
        except DomainError as error:
            await tell(ended(str(error)))
        except Exception as error:
            log.exception("a run failed", exc_info=error)
            await tell(ended("something went wrong here, and is on record"))
        finally:
            key = key_of(run.about)
            del self._runs[key], self._tasks[key]
            await run.end()
            await self._journal.end(run.about, len(run.parts))
            await self._journal.give_back(run.about)

    async def read(
        self, organization_id: str, user_id: str, run_id: UUID, after: int
    ) -> AsyncIterator[pb.ChatPart]:
        """The parts after that one until it is over, wherever it goes on. Raises NotFound."""
        run = self._runs.get((organization_id, run_id))
        about = run.about if run else await self._journal.about(organization_id, run_id)
        if about is None or about.user_id != user_id:
            raise NotFound(f"no run {run_id} of yours, or none any more")
        parts = self.follow(run, after) if run else self._elsewhere(about, after)
        async for part in parts:
            yield part

    async def follow(self, run: Run, after: int = 0) -> AsyncGenerator[pb.ChatPart, None]:
        """The parts of a run of this process."""
        with run.read():
            async for part in run.after(after):
                yield part

    async def _elsewhere(self, about: About, number: int) -> AsyncIterator[pb.ChatPart]:
        over, noted = False, float("-inf")
        while not over:
            now = asyncio.get_running_loop().time()
            if now - noted >= READING.total_seconds():
                await self._journal.note_reader(about)
                noted = now
            parts, over = await self._journal.after(about, number)
            for part in parts:
                yield part
                number = int(part.id)
            if parts or over:
                continue
            if not await self._journal.is_alive(about):
                if not await self._journal.is_over(about):
                    yield ended("what answered it was stopped: ask again")
                return
            await asyncio.sleep(LOOK_SECONDS)  # where Redis did not wait, it did not answer

    async def cancel(self, organization_id: str, user_id: str, run_id: UUID) -> None:
        """Raises NotFound; one that is over stays as it is."""
        run = self._runs.get((organization_id, run_id))
        about = run.about if run else await self._journal.about(organization_id, run_id)
        if about is None or about.user_id != user_id:
            raise NotFound(f"no run {run_id} of yours, or none any more")
        if run:
            self._tasks[key_of(about)].cancel()
        else:
            await self._journal.ask_to_cancel(about)

    async def _keep_looking(self) -> None:
        while True:
            await self._some.wait()
            await asyncio.sleep(LOOK_SECONDS)
            if not self._runs:
                self._some.clear()
                continue
            await self._look()

    async def _look(self) -> None:
        """End the runs that somebody wants to end, and those that nobody reads."""
        runs, now = list(self._runs.values()), asyncio.get_running_loop().time()
        wishes = await self._journal.wishes([run.about for run in runs])
        for run, (cancelled, read) in zip(runs, wishes, strict=True):
            if read:
                run.left_at = now
            unwanted = cancelled or run.unread_since(now) > self._unread_seconds
            task = self._tasks.get(key_of(run.about))
            if unwanted and task is not None and not task.cancelling():
                task.cancel()


def key_of(about: About) -> Key:
    return about.organization_id, about.run_id


def too_many() -> QuotaExceeded:
    return QuotaExceeded(f"{AT_ONCE} of your questions are being answered: wait for one", 1)


def ended(why: str) -> pb.ChatPart:
    """The last part of a run that did not come to its end."""
    message = pb.ChatMessage(id=str(uuid4()), type="error", content=why)
    message.timestamp.GetCurrentTime()
    return pb.ChatPart(type="error", message=message)
