"""Ids out of CSV, line by line as it arrives."""

import csv
from collections.abc import AsyncIterable
from dataclasses import dataclass, field

from services.analytics.segments.domain import Segment
from services.analytics.segments.store import SegmentStore
from services.common.caller import Caller
from services.common.errors import BodyTooLarge
from services.common.lines import lines

MOST_LINES, MOST_REFUSALS = 1_000_000, 1_000
LINE_BYTES = 64 * 1024
LONGEST_ID = 100
AT_ONCE = 5_000
NAMED = "user_id"


@dataclass
class Tally:
    """What became of lines, and the first refused ones by their number, from 1."""

    told: int = 0
    accepted: int = 0
    refused: int = 0
    refusals: list[tuple[int, str]] = field(default_factory=list)

    @property
    def duplicates(self) -> int:
        return self.told - self.accepted

    def refuse(self, line: int, why: str) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_REFUSALS:
            self.refusals.append((line, why))


class Unfit(ValueError):
    """Why a line holds no id."""


class Reading:
    """Which column counts is told by the first line, where that names one user_id."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._column = 0
        self.number = 0

    def id_in(self, line: bytes) -> str | None:
        """The id of the next line; None of a heading, an empty line and one that is refused."""
        self.number += 1
        if not line.strip():
            return None
        try:
            cells = cells_of(line)
            if self.number == 1 and NAMED in cells:
                self._column = cells.index(NAMED)
                return None
            return fitting(cells[self._column] if self._column < len(cells) else "")
        except Unfit as why:
            self._tally.refuse(self.number, str(why))
            return None


def cells_of(line: bytes) -> list[str]:
    """Raises Unfit."""
    if len(line) > LINE_BYTES:
        raise Unfit(f"is longer than {LINE_BYTES} bytes")
    try:
        text = line.decode("utf-8-sig").rstrip("\r")
        return [cell.strip() for cell in next(csv.reader([text]), [])]
    except UnicodeDecodeError:
        raise Unfit("is not UTF-8") from None
    except csv.Error as err:
        raise Unfit(f"is no CSV: {err}") from None


def fitting(told: str) -> str:
    """Raises Unfit."""
    if not told:
        raise Unfit("has no id")
    if len(told) > LONGEST_ID:
        raise Unfit(f"is longer than {LONGEST_ID} characters")
    if "\0" in told:
        raise Unfit("has a NUL character")
    return told


async def upload(
    pieces: AsyncIterable[bytes],
    store: SegmentStore,
    who: Caller,
    segment: Segment,
    *,
    append: bool,
) -> Tally:
    """Store the ids of a file: aside while it arrives, and then at once. Raises BodyTooLarge."""
    tally, ids = Tally(), []
    reading = Reading(tally)
    aside = store.aside(who.organization_id)
    async for line in lines(pieces, LINE_BYTES):
        if reading.number == MOST_LINES:
            raise BodyTooLarge(f"a file has at most {MOST_LINES:,} lines")
        found = reading.id_in(line)
        if found is not None:
            ids.append(found)
        if len(ids) == AT_ONCE:
            await aside.put(ids)
            tally.told += len(ids)
            ids = []
    await aside.put(ids)
    tally.told += len(ids)
    tally.accepted = await store.take_uploads(who, segment.id, aside, append=append)
    return tally
