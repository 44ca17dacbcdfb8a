"""Compiled metric queries, run by PostgreSQL, give what counting row by row gives."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.semantics.compiler import Absolute, Calendar, MetricQuery, compile_query
from services.analytics.semantics.domain import Filter, Grain, Operator
from services.common.db import Connection
from tests.analytics.semantics.brute_force import Asked, Bounds, expected
from tests.analytics.semantics.shop import (
    CATALOGUE,
    DEFINITIONS,
    METRICS,
    Customer,
    Order,
    Shop,
)
from tests.properties import quick

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
# Half hours, changes of the clock at midnight, by half an hour, and in the other half of the year.
ZONES = [
    *("UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
    *("America/Havana", "Asia/Beirut", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu"),
]
ODD = [None, "", "it's", 'a "b"', "\\", "\\' OR 1=1 --", "purchase'; --", "x", "ünïçødé 🚀", "%_"]
# Where clocks change, in spring and in autumn, and around it.
CHANGES = [datetime(2026, 3, 29, tzinfo=UTC), datetime(2025, 10, 26, tzinfo=UTC)]

texts = st.sampled_from(ODD)
near = st.builds(
    lambda base, minutes: base + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-4 * 1440, 4 * 1440),
)
anywhen = st.builds(
    lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds),
    st.integers(0, 500 * 86_400),
)
times = near | near | near | near | anywhen | st.none()
amounts = st.decimals(-1000, 1000, places=2, allow_nan=False)
prices = st.none() | st.integers(-50, 50) | st.sampled_from(["12.5", " 7 ", "n/a", "NaN", True, []])
payloads = st.none() | st.builds(
    lambda price, colour: json.dumps({"pri'ce": price, "co\"lo'ur": colour}), prices, texts
)


@st.composite
def shops(draw: Any) -> Shop:
    customers = [
        Customer(n, draw(texts), draw(times)) for n in range(draw(st.sampled_from([4, 0])))
    ]
    someone = st.sampled_from([None, *(customer.id for customer in customers)])
    order = st.builds(
        Order,
        id=st.just(0),
        customer=someone,
        event=texts,
        status=texts,
        amount=st.none() | amounts,
        qty=st.none() | st.integers(-5, 20),
        placed_at=times,
        stored=times.map(lambda when: when and when.replace(tzinfo=None)),
        day=times.map(lambda when: when and when.date()),
        data=payloads,
    )
    count = draw(st.sampled_from([0, 3, 12, 20]))
    orders = draw(st.lists(order, min_size=count, max_size=count))
    return Shop(customers, [Order(**vars(o) | {"id": n}) for n, o in enumerate(orders)])


def days(base: datetime, before: int, length: int) -> tuple[date, date]:
    start = (base - timedelta(days=before)).date()
    return start, start + timedelta(days=length)


ranges = st.builds(days, st.sampled_from(CHANGES), st.integers(0, 6), st.integers(2, 80))


@st.composite
def questions(draw: Any) -> tuple[MetricQuery, Calendar, Asked]:
    names = [metric.name for metric in METRICS]
    metrics = tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)))
    of_customers = {"joined", "orders_per_joined"} & set(metrics)
    known = ["country"] if of_customers else ["status", "country", "colour"]
    dimensions = tuple(draw(st.lists(st.sampled_from(known), max_size=2, unique=True)))
    zone, week, fiscal = (
        draw(st.sampled_from(ZONES)),
        draw(st.integers(1, 7)),
        draw(st.integers(1, 12)),
    )
    ranged = draw(st.sampled_from([True, True, True, False]))
    grains = [g for g in Grain if g is not Grain.HOUR or "by_day" not in metrics]
    grain = draw(st.sampled_from([*grains, None])) if ranged else None
    fill = bool(grain) and draw(st.booleans())
    start, end = draw(ranges)
    bounds = Bounds(zone, week, fiscal, start, end) if ranged else None
    kept, keeps = draw(filters(known))
    query = MetricQuery(
        metrics=metrics,
        dimensions=dimensions,
        filters=kept,
        time_range=Absolute(start, end) if ranged else None,
        grain=grain,
        fill=fill,
        limit=10_000,
    )
    asked = Asked(metrics, dimensions, bounds, grain=grain, fill=fill, now=NOW, keeps=keeps)
    return query, Calendar(zone, week, fiscal), asked


@st.composite
def filters(draw: Any, known: list[str]) -> tuple[tuple[Filter, ...], Any]:
    """Up to one filter, and what it does, in Python."""
    name, value, other = draw(st.sampled_from(known)), draw(texts), draw(texts)
    value, other = value or "x", other or "purchase'; --"
    rules: dict[Operator, tuple[tuple[str, ...], Any]] = {
        Operator.EQUAL: ((value,), lambda v: v == value),
        Operator.NOT_EQUAL: ((value,), lambda v: v != value),
        Operator.IN: ((value, other), lambda v: v in (value, other)),
        Operator.NOT_IN: ((value, other), lambda v: v not in (value, other)),
        Operator.CONTAINS: ((value,), lambda v: v is not None and value in v),
        Operator.STARTS_WITH: ((value,), lambda v: v is not None and v.startswith(value)),
        Operator.IS_NULL: ((), lambda v: v is None),
        Operator.IS_NOT_NULL: ((), lambda v: v is not None),
    }
    operator = draw(st.sampled_from([None, None, None, *rules]))
    if operator is None:
        return (), lambda _: True
    values, rule = rules[operator]
    return (Filter(operator, values, dimension=name),), lambda row: rule(row[name])


async def test_numbers_agree_with_counting_row_by_row(shop_db: Connection) -> None:
    examples: list[Any] = []

    @settings(quick, max_examples=300)
    @given(shops(), questions())
    def collect(shop: Shop, question: Any) -> None:
        examples.append((shop, *question))

    collect()
    for shop, query, calendar, asked in examples:
        await shop.fill(shop_db)
        compiled = compile_query(query, DEFINITIONS, CATALOGUE, calendar, NOW)
        rows = await shop_db.fetch(compiled.sql)
        keys = len(query.dimensions) + bool(query.grain)
        found = {tuple(row)[:keys]: tuple(row)[keys:] for row in rows}
        assert len(found) == len(rows), "a group comes twice"
        wanted = expected(shop, asked)
        assert found.keys() == wanted.keys(), compiled.sql
        for key, values in wanted.items():
            assert list(map(rounded, found[key])) == list(map(rounded, values.values())), (
                key,
                compiled.sql,
            )


def rounded(value: Any) -> Any:
    return value if value is None else f"{Decimal(value):.6f}".replace("-0.000000", "0.000000")
