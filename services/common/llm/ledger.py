"""The ledger of activity, as whoever asks a model uses it."""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import grpc
from attune.activity.v1 import llm_usage_pb2 as pb
from attune.activity.v1 import llm_usage_pb2_grpc as pb_grpc

from services.common.clock import Clock
from services.common.llm.breaker import Breaker
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.messages import MOST_TOKENS, Spent
from services.common.service_tokens import ServiceTokens

# After so many failures in a row nobody waits for activity for so long.
FAILURES = 3
REST = timedelta(seconds=10)
# Nobody waits for it.
SETTLE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Asker:
    """For whom a model is asked, and what for. None of it is sent to the model."""

    organization_id: str
    user_id: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """A reservation: the most that a call can take."""

    asker: Asker
    model: str
    prompt_tokens: int
    completion_tokens: int
    number: str = field(default_factory=lambda: str(uuid.uuid4()))


class Ledger:
    """`seconds`: for so long a call waits for its reservation. People wait for it, too."""

    def __init__(
        self, channel: grpc.aio.Channel, tokens: ServiceTokens, now: Clock, seconds: float
    ) -> None:
        self._stub = pb_grpc.LlmUsageServiceStub(channel)
        self._tokens = tokens
        self._seconds = seconds
        self._breaker = Breaker(
            FAILURES,
            REST,
            now,
            failing=frozenset({DegradedReason.LEDGER_UNAVAILABLE}),
            answering=frozenset({DegradedReason.BUDGET_EXHAUSTED}),
        )

    @property
    def refusal(self) -> DegradedReason | None:
        """Why nothing would be reserved now, where activity is left alone."""
        return self._breaker.refusal

    async def reserve(self, held: Held) -> None:
        """Take the reservation out of the budget. Raises ModelFailure where that cannot be."""
        request = pb.ReserveLlmBudgetRequest(
            reservation_id=held.number,
            user_id=held.asker.user_id,
            purpose=held.asker.purpose,
            model=held.model,
            prompt_tokens=min(held.prompt_tokens, MOST_TOKENS),
            completion_tokens=min(held.completion_tokens, MOST_TOKENS),
        )
        with self._breaker.watching():
            try:
                async with asyncio.timeout(self._seconds):
                    metadata = await self._tokens.metadata(held.asker.organization_id)
                    await self._stub.ReserveLlmBudget(request, metadata=metadata)
            except TimeoutError:
                raise ModelFailure(DegradedReason.LEDGER_UNAVAILABLE, "no answer") from None
            except grpc.aio.AioRpcError as err:
                if err.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                    raise ModelFailure(DegradedReason.BUDGET_EXHAUSTED) from None
                raise ModelFailure(DegradedReason.LEDGER_UNAVAILABLE, err.code().name) from None

    async def settle(self, held: Held, spent: Spent | None) -> int:
        """Enter what the call took, None where it is not known; its cost in nano-USD.

        Raises grpc.aio.AioRpcError; the ledger then enters the whole reservation by itself.
        """
        tokens = pb.LlmTokens(**vars(spent)) if spent else None
        request = pb.SettleLlmUsageRequest(reservation_id=held.number, tokens=tokens)
        metadata = await self._tokens.metadata(held.asker.organization_id)
        answer = await self._stub.SettleLlmUsage(request, metadata=metadata, timeout=SETTLE_SECONDS)
        return int(answer.cost_nano_usd)
