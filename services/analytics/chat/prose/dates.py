"""The dates that a sentence tells, and which moments they cover."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH = (
    r"(?P<{0}>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
DAY, YEAR = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th)?(?![\d%])", r"(?:,? (?P<{0}>(?:19|20)\d\d)\b)?"
PATTERN = re.compile(
    r"\b(?:(?P<iy>\d{4})-(?P<im>[01]\d)(?:-(?P<id>[0-3]\d))?(?:[T ](?P<ih>\d\d):(?P<in>\d\d)"
    r"(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?(?!\d)"
    + rf"|(?:{DAY.format('d1')} ?(?:-|to|and) ?)?{DAY.format('d2')} (?:of )?"
    + MONTH.format("m1") + YEAR.format("y1")
    + "|" + MONTH.format("m2") + rf" {DAY.format('d3')}(?! (?:percent|%|million|thousand))"
    + YEAR.format("y2")
    + "|" + MONTH.format("m3") + r"(?:,? (?:of )?(?P<y3>(?:19|20)\d\d)\b)?"
    + r"|Q(?P<q>[1-4])(?:,? (?:of )?(?P<y4>(?:19|20)\d\d)\b)?"
    + r"|(?P<clock>[0-2]?\d:[0-5]\d)\b"
    + r"|(?P<weekday>(?:last )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b"
    + r"|(?P<rel>[Yy]esterday|[Tt]oday|(?:[Tt]his|[Ll]ast|[Pp]revious) "
    r"(?:day|week|month|quarter|year))\b"
    + r"|(?P<year>(?:19|20)\d\d)\b(?![.,]\d|%| %| ?[$€£]))"
)  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """What is told of a date; None is not told. `days` are the first and the last of a month.

    A `bare` one is a year alone, which may be a number as well. `relative` are words such as
    "last month", whose fields follow from the present.
    """

    start: int
    end: int
    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    days: tuple[int, int] | None = None
    weekday: int | None = None
    week: date | None = None
    clock: tuple[int, int] | None = None
    bare: bool = False
    relative: str = ""

    def covers(self, moment: datetime) -> bool:
        at = moment
        return (
            self.year in (None, at.year)
            and self.quarter in (None, (at.month + 2) // 3)
            and self.month in (None, at.month)
            and (self.days is None or self.days[0] <= at.day <= self.days[1])
            and self.weekday in (None, at.weekday())
            and (self.week is None or self.week <= at.date() < self.week + timedelta(days=7))
            and self.clock in (None, (at.hour, at.minute))
        )

    def follows_from(self, told: "Moment") -> bool:
        """Whether all that this one says the other says too."""
        if self.relative and self.relative == told.relative:
            return True
        return all(
            getattr(self, name) is None or getattr(self, name) == getattr(told, name)
            for name in FIELDS
        ) and (self.days is None or bool(told.days and set(self.days) <= set(told.days)))


FIELDS = [
    one.name
    for one in fields(Moment)
    if one.name not in ("start", "end", "bare", "relative", "days")
]


def moments_of(text: str, today: date) -> Iterator[Moment]:
    for found in PATTERN.finditer(text):
        moment = read(found, today)
        if moment is not None:
            yield moment


def read(found: re.Match[str], today: date) -> Moment | None:
    span = found.span()
    if found["iy"]:
        return read_iso(found)
    if found["m1"] or found["m2"]:
        first = found["d1"] or found["d2"] or found["d3"]
        days = (int(first), int(found["d2"] or found["d3"]))
        name = found["m1"] or found["m2"]
        return Moment(
            *span, year=year_of(found["y1"] or found["y2"]), month=month_of(name), days=days
        )
    if found["m3"]:
        return Moment(*span, year=year_of(found["y3"]), month=month_of(found["m3"]))
    if found["q"]:
        return Moment(*span, year=year_of(found["y4"]), quarter=int(found["q"]))
    if found["clock"]:
        hour, minute = found["clock"].split(":")
        return Moment(*span, clock=(int(hour), int(minute)))
    if found["year"]:
        return Moment(*span, year=int(found["year"]), bare=True)
    words = (found["weekday"] or found["rel"]).lower()
    return weekday_of(words, span, today) if found["weekday"] else relative(words, span, today)


def read_iso(found: re.Match[str]) -> Moment | None:
    month, day = int(found["im"]), int(found["id"] or 0)
    if not 1 <= month <= 12:
        return None
    clock = (int(found["ih"]), int(found["in"])) if found["ih"] else None
    days = (day, day) if day else None
    return Moment(*found.span(), year=int(found["iy"]), month=month, days=days, clock=clock)


def year_of(digits: str | None) -> int | None:
    return int(digits) if digits else None


def month_of(name: str) -> int:
    return next(at for at, one in enumerate(MONTHS, 1) if one.startswith(name.lower()[:3]))


def weekday_of(words: str, span: tuple[int, int], today: date) -> Moment:
    day = DAYS.index(words.removeprefix("last "))
    if not words.startswith("last "):
        return Moment(*span, weekday=day)
    then = today - timedelta(days=(today.weekday() - day - 1) % 7 + 1)
    return on(then, span, words)


def on(then: date, span: tuple[int, int], words: str) -> Moment:
    days = (then.day, then.day)
    return Moment(*span, year=then.year, month=then.month, days=days, relative=words)


def relative(words: str, span: tuple[int, int], today: date) -> Moment:
    back = 0 if words == "today" or words.startswith("this") else 1
    unit = "day" if words in ("today", "yesterday") else words.split()[1]
    if unit == "day":
        return on(today - timedelta(days=back), span, words)
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return Moment(*span, week=monday, relative=words)
    if unit == "year":
        return Moment(*span, year=today.year - back, relative=words)
    length = 3 if unit == "quarter" else 1
    first = today.year * 12 + (today.month - 1) // length * length - back * length
    year, month = first // 12, first % 12 + 1
    if unit == "quarter":
        return Moment(*span, year=year, quarter=(month + 2) // 3, relative=words)
    return Moment(*span, year=year, month=month, relative=words)
