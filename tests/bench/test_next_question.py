"""The measuring of foresight: sessions, baselines and scores."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench import next_question, sessions
from bench.next_question import MostPopular, Score, measured, place_of
from bench.sessions import Ask, BadSessions, as_line, generated, read_sessions
from services.suggestions.templates.vocabulary import Vocabulary

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_generated_sessions_are_the_same_for_a_seed_and_survive_a_file(tmp_path: Path) -> None:
    made = generated("a seed", weeks=2, people=4)
    assert made == generated("a seed", weeks=2, people=4)
    assert made != generated("another", weeks=2, people=4)
    assert {ask.job_role for ask in made} == {"analyst", "merchandiser", "marketer", "executive"}
    file = tmp_path / "sessions.jsonl"
    file.write_text("".join(as_line(ask) + "\n" for ask in reversed(made)))
    assert read_sessions(file) == made


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{",
        '{"time": "today", "user": "a", "text": "b"}',
        '{"user": "a", "text": "b"}',
        '{"time": "2026-03-02", "user": 1, "text": "b"}',
        '{"time": 5, "user": "a", "text": "b"}',
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "sessions.jsonl"
    file.write_text(line + "\n")
    with pytest.raises(BadSessions):
        read_sessions(file)
    with pytest.raises(BadSessions):
        read_sessions(tmp_path / "nowhere")


def test_the_baseline_completes_by_what_was_asked_most() -> None:
    everybody, own_first = MostPopular(own_first=False), MostPopular(own_first=True)
    for user, text in [("bob", "Top sales")] * 3 + [("ann", "Top orders?"), ("bob", "Margin")]:
        everybody.tell(Ask(AT, user, text))
        own_first.tell(Ask(AT, user, text))
    ask = Ask(AT, "ann", "Top sales")
    assert everybody(ask, "top ") == ["top sales", "top orders"]
    assert own_first(ask, "TOP") == ["top orders", "top sales"]
    assert place_of(ask, everybody(ask, "")) == 1
    assert place_of(ask, ["something"]) == 0


def test_hits_and_reciprocal_ranks_are_means() -> None:
    score = Score()
    for place in (1, 2, 0, 0):
        score.add(3, place)
    assert score.as_data() == {"3": {"hit@6": 0.5, "mrr": 0.375}}


def test_habits_are_foreseen_better_than_by_popularity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_question, "PREFIXES", (0,))
    chain = ["what sold yesterday", "what came back", "who complained"]
    asks = [
        Ask(AT + timedelta(days=day, minutes=minute), user, text, f"{user}{day}")
        for day in range(12)
        for user, texts in (("ann", chain), ("bob", chain[::-1]))
        for minute, text in enumerate(texts)
    ]
    scores = measured(sorted(asks), Vocabulary.EMPTY)
    ours, popular = (scores[name].as_data()["0"] for name in ("attune", "most popular"))
    assert ours["mrr"] > max(0.8, popular["mrr"])
    assert scores["without session"].as_data()["0"]["mrr"] < ours["mrr"]
    assert sessions.SEED
