"""What is said lives with activity: conversations, and what people asked."""

from collections import deque
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import grpc
import msgspec
import structlog
from attune.activity.v1 import activity_pb2, activity_pb2_grpc, conversations_pb2_grpc
from attune.activity.v1 import conversations_pb2 as pb
from attune.analytics.v1 import chat_pb2
from attune.common.v1.json_pb2 import Json

from services.analytics.chat.domain import Exchange, Question
from services.common.caller import Caller
from services.common.errors import DomainError, FailedPrecondition, NotFound, Unavailable
from services.common.service_tokens import ServiceTokens

log = structlog.get_logger(__name__)

SECONDS = 5
# Of an answer's message so much is kept; its rows are to be had by running its statement again.
KEPT_BYTES = 24 * 1024
PAGE = 1000
# So many questions before may be what a follow-up changes.
REMEMBERED = 10
T = TypeVar("T")


class Said(msgspec.Struct):
    """Of an event's content what was said, and by whom; of an answer its statement."""

    role: str = ""
    message: str = ""
    sql: str = ""


def read_said(utf8: bytes) -> Said:
    try:
        return msgspec.json.decode(utf8, type=Said)
    except msgspec.MsgspecError:
        return Said()


class Conversations:
    """Each is a person's own; Attune writes down on their behalf what they ask and hear."""

    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._conversations = conversations_pb2_grpc.ConversationsServiceStub(channel)
        self._activity = activity_pb2_grpc.ActivityServiceStub(channel)
        self._tokens = tokens

    async def begin(self, who: Caller, conversation_id: str) -> tuple[str, list[Exchange]]:
        """The id of the person's conversation, a new one where none is named; and what they
        asked in it before, oldest first.

        Raises NotFound where it is not theirs, and Unavailable.
        """
        if not conversation_id:
            request = pb.StartConversationRequest(user_id=who.subject)
            made = await self._call(self._conversations.StartConversation, who, request)
            return str(made.id), []
        asked = pb.GetConversationRequest(conversation_id=conversation_id, page_size=PAGE)
        earlier: deque[Exchange] = deque(maxlen=REMEMBERED)
        while True:
            found = await self._call(self._conversations.GetConversation, who, asked)
            if found.conversation.user_id != who.subject:
                raise NotFound(f"no conversation {conversation_id!r} of yours")
            remember(earlier, found.events)
            if not found.next_page_token:
                return conversation_id, list(earlier)
            asked.page_token = found.next_page_token

    async def say(self, who: Caller, conversation_id: str, events: Sequence[Any]) -> None:
        """Raises NotFound, Unavailable and FailedPrecondition."""
        request = pb.AppendEventsRequest(conversation_id=conversation_id, events=events)
        await self._call(self._conversations.AppendEvents, who, request)

    async def log(self, question: Question, rows: int, milliseconds: int, way: str) -> None:
        """Note the question as an activity, from which patterns and suggestions learn."""
        who = question.who
        told = {
            "connection_id": question.connection_id,
            "way": way,
            "execution_time_ms": milliseconds,
            "role": who.role,
            "job_role": who.job_role,
            "goals": who.goals,
            "department": who.department,
        }
        request = activity_pb2.LogActivityRequest(
            activity_type="query",
            query_text=question.text,
            response_data=Json(utf8=msgspec.json.encode({"row_count": rows})),
            metadata=Json(utf8=msgspec.json.encode({k: v for k, v in told.items() if v})),
            user_id=who.subject,
        )
        await self._call(self._activity.LogActivity, who, request)

    async def _call(self, rpc: Any, who: Caller, request: Any) -> Any:
        try:
            metadata = await self._tokens.metadata(who.organization_id)
            return await rpc(request, metadata=metadata, timeout=SECONDS)
        except grpc.aio.AioRpcError as error:
            raise translated(error) from error


def translated(error: grpc.aio.AioRpcError) -> Exception:
    if error.code() is grpc.StatusCode.NOT_FOUND:
        return NotFound(error.details() or "no such conversation")
    if error.code() is grpc.StatusCode.FAILED_PRECONDITION:
        return FailedPrecondition(error.details() or "the conversation has ended")
    return Unavailable("conversations cannot be kept now; try again")


def remember(earlier: deque[Exchange], events: Sequence[pb.ConversationEvent]) -> None:
    """Add what was asked, and the statements that answered it."""
    for event in events:
        if event.event_type != "message":
            continue
        said = read_said(event.content.utf8)
        if said.role == "user" and said.message:
            earlier.append(Exchange(said.message))
        elif said.role == "assistant" and said.sql and earlier:
            earlier[-1] = replace(earlier[-1], sql=said.sql)


def question_event(text: str) -> pb.ConversationEvent:
    content = {"role": "user", "message": text}
    return pb.ConversationEvent(
        event_type="message", content=Json(utf8=msgspec.json.encode(content))
    )


def answer_event(
    message_id: UUID, messages: Sequence[chat_pb2.ChatMessage], receipt: chat_pb2.ChatReceipt
) -> pb.ConversationEvent:
    """What people read again later: what was said, and what it rests on."""
    content = {
        "role": "assistant",
        "message": "\n".join(one.content for one in messages)[:KEPT_BYTES],
        "way": receipt.way,
        "understood": receipt.understood,
        "sql": receipt.sql[:KEPT_BYTES],
        "query_id": receipt.query_id,
    }
    return pb.ConversationEvent(
        event_type="message",
        client_event_id=str(message_id),
        content=Json(utf8=msgspec.json.encode(content)),
        success=all(one.type != "error" for one in messages),
    )


async def attempted(keeping: Awaitable[T]) -> T | None:
    """What is kept beside an answer never costs the answer."""
    try:
        return await keeping
    except DomainError as error:
        log.warning("an answer was not written down", error=str(error))
        return None
