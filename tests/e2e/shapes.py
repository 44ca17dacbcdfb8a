"""The shape of JSON: keys, types and nesting, without the values."""

from typing import Any


def shape(value: Any) -> Any:
    """`{"a": 1, "b": ["x"]}` -> `{"a": "int", "b": ["str"]}`; a list has the shape of its items."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        shapes = [shape(inner) for inner in value]
        return [one for n, one in enumerate(shapes) if one not in shapes[:n]]
    return type(value).__name__


def is_problem(answer: Any, status: int, reason: str) -> bool:
    """Whether an answer is application/problem+json with this status and reason."""
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert document["request_id"] == answer.headers["x-request-id"]
    assert {"type", "title", "status", "detail", "reason"} <= document.keys()
    found = (answer.status_code, document["status"], document["reason"])
    assert found == (status, status, reason), answer.text
    return True


def errors_of(answer: Any) -> dict[str, str]:
    """Message by field of a 422."""
    assert is_problem(answer, 422, "INVALID_FIELD")
    return {error["field"]: error["message"] for error in answer.json()["errors"]}
