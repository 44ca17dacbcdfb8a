"""Asking a model: within the time, within the budget, and with an answer of the asked shape."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
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
from services.common.llm.settings import ModelSettings
from services.common.llm.wire import ChatServer, Message, Question, Reply, Spent

log = structlog.get_logger(__name__)

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

FIRST_PAUSE_SECONDS = 0.2
# One organization whose calls take long leaves room for others.
SHARES = 2
NOTHING = Spent(0, 0)
# How a question went that nobody was asked, whatever the reason is that callers are told.
LEFT_ALONE = "circuit_open"


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
        self._settling: set[asyncio.Task[None]] = set()

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
        limit = min(seconds, self._settings.llm_timeout_seconds)
        with observed(asker.purpose, model), self._admitted(asker.organization_id):
            reply = await self._within(limit, asker, question, trouble or Trouble())
            return parsed(reply, answer)

    async def _within(
        self, seconds: float, asker: Asker, question: Question, trouble: Trouble
    ) -> Reply:
        ends = time.monotonic() + seconds
        with self._breaker(question.model).watching():
            try:
                async with asyncio.timeout(seconds):
                    return await self._tried(ends, asker, question, trouble)
            except TimeoutError:
                at_ledger = trouble.reason is DegradedReason.LEDGER_UNAVAILABLE
                raise ModelFailure(
                    trouble.reason if at_ledger else DegradedReason.TIMEOUT
                ) from None

    async def _tried(
        self, ends: float, asker: Asker, question: Question, trouble: Trouble
    ) -> Reply:
        pause = FIRST_PAUSE_SECONDS
        for tries_left in reversed(range(self._settings.llm_tries)):
            try:
                return await self._call(asker, question, trouble)
            except ModelFailure as failure:
                wait = failure.retry_after or pause * random.uniform(0.5, 1.0)
                if not tries_left or not failure.may_pass or time.monotonic() + wait >= ends:
                    raise
                trouble.hear(failure.reason)
            await self._sleep(wait)
            pause *= 2
        raise AssertionError("there is always a last try")

    async def _call(self, asker: Asker, question: Question, trouble: Trouble) -> Reply:
        """One call: the most it can take is reserved before, and what it took settled after."""
        if self._server is None:
            raise ModelFailure(DegradedReason.NO_KEY)
        held = Held(
            asker=asker,
            model=question.model,
            prompt_tokens=question.size,
            completion_tokens=question.most_tokens,
        )
        before = trouble.reason
        trouble.hear(DegradedReason.LEDGER_UNAVAILABLE)
        await self._reserve(held)
        trouble.hear(before)
        spent: Spent | None = None  # of a call that is cut off nobody knows
        try:
            reply = await self._server.ask(question)
            spent = reply.spent
        except ModelFailure as failure:
            spent = NOTHING if failure.unanswered else None
            raise
        finally:
            self._settle(held, spent)
        return reply

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

    def _settle(self, held: Held, spent: Spent | None) -> None:
        """Settle beside: nobody waits for it, and no deadline cuts it off."""
        task = asyncio.create_task(self._settled(held, spent))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settled(self, held: Held, spent: Spent | None) -> None:
        try:
            cost = await self._ledger.settle(held, spent)
        except grpc.aio.AioRpcError as err:
            log.warning("model usage not settled", reservation=held.number, code=err.code().name)
            return
        metrics.entered(held.asker.purpose, held.model, spent, cost)

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
    return Question(
        model=model,
        messages=messages,
        schema=schema,
        schema_name=name.lower(),
        most_tokens=most_tokens,
    )


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
