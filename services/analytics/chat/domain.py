"""Questions, and what answers them. No I/O, no protobuf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from services.analytics.insights.domain import Breakdown, Plan
from services.analytics.semantics.compiler import MetricQuery, OutputColumn, Period
from services.common.caller import Caller

CERTIFIED, METRIC, INSIGHT = "certified", "metric", "insight"
SQL, ABSTAIN = "sql", "abstain"
# Of a result so many rows are part of the answer; all of them can be paged through.
SHOWN_ROWS = 100
MOST_ROWS = 10_000

# What can be done next: `actions.KINDS` has the request of each.
SAVE, CHART, EXPORT, RUN = "save", "chart", "export", "run"
CERTIFY = "certify"
DRILL_METRICS, DRILL_TREND = "drill_down.metrics", "drill_down.trend"
DRILL_DID_NOT_DO = "drill_down.did_not_do"
DEFINE_METRIC, DEFINE_DIMENSION = "define.metric", "define.dimension"
DEFINE_EVENT = "define.event"


@dataclass(frozen=True)
class Exchange:
    """What was asked before, the statement that answered it, "" where none did, and the answer."""

    question: str
    sql: str = ""
    told: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody asks of a connection."""

    who: Caller
    text: str
    connection_id: str
    # What the person asked before in the conversation, oldest first.
    exchanges: Sequence[Exchange] = ()
    # The answer that it gets; None where nobody can name it.
    message_id: UUID | None = None

    @property
    def earlier(self) -> Sequence[str]:
        return [each.question for each in self.exchanges]


@dataclass(frozen=True)
class Definition:
    """What an answer rests on: "question", "metric" or "dimension", and which version of it."""

    kind: str
    name: str
    version: int


@dataclass(frozen=True)
class Offer:
    """What the caller may do next; `body` is of the request, `place` what its path has of names."""

    kind: str
    label: str
    body: Mapping[str, Any]
    place: Mapping[str, str] = field(default_factory=dict)


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
    title: str = ""
    time_zone: str = "UTC"
    # What was compiled, where it was; and by what its rows may be told apart further.
    plan: MetricQuery | Plan | None = None
    next_by: Sequence[Breakdown] = ()
    # The days that it is about, and those that it compares them with, where there are such.
    period: str = ""
    period_before: str = ""
    # The first of these as moments, by whose edges weeks and months may be cut.
    during: Period | None = None
    # Whether it changes what was asked before, so that it says little by itself.
    follows: bool = False


@dataclass(frozen=True)
class Unclear:
    """What has to be said before there is an answer: a question back, or what is not defined.

    `differs`: what was understood gives different results, and only who asks knows which one.
    """

    content: str
    asks_back: bool = False
    offers: Sequence[Offer] = ()
    differs: bool = False
    # Whether there is nothing in it that a model should make something of.
    final: bool = False


class Way(Protocol):
    """One way to answer questions."""

    async def plan(self, question: Question) -> Planned | Unclear | None:
        """None where this way does not lead to an answer."""
