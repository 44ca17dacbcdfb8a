"""What a month may cost: an organization's own limit stays below the operator's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from attune.activity.v1 import llm_budget_pb2 as pb
from attune.activity.v1 import llm_budget_pb2_grpc
from google.protobuf.field_mask_pb2 import FieldMask
from prometheus_client import REGISTRY

from services.activity.llm_budget.store import LlmBudgetStore
from services.activity.llm_budget.telemetry import measure
from services.activity.llm_usage.domain import Limits
from services.common.db import pool_for
from tests.activity.identity import Identity, code_of, serving_identity
from tests.activity.issuer import serving_keys
from tests.activity.test_llm_usage import CODE, Ledger
from tests.databases import connected
from tests.suite import Servers, violations_of

COST = 390_000  # of a reservation of the usual size, in nano-USD


class Budgets:
    """A running ledger, and the budgets that hold it."""

    def __init__(self, identity: Identity, channel: grpc.aio.Channel) -> None:
        self.ledger = Ledger(identity, channel)
        self.stub = llm_budget_pb2_grpc.LlmBudgetServiceStub(channel)
        self.clock, self.as_ = identity.clock, identity.as_

    async def get(self, org: str = "acme", role: str = "admin") -> pb.MonthlyLlmBudget:
        metadata = self.as_("root", role, org)
        return await self.stub.GetLlmBudget(pb.GetLlmBudgetRequest(), metadata=metadata)

    async def change(
        self, *mask: str, role: str = "admin", org: str = "acme", **fields: Any
    ) -> pb.MonthlyLlmBudget:
        request = pb.UpdateLlmBudgetRequest(
            budget=pb.MonthlyLlmBudget(**fields), update_mask=FieldMask(paths=[*mask, *fields])
        )
        return await self.stub.UpdateLlmBudget(request, metadata=self.as_("root", role, org))


@pytest.fixture
async def budgets(servers: Servers, database: str) -> AsyncIterator[Budgets]:
    """The operator allows ten reservations."""
    with serving_keys() as issuer:
        async with (
            serving_identity(servers, database, issuer, llm_monthly_budget_usd=0.0039) as identity,
            grpc.aio.insecure_channel(identity.address) as channel,
        ):
            yield Budgets(identity, channel)


@asynccontextmanager
async def operator(servers: Servers, database: str) -> AsyncIterator[LlmBudgetStore]:
    async with pool_for(servers.dsn(database, "activity"), "activity", 1) as pool:
        yield LlmBudgetStore(pool, Limits(0, 0))


async def test_a_budget_is_the_configured_one_until_somebody_changes_it(budgets: Budgets) -> None:
    budget = await budgets.get()
    assert (budget.most_usd, budget.most_tokens) == (0.0039, 100_000_000)
    assert budget.this_month.cost_usd == 0.0039
    for unset in ("monthly_usd", "monthly_tokens", "changed_by", "changed_at"):
        assert not budget.HasField(unset)


async def test_an_administrator_holds_calls_below_what_the_operator_allows(
    budgets: Budgets,
) -> None:
    budget = await budgets.change(monthly_usd=COST / 1e9)
    assert (budget.monthly_usd, budget.this_month.cost_usd) == (COST / 1e9, COST / 1e9)
    assert (budget.changed_by, budget.changed_at.ToDatetime()) == (
        "root",
        budgets.clock().replace(tzinfo=None),
    )
    await budgets.ledger.reserve()
    assert await code_of(budgets.ledger.reserve()) is CODE.RESOURCE_EXHAUSTED
    await budgets.ledger.reserve(org="other")
    assert (await budgets.get("other")).this_month.cost_usd == 0.0039
    assert (await budgets.change("monthly_usd")).this_month.cost_usd == 0.0039
    await budgets.ledger.reserve()


async def test_what_is_not_named_stays(budgets: Budgets) -> None:
    await budgets.change(monthly_usd=0.001, monthly_tokens=5000)
    budget = await budgets.change(monthly_usd=0.0)
    assert (budget.monthly_usd, budget.monthly_tokens) == (0, 5000)
    assert budget.HasField("monthly_usd")
    assert (budget.this_month.cost_usd, budget.this_month.tokens) == (0, 5000)


async def test_an_administrator_raises_it_up_to_what_the_operator_allows(
    budgets: Budgets, servers: Servers, database: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await budgets.change(monthly_usd=0.004, monthly_tokens=100_000_001)
    assert violations_of(err.value) == {
        "monthly_usd": "must be at most 0.0039, which the operator allows",
        "monthly_tokens": "must be at most 100000000, which the operator allows",
    }
    async with operator(servers, database) as store:
        await store.change("acme", {"monthly_nano_usd": 5_000_000}, "operator:x", budgets.clock())
        assert (await budgets.change(monthly_usd=0.005)).this_month.cost_usd == 0.005
        # What the operator takes back holds at once, whatever was wanted before.
        await store.change("acme", {"monthly_nano_usd": 1_000_000}, "operator:x", budgets.clock())
        budget = await budgets.get()
        assert (budget.monthly_usd, budget.this_month.cost_usd) == (0.005, 0.001)
        await store.change("acme", {"monthly_nano_usd": None}, "operator:x", budgets.clock())
        assert (await budgets.get()).most_usd == 0.0039


async def test_who_changed_a_budget_is_kept(
    budgets: Budgets, servers: Servers, database: str
) -> None:
    await budgets.change(monthly_usd=0.001)
    budgets.clock.advance(minutes=1)
    async with operator(servers, database) as store:
        await store.change("acme", {"monthly_tokens": 7}, "operator:pat", budgets.clock())
    async with connected(servers.admin_dsn(database), "activity") as conn:
        rows = await conn.fetch(
            "SELECT changed_by, own_nano_usd, monthly_tokens FROM llm_budget_changes"
            " WHERE organization_id = 'acme' ORDER BY changed_at"
        )
    assert [tuple(row) for row in rows] == [
        ("root", 1_000_000, None),
        ("operator:pat", 1_000_000, 7),
    ]
    assert (await budgets.get()).changed_by == "operator:pat"


@pytest.mark.parametrize("role", ["viewer", "analyst"])
async def test_only_admins_see_and_change_it(budgets: Budgets, role: str) -> None:
    for refused in (budgets.get(role=role), budgets.change(role=role, monthly_usd=0.0)):
        assert await code_of(refused) is CODE.PERMISSION_DENIED


async def test_no_service_changes_it(budgets: Budgets) -> None:
    assert await code_of(budgets.change(role="service", monthly_usd=0.0)) is CODE.PERMISSION_DENIED


@pytest.mark.parametrize("wrong", [{"monthly_usd": -1.0}, {"monthly_tokens": -1}])
async def test_a_budget_is_no_debt(budgets: Budgets, wrong: dict[str, Any]) -> None:
    assert await code_of(budgets.change(**wrong)) is CODE.INVALID_ARGUMENT


async def test_the_largest_share_of_a_budget_is_told(
    budgets: Budgets, servers: Servers, database: str
) -> None:
    async with pool_for(servers.dsn(database, "activity"), "activity", 1) as pool:
        store = LlmBudgetStore(pool, Limits(3_900_000, 100_000_000))

        async def share() -> float:
            await measure(store, budgets.clock)
            return REGISTRY.get_sample_value("attune_llm_budget_spent_ratio") or 0

        assert await share() == 0
        await budgets.ledger.call(1000, 400)
        await budgets.ledger.call(100, 40, org="other")
        assert await share() == pytest.approx(0.1)
        await budgets.change(monthly_usd=2 * COST / 1e9)
        assert await share() == pytest.approx(0.5)
        budgets.clock.advance(days=31)
        assert await share() == 0
