"""Where people are found, as SELECTs of a column `person`."""

from collections.abc import Sequence
from uuid import UUID

from services.analytics.insights.compiler.events import AT
from services.analytics.segments.domain import Periods
from services.analytics.semantics.compiler import Period
from services.analytics.semantics.compiler.quoting import instant, text

MEMBERS = '"store"."segment_members"'
BY_USER = (
    'LEFT JOIN "store"."merged_ids" AS merged'
    " ON merged.kind = 'alias' AND merged.previous_id = t0.user_id"
)
BY_ANONYMOUS = (
    'LEFT JOIN "store"."merged_ids" AS merged'
    " ON merged.kind = 'anonymous' AND merged.previous_id = t0.anonymous_id"
)


def everybody(more: Sequence[str], only: Sequence[str] | None) -> str:
    """All who have an id, or did something before they had one, and who is found by `more`."""
    users = " AND ".join(["true", *one_of("t0.user_id", only)])
    strangers = " AND ".join(["t0.user_id IS NULL", *one_of("t0.anonymous_id", only)])
    return " UNION ".join(
        [
            "SELECT coalesce(merged.user_id, t0.user_id)::text AS person"
            f' FROM "store"."users" AS t0 {BY_USER} WHERE {users}',
            "SELECT coalesce(merged.user_id, t0.anonymous_id)::text"
            f' FROM "store"."events" AS t0 {BY_ANONYMOUS}'
            f" WHERE {strangers} AND t0.anonymous_id IS NOT NULL",
            *more,
        ]
    )


def members_of(segment_id: UUID, only: Sequence[str] | None) -> str:
    held = " AND ".join([f"t0.segment_id = '{segment_id}'", *one_of("t0.user_id", only)])
    return f"SELECT t0.user_id::text AS person FROM {MEMBERS} AS t0 WHERE {held}"


def uploaded_to(segment_id: UUID, only: Sequence[str] | None) -> str:
    held = " AND ".join([f"t0.segment_id = '{segment_id}'", *one_of("t0.user_id", only)])
    return (
        "SELECT DISTINCT coalesce(merged.user_id, t0.user_id)::text AS person"
        f' FROM "store"."uploaded_ids" AS t0 {BY_USER} WHERE {held}'
    )


def ids_of(only: Sequence[str] | None) -> list[str]:
    """That an event is of one of these ids: two lookups, each by an index."""
    if only is None:
        return []
    [user], [anonymous] = one_of('t0."user_id"', only), one_of('t0."anonymous_id"', only)
    return [f'({user} OR (t0."user_id" IS NULL AND {anonymous}))']


def one_of(column: str, ids: Sequence[str] | None) -> list[str]:
    """One literal, however many there are: the firewall bounds how many words a statement has."""
    return [] if ids is None else [f"{column} = ANY ({array(ids)}::text[])"]


def array(values: Sequence[str]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return text("{" + ",".join(f'"{value}"' for value in quoted) + "}")


def during(period: Period | None) -> tuple[str, ...]:
    if period is None:
        return ()
    return (f"{AT} >= {instant(period.start)}", f"{AT} < {instant(period.end)}")


def hull(periods: Periods) -> str:
    """The time that all windows lie in, by which partitions are left out."""
    bounded = [period for period in periods if period]
    if len(bounded) < len(periods) or not bounded:
        return "true"
    start, end = min(one.start for one in bounded), max(one.end for one in bounded)
    return " AND ".join(during(Period(start, end)))
