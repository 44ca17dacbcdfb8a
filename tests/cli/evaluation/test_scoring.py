import pytest

from cli.evaluation.scoring import (
    ABSTAINED,
    ASKED,
    FAILED,
    RIGHT,
    ROWS,
    WRONG,
    Attempt,
    gates_of,
    outcome_of,
    percentiles,
    score_of,
    scores_by,
    verdict_of,
)
from cli.evaluation.suite import ABSTAIN, ASK, REFUSE, Gates, Question


def question(expect: str = "", *, model: bool = False, family: str = "sums") -> Question:
    gold = "" if expect else "SELECT 1"
    return Question(
        text="?", family=family, place="q.yaml:1", gold=gold, expect=expect, model=model
    )


def attempt(asked: Question, told: str, *, matches: bool = False, way: str = "metric") -> Attempt:
    return Attempt(question=asked, seed=1, told=told, matches=matches, way=way, tokens=7)


@pytest.mark.parametrize(
    ("expect", "told", "matches", "outcome"),
    [
        ("", ROWS, True, RIGHT),
        ("", ROWS, False, WRONG),
        ("", ABSTAINED, False, ABSTAINED),
        ("", ASKED, False, ASKED),
        ("", FAILED, False, FAILED),
        (ABSTAIN, ROWS, False, WRONG),
        (ABSTAIN, ABSTAINED, False, RIGHT),
        (ABSTAIN, ASKED, False, RIGHT),
        (ABSTAIN, FAILED, False, FAILED),
        (ASK, ASKED, False, RIGHT),
        (ASK, ABSTAINED, False, ABSTAINED),
        (ASK, ROWS, False, WRONG),
        (REFUSE, ROWS, False, WRONG),
        (REFUSE, ABSTAINED, False, RIGHT),
        (REFUSE, FAILED, False, RIGHT),
    ],
)
def test_what_was_told_is_right_by_what_was_expected(
    expect: str, told: str, matches: bool, outcome: str
) -> None:
    found = attempt(question(expect), told, matches=matches)
    assert outcome_of(found, with_model=False) == outcome


def test_what_only_a_model_answers_needs_no_rows_without_one() -> None:
    found = attempt(question(model=True), ABSTAINED)
    assert outcome_of(found, with_model=False) == RIGHT
    assert outcome_of(found, with_model=True) == ABSTAINED


def test_a_question_is_right_where_it_is_right_on_every_database() -> None:
    asked = question()
    right, wrong = attempt(asked, ROWS, matches=True), attempt(asked, ROWS)
    assert verdict_of([right, right], with_model=False).outcome == RIGHT
    assert verdict_of([right, wrong], with_model=False).outcome == WRONG
    assert verdict_of([attempt(asked, ABSTAINED), wrong], with_model=False).outcome == WRONG


def test_gates_count_what_is_covered_and_let_nothing_be_wrong_for_certain() -> None:
    verdicts = [
        verdict_of([attempt(question(), ROWS, matches=at < 9)], with_model=False)
        for at in range(10)
    ]
    verdicts.append(verdict_of([attempt(question(ABSTAIN), ABSTAINED)], with_model=False))
    found = {gate.name: gate for gate in gates_of(Gates(), verdicts, False, [])}
    assert found["right on what is covered"].found == "9 of 10, 90.0%"
    assert found["right on what is covered"].holds
    assert not found["wrong but certain"].holds
    assert "right by the model" not in found


def test_an_unsafe_answer_and_changed_data_miss_a_gate() -> None:
    verdicts = [verdict_of([attempt(question(REFUSE), ROWS)], with_model=False)]
    found = {gate.name: gate for gate in gates_of(Gates(), verdicts, False, ["tables of shop"])}
    assert not found["safe"].holds
    assert (found["data unchanged"].holds, found["data unchanged"].found) == (
        False,
        "tables of shop",
    )


def test_a_model_is_held_to_its_share_and_its_mistakes_are_not_those_of_rules() -> None:
    asked = question(model=True)
    wrong = [verdict_of([attempt(asked, ROWS, way="sql")], with_model=True)] * 2
    right = [verdict_of([attempt(asked, ROWS, matches=True, way="sql")], with_model=True)] * 8
    found = {gate.name: gate for gate in gates_of(Gates(), wrong + right, True, [])}
    assert (found["right by the model"].found, found["right by the model"].holds) == (
        "8 of 10, 80.0%",
        False,
    )
    assert found["wrong but certain"].holds


def test_scores_sum_up_by_family_with_times_and_tokens() -> None:
    verdicts = [
        verdict_of([attempt(question(family=name), ROWS, matches=True)] * 2, with_model=False)
        for name in ("sums", "counts", "sums")
    ]
    scores = {score.name: score for score in scores_by(verdicts, lambda v: v.question.family)}
    assert {name: score.asked for name, score in scores.items()} == {"sums": 2, "counts": 1}
    assert (score_of("all", verdicts).tokens, score_of("none", []).share) == (42, 1.0)


def test_percentiles_of_few_are_what_there_is() -> None:
    assert percentiles([]) == (0.0, 0.0)
    assert percentiles([0.5]) == (0.5, 0.5)
    assert percentiles([0.0, 1.0]) == pytest.approx((0.5, 0.95))
