"""docs/errors.md is the catalogue of attune.common.v1.ErrorReason, word for word."""

import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import attune
from attune.common.v1.errors_pb2 import ErrorReason
from grpc import StatusCode

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| `?(\w+)`? \| (.+) \|$", re.MULTILINE)
# A comment ends with the gRPC code, where there is one, and the HTTP status: "NOT_FOUND, 404."
COMMENT = re.compile(r"(?P<meaning>.+\.) (?:(?P<code>[A-Z_]+), )?(?P<status>\d{3})\.")
NOT_OF_THE_STANDARD = 499
NO_CODE = "none"


class Reason(NamedTuple):
    name: str
    status: str
    code: str
    meaning: str


def documented() -> list[Reason]:
    return [Reason(*row) for row in ROW.findall(PAGE.read_text())]


def declared() -> list[Reason]:
    """What the proto's comments say, as gen/openapi.json keeps them."""
    path = Path(next(iter(attune.__path__))).parent / "openapi.json"
    schema = json.loads(path.read_text())["components"]["schemas"]["ErrorReason"]
    return [reason_of(name, text) for name, text in schema["x-descriptions"].items()]


def reason_of(name: str, comment: str) -> Reason:
    match = COMMENT.fullmatch(comment)
    assert match, f"{name}'s comment does not end with its codes: {comment}"
    return Reason(name, match["status"], match["code"] or NO_CODE, match["meaning"])


def test_the_page_lists_each_reason_as_the_proto_describes_it() -> None:
    assert documented() == declared()


def test_each_value_of_the_enum_is_listed() -> None:
    names = [name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()]  # noqa: SIM118
    assert [reason.name for reason in documented()] == names[1:]


def test_codes_and_statuses_exist() -> None:
    for reason in documented():
        assert reason.code == NO_CODE or reason.code in StatusCode.__members__
        status = int(reason.status)
        assert status == NOT_OF_THE_STANDARD or HTTPStatus(status)
