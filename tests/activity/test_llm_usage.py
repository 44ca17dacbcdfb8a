"""The ledger of language models: reservations, what they cost, and who may see it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
import pytest
from attune.activity.v1 import llm_usage_pb2 as pb
from attune.activity.v1 import llm_usage_pb2_grpc

from services.activity.app import jobs
from services.activity.llm_usage.domain import Price, Tokens, rates_of
from services.common.db import pool_for
from tests.activity.identity import Identity, code_of, serving_identity
from tests.activity.issuer import serving_keys
from tests.databases import connected
from tests.suite import Servers, reason_of, violations_of

CODE = grpc.StatusCode
MODEL = "gpt-4o-mini"


class Ledger:
    """A running ledger with a clock of the test's own."""

    def __init__(self, identity: Identity, channel: grpc.aio.Channel) -> None:
        self.stub = llm_usage_pb2_grpc.LlmUsageServiceStub(channel)
        self.clock = identity.clock
        self.as_ = identity.as_

    async def reserve(self, number: str = "", org: str = "acme", **changed: Any) -> str:
        number = number or str(uuid.uuid4())
        fields: dict[str, Any] = {
            "reservation_id": number,
            "user_id": "ann",
            "purpose": "suggestions",
            "model": MODEL,
            "prompt_tokens": 1000,
            "completion_tokens": 400,
            **changed,
        }
        who = self.as_("service:suggestions", "service", org)
        await self.stub.ReserveLlmBudget(pb.ReserveLlmBudgetRequest(**fields), metadata=who)
        return number

    async def settle(
        self, number: str, prompt: int | None = None, answer: int = 0, org: str = "acme"
    ) -> int:
        tokens = None if prompt is None else pb.LlmTokens(prompt=prompt, completion=answer)
        request = pb.SettleLlmUsageRequest(reservation_id=number, tokens=tokens)
        who = self.as_("service:suggestions", "service", org)
        return int((await self.stub.SettleLlmUsage(request, metadata=who)).cost_nano_usd)

    async def call(self, prompt: int = 600, answer: int = 80, **changed: Any) -> int:
        number = await self.reserve(**changed)
        return await self.settle(number, prompt, answer, changed.get("org", "acme"))

    async def usage(
        self, user: str = "root", role: str = "admin", org: str = "acme", **fields: Any
    ) -> pb.GetLlmUsageResponse:
        request = pb.GetLlmUsageRequest(**fields)
        return await self.stub.GetLlmUsage(request, metadata=self.as_(user, role, org))


@asynccontextmanager
async def serving_ledger(servers: Servers, database: str, **changed: Any) -> AsyncIterator[Ledger]:
    with serving_keys() as issuer:
        async with (
            serving_identity(servers, database, issuer, **changed) as identity,
            grpc.aio.insecure_channel(identity.address) as channel,
        ):
            yield Ledger(identity, channel)


@pytest.fixture
async def ledger(servers: Servers, database: str) -> AsyncIterator[Ledger]:
    """A budget of ten reservations of the usual size, 390,000 nano-USD each."""
    async with serving_ledger(servers, database, llm_monthly_budget_usd=0.0039) as ledger:
        yield ledger


@pytest.mark.parametrize(
    ("tokens", "cost"),
    [
        (Tokens(1_000_000, 0), 150_000_000),
        (Tokens(0, 1_000_000), 600_000_000),
        (Tokens(600, 80), 138_000),
        (Tokens(1, 0), 150),
        (Tokens(0, 0), 0),
    ],
)
def test_a_cost_is_by_the_million_tokens(tokens: Tokens, cost: int) -> None:
    assert rates_of({MODEL: (0.15, 0.6)}, 1, 1).cost(MODEL, tokens) == cost
    assert rates_of({MODEL: (0.15, 0.6)}, 1, 1).cost("another", tokens) == 0


def test_a_part_of_a_nano_dollar_is_rounded_up() -> None:
    assert Price(1, 0).cost(Tokens(1, 0)) == 1


async def test_a_call_is_entered_with_what_it_took(ledger: Ledger) -> None:
    assert await ledger.call() == 138_000
    found = await ledger.usage()
    [row] = found.usage
    assert (row.day, row.user_id) == (ledger.clock().date().isoformat(), "ann")
    assert (row.purpose, row.model) == ("suggestions", MODEL)
    assert (row.calls, row.estimated_calls) == (1, 0)
    assert (row.prompt_tokens, row.completion_tokens) == (600, 80)
    assert row.cost_usd == found.total.cost_usd == found.budget.spent_usd == 0.000138
    assert (found.budget.reserved_usd, found.budget.reserved_tokens) == (0, 0)
    assert (found.budget.cost_usd, found.budget.spent_tokens) == (0.0039, 680)


async def test_what_is_under_way_counts_until_it_is_settled(ledger: Ledger) -> None:
    number = await ledger.reserve()
    budget = (await ledger.usage()).budget
    assert (budget.reserved_usd, budget.spent_usd) == (0.00039, 0)
    assert not (await ledger.usage()).usage
    await ledger.settle(number, 0)
    budget = (await ledger.usage()).budget
    assert (budget.reserved_usd, budget.spent_usd) == (0, 0)


async def test_calls_at_the_same_time_cannot_overspend(ledger: Ledger) -> None:
    outcomes = await asyncio.gather(*(ledger.reserve() for _ in range(40)), return_exceptions=True)
    refused = [one for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]
    assert len(outcomes) - len(refused) == 10
    assert {(err.code(), reason_of(err)) for err in refused} == {
        (CODE.RESOURCE_EXHAUSTED, "RATE_LIMITED")
    }
    assert (await ledger.usage()).budget.reserved_usd == 0.0039


async def test_what_a_call_did_not_take_can_be_taken_again(ledger: Ledger) -> None:
    for _ in range(20):
        await ledger.call(10, 10)
    assert (await ledger.usage()).total.calls == 20


async def test_many_calls_at_once_are_all_entered(ledger: Ledger) -> None:
    few = {"prompt_tokens": 10, "completion_tokens": 10}
    people = [f"person {n % 3}" for n in range(60)]
    await asyncio.gather(*(ledger.call(10, 10, user_id=user, **few) for user in people))
    found = await ledger.usage()
    assert [(row.user_id, row.calls) for row in found.usage] == [
        (f"person {n}", 20) for n in range(3)
    ]
    assert (found.budget.spent_tokens, found.budget.reserved_tokens) == (1200, 0)


async def test_a_call_that_took_more_than_it_reserved_is_entered_as_it_was(ledger: Ledger) -> None:
    await ledger.settle(await ledger.reserve(), 20_000, 1_000)
    assert (await ledger.usage()).budget.spent_usd == 0.0036
    with pytest.raises(grpc.aio.AioRpcError):
        await ledger.reserve()


async def test_a_new_month_has_a_new_budget(ledger: Ledger) -> None:
    for _ in range(10):
        await ledger.settle(await ledger.reserve())
    with pytest.raises(grpc.aio.AioRpcError):
        await ledger.reserve()
    ledger.clock.advance(days=31)
    await ledger.reserve()
    assert (await ledger.usage()).budget.reserved_usd == 0.00039


async def test_the_same_reservation_again_is_taken_once_and_settled_once(ledger: Ledger) -> None:
    number = await ledger.reserve()
    await ledger.reserve(number)
    assert (await ledger.usage()).budget.reserved_usd == 0.00039
    assert await ledger.settle(number, 600, 80) == 138_000
    assert await ledger.settle(number, 600, 80) == 0
    assert (await ledger.usage()).total.calls == 1


async def test_a_model_without_a_price_is_held_to_the_tokens(
    servers: Servers, database: str
) -> None:
    async with serving_ledger(
        servers, database, llm_monthly_budget_usd=0, llm_monthly_budget_tokens=2000
    ) as ledger:
        await ledger.call(model="own-model")
        with pytest.raises(grpc.aio.AioRpcError):
            await ledger.reserve()
        with pytest.raises(grpc.aio.AioRpcError):
            await ledger.reserve(model="own-model")
        found = await ledger.usage()
        assert (found.total.prompt_tokens, found.total.cost_usd) == (600, 0)


async def test_an_organization_may_have_a_budget_of_its_own(
    ledger: Ledger, servers: Servers, database: str
) -> None:
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        await conn.execute("INSERT INTO llm_budgets VALUES ('acme', 400000, NULL)")
    await ledger.reserve()
    with pytest.raises(grpc.aio.AioRpcError):
        await ledger.reserve()
    await ledger.reserve(org="other")
    assert (await ledger.usage()).budget.cost_usd == 0.0004
    assert (await ledger.usage(org="other")).budget.cost_usd == 0.0039


async def test_what_nobody_settles_is_spent_in_full(
    ledger: Ledger, servers: Servers, database: str
) -> None:
    await ledger.reserve()
    ledger.clock.advance(minutes=9)
    await ledger.reserve()
    async with pool_for(servers.dsn(database, "activity"), "activity", 1) as pool:
        [job] = [job for job in jobs(pool, ledger.clock) if "llm" in job.name]
        await job.run(b"")
        assert not (await ledger.usage()).usage
        ledger.clock.advance(minutes=1)
        await job.run(b"")
    found = await ledger.usage()
    assert (found.total.calls, found.total.estimated_calls) == (1, 1)
    assert (found.total.cost_usd, found.budget.reserved_usd) == (0.00039, 0.00039)


async def test_a_call_of_which_nothing_is_told_is_entered_as_reserved(ledger: Ledger) -> None:
    assert await ledger.settle(await ledger.reserve()) == 390_000
    total = (await ledger.usage()).total
    assert (total.estimated_calls, total.prompt_tokens, total.completion_tokens) == (1, 1000, 400)


async def test_a_call_that_its_server_refused_is_a_try_that_failed(ledger: Ledger) -> None:
    await ledger.call()
    await ledger.call(prompt=0, answer=0)
    await ledger.settle(await ledger.reserve())
    found = await ledger.usage()
    [row] = found.usage
    assert (row.calls, row.failed_calls, row.estimated_calls) == (3, 1, 1)
    assert found.total.failed_calls == 1


async def test_usage_is_added_up_by_what_is_asked_for(ledger: Ledger) -> None:
    for user, model in (("ann", MODEL), ("ann", "other"), ("bob", MODEL)):
        await ledger.call(user_id=user, model=model)
    by_user = (await ledger.usage(group_by=["user"])).usage
    assert [(row.user_id, row.calls) for row in by_user] == [("ann", 2), ("bob", 1)]
    assert not any(row.HasField("model") or row.HasField("day") for row in by_user)
    [of_bob] = (await ledger.usage(user_id="bob")).usage
    assert of_bob.user_id == "bob"
    assert (await ledger.usage(model="other")).total.calls == 1
    assert (await ledger.usage(purpose="chat")).total.calls == 0


async def test_pages_have_every_row_once_newest_day_first(ledger: Ledger) -> None:
    first = ledger.clock().date()
    for _ in range(3):
        for user in ("ann", "bob"):
            await ledger.call(user_id=user)
        ledger.clock.advance(days=1)
    seen: list[tuple[str, str]] = []
    token = None
    while True:
        found = await ledger.usage(first_day=first.isoformat(), page_size=4, page_token=token)
        seen += [(row.day, row.user_id) for row in found.usage]
        assert found.total.calls == 6
        token = found.next_page_token
        if not token:
            break
    days = [(first + timedelta(days=later)).isoformat() for later in (2, 1, 0)]
    assert seen == [(day, user) for day in days for user in ("ann", "bob")]


async def test_people_see_their_own_and_no_budget(ledger: Ledger) -> None:
    await ledger.call(user_id="ann")
    await ledger.call(user_id="bob")
    found = await ledger.usage("bob", "viewer")
    assert [row.user_id for row in found.usage] == ["bob"]
    assert (found.total.calls, found.HasField("budget")) == (1, False)
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await ledger.usage("bob", "analyst", user_id="ann")
    assert err.value.code() is CODE.PERMISSION_DENIED


async def test_organizations_have_ledgers_of_their_own(ledger: Ledger) -> None:
    await ledger.call()
    number = await ledger.reserve()
    assert await ledger.settle(number, 1, 1, org="other") == 0
    found = await ledger.usage(org="other")
    assert (found.total.calls, found.budget.spent_usd) == (0, 0)
    assert (await ledger.usage()).budget.reserved_usd == 0.00039


@pytest.mark.parametrize("role", ["viewer", "analyst", "admin"])
async def test_only_services_reserve_and_settle(ledger: Ledger, role: str) -> None:
    who = ledger.as_("ann", role)
    number = str(uuid.uuid4())
    reserve = pb.ReserveLlmBudgetRequest(
        reservation_id=number, user_id="ann", purpose="suggestions", model=MODEL
    )
    settle = pb.SettleLlmUsageRequest(reservation_id=number)
    for call in (
        ledger.stub.ReserveLlmBudget(reserve, metadata=who),
        ledger.stub.SettleLlmUsage(settle, metadata=who),
    ):
        assert await code_of(call) is CODE.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first_day": "2026-02-30"}, "first_day"),
        ({"last_day": "0000-01-01"}, "last_day"),
        ({"first_day": "tomorrow"}, "first_day"),
        ({"first_day": "2026-03-02", "last_day": "2026-03-01"}, "last_day"),
        ({"group_by": ["month"]}, "group_by[0]"),
        ({"group_by": ["day", "day"]}, "group_by"),
        ({"page_token": "x"}, "page_token"),
        ({"page_size": 0}, "page_size"),
    ],
)
async def test_a_wrong_question_names_its_field(
    ledger: Ledger, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await ledger.usage(**fields)
    assert list(violations_of(err.value)) == [field]
