"""Seeded results of several shapes, and what is true of each: the slots that sentences fill."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any

from services.analytics.chat.prose import Column, Evidence, Table

NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)
PLACES = (
    "Germany",
    "France",
    "Spain",
    "Italy",
    "Poland",
    "US",
    "DE",
    "New Zealand",
    "Brazil",
    "UK",
)
PLANS = ("free", "starter", "team", "enterprise", "trial", "education", "legacy_pro", "partner")
NOUNS = ("purchases", "signups", "sessions", "orders", "tickets", "invites")
MONEY = (("revenue", "EUR", "€"), ("order_value", "USD", "$"), ("margin", "GBP", "£"))
STEPS = ("view", "add_to_cart", "checkout", "purchase", "review")
MONTHS = "January February March April May June July August September October November December"
MONTH = tuple(MONTHS.split())


@dataclass
class Case:
    """A result and its slots. `others` are labels and dates that are false wherever they stand."""

    shape: str
    evidence: Evidence
    slots: dict[str, str]
    others: dict[str, list[str]] = field(default_factory=dict)


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def percent(part: float, digits: int = 1) -> str:
    return f"{part * 100:.{digits}f} %"


def evidence(table: Table, *told: str) -> Evidence:
    return Evidence([table], told, "Europe/Berlin", NOW)


def distinct(random: Random, count: int, low: int, high: int) -> list[int]:
    """Apart by so much that no rounding makes two the same."""
    while True:
        found = random.sample(range(low, high), count)
        ranked = sorted(found)
        if all(b - a > high / 100 for a, b in pairwise(ranked)):
            return found


def single(random: Random) -> Case:
    noun, value = random.choice(NOUNS), random.randint(1_001, 98_999)
    table = Table([Column(noun, "bigint", "metric", "", True)], [[value]], row_count=1)
    told = f"Count of {noun}, last month (1-31 Oct 2026, Europe/Berlin)"
    slots = {"m": noun, "v": number(value), "k": f"{value / 1000:.1f}k", "p": "October 2026"}
    slots["raw"] = str(value)
    return Case("single", evidence(table, told), slots, {"p": ["September 2026", "October 2025"]})


def money(random: Random) -> Case:
    (name, unit, sign), value = random.choice(MONEY), random.randint(100_000, 9_000_000) / 100
    table = Table([Column(name, "numeric", "metric", unit, True)], [[value]], row_count=1)
    told = f"{name}, yesterday (17 Nov 2026, Europe/Berlin)"
    slots = {"m": name.replace("_", " "), "v": f"{sign}{value:,.2f}", "u": f"{value:,.2f} {unit}"}
    slots |= {"k": f"{sign}{value / 1000:.1f}k", "p": "17 November 2026"}
    return Case("money", evidence(table, told), slots, {"p": ["16 November 2026", "27 November"]})


def category(random: Random) -> Case:
    column, names = random.choice((("country", PLACES), ("plan", PLANS)))
    labels = random.sample(names, random.randint(4, 7))
    noun, values = random.choice(NOUNS), distinct(random, len(labels), 60, 3_000)
    ranked = sorted(zip(values, labels, strict=True), reverse=True)
    random.shuffle(labels)
    own = {label: value for value, label in ranked}
    columns = [Column(column, "text", "dimension"), Column(noun, "bigint", "metric", "", True)]
    table = Table(columns, [[one, own[one]] for one in labels], row_count=len(labels))
    (va, a), (vb, b), (vc, c) = ranked[:3]
    (vz, z), whole = ranked[-1], sum(values)
    slots = {
        "m": noun, "d": column, "ds": "countries" if column == "country" else "plans",
        "a": a, "b": b, "c": c, "z": z, "va": number(va), "vb": number(vb), "vc": number(vc),
        "vz": number(vz), "t": number(whole), "n": str(len(labels)),
        "avg": f"{whole / len(labels):,.1f}",
        "sa": percent(va / whole), "sb": percent(vb / whole), "sz": percent(vz / whole),
        "sa0": percent(va / whole, 0), "dab": number(va - vb), "pab": percent(va / vb - 1),
        "pba": percent(1 - vb / va), "xaz": f"{va / vz:.1f}", "tab": number(va + vb),
        "sab": percent((va + vb) / whole), "gaz": number(va - vz),
    }  # fmt: skip
    return Case("category", evidence(table), slots)


def series(random: Random) -> Case:
    count, first = random.randint(5, 9), random.randint(0, 2)
    noun, values = random.choice(NOUNS), distinct(random, count, 300, 9_000)
    dates = [date(2026, 1 + first + at, 1) for at in range(count)]
    columns = [Column("time", "date", "time"), Column(noun, "bigint", "metric", "", True)]
    rows = [[one.isoformat(), value] for one, value in zip(dates, values, strict=True)]
    names = [f"{MONTH[one.month - 1]}" for one in dates]
    high, low = values.index(max(values)), values.index(min(values))
    change = values[-1] / values[0] - 1
    rose = change > 0
    at = random.randint(1, count - 1)
    step = values[at] - values[at - 1]
    slots = {
        "m": noun, "f": names[0], "l": names[-1], "vf": number(values[0]), "vl": number(values[-1]),
        "h": f"{names[high]} 2026", "vh": number(values[high]), "o": f"{names[low]} 2026",
        "vo": number(values[low]), "pc": percent(abs(change)),
        "dc": number(abs(values[-1] - values[0])),
        "rose": "rose" if rose else "fell", "up": "up" if rose else "down", "n": str(count),
        "rise": "increase" if rose else "decrease", "t": number(sum(values)),
        "avg": f"{sum(values) / count:,.1f}", "x": names[at], "w": names[at - 1],
        "vx": number(values[at]), "vw": number(values[at - 1]), "ds": number(abs(step)),
        "ups": "up" if step > 0 else "down", "more": "more" if step > 0 else "fewer",
        "grew": "grew" if step > 0 else "dropped", "ps": percent(abs(step) / values[at - 1]),
        "iso": dates[high].isoformat()[:7],
    }  # fmt: skip
    return Case("series", evidence(Table(columns, rows, row_count=count)), slots)


def two_periods(random: Random) -> Case:
    noun = random.choice(NOUNS)
    now, before = distinct(random, 2, 500, 9_000)
    columns = [
        Column(noun, "bigint", "metric", "", True),
        Column(f"{noun}_previous", "bigint", "previous", "", True),
    ]
    told = f"Count of {noun}, last month (1-31 Oct 2026, Europe/Berlin), against 1-30 Sep 2026"
    rose = now > before
    slots = {
        "m": noun, "v": number(now), "w": number(before), "p": "October", "q": "September",
        "pc": percent(abs(now / before - 1)), "dc": number(abs(now - before)),
        "rose": "increased" if rose else "decreased", "up": "up" if rose else "down",
        "more": "more" if rose else "fewer", "growth": "growth" if rose else "decline",
    }  # fmt: skip
    return Case("two_periods", evidence(Table(columns, [[now, before]], row_count=1), told), slots)


def rates(random: Random) -> Case:
    labels = random.sample(PLANS, random.randint(3, 6))
    parts = [one / 1000 for one in distinct(random, len(labels), 50, 900)]
    columns = [
        Column("plan", "text", "dimension"),
        Column("conversion_rate", "double precision", "metric"),
    ]
    ranked = sorted(zip(parts, labels, strict=True), reverse=True)
    (va, a), (vb, b) = ranked[:2]
    vz, z = ranked[-1]
    rows = [[label, part] for part, label in zip(parts, labels, strict=True)]
    slots = {
        "a": a, "b": b, "z": z, "va": percent(va), "vb": percent(vb), "vz": percent(vz),
        "va0": percent(va, 1).replace(" ", ""), "pp": f"{(va - vz) * 100:.1f} percentage points",
        "ppab": f"{(va - vb) * 100:.1f} points",
    }  # fmt: skip
    return Case("rates", evidence(Table(columns, rows, row_count=len(rows))), slots)


def funnel(random: Random) -> Case:
    count = random.randint(3, 5)
    people = sorted(distinct(random, count, 40, 4_000), reverse=True)
    columns = [
        Column("step", "integer", "dimension"), Column("event", "text", "dimension"),
        Column("people", "bigint", "metric"), Column("of_first", "double precision", "metric"),
        Column("of_previous", "double precision", "metric"),
    ]  # fmt: skip
    rows = [
        [at + 1, STEPS[at], one, one / people[0], one / people[at - 1] if at else None]
        for at, one in enumerate(people)
    ]
    drops = [1 - b / a for a, b in pairwise(people)]
    worst = drops.index(max(drops))
    slots = {
        "a": STEPS[0], "z": STEPS[count - 1], "b": STEPS[1], "va": number(people[0]),
        "vz": number(people[-1]), "vb": number(people[1]), "c": percent(people[-1] / people[0]),
        "cb": percent(people[1] / people[0]), "e": STEPS[worst], "g": STEPS[worst + 1],
        "lost": percent(drops[worst]), "n": str(count), "dab": number(people[0] - people[1]),
    }  # fmt: skip
    return Case("funnel", evidence(Table(columns, rows, row_count=count)), slots)


def retention(random: Random) -> Case:
    columns = [
        Column("cohort", "date", "time"), Column("period", "integer", "dimension"),
        Column("size", "bigint", "metric"), Column("people", "bigint", "metric"),
        Column("share", "double precision", "metric"),
    ]  # fmt: skip
    rows: list[list[Any]] = []
    sizes = distinct(random, 3, 100, 900)
    for at, day in enumerate((5, 12, 19)):
        came = sorted(random.sample(range(10, sizes[at] - 5), 3 - at + 1), reverse=True)
        size = sizes[at]
        rows += [[f"2026-10-{day:02}", n, size, one, one / size] for n, one in enumerate(came)]
    first = rows[0]
    slots = {
        "f": "5 October", "g": "12 October", "vf": number(sizes[0]), "vg": number(sizes[1]),
        "r1": percent(rows[1][4]), "r2": percent(rows[2][4]), "g1": percent(rows[5][4]),
        "c1": number(rows[1][3]), "r0": percent(first[4]),
    }  # fmt: skip
    table = Table(columns, rows, row_count=len(rows))
    told = "How many people came back in each of the 3 weeks after"
    return Case("retention", evidence(table, told), slots, {"f": ["6 October", "2 November"]})


def cut(random: Random) -> Case:
    """A result of which rows are missing: what it has is true, what seems to be of all is not."""
    case = category(random)
    table = case.evidence.tables[0]
    cut_off = Table(table.columns, table.rows, truncated=True, row_count=table.row_count)
    return Case("cut", evidence(cut_off), case.slots, case.others)


def signed(random: Random) -> Case:
    labels = random.sample(PLACES, 5)
    values = [-one for one in distinct(random, 2, 100, 900)] + distinct(random, 2, 100, 900)
    columns = [Column("country", "text", "dimension"), Column("profit", "numeric", "metric", "EUR")]
    rows = [[one, value] for one, value in zip([*labels[:3], None], values, strict=True)]
    rows.append([labels[3], None])
    slots = {
        "a": labels[0], "b": labels[1], "c": labels[2], "va": f"€{-values[0]}",
        "na": str(values[0]),
        "nb": f"{values[1]} EUR", "vc": f"€{values[2]}",
    }  # fmt: skip
    return Case("signed", evidence(Table(columns, rows, row_count=5)), slots)


def grid(random: Random) -> Case:
    """Two dimensions: who and when."""
    labels, noun = random.sample(PLACES, 2), random.choice(NOUNS)
    a, b, c, d = distinct(random, 4, 100, 2_000)
    columns = [
        Column("country", "text", "dimension"), Column("time", "date", "time"),
        Column(noun, "bigint", "metric", "", True),
    ]  # fmt: skip
    rows = [[labels[0], "2026-09-01", a], [labels[0], "2026-10-01", b]]
    rows += [[labels[1], "2026-09-01", c], [labels[1], "2026-10-01", d]]
    slots = {
        "a": labels[0], "b": labels[1], "m": noun, "a1": number(a), "a2": number(b),
        "b1": number(c),
        "b2": number(d), "ta": number(a + b), "t2": number(b + d), "pa": percent(abs(b / a - 1)),
        "rose": "rose" if b > a else "fell", "f": "September",
        "l": "October", "t": number(a + b + c + d),
    }  # fmt: skip
    return Case("grid", evidence(Table(columns, rows, row_count=4)), slots)


SHAPES: dict[str, Callable[[Random], Case]] = {
    "single": single, "money": money, "category": category, "series": series,
    "two_periods": two_periods, "rates": rates, "funnel": funnel, "retention": retention,
    "cut": cut, "signed": signed, "grid": grid,
}  # fmt: skip
