"""What is known of people is told no more, and what failed is told again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.analytics.tracking.sightings import BEHIND, KNOWN_FOR, Sightings

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Did:
    user_id: str | None
    timestamp: datetime


def did(user_id: str | None, *seconds: float) -> list[Did]:
    return [Did(user_id, NOW + one * SECOND) for one in seconds]


def told(sightings: Sightings, events: list[Did], now: datetime = NOW) -> list[str]:
    with sightings.of("acme", now) as people:
        return sorted(people.tell(events))


def test_of_each_person_the_first_and_the_last_time_is_told() -> None:
    with Sightings().of("acme", NOW) as people:
        found = people.tell([*did("a", 0), *did("b", 1), *did(None, 2), *did("a", 3, 4)])
    assert found == {"a": (NOW, NOW + 4 * SECOND), "b": (NOW + SECOND, NOW + SECOND)}


def test_nothing_is_told_again_until_it_is_news() -> None:
    sightings, late = Sightings(), BEHIND.total_seconds()
    assert told(sightings, did("a", 0, 10)) == ["a"]
    assert told(sightings, did("a", 0, 5, 10 + late)) == []
    assert told(sightings, did("a", 10 + late + 1)) == ["a"]
    assert told(sightings, did("a", -1)) == ["a"]
    assert told(sightings, did("a", -1, 11 + 2 * late)) == []


def test_organizations_have_people_of_their_own() -> None:
    sightings = Sightings()
    assert told(sightings, did("a", 0)) == ["a"]
    with sightings.of("globex", NOW) as people:
        assert [*people.tell(did("a", 0))] == ["a"]


def test_what_was_not_stored_is_told_again() -> None:
    sightings = Sightings()
    with suppress(OSError), sightings.of("acme", NOW) as people:
        people.tell(did("a", 0))
        raise OSError("the database is away")
    assert told(sightings, did("a", 0)) == ["a"]


def test_what_is_known_is_looked_up_anew_after_a_while() -> None:
    sightings = Sightings()
    told(sightings, did("a", 0))
    assert told(sightings, did("a", 0), NOW + KNOWN_FOR) == []
    assert told(sightings, did("a", 0), NOW + KNOWN_FOR + SECOND) == ["a"]


def test_so_many_people_are_known_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analytics.tracking.sightings.MOST_PEOPLE", 2)
    sightings = Sightings()
    for user in ("a", "b", "c"):
        assert told(sightings, did(user, 0)) == [user]
    assert told(sightings, did("a", 0)) == ["a"]
