"""Plurals and singulars of the nouns that catalogues hold."""

import pytest

from services.common.inflections import noun_inflections
from services.suggestions.ranking.english import plural, sentence, singular

PAIRS = [
    ("stock", "stocks"), ("region", "regions"), ("product category", "product categories"),
    ("country", "countries"), ("day", "days"), ("box", "boxes"), ("branch", "branches"),
    ("class", "classes"), ("status", "statuses"), ("purchase", "purchases"), ("house", "houses"),
    ("warehouse", "warehouses"), ("person", "people"), ("movie", "movies"), ("expense", "expenses"),
    ("Person", "People"), ("address", "addresses"), ("cause", "causes"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "many"), PAIRS)
def test_nouns_have_a_singular_and_a_plural(one: str, many: str) -> None:
    assert (plural(one), singular(many)) == (many, one)
    assert (plural(many), singular(one)) == (many, one)


@pytest.mark.parametrize(("one", "many"), PAIRS)
def test_extraction_knows_the_plurals_that_suggestions_write(one: str, many: str) -> None:
    assert many.split()[-1].lower() in noun_inflections(one.split()[-1].lower())


@pytest.mark.parametrize("word", ["sales", "series", "data", "größe", "q1", "", "ROI2"])
def test_what_has_no_plural_stays(word: str) -> None:
    assert plural(word) == singular(word) == word


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("profit by region", "Profit by region"),
        ("iPhone sales", "iPhone sales"),
        ("\u0131x", "\u0131x"),
        ("", ""),
    ],
)
def test_a_sentence_begins_with_a_capital_unless_its_word_forbids(text: str, shown: str) -> None:
    assert sentence(text) == shown
