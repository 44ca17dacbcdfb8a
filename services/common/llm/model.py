"""Asking a model: within the time, within the budget, and with an answer of the asked shape."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import grpc
import msgspec
import structlog

from services.common.clock import Clock
from services.common.llm import metrics
from services.common.llm.breaker import Breaker
from services.common.llm.failures import EXPECTED, DegradedReason, ModelFailure, Trouble
from services.common.llm.ledger import Asker, Held, Ledger
from services.common.llm.messages import Heard, Message, Question, Reply, Spent, Tool, Turn
from services.common.llm.settings import ModelSettings
from services.common.llm.wire import ChatServer

log = structlog.get_logger(__name__)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
# What a call cost, as soon as the ledger has it; None where it does not answer.
Entering = asyncio.Task[int | None]

FIRST_PAUSE_SECONDS = 0.2
# One organization whose calls take long leaves room for others.
SHARES = 2
NOTHING = Spent(0, 0)
# How a question went that nobody was asked, whatever the reason is that callers are told.
LEFT_ALONE = "circuit_open"
# For so long an answer that is there waits to be told what it cost.
COST_SECONDS = 0.25


class Voice:
    """Passes on the text of an answer that comes in pieces, and knows whether there was any."""

    def __init__(self, heard: Heard | None) -> None:
        self._heard = heard
        self.was_heard = False

    async def say(self, text: str) -> None:
        if self._heard:
            self.was_heard = True
            await self._heard(text)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A question of somebody; with a `voice` its answer comes in pieces."""

    asker: Asker
    question: Question
    trouble: Trouble
    voice: Voice | None = None

    @property
    def held(self) -> Held:
        """The most that one try of it can take."""
        return Held(
            asker=self.asker,
            model=self.question.model,
            prompt_tokens=self.question.size,
            completion_tokens=self.question.most_tokens,
        )

    @property
    def may_be_tried_again(self) -> bool:
        """What somebody heard cannot be taken back."""
        return self.voice is None or not self.voice.was_heard


class Model:
    """Asks the models of one server; `opened_model` makes one.

    `sleep` pauses between tries.
    """

    def __init__(
        self,
        settings: ModelSettings,
        server: ChatServer | None,
        ledger: Ledger,
        now: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._server = server
        self._ledger = ledger
        self._now = now
        self._sleep = sleep
        self._breakers: dict[str, Breaker] = {}
        self._under_way: Counter[str] = Counter()
        self._settling: set[Entering] = set()

    @property
    def has_key(self) -> bool:
        return self._server is not None

    def refusal(self, purpose: str, model: str) -> DegradedReason | None:
        """Why nobody would be asked now, where so: for those who would wait before they ask."""
        reason = self._breaker(model).refusal or self._ledger.refusal
        if reason:
            metrics.asked(purpose, model, LEFT_ALONE, 0.0)
        return reason

    async def ask(
        self,
        asker: Asker,
        model: str,
        messages: Sequence[Message],
        answer: type[T],
        *,
        most_tokens: int,
        seconds: float = float("inf"),
        trouble: Trouble | None = None,
    ) -> T:
        """The model's answer as a struct of the type `answer`, of at most so many tokens.

        Takes `seconds` at most, and never longer than the setting. Raises ModelFailure. `trouble`
        is told meanwhile why there is no answer yet.
        """
        question = question_of(model, messages, answer, most_tokens)
        call = Call(asker=asker, question=question, trouble=trouble or Trouble())
        with observed(asker.purpose, model), self._admitted(asker.organization_id):
            reply, _ = await self._within(self._ends(seconds), call)
            return parsed(reply, answer)

    async def converse(
        self,
        asker: Asker,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[Tool],
        *,
        most_tokens: int,
        seconds: float = float("inf"),
        heard: Heard | None = None,
        trouble: Trouble | None = None,
    ) -> Turn:
        """The model's next turn in a conversation: text, or tools that it wants called, or both.

        The text goes to `heard` in pieces as it comes, which counts into the time; after the first
        piece there is no other try, and a ModelFailure says that the rest did not come. Otherwise
        as `ask`.
        """
        more = {"tools": [tool.described for tool in tools]} if tools else {}
        question = Question(model=model, messages=messages, most_tokens=most_tokens, more=more)
        voice, ends = Voice(heard), self._ends(seconds)
        call = Call(asker=asker, question=question, trouble=trouble or Trouble(), voice=voice)
        with observed(asker.purpose, model), self._admitted(asker.organization_id):
            reply, entering = await self._within(ends, call)
            if reply.failure:
                raise reply.failure
        wait = min(COST_SECONDS, max(0.0, ends - time.monotonic()))
        await asyncio.wait([entering], timeout=wait)
        cost = entering.result() if entering.done() else None
        return Turn(reply.text, reply.calls, reply.spent, cost)

    def _ends(self, seconds: float) -> float:
        return time.monotonic() + min(seconds, self._settings.llm_timeout_seconds)

    async def _within(self, ends: float, call: Call) -> tuple[Reply, Entering]:
        with self._breaker(call.question.model).watching():
            try:
                async with asyncio.timeout(ends - time.monotonic()):
                    return await self._tried(ends, call)
            except TimeoutError:
                at_ledger = call.trouble.reason is DegradedReason.LEDGER_UNAVAILABLE
                raise ModelFailure(
                    call.trouble.reason if at_ledger else DegradedReason.TIMEOUT
                ) from None

    async def _tried(self, ends: float, call: Call) -> tuple[Reply, Entering]:
        pause = FIRST_PAUSE_SECONDS
        for tries_left in reversed(range(self._settings.llm_tries)):
            try:
                return await self._made(call)
            except ModelFailure as failure:
                wait = failure.retry_after or pause * random.uniform(0.5, 1.0)
                may_pass = failure.may_pass and call.may_be_tried_again
                if not tries_left or not may_pass or time.monotonic() + wait >= ends:
                    raise
                call.trouble.hear(failure.reason)
            await self._sleep(wait)
            pause *= 2
        raise AssertionError("there is always a last try")

    async def _made(self, call: Call) -> tuple[Reply, Entering]:
        """One try: the most it can take is reserved before, and what it took settled after."""
        if self._server is None:
            raise ModelFailure(DegradedReason.NO_KEY)
        held, before = call.held, call.trouble.reason
        call.trouble.hear(DegradedReason.LEDGER_UNAVAILABLE)
        await self._reserve(held)
        call.trouble.hear(before)
        spent: Spent | None = None  # of a call that is cut off nobody knows
        try:
            if call.voice:
                reply = await self._server.stream(call.question, call.voice.say)
            else:
                reply = await self._server.ask(call.question)
            spent = reply.spent
        except ModelFailure as failure:
            spent = NOTHING if failure.unanswered else None
            raise
        finally:
            entering = self._settle(held, spent)
        return reply, entering

    async def _reserve(self, held: Held) -> None:
        try:
            await self._ledger.reserve(held)
        except ModelFailure as failure:
            sent = not failure.left_alone
            if sent and failure.reason is not DegradedReason.BUDGET_EXHAUSTED:
                self._settle(held, NOTHING)  # it may have been taken all the same
            raise
        except asyncio.CancelledError:
            self._settle(held, NOTHING)
            raise

    def _settle(self, held: Held, spent: Spent | None) -> Entering:
        """Settle beside: nobody waits for it, and no deadline cuts it off."""
        task = asyncio.create_task(self._settled(held, spent))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        return task

    async def _settled(self, held: Held, spent: Spent | None) -> int | None:
        try:
            cost = await self._ledger.settle(held, spent)
        except grpc.aio.AioRpcError as err:
            log.warning("model usage not settled", reservation=held.number, code=err.code().name)
            return None
        metrics.entered(held.asker.purpose, held.model, spent, cost)
        return cost

    async def settled(self) -> None:
        """Wait until all that was called is in the ledger: before a process ends."""
        while self._settling:
            await asyncio.gather(*self._settling)

    def _breaker(self, model: str) -> Breaker:
        if model not in self._breakers:
            rest = timedelta(seconds=self._settings.llm_breaker_seconds)
            failures = self._settings.llm_breaker_failures
            self._breakers[model] = Breaker(failures, rest, self._now)
        return self._breakers[model]

    @contextmanager
    def _admitted(self, organization_id: str) -> Iterator[None]:
        """No queue: who would have to wait gets on without the model."""
        if self._server is None:
            raise ModelFailure(DegradedReason.NO_KEY)
        most = self._settings.llm_concurrency
        own, all_of_them = self._under_way[organization_id], self._under_way.total()
        if own >= max(1, most // SHARES) or all_of_them >= most:
            raise ModelFailure(DegradedReason.BUSY)
        self._under_way[organization_id] += 1
        try:
            yield
        finally:
            self._under_way[organization_id] -= 1
            self._under_way += Counter()  # only those that are under way stay


@asynccontextmanager
async def opened_model(settings: ModelSettings, ledger: Ledger, now: Clock) -> AsyncIterator[Model]:
    """A model until the block ends; without a key one that says so, and nothing is imported."""
    key, url = settings.openai_api_key, settings.model_base_url
    server = await ChatServer.opened(key, url, now) if key else None
    model = Model(settings, server, ledger, now)
    try:
        yield model
    finally:
        await model.settled()
        if server:
            await server.close()


def question_of(
    model: str, messages: Sequence[Message], answer: type[Any], most_tokens: int
) -> Question:
    """The answer's type as the schema that the server has to follow."""
    [root], parts = msgspec.json.schema_components([answer], ref_template="#/$defs/{name}")
    name = root["$ref"].rpartition("/")[2]
    schema = parts.pop(name) | ({"$defs": parts} if parts else {})
    form = {"name": name.lower(), "schema": schema, "strict": True}
    more = {"response_format": {"type": "json_schema", "json_schema": form}}
    return Question(model=model, messages=messages, most_tokens=most_tokens, more=more)


def parsed(reply: Reply, answer: type[T]) -> T:
    """The answer, which has exactly the asked shape. Raises ModelFailure."""
    if reply.failure:
        raise reply.failure
    try:
        return msgspec.json.decode(reply.text, type=answer)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ModelFailure(DegradedReason.NONSENSE, "not of the asked shape") from None


@contextmanager
def observed(purpose: str, model: str) -> Iterator[None]:
    """Counts a question with its time and how it went; its text is nowhere."""
    started, outcome = time.monotonic(), "cancelled"
    try:
        yield
        outcome = "ok"
    except ModelFailure as failure:
        outcome = LEFT_ALONE if failure.left_alone else failure.reason.value
        if not failure.left_alone and failure.reason not in EXPECTED:
            log.warning("model gave nothing", purpose=purpose, model=model, reason=str(failure))
        raise
    finally:
        metrics.asked(purpose, model, outcome, time.monotonic() - started)
