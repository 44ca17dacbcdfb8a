"""What calls of language models cost, and what a month may. No I/O, no protobuf."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.common.errors import Violation

NANO = 1_000_000_000
PRICED_TOKENS = 1_000_000
# Longer than any call lasts: whoever made one that is older is gone.
LEFT_AFTER = timedelta(minutes=10)
GROUPS = ("day", "user", "purpose", "model")


@dataclass(frozen=True)
class Tokens:
    """Tokens of a prompt and of its answer."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        return self.prompt + self.completion


@dataclass(frozen=True)
class Price:
    """Nano-USD for a million tokens."""

    prompt: int = 0
    completion: int = 0

    def cost(self, tokens: Tokens) -> int:
        """Nano-USD, rounded up."""
        parts = tokens.prompt * self.prompt + tokens.completion * self.completion
        return -(-parts // PRICED_TOKENS)


FREE = Price()


@dataclass(frozen=True)
class Limits:
    """What an organization may take in a month, unless it has limits of its own."""

    nano_usd: int
    tokens: int


@dataclass(frozen=True)
class Rates:
    """Prices by model, and the limits. A model without a price costs nothing and is counted."""

    prices: Mapping[str, Price]
    limits: Limits

    def cost(self, model: str, tokens: Tokens) -> int:
        return self.prices.get(model, FREE).cost(tokens)


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """The most that a call can take."""

    user_id: str
    purpose: str
    model: str
    tokens: Tokens
    nano_usd: int
    reserved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a number of calls took."""

    calls: int
    estimated_calls: int
    failed_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_nano_usd: int


@dataclass(frozen=True, kw_only=True)
class UsageRow(Usage):
    """A part of the ledger; what it is not grouped by is empty, a day the epoch."""

    day: date
    user_id: str
    purpose: str
    model: str


@dataclass(frozen=True, kw_only=True)
class Budget:
    """An organization's month."""

    month: date
    nano_usd: int
    tokens: int
    reserved_nano_usd: int
    reserved_tokens: int
    spent_nano_usd: int
    spent_tokens: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which usage: from day to day, of one person, purpose or model where one is named."""

    first: date
    last: date
    user_id: str | None
    purpose: str | None
    model: str | None


def rates_of(
    prices: Mapping[str, tuple[float, float]], monthly_usd: float, monthly_tokens: int
) -> Rates:
    """Rates from what people write: US dollars, for a million tokens of prompt and answer."""
    exact = {
        name: Price(nano_usd(prompt), nano_usd(answer)) for name, (prompt, answer) in prices.items()
    }
    return Rates(exact, Limits(nano_usd(monthly_usd), monthly_tokens))


def nano_usd(usd: float) -> int:
    return round(usd * NANO)


def month_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)


def seconds_left(now: datetime) -> int:
    """Until the next month begins."""
    month = month_of(now)
    following = (month + timedelta(days=31)).replace(day=1)
    begins = datetime(following.year, following.month, 1, tzinfo=UTC)
    return max(1, round((begins - now).total_seconds()))


def day_of(text: str, default: date) -> date | None:
    """The day that a text names, the default where it is empty, None where there is none."""
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        return None


def wrong_days(first: date | None, last: date | None) -> Iterator[Violation]:
    for name, day in (("first_day", first), ("last_day", last)):
        if day is None:
            yield Violation(name, "is no day of the calendar")
    if first and last and last < first:
        yield Violation("last_day", "must not be before first_day")
