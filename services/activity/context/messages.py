"""Contexts as they travel and are kept: bytes of the message, with or without a version."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from attune.activity.v1 import profiles_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.activity.access import Masking
from services.activity.context.domain import Content


def kept(content: Content) -> bytes:
    """The context without a version; equal bytes are equal contexts."""
    message = pb.UserContext(
        user_id=content.user_id,
        context_summary=content.context_summary,
        preferences=json_of(content.preferences),
        recent_intents=content.recent_intents,
        frequent_prompts=content.frequent_prompts,
        traits=json_of(content.traits),
        last_active_at=content.last_active_at,
        satisfaction_signal=content.satisfaction_signal,
        recent_rating=content.recent_rating,
        memory=content.memory,
    )
    return message.SerializeToString(deterministic=True)


def versioned(content: bytes, version: int, updated_at: datetime) -> pb.UserContext:
    message = pb.UserContext.FromString(content)
    message.version = version
    message.updated_at.FromDatetime(updated_at)
    return message


def unknown(user_id: str) -> pb.UserContext:
    """The context of somebody of whom nothing is known."""
    return pb.UserContext(user_id=user_id, preferences=json_of({}), traits=json_of({}))


def json_of(value: Mapping[str, Any]) -> Json:
    return Json(utf8=msgspec.json.encode(value))


def shown(message: pb.UserContext, masking: Masking) -> pb.UserContext:
    """What a caller may see of it."""
    if not masking.masks:
        return message
    seen = pb.UserContext()
    seen.CopyFrom(message)
    seen.context_summary = masking.text(message.context_summary)
    for field in (seen.recent_intents, seen.frequent_prompts):
        field[:] = [masking.text(text) for text in field]
    seen.memory[:] = [masked_statement(text, masking) for text in message.memory]
    for part in (seen.preferences, seen.traits):
        part.utf8 = masking.json(part.utf8.decode()).encode()
    return seen


def masked_statement(text: str, masking: Masking) -> str:
    """A remembered sentence; names are personal by what they are."""
    named = "Is called "
    return f"{named}[name]" if text.startswith(named) else masking.text(text)
