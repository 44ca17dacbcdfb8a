from pathlib import Path
from typing import Any

import jwt
import pytest

from cli.local.secrets import load_or_create
from cli.local.tokens import nested
from tests.cli.conftest import Attune


def claims(token: str, home: Path) -> dict[str, Any]:
    secret = load_or_create(home).jwt_secret
    issuer, audience = "attune-development", "attune"
    return jwt.decode(token.strip(), secret, algorithms=["HS256"], issuer=issuer, audience=audience)


def test_a_token_names_whom_it_is_for(attune: Attune, home: Path) -> None:
    asked = ["--role", "admin", "--user", "jane", "--org", "acme", "--job-role", "trader"]
    more = ["--goal", "grow", "--goal", "save", "--department", "Sales", "--expires", "12h"]
    found = claims(attune("token", *asked, *more).out, home)
    assert found.pop("exp") - found.pop("iat") == 12 * 3600
    assert found == {
        "iss": "attune-development",
        "aud": "attune",
        "sub": "jane",
        "org": "acme",
        "role": "admin",
        "job_role": "trader",
        "goals": ["grow", "save"],
        "department": "Sales",
    }


def test_a_token_is_alone_on_stdout(attune: Attune) -> None:
    outcome = attune("token", "--role", "analyst", "--user", "analyst001")
    assert outcome.code == 0
    assert outcome.out.count("\n") == 1
    assert len(outcome.out.split(".")) == 3
    assert outcome.err == ""


def test_what_is_not_given_is_not_claimed(attune: Attune, home: Path) -> None:
    found = claims(attune("token").out, home)
    assert not {"job_role", "goals", "department"} & found.keys()


@pytest.mark.parametrize(
    "args",
    [("--role", "service"), ("--role", "god"), ("--user", ""), ("--org", "a b"), ("--nonsense",)],
)
def test_a_wrong_argument_is_a_usage_error(attune: Attune, args: tuple[str, ...]) -> None:
    outcome = attune("token", *args)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("text", ["0d", "30", "d", "-1d", "9999999w", "99999999999999999999d"])
def test_a_wrong_lifetime_is_one_sentence(attune: Attune, text: str) -> None:
    outcome = attune("token", f"--expires={text}")
    assert outcome.code == 2
    assert outcome.err.startswith("attune: ")
    assert outcome.err.count("\n") == 1


def test_tokens_follow_the_claims_that_activity_is_told_to_read(
    attune: Attune, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTUNE_JWT_ORGANIZATION_CLAIM", "app.tenant")
    monkeypatch.setenv("ATTUNE_JWT_SECRET", "s" * 32)
    found = jwt.decode(
        attune("token").out.strip(), "s" * 32, algorithms=["HS256"], audience="attune"
    )
    assert found["app"] == {"tenant": "sample"}


def test_claim_paths_share_their_parents() -> None:
    assert nested({"a.b": 1, "a.c": 2, "d": 3}) == {"a": {"b": 1, "c": 2}, "d": 3}
