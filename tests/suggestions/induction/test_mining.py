"""Questions that differ in what no vocabulary names have one template."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.induction.mining import mine
from services.suggestions.templates.vocabulary import parse_vocabulary
from tests.properties import quick

ORDERS = [
    "how many orders did Anna Kowalski place",
    "how many orders did bilal place",
    "how many orders did Goran place",
    "which orders of bilal are open",
    "which orders of Goran are open",
]
TOWNS = ["leipzig", "porto", "san marino", "gdansk"]
BIGGEST = [
    f"what is the {size} store in {town}" for size in ("biggest", "largest") for town in TOWNS
]


def templates(questions: list[str]) -> list[str]:
    return [one.template for one in mine(questions)]


def test_what_varies_is_a_slot_of_one_word_or_several() -> None:
    assert set(templates(ORDERS)) == {
        "how many orders did {value} place",
        "which orders of {value} are open",
    }
    assert mine(ORDERS)[0].slots[0].text == "Anna Kowalski"


def test_a_value_learned_in_one_pattern_is_one_in_a_question_that_was_asked_once() -> None:
    asked = [*ORDERS, "what did we promise to goran last week"]
    assert templates(asked)[-1] == "what did we promise to {value} {timeframe}"


def test_several_places_vary_at_once() -> None:
    asked = [f"ship {what} to {town}" for what in ("zento", "brizo", "alpino") for town in TOWNS]
    assert set(templates(asked)) == {"ship {value} to {value}"}


def test_words_that_say_the_same_or_another_thing_stay() -> None:
    assert set(templates(BIGGEST)) == {
        "what is the biggest store in {value}",
        "what is the largest store in {value}",
    }


def test_a_name_of_ordinary_words_is_a_value_where_names_are() -> None:
    asked = [f"revenue of {name}" for name in ("acme", "globex", "initech", "umbrella trading")]
    assert set(templates(asked)) == {"revenue of {value}"}


def test_names_have_function_words_in_them_where_other_names_stand() -> None:
    asked = [f"how many people joined {name} in 2023" for name in ("zento", "brizo", "kestrel")]
    asked += [f"how many people joined {name} in 2022" for name in ("zento", "sales and service")]
    asked += ["how many people joined the kontor in 2021", "how many people left the kontor"]
    assert set(templates(asked)[:-1]) == {"how many people joined {value} in {year}"}


def test_an_article_that_others_leave_out_is_of_the_question() -> None:
    asked = [f"find all {what} in porto" for what in ("zento", "brizo", "the shop")]
    assert templates([*asked, "which shop is open"])[2] == "find all the shop in porto"


def test_few_ordinary_words_vary_where_a_noun_has_an_article() -> None:
    asked = [f"mortality for {what} in 2020" for what in ("asthma", "hip fracture")]
    assert set(templates(asked)) == {"mortality for {value} in {year}"}
    asked = [f"what is the {what} in 2020" for what in ("mortality", "hip fracture")]
    assert templates(asked) == [f"{one[:-4]}{{year}}" for one in asked]


def test_a_word_that_stands_where_a_known_value_does_is_one() -> None:
    vocabulary = parse_vocabulary(
        '[[dimensions]]\nname = "town"\nvalues = ["porto", "lyon", "cork"]'
    )
    asked = [f"price of the bus to {town}" for town in ("porto", "lyon", "split", "cork")]
    assert {one.template for one in mine(asked, vocabulary)} == {"price of the bus to {value}"}


def test_a_word_that_takes_the_place_of_values_in_two_questions_is_one() -> None:
    asked = [f"weight of {name}" for name in ("zento", "brizo", "kestrel")]
    asked += [f"how many {name} were sold here" for name in ("brizo", "lamps")]
    once = [f"which {name} are out of stock" for name in ("kestrel", "tents")]
    twice = [f"which {name} are out of stock" for name in ("kestrel", "lamps")]
    assert templates([*asked, *twice])[-3:] == [
        "how many {value} were sold here",
        *["which {value} are out of stock"] * 2,
    ]
    assert templates([*asked, *once])[-3:] == [
        "how many lamps were sold here",
        "which {value} are out of stock",
        "which tents are out of stock",
    ]


def test_ordinary_words_vary_when_many_of_them_do() -> None:
    courses = ["linear algebra", "art history", "poetry", "organic chemistry", "law", "statistics"]
    assert set(templates([f"how many credits is {c}" for c in courses])) == {
        "how many credits is {value}"
    }


def test_capitals_and_order_make_no_difference() -> None:
    asked = [*ORDERS, *BIGGEST]
    shuffled = random.Random(7).sample(asked, len(asked))
    by_question = dict(zip(shuffled, templates(shuffled), strict=True))
    assert [by_question[question] for question in asked] == templates(asked)
    assert templates([question.upper() for question in asked]) == templates(asked)


def test_questions_without_a_fellow_stay_as_they_are() -> None:
    asked = ["what changed since monday", "who is on call", "is the shop open"]
    assert templates(asked) == [
        "what changed since {weekday}",
        "who is on call",
        "is the shop open",
    ]


def test_quotes_belong_to_the_template_and_their_text_to_the_slot() -> None:
    (one,) = mine(['orders of " Taj Mahal " in total'])
    assert one.template == 'orders of "{text}" in total'
    assert (one.slots[0].text, one.slots[0].start, one.slots[0].end) == ("Taj Mahal", 12, 21)


def test_values_of_the_vocabulary_and_induced_ones_share_a_template() -> None:
    words = parse_vocabulary('[[dimensions]]\nname = "site"\nvalues = ["porto"]\n')
    asked = [f"who works in {town}" for town in TOWNS]
    assert {one.template for one in mine(asked, words)} == {"who works in {value}"}


def test_words_of_a_language_that_the_list_does_not_know_are_no_names_for_that() -> None:
    asked = [
        f"wie hoch ist {was} von {ort}"
        for was in ("der Umsatz", "der Gewinn", "der Bestand")
        for ort in ("Leipzig", "Graz", "Bilbao", "Lyon", "Porto", "Turin")
    ]
    assert set(templates(asked)) == {
        "wie hoch ist der umsatz von {value}",
        "wie hoch ist der gewinn von {value}",
        "wie hoch ist der bestand von {value}",
    }


def test_slots_stand_where_they_are_said_to() -> None:
    for question, one in zip(ORDERS, mine(ORDERS), strict=True):
        assert one.slots
        for slot in one.slots:
            assert question[slot.start : slot.end] == slot.text


@pytest.mark.parametrize("text", ["", "   ", "{", "{value}", "}{", '"', "\x00", "a" * 5000, "?!"])
def test_no_text_is_too_strange(text: str) -> None:
    assert len(mine([text, text + " x", "orders of y"])) == 3


@quick
@given(st.lists(st.text(st.sampled_from("ab{}\"' 7é.?"), max_size=20), max_size=8))
def test_any_lines_have_templates(lines: list[str]) -> None:
    mined = mine(lines)
    assert len(mined) == len(lines)
    assert mined == mine(lines)
