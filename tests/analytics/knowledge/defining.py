"""Event definitions as tests make them, and what goes wrong with a call."""

from typing import Any

import grpc
import pytest
from attune.analytics.v1 import event_definitions_pb2 as pb

from tests.suite import Suite


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value


async def create(
    suite: Suite, name: str = "purchase", *, by: Any = None, request_id: str = "", **fields: Any
) -> pb.EventDefinition:
    definition = pb.EventDefinition(name=name, **fields)
    request = pb.CreateEventDefinitionRequest(
        event_definition=definition, request_id=request_id or None
    )
    made: pb.EventDefinition = await suite.event_definitions.CreateEventDefinition(
        request, metadata=by or suite.as_()
    )
    return made


async def update(
    suite: Suite, one: pb.EventDefinition, *, by: Any = None, note: str = "", **fields: Any
) -> pb.EventDefinition:
    request = pb.UpdateEventDefinitionRequest(
        event_definition_id=one.id, event_definition=pb.EventDefinition(**fields), note=note
    )
    request.update_mask.paths.extend(fields)
    changed: pb.EventDefinition = await suite.event_definitions.UpdateEventDefinition(
        request, metadata=by or suite.as_()
    )
    return changed


async def get(suite: Suite, item_id: str, *, by: Any = None) -> pb.EventDefinition:
    request = pb.GetEventDefinitionRequest(event_definition_id=item_id)
    got: pb.EventDefinition = await suite.event_definitions.GetEventDefinition(
        request, metadata=by or suite.as_()
    )
    return got


async def delete(suite: Suite, item_id: str, version: int | None = None) -> None:
    request = pb.DeleteEventDefinitionRequest(event_definition_id=item_id, version=version)
    await suite.event_definitions.DeleteEventDefinition(request, metadata=suite.as_())


async def names(suite: Suite, *, by: Any = None, **filters: Any) -> list[str]:
    """Of all pages."""
    found, token = [], ""
    while True:
        request = pb.ListEventDefinitionsRequest(page_token=token, **filters)
        page = await suite.event_definitions.ListEventDefinitions(
            request, metadata=by or suite.as_()
        )
        found += [each.name for each in page.event_definitions]
        if not (token := page.next_page_token):
            return found
