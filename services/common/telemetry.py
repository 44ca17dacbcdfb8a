"""Prometheus metrics: what every process counts, and the port where they are read."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import Counter, Gauge, Histogram, start_http_server

log = structlog.get_logger(__name__)

RPC_SECONDS = Histogram(
    "attune_rpc_duration_seconds",
    "Time to serve an RPC.",
    ["method", "code"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RPC_ACTIVE = Gauge("attune_rpc_active", "RPCs being served.")
COMMIT_ROWS = Histogram(
    "attune_group_commit_rows",
    "Rows that shared one transaction.",
    ["queue"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048),
)
EVENTS_APPLIED = Counter("attune_events_applied_total", "Events applied.", ["consumer"])
EVENTS_SKIPPED = Counter(
    "attune_events_skipped_total",
    "Events of types that a consumer does not handle.",
    ["consumer"],
)
EVENTS_DEAD = Counter("attune_events_dead_total", "Events given up on.", ["consumer"])
EVENT_LAG = Gauge(
    "attune_event_lag",
    "Events not yet applied, of the organization that is furthest behind, at the last sweep.",
    ["consumer"],
)
JOB_RUNS = Counter("attune_job_runs_total", "Jobs ended.", ["job", "outcome"])


@contextmanager
def metrics_port(address: str) -> Iterator[None]:
    """Serve /metrics at host:port until the block ends; an empty address serves none."""
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")
    server, thread = start_http_server(int(port), host)
    log.info("metrics", address=f"{host}:{server.server_port}")
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
