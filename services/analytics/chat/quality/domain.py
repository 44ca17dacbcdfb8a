"""What is on record of an answer, and what it says of its quality. No I/O, no protobuf."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from uuid import UUID

from services.analytics.chat.domain import CERTIFIED, INSIGHT, METRIC
from services.analytics.understanding.english import FILLERS
from services.common.inflections import singulars

ANSWERED, ABSTAINED, ASKED_BACK = "answered", "abstained", "asked_back"
FAILED, CANCELLED = "failed", "cancelled"
# Of scores from 1 to 5, as docs/feedback.md has the feeling of a score alone.
THUMBS_UP, THUMBS_DOWN = 4, 2
# The ways whose `understood` says all that was asked: where it differs, so do the questions.
READ = {CERTIFIED, METRIC, INSIGHT}

# The ways whose statement was made for the question.
CERTIFIABLE = {METRIC, INSIGHT, "sql"}
DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
YEAR = re.compile(r"\b\d{4}\b")

# Who rewords a question does so having read what came; later the same is asked for what is new.
SOON = timedelta(minutes=5)
# Of the words of both, those in common. Of two questions of four words that share three it is 0.6;
# the same measure by something else, two words of which one is shared, is 0.33.
ALIKE = 0.5
# Of two spellings of a word: "revenu" and "revenue" have 0.92, "month" and "week" 0.
SPELT_ALIKE = 0.8
WORD = re.compile(r"\w+")
# What asks for a number without saying of what.
ASKING = FILLERS | {"how", "many", "much", "often", "total", "count"}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a question was answered. `cost_nano_usd` is None where it is not known."""

    outcome: str
    way: str = ""
    model: str = ""
    understood: str = ""
    sql: str = ""
    query_id: UUID | None = None
    follows: bool = False
    milliseconds: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_nano_usd: int | None = None
    sql_errors: int = 0
    dropped_sentences: int = 0


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The answer before, in the same conversation, to the same person."""

    message_id: UUID
    question: str
    connection_id: str
    outcome: str | None
    way: str
    model: str
    understood: str


@dataclass(frozen=True, kw_only=True)
class Marked:
    """An answer of which a person thinks otherwise than before, and what they think now."""

    message_id: UUID
    user_id: str
    job_role: str
    question: str
    connection_id: str
    way: str
    model: str
    outcome: str | None
    score: int | None
    was_score: int | None
    accepted_at: datetime | None
    was_accepted: bool

    @property
    def turned(self) -> bool:
        """Whether it is accepted and was not, or the other way round."""
        return (self.accepted_at is not None) != self.was_accepted

    @property
    def teaches(self) -> bool:
        """Whether its question is one to ask: one that got an answer, which may still be told."""
        return self.outcome in (ANSWERED, None)


def rephrases(before: Earlier, question: str, connection_id: str, ended: Ended) -> bool:
    """Whether who got the answer before asks nearly the same again.

    No rephrase is what changes a part of it, as far as anybody can tell: what was read as a
    follow-up, or as something else, and another word in the place of one in a question that was
    answered. Nor is the answer to a question back.
    """
    if before.connection_id != connection_id or ended.follows or before.outcome == ASKED_BACK:
        return False
    if before.way in READ and ended.way in READ:
        return before.understood == ended.understood
    first, second = words_of(before.question), words_of(question)
    if not first or not second:
        return bare(before.question) == bare(question)
    if before.outcome == ANSWERED and is_substituted(first - second, second - first):
        return False
    return len(first & second) / len(first | second) >= ALIKE


def words_of(question: str) -> frozenset[str]:
    """Those that say what is asked for, in the singular."""
    words = set(WORD.findall(question.casefold())) - ASKING
    return frozenset(max(singulars(word), default=word) for word in words)


def bare(question: str) -> list[str]:
    return WORD.findall(question.casefold())


def is_substituted(only_first: frozenset[str], only_second: frozenset[str]) -> bool:
    """Whether one word took the place of another, and not of a misspelling of itself."""
    if len(only_first) != 1 or len(only_second) != 1:
        return False
    [one], [other] = only_first, only_second
    return SequenceMatcher(None, one, other).ratio() < SPELT_ALIKE


def frozen_dates(sql: str, question: str) -> list[str]:
    """The dates of the statement that are not of a year that the question names.

    They are of the day on which it was asked: "last week" is another week then. The first day of
    the year after a named one may end it.
    """
    named = set(YEAR.findall(question))
    ends = {(f"{int(year) + 1:04}", "01", "01") for year in named}
    found = [match.groups() for match in DATE.finditer(sql)]
    return ["-".join(date) for date in found if date[0] not in named and date not in ends]


def is_certifiable(way: str, sql: str, question: str, *, follows: bool) -> bool:
    """Whether the answer may be proposed as it is."""
    return way in CERTIFIABLE and not follows and not frozen_dates(sql, question)
