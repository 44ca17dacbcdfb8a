"""Bodies as JSON text: well-formed, in UTF-8, and of Unicode throughout."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from gateway.http.problems import Problem, Violation, invalid, malformed

HALF_PAIR = "has half of a surrogate pair"

cut_value = msgspec.json.Decoder(Raw).decode


class HalfPairs(Problem):
    """The body is well-formed JSON with texts that are not Unicode, at these paths."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(422, "INVALID_FIELD", "the body has halves of surrogate pairs")
        self.paths = paths
        self.name_violations(Violation(path, HALF_PAIR) for path in paths)


def cut(body: bytes) -> Raw:
    """The body as one piece of well-formed JSON in UTF-8; otherwise raises a Problem."""
    try:
        body.decode()
        return cut_value(body)
    except UnicodeDecodeError:
        raise malformed("the body is not UTF-8") from None
    except RecursionError:
        raise invalid(("body", "is nested too deeply")) from None
    except msgspec.MsgspecError as error:
        raise diagnosis(body, str(error)) from None


def diagnosis(body: bytes, complaint: str) -> Problem:
    """Tells JSON that no store can hold (lone surrogates are well-formed) from what is no JSON."""
    try:
        value = json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=not_json)
    except RecursionError:
        return invalid(("body", "is nested too deeply"))
    except ValueError:
        return malformed(f"the body is not JSON: {complaint.removeprefix('JSON is malformed: ')}")
    return HalfPairs(list(lone_surrogates(value)) or ["body"])


def not_json(name: str) -> Any:
    raise ValueError(name)


def lone_surrogates(value: Any) -> Iterator[str]:
    """The paths of the texts that are not Unicode; of an object with such a name its own."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if not is_unicode(value):
                yield path.removeprefix(".")
        elif isinstance(value, list):
            waiting += [(f"{path}[{index}]", item) for index, item in enumerate(value)][::-1]
        elif isinstance(value, dict):
            if not all(map(is_unicode, value)):
                yield path.removeprefix(".") or "body"
            named = [(f"{path}.{n[:100]}", item) for n, item in value.items() if is_unicode(n)]
            waiting += named[::-1]


def is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
