"""What holds for every catalogue, history, preference and text."""

import re
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.suggestions.ranking import Learned, Preferences, Suggestion, permitted, suggest
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.explaining import explain
from services.suggestions.ranking.model import JOINED, questions_of
from services.suggestions.templates.vocabulary import Term, Vocabulary
from services.suggestions.templates.words import Exclusion
from tests.suggestions.ranking.samples import MARKETS, NOW, ask, learned

WORDS = (
    "profit", "margin", "revenue", "price", "order", "orders", "volume", "region", "category",
    "product", "stock", "quarter", "month", "customer", "unit", "rate", "total", "status",
    "größe", "société", "売上", "iOS", "net_sales", "{x}", "top", "by",
)  # fmt: skip
NAME = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join)
KINDS = st.sampled_from(
    [("metric",), ("dimension",), ("entity",), ("dimension", "entity"), ("metric", "entity")]
)
TERMS = st.builds(
    Term,
    name=NAME,
    kinds=KINDS,
    synonyms=st.lists(NAME, max_size=2).map(tuple),
    derived=st.booleans(),
)
VOCABULARIES = st.lists(TERMS, max_size=10, unique_by=lambda term: fold(term.name)).map(
    lambda terms: Vocabulary(tuple(terms))
)
SLOTS = (
    "{metric}", "{dimension}", "{entity}", "{N}", "{timeframe}", "{quarter}", "{year}", "{month}",
    "{weekday}", "{value}", "{text}",
)  # fmt: skip
TEMPLATES = st.lists(
    st.sampled_from(
        [*SLOTS, *SLOTS[:3], "show me", "by", "across", "top", "compare", "{{x}}", "for"]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
VALUES = st.dictionaries(
    st.sampled_from("012345"),
    st.dictionaries(
        st.one_of(NAME, st.sampled_from(["10", "Q1", "2025"])), st.integers(0, 9), max_size=3
    ),
    max_size=4,
)
LEARNED = st.builds(
    Learned,
    template=TEMPLATES,
    scope=st.sampled_from(["user", "role", "global"]),
    frequency=st.integers(0, 500),
    successes=st.integers(0, 500),
    last_used=st.integers(-5, 400).map(lambda days: NOW - timedelta(days=days)),
    values=VALUES,
)
NAMES = st.lists(NAME, max_size=3).map(tuple)
TYPES = st.lists(
    st.sampled_from(["comparison", "trend", "ranking", "aggregation"]), max_size=2, unique=True
).map(tuple)
PREFERENCES = st.builds(
    Preferences,
    preferred_query_types=TYPES,
    excluded_metrics=NAMES,
    preferred_metrics=NAMES,
    preferred_dimensions=NAMES,
    show_advanced_queries=st.booleans(),
)
TYPED = st.one_of(
    st.just(""),
    st.text(max_size=20),
    st.lists(
        st.sampled_from([*WORDS, "show", "me", "5", "for", "last", "compare", "prof", "a", "q"]),
        max_size=6,
    ).map(" ".join),
)
SLOT = re.compile(
    r"\{(?:N|metric|dimension|entity|timeframe|quarter|year|month|weekday|value|text)\}"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LEARNED, max_size=5), VOCABULARIES, PREFERENCES, TYPED, st.integers(0, 12))
def test_suggestions_are_allowed_distinct_filled_and_the_same_again(
    history: list[Learned],
    vocabulary: Vocabulary,
    preferences: Preferences,
    typed: str,
    limit: int,
) -> None:
    def once() -> list[Suggestion]:
        return suggest(
            learned=history,
            vocabulary=vocabulary,
            preferences=preferences,
            job_role="analyst",
            partial_query=typed,
            limit=limit,
            now=NOW,
        )

    found = once()
    assert len(found) <= limit
    assert len({one.text.casefold() for one in found}) == len(found)
    excluded = Exclusion.of(preferences.excluded_metrics, vocabulary)
    for one in found:
        assert not excluded.hits(one.text)
        assert not excluded.hits(one.description)
        assert not SLOT.search(one.text)
        if one.type == "complete":
            assert fold(one.text).startswith(fold(typed))
    assert permitted(found, preferences, vocabulary) == found
    assert once() == found


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["profit", "revenue", "volume", "price"]),
    st.sampled_from(["profit", "revenue", "volume", "price"]),
    NAMES,
    st.sampled_from(["", "rep", "report"]),
)
def test_a_preference_never_puts_what_it_names_behind_its_equal(
    liked: str, other: str, also: tuple[str, ...], typed: str
) -> None:
    assume(liked != other)
    history = learned("Report {metric}", {liked: 5, other: 5})

    def lead(metrics: tuple[str, ...]) -> int:
        texts = [
            one.text
            for one in ask(
                typed, history, preferences=Preferences(preferred_metrics=metrics), limit=12
            )
        ]
        places = [
            texts.index(f"Report {name}") if f"Report {name}" in texts else len(texts)
            for name in (liked, other)
        ]
        return places[1] - places[0]

    without = tuple(name for name in also if MARKETS.names_of(name).isdisjoint({liked, other}))
    preferred = lead((*without, liked))
    assert preferred >= 0
    assert (preferred > 0) >= (lead(without) > 0)


ASKED = st.dictionaries(
    st.sampled_from(
        [
            JOINED.join(("Profit by region", "profit", "region")),
            JOINED.join(("Revenue by product", "revenue", "product")),
            JOINED.join(("revenue by quarter", "revenue", "quarter")),
            JOINED.join(("Volume by sector", "volume", "sector")),
        ]
    ),
    st.floats(1400, 1500),
    max_size=4,
)
SIGNALS = st.builds(
    Learned,
    template=st.sampled_from(["{metric} by {dimension}", "Show {metric} by {dimension}"]),
    scope=st.sampled_from(["user", "role", "global"]),
    frequency=st.integers(1, 500),
    successes=st.integers(0, 500),
    last_used=st.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
    values=VALUES,
    recent=st.floats(1400, 1500),
    questions=ASKED.map(questions_of),
    near=st.floats(0, 50),
    shown=st.integers(1, 50),
    accepted=st.integers(0, 50),
    followed=st.integers(0, 20),
    follows=st.integers(20, 40),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(SIGNALS, LEARNED), max_size=6), PREFERENCES, TYPED)
def test_candidates_come_in_the_order_of_their_scores(
    history: list[Learned], preferences: Preferences, typed: str
) -> None:
    """No offer hides a candidate that is better than it promised."""
    explained = explain(
        learned=history,
        vocabulary=MARKETS,
        preferences=preferences,
        job_role="analyst",
        partial_query=typed,
        now=NOW,
    )
    order = [(one.further, round(-one.score, 6)) for one in explained.candidates]
    assert order == sorted(order)
