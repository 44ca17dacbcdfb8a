import pytest

from services.suggestions.templates.vocabulary import EMPTY, Term, Vocabulary, parse_vocabulary
from tests.suggestions.templates.words_known import KNOWN


def test_terms_are_grouped_by_kind() -> None:
    assert "revenue" in [term.name for term in KNOWN.metrics]
    assert "region" in [term.name for term in KNOWN.dimensions]
    assert "customer" in [term.name for term in KNOWN.entities]


def test_a_name_in_two_tables_is_one_term_of_two_kinds() -> None:
    (product,) = [term for term in KNOWN.terms if term.name == "product"]
    assert set(product.kinds) == {"dimension", "entity"}


@pytest.mark.parametrize("word", ["revenue", "Sales", "turnovers", "SALE"])
def test_every_name_of_a_term_leads_to_all_of_them(word: str) -> None:
    assert KNOWN.names_of(word) == {"revenue", "sales", "turnover"}


@pytest.mark.parametrize("word", ["profit_margin", "ProfitMargin", "profit-margins", "margin"])
def test_names_are_found_however_they_are_joined(word: str) -> None:
    assert KNOWN.names_of(word) == {"profit margin", "margin"}


@pytest.mark.parametrize("word", ["marginal", "unheard of", "", "…"])
def test_an_unknown_word_names_itself(word: str) -> None:
    assert KNOWN.names_of(word) == {word}
    assert EMPTY.names_of(word) == {word}


def test_the_version_follows_the_content_and_not_the_order() -> None:
    one, other = Term("a", ("metric",)), Term("b", ("metric",), synonyms=("c",))
    assert Vocabulary((one, other)).version == Vocabulary((other, one)).version
    assert Vocabulary((one,)).version != Vocabulary((other,)).version
    assert Vocabulary((one,)).version != Vocabulary((Term("a", ("metric",), derived=True),)).version
    assert all(c in "0123456789abcdef" for c in EMPTY.version)


def test_merging_keeps_all_that_each_knows() -> None:
    one = parse_vocabulary('[[metrics]]\nname = "net price"\nsynonyms = ["cost"]')
    other = parse_vocabulary('[[entities]]\nname = "Net_Price"\nsynonyms = ["fee"]')
    (term,) = Vocabulary.merged([one, EMPTY, other]).terms
    assert (term.name, term.kinds) == ("net price", ("metric", "entity"))
    assert term.synonyms == ("cost", "Net_Price", "fee")


def test_merging_none_is_empty() -> None:
    assert Vocabulary.merged([]).terms == EMPTY.terms == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[metrics", "not valid TOML"),
        ('[[measures]]\nname = "a"', r"unknown table \[\[measures\]\]: use \[\[metrics\]\]"),
        ('metrics = "a"', r"begin each one with \[\[metrics\]\]"),
        ('[metrics]\nname = "a"', r"begin each one with \[\[metrics\]\]"),
        ("[[metrics]]\nderived = true", r"\[\[metrics\]\] entry 1 needs a name"),
        ('[[metrics]]\nname = "-"', "needs a name with a letter"),
        ("[[metrics]]\nname = 5", "needs a name"),
        ('[[metrics]]\nname = "a"\nsynonym = ["b"]', "unknown key 'synonym': it may have derived"),
        ('[[metrics]]\nname = "a"\nsynonyms = "b"', "synonyms must be a list of words"),
        ('[[metrics]]\nname = "a"\nsynonyms = [""]', "synonyms must be a list of words"),
        ('[[metrics]]\nname = "a"\nderived = "yes"', "derived must be true or false"),
        ('[[metrics]]\nname = "a"\nvalues = ["b"]', "unknown key 'values'"),
        ('[[dimensions]]\nname = "a"\nvalues = [1]', "values must be a list of words"),
        ('[[metrics]]\nname = "a"\n[[metrics]]\nname = "A"', "names 'A' twice"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_change(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_vocabulary(text)
