"""Vocabularies as analytics tells of them: the facts of its event log, one row a connection."""

from collections.abc import Iterable, Mapping, Sequence

import structlog
from attune.analytics.v1 import vocabulary_pb2 as pb
from attune.analytics.v1 import vocabulary_pb2_grpc as pb_grpc

from services.common.clock import Clock
from services.common.consumer import RPC_SECONDS, Fact, Subscription
from services.common.db import Connection, Pool
from services.common.event_log import SQL as CURSOR_SQL
from services.common.service_tokens import ServiceTokens
from services.suggestions.templates.vocabulary import Term, TermKind, Vocabulary
from services.suggestions.templates.words import split_words
from services.suggestions.vocabularies.store import VocabularyStore

log = structlog.get_logger(__name__)

CONSUMER = "suggestions.vocabularies"
SOURCE = "analytics"
HANDLES = {pb.VocabularyChanged.DESCRIPTOR.full_name: pb.VocabularyChanged}
KINDS: Mapping[int, TermKind] = {
    pb.Term.KIND_METRIC: "metric",
    pb.Term.KIND_DIMENSION: "dimension",
    pb.Term.KIND_ENTITY: "entity",
}


class Projector:
    """Keeps the table of vocabularies as analytics has them."""

    def __init__(
        self,
        pool: Pool,
        vocabularies: "pb_grpc.VocabularyServiceAsyncStub",
        tokens: ServiceTokens,
        now: Clock,
    ) -> None:
        self._pool = pool
        self._store = VocabularyStore()
        self._vocabularies = vocabularies
        self._tokens = tokens
        self._now = now

    def subscription(self) -> Subscription:
        return Subscription(CONSUMER, SOURCE, HANDLES, self.apply, self.start_over)

    async def apply(self, conn: Connection, organization_id: str, facts: Sequence[Fact]) -> None:
        """Store the newest that is told of each connection: each fact says all."""
        newest = {fact.connection_id: fact for fact in changes(facts)}
        gone = [name for name, fact in newest.items() if fact.deleted]
        stay = {name: vocabulary_of(fact) for name, fact in newest.items() if not fact.deleted}
        await self._store.drop(conn, organization_id, gone)
        await self._store.put(conn, organization_id, stay, self._now())

    async def start_over(self, organization_id: str) -> None:
        """Take all vocabularies as they are, because the log no longer holds what comes next.

        The number is read before them: what they hold of later facts comes once more.
        """
        page = await self._page(organization_id, "")
        as_of = page.as_of
        vocabularies: dict[str, Vocabulary] = {}
        while page.vocabularies:
            there = (one for one in page.vocabularies if not one.deleted)
            vocabularies |= {one.connection_id: vocabulary_of(one) for one in there}
            page = await self._page(organization_id, page.vocabularies[-1].connection_id)
        await self._replace(organization_id, vocabularies, as_of)

    async def _page(self, organization_id: str, after: str) -> pb.ListVocabulariesResponse:
        request = pb.ListVocabulariesRequest(after_connection=after)
        metadata = await self._tokens.metadata(organization_id)
        page: pb.ListVocabulariesResponse = await self._vocabularies.ListVocabularies(
            request, metadata=metadata, timeout=RPC_SECONDS
        )
        return page

    async def _replace(
        self, organization_id: str, vocabularies: Mapping[str, Vocabulary], as_of: int
    ) -> None:
        """Put them in place of all that is stored, unless another worker has come further."""
        async with self._pool.acquire() as conn, conn.transaction():
            cursor = await conn.fetchrow(CURSOR_SQL["claim_cursor"], organization_id, CONSUMER)
            if cursor is None or cursor["seq"] >= as_of:
                return
            await self._store.drop_others(conn, organization_id, vocabularies)
            await self._store.put(conn, organization_id, vocabularies, self._now())
            moved = (organization_id, CONSUMER, as_of, None, 0)
            await conn.execute(CURSOR_SQL["move_cursor"], *moved)
        log.info("vocabularies taken anew", organization=organization_id, seq=as_of)


def changes(facts: Iterable[Fact]) -> Iterable[pb.VocabularyChanged]:
    for _, fact in facts:
        assert isinstance(fact, pb.VocabularyChanged)
        yield fact


def vocabulary_of(fact: pb.VocabularyChanged) -> Vocabulary:
    """Its words; a kind of later versions and a name that nobody can say are left out."""
    return Vocabulary.of(
        Term(
            name=one.name,
            kinds=(KINDS[one.kind],),
            synonyms=sayable(one.synonyms),
            derived=one.derived,
            values=sayable(one.values),
        )
        for one in fact.terms
        if one.kind in KINDS and split_words(one.name)
    )


def sayable(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words if split_words(word)))
