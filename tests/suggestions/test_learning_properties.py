"""What is learned does not depend on how the log is cut into batches."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.patterns import domain
from services.suggestions.patterns.domain import (
    Observation,
    Pattern,
    PatternKey,
    Question,
    learn,
    observe,
)
from services.suggestions.patterns.store import JSON_COLUMNS
from services.suggestions.templates.vocabulary import parse_vocabulary
from tests.properties import quick
from tests.suite import VOCABULARY

WORDS = parse_vocabulary(VOCABULARY)
START = datetime(2026, 1, 1, tzinfo=UTC)

questions = st.builds(
    Question,
    user_id=st.sampled_from(["ann", "bob"]),
    job_role=st.sampled_from(["", "analyst", "trader"]),
    text=st.sampled_from(
        ["Top 10 stocks by volume", "TOP 5 stocks by profit", "top 7 stocks by price", "margin?"]
    ),
    connection_id=st.none() | st.sampled_from(["a", "b", "c", "d", "e"]),
    succeeded=st.booleans(),
    response_micros=st.none() | st.integers(0, 10**9),
    asked_at=st.integers(0, 1000).map(lambda minutes: START + timedelta(minutes=minutes)),
)
Patterns = dict[PatternKey, Pattern]


def learned(patterns: Patterns, observations: Sequence[Observation]) -> Patterns:
    for observation in observations:
        for key in observation.keys:
            patterns[key] = learn(patterns.get(key), key, observation)
    return patterns


def stored(patterns: Patterns) -> Patterns:
    """As they come back from jsonb, which orders keys by length."""

    def again(counts: Any) -> Any:
        if not isinstance(counts, dict):
            return counts
        ordered = sorted(counts, key=lambda name: (len(name), name.encode()))
        return {name: again(counts[name]) for name in ordered}

    return {
        key: replace(
            pattern,
            **{
                name: again(msgspec.json.decode(msgspec.json.encode(getattr(pattern, name))))
                for name in JSON_COLUMNS
            },
        )
        for key, pattern in patterns.items()
    }


def observed(asked: Sequence[Question]) -> list[Observation]:
    return [seen for seen in (observe(question, WORDS) for question in asked) if seen]


@quick
@given(st.lists(questions, max_size=30), st.lists(st.integers(1, 7), min_size=30, max_size=30))
def test_however_the_questions_are_split_the_patterns_are_the_same(
    asked: list[Question], sizes: list[int]
) -> None:
    kept = domain.VALUES_KEPT
    domain.VALUES_KEPT = 3  # so that the rarest have to make room
    try:
        observations = observed(asked)
        once = learned({}, observations)
        split: Patterns = {}
        for size in sizes:
            batch, observations = observations[:size], observations[size:]
            split = learned(stored(split), batch)
        split = learned(split, observations)
    finally:
        domain.VALUES_KEPT = kept
    assert split == once


@given(st.lists(questions, min_size=1, max_size=20))
@quick
def test_counts_do_not_depend_on_the_order(asked: list[Question]) -> None:
    def counts(order: Sequence[Question]) -> dict[PatternKey, tuple[Any, ...]]:
        patterns = learned({}, observed(order))
        return {
            key: (p.frequency, p.successes, p.timed, p.response_micros, p.last_used, p.created_at)
            for key, p in patterns.items()
        }

    assert counts(asked) == counts(asked[::-1])
    frequencies = [count[0] for key, count in counts(asked).items() if key[0] == "global"]
    assert sum(frequencies) == len(asked)
