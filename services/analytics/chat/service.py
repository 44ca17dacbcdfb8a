"""The gRPC face of the chat: start runs, tell their parts, end them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from uuid import UUID

import msgspec
from attune.analytics.v1 import chat_pb2 as pb
from attune.analytics.v1 import chat_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.chat import parts
from services.analytics.chat.answering import Answerer
from services.analytics.chat.conversations import (
    Conversations,
    answer_event,
    attempted,
    question_event,
)
from services.analytics.chat.domain import Planned, Question
from services.analytics.chat.quality.recording import Recorder
from services.analytics.chat.quality.store import Place
from services.analytics.chat.runs.run import About, Run
from services.analytics.chat.runs.runs import Runs, Tell
from services.analytics.queries.checking import CataloguesRead, catalogue_of
from services.analytics.queries.domain import EVENTS
from services.analytics.queries.running import Answer
from services.common.caller import caller
from services.common.clock import Clock
from services.common.errors import InvalidFields, NotFound, Violation
from services.common.ids import uuid7, uuid_of
from services.common.interceptors import Context

# Digits of a part's number.
LONGEST_NUMBER = 6


class ChatService(pb_grpc.ChatServiceServicer):
    def __init__(
        self,
        answerer: Answerer,
        runs: Runs,
        conversations: Conversations,
        catalogues: CataloguesRead,
        recorder: Recorder,
        now: Clock,
    ) -> None:
        self._answerer = answerer
        self._recorder = recorder
        self._catalogues = catalogues
        self._runs = runs
        self._conversations = conversations
        self._now = now

    async def Chat(self, request: pb.ChatRequest, context: Context) -> pb.ChatResponse:
        run = await self._start(request)
        async with aclosing(self._runs.follow(run)) as told:
            return response_of(run.about, [part async for part in told])

    async def StreamChat(
        self, request: pb.StreamChatRequest, context: Context
    ) -> AsyncIterator[pb.ChatPart]:
        run = await self._start(request)
        async with aclosing(self._runs.follow(run)) as told:
            async for part in told:
                yield part

    async def StreamRun(
        self, request: pb.StreamRunRequest, context: Context
    ) -> AsyncIterator[pb.ChatPart]:
        who, last = caller(), number_of(request.last_event_id)
        told = self._runs.read(who.organization_id, who.subject, run_id_of(request.run_id), last)
        async for part in told:
            yield part

    async def CancelRun(
        self, request: pb.CancelRunRequest, context: Context
    ) -> pb.CancelRunResponse:
        who = caller()
        await self._runs.cancel(who.organization_id, who.subject, run_id_of(request.run_id))
        return pb.CancelRunResponse()

    async def AnswerQuestion(
        self, request: pb.AnswerQuestionRequest, context: Context
    ) -> pb.AnswerQuestionResponse:
        question = await self._question("question", request.question, request.connection_id)
        planned, answer = await self._answered(question)
        await self._log(question, planned.way, answer)
        return pb.AnswerQuestionResponse(
            data=Json(utf8=objects_of(answer)),
            metadata=pb.AnswerMetadata(
                generated_sql=planned.sql,
                execution_time_ms=answer.milliseconds,
                row_count=len(answer.result.rows),
            ),
        )

    async def _answered(self, question: Question) -> tuple[Planned, Answer]:
        """Raises InvalidFields where there is no answer, and what Runner raises."""
        place = Place(message_id=uuid7(self._now()))
        async with self._recorder.recording(question, place) as told:
            return await self._answerer.answer(question, told.hear)

    async def _start(self, request: pb.ChatRequest | pb.StreamChatRequest) -> Run:
        question = await self._question("message", request.message, request.connection_id)
        who = question.who
        await self._runs.admit(who.organization_id, who.subject)
        conversation_id, earlier = await self._conversations.begin(who, request.conversation_id)
        about = About(
            run_id=uuid7(self._now()),
            organization_id=who.organization_id,
            user_id=who.subject,
            conversation_id=conversation_id,
            message_id=uuid7(self._now()),
        )
        question = replace(question, exchanges=earlier, message_id=about.message_id)
        said = [question_event(question.text)]
        await self._conversations.say(who, conversation_id, said)
        return await self._runs.start(about, partial(self._work, about, question))

    async def _work(self, about: About, question: Question, tell: Tell) -> None:
        """Answer, and write down what was said, whatever it is."""
        await tell(parts.run_part(about))
        place = Place(
            message_id=about.message_id, run_id=about.run_id, conversation_id=about.conversation_id
        )
        async with self._recorder.recording(question, place, tell) as told:
            answer = await self._answerer.tell(question, told.hear)
            event = answer_event(about.message_id, told.messages, told.receipt)
            said = self._conversations.say(question.who, about.conversation_id, [event])
            told.event_id = next(iter(await attempted(said) or ()), None)
        if answer is not None:
            await self._log(question, told.receipt.way, answer)
        await tell(parts.receipt_part(told.receipt))  # the last: what is read after it is there

    async def _question(self, field: str, text: str, connection_id: str) -> Question:
        """Raises InvalidFields, and NotFound where there is no such connection."""
        if not text.strip():
            raise InvalidFields(Violation(field, "must not be empty"))
        who, connection_id = caller(), connection_id or EVENTS
        await catalogue_of(self._catalogues, who.organization_id, connection_id)
        return Question(who=who, text=text.strip(), connection_id=connection_id)

    async def _log(self, question: Question, way: str, answer: Answer) -> None:
        rows, took = len(answer.result.rows), answer.milliseconds
        await attempted(self._conversations.log(question, rows, took, way))


def run_id_of(text: str) -> UUID:
    found = uuid_of(text)
    if found is None:
        raise NotFound(f"no run {text!r}")
    return found


def number_of(text: str) -> int:
    """The part that a reader has. Raises InvalidFields."""
    if text and not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise InvalidFields(Violation("last_event_id", "must be the id of a part"))
    return int(text or 0)


def response_of(about: About, told: list[pb.ChatPart]) -> pb.ChatResponse:
    receipts = [part.receipt for part in told if part.HasField("receipt")]
    return pb.ChatResponse(
        run_id=str(about.run_id),
        conversation_id=about.conversation_id,
        message_id=str(about.message_id),
        way=receipts[-1].way if receipts else "",
        messages=[part.message for part in told if part.HasField("message")],
        receipt=receipts[-1] if receipts else None,
    )


def objects_of(answer: Answer) -> bytes:
    """Rows as objects; of columns with the same name the last counts."""
    names = [column.name for column in answer.result.columns]
    rows = (msgspec.json.decode(row, type=list[msgspec.Raw]) for row in answer.result.rows)
    return msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows])
