import pytest

from bench.baselines.drain import spans
from bench.grouping import (
    Asked,
    Found,
    adjusted_rand_index,
    grouping_accuracy,
    score,
    slot_f1,
    trimmed,
)


def test_a_question_is_grouped_right_when_its_whole_group_is() -> None:
    assert grouping_accuracy("aabbc", "xxyzw") == 0.6
    assert grouping_accuracy("aab", "xxx") == 0.0


def test_agreement_is_corrected_for_chance() -> None:
    assert adjusted_rand_index("aabb", "xxyy") == 1.0
    assert adjusted_rand_index("aabb", "xyxy") == pytest.approx(-0.5)
    assert adjusted_rand_index("abcd", "wxyz") == 1.0


def test_slots_are_right_when_both_ends_are() -> None:
    assert slot_f1([{(0, 3)}, {(5, 9)}], [{(0, 3)}, {(5, 8)}]) == 0.5
    assert trimmed('in " san diego " now', (3, 16)) == (5, 14)


def test_questions_without_a_known_template_are_not_scored() -> None:
    asked = [Asked("in porto", "in {town}", ((3, 8, "town"),)), Asked("what else", None, ())]
    found = [Found("in {value}", ((3, 8),)), Found("in {value}", ((0, 4),))]
    assert score(asked, found).values == (1.0, 1.0, 1.0)


def test_holes_of_a_log_template_are_found_in_the_text() -> None:
    assert spans("ship to new york in 2024", "ship to <*> <*> in <NUM>") == [(8, 16), (20, 24)]
    assert spans("ship it", "send <*>") == []
