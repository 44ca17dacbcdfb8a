"""Organizations' calendars: activity knows them, and each is remembered for a minute."""

from collections import OrderedDict
from datetime import datetime, timedelta

import grpc
from attune.activity.v1 import identity_pb2 as pb
from attune.activity.v1 import identity_pb2_grpc as pb_grpc

from services.analytics.semantics.compiler import Calendar
from services.common.clock import Clock
from services.common.errors import Unavailable
from services.common.service_tokens import ServiceTokens

FRESH = timedelta(seconds=60)
REMEMBERED = 10_000
SECONDS = 5


class Calendars:
    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens, now: Clock) -> None:
        self._identity = pb_grpc.IdentityServiceStub(channel)
        self._tokens = tokens
        self._now = now
        self._known: OrderedDict[str, tuple[datetime, Calendar]] = OrderedDict()

    async def of(self, organization_id: str) -> Calendar:
        """Raises Unavailable where activity does not tell: figures would be another zone's."""
        now = self._now()
        read_at, calendar = self._known.get(organization_id, (None, Calendar()))
        if read_at is None or now - read_at >= FRESH:
            calendar = await self._read(organization_id)
            self._known[organization_id] = (now, calendar)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return calendar

    async def _read(self, organization_id: str) -> Calendar:
        try:
            metadata = await self._tokens.metadata(organization_id)
            told = await self._identity.GetOrganization(
                pb.GetOrganizationRequest(), metadata=metadata, timeout=SECONDS
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return Calendar()
            raise Unavailable("the organization's calendar cannot be read") from error
        return Calendar(told.time_zone or "UTC", told.week_start or 1, told.fiscal_year_start or 1)
