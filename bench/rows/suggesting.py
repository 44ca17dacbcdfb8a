"""Personalised suggestions: from the cache, and made anew over a long history."""

import random
from statistics import median

from bench.figures import RATIO, Goal, Result, Rounds, spread
from bench.history import PEOPLE, History, history_of, prepared
from bench.load import Order, Outcome
from bench.requests import people, post, questions, suggestion
from bench.rows.bench import CLIENTS, Bench, taken_by_generator
from bench.running import ORGANIZATION
from cli.local.process import free_ports

RATE, WARM_RATE = 200.0, 50.0
ASKING = 400  # of the people with a history
ECHOED = '{"question": "Show me revenue by country for last month", "of": "nobody at all"}'


def hit(bench: Bench) -> Result:
    """A cached answer against the least that a gateway and a service can do."""
    texts = questions()
    asked = [
        suggestion(bench.suite, who, texts[number][:12], ORGANIZATION)
        for number, who in enumerate(people())
    ]
    mine = Order(bench.suite.port, asked, CLIENTS, 1.0)
    bench.send(mine)  # fills the cache
    [service] = free_ports(1)
    with (
        bench.baseline("echo", "serve", str(service), port=service),
        bench.baseline("echo", "forward", "PORT", str(service)) as port,
    ):
        echo = Order(port, [post("/echo", "", ECHOED)], CLIENTS, bench.seconds, expect="nobody")
        cached = Order(mine.port, asked, CLIENTS, bench.seconds, expect='"source":"cached"')
        bench.send(echo)
        outcomes = []
        for number in range(bench.rounds):
            bench.say(f"round {number + 1} of {bench.rounds}")
            outcomes += [bench.send(echo), bench.send(cached)]
    return hit_result(outcomes)


def hit_result(outcomes: list[Outcome]) -> Result:
    """The echo and the cached answers, by turns."""
    p50s = [outcome.p50 for outcome in outcomes]
    rounds = Rounds(tuple(p50s[::2]), tuple(p50s[1::2]))
    rates = [outcome.per_second for outcome in outcomes]
    return Result(
        "hit",
        f"Suggestion, cache hit, REST p50, {CLIENTS} clients",
        rounds.ratio,
        RATIO,
        Goal(2.2, 1.5, rising=False),
        f"{spread(rounds.candidate)} ms",
        f"{spread(rounds.baseline)} ms",
        (
            f"{median(rates[1::2]):,.0f} a second, p95 {outcomes[-1].p95:.1f} ms; baseline: a bare"
            f" Starlette + gRPC echo, {median(rates[::2]):,.0f} a second;"
            f" {taken_by_generator(outcomes)}",
        ),
        {"candidate_rounds": rounds.candidate, "baseline_rounds": rounds.baseline},
    )


def typed_texts(texts: list[str], count: int, chance: random.Random) -> list[str]:
    """Beginnings of questions, for one person after another; no two the same for one of them."""
    typed: list[str] = []
    seen: set[tuple[int, str]] = set()
    while len(typed) < count:
        person = len(typed) % ASKING
        begun = chance.choice(texts)[: chance.randint(4, 20)]
        if (person, begun.strip().casefold()) not in seen:
            seen.add((person, begun.strip().casefold()))
            typed.append(begun)
    return typed


def miss(bench: Bench) -> Result:
    """Answers made anew for one person after another, over everything they once asked."""
    chance = random.Random("attune bench typing")
    seconds = 5.0 if bench.quick else 10.0
    with prepared(bench) as history:
        texts = history_of().texts
        count = int(RATE * seconds)
        asked = [
            suggestion(bench.suite, history.people[number % ASKING], typed, history.organization)
            for number, typed in enumerate(typed_texts(texts, ASKING + count, chance))
        ]
        bench.say("everybody asks once: tokens are exchanged, connections made")
        bench.send(
            Order(bench.suite.port, asked[:ASKING], CLIENTS, ASKING / WARM_RATE, rate=WARM_RATE)
        )
        bench.say("measuring")
        order = Order(bench.suite.port, asked[ASKING:], 64, seconds, rate=RATE)
        outcome = bench.send(order)
    return miss_result(history, count, outcome)


def miss_result(history: History, count: int, outcome: Outcome) -> Result:
    return Result(
        "miss",
        f"Suggestion, cache miss, {history.activities:,} activities, {RATE:.0f} a second",
        outcome.p95,
        "ms",
        Goal(20.0, 10.0, rising=False),
        f"p50 {outcome.p50:.1f}, p95 {outcome.p95:.1f}, p99 {outcome.p99:.1f} ms",
        notes=(
            f"open loop; {outcome.count:,} of {count:,} requests answered, no two alike, of"
            f" {ASKING} of {PEOPLE:,} people, tokens exchanged before; {history.told};"
            f" {taken_by_generator([outcome])}",
        ),
        holds=outcome.count == count,
        details={
            "answered": outcome.count,
            "p50_ms": outcome.p50,
            "p95_ms": outcome.p95,
            "p99_ms": outcome.p99,
        },
    )
