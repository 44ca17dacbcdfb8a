"""The text of a key: what it leads to, and what is no key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.activity.api_keys.text import TEXT, Key, checksum, new_key, read_key
from services.common.errors import Unauthenticated
from tests.properties import quick

NAME = st.text("abcXYZ019_.:-", min_size=1, max_size=100)


@quick
@given(NAME)
def test_a_key_leads_to_its_organization(organization: str) -> None:
    key = new_key(organization)
    assert read_key(key.text) == key
    assert TEXT.fullmatch(key.text)
    assert key.fits(read_key(key.text).hash)


def test_keys_are_all_different_and_256_bits_strong() -> None:
    keys = [new_key("acme") for _ in range(100)]
    assert len({key.key_id for key in keys}) == len({key.secret for key in keys}) == 100
    assert all(len(key.secret) * 5 >= 256 for key in keys)


def test_a_secret_is_good_for_its_own_id_and_organization_only() -> None:
    key = new_key("acme")
    for other in (Key("other", key.key_id, key.secret), Key("acme", "a" * 16, key.secret)):
        assert not other.fits(key.hash)


def test_a_secret_is_not_shown_where_a_key_is() -> None:
    key = new_key("acme")
    assert key.secret not in repr(key)


def test_any_character_changed_is_a_mistyped_key() -> None:
    text = new_key("acme").text
    for place in range(len("attune_"), len(text)):
        if text[place] == "_":
            continue
        changed = "a" if text[place] != "a" else "b"
        with pytest.raises(Unauthenticated, match="mistyped"):
            read_key(text[:place] + changed + text[place + 1 :])


@pytest.mark.parametrize("end", [1, 7, 8, 30])
def test_a_key_that_was_cut_is_told(end: int) -> None:
    with pytest.raises(Unauthenticated, match="cut"):
        read_key(new_key("acme").text[:-end])


@quick
@given(st.text("abcdefgh234567_", max_size=120) | st.text(max_size=60))
def test_garbage_is_no_key(text: str) -> None:
    with pytest.raises(Unauthenticated):
        read_key(f"attune_{text}")


@pytest.mark.parametrize("organization", ["", "a b", "a\0b", "é", "x" * 101])
def test_a_key_that_somebody_made_for_no_organization_is_refused(organization: str) -> None:
    with pytest.raises(Unauthenticated):
        read_key(new_key(organization).text)


def test_base32_with_odd_ends_is_no_second_spelling_of_a_key() -> None:
    _, organization, rest = new_key("acme").text.rpartition("_")[0].split("_", 2)
    odd = chr(ord(organization[-1]) + 1)  # the last character's lowest bits carry nothing
    told = f"attune_{organization[:-1]}{odd}_{rest}"
    with pytest.raises(Unauthenticated, match="mistyped"):
        read_key(f"{told}_{checksum(told)}")
