from pathlib import Path

import pytest

from cli.evaluation.suite import Unreadable, find, named, read

SUITE = "title: Made up\nconnection: made-up\nseeds: [1, 2]\n"
GOOD = "counts:\n  - {q: How many?, gold: SELECT 1}\n"


def written(folder: Path, suite: str = SUITE, questions: str = GOOD) -> Path:
    (folder / "questions").mkdir()
    (folder / "suite.yaml").write_text(suite)
    (folder / "schema.sql").write_text("")
    (folder / "seed.sql").write_text("")
    (folder / "questions" / "all.yaml").write_text(questions)
    return folder


def test_a_conversation_is_turns_that_follow_each_other(tmp_path: Path) -> None:
    talk = "f:\n  - talk:\n      - {q: a, gold: SELECT 1}\n      - {q: b, expect: ask}\n"
    first, second = read(written(tmp_path, questions=talk)).questions
    assert (first.follows, second.follows) == (None, first)
    assert (second.family, second.expect, second.gold) == ("f", "ask", "")
    assert second.place.endswith("all.yaml:4")


@pytest.mark.parametrize(
    ("questions", "told"),
    [
        ("f:\n  - {q: a}\n", "all.yaml:2: needs gold or expect, and not both"),
        ("f:\n  - {q: a, gold: b, expect: ask}\n", "needs gold or expect, and not both"),
        ("f:\n  - {gold: b}\n", "all.yaml:2: needs q"),
        ("f:\n  - {q: a, expect: maybe}\n", "expect is one of abstain, ask, refuse"),
        ("f:\n  - {q: a, glod: b}\n", "'glod' is none of q, gold"),
        ("f:\n  - {q: a, gold: b, extra: many}\n", "extra must be a whole number"),
        ("f:\n  - {q: a, gold: b, ordered: 1}\n", "ordered must be true or false"),
        ("f:\n  - {q: a, q: b, gold: c}\n", "all.yaml:2: 'q' is there twice"),
        ("f:\n  - nothing\n", "f: 'nothing' is no question"),
        ("f:\n  - talk: []\n", "needs talk"),
        ("f: [\n", "all.yaml:"),
        ("- a\n", "must be a mapping"),
        ("", "must be a mapping"),
    ],
)
def test_a_mistake_in_questions_is_told_with_its_place(
    tmp_path: Path, questions: str, told: str
) -> None:
    with pytest.raises(Unreadable) as error:
        read(written(tmp_path, questions=questions))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        ("title: a\nconnection: b\n", "needs seeds"),
        (SUITE.replace("[1, 2]", "[1]"), "at least two different whole numbers"),
        (SUITE + "time_zone: Moon/Crater\n", "there is no 'Moon/Crater'"),
        (SUITE + "gates: {rihgt: 1}\n", "suite.yaml:4: 'rihgt' is none of right"),
        (SUITE + "gates: {wrong: 0.5}\n", "wrong must be a whole number"),
    ],
)
def test_a_mistake_in_the_suite_is_told_with_its_place(
    tmp_path: Path, suite: str, told: str
) -> None:
    with pytest.raises(Unreadable) as error:
        read(written(tmp_path, suite))
    assert told in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as error:
        read(written(tmp_path, questions="f:\n  - {q: a}\n  - {gold: b}\n"))
    assert len(str(error.value).splitlines()) == 2


def test_what_is_no_suite_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no suite 'nothing'.*clinic, lessons"):
        find("nothing")
    (tmp_path / "suite.yaml").write_text(SUITE)
    with pytest.raises(Unreadable, match=r"has no schema\.sql, no seed\.sql"):
        read(tmp_path)


def test_the_suites_that_come_with_attune_have_the_questions_that_are_promised() -> None:
    suites = [read(find(name)) for name in named(["all"])]
    questions = [question for suite in suites for question in suite.questions]
    assert len(questions) >= 150
    assert {suite.of_events for suite in suites} == {True, False}
    assert all(len(suite.seeds) >= 3 for suite in suites)
    assert len({(question.place) for question in questions}) == len(questions)
