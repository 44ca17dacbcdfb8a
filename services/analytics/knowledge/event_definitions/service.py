"""The gRPC face of event definitions: translate, check, store, answer."""

from collections.abc import Mapping
from typing import Any

import msgspec
from attune.analytics.v1 import event_definitions_pb2 as pb
from attune.analytics.v1 import event_definitions_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json
from google.protobuf.field_mask_pb2 import FieldMask
from msgspec import Raw

from services.analytics.knowledge.event_definitions.domain import (
    NO_VALUE,
    EventDefinition,
    EventProperty,
    changed,
    definition_of,
    draft_of,
)
from services.analytics.knowledge.serving import (
    NO_MASK,
    OURS,
    delete,
    facts_of,
    found,
    listed,
    version_in,
)
from services.analytics.knowledge.versions.domain import EVENT_DEFINITION, Draft, Filters, Item
from services.analytics.knowledge.versions.items import Items
from services.common.caller import caller
from services.common.db import Connection
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked


class EventDefinitions:
    """What is particular to items that are event definitions."""

    name = EVENT_DEFINITION
    noun = "event definition"

    def draft(self, connection_id: str, content: str) -> Draft:
        return draft_of(definition_of(content))

    async def check(self, organization_id: str, draft: Draft) -> None:
        """Its rules need nothing else to be known."""

    async def stored(self, conn: Connection, organization_id: str, item: Item) -> None:
        """Nobody waits for it."""

    async def committed(self, organization_id: str) -> None:
        """Nobody waits for it."""


class EventDefinitionsService(pb_grpc.EventDefinitionsServiceServicer):
    def __init__(self, items: Items) -> None:
        self._items = items

    async def CreateEventDefinition(
        self, request: pb.CreateEventDefinitionRequest, context: Context
    ) -> pb.EventDefinition:
        who, told = caller(), changes_of(request.event_definition, NO_MASK)
        draft = draft_of(changed(EventDefinition(name=""), told))
        claim = claim_of(who.subject, request)
        item = await self._items.create(
            who, EVENT_DEFINITION, draft, note=request.note, claim=claim
        )
        return definition_to_pb(item)

    async def ListEventDefinitions(
        self, request: pb.ListEventDefinitionsRequest, context: Context
    ) -> pb.ListEventDefinitionsResponse:
        filters = Filters(
            name=request.name,
            category=request.category,
            tags=sorted(set(request.tags)),
            text=request.text,
        )
        page, token = await listed(self._items.store, EVENT_DEFINITION, filters, request)
        return pb.ListEventDefinitionsResponse(
            event_definitions=map(definition_to_pb, page), next_page_token=token
        )

    async def GetEventDefinition(
        self, request: pb.GetEventDefinitionRequest, context: Context
    ) -> pb.EventDefinition:
        item = await found(self._items, EVENT_DEFINITION, request.event_definition_id)
        return definition_to_pb(item)

    async def UpdateEventDefinition(
        self, request: pb.UpdateEventDefinitionRequest, context: Context
    ) -> pb.EventDefinition:
        told = request.event_definition
        known = await found(
            self._items, EVENT_DEFINITION, request.event_definition_id, version_in(told)
        )
        changes = changes_of(told, request.update_mask)
        draft = draft_of(changed(definition_of(known.content), changes))
        return definition_to_pb(await self._items.change(caller(), known, draft, note=request.note))

    async def DeleteEventDefinition(
        self, request: pb.DeleteEventDefinitionRequest, context: Context
    ) -> pb.DeleteEventDefinitionResponse:
        await delete(self._items, EVENT_DEFINITION, request.event_definition_id, request)
        return pb.DeleteEventDefinitionResponse()


def changes_of(told: pb.EventDefinition, mask: FieldMask) -> Mapping[str, Any]:
    """The fields that a caller sets, as the domain has them."""
    changes = masked(told, mask, ignore=OURS)
    if "properties" in changes:
        changes["properties"] = [property_of(each) for each in told.properties]
    if "examples" in changes:
        changes["examples"] = [Raw(example.utf8) for example in told.examples]
    return changes


def property_of(told: pb.EventProperty) -> EventProperty:
    return EventProperty(
        name=told.name,
        type=told.type,
        description=told.description,
        required=told.required,
        example=Raw(told.example.utf8) if told.HasField("example") else NO_VALUE,
    )


def definition_to_pb(item: Item) -> pb.EventDefinition:
    definition = definition_of(item.content)
    told = msgspec.structs.asdict(definition) | {
        "properties": map(property_to_pb, definition.properties),
        "examples": [Json(utf8=bytes(example)) for example in definition.examples],
    }
    return pb.EventDefinition(**told, **facts_of(item))


def property_to_pb(each: EventProperty) -> pb.EventProperty:
    value = bytes(each.example)
    told = msgspec.structs.asdict(each) | {"example": Json(utf8=value) if value else None}
    return pb.EventProperty(**told)
