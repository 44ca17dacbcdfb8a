"""UUIDs of version 7."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.ids import Ids, millis_of, uuid7, uuid7s, uuid_of
from tests.properties import quick

MOMENT = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
FIRST, LAST = datetime(1970, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001  # hypothesis adds the zone


@quick
@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)), st.integers(0, 4095))
def test_an_id_holds_its_time_its_place_its_version_and_its_variant(
    moment: datetime, place: int
) -> None:
    made = uuid7(moment, place)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == millis_of(moment)
    assert made.int >> 64 & 0xFFF == place
    assert made != uuid7(moment, place)


def test_the_example_of_the_rfc_has_the_same_time() -> None:
    """RFC 9562, A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F is of 19:22:22 on 22 February 2022."""
    assert str(uuid7(MOMENT, 0xCC3)).startswith("017f22e2-79b0-7cc3-")


@quick
@given(st.lists(st.integers(0, 3), max_size=50))
def test_ids_keep_the_order_in_which_those_of_a_millisecond_were_asked_for(
    millis: list[int],
) -> None:
    ids = Ids()
    made = [(n, ids.next(MOMENT + timedelta(milliseconds=n))) for n in millis]
    by_time = sorted(made, key=lambda one: one[0])  # stable
    assert [one for _, one in by_time] == sorted(one for _, one in made)


def test_more_than_a_millisecond_holds_go_on_in_the_next() -> None:
    ids = Ids()
    made = [ids.next(MOMENT) for _ in range(5000)]
    assert made == sorted(made)
    assert made[4095].int >> 80 == millis_of(MOMENT)
    assert made[4096].int >> 80 == millis_of(MOMENT) + 1


def test_many_at_a_time_are_ids_like_all_others() -> None:
    made = [*islice(uuid7s(MOMENT), 5000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    assert [one.int >> 64 & 0xFFF for one in made] == [place % 4096 for place in range(5000)]
    assert {one.int >> 80 for one in made[:4096]} == {millis_of(MOMENT)}
    assert made[4096].int >> 80 == millis_of(MOMENT) + 1
    bits = [one.int & (1 << 62) - 1 for one in made]
    assert all(0.45 < sum(b >> place & 1 for b in bits) / 5000 < 0.55 for place in range(62))


def test_ids_go_on_after_the_last_of_the_same_millisecond() -> None:
    last = uuid7(MOMENT, 7)
    assert Ids(last).next(MOMENT).int >> 64 & 0xFFF == 8
    assert Ids(last).next(MOMENT + timedelta(seconds=1)).int >> 64 & 0xFFF == 0


def test_a_time_before_1970_has_no_id() -> None:
    with pytest.raises(ValueError, match="1970"):
        uuid7(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", True),
        ("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", True),
        ("017f22e279b07cc398c4dc0c0c07398f", False),
        ("{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", False),
        ("conv-123", False),
        ("", False),
    ],
)
def test_only_the_form_in_which_ids_are_told_is_one(text: str, found: bool) -> None:
    assert uuid_of(text) == (UUID(text) if found else None)
