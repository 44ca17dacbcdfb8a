"""What may be told about a person, and that the order of arrival decides nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.traits.domain import (
    TRAITS_KEPT,
    Known,
    merged,
    nested,
    told_in,
    when_told,
)
from services.common.errors import InvalidFields
from tests.properties import quick

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def told(**traits: Any) -> dict[str, str]:
    return told_in(json.dumps(traits).encode())


def refused(traits: object) -> list[str]:
    with pytest.raises(InvalidFields) as err:
        told_in(traits if isinstance(traits, bytes) else json.dumps(traits).encode())
    return [violation.field for violation in err.value.violations]


@pytest.mark.parametrize(
    ("trait", "good", "bad"),
    [
        ("email", ["a@b.co", "ann+x@mail.example.com"], ["a", "a@b", "a b@c.de", "a@@b.co", 1, ""]),
        ("time_zone", ["UTC", "Europe/Berlin"], ["Mars/Base", "CET/", 1]),
        ("locale", ["de", "de-DE", "zh-Hant-TW", "es-419", "de-u-co-phonebk"], ["d", "de_DE", "-"]),
        ("credit_quota", [0, 100], [-1, 1.5, True, "9", 10**30]),
        ("goals", [[], ["a", "b"]], [["a"] * 21, "a", [1], [""], ["x" * 201]]),
        ("consent", [{}, {"mail": True, "ads": False, "x": None}], [[], {"mail": 1}, {"": True}]),
        ("job_role", ["analyst"], ["", " ", 3, "x" * 201]),
    ],
)
def test_a_known_trait_has_a_rule(trait: str, good: list[Any], bad: list[Any]) -> None:
    for value in [*good, None]:
        told(**{trait: value})
    for value in bad:
        assert refused({trait: value}) == [f"traits.{trait}"]


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b'{"a": "\\u0000"}', b"{", b'{"a": "' + b"x" * 17000]
)
def test_what_is_no_small_object_is_refused(body: bytes) -> None:
    assert refused(body) == ["traits"]


def test_every_mistake_is_named() -> None:
    assert refused({"email": "a", "1st": 1, "big": "x" * 5000, "fine": 1}) == [
        "traits.email",
        "traits.1st",
        "traits.big",
    ]


def test_an_own_trait_is_kept_as_it_came() -> None:
    assert told_in(b'{"size": 12345678901234567890123, "deep": {"a": [1e2]}}') == {
        "size": "12345678901234567890123",
        "deep": '{"a": [1e2]}',
    }


def test_a_later_value_stays_whatever_arrives_after_it() -> None:
    known = merged(Known(), told(plan="pro"), NOON).known
    late = merged(known, told(plan="free", name="Ann"), NOON - timedelta(hours=1))
    assert late.known.traits == {"plan": '"pro"', "name": '"Ann"'}
    assert late.changed == ("name",)


def test_null_clears_and_what_was_so_before_stays_away() -> None:
    known = merged(Known(), told(plan="pro"), NOON).known
    cleared = merged(known, told(plan=None), NOON + timedelta(hours=1))
    assert (cleared.known.traits, cleared.changed) == ({}, ("plan",))
    assert merged(cleared.known, told(plan="old"), NOON).known.traits == {}


def test_each_consent_is_told_by_itself() -> None:
    known = merged(Known(), told(consent={"mail": True, "ads": False}), NOON).known
    known = merged(known, told(consent={"mail": False}), NOON).known
    assert json.loads(nested(known.traits)) == {"consent": {"ads": False, "mail": False}}
    gone = merged(known, told(consent=None), NOON)
    assert (gone.known.traits, sorted(gone.changed)) == ({}, ["consent.ads", "consent.mail"])


def test_to_tell_the_same_again_changes_nothing() -> None:
    known = merged(Known(), told_in(b'{"a": 1, "b": {"x": [1, 2]}, "c": true}'), NOON).known
    assert merged(known, told_in(b'{"b":{"x":[1.0,2]},"a":1e0}'), NOON).changed == ()
    assert merged(known, told_in(b'{"c": 1}'), NOON).changed == ("c",)


def test_a_person_has_no_more_traits_than_fit() -> None:
    known = merged(Known(), {f"t{n}": "1" for n in range(TRAITS_KEPT)}, NOON).known
    with pytest.raises(InvalidFields, match="clear some"):
        merged(known, told(more=1), NOON)
    assert merged(known, told(more=1, t0=None), NOON).known.traits.keys() >= {"more"}


def test_times_of_cleared_traits_do_not_grow_for_ever() -> None:
    known = Known()
    for n in range(2000):
        at = NOON + timedelta(seconds=n)
        known = merged(known, {f"t{n}": "1", f"t{n - 1}": "null"}, at).known
    assert len(known.told_at) <= 300
    assert set(known.traits) == {"t1999"}


def test_a_clock_ahead_is_set_back_and_one_far_ahead_refused() -> None:
    assert when_told(None, NOON) == NOON
    assert when_told(NOON + timedelta(minutes=5), NOON) == NOON
    assert when_told(NOON - timedelta(days=900), NOON) == NOON - timedelta(days=900)
    with pytest.raises(InvalidFields):
        when_told(NOON + timedelta(days=2), NOON)


tellings = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2", "null", '"x"'])),
        st.integers(0, 1000),
    ),
    max_size=12,
    unique_by=lambda telling: telling[1],
)


@quick
@given(tellings, st.randoms(use_true_random=False))
def test_in_whatever_order_it_arrives_and_however_often_the_end_is_the_same(
    told: list[tuple[dict[str, str], int]], random: Any
) -> None:
    def all_of(order: list[tuple[dict[str, str], int]]) -> Known:
        known = Known()
        for traits, second in order:
            known = merged(known, traits, NOON + timedelta(seconds=second)).known
        return known

    shuffled = [*told, *told]
    random.shuffle(shuffled)
    one, other = all_of(told), all_of(shuffled)
    assert (one.traits, one.told_at) == (other.traits, other.told_at)
