"""What is known of people, how they use the product, and what a prompt should know of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attune_client.calls import Call, Listing, M, Resource, T, call, given, listing, path, query

OF = "/api/v1/users/{}"


@dataclass(frozen=True, kw_only=True)
class UserTraits:
    """What is known of a person: trait → value."""

    user_id: str
    traits: Any = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TraitChange:
    """A trait that got another value: so since `told_at`, recorded at `changed_at`."""

    trait: str
    told_at: datetime
    changed_at: datetime
    changed_by: str
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class TraitChangePage:
    """A part of a person's changes."""

    changes: tuple[TraitChange, ...] = ()
    next_page_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class UserProfile:
    """How a person uses the product.

    `average_session_length` is in minutes, `completion_rate` from 0 to 1. `retention_cohort` is
    "day_1", "week_1", "week_2" or "churned"; `activation_status` "signed_up", "first_creation",
    "power_user" or "dormant".
    """

    user_id: str
    created_at: datetime
    retention_cohort: str
    activation_status: str
    email: str | None = None
    total_conversations: int = 0
    total_messages: int = 0
    total_credits_used: int = 0
    last_active_at: datetime | None = None
    primary_use_case: str | None = None
    preferred_tools: Any = None
    average_session_length: int = 0
    completion_rate: float | None = None
    credit_exhaustion_count: int = 0
    preferences: Any = None
    context_summary: str | None = None
    frequently_used_prompts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UserProfilePage:
    """A part of the profiles."""

    profiles: tuple[UserProfile, ...] = ()
    next_page_token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rebuilding:
    """What is under way, for people to read."""

    message: str


@dataclass(frozen=True, kw_only=True)
class UserContext:
    """What a prompt should know of a person; of version 0 where nothing is known.

    `satisfaction_signal` is from 0 to 10, `recent_rating` from 1 to 5; `memory` is what the person
    said of themselves, as sentences, the surest first.
    """

    user_id: str
    version: int = 0
    context_summary: str = ""
    preferences: Any = None
    recent_intents: tuple[str, ...] = ()
    frequent_prompts: tuple[str, ...] = ()
    traits: Any = None
    last_active_at: datetime | None = None
    satisfaction_signal: float | None = None
    recent_rating: float | None = None
    updated_at: datetime | None = None
    memory: tuple[str, ...] = ()


class ProfilesApi(Resource[M]):
    """Takes traits; gives traits, profiles and contexts."""

    @call
    def identify(
        self,
        traits: Mapping[str, Any],
        *,
        user_id: str | None = None,
        timestamp: datetime | None = None,
        timeout: float | None = None,
    ) -> Call[UserTraits]:
        """Tell traits of a person, the caller where no user_id is given. They are merged key by
        key, and None clears."""
        return Call(
            method="POST",
            path="/api/v1/identify",
            body=given(traits=traits, user_id=user_id, timestamp=timestamp),
            answer=UserTraits,
            repeatable=True,
            timeout=timeout,
        )

    @call
    def traits(self, user_id: str, *, timeout: float | None = None) -> Call[UserTraits]:
        """What is known of a person."""
        return read(path(OF + "/traits", user_id), {}, UserTraits, timeout)

    @listing
    def trait_changes(
        self,
        user_id: str,
        *,
        trait: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Listing[TraitChange]:
        """How a person's traits changed, newest first."""
        asked = query(trait=trait, page_size=page_size)
        first = read(path(OF + "/traits/history", user_id), asked, TraitChangePage, timeout)
        return Listing(first, lambda page: page.changes)

    @call
    def get(self, user_id: str, *, timeout: float | None = None) -> Call[UserProfile]:
        """A person's profile. Raises NotFound where nothing is known of the person."""
        return read(path(OF + "/profile", user_id), {}, UserProfile, timeout)

    @listing
    def list(
        self,
        *,
        activation_status: str | None = None,
        retention_cohort: str | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Listing[UserProfile]:
        """Profiles, those of the newest people first."""
        asked = query(
            activation_status=activation_status,
            retention_cohort=retention_cohort,
            page_size=page_size,
        )
        first = read("/api/v1/profiles", asked, UserProfilePage, timeout)
        return Listing(first, lambda page: page.profiles)

    @call
    def context(self, user_id: str, *, timeout: float | None = None) -> Call[UserContext]:
        """What a prompt should know of a person, ready made."""
        return read(path(OF + "/context", user_id), {}, UserContext, timeout)

    @call
    def rebuild(self, *, timeout: float | None = None) -> Call[Rebuilding]:
        """Have all profiles made anew, for admins; returns at once."""
        return Call(
            method="POST",
            path="/api/v1/profiles:rebuild",
            body={},
            answer=Rebuilding,
            repeatable=True,
            timeout=timeout,
        )


def read(where: str, asked: Mapping[str, str], answer: type[T], timeout: float | None) -> Call[T]:
    return Call(
        method="GET", path=where, query=asked, answer=answer, repeatable=True, timeout=timeout
    )
