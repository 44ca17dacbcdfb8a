"""UUIDs of version 7: ids that begin with their time, so that they sort by it (RFC 9562, 5.7)."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from secrets import token_bytes
from uuid import UUID

from asyncpg.pgproto import pgproto

from services.common.moments import EPOCH

MILLISECOND = timedelta(milliseconds=1)
# What the 12 bits of rand_a count up to.
MOST_IN_A_MILLISECOND = 0xFFF
# A uuid.UUID that is made from bytes, told and sent to the database at a fifth of the cost.
FastUUID = pgproto.UUID
# Of many ids: how many are made at a time, and the version with each place.
AT_ONCE = 256
PLACES = [(0x7000 | place).to_bytes(2) for place in range(MOST_IN_A_MILLISECOND + 1)]
VARIANTS = int.from_bytes((b"\x80" + bytes(7)) * AT_ONCE)
RANDOM_BITS = int.from_bytes((b"\x3f" + b"\xff" * 7) * AT_ONCE)


def millis_of(moment: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    return (moment - EPOCH) // MILLISECOND


def uuid7(moment: datetime, place: int = 0) -> UUID:
    """A UUID of a moment; `place`, from 0 to 4095, orders those of one millisecond.

    Raises ValueError for a moment before 1970, which has no such id.
    """
    return made(millis_of(moment), place)


def made(millis: int, place: int) -> UUID:
    if not 0 <= millis < 1 << 48:
        raise ValueError("a UUIDv7 has a time from 1970 on")
    random = secrets.randbits(62)
    return UUID(int=millis << 80 | 0x7 << 76 | place << 64 | 0b10 << 62 | random)


def uuid7s(moment: datetime) -> Iterator[UUID]:
    """UUIDs of a moment without end, in order: many at a time for a fraction of the cost of one.

    What is more than fits into a millisecond goes on in the next. Raises ValueError before 1970.
    """
    millis = millis_of(moment)
    if not 0 <= millis < 1 << 47:
        raise ValueError("a UUIDv7 has a time from 1970 on")
    for block in count(millis << 4):  # a sixteenth of what fits
        head, first = (block >> 4).to_bytes(6), (block & 0xF) * AT_ONCE
        # The variant is in the first two of each 8 bytes.
        random = int.from_bytes(token_bytes(8 * AT_ONCE))
        tails = (random & RANDOM_BITS | VARIANTS).to_bytes(8 * AT_ONCE)
        for number, place in enumerate(PLACES[first : first + AT_ONCE]):
            yield FastUUID(head + place + tails[8 * number : 8 * number + 8])


class Ids:
    """Ids that keep the order in which they are asked for where their millisecond is the same.

    They come after `last` where that is of the same millisecond. What is more than fits into one
    goes on in the next (RFC 9562, 6.2, Counter Rollover Handling).
    """

    def __init__(self, last: UUID | None = None) -> None:
        self._next: dict[int, int] = {}
        if last is not None:
            self._next[last.int >> 80] = (last.int >> 64 & MOST_IN_A_MILLISECOND) + 1

    def next(self, moment: datetime) -> UUID:
        """The next id of a moment. Raises ValueError for one before 1970."""
        millis = millis_of(moment)
        while self._next.get(millis, 0) > MOST_IN_A_MILLISECOND:
            millis += 1
        place = self._next.get(millis, 0)
        self._next[millis] = place + 1
        return made(millis, place)


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text is, in the form in which ids are told; else None."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None
