"""What the PMF queries are measured on, and against."""

from collections import Counter
from itertools import islice

import pytest

from bench.asking import shown, together, worst
from bench.figures import Rounds
from bench.rows.pmf import COPY_CONVERSATIONS, QUERIES, TURNS, by_hand, conversations


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        (0, "FROM analytics.conversations\n    WHERE organization_id = 'bench-pmf' \n"),
        (1, "WHERE organization_id = 'bench-pmf' AND event_type = 'message'"),
        (2, "WHERE organization_id = 'bench-pmf' AND success = false"),
        (3, "WHERE organization_id = 'bench-pmf' AND total_credits_used >= 90"),
    ],
)
def test_by_hand_a_query_reads_the_table_of_one_organization(query: int, reads: str) -> None:
    assert reads in by_hand(QUERIES[query])
    assert by_hand(QUERIES[query]).count("analytics.") == 1


def test_conversations_have_the_events_that_were_asked_for() -> None:
    made = list(islice(conversations(1000), COPY_CONVERSATIONS))
    told = [event for one in made for event in one.told]
    assert (len(made), len(told)) == (1000 // TURNS, 1000)
    assert sum(one.credits for one in made) == sum(int(str(event[-1])) for event in told)
    assert Counter(event[5] for event in told) == {"message": 500, "tool_call": 500}


def test_questions_are_summed_by_round_or_the_worst_is_taken() -> None:
    found = {"a": Rounds((1.0, 2.0), (1.0, 2.0)), "b": Rounds((3.0, 4.0), (6.0, 8.0))}
    assert together(found) == Rounds((4.0, 6.0), (7.0, 10.0))
    assert worst(found) is found["b"]


def test_a_row_of_which_a_question_has_no_answer_says_so_and_misses() -> None:
    fast = {"a": Rounds((1.0,), (0.5,))}
    good = shown("pmf", "queries", together(fast), fast, [])
    assert (good.verdict, good.notes) == ("aim", ("a: 0.50 times, 0 ms, by hand 1 ms",))
    cut = shown("pmf", "queries", together(fast), fast, ["b: no answer: it took too long"])
    assert (cut.verdict, cut.value) == ("miss", 0.5)
    assert cut.notes[0].endswith("by hand 1 ms; b: no answer: it took too long")
