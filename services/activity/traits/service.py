"""The gRPC face of traits: translate, check, store, answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attune.activity.v1 import profiles_pb2 as pb
from attune.activity.v1 import profiles_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.activity.access import Masking, reading
from services.activity.traits.domain import (
    NULL,
    Merged,
    Texts,
    merged,
    nested,
    told_in,
    when_told,
)
from services.activity.traits.store import Change, StoredTraits, Told, TraitStore
from services.common.caller import caller
from services.common.clock import Clock
from services.common.event_log import Hints
from services.common.identity_hints import hint_of
from services.common.interceptors import Context
from services.common.moments import moment, timestamp_of
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
NEWEST = (2**62, "")
FACT = pb.TraitsChanged.DESCRIPTOR.full_name
# What activities take from here, so that who keeps a caller's token has to ask anew.
OF_CALLERS = {"goals", "department"}


class TraitsService(pb_grpc.TraitsServiceServicer):
    def __init__(self, store: TraitStore, hints: Hints, callers: Hints, now: Clock) -> None:
        self._store = store
        self._hints = hints
        self._callers = callers
        self._now = now

    async def Identify(self, request: pb.IdentifyRequest, context: Context) -> pb.UserTraits:
        who, now = caller(), self._now()
        user_id, told = request.user_id or who.subject, told_in(request.traits.utf8)
        at = when_told(moment(request, "timestamp"), now)
        async with self._store.pool.acquire() as conn, conn.transaction():
            held = await self._store.hold(conn, who.organization_id, user_id, now)
            what = merged(held.known, told, at)
            if what.changed:
                by = Told(by=who.subject, at=at, now=now, **fact_of(user_id, what, now))
                await self._store.change(conn, who.organization_id, user_id, what, by)
            elif what.known != held.known:
                await self._store.keep_times(conn, who.organization_id, user_id, what.known)
        self._tell(who.organization_id, user_id, what)
        updated = now if what.changed else held.updated_at
        after = StoredTraits(known=what.known, created_at=held.created_at, updated_at=updated)
        return traits_to_pb(user_id, after, Masking(False))

    def _tell(self, organization_id: str, user_id: str, what: Merged) -> None:
        """Once it is committed."""
        if what.changed:
            self._hints.tell(organization_id)
        if OF_CALLERS & {*what.changed}:
            self._callers.tell(hint_of(organization_id, user_id))

    async def GetUserTraits(
        self, request: pb.GetUserTraitsRequest, context: Context
    ) -> pb.UserTraits:
        who = caller()
        masking = reading(who, request.user_id)
        found = await self._store.get(who.organization_id, request.user_id)
        return traits_to_pb(request.user_id, found, masking)

    async def ListTraitChanges(
        self, request: pb.ListTraitChangesRequest, context: Context
    ) -> pb.ListTraitChangesResponse:
        who, limit, before = caller(), request.page_size or PAGE_SIZE, NEWEST
        masking, trait = reading(who, request.user_id), request.trait or None
        filters = filters_hash("trait_changes", request.user_id, trait)
        if request.page_token:
            before = position_of(request.page_token, filters, tuple[int, str])
        args = (who.organization_id, request.user_id, trait, before, limit)
        found = await self._store.changes(*args)
        page, more = found[:limit], len(found) > limit
        return pb.ListTraitChangesResponse(
            changes=[change_to_pb(change, masking) for change in page],
            next_page_token=page_token(filters, (page[-1].seq, page[-1].trait)) if more else None,
        )


def fact_of(user_id: str, what: Merged, now: datetime) -> dict[str, Any]:
    fact = traits_fact(user_id, what.known.traits, [*what.changed], now)
    return {"fact_type": FACT, "fact": fact.SerializeToString()}


def traits_fact(
    user_id: str, traits: Texts, changed: Sequence[str], now: datetime
) -> pb.TraitsChanged:
    """What the event log tells of a person's traits."""
    current = Json(utf8=nested(traits).encode())
    return pb.TraitsChanged(
        user_id=user_id, traits=changed, changed_at=timestamp_of(now), current=current
    )


def traits_to_pb(user_id: str, found: StoredTraits | None, masking: Masking) -> pb.UserTraits:
    if found is None:
        return pb.UserTraits(user_id=user_id, traits=Json(utf8=b"{}"))
    return pb.UserTraits(
        user_id=user_id,
        traits=Json(utf8=nested(shown(found.known.traits, masking)).encode()),
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def shown(traits: Texts, masking: Masking) -> dict[str, str]:
    return {name: masking.trait(name, value) for name, value in traits.items()}


def change_to_pb(change: Change, masking: Masking) -> pb.TraitChange:
    value = NULL if change.value is None else masking.trait(change.trait, change.value)
    return pb.TraitChange(
        trait=change.trait,
        value=Json(utf8=value.encode()),
        told_at=change.told_at,
        changed_at=change.changed_at,
        changed_by=change.changed_by,
    )
