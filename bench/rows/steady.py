"""Requests at a fixed rate, in rounds: a machine that is shared stands still now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.figures import spread
from bench.load import Order, Outcome
from bench.rows.bench import Bench, taken_by_generator

RATE = 200.0
CONNECTIONS = 64


@dataclass(frozen=True)
class Steady:
    """What came of the rounds, latencies in milliseconds."""

    outcomes: Sequence[Outcome]
    asked: int

    @property
    def p95(self) -> float:
        """The median over the rounds."""
        return median(one.p95 for one in self.outcomes)

    @property
    def complete(self) -> bool:
        return sum(one.count for one in self.outcomes) == self.asked

    @property
    def measured(self) -> str:
        p50s, p95s = ([one.p50 for one in self.outcomes], [one.p95 for one in self.outcomes])
        return f"p50 {spread(p50s)}, p95 {spread(p95s)} ms"

    @property
    def note(self) -> str:
        answered = sum(one.count for one in self.outcomes)
        return (
            f"open loop, {len(self.outcomes)} rounds; {answered:,} of {self.asked:,} requests"
            f" answered, p99 {spread([one.p99 for one in self.outcomes])} ms;"
            f" {taken_by_generator(list(self.outcomes))}"
        )

    @property
    def details(self) -> dict[str, Any]:
        names = ("count", "p50", "p95", "p99")
        return {"rounds": [{name: getattr(one, name) for name in names} for one in self.outcomes]}


def requests_needed(bench: Bench, seconds: float) -> int:
    return bench.rounds * int(RATE * seconds)


def steadily(bench: Bench, requests: Sequence[str], seconds: float, expect: str = "") -> Steady:
    """Each request in its turn, RATE a second; a round takes so many seconds."""
    each, outcomes = int(RATE * seconds), []
    for number in range(bench.rounds):
        bench.say(f"round {number + 1} of {bench.rounds}")
        first = number * each
        turn = [requests[at % len(requests)] for at in range(first, first + each)]
        order = Order(bench.suite.port, turn, CONNECTIONS, seconds, rate=RATE, expect=expect)
        outcomes.append(bench.send(order))
    return Steady(outcomes, bench.rounds * each)
