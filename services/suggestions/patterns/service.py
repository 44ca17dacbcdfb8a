"""The gRPC face of patterns: translate, check, store, answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from attune.common.v1.json_pb2 import Json
from attune.suggestions.v1 import patterns_pb2 as pb
from attune.suggestions.v1 import patterns_pb2_grpc as pb_grpc
from google.api.httpbody_pb2 import HttpBody

from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.downloads import download
from services.common.errors import (
    FailedPrecondition,
    InvalidFields,
    PermissionDenied,
    Violation,
)
from services.common.exporting import FILES, Row, chunks
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of
from services.suggestions.patterns.exporting import COLUMNS, row_of
from services.suggestions.patterns.store import ListedPattern, PatternStore, Rebuild

LIMIT = 10
PAGE_SIZE = 100
FIRST = (-(2**62), 0)
OWN = "user_specific"
SHARED = ("global", "role_based")


class PatternsService(pb_grpc.PatternsServiceServicer):
    def __init__(self, store: PatternStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def GetQueryPatterns(
        self, request: pb.GetQueryPatternsRequest, context: Context
    ) -> pb.GetQueryPatternsResponse:
        who, limit = caller(), request.limit or LIMIT
        user_id = request.user_id or who.subject
        job_role = await job_role_of(self._store, who, user_id)
        own = await self._store.most_used(who.organization_id, "user_specific", user_id, limit)
        role = await self._store.most_used(who.organization_id, "role_based", job_role, limit)
        return pb.GetQueryPatternsResponse(
            user_id=user_id,
            user_patterns=map(pattern_to_pb, own),
            role_patterns=map(pattern_to_pb, role),
            user_pattern_count=len(own),
            role_pattern_count=len(role),
        )

    async def ListQueryPatterns(
        self, request: pb.ListQueryPatternsRequest, context: Context
    ) -> pb.ListQueryPatternsResponse:
        kind, limit = request.pattern_type or "global", request.page_size or PAGE_SIZE
        target, filters = request.target_id or None, filters_hash(kind, request.target_id)
        after: tuple[int, int] = FIRST
        if request.page_token:
            after = position_of(request.page_token, filters, tuple[int, int])
        found = await self._store.page(caller().organization_id, kind, target, after, limit)
        page, more = found[:limit], len(found) > limit
        position = (-page[-1].frequency, page[-1].id) if page else FIRST
        return pb.ListQueryPatternsResponse(
            patterns=map(pattern_to_pb, page),
            next_page_token=page_token(filters, position) if more else None,
        )

    async def ExportQueryPatterns(
        self, request: pb.ExportQueryPatternsRequest, context: Context
    ) -> AsyncIterator[HttpBody]:
        who, file = caller(), FILES[request.format or "json"](COLUMNS)
        kinds, target = exported(request, who)
        rows = self._exported_rows(who.organization_id, kinds, target)
        name = f"attune-patterns-{self._now():%Y-%m-%d}.{file.suffix}"
        async for part in download(file.content_type, name, chunks(file, rows)):
            yield part

    async def _exported_rows(
        self, organization_id: str, kinds: Sequence[str], target_id: str | None
    ) -> AsyncIterator[Row]:
        for kind in kinds:
            async for pattern in self._store.export(organization_id, kind, target_id):
                yield row_of(pattern)

    async def RebuildQueryPatterns(
        self, request: pb.RebuildQueryPatternsRequest, context: Context
    ) -> pb.RebuildQueryPatternsResponse:
        rebuilt = await self._rebuilt(caller().organization_id)
        if rebuilt.error:
            raise FailedPrecondition(f"the rebuild failed and changed nothing: {rebuilt.error}")
        return pb.RebuildQueryPatternsResponse(
            success=True,
            message=f"Updated patterns for {rebuilt.user_count} users",
            user_count=rebuilt.user_count,
            pattern_count=rebuilt.pattern_count,
            activity_count=rebuilt.activity_count,
        )

    async def _rebuilt(self, organization_id: str) -> Rebuild:
        """Have a worker rebuild, or join the rebuild under way, and wait for its end."""
        running = await self._store.request_rebuild(organization_id, self._now())
        while True:
            rebuild = await self._store.rebuild(organization_id, running)
            if rebuild.ended_at:
                return rebuild
            await asyncio.sleep(0.1)  # a worker, another process, writes the end into the row


async def job_role_of(store: PatternStore, who: Caller, user_id: str) -> str:
    """The caller's own job role; another person's as it was last seen."""
    if user_id == who.subject and who.job_role:
        return who.job_role
    return await store.job_role(who.organization_id, user_id)


def pattern_to_pb(pattern: ListedPattern) -> pb.QueryPattern:
    fields = {**vars(pattern), "metadata": Json(utf8=pattern.metadata.encode())}
    return pb.QueryPattern(**fields)


def exported(
    request: pb.ExportQueryPatternsRequest, who: Caller
) -> tuple[Sequence[str], str | None]:
    """The kinds of patterns to export, and whose. Raises InvalidFields, PermissionDenied."""
    kind = request.pattern_type
    if request.user_id:
        if kind not in ("", OWN):
            raise InvalidFields(Violation("user_id", f"goes with the pattern_type {OWN} only"))
        return (OWN,), request.user_id
    if kind == OWN and not who.may_read_others:
        raise PermissionDenied("the patterns of all people are for admins: name yourself")
    if kind:
        return (kind,), None
    return (*SHARED, OWN) if who.may_read_others else SHARED, None
