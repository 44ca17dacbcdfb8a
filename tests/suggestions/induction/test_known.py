"""Which found template a question belongs to, and when one is found."""

from hypothesis import given
from hypothesis import strategies as st

from services.suggestions.induction.known import Induced, Known, compared, filled
from services.suggestions.induction.proposing import propose
from services.suggestions.induction.reading import VALUE, read, reading_of
from services.suggestions.patterns.inducing import merged_since, widened
from services.suggestions.templates.extract import extract
from services.suggestions.templates.vocabulary import Vocabulary
from tests.properties import quick

TOWNS = ["gdansk", "leipzig", "porto"]


def words(text: str) -> tuple[str, ...]:
    return compared(reading_of(extract(text, Vocabulary.EMPTY)))


def found(*texts: str, values: tuple[str, ...] = (), takes_names: bool = True) -> Known:
    """Each found after the one before."""
    templates = tuple(
        Induced(at, at, b"%d" % at, tuple(text.replace("_", VALUE).split()), takes_names)
        for at, text in enumerate(texts, 1)
    )
    late = len(texts) + 1
    return Known(late, templates, {tuple(value.split()): late for value in values})


def belongs(known: Known, text: str) -> int:
    match = known.match(words(text))
    return match.template.number if match else 0


def test_names_fit_a_slot_and_ordinary_words_only_where_they_are_values() -> None:
    known = found("stock in _")
    assert belongs(known, "Stock in Gdansk?") == 1
    assert belongs(known, "stock in san marino") == 1
    assert belongs(known, "stock in boulder") == 0
    assert belongs(known, "stock in the gdansk") == 0
    assert belongs(found("stock in _", values=("boulder",)), "stock in boulder") == 1
    assert belongs(found("stock in _", takes_names=False), "stock in gdansk") == 0


def test_a_question_belongs_to_what_it_fitted_first() -> None:
    assert belongs(found("is _ in _", "is _ in porto"), "is goran in porto") == 1
    assert belongs(found("is _ in porto", "is _ in _"), "is goran in porto") == 1
    # It fitted the second before "boulder" was a value.
    known = found("stock of _ in _", "stock of boulder in _", values=("boulder",))
    assert belongs(known, "stock of boulder in gdansk") == 2


def test_a_narrower_template_is_a_part_of_the_wider_one() -> None:
    known = widened(found("is goran in _", "is _ in _", "is _ here"))
    assert [template.into for template in known.templates] == [2, None, None]
    assert belongs(known, "is goran in porto") == belongs(known, "is bilal in porto") == 2
    assert merged_since(found("is goran in _"), known) == {b"1": b"2"}


def test_names_with_words_around_them_wait_until_they_are_known() -> None:
    assert belongs(found("how long is the _"), "how long is the zambezi river") == 0


def test_a_slot_of_the_vocabulary_stands_where_values_do() -> None:
    assert belongs(found("stock in _"), "stock in 12.5") == 1


def test_a_template_is_spelled_as_the_question_is() -> None:
    template = extract("Stock in  San Marino since Q1?", Vocabulary.EMPTY)
    match = found("stock in _ since {quarter}").match(compared(read(template.text)))
    assert match
    spelled = filled(read(template.text), match, template.slots)
    assert spelled.text == "Stock in {value} since {quarter}?"
    assert [(slot.kind, slot.text) for slot in spelled.slots] == [
        ("value", "San Marino"),
        ("quarter", "Q1"),
    ]


def test_three_different_values_make_a_slot() -> None:
    waiting = [words(f"stock in {town}") for town in TOWNS]
    assert propose(Known(), waiting[:2], 3).templates == ()
    assert propose(Known(), waiting, 3).templates == (("stock", "in", VALUE),)


def test_a_value_that_slots_held_needs_no_fellows() -> None:
    known = found("stock in _", values=("gdansk", "porto"))
    proposed = propose(known, [words("who works in gdansk")], 3)
    assert proposed.templates == (("who", "works", "in", VALUE),)


def test_nothing_but_slots_is_no_template() -> None:
    assert propose(Known(), [(town,) for town in TOWNS], 3).templates == ()


texts = st.lists(
    st.sampled_from(["is", "in", "of", "stock", "boulder", "gdansk", "porto", "_"]),
    min_size=1,
    max_size=5,
).map(" ".join)


@quick
@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.integers(0, 6))
def test_what_is_found_later_moves_a_question_to_a_wider_template_only(
    shapes: list[str], asked: list[str], cut: int
) -> None:
    later = found(*dict.fromkeys(shapes), values=("boulder",))
    known = widened(Known(cut, later.templates[:cut], {}))
    later = widened(later)
    for text in asked:
        question = words(text.replace("_", "oslo"))
        before, after = known.match(question), later.match(question)
        if before:
            assert after
            assert after.template == later.in_place_of(before.template)
