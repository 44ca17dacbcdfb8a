"""The gRPC face of the budget: translate, check, store, answer."""

from typing import Any

from attune.activity.v1 import llm_budget_pb2 as pb
from attune.activity.v1 import llm_budget_pb2_grpc as pb_grpc
from google.protobuf.field_mask_pb2 import FieldMask

from services.activity.llm_budget.domain import OWN, BudgetLimits, changes_of, too_much
from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_usage.domain import NANO, Budget, month_of
from services.activity.llm_usage.service import budget_to_pb
from services.activity.llm_usage.store import LlmUsageStore
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import InvalidFields
from services.common.interceptors import Context
from services.common.masks import masked

READ_ONLY = frozenset({"most_usd", "most_tokens", "this_month", "changed_by", "changed_at"})


class LlmBudgetService(pb_grpc.LlmBudgetServiceServicer):
    def __init__(self, store: LlmBudgetStore, ledger: LlmUsageStore, now: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._now = now

    async def GetLlmBudget(
        self, request: pb.GetLlmBudgetRequest, context: Context
    ) -> pb.MonthlyLlmBudget:
        return await self._budget(caller().organization_id)

    async def UpdateLlmBudget(
        self, request: pb.UpdateLlmBudgetRequest, context: Context
    ) -> pb.MonthlyLlmBudget:
        who, changes = caller(), changes_of(asked_of(request), OWN)
        violations = [*too_much(changes, await self._store.limits(who.organization_id))]
        if violations:
            raise InvalidFields(*violations)
        if changes:
            await self._store.change(who.organization_id, changes, who.subject, self._now())
        return await self._budget(who.organization_id)

    async def _budget(self, organization_id: str) -> pb.MonthlyLlmBudget:
        limits = await self._store.limits(organization_id)
        month = await self._ledger.budget(organization_id, month_of(self._now()))
        return monthly_to_pb(limits, month)


def asked_of(request: pb.UpdateLlmBudgetRequest) -> dict[str, Any]:
    """What to change; None where it is to be as much as the operator allows."""
    paths = [path for path in request.update_mask.paths if path.split(".")[0] not in READ_ONLY]
    named = masked(request.budget, FieldMask(paths=paths), ignore=READ_ONLY)
    return {name: value if request.budget.HasField(name) else None for name, value in named.items()}


def monthly_to_pb(limits: BudgetLimits, month: Budget) -> pb.MonthlyLlmBudget:
    own = limits.own_nano_usd
    return pb.MonthlyLlmBudget(
        monthly_usd=None if own is None else own / NANO,
        monthly_tokens=limits.own_tokens,
        most_usd=limits.most_nano_usd / NANO,
        most_tokens=limits.most_tokens,
        this_month=budget_to_pb(month),
        changed_by=limits.changed_by,
        changed_at=limits.changed_at,
    )
