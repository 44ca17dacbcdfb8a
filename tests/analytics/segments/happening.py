"""What happens to people, in the database and as Python objects."""

import json
import random
from datetime import timedelta
from typing import Any

from services.analytics.tracking.domain import Event
from services.analytics.tracking.store import ensure_months, insert_events
from services.common.clock import utc_now
from services.common.ids import uuid7
from tests.analytics.segments.brute_force import Happened, World
from tests.analytics.segments.conftest import ORG, Place

NAMES = ["visit", "cart's", "buy"]
USERS = ["u1", "u2", "u3", 'u"4\\', "d2"]
DEVICES = ["d1", "d2", "d3"]
PLANS = ["pro", "it's", "free"]


class Happening:
    """By chance of our own: what hypothesis draws is mostly alike."""

    def __init__(self, place: Place, seed: int) -> None:
        self._place = place
        self._chance = random.Random(seed)
        self.world = World()

    async def something(self) -> None:
        steps = [self._acts] * 6 + [self._is_told, self._is_merged, self._is_undone]
        steps += [self._is_forgotten, self._loses_events, self._passes]
        await self._chance.choice(steps)()

    async def _acts(self) -> None:
        await self._store([self._event() for _ in range(self._chance.randint(1, 8))])

    def _event(self, **told: Any) -> Happened:
        chance, who = self._chance, self._chance.random()
        back = timedelta(days=chance.choice([0, 0, 1, 2, 5, 9, 30]), hours=chance.randint(0, 20))
        known = {
            "at": self._place.clock() - back,
            "name": chance.choice(NAMES),
            "user": chance.choice(USERS) if who < 0.7 else None,
            "anonymous": chance.choice([None, *DEVICES]) if who > 0.5 else None,
            "plan": chance.choice([None, *PLANS]),
        }
        return Happened(**{**known, **told})

    async def _store(self, happened: list[Happened], kind: str = "track", **more: Any) -> None:
        rows = [row(one, kind, **more) for one in happened]
        days = [one.at.date() for one in happened]
        await ensure_months(self._place.pool, min(days), max(days))
        async with self._place.pool.acquire() as conn, conn.transaction():
            await insert_events(conn, ORG, rows)
        self.world.events += happened
        for one in happened:
            if one.user is not None:
                self.world.traits.setdefault(one.user, {})

    async def _is_told(self) -> None:
        """Traits; by a library, which names a device too, or by the projection."""
        chance = self._chance
        user, plan = chance.choice(USERS), chance.choice(PLANS)
        if chance.random() < 0.5:
            sql = (
                "WITH m AS (INSERT INTO segment_marks (organization_id, people)"
                " VALUES ($1, ARRAY[$2::text])) INSERT INTO users AS u"
                " (organization_id, user_id, traits, first_seen, last_seen)"
                " VALUES ($1, $2, $3::jsonb, $4, $4)"
                " ON CONFLICT (organization_id, user_id) DO UPDATE SET traits = excluded.traits"
            )
            told = json.dumps({"plan": plan})
            await self._place.pool.execute(sql, ORG, user, told, self._place.clock())
            self.world.traits[user] = {"plan": plan}
        else:
            await self._store([self._event(name="known", user=user, anonymous=None)])

    async def _is_merged(self) -> None:
        chance, merges = self._chance, self.world.merges
        kind = chance.choice(["anonymous", "alias"])
        former, user = chance.choice(DEVICES if kind == "anonymous" else USERS), "u1"
        if (kind, former) in merges or self.world.now_called(user) == former:
            return
        sql = (
            "INSERT INTO user_merges (organization_id, id, kind, previous_id, user_id, merged_at,"
            " source) VALUES ($1, $2, $3, $4, $5, $6, 'test')"
        )
        now = self._place.clock()
        await self._store([self._event(user=user, anonymous=None)])
        await self._place.pool.execute(sql, ORG, uuid7(now), kind, former, user, now)
        merges[kind, former] = user

    async def _is_undone(self) -> None:
        if not self.world.merges:
            return
        kind, former = self._chance.choice(sorted(self.world.merges))
        sql = (
            "UPDATE user_merges SET undone_at = $4 WHERE organization_id = $1 AND kind = $2"
            " AND previous_id = $3 AND undone_at IS NULL"
        )
        await self._place.pool.execute(sql, ORG, kind, former, self._place.clock())
        del self.world.merges[kind, former]

    async def _is_forgotten(self) -> None:
        """A person's id, with all that was done under it."""
        user = self._chance.choice(USERS)
        for table in ("events", "users"):
            sql = f"DELETE FROM {table} WHERE organization_id = $1 AND user_id = $2"
            await self._place.pool.execute(sql, ORG, user)
        self.world.events = [one for one in self.world.events if one.user != user]
        self.world.traits.pop(user, None)

    async def _loses_events(self) -> None:
        name = self._chance.choice(NAMES)
        sql = "DELETE FROM events WHERE organization_id = $1 AND event = $2"
        await self._place.pool.execute(sql, ORG, name)
        self.world.events = [one for one in self.world.events if one.name != name]

    async def _passes(self) -> None:
        hours = self._chance.choice([1, 12, 30, 24 * 6, 24 * 40])
        self._place.clock.now += timedelta(hours=hours)


def row(one: Happened, kind: str) -> Event:
    now = utc_now()
    return Event(
        organization_id=ORG,
        timestamp=one.at,
        id=uuid7(now),
        type=kind,
        event=one.name,
        user_id=one.user,
        anonymous_id=one.anonymous,
        properties=json.dumps({"plan": one.plan}),
        context=None,
        extra=None,
        message_id=None,
        source="test",
        received_at=now,
    )
