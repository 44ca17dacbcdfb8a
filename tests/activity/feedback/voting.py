"""Calls about feedback, short enough for tests to read."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from attune.activity.v1 import feedback_pb2 as pb
from attune.common.v1 import event_log_pb2

from tests.activity.conversations.talking import Talk
from tests.suite import Suite

Metadata = Sequence[tuple[str, str]]


class Voter:
    """What one caller does with feedback."""

    def __init__(self, suite: Suite, user: str = "ann", role: str = "viewer", **who: Any) -> None:
        self.stub = suite.feedback
        self.who: Metadata = suite.as_(user, role, **who)
        self.talk = Talk(suite, user, role, **who)

    async def start(self, name: str | None = None, *roles: str) -> str:
        """A conversation with messages of these roles; its id."""
        messages = [{"role": role, "content": role} for role in roles or ("user", "assistant")]
        made = await self.talk.start(conversation_id=name, messages=messages)
        return made.id

    async def vote(self, name: str, score: int | None = 5, **fields: Any) -> Any:
        request = pb.SubmitFeedbackRequest(conversation_id=name, score=score, **fields)
        return await self.stub.SubmitFeedback(request, metadata=self.who)

    async def withdraw(self, name: str, **fields: Any) -> Any:
        request = pb.WithdrawFeedbackRequest(conversation_id=name, **fields)
        return await self.stub.WithdrawFeedback(request, metadata=self.who)

    async def page(self, **fields: Any) -> pb.ListFeedbackResponse:
        return await self.stub.ListFeedback(pb.ListFeedbackRequest(**fields), metadata=self.who)

    async def votes(self, **fields: Any) -> Sequence[pb.Feedback]:
        return list((await self.page(**fields)).feedback)

    async def stats(self, **fields: Any) -> pb.GetFeedbackStatsResponse:
        request = pb.GetFeedbackStatsRequest(**fields)
        return await self.stub.GetFeedbackStats(request, metadata=self.who)

    async def trend(self, **fields: Any) -> pb.GetFeedbackTrendResponse:
        request = pb.GetFeedbackTrendRequest(**fields)
        return await self.stub.GetFeedbackTrend(request, metadata=self.who)

    async def forget(self, days: int | None) -> int:
        request = pb.ForgetFeedbackRequest(older_than_days=days)
        return (await self.stub.ForgetFeedback(request, metadata=self.who)).forgotten

    async def export(self, **fields: Any) -> bytes:
        call = self.stub.ExportFeedback(pb.ExportFeedbackRequest(**fields), metadata=self.who)
        return b"".join([part.data async for part in call])

    async def export_csv(self, **fields: Any) -> list[dict[str, str]]:
        text = (await self.export(format="csv", **fields)).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    async def export_json(self, **fields: Any) -> Any:
        return json.loads(await self.export(**fields))


async def told(suite: Suite, **who: Any) -> list[pb.FeedbackReceived]:
    """What the event log tells of votes, in its order."""
    metadata = suite.as_("service:x", "service", **who)
    found = await suite.events.Read(event_log_pb2.ReadRequest(), metadata=metadata)
    name = pb.FeedbackReceived.DESCRIPTOR.full_name
    return [pb.FeedbackReceived.FromString(e.payload) for e in found.events if e.type == name]
