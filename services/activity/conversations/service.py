"""The gRPC face of conversations: translate, check, store, answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from attune.activity.v1 import conversations_pb2 as pb
from attune.activity.v1 import conversations_pb2_grpc as pb_grpc
from google.api.httpbody_pb2 import HttpBody

from services.activity.conversations import searching
from services.activity.conversations.appending import Append, Change, Name
from services.activity.conversations.domain import Conversation, one_line, wrong_time
from services.activity.conversations.exporting import FILES, File
from services.activity.conversations.importing import check_size, imported_from_pb, refused
from services.activity.conversations.masking import reads_all, shown, shown_all, shown_events
from services.activity.conversations.recorder import Recorder, checked, unknown
from services.activity.conversations.store import MAX, NIL, ConversationStore, Slice
from services.activity.conversations.translating import (
    conversation_to_pb,
    event_to_pb,
    events_from_pb,
    message_to_event,
    metadata_from_pb,
)
from services.common.caller import Caller, caller
from services.common.clock import Clock
from services.common.downloads import download
from services.common.entries import refusal_of
from services.common.errors import FailedPrecondition, InvalidFields, NotFound, PermissionDenied
from services.common.idempotency import claim_of
from services.common.ids import uuid7
from services.common.interceptors import Context
from services.common.moments import moment
from services.common.pages import filters_hash, page_token, position_of

PAGE_SIZE = 100
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
NEWEST = (LAST, UUID(int=2**128 - 1))


class ConversationsService(pb_grpc.ConversationsServiceServicer):
    def __init__(self, store: ConversationStore, recorder: Recorder, now: Clock) -> None:
        self._store = store
        self._recorder = recorder
        self._now = now

    async def StartConversation(
        self, request: pb.StartConversationRequest, context: Context
    ) -> pb.Conversation:
        who, now = caller(), self._now()
        new = new_conversation(request, who, now)
        events = [message_to_event(message, new.started_at) for message in request.messages]
        claim = claim_of(who.subject, request)
        answer = await self._recorder.start(who.organization_id, new, events, claim, answer_of)
        return pb.Conversation.FromString(answer)

    async def AppendEvents(
        self, request: pb.AppendEventsRequest, context: Context
    ) -> pb.AppendEventsResponse:
        who = caller()
        events = events_from_pb(request.events, self._now())
        name = name_to_write(request.conversation_id, who)
        append = Append(name, writer(who), events)
        done = await self._recorder.append(who.organization_id, append)
        return appended_to_pb(request.conversation_id, done)

    async def GetConversation(
        self, request: pb.GetConversationRequest, context: Context
    ) -> pb.GetConversationResponse:
        who, limit = caller(), request.page_size or PAGE_SIZE
        found = await self._readable(request.conversation_id, who)
        filters = filters_hash("events", str(found.id), request.newest_first, request.up_to)
        after = MAX if request.newest_first else NIL
        if request.page_token:
            [after] = position_of(request.page_token, filters, tuple[UUID])
        up_to = UUID(request.up_to) if request.up_to else MAX
        events, more = await self._store.events(
            *(who.organization_id, found, after, limit),
            up_to=up_to,
            newest_first=request.newest_first,
        )
        return pb.GetConversationResponse(
            conversation_id=request.conversation_id,
            conversation=conversation_to_pb(await shown(who, found)),
            events=map(event_to_pb, await shown_events(who, found, events)),
            next_page_token=page_token(filters, (events[-1].id,)) if more else None,
        )

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: Context
    ) -> pb.ListConversationsResponse:
        who = caller()
        part = slice_of(request, who)
        if request.parent_conversation_id:
            parent = await self._readable(request.parent_conversation_id, who)
            part = replace(part, parent=parent.id)
        page, more = await self._page(who.organization_id, part)
        return pb.ListConversationsResponse(
            conversations=map(conversation_to_pb, await shown_all(who, page)),
            next_page_token=next_token(request, part, page[-1]) if more else None,
        )

    async def FinishConversation(
        self, request: pb.FinishConversationRequest, context: Context
    ) -> pb.Conversation:
        who, now = caller(), self._now()
        changed = await self._recorder.change(
            who.organization_id,
            name_to_write(request.conversation_id, who),
            writer(who),
            lambda conversation: conversation.ended(request.status, now),
        )
        return conversation_to_pb(changed)

    async def RenameConversation(
        self, request: pb.RenameConversationRequest, context: Context
    ) -> pb.Conversation:
        who = caller()
        changed = await self._recorder.change(
            who.organization_id,
            name_to_write(request.conversation_id, who),
            writer(who),
            lambda conversation: conversation.renamed(request.title),
        )
        return conversation_to_pb(changed)

    async def BranchConversation(
        self, request: pb.BranchConversationRequest, context: Context
    ) -> pb.Conversation:
        who, name = caller(), name_to_write(request.conversation_id, caller())
        found = await self._store.read(who.organization_id, name)
        point = await self._point(checked(found, name, writer(who)), request.message_id, who)
        new = thread_of(*point, request.title, self._now())
        claim = claim_of(who.subject, request)
        answer = await self._recorder.start(who.organization_id, new, [], claim, answer_of)
        return pb.Conversation.FromString(answer)

    async def DeleteConversation(
        self, request: pb.DeleteConversationRequest, context: Context
    ) -> pb.DeleteConversationResponse:
        who = caller()
        name = name_to_write(request.conversation_id, who)
        owner = None if who.may_read_others else who.subject
        await self._recorder.delete(who.organization_id, name, owner, who.subject)
        return pb.DeleteConversationResponse()

    async def ExportConversation(
        self, request: pb.ExportConversationRequest, context: Context
    ) -> AsyncIterator[HttpBody]:
        who, file = caller(), FILES[request.format or "json"]()
        found = await self._readable(request.conversation_id, who)
        name = f"attune-conversation-{found.id}.{file.suffix}"
        chunks = self._exported(who, file, found)
        async for part in download(file.content_type, name, chunks):
            yield part

    async def BatchImportConversations(
        self, request: pb.BatchImportConversationsRequest, context: Context
    ) -> pb.BatchImportConversationsResponse:
        check_size(request)
        unread = {entry.index: refusal_of(entry) for entry in request.unread}
        results = [
            refused(index, unread[index]) if index in unread else await self._brought(index, entry)
            for index, entry in enumerate(request.conversations)
        ]
        accepted = sum(result.success for result in results)
        return pb.BatchImportConversationsResponse(
            results=results, accepted=accepted, refused=len(results) - accepted
        )

    async def SetConversationInsights(
        self, request: pb.SetConversationInsightsRequest, context: Context
    ) -> pb.Conversation:
        found = {name: getattr(request, name) for name in INSIGHTS if request.HasField(name)}
        changed = await self._recorder.change(
            caller().organization_id,
            Name(request.conversation_id),
            None,
            lambda conversation: conversation.refined(found, request.source, request.version),
        )
        return conversation_to_pb(changed)

    async def _page(self, organization_id: str, part: Slice) -> tuple[list[Conversation], bool]:
        if part.words is not None:
            return await searching.found(self._store, organization_id, part)
        return await self._store.page(organization_id, part)

    async def _readable(self, conversation_id: str, who: Caller) -> Conversation:
        """The conversation, if the caller may read it. Raises NotFound."""
        name = Name(conversation_id, None if reads_all(who) else who.subject)
        found = await self._store.read(who.organization_id, name)
        if found is None:
            raise unknown(name)
        return found

    async def _point(
        self, conversation: Conversation, message: str, who: Caller
    ) -> tuple[Conversation, UUID]:
        """The conversation that a message is of, itself or what it was branched from, and the id.

        Raises NotFound.
        """
        at: Conversation | None = conversation
        up_to = MAX
        for _ in range(DEEPEST_THREAD):
            if at is None:
                break
            found = await self._store.message(who.organization_id, at, message)
            if found is not None and found <= up_to:
                return at, found
            if at.parent_conversation_id is None or at.parent_message_id is None:
                break
            parent = Name(str(at.parent_conversation_id), at.user_id)
            up_to = at.parent_message_id
            at = await self._store.read(who.organization_id, parent)
        raise NotFound(f"no message {message!r} in this conversation")

    async def _exported(
        self, who: Caller, file: File, conversation: Conversation
    ) -> AsyncIterator[bytes]:
        """The file in parts; each is a query of its own, so that none waits for the reader."""
        yield file.head(await shown(who, conversation))
        after, more = NIL, True
        while more:
            args = (who.organization_id, conversation, after, EXPORTED_AT_ONCE)
            events, more = await self._store.events(*args)
            for event in await shown_events(who, conversation, events):
                yield file.event(event)
                after = event.id
        yield file.tail()

    async def _brought(
        self, index: int, entry: pb.BatchImportConversationsRequest.Entry
    ) -> pb.BatchImportConversationsResponse.Result:
        """One entry's outcome; what is no fault of the entry fails the batch."""
        try:
            given = imported_from_pb(entry, self._now())
            number, appended = await self._recorder.bring_in(caller().organization_id, given)
        except (InvalidFields, FailedPrecondition) as err:
            return refused(index, err)
        return pb.BatchImportConversationsResponse.Result(
            index=index, success=True, id=str(number), appended=appended
        )


EXPORTED_AT_ONCE = 200
# Threads of threads: further back no message is looked for.
DEEPEST_THREAD = 50
INSIGHTS = ("user_satisfaction_signal", "extracted_use_case", "blocker_reason")


def writer(who: Caller) -> str | None:
    """Whose conversations the caller may write to; None is everybody's."""
    return None if who.is_service else who.subject


def name_to_write(conversation_id: str, who: Caller) -> Name:
    """To who may not read others', a conversation of another person is none."""
    return Name(conversation_id, None if reads_all(who) else who.subject)


def new_conversation(
    request: pb.StartConversationRequest, who: Caller, now: datetime
) -> Conversation:
    """Raises InvalidFields, PermissionDenied."""
    if not who.is_service:
        for field in ("user_id", "started_at"):
            if request.HasField(field):
                raise PermissionDenied(f"only a service may set {field}; leave it out", field=field)
    started_at = moment(request, "started_at") or now
    if violations := [*wrong_time("started_at", started_at, now)]:
        raise InvalidFields(*violations)
    return Conversation(
        id=uuid7(started_at),
        external_id=request.conversation_id or None,
        user_id=request.user_id or who.subject,
        started_at=started_at,
        active_at=now,
        metadata=metadata_from_pb(request.metadata),
    )


def thread_of(parent: Conversation, message: UUID, title: str, now: datetime) -> Conversation:
    """What goes on from a message of another."""
    return Conversation(
        id=uuid7(now),
        external_id=None,
        user_id=parent.user_id,
        started_at=now,
        active_at=now,
        title=one_line(title) or None,
        parent_conversation_id=parent.id,
        parent_message_id=message,
    )


def answer_of(conversation: Conversation) -> bytes:
    return conversation_to_pb(conversation).SerializeToString()


def appended_to_pb(conversation_id: str, done: Change) -> pb.AppendEventsResponse:
    results = [
        pb.AppendEventsResponse.Result(event_id=str(r.event_id), duplicate=r.duplicate)
        for r in done.results
    ]
    return pb.AppendEventsResponse(
        conversation_id=conversation_id,
        results=results,
        appended=done.appended,
        conversation=conversation_to_pb(done.after),
    )


def slice_of(request: pb.ListConversationsRequest, who: Caller) -> Slice:
    """Raises InvalidFields, PermissionDenied."""
    user_id = request.user_id or None
    if not reads_all(who):
        if user_id not in (None, who.subject):
            raise PermissionDenied("user_id must be your own, or be left out")
        user_id = who.subject
    part = Slice(
        user_id=user_id,
        status=request.status or None,
        start=moment(request, "start_time") or FIRST,
        end=moment(request, "end_time") or LAST,
        before=NEWEST,
        limit=request.page_size or PAGE_SIZE,
        words=request.q if request.HasField("q") else None,
    )
    if request.page_token:
        before = position_of(request.page_token, filters_of(request, part), tuple[datetime, UUID])
        part = replace(part, before=before)
    return part


def next_token(request: pb.ListConversationsRequest, part: Slice, last: Conversation) -> str:
    return page_token(filters_of(request, part), (last.started_at, last.id))


def filters_of(request: pb.ListConversationsRequest, part: Slice) -> str:
    times = (request.start_time.ToNanoseconds(), request.end_time.ToNanoseconds())
    asked = (request.q, request.parent_conversation_id)
    return filters_hash("conversations", part.user_id, part.status, *times, *asked)
