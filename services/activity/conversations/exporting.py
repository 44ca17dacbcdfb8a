"""A conversation as a file: JSON or Markdown, event by event. No I/O."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

from services.activity.conversations.domain import Conversation, StoredEvent
from services.common.clock import rfc3339

# What has a meaning within a line of Markdown (CommonMark 0.31, 6; tables, strikethrough and links
# without brackets of GFM), or in the HTML that it may hold.
SPECIAL = re.compile(r"([\\`*_\[\]<>&|~#$@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
TICKS = re.compile(r"`+")
SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}


class Column(msgspec.Struct):
    name: str


class Results(msgspec.Struct):
    """The first rows of a result; each has a value a column."""

    columns: list[Column]
    rows: list[list[Any]]
    row_count: int
    truncated: bool = False


class Answer(msgspec.Struct):
    """What the analytics chat answered, as it writes it down."""

    way: str
    role: Literal["assistant"]
    message: str = ""
    understood: str = ""
    sql: str = ""
    query_id: str = ""
    results: Results | None = None


class File(Protocol):
    """How a conversation becomes bytes."""

    content_type: str
    suffix: str

    def head(self, conversation: Conversation) -> bytes: ...
    def event(self, event: StoredEvent) -> bytes: ...
    def tail(self) -> bytes: ...


class JsonFile:
    """One object: the conversation, and its events one a line, as the API shows both."""

    content_type = "application/json"
    suffix = "json"

    def __init__(self) -> None:
        self._before = b""

    def head(self, conversation: Conversation) -> bytes:
        told = msgspec.json.encode(conversation_fields(conversation))
        return b'{"conversation": ' + told + b',\n"events": ['

    def event(self, event: StoredEvent) -> bytes:
        before, self._before = self._before, b","
        return before + b"\n" + msgspec.json.encode(event_fields(event))

    def tail(self) -> bytes:
        return b"\n]}\n"


class MarkdownFile:
    """For people to read: a table of what it was, and a section an event.

    What was said stands in fences longer than any in it, and what stands elsewhere is escaped, so
    that no content becomes a heading, a link, an image or HTML of the page.
    """

    content_type = "text/markdown; charset=utf-8"
    suffix = "md"

    def head(self, conversation: Conversation) -> bytes:
        c = conversation
        title = inline(c.external_id or str(c.id))
        rows = [f"| {name} | {value} |" for name, value in facts_of(c)]
        table = "\n".join(["| | |", "|---|---|", *rows])
        return f"# Conversation {title}\n\n{table}\n".encode()

    def event(self, event: StoredEvent) -> bytes:
        parts = [f"\n## {heading(event)}\n"]
        if answer := answer_in(event):
            parts += [f"\n{part}\n" for part in shown_answer(answer)]
        elif event.content is not None:
            parts.append(f"\n{fenced(*body(event))}\n")
        return "".join(parts).encode()

    def tail(self) -> bytes:
        return b""


FILES: dict[str, type[JsonFile] | type[MarkdownFile]] = {
    "json": JsonFile,
    "markdown": MarkdownFile,
}


def facts_of(c: Conversation) -> Iterator[tuple[str, str]]:
    """The rows of the table, in Markdown."""
    tools = ", ".join(f"{tool} ({times})" for tool, times in sorted(c.tools_used.items()))
    satisfaction = c.user_satisfaction_signal
    told: list[tuple[str, str | None]] = [
        ("Title", c.called),
        ("Id", str(c.id)),
        ("Person", c.user_id),
        ("Started", clock(c.started_at)),
        ("Last message", clock(c.last_message_at) if c.last_message_at else None),
        ("Finished", clock(c.finished_at) if c.finished_at else None),
        ("Status", c.status.replace("_", " ")),
        ("Messages", str(c.message_count)),
        ("Events", str(c.event_count)),
        ("Tools", tools or None),
        ("Credits", str(c.credits_used) if c.credits_used else None),
        ("First asked", c.first_intent),
        ("Use case", c.extracted_use_case),
        ("Satisfaction", None if satisfaction is None else f"{satisfaction} of 10"),
        ("Stopped by", c.blocker_reason),
        ("Thread of", str(c.parent_conversation_id) if c.parent_conversation_id else None),
        ("Metadata", c.metadata),
    ]
    return ((name, inline(value)) for name, value in told if value)


def heading(event: StoredEvent) -> str:
    """Who or what, when, and how it went; in Markdown."""
    what = event.event_type.replace("_", " ").capitalize()
    if event.event_type == "message" and event.role:
        what = SPEAKERS[event.role]
    if event.tool_name:
        what += f" {event.tool_name}"
    told = [what, clock(event.timestamp)]
    if event.success is not None:
        told.append("worked" if event.success else "failed")
    if event.credits_consumed:
        told.append(
            "1 credit" if event.credits_consumed == 1 else f"{event.credits_consumed} credits"
        )
    return " · ".join(map(inline, told))


def body(event: StoredEvent) -> tuple[str, str]:
    """What to show of the content, and its language: a message's words, else all of the JSON."""
    if event.event_type == "message" and event.text is not None and only_words(event):
        return event.text, "text"
    return msgspec.json.format(event.content or "", indent=2), "json"


def answer_in(event: StoredEvent) -> Answer | None:
    """An answer of the analytics chat; None where the event is anything else."""
    if event.event_type != "message" or event.role != "assistant" or event.content is None:
        return None
    try:
        return msgspec.json.decode(event.content, type=Answer)
    except msgspec.ValidationError:
        return None


def shown_answer(answer: Answer) -> Iterator[str]:
    """What was said, what it rests on, and its first rows; in Markdown."""
    yield fenced(answer.message, "text")
    told = {"Way": answer.way, "Understood": answer.understood, "Query": answer.query_id}
    yield "\n".join(f"- {name}: {inline(value)}" for name, value in told.items() if value)
    if answer.sql:
        yield fenced(answer.sql, "sql")
    if answer.results and answer.results.columns:
        yield from shown_results(answer.results)


def shown_results(results: Results) -> Iterator[str]:
    names = [inline(column.name) for column in results.columns]
    rows = [names, ["---"] * len(names), *(list(map(cell, row)) for row in results.rows)]
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
    more = " and more" if results.truncated else ""
    if more or len(results.rows) < results.row_count:
        yield f"{len(results.rows)} of {results.row_count}{more} rows."


def cell(value: Any) -> str:
    """A value of a result as part of a line."""
    if value is None:
        return ""
    return inline(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def only_words(event: StoredEvent) -> bool:
    """Whether a message's content tells nothing but who said what."""
    try:
        members = msgspec.json.decode(event.content or "null", type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return True
    return len(members) - ("role" in members) == 1


def fenced(text: str, language: str) -> str:
    """A block of code that nothing in the text can end."""
    longest = max((len(run) for run in TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def inline(text: str) -> str:
    """The text in one line, with nothing in it that Markdown would read."""
    return SPECIAL.sub(r"\\\1", CONTROL.sub(" ", text))


def clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def conversation_fields(c: Conversation) -> dict[str, Any]:
    """The conversation as REST shows it."""
    fields: dict[str, Any] = {
        "id": c.id,
        "external_id": c.external_id,
        "user_id": c.user_id,
        "started_at": c.started_at,
        "last_message_at": c.last_message_at,
        "message_count": c.message_count,
        "event_count": c.event_count,
        "credits_used": c.credits_used,
        "first_intent": c.first_intent,
        "tools_used": c.tools_used,
        "status": c.status,
        "completion_status": c.completion_status,
        "finished_at": c.finished_at,
        "user_satisfaction_signal": c.user_satisfaction_signal,
        "extracted_use_case": c.extracted_use_case,
        "blocker_reason": c.blocker_reason,
        "insights_source": c.insights_source,
        "insights_version": c.insights_version,
        "metadata": raw(c.metadata),
        "title": c.called,
        "last_message": c.last_message,
        "parent_conversation_id": c.parent_conversation_id,
        "parent_message_id": c.parent_message_id,
    }
    return {name: shown(value) for name, value in fields.items() if value is not None}


def event_fields(event: StoredEvent) -> dict[str, Any]:
    """The event as REST shows it."""
    fields: dict[str, Any] = {
        "id": event.id,
        "event_type": event.event_type,
        "content": raw(event.content),
        "timestamp": event.timestamp,
        "tool_name": event.tool_name,
        "success": event.success,
        "credits_consumed": event.credits_consumed,
        "client_event_id": event.client_event_id,
    }
    return {name: shown(value) for name, value in fields.items() if value is not None}


def shown(value: Any) -> Any:
    """A time as REST writes it, all else as it is."""
    return rfc3339(value) if isinstance(value, datetime) else value


def raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())
