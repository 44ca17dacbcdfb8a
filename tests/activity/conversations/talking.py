"""Calls about conversations, short enough for tests to read."""

import json
from collections.abc import Awaitable, Sequence
from typing import Any

import grpc
import pytest
from attune.activity.v1 import conversations_pb2 as pb
from attune.common.v1 import event_log_pb2
from attune.common.v1.json_pb2 import Json

from tests.suite import Suite

Metadata = Sequence[tuple[str, str]]
FACTS: dict[str, Any] = {
    str(fact.DESCRIPTOR.full_name): fact
    for fact in (
        pb.ConversationStarted,
        pb.ConversationEventAppended,
        pb.ConversationChanged,
        pb.ConversationDeleted,
    )
}


def to_json(value: Any) -> Json:
    return Json(utf8=json.dumps(value).encode())


def said(text: str, role: str = "user", **fields: Any) -> pb.ConversationEvent:
    content = to_json({"role": role, "message": text})
    return pb.ConversationEvent(event_type="message", content=content, **fields)


def called(tool: str, *, error: str = "", **fields: Any) -> pb.ConversationEvent:
    told = {"tool": tool, "error": error} if error else {"tool": tool, "result": "done"}
    return pb.ConversationEvent(event_type="tool_call", content=to_json(told), **fields)


def at(time: str, event: pb.ConversationEvent) -> pb.ConversationEvent:
    event.timestamp.FromJsonString(time)
    return event


async def refused(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value


class Talk:
    """What one caller does with conversations."""

    def __init__(self, suite: Suite, user: str = "ann", role: str = "viewer", **who: Any) -> None:
        self.stub = suite.conversations
        self.who: Metadata = suite.as_(user, role, **who)

    async def start(self, **fields: Any) -> pb.Conversation:
        request = pb.StartConversationRequest(**fields)
        return await self.stub.StartConversation(request, metadata=self.who)

    async def append(self, name: str, *events: pb.ConversationEvent) -> pb.AppendEventsResponse:
        request = pb.AppendEventsRequest(conversation_id=name, events=events)
        return await self.stub.AppendEvents(request, metadata=self.who)

    async def get(self, name: str, **fields: Any) -> pb.GetConversationResponse:
        request = pb.GetConversationRequest(conversation_id=name, **fields)
        return await self.stub.GetConversation(request, metadata=self.who)

    async def list(self, **fields: Any) -> pb.ListConversationsResponse:
        request = pb.ListConversationsRequest(**fields)
        return await self.stub.ListConversations(request, metadata=self.who)

    async def finish(self, name: str, status: str = "completed") -> pb.Conversation:
        request = pb.FinishConversationRequest(conversation_id=name, status=status)
        return await self.stub.FinishConversation(request, metadata=self.who)

    async def rename(self, name: str, title: str) -> pb.Conversation:
        request = pb.RenameConversationRequest(conversation_id=name, title=title)
        return await self.stub.RenameConversation(request, metadata=self.who)

    async def branch(self, name: str, message: str, **fields: Any) -> pb.Conversation:
        request = pb.BranchConversationRequest(conversation_id=name, message_id=message, **fields)
        return await self.stub.BranchConversation(request, metadata=self.who)

    async def delete(self, name: str) -> None:
        request = pb.DeleteConversationRequest(conversation_id=name)
        await self.stub.DeleteConversation(request, metadata=self.who)

    async def refine(self, name: str, source: str, version: int, **found: Any) -> pb.Conversation:
        request = pb.SetConversationInsightsRequest(
            conversation_id=name, source=source, version=version, **found
        )
        return await self.stub.SetConversationInsights(request, metadata=self.who)

    async def export(self, name: str, file_format: str = "json") -> bytes:
        request = pb.ExportConversationRequest(conversation_id=name, format=file_format)
        parts = self.stub.ExportConversation(request, metadata=self.who)
        return b"".join([part.data async for part in parts])

    async def bring(
        self, *entries: pb.BatchImportConversationsRequest.Entry
    ) -> pb.BatchImportConversationsResponse:
        request = pb.BatchImportConversationsRequest(conversations=entries)
        return await self.stub.BatchImportConversations(request, metadata=self.who)


async def facts(suite: Suite, **who: Any) -> list[Any]:
    """What the event log tells of conversations, in its order."""
    metadata = suite.as_("service:x", "service", **who)
    found = await suite.events.Read(event_log_pb2.ReadRequest(), metadata=metadata)
    assert [event.seq for event in found.events] == list(range(1, len(found.events) + 1))
    return [FACTS[e.type].FromString(e.payload) for e in found.events if e.type in FACTS]
