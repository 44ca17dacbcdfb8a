"""When: periods and grains in a question."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.analytics.semantics.compiler import Absolute, Anchor, Relative, TimeRange
from services.analytics.semantics.domain import Grain
from services.analytics.understanding.dates import (
    COUNT,
    UNIT,
    Run,
    Today,
    number_of,
    run_at,
    unit_of,
)

GRAINS = {
    "hourly": Grain.HOUR, "daily": Grain.DAY, "weekly": Grain.WEEK, "monthly": Grain.MONTH,
    "quarterly": Grain.QUARTER, "yearly": Grain.YEAR, "annual": Grain.YEAR,
    "annually": Grain.YEAR,
}  # fmt: skip
GRAIN = re.compile(
    rf"(?:(?:(?:grouped |broken down |split )?by|per|each|every|for each|for every|in each|a|an)"
    rf" (?P<unit>{UNIT})s?(?: by (?P=unit))?"
    rf"|(?P<twice>day|week|month|quarter|year|hour) by (?P=twice)"
    rf"|(?:on )?(?:an? )?(?P<adverb>{'|'.join(GRAINS)})(?: basis)?)(?= |$)"
)
WHICH = re.compile(rf"(?:in |on )?(?:which|what) ({UNIT})(?= |$)")
OVER = re.compile(r"(day|week|month|quarter|year) (?:over|on) \1(?= |$)")
SHORT = {"dod": Grain.DAY, "wow": Grain.WEEK, "mom": Grain.MONTH, "qoq": Grain.QUARTER,
         "yoy": Grain.YEAR}  # fmt: skip
LAST_N = re.compile(
    rf"(?:(?:in|over|for|during|within) )?(?:the )?(?P<which>last|past|previous|prior|trailing|"
    rf"rolling) (?P<n>{COUNT}) (?P<full>full |complete |whole )?(?P<unit>{UNIT})s?(?= |$)"
)
PAST = re.compile(r"(?:(?:in|over|for|during) )?(?:the )?past (day|week|month|quarter|year)(?= |$)")
THE_LAST = re.compile(
    r"(?:in|over|for|during|within) the last (day|week|month|quarter|year)(?= |$)"
)
HOUR = re.compile(r"(?:(?:in|during) )?(?:the )?(this|current|last|previous) hour(?= |$)")
TO_DATE = re.compile(r"(?:(?P<unit>year|quarter|month|week) to date|(?P<short>[yqmw])td)(?= |$)")
LETTERS = {"y": Grain.YEAR, "q": Grain.QUARTER, "m": Grain.MONTH, "w": Grain.WEEK}
RANGE = re.compile(r"(?:between|from) ")
UP_TO = re.compile(r" (?:and|to|until|till|through|up to|-) ")
SINCE = re.compile(r"(?:ever )?since (?:the )?(?:start of |beginning of )?")
SINCE_START = re.compile(
    r"since (?:the )?(?:start|beginning) of (?:the|this) (year|quarter|month|week)(?= |$)"
)
AFTER = re.compile(r"after ")
OPENING = re.compile(r"(?:in|on|during|for|over|within|of)(?: the)?(?: month of| year)? ")
MODAL_MAY = re.compile(r"may(?= |$)")
PAST_RUNS = {
    "day": Relative(Anchor.LAST, Grain.HOUR, 24), "week": Relative(Anchor.LAST, Grain.DAY, 7),
    "month": Relative(Anchor.LAST, Grain.DAY, 30), "quarter": Relative(Anchor.LAST, Grain.MONTH, 3),
    "year": Relative(Anchor.LAST, Grain.MONTH, 12),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """Where it ends in the text, and what it is."""

    end: int
    what: TimeRange


def which_at(text: str, start: int) -> tuple[int, Grain] | None:
    """ "which month", of which one bucket is wanted."""
    match = WHICH.match(text, start)
    return (match.end(), unit_of(match[1])) if match else None


def grain_at(text: str, start: int) -> tuple[int, Grain] | None:
    match = GRAIN.match(text, start)
    if match is None:
        return None
    if match["adverb"]:
        return match.end(), GRAINS[match["adverb"]]
    return match.end(), unit_of(match["unit"] or match["twice"])


def over_at(text: str, start: int) -> tuple[int, Grain] | None:
    """ "month over month", and MoM."""
    match = OVER.match(text, start)
    if match:
        return match.end(), Grain(match[1])
    word = text[start:].split(" ", 1)[0]
    return (start + len(word), SHORT[word]) if word in SHORT else None


def range_at(text: str, start: int, today: Today) -> Found | None:
    """The longest period that starts there."""
    found = [read(text, start, today) for read in READS]
    return max((one for one in found if one), key=lambda one: one.end, default=None)


def rolling_at(text: str, start: int) -> Found | None:
    """ "over the last month" may also be the 30 days up to now."""
    match = THE_LAST.match(text, start)
    return Found(match.end(), PAST_RUNS[match[1]]) if match else None


def last_n(text: str, start: int, today: Today) -> Found | None:
    match = LAST_N.match(text, start)
    count = number_of(match["n"]) if match else None
    if match is None or not count:
        return None
    whole = match["full"] or match["which"] in ("previous", "prior")
    anchor = Anchor.PREVIOUS if whole else Anchor.LAST
    return Found(match.end(), Relative(anchor, unit_of(match["unit"]), count))


def past(text: str, start: int, today: Today) -> Found | None:
    match = PAST.match(text, start)
    return Found(match.end(), PAST_RUNS[match[1]]) if match else None


def hour(text: str, start: int, today: Today) -> Found | None:
    match = HOUR.match(text, start)
    if match is None:
        return None
    anchor = Anchor.THIS if match[1] in ("this", "current") else Anchor.PREVIOUS
    return Found(match.end(), Relative(anchor, Grain.HOUR))


def to_date(text: str, start: int, today: Today) -> Found | None:
    match = TO_DATE.match(text, start)
    if match is None:
        return None
    unit = Grain(match["unit"]) if match["unit"] else LETTERS[match["short"]]
    began = today.of(Relative(Anchor.THIS, unit)).start
    return Found(match.end(), Absolute(began, tomorrow(today)))


def between(text: str, start: int, today: Today) -> Found | None:
    """ "between X and Y", "from X to Y", "X to Y": the second is part of it."""
    opening = RANGE.match(text, start)
    one = run_at(text, opening.end() if opening else start, today)
    joint = UP_TO.match(text, one[0]) if one else None
    other = run_at(text, joint.end(), today) if joint else None
    if one is None or joint is None or other is None:
        return None
    if opening is None and joint[0] == " and ":
        return None
    first, last = one[1], other[1]
    if first.loose:
        first = in_year_of(first, last)
    if first.start >= last.end:
        return None
    return Found(other[0], Absolute(first.start, last.end))


def in_year_of(first: Run, last: Run) -> Run:
    """A day or month without a year is the latest before where the period ends."""
    shift = last.start.year - first.start.year
    try:
        start = first.start.replace(year=first.start.year + shift)
        if start > last.start:
            start = start.replace(year=start.year - 1)
    except ValueError:  # 29 February
        return first
    return replace(first, start=start)


def since(text: str, start: int, today: Today) -> Found | None:
    if of_unit := SINCE_START.match(text, start):
        began = today.of(Relative(Anchor.THIS, Grain(of_unit[1]))).start
        return Found(of_unit.end(), Absolute(began, tomorrow(today)))
    opening = SINCE.match(text, start)
    run = run_at(text, opening.end(), today) if opening else None
    if run is None or run[1].start > today.day:
        return None
    return Found(run[0], Absolute(run[1].start, tomorrow(today)))


def after(text: str, start: int, today: Today) -> Found | None:
    opening = AFTER.match(text, start)
    run = run_at(text, opening.end(), today) if opening else None
    if run is None or run[1].end > today.day:
        return None
    return Found(run[0], Absolute(run[1].end, tomorrow(today)))


def single(text: str, start: int, today: Today) -> Found | None:
    """One day, week, month, quarter or year; "may" alone is no month."""
    opening = OPENING.match(text, start)
    at = opening.end() if opening else start
    run = run_at(text, at, today)
    if run is None or (opening is None and run[1].loose and MODAL_MAY.match(text, at)):
        return None
    return Found(run[0], run[1].relative or Absolute(run[1].start, run[1].end))


def tomorrow(today: Today) -> date:
    return today.day + timedelta(days=1)


Reads = Callable[[str, int, Today], Found | None]
READS: tuple[Reads, ...] = (last_n, past, hour, to_date, between, since, after, single)
