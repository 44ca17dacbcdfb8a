"""The tables of the ledger: one method for each query in queries.sql, or each transaction."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.activity.llm_usage.domain import (
    GROUPS,
    LEFT_AFTER,
    Budget,
    Limits,
    Part,
    Rates,
    Reservation,
    Tokens,
    Usage,
    UsageRow,
    month_of,
    seconds_left,
)
from services.common.clock import Clock
from services.common.db import Connection, Pool, load_queries
from services.common.errors import QuotaExceeded
from services.common.jobs import Job

SQL = load_queries(__package__)
EPOCH = date(1970, 1, 1)
Position = tuple[int, str, str, str]


class LlmUsageStore:
    def __init__(self, pool: Pool, rates: Rates) -> None:
        self._pool = pool
        self._rates = rates

    async def reserve(self, organization_id: str, number: UUID, wanted: Reservation) -> None:
        """Take a reservation out of the month's budget.

        Raises QuotaExceeded where that has not enough left.
        """
        names = (wanted.user_id, wanted.purpose, wanted.model)
        tokens = (wanted.tokens.prompt, wanted.tokens.completion)
        args = (organization_id, number, *names, *tokens, wanted.nano_usd, wanted.reserved_at)
        async with self._pool.acquire() as conn, conn.transaction():
            if await conn.fetchval(SQL["take_reservation"], *args) is None:
                return  # the same call was sent before
            if not await self._held(conn, organization_id, wanted):
                wait = seconds_left(wanted.reserved_at)
                raise QuotaExceeded("the budget for language models of this month is spent", wait)

    async def _held(self, conn: Connection, organization_id: str, wanted: Reservation) -> bool:
        month, limits = month_of(wanted.reserved_at), self._rates.limits
        args = (wanted.nano_usd, wanted.tokens.total, limits.nano_usd, limits.tokens)
        return await conn.fetchval(SQL["hold_budget"], organization_id, month, *args) is not None

    async def settle(self, organization_id: str, number: UUID, tokens: Tokens | None) -> int:
        """Enter what a call took, None for all that it reserved; its cost in nano-USD."""
        async with self._pool.acquire() as conn, conn.transaction():
            row = await conn.fetchrow(SQL["give_reservation"], organization_id, number)
            if row is None:
                return 0
            held = reservation_of(row)
            took = tokens or held.tokens
            cost = self._rates.cost(held.model, took) if tokens else held.nano_usd
            month, day = month_of(held.reserved_at), held.reserved_at.astimezone(UTC).date()
            moved = (held.nano_usd, held.tokens.total, cost, took.total)
            await conn.execute(SQL["enter_month"], organization_id, month, *moved)
            names = (held.user_id, held.purpose, held.model)
            estimated = tokens is None
            failed = took.total == 0 and not estimated  # an answer takes a token at least
            entry = (int(estimated), int(failed), took.prompt, took.completion, cost)
            await conn.execute(SQL["enter_usage"], organization_id, day, *names, *entry)
        return cost

    async def left(self, before: datetime) -> list[tuple[str, UUID]]:
        """Reservations of that time or older that nobody settled, a thousand at most."""
        rows = await self._pool.fetch(SQL["list_left"], before)
        return [(row["organization_id"], row["id"]) for row in rows]

    async def usage(
        self, organization_id: str, part: Part, groups: Collection[str], after: Position, limit: int
    ) -> list[UsageRow]:
        """Rows after a position and, where there are more, one more than `limit`."""
        by = [name in groups for name in GROUPS]
        args = (organization_id, *vars(part).values(), *by, *after, limit + 1)
        return [UsageRow(**row) for row in await self._pool.fetch(SQL["list_usage"], *args)]

    async def total(self, organization_id: str, part: Part) -> Usage:
        row = await self._pool.fetchrow(SQL["total_usage"], organization_id, *vars(part).values())
        assert row
        return Usage(**row)

    async def budget(self, organization_id: str, month: date) -> Budget:
        limits: Limits = self._rates.limits
        args = (organization_id, month, limits.nano_usd, limits.tokens)
        row = await self._pool.fetchrow(SQL["get_budget"], *args)
        assert row
        return Budget(**row)


def position_of_row(row: UsageRow) -> Position:
    return ((EPOCH - row.day).days, row.user_id, row.purpose, row.model)


def reservation_of(row: Any) -> Reservation:
    return Reservation(
        user_id=row["user_id"],
        purpose=row["purpose"],
        model=row["model"],
        tokens=Tokens(row["prompt_tokens"], row["completion_tokens"]),
        nano_usd=row["cost_nano_usd"],
        reserved_at=row["reserved_at"],
    )


def entering_left(store: LlmUsageStore, now: Clock) -> Job:
    """The job that enters what nobody settled as spent in full."""

    async def enter(_: bytes) -> None:
        while found := await store.left(now() - LEFT_AFTER):
            for organization_id, number in found:
                await store.settle(organization_id, number, None)

    return Job("enter_left_llm_reservations", enter, cron="*/5 * * * *")
