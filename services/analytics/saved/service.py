"""The gRPC face of saved queries: translate, check, store, answer."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from attune.analytics.v1 import saved_queries_pb2 as pb
from attune.analytics.v1 import saved_queries_pb2_grpc as pb_grpc

from services.analytics.queries.domain import EVENTS
from services.analytics.saved.domain import Comment, Draft, Filters, SavedQuery
from services.analytics.saved.saving import Saver
from services.analytics.saved.store import SavedStore
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import (
    InvalidFields,
    NotFound,
    PermissionDenied,
    VersionConflict,
    Violation,
)
from services.common.idempotency import claim_of
from services.common.ids import uuid7, uuid_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.pages import filters_hash, page_token, position_of

PAGE = 100
START = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))
NEWEST = 2**31 - 1
# What the server knows; a caller may send back what it read.
OURS = {"id", "owner", "version", "shared", "favourite", "created_at", "updated_by", "updated_at"}


class SavedQueriesService(pb_grpc.SavedQueriesServiceServicer):
    def __init__(self, store: SavedStore, saver: Saver, now: Clock) -> None:
        self._store = store
        self._saver = saver
        self._now = now

    async def CreateSavedQuery(
        self, request: pb.CreateSavedQueryRequest, context: Context
    ) -> pb.SavedQuery:
        who = caller()
        draft = Draft(
            name=request.name,
            query=request.query,
            connection_id=request.connection_id or EVENTS,
            description=request.description,
            tags=list(request.tags),
        )
        claim = claim_of(who.subject, request)
        saved_id = await self._saver.save(who, draft, claim, request.message_id)
        return saved_to_pb(await self._visible(str(saved_id)))

    async def ListSavedQueries(
        self, request: pb.ListSavedQueriesRequest, context: Context
    ) -> pb.ListSavedQueriesResponse:
        limit, after = request.page_size or PAGE, START
        wanted = Filters(text=request.text, favourites=request.favourites, owner=request.owner)
        bound = filters_hash("saved queries", wanted)
        if request.page_token:
            after = position_of(request.page_token, bound, tuple[datetime, UUID])
        found = await self._store.page(caller(), wanted, after, limit)
        page, more = found[:limit], len(found) > limit
        last = (page[-1].created_at, page[-1].id) if more else None
        return pb.ListSavedQueriesResponse(
            saved_queries=map(saved_to_pb, page),
            next_page_token=page_token(bound, last) if last else None,
        )

    async def GetSavedQuery(
        self, request: pb.GetSavedQueryRequest, context: Context
    ) -> pb.SavedQuery:
        return saved_to_pb(await self._visible(request.saved_query_id))

    async def UpdateSavedQuery(
        self, request: pb.UpdateSavedQueryRequest, context: Context
    ) -> pb.SavedQuery:
        known = await self._changeable(request.saved_query_id)
        if request.HasField("version") and request.version != known.version:
            raise conflict(known)
        changes = masked(request.saved_query, request.update_mask, ignore=OURS)
        draft = changed(known, changes)
        if draft != known.draft:
            version = await self._store.change(caller(), known, draft, self._now())
            if version is None:
                raise conflict(await self._visible(request.saved_query_id))
        return saved_to_pb(await self._visible(request.saved_query_id))

    async def DeleteSavedQuery(
        self, request: pb.DeleteSavedQueryRequest, context: Context
    ) -> pb.DeleteSavedQueryResponse:
        known = await self._changeable(request.saved_query_id)
        await self._store.delete(caller().organization_id, known.id)
        return pb.DeleteSavedQueryResponse()

    async def ListSavedQueryVersions(
        self, request: pb.ListSavedQueryVersionsRequest, context: Context
    ) -> pb.ListSavedQueryVersionsResponse:
        known = await self._visible(request.saved_query_id)
        limit, before = request.page_size or PAGE, NEWEST
        bound = filters_hash("versions", request.saved_query_id)
        if request.page_token:
            [before] = position_of(request.page_token, bound, tuple[int])
        place = (caller().organization_id, known.id)
        found = await self._store.versions(*place, min(before, NEWEST), limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListSavedQueryVersionsResponse(
            versions=[pb.SavedQueryVersion(**vars(version)) for version in page],
            next_page_token=page_token(bound, (page[-1].version,)) if more else None,
        )

    async def CreateSavedQueryComment(
        self, request: pb.CreateSavedQueryCommentRequest, context: Context
    ) -> pb.SavedQueryComment:
        known, who, now = await self._visible(request.saved_query_id), caller(), self._now()
        comment = Comment(
            comment_id=uuid7(now), text=request.text, created_by=who.subject, created_at=now
        )
        await self._store.add_comment(who.organization_id, known.id, comment)
        return comment_to_pb(comment)

    async def ListSavedQueryComments(
        self, request: pb.ListSavedQueryCommentsRequest, context: Context
    ) -> pb.ListSavedQueryCommentsResponse:
        known = await self._visible(request.saved_query_id)
        limit, after = request.page_size or PAGE, UUID(int=0)
        bound = filters_hash("comments", request.saved_query_id)
        if request.page_token:
            [after] = position_of(request.page_token, bound, tuple[UUID])
        place = (caller().organization_id, known.id)
        found = await self._store.comments(*place, after, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListSavedQueryCommentsResponse(
            comments=map(comment_to_pb, page),
            next_page_token=page_token(bound, (page[-1].comment_id,)) if more else None,
        )

    async def FavouriteSavedQuery(
        self, request: pb.FavouriteSavedQueryRequest, context: Context
    ) -> pb.SavedQuery:
        known = await self._visible(request.saved_query_id)
        if request.favourite or not request.HasField("favourite"):
            await self._store.favour(caller(), known.id, self._now())
        else:
            await self._store.disfavour(caller(), known.id)
        return saved_to_pb(await self._visible(request.saved_query_id))

    async def ShareSavedQuery(
        self, request: pb.ShareSavedQueryRequest, context: Context
    ) -> pb.ShareSavedQueryResponse:
        known = await self._changeable(request.saved_query_id)
        place = (caller().organization_id, known.id)
        if request.HasField("shared") and not request.shared:
            await self._store.unshare(*place)
            return pb.ShareSavedQueryResponse(shared=False)
        token = await self._store.share(*place, secrets.token_urlsafe(16))
        return pb.ShareSavedQueryResponse(shared=True, link=f"/api/v1/shared-queries/{token}")

    async def GetSharedQuery(
        self, request: pb.GetSharedQueryRequest, context: Context
    ) -> pb.SavedQuery:
        found = await self._store.find_shared(caller().organization_id, request.token)
        if found is None:
            raise NotFound("this link shares nothing, or no more")
        return saved_to_pb(await self._visible(str(found)))

    async def _visible(self, saved_query_id: str) -> SavedQuery:
        """One that the caller may see. Raises NotFound."""
        who, known = caller(), uuid_of(saved_query_id)
        found = await self._store.get(who, known) if known else None
        if found is None or not found.visible_to(who):
            raise NotFound(f"no saved query {saved_query_id!r} that you may see")
        return found

    async def _changeable(self, saved_query_id: str) -> SavedQuery:
        found = await self._visible(saved_query_id)
        if not found.changeable_by(caller()):
            raise PermissionDenied(f"this saved query is {found.owner}'s: ask them, or save a copy")
        return found


def changed(known: SavedQuery, changes: dict[str, object]) -> Draft:
    """Raises InvalidFields for what must not be empty."""
    empty = [name for name in ("name", "query") if name in changes and not changes[name]]
    if empty:
        raise InvalidFields(*(Violation(name, "must not be empty") for name in empty))
    if "connection_id" in changes:
        changes["connection_id"] = changes["connection_id"] or EVENTS
    return replace(known.draft, **changes)  # type: ignore[arg-type]


def conflict(newest: SavedQuery) -> VersionConflict:
    told = f"the newest version is {newest.version}, by {newest.updated_by}; read it again"
    return VersionConflict(told, version=str(newest.version))


def saved_to_pb(saved: SavedQuery) -> pb.SavedQuery:
    fields = {**vars(saved), "id": str(saved.id), "shared": saved.share_token is not None}
    del fields["share_token"]
    return pb.SavedQuery(**fields)


def comment_to_pb(comment: Comment) -> pb.SavedQueryComment:
    return pb.SavedQueryComment(
        id=str(comment.comment_id),
        text=comment.text,
        created_by=comment.created_by,
        created_at=comment.created_at,
    )
