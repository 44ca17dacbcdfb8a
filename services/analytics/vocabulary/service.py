"""The gRPC face of vocabularies: translate, check, store, answer."""

from collections.abc import Iterable

from attune.analytics.v1 import vocabulary_pb2 as pb
from attune.analytics.v1 import vocabulary_pb2_grpc as pb_grpc

from services.analytics.vocabulary import store
from services.analytics.vocabulary.domain import (
    Kind,
    Put,
    Term,
    of_kind,
    too_long,
    violations_of,
)
from services.analytics.vocabulary.publishing import fact_of, publish
from services.common.caller import caller
from services.common.clock import Clock
from services.common.db import Pool
from services.common.errors import InvalidFields, NotFound
from services.common.event_log import Hints
from services.common.interceptors import Context
from services.common.moments import timestamp_of

# So many fit into one message.
PAGE_SIZE = 2
FIELDS: dict[Kind, str] = {"metric": "metrics", "dimension": "dimensions", "entity": "entities"}


class VocabularyService(pb_grpc.VocabularyServiceServicer):
    def __init__(self, pool: Pool, hints: Hints, now: Clock) -> None:
        self._pool = pool
        self._hints = hints
        self._now = now

    async def GetVocabulary(
        self, request: pb.GetVocabularyRequest, context: Context
    ) -> pb.Vocabulary:
        organization_id = caller().organization_id
        put = await store.get_put(self._pool, organization_id, request.connection_id)
        if put is None:
            raise nothing_put(request.connection_id)
        return vocabulary_to_pb(request.connection_id, put)

    async def ReplaceVocabulary(
        self, request: pb.ReplaceVocabularyRequest, context: Context
    ) -> pb.Vocabulary:
        who, terms = caller(), terms_from_pb(request)
        put = Put(terms=terms, updated_at=self._now(), updated_by=who.subject)
        place = (who.organization_id, request.connection_id)
        async with self._pool.acquire() as conn, conn.transaction():
            await store.put_terms(conn, *place, put)
            await publish(conn, *place)
        self._hints.tell(who.organization_id)
        return vocabulary_to_pb(request.connection_id, put)

    async def DeleteVocabulary(
        self, request: pb.DeleteVocabularyRequest, context: Context
    ) -> pb.DeleteVocabularyResponse:
        place = (caller().organization_id, request.connection_id)
        async with self._pool.acquire() as conn, conn.transaction():
            if not await store.drop_put(conn, *place):
                raise nothing_put(request.connection_id)
            await publish(conn, *place)
        self._hints.tell(caller().organization_id)
        return pb.DeleteVocabularyResponse()

    async def ListVocabularies(
        self, request: pb.ListVocabulariesRequest, context: Context
    ) -> pb.ListVocabulariesResponse:
        organization_id, after = caller().organization_id, request.after_connection
        async with self._pool.acquire() as conn:
            as_of = await store.read_head(conn, organization_id)
            names = await store.list_connections(conn, organization_id, after, PAGE_SIZE)
            facts = [await fact_of(conn, organization_id, name) for name in names]
        return pb.ListVocabulariesResponse(vocabularies=facts, as_of=as_of)


def nothing_put(connection_id: str) -> NotFound:
    return NotFound(f"no words were put for a connection {connection_id!r} of this organization")


def terms_from_pb(request: pb.ReplaceVocabularyRequest) -> list[Term]:
    """The terms that are to be put. Raises InvalidFields."""
    terms = [
        *(
            Term(
                name=one.name.strip(),
                kind="metric",
                derived=one.derived,
                synonyms=once(one.synonyms),
            )
            for one in request.metrics
        ),
        *(
            Term(
                name=one.name.strip(),
                kind="dimension",
                synonyms=once(one.synonyms),
                values=once(one.values),
            )
            for one in request.dimensions
        ),
        *(
            Term(name=one.name.strip(), kind="entity", synonyms=once(one.synonyms))
            for one in request.entities
        ),
    ]
    violations = [
        v for kind, field in FIELDS.items() for v in violations_of(field, of_kind(terms, kind))
    ]
    violations += too_long(terms)
    if violations:
        raise InvalidFields(*violations)
    return terms


def once(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, without white space around it."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, words))))


def vocabulary_to_pb(connection_id: str, put: Put) -> pb.Vocabulary:
    return pb.Vocabulary(
        connection_id=connection_id,
        metrics=[
            pb.Vocabulary.Metric(name=term.name, synonyms=term.synonyms, derived=term.derived)
            for term in of_kind(put.terms, "metric")
        ],
        dimensions=[
            pb.Vocabulary.Dimension(name=term.name, synonyms=term.synonyms, values=term.values)
            for term in of_kind(put.terms, "dimension")
        ],
        entities=[
            pb.Vocabulary.Entity(name=term.name, synonyms=term.synonyms)
            for term in of_kind(put.terms, "entity")
        ],
        updated_at=timestamp_of(put.updated_at),
        updated_by=put.updated_by,
    )
