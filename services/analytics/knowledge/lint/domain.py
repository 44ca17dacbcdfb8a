"""The rules of the lint that need nothing but the items. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.analytics.knowledge.event_definitions.domain import definition_of
from services.analytics.knowledge.search.words import words
from services.analytics.knowledge.versions.domain import (
    BUSINESS_METRIC,
    DIMENSION,
    ENTITY,
    EVENT_DEFINITION,
    Item,
)

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES = (ERROR, WARNING, INFO)
CALLED = (BUSINESS_METRIC, DIMENSION, ENTITY)
# JSON's types -> the types that a definition may give the same values.
ALLOWED: Mapping[str, frozenset[str]] = {
    "string": frozenset({"string", "timestamp", "any"}),
    "number": frozenset({"number", "integer", "any"}),
    "boolean": frozenset({"boolean", "any"}),
    "array": frozenset({"array", "any"}),
    "object": frozenset({"object", "any"}),
    "null": frozenset(),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an item, and what to do about it."""

    rule: str
    severity: str
    item: Item
    message: str
    advice: str


@dataclass(frozen=True)
class Observed:
    """How often a property of the newest events of a name had values of a JSON type."""

    event: str
    property: str
    type: str
    times: int


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first."""
    return sorted(
        findings,
        key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.item.kind, f.item.name),
    )


def alike(items: Sequence[Item]) -> Iterator[Finding]:
    """Names that differ in case or separators alone, and one name with two meanings."""
    groups: dict[tuple[str, tuple[str, ...]], list[Item]] = defaultdict(list)
    for item in oldest_first(items):
        groups[item.kind, tuple(words(item.name))].append(item)
    for (kind, _), (first, *others) in groups.items():
        for second in others:
            if first.name != second.name:
                message = f"{second.name!r} and {first.name!r} are told apart by spelling alone"
                advice = "Give one of them another name, or delete it."
                yield Finding("similar_names", WARNING, second, message, advice)
            elif kind == BUSINESS_METRIC and meaning(first) != meaning(second):
                where = f"{first.connection_id!r} and {second.connection_id!r}"
                message = f"{second.name!r} is computed otherwise on {where}"
                advice = "Give them two names, or one formula."
                yield Finding("contradiction", ERROR, second, message, advice)


def oldest_first(items: Iterable[Item]) -> list[Item]:
    """So that of two that do not go together the newer one is told."""
    return sorted(items, key=lambda item: (item.created_at, item.item_id))


def meaning(item: Item) -> dict[str, Any]:
    """What a metric computes, without what is told of it."""
    told = {"description", "display_name", "synonyms", "tags", "category", "owner"}
    content: dict[str, Any] = msgspec.json.decode(item.content)
    return {name: value for name, value in content.items() if name not in told}


def ambiguous(items: Sequence[Item]) -> Iterator[Finding]:
    """Words that name two things of a kind in one connection."""
    called: dict[tuple[str, str, tuple[str, ...]], dict[UUID, tuple[Item, str]]] = defaultdict(dict)
    for item in oldest_first(items):
        if item.kind in CALLED:
            for name in (item.name, *synonyms(item)):
                key = (item.kind, item.connection_id, tuple(words(name)))
                called[key].setdefault(item.item_id, (item, name))
    for group in called.values():
        (first, _), *others = group.values()
        for item, name in others:
            message = f"{name!r} also means {first.name!r}"
            advice = "Keep the synonym with one of them."
            yield Finding("contradiction", ERROR, item, message, advice)


def synonyms(item: Item) -> list[str]:
    found: list[str] = msgspec.json.decode(item.content).get("synonyms", [])
    return found


def unseen(items: Sequence[Item], names: Iterable[str]) -> Iterator[Finding]:
    """Definitions of events that never came."""
    missing = set(names)
    for item in items:
        if item.kind == EVENT_DEFINITION and item.name in missing:
            message = f"no event {item.name!r} was ever received"
            advice = "Send it under exactly this name, rename the definition, or delete it."
            yield Finding("never_seen", WARNING, item, message, advice)


def mistyped(items: Sequence[Item], observed: Iterable[Observed]) -> Iterator[Finding]:
    """Properties that arrive with other types than they are defined with."""
    seen: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for one in observed:
        seen[one.event, one.property][one.type] = one.times
    for item in items:
        if item.kind != EVENT_DEFINITION:
            continue
        for each in definition_of(item.content).properties:
            types = seen.get((item.name, each.name), {})
            others = {t: n for t, n in types.items() if t != "null" and each.type not in ALLOWED[t]}
            if others:
                counts = ", ".join(f"{type_} {times} times" for type_, times in others.items())
                message = f"{each.name!r} is defined as {each.type}, and lately was {counts}"
                advice = "Change its type here, or mend what sends it."
                yield Finding("other_type", ERROR, item, message, advice)


def unused(
    items: Sequence[Item], used: Mapping[UUID, datetime], since: datetime
) -> Iterator[Finding]:
    """What no question has led to since then, though it was there."""
    for item in items:
        last = used.get(item.item_id)
        if item.created_at < since and (last is None or last < since):
            told = f"since {last:%Y-%m-%d}" if last else "ever"
            message = f"no question has led to it {told}"
            advice = "Add the words that people use to its tags or synonyms, or delete it."
            yield Finding("unused", INFO, item, message, advice)


def broken(item: Item, why: str) -> Finding:
    advice = "Change it to what the connection has now, or delete it."
    return Finding("broken", ERROR, item, f"it does not work any more: {why}", advice)
