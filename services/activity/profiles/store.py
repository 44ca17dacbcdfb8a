"""Profiles and what they are made of: one method for each query in queries.sql."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.activity.profiles.domain import (
    CHOICES,
    CHOICES_KEPT,
    PROMPT,
    PROMPTS_KEPT,
    SILENCE,
    Day,
    Person,
    Presence,
    Profile,
    Recent,
    Signal,
    Span,
    Standing,
    standing_of,
)
from services.activity.profiles.translating import changed
from services.activity.traits.store import texts_of
from services.common.db import Connection, Pool, load_queries
from services.common.event_log import tell

SQL = load_queries(__package__)
read_counts = msgspec.json.Decoder(dict[str, int]).decode
RECENTS = 20
# Remembered facts that a context has at most.
MEMORIES = 20
RATINGS = 10
# What goes over all of an organization may take its time, and nobody waits for it.
WHOLE_SECONDS = 3600
DAYS_AT_ONCE = 10_000
DUE_AT_ONCE = 1000

# Signals of a person, by kind.
KEPT = {PROMPT: PROMPTS_KEPT, **dict.fromkeys(CHOICES, CHOICES_KEPT)}

Spans = Mapping[str, Sequence[Span]]
"""User → sessions."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which profiles, newest person first, before (created_at, user_id)."""

    activation_status: str | None
    retention_cohort: str | None
    before: tuple[datetime, str]
    limit: int

    def fits(self, profile: Profile) -> bool:
        """Whether one is among them."""
        return (
            (profile.created_at, profile.user_id) < self.before
            and self.activation_status in (None, profile.activation_status)
            and self.retention_cohort in (None, profile.retention_cohort)
        )


class ProfileStore:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def began(
        self, conn: Connection, organization_id: str, conversations: Iterable[str]
    ) -> list[tuple[str, date]]:
        """Whose conversations these are, and on which day (UTC) they began."""
        ids = [UUID(found) for found in sorted(set(conversations))]
        rows = await conn.fetch(SQL["conversations_of_events"], organization_id, ids)
        return [(row["user_id"], row["started_at"].date()) for row in rows]

    async def count_days(
        self, conn: Connection, organization_id: str, days: Iterable[tuple[str, date]]
    ) -> None:
        pairs = sorted(set(days))
        users, dates = [user for user, _ in pairs], [day for _, day in pairs]
        args = (organization_id, users, dates)
        await conn.execute(SQL["count_days"], *args, timeout=WHOLE_SECONDS)

    async def spans_near(
        self, conn: Connection, organization_id: str, moments: Mapping[str, Sequence[datetime]]
    ) -> dict[str, list[Span]]:
        """The sessions that these moments may be part of."""
        users = sorted(moments)
        first, last = [min(moments[u]) for u in users], [max(moments[u]) for u in users]
        args = (organization_id, users, first, last, SILENCE)
        found: dict[str, list[Span]] = defaultdict(list)
        for row in await conn.fetch(SQL["spans_near"], *args):
            found[row["user_id"]].append(Span(row["started_at"], row["ended_at"]))
        return found

    async def replace_spans(
        self, conn: Connection, organization_id: str, old: Spans, new: Spans
    ) -> None:
        gone = [(user, span) for user, spans in old.items() for span in spans]
        made = [(user, span) for user, spans in new.items() for span in spans]
        await conn.execute(
            SQL["drop_spans"], organization_id, [u for u, _ in gone], [s.start for _, s in gone]
        )
        starts, ends = [s.start for _, s in made], [s.end for _, s in made]
        await conn.execute(SQL["add_spans"], organization_id, [u for u, _ in made], starts, ends)

    async def add_event_signals(
        self, conn: Connection, organization_id: str, events: Iterable[str]
    ) -> set[tuple[str, str]]:
        """Take in what these events of conversations tell; returns whose, and of which kinds."""
        ids = [UUID(event) for event in sorted(set(events))]
        rows = await conn.fetch(SQL["add_event_signals"], organization_id, ids)
        return {(row["user_id"], row["kind"]) for row in rows}

    async def add_signals(
        self, conn: Connection, organization_id: str, signals: Sequence[tuple[str, Signal]]
    ) -> set[tuple[str, str]]:
        """Take in signals of people; the last of those with one source, and no more than kept.

        Returns whose, and of which kinds.
        """
        rows = newest_of_each(signals)
        await conn.execute(
            SQL["add_signals"],
            *(organization_id, [user for user, _ in rows], [s.kind for _, s in rows]),
            *([s.source for _, s in rows], [s.seen_at for _, s in rows]),
            [s.value for _, s in rows],
        )
        return {(user, s.kind) for user, s in rows}

    async def drop_old_signals(
        self, conn: Connection, organization_id: str, pairs: Iterable[tuple[str, str]]
    ) -> None:
        """Keep the newest of these people's kinds."""
        each = sorted(pairs)
        users, kinds = [user for user, _ in each], [kind for _, kind in each]
        args = (organization_id, users, kinds, [KEPT[kind] for kind in kinds])
        await conn.execute(SQL["drop_old_signals"], *args)

    async def make_anew(
        self, conn: Connection, organization_id: str, users: Collection[str] | None = None
    ) -> list[str]:
        """Fill all that profiles are made of, of these people or everybody, from what is on record.

        Returns the people that are known. In a transaction.
        """
        whose = (organization_id, None if users is None else sorted(users))
        for query in ("clear_days", "clear_sessions", "clear_signals"):
            await conn.execute(SQL[query], *whose, timeout=WHOLE_SECONDS)
        every = await conn.cursor(SQL["all_days"], *whose, timeout=WHOLE_SECONDS)
        while rows := await every.fetch(DAYS_AT_ONCE, timeout=WHOLE_SECONDS):
            await self.count_days(conn, organization_id, [(r["user_id"], r["day"]) for r in rows])
        await conn.execute(SQL["all_spans"], *whose, SILENCE, timeout=WHOLE_SECONDS)
        kept = (PROMPTS_KEPT, CHOICES_KEPT)
        await conn.execute(SQL["all_signals"], *whose, *kept, timeout=WHOLE_SECONDS)
        if users is not None:
            return sorted(users)
        found = await conn.fetch(SQL["known_users"], organization_id, timeout=WHOLE_SECONDS)
        return [row["user_id"] for row in found]

    async def drop_unknown(
        self, conn: Connection, organization_id: str, users: Collection[str] | None = None
    ) -> list[str]:
        """Drop profiles and contexts of whom nothing is known, of these people or everybody.

        Returns whose profiles.
        """
        args = (organization_id, None if users is None else sorted(users))
        await conn.execute(SQL["drop_unknown_contexts"], *args, timeout=WHOLE_SECONDS)
        gone = await conn.fetch(SQL["drop_unknown_profiles"], *args, timeout=WHOLE_SECONDS)
        return [row["user_id"] for row in gone]

    async def people(
        self, conn: Connection, organization_id: str, users: Sequence[str]
    ) -> list[Person]:
        """All that the profiles of these people are made of."""
        args = (organization_id, users)
        days = by_user(await conn.fetch(SQL["read_days"], *args), day_of)
        said: dict[str, dict[str, Sequence[str]]] = defaultdict(dict)
        for row in await conn.fetch(SQL["read_signals"], *args):
            said[row["user_id"]][row["kind"]] = row["newest_first"]
        recents = by_user(
            await conn.fetch(SQL["read_recents"], *args, RECENTS),
            lambda r: Recent(r["intent"], r["satisfaction"]),
        )
        ratings = by_user(
            await conn.fetch(SQL["read_ratings"], *args, RATINGS), lambda r: r["score"]
        )
        presence = by_user(await conn.fetch(SQL["read_presence"], *args), presence_of)
        memory = by_user(
            await conn.fetch(SQL["read_memory"], *args, MEMORIES), lambda r: r["statement"]
        )
        summaries = by_user(await conn.fetch(SQL["read_summaries"], *args), lambda r: r["summary"])
        traits = {row["user_id"]: row for row in await conn.fetch(SQL["read_traits"], *args)}
        return [
            Person(
                user_id=user,
                days=days[user],
                presence=next(iter(presence[user]), Presence()),
                said=said.get(user, {}),
                recents=recents[user],
                ratings=ratings[user],
                memory=memory[user],
                summary=next(iter(summaries[user]), None),
                traits=texts_of(traits[user]["traits"]) if user in traits else {},
                traits_since=traits[user]["created_at"] if user in traits else None,
            )
            for user in users
        ]

    async def put(
        self, conn: Connection, organization_id: str, profiles: Sequence[Profile]
    ) -> list[str]:
        """Store profiles; returns whose are not as they were."""
        rows = [(organization_id, *columns_of(profile)) for profile in profiles]
        return [row["user_id"] for row in await conn.fetchmany(SQL["put_profile"], rows)]

    async def several(
        self, conn: Connection, organization_id: str, users: Sequence[str]
    ) -> dict[str, Profile]:
        rows = await conn.fetch(SQL["several_profiles"], organization_id, users)
        return {row["user_id"]: profile_in(row) for row in rows}

    async def put_contexts(
        self, conn: Connection, organization_id: str, contents: Mapping[str, bytes], now: datetime
    ) -> list[str]:
        """Store contexts; returns whose are not as they were."""
        users = sorted(contents)
        args = (organization_id, users, [contents[user] for user in users], now)
        return [row["user_id"] for row in await conn.fetch(SQL["put_contexts"], *args)]

    async def get(self, organization_id: str, user_id: str) -> Profile | None:
        row = await self.pool.fetchrow(SQL["get_profile"], organization_id, user_id)
        return profile_in(row) if row else None

    async def page(self, organization_id: str, what: Listing) -> list[Profile]:
        """The profiles and, where there are more, one more than the limit."""
        args = (organization_id, *what.before, what.limit + 1)
        status, cohort = what.activation_status, what.retention_cohort
        if status:
            rows = await self.pool.fetch(SQL["list_profiles_of_status"], *args, status, cohort)
        elif cohort:
            rows = await self.pool.fetch(SQL["list_profiles_of_cohort"], *args, cohort)
        else:
            rows = await self.pool.fetch(SQL["list_profiles"], *args)
        return [profile_in(row) for row in rows]

    async def organizations_due(self, now: datetime) -> list[str]:
        rows = await self.pool.fetch(SQL["organizations_due"], now)
        return [row["organization_id"] for row in rows]

    async def pass_time(self, organization_id: str, now: datetime) -> None:
        """Bring cohorts and statuses forward that silence alone has changed, and tell."""
        due = DUE_AT_ONCE
        while due == DUE_AT_ONCE:
            async with self.pool.acquire() as conn, conn.transaction():
                rows = await conn.fetch(SQL["due_profiles"], organization_id, now, DUE_AT_ONCE)
                due = len(rows)
                found = {row["user_id"]: standing_in(row, now) for row in rows}
                if found:
                    cohorts, statuses, dues = zip(*found.values(), strict=True)
                    args = (organization_id, [*found], cohorts, statuses, dues)
                    await conn.execute(SQL["set_standings"], *args)
                    await self.tell_changed(conn, organization_id, sorted(found), now)

    async def tell_changed(
        self, conn: Connection, organization_id: str, users: Sequence[str], now: datetime
    ) -> None:
        """Append to the event log how these profiles are: the last thing of a transaction."""
        for start in range(0, len(users), DUE_AT_ONCE):
            part = users[start : start + DUE_AT_ONCE]
            known = await self.several(conn, organization_id, part)
            facts = [changed(user, known.get(user)) for user in part]
            await tell(conn, organization_id, facts, now)


def standing_in(row: Any, now: datetime) -> Standing:
    return standing_of(row["created_at"], row["last_active_at"], row["active_status"], now)


def newest_of_each(signals: Sequence[tuple[str, Signal]]) -> list[tuple[str, Signal]]:
    """The last with each source, of each person and kind no more than are kept anyway."""
    unique = {(user, s.kind, s.source): (user, s) for user, s in signals}
    groups: dict[tuple[str, str], list[tuple[str, Signal]]] = defaultdict(list)
    for user, signal in unique.values():
        groups[user, signal.kind].append((user, signal))
    newest: list[tuple[str, Signal]] = []
    for (_, kind), group in sorted(groups.items()):
        group.sort(key=lambda one: (one[1].seen_at, one[1].source))
        newest += group[-KEPT[kind] :]
    return sorted(newest, key=lambda one: (one[0], one[1].kind, one[1].source))


def by_user(rows: Iterable[Any], of: Callable[[Any], Any]) -> dict[str, list[Any]]:
    """User → what each row holds besides, in their order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["user_id"]].append(of(row))
    return found


def day_of(row: Any) -> Day:
    fields = {**row}
    del fields["user_id"]
    for name in ("tools", "use_cases"):
        fields[name] = read_counts(fields[name])
    return Day(**fields)


def presence_of(row: Any) -> Presence:
    return Presence(row["sessions"], row["length"], row["first"], row["last"])


def columns_of(profile: Profile) -> tuple[Any, ...]:
    """In the order of the columns; JSON as text."""
    return tuple(
        json.dumps(value) if isinstance(value, dict) else value for value in vars(profile).values()
    )


def profile_in(row: Any) -> Profile:
    fields = {**row}
    for name in ("preferred_tools", "preferences"):
        fields[name] = json.loads(fields[name])
    return Profile(**fields)
