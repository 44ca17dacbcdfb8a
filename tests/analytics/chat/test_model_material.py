"""What a model is told: masked, in the order in which it matters, within a bound."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from redis.asyncio import Redis

from services.analytics.catalogue.domain import Catalogue, Column, Relation
from services.analytics.chat.domain import Exchange, Question
from services.analytics.chat.model.allowance import Allowance
from services.analytics.chat.model.describing import events_for, relation_told, relations_for
from services.analytics.chat.model.grounds import questions_in
from services.analytics.chat.model.material import Known, pieces_of
from services.analytics.chat.model.people import refused
from services.analytics.chat.model.prompt import fitting, tokens_of
from services.analytics.chat.model.statements import tree_of
from services.analytics.masking import Masks
from services.analytics.understanding import KnownEvent
from services.common.caller import Caller
from tests.clock import Clock
from tests.suite import Servers

ANN = Caller(organization_id="acme", subject="ann", role="analyst")
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
CARD = 4_111_111_111_111_111


def relation(name: str, *columns: str) -> Relation:
    return Relation("shop", name, "table", tuple(Column(column, "text") for column in columns))


def test_the_same_personal_text_has_the_same_name_and_comes_back_in_words() -> None:
    masks = Masks(True)
    columns = ["who", "city", "n", "told"]
    row = ["a@example.com", "Bonn", 3, {"mail": "a@example.com", "tags": ["b@example.com"]}]
    inside = {"mail": "[email 1]", "tags": ["[email 3]"]}
    assert masks.row(columns, row) == ["[email 1]", "[personal 2]", 3, inside]
    assert masks.told("[email 1] of [personal 2], not [email 9]") == (
        "a@example.com of Bonn, not [email 9]"
    )


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("revenue", 1_234_567_890_123, 1_234_567_890_123),
        ("revenue", 1204.5, 1204.5),
        ("card", CARD, "[personal 1]"),
        ("n", CARD, "[card 1]"),
        ("ssn", 123_456_789, "[personal 1]"),
        ("note", "", ""),
        ("paid", True, True),
        ("x", None, None),
    ],
)
def test_numbers_stay_but_for_those_of_people(name: str, value: Any, seen: Any) -> None:
    assert Masks(True).value(name, value) == seen
    assert Masks(False).value(name, value) == value


def test_relations_and_events_come_by_the_words_of_the_question() -> None:
    found = [relation("a_log", "at"), relation("orders", "country"), relation("users", "name")]
    catalogue = Catalogue("shop", ("shop",), {(each.schema, each.name): each for each in found})
    words = frozenset({"order", "countri"})
    assert [each.name for each in relations_for(words, catalogue)] == ["orders", "a_log", "users"]
    events = [KnownEvent("login"), KnownEvent("order placed")]
    assert events_for(words, events)[0].name == "order placed"


def test_what_does_not_fit_is_what_matters_least() -> None:
    question = Question(
        who=ANN,
        text="Orders by country",
        connection_id="shop",
        exchanges=[Exchange("First?"), Exchange("Orders?", "SELECT 1")],
    )
    known = Known([relation(f"r{n}", "c") for n in range(20)], [KnownEvent("order")])
    found = [("definitions", {"name": "revenue"})]
    pieces = [*pieces_of(question, known, found, {"job_role": "analyst"}, Masks(True))]
    sections = list(dict.fromkeys(section for section, _ in pieces))
    assert sections == [
        *("relations", "events", "definitions", "conversation", "asker", "more_relations")
    ]
    everything = fitting(pieces, 10_000)
    assert (len(everything["relations"]), len(everything["more_relations"])) == (12, 8)
    assert [one["question"] for one in everything["conversation"]] == ["Orders?", "First?"]
    some = fitting(pieces, 150)
    assert tokens_of(some) <= 150 + len(some)
    assert "more_relations" not in some or len(some["relations"]) < 12
    assert some["relations"][0] == everything["relations"][0]
    assert fitting(pieces, 0) == {}


def test_no_personal_data_come_with_comments() -> None:
    columns = (Column("x", "text", comment="as a@example.com"),)
    one = Relation("shop", "r", "table", columns, comment="of a@example.com")
    told = json.dumps(relation_told(one, Masks(True)))
    assert "of [email 1]" in told
    assert "as [email 1]" in told
    assert "example" not in told


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("SELECT a FROM b", "select  a\nfrom b -- it", True),
        ("SELECT a FROM b", "SELECT b FROM b", False),
        ("SELECT a FROM", "select  a from", True),
        ("SELECT a FROM", "SELECT b FROM", False),
        ("\0", "\0 x", False),
    ],
)
def test_statements_are_the_same_by_their_trees(one: str, other: str, same: bool) -> None:
    assert (tree_of(one) == tree_of(other)) is same


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Which one?", "Which one?"),
        ("It rose by 3. By country? In 2025?", "By country?"),
        ("Five million of them?", ""),
        ("[Here](https://evil.example)?", "Here?"),
        ("It rose.", ""),
    ],
)
def test_of_talk_only_questions_without_figures_are_heard(text: str, asks: str) -> None:
    assert questions_in(text, NOW) == asks


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        (b"", False),
        (b'{"consent": {"email_marketing": false}}', False),
        (b'{"consent": {"language_models": true}}', False),
        (b'{"consent": {"language_models": false}}', True),
    ],
)
def test_a_person_may_refuse_that_a_model_hears_of_them(traits: bytes, said: bool) -> None:
    assert refused(traits) is said


async def test_questions_of_an_hour_are_counted_for_all_processes(servers: Servers) -> None:
    clock = Clock()
    who = Caller(organization_id="counted", subject="ann", role="analyst")
    other = Caller(organization_id="counted", subject="bob", role="analyst")
    async with Redis.from_url(servers.valkey.url()) as redis:
        one, two = (Allowance(redis, 2, clock) for _ in range(2))
        assert [await each.take(who) for each in (one, two, one)] == [True, True, False]
        assert await two.take(other)
        clock.advance(hours=1)
        assert await two.take(who)


async def test_without_redis_each_process_counts_for_itself() -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as redis:
        own = Allowance(redis, 1, Clock())
        assert [await own.take(ANN) for _ in range(2)] == [True, False]
        assert await Allowance(redis, 0, Clock()).take(ANN)
