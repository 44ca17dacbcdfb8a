"""Rows as events: which column is what."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cli.local.errors import UsageError

FIELDS = ("event", "timestamp", "user_id", "anonymous_id", "message_id", "type", "context")
TEXTS = ("user_id", "anonymous_id", "message_id")
# A number above is in milliseconds: as seconds it would be after the year 5000.
SECONDS_UP_TO = 100_000_000_000


class Unusable(Exception):
    """A row that makes no event; the message says what to change."""


@dataclass(frozen=True)
class EventMapping:
    """`columns`: field → column. `properties`: the columns that are; None is all others.

    `prefix` begins the message ids of rows that have none of their own, so that a row that is sent
    again is known for seven days.
    """

    columns: Mapping[str, str]
    event: str | None
    properties: tuple[str, ...] | None
    prefix: str

    def event_of(self, number: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """The event that a row is, as the API takes it. Raises Unusable."""
        told = {field: values.get(self.columns.get(field, field)) for field in FIELDS}
        made = {name: value for name, value in told.items() if value is not None}
        if self.event is not None:
            made["event"] = self.event
        if "event" not in made:
            raise Unusable("has no event: name one by --event, or a column by --map event=COLUMN")
        if "timestamp" not in made:
            raise Unusable("has no time: name its column by --map timestamp=COLUMN")
        made["timestamp"] = time_in(made["timestamp"])
        made |= {name: str(made[name]) for name in ("event", *TEXTS) if name in made}
        made.setdefault("message_id", f"{self.prefix}:{number}")
        made["properties"] = self._properties(values)
        return made

    def expect(self, columns: Collection[str] | None) -> None:
        """Raises UsageError where an option names a column that the file has not."""
        if columns is None:
            return
        for name in (*self.columns.values(), *(self.properties or ())):
            if name not in columns:
                raise UsageError(f"There is no column {name!r}: there are {', '.join(columns)}.")

    def _properties(self, values: Mapping[str, Any]) -> dict[str, Any]:
        used = {self.columns.get(field, field) for field in FIELDS}
        if self.properties is not None:
            return {name: plain(values[name]) for name in self.properties if name in values}
        nested = values.get("properties")
        if isinstance(nested, dict):
            return nested
        return {name: plain(value) for name, value in values.items() if name not in used}


def mapping_of(
    pairs: Iterable[str], event: str | None, properties: str | None, prefix: str
) -> EventMapping:
    """What the options say. Raises UsageError."""
    columns = {}
    for pair in pairs:
        field, _, column = pair.partition("=")
        if field not in FIELDS or not column:
            raise UsageError(
                f"--map {pair}: has to be FIELD=COLUMN with one of {', '.join(FIELDS)}."
            )
        columns[field] = column
    chosen = None
    if properties is not None:
        chosen = tuple(name.strip() for name in properties.split(",") if name.strip())
    return EventMapping(columns, event, chosen, prefix)


def time_in(value: Any) -> str:
    """RFC 3339, in UTC where no zone is told. Raises Unusable."""
    try:
        if isinstance(value, bool):
            raise ValueError
        if isinstance(value, int | float):
            seconds = value / 1000 if abs(value) > SECONDS_UP_TO else value
            found = datetime.fromtimestamp(seconds, UTC)
        elif isinstance(value, datetime):
            found = value
        elif isinstance(value, date):
            found = datetime(value.year, value.month, value.day, tzinfo=UTC)
        else:
            found = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError, OSError):
        raise Unusable(f"has no time that can be read: {str(value)[:50]!r}") from None
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return zoned.astimezone(UTC).isoformat()
    except OverflowError:
        raise Unusable(f"has a time outside of the years 1 to 9999: {found}") from None


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime):
        return time_in(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
