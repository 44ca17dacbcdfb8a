"""The suite of questions: `python -m tests.analytics.understanding.suite` says how many are right.

Each question is a line of YAML with what it means: `m` metrics, `by` dimensions, `where`
conditions, `period` ("previous month", "last 7 day", or days from..until before), `grain`, `top`
and `bottom` (dimension and number), `best`, `compare`; `event` with `of` ("people", "avg amount"),
`funnel` with `within`, `retention`, `did` and `did_not`; `chart`; `before` is the question that it
follows; with `ask`, nothing is certain.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from services.analytics.insights.domain import DidNotDo, Funnel, Plan, Retention, Step, Trend
from services.analytics.semantics.compiler import (
    Absolute,
    Anchor,
    Calendar,
    MetricQuery,
    Relative,
    TimeRange,
)
from services.analytics.semantics.compiler.periods import resolved
from services.analytics.semantics.domain import Filter, Grain
from services.analytics.understanding import Knowledge, Understood, understand
from services.analytics.understanding.saying import field_said
from tests.analytics.understanding import schemas

RIGHT, WRONG, ASKED, ABSTAINED = "right", "wrong but certain", "asked back", "abstained"
OUTCOMES = (RIGHT, WRONG, ASKED, ABSTAINED)
NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)  # a Wednesday
CALENDAR = Calendar("Europe/Berlin")
FOLDER = Path(__file__).parent / "questions"
SCHEMAS: Mapping[str, Knowledge] = {
    "shop": schemas.SHOP,
    "video": schemas.VIDEO,
    "hotel": schemas.HOTEL,
    "tracker": schemas.TRACKER,
}
UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "week": timedelta(days=7)}
Asked = Mapping[str, Any]


def questions(schema: str) -> Iterator[tuple[str, Asked]]:
    """Each with its family."""
    families = yaml.safe_load((FOLDER / f"{schema}.yaml").read_text())
    for family, asked in families.items():
        for each in asked:
            yield family, each


def answered(schema: str, asked: Asked, now: datetime = NOW) -> Understood:
    knowledge = SCHEMAS[schema]
    before = None
    if "before" in asked:
        before = understand(asked["before"], knowledge, CALENDAR, now).readings[0]
    return understand(asked["q"], knowledge, CALENDAR, now, before)


def outcome(asked: Asked, found: Understood) -> str:
    wanted = None if asked.get("ask") else meant(asked)
    if found.certain:
        return RIGHT if wanted and told(found, 0) == wanted else WRONG
    if wanted is None:
        missing = [one.text for one in found.missing]
        return RIGHT if set(asked.get("missing", ())) <= set(missing) else ABSTAINED
    offered = [told(found, at) for at in range(len(found.readings))]
    return ASKED if wanted in offered else ABSTAINED


def told(found: Understood, at: int) -> dict[str, Any]:
    reading = found.readings[at]
    return plain(reading.plan) | ({"chart": reading.chart} if reading.chart else {})


def plain(plan: MetricQuery | Plan) -> dict[str, Any]:
    """What a plan asks, whatever way it is written."""
    match plan:
        case MetricQuery():
            said = of_query(plan)
        case Trend():
            of = plan.measure.quantity.value
            if plan.measure.field:
                of += f" {field_said(plan.measure.field)}"
            said = {"event": plan.step.event, "of": of, "grain": plan.grain, "top": plan.top}
            said |= {"by": by_of(plan), "where": where(plan.step)}
        case Funnel():
            said = {"funnel": [one.event for one in plan.steps], "within": plan.within}
            said |= {"by": by_of(plan), "where": [where(one) for one in plan.steps]}
        case Retention():
            again = plan.again
            said = {"retention": [plan.first.event, again.event if again else ""]}
            said |= {"grain": plan.grain, "where": [where(plan.first), again and where(again)]}
        case DidNotDo():
            said = {"did": plan.did.event, "did_not": plan.did_not.event}
            said["where"] = [where(plan.did), where(plan.did_not)]
    return said | {"period": days(plan.time_range)}


def of_query(query: MetricQuery) -> dict[str, Any]:
    filters = [one for one in query.filters if one.values]
    ranking = ""
    if query.top:
        ranking = f"top {query.top.dimension} {query.top.count}"
    elif query.order and query.grain:
        ranking = "best desc" if query.order[0].descending else "best asc"
    elif query.order:
        ranking = f"bottom {query.dimensions[0]} {query.limit}"
    return {
        "m": list(query.metrics),
        "by": list(query.dimensions),
        "where": sorted(map(condition, filters)),
        "grain": query.grain,
        "compare": query.compare,
        "ranking": ranking,
    }


def condition(one: Filter) -> str:
    name = one.dimension or (field_said(one.field) if one.field else "")
    return f"{name} {one.operator.value} {'|'.join(sorted(map(str, one.values)))}"


def where(step: Step) -> list[str]:
    return sorted(map(condition, step.filters))


def by_of(plan: Trend | Funnel) -> list[str]:
    if plan.breakdown is None:
        return []
    return [plan.breakdown.dimension or field_said(plan.breakdown.field)]  # type: ignore[arg-type]


def days(asked: TimeRange | None) -> str:
    if asked is None:
        return ""
    period = resolved(asked, CALENDAR, NOW)
    return f"{CALENDAR.local(period.start)}..{CALENDAR.local(period.end)}"


def meant(asked: Asked) -> dict[str, Any]:
    """What the line of the suite says, as `plain` writes it."""
    grain = Grain(asked["grain"]) if "grain" in asked else None
    said: dict[str, Any] = {"chart": asked["chart"]} if "chart" in asked else {}
    if "m" in asked:
        return said | meant_query(asked, grain)
    said["period"] = days(period_of(asked.get("period", usual(asked, grain))))
    conditions = sorted(asked.get("where", ()))
    if "event" in asked:
        said |= {"event": asked["event"], "of": asked.get("of", "events"), "grain": grain}
        return said | {"top": asked.get("top"), "by": listed(asked.get("by")), "where": conditions}
    if "funnel" in asked:
        count, unit = asked.get("within", "7 day").split()
        steps = asked["funnel"]
        said |= {"funnel": steps, "within": int(count) * UNITS[unit]}
        return said | {"by": listed(asked.get("by")), "where": [conditions for _ in steps]}
    if "retention" in asked:
        said |= {"retention": asked["retention"], "grain": grain}
        again = conditions if asked["retention"][1] else None
        return said | {"where": [conditions, again]}
    last = sorted(asked.get("where_not", ()))
    return said | {"did": asked["did"], "did_not": asked["did_not"], "where": [conditions, last]}


def meant_query(asked: Asked, grain: Grain | None) -> dict[str, Any]:
    ranking, by = "", listed(asked.get("by"))
    for kind in ("top", "bottom", "best"):
        if kind in asked:
            ranking = f"{kind} {asked[kind]}"
            by = by if kind == "best" else [asked[kind].split()[0], *by]
    return {
        "m": listed(asked["m"]),
        "by": by,
        "where": sorted(asked.get("where", ())),
        "grain": grain,
        "compare": asked.get("compare", False),
        "ranking": ranking,
        "period": days(period_of(asked["period"])) if "period" in asked else "",
    }


def usual(asked: Asked, grain: Grain | None) -> str:
    """The period of behaviour where none is named: docs/understanding.md."""
    if "retention" in asked and grain:
        return {Grain.DAY: "last 14 day", Grain.WEEK: "last 8 week", Grain.MONTH: "last 6 month"}[
            grain
        ]
    return "last 30 day"


def period_of(text: str) -> TimeRange:
    if ".." in text:
        start, end = text.split("..")
        return Absolute(date.fromisoformat(start), date.fromisoformat(end))
    words = text.split()
    count = int(words[1]) if len(words) == 3 else 1
    return Relative(Anchor(words[0]), Grain(words[-1]), count)


def listed(told: str | list[str] | None) -> list[str]:
    return [] if told is None else [told] if isinstance(told, str) else told


def scored(schema: str) -> dict[str, Counter[str]]:
    """Family -> how many of each outcome."""
    found: dict[str, Counter[str]] = {}
    for family, asked in questions(schema):
        result = outcome(asked, answered(schema, asked))
        found.setdefault(family, Counter())[result] += 1
    return found


def main(names: list[str]) -> None:
    """Prints the table, and what is not right."""
    for schema in names or list(SCHEMAS):
        families = scored(schema)
        total = sum(families.values(), Counter())
        print(f"{schema:12} {'questions':>9}", *(f"{one:>18}" for one in OUTCOMES))  # noqa: T201
        for family, counts in [*families.items(), ("all", total)]:
            row = (f"{counts[one]:18}" for one in OUTCOMES)
            print(f"{family:12} {counts.total():9}", *row)  # noqa: T201
        for family, asked in questions(schema):
            found = answered(schema, asked)
            if (result := outcome(asked, found)) != RIGHT:
                said = [f"{one.says} {[w.text for w in one.unplaced]}" for one in found.readings]
                print(f"{result}: {family}: {asked['q']}: {said or found.because}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
