"""Questions, and what answers them. No I/O, no protobuf."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.analytics.semantics.compiler import OutputColumn
from services.common.caller import Caller

CERTIFIED, METRIC, INSIGHT, ABSTAIN = "certified", "metric", "insight", "abstain"
# Of a result so many rows are part of the answer; all of them can be paged through.
SHOWN_ROWS = 100
MOST_ROWS = 10_000


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody asks of a connection."""

    who: Caller
    text: str
    connection_id: str
    # What the person asked before in the conversation, oldest first.
    earlier: Sequence[str] = ()


@dataclass(frozen=True)
class Definition:
    """What an answer rests on: "question", "metric" or "dimension", and which version of it."""

    kind: str
    name: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A statement that answers a question; `understood` says in words what it answers."""

    way: str
    sql: str
    understood: str
    definitions: Sequence[Definition] = ()
    assumptions: Sequence[str] = ()
    # What the columns mean, where the plan knows; the chart that was asked for, or "".
    columns: Sequence[OutputColumn] = ()
    chart: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Unclear:
    """What has to be said before there is an answer: a question back, or what is not defined."""

    content: str
    asks_back: bool = False


class Way(Protocol):
    """One way to answer questions."""

    async def plan(self, question: Question) -> Planned | Unclear | None:
        """None where this way does not lead to an answer."""
