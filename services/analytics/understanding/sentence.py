"""The pieces of a question, of which rules take what they understand; what is left is not."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.analytics.semantics.compiler import TimeRange
from services.analytics.semantics.domain import Aggregate, Grain, Operator
from services.analytics.understanding.lexicon import Mention
from services.analytics.understanding.pieces import IGNORED, Piece

SKIPPED = frozenset({"filler", "which", "comma"})


class Sentence:
    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self.pieces = pieces
        self.taken: set[int] = set()

    def __len__(self) -> int:
        return len(self.pieces)

    def kind(self, at: int | None) -> str:
        """Empty outside of the sentence."""
        return self.pieces[at].kind if at is not None and 0 <= at < len(self.pieces) else ""

    def value(self, at: int) -> Any:
        return self.pieces[at].value

    def free(self, *kinds: str) -> list[int]:
        """Where pieces of these kinds are that no rule has taken."""
        found = enumerate(self.pieces)
        return [at for at, piece in found if piece.kind in kinds and at not in self.taken]

    def all(self, *kinds: str) -> list[int]:
        return [at for at, piece in enumerate(self.pieces) if piece.kind in kinds]

    def opening(self) -> int | None:
        """The first piece that is no mere filler."""
        return self.after(-1)

    def after(self, at: int, skipped: frozenset[str] = SKIPPED) -> int | None:
        """The next piece that is no mere filler."""
        return self._beside(at, 1, skipped)

    def before(self, at: int, skipped: frozenset[str] = SKIPPED) -> int | None:
        return self._beside(at, -1, skipped)

    def _beside(self, at: int, step: int, skipped: frozenset[str]) -> int | None:
        at += step
        while 0 <= at < len(self.pieces) and self.pieces[at].kind in skipped:
            at += step
        return at if 0 <= at < len(self.pieces) else None

    def take(self, *where: int | None) -> None:
        self.taken.update(at for at in where if at is not None)

    def left(self) -> list[Piece]:
        """What has content, and no place."""
        return [
            piece
            for at, piece in enumerate(self.pieces)
            if at not in self.taken
            and piece.kind not in IGNORED
            and not (piece.kind == "and" and piece.value == "and")
        ]

    def placed(self) -> list[Piece]:
        return [piece for at, piece in enumerate(self.pieces) if at in self.taken]


@dataclass(frozen=True)
class Condition:
    """Rows that count, by a dimension, or a property of the event."""

    by: Mention
    operator: Operator
    values: tuple[str | int | float, ...]


@dataclass(frozen=True)
class TopN:
    dimension: Mention
    count: int
    descending: bool = True


@dataclass
class Draft:
    """What rules found so far."""

    metrics: tuple[str, ...] = ()
    event: str = ""
    people: bool = False
    aggregate: Aggregate | None = None
    of_property: str = ""
    breakdown: list[Mention] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    time_range: TimeRange | None = None
    all_time: bool = False
    # The period of what was asked before, where a follow-up may be compared with another.
    inherited: TimeRange | None = None
    grain: Grain | None = None
    top: TopN | None = None
    # "which month was best": "desc", or "asc" for the worst.
    best: str = ""
    trend: bool = False
    compare: bool = False
    within: timedelta | None = None
    chart: str = ""
    # Why the question has to be asked back, although each word has its place.
    doubt: str = ""
    assumed: list[str] = field(default_factory=list)
    # "now by country and device" changes; "also by device" adds.
    adds: bool = False
