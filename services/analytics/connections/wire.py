"""Connections and catalogues as messages."""

from attune.analytics.v1 import connections_pb2 as pb

from services.analytics.catalogue.domain import Column, Relation
from services.analytics.catalogue.store import Changes
from services.analytics.connections.domain import BUILTIN, Connection, Problem, Report


def connection_to_pb(connection: Connection) -> pb.Connection:
    told = vars(connection) | {"id": connection.connection_id, "dsn": connection.dsn_shown}
    del told["connection_id"], told["dsn_shown"]
    if connection.kind == BUILTIN:
        del told["created_at"]  # it was always there
    return pb.Connection(**told)


def named_to_pb(connection: Connection) -> pb.Connection:
    """For those who see which connections there are, and no more."""
    return pb.Connection(id=connection.connection_id, name=connection.name, kind=connection.kind)


def report_to_pb(report: Report) -> pb.TestConnectionResponse:
    failure = (Problem(report.failure),) if report.failure else ()
    problems = (*failure, *report.problems)
    return pb.TestConnectionResponse(
        ok=not problems,
        problems=map(problem_to_pb, problems),
        advice=map(problem_to_pb, report.advice),
        server_version=report.server_version,
        duration_ms=report.duration_ms,
    )


def problem_to_pb(problem: Problem) -> pb.ConnectionProblem:
    return pb.ConnectionProblem(message=problem.message, remedy=problem.remedy)


def relation_to_pb(relation: Relation) -> pb.CatalogueRelation:
    return pb.CatalogueRelation(
        schema=relation.schema,
        name=relation.name,
        kind=relation.kind,
        columns=map(column_to_pb, relation.columns),
        primary_key=relation.primary_key,
        foreign_keys=(pb.CatalogueForeignKey(**vars(key)) for key in relation.foreign_keys),
        indexes=(pb.CatalogueIndex(columns=columns) for columns in relation.indexed),
        comment=relation.comment,
        rows=relation.rows,
    )


def column_to_pb(column: Column) -> pb.CatalogueColumn:
    return pb.CatalogueColumn(**vars(column))


def changes_to_pb(changes: Changes) -> pb.CatalogueChanges:
    return pb.CatalogueChanges(
        version=changes.version,
        introspected_at=changes.introspected_at,
        changes=(pb.CatalogueChange(**vars(change)) for change in changes.changes),
        truncated=changes.truncated,
    )
