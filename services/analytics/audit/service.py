"""The gRPC face of the audit log."""

from datetime import UTC, datetime
from uuid import UUID

from attune.analytics.v1 import audit_pb2 as pb
from attune.analytics.v1 import audit_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.audit.store import AuditLog, Kept, Wanted
from services.common.caller import caller
from services.common.interceptors import Context
from services.common.moments import moment
from services.common.pages import filters_hash, page_token, position_of

ENTRIES = 50
START, END = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class AuditService(pb_grpc.AuditServiceServicer):
    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        limit, wanted = request.page_size or ENTRIES, wanted_by(request)
        until = moment(request, "until") or END
        filters = filters_hash("audit", wanted, until)
        before = (until, UUID(int=0))
        if request.page_token:
            before = position_of(request.page_token, filters, tuple[datetime, UUID])
        found = await self._log.page(caller().organization_id, wanted, before, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListAuditEntriesResponse(
            entries=map(entry_to_pb, page),
            next_page_token=page_token(filters, (page[-1].created_at, page[-1].id))
            if more
            else None,
        )


def wanted_by(request: pb.ListAuditEntriesRequest) -> Wanted:
    return Wanted(
        since=moment(request, "since") or START,
        actor=request.actor or None,
        target=request.target or None,
        action=request.action or None,
    )


def entry_to_pb(entry: Kept) -> pb.AuditEntry:
    told = vars(entry) | {"id": str(entry.id), "detail": Json(utf8=entry.detail.encode())}
    return pb.AuditEntry(**told)
