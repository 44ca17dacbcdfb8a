"""The scopes of API keys, as text."""

from attune.common.v1.access_pb2 import Scope

ANY_SCOPE = "any"


def scope_text(value: int) -> str:
    """SCOPE_ACTIVITY_WRITE as "activity:write", SCOPE_ANY as "any", SCOPE_UNSPECIFIED as ""."""
    if value == Scope.SCOPE_UNSPECIFIED:
        return ""
    resource, _, verb = Scope.Name(value).removeprefix("SCOPE_").lower().rpartition("_")
    return f"{resource}:{verb}" if resource else verb


SCOPES = frozenset(map(scope_text, Scope.values())) - {"", ANY_SCOPE}
"""What an API key may be made for."""
