"""What questions say is remembered, and is what reading them again would tell."""

from datetime import UTC, datetime

import pytest

from services.suggestions.induction.known import Known
from services.suggestions.patterns import reading
from services.suggestions.patterns.domain import NOTHING_KNOWN, Question, observe
from services.suggestions.patterns.reading import Reader
from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary
from tests.suggestions.induction.test_known import found
from tests.suite import VOCABULARY

WORDS = parse_vocabulary(VOCABULARY)
ASKED = "Top 10 stocks by volume"


def question(text: str = ASKED, user: str = "ann") -> Question:
    return Question(
        user_id=user,
        job_role="",
        text=text,
        connection_id=None,
        succeeded=True,
        response_micros=None,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def template(
    reader: Reader,
    text: str = ASKED,
    organization: str = "one",
    words: Vocabulary = WORDS,
    known: Known = NOTHING_KNOWN,
) -> str:
    observation = reader.observe(organization, question(text), words, known)
    return observation.meaning.template.text if observation else ""


def test_whoever_asks_a_remembered_question_is_counted_as_the_one_who_asked() -> None:
    reader = Reader()
    for user in ("ann", "bob"):
        asked = question(user=user)
        assert reader.observe("one", asked, WORDS, NOTHING_KNOWN) == observe(asked, WORDS)


def test_a_question_is_read_again_once_more_is_known() -> None:
    reader, text = Reader(), "stock in gdansk"
    assert template(reader, text, words=Vocabulary.EMPTY) == "stock in gdansk"
    known = found("stock in _")
    assert template(reader, text, words=Vocabulary.EMPTY, known=known) == "stock in {value}"
    assert template(reader, text, words=Vocabulary.EMPTY) == "stock in gdansk"


def test_a_question_is_read_by_the_words_of_its_connection_and_organization() -> None:
    reader = Reader()
    assert template(reader) == "Top {N} {entity} by {metric}"
    assert template(reader, words=Vocabulary.EMPTY) != template(reader)
    known = found("stock in _")
    here = template(reader, "stock in gdansk", "one", Vocabulary.EMPTY, known)
    there = template(reader, "stock in gdansk", "two", Vocabulary.EMPTY)
    assert (here, there) == ("stock in {value}", "stock in gdansk")


def test_no_more_is_remembered_than_allowed_and_nothing_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "REMEMBERED", 3)
    reader = Reader()
    for number in range(5):
        template(reader, f"margin {'x' * number}?")
    template(reader, "margin " * 60)
    assert [text for _, _, text in reader._read] == [f"margin {'x' * n}?" for n in (2, 3, 4)]
