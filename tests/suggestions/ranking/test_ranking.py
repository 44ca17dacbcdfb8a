"""In which order suggestions come, which are kept out, and what new people see."""

import pytest

from services.suggestions.ranking import Preferences, Suggestion, permitted
from services.suggestions.ranking.scoring import wilson_lower
from services.suggestions.templates.vocabulary import Vocabulary
from tests.suggestions.ranking.samples import MARKETS, SHOP, ask, learned, texts


def test_the_own_habit_beats_the_roles_and_that_the_organizations() -> None:
    found = texts(
        ask(
            "",
            learned("Plot {metric}", {"price": 1}, scope="global"),
            learned("Report {metric}", {"price": 1}, scope="role"),
            learned("Chart {metric}", {"price": 1}, scope="user"),
        )
    )
    order = [text.split()[0] for text in found if text.endswith(" price")]
    assert order == ["Chart", "Report", "Plot"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"frequency": 50}, {"frequency": 2}),
        ({"successes": 10}, {"successes": 3}),
        ({"days_ago": 1}, {"days_ago": 90}),
    ],
)
def test_use_success_and_recency_count(better: dict[str, int], worse: dict[str, int]) -> None:
    one = learned("Report {metric}", {"price": 1}, **better)  # type: ignore[arg-type]
    other = learned("Chart {metric}", {"price": 1}, **worse)  # type: ignore[arg-type]
    found = texts(ask("", other, one, limit=12))
    assert found.index("Report price") < (
        found.index("Chart price") if "Chart price" in found else len(found)
    )


def test_the_wilson_bound_is_that_of_the_paper() -> None:
    assert wilson_lower(0, 0) == 0.0
    assert wilson_lower(8, 10, z=1.96) == pytest.approx(0.4902, abs=1e-4)
    assert wilson_lower(1, 1, z=1.0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("preferences", "expected"),
    [
        (Preferences(preferred_metrics=("turnover",)), "Revenue"),
        (Preferences(preferred_dimensions=("regions",)), "by region"),
        (Preferences(preferred_query_types=("comparison",)), "Compare"),
    ],
)
def test_what_is_preferred_comes_first(preferences: Preferences, expected: str) -> None:
    history = (
        learned("{metric} by {dimension}", frequency=3),
        learned("Compare {metric} across {dimension}", frequency=3),
    )
    assert expected in ask("", *history, preferences=preferences)[0].text


def test_one_template_does_not_fill_the_list_where_others_are_good() -> None:
    often = learned("Report {metric} by {dimension}", frequency=999)
    found = texts(ask("", often))
    assert sum(text.startswith("Report") for text in found) == 2
    assert len(found) == 6


def test_one_template_fills_the_list_where_nothing_else_fits() -> None:
    assert len(ask("profit by region for ")) == 6


@pytest.mark.parametrize(
    "role", ["analyst", "trader", "Senior Product Manager", "CFO", "astronaut"]
)
def test_a_new_person_gets_one_question_of_each_type(role: str) -> None:
    found = ask("", vocabulary=SHOP, job_role=role)
    assert len(found) == 6
    assert {one.type for one in found} == {"trend", "ranking", "comparison", "aggregation"}


def test_the_job_role_decides_what_comes_first() -> None:
    assert ask("", vocabulary=SHOP, job_role="trader")[0].type == "ranking"
    assert ask("", vocabulary=SHOP, job_role="Head of Sales")[0].type == "trend"


def test_a_new_person_gets_what_the_role_asks() -> None:
    role = learned("Compare {metric} across {dimension}", {"price": 9}, {"sector": 9}, scope="role")
    assert texts(ask("", role))[0] == "Compare price across sectors"


@pytest.mark.parametrize("typed", ["", "show me prof"])
def test_an_empty_catalogue_suggests_nothing_to_a_new_person(typed: str) -> None:
    assert ask(typed, vocabulary=Vocabulary.EMPTY) == []


@pytest.mark.parametrize("limit", [-1, 0, 1, 12])
def test_there_are_never_more_than_asked_for(limit: int) -> None:
    assert len(ask("profit", limit=limit)) == max(0, limit)


@pytest.mark.parametrize("typed", ["", "show me prof", "earnings by", "profit"])
def test_an_excluded_metric_appears_nowhere_even_when_it_is_typed(typed: str) -> None:
    history = learned("Report {metric} by {dimension}", {"earnings": 9}, {"region": 9})
    found = ask(typed, history, preferences=Preferences(excluded_metrics=("profits",)), limit=12)
    said = " ".join(f"{one.text} {one.description}" for one in found).lower()
    assert "earning" not in said
    assert "profit " not in said.replace("profit margin", "")


def test_advanced_questions_are_shown_only_when_wanted() -> None:
    history = learned("List {entity} by {metric} and then show {metric}", frequency=99)
    assert not any("then" in text for text in texts(ask("", history, limit=12)))
    wanted = Preferences(show_advanced_queries=True)
    assert any("then" in text for text in texts(ask("", history, preferences=wanted, limit=12)))


def test_permitted_drops_what_preferences_forbid_by_now() -> None:
    kept = Suggestion("Revenue by region", "aggregation", "Revenue broken down by region", "📊")
    texty = Suggestion("Turnover by region", "aggregation", "A summary", "📊")
    told = Suggestion("Sales by region", "aggregation", "Prices by region", "📊")
    steps = Suggestion("List stocks and then compare price", "comparison", "Stocks", "⚖️")
    preferences = Preferences(excluded_metrics=("price",))
    assert permitted([kept, texty, told, steps], preferences, MARKETS) == [kept, texty]
    preferences = Preferences(excluded_metrics=("revenue",), show_advanced_queries=True)
    assert permitted([kept, texty, told, steps], preferences, MARKETS) == [told, steps]


@pytest.mark.parametrize(
    ("typed", "text", "description"),
    [
        ("top 10 pr", "Top 10 products by profit margin", "Highest profit margin by product"),
        ("profit for the l", "Profit for the last 12 months", "Time-series profit analysis"),
        (
            "compare rev",
            "Compare revenue across product categories",
            "Revenue compared across product categories",
        ),
        ("average pri", "Average price by product category", "Average price by product category"),
        ("revenue vs prof", "Revenue vs profit by quarter", "Revenue against profit by quarter"),
    ],
)
def test_descriptions_say_what_is_shown(typed: str, text: str, description: str) -> None:
    found = {one.text: one.description for one in ask(typed, limit=12)}
    assert found[text] == description
