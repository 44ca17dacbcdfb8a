"""PostgreSQL's values as JSON ones, without loss; docs/queries.md tells how each type looks.

Values travel as text, which holds whatever a type can: times before Christ, months of intervals,
all digits of a numeric.
"""

import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec
from msgspec import Raw

from services.analytics.execution.domain import ResultColumn
from services.common.clock import rfc3339
from services.common.db import Connection
from services.common.payloads import unstorable

# Python reads no longer integers from text.
MOST_DIGITS = 4_000

read_document = msgspec.json.Decoder(float_hook=Decimal).decode
row_to_json = msgspec.json.Encoder(decimal_format="number").encode

Type = asyncpg.Type


def floating(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def numeric(text: str) -> Decimal | str:
    """As text where it is no number of JSON, or longer than most can read; a zero of many digits
    loses them, as it would be written 0E-20.
    """
    value = Decimal(text)
    if not value.is_finite() or len(text) > MOST_DIGITS:
        return text
    return value if value or "E" not in str(value) else Decimal(0)


def document(text: str) -> Raw | str:
    """As text where it is nothing that is read and stored again: type json takes halves of
    surrogate pairs, thousands of levels, and 1e1000000.
    """
    utf8 = text.encode()
    try:
        read_document(utf8)
    except (msgspec.MsgspecError, RecursionError):
        return text
    return text if unstorable(utf8) else Raw(utf8)


def moment(text: str) -> str:
    """RFC 3339 in UTC; what it cannot say, such as infinity, as PostgreSQL does."""
    if text.endswith("+00") and text[10] == " ":  # a session in UTC, and a year of four digits
        return f"{text[:10]}T{text[11:-3]}Z"
    try:
        return rfc3339(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return text


def local_moment(text: str) -> str:
    """As ISO 8601 writes a time that is of no zone."""
    return text if text.endswith("BC") else text.replace(" ", "T", 1)


DECODERS: dict[str, Callable[[str], Any]] = {
    "numeric": numeric,
    "float4": floating,
    "float8": floating,
    "json": document,
    "jsonb": document,
    "timestamptz": moment,
    "timestamp": local_moment,
    **dict.fromkeys(("date", "time", "timetz", "interval", "money", "bytea", "uuid"), str),
    **dict.fromkeys(("inet", "cidr", "macaddr", "macaddr8", "bit", "varbit", "tid"), str),
    **dict.fromkeys(("point", "line", "lseg", "box", "path", "polygon", "circle"), str),
    **dict.fromkeys(("pg_snapshot", "txid_snapshot"), str),
}
# Those that asyncpg reads as JSON has them.
PLAIN = {"bool", "int2", "int4", "int8", "oid", "text", "varchar", "bpchar", "name"}
SPELLED = {
    "bool": "boolean",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "varchar": "character varying",
    "bpchar": "character",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
    "varbit": "bit varying",
    "char": '"char"',
}


async def prepare_session(conn: Connection) -> None:
    """Have the connection read values as JSON ones."""
    for name, decode in DECODERS.items():
        await conn.set_type_codec(
            name, schema="pg_catalog", encoder=str, decoder=decode, format="text"
        )


async def attributes_of(conn: Connection, sql: str) -> list[asyncpg.Attribute]:
    """The columns of a statement with composite types, which asyncpg reads in binary alone."""
    for name in DECODERS:
        await conn.reset_type_codec(name, schema="pg_catalog")
    try:
        return list((await conn.prepare(sql)).get_attributes())
    finally:
        await prepare_session(conn)


def column_of(name: str, kind: Type) -> ResultColumn:
    base, array = kind.name.removesuffix("[]"), "[]" if kind.name.endswith("[]") else ""
    spelled = SPELLED.get(base, base) if kind.schema == "pg_catalog" else base
    return ResultColumn(name, spelled + array)


def is_readable(kind: Type) -> bool:
    """Whether values of a type can be read as they are; others PostgreSQL writes as JSON."""
    base = kind.name.removesuffix("[]")
    if kind.schema == "pg_catalog":
        return base in PLAIN or base in DECODERS
    return kind.kind == "scalar"


def readable(sql: str, kinds: list[Type]) -> str:
    """The statement with the columns of composite types, ranges and the like as JSON."""
    names = [f"c{place}" for place in range(len(kinds))]
    wanted = [
        name if is_readable(kind) else f"pg_catalog.to_json({name})"
        for name, kind in zip(names, kinds, strict=True)
    ]
    return f"SELECT {', '.join(wanted)} FROM ({sql}) AS result({', '.join(names)})"
