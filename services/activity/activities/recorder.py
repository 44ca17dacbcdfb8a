"""Durable logging: group commit, idempotency keys and the hint that wakes consumers."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from attune.activity.v1 import activity_pb2 as pb

from services.activity.activities.store import ActivityStore, Row
from services.activity.metrics.telemetry import ACTIVITIES
from services.common.clock import Clock
from services.common.db import Database
from services.common.errors import IdempotencyKeyReused
from services.common.event_log import Hints
from services.common.group_commit import GroupCommit
from services.common.idempotency import Claim, claim_keys, keep_responses

RPC = "LogActivity"
FACT = pb.ActivityLogged.DESCRIPTOR.full_name
ROW_OVERHEAD_BYTES = 500

Answers: TypeAlias = dict[Claim | None, bytes | IdempotencyKeyReused]


class Entry(NamedTuple):
    """A row to store, with its idempotency key where the caller gave one."""

    row: Row
    claim: Claim | None


class Recorder:
    """Stores activities, those of one organization that arrive together in one transaction."""

    def __init__(self, store: ActivityStore, hints: Hints, now: Clock) -> None:
        self._store = store
        self._hints = hints
        self._now = now
        self._queue: GroupCommit[Entry, int] = GroupCommit("activity", self._write)

    def record(self, organization_id: str, row: Row, claim: Claim | None) -> "asyncio.Future[int]":
        """Queue one activity; the future gives its number, the first one for a repeated key.

        Raises Unavailable where the queue is full.
        """
        texts = (row.activity.response_data, row.activity.metadata)
        size = ROW_OVERHEAD_BYTES + len(row.fact) + sum(len(text or "") for text in texts)
        key = claim and (claim.subject, claim.key)
        return self._queue.put(organization_id, Entry(row, claim), size, key)

    async def flushed(self) -> None:
        await self._queue.flushed()

    async def _write(
        self, organization_id: str, entries: Sequence[Entry]
    ) -> Sequence[int | Exception]:
        if any(entry.claim for entry in entries):
            results = await self._write_claimed(organization_id, entries)
        else:
            rows = [entry.row for entry in entries]
            results = await self._insert(self._store.pool, organization_id, rows)
        self._hints.tell(organization_id, only=FACT)
        return results

    async def _write_claimed(
        self, organization_id: str, entries: Sequence[Entry]
    ) -> list[int | Exception]:
        claims = [entry.claim for entry in entries if entry.claim]
        async with self._store.pool.acquire() as conn, conn.transaction():
            used: Answers = dict(
                (await claim_keys(conn, organization_id, RPC, claims, self._now)).items()
            )
            fresh = [entry for entry in entries if entry.claim not in used]
            ids = await self._insert(conn, organization_id, [entry.row for entry in fresh])
            kept = [
                (entry.claim, str(number).encode())
                for entry, number in zip(fresh, ids, strict=True)
                if entry.claim
            ]
            await keep_responses(conn, organization_id, RPC, kept)
        numbers = iter(ids)
        return [
            first_answer(used[entry.claim]) if entry.claim in used else next(numbers)
            for entry in entries
        ]

    async def _insert(
        self, conn: Database, organization_id: str, rows: list[Row]
    ) -> list[int | Exception]:
        if not rows:
            return []
        ids = await self._store.insert(conn, organization_id, rows, self._now(), FACT)
        for row in rows:
            ACTIVITIES.labels(row.activity.activity_type).inc()
        return [*ids]


def first_answer(answer: bytes | Exception) -> int | Exception:
    return answer if isinstance(answer, Exception) else int(answer)
