"""Personal data and secrets in text, found by shape and checksum. Pure: no I/O."""

from services.common.pii.finding import KINDS, Finding
from services.common.pii.json_text import masked_json
from services.common.pii.scanning import find, masked

__all__ = ["KINDS", "Finding", "find", "masked", "masked_json"]
