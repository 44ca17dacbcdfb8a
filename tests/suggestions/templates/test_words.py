import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.inflections import inflections, noun_inflections
from services.suggestions.templates.vocabulary import EMPTY
from services.suggestions.templates.words import Exclusion, fold, shape, split_words
from tests.suggestions.templates.words_known import KNOWN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gross_profit-margin", ("gross", "profit", "margin")),
        ("grossProfit", ("gross", "profit")),
        ("internalID", ("internal", "id")),
        ("HTTPServer", ("http", "server")),
        ("Margin's O\u2019Brien", ("margin", "o'brien")),
        ("\uff26\uff35LL ﬁnal", ("full", "final")),
        ("cafe\u0301 Straße", ("café", "strasse")),
        ("mar\u00adgin", ("margin",)),
        ("हिन्दी", ("हिन्दी",)),
        ("👍 !", ()),
    ],
)
def test_text_is_cut_into_folded_words(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("margin", {"margins"}),
        ("category", {"categories"}),
        ("box", {"boxes"}),
        ("people", {"person"}),
        ("indices", {"index", "indexes"}),
        ("analyses", {"analysis"}),
        ("price", {"prices", "priced", "pricing"}),
        ("pricing", {"price", "priced"}),
        ("ship", {"shipped", "shipping"}),
        ("cancel", {"canceled", "cancelled"}),
        ("refunded", {"refund", "refunding"}),
        ("supply", {"supplied", "supplies"}),
        ("spend", {"spent"}),
    ],
)
def test_inflections_go_both_ways(word: str, others: set[str]) -> None:
    assert others <= inflections(word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("margin", "marginal"),
        ("rat", "rating"),
        ("news", "new"),
        ("fee", "feed"),
        ("class", "clas"),
        ("thing", "the"),
        ("user", "use"),
    ],
)
def test_other_words_are_no_inflections(word: str, other: str) -> None:
    assert other not in inflections(word)
    assert word not in inflections(other)


def test_a_noun_has_no_verb_forms() -> None:
    assert "ordered" not in noun_inflections("order")


@pytest.mark.parametrize(
    "text",
    [
        "margins",
        "Margin's",
        "the margins' sum",
        "MARGIN",
        "mArGiN",
        "profit_margin",
        "profitMargin",
        "profit-margin",
        "{metric}/margin",
        "\uff4d\uff41rgin",
        "mar\u200bgin",
    ],
)
def test_an_excluded_word_is_found_however_it_is_written(text: str) -> None:
    assert Exclusion.of(["margin"], EMPTY).hits(text)


@pytest.mark.parametrize("text", ["marginal", "Marginal cost", "marginally", "emarginate", ""])
def test_longer_words_are_not_excluded(text: str) -> None:
    assert not Exclusion.of(["margin"], EMPTY).hits(text)


@pytest.mark.parametrize(
    "text",
    ["internal id", "internal-id", "internalId", "INTERNAL_IDS", "internalid", "Internal ID"],
)
def test_an_excluded_name_of_two_words_is_found_however_it_is_joined(text: str) -> None:
    assert Exclusion.of(["internal_id"], EMPTY).hits(text)


@pytest.mark.parametrize("text", ["internal", "id", "id internal", "internal affairs id"])
def test_a_part_of_an_excluded_name_is_allowed(text: str) -> None:
    assert not Exclusion.of(["internal_id"], EMPTY).hits(text)


@pytest.mark.parametrize("excluded", ["revenue", "sales", "Turnover", "sale"])
@pytest.mark.parametrize("text", ["Revenues by region", "top sales", "the turnover"])
def test_excluding_one_name_excludes_the_term(excluded: str, text: str) -> None:
    exclusion = Exclusion.of([excluded], KNOWN)
    assert exclusion.hits(text)
    assert not exclusion.hits("profit by region")


def test_nothing_excluded_hits_nothing() -> None:
    assert not Exclusion.of([], KNOWN).hits("revenue")
    assert not Exclusion.of(["", "?"], KNOWN).hits("revenue ?")


names = st.sampled_from([*(n for t in KNOWN.terms for n in t.names), "internal_id", "Debug Field"])
borders = st.sampled_from([" ", "_", "-", ", ", "\n", " (", '"', "\u200f ", "—"])


@given(names, st.data(), borders, borders, st.text(max_size=20), st.text(max_size=20))
def test_an_excluded_name_is_found_in_any_text(
    name: str, data: st.DataObject, left: str, right: str, before: str, after: str
) -> None:
    words = list(split_words(name))
    words[-1] = data.draw(st.sampled_from(sorted(inflections(words[-1]))))
    written = data.draw(st.sampled_from([" ", "_", "-"])).join(words)
    cased = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in written)
    assert Exclusion.of([name], KNOWN).hits(f"{before}{left}{cased}{right}{after}")


@given(st.lists(st.sampled_from(["marginal", "Marginally", "MARGINALS", "cost", "of", "profit"])))
def test_marginal_is_never_taken_for_margin(words: list[str]) -> None:
    assert not Exclusion.of(["margin"], EMPTY).hits(" ".join(words))


@given(st.text())
def test_the_shape_of_a_text_is_as_long_as_the_text(text: str) -> None:
    assert len(shape(text)) == len(text)


@given(st.text())
def test_any_text_can_be_folded_split_and_excluded(text: str) -> None:
    fold(text)
    exclusion = Exclusion.of([text], KNOWN)
    assert exclusion.hits(text) == bool(split_words(text))
