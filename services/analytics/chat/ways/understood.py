"""Metrics and insights: the question read by the grammar, and the plan compiled."""

from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from services.analytics.catalogue.domain import Catalogue
from services.analytics.chat.defining import drafts_of
from services.analytics.chat.domain import (
    INSIGHT,
    METRIC,
    MOST_ROWS,
    Definition,
    Planned,
    Question,
    Unclear,
)
from services.analytics.chat.drilling import next_by
from services.analytics.chat.ways.abstaining import NO_EVENTS, abstention, is_foreign, seen
from services.analytics.chat.ways.earlier import Read, question_back, understood_after
from services.analytics.chat.ways.knowing import known_of
from services.analytics.insights.compiler.plans import compile_plan
from services.analytics.insights.domain import DidNotDo, Plan
from services.analytics.queries.checking import CataloguesRead, catalogue_of
from services.analytics.queries.domain import EVENTS, Asked
from services.analytics.queries.running import Runner
from services.analytics.semantics.compiler import (
    Calendar,
    Compiled,
    MetricQuery,
    NotCompilable,
    Period,
    compile_query,
)
from services.analytics.semantics.domain import Definitions
from services.analytics.semantics.querying.calendars import Calendars
from services.analytics.understanding import Knowledge, Reading, Understood, understand
from services.analytics.understanding.saying import days_said, listed
from services.common.clock import Clock
from services.common.db import Pool

# Of a list of people there is nothing to draw.
LIST = "table"
Around = tuple[Definitions, Catalogue, Calendar, datetime]
Compiler = Callable[[MetricQuery | Plan], Compiled]


class Grammar:
    """Understands questions without a model, by what is defined."""

    def __init__(
        self,
        pool: Pool,
        catalogues: CataloguesRead,
        calendars: Calendars,
        runner: Runner,
        now: Clock,
    ) -> None:
        self._pool = pool
        self._catalogues = catalogues
        self._calendars = calendars
        self._runner = runner
        self._now = now

    async def plan(self, question: Question) -> Planned | Unclear | None:
        organization_id = question.who.organization_id
        calendar = await self._calendars.of(organization_id)
        knowledge, definitions = await known_of(self._pool, organization_id, question.connection_id)
        # In a thread: names by the thousand are indexed at first.
        understood = await to_thread(self._understood, question, knowledge, calendar)
        drafts = drafts_of(question, understood, knowledge, definitions)
        on = question.connection_id
        if not understood.readings or is_foreign(question.text, understood):
            said = abstention(question.text, understood, knowledge, on)
            return Unclear(said, offers=drafts)
        compiler = await self._compiler(question, definitions, calendar)
        try:
            found = [planned_of(each, compiler) for each in understood.readings]
        except NotCompilable as error:
            return Unclear(f"I cannot answer this: {error}.", offers=drafts)
        if not understood.readings[0].certain:
            return Unclear(doubt(understood), asks_back=True, offers=drafts)
        if len(found) > 1 and await self._differ(question, found):
            options = "; or ".join(each.understood for each in found)
            content = f"This may mean: {options}. Which one?"
            return Unclear(content, asks_back=True, differs=True)
        further = next_by(understood.readings[0].plan, knowledge, compiler)
        assumed = [*found[0].assumptions]
        if on == EVENTS and not seen(knowledge):
            assumed.append(NO_EVENTS)
        return replace(found[0], next_by=further, assumptions=assumed)

    def _understood(
        self, question: Question, knowledge: Knowledge, calendar: Calendar
    ) -> Understood:
        """With what was asked before, which a follow-up changes."""
        now = self._now()
        read: Read = lambda text, before: understand(text, knowledge, calendar, now, before)  # noqa: E731
        return understood_after(question.exchanges, question.text, read)

    async def _compiler(
        self, question: Question, definitions: Definitions, calendar: Calendar
    ) -> Compiler:
        place = (question.who.organization_id, question.connection_id)
        catalogue = await catalogue_of(self._catalogues, *place)
        return partial(compiled_of, around=(definitions, catalogue, calendar, self._now()))

    async def _differ(self, question: Question, found: Sequence[Planned]) -> bool:
        """Whether they give different results; what runs here is in the cache afterwards."""
        results = [
            await self._runner.run(question.who, Asked(each.sql, question.connection_id, MOST_ROWS))
            for each in found
        ]
        return len({tuple(sorted(answer.result.rows)) for answer in results}) > 1


def compiled_of(plan: MetricQuery | Plan, around: Around) -> Compiled:
    """Raises NotCompilable."""
    if isinstance(plan, MetricQuery):
        return compile_query(plan, *around)
    return compile_plan(plan, *around)


def planned_of(reading: Reading, compiler: Compiler) -> Planned:
    """Raises NotCompilable."""
    compiled = compiler(reading.plan)
    corrected = (f'"{words.text}" is read as "{told}"' for words, told in reading.corrected)
    return Planned(
        way=METRIC if isinstance(reading.plan, MetricQuery) else INSIGHT,
        sql=compiled.sql,
        understood=reading.says,
        definitions=definitions_used(compiled),
        columns=compiled.columns,
        chart=reading.chart or (LIST if isinstance(reading.plan, DidNotDo) else ""),
        title=reading.title,
        time_zone=compiled.calendar.zone,
        assumptions=[*reading.assumed, *corrected],
        period=period_said(compiled.period, compiled.calendar),
        period_before=period_said(compiled.compared_with, compiled.calendar),
        during=compiled.period,
        plan=reading.plan,
        follows=reading.follows,
    )


def period_said(period: Period | None, calendar: Calendar) -> str:
    if period is None:
        return ""
    return days_said(calendar.local(period.start), calendar.local(period.end))


def definitions_used(compiled: Compiled) -> list[Definition]:
    return [
        *(Definition("metric", name, version) for name, version in compiled.metrics.items()),
        *(Definition("dimension", name, version) for name, version in compiled.dimensions.items()),
    ]


def doubt(understood: Understood) -> str:
    """What was understood, and what was not."""
    reading = understood.readings[0]
    left = [f'"{words.text}"' for words in reading.unplaced]
    verb = "means" if len(left) == 1 else "mean"
    unsure = f"I do not know what {listed(left)} {verb} here" if left else "I am not sure"
    why = understood.because or unsure
    return f"{why[:1].upper()}{why[1:]}. {question_back(reading)}"
