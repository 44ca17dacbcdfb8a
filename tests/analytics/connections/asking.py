"""Calls of tests to ConnectionsService."""

from typing import Any

import grpc
import pytest
from attune.analytics.v1 import connections_pb2 as pb

from tests.analytics.connections.shops import Shop
from tests.suite import Suite


def root(suite: Suite, org: str = "acme") -> Any:
    return suite.as_("root", "admin", org=org)


async def create(
    suite: Suite, shop: Shop, connection_id: str = "shop", org: str = "acme", **fields: Any
) -> pb.Connection:
    told = {"dsn": shop.dsn(), **fields}
    request = pb.CreateConnectionRequest(connection_id=connection_id, **told)
    made: pb.Connection = await suite.connections.CreateConnection(
        request, metadata=root(suite, org)
    )
    return made


async def get(suite: Suite, connection_id: str = "shop", org: str = "acme") -> pb.Connection:
    request = pb.GetConnectionRequest(connection_id=connection_id)
    found: pb.Connection = await suite.connections.GetConnection(request, metadata=root(suite, org))
    return found


async def update(
    suite: Suite, *mask: str, connection_id: str = "shop", org: str = "acme", **fields: Any
) -> pb.Connection:
    request = pb.UpdateConnectionRequest(
        connection_id=connection_id, connection=pb.Connection(**fields)
    )
    request.update_mask.paths.extend(mask or fields)
    changed: pb.Connection = await suite.connections.UpdateConnection(
        request, metadata=root(suite, org)
    )
    return changed


async def catalogue(suite: Suite, connection_id: str = "shop", **fields: Any) -> Any:
    request = pb.ListCatalogueRequest(connection_id=connection_id, **fields)
    return await suite.connections.ListCatalogue(request, metadata=root(suite))


async def introspect(suite: Suite, connection_id: str = "shop") -> Any:
    request = pb.IntrospectConnectionRequest(connection_id=connection_id)
    return await suite.connections.IntrospectConnection(request, metadata=root(suite))


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value
