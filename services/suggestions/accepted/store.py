"""Answers that people accepted: one method for each query in queries.sql."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.common.db import Connection, Pool, load_queries

SQL = load_queries(__package__)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Whose acceptance of which template."""

    user_id: str
    job_role: str
    template_key: bytes


@dataclass(frozen=True, kw_only=True)
class Accepted(Counted):
    message_id: UUID
    accepted_at: datetime


async def add(conn: Connection, organization_id: str, answers: Sequence[Accepted]) -> list[Counted]:
    """What is accepted that was not."""
    columns = (
        [one.message_id for one in answers],
        [one.user_id for one in answers],
        [one.job_role for one in answers],
        [one.template_key for one in answers],
        [one.accepted_at for one in answers],
    )
    rows = await conn.fetch(SQL["add_accepted"], organization_id, *columns)
    return [Counted(**row) for row in rows]


async def take(conn: Connection, organization_id: str, answers: Sequence[UUID]) -> list[Counted]:
    """What was accepted and is not any more."""
    rows = await conn.fetch(SQL["take_accepted"], organization_id, answers)
    return [Counted(**row) for row in rows]


async def drop_older(pool: Pool, before: datetime) -> None:
    """What they count for stays counted."""
    while await pool.execute(SQL["drop_old_accepted"], before) != "DELETE 0":
        pass  # in slices, so that none holds its locks for long
