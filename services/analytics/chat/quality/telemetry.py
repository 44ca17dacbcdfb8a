"""What Prometheus reads about the chat. No organization, person or text is ever a label.

Ways are a few, and so are models: they are named by settings. What goes beyond is "other".
"""

from prometheus_client import Counter, Histogram

from services.analytics.chat.domain import ABSTAIN, CERTIFIED, INSIGHT, METRIC
from services.analytics.chat.quality.domain import (
    ANSWERED,
    THUMBS_DOWN,
    THUMBS_UP,
    Ended,
    Marked,
)

BY = ["way", "model"]
WAYS = {CERTIFIED, METRIC, INSIGHT, "sql", ABSTAIN}
MOST_MODELS, NONE, OTHER = 20, "none", "other"
NANO_USD = 1e9

ANSWERS = Counter("attune_chat_answers_total", "Questions that ended, by how.", [*BY, "outcome"])
SECONDS = Histogram(
    "attune_chat_answer_seconds",
    "From a question to the end of its answer.",
    BY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 110),
)
REPHRASED = Counter(
    "attune_chat_rephrased_total", "Answers after which nearly the same was asked.", BY
)
SQL_ERRORS = Counter("attune_chat_sql_errors_total", "Statements that failed and were mended.", BY)
DROPPED = Counter(
    "attune_chat_dropped_sentences_total", "Sentences that the rows do not bear out.", BY
)
TOKENS = Counter("attune_chat_tokens_total", "What models were told and wrote.", [*BY, "kind"])
COST = Counter("attune_chat_cost_usd_total", "What models cost, where it is known.", BY)
VOTES = Counter(
    "attune_chat_votes_total", "Votes on answers, each time one turns up or down.", [*BY, "thumb"]
)
ACCEPTED = Counter("attune_chat_accepted_total", "Answers that were voted up or saved.", BY)
UNRECORDED = Counter("attune_chat_unrecorded_total", "Writes to the record that failed.")

_models: set[str] = set()


def labels_of(way: str, model: str) -> tuple[str, str]:
    if model and model not in _models and len(_models) < MOST_MODELS:
        _models.add(model)
    told = model if model in _models else OTHER
    return way if way in WAYS else NONE, told if model else NONE


def count_end(ended: Ended) -> None:
    by = labels_of(ended.way, ended.model)
    ANSWERS.labels(*by, ended.outcome).inc()
    if ended.outcome == ANSWERED:
        SECONDS.labels(*by).observe(ended.milliseconds / 1000)
    SQL_ERRORS.labels(*by).inc(ended.sql_errors)
    DROPPED.labels(*by).inc(ended.dropped_sentences)
    TOKENS.labels(*by, "prompt").inc(ended.prompt_tokens)
    TOKENS.labels(*by, "completion").inc(ended.completion_tokens)
    COST.labels(*by).inc((ended.cost_nano_usd or 0) / NANO_USD)


def count_mark(marked: Marked) -> None:
    by = labels_of(marked.way, marked.model)
    if marked.turned and not marked.was_accepted:
        ACCEPTED.labels(*by).inc()
    if (thumb := thumb_of(marked.score)) and thumb != thumb_of(marked.was_score):
        VOTES.labels(*by, thumb).inc()


def thumb_of(score: int | None) -> str:
    """Empty for a vote in between, and for none."""
    if score is None or THUMBS_DOWN < score < THUMBS_UP:
        return ""
    return "up" if score >= THUMBS_UP else "down"
