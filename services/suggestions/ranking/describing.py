"""A few words on what a question shows, and its icon."""

import re
from collections.abc import Sequence

from services.suggestions.ranking.english import fold, plural, sentence, singular
from services.suggestions.ranking.model import Filled
from services.suggestions.ranking.times import without_step

ICONS = {"trend": "📈", "ranking": "🏆", "comparison": "⚖️", "aggregation": "📊"}
_PLAIN = {
    "trend": "Change over time",
    "ranking": "Ranked list",
    "comparison": "Side-by-side comparison",
    "aggregation": "Summary of the data",
}
_LOW = re.compile(r"\b(?:bottom|lowest|worst|least|smallest|fewest)\b")
_NUMBER = re.compile(r"\b(?:number of|how many|count of)\b")
_FUNCTION = re.compile(r"\b(average|total|median|minimum|maximum|sum|mean)\b")


def describe(text: str, query_type: str, filled: Sequence[Filled]) -> str:
    """What the question shows: its type, metric and dimension or entity."""
    metrics = [slot.text for slot in filled if slot.kind == "metric"]
    groups = [slot for slot in filled if slot.kind in ("dimension", "entity")]
    if not metrics:
        return sentence(_without_metric(text, query_type, groups))
    first = without_step(metrics[0])[1]
    group = " and ".join(singular(slot.text) for slot in groups[:2])
    if query_type == "comparison":
        if len(metrics) > 1:
            return sentence(f"{first} against {metrics[1]}" + (f" by {group}" if group else ""))
        return sentence(
            f"{first} compared across {plural(group)}" if group else f"{first} compared over time"
        )
    by = f" by {group}" if group else ""
    if query_type == "trend":
        return sentence(f"time-series {singular(first)} analysis{by}")
    if query_type == "ranking":
        high, low = ("Most", "Fewest") if singular(first) != first else ("Highest", "Lowest")
        return f"{low if _LOW.search(fold(text)) else high} {first}{by}"
    if len(metrics) > 1:
        return sentence(f"{first} and {metrics[1]}{by}")
    return sentence(_summary(text, first, by))


def _summary(text: str, metric: str, by: str) -> str:
    function = _FUNCTION.search(fold(text).replace(fold(metric), ""))
    if function:
        return f"{function[1]} {metric}{by}".replace("sum ", "total ")
    return f"{metric} broken down{by}" if by else f"{metric} summary"


def _without_metric(text: str, query_type: str, groups: Sequence[Filled]) -> str:
    if not groups:
        return _PLAIN[query_type]
    name = plural(groups[0].text)
    by = f" by {singular(groups[1].text)}" if len(groups) > 1 else ""
    if _NUMBER.search(fold(text)):
        return f"number of {name}{by}"
    return {
        "trend": f"{name} over time",
        "ranking": f"ranking of {name}",
        "comparison": f"comparison of {name}",
        "aggregation": f"summary of {name}{by}",
    }[query_type]
