"""What a metric query must give, computed row by row, without anything of the compiler."""

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.analytics.semantics.domain import Grain
from tests.analytics.semantics.shop import Customer, Order, Shop

Row = Customer | Order


@dataclass(frozen=True)
class Bounds:
    """From `start` until before `end`, as the clocks of `zone` show it."""

    zone: str
    week_start: int
    fiscal_year_start: int
    start: date
    end: date

    def has(self, when: datetime) -> bool:
        local = when.astimezone(ZoneInfo(self.zone))
        return self.start <= local.date() < self.end

    def bucket(self, when: datetime, grain: Grain) -> Any:
        local = when.astimezone(ZoneInfo(self.zone))
        if grain is Grain.HOUR:
            into = timedelta(
                minutes=local.minute, seconds=local.second, microseconds=local.microsecond
            )
            return when - into
        return self.floor(local.date(), grain)

    def floor(self, day: date, grain: Grain) -> date:
        while not self.starts(day, grain):
            day -= timedelta(days=1)
        return day

    def starts(self, day: date, grain: Grain) -> bool:
        first = self.fiscal_year_start
        quarters = {(first + n - 1) % 12 + 1 for n in (0, 3, 6, 9)}
        return {
            Grain.DAY: True,
            Grain.WEEK: day.isoweekday() == self.week_start,
            Grain.MONTH: day.day == 1,
            Grain.QUARTER: day.day == 1 and day.month in (1, 4, 7, 10),
            Grain.YEAR: (day.month, day.day) == (1, 1),
            Grain.FISCAL_QUARTER: day.day == 1 and day.month in quarters,
            Grain.FISCAL_YEAR: (day.month, day.day) == (first, 1),
        }[grain]

    def buckets(self, grain: Grain) -> set[Any]:
        if grain is not Grain.HOUR:
            days = (self.end - self.start).days
            return {self.floor(self.start + timedelta(n), grain) for n in range(days)}
        around = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        steps = 96 * ((self.end - self.start).days + 2)
        times = [around + timedelta(days=-1, minutes=15 * n) for n in range(steps)]
        return {self.bucket(when, grain) for when in times if self.has(when)}


def data_of(order: Order) -> Any:
    return json.loads(order.data, parse_float=Decimal) if order.data else {}


def price(order: Order) -> Decimal | None:
    told = data_of(order).get("pri'ce")
    if isinstance(told, str):
        return Decimal(told.strip()) if re.fullmatch(r" *-?\d+(\.\d+)? *", told) else None
    return None if told is None or isinstance(told, bool | list | dict) else Decimal(told)


def known(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def mean(values: Sequence[Any]) -> Any:
    return sum(map(Decimal, values)) / len(values) if values else None


def percentile(values: Sequence[Any], share: float) -> float | None:
    """Linear between the two nearest, as percentile_cont."""
    if not values:
        return None
    ranked, place = sorted(map(float, values)), share * (len(values) - 1)
    low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def divided(above: Any, below: Any) -> Any:
    if above is None or below is None or below == 0:
        return None
    return Decimal(above) / Decimal(below)


def bought(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.event == "purchase'; --"]


Orders = Sequence[Order]
OF_ROWS: dict[str, Callable[[Orders], Any]] = {
    "orders": len,
    "by_day": len,
    "joined": len,
    "priced": lambda rows: len(known(map(price, rows))),
    "customers": lambda rows: len(set(known(r.customer for r in rows))),
    "buyers": lambda rows: len(set(known(r.customer for r in bought(rows)))),
    "revenue": lambda rows: sum(known(r.amount for r in rows)),
    "prices": lambda rows: sum(known(price(r) for r in rows if r.event != "x")),
    "mean_qty": lambda rows: mean(known(r.qty for r in rows)),
    "least": lambda rows: min(known(r.amount for r in rows), default=None),
    "most": lambda rows: max(known(r.qty for r in rows), default=None),
    "middle": lambda rows: percentile(known(r.qty for r in rows), 0.5),
    "p90": lambda rows: percentile(known(r.amount for r in rows), 0.9),
    "formula": lambda rows: formula(rows),
    "stored": lambda rows: sum(known(r.qty for r in rows)),
}
# Which rows of the others count, and by which time.
TIMES: dict[str, Callable[[Any], datetime | None]] = {
    "stored": lambda order: order.stored.replace(tzinfo=UTC) if order.stored else None,
    "by_day": lambda order: order.day,
    "joined": lambda customer: customer.joined,
}
NEEDED = {
    "conversion_rate": ("buyers", "customers"),
    "orders_per_joined": ("orders", "joined"),
    "mixed": ("revenue", "most", "orders", "mean_qty"),
}
ZERO = {*("orders", "priced", "customers", "buyers", "revenue", "prices", "stored", "by_day")} | {
    "joined"
}


def formula(rows: Orders) -> Any:
    """SQL's own: NULL where there is nothing to sum."""
    quantities, amounts = known(r.qty for r in rows), known(r.amount for r in rows)
    if not quantities or not amounts:
        return None
    return divided(sum(quantities) * Decimal("1.5"), sum(amounts))


def computed(name: str, values: dict[str, Any]) -> Any:
    """A metric of a group, from those that it needs."""
    if name not in NEEDED:
        return values[name]
    if name == "mixed":
        revenue, most, orders, qty = (values[n] for n in NEEDED["mixed"])
        if most is None or qty is None:
            return None
        share = divided(revenue - 2 * most, orders)
        return None if share is None else share - qty
    above, below = (values[n] for n in NEEDED[name])
    return divided(above, below)


@dataclass(frozen=True)
class Asked:
    metrics: Sequence[str]
    dimensions: Sequence[str] = ()
    bounds: Bounds | None = None
    zone: Bounds | None = None
    grain: Grain | None = None
    fill: bool = False
    # Buckets after the present one are not filled, unless all of the range is still to come.
    now: datetime = datetime(9998, 1, 1, tzinfo=UTC)
    keeps: Callable[[dict[str, Any]], bool] = lambda _: True


def expected(shop: Shop, asked: Asked) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The metrics of each group: by the dimensions' values, then the bucket."""
    leaves = {leaf for name in asked.metrics for leaf in NEEDED.get(name, (name,))}
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for leaf, rows in ((leaf, rows_of(shop, leaf, asked)) for leaf in sorted(leaves)):
        for key, value in rows.items():
            groups.setdefault(key, {})[leaf] = value
    if asked.grain and asked.bounds and asked.fill:
        kinds = {key[:-1] for key in groups} if asked.dimensions else {()}
        for key in [(*k, b) for k in kinds for b in begun(asked.bounds, asked)]:
            groups.setdefault(key, {})
    if not asked.dimensions and not asked.grain:
        groups.setdefault((), {})
    for values in groups.values():
        for leaf in leaves:
            values.setdefault(leaf, 0 if leaf in ZERO else None)
    return {key: {n: computed(n, vs) for n in asked.metrics} for key, vs in groups.items()}


def begun(bounds: Bounds, asked: Asked) -> set[Any]:
    assert asked.grain
    found = bounds.buckets(asked.grain)
    if bounds.bucket(asked.now, Grain.DAY) < bounds.start:
        return found
    present = bounds.bucket(asked.now, asked.grain)
    return {bucket for bucket in found if bucket <= present}


def rows_of(shop: Shop, leaf: str, asked: Asked) -> dict[tuple[Any, ...], Any]:
    rows: Sequence[Any] = shop.customers if leaf == "joined" else shop.orders
    if leaf == "buyers":
        rows = bought(rows)
    if leaf == "prices":
        rows = [row for row in rows if row.event != "x"]
    grouped: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        key = key_of(shop, row, leaf, asked)
        if key is not None:
            grouped.setdefault(key, []).append(row)
    whole = OF_ROWS[leaf]
    return {key: whole(some) for key, some in grouped.items()}


def key_of(shop: Shop, row: Any, leaf: str, asked: Asked) -> tuple[Any, ...] | None:
    """The group of a row; None where it does not count."""
    values = dimensions_of(shop, row)
    if not asked.keeps(values):
        return None
    key = tuple(values[name] for name in asked.dimensions)
    when = TIMES[leaf](row) if leaf in TIMES else row.placed_at
    if asked.bounds and (when is None or not within(asked.bounds, when)):
        return None
    if asked.grain and asked.bounds:
        assert when is not None
        if isinstance(when, datetime):
            return (*key, asked.bounds.bucket(when, asked.grain))
        return (*key, asked.bounds.floor(when, asked.grain))
    return key


def within(bounds: Bounds, when: Any) -> bool:
    return bounds.has(when) if isinstance(when, datetime) else bounds.start <= when < bounds.end


def dimensions_of(shop: Shop, row: Any) -> dict[str, Any]:
    if isinstance(row, Customer):
        return {"country": row.country}
    countries = {customer.id: customer.country for customer in shop.customers}
    colour = data_of(row).get("co\"lo'ur")
    return {"status": row.status, "country": countries.get(row.customer), "colour": colour}
