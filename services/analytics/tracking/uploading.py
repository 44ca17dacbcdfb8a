"""Files of events: lines cut out of what arrives, stored some at a time."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field

from services.analytics.tracking.domain import (
    ACCEPTED,
    DUPLICATE,
    EVENT_BYTES,
    REFUSED,
    Arrival,
    Outcome,
)
from services.analytics.tracking.reading import read_pieces, read_sent
from services.analytics.tracking.recorder import Batch, Recorder
from services.common.lines import lines
from services.common.surrogates import mended

AT_ONCE = 2_000
MOST_REFUSALS = 1_000
BLANK = b" \t\r"


@dataclass
class Tally:
    """What became of lines, and the first refused ones by their number, from 1."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    refusals: list[tuple[int, Outcome]] = field(default_factory=list)

    def add(self, line: int, outcome: Outcome) -> None:
        self.accepted += outcome.status == ACCEPTED
        self.duplicates += outcome.status == DUPLICATE
        self.refused += outcome.status == REFUSED
        if outcome.status == REFUSED and len(self.refusals) < MOST_REFUSALS:
            self.refusals.append((line, outcome))


async def upload(pieces: AsyncIterable[bytes], arrival: Arrival, recorder: Recorder) -> Tally:
    """Store a file's events; the arrival is that of its beginning."""
    tally, number = Tally(), 0
    held: list[tuple[int, bytes]] = []
    async for line in lines(pieces, EVENT_BYTES):
        number += 1
        if line.strip(BLANK):
            held.append((number, line))
        if len(held) == AT_ONCE:
            await store(held, arrival, recorder, tally)
            held = []
    if held:
        await store(held, arrival, recorder, tally)
    return tally


async def store(
    held: list[tuple[int, bytes]], arrival: Arrival, recorder: Recorder, tally: Tally
) -> None:
    numbers, texts = [number for number, _ in held], [readable(line) for _, line in held]
    size = sum(map(len, texts))
    entries = list(read_pieces(texts, read_sent, arrival, numbers))
    outcomes = await recorder.record(Batch(arrival=arrival, entries=entries), size)
    for number, outcome in zip(numbers, outcomes, strict=True):
        tally.add(number, outcome)


def readable(line: bytes) -> bytes:
    """The line, mended where it has halves of surrogate pairs: they are no reason to lose it."""
    return mended(line) if b"\\ud" in line.lower() else line
