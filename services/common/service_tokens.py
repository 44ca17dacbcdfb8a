"""How one of Attune's own processes gets the token that it shows to other services."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import grpc
from attune.activity.v1 import identity_pb2 as pb
from attune.activity.v1 import identity_pb2_grpc as pb_grpc

from services.common.clock import Clock, utc_now

REMEMBERED = 10_000
RENEW_BEFORE = timedelta(seconds=30)


class ServiceTokens:
    """Tokens of one service, by the organization that it acts for; renewed before they end."""

    def __init__(
        self, service: str, key: str, channel: grpc.aio.Channel, now: Clock = utc_now
    ) -> None:
        self._service = service
        self._key = key
        self._identity = pb_grpc.IdentityServiceStub(channel)
        self._now = now
        self._tokens: dict[str, tuple[str, datetime]] = {}

    async def metadata(self, organization_id: str) -> Sequence[tuple[str, str]]:
        """gRPC metadata for a call on the organization's behalf; "" for a system call."""
        token, expires = self._tokens.get(organization_id, ("", datetime.min.replace(tzinfo=UTC)))
        if self._now() + RENEW_BEFORE >= expires:
            token = await self._issue(organization_id)
        return (("authorization", f"Bearer {token}"),)

    async def _issue(self, organization_id: str) -> str:
        request = pb.IssueServiceTokenRequest(
            service=self._service, key=self._key, organization_id=organization_id
        )
        issued = await self._identity.IssueServiceToken(request, timeout=5)
        expires = issued.expires_at.ToDatetime(UTC)
        self._tokens[organization_id] = (issued.token, expires)
        if len(self._tokens) > REMEMBERED:
            del self._tokens[next(iter(self._tokens))]
        return str(issued.token)
