"""What wall 1 takes of a statement's time."""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.figures import Goal, Result, percentile, spread
from bench.rows.bench import Bench
from services.analytics.catalogue.domain import Catalogue, Column, Relation
from services.analytics.firewall.examine import examine

ROUNDS, TIMES = 9, 30
STATEMENTS = Path(__file__).parents[1] / "data" / "statements.sql"
COLUMNS = (
    *("timestamp", "id", "type", "event", "user_id", "anonymous_id", "properties", "context"),
    *("extra", "message_id", "source", "received_at"),
)
EVENTS = Relation("store", "events", "view", tuple(Column(name, "text") for name in COLUMNS))
STORE = Catalogue("events", ("store",), {("store", "events"): EVENTS})


def wall(_: Bench) -> Result:
    """One statement after the other, in this process: parsed, checked, narrowed, written anew."""
    statements = analysts_statements()
    for sql in statements:
        examine(sql, STORE, organization_id="acme")
    rounds = [milliseconds(statements) for _ in range(ROUNDS)]
    p50s, p95s = [median(one) for one in rounds], [percentile(one, 0.95) for one in rounds]
    return Result(
        "wall",
        "SQL through wall 1, p95",
        median(p95s),
        "ms",
        Goal(1.0, 0.5, rising=False),
        f"p50 {spread(p50s)}, p95 {spread(p95s)} ms",
        notes=(f"{len(statements)} statements of bench/data/statements.sql",),
        details={"p50_ms": p50s, "p95_ms": p95s},
    )


def milliseconds(statements: Sequence[str]) -> list[float]:
    """What each statement takes, time and again."""
    taken = []
    for _ in range(TIMES):
        for sql in statements:
            began = time.perf_counter()
            examine(sql, STORE, organization_id="acme")
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def analysts_statements() -> list[str]:
    text = re.sub(r"^--.*\n", "", STATEMENTS.read_text(), flags=re.MULTILINE)
    return [part.strip() for part in text.split("\n\n") if part.strip()]
