import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.feedback.domain import SCORES, average
from services.activity.feedback.sentiment import (
    EMOJI_WORDS,
    MOST_WORDS,
    analyzer,
    beginning,
    tone_of,
)
from services.activity.feedback.trend import (
    NEUTRAL,
    Period,
    bayesian_average,
    periods_of,
    prior_mean,
    shift_of,
    week_of,
)
from tests.properties import quick

START = date(2026, 1, 1)
GOOD = (5, 5, 15, 35, 40)
WORSE = (15, 15, 20, 30, 20)


def series(chance: random.Random, *levels: tuple[int, ...], days: int = 30) -> list[Period]:
    """So many days of 5 to 40 votes on each level."""
    periods = []
    for n in range(days * len(levels)):
        votes = chance.choices(SCORES, levels[n // days], k=chance.randint(5, 40))
        periods.append(Period(START + timedelta(days=n), [votes.count(s) for s in SCORES]))
    return periods


def test_without_a_shift_one_alarm_in_a_hundred_is_false() -> None:
    chance = random.Random("attune trend")
    alarms = sum(shift_of(series(chance, GOOD, GOOD)).detected for _ in range(1000))
    assert alarms <= 20


def test_a_shift_is_found_where_it_was() -> None:
    chance = random.Random("attune shift")
    shifts = [shift_of(series(chance, GOOD, WORSE)) for _ in range(200)]
    assert all(shift.detected for shift in shifts)
    off = sorted(abs((s.start - START).days - 30) for s in shifts if s.start)
    assert off[len(off) // 2] <= 1
    assert all((s.avg_before or 0) > (s.avg_after or 5) for s in shifts)


def test_of_little_or_of_equal_scores_nothing_is_said() -> None:
    same = [Period(START + timedelta(days=n), (0, 0, 0, 0, 9)) for n in range(20)]
    few = [Period(START + timedelta(days=n), (1, 0, 0, 0, 1)) for n in range(10)]
    for periods in ([], same, same[:3], few):
        shift = shift_of(periods)
        assert (shift.statistic, shift.detected) == (None, False)


def test_one_vote_is_no_full_score_and_many_are() -> None:
    assert bayesian_average((0, 0, 0, 0, 1), 3.0) == pytest.approx(35 / 11)
    assert bayesian_average((0, 0, 0, 0, 10_000), 3.0) == pytest.approx(5, abs=0.01)
    assert bayesian_average((0, 0, 0, 0, 0), 3.5) == 3.5
    assert prior_mean([]) == NEUTRAL


counts = st.lists(st.integers(0, 50), min_size=5, max_size=5)


@quick
@given(st.dictionaries(st.dates(date(2020, 1, 1), date(2030, 1, 1)), counts), st.integers(1, 7))
def test_weeks_hold_the_votes_of_their_days(days: dict[date, list[int]], week_start: int) -> None:
    weeks = periods_of(days, week_start)
    assert [w.start for w in weeks] == sorted({week_of(day, week_start) for day in days})
    assert all(week.start.isoweekday() == week_start for week in weeks)
    assert sum(w.total for w in weeks) == sum(map(sum, days.values()))


@quick
@given(counts, st.floats(1, 5))
def test_an_average_lies_between_the_prior_and_the_votes(votes: list[int], mean: float) -> None:
    found, own = bayesian_average(votes, mean), average(votes)
    bounds = sorted((mean, mean if own is None else own))
    assert bounds[0] - 1e-9 <= found <= bounds[1] + 1e-9


@pytest.mark.parametrize(
    ("score", "text", "label", "source"),
    [
        (5, None, "positive", "score"),
        (3, None, "neutral", "score"),
        (1, "", "negative", "score"),
        (5, "Excellent response!", "positive", "score_and_text"),
        (3, "Great", "positive", "score_and_text"),
        (3, "this was a terrible and useless answer", "negative", "score_and_text"),
        (4, "Die Antwort war leider falsch und völlig unbrauchbar", "positive", "score"),
        (2, "Muy buena respuesta, muchas gracias a todos", "negative", "score"),
        (3, "\U0001f642", "positive", "score_and_text"),
    ],
)
def test_a_tone_blends_the_score_with_english_words(
    score: int, text: str | None, label: str, source: str
) -> None:
    tone = tone_of(score, text)
    assert (tone.label, tone.source) == (label, source)


@quick
@given(st.integers(1, 5), st.text(max_size=100))
def test_any_text_has_a_tone_in_range(score: int, text: str) -> None:
    assert -1 <= tone_of(score, text).value <= 1


@pytest.mark.parametrize("text", ["\U0001f600" * 2000, "good but " * 222, "ok \U0001f600 " * 400])
def test_of_a_long_text_the_beginning_is_read_and_sets_the_tone(text: str) -> None:
    read = beginning(text)
    named = sum(sign in analyzer().emojis for sign in read)
    assert len(read.split()) + named * (EMOJI_WORDS - 1) <= MOST_WORDS + 1
    assert text.startswith(read)
    assert tone_of(5, text).label == "positive"
