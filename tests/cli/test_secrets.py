import json
import stat
from pathlib import Path

import pytest

from cli.local.errors import LocalError
from cli.local.secrets import load_or_create


def test_only_the_owner_reads_the_secrets(tmp_path: Path) -> None:
    load_or_create(tmp_path)
    mode = (tmp_path / "secrets.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_secrets_are_made_once(tmp_path: Path) -> None:
    assert load_or_create(tmp_path / "home") == load_or_create(tmp_path / "home")


def test_two_homes_share_no_secret(tmp_path: Path) -> None:
    one, two = load_or_create(tmp_path / "one"), load_or_create(tmp_path / "two")
    assert one.jwt_secret != two.jwt_secret
    assert one.token_private_key != two.token_private_key


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path: Path) -> None:
    before = load_or_create(tmp_path)
    path = tmp_path / "secrets.json"
    known = json.loads(path.read_text())
    del known["database_passwords"]["suggestions"]
    path.write_text(json.dumps(known))
    after = load_or_create(tmp_path)
    assert after.database_passwords["suggestions"]
    assert after.database_passwords["activity"] == before.database_passwords["activity"]
    assert after.token_private_key == before.token_private_key


@pytest.mark.parametrize("text", ["{", "[]", '{"jwt_secret": 5}'])
def test_a_damaged_file_is_one_sentence_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(text)
    with pytest.raises(LocalError, match=r"secrets\.json is damaged"):
        load_or_create(tmp_path)
    assert path.read_text() == text


def test_secrets_stay_out_of_representations(tmp_path: Path) -> None:
    secrets = load_or_create(tmp_path)
    assert secrets.jwt_secret not in repr(secrets)
