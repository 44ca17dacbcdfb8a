"""Why a model gave nothing: docs/models.md describes each to the people who operate Attune."""

from dataclasses import dataclass
from enum import StrEnum


class DegradedReason(StrEnum):
    """What callers are told as `degraded_reason`. New ones may come, none changes its meaning."""

    NO_KEY = "no_key"
    BAD_KEY = "bad_key"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    NONSENSE = "nonsense"
    BUDGET_EXHAUSTED = "budget_exhausted"
    LEDGER_UNAVAILABLE = "ledger_unavailable"
    BUSY = "busy"
    SUPERSEDED = "superseded"
    USER_LIMIT = "user_limit"
    QUESTION_LIMIT = "question_limit"


# What another try a moment later may mend.
PASSING = frozenset(
    {DegradedReason.RATE_LIMITED, DegradedReason.SERVER_ERROR, DegradedReason.UNREACHABLE}
)
# What says something of the server and not of one question to it, and the other way round.
OF_THE_SERVER = PASSING | {DegradedReason.TIMEOUT, DegradedReason.BAD_KEY}
OF_THE_QUESTION = frozenset({DegradedReason.REFUSED, DegradedReason.NONSENSE})

# What is as expected, at each question as long as it lasts.
EXPECTED = frozenset(
    {
        DegradedReason.NO_KEY,
        DegradedReason.BUDGET_EXHAUSTED,
        DegradedReason.BUSY,
        DegradedReason.USER_LIMIT,
        DegradedReason.QUESTION_LIMIT,
    }
)

# Nobody was asked, and so there is nothing to pay for.
UNASKED = EXPECTED | {DegradedReason.LEDGER_UNAVAILABLE}


class ModelFailure(Exception):
    """The model gave nothing. The text holds no part of a prompt, an answer or a key.

    `retry_after`: seconds that the server asks to wait. `final`: another try cannot help.
    `unanswered`: it is known that there was no answer, and so nothing to pay for.
    `left_alone`: nobody was asked, since the calls before failed for that reason.
    """

    def __init__(
        self,
        reason: DegradedReason,
        detail: str = "",
        *,
        retry_after: float | None = None,
        final: bool = False,
        unanswered: bool = False,
        left_alone: bool = False,
    ) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.retry_after = retry_after
        self.unanswered = unanswered
        self.left_alone = left_alone
        self.may_pass = reason in PASSING and not final


@dataclass
class Trouble:
    """Why there is no answer yet, as far as is known; what only takes its time is late."""

    reason: DegradedReason = DegradedReason.TIMEOUT

    def hear(self, reason: DegradedReason) -> None:
        self.reason = reason
