"""A shop with names that need quotes, in PostgreSQL and as Python objects."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.analytics.catalogue.domain import Catalogue, Column, ForeignKey, Relation
from services.analytics.semantics.compiler.quoting import identifier
from services.analytics.semantics.domain import (
    Aggregate,
    Cast,
    Definitions,
    Derived,
    Dimension,
    Field,
    Filter,
    Metric,
    Operator,
    Ratio,
    Simple,
    Source,
    Sql,
)
from services.common.db import Connection

SCHEMA, ORDERS, CUSTOMERS = 'the "Shop"', "Order's", "Custom\\ers"
DDL = '''
CREATE SCHEMA "the ""Shop""";
SET search_path = "the ""Shop""";
CREATE TABLE "Custom\\ers" (id int PRIMARY KEY, country text, joined timestamptz);
CREATE TABLE "Order's" (
    id int PRIMARY KEY, "cust omer" int REFERENCES "Custom\\ers", "ev'ent" text, "sta""tus" text,
    amount numeric, qty int, "placed At" timestamptz, stored timestamp, day date, data jsonb
);
RESET search_path;
'''


@dataclass(frozen=True)
class Customer:
    id: int
    country: str | None
    joined: datetime | None


@dataclass(frozen=True)
class Order:
    id: int
    customer: int | None
    event: str | None
    status: str | None
    amount: Decimal | None
    qty: int | None
    placed_at: datetime | None
    stored: datetime | None
    day: date | None
    data: str | None


@dataclass(frozen=True)
class Shop:
    customers: Sequence[Customer]
    orders: Sequence[Order]

    async def fill(self, conn: Connection) -> None:
        await conn.execute(f"TRUNCATE {identifier(SCHEMA)}.{identifier(CUSTOMERS)} CASCADE")
        for table, rows in ((CUSTOMERS, self.customers), (ORDERS, self.orders)):
            records = [astuple(row) for row in rows]
            await conn.copy_records_to_table(table, schema_name=SCHEMA, records=records)


def relation(name: str, columns: dict[str, str], **more: Any) -> Relation:
    listed = tuple(Column(column, kind) for column, kind in columns.items())
    return Relation(SCHEMA, name, "table", listed, ("id",), **more)


CATALOGUE = Catalogue(
    "shop",
    ("public",),
    {
        (SCHEMA, CUSTOMERS): relation(
            CUSTOMERS, {"id": "integer", "country": "text", "joined": "timestamp with time zone"}
        ),
        (SCHEMA, ORDERS): relation(
            ORDERS,
            {
                "id": "integer",
                "cust omer": "integer",
                "ev'ent": "text",
                'sta"tus': "text",
                "amount": "numeric",
                "qty": "integer",
                "placed At": "timestamp with time zone",
                "stored": "timestamp without time zone",
                "day": "date",
                "data": "jsonb",
            },
            foreign_keys=(ForeignKey(("cust omer",), SCHEMA, CUSTOMERS, ("id",)),),
        ),
    },
)
PLACED = Source(SCHEMA, ORDERS, "placed At")
STORED = Source(SCHEMA, ORDERS, "stored")
DAY = Source(SCHEMA, ORDERS, "day")
JOINED = Source(SCHEMA, CUSTOMERS, "joined")
PRICE = Field("data", ("pri'ce",), Cast.NUMERIC)


def purchases(operator: Operator, *values: Any) -> tuple[Filter, ...]:
    return (Filter(operator, values, field=Field("ev'ent")),)


BOUGHT = purchases(Operator.EQUAL, "purchase'; --")
METRICS = [
    Metric("orders", Simple(Aggregate.COUNT, PLACED)),
    Metric("priced", Simple(Aggregate.COUNT, PLACED, PRICE)),
    Metric("customers", Simple(Aggregate.COUNT_DISTINCT, PLACED, Field("cust omer"))),
    Metric("buyers", Simple(Aggregate.COUNT_DISTINCT, PLACED, Field("cust omer")), BOUGHT),
    Metric("revenue", Simple(Aggregate.SUM, PLACED, Field("amount"))),
    Metric("prices", Simple(Aggregate.SUM, PLACED, PRICE), purchases(Operator.NOT_EQUAL, "x")),
    Metric("mean_qty", Simple(Aggregate.AVG, PLACED, Field("qty"))),
    Metric("least", Simple(Aggregate.MIN, PLACED, Field("amount"))),
    Metric("most", Simple(Aggregate.MAX, PLACED, Field("qty"))),
    Metric("middle", Simple(Aggregate.MEDIAN, PLACED, Field("qty"))),
    Metric("p90", Simple(Aggregate.PERCENTILE, PLACED, Field("amount"), 0.9)),
    Metric("stored", Simple(Aggregate.SUM, STORED, Field("qty"))),
    Metric("by_day", Simple(Aggregate.COUNT, DAY)),
    Metric("joined", Simple(Aggregate.COUNT, JOINED)),
    Metric("conversion_rate", Ratio("buyers", "customers")),
    Metric("orders_per_joined", Ratio("orders", "joined")),
    Metric("mixed", Derived("(revenue - 2 * most) / orders + -mean_qty")),
    Metric("formula", Sql("sum(qty) * 1.5 / sum(amount)", PLACED)),
]
DIMENSIONS = [
    Dimension("status", SCHEMA, ORDERS, Field('sta"tus')),
    Dimension("country", SCHEMA, CUSTOMERS, Field("country")),
    Dimension("colour", SCHEMA, ORDERS, Field("data", ("co\"lo'ur",))),
]
DEFINITIONS = Definitions({m.name: m for m in METRICS}, {d.name: d for d in DIMENSIONS})
