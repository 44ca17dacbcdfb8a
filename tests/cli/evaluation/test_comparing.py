from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cli.evaluation.comparing import Rules, decoded, same

A, B = ["a", 1], ["b", 2]


@pytest.mark.parametrize(
    ("gold", "answer", "is_same"),
    [
        ([A, B], [B, A], True),  # no order was asked for
        ([A, B], [[1, "a"], [2, "b"]], True),  # columns in another order
        ([A, A], [A, A], True),
        ([A, A, B], [A, B, B], False),  # as multisets they differ
        ([A], [A, A], False),
        ([["a", 1], ["b", 2]], [["a", 2], ["b", 1]], False),  # columns agree, rows do not
        ([[1, 2]], [[2, 1]], True),
        ([[Decimal("0.3333333333")]], [[1 / 3]], True),
        ([[100.0]], [[100.1]], False),
        ([[None]], [[0]], False),
        ([[None, 3]], [[None, 3]], True),
        ([["3"]], [[3]], False),  # a text is no number
        ([], [], True),
        ([], [A], False),
        ([[True]], [[1]], False),
        ([["a", 1]], [["a"]], False),  # fewer columns
    ],
)
def test_rows_are_compared_as_a_multiset(gold: list[Any], answer: list[Any], is_same: bool) -> None:
    assert same(gold, answer, Rules()) is is_same


def test_figures_keep_their_order_where_it_is_asked_for_and_labels_of_equal_ones_need_not() -> None:
    rules = Rules(ordered=True)
    assert not same([A, B], [B, A], rules)
    assert same([["a", 1], ["b", 1]], [["b", 1], ["a", 1]], rules)


def test_more_labels_are_no_fault_and_more_figures_only_where_they_are_allowed() -> None:
    assert same([[5]], [["all", 5]], Rules())
    assert not same([[5]], [[5, 7]], Rules())
    assert same([[5]], [[5, 7]], Rules(extra=1))
    assert not same([[5]], [[5, 7, 8]], Rules(extra=1))


def test_times_are_compared_by_instant_in_the_zone_of_the_organization() -> None:
    rules = Rules(zone="Europe/Berlin")
    midnight = datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert same([[date(2026, 3, 2)]], [[midnight]], rules)
    assert same([[datetime(2026, 3, 2)]], [[midnight]], rules)  # noqa: DTZ001 - as SQL gives it
    assert not same([[date(2026, 3, 2)]], [[midnight]], Rules())


def test_the_tolerance_is_relative_and_absolute_below_one() -> None:
    assert same([[1_000_000]], [[1_000_000.5]], Rules(tolerance=1e-6))
    assert not same([[1_000_000]], [[1_000_002]], Rules(tolerance=1e-6))
    assert not same([[0.001]], [[0.002]], Rules(tolerance=1e-6))


def test_answers_of_the_api_are_read_by_the_types_of_their_columns() -> None:
    columns = [{"name": "at", "type": "date"}, {"name": "said", "type": "text"}]
    assert decoded(columns, [["2026-03-02", "2026-03-02"], [None, "x"]]) == [
        [date(2026, 3, 2), "2026-03-02"],
        [None, "x"],
    ]
