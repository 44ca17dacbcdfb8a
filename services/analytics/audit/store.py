"""Adds to the audit log and reads it: one method for each way to look."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.db import Database, Pool, load_queries
from services.common.ids import uuid7

SQL = load_queries(__package__)
TARGET_CHARACTERS = 200


@dataclass(frozen=True)
class Entry:
    """Something that was done: by whom, what ("connection.created"), and to what.

    `detail` is stored as JSON, and is no place for secrets.
    """

    actor: str
    action: str
    target: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A row of the log; `detail` is JSON."""

    id: UUID
    created_at: datetime
    actor: str
    action: str
    target: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows: those that have all that is given, made from `since` on."""

    since: datetime
    actor: str | None = None
    target: str | None = None
    action: str | None = None


async def record(db: Database, organization_id: str, now: datetime, *entries: Entry) -> None:
    """Add to the log; on a connection, in the transaction of what was done."""
    columns = (
        [uuid7(now, place) for place in range(len(entries))],
        [entry.actor for entry in entries],
        [entry.action for entry in entries],
        [entry.target[:TARGET_CHARACTERS] for entry in entries],
        [json.dumps(dict(entry.detail), ensure_ascii=False) for entry in entries],
    )
    await db.execute(SQL["add_entries"], organization_id, now, *columns)


class AuditLog:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def page(
        self, organization_id: str, wanted: Wanted, before: tuple[datetime, UUID], limit: int
    ) -> Sequence[Kept]:
        """Newest first and, where there are more, one more than the limit."""
        args: tuple[Any, ...] = (organization_id, *before, wanted.since, limit + 1)
        if wanted.actor is not None:
            args += (wanted.actor, wanted.target, wanted.action)
            query = "list_entries_of_actor"
        elif wanted.target is not None:
            args += (wanted.target, wanted.action)
            query = "list_entries_of_target"
        elif wanted.action is not None:
            args += (wanted.action,)
            query = "list_entries_of_action"
        else:
            query = "list_entries"
        return [Kept(**row) for row in await self._pool.fetch(SQL[query], *args)]
