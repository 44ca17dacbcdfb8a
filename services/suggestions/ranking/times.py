"""What goes into slots that no catalogue fills: counts, years, quarters, months, times."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COUNTS = ("10", "5", "20")
TIMEFRAMES = (
    "the last 12 months", "this year", "last quarter", "the last 30 days", "last month",
    "this quarter", "the last 7 days", "last year", "this month", "the last 5 years",
)  # fmt: skip
_UNITS = ("months", "years", "days", "weeks", "quarters")
_UNIT = r"(?:day|week|month|quarter|year)"
_RELATIVE = r"(?:last|past|previous|next)"
# What may stand in a slot once it is fully typed, over folded text.
TYPED = {
    "N": r"\d{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|twenty",
    "timeframe": rf"(?:the )?(?:{_RELATIVE} \d+ {_UNIT}s?|(?:{_RELATIVE}|this|current) {_UNIT}s?)"
    r"|today|yesterday|(?:year|month|quarter) to date|[ymq]td",
    "quarter": r"q[1-4]",
    "year": r"(?:19|20)\d\d",
    "month": "|".join(month.casefold() for month in MONTHS),
    "weekday": "|".join(f"{day.casefold()}s?" for day in WEEKDAYS),
    "text": r"\"[^\"]+\"|'[^']+'|“[^”]+”",
}
_TYPED = {kind: re.compile(rf"(?:{pattern})(?!\w)") for kind, pattern in TYPED.items()}
# A time that stands in a folded text; "may" is mostly another word.
_NAMED = re.compile(
    rf"(?<!\w)(?:{TYPED['timeframe']}|{TYPED['quarter']}|{TYPED['year']}"
    rf"|{'|'.join(month.casefold() for month in MONTHS if month != 'May')})(?!\w)"
)
LASTING = re.compile(r"\d|time")
_ONE_WORD = re.compile(r"\S+")
_COUNTED = re.compile(rf"(the )?({_RELATIVE}) (\d{{1,4}}) ?")
_SPAN = re.compile(rf"(?:(\d{{1,6}}) )?({_UNIT})s?$")
_IN_DAYS = {"hour": 0, "day": 1, "date": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}


_SHORT_MONTHS = tuple(month[:3] for month in MONTHS)
_STEPS = {
    "hourly": 0,
    "daily": 1,
    "weekly": 7,
    "monthly": 30,
    "quarterly": 90,
    "yearly": 365,
    "annual": 365,
}


def is_named(folded: str) -> bool:
    """Whether a text names a time."""
    return _NAMED.search(folded) is not None


def is_step(folded: str) -> bool:
    """Whether it is a word such as "monthly"."""
    return folded in _STEPS


def without_step(folded: str) -> tuple[str, str]:
    """ "quarterly profits" as "quarterly " and "profits": a metric's slot takes in its grain."""
    first, blank, rest = folded.partition(" ")
    return (first + blank, rest) if blank and first in _STEPS else ("", folded)


def defaults(kind: str, now: datetime, timeframes: Sequence[str] = ()) -> tuple[str, ...]:
    """Sensible fillings of a slot of that kind today, the best first; none where there is none."""
    return _defaults(now.date(), tuple(timeframes)).get(kind, ())


@lru_cache(maxsize=64)
def _defaults(today: date, timeframes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    quarter, year = _last_quarter(today)
    month = today.month - 1 or 12
    return {
        "N": COUNTS,
        "timeframe": tuple(dict.fromkeys((*timeframes, *TIMEFRAMES))),
        "quarter": tuple(f"Q{(quarter - back - 1) % 4 + 1}" for back in range(4)),
        "year": tuple(str(year - back) for back in range(-(today.year > year), 3)),
        "month": tuple(MONTHS[(month - back - 1) % 12] for back in range(12)),
        "weekday": WEEKDAYS,
    }


def counted(folded: str) -> tuple[str, ...]:
    """The timeframes that "last 3 m" may become."""
    if not (match := _COUNTED.match(folded)) or match[3].startswith("0"):
        return ()
    the, relative, count = match[1] or "", match[2], match[3]
    cut = 1 if count == "1" else 0
    return tuple(f"{the}{relative} {count} {unit[: len(unit) - cut]}" for unit in _UNITS)


def typed_length(kind: str, folded: str) -> int:
    """How much of the text's beginning is a whole filling of the slot; 0 where it is none."""
    pattern = _TYPED.get(kind, _ONE_WORD)
    match = pattern.match(folded)
    return match.end() if match else 0


@lru_cache(maxsize=4096)
def grain(words: str) -> int:
    """The days in a step of time ("order month", "monthly profit"), 0 for any other words."""
    split = words.split()
    if not split:
        return 0
    return _STEPS.get(split[0], 0) or _IN_DAYS.get(split[-1].rstrip("s"), 0)


@lru_cache(maxsize=4096)
def span(kind: str, folded: str) -> int:
    """The days that a slot's time covers ("last 12 months" → 360), 0 where the words do not say."""
    if kind != "timeframe":
        return _IN_DAYS.get(kind, 0)
    if folded in ("today", "yesterday"):
        return 1
    match = _SPAN.search(folded)
    return int(match[1] or 1) * _IN_DAYS[match[2]] if match else 0


def has_begun(quarter: str, month: str, year: str, now: datetime) -> bool:
    """Whether the named time is not wholly in the future, as far as it is named at all."""
    if not year.isdigit():
        return True
    first = 1
    if re.fullmatch(r"q[1-4]", quarter):
        first = int(quarter[1]) * 3 - 2
    elif month[:3].title() in _SHORT_MONTHS:
        first = _SHORT_MONTHS.index(month[:3].title()) + 1
    return (int(year), first) <= (now.year, now.month)


def _last_quarter(today: date) -> tuple[int, int]:
    """The last whole quarter and its year."""
    current = (today.month - 1) // 3 + 1
    return (current - 1, today.year) if current > 1 else (4, today.year - 1)
