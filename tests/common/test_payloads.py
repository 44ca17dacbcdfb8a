"""What the check of payloads lets pass, jsonb can hold."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.payloads import DEEPEST, check_json, maybe_unstorable, unstorable_value

MANY = 1_000_000

quick = settings(max_examples=300, deadline=None, derandomize=True, database=None)

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=30,
)


def check(utf8: bytes) -> str | None:
    return check_json(utf8, max_bytes=MANY)


@quick
@given(value=values, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_ordinary_json_passes(value: Any, ascii_only: bool, indent: int | None) -> None:
    assert check(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) is None


@quick
@given(
    st.binary(max_size=40)
    | st.text('{}[]":,0123456789.eE-+\\u truefalsn', max_size=30).map(str.encode)
)
def test_what_passes_is_json(utf8: bytes) -> None:
    if check(utf8) is None:
        json.loads(utf8.decode(), parse_int=str)


@pytest.mark.parametrize(
    ("utf8", "problem"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"1 2", "is not JSON"),
        (b"NaN", "is not JSON"),
        (b"\xef\xbb\xbf1", "is not JSON"),
        (b'"\xff"', "is not UTF-8"),
        (b'"\xed\xa0\x80"', "is not UTF-8"),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'"\\ud800\\u0041"', "half of a surrogate pair"),
        (b'{"\\udc00":1}', "half of a surrogate pair"),
        (b'"\\u0000"', "NUL"),
        (b'{"a\\u0000":1}', "NUL"),
        (b'"\\\\\\u0000"', "NUL"),
        (b"[" * 65 + b"]" * 65, "more than 64 levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "more than 64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "more than 64 levels"),
        (b"1e401", "number"),
        (b"-1E+9999", "number"),
        (b"[1,1e-401]", "number"),
        (b"1e999999999999999999999", "number"),
        (b"0." + b"0" * 16_384, "number"),
        (b"1" * 131_073, "number"),
        (b" " * (MANY + 1), "larger than 1000000 bytes"),
    ],
)
def test_what_the_database_cannot_hold_is_refused_with_its_reason(
    utf8: bytes, problem: str
) -> None:
    assert problem in (check(utf8) or "")


@pytest.mark.parametrize(
    "utf8",
    [
        b'"\\ud83d\\ude00"',
        b'"\\\\u0000"',
        b'"\\\\ud800"',
        b"[" * 64 + b"]" * 64,
        b"[" + b'{"a":[1]},' * 500 + b"[]]",
        b'"' + b"[{" * 100 + b'"',
        b"1.7976931348623157e308",
        b"5e-324",
        b"0e0",
        b"1" * 131_072,
        b"0." + b"1" * 16_383,
        b'{"hash":"12e999999", "uuid":"7e400"}',
        b'["a, 1e999"]',
    ],
)
def test_the_edges_pass(utf8: bytes) -> None:
    assert check(utf8) is None


@quick
@given(depth=st.integers(1, 2 * DEEPEST), noise=text)
def test_levels_are_counted_and_brackets_in_text_are_not(depth: int, noise: str) -> None:
    inner = json.dumps([noise, "[[[", "}}"])
    nested = "[" * (depth - 1) + inner + "]" * (depth - 1)
    assert (check(nested.encode()) is None) == (depth <= DEEPEST)


@quick
@given(
    st.from_regex(r"-?(0|[1-9][0-9]{0,600})(\.[0-9]{1,600})?([eE][+-]?[0-9]{1,5})?", fullmatch=True)
)
def test_a_number_passes_where_it_is_short_enough_when_written_out(number: str) -> None:
    mantissa, _, exponent = number.lower().lstrip("-").partition("e")
    whole, _, decimals = mantissa.partition(".")
    shift = int(exponent or "0")
    bound = 400 if exponent else 131_072
    fits = len(whole) + shift <= bound and len(decimals) - shift <= (400 if exponent else 16_383)
    assert Decimal(number).is_finite()
    assert (check(number.encode()) is None) == fits
    assert (check(f'{{"a": {number} }}'.encode()) is None) == fits


numberlike = st.from_regex(
    r"-?[0-9]{1,3}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,4})?", fullmatch=True
) | st.sampled_from(["1" * 299, "1" * 300, "1" * 310 + "e1", "1." + "0" * 299 + "e300"])
forms = ("{}", "[1, {}]", '"x {}"', '{{"a-{}":"\\u0000"}}')
pieces = st.builds(str.format, st.sampled_from(forms), numberlike)


@quick
@given(st.lists(pieces, max_size=6))
def test_texts_that_are_sound_together_are_so_each_by_itself(texts: list[str]) -> None:
    if not maybe_unstorable("\n".join(texts).encode()):
        assert [unstorable_value(text.encode()) for text in texts] == [None] * len(texts)


def test_a_text_that_is_no_json_hides_nothing_in_another() -> None:
    assert maybe_unstorable(b'{"a\n{"n":1e131000,"m":"v"}')
