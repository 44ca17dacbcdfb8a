"""Two catalogues, a day, and short ways to say what was learned."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from services.suggestions.ranking import Learned, Preferences, Suggestion, suggest
from services.suggestions.ranking.model import Scope
from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PLAIN = Preferences()

MARKETS = parse_vocabulary(
    """
    metrics = [
      {name = "profit", synonyms = ["earnings"]}, {name = "revenue", synonyms = ["turnover"]},
      {name = "profit margin", derived = true}, {name = "volume"}, {name = "price"}]
    dimensions = [{name = "quarter"}, {name = "product category"}, {name = "region"},
      {name = "product"}, {name = "sector"}]
    entities = [{name = "stock", synonyms = ["share"]}, {name = "product"}, {name = "customer"}]
    """
)
SHOP = parse_vocabulary(
    """
    metrics = [{name = "revenue"}, {name = "orders"}, {name = "conversion rate", derived = true},
      {name = "units_sold"}]
    dimensions = [{name = "country"}, {name = "channel"}, {name = "month"}]
    entities = [{name = "product"}, {name = "customer"}]
    """
)


def learned(
    template: str,
    *values: Mapping[str, int],
    scope: Scope = "user",
    frequency: int = 10,
    successes: int | None = None,
    days_ago: float = 1,
) -> Learned:
    """A pattern with what its slots held, in order."""
    return Learned(
        template=template,
        scope=scope,
        frequency=frequency,
        successes=frequency if successes is None else successes,
        last_used=NOW - timedelta(days=days_ago),
        values={str(at): counts for at, counts in enumerate(values)},
    )


def ask(
    typed: str = "",
    *history: Learned,
    vocabulary: Vocabulary = MARKETS,
    preferences: Preferences = PLAIN,
    job_role: str = "analyst",
    limit: int = 6,
) -> list[Suggestion]:
    """The suggestions on the day."""
    return suggest(
        learned=history,
        vocabulary=vocabulary,
        preferences=preferences,
        job_role=job_role,
        partial_query=typed,
        limit=limit,
        now=NOW,
    )


def texts(suggestions: Sequence[Suggestion]) -> list[str]:
    """Their texts."""
    return [one.text for one in suggestions]
