"""Of whom something changed: marks become numbered changes, and ids become all of a person's."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from services.common.db import Pool, load_queries

SQL = load_queries(__package__, "refreshing.sql")
MARKS_AT_ONCE = 500
# Who has not looked for so long has all people found anew.
KEPT = timedelta(days=7)
# Of ids in one statement, whose text is bounded: each stands in it up to six times.
STATEMENT_BYTES = 32_000


async def number_marks(pool: Pool, organization_id: str, now: datetime) -> None:
    """Number what was marked: in the order of commits, as the head is held to the end of each."""
    more = True
    while more:
        async with pool.acquire() as conn, conn.transaction():
            await conn.fetchval(SQL["hold_head"], organization_id)
            args = (organization_id, MARKS_AT_ONCE, now)
            more = await conn.fetchval(SQL["number_marks"], *args) is not None


async def prune_changes(pool: Pool, organization_id: str, now: datetime) -> None:
    await pool.execute(SQL["prune_changes"], organization_id, now - KEPT)


async def changed_between(
    pool: Pool, organization_id: str, after: int, until: int, most: int
) -> set[str] | None:
    """The ids of whom something changed; None where these are more than `most`."""
    found: set[str] = set()
    async with pool.acquire() as conn, conn.transaction():
        async for row in conn.cursor(SQL["read_changes"], organization_id, after, until):
            found.update(row["people"])
            if len(found) > most:
                return None
    return found


async def related(pool: Pool, organization_id: str, ids: Iterable[str]) -> list[list[str]]:
    """The ids with all others that mean the same person, those of a person together."""
    rows = await pool.fetch(SQL["related_ids"], organization_id, sorted(ids))
    return components({row["id"]: row["former"] or () for row in rows})


def components(edges: dict[str, Sequence[str]]) -> list[list[str]]:
    """The connected parts of a graph; what an edge leads to need not be named."""
    leader = {one: one for one in edges}

    def lead(one: str) -> str:
        while leader.setdefault(one, one) != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for one, others in edges.items():
        for other in others:
            leader[lead(other)] = lead(one)
    parts: dict[str, list[str]] = {}
    for one in leader:
        parts.setdefault(lead(one), []).append(one)
    return list(parts.values())


def batches(parts: Iterable[list[str]]) -> Iterator[list[str]]:
    """Parts put together, each whole in one statement, as far as its text allows."""
    batch: list[str] = []
    size = 0
    for part in parts:
        needed = sum(len(one.encode()) + 4 for one in part)
        if batch and size + needed > STATEMENT_BYTES:
            yield batch
            batch, size = [], 0
        batch += part
        size += needed
    if batch:
        yield batch
