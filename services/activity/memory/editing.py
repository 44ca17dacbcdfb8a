"""What people do to what is remembered of them. Each is one transaction."""

from uuid import UUID

from services.activity.memory.domain import (
    ATTRIBUTES,
    CORRECTED,
    CURRENT,
    FORGOTTEN,
    USER,
    Fact,
    Triple,
)
from services.activity.memory.extracting import permitted
from services.activity.memory.remembering import Memory
from services.activity.memory.settling import by_hand, of_the_same, settled
from services.common.db import Connection
from services.common.errors import FailedPrecondition, InvalidFields, NotFound, Violation
from services.common.ids import uuid_of

ABOUT = "has"


class Editor:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._store = memory.store
        self._now = memory.now

    async def add(self, organization_id: str, user_id: str, triple: Triple) -> Fact:
        """The fact, told by hand. Raises FailedPrecondition."""
        async with self._memory.changing(organization_id, user_id) as (conn, _):
            known = await self._store.facts(conn, organization_id, user_id)
            for fact in known:
                if (fact.state, fact.origin, fact.triple) == (CURRENT, USER, triple):
                    return fact
            return await self._told(conn, organization_id, user_id, by_hand(triple, self._now()))

    async def correct(self, organization_id: str, user_id: str, fact_id: str, value: str) -> Fact:
        """The fact that holds instead. Raises NotFound, FailedPrecondition, InvalidFields."""
        name = (organization_id, user_id)
        async with self._memory.changing(*name) as (conn, _):
            fact = await self._found(conn, *name, fact_id)
            if fact.state != CURRENT or fact.triple is None:
                raise FailedPrecondition(
                    f"the fact is {fact.state}: only a current one is corrected"
                )
            triple = told_by_hand(fact.triple.attribute, fact.triple.about, value)
            if triple == fact.triple and fact.origin == USER:
                return fact
            mentions = await self._store.mentions(conn, *name)
            closed = settled(fact, mentions, CORRECTED, self._now())
            await self._store.put(conn, *name, [closed])
            return await self._told(conn, *name, by_hand(triple, self._now(), fact))

    async def forget(self, organization_id: str, user_id: str, fact_id: str) -> Fact:
        """What is left of the fact. Raises NotFound."""
        name = (organization_id, user_id)
        async with self._memory.changing(*name) as (conn, _):
            fact = await self._found(conn, *name, fact_id)
            if fact.triple is None:
                return fact
            known = await self._store.facts(conn, *name)
            await self._forget(conn, *name, [*of_the_same(fact, known)])
            return await self._found(conn, *name, fact_id)

    async def forget_all(self, organization_id: str, user_id: str) -> int:
        """How many facts were forgotten."""
        name = (organization_id, user_id)
        async with self._memory.changing(*name) as (conn, _):
            known = await self._store.facts(conn, *name)
            words = [fact for fact in known if fact.triple]
            await self._forget(conn, *name, words)
            await self._store.delete_all_mentions(conn, *name)
            await self._store.forget_until(conn, *name, self._now())
            return len(words)

    async def rebuild(self, organization_id: str, user_id: str) -> bool:
        async with self._memory.changing(organization_id, user_id) as (conn, _):
            return await self._memory.rebuild_user(conn, organization_id, user_id)

    async def _told(self, conn: Connection, organization_id: str, user_id: str, fact: Fact) -> Fact:
        await self._store.put(conn, organization_id, user_id, [fact])
        await self._memory.refresh(conn, organization_id, user_id)
        stored = await self._store.get(conn, organization_id, user_id, fact.id)
        if stored is None or stored.state != CURRENT:
            most = "as many facts as are remembered were told by hand: forget one first"
            raise FailedPrecondition(most)
        return stored

    async def _forget(
        self, conn: Connection, organization_id: str, user_id: str, facts: list[Fact]
    ) -> None:
        mentions = await self._store.mentions(conn, organization_id, user_id)
        gone = [settled(fact, mentions, FORGOTTEN, self._now()) for fact in facts]
        covered = [m for m in mentions if any(fact.covers(m) for fact in gone)]
        await self._store.put(conn, organization_id, user_id, gone)
        await self._store.delete_mentions(conn, organization_id, user_id, covered)

    async def _found(
        self, conn: Connection, organization_id: str, user_id: str, fact_id: str
    ) -> Fact:
        number: UUID | None = uuid_of(fact_id)
        if number:
            fact = await self._store.get(conn, organization_id, user_id, number)
            if fact:
                return fact
        raise NotFound(f"nothing with the id {fact_id!r} is remembered of this person")


def told_by_hand(attribute: str, about: str, value: str) -> Triple:
    """Raises InvalidFields."""
    if attribute not in ATTRIBUTES:
        known = ", ".join(ATTRIBUTES)
        raise InvalidFields(Violation("attribute", f"must be one of {known}"))
    if bool(about) != (attribute == ABOUT):
        raise InvalidFields(Violation("about", f"is for the attribute {ABOUT!r}, which needs it"))
    triple = permitted(Triple(attribute=attribute, about=tidy(about), value=tidy(value)))
    if triple is None:
        problem = "must say something besides personal data, and nothing secret"
        raise InvalidFields(Violation("value", problem))
    return triple


def tidy(text: str) -> str:
    return " ".join(text.split())
