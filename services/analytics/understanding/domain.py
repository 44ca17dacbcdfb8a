"""What questions may be about, and what is understood of one."""

from dataclasses import dataclass
from typing import NamedTuple

from services.analytics.insights.domain import Plan
from services.analytics.semantics.compiler import MetricQuery
from services.analytics.semantics.domain import Aggregate, Field


@dataclass(frozen=True)
class KnownMetric:
    """`about` says how it is computed: "sum of amount over purchase".

    `aggregate` is None where it is no plain one: ratios, arithmetic, SQL.
    """

    name: str
    display_name: str = ""
    synonyms: tuple[str, ...] = ()
    about: str = ""
    aggregate: Aggregate | None = None
    ratio: bool = False


@dataclass(frozen=True)
class KnownDimension:
    """A dimension; or an entity, by whose key metrics go. `unit` is that of a number, such as
    "EUR", "euros" or "seconds"; `values` are some that it has.
    """

    name: str
    display_name: str = ""
    synonyms: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    numeric: bool = False
    unit: str = ""
    entity: bool = False


@dataclass(frozen=True)
class KnownProperty:
    """A property of an event; `field` is where the events have it."""

    name: str
    field: Field
    synonyms: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    numeric: bool = False
    unit: str = ""


@dataclass(frozen=True)
class KnownEvent:
    name: str
    synonyms: tuple[str, ...] = ()
    properties: tuple[KnownProperty, ...] = ()


@dataclass(frozen=True)
class Knowledge:
    """What an organization knows of one connection: no word of a question is anything else but
    one of these, or English.
    """

    metrics: tuple[KnownMetric, ...] = ()
    dimensions: tuple[KnownDimension, ...] = ()
    events: tuple[KnownEvent, ...] = ()
    # Those that have a definition, whether or not they came.
    defined_events: frozenset[str] = frozenset()

    def event(self, name: str) -> KnownEvent | None:
        return next((one for one in self.events if one.name == name), None)


class Span(NamedTuple):
    """A part of the question: characters from `start` until before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Words:
    """Words of the question, and where they stand."""

    text: str
    span: Span


@dataclass(frozen=True)
class Reading:
    """One way to understand the question.

    `says` is it in English, `spans` what of the question it rests on, `assumed` what the question
    did not say, `corrected` what was misspelt, with what it is read as. `chart` is empty where the
    question asks for none; `follows` says that it changes the question before.
    """

    plan: MetricQuery | Plan
    says: str
    spans: tuple[Span, ...] = ()
    unplaced: tuple[Words, ...] = ()
    assumed: tuple[str, ...] = ()
    corrected: tuple[tuple[Words, str], ...] = ()
    doubtful: bool = False
    # A type of chart, with "stacked" or "horizontal" before it; and what is to be above it.
    chart: str = ""
    title: str = ""
    follows: bool = False

    @property
    def certain(self) -> bool:
        """Every word with content has its place, and none had to be guessed."""
        return not self.unplaced and not self.doubtful


@dataclass(frozen=True)
class Understood:
    """`readings` has none where what is asked for is not defined: `missing` are the words, and
    `because` says so. More than one: the question may mean either.
    """

    readings: tuple[Reading, ...] = ()
    missing: tuple[Words, ...] = ()
    because: str = ""

    @property
    def certain(self) -> bool:
        return len(self.readings) == 1 and self.readings[0].certain
