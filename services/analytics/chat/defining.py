"""Drafts of the definitions that a question is without, for people to look over and post."""

import re
from collections.abc import Iterator

from services.analytics.chat.domain import (
    DEFINE_DIMENSION,
    DEFINE_EVENT,
    DEFINE_METRIC,
    Offer,
    Question,
)
from services.analytics.chat.requests import Body, field_body, filters_body, given
from services.analytics.queries.domain import EVENTS
from services.analytics.semantics.compiler import MetricQuery
from services.analytics.semantics.domain import Aggregate, Definitions, Field, Metric, Simple
from services.analytics.understanding import Knowledge, Understood, Words
from services.analytics.understanding.english import PHRASES
from services.analytics.understanding.tokens import tokens_of

MOST = 3
LONGEST_NAME = 63
NO_NAME = re.compile(r"[^a-z0-9]+")
COUNTING = ("how many", "number of", "count of", "how often")
# What may be defined of the field that a metric sums up.
OTHER_AGGREGATES = {
    word.strip(): Aggregate(kind)
    for kind in ("avg", "median", "min", "max")
    for word in PHRASES["aggregate"][kind].split(",")
}


def drafts_of(
    question: Question, understood: Understood, knowledge: Knowledge, definitions: Definitions
) -> list[Offer]:
    """Of words that are not known, of properties that are no dimensions, and of aggregates that
    nobody has defined of a metric.
    """
    left = understood.missing
    if understood.readings:
        left = (*left, *understood.readings[0].unplaced)
    drafts = Drafts(question, understood, knowledge, definitions)
    found = {words.span: offer for words in left for offer in drafts.of(words)}
    return list(found.values())[:MOST]


class Drafts:
    def __init__(
        self,
        question: Question,
        understood: Understood,
        knowledge: Knowledge,
        definitions: Definitions,
    ) -> None:
        self._question = question
        self._understood = understood
        self._knowledge = knowledge
        self._definitions = definitions

    def of(self, words: Words) -> Iterator[Offer]:
        """At most one."""
        aggregate = OTHER_AGGREGATES.get(words.text.lower())
        if aggregate:
            yield from self._aggregated(aggregate)
            return
        name = name_of(words.text)
        if self._question.connection_id != EVENTS or not name:
            return
        field = self._property(words.text)
        if field:
            yield from self._dimension(name, field)
        elif self._is_counted(words) and words.text not in self._knowledge.defined_events:
            label = f'Define the event "{words.text}"'
            yield Offer(DEFINE_EVENT, label, {"name": words.text})

    def _aggregated(self, aggregate: Aggregate) -> Iterator[Offer]:
        """Of the one metric that was found, if it adds up a field."""
        reading = self._understood.readings[0] if self._understood.readings else None
        plan = reading.plan if reading else None
        if not isinstance(plan, MetricQuery) or len(plan.metrics) != 1:
            return
        metric = self._definitions.metrics[plan.metrics[0]]
        known = metric.definition
        name = f"{aggregate.value}_{metric.name}"[:LONGEST_NAME]
        if isinstance(known, Simple) and known.field and name not in self._definitions.metrics:
            body = aggregate_body(name, aggregate, metric, known)
            body |= {"connection_id": self._question.connection_id}
            yield Offer(DEFINE_METRIC, f'Define "{body["display_name"]}"', body)

    def _property(self, text: str) -> Field | None:
        """Of some event; numbers divide nothing."""
        wanted = name_of(text)
        found = (one for event in self._knowledge.events for one in event.properties)
        return next(
            (one.field for one in found if name_of(one.name) == wanted and not one.numeric), None
        )

    def _is_counted(self, words: Words) -> bool:
        """ "how many rides": the one thing that is asked for, and not known."""
        told = " ".join(token.text for token in tokens_of(self._question.text[: words.span.start]))
        return self._understood.missing == (words,) and told.endswith(COUNTING)

    def _dimension(self, name: str, field: Field) -> Iterator[Offer]:
        if name in self._definitions.dimensions:
            return
        body = {"name": name, "relation": "events", "field": field_body(field)}
        place = {"connection_id": self._question.connection_id}
        yield Offer(DEFINE_DIMENSION, f'Define the dimension "{name}"', body, place)


def aggregate_body(name: str, aggregate: Aggregate, metric: Metric, known: Simple) -> Body:
    """The same rows and field, told by another aggregate."""
    source, words = known.source, PHRASES["aggregate"][aggregate.value].split(",")
    said = metric.name.replace("_", " ")
    told = {
        "name": name,
        "display_name": f"{'average' if aggregate is Aggregate.AVG else words[0]} {said}",
        "type": "simple",
        "aggregate": aggregate,
        "source": given(
            {
                "schema": source.schema,
                "relation": source.relation,
                "time": source.time,
                "event": source.event,
            }
        ),
        "field": known.field and field_body(known.field),
        "filters": filters_body(metric.filters),
        "unit": metric.unit,
    }
    return given(told)


def name_of(text: str) -> str:
    """As definitions are called; empty where nothing is left of it."""
    name = NO_NAME.sub("_", text.lower()).strip("_")[:LONGEST_NAME]
    return name if name[:1].isalpha() else ""
