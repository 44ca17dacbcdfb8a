"""What Prometheus reads of the gateway."""

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from gateway.http.visit import Visit

TEXT = b"text/plain; version=0.0.4; charset=utf-8"
NO_ROUTE = "none"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Counter(
    "attune_http_requests_total", "Requests answered.", ["route", "method", "status"]
)
SECONDS = Histogram(
    "attune_http_request_duration_seconds",
    "Time from a request's head to the end of its answer.",
    ["route", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("attune_http_requests_in_flight", "Requests under way.")

# Looking a child up by its labels costs more than counting in it.
children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def observe(visit: Visit, seconds: float) -> None:
    method = visit.method if visit.method in METHODS else "other"
    key = visit.route or NO_ROUTE, method, visit.status
    found = children.get(key)
    if found is None:
        route, _, status = key
        found = REQUESTS.labels(route, method, str(status)), SECONDS.labels(route, method)
        children[key] = found
    requests, histogram = found
    requests.inc()
    histogram.observe(seconds)


async def show(visit: Visit) -> None:
    await visit.answer(generate_latest(), TEXT)
