"""Looking before saving: how many people, who for example, and about how many at little cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from uuid import UUID

import msgspec
from msgspec import Raw

from services.analytics.queries.domain import EVENTS, Asked
from services.analytics.queries.running import Runner
from services.analytics.segments.changing import batches, related
from services.analytics.segments.domain import Definition, Rule
from services.analytics.segments.finding import Finder
from services.analytics.segments.store import SegmentStore
from services.common import pii
from services.common.caller import Caller

SAMPLED = 1_000
SEED = 0x5E6
Z = 1.96

read_row = msgspec.json.Decoder(tuple[int, str | None, Raw]).decode


@dataclass(frozen=True)
class Person:
    """`traits` is a JSON object."""

    user_id: str
    traits: bytes


@dataclass(frozen=True)
class Preview:
    user_count: int
    people: Sequence[Person]
    query: str
    query_id: UUID


@dataclass(frozen=True)
class Estimate:
    """Of `people`, of whom so many were looked at."""

    user_count: int
    low: int
    high: int
    people: int
    sampled: int


class Trial:
    def __init__(self, store: SegmentStore, finder: Finder, runner: Runner) -> None:
        self._store = store
        self._finder = finder
        self._runner = runner

    async def preview(self, who: Caller, definition: Definition, shown: int) -> Preview:
        """Recorded and bounded as any statement of theirs. Raises what the walls say."""
        people = await self._finder.compiled(who.organization_id, definition)
        sql = people.select(
            "SELECT total.people, page.person, page.traits"
            " FROM (SELECT count(*) AS people FROM found) AS total LEFT JOIN"
            " (SELECT found.person, u.traits FROM found"
            ' LEFT JOIN "store"."users" AS u ON u.user_id = found.person'
            f" ORDER BY md5(found.person) LIMIT {shown}) AS page ON true"
        )
        answer = await self._runner.run(who, Asked(sql, EVENTS, rows=max(shown, 1)))
        rows = [read_row(row) for row in answer.result.rows]
        found = [Person(name, shown_to(who, traits)) for _, name, traits in rows if name]
        return Preview(rows[0][0], found, people.sql, answer.query_id)

    async def estimate(self, organization_id: str, rule: Rule) -> Estimate:
        """From a random sample of those who have a user id."""
        sample, people = await self._store.sample(organization_id, SEED, SAMPLED)
        around = await self._finder.around(organization_id)
        held: set[str] = set()
        for batch in batches(await related(self._store.pool, organization_id, sample)):
            held.update(await self._finder.found(organization_id, around, rule, batch))
        if not sample:  # what does not compile is told in any case
            await self._finder.check(organization_id, rule)
        return estimated(len(held & set(sample)), len(sample), people)


def shown_to(who: Caller, traits: Raw) -> bytes:
    told = bytes(traits)
    if told == b"null":
        return b"{}"
    return told if who.may_read_others else pii.masked_json(told)


def estimated(held: int, sampled: int, people: int) -> Estimate:
    """With the bounds of the Wilson score interval at 95 % (Wilson, 1927); exact where all were
    looked at.
    """
    if sampled == people:
        return Estimate(held, held, held, people, sampled)
    share, n = held / sampled, sampled
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Estimate(
        round(share * people), int(low * people), -int(-high * people // 1), people, sampled
    )
