"""How far a reader of a snapshot is: a section and a position in it. No I/O, no protobuf."""

from typing import NamedTuple

from services.common.errors import InvalidFields, Violation
from services.common.ids import uuid_of

BY_USER, BY_UUID, BY_NUMBER = "user", "uuid", "number"
# In the order in which they are read: section → what its rows are ordered by.
SECTIONS = {
    "traits": BY_USER,
    "profiles": BY_USER,
    "conversations": BY_UUID,
    "events": BY_UUID,
    "activities": BY_NUMBER,
    "feedback": BY_NUMBER,
}
END = "end"
LARGEST = 2**63 - 1


class Place(NamedTuple):
    """After which row of a section; "" is before the first."""

    section: str
    after: str

    def __str__(self) -> str:
        return f"{self.section}:{self.after}"

    def then(self, up_to: str) -> "Place":
        """Where to go on after a part: in this section, or where it is done in the next."""
        if up_to:
            return Place(self.section, up_to)
        names = [*SECTIONS, END]
        return Place(names[names.index(self.section) + 1], "")


START = Place(next(iter(SECTIONS)), "")


def place_of(text: str) -> Place:
    """The place that a part went up to; the start for "". Raises InvalidFields."""
    if not text:
        return START
    section, _, after = text.partition(":")
    if not fits(section, after):
        raise InvalidFields(Violation("after", "must be the up_to of a part, or empty"))
    return Place(section, after)


def fits(section: str, after: str) -> bool:
    if section == END or not after:
        return section in (*SECTIONS, END) and not after
    match SECTIONS.get(section):
        case "user":
            return len(after) <= 100
        case "uuid":
            return uuid_of(after) is not None
        case "number":
            return after.isascii() and after.isdecimal() and int(after) <= LARGEST
    return False
