"""The suite of questions, as `python -m tests.analytics.understanding.suite` prints it."""

from collections import Counter

import pytest

from tests.analytics.understanding.suite import (
    RIGHT,
    SCHEMAS,
    WRONG,
    answered,
    outcome,
    questions,
    scored,
)

ALL = [(schema, asked) for schema in SCHEMAS for _, asked in questions(schema)]
RATE = 0.9


@pytest.mark.parametrize(("schema", "asked"), ALL, ids=[asked["q"] for _, asked in ALL])
def test_nothing_wrong_is_told_for_certain(schema: str, asked: dict[str, object]) -> None:
    found = answered(schema, asked)
    assert outcome(asked, found) != WRONG, [one.says for one in found.readings]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_nine_of_ten_questions_are_understood(schema: str) -> None:
    families = scored(schema)
    counts = sum(
        (each for name, each in families.items() if name not in ("abstain", "traps")),
        Counter[str](),
    )
    assert counts[RIGHT] / counts.total() >= RATE


def test_the_suite_is_as_large_as_it_has_to_be() -> None:
    assert sum(1 for schema, _ in ALL if schema in ("shop", "video")) >= 150
