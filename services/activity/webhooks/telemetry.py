"""What is measured of webhooks."""

from prometheus_client import Counter, Histogram

ATTEMPTS = Counter(
    "attune_webhook_attempts_total",
    "Requests to endpoints, by what became of the delivery: delivered, retried or failed.",
    ["outcome"],
)
SECONDS = Histogram(
    "attune_webhook_duration_seconds",
    "Time that endpoints took to answer.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30),
)
DISABLED = Counter(
    "attune_webhooks_disabled_total", "Endpoints disabled: gone or failing.", ["reason"]
)
