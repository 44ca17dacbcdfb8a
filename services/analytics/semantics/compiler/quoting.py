"""Text that becomes part of a statement: names and values, whatever they hold."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

# PostgreSQL cuts longer names, and then two may be one.
MOST_NAME_BYTES = 63


def identifier(name: str) -> str:
    """A name, always quoted. Raises ValueError for what PostgreSQL cannot call anything."""
    if not name or "\0" in name or len(name.encode()) > MOST_NAME_BYTES:
        raise ValueError(f"{name!r} is no name of 1 to {MOST_NAME_BYTES} bytes")
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text. Backslashes are escaped such that `standard_conforming_strings` does not matter.

    Raises ValueError for NUL, which no text of PostgreSQL holds.
    """
    if "\0" in value:
        raise ValueError("has a NUL character")
    quoted = value.replace("'", "''")
    if "\\" not in value:
        return f"'{quoted}'"
    doubled = quoted.replace("\\", "\\\\")
    return f"E'{doubled}'"


def number(value: str | int | float) -> str:
    """A finite number of up to 100 digits, in parentheses where it is negative."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not exact.is_finite() or abs(exact.adjusted()) > 100 or len(exact.as_tuple().digits) > 100:
        raise ValueError(f"{value!r} is no number of up to 100 digits")
    plain = format(exact, "f")
    return f"({plain})" if plain.startswith("-") else plain


def instant(when: datetime) -> str:
    """An aware time, as timestamptz."""
    return f"TIMESTAMPTZ '{when.astimezone(UTC).isoformat(' ')}'"


def utc_timestamp(when: datetime) -> str:
    """An aware time, for a column without a zone, which is taken to hold UTC."""
    return f"TIMESTAMP '{when.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"


def day(when: date) -> str:
    return f"DATE '{when.isoformat()}'"
