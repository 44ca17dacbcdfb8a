"""The gRPC face of dimensions and entities: translate, check, store, answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from attune.analytics.v1 import dimensions_pb2 as pb
from attune.analytics.v1 import dimensions_pb2_grpc as pb_grpc
from google.protobuf.field_mask_pb2 import FieldMask

from services.analytics.knowledge.serving import OURS, facts_of, found, listed, version_in
from services.analytics.knowledge.versions.domain import DIMENSION, ENTITY, Filters, Item, expect
from services.analytics.knowledge.versions.items import Items
from services.analytics.semantics import integrity, wire
from services.analytics.semantics.dimensions.domain import (
    Entity,
    KnownDimension,
    changed,
    dimension_in,
    draft_of,
    entity_in,
)
from services.analytics.semantics.store import definitions_of
from services.common.caller import caller
from services.common.errors import NotFound
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked

# What a caller may send back as it was read.
TOLD = {*OURS, "used_by", "connection_id"}


class DimensionsService(pb_grpc.DimensionsServiceServicer):
    def __init__(self, items: Items) -> None:
        self._items = items

    async def CreateDimension(
        self, request: pb.CreateDimensionRequest, context: Context
    ) -> pb.Dimension:
        who = caller()
        known = changed(KnownDimension(), changes_of(request.dimension, FieldMask()))
        draft, claim = draft_of(known, request.connection_id), claim_of(who.subject, request)
        item = await self._items.create(who, DIMENSION, draft, note=request.note, claim=claim)
        return dimension_to_pb(item)

    async def ListDimensions(
        self, request: pb.ListDimensionsRequest, context: Context
    ) -> pb.ListDimensionsResponse:
        page, token = await listed(self._items.store, DIMENSION, filters_in(request), request)
        return pb.ListDimensionsResponse(
            dimensions=map(dimension_to_pb, page), next_page_token=token
        )

    async def GetDimension(self, request: pb.GetDimensionRequest, context: Context) -> pb.Dimension:
        item = await of(self._items, DIMENSION, request.connection_id, request.dimension_id)
        key = (caller().organization_id, item.connection_id)
        known = await definitions_of(self._items.store.pool, *key)
        return dimension_to_pb(item, integrity.users_of_dimension(item.name, known))

    async def UpdateDimension(
        self, request: pb.UpdateDimensionRequest, context: Context
    ) -> pb.Dimension:
        item = await of(self._items, DIMENSION, request.connection_id, request.dimension_id)
        expect(item, version_in(request.dimension))
        changes = changes_of(request.dimension, request.update_mask)
        draft = draft_of(changed(dimension_in(item.content), changes), item.connection_id)
        return dimension_to_pb(await self._items.change(caller(), item, draft, note=request.note))

    async def DeleteDimension(
        self, request: pb.DeleteDimensionRequest, context: Context
    ) -> pb.DeleteDimensionResponse:
        item = await of(self._items, DIMENSION, request.connection_id, request.dimension_id)
        expect(item, version_in(request))
        await self._items.delete(caller(), item, note=request.note)
        return pb.DeleteDimensionResponse()


class EntitiesService(pb_grpc.EntitiesServiceServicer):
    def __init__(self, items: Items) -> None:
        self._items = items

    async def CreateEntity(self, request: pb.CreateEntityRequest, context: Context) -> pb.Entity:
        who = caller()
        known = changed(Entity(), changes_of(request.entity, FieldMask()))
        draft, claim = draft_of(known, request.connection_id), claim_of(who.subject, request)
        item = await self._items.create(who, ENTITY, draft, note=request.note, claim=claim)
        return entity_to_pb(item)

    async def ListEntities(
        self, request: pb.ListEntitiesRequest, context: Context
    ) -> pb.ListEntitiesResponse:
        page, token = await listed(self._items.store, ENTITY, filters_in(request), request)
        return pb.ListEntitiesResponse(entities=map(entity_to_pb, page), next_page_token=token)

    async def GetEntity(self, request: pb.GetEntityRequest, context: Context) -> pb.Entity:
        return entity_to_pb(await of(self._items, ENTITY, request.connection_id, request.entity_id))

    async def UpdateEntity(self, request: pb.UpdateEntityRequest, context: Context) -> pb.Entity:
        item = await of(self._items, ENTITY, request.connection_id, request.entity_id)
        expect(item, version_in(request.entity))
        changes = changes_of(request.entity, request.update_mask)
        draft = draft_of(changed(entity_in(item.content), changes), item.connection_id)
        return entity_to_pb(await self._items.change(caller(), item, draft, note=request.note))

    async def DeleteEntity(
        self, request: pb.DeleteEntityRequest, context: Context
    ) -> pb.DeleteEntityResponse:
        item = await of(self._items, ENTITY, request.connection_id, request.entity_id)
        expect(item, version_in(request))
        await self._items.delete(caller(), item, note=request.note)
        return pb.DeleteEntityResponse()


async def of(items: Items, kind: str, connection_id: str, text: str) -> Item:
    """The caller's item of this connection. Raises NotFound."""
    item = await found(items, kind, text)
    if item.connection_id != connection_id:
        noun = items.kinds[kind].noun
        raise NotFound(f"no {noun} {text!r} of the connection {connection_id!r}")
    return item


def filters_in(request: pb.ListDimensionsRequest | pb.ListEntitiesRequest) -> Filters:
    return Filters(connection_id=request.connection_id, name=request.name, text=request.text)


def changes_of(told: pb.Dimension | pb.Entity, mask: FieldMask) -> Mapping[str, Any]:
    """The fields that a caller sets, as the domain has them."""
    changes = masked(told, mask, ignore=TOLD)
    if "field" in changes and isinstance(told, pb.Dimension):
        changes["field"] = wire.field_of(told.field) if told.HasField("field") else None
    return changes


def dimension_to_pb(item: Item, used_by: Sequence[str] = ()) -> pb.Dimension:
    known = dimension_in(item.content)
    return pb.Dimension(
        name=known.name,
        display_name=known.display_name,
        description=known.description,
        synonyms=known.synonyms,
        relation=known.relation,
        schema=known.schema,
        field=wire.field_to_pb(known.field) if known.field else None,
        via=known.via,
        values=known.values,
        used_by=used_by,
        connection_id=item.connection_id,
        **facts_of(item),
    )


def entity_to_pb(item: Item) -> pb.Entity:
    known = entity_in(item.content)
    return pb.Entity(
        name=known.name,
        display_name=known.display_name,
        description=known.description,
        synonyms=known.synonyms,
        relation=known.relation,
        schema=known.schema,
        key=known.key,
        via=known.via,
        connection_id=item.connection_id,
        **facts_of(item),
    )
