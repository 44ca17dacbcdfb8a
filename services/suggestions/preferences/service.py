"""The gRPC face of preferences: translate, check, store, answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from attune.suggestions.v1 import preferences_pb2 as pb
from attune.suggestions.v1 import preferences_pb2_grpc as pb_grpc

from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import InvalidFields, Violation
from services.common.interceptors import Context
from services.common.masks import masked
from services.suggestions.preferences.domain import (
    DEFAULTS,
    StoredPreferences,
    preference_violations,
    tidied,
)
from services.suggestions.preferences.store import PreferenceStore


class PreferencesService(pb_grpc.PreferencesServiceServicer):
    def __init__(self, store: PreferenceStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def GetPreferences(
        self, request: pb.GetPreferencesRequest, context: Context
    ) -> pb.Preferences:
        who = caller()
        user_id = request.user_id or who.subject
        return preferences_to_pb(user_id, await self._store.get(who.organization_id, user_id))

    async def UpdatePreferences(
        self, request: pb.UpdatePreferencesRequest, context: Context
    ) -> pb.UpdatePreferencesResponse:
        who = caller()
        user_id = request.user_id or who.subject
        changes = changes_of(request)
        violations = [*preference_violations(changes), *other_person(request, user_id)]
        if violations:
            raise InvalidFields(*violations)
        now = await self._changed(who.organization_id, user_id, changes)
        return pb.UpdatePreferencesResponse(
            success=True, preferences=preferences_to_pb(user_id, now)
        )

    async def _changed(
        self, organization_id: str, user_id: str, changes: Mapping[str, Any]
    ) -> StoredPreferences:
        if not changes:
            return await self._store.get(organization_id, user_id)
        return await self._store.change(organization_id, user_id, changes, self._now())


def changes_of(request: pb.UpdatePreferencesRequest) -> dict[str, Any]:
    """What is to change; a number that is named and not given goes back to its default."""
    ignored = {"user_id", "updated_at"}
    changes = masked(request.preferences, request.update_mask, ignore=ignored)
    if not request.preferences.HasField("max_suggestions") and "max_suggestions" in changes:
        changes["max_suggestions"] = DEFAULTS.wanted.max_suggestions
    return tidied(changes)


def other_person(request: pb.UpdatePreferencesRequest, user_id: str) -> Iterator[Violation]:
    """A body may repeat whose preferences these are, and not name somebody else."""
    if request.preferences.user_id not in ("", user_id):
        yield Violation("user_id", f"must be {user_id}, or be left out")


def preferences_to_pb(user_id: str, stored: StoredPreferences) -> pb.Preferences:
    return pb.Preferences(user_id=user_id, **vars(stored.wanted), updated_at=stored.updated_at)
