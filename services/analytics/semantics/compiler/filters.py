"""Conditions on a value, with what they compare it to as literals of its kind.

"!=" and "not in" keep rows without a value: who is not known to be in Berlin is not in Berlin.
"""

from datetime import UTC, date, datetime, time

from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.fields import NUMBERS, Kind, Typed
from services.analytics.semantics.compiler.periods import Calendar
from services.analytics.semantics.compiler.quoting import day, instant, number, text, utc_timestamp
from services.analytics.semantics.domain import Operator, Scalar

MOST_VALUES = 1000
NONE_NEEDED = {Operator.IS_NULL, Operator.IS_NOT_NULL}
LISTS = {Operator.IN, Operator.NOT_IN}
ORDERED = {Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST, Operator.BETWEEN}
TEMPLATES = {
    Operator.IS_NULL: "{sql} IS NULL",
    Operator.IS_NOT_NULL: "{sql} IS NOT NULL",
    Operator.IN: "{sql} IN ({listed})",
    Operator.NOT_IN: "({sql} IN ({listed})) IS NOT TRUE",
    Operator.NOT_EQUAL: "{sql} IS DISTINCT FROM {listed}",
    Operator.BETWEEN: "{sql} BETWEEN {between}",
    Operator.CONTAINS: "strpos({sql}, {listed}) > 0",
    Operator.STARTS_WITH: "starts_with({sql}, {listed})",
}
OF_TEXT = {Operator.CONTAINS, Operator.STARTS_WITH}


def condition(
    value: Typed, operator: Operator, values: tuple[Scalar, ...], calendar: Calendar, where: str
) -> str:
    """Raises NotCompilable where the operator, or what it is given, does not fit the value."""
    check_count(operator, len(values), where)
    if value.kind is Kind.JSON and operator not in NONE_NEEDED:
        raise NotCompilable(where, "compares a JSON value as a whole: name a property by its path")
    if operator in OF_TEXT and value.kind is not Kind.TEXT:
        raise NotCompilable(where, f"{operator.value!r} needs a text")
    if operator in ORDERED and value.kind is Kind.BOOLEAN:
        raise NotCompilable(where, f"{operator.value!r} needs what has an order")
    try:
        literals = [literal(one, value.kind, calendar) for one in values]
    except (ValueError, OverflowError) as err:
        raise NotCompilable(f"{where}.values", str(err)) from None
    return comparison(value.sql, operator, literals)


def check_count(operator: Operator, count: int, where: str) -> None:
    """As many values as the operator takes."""
    if operator in LISTS:
        if not 1 <= count <= MOST_VALUES:
            problem = f"{operator.value!r} takes from 1 to {MOST_VALUES} values"
            raise NotCompilable(f"{where}.values", problem)
        return
    wanted = 0 if operator in NONE_NEEDED else 2 if operator is Operator.BETWEEN else 1
    if count != wanted:
        problem = f"{operator.value!r} takes {wanted} values, and has {count}"
        raise NotCompilable(f"{where}.values", problem)


def comparison(sql: str, operator: Operator, literals: list[str]) -> str:
    template = TEMPLATES.get(operator, f"{{sql}} {operator.value} {{listed}}")
    return template.format(sql=sql, listed=", ".join(literals), between=" AND ".join(literals))


def literal(value: Scalar, kind: Kind, calendar: Calendar) -> str:
    """A value as a literal of this kind. Raises ValueError where it is none."""
    if kind is Kind.BOOLEAN:
        return boolean(value)
    if isinstance(value, bool) or kind in (Kind.TEXT, Kind.OTHER):
        if kind in NUMBERS or kind not in (Kind.TEXT, Kind.OTHER):
            raise ValueError(f"{value!r} is no {kind.value}")
        return text(str(value).lower() if isinstance(value, bool) else str(value))
    if kind in NUMBERS:
        return number(value)
    return moment(str(value), kind, calendar)


def boolean(value: Scalar) -> str:
    told = str(value).lower()
    if told not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return told


def moment(value: str, kind: Kind, calendar: Calendar) -> str:
    """A date or a time, which is the organization's where it has no zone."""
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f'{value!r} is no date or time such as "2026-01-31"') from None
    if kind is Kind.DATE:
        return day(date_of(when, calendar))
    aware = calendar.instant(when) if when.tzinfo is None else when.astimezone(UTC)
    return instant(aware) if kind is Kind.INSTANT else utc_timestamp(aware)


def date_of(when: datetime, calendar: Calendar) -> date:
    local = when if when.tzinfo is None else calendar.local(when)
    if local.time() != time():
        raise ValueError(f"{when.isoformat()!r} is compared with dates, and has a time of day")
    return local.date()
