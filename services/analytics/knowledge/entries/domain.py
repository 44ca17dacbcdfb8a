"""Knowledge entries and their rules. No I/O, no protobuf."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from services.analytics.knowledge.versions.domain import Draft
from services.common.errors import InvalidFields, Violation


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that is known; `content` is Markdown."""

    title: str
    content: str = ""
    category: str = ""
    tags: Sequence[str] = ()


def entry_of(content: str) -> Entry:
    return msgspec.json.decode(content, type=Entry)


def changed(entry: Entry, changes: Mapping[str, Any]) -> Entry:
    """With each tag once."""
    new = msgspec.structs.replace(entry, **changes)
    return msgspec.structs.replace(new, tags=sorted(set(new.tags)))


def draft_of(entry: Entry) -> Draft:
    """What is stored; titles are told apart whatever their case. Raises InvalidFields."""
    violations = list(violations_of(entry))
    if violations:
        raise InvalidFields(*violations)
    return Draft(
        name=entry.title,
        key=entry.title.casefold()[:500],
        content=msgspec.json.encode(entry).decode(),
        category=entry.category,
        tags=entry.tags,
        body=entry.content,
    )


def violations_of(entry: Entry) -> Iterator[Violation]:
    for field in ("title", "content"):
        if not getattr(entry, field).strip():
            yield Violation(field, "must not be empty")
