"""The gRPC face of versions and comments, of items of all kinds."""

from datetime import UTC, datetime
from uuid import UUID

from attune.analytics.v1 import knowledge_items_pb2 as pb
from attune.analytics.v1 import knowledge_items_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.knowledge.serving import may_see_restricted
from services.analytics.knowledge.versions.domain import Comment, Item, Version, expect
from services.analytics.knowledge.versions.items import Items
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import NotFound
from services.common.ids import uuid7, uuid_of
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

VERSIONS, COMMENTS, DELETED = 20, 50, 50
NEWEST = 2**31 - 1
END = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=0))


class KnowledgeItemsService(pb_grpc.KnowledgeItemsServiceServicer):
    def __init__(self, items: Items, now: Clock) -> None:
        self._items = items
        self._store = items.store
        self._now = now

    async def ListItemVersions(
        self, request: pb.ListItemVersionsRequest, context: Context
    ) -> pb.ListItemVersionsResponse:
        item = await self._item(request.item_id)
        limit, before = request.page_size or VERSIONS, NEWEST
        bound = filters_hash("knowledge versions", str(item.item_id))
        if request.page_token:
            [before] = position_of(request.page_token, bound, tuple[int])
        organization, before = caller().organization_id, max(0, min(before, NEWEST))
        rows = await self._store.versions(organization, item.item_id, before, limit)
        page, more = rows[:limit], len(rows) > limit
        return pb.ListItemVersionsResponse(
            versions=map(version_to_pb, page),
            next_page_token=page_token(bound, (page[-1].version,)) if more else None,
        )

    async def RestoreItem(
        self, request: pb.RestoreItemRequest, context: Context
    ) -> pb.KnowledgeItem:
        item = await self._item(request.item_id)
        expect(item, request.expected_version if request.HasField("expected_version") else None)
        return item_to_pb(
            await self._items.restore(caller(), item, request.version, note=request.note)
        )

    async def ListDeletedItems(
        self, request: pb.ListDeletedItemsRequest, context: Context
    ) -> pb.ListDeletedItemsResponse:
        limit, before = request.page_size or DELETED, END
        bound = filters_hash("deleted knowledge")
        if request.page_token:
            before = position_of(request.page_token, bound, tuple[datetime, UUID])
        rows = await self._store.deleted(caller().organization_id, before, limit)
        page, more = rows[:limit], len(rows) > limit
        last = more and (page[-1].deleted_at, page[-1].item_id)
        return pb.ListDeletedItemsResponse(
            items=map(item_to_pb, page), next_page_token=page_token(bound, last) if last else None
        )

    async def CreateItemComment(
        self, request: pb.CreateItemCommentRequest, context: Context
    ) -> pb.ItemComment:
        who, now, item = caller(), self._now(), await self._item(request.item_id)
        args = (who.organization_id, item.item_id, uuid7(now), request.text, who.subject, now)
        comment = await self._store.comment(*args)
        if comment is None:
            raise no_item(request.item_id)
        return comment_to_pb(comment)

    async def ListItemComments(
        self, request: pb.ListItemCommentsRequest, context: Context
    ) -> pb.ListItemCommentsResponse:
        item = await self._item(request.item_id)
        limit, after = request.page_size or COMMENTS, UUID(int=0)
        bound = filters_hash("knowledge comments", str(item.item_id))
        if request.page_token:
            [after] = position_of(request.page_token, bound, tuple[UUID])
        organization = caller().organization_id
        rows = await self._store.comments(organization, item.item_id, after, limit)
        page, more = rows[:limit], len(rows) > limit
        return pb.ListItemCommentsResponse(
            comments=map(comment_to_pb, page),
            next_page_token=page_token(bound, (page[-1].comment_id,)) if more else None,
        )

    async def DeleteItemComment(
        self, request: pb.DeleteItemCommentRequest, context: Context
    ) -> pb.DeleteItemCommentResponse:
        who, item_id = caller(), id_of(request.item_id)
        comment_id = uuid_of(request.comment_id) or UUID(int=0)
        by = "" if who.may_read_others else who.subject
        if not await self._store.delete_comment(who.organization_id, item_id, comment_id, by):
            raise NotFound(f"no comment {request.comment_id!r} of yours on this item")
        return pb.DeleteItemCommentResponse()

    async def _item(self, text: str) -> Item:
        """Also a deleted one."""
        item = await self._store.get(caller().organization_id, id_of(text))
        if item is None or (item.restricted and not may_see_restricted()):
            raise no_item(text)
        return item


def id_of(text: str) -> UUID:
    """Raises NotFound for what no id looks like."""
    found = uuid_of(text)
    if found is None:
        raise no_item(text)
    return found


def no_item(text: str) -> NotFound:
    return NotFound(f"no item {text!r} in this organization's knowledge base")


def item_to_pb(item: Item) -> pb.KnowledgeItem:
    return pb.KnowledgeItem(
        id=str(item.item_id),
        kind=item.kind,
        name=item.name,
        connection_id=item.connection_id or None,
        version=item.version,
        updated_by=item.updated_by,
        updated_at=item.updated_at,
        deleted_at=item.deleted_at,
    )


def version_to_pb(version: Version) -> pb.ItemVersion:
    told = vars(version) | {"content": Json(utf8=version.content.encode())}
    told.pop("item_id")
    return pb.ItemVersion(**told)


def comment_to_pb(comment: Comment) -> pb.ItemComment:
    return pb.ItemComment(
        id=str(comment.comment_id),
        text=comment.text,
        created_by=comment.created_by,
        created_at=comment.created_at,
    )
