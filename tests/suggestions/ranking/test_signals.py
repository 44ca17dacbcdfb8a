"""Each learned signal lifts what it should, and can be left out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from services.suggestions.patterns.weights import HALF_LIFE_DAYS, add, half_lives, times
from services.suggestions.ranking import Learned, suggest
from services.suggestions.ranking.explaining import explain
from services.suggestions.ranking.model import JOINED, questions_of
from services.suggestions.ranking.scoring import WEIGHTS, Weights
from tests.suggestions.ranking.samples import MARKETS, NOW, PLAIN, ask, learned, texts


def seen(times_asked: int, days_ago: float = 1.0) -> float:
    recent = None
    for _ in range(times_asked):
        recent = add(recent, half_lives(NOW - timedelta(days=days_ago)))
    assert recent is not None
    return recent


def asked(one: Learned, *questions: str, days_ago: float = 1.0) -> Learned:
    """With questions that were asked, each once; what filled the slots follows a "|"."""
    keys = (question.replace("|", JOINED) for question in questions)
    counted = {key: seen(1, days_ago) for key in keys}
    return structs.replace(one, recent=seen(5), questions=questions_of(counted))


REPORT, CHART = (learned(f"{word} {{metric}}", {"price": 9}) for word in ("Report", "Chart"))
LIFTS: dict[str, dict[str, Any]] = {
    "habit": {"recent": seen(40)},
    "acceptance": {"shown": 20, "accepted": 18},
    "session": {"followed": 6, "follows": 8},
    "hour": {"near": 10.0},
}


def first(*history: Learned, weights: Weights = WEIGHTS) -> str:
    found = suggest(
        learned=history,
        vocabulary=MARKETS,
        preferences=PLAIN,
        job_role="",
        partial_query="",
        limit=6,
        now=NOW,
        weights=weights,
    )
    return found[0].text


@pytest.mark.parametrize("signal", LIFTS)
def test_a_signal_lifts_what_has_it_unless_it_is_left_out(signal: str) -> None:
    report, chart = (
        structs.replace(REPORT, recent=seen(10)),
        structs.replace(CHART, recent=seen(10)),
    )
    assert first(report, chart) == "Chart price"  # by the alphabet
    lifted = structs.replace(report, **LIFTS[signal])
    assert first(lifted, chart) == "Report price"
    assert first(lifted, chart, weights=replace(WEIGHTS, **{signal: 0.0})) == "Chart price"


def test_what_was_asked_comes_back_word_for_word() -> None:
    question = "Profit trend over the last 8 weeks"
    own = asked(learned("{metric} trend for {timeframe}"), f"{question}|profit|last 8 weeks")
    for typed in ("", "pro", "profit trend over"):
        assert texts(ask(typed, own))[0] == question


def test_slots_that_were_filled_together_stay_together() -> None:
    own = asked(
        learned("Top {N} {entity} by {metric}"),
        "Top 10 stocks by volume|10|stocks|volume",
        "Top 5 customers by price|5|customers|price",
    )
    assert texts(ask("", own))[:2] == ["Top 10 stocks by volume", "Top 5 customers by price"]


def test_of_a_persons_own_questions_more_than_two_of_a_template_are_suggested() -> None:
    questions = [f"Price in {year}|price|{year}" for year in range(2015, 2025)]
    own = asked(learned("{metric} in {year}"), *questions)
    assert sum(text.startswith("Price in 20") for text in texts(ask("", own))) == 4
    assert all(text.startswith("Price in 20") for text in texts(ask("price in", own)))


def test_a_question_with_a_term_that_the_catalogue_lost_is_not_suggested_again() -> None:
    own = asked(learned("Report {metric}"), "Report footfall|footfall")
    assert "Report footfall" not in texts(ask("", own, limit=12))


def test_time_halves_what_was_asked() -> None:
    recent = add(half_lives(NOW), half_lives(NOW))
    later = half_lives(NOW + timedelta(days=HALF_LIFE_DAYS))
    assert times(recent, half_lives(NOW)) == pytest.approx(2.0, abs=1e-5)
    assert times(recent, later) == pytest.approx(1.0, abs=1e-5)


def test_the_order_of_two_questions_stays_as_time_passes() -> None:
    often_long_ago, lately = seen(8, days_ago=60), seen(2, days_ago=1)
    assert lately > often_long_ago
    assert seen(8, days_ago=2) > lately


def explained(*history: Learned, typed: str = "", excluded: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    return explain(
        learned=history,
        vocabulary=MARKETS,
        preferences=replace(PLAIN, excluded_metrics=excluded),
        job_role="",
        partial_query=typed,
        now=NOW,
    )


def test_an_explanation_adds_up_and_has_what_is_suggested() -> None:
    history = (asked(REPORT, "Report price|price"), structs.replace(CHART, followed=3, follows=4))
    found = explained(*history, typed="rep")
    for one in found.candidates:
        assert one.score == pytest.approx(sum(one.terms))
    suggested = texts(ask("rep", *history, job_role=""))
    assert set(suggested) <= {one.text for one in found.candidates}
    assert found.candidates[0].text == suggested[0] == "Report price"
    assert found.candidates[0].terms.continues > 0
    chart = next(one for one in found.candidates if one.text == "Chart price")
    assert chart.terms.session > 0


def test_an_explanation_names_own_templates_that_a_filter_took_and_counts_others() -> None:
    own, others = REPORT, structs.replace(CHART, scope="role")
    found = {one.name: one for one in explained(own, others, excluded=("price",)).taken}
    taken = found["excluded_metric"]
    assert "Report {metric}" in taken.templates
    assert "Chart {metric}" not in taken.templates
    assert taken.count > len(taken.templates)
