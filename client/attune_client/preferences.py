"""What a person wants to be suggested."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from attune_client.calls import Call, M, Resource, call, query


class Unchanged(Enum):
    """What is not given in a change: None there brings back the default."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
Names = Iterable[str] | Unchanged | None


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a person wants; `updated_at` is None where nothing was ever set."""

    user_id: str
    preferred_query_types: tuple[str, ...] = ()
    excluded_metrics: tuple[str, ...] = ()
    preferred_metrics: tuple[str, ...] = ()
    preferred_dimensions: tuple[str, ...] = ()
    show_advanced_queries: bool = False
    max_suggestions: int
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Updated:
    """The preferences as they are now."""

    success: bool
    preferences: Preferences


class PreferencesApi(Resource[M]):
    """Reads and changes preferences."""

    @call
    def get(self, *, user_id: str | None = None, timeout: float | None = None) -> Call[Preferences]:
        """A person's preferences, the caller's where no user_id is given."""
        return Call(
            method="GET",
            path="/api/v1/activity/preferences",
            query=query(user_id=user_id),
            answer=Preferences,
            repeatable=True,
            timeout=timeout,
        )

    @call
    def update(
        self,
        *,
        preferred_query_types: Names = UNCHANGED,
        excluded_metrics: Names = UNCHANGED,
        preferred_metrics: Names = UNCHANGED,
        preferred_dimensions: Names = UNCHANGED,
        show_advanced_queries: bool | Unchanged | None = UNCHANGED,
        max_suggestions: int | Unchanged | None = UNCHANGED,
        user_id: str | None = None,
        timeout: float | None = None,
    ) -> Call[Updated]:
        """Change what is given: an empty list clears, None brings back the default."""
        body = changed(
            preferred_query_types=names(preferred_query_types),
            excluded_metrics=names(excluded_metrics),
            preferred_metrics=names(preferred_metrics),
            preferred_dimensions=names(preferred_dimensions),
            show_advanced_queries=show_advanced_queries,
            max_suggestions=max_suggestions,
        )
        return Call(
            method="PUT",
            path="/api/v1/activity/preferences",
            query=query(user_id=user_id),
            body=body,
            answer=Updated,
            repeatable=True,
            timeout=timeout,
        )


def names(given: Names) -> list[str] | Unchanged | None:
    return given if given is None or isinstance(given, Unchanged) else list(given)


def changed(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not UNCHANGED}
