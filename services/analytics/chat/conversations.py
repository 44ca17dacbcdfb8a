"""What is said lives with activity: conversations, and what people asked."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from itertools import accumulate
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
# Of an answer's message so much is kept, and of its rows the first, as of any answer on record; all
# of them are to be had by running its statement again.
KEPT_BYTES = 24 * 1024
KEPT_ROWS, KEPT_ROW_BYTES = 10, 16 * 1024
# So many questions before may be what a follow-up changes; for them so many pages are read at most.
REMEMBERED = 10
PAGE, MOST_PAGES = 50, 8
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
        return await self._earlier(who, conversation_id)

    async def _earlier(self, who: Caller, conversation_id: str) -> tuple[str, list[Exchange]]:
        """The name in the letters in which it is known, and what was asked last, oldest first: in a
        thread also up to where it was branched off.
        """
        name = conversation_id
        asked: pb.GetConversationRequest | None = newest_of(conversation_id)
        newest_first: list[pb.ConversationEvent] = []
        for _ in range(MOST_PAGES):
            if asked is None or len(exchanges_in(newest_first)) >= REMEMBERED:
                break
            try:
                found = await self._call(self._conversations.GetConversation, who, asked)
            except NotFound:
                if asked.conversation_id == conversation_id:
                    raise
                break  # what it was branched from was deleted just now
            if found.conversation.user_id != who.subject:
                raise NotFound(f"no conversation {conversation_id!r} of yours")
            if found.conversation.id == name.lower():
                name = found.conversation.id
            newest_first += found.events
            asked = before(asked, found)
        return name, exchanges_in(newest_first)[-REMEMBERED:]

    async def say(self, who: Caller, conversation_id: str, events: Sequence[Any]) -> list[UUID]:
        """The ids of the events. Raises NotFound, Unavailable and FailedPrecondition."""
        request = pb.AppendEventsRequest(conversation_id=conversation_id, events=events)
        answer = await self._call(self._conversations.AppendEvents, who, request)
        return [UUID(one.event_id) for one in answer.results]

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


def newest_of(conversation_id: str, up_to: str | None = None) -> pb.GetConversationRequest:
    return pb.GetConversationRequest(
        conversation_id=conversation_id, page_size=PAGE, newest_first=True, up_to=up_to
    )


def before(
    asked: pb.GetConversationRequest, found: pb.GetConversationResponse
) -> pb.GetConversationRequest | None:
    """What to ask for next: the page before, or what the conversation was branched from."""
    if found.next_page_token:
        asked.page_token = found.next_page_token
        return asked
    thread = found.conversation
    if not thread.parent_conversation_id:
        return None
    return newest_of(thread.parent_conversation_id, thread.parent_message_id)


def exchanges_in(newest_first: Sequence[pb.ConversationEvent]) -> list[Exchange]:
    """What was asked, oldest first, and the statements that answered it."""
    earlier: list[Exchange] = []
    for event in reversed(newest_first):
        if event.event_type != "message":
            continue
        said = read_said(event.content.utf8)
        if said.role == "user" and said.message:
            earlier.append(Exchange(said.message))
        elif said.role == "assistant" and earlier:
            sql = said.sql or earlier[-1].sql
            earlier[-1] = replace(earlier[-1], sql=sql, told=said.message)
    return earlier


def question_event(text: str) -> pb.ConversationEvent:
    content = {"role": "user", "message": text}
    return pb.ConversationEvent(
        event_type="message", content=Json(utf8=msgspec.json.encode(content))
    )


def answer_event(
    message_id: UUID, messages: Sequence[chat_pb2.ChatMessage], receipt: chat_pb2.ChatReceipt
) -> pb.ConversationEvent:
    """What people read again later: what was said, and what it rests on."""
    content: dict[str, Any] = {
        "role": "assistant",
        # A chart is called as its rows are: once is enough.
        "message": "\n".join(dict.fromkeys(one.content for one in messages))[:KEPT_BYTES],
        "way": receipt.way,
        "understood": receipt.understood,
        "sql": receipt.sql[:KEPT_BYTES],
        "query_id": receipt.query_id,
    }
    if results := kept_results(messages):
        content["results"] = results
    return pb.ConversationEvent(
        event_type="message",
        client_event_id=str(message_id),
        content=Json(utf8=msgspec.json.encode(content)),
        success=all(one.type != "error" for one in messages),
    )


class Results(msgspec.Struct):
    """Of the data of a message of type query_results what is kept: its first rows."""

    columns: msgspec.Raw
    rows: list[msgspec.Raw]
    row_count: int
    truncated: bool


def kept_results(messages: Sequence[chat_pb2.ChatMessage]) -> Results | None:
    """Of several those on which the answer rests, as a model may look around before; None where
    there are none, or already the columns are too much.
    """
    data = [one.data.utf8 for one in messages if one.type == "query_results"]
    if not data:
        return None
    results = msgspec.json.decode(data[-1], type=Results)
    room = KEPT_ROW_BYTES - len(bytes(results.columns))
    sizes = accumulate(len(bytes(row)) for row in results.rows[:KEPT_ROWS])
    results.rows = results.rows[: sum(size <= room for size in sizes)]
    return results if room > 0 else None


async def attempted(keeping: Awaitable[T]) -> T | None:
    """What is kept beside an answer never costs the answer."""
    try:
        return await keeping
    except DomainError as error:
        log.warning("an answer was not written down", error=str(error))
        return None
