"""What a conversation is, what its events tell, and how it grows by them. No I/O, no protobuf."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from services.activity.conversations.insights import Insights, Tally, insights_of
from services.common.errors import FailedPrecondition, InvalidFields, Violation
from services.common.payloads import check_json

CONTENT_BYTES = 256 * 1024
METADATA_BYTES = 16 * 1024
INTENT_LENGTH = 500
TOOL_LENGTH = 200
# A title that nobody gave is shorter than one that somebody did, which the proto bounds.
TITLE_LENGTH = 60
LAST_MESSAGE_LENGTH = 200
# A row that is written with every event must stay small, and a name is at most 200 characters.
MOST_TOOLS = 200
OLDEST = timedelta(days=2 * 365)
NEWEST = timedelta(days=1)
# Of what is imported: an id cannot hold an earlier time.
OLDEST_IMPORTED = datetime(1970, 1, 1, tzinfo=UTC)
ROLES = ("user", "assistant", "system", "tool")
# Those to which nothing is appended any more.
ENDED = ("completed", "blocked_by_credits")
# Who found out what the rules did; a job may not call itself so.
RULES = "rules"
RULES_VERSION = 1

Value = TypeVar("Value")

NULL = msgspec.Raw(b"null")


class Said(msgspec.Struct):
    """The members of an event's content that are understood, as JSON text; null where absent."""

    role: msgspec.Raw = NULL
    message: msgspec.Raw = NULL
    content: msgspec.Raw = NULL
    text: msgspec.Raw = NULL
    tool: msgspec.Raw = NULL
    result: msgspec.Raw = NULL
    error: msgspec.Raw = NULL
    success: msgspec.Raw = NULL


NOTHING_SAID = Said()
decode_said = msgspec.json.Decoder(Said).decode
decode_value = msgspec.json.Decoder().decode


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a conversation, before it has an id. `content` is JSON text."""

    event_type: str
    content: str | None
    timestamp: datetime
    tool_name: str | None = None
    success: bool | None = None
    credits_consumed: int | None = None
    client_event_id: str | None = None

    @cached_property
    def said(self) -> Said:
        """What the content tells; nothing where it is no object."""
        try:
            return NOTHING_SAID if self.content is None else decode_said(self.content)
        except msgspec.ValidationError:
            return NOTHING_SAID

    @cached_property
    def role(self) -> str:
        """Who spoke; "" where not told."""
        role = value_of(self.said.role)
        return role if role in ROLES else ""

    @cached_property
    def text(self) -> str | None:
        """What was said: the content's `message`, else `content`, else `text`, or all of it."""
        said = self.said
        parts = (said.message, said.content, said.text)
        if self.content is not None and said is NOTHING_SAID:
            parts = (msgspec.Raw(self.content.encode()), NULL, NULL)
        return next((t for t in map(value_of, parts) if isinstance(t, str) and t.strip()), None)

    @cached_property
    def error(self) -> str | None:
        """What failed: the content's `error`, or its `message` where that is an object."""
        told = value_of(self.said.error)
        if told in (None, False, ""):
            return None
        if isinstance(told, dict) and isinstance(told.get("message"), str):
            return str(told["message"])
        return told if isinstance(told, str) else bytes(self.said.error).decode()

    @property
    def is_of_the_person(self) -> bool:
        """Whether it is a message of the person: by its role, or because it names none."""
        return self.event_type == "message" and self.role in ("", "user")

    def completed(self) -> "Event":
        """With the tool and the success that the content tells where the fields do not."""
        return replace(self, tool_name=self.tool_name or told_tool(self), success=outcome(self))

    def stored(self, event_id: UUID) -> "StoredEvent":
        """As it is on record under an id."""
        return StoredEvent(id=event_id, **{f.name: getattr(self, f.name) for f in fields(Event)})


@dataclass(frozen=True, kw_only=True)
class StoredEvent(Event):
    """An event on record."""

    id: UUID


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation as it stands. `metadata` is JSON text."""

    id: UUID
    external_id: str | None
    user_id: str
    started_at: datetime
    active_at: datetime
    last_message_at: datetime | None = None
    message_count: int = 0
    event_count: int = 0
    credits_used: int = 0
    first_intent: str | None = None
    tools_used: dict[str, int] = field(default_factory=dict)
    completion_status: str | None = None
    finished_at: datetime | None = None
    user_satisfaction_signal: int | None = None
    extracted_use_case: str | None = None
    blocker_reason: str | None = None
    insights_source: str | None = None
    insights_version: int | None = None
    metadata: str | None = None
    tally: Tally = field(default_factory=Tally)
    first_event_id: UUID | None = None
    last_event_id: UUID | None = None
    # As somebody named it.
    title: str | None = None
    last_message: str | None = None
    parent_conversation_id: UUID | None = None
    parent_message_id: UUID | None = None

    @property
    def called(self) -> str | None:
        """Its title: as it was named, else what was asked first."""
        return self.title or shortened(self.first_intent or "", TITLE_LENGTH) or None

    @property
    def status(self) -> str:
        return self.completion_status or "active"

    @property
    def insights(self) -> Insights:
        return Insights(self.user_satisfaction_signal, self.extracted_use_case, self.blocker_reason)

    def open_to_events(self, now: datetime) -> "Conversation":
        """As it is when it goes on now. Raises FailedPrecondition where it ended for good."""
        if self.status in ENDED:
            raise FailedPrecondition(
                f"the conversation is {self.status}: start another one", status=self.status
            )
        return replace(self, completion_status=None, finished_at=None, active_at=now)

    def renamed(self, title: str) -> "Conversation":
        return replace(self, title=one_line(title) or None)

    def ended(self, status: str, at: datetime) -> "Conversation":
        """As it is when it ended so; itself where it had. Raises FailedPrecondition."""
        if self.status == status:
            return self
        if self.status in ENDED:
            raise FailedPrecondition(
                f"the conversation is {self.status} and does not become {status}",
                status=self.status,
            )
        return replace(self, completion_status=status, finished_at=at).judged()

    def grown(self, events: Sequence[StoredEvent]) -> "Conversation":
        """As it is with more events, in whatever order they come."""
        tally, first_intent = self.tally, self.first_intent
        for event in events:
            tally = tally.with_event(event)
            if tally.first_intent == event.id:
                first_intent = intent_of(event)
        said = [event.timestamp for event in events if event.event_type == "message"]
        ids = [event.id for event in events]
        return replace(
            self,
            last_message_at=max([*said, *given(self.last_message_at)], default=None),
            last_message=self._said_last(events),
            message_count=self.message_count + len(said),
            event_count=self.event_count + len(events),
            credits_used=self.credits_used + sum(event.credits_consumed or 0 for event in events),
            first_intent=first_intent,
            tools_used=dict(Counter(self.tools_used) + Counter(calls(events))),
            tally=tally,
            first_event_id=min([*ids, *given(self.first_event_id)], default=None),
            last_event_id=max([*ids, *given(self.last_event_id)], default=None),
        ).judged()

    def _said_last(self, events: Sequence[StoredEvent]) -> str | None:
        """The beginning of what was said last, with these events."""
        newest = None
        for event in events:
            if event.event_type == "message" and (newest is None or event.id > newest.id):
                newest = event
        if newest is None or newest.timestamp < (self.last_message_at or newest.timestamp):
            return self.last_message
        return one_line((newest.text or "")[: 2 * LAST_MESSAGE_LENGTH])[:LAST_MESSAGE_LENGTH]

    def judged(self) -> "Conversation":
        """With what the rules find out now; what a job found out stays."""
        if self.insights_source not in (None, RULES):
            return self
        found = insights_of(self.tally, self.status, self.first_intent, self.tools_used)
        if found == Insights() and self.insights_source is None:
            return self
        return replace(self, **found.named(), insights_source=RULES, insights_version=RULES_VERSION)

    def refined(self, found: dict[str, Any], source: str, version: int) -> "Conversation":
        """With what a job found out. Raises InvalidFields, FailedPrecondition."""
        if source == RULES:
            raise InvalidFields(Violation("source", f"must not be {RULES!r}, which is ours"))
        if self.insights_source == source and version < (self.insights_version or 0):
            raise FailedPrecondition(
                f"version {self.insights_version} of {source!r} is there, which is newer"
            )
        return replace(self, **found, insights_source=source, insights_version=version)


def one_line(text: str) -> str:
    return " ".join(text.split())


def shortened(text: str, most: int) -> str:
    """In one line of at most so many characters, cut between words where there are any."""
    line = one_line(text)
    if len(line) <= most:
        return line
    cut = line[:most]
    words, _, _ = cut.rpartition(" ")
    return f"{(words if len(words) > most // 2 else cut[:-1]).rstrip()}…"


def calls(events: Iterable[Event]) -> Iterator[str]:
    """The tools that were called, each as often as it was."""
    for event in events:
        if event.event_type == "tool_call" and event.tool_name:
            yield event.tool_name


def given(value: Value | None) -> Iterator[Value]:
    if value is not None:
        yield value


def told_tool(event: Event) -> str | None:
    """The tool that the content names."""
    tool = value_of(event.said.tool)
    return tool if isinstance(tool, str) and 0 < len(tool) <= TOOL_LENGTH else None


def outcome(event: Event) -> bool | None:
    """Whether it worked: an error never; else as given, or as the content tells."""
    if event.event_type == "error":
        return False
    if event.success is not None:
        return event.success
    if event.error is not None:
        return False
    told = value_of(event.said.success)
    if isinstance(told, bool):
        return told
    has_result = event.event_type == "tool_call" and value_of(event.said.result) is not None
    return True if has_result else None


def intent_of(event: Event) -> str:
    return (event.text or "").strip()[:INTENT_LENGTH]


def value_of(part: msgspec.Raw) -> Any:
    """A member's value; None where it is absent or holds a number beyond what JSON readers take."""
    try:
        return None if part is NULL else decode_value(part)
    except msgspec.ValidationError:
        return None


def wrong_content(utf8: bytes) -> Iterator[Violation]:
    problem = check_json(utf8, max_bytes=CONTENT_BYTES)
    if problem:
        yield Violation("content", problem)


def wrong_time(
    name: str, moment: datetime, now: datetime, *, imported: bool = False
) -> Iterator[Violation]:
    oldest = OLDEST_IMPORTED if imported else now - OLDEST
    if not oldest <= moment <= now + NEWEST:
        since = "1970" if imported else "two years ago"
        yield Violation(name, f"must lie between {since} and one day ahead")


def wrong_metadata(utf8: bytes) -> Iterator[Violation]:
    problem = check_json(utf8, max_bytes=METADATA_BYTES)
    if not problem and not utf8.strip().startswith(b"{"):
        problem = "must be a JSON object"
    if problem:
        yield Violation("metadata", problem)


def too_many_tools(conversation: Conversation) -> Iterator[Violation]:
    # Errors may name tools too, which the tally counts.
    if len(conversation.tools_used.keys() | conversation.tally.failures_of.keys()) > MOST_TOOLS:
        yield Violation("events", f"a conversation has at most {MOST_TOOLS} different tools")
