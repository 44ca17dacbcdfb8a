import random
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.pii import score
from bench.pii_samples import generated, read_labelled, unlabelled
from services.activity.api_keys.text import new_key
from services.common.pii import KINDS, Finding, find, masked, masked_json
from tests.properties import quick

DATA = Path(__file__).parents[2] / "bench" / "data"


def kinds(text: str, region: str = "US") -> list[str]:
    return [one.kind for one in find(text, region)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail anna@web.de now", "mail [email] now"),
        ("call (415) 555-2671", "call [phone]"),
        ("card 4111 1111 1111 1111.", "card [card]."),
        ("to DE89 3704 0044 0532 0130 00 please", "to [iban] please"),
        ("my SSN is 536-22-8723", "my SSN is [national_id]"),
        ("from 203.0.113.42 and 2001:db8::8a2e:370:7334", "from [ip] and [ip]"),
        ("password: hunter2!", "password: [secret]"),
        ("postgres://me:s3cr3tPw@db/x", "postgres://me:[secret]@db/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "[secret]"),
        ("\uff41\uff20\uff42\uff0ede", "[email]"),
        ("٠٣٠ is no number, +٤٩ ٣٠ ٩٠١٨٢٠ is", "٠٣٠ is no number, [phone] is"),
        ("nothing to see", "nothing to see"),
        ("", ""),
    ],
)
def test_what_is_personal_is_masked_and_the_rest_stays(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "order 4012888888881881",
        "version 1.2.3.4",
        "we run 12.6.8.21",
        "at 12:30:45 on 2024-03-11",
        "550e8400-e29b-41d4-a716-446655440000",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ISBN 978-3-16-148410-0",
        "icon@2x.png and git@github.com:acme/x.git",
        "4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "localhost is 127.0.0.1 and ::1",
        "the password is required",
        "00:1B:44:11:3A:B7",
        "1 2 3 4 5 6 7 8 9 10 11 12",
    ],
)
def test_what_only_looks_personal_is_left(text: str) -> None:
    assert find(text) == []


def test_our_own_api_keys_are_secrets() -> None:
    key = new_key("acme").text
    assert masked(f"I used {key}, sorry") == "I used [secret], sorry"


def test_numbers_without_a_country_code_are_read_as_of_the_region() -> None:
    assert kinds("sono 06 12 34 56 78", "FR") == ["phone"]
    assert kinds("sono 06 12 34 56 78", "US") == []
    assert kinds("appelez 06 12 34 56 78", "") == ["phone"]


def test_what_overlaps_is_one_finding_of_the_stronger_kind() -> None:
    assert find("token: anna1234567890@web.de") == [Finding("secret", 7, 28)]


@quick
@given(st.text(max_size=300))
def test_findings_are_in_order_and_apart_in_any_text(text: str) -> None:
    at = 0
    for kind, start, end in find(text):
        assert kind in KINDS
        assert at <= start < end <= len(text)
        at = end


texts = st.sampled_from(["anna@web.de", 'a "quoted" \\ text', "12", "ü\n", "call +49 30 901820"])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
documents = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def expected(value: object) -> object:
    """No two of the keys that tests use become the same."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [expected(one) for one in value]
    if isinstance(value, dict):
        return {masked(key): expected(one) for key, one in value.items()}
    return value


@quick
@given(documents)
def test_of_json_the_texts_are_masked_and_nothing_else(document: object) -> None:
    found = msgspec.json.decode(masked_json(msgspec.json.encode(document)))
    assert found == msgspec.json.decode(msgspec.json.encode(expected(document)))


def test_json_keeps_numbers_as_they_were_written() -> None:
    text = b'{"a@b.de": "x@y.de", "n": 1.10, "big": 123456789012345678901234567890, "e":1E+2 }'
    masked_text = (
        b'{"[email]": "[email]", "n": 1.10, "big": 123456789012345678901234567890, "e":1E+2 }'
    )
    assert masked_json(text) == masked_text


def test_keys_of_json_are_masked_and_none_hides_another() -> None:
    text = b'[{"a@b.de": 1, "x@y.de": 2, "n": 3}, {"x@y.de": 4, "z\\u0040z.de": 5}]'
    hidden = b'[{"[email]": 1, "[email] 2": 2, "n": 3}, {"[email] 2": 4, "[email] 3": 5}]'
    assert masked_json(text) == hidden


def test_a_key_of_json_speaks_of_its_value() -> None:
    text = b'{"password": "hunter2", "note": "hunter2", "phone": "0176 12345678"}'
    assert masked_json(text) == b'{"password": "[secret]", "note": "hunter2", "phone": "[phone]"}'


def test_escapes_hide_nothing_in_json() -> None:
    assert masked_json(b'["anna\\u0040web.de"]') == b'["[email]"]'


HOSTILE = (
    *("a", "@", "a@", "a.", "a@a.", "1", "1 ", "1-", "12 ", "+1", "(1", "0", ".1", "1.", ":", "f:"),
    *("::", "1:", "A1", "DE12", "DE12 ", "-----BEGIN PRIVATE KEY-----", "eyJ", "eyJaaaaaaaaa."),
    *(
        "password=",
        "password",
        "pass_",
        "a_",
        "token is ",
        "sk-",
        "sk-a",
        "://",
        "://a:",
        "bearer ",
    ),
    *(
        "Bearer a",
        "4111 1111 1111 1111 ",
        "a@b.de ",
        "\u0661",
        "\u00a0",
        "\n",
        "\\",
        "attune_a",
        '"',
    ),
    *("gh", "ghp_a", "x-", "1234567Z", "AB12", "06 12 34 56 78 ", "call 1 "),
)


def cost(text: str) -> float:
    """The least processor time of a few searches, in seconds."""
    took = []
    for _ in range(3):
        began = time.process_time()
        find(text)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_no_faster_than_the_text(piece: str) -> None:
    text = piece * (4_000 // len(piece))
    assert cost(text * 8) < 8 * 4 * max(cost(text), 2e-4)


def test_recognisers_reach_their_figures_on_generated_and_labelled_texts() -> None:
    made = score(generated(random.Random("attune pii test"), 1000))["all"]
    assert (made.precision or 0) >= 0.97
    assert (made.recall or 0) >= 0.97
    kept = score(read_labelled(DATA / "pii_test.txt"))["all"]
    assert (kept.precision or 0) >= 0.9
    assert (kept.recall or 0) >= 0.85


def test_labels_are_spans_of_the_text_without_them() -> None:
    assert unlabelled("to {{email|a@b.de}}!") == ("to a@b.de!", (Finding("email", 3, 9),))


def test_the_labelled_texts_are_many_and_a_third_is_clean() -> None:
    samples = [*read_labelled(DATA / "pii_dev.txt"), *read_labelled(DATA / "pii_test.txt")]
    assert len(samples) >= 120
    assert sum(not sample.spans for sample in samples) * 3 >= len(samples)
