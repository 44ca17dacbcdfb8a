"""The people of an answer, as SQL that finds them again."""

from typing import Any

import grpc
import msgspec
from attune.activity.v1 import conversations_pb2 as conversations
from attune.activity.v1 import conversations_pb2_grpc

from services.analytics.insights.compiler.did_not_do import everybody_of
from services.analytics.queries.domain import EVENTS, Record
from services.analytics.queries.store import QueryStore
from services.analytics.semantics.compiler.quoting import identifier
from services.common.caller import Caller
from services.common.errors import InvalidFields, NotFound, Unavailable, Violation
from services.common.ids import uuid_of
from services.common.service_tokens import ServiceTokens

NAMED = ("user_id", "person")
PAGE, SECONDS = 1000, 5


class Column(msgspec.Struct):
    name: str


class Sample(msgspec.Struct):
    columns: list[Column]


class Content(msgspec.Struct):
    """Of what an assistant said."""

    query_id: str = ""


class Answers:
    """Statements on record, found by their id or by the message that told of them."""

    def __init__(self, store: QueryStore, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._store = store
        self._conversations = conversations_pb2_grpc.ConversationsServiceStub(channel)
        self._tokens = tokens

    async def people(self, who: Caller, query_id: str, column: str) -> str:
        """SQL of one column. Raises NotFound, and InvalidFields where it has no people."""
        known = uuid_of(query_id)
        found = await self._store.get(who.organization_id, known) if known else None
        if found is None or not (who.may_read_others or found.user_id == who.subject):
            raise NotFound(f"no query {query_id!r} of yours")
        return people_of(found, column)

    async def query_of(self, who: Caller, conversation_id: str, message_id: str) -> str:
        """The query that a message of the person's conversation rests on. Raises NotFound."""
        asked = conversations.GetConversationRequest(
            conversation_id=conversation_id, page_size=PAGE
        )
        while True:
            found = await self._call(who, asked)
            if found.conversation.user_id != who.subject and not who.may_read_others:
                break
            for event in found.events:
                if event.client_event_id == message_id:
                    return content_of(event.content.utf8).query_id
            if not found.next_page_token:
                break
            asked.page_token = found.next_page_token
        raise NotFound(f"no message {message_id!r} in a conversation of yours")

    async def _call(self, who: Caller, asked: conversations.GetConversationRequest) -> Any:
        try:
            metadata = await self._tokens.metadata(who.organization_id)
            return await self._conversations.GetConversation(
                asked, metadata=metadata, timeout=SECONDS
            )
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                raise NotFound(f"no conversation {asked.conversation_id!r} of yours") from None
            raise Unavailable("conversations cannot be read now; try again") from error


def content_of(utf8: bytes) -> Content:
    try:
        return msgspec.json.decode(utf8, type=Content)
    except msgspec.MsgspecError:
        return Content()


def people_of(record: Record, column: str) -> str:
    if record.connection_id != EVENTS:
        raise InvalidFields(Violation("query_id", "is of another connection than the event store"))
    if record.result is None:
        raise InvalidFields(Violation("query_id", "has no result"))
    names = [one.name for one in msgspec.json.decode(record.result, type=Sample).columns]
    wanted = [column] if column else [name for name in NAMED if name in names]
    if not wanted or wanted[0] not in names:
        problem = f"name the column that has the people; there are {', '.join(names)}"
        raise InvalidFields(Violation("column", problem))
    whole = everybody_of(record.query)
    if whole and wanted[0] == "person":
        return whole
    inner = record.query.strip().rstrip(";")
    return f"SELECT answer.{identifier(wanted[0])} AS user_id FROM ({inner}\n) AS answer"
