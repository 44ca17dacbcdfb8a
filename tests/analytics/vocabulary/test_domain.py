"""What of a vocabulary fits into one fact."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.vocabulary.domain import KINDS, MOST_TERMS, Term, count, fitted, size

WORDS = st.lists(st.text(min_size=1, max_size=20), max_size=12).map(tuple)
TERMS = st.lists(
    st.builds(
        Term, name=st.text(min_size=1, max_size=20), kind=st.sampled_from(KINDS), synonyms=WORDS,
        values=WORDS,
    ),
    max_size=12,
)  # fmt: skip


@settings(deadline=None)
@given(TERMS, st.integers(0, 4000))
def test_all_names_stay_and_the_first_words_of_each_as_many_as_fit(
    terms: list[Term], most_bytes: int
) -> None:
    kept, omitted = fitted(terms, most_bytes)
    assert {(t.kind, t.name) for t in kept} == {(t.kind, t.name) for t in terms}
    assert size(kept) <= most_bytes or not any(t.synonyms or t.values for t in kept)
    assert omitted == count(terms) - count(kept) >= 0
    if size(terms) <= most_bytes:
        assert omitted == 0
    in_order = [term for kind in KINDS for term in terms if term.kind == kind]
    for term, whole in zip(kept, in_order, strict=True):
        assert whole.values[: len(term.values)] == term.values
        assert whole.synonyms[: len(term.synonyms)] == term.synonyms


def test_of_too_many_terms_the_first_of_each_kind_stay() -> None:
    terms = [Term(name=f"m{n}", kind="metric") for n in range(MOST_TERMS + 5)]
    kept, omitted = fitted([*terms, Term(name="doctor", kind="entity", synonyms=("physician",))])
    assert [term.name for term in kept] == [*(f"m{n}" for n in range(MOST_TERMS)), "doctor"]
    assert omitted == 5
