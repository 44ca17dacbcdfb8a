"""What events tell of people and groups: traits, memberships, and ids that mean the same person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Raw

from services.analytics.tracking.domain import Event
from services.common.db import Connection, load_queries
from services.common.ids import Ids

SQL = load_queries(__package__, "people.sql")
TELLING = ("identify", "group", "alias")
LONGEST_USER, LONGEST_GROUP = 100, 200

cut_object = msgspec.json.Decoder(dict[str, Raw]).decode


class Merge(NamedTuple):
    """An id that from now on means a person."""

    kind: str
    previous_id: str
    user_id: str
    merged_at: datetime
    source: str


class Named(msgspec.Struct):
    """Of an event's extra fields those that name somebody; libraries send numbers as ids too."""

    groupId: str | int | None = None  # noqa: N815
    previousId: str | int | None = None  # noqa: N815


decode_named = msgspec.json.Decoder(Named, strict=False).decode


@dataclass
class Told:
    """Of one person or group: the newest value of each trait, and when each was told."""

    first: datetime
    last: datetime
    traits: dict[str, Raw] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)


async def tell(conn: Connection, organization_id: str, events: Sequence[Event]) -> None:
    """Keep what new events tell; `events` are in the order of time."""
    telling = [event for event in events if event.type in TELLING]
    if not telling:
        return
    await keep_traits(conn, organization_id, "keep_user_traits", user_traits(telling))
    groups = [(event, group) for event in telling if (group := group_of(event))]
    told = gathered((group, event) for event, group in groups)
    await keep_traits(conn, organization_id, "keep_group_traits", told)
    await keep_members(conn, organization_id, groups)
    await merge(conn, organization_id, list(merges_of(telling)))


def user_traits(events: Iterable[Event]) -> dict[str, Told]:
    told = (event for event in events if event.type == "identify")
    return gathered((event.user_id, event) for event in told if event.user_id)


def gathered(told: Iterable[tuple[str, Event]]) -> dict[str, Told]:
    """By whom the events are about, what they tell; each in the order of time."""
    found: dict[str, Told] = {}
    for name, event in told:
        one = found.setdefault(name, Told(event.timestamp, event.timestamp))
        one.last = event.timestamp
        traits = cut_object(event.properties)
        one.traits |= traits
        one.times |= dict.fromkeys(traits, event.timestamp)
    return found


def group_of(event: Event) -> str | None:
    return named(event, "groupId", LONGEST_GROUP) if event.type == "group" else None


def named(event: Event, name: str, longest: int) -> str | None:
    """An id among the extra fields; None where there is none that could be kept."""
    try:
        value = getattr(decode_named(event.extra or "{}"), name)
    except msgspec.ValidationError:
        return None
    text = "" if value is None else str(value)
    return text if 0 < len(text) <= longest else None


def merges_of(events: Iterable[Event]) -> Iterator[Merge]:
    """An anonymous id that turns out to be a person's, and a former id."""
    for event in events:
        if event.type == "group" or event.user_id is None:
            continue
        said: list[tuple[str, str | None]] = [("anonymous", event.anonymous_id)]
        if event.type == "alias":
            said.append(("alias", named(event, "previousId", LONGEST_GROUP)))
        for kind, previous in said:
            if previous is not None and previous != event.user_id:
                yield Merge(kind, previous, event.user_id, event.timestamp, event.source)


async def keep_traits(
    conn: Connection, organization_id: str, query: str, told: dict[str, Told]
) -> None:
    if not told:
        return
    names = sorted(told)  # so that no two calls deadlock
    await conn.execute(
        SQL[query],
        organization_id,
        names,
        [msgspec.json.encode(told[name].traits).decode() for name in names],
        [msgspec.json.encode(told[name].times).decode() for name in names],
        [told[name].first for name in names],
        [told[name].last for name in names],
    )


async def keep_members(
    conn: Connection, organization_id: str, groups: Iterable[tuple[Event, str]]
) -> None:
    since: dict[tuple[str, str], datetime] = {}
    for event, group in groups:
        if event.user_id is not None:
            since.setdefault((event.user_id, group), event.timestamp)
    if since:
        members = sorted(since)
        users, names = [user for user, _ in members], [group for _, group in members]
        times = [since[member] for member in members]
        await conn.execute(SQL["keep_members"], organization_id, users, names, times)


async def merge(conn: Connection, organization_id: str, merges: Sequence[Merge]) -> None:
    """The first person whom an id is said to mean has it, until that is undone."""
    first: dict[tuple[str, str], Merge] = {}
    for one in merges:
        first.setdefault((one.kind, one.previous_id), one)
    if not first:
        return
    rows = [first[key] for key in sorted(first)]
    ids = Ids()
    new = [ids.next(row.merged_at) for row in rows]
    await conn.execute(SQL["merge"], organization_id, new, *map(list, zip(*rows, strict=True)))
