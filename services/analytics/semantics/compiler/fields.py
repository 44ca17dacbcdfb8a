"""Columns, and properties inside JSON columns, as SQL of a known kind.

A value that cannot be read as asked is NULL: events come from everywhere, and one that says
"amount": "n/a" must not fail the metric of all others.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.analytics.catalogue.domain import Relation
from services.analytics.semantics.compiler.errors import NotCompilable
from services.analytics.semantics.compiler.quoting import identifier, text
from services.analytics.semantics.domain import Cast, Field


class Kind(StrEnum):
    """What values are, as far as the compiler cares; each is a type of PostgreSQL but OTHER."""

    INTEGER = "bigint"
    NUMERIC = "numeric"
    DOUBLE = "double precision"
    TEXT = "text"
    BOOLEAN = "boolean"
    INSTANT = "timestamp with time zone"
    TIMESTAMP = "timestamp without time zone"
    DATE = "date"
    JSON = "jsonb"
    OTHER = ""


NUMBERS = {Kind.INTEGER, Kind.NUMERIC, Kind.DOUBLE}
KINDS = {
    **dict.fromkeys(("smallint", "integer", "bigint"), Kind.INTEGER),
    **dict.fromkeys(("real", "double precision"), Kind.DOUBLE),
    **dict.fromkeys(("text", "character varying", "character", "citext", "name"), Kind.TEXT),
    **dict.fromkeys(("json", "jsonb"), Kind.JSON),
    **{kind.value: kind for kind in (Kind.NUMERIC, Kind.BOOLEAN, Kind.DATE)},
}
CASTS = {
    Cast.TEXT: Kind.TEXT,
    Cast.NUMERIC: Kind.NUMERIC,
    Cast.BOOLEAN: Kind.BOOLEAN,
    Cast.TIMESTAMP: Kind.INSTANT,
    Cast.DATE: Kind.DATE,
}
# What texts are numbers. Two digits of exponent keep numeric from growing to 131,072 digits.
NUMBER = "'^ *[-+]?([0-9]{1,100}[.]?[0-9]{0,100}|[.][0-9]{1,100})([eE][-+]?[0-9]{1,2})? *$'"


@dataclass(frozen=True)
class Typed:
    """An SQL expression, safe to be put between operators."""

    sql: str
    kind: Kind


def kind_of(type_name: str) -> Kind:
    """Of a type as PostgreSQL spells it, with or without its length."""
    base, _, rest = type_name.partition("(")
    if base.startswith("timestamp"):
        return Kind.INSTANT if "with time zone" in type_name else Kind.TIMESTAMP
    return Kind.OTHER if rest.endswith("[]") else KINDS.get(base.strip(), Kind.OTHER)


def read(field: Field, relation: Relation, alias: str, where: str = "field") -> Typed:
    """A field of a row that goes by this alias. Raises NotCompilable where there is none such."""
    column = relation.column(field.column)
    if column is None:
        known = ", ".join(one.name for one in relation.columns)
        problem = f"{relation.name} has no column {field.column!r}; it has {known}"
        raise NotCompilable(where, problem)
    plain = Typed(f"{alias}.{identifier(field.column)}", kind_of(column.type))
    if field.path or (plain.kind is Kind.JSON and field.cast):
        if plain.kind is not Kind.JSON:
            problem = f"column {field.column!r} is {column.type}: only JSON columns have properties"
            raise NotCompilable(where, problem)
        return of_json(plain.sql, field, column.type)
    return cast(plain, field.cast) if field.cast else plain


def of_json(sql: str, field: Field, type_name: str) -> Typed:
    """A property; text where nothing else is said."""
    value = sql if type_name == "jsonb" else f"{sql}::jsonb"
    for key in field.path[:-1]:
        value = f"{value} -> {text(key)}"
    last = text(field.path[-1]) if field.path else None
    as_json = f"({value} -> {last})" if last else f"({value})"
    as_text = f"({value} ->> {last})" if last else f"({value} #>> '{{}}')"
    if field.cast is Cast.NUMERIC:
        number = f"WHEN 'number' THEN {as_json}::numeric"
        string = f"WHEN 'string' THEN {numeric_of(as_text)}"
        return Typed(f"(CASE jsonb_typeof({as_json}) {number} {string} END)", Kind.NUMERIC)
    return cast(Typed(as_text, Kind.TEXT), field.cast or Cast.TEXT)


def cast(value: Typed, to: Cast) -> Typed:
    """Reads a value as another kind; NULL where it is none. A kind that fits stays as it is."""
    kind, sql = CASTS[to], value.sql
    if value.kind is kind or (kind is Kind.NUMERIC and value.kind in NUMBERS):
        return value
    if kind is Kind.TEXT:
        return Typed(f"({sql})::text", Kind.TEXT)
    if value.kind is Kind.TIMESTAMP and kind is Kind.INSTANT:
        return Typed(f"({sql} AT TIME ZONE 'UTC')", kind)
    if value.kind is Kind.TIMESTAMP and kind is Kind.DATE:
        return Typed(f"({sql})::date", kind)
    if value.kind is not Kind.TEXT:
        raise NotCompilable("cast", f"a {value.kind.value or 'value of this type'} is no {to}")
    if kind is Kind.NUMERIC:
        return Typed(numeric_of(sql), kind)
    if kind is Kind.BOOLEAN:
        known = "WHEN 'true' THEN true WHEN 'false' THEN false"
        return Typed(f"(CASE lower({sql}) {known} END)", kind)
    valid = f"pg_input_is_valid({sql}, '{kind.value}')"
    return Typed(f"(CASE WHEN {valid} THEN ({sql})::{kind.value} END)", kind)


def numeric_of(sql: str) -> str:
    return f"(CASE WHEN {sql} ~ {NUMBER} THEN {sql}::numeric END)"
