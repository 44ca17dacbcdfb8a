"""Answers that people accepted: each counts once, and no more once it is taken back."""

from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID, uuid4

import pytest
from attune.analytics.v1 import chat_quality_pb2 as pb

from services.common.db import Pool, pool_for
from services.suggestions.accepted.counting import Counter
from services.suggestions.app import learner_of
from services.suggestions.servings.store import ServingStore
from tests.clock import Clock
from tests.suite import Servers, Suite

COUNTS = """
    SELECT pattern_type, target_id, shown, accepted FROM template_acceptance
    WHERE organization_id = $1 AND shown > 0 ORDER BY pattern_type
"""


class Told:
    """What analytics tells of one organization, applied."""

    def __init__(self, suite: Suite, pool: Pool) -> None:
        self.pool, self.clock, self.org = pool, Clock(), f"org-{uuid4().hex[:12]}"
        learner = learner_of(suite.suggestions_settings, pool)
        nobody = cast("object", None)
        self._counter = Counter(
            *(pool, learner, ServingStore(pool)),
            *(nobody, nobody, self.clock),  # type: ignore[arg-type]
        )

    async def tell(self, *accepted: bool, answer: int = 1, user: str = "ann") -> None:
        facts = [
            pb.AnswerAccepted(
                message_id=str(UUID(int=answer)),
                user_id=user,
                job_role="analyst",
                question="Revenue by country",
                accepted=one,
                at=self.clock(),
            )
            for one in accepted
        ]
        async with self.pool.acquire() as conn, conn.transaction():
            await self._counter.apply(conn, self.org, list(enumerate(facts, 1)))

    async def counts(self) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await self.pool.fetch(COUNTS, self.org)]


@pytest.fixture
async def told(suite: Suite, servers: Servers, database: str) -> AsyncIterator[Told]:
    async with pool_for(servers.dsn(database, "suggestions"), "suggestions") as pool:
        yield Told(suite, pool)


def counted(times: int) -> list[tuple[object, ...]]:
    targets = {"global": "*", "role_based": "analyst", "user_specific": "ann"}
    return [(kind, target, times, times) for kind, target in targets.items()]


async def test_an_answer_counts_once_however_often_it_is_told(told: Told) -> None:
    await told.tell(True)
    await told.tell(True, True)
    assert await told.counts() == counted(1)
    await told.tell(True, answer=2)
    assert await told.counts() == counted(2)


async def test_what_is_taken_back_counts_no_more(told: Told) -> None:
    await told.tell(False)
    await told.tell(True)
    await told.tell(False, True, False)
    await told.tell(False)
    assert await told.counts() == []
    await told.tell(True)
    assert await told.counts() == counted(1)


async def test_an_answer_is_taken_back_where_it_counts_by_now(told: Told) -> None:
    await told.tell(True)
    old = await told.pool.fetchval(
        "SELECT template_key FROM accepted_answers WHERE organization_id = $1", told.org
    )
    async with told.pool.acquire() as conn, conn.transaction():
        merges = {old: b"another-template"}
        await ServingStore(told.pool).move_acceptance(conn, told.org, merges, told.clock())
    assert await told.counts() == counted(1)
    await told.tell(False)
    assert await told.counts() == []


async def test_what_was_blanked_counts_for_nobody(told: Told) -> None:
    await told.tell(True, user="")
    assert await told.counts() == []
