"""How a broken field rule is told: in words, where protovalidate quotes a regular expression."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protovalidate import Violation

# Every pattern of the protos has its words here; a test compares.
PATTERNS = {
    r"^[^/:\s]+$": "must not have spaces, '/' or ':'",
    "^[0-9a-fA-F]{64}$": "must be a SHA-256 in hex, 64 digits",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "must be a date, such as 2025-12-29",
    "^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$": "must be 1 to 100 letters, digits,"
    " '_', '.' and '-', a letter or a digit first",
    "^[a-z][a-z_]{0,49}$": "must be 1 to 50 lower-case letters and underscores, a letter first",
    "^([A-Za-z_][A-Za-z0-9_]*)?$": "must have letters, digits and '_' alone, no digit first",
    "^[A-Za-z0-9 ._-]*$": "must have letters, digits, spaces, '.', '_' and '-' alone",
    "^[A-Za-z0-9_+/-]*$": "must be an IANA time zone, such as Europe/Berlin",
}


EMPTY = "must not be empty"


def words_of(broken: "Violation") -> str:
    """What to change, for people; protovalidate's own words where they are good enough."""
    rule, value = broken.proto.rule_id, broken.rule_value
    if rule == "required":
        return "is required"
    if rule == "string.in":
        return f"must be one of {', '.join(filter(None, value))}"
    if (rule, value) in (("string.min_len", 1), ("repeated.min_items", 1)):
        return EMPTY
    if rule == "string.pattern":
        return PATTERNS.get(value, broken.proto.message) if broken.field_value else EMPTY
    return broken.proto.message
