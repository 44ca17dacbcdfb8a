"""What wall 1 takes of a statement's time."""

import re
import time
from pathlib import Path
from statistics import median

from bench.figures import Goal, Result, percentile
from bench.rows.bench import Bench
from services.analytics.catalogue.domain import Catalogue, Column, Relation
from services.analytics.firewall.examine import examine

TIMES = 50
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
    taken = []
    for _round in range(TIMES):
        for sql in statements:
            began = time.perf_counter()
            examine(sql, STORE, organization_id="acme")
            taken.append((time.perf_counter() - began) * 1000)
    p50, p95 = median(taken), percentile(taken, 0.95)
    return Result(
        "wall",
        "SQL through wall 1, p95",
        p95,
        "ms",
        Goal(1.0, 0.5, rising=False),
        f"p50 {p50:.3f}, p95 {p95:.3f} ms",
        notes=(f"{len(statements)} statements of bench/data/statements.sql",),
        details={"p50_ms": p50, "p95_ms": p95},
    )


def analysts_statements() -> list[str]:
    text = re.sub(r"^--.*\n", "", STATEMENTS.read_text(), flags=re.MULTILINE)
    return [part.strip() for part in text.split("\n\n") if part.strip()]
