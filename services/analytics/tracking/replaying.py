"""Replaying refused events: corrected, read again, and stored at most once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw

from services.analytics.tracking.domain import (
    NATIVE,
    OLDEST,
    TOO_LARGE,
    Entry,
    Event,
    Outcome,
    RefusedEvent,
    outcome_of,
)
from services.analytics.tracking.reading import cut_object, read_pieces, read_sent
from services.analytics.tracking.refused import KeptEvent, RefusedStore, Which
from services.analytics.tracking.segment import reader_of
from services.analytics.tracking.store import ensure_months_of, insert_events
from services.common.clock import Clock
from services.common.db import Connection

AT_ONCE = 1_000
NULL = Raw(b"null")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What to change of each event before it is read: names of fields, then an RFC 7386 patch."""

    rename: Mapping[str, str] = field(default_factory=dict)
    patch: Mapping[str, Raw] = field(default_factory=dict)
    imported: bool = False

    def apply(self, body: bytes) -> bytes:
        """The event's text with the changes; as it is where it is no object."""
        if not self.rename and not self.patch:
            return body
        try:
            fields = cut_object(body)
        except msgspec.MsgspecError:
            return body
        renamed = {self.rename.get(name, name): value for name, value in fields.items()}
        return msgspec.json.encode(merged(renamed, self.patch))


def merged(target: Mapping[str, Raw], patch: Mapping[str, Raw]) -> dict[str, Any]:
    """RFC 7386, without decoding what is not changed."""
    result: dict[str, Any] = dict(target)
    for name, value in patch.items():
        if value == NULL:
            result.pop(name, None)
        elif is_object(value):
            own = target.get(name, NULL)
            result[name] = merged(cut_object(own) if is_object(own) else {}, cut_object(value))
        else:
            result[name] = value
    return result


def is_object(value: Raw) -> bool:
    return bytes(value).startswith(b"{")


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What became of some; `last` is the newest of them where there may be more."""

    outcomes: Sequence[tuple[UUID, Outcome]]
    last: UUID | None


class Replayer:
    def __init__(self, store: RefusedStore, now: Clock) -> None:
        self._store = store
        self._now = now

    async def replay(
        self, organization_id: str, which: Which, changes: Changes, after: UUID
    ) -> Replayed:
        """Replay the oldest after `after`, all in one transaction with what is noted of them."""
        async with self._store.pool.acquire() as conn, conn.transaction():
            kept = await self._store.claim(conn, organization_id, which, after, AT_ONCE)
            entries = [self._read(organization_id, one, changes) for one in kept]
            outcomes = await self._keep(conn, organization_id, entries)
        last = kept[-1].id if len(kept) == AT_ONCE else None
        ids = [one.id for one in kept]
        return Replayed(outcomes=list(zip(ids, outcomes, strict=True)), last=last)

    def _read(self, organization_id: str, kept: KeptEvent, changes: Changes) -> Entry:
        if kept.reason == TOO_LARGE:  # what was cut off is gone
            reason, violations = kept.reason, kept.violations
            return RefusedEvent(id=kept.id, body=kept.body, reason=reason, violations=violations)
        arrival = kept.arrival(organization_id, imported=changes.imported)
        read = read_sent if kept.form == NATIVE else reader_of(kept.form)
        [entry] = read_pieces([changes.apply(kept.body)], read, arrival)
        return with_ids(entry, kept)

    async def _keep(
        self, conn: Connection, organization_id: str, entries: Sequence[Entry]
    ) -> list[Outcome]:
        events = [entry for entry in entries if isinstance(entry, Event)]
        refused = [entry for entry in entries if isinstance(entry, RefusedEvent)]
        await ensure_months_of(conn, events, self._now() - OLDEST)
        firsts = await insert_events(conn, organization_id, events)
        stored = [(event.id, firsts.get(event.id, event.id)) for event in events]
        await self._store.mark_replayed(conn, organization_id, stored, self._now())
        await self._store.note_still_refused(conn, organization_id, refused)
        return [outcome_of(entry, firsts) for entry in entries]


def with_ids(entry: Entry, kept: KeptEvent) -> Entry:
    """An event keeps the id under which it was refused, and its place in the request."""
    if isinstance(entry, Event):
        return entry._replace(id=kept.id, message_id=entry.message_id or kept.message_id)
    return replace(entry, id=kept.id)
