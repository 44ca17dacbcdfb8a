"""A model at a stub, with a ledger that is a notebook and pauses that take no time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from services.common.llm.failures import DegradedReason, ModelFailure, Trouble
from services.common.llm.ledger import Asker, Held, Ledger
from services.common.llm.messages import Spent, Tool, Turn
from services.common.llm.model import Model, opened_model
from services.common.llm.settings import ModelSettings
from tests.clock import Clock
from tests.model_stub import KEY, MODEL, Behaviour, ModelStub, answering
from tests.waiting import until

ANN = Asker(organization_id="acme", user_id="ann", purpose="suggestions")
MESSAGES = [{"role": "user", "content": "the secret of the prompt"}]
COST = 126_000


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    questions: list[str]


GOOD = answering({"questions": ["Show me profit"]})


class Notebook(Ledger):
    """Keeps what is reserved and settled; refuses what it is told to."""

    def __init__(self) -> None:
        self.reserved: list[Held] = []
        self.entered: list[Spent | None] = []
        self.refuse: DegradedReason | None = None
        self.left_alone = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.settles = asyncio.Event()
        self.settles.set()

    @property
    def refusal(self) -> DegradedReason | None:
        return self.refuse if self.left_alone else None

    async def reserve(self, held: Held) -> None:
        await self.answers.wait()
        if self.refuse:
            raise ModelFailure(self.refuse, left_alone=self.left_alone)
        self.reserved.append(held)

    async def settle(self, held: Held, spent: Spent | None) -> int:
        self.entered.append(spent)
        await self.settles.wait()
        return COST


class Heard(Trouble):
    """Keeps all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[DegradedReason] = []

    def hear(self, reason: DegradedReason) -> None:
        super().hear(reason)
        self.told.append(reason)


class Asking:
    """A model at a stub, with pauses that take no time."""

    def __init__(self, model: Model, stub: ModelStub, ledger: Notebook, clock: Clock) -> None:
        self.model, self.stub, self.ledger, self.clock = model, stub, ledger, clock
        self.trouble = Heard()
        self.pauses: list[float] = []
        self.heard: list[str] = []
        model._sleep = self._pause

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def ask(self, of: Asker = ANN, **more: Any) -> Answer:
        self.trouble = Heard()
        return await self.model.ask(
            of, MODEL, MESSAGES, Answer, most_tokens=400, trouble=self.trouble, **more
        )

    async def converse(self, *tools: Tool, of: Asker = ANN, **more: Any) -> Turn:
        self.heard.clear()
        return await self.model.converse(
            of, MODEL, MESSAGES, tools, most_tokens=400, heard=self.hear, **more
        )

    async def hear(self, text: str) -> None:
        self.heard.append(text)

    async def fails(self, behaviour: Behaviour | None = None, **more: Any) -> DegradedReason:
        return await self._fails(self.ask(**more), behaviour)

    async def fails_to_converse(
        self, behaviour: Behaviour | None = None, **more: Any
    ) -> DegradedReason:
        return await self._fails(self.converse(**more), behaviour)

    async def _fails(self, asked: Awaitable[Any], behaviour: Behaviour | None) -> DegradedReason:
        if behaviour:
            self.stub.will(behaviour)
        with pytest.raises(ModelFailure) as err:
            await asked
        await self.model.settled()
        return err.value.reason


@asynccontextmanager
async def asking_at(stub: ModelStub, **changed: Any) -> AsyncIterator[Asking]:
    given = {"openai_api_key": KEY, "openai_base_url": stub.url, **changed}
    clock, ledger = Clock(), Notebook()
    async with opened_model(ModelSettings(**given), ledger, clock) as model:
        yield Asking(model, stub, ledger, clock)


async def came(stub: ModelStub, requests: int) -> None:
    async def enough() -> bool:
        return len(stub.asked) >= requests

    await until(enough)
