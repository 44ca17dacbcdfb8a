"""The gRPC face of identity: credentials in, tokens out; organizations and members."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from attune.activity.v1 import identity_pb2 as pb
from attune.activity.v1 import identity_pb2_grpc as pb_grpc

from services.activity.api_keys.exchange import KeyExchange
from services.activity.identity.credentials import Credentials, Trust
from services.activity.identity.domain import (
    ORGANIZATION,
    Aims,
    Claimed,
    Member,
    Organization,
    claimed,
    organization_violations,
)
from services.activity.identity.store import IdentityStore
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.errors import (
    InvalidFields,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Violation,
)
from services.common.event_log import Hints
from services.common.identity_hints import hint_of
from services.common.interceptors import Context
from services.common.masks import masked
from services.common.pages import filters_hash, page_token, position_of
from services.common.tokens import TokenSigner

PAGE_SIZE = 100
START = (datetime(1, 1, 1, tzinfo=UTC), "")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Whom identity lets in and as what."""

    trust: Trust
    default_role: str = "viewer"
    role_names: Mapping[str, str] = field(default_factory=dict)
    service_keys: Mapping[str, str] = field(default_factory=dict)


class IdentityService(pb_grpc.IdentityServiceServicer):
    def __init__(
        self,
        store: IdentityStore,
        credentials: Credentials,
        keys: KeyExchange,
        signer: TokenSigner,
        policy: Policy,
        hints: Hints,
        now: Clock,
    ) -> None:
        self._store = store
        self._credentials = credentials
        self._keys = keys
        self._signer = signer
        self._policy = policy
        self._hints = hints
        self._now = now

    async def ExchangeToken(
        self, request: pb.ExchangeTokenRequest, context: Context
    ) -> pb.ExchangeTokenResponse:
        if self._keys.takes(request.credential):
            return self._signed(*await self._keys.caller(request.credential))
        claims = await self._credentials.claims(request.credential)
        policy = self._policy
        person = claimed(claims, policy.trust, policy.role_names, policy.default_role)
        member, aims = await self._store.meet(person, policy.default_role, self._now())
        if member.disabled:
            raise PermissionDenied("this member was disabled by an admin of the organization")
        ends = datetime.fromtimestamp(min(person.expires_at, 2**32), UTC)
        return self._signed(caller_of(person, member, aims), ends)

    async def IssueServiceToken(
        self, request: pb.IssueServiceTokenRequest, context: Context
    ) -> pb.ExchangeTokenResponse:
        key = self._policy.service_keys.get(request.service, "")
        if not key or not hmac.compare_digest(key.encode(), request.key.encode()):
            raise Unauthenticated("no service has this name and key")
        if request.organization_id and not ORGANIZATION.fullmatch(request.organization_id):
            raise InvalidFields(Violation("organization_id", "is no organization's id"))
        subject = f"service:{request.service}"
        organization = request.organization_id
        return self._signed(Caller(organization_id=organization, subject=subject, role="service"))

    async def GetCaller(self, request: pb.GetCallerRequest, context: Context) -> pb.Caller:
        who = caller()
        return pb.Caller(
            user_id=who.subject,
            organization_id=who.organization_id,
            role=who.role,
            job_role=who.job_role or None,
            api_key_id=who.key_id or None,
            scopes=sorted(who.scopes or ()),
        )

    async def GetOrganization(
        self, request: pb.GetOrganizationRequest, context: Context
    ) -> pb.Organization:
        return organization_to_pb(await self._store.organization(caller().organization_id))

    async def UpdateOrganization(
        self, request: pb.UpdateOrganizationRequest, context: Context
    ) -> pb.Organization:
        changes = masked(request.organization, request.update_mask, ignore={"id", "created_at"})
        violations = [*organization_violations(changes)]
        if violations:
            raise InvalidFields(*violations)
        return organization_to_pb(
            await self._store.update_organization(caller().organization_id, changes)
        )

    async def ListMembers(
        self, request: pb.ListMembersRequest, context: Context
    ) -> pb.ListMembersResponse:
        limit, filters, after = request.page_size or PAGE_SIZE, filters_hash("members"), START
        if request.page_token:
            after = position_of(request.page_token, filters, tuple[datetime, str])
        found = await self._store.members(caller().organization_id, after, limit)
        page = found[:limit]
        more = len(found) > limit
        next_token = page_token(filters, (page[-1].created_at, page[-1].user_id)) if more else None
        return pb.ListMembersResponse(
            members=[member_to_pb(m) for m in page], next_page_token=next_token
        )

    async def UpdateMember(self, request: pb.UpdateMemberRequest, context: Context) -> pb.Member:
        changes = masked(request.member, request.update_mask, ignore={"user_id", "created_at"})
        if changes.get("role") == "":
            raise InvalidFields(Violation("role", "must be viewer, analyst or admin"))
        organization = caller().organization_id
        member = await self._store.update_member(organization, request.user_id, changes)
        if member is None:
            raise NotFound(f"no member {request.user_id!r} in this organization")
        self._hints.tell(hint_of(organization, member.user_id))
        return member_to_pb(member)

    def _signed(self, who: Caller, ends: datetime | None = None) -> pb.ExchangeTokenResponse:
        token, expires_at = self._signer.sign(who, ends)
        return pb.ExchangeTokenResponse(
            token=token,
            expires_at=expires_at,
            organization_id=who.organization_id,
            subject=who.subject,
        )


def caller_of(person: Claimed, member: Member, aims: Aims) -> Caller:
    """The person as the credential tells, and what it does not tell as the traits do.

    Not so the job role, which decides whose questions one is shown: that is the credential's or an
    admin's to say.
    """
    return Caller(
        organization_id=person.organization_id,
        subject=person.user_id,
        role=member.role,
        job_role=member.job_role or "",
        goals=person.goals or aims.goals,
        department=person.department or aims.department,
    )


def organization_to_pb(organization: Organization | None) -> pb.Organization:
    if organization is None:
        raise NotFound("this organization is not known yet: nobody of it has signed in")
    fields = {**vars(organization)}
    return pb.Organization(id=fields.pop("organization_id"), **fields)


def member_to_pb(member: Member) -> pb.Member:
    return pb.Member(**vars(member))
