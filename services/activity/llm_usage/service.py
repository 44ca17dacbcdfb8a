"""The gRPC face of the ledger: translate, check, store, answer."""

from datetime import date
from typing import Any
from uuid import UUID

from attune.activity.v1 import llm_usage_pb2 as pb
from attune.activity.v1 import llm_usage_pb2_grpc as pb_grpc

from services.activity.llm_usage.domain import (
    GROUPS,
    NANO,
    Budget,
    Part,
    Rates,
    Reservation,
    Tokens,
    Usage,
    UsageRow,
    day_of,
    month_of,
    wrong_days,
)
from services.activity.llm_usage.store import LlmUsageStore, Position, position_of_row
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.errors import InvalidFields
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
START: Position = (-(2**31), "", "", "")


class LlmUsageService(pb_grpc.LlmUsageServiceServicer):
    def __init__(self, store: LlmUsageStore, rates: Rates, now: Clock) -> None:
        self._store = store
        self._rates = rates
        self._now = now

    async def ReserveLlmBudget(
        self, request: pb.ReserveLlmBudgetRequest, context: Context
    ) -> pb.ReserveLlmBudgetResponse:
        tokens = Tokens(request.prompt_tokens, request.completion_tokens)
        wanted = Reservation(
            user_id=request.user_id,
            purpose=request.purpose,
            model=request.model,
            tokens=tokens,
            nano_usd=self._rates.cost(request.model, tokens),
            reserved_at=self._now(),
        )
        number = UUID(request.reservation_id)
        await self._store.reserve(caller().organization_id, number, wanted)
        return pb.ReserveLlmBudgetResponse(cost_nano_usd=wanted.nano_usd)

    async def SettleLlmUsage(
        self, request: pb.SettleLlmUsageRequest, context: Context
    ) -> pb.SettleLlmUsageResponse:
        told = request.HasField("tokens")
        tokens = Tokens(request.tokens.prompt, request.tokens.completion) if told else None
        number = UUID(request.reservation_id)
        cost = await self._store.settle(caller().organization_id, number, tokens)
        return pb.SettleLlmUsageResponse(cost_nano_usd=cost)

    async def GetLlmUsage(
        self, request: pb.GetLlmUsageRequest, context: Context
    ) -> pb.GetLlmUsageResponse:
        who, today = caller(), self._now().date()
        part, groups = part_of(request, who, today), frozenset(request.group_by or GROUPS)
        limit, filters, after = request.page_size or PAGE_SIZE, filters_of(part, groups), START
        if request.page_token:
            after = position_of(request.page_token, filters, Position)
        found = await self._store.usage(who.organization_id, part, groups, after, limit)
        page, more = found[:limit], len(found) > limit
        budget = await self._budget(who) if who.may_read_others else None
        return pb.GetLlmUsageResponse(
            usage=[row_to_pb(row, groups) for row in page],
            total=pb.LlmUsage(**numbers(await self._store.total(who.organization_id, part))),
            budget=budget,
            next_page_token=page_token(filters, position_of_row(page[-1])) if more else None,
        )

    async def _budget(self, who: Caller) -> pb.LlmBudget:
        month = month_of(self._now())
        return budget_to_pb(await self._store.budget(who.organization_id, month))


def part_of(request: pb.GetLlmUsageRequest, who: Caller, today: date) -> Part:
    """What is asked for; people who may not read others get their own. Raises InvalidFields."""
    first = day_of(request.first_day, today.replace(day=1))
    last = day_of(request.last_day, today)
    violations = [*wrong_days(first, last)]
    if violations or first is None or last is None:
        raise InvalidFields(*violations)
    own = None if who.may_read_others else who.subject
    return Part(
        first=first,
        last=last,
        user_id=request.user_id or own,
        purpose=request.purpose or None,
        model=request.model or None,
    )


def filters_of(part: Part, groups: frozenset[str]) -> str:
    return filters_hash(*vars(part).values(), *sorted(groups))


def row_to_pb(row: UsageRow, groups: frozenset[str]) -> pb.LlmUsage:
    names: dict[str, Any] = {
        "day": row.day.isoformat() if "day" in groups else None,
        "user_id": row.user_id if "user" in groups else None,
        "purpose": row.purpose if "purpose" in groups else None,
        "model": row.model if "model" in groups else None,
    }
    return pb.LlmUsage(**names, **numbers(row))


def numbers(usage: Usage) -> dict[str, Any]:
    return {
        "calls": usage.calls,
        "estimated_calls": usage.estimated_calls,
        "failed_calls": usage.failed_calls,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost_usd": usage.cost_nano_usd / NANO,
    }


def budget_to_pb(budget: Budget) -> pb.LlmBudget:
    return pb.LlmBudget(
        month=budget.month.isoformat()[:7],
        cost_usd=budget.nano_usd / NANO,
        spent_usd=budget.spent_nano_usd / NANO,
        reserved_usd=budget.reserved_nano_usd / NANO,
        tokens=budget.tokens,
        spent_tokens=budget.spent_tokens,
        reserved_tokens=budget.reserved_tokens,
    )
