import pytest

from bench.figures import Goal, Result, Rounds, percentile, spread


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile(values, 0.2) == 1.0
    assert percentile([7.0], 0.01) == 7.0
    assert percentile([], 0.5) == 0.0


def test_a_disturbed_round_moves_a_ratio_little() -> None:
    assert Rounds(baseline=(100.0, 100.0, 10.0), candidate=(200.0, 200.0, 200.0)).ratio == 2.0


def test_what_disturbs_both_rounds_of_a_pair_does_not_move_the_ratio() -> None:
    assert Rounds(baseline=(100.0, 50.0, 20.0), candidate=(200.0, 100.0, 40.0)).ratio == 2.0


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        (Goal(0.7, 1.0), 0.69, "miss"),
        (Goal(0.7, 1.0), 0.7, "ok"),
        (Goal(0.7, 1.0), 1.2, "aim"),
        (Goal(20.0, 10.0, rising=False), 20.1, "miss"),
        (Goal(20.0, 10.0, rising=False), 15.0, "ok"),
        (Goal(20.0, 10.0, rising=False), 9.0, "aim"),
    ],
)
def test_a_goal_is_missed_held_or_reached(goal: Goal, value: float, verdict: str) -> None:
    assert goal.verdict(value) == verdict


def test_a_row_that_breaks_another_promise_is_missed() -> None:
    result = Result("learn", "Learn", 9.0, "ratio", Goal(1.5, 3.0), "fast but late", holds=False)
    assert result.verdict == "miss"


def test_a_spread_shows_the_median_and_the_extremes() -> None:
    assert spread([2100.0, 2400.0, 2310.0]) == "2,310 (2,100-2,400)"
    assert spread([1.5]) == "1.50"
