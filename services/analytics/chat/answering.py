"""From a question to its answer: the first way that fits, run as any other statement."""

from asyncio import to_thread
from collections.abc import Sequence

import structlog

from services.analytics.chat import parts
from services.analytics.chat.charting import Drawn, drawn
from services.analytics.chat.domain import MOST_ROWS, Planned, Question, Unclear, Way
from services.analytics.chat.runs.runs import Tell
from services.analytics.queries.domain import Asked
from services.analytics.queries.running import Answer, Runner
from services.common.clock import Clock
from services.common.errors import DomainError

log = structlog.get_logger(__name__)


class Answerer:
    """Tries the ways in their order."""

    def __init__(self, ways: Sequence[Way], runner: Runner, now: Clock) -> None:
        self._ways = ways
        self._runner = runner
        self._now = now

    async def plan(self, question: Question) -> Planned | Unclear:
        for way in self._ways:
            planned = await way.plan(question)
            if planned is not None:
                return planned
        return Unclear(parts.NOT_UNDERSTOOD)

    async def run(self, question: Question, planned: Planned) -> Answer:
        """Raises what Runner raises."""
        return await self._runner.run(
            question.who, Asked(planned.sql, question.connection_id, MOST_ROWS)
        )

    async def tell(self, question: Question, tell: Tell) -> Answer | None:
        """Tell the parts of the answer, as they come; returns what the statement brought."""
        await tell(parts.status_part("Looking for what answers this"))
        planned = await self.plan(question)
        if isinstance(planned, Unclear):
            await tell(parts.unclear_part(question, planned, self._now()))
            await tell(parts.receipt_part(parts.abstention_of(question)))
            return None
        await tell(parts.status_part(planned.understood))
        await tell(parts.sql_part(planned))
        answer = await self._told(question, planned, tell)
        await tell(parts.receipt_part(parts.receipt_of(question, planned, answer)))
        return answer

    async def _told(self, question: Question, planned: Planned, tell: Tell) -> Answer | None:
        try:
            answer = await self.run(question, planned)
        except DomainError as error:
            await tell(parts.error_part(error, planned, self._now()))
            return None
        await tell(parts.results_part(question, planned, answer, self._now()))
        chart = await charted(planned, answer)
        if chart is not None:
            await tell(parts.chart_part(question, planned, chart, self._now()))
        return answer


async def charted(planned: Planned, answer: Answer) -> Drawn | None:
    """None also where drawing fails: the rows came already, and no chart makes them wrong."""
    try:
        return await to_thread(drawn, planned, answer.result)
    except Exception as err:
        log.error("not charted", query_id=str(answer.query_id), exc_info=err)
        return None
