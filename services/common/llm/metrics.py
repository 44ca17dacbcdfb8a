"""What Prometheus reads of models."""

from prometheus_client import Counter, Histogram

from services.common.llm.messages import Spent

CALLS = Counter(
    "attune_llm_calls_total",
    "Questions to models, by how they went: ok or the degraded reason.",
    ["purpose", "model", "outcome"],
)
SECONDS = Histogram(
    "attune_llm_call_duration_seconds",
    "Time of a question to a model, with all its tries.",
    ["purpose", "model"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 20, 60),
)
TOKENS = Counter(
    "attune_llm_tokens_total", "Tokens as servers count them.", ["purpose", "model", "kind"]
)
COST = Counter(
    "attune_llm_cost_usd_total", "US dollars as the ledger enters them.", ["purpose", "model"]
)
NANO = 1_000_000_000


def asked(purpose: str, model: str, outcome: str, seconds: float) -> None:
    CALLS.labels(purpose, model, outcome).inc()
    SECONDS.labels(purpose, model).observe(seconds)


def entered(purpose: str, model: str, spent: Spent | None, nano_usd: int) -> None:
    if spent:
        TOKENS.labels(purpose, model, "prompt").inc(spent.prompt)
        TOKENS.labels(purpose, model, "completion").inc(spent.completion)
    COST.labels(purpose, model).inc(nano_usd / NANO)
