"""Who may read what is known of a person, and what an analyst sees of it."""

import re
from dataclasses import dataclass

from services.common.caller import Caller
from services.common.errors import PermissionDenied
from services.common.pii import masked, masked_json

# An address that a cut went through is not known for one, so the end of what is cut is not shown.
CUT = re.compile(".{1,60}…", re.DOTALL)
# Personal by what they are, whatever they look like.
PERSONAL_TRAITS = {"email": '"[email]"', "name": '"[name]"'}


@dataclass(frozen=True)
class Masking:
    """What leaves of personal data: all of it, or where it `masks` only that it was there."""

    masks: bool

    def text(self, text: str) -> str:
        return CUT.sub("…", masked(text)) if self.masks else text

    def trait(self, name: str, value: str) -> str:
        """A trait's value, a JSON text."""
        if not self.masks:
            return value
        if value != "null" and name in PERSONAL_TRAITS:
            return PERSONAL_TRAITS[name]
        before = f'{{"{name}":'  # the name speaks of the value
        return self.json(f"{before}{value}}}")[len(before) : -1]

    def json(self, text: str) -> str:
        return masked_json(text.encode()).decode() if self.masks else text

    def email(self, address: str | None) -> str | None:
        return "[email]" if address and self.masks else address


def reading(who: Caller, user_id: str) -> Masking:
    """How much of a person's data the caller may read.

    Raises PermissionDenied where none: viewers read their own alone.
    """
    if who.may_read_others or user_id == who.subject:
        return Masking(False)
    if who.role == "analyst":
        return Masking(True)
    raise PermissionDenied("user_id must be your own: other people's data need the role analyst")
