import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import InvalidFields
from services.common.pages import filters_hash, page_token, position_of
from tests.properties import quick

FILTERS = filters_hash("ann", "query")
SHAPES: list[Any] = [tuple[datetime, int], tuple[datetime, str], tuple[int, int]]
WHEN = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def crafted(*position: Any) -> str:
    """A token as a caller could make it, who knows one of ours."""
    raw = json.dumps([FILTERS, *position]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        ((WHEN, 7), SHAPES[0]),
        ((WHEN, "é 😀"), SHAPES[1]),
        ((-(2**62), 2**52), SHAPES[2]),
        ((2**63 - 1, -(2**63)), SHAPES[2]),
    ],
)
def test_a_token_brings_back_its_position(position: tuple[Any, ...], shape: Any) -> None:
    assert position_of(page_token(FILTERS, position), FILTERS, shape) == position


def test_a_token_says_nothing_of_its_filters() -> None:
    assert "ann" not in filters_hash("ann")
    assert filters_hash("ann", "query") != filters_hash("ann", "chat") != filters_hash("annquery")


def test_a_token_of_other_filters_is_refused() -> None:
    token = page_token(filters_hash("bob", "query"), (WHEN, 7))
    with pytest.raises(InvalidFields) as refused:
        position_of(token, FILTERS, SHAPES[0])
    assert refused.value.violations[0].field == "page_token"


@pytest.mark.parametrize(
    ("position", "shape"),
    [
        (("2026-01-02T03:04:05", 7), SHAPES[0]),  # without a zone
        (("0001-01-01T00:00:00+14:00", 7), SHAPES[0]),  # before the first year in UTC
        (("9999-12-31T23:59:59-14:00", 7), SHAPES[0]),
        (("2026-01-02T03:04:05Z", 2**63), SHAPES[0]),
        (("2026-01-02T03:04:05Z", "a\0b"), SHAPES[1]),
        (("2026-01-02T03:04:05Z",), SHAPES[1]),
        ((2**70, 1), SHAPES[2]),
        ((1, -(2**63) - 1), SHAPES[2]),
        ((True, 1), SHAPES[2]),
        ((1.5, 1), SHAPES[2]),
        ((1, 1, 1), SHAPES[2]),
    ],
)
def test_a_position_that_the_database_cannot_take_is_refused(
    position: tuple[Any, ...], shape: Any
) -> None:
    with pytest.raises(InvalidFields):
        position_of(crafted(*position), FILTERS, shape)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@quick
@given(
    st.text(max_size=60)
    | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
    | json_values.map(lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).decode())
    | st.lists(json_values, max_size=3).map(lambda values: crafted(*values))
    | st.just(base64.urlsafe_b64encode(b"[" * 700).decode()),
    st.sampled_from(SHAPES),
)
def test_whatever_is_sent_is_a_position_or_refused(token: str, shape: Any) -> None:
    try:
        position = position_of(token, FILTERS, shape)
    except InvalidFields:
        return
    assert len(position) == 2
