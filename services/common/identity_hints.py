"""Hints by Redis that a caller was revoked or changed, for those who keep what identity told.

Losing one costs only time: what is kept ends by itself.
"""

SOURCE = "identity"
CHANNEL = f"attune:events:{SOURCE}"


def hint_of(organization_id: str, subject: str) -> str:
    """An organization's id has no space, and a subject may have some."""
    return f"{organization_id} {subject}"


def caller_in(hint: bytes) -> tuple[str, str]:
    """Organization and subject."""
    organization_id, _, subject = hint.decode(errors="replace").partition(" ")
    return organization_id, subject
