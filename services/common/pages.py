"""Opaque page tokens: where the next page starts, bound to the filters they were made for."""

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.common.errors import InvalidFields, Violation


def filters_hash(*filters: object) -> str:
    """A short fingerprint of what a list was filtered by."""
    return hashlib.sha256(repr(filters).encode()).hexdigest()[:12]


def page_token(filters: str, position: tuple[Any, ...]) -> str:
    """The token of the page after `position`, the sort key of the last item shown."""
    raw = msgspec.json.encode([filters, *position])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def position_of(token: str, filters: str, shape: Any) -> Any:
    """A token's position, as a tuple type such as tuple[datetime, int]. Raises InvalidFields."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        made_for, *position = msgspec.json.decode(raw)
        if made_for == filters:
            found = msgspec.convert(position, shape)
            check_storable(found)
            return found
    except (binascii.Error, ValueError, TypeError, OverflowError, msgspec.MsgspecError):
        pass
    problem = "is no token of this list with these filters; start without one"
    raise InvalidFields(Violation("page_token", problem))


def check_storable(position: tuple[Any, ...]) -> None:
    """Tokens are not signed: raises ValueError or OverflowError for what no column can hold."""
    for value in position:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError("a time without a zone")
            value.astimezone(UTC)
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("more than 64 bits")
        elif isinstance(value, str) and "\0" in value:
            raise ValueError("a NUL character")
