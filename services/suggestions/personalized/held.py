"""What people, job roles and the whole organization ask, held in memory for a moment.

Whoever types asks at every key, and what a role or everybody asks is the same for all who type
meanwhile: a request chooses from it without a query, and what ranking works out of a pattern is
worked out once.
"""

import asyncio
import time
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest, nsmallest
from itertools import islice, takewhile
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from services.suggestions.personalized.reading import (
    ASKED,
    BEGINNINGS_READ,
    Begun,
    Row,
    learned_of,
    row_of,
)
from services.suggestions.ranking.model import Learned, Question, questions_of

# Of a job role or an organization, and of a person, the newest so many can make a suggestion.
LARGEST, LARGEST_OWN = 2_500, 500
# So many are held in all, at some 2 KiB each: what was chosen from longest ago goes first.
MOST_HELD = 100_000
# For what is typed so many patterns with questions that begin so, and texts that are remembered.
QUESTIONS_READ, TYPED_KEPT = 8, 2_000
LAST_CHARACTER = "\U0010ffff"
# What takes longer to read is read less often, so that it takes no larger share of the time.
COST_SECONDS = 0.05
# Read again after so long though nothing was learned: what people accepted changes too.
OLDEST_SECONDS = 30.0
FOLLOWERS = msgspec.json.Decoder(dict[str, int])


class Target(NamedTuple):
    """Whose patterns: a person's, a job role's or everybody's ("*"), as in query_patterns."""

    organization_id: str
    generation: int
    pattern_type: str
    target_id: str


class HeldPattern(Struct, gc=False):
    """A row, decoded when it is wanted first: of thousands some are.

    Tens of thousands are held, and lead back to none: the collector of cycles is spared them.
    """

    row: Row
    place: int
    least_people: int
    key: str  # the row's template_key in hex
    _learned: Learned | None = None
    _hour: int = -1
    _questions: tuple[Question, ...] | None = None
    _followers: dict[str, int] | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any], place: int, least_people: int) -> "HeldPattern":
        row = row_of(record)
        return cls(row, place, least_people, row.template_key.hex())

    def serves(self, connection_id: str) -> bool:
        """Whether it can be asked of the connection."""
        connections = self.row.connections
        return connections is None or connection_id in connections

    def learned(self, hour: int) -> Learned:
        """As ranking reads it at that hour of the week; the same object until the next."""
        if self._learned is None or self._hour != hour:
            self._learned = learned_of(self.row, self.questions, hour, self.least_people)
            self._hour = hour
        return self._learned

    @property
    def questions(self) -> tuple[Question, ...]:
        """What was asked, those that count most first."""
        if self._questions is None:
            self._questions = questions_of(ASKED.decode(self.row.asked))
        return self._questions

    @property
    def followers(self) -> dict[str, int]:
        """How often which template came next, by its key in hex."""
        if self._followers is None:
            self._followers = FOLLOWERS.decode(self.row.followers)
        return self._followers


class State(NamedTuple):
    """How far was learned: all that is told, and what a person asked last ("" of others)."""

    learned_to: int
    head: str


@dataclass
class Held:
    """The patterns of one target, the newest first, as of a state."""

    patterns: Sequence[HeldPattern]
    state: State
    read_at: float
    cost: float = 0.0  # seconds that it took to read and to index
    _typed: dict[tuple[str, str, int, int], list[Learned]] = field(default_factory=dict)

    def index(self) -> None:
        """Build what choosing looks things up in."""
        _ = self._by_key, self._by_opening, self._openings, self._questions

    def choose(
        self, begun: Begun, follows: str, connection_id: str, most: int, hour: int
    ) -> list[Learned]:
        """Those that a suggestion could be made of, the newest first."""
        before = self._by_key.get(follows)
        followers = before.followers if before else {}
        asked = (begun.text, connection_id, most, hour)
        if followers:
            return self._chosen(*asked, followers)
        # Many type the same.
        if asked not in self._typed:
            if len(self._typed) >= TYPED_KEPT:
                self._typed.clear()
            self._typed[asked] = self._chosen(*asked, followers)
        return self._typed[asked]

    def _chosen(
        self, typed: str, connection_id: str, most: int, hour: int, followers: dict[str, int]
    ) -> list[Learned]:
        begun, total = Begun(typed), sum(followers.values())
        found = (
            *islice((one for one in self.patterns if one.serves(connection_id)), most),
            *(self._by_key[key] for key in followers if key in self._by_key),
            *self._asked_so(begun),
            *self._opening_so(begun),
        )
        chosen = {one.place: one for one in found if one.serves(connection_id)}
        return [
            followed(one.learned(hour), followers.get(one.key, 0), total)
            for _, one in sorted(chosen.items())
        ]

    def _asked_so(self, begun: Begun) -> Iterator[HeldPattern]:
        """Of the questions that were asked and begin so, those that count most."""
        if begun.looked_up:
            texts, asked = self._questions
            start = bisect_left(texts, begun.text)
            end = bisect_left(texts, begun.text + LAST_CHARACTER, start)
            for _, place in nlargest(QUESTIONS_READ, islice(asked, start, end)):
                yield self.patterns[place]

    def _opening_so(self, begun: Begun) -> Iterator[HeldPattern]:
        """Of the templates that begin so, filled or not, the newest."""
        for opening, most in begun.openings:
            yield from self._by_opening.get(opening, [])[:most]
        if begun.looked_up:
            start = bisect_left(self._openings, begun.text)
            longer = takewhile(
                lambda opening: opening.startswith(begun.text), islice(self._openings, start, None)
            )
            ones = (one for opening in longer for one in self._by_opening[opening])
            yield from nsmallest(BEGINNINGS_READ, ones, key=lambda one: one.place)

    @cached_property
    def _questions(self) -> tuple[list[str], list[tuple[float, int]]]:
        """All questions in the order of their texts; what each counts, and its pattern's place."""
        found = sorted(
            (question.folded, question.recent, pattern.place)
            for pattern in self.patterns
            for question in pattern.questions
        )
        return [text for text, _, _ in found], [(recent, place) for _, recent, place in found]

    @cached_property
    def _by_key(self) -> dict[str, HeldPattern]:
        return {pattern.key: pattern for pattern in self.patterns}

    @cached_property
    def _by_opening(self) -> dict[str, list[HeldPattern]]:
        found: dict[str, list[HeldPattern]] = {}
        for pattern in self.patterns:
            found.setdefault(pattern.row.opening, []).append(pattern)
        return found

    @cached_property
    def _openings(self) -> list[str]:
        return sorted(self._by_opening)


def followed(learned: Learned, times: int, of: int) -> Learned:
    """With how often it came after the question before."""
    return msgspec.structs.replace(learned, followed=times, follows=of) if times else learned


@dataclass
class Slot:
    """A place for what is held; who waits for its reading waits for the lock."""

    held: Held | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class HeldPatterns:
    """What is held of all targets. `read` gives rows of `load_patterns`.

    What was learned since counts after `fresh_seconds`, and what the person asked at once.
    """

    def __init__(
        self,
        read: Callable[[Target, int], Awaitable[Sequence[Any]]],
        least_people: int,
        fresh_seconds: float,
    ) -> None:
        self._read = read
        self._least_people = least_people
        self._fresh_seconds = fresh_seconds
        self._slots: OrderedDict[Target, Slot] = OrderedDict()

    async def of(self, target: Target, state: State) -> Held:
        """The target's patterns, of that state or nearly so."""
        slot = self._slots.setdefault(target, Slot())
        self._slots.move_to_end(target)
        if slot.held and self._is_fresh(slot.held, state):
            return slot.held
        async with slot.lock:
            if not (slot.held and self._is_fresh(slot.held, state)):
                slot.held = await self._read_anew(target, state)
                self._make_room()
            return slot.held

    def forget(self, organization_id: str) -> None:
        """Drop what is held of an organization."""
        for target in [one for one in self._slots if one.organization_id == organization_id]:
            del self._slots[target]

    def _is_fresh(self, held: Held, state: State) -> bool:
        if held.state.head != state.head:
            return False
        age = time.monotonic() - held.read_at
        known = held.state.learned_to >= state.learned_to
        enough = self._fresh_seconds * max(1.0, held.cost / COST_SECONDS)
        return age < enough or (known and age < OLDEST_SECONDS)

    async def _read_anew(self, target: Target, state: State) -> Held:
        began = time.monotonic()
        most = LARGEST_OWN if target.pattern_type == "user_specific" else LARGEST
        rows = await self._read(target, most)
        patterns = [HeldPattern.of(row, at, self._least_people) for at, row in enumerate(rows)]
        held = Held(patterns, state, began)
        held.index()
        held.cost = time.monotonic() - began
        return held

    def _make_room(self) -> None:
        held = sum(map(weight, self._slots.values()))
        while held > MOST_HELD and len(self._slots) > 1:
            _, dropped = self._slots.popitem(last=False)
            held -= weight(dropped)


def weight(slot: Slot) -> int:
    """How many patterns are held there; a place with none takes as much as one."""
    return max(1, len(slot.held.patterns) if slot.held else 0)
