"""What an organization may spend on language models in a month. No I/O, no protobuf."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.activity.llm_usage.domain import NANO, nano_usd
from services.common.errors import Violation

# What an administrator of the organization may change: the API's name → the ledger's.
OWN = {"monthly_usd": "own_nano_usd", "monthly_tokens": "own_tokens"}
# The same for the operator, whose limits those of administrators stay below.
GRANTED = {"monthly_usd": "monthly_nano_usd", "monthly_tokens": "monthly_tokens"}
Changes = Mapping[str, int | None]


@dataclass(frozen=True, kw_only=True)
class BudgetLimits:
    """What the operator allows (`granted` where that is not the configured budget), and what an
    administrator wants of it; None is all. With who changed it last.
    """

    most_nano_usd: int
    most_tokens: int
    usd_granted: bool
    tokens_granted: bool
    own_nano_usd: int | None
    own_tokens: int | None
    changed_by: str | None
    changed_at: datetime | None


def changes_of(asked: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int | None]:
    """What to change, as the ledger counts: `names` are OWN or GRANTED."""
    return {
        column: None if asked[name] is None else in_ledger(name, asked[name])
        for name, column in names.items()
        if name in asked
    }


def in_ledger(name: str, value: float) -> int:
    return nano_usd(value) if name == "monthly_usd" else int(value)


def too_much(changes: Changes, limits: BudgetLimits) -> Iterator[Violation]:
    """What an administrator may not have."""
    if (changes.get("own_nano_usd") or 0) > limits.most_nano_usd:
        most = f"{limits.most_nano_usd / NANO:g}"
        yield Violation("monthly_usd", f"must be at most {most}, which the operator allows")
    if (changes.get("own_tokens") or 0) > limits.most_tokens:
        most = str(limits.most_tokens)
        yield Violation("monthly_tokens", f"must be at most {most}, which the operator allows")
