"""The gRPC face of the registry: translate, read, answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec
from attune.analytics.v1 import event_definitions_pb2, registry_pb2_grpc
from attune.analytics.v1 import registry_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.analytics.registry import store
from services.analytics.registry.domain import Property, Schema
from services.common.caller import caller
from services.common.db import Pool
from services.common.interceptors import Context
from services.common.moments import timestamp_of
from services.common.pages import filters_hash, page_token, position_of
from services.common.payloads import check_json

SCHEMAS, DRIFTS, PROPOSALS, DAYS = 50, 100, 20, 30
NEWEST = UUID(int=2**128 - 1)
# A property that so many of the events had is meant to be always sent.
REQUIRED_SHARE = 0.99
# Types of the registry that definitions have no word for.
DEFINED_AS = {"date": "string", "null": "any"}
LIST = "event_schemas"
DRIFT = [one.name for one in pb.SchemaDrift.DESCRIPTOR.fields]
MOST_DEFINED = 200
EXAMPLE_BYTES = 2048


class RegistryService(registry_pb2_grpc.RegistryServiceServicer):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ListEventSchemas(
        self, request: pb.ListEventSchemasRequest, context: Context
    ) -> pb.ListEventSchemasResponse:
        organization_id, limit = caller().organization_id, request.page_size or SCHEMAS
        filters, after = filters_hash(LIST, request.event), ""
        if request.page_token:
            [after] = position_of(request.page_token, filters, tuple[str])
        if request.event:
            found = await store.schema(self._pool, organization_id, request.event)
        else:
            found = await store.schemas_after(self._pool, organization_id, after, limit + 1)
        page, more = found[:limit], len(found) > limit
        return pb.ListEventSchemasResponse(
            event_schemas=await self._described(organization_id, page),
            next_page_token=page_token(filters, (page[-1].event,)) if more else None,
        )

    async def ListSchemaDrifts(
        self, request: pb.ListSchemaDriftsRequest, context: Context
    ) -> pb.ListSchemaDriftsResponse:
        limit, before = request.page_size or DRIFTS, NEWEST
        event, kind = request.event or None, request.kind or None
        filters = filters_hash("schema_drifts", event, kind)
        if request.page_token:
            [before] = position_of(request.page_token, filters, tuple[UUID])
        args = (caller().organization_id, before, event, kind, limit + 1)
        found = await store.drifts_before(self._pool, *args)
        page, more = found[:limit], len(found) > limit
        return pb.ListSchemaDriftsResponse(
            drifts=[pb.SchemaDrift(**{name: row[name] for name in DRIFT}) for row in page],
            next_page_token=page_token(filters, (page[-1]["id"],)) if more else None,
        )

    async def ListProposedDefinitions(
        self, request: pb.ListProposedDefinitionsRequest, context: Context
    ) -> pb.ListProposedDefinitionsResponse:
        organization_id, limit = caller().organization_id, request.page_size or PROPOSALS
        found = await store.undefined(self._pool, organization_id, limit)
        names = [schema.event for schema in found]
        properties = by_event(await store.properties_of(self._pool, organization_id, names))
        return pb.ListProposedDefinitionsResponse(
            event_definitions=[proposal_of(s, properties[s.event]) for s in found]
        )

    async def _described(
        self, organization_id: str, schemas: Sequence[Schema]
    ) -> list[pb.EventSchema]:
        names = [schema.event for schema in schemas]
        properties = by_event(await store.properties_of(self._pool, organization_id, names))
        days = await store.newest_days(self._pool, organization_id, names, DAYS)
        return [
            pb.EventSchema(
                event=s.event,
                events=s.events,
                first_seen=timestamp_of(s.first_seen),
                last_seen=timestamp_of(s.last_seen),
                properties=properties_to_pb(s, properties[s.event]),
                days=[
                    pb.EventSchema.Day(day=day.isoformat(), events=n) for day, n in days[s.event]
                ],
            )
            for s in schemas
        ]


def by_event(properties: Iterable[Property]) -> defaultdict[str, dict[str, list[Property]]]:
    """Event → property → its types, the most frequent first."""
    found: defaultdict[str, dict[str, list[Property]]] = defaultdict(dict)
    for one in sorted(properties, key=lambda p: (p.event, p.property, -p.occurrences, p.type)):
        found[one.event].setdefault(one.property, []).append(one)
    return found


def share_of(schema: Schema, types: Iterable[Property]) -> float:
    return min(1.0, sum(one.occurrences for one in types) / max(schema.events, 1))


def properties_to_pb(
    schema: Schema, properties: dict[str, list[Property]]
) -> list[pb.EventSchema.Property]:
    return [
        pb.EventSchema.Property(
            name=name,
            share=share_of(schema, types),
            types=[
                pb.EventSchema.PropertyType(
                    type=one.type,
                    occurrences=one.occurrences,
                    first_seen=timestamp_of(one.first_seen),
                    last_seen=timestamp_of(one.last_seen),
                    examples=one.examples,
                )
                for one in types
            ],
        )
        for name, types in properties.items()
    ]


def proposal_of(
    schema: Schema, properties: dict[str, list[Property]]
) -> event_definitions_pb2.EventDefinition:
    """A definition that CreateEventDefinition takes; what the event means is for people to say."""
    described = [
        event_definitions_pb2.EventProperty(
            name=name,
            type=defined_type([one.type for one in types if one.type != "null"]),
            required=share_of(schema, types) >= REQUIRED_SHARE,
            example=example_of(types[0]),
        )
        for name, types in [*properties.items()][:MOST_DEFINED]
    ]
    return event_definitions_pb2.EventDefinition(name=schema.event, properties=described)


def defined_type(types: Sequence[str]) -> str:
    return DEFINED_AS.get(types[0], types[0]) if len(types) == 1 else "any"


def example_of(one: Property) -> Json | None:
    """The first example as JSON of its type; a text where it was cut or masked."""
    if not one.examples:
        return None
    text = one.examples[0]
    if one.type in ("string", "timestamp", "date") or check_json(
        text.encode(), max_bytes=EXAMPLE_BYTES
    ):
        return Json(utf8=msgspec.json.encode(text))
    return Json(utf8=text.encode())
