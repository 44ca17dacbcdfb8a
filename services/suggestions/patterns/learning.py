"""Learning from the event log: a batch of facts becomes counts, in the cursor's transaction."""

from collections.abc import Iterable, Sequence
from typing import TypeGuard

from attune.activity.v1 import activity_pb2

from services.common.clock import Clock
from services.common.consumer import Fact
from services.common.db import Connection
from services.common.moments import datetime_of
from services.suggestions.induction.known import Known
from services.suggestions.invalidation import outdate
from services.suggestions.patterns.domain import (
    EVERYBODY,
    Observation,
    PatternKey,
    Question,
)
from services.suggestions.patterns.inducing import Inducer
from services.suggestions.patterns.reading import Reader
from services.suggestions.patterns.sessions import needed, preceding, tally
from services.suggestions.patterns.store import PatternStore
from services.suggestions.vocabularies.catalogue import Catalogue, Connections

CONSUMER = "suggestions.patterns"
HANDLES = {activity_pb2.ActivityLogged.DESCRIPTOR.full_name: activity_pb2.ActivityLogged}
# What was logged is learned within a second, also where a batch and the one before take long.
LINGER_SECONDS = 0.03
# A change among these changes what a person is suggested first.
TOP_DEPTH = 6


class Learner:
    """Applies activities to one organization's patterns. One at a time: the cursor is the lease."""

    def __init__(
        self, store: PatternStore, inducer: Inducer, catalogue: Catalogue, now: Clock
    ) -> None:
        self._store = store
        self._inducer = inducer
        self._catalogue = catalogue
        self._now = now
        self._reader = Reader()

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        """Learn live: count, and drop the cached suggestions of those for whom much changed."""
        activities = [message for _, message in facts]
        generation = await self._store.live_generation(conn, organization_id)
        users = sorted({a.user_id for a in activities if asks(a)})
        tops = (conn, organization_id, generation, users, TOP_DEPTH)
        before = await self._store.top_templates(*tops)
        fresh = await self.count(conn, organization_id, generation, activities)
        after = await self._store.top_templates(*tops)
        changed = {u for u in users if u in fresh or ranks(before[u]) != ranks(after[u])}
        await outdate(conn, organization_id, sorted(changed | fresh))

    async def count(
        self, conn: Connection, organization_id: str, generation: int, activities: Sequence[object]
    ) -> set[str]:
        """Count questions into a generation; returns the people who got a new template.

        In the current transaction, which must be one: what is counted by the templates known is
        committed before others are.
        """
        state, known = await self._inducer.hold(conn, organization_id)
        await self._keep_job_roles(conn, organization_id, activities)
        words = await self._catalogue.of(organization_id, conn)
        questions = (question_of(activity) for activity in activities if asks(activity))
        seen = (self._observe(organization_id, question, words, known) for question in questions)
        observations = [observation for observation in seen if observation]
        if not observations:
            return set()
        users = sorted({observation.question.user_id for observation in observations})
        heads = await self._store.heads(conn, organization_id, generation, users)
        before = preceding(observations, heads)
        keys = needed(observations, before)
        patterns = await self._store.get(conn, organization_id, generation, sorted(keys))
        there = set(patterns)
        changed = tally(patterns, heads, observations, before)
        learned = {key: patterns[key] for key in changed}
        await self._store.put(conn, organization_id, generation, learned, self._now())
        await self._store.put_heads(conn, organization_id, generation, heads)
        new = changed - there
        fresh = {key.target_id for key in new if key.pattern_type == "user_specific"}
        bases = {
            one.template_key: one.meaning.base
            for one in observations
            if one.meaning.base and PatternKey("global", EVERYBODY, one.template_key) in new
        }
        if bases:
            fresh |= await self._inducer.take_in(conn, organization_id, state, known, bases)
        return fresh

    async def templates(
        self, conn: Connection, organization_id: str, questions: Sequence[Question]
    ) -> list[bytes | None]:
        """What the questions' templates are known by until the transaction ends; None of none."""
        if not questions:
            return []
        _, known = await self._inducer.hold(conn, organization_id)
        words = await self._catalogue.of(organization_id, conn)
        seen = [self._observe(organization_id, question, words, known) for question in questions]
        return [one.template_key if one else None for one in seen]

    def _observe(
        self, organization_id: str, question: Question, connections: Connections, known: Known
    ) -> Observation | None:
        """Read the question with its connection's words; all connections' where it names none."""
        named = question.connection_id
        vocabulary = connections.vocabulary(named) if named else None
        words = vocabulary or connections.everything
        return self._reader.observe(organization_id, question, words, known)

    async def _keep_job_roles(
        self, conn: Connection, organization_id: str, activities: Iterable[object]
    ) -> None:
        told = {a.user_id: a.job_role for a in activities if a.job_role}  # type: ignore[attr-defined]
        if told:
            await self._store.set_job_roles(conn, organization_id, told)


def ranks(top: Sequence[bytes]) -> tuple[Sequence[bytes], frozenset[bytes]]:
    """What matters of a person's top: the first, and which are there. With counts that fade, the

    others change places with every question.
    """
    return top[:1], frozenset(top)


def asks(fact: object) -> TypeGuard[activity_pb2.ActivityLogged]:
    """Whether an activity asked a question.

    Chat messages teach nothing: only what was run as a query is known to be a question.
    """
    assert isinstance(fact, activity_pb2.ActivityLogged)
    return fact.activity_type == "query" and bool(fact.query_text.strip())


def question_of(fact: activity_pb2.ActivityLogged) -> Question:
    """The question that an activity asked."""
    return Question(
        user_id=fact.user_id,
        job_role=fact.job_role,
        text=fact.query_text,
        connection_id=fact.connection_id or None,
        succeeded=fact.succeeded,
        response_micros=fact.response_micros if fact.HasField("response_micros") else None,
        asked_at=datetime_of(fact.created_at),
        session_id=fact.session_id,
    )
