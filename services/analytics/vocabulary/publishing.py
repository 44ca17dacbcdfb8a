"""The fact VocabularyChanged: what an organization calls the data of a connection, told whole."""

from attune.analytics.v1 import vocabulary_pb2 as pb

from services.analytics.vocabulary import store
from services.analytics.vocabulary.domain import Kind, Term, fitted
from services.common.db import Connection, Database

FACT = pb.VocabularyChanged.DESCRIPTOR.full_name
KINDS: dict[Kind, pb.Term.Kind] = {
    "metric": pb.Term.KIND_METRIC,
    "dimension": pb.Term.KIND_DIMENSION,
    "entity": pb.Term.KIND_ENTITY,
}


async def publish(conn: Connection, organization_id: str, connection_id: str) -> None:
    """Append the connection's vocabulary to the event log, as this transaction leaves it.

    Call it last in the transaction that changed metrics, dimensions, entities or connections, which
    must be READ COMMITTED, and tell the `Hints` after the commit. The number is taken first: of two
    transactions at the same time, the second waits here and sees what the first one did.
    """
    seq = await store.take_number(conn, organization_id)
    fact = await fact_of(conn, organization_id, connection_id)
    payload = fact.SerializeToString()
    await store.append_fact(conn, organization_id, seq, FACT, payload)


async def fact_of(
    database: Database, organization_id: str, connection_id: str
) -> pb.VocabularyChanged:
    """The connection's vocabulary as it is."""
    put = await store.get_put(database, organization_id, connection_id)
    if put is None and not await store.is_registered(database, organization_id, connection_id):
        return pb.VocabularyChanged(connection_id=connection_id, deleted=True)
    defined = await store.list_defined(database, organization_id, connection_id)
    terms, omitted = fitted([*defined, *(put.terms if put else ())])
    return pb.VocabularyChanged(
        connection_id=connection_id, terms=map(term_to_pb, terms), omitted=omitted
    )


def term_to_pb(term: Term) -> pb.Term:
    return pb.Term(
        name=term.name,
        kind=KINDS[term.kind],
        synonyms=term.synonyms,
        derived=term.derived,
        values=term.values,
    )
