"""The gRPC face of knowledge entries: translate, check, store, answer."""

import msgspec
from attune.analytics.v1 import entries_pb2 as pb
from attune.analytics.v1 import entries_pb2_grpc as pb_grpc

from services.analytics.knowledge.entries.domain import (
    Entry,
    changed,
    draft_of,
    entry_of,
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
from services.analytics.knowledge.versions.domain import ENTRY, Draft, Filters, Item
from services.analytics.knowledge.versions.items import Items
from services.common.caller import caller
from services.common.db import Connection
from services.common.idempotency import claim_of
from services.common.interceptors import Context
from services.common.masks import masked


class Entries:
    """What is particular to items that are knowledge entries."""

    name = ENTRY
    noun = "knowledge entry"

    def draft(self, connection_id: str, content: str) -> Draft:
        return draft_of(entry_of(content))

    async def check(self, organization_id: str, draft: Draft) -> None:
        """Its rules need nothing else to be known."""

    async def stored(self, conn: Connection, organization_id: str, item: Item) -> None:
        """Nobody waits for it."""

    async def committed(self, organization_id: str) -> None:
        """Nobody waits for it."""


class KnowledgeEntriesService(pb_grpc.KnowledgeEntriesServiceServicer):
    def __init__(self, items: Items) -> None:
        self._items = items

    async def CreateKnowledgeEntry(
        self, request: pb.CreateKnowledgeEntryRequest, context: Context
    ) -> pb.KnowledgeEntry:
        who, told = caller(), masked(request.entry, NO_MASK, ignore=OURS)
        draft = draft_of(changed(Entry(title=""), told))
        claim = claim_of(who.subject, request)
        item = await self._items.create(who, ENTRY, draft, note=request.note, claim=claim)
        return entry_to_pb(item)

    async def ListKnowledgeEntries(
        self, request: pb.ListKnowledgeEntriesRequest, context: Context
    ) -> pb.ListKnowledgeEntriesResponse:
        filters = Filters(
            name=request.title,
            category=request.category,
            tags=sorted(set(request.tags)),
            text=request.text,
        )
        page, token = await listed(self._items.store, ENTRY, filters, request)
        return pb.ListKnowledgeEntriesResponse(
            entries=map(entry_to_pb, page), next_page_token=token
        )

    async def GetKnowledgeEntry(
        self, request: pb.GetKnowledgeEntryRequest, context: Context
    ) -> pb.KnowledgeEntry:
        item = await found(self._items, ENTRY, request.entry_id)
        return entry_to_pb(item)

    async def UpdateKnowledgeEntry(
        self, request: pb.UpdateKnowledgeEntryRequest, context: Context
    ) -> pb.KnowledgeEntry:
        told = request.entry
        known = await found(self._items, ENTRY, request.entry_id, version_in(told))
        changes = masked(told, request.update_mask, ignore=OURS)
        draft = draft_of(changed(entry_of(known.content), changes))
        return entry_to_pb(await self._items.change(caller(), known, draft, note=request.note))

    async def DeleteKnowledgeEntry(
        self, request: pb.DeleteKnowledgeEntryRequest, context: Context
    ) -> pb.DeleteKnowledgeEntryResponse:
        await delete(self._items, ENTRY, request.entry_id, request)
        return pb.DeleteKnowledgeEntryResponse()


def entry_to_pb(item: Item) -> pb.KnowledgeEntry:
    told = msgspec.structs.asdict(entry_of(item.content))
    return pb.KnowledgeEntry(**told, **facts_of(item))
