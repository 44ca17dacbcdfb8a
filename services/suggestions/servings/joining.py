"""From clicks and questions to acceptance, in the transaction of the consumer's cursor.

Whoever joins holds the lease of the cursor, so that one at a time does; and a click is on record by
the number of its activity, so that it counts once however often it is told.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
from attune.activity.v1 import activity_pb2

from services.common.clock import Clock
from services.common.consumer import Fact
from services.common.db import Connection
from services.common.jobs import Job, Skipped
from services.common.moments import datetime_of
from services.suggestions.metrics.telemetry import CLICKS
from services.suggestions.servings.domain import Ask, Click, Shown, Verdicts, text_key
from services.suggestions.servings.store import Match, Place, ServingStore

# A click may be told before its serving is stored; after so long it is a click on something else.
WAIT = timedelta(minutes=2)
# The next run of the job goes on with what one does not come to.
JOB_SECONDS = 45
SLICE = 200
# A busy consumer gives its lease back between two batches.
PATIENCE = timedelta(seconds=5)


class Joiner:
    """Joins what people did to what they were shown."""

    def __init__(self, store: ServingStore, window: timedelta, now: Clock) -> None:
        self._store = store
        self._window = window
        self._now = now

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        """Count what these facts say of what was shown.

        What waits from before is left to the job: here it would be tried with each batch.
        """
        clicks, asks = list(clicks_of(facts)), list(asks_of(facts))
        if clicks:
            now = self._now()
            await self._store.give_up_clicks(conn, organization_id, now)
            await self._store.insert_clicks(conn, organization_id, clicks, now + WAIT)
        await self._join(conn, organization_id, [c.activity_id for c in clicks], asks)
        if clicks:
            await self._store.cap_clicks(conn, organization_id, {c.user_id for c in clicks})

    async def _join(
        self,
        conn: Connection,
        organization_id: str,
        clicks: Sequence[int],
        asks: Sequence[Ask] = (),
    ) -> None:
        known: dict[UUID, Shown] = {}
        verdicts = Verdicts()
        now = self._now()
        args = (organization_id, clicks, self._window, now, known)
        clicked = await self._store.match_clicks(conn, *args)
        for match in clicked:
            assert match.position
            verdicts.click(known[match.serving], match.position)
        if clicked:
            await self._store.join_clicks(conn, organization_id, clicked, known)
            CLICKS.inc(len(clicked))
        if asks:
            # The clicks of this batch are in `known`, and stay as they are there.
            found = await self._store.match_asks(conn, organization_id, asks, self._window, known)
            judge_asks(verdicts, found, known)
        await self._store.mark(conn, organization_id, known.values(), now)
        await self._store.add_acceptance(conn, organization_id, verdicts.counts, now)

    def job(self, consumer: str) -> Job:
        """The job that joins the clicks whose serving came later, and gives up on the others."""

        async def join(_: bytes) -> None:
            organizations = await self._store.organizations_waiting()
            for organization_id in organizations:
                while await self._give_up(organization_id):
                    pass  # in slices, so that none holds its locks for long
            await self._join_waiting(organizations, consumer)

        return Job("join_waiting_clicks", join, cron="* * * * *", at_once=1)

    async def _give_up(self, organization_id: str) -> bool:
        """It needs no lease: what is joined at the same moment stays joined."""
        return await self._store.give_up_clicks(self._store.pool, organization_id, self._now())

    async def _join_waiting(self, organizations: Iterable[str], consumer: str) -> None:
        """Slice by slice in turns, so that no organization waits for all of another's."""
        end = asyncio.get_running_loop().time() + JOB_SECONDS
        places = dict.fromkeys(organizations, Place(self._now(), sys.maxsize))
        busy = []
        while places and asyncio.get_running_loop().time() < end:
            for organization_id, place in list(places.items()):
                try:
                    further = await self._slice(organization_id, consumer, place)
                except asyncpg.LockNotAvailableError:
                    busy.append(organization_id)
                    further = None
                if further:
                    places[organization_id] = further
                else:
                    del places[organization_id]
        if busy:
            raise Skipped(f"others hold the leases of {', '.join(busy)}")

    async def _slice(self, organization_id: str, consumer: str, after: Place) -> Place | None:
        """Try some that wait; returns where to go on, None at the end."""
        store = self._store
        async with store.pool.acquire() as conn, conn.transaction():
            await store.wait_for_cursor(conn, organization_id, consumer, PATIENCE)
            places = await store.waiting(conn, organization_id, after, SLICE)
            await self._join(conn, organization_id, [place.number for place in places])
        return places[-1] if len(places) == SLICE else None


def forgetting(store: ServingStore, kept: timedelta, now: Clock) -> Job:
    """The job that drops what was shown long ago."""

    async def forget(_: bytes) -> None:
        await store.drop_older(now() - kept)

    return Job("drop_old_servings", forget, cron="20 1 * * *")


def judge_asks(verdicts: Verdicts, found: Iterable[Match], known: dict[UUID, Shown]) -> None:
    """Count for each question what it says of the lists before it.

    One that was clicked before it ran has settled its list already, and what was shown since says
    nothing: pages ask for suggestions again when a click changes the text.
    """
    by_question: dict[int, list[Match]] = {}
    for match in found:
        by_question.setdefault(match.number, []).append(match)
    for matches in by_question.values():
        held = [m for m in matches if m.position]
        was_clicked = any(m.position in known[m.serving].clicked for m in held)
        for match in held[-1:]:
            assert match.position
            verdicts.execute(known[match.serving], match.position)
        if not was_clicked:
            verdicts.settle(known[matches[-1].serving])


def clicks_of(facts: Sequence[Fact]) -> Iterator[Click]:
    for seq, fact in facts:
        assert isinstance(fact, activity_pb2.ActivityLogged)
        if fact.activity_type == "suggestion_click":
            yield Click(
                activity_id=seq,
                user_id=fact.user_id,
                job_role=fact.job_role,
                connection_id=fact.connection_id or None,
                session_id=fact.session_id or None,
                text_key=text_key(fact.suggestion_clicked),
                clicked_at=datetime_of(fact.created_at),
            )


def asks_of(facts: Sequence[Fact]) -> Iterator[Ask]:
    for number, (_, fact) in enumerate(facts):
        assert isinstance(fact, activity_pb2.ActivityLogged)
        if fact.activity_type == "query":
            yield Ask(
                number=number,
                user_id=fact.user_id,
                text_key=text_key(fact.query_text),
                length=len(fact.query_text),
                # It is told when the answer is there; the person decided before.
                asked_at=datetime_of(fact.created_at)
                - timedelta(microseconds=fact.response_micros),
            )
