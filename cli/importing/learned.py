"""What a file of events holds, for people to read before they import it."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TYPES = {bool: "boolean", int: "number", float: "number", dict: "object", list: "array"}
# A file may name any number of events, of which the most frequent are told.
MOST_TOLD = 50


@dataclass
class Seen:
    """Of one event: how many, from when to when, and its properties by type."""

    events: int = 0
    first: str = ""
    last: str = ""
    properties: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


@dataclass
class Learned:
    """Of a file: its events by name, its people, and why rows were refused."""

    events: defaultdict[str, Seen] = field(default_factory=lambda: defaultdict(Seen))
    people: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)

    def note(self, event: dict[str, Any]) -> None:
        seen, at = self.events[event["event"]], event["timestamp"]
        seen.events += 1
        seen.first = min(seen.first or at, at)
        seen.last = max(seen.last, at)
        for name, value in event["properties"].items():
            seen.properties[name][type_of(value)] += 1
        if who := event.get("user_id") or event.get("anonymous_id"):
            self.people.add(who)

    def as_data(self) -> dict[str, Any]:
        ordered = sorted(self.events.items(), key=lambda one: (-one[1].events, one[0]))
        return {
            "rows": sum(seen.events for seen in self.events.values()),
            "people": len(self.people),
            "refused": dict(self.refused.most_common()),
            "events": [told(name, seen) for name, seen in ordered[:MOST_TOLD]],
        }


def told(name: str, seen: Seen) -> dict[str, Any]:
    properties = {
        property_name: {"share": round(types.total() / seen.events, 3), "types": dict(types)}
        for property_name, types in sorted(seen.properties.items())
    }
    about = {"event": name, "events": seen.events, "first": seen.first, "last": seen.last}
    return {**about, "properties": properties}


def type_of(value: Any) -> str:
    """As the registry of events calls it (docs/event-schema.md)."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return TYPES.get(type(value), "object")
    if TIMESTAMP.match(value):
        return "timestamp"
    return "date" if DATE.fullmatch(value) else "string"
