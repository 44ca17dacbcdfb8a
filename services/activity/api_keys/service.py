"""The gRPC face of API keys: translate, check, store, answer."""

from datetime import UTC, datetime, timedelta

from attune.activity.v1 import api_keys_pb2 as pb
from attune.activity.v1 import api_keys_pb2_grpc as pb_grpc

from services.activity.api_keys.domain import ApiKey, Asked, violations_of
from services.activity.api_keys.making import KeyMaker
from services.activity.api_keys.store import ApiKeyStore, Listing
from services.common.caller import caller
from services.common.clock import Clock
from services.common.db import Pool
from services.common.errors import InvalidFields, NotFound
from services.common.event_log import Hints
from services.common.idempotency import claim_of
from services.common.identity_hints import hint_of
from services.common.interceptors import Context
from services.common.jobs import Job
from services.common.moments import moment
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
START = (datetime(1, 1, 1, tzinfo=UTC), "")
KEPT = timedelta(days=90)


class ApiKeysService(pb_grpc.ApiKeysServiceServicer):
    def __init__(self, store: ApiKeyStore, maker: KeyMaker, hints: Hints, now: Clock) -> None:
        self._store = store
        self._maker = maker
        self._hints = hints
        self._now = now

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: Context
    ) -> pb.CreateApiKeyResponse:
        who, asked = caller(), asked_from_pb(request)
        violations = [*violations_of(asked, self._now())]
        if violations:
            raise InvalidFields(*violations)
        made = await self._maker.make(who, asked, claim_of(who.subject, request))
        return pb.CreateApiKeyResponse(api_key=key_to_pb(made.key), secret=made.text)

    async def ListApiKeys(
        self, request: pb.ListApiKeysRequest, context: Context
    ) -> pb.ListApiKeysResponse:
        who, limit, after = caller(), request.page_size or PAGE_SIZE, START
        user_id = request.user_id or (None if who.may_read_others else who.subject)
        filters = filters_hash("api_keys", user_id, request.include_ended)
        if request.page_token:
            after = position_of(request.page_token, filters, tuple[datetime, str])
        ended = request.include_ended
        what = Listing(user_id=user_id, include_ended=ended, after=after, limit=limit)
        found = await self._store.page(who.organization_id, what, self._now())
        page, more = found[:limit], len(found) > limit
        return pb.ListApiKeysResponse(
            api_keys=map(key_to_pb, page),
            next_page_token=page_token(filters, position(page[-1])) if more else None,
        )

    async def RevokeApiKey(self, request: pb.RevokeApiKeyRequest, context: Context) -> pb.ApiKey:
        who = caller()
        args = (who.organization_id, request.key_id, who.subject, self._now())
        key = await self._store.revoke(*args, anyones=who.may_read_others)
        if key is None:
            raise NotFound(f"no API key {request.key_id!r} of yours in this organization")
        self._hints.tell(hint_of(who.organization_id, key.user_id))
        return key_to_pb(key)


def asked_from_pb(request: pb.CreateApiKeyRequest) -> Asked:
    return Asked(
        name=request.name,
        scopes=list(request.scopes),
        role=request.role or None,
        job_role=request.job_role or None,
        machine=request.machine,
        expires_at=moment(request, "expires_at"),
    )


def key_to_pb(key: ApiKey) -> pb.ApiKey:
    fields = {**vars(key)}
    return pb.ApiKey(id=fields.pop("key_id"), **fields)


def position(key: ApiKey) -> tuple[datetime, str]:
    return key.created_at, key.key_id


def dropping_ended_keys(pool: Pool, now: Clock) -> Job:
    """The job that drops what is left of keys that ended long ago."""

    async def drop(_: bytes) -> None:
        await ApiKeyStore(pool).drop_ended(now() - KEPT)

    return Job("drop_ended_api_keys", drop, cron="55 0 * * *")
