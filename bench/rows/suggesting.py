"""Personalised suggestions: from the cache, and made anew over a long history."""

import random
from statistics import median

from bench.figures import RATIO, Goal, Result, Rounds, spread
from bench.history import PEOPLE, History, history_of, prepared
from bench.load import Order, Outcome
from bench.requests import people, post, questions, suggestion
from bench.rows.bench import CLIENTS, Bench, taken_by_generator
from bench.rows.steady import RATE, Steady, requests_needed, steadily
from bench.running import ORGANIZATION
from cli.local.process import free_ports

WARM_RATE = 50.0
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
    seconds = 2.0 if bench.quick else 3.0
    with prepared(bench) as history:
        count = ASKING + requests_needed(bench, seconds)
        asked = [
            suggestion(bench.suite, history.people[number % ASKING], typed, history.organization)
            for number, typed in enumerate(typed_texts(history_of().texts, count, chance))
        ]
        bench.say("everybody asks once: tokens are exchanged, connections made")
        bench.send(
            Order(bench.suite.port, asked[:ASKING], CLIENTS, ASKING / WARM_RATE, rate=WARM_RATE)
        )
        return miss_result(history, steadily(bench, asked[ASKING:], seconds))


def miss_result(history: History, found: Steady) -> Result:
    return Result(
        "miss",
        f"Suggestion, cache miss, {history.activities:,} activities, {RATE:.0f} a second",
        found.p95,
        "ms",
        Goal(20.0, 10.0, rising=False),
        found.measured,
        notes=(
            f"no two requests alike, of {ASKING} of {PEOPLE:,} people, tokens exchanged before;"
            f" {history.told}; {found.note}",
        ),
        holds=found.complete,
        details=found.details,
    )
