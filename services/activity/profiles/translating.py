"""Profiles as messages: what callers read, and what the event log tells."""

import msgspec
from attune.activity.v1 import profiles_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity.access import Masking
from services.activity.profiles.domain import Profile


def changed(user_id: str, profile: Profile | None) -> pb.ProfileChanged:
    """The fact of how a profile stands; None is one of whom nothing is known."""
    known = None if profile is None else profile_to_pb(profile, Masking(False))
    return pb.ProfileChanged(user_id=user_id, profile=known)


def profile_to_pb(profile: Profile, masking: Masking) -> pb.UserProfile:
    fields = {**vars(profile)}
    for inner in ("active_status", "due_at"):
        del fields[inner]
    fields["email"] = masking.email(profile.email)
    fields["preferred_tools"] = json_of(profile.preferred_tools, Masking(False))
    fields["preferences"] = json_of(profile.preferences, masking)
    fields["context_summary"] = profile.context_summary and masking.text(profile.context_summary)
    fields["frequently_used_prompts"] = [
        masking.text(prompt) for prompt in profile.frequently_used_prompts
    ]
    return pb.UserProfile(**fields)


def json_of(value: object, masking: Masking) -> Json:
    return Json(utf8=masking.json(msgspec.json.encode(value).decode()).encode())
