"""Connections over gRPC: registering, showing, changing, removing."""

from typing import Any

from attune.analytics.v1 import connections_pb2 as pb

from tests.analytics.connections.asking import create, get
from tests.analytics.connections.shops import PASSWORD, Shop
from tests.suite import Suite


async def listed(suite: Suite, role: str = "admin", **fields: Any) -> pb.ListConnectionsResponse:
    found: pb.ListConnectionsResponse = await suite.connections.ListConnections(
        pb.ListConnectionsRequest(**fields), metadata=suite.as_("ann", role)
    )
    return found


async def test_a_connection_is_tried_read_and_shown_without_its_password(
    suite: Suite, shop: Shop
) -> None:
    made = await create(suite, shop, name="Shop")
    assert made.dsn == shop.dsn().replace(":p%40ss%2Fw%3Ard%231%25", "")
    assert (made.id, made.name, made.kind, made.created_by) == ("shop", "Shop", "postgres", "root")
    assert made.server_version
    assert made.tested_at.seconds
    assert not made.HasField("problem")
    assert (made.relation_count, made.introspected_at.seconds > 0) == (4, True)
    assert await get(suite) == made
    assert PASSWORD not in str(made)
    assert "p%40ss" not in str(made)
