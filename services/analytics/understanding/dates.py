"""Days, weeks, months, quarters and years as people write them, as half-open runs of days."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.analytics.semantics.compiler import Anchor, Calendar, Relative
from services.analytics.semantics.compiler.periods import floor, plus, plus_months
from services.analytics.semantics.domain import Grain
from services.analytics.understanding.english import NUMBERS

# In order; each with how it is written short.
MONTH_NAMES = """
january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,
september sept sep,october oct,november nov,december dec
"""
DAY_NAMES = (
    "monday mon,tuesday tue tues,wednesday wed,thursday thu thurs,friday fri,saturday,sunday"
)


def numbered(names: str) -> dict[str, int]:
    """Each name -> its place, from 1 on."""
    groups = enumerate(names.split(","), start=1)
    return {name: number for number, group in groups for name in group.split()}


MONTHS, WEEKDAYS = numbered(MONTH_NAMES), numbered(DAY_NAMES)
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1 st": 1, "2 nd": 2, "3 rd": 3,
            "4 th": 4}  # fmt: skip
UNIT = r"(?:hour|day|week|month|(?:fiscal |financial )?(?:quarter|year))"
COUNT = rf"(?:\d{{1,4}}|{'|'.join(NUMBERS)}|couple of|few)"
MONTH = "|".join(MONTHS)
DAY = r"(?:3[01]|[12]\d|0?[1-9])(?: (?:st|nd|rd|th))?"
YEAR = r"(?:19|20)\d\d"


@dataclass(frozen=True)
class Run:
    """Whole days from `start` until before `end`. `relative` where it was said so; `loose` has no
    year of its own.
    """

    start: date
    end: date
    relative: Relative | None = None
    loose: bool = False


@dataclass(frozen=True)
class Today:
    """The day that it is there, and the organization's calendar."""

    calendar: Calendar
    now: datetime

    @property
    def day(self) -> date:
        return self.calendar.local(self.now).date()

    def of(self, relative: Relative) -> Run:
        """Of units of a day and more."""
        unit = floor(self.calendar.local(self.now), relative.unit, self.calendar)
        count = 1 if relative.anchor is Anchor.THIS else relative.count
        end = unit if relative.anchor is Anchor.PREVIOUS else plus(unit, relative.unit, 1)
        start = plus(end, relative.unit, -count)
        return Run(start.date(), end.date(), relative)


def unit_of(text: str) -> Grain:
    return Grain(text.replace("financial", "fiscal").replace(" ", "_"))


def number_of(text: str) -> int | None:
    """None where it is no definite one."""
    return NUMBERS.get(text, int(text) if text.isdigit() else None)


def months(start: date, count: int) -> Run:
    first = datetime.combine(start, time())
    return Run(start, plus_months(first, count).date())


def iso(match: re.Match[str], today: Today) -> Run:
    day = date.fromisoformat("-".join(f"{int(part):02}" for part in match[0].split("-")))
    return Run(day, day + timedelta(days=1))


def dotted(match: re.Match[str], today: Today) -> Run:
    day, month, year = (int(part) for part in match[0].split("."))
    return Run(date(year, month, day), date(year, month, day) + timedelta(days=1))


def year_month(match: re.Match[str], today: Today) -> Run:
    return months(date(int(match[1]), int(match[2]), 1), 1)


def year_number(today: Today, told: str) -> int:
    """Of "2025", "this year" and "last year"."""
    if told.isdigit():
        return int(told)
    return today.day.year - (not told.endswith(("this year", "current year")))


def latest(today: Today, year: str | None, month: int, day: int = 1) -> date:
    """The one of that year, or the latest that has begun."""
    if year:
        return date(year_number(today, year), month, day)
    this = date(today.day.year, month, day)
    return this if this <= today.day else date(this.year - 1, month, day)


def day_month(match: re.Match[str], today: Today) -> Run:
    day = int(match["day"].split()[0])
    start = latest(today, match["year"], MONTHS[match["month"]], day)
    return Run(start, start + timedelta(days=1), loose=not match["year"])


def month(match: re.Match[str], today: Today) -> Run:
    run = months(latest(today, match["year"], MONTHS[match["month"]]), 1)
    return Run(run.start, run.end, loose=not match["year"])


def quarter(match: re.Match[str], today: Today) -> Run:
    number = int(match["q"]) if match["q"] else ORDINALS[match["nth"]]
    run = months(latest(today, match["year"], 3 * number - 2), 3)
    return Run(run.start, run.end, loose=not match["year"])


def half(match: re.Match[str], today: Today) -> Run:
    number = int(match["h"]) if match["h"] else ORDINALS[match["nth"]]
    run = months(latest(today, match["year"], 6 * number - 5), 6)
    return Run(run.start, run.end, loose=not match["year"])


def year(match: re.Match[str], today: Today) -> Run:
    return months(date(int(match[0]), 1, 1), 12)


def weekday(match: re.Match[str], today: Today) -> Run:
    """The latest one before today."""
    back = (today.day.isoweekday() - WEEKDAYS[match["weekday"]] - 1) % 7 + 1
    day = today.day - timedelta(days=back)
    return Run(day, day + timedelta(days=1))


def named_day(match: re.Match[str], today: Today) -> Run:
    anchor = Anchor.THIS if match[0] == "today" else Anchor.PREVIOUS
    return today.of(Relative(anchor, Grain.DAY))


def one_unit(match: re.Match[str], today: Today) -> Run:
    anchor = Anchor.THIS if match["which"] in ("this", "current") else Anchor.PREVIOUS
    return today.of(Relative(anchor, unit_of(match["unit"])))


def ago(match: re.Match[str], today: Today) -> Run | None:
    count = 1 if match["n"] in ("a", "an") else number_of(match["n"])
    if count is None:
        return None
    unit = unit_of(match["unit"])
    start = plus(floor(today.calendar.local(today.now), unit, today.calendar), unit, -count)
    return Run(start.date(), plus(start, unit, 1).date())


LONG = r"(?:day|week|month|(?:fiscal |financial )?(?:quarter|year))"
OF_YEAR = (
    rf"(?:(?: of| ,|,)? ?(?P<year>{YEAR}|(?:the )?(?:this|current|last|previous|prior) year))?"
)
NTH = "|".join(ORDINALS)
Reads = Callable[[re.Match[str], Today], Run | None]
RUNS: list[tuple[re.Pattern[str], Reads]] = [
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\d{4}-\d{1,2}-\d{1,2}", iso),
        (r"\d{1,2}\.\d{1,2}\.\d{4}", dotted),
        (r"(\d{4})-(\d{2})", year_month),
        (rf"(?P<day>{DAY}) (?:of )?(?P<month>{MONTH})\b{OF_YEAR}", day_month),
        (rf"(?P<month>{MONTH}) (?:the )?(?P<day>{DAY})\b(?!\d){OF_YEAR}", day_month),
        (rf"(?P<month>{MONTH})\b{OF_YEAR}", month),
        (rf"(?:q(?P<q>[1-4])|(?:the )?(?P<nth>{NTH}) quarter)\b{OF_YEAR}", quarter),
        (rf"(?:h(?P<h>[12])|(?:the )?(?P<nth>first|second) half)\b{OF_YEAR}", half),
        (YEAR, year),
        (r"(?:last )?(?P<weekday>" + "|".join(WEEKDAYS) + ")", weekday),
        (r"today|yesterday", named_day),
        (
            rf"(?:the )?(?P<which>this|current|last|previous|prior)"
            rf"(?: full| whole| complete| completed| calendar)? (?P<unit>{LONG})",
            one_unit,
        ),
        (rf"(?P<n>an?|{COUNT}) (?P<unit>{LONG})s? ago", ago),
    )
]


def run_at(text: str, start: int, today: Today) -> tuple[int, Run] | None:
    """The longest one that starts there, with where it ends; None where there is none."""
    found: tuple[int, Run] | None = None
    for pattern, read in RUNS:
        match = pattern.match(text, start)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            continue
        try:
            run = read(match, today)
        except (ValueError, OverflowError):  # such as 31 June
            continue
        if run and (found is None or match.end() > found[0]):
            found = match.end(), run
    return found
