import json
import random
from collections import Counter
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from cli.demo.client import Client
from cli.demo.people import ACTIVITIES, JOB_ROLES, PEOPLE, Colleague, colleagues
from cli.demo.questions import (
    SAMPLE,
    VOCABULARY,
    Question,
    patterns_of,
    read_questions,
    read_vocabulary,
    source_of,
)
from cli.demo.replay import Change, Log, derived, name_of, replay, watch
from cli.demo.story import metrics_since
from cli.demo.talk import talk
from cli.demo.talk_view import say_talk
from cli.demo.visits import Looks, visit
from cli.local.errors import UsageError
from services.suggestions.templates.extract import extract
from services.suggestions.templates.vocabulary import Vocabulary
from tests.cli.conftest import Attune
from tests.e2e.conftest import running_api
from tests.suite import AUDIENCE, ISSUER, JWT_SECRET, Servers


def test_the_sample_has_150_questions_in_25_patterns() -> None:
    questions = read_questions(SAMPLE)
    patterns = patterns_of(questions, read_vocabulary(VOCABULARY))
    assert len({question.text for question in questions}) == len(questions) >= 150
    assert len(patterns) >= 25


def test_the_sample_names_metrics_and_dimensions_of_its_vocabulary() -> None:
    vocabulary = read_vocabulary(VOCABULARY)
    kinds = Counter(
        slot.kind
        for question in read_questions(SAMPLE)
        for slot in extract(question.text, vocabulary).slots
    )
    assert kinds["metric"] >= 100
    assert kinds["dimension"] >= 30
    assert kinds["entity"] >= 30


def test_every_job_of_the_demo_has_favourites_in_the_sample() -> None:
    assert {question.job_role for question in read_questions(SAMPLE)} == set(JOB_ROLES)


def test_everybody_asks_the_same_on_every_machine() -> None:
    patterns = patterns_of(read_questions(SAMPLE), read_vocabulary(VOCABULARY))
    people = colleagues(patterns, "shop")
    assert people == colleagues(patterns, "shop")
    assert len({person.user for person in people}) == PEOPLE
    assert {person.job_role for person in people} == set(JOB_ROLES)
    assert sum(len(person.activities) for person in people) == ACTIVITIES


def test_a_job_asks_its_favourites_most() -> None:
    patterns = patterns_of(read_questions(SAMPLE), read_vocabulary(VOCABULARY))
    role_of = {question.text: question.job_role for question in read_questions(SAMPLE)}
    for person in colleagues(patterns, "shop"):
        asked = Counter(role_of[activity["query_text"]] for activity in person.activities)
        assert asked.most_common(1)[0][0] == person.job_role


def test_one_question_is_enough_for_everybody() -> None:
    people = colleagues([(Question("how many rivers are there"),)], "rivers")
    assert sum(len(person.activities) for person in people) == ACTIVITIES


def test_questions_come_one_a_line_with_comments_left_out(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("# mine\n\n  how many rivers\n# job role: marketer\nwhich river is long\n")
    assert read_questions(file) == [
        Question("how many rivers"),
        Question("which river is long", "marketer"),
    ]


def test_questions_may_be_objects_with_a_q(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"q": "how many rivers", "group": "x"}) + "\n")
    assert read_questions(file) == [Question("how many rivers")]


@pytest.mark.parametrize("text", ["", "# only a comment\n", '{"text": "no q"}\n', '{"q": 5}', "{"])
def test_a_file_without_questions_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "questions.txt"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"questions\.txt"):
        read_questions(file)


def test_a_missing_file_is_a_usage_error(attune: Attune, tmp_path: Path) -> None:
    outcome = attune("demo", "--questions", str(tmp_path / "none.txt"))
    assert outcome.code == 2
    assert "none.txt" in outcome.err


def test_the_demo_needs_development_tokens(attune: Attune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTUNE_JWKS_URL", "https://example.com/jwks")
    outcome = attune("demo")
    assert outcome.code == 1
    assert "ATTUNE_JWKS_URL" in outcome.err


def test_a_file_gets_an_organization_and_the_words_that_it_is_given(tmp_path: Path) -> None:
    source = source_of(tmp_path / "My Questions.txt")
    assert (source.organization, source.connection) == ("demo-my-questions", "my-questions")
    assert read_vocabulary(source.vocabulary) == Vocabulary.EMPTY
    words = tmp_path / "words.toml"
    words.write_text('[[metrics]]\nname = "length"\n')
    named = source_of(tmp_path / "My Questions.txt", words)
    assert [term.name for term in read_vocabulary(named.vocabulary).metrics] == ["length"]


def test_the_sample_brings_its_vocabulary() -> None:
    assert source_of(None).vocabulary == VOCABULARY


def test_lag_is_how_long_the_oldest_activity_that_is_not_learned_has_waited() -> None:
    log = Log([0.0, 1.0, 2.0, 3.0])
    log.saw(1, 2.5)
    assert log.worst_lag == 1.5
    log.saw(4, 9.0)
    assert log.worst_lag == 1.5


class OneHiddenQuestion:
    """Both people's questions are learned, and one of them is told to nobody else yet."""

    asked = 0

    async def everybodys_patterns(self, who: tuple[str, str]) -> list[dict[str, int]]:
        return [{"frequency": max(self.asked - 1, 0)}]

    async def patterns(self, who: tuple[str, str], limit: int) -> dict[str, list[dict[str, int]]]:
        return {"user_patterns": [{"frequency": self.asked // 2}]}


async def test_what_may_name_somebody_is_learned_though_nobody_else_is_told() -> None:
    people = [Colleague(name, "analyst", ({},)) for name in ("ann", "bob")]
    client, log = OneHiddenQuestion(), Log([0.0, 1.0, 2.0])
    client.asked = 2
    await watch(cast(Client, client), people, log, 0, 0)
    assert (log.hidden, log.worst_lag) == (1, None)
    assert log.last_lag is not None


def test_a_file_is_grouped_by_what_varies_in_it() -> None:
    asked = [Question(f"who works in {town}") for town in ("gdansk", "porto", "leipzig")]
    assert patterns_of([*asked, Question("who is on call")], Vocabulary.EMPTY)[0] == tuple(asked)


def test_a_change_is_made_of_what_is_suggested() -> None:
    suggestions = [{"text": "what states border arkansas"}]
    assert derived(Change("what states"), suggestions).excluded == "arkansas"
    assert derived(Change("what states"), []).preferred == "trend"


def test_a_console_is_opened_typed_into_and_nothing_is_typed_for_its_own_sake() -> None:
    visits = [visit("Show me revenue by country", random.Random(seed)) for seed in range(300)]
    assert {opened for opened, _ in visits} == {1, 2, 3, 4}
    once = ["Show", "Show me"]
    assert all(typed in (once, once * 2) for _, typed in visits)
    assert 30 <= sum(typed != once for _, typed in visits) <= 90


def test_what_was_not_asked_has_no_rate() -> None:
    assert Looks().first_hit_rate is None
    assert Looks().as_data()["hit_p50_ms"] is None


async def test_the_replay_reports_what_the_services_counted(
    servers: Servers, template_db: str, tmp_path: Path
) -> None:
    patterns = patterns_of(read_questions(SAMPLE), read_vocabulary(VOCABULARY))
    people = [
        replace(person, activities=person.activities[:16])
        for person in colleagues(patterns, "shop")[:8]
    ]
    variables = {"ATTUNE_JWT_ISSUER": ISSUER, "ATTUNE_JWT_AUDIENCE": AUDIENCE}
    async with (
        running_api(servers, template_db) as api,
        api.as_("analyst01", org="demo") as http,
    ):
        await api.suite.install_vocabulary("demo", "shop", VOCABULARY.read_text())
        client = Client(http, "demo", "shop", JWT_SECRET, variables)
        before = await client.cache_metrics(name_of(people[0]))
        log = await replay(client, people, lambda _: None)
        metrics = await metrics_since(client, name_of(people[0]), before)
    looks = log.looks
    assert (metrics.requests, metrics.hits) == (looks.count, len(looks.hits))
    assert 0 < looks.first_hits < looks.first < looks.count
    assert metrics.hit_rate
    assert metrics.hit_rate > (looks.first_hit_rate or 1.0)
    counts = {t["activity_type"]: t["count"] for t in metrics.breakdown["activities"]}
    assert counts["query"] == 8 * 16
    assert counts.get("suggestion_click", 0) == looks.clicks
    assert log.last_lag is not None


async def test_a_conversation_and_its_rating_change_what_is_known(
    servers: Servers, database: str, tmp_path: Path
) -> None:
    variables = {"ATTUNE_JWT_ISSUER": ISSUER, "ATTUNE_JWT_AUDIENCE": AUDIENCE}
    who = ("analyst01", "analyst")
    async with (
        running_api(servers, database) as api,
        api.as_("analyst01", org="demo") as http,
    ):
        client = Client(http, "demo", "shop", JWT_SECRET, variables)
        first, second = await talk(client, who), await talk(client, who)
    assert first.before["recent_intents"] == []
    assert first.after["recent_intents"] == [first.conversation["first_intent"]]
    assert first.after["satisfaction_signal"] > 5
    assert first.after["recent_rating"] == first.kept["user_feedback_score"]
    assert first.feedback["message"] == "Feedback received and will be processed"
    assert "[email]" in first.kept["user_feedback_text"]
    assert first.lag is not None
    assert first.conversation["tools_used"] == {"image_gen": 2}
    assert {*first.after["preferences"]} >= {"style", "tone"}
    assert len(second.after["recent_intents"]) == 2
    assert second.stats["total_count"] == 2
    console = Console(file=StringIO(), width=100)
    say_talk(console, second)
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert second.conversation["first_intent"] in said
    assert "2 calls of image_gen, 8 credits; completed" in said
