"""From what rules found to a plan that can be compiled."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.analytics.insights.domain import (
    Breakdown,
    DidNotDo,
    Funnel,
    Measure,
    Plan,
    Quantity,
    Retention,
    Step,
    Trend,
)
from services.analytics.semantics.compiler import (
    Absolute,
    Anchor,
    Calendar,
    MetricQuery,
    NotCompilable,
    Order,
    Relative,
    TimeRange,
    Top,
)
from services.analytics.semantics.compiler.periods import resolved
from services.analytics.semantics.compiler.query import MOST_ROWS
from services.analytics.semantics.domain import Field, Filter, Grain, Operator
from services.analytics.understanding.behaving import (
    DID_NOT,
    FUNNEL,
    RETENTION,
    USUAL_WITHIN,
    Behaviour,
    StepDraft,
)
from services.analytics.understanding.domain import Knowledge
from services.analytics.understanding.lexicon import PROPERTY, Mention
from services.analytics.understanding.sentence import Condition, Draft

USUAL_RANGE = Relative(Anchor.LAST, Grain.DAY, 30)
# How much of the past a trend shows where no period is named.
USUAL_BUCKETS = {
    Grain.HOUR: 24, Grain.DAY: 30, Grain.WEEK: 12, Grain.MONTH: 12, Grain.QUARTER: 8, Grain.YEAR: 5,
    Grain.FISCAL_QUARTER: 8, Grain.FISCAL_YEAR: 5,
}  # fmt: skip
USUAL_PERIODS = {Grain.DAY: 14, Grain.WEEK: 8, Grain.MONTH: 6}
# Up to how many days a trend is shown by hours, days and weeks; then by months.
LONGEST = {Grain.HOUR: 2, Grain.DAY: 62, Grain.WEEK: 200}
BEGINNING = date(2000, 1, 1)


class Unfit(Exception):
    """The plan cannot go by this: an event has no such property, or a metric."""

    def __init__(self, mention: Mention | None, kinds: tuple[str, ...] = ()) -> None:
        super().__init__(mention, kinds)
        self.mention = mention
        self.kinds = kinds


class Planner:
    def __init__(self, knowledge: Knowledge, calendar: Calendar, now: datetime) -> None:
        self._knowledge = knowledge
        self._calendar = calendar
        self._now = now

    def measured(self, draft: Draft) -> MetricQuery | Trend:
        """Raises Unfit."""
        return self._query(draft) if draft.metrics else self._trend(draft)

    def _query(self, draft: Draft) -> MetricQuery:
        grain = draft.grain or (self.grain_of(draft, draft.time_range) if draft.trend else None)
        dimensions = tuple(dict.fromkeys(self.dimension(one) for one in draft.breakdown))
        query = MetricQuery(
            metrics=draft.metrics,
            dimensions=dimensions,
            filters=self.filters(draft.conditions),
            time_range=draft.time_range,
            grain=grain,
            fill=bool(grain and draft.time_range and not draft.best),
            compare=draft.compare,
        )
        return ranked(query, draft)

    def _trend(self, draft: Draft) -> Trend:
        if len(draft.breakdown) > 1:
            raise Unfit(draft.breakdown[1])
        if draft.best or (draft.top and not draft.top.descending):
            raise Unfit(None, ("most",))
        event = draft.event
        asked = self._against(draft) if draft.compare else self._range(draft, draft.grain)
        grain = draft.grain or (self.grain_of(draft, draft.time_range) if draft.trend else None)
        return Trend(
            step=Step(event, self.filters(draft.conditions, event)),
            time_range=asked,
            measure=self._measure(draft),
            grain=grain,
            breakdown=self.breakdown(draft.breakdown[0], event) if draft.breakdown else None,
            top=draft.top.count if draft.top else None,
        )

    def _measure(self, draft: Draft) -> Measure:
        if draft.aggregate is None:
            return Measure(Quantity.PEOPLE if draft.people else Quantity.EVENTS)
        field = self.field(draft.event, draft.of_property)
        return Measure(Quantity(draft.aggregate.value), field)

    def _against(self, draft: Draft) -> TimeRange:
        """Two units beside each other are what a comparison of events is."""
        asked = draft.time_range
        if not isinstance(asked, Relative) or asked.count != 1 or draft.grain:
            raise Unfit(None, ("versus", "growth", "earlier", "over_units"))
        draft.grain = asked.unit
        anchor = Anchor.LAST if asked.anchor is Anchor.THIS else asked.anchor
        return Relative(anchor, asked.unit, 2)

    def _range(self, draft: Draft, grain: Grain | None) -> TimeRange:
        if draft.time_range:
            return draft.time_range
        if draft.all_time:
            return Absolute(BEGINNING, self._calendar.local(self._now).date() + timedelta(days=1))
        asked = USUAL_RANGE
        if grain:
            asked = Relative(Anchor.LAST, grain, USUAL_BUCKETS[grain])
        draft.assumed.append(f"the last {asked.count} {asked.unit.value}s, as no period is named")
        return asked

    def grain_of(self, draft: Draft, asked: TimeRange | None) -> Grain:
        """One in which a trend over the period is well seen."""
        grain = Grain.MONTH if draft.metrics else Grain.DAY
        if asked:
            try:
                period = resolved(asked, self._calendar, self._now)
            except NotCompilable:
                return grain
            days = (period.end - period.start) / timedelta(days=1)
            grain = next((one for one, most in LONGEST.items() if days <= most), Grain.MONTH)
        draft.assumed.append(f"by {grain.value}, as no other is named")
        return grain

    def behaved(self, found: Behaviour, draft: Draft, loose_everywhere: bool) -> Plan:
        """`loose_everywhere`: conditions after the last step are of all. Raises Unfit."""
        steps = self._steps(found, loose_everywhere)
        if draft.compare or draft.trend:
            raise Unfit(None, ("versus", "growth", "earlier", "over_units", "trend"))
        if draft.grain and found.kind != RETENTION:
            raise Unfit(None, ("grain",))
        if found.kind == FUNNEL:
            return self._funnel(steps, found, draft)
        if draft.breakdown:
            raise Unfit(draft.breakdown[0])
        if found.kind == DID_NOT:
            return self._did_not(steps, draft)
        return self._retention(steps, found, draft)

    def _did_not(self, steps: tuple[Step, ...], draft: Draft) -> DidNotDo:
        """All of them, as far as a result goes; who runs it sees that there are more."""
        return DidNotDo(steps[0], steps[1], self._range(draft, None), limit=MOST_ROWS + 1)

    def _funnel(self, steps: tuple[Step, ...], found: Behaviour, draft: Draft) -> Funnel:
        within = found.within
        if within is None:
            within = USUAL_WITHIN
            draft.assumed.append(f"within {within.days} days of the first step")
        breakdown = None
        if len(draft.breakdown) > 1:
            raise Unfit(draft.breakdown[1])
        if draft.breakdown:
            breakdown = self.breakdown(draft.breakdown[0], steps[0].event)
        return Funnel(steps, within, self._range(draft, None), breakdown)

    def _retention(self, steps: tuple[Step, ...], found: Behaviour, draft: Draft) -> Retention:
        grain = retention_grain(draft.grain or Grain.WEEK)
        if not draft.grain:
            draft.assumed.append("by week, as no other is named")
        if found.anything:
            draft.assumed.append("who did anything at all came back")
        periods = USUAL_PERIODS[grain]
        asked = draft.time_range
        if draft.all_time:
            raise Unfit(None, ("everything",))
        if asked is None:
            asked = Relative(Anchor.LAST, grain, periods)
            draft.assumed.append(f"who began in the last {periods} {grain.value}s")
        again = None if found.anything else steps[-1]
        return Retention(steps[0], again, grain, periods, asked)

    def _steps(self, found: Behaviour, loose_everywhere: bool) -> tuple[Step, ...]:
        last = found.steps[-1]
        return tuple(
            self._step(
                step,
                [*found.everywhere, *(found.loose if loose_everywhere or step is last else ())],
            )
            for step in found.steps
        )

    def _step(self, step: StepDraft, more: Iterable[Condition]) -> Step:
        return Step(step.event, self.filters([*more, *step.conditions], step.event))

    def filters(self, conditions: Iterable[Condition], event: str = "") -> tuple[Filter, ...]:
        found = []
        for one in conditions:
            if one.by.kind == PROPERTY or (event and self._field(event, one.by.name)):
                field = self.field(event, one.by.name)
                found.append(Filter(one.operator, one.values, field=field))
            else:
                found.append(Filter(one.operator, one.values, dimension=one.by.name))
        return tuple(found)

    def breakdown(self, mention: Mention, event: str) -> Breakdown:
        if mention.kind == PROPERTY:
            return Breakdown(field=self.field(event, mention.name))
        return Breakdown(dimension=mention.name)

    def dimension(self, mention: Mention) -> str:
        if mention.kind == PROPERTY:
            raise Unfit(mention)
        return mention.name

    def field(self, event: str, name: str) -> Field:
        found = self._field(event, name)
        if found is None:
            raise Unfit(Mention(PROPERTY, name))
        return found

    def _field(self, event: str, name: str) -> Field | None:
        known = self._knowledge.event(event)
        properties = known.properties if known else ()
        return next((one.field for one in properties if one.name == name), None)


def retention_grain(grain: Grain) -> Grain:
    """Raises Unfit: cohorts are of days, weeks or months."""
    if grain not in USUAL_PERIODS:
        raise Unfit(None, ("grain",))
    return grain


def ranked(query: MetricQuery, draft: Draft) -> MetricQuery:
    """With the best or the worst alone, where they are asked for."""
    first = query.metrics[0]
    if draft.best:
        order = (Order(first, draft.best == "desc"),)
        return replace(query, order=order, limit=1)
    top = draft.top
    if top is None:
        return query
    name = top.dimension.name
    if top.descending:
        return replace(query, top=Top(name, top.count, other=False))
    if query.grain or len(query.dimensions) > 1:
        raise Unfit(None, ("most",))
    known = Filter(Operator.IS_NOT_NULL, dimension=name)
    order = (Order(first),)
    return replace(query, filters=(*query.filters, known), order=order, limit=top.count)


def conflicting(filters: Iterable[Filter]) -> Iterator[Filter]:
    """Filters of what has to be another value already."""
    seen: set[object] = set()
    for one in filters:
        by = one.dimension or one.field
        if one.operator in (Operator.EQUAL, Operator.IN):
            if by in seen:
                yield one
            seen.add(by)
