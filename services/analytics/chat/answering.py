"""From a question to its answer: the first way that fits, run as any other statement."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from attune.analytics.v1 import chat_pb2 as pb

from services.analytics.chat import parts
from services.analytics.chat.charting import Drawn, drawn
from services.analytics.chat.domain import MOST_ROWS, Planned, Question, Unclear, Way
from services.analytics.chat.model.domain import Came
from services.analytics.chat.model.receipts import with_model
from services.analytics.chat.model.way import ModelWay
from services.analytics.chat.prose import Checked, prose_of
from services.analytics.chat.runs.runs import Tell
from services.analytics.queries.domain import Asked
from services.analytics.queries.running import Answer, Runner
from services.common.clock import Clock
from services.common.errors import DomainError, InvalidFields, Violation

log = structlog.get_logger(__name__)


class Answerer:
    """Tries the ways in their order, and asks a model where none of them leads to an answer."""

    def __init__(self, ways: Sequence[Way], model: ModelWay, runner: Runner, now: Clock) -> None:
        self._ways = ways
        self._model = model
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

    async def answer(self, question: Question, tell: Tell) -> tuple[Planned, Answer]:
        """The statement that answers it, and what it brought; of the parts it tells receipts.

        Raises InvalidFields for `question` where no way leads to an answer, and what Runner raises.
        """
        planned = await self.plan(question)
        if isinstance(planned, Planned):
            await tell(parts.receipt_part(parts.receipt_of(question, planned, None)))
            answer = await self.run(question, planned)
            await tell(parts.receipt_part(parts.receipt_of(question, planned, answer)))
            return planned, answer
        came = await self._asked(question, planned, unheard)
        await tell(parts.receipt_part(with_model(receipt_of_model(question, came), came)))
        if came.stuck:  # what ran before it was on the way to the answer, and is none
            raise came.stuck.error
        if came.ran:
            return came.ran[-1].planned, came.ran[-1].answer
        raise InvalidFields(Violation("question", came.asks or planned.content))

    async def tell(self, question: Question, tell: Tell) -> Answer | None:
        """Tell the parts of the answer, as they come; returns what the statement brought."""
        await tell(parts.status_part("Looking for what answers this"))
        planned = await self.plan(question)
        if isinstance(planned, Unclear):
            return await self._tell_by_model(question, planned, tell)
        await tell(parts.status_part(planned.understood))
        await tell(parts.sql_part(planned))
        answer, dropped = await self._told(question, planned, tell)
        receipt = parts.receipt_of(question, planned, answer)
        receipt.dropped_sentences = dropped
        await tell(parts.receipt_part(receipt))
        return answer

    async def _asked(self, question: Question, unclear: Unclear, tell: Tell) -> Came:
        """What a model makes of it; which of two readings is meant, none can know."""
        told = unclear.differs or unclear.final
        return Came() if told else await self._model.answer(question, tell)

    async def _tell_by_model(
        self, question: Question, unclear: Unclear, tell: Tell
    ) -> Answer | None:
        """What a model answers; where nothing ran, what was found without it."""
        came = await self._asked(question, unclear, tell)
        if came.stuck:
            await tell(parts.error_part(came.stuck.error, came.stuck.planned, self._now()))
        elif not came.ran:
            asked = replace(unclear, content=came.asks, asks_back=True)
            said = asked if came.asks else unclear
            await tell(parts.unclear_part(question, said, self._now()))
            receipt = parts.abstention_of(question)
            await tell(parts.receipt_part(with_model(receipt, came)))
            return None
        return await self._tell_what_ran(question, came, tell)

    async def _tell_what_ran(self, question: Question, came: Came, tell: Tell) -> Answer | None:
        """The words and the chart of what a model ran; its rows were told as they came.

        Where it has no words that hold, they are by rule.
        """
        planned, answer = came.last
        words = came.text
        if answer and not words:
            words = (await worded(planned, answer, self._now())).text
        if words:
            await tell(parts.text_part(words, self._now()))
        chart = await charted(planned, answer) if answer else None
        if chart is not None:
            await tell(parts.chart_part(question, planned, chart, self._now()))
        receipt = with_model(parts.receipt_of(question, planned, answer), came)
        await tell(parts.receipt_part(receipt))
        return answer

    async def _told(
        self, question: Question, planned: Planned, tell: Tell
    ) -> tuple[Answer | None, int]:
        """What came, and how many sentences about it did not hold."""
        try:
            answer = await self.run(question, planned)
        except DomainError as error:
            await tell(parts.error_part(error, planned, self._now()))
            return None, 0
        await tell(parts.results_part(question, planned, answer, self._now()))
        prose = await worded(planned, answer, self._now())
        if prose.text:
            await tell(parts.text_part(prose.text, self._now()))
        chart = await charted(planned, answer)
        if chart is not None:
            await tell(parts.chart_part(question, planned, chart, self._now()))
        return answer, len(prose.dropped)


def receipt_of_model(question: Question, came: Came) -> pb.ChatReceipt:
    if came.ran or came.stuck:
        return parts.receipt_of(question, *came.last)
    return parts.abstention_of(question)


async def unheard(part: pb.ChatPart) -> None:
    """For who wants the rows alone."""


async def charted(planned: Planned, answer: Answer) -> Drawn | None:
    """None also where drawing fails: the rows came already, and no chart makes them wrong."""
    try:
        return await to_thread(drawn, planned, answer.result)
    except Exception as err:
        log.error("not charted", query_id=str(answer.query_id), exc_info=err)
        return None


async def worded(planned: Planned, answer: Answer, now: datetime) -> Checked:
    """Nothing where it cannot be told: the rows came already."""
    try:
        return await to_thread(prose_of, planned, answer.result, now)
    except Exception as err:
        log.error("not told in words", query_id=str(answer.query_id), exc_info=err)
        return Checked("")
