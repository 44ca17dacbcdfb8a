"""Halves of surrogate pairs: well-formed in JSON, and no text that anything can store."""

import re

REPLACEMENT = rb"\ufffd"
# Every escape in turn; the group is half of a pair that stands alone.
SURROGATES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)


def mended(text: bytes) -> bytes:
    """JSON text with a replacement character for each half of a pair."""
    return SURROGATES.sub(lambda found: REPLACEMENT if found[1] else found[0], text)
