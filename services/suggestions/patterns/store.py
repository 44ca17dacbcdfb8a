"""The query_patterns table: one method for each query in queries.sql."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from services.common.db import Connection, Database, Pool, load_queries
from services.common.jobs import enqueue_once
from services.suggestions.patterns.domain import (
    Pattern,
    PatternKey,
    PatternType,
    opening_of,
)
from services.suggestions.patterns.exporting import ExportedPattern
from services.suggestions.patterns.sessions import Head, Heads
from services.suggestions.ranking.wording import is_common

SQL = load_queries(__package__)
SCHEMA = "suggestions"
REBUILD = "rebuild_patterns"
JSON_COLUMNS = (
    *("metadata", "spellings", "slot_values", "askers", "people"),
    *("hours", "followers", "asked"),
)
EXPORT_ROWS = 200


@dataclass(frozen=True, kw_only=True)
class ListedPattern:
    """A pattern as people see it; `metadata` is JSON text."""

    id: int
    pattern_type: str
    target_id: str
    query_template: str
    frequency: int
    success_rate: float
    avg_response_time: float | None
    last_used: datetime
    metadata: str


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """How a rebuild ended; `ended_at` is None while it runs."""

    ended_at: datetime | None
    error: str | None
    user_count: int | None
    pattern_count: int | None
    activity_count: int | None


class PatternStore:
    """`least_people` ask a question in words that not everybody uses before colleagues see it."""

    def __init__(self, pool: Pool, least_people: int = 1) -> None:
        self.pool = pool
        self._least_people = least_people

    async def live_generation(self, conn: Database, organization_id: str) -> int:
        return await conn.fetchval(SQL["live_generation"], organization_id) or 0

    async def get(
        self, conn: Connection, organization_id: str, generation: int, keys: Sequence[PatternKey]
    ) -> dict[PatternKey, Pattern]:
        """Those of the patterns that exist."""
        types, targets, templates = (list(column) for column in zip(*keys, strict=True))
        rows = await conn.fetch(
            SQL["get_patterns"], organization_id, generation, types, targets, templates
        )
        return dict(map(pattern_of, rows))

    async def put(
        self,
        conn: Connection,
        organization_id: str,
        generation: int,
        patterns: Mapping[PatternKey, Pattern],
        now: datetime,
    ) -> None:
        """Store patterns as they are now, sorted by key so that writers cannot deadlock."""
        rows = [columns_of(key, patterns[key]) for key in sorted(patterns)]
        columns = [list(column) for column in zip(*rows, strict=True)]
        await conn.execute(SQL["put_patterns"], organization_id, generation, *columns, now)

    async def heads(
        self, conn: Connection, organization_id: str, generation: int, users: list[str]
    ) -> dict[str, Heads]:
        """The newest questions of each of these people."""
        rows = await conn.fetch(SQL["get_heads"], organization_id, generation, users)
        return {user: Heads() for user in users} | {
            r["user_id"]: heads_of(r["heads"]) for r in rows
        }

    async def put_heads(
        self, conn: Connection, organization_id: str, generation: int, heads: Mapping[str, Heads]
    ) -> None:
        users = sorted(heads)
        texts = [heads_text(heads[user]) for user in users]
        await conn.execute(SQL["put_heads"], organization_id, generation, users, texts)

    async def rename_followers(
        self, conn: Connection, organization_id: str, merges: Mapping[bytes, bytes]
    ) -> None:
        """Name what follows patterns by the templates that theirs became, in all generations."""
        if merges:
            names = {old.hex(): new.hex() for old, new in merges.items()}
            await conn.execute(SQL["rename_followers"], organization_id, json.dumps(names))

    async def top_templates(
        self, conn: Connection, organization_id: str, generation: int, users: list[str], depth: int
    ) -> dict[str, list[bytes]]:
        rows = await conn.fetch(SQL["top_templates"], organization_id, generation, users, depth)
        return {row["user_id"]: row["top"] for row in rows}

    async def set_job_roles(
        self, conn: Connection, organization_id: str, job_roles: Mapping[str, str]
    ) -> None:
        users, roles = list(job_roles), list(job_roles.values())
        await conn.execute(SQL["set_job_roles"], organization_id, users, roles)

    async def job_role(self, organization_id: str, user_id: str) -> str:
        return await self.pool.fetchval(SQL["get_job_role"], organization_id, user_id) or ""

    async def most_used(
        self, organization_id: str, pattern_type: PatternType, target_id: str, limit: int
    ) -> list[ListedPattern]:
        args = (organization_id, pattern_type, target_id, limit, self._least_people)
        return [ListedPattern(**r) for r in await self.pool.fetch(SQL["list_patterns"], *args)]

    async def page(
        self,
        organization_id: str,
        pattern_type: str,
        target_id: str | None,
        after: tuple[int, int],
        limit: int,
    ) -> list[ListedPattern]:
        """Patterns after (-frequency, id) and, where there are more, one more than `limit`."""
        args = (organization_id, pattern_type, target_id, *after, limit + 1, self._least_people)
        return [ListedPattern(**r) for r in await self.pool.fetch(SQL["page_patterns"], *args)]

    async def export(
        self, organization_id: str, pattern_type: str, target_id: str | None
    ) -> AsyncIterator[ExportedPattern]:
        """All patterns of a kind, or of one target of it, in the order of their keys.

        Some at a time, each with a query of its own: nothing is held while the reader works.
        """
        query = SQL["export_patterns" if target_id is None else "export_patterns_of"]
        target, key, more = target_id or "", b"", True
        while more:
            args = (organization_id, pattern_type, target, key, EXPORT_ROWS, self._least_people)
            rows = await self.pool.fetch(query, *args)
            for row in rows:
                fields = dict(row)
                target, key = row["target_id"], fields.pop("template_key")
                yield ExportedPattern(**fields)
            more = len(rows) == EXPORT_ROWS

    async def new_generation(self, organization_id: str) -> int:
        number: int = await self.pool.fetchval(SQL["new_generation"], organization_id)
        return number

    async def swap(self, conn: Connection, organization_id: str, generation: int) -> int:
        """Put the generation to use, unless a newer one is; returns the one in use."""
        live: int = await conn.fetchval(SQL["swap_generation"], organization_id, generation)
        return live

    async def drop_older(self, organization_id: str) -> None:
        """Drop what generations before the one in use hold."""
        await self.pool.execute(SQL["drop_generations"], organization_id)

    async def claim_cursor(self, conn: Connection, organization_id: str, consumer: str) -> int:
        """Wait for the consumer's lease and hold it until the transaction ends."""
        return await conn.fetchval(SQL["claim_cursor"], organization_id, consumer) or 0

    async def request_rebuild(self, organization_id: str, now: datetime) -> UUID:
        """Have a worker rebuild, or join what runs already; returns the rebuild's id."""
        async with self.pool.acquire() as conn, conn.transaction():
            running: UUID = await conn.fetchval(
                SQL["request_rebuild"], organization_id, uuid4(), now
            )
            # Also when joining: were its job lost, the rebuild would never end.
            payload = job_payload(organization_id, running)
            await enqueue_once(conn, SCHEMA, REBUILD, payload)
        return running

    async def forget_rebuilds(self, before: datetime) -> None:
        await self.pool.execute(SQL["forget_rebuilds"], before)

    async def rebuild(self, organization_id: str, rebuild_id: UUID) -> Rebuild:
        row = await self.pool.fetchrow(SQL["get_rebuild"], organization_id, rebuild_id)
        assert row
        return Rebuild(**row)

    async def end_rebuild(
        self, conn: Database, organization_id: str, rebuild_id: UUID, generation: int, now: datetime
    ) -> None:
        counts = await conn.fetchrow(SQL["count_generation"], organization_id, generation)
        assert counts
        numbers = (counts["user_count"], counts["pattern_count"], counts["activity_count"])
        await conn.execute(SQL["end_rebuild"], organization_id, rebuild_id, now, None, *numbers)

    async def fail_rebuild(
        self, organization_id: str, rebuild_id: UUID, now: datetime, error: str
    ) -> None:
        args = (organization_id, rebuild_id, now, error, None, None, None)
        await self.pool.execute(SQL["end_rebuild"], *args)


def job_payload(organization_id: str, rebuild_id: UUID) -> bytes:
    """What the job is told. With the id in it, a next rebuild is never taken for the last one."""
    return f"{rebuild_id} {organization_id}".encode()


def pattern_of(row: Any) -> tuple[PatternKey, Pattern]:
    fields = dict(row)
    key = PatternKey(*(fields.pop(name) for name in PatternKey._fields))
    for name in JSON_COLUMNS:
        fields[name] = msgspec.json.decode(fields[name])
    return key, Pattern(**fields)


def columns_of(key: PatternKey, pattern: Pattern) -> tuple[Any, ...]:
    return (
        key.id,
        *key,
        pattern.query_template,
        pattern.frequency,
        pattern.successes,
        pattern.timed,
        pattern.response_micros,
        pattern.last_used,
        json_text(pattern.metadata),
        json_text(pattern.spellings),
        json_text(pattern.slot_values),
        pattern.created_at,
        pattern.recent,
        json_text(pattern.hours),
        json_text(pattern.followers),
        json_text(pattern.asked),
        opening_of(pattern.query_template),
        is_common(pattern.query_template),
        json_text(pattern.askers),
        json_text(pattern.people),
    )


def heads_of(text: str) -> Heads:
    found = msgspec.json.decode(text, type=dict[str, tuple[str, int, bool]])
    return Heads({n: Head(bytes.fromhex(key), at, leads) for n, (key, at, leads) in found.items()})


def heads_text(heads: Heads) -> str:
    return json_text(
        {name: (h.template_key.hex(), h.asked_at, h.leads) for name, h in heads.by_session.items()}
    )


def json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()
