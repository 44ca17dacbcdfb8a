"""The gRPC face of connections: translate, check, store, answer."""

from datetime import UTC, datetime

from attune.analytics.v1 import connections_pb2 as pb
from attune.analytics.v1 import connections_pb2_grpc as pb_grpc

from services.analytics.catalogue.introspecting import Introspector
from services.analytics.catalogue.searching import page_of
from services.analytics.catalogue.store import Catalogues, CatalogueStore
from services.analytics.connections.connections import Connections, not_builtin, unknown
from services.analytics.connections.domain import EVENT_STORE, EVENTS, Connection
from services.analytics.connections.registering import Asked, Registrar
from services.analytics.connections.store import ConnectionStore
from services.analytics.connections.wire import (
    changes_to_pb,
    connection_to_pb,
    named_to_pb,
    relation_to_pb,
    report_to_pb,
)
from services.common.caller import caller
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.pages import filters_hash, page_token, position_of

CONNECTIONS, RELATIONS, CHANGES = 50, 50, 20
START = (datetime(1, 1, 1, tzinfo=UTC), "")
NEWEST = 2**63 - 1
# What the server knows; a caller may send back what it read.
OURS = {
    *("id", "kind", "created_by", "created_at", "updated_at", "tested_at", "problem"),
    *("server_version", "introspected_at", "relation_count"),
}


class ConnectionsService(pb_grpc.ConnectionsServiceServicer):
    def __init__(
        self,
        store: ConnectionStore,
        registrar: Registrar,
        connections: Connections,
        introspector: Introspector,
        catalogues: CatalogueStore,
        copies: Catalogues,
    ) -> None:
        self._store = store
        self._registrar = registrar
        self._connections = connections
        self._introspector = introspector
        self._catalogues = catalogues
        self._copies = copies

    async def CreateConnection(
        self, request: pb.CreateConnectionRequest, context: Context
    ) -> pb.Connection:
        who = caller()
        asked = Asked(
            connection_id=request.connection_id,
            name=request.name,
            dsn=request.dsn,
            sample_values=request.sample_values,
            override_reason=request.override_reason or None,
        )
        if await self._registrar.register(who, asked, claim_of(who.subject, request)):
            await self._introspector.try_introspecting(who.organization_id, asked.connection_id)
        return connection_to_pb(await self._connection(request.connection_id))

    async def ListConnections(
        self, request: pb.ListConnectionsRequest, context: Context
    ) -> pb.ListConnectionsResponse:
        who, limit = caller(), request.page_size or CONNECTIONS
        filters, after = filters_hash("connections"), START
        if request.page_token:
            after = position_of(request.page_token, filters, tuple[datetime, str])
        found = [EVENT_STORE] if after == START else []
        found += await self._store.page(who.organization_id, after, limit + 1)
        page, more = found[:limit], len(found) > limit
        last = page[-1] if page else EVENT_STORE
        return pb.ListConnectionsResponse(
            connections=map(named_to_pb if who.role == "viewer" else connection_to_pb, page),
            next_page_token=page_token(filters, (last.created_at, last.connection_id))
            if more
            else None,
        )

    async def GetConnection(
        self, request: pb.GetConnectionRequest, context: Context
    ) -> pb.Connection:
        return connection_to_pb(await self._connection(request.connection_id))

    async def UpdateConnection(
        self, request: pb.UpdateConnectionRequest, context: Context
    ) -> pb.Connection:
        who, connection_id = caller(), request.connection_id
        changes = masked(request.connection, request.update_mask, ignore=OURS)
        if "override_reason" in changes:
            changes["override_reason"] = changes["override_reason"] or None
        await self._registrar.change(who, connection_id, changes)
        if changes.get("sample_values") is False:
            await self._catalogues.forget_values(who.organization_id, connection_id)
        if "dsn" in changes or changes.get("sample_values"):
            await self._introspector.try_introspecting(who.organization_id, connection_id)
        return connection_to_pb(await self._connection(connection_id))

    async def DeleteConnection(
        self, request: pb.DeleteConnectionRequest, context: Context
    ) -> pb.DeleteConnectionResponse:
        await self._registrar.remove(caller(), request.connection_id, force=request.force)
        return pb.DeleteConnectionResponse()

    async def TestConnection(
        self, request: pb.TestConnectionRequest, context: Context
    ) -> pb.TestConnectionResponse:
        not_builtin(request.connection_id)
        key = (caller().organization_id, request.connection_id)
        return report_to_pb(await self._connections.probe(*key))

    async def IntrospectConnection(
        self, request: pb.IntrospectConnectionRequest, context: Context
    ) -> pb.IntrospectConnectionResponse:
        not_builtin(request.connection_id)
        key = (caller().organization_id, request.connection_id)
        found = await self._introspector.introspect(*key)
        changes = changes_to_pb(found.changes) if found.changes else None
        return pb.IntrospectConnectionResponse(relation_count=found.relation_count, changes=changes)

    async def ListCatalogue(
        self, request: pb.ListCatalogueRequest, context: Context
    ) -> pb.ListCatalogueResponse:
        connection = await self._connection(request.connection_id)
        limit, after = request.page_size or RELATIONS, ("", "")
        wanted = (request.schema or None, request.search or None)
        filters = filters_hash("catalogue", connection.connection_id, *wanted)
        if request.page_token:
            after = position_of(request.page_token, filters, tuple[str, str])
        key = (caller().organization_id, connection.connection_id)
        metrics = await self._catalogues.defined(*key, "business_metric")
        dimensions = await self._catalogues.defined(*key, "dimension")
        catalogue = await self._copies.read(*key)
        if catalogue is None:
            return pb.ListCatalogueResponse(metrics=metrics, dimensions=dimensions)
        page, more = page_of(catalogue, after, limit, *wanted)
        return pb.ListCatalogueResponse(
            metrics=metrics,
            dimensions=dimensions,
            relations=map(relation_to_pb, page),
            introspected_at=catalogue.introspected_at,
            search_path=catalogue.search_path,
            truncated=catalogue.truncated,
            next_page_token=page_token(filters, (page[-1].schema, page[-1].name)) if more else None,
        )

    async def ListCatalogueChanges(
        self, request: pb.ListCatalogueChangesRequest, context: Context
    ) -> pb.ListCatalogueChangesResponse:
        connection = await self._connection(request.connection_id)
        limit, before = request.page_size or CHANGES, NEWEST
        filters = filters_hash("catalogue changes", connection.connection_id)
        if request.page_token:
            [before] = position_of(request.page_token, filters, tuple[int])
        key = (caller().organization_id, connection.connection_id)
        found = await self._catalogues.changes(*key, before, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListCatalogueChangesResponse(
            changes=map(changes_to_pb, page),
            next_page_token=page_token(filters, (page[-1].version,)) if more else None,
        )

    async def _connection(self, connection_id: str) -> Connection:
        if connection_id == EVENTS:
            return EVENT_STORE
        found = await self._store.get(caller().organization_id, connection_id)
        if found is None:
            raise unknown(connection_id)
        return found
