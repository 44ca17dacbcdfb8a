"""The gRPC face of profiles: translate, check, store, answer."""

from dataclasses import replace
from datetime import UTC, datetime

from attune.activity.v1 import profiles_pb2 as pb
from attune.activity.v1 import profiles_pb2_grpc as pb_grpc

from services.activity.access import Masking, reading
from services.activity.profiles.domain import Profile, standing_of
from services.activity.profiles.store import Listing, ProfileStore
from services.activity.profiles.translating import profile_to_pb
from services.activity.profiles.upkeep import REBUILD
from services.activity.settings import SCHEMA
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.errors import NotFound
from services.common.interceptors import Context
from services.common.jobs import enqueue_once
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
NEWEST = (datetime(9999, 12, 31, tzinfo=UTC), "")


class ProfilesService(pb_grpc.ProfilesServiceServicer):
    def __init__(self, store: ProfileStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def GetUserProfile(
        self, request: pb.GetUserProfileRequest, context: Context
    ) -> pb.UserProfile:
        who = caller()
        masking = reading(who, request.user_id)
        found = await self._store.get(who.organization_id, request.user_id)
        if found is None:
            raise NotFound(f"nothing is known of {request.user_id!r} in this organization")
        return profile_to_pb(as_of(found, self._now()), masking)

    async def ListUserProfiles(
        self, request: pb.ListUserProfilesRequest, context: Context
    ) -> pb.ListUserProfilesResponse:
        who, limit = caller(), request.page_size or PAGE_SIZE
        filters = filters_hash(
            "profiles", who.role == "viewer", request.activation_status, request.retention_cohort
        )
        what = listing_of(request, filters, limit)
        found = await self._found(who, what)
        page, more = found[:limit], len(found) > limit
        return pb.ListUserProfilesResponse(
            profiles=[profile_to_pb(profile, masking_of(who, profile)) for profile in page],
            next_page_token=page_token(filters, position(page[-1])) if more else None,
        )

    async def _found(self, who: Caller, what: Listing) -> list[Profile]:
        """What silence has changed is written down first, so that filters find it."""
        now = self._now()
        if who.role == "viewer":
            own = await self._store.get(who.organization_id, who.subject)
            return [found for found in [own and as_of(own, now)] if found and what.fits(found)]
        await self._store.pass_time(who.organization_id, now)
        return await self._store.page(who.organization_id, what)

    async def RebuildUserProfiles(
        self, request: pb.RebuildUserProfilesRequest, context: Context
    ) -> pb.RebuildUserProfilesResponse:
        organization_id = caller().organization_id
        async with self._store.pool.acquire() as conn:
            await enqueue_once(conn, SCHEMA, REBUILD, organization_id.encode())
        return pb.RebuildUserProfilesResponse(message="A worker makes all profiles anew.")


def listing_of(request: pb.ListUserProfilesRequest, filters: str, limit: int) -> Listing:
    before = NEWEST
    if request.page_token:
        before = position_of(request.page_token, filters, tuple[datetime, str])
    return Listing(
        activation_status=request.activation_status or None,
        retention_cohort=request.retention_cohort or None,
        before=before,
        limit=limit,
    )


def as_of(profile: Profile, now: datetime) -> Profile:
    """With cohort and status as they are at this moment."""
    standing = standing_of(profile.created_at, profile.last_active_at, profile.active_status, now)
    return replace(profile, **standing._asdict())


def masking_of(who: Caller, profile: Profile) -> Masking:
    return Masking(not who.may_read_others and profile.user_id != who.subject)


def position(profile: Profile) -> tuple[datetime, str]:
    return profile.created_at, profile.user_id
