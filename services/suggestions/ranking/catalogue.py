"""Questions that any catalogue can answer: for people without history and for half-typed text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from services.suggestions.ranking.english import fold

STARTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "trend": (
            "Show me {metric} for {timeframe}",
            "How has {metric} changed over {timeframe}",
            "Monthly {metric} for {timeframe}",
        ),
        "ranking": (
            "Top {N} {entity} by {metric}",
            "Which {dimension} has the highest {metric}",
            "Bottom {N} {entity} by {metric}",
        ),
        "comparison": (
            "Compare {metric} across {dimension}",
            "Compare {metric} this quarter with last quarter",
            "Compare {metric} by {dimension} for {timeframe}",
        ),
        "aggregation": (
            "{metric} by {dimension}",
            "Average {metric} by {dimension}",
            "Total {metric} by {dimension}",
        ),
    }
)
_MOST = (
    "{entity} have the highest {metric}",
    "{entity} have the most {metric}",
    "{dimension} has the highest {metric}",
    "{dimension} has the most {metric}",
    "{entity} have the lowest {metric}",
    "{entity} have the fewest {metric}",
    "{dimension} has the lowest {metric}",
    "{dimension} has the fewest {metric}",
)
# Other ways to begin the same questions: only for text that begins so.
OPENINGS = (
    "Show me {metric} by {dimension}",
    "Show {metric} by {dimension}",
    "Show me the top {N} {entity} by {metric}",
    "Show me {entity} with the highest {metric}",
    "Show me {entity} with the most {metric}",
    "Top {entity} by {metric}",
    "Top {N} {entity} by {metric} for {timeframe}",
    "Top {dimension} by {metric}",
    "Top {N} {dimension} by {metric}",
    "Best {entity} by {metric}",
    "Worst {entity} by {metric}",
    "Lowest {metric} by {entity}",
    "Highest {metric} by {entity}",
    "Highest {metric} by {dimension}",
    "Lowest {metric} by {dimension}",
    *(f"Which {question}" for question in _MOST),
    "What is the total {metric} by {dimension}",
    "What is the average {metric} by {dimension}",
    "What is the {metric} by {dimension}",
    "What are the {metric} by {dimension}",
    "What is {metric} by {dimension}",
    "What was the {metric} for {timeframe}",
    "What were the {metric} for {timeframe}",
    "What was {metric} in {quarter} {year}",
    "What are the top {N} {entity} by {metric}",
    "How did {metric} change over {timeframe}",
    "How have {metric} changed over {timeframe}",
    "How many {metric} by {dimension}",
    "How many {entity} are there by {dimension}",
    "How much {metric} by {dimension}",
    "Total {metric} for {timeframe}",
    "Sum of {metric} by {dimension}",
    "Average {metric} for {timeframe}",
    "Compare {metric} and {metric} by {dimension}",
    "Compare {entity} by {metric}",
    "Compare {metric} this month with last month",
    "Compare {metric} this year with last year",
    "Trend of {metric} over {timeframe}",
    "Daily {metric} for {timeframe}",
    "Weekly {metric} for {timeframe}",
    "Quarterly {metric} for {timeframe}",
    "Yearly {metric} for {timeframe}",
    "Number of {entity} by {dimension}",
    "List {entity} by {metric}",
    "Give me {metric} by {dimension}",
)
# How a text may go on from its last metric, entity or preposition, whatever stands before.
METRIC_TAILS = (
    "{metric} by {dimension}",
    "{metric} for {timeframe}",
    "{metric} by {dimension} for {timeframe}",
    "{metric} in {quarter} {year}",
    "{metric} vs {metric} by {dimension}",
    "{metric} in {year}",
    "{metric} trend over {timeframe}",
    "{metric} growth over {timeframe}",
    "{metric} across {dimension}",
    "{metric} per {dimension}",
    "{metric} over {timeframe}",
    "{metric} versus {metric} by {dimension}",
    "{metric} and {metric} by {dimension}",
    "{metric} for {quarter} {year}",
    "{metric} in {month} {year}",
    "{metric} from {timeframe}",
    "{metric} during {timeframe}",
    "{metric} since {year}",
    "{metric} {timeframe}",
    "{metric} of {entity}",
)
_ENTITY_TAILS = (
    "{entity} by {metric}",
    "{entity} with the highest {metric}",
    "{entity} with the most {metric}",
    "{entity} by {metric} for {timeframe}",
    "{entity} with the lowest {metric}",
    "{entity} with the fewest {metric}",
)
TAILS = (*METRIC_TAILS[:3], *_ENTITY_TAILS, *METRIC_TAILS[3:])
# Other words for what the tails before them say: only for text that has chosen them.
TYPED_TAILS = frozenset(METRIC_TAILS[8:])
# The same for text that has named its metric before: these begin with a word.
TIME_LINKS = (
    "for {timeframe}",
    "in {quarter} {year}",
    "in {month} {year}",
    "in {year}",
    "over {timeframe}",
    "from {timeframe}",
    "during {timeframe}",
    "since {year}",
)
LINKS = (
    "by {dimension}",
    "by {dimension} for {timeframe}",
    "across {dimension}",
    "across {dimension} for {timeframe}",
    "per {dimension}",
    *TIME_LINKS,
)
_TIME_SLOT = re.compile(r"\{(?:timeframe|quarter|month|year)\}")
AND_DIMENSION = "and {dimension}"
_COMPARED = (
    "{metric} across {dimension}",
    "{metric} and {metric} by {dimension}",
    "{metric} by {dimension}",
    "{metric} across {dimension} for {timeframe}",
    "{metric} in {year} and {year}",
    "{metric} with {metric} by {dimension}",
    "{metric} vs {metric} by {dimension}",
    "{entity} by {metric}",
)
# After "top" or "best" what is ranked follows, and after "top products by" the last metric.
RANKED = ("{entity} by {metric}", "{dimension} by {metric}", "{entity} by {metric} for {timeframe}")
RANKED_BY = (
    "{metric} for {timeframe}",
    "{metric} in {quarter} {year}",
    "{metric} in {year}",
    "{metric} {timeframe}",
)
METRIC = "{metric}"
RANKING_WORDS = frozenset({"by", "highest", "lowest", "most", "fewest", "least", "the"})
# After these words another time may follow the one before.
COMPARING = frozenset({"against", "and", "or", "than", "to", "versus", "vs", "with"})
# After these words the tails above are no English, or not what is meant.
TAILS_AFTER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("did", "does", "do"), ("{metric} change over {timeframe}",)),
        **dict.fromkeys(("has", "have", "had"), ("{metric} changed over {timeframe}",)),
        **dict.fromkeys(("how is", "how are"), ("{metric} trending over {timeframe}",)),
        **dict.fromkeys(("compare", "comparing", "comparison of"), _COMPARED),
        "which": _MOST,
        **dict.fromkeys(("average", "avg", "mean", "median", "total", "sum of"), METRIC_TAILS),
    }
)


@lru_cache(maxsize=256)
def without_time(tails: tuple[str, ...]) -> tuple[str, ...]:
    """For text that has named its time before: those that name none."""
    return tuple(tail for tail in tails if not _TIME_SLOT.search(tail))


@dataclass(frozen=True)
class Flavour:
    """What a job asks first: types of question, and the times it looks at."""

    types: tuple[str, ...]
    timeframes: tuple[str, ...] = ()


_GENERAL = Flavour(("trend", "ranking", "comparison", "aggregation"))
FLAVOURS: Mapping[str, Flavour] = MappingProxyType(
    {
        "analyst": Flavour(("comparison", "trend", "ranking", "aggregation")),
        "trader": Flavour(
            ("ranking", "trend", "comparison", "aggregation"),
            ("the last 7 days", "the last 30 days", "this month"),
        ),
        "executive": Flavour(
            ("trend", "comparison", "ranking", "aggregation"),
            ("the last 12 months", "this quarter", "last quarter"),
        ),
        "finance": Flavour(
            ("comparison", "aggregation", "trend", "ranking"),
            ("last quarter", "this year", "the last 12 months"),
        ),
        "sales": Flavour(
            ("ranking", "comparison", "trend", "aggregation"),
            ("this quarter", "last quarter", "this month"),
        ),
        "marketing": Flavour(
            ("comparison", "ranking", "trend", "aggregation"),
            ("the last 30 days", "last month", "this quarter"),
        ),
        "product": Flavour(
            ("trend", "ranking", "aggregation", "comparison"),
            ("the last 30 days", "the last 12 months", "last month"),
        ),
        "operations": Flavour(
            ("aggregation", "trend", "ranking", "comparison"),
            ("the last 7 days", "the last 30 days", "this month"),
        ),
        "support": Flavour(
            ("aggregation", "ranking", "trend", "comparison"),
            ("the last 7 days", "the last 30 days", "this month"),
        ),
    }
)
_CALLED = {
    "ceo": "executive", "cfo": "executive", "coo": "executive", "director": "executive",
    "founder": "executive", "head": "executive", "president": "executive", "vp": "executive",
    "broker": "trader", "portfolio": "trader", "accountant": "finance", "accounting": "finance",
    "controller": "finance", "growth": "marketing", "ops": "operations", "logistics": "operations",
    "customer": "support", "service": "support",
}  # fmt: skip
_WORD = re.compile(r"\w+")


def flavour(job_role: str) -> Flavour:
    """The flavour of a job ("Senior Product Manager" is product); the general one if unknown.

    The first word that the table knows decides, but "analyst" only where no other does.
    """
    known = [_CALLED.get(word, word) for word in _WORD.findall(fold(job_role))]
    named = [word for word in known if word in FLAVOURS]
    special = [word for word in named if word != "analyst"]
    return FLAVOURS[(special or named)[0]] if named else _GENERAL


def starters(job: Flavour) -> tuple[str, ...]:
    """The starting questions, one of each type in the job's order, then the second of each."""
    rounds = zip(*(STARTERS[kind] for kind in job.types), strict=True)
    return tuple(template for one_of_each in rounds for template in one_of_each)
