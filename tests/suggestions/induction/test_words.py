import pytest

from services.suggestions.induction.words import Kind, is_english, kind_of


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("the", Kind.FUNCTION),
        ("biggest", Kind.FUNCTION),  # a superlative tells two templates apart
        ("forest", Kind.ORDINARY),
        ("stores", Kind.ORDINARY),
        ("shipped", Kind.ORDINARY),
        ("7", Kind.ORDINARY),
        ("gdansk", Kind.OPEN),
        ("dx9", Kind.OPEN),
        ("{value}", Kind.SLOT),
        ("?", Kind.MARK),
    ],
)
def test_a_word_is_of_a_kind(word: str, kind: Kind) -> None:
    assert kind_of(word) is kind


def test_a_language_is_told_by_its_function_words() -> None:
    assert is_english([("what", "is", "the", "revenue", "of", "gdansk")])
    assert not is_english([("wie", "hoch", "war", "der", "umsatz", "von", "graz")])
