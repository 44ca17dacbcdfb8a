"""What a question means after others: follow-ups of two readings, and a yes to a question back."""

from datetime import UTC, datetime

import pytest

from services.analytics.chat.domain import Exchange
from services.analytics.chat.ways.abstaining import abstention
from services.analytics.chat.ways.earlier import understood_after
from services.analytics.chat.ways.understood import doubt
from services.analytics.semantics.compiler import Calendar
from services.analytics.understanding import (
    Knowledge,
    KnownEvent,
    KnownMetric,
    Reading,
    Understood,
    understand,
)

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
KNOWN = Knowledge(metrics=(KnownMetric("revenue"),), events=(KnownEvent("signup"),))
UNSURE = "Average revenue in 2025"


def read(text: str, before: Reading | None = None) -> Understood:
    return understand(text, KNOWN, Calendar("UTC"), NOW, before)


def meant(text: str, *exchanges: Exchange) -> list[str]:
    found = understood_after(exchanges, text, read)
    return [one.says for one in found.readings if one.certain]


@pytest.mark.parametrize("yes", ["yes", "Yes, please!", "ok", "that's right", "okay."])
def test_yes_takes_what_was_asked_back(yes: str) -> None:
    asked = Exchange(UNSURE, told=doubt(read(UNSURE)))
    assert meant(yes, asked) == ["Revenue, 1 Jan - 31 Dec 2025, UTC"]
    follow_up = meant("what about 2024", asked, Exchange(yes))
    assert follow_up == ["Revenue, 1 Jan - 31 Dec 2024, UTC"]


@pytest.mark.parametrize("text", ["no", "yesterday", "..."])
def test_nothing_else_is_a_yes(text: str) -> None:
    assert meant(text, Exchange(UNSURE, told=doubt(read(UNSURE)))) == []


def test_yes_to_what_something_else_asked_back_is_none() -> None:
    assert meant("yes", Exchange(UNSURE, told="Do you mean the median?")) == []
    assert meant("yes") == []


def test_which_of_two_readings_is_meant_may_be_said_afterwards() -> None:
    either = "Revenue over the last month"
    assert len(meant(either)) == 2
    assert len(meant("by month", Exchange(either))) == 2
    assert meant("the last 30 days", Exchange(either)) == [
        "Revenue, the last 30 days with today (17 Feb - 18 Mar 2026, UTC)"
    ]


def test_what_is_asked_back_is_a_sentence() -> None:
    assert doubt(read(UNSURE)).startswith('I do not know what "Average" means here. Do you mean: ')
    assert doubt(read("revenue tomorrow")).startswith('There is no definition of "tomorrow". ')


@pytest.mark.parametrize("text", ["Hello!", "help", "What can I ask?", "which metrics are there?"])
def test_who_asks_for_nothing_is_told_what_there_is(text: str) -> None:
    assert abstention(text, read(text), KNOWN, "events") == (
        "I answer questions about your data. You may ask, for example, for the metric revenue;"
        " the event signup."
    )
