"""What goes wrong with a statement, as its author may see it: never a fault of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import asyncpg
from grpc import StatusCode

from services.common.errors import DomainError, InvalidFields, Unavailable, Violation

WORD = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|\w+|[^\w\s]+')
# SQLSTATE classes that tell of the server, not of the statement: connection, transaction,
# resources, operator intervention, system.
OF_SERVER = ("08", "40", "53", "57", "58")
REFUSED_LOGIN = "28"
# Limits of the server that this statement alone went over: temporary files, memory.
OVER_LIMIT = ("53400", "53200")
CANCELED = "57014"


class TookTooLong(DomainError):
    """The statement's deadline passed, and it was cancelled."""

    code = StatusCode.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"


class Cancelled(DomainError):
    """Somebody cancelled the statement."""

    code = StatusCode.CANCELLED
    reason = "CANCELLED"


class Rejected(InvalidFields):
    """PostgreSQL refuses the statement, or it failed over the data.

    `position` is the offset in the text that ran, from 0, where PostgreSQL names one.
    """

    def __init__(self, message: str, sqlstate: str, position: int | None = None) -> None:
        super().__init__(Violation("sql", message))
        self.message = message
        self.sqlstate = sqlstate
        self.position = position
        self.metadata["sqlstate"] = sqlstate

    def written(self, ran: str, text: str) -> "Rejected":
        """The same error with its place in the text that its author wrote."""
        if self.position is None:
            return self
        place = place_in(text, ran, self.position)
        if place is None:
            return Rejected(self.message, self.sqlstate)
        told = Rejected(f"{self.message} (at position {place})", self.sqlstate, place)
        told.metadata["position"] = str(place)
        return told


class Passing(Protocol):
    """A deadline, once it has passed."""

    def passed(self) -> TookTooLong: ...


@contextmanager
def translated(deadline: Passing, offset: int = 0) -> Iterator[None]:
    """Whatever a database does is raised as an error that a caller can act on.

    `offset` is how much stands before the statement in what is sent.
    """
    try:
        yield
    except TimeoutError as err:
        raise deadline.passed() from err
    except asyncpg.PostgresError as err:
        raise translation(err, deadline, offset) from err
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as err:
        raise Unavailable("the connection's database does not answer; try again") from err
    except (ValueError, OverflowError) as err:
        message = "the result holds a value that cannot be read: cast it to text"
        raise Rejected(message, "22000") from err


def translation(err: asyncpg.PostgresError, deadline: Passing, offset: int) -> DomainError:
    state = err.sqlstate or "XX000"
    if state == CANCELED:
        if "statement timeout" in str(err):
            return deadline.passed()
        return Cancelled("the query was cancelled")
    if state.startswith(REFUSED_LOGIN):
        return Unavailable("the connection's database refuses its user or password")
    if state.startswith(OF_SERVER) and state not in OVER_LIMIT:
        return Unavailable("the connection's database cannot do this now; try again")
    said = {part: text for part, text in err.as_dict().items() if text}
    told = ". ".join(said[part] for part in ("message", "hint") if part in said)
    position = int(said["position"]) - 1 - offset if "position" in said else None
    return Rejected(told, state, position)


def place_in(text: str, ran: str, position: int) -> int | None:
    """Where in `text` the word stands that is at `position` of what ran; None if that is unclear.

    What runs is rendered anew from the author's text, so that places differ, but words follow each
    other in the same order: where both have a word equally often, the n-th is the n-th.
    """
    words = list(WORD.finditer(ran))
    found = next((w for w in words if w.start() <= position < w.end()), None)
    if found is None:
        return None
    wanted = plain(found[0])
    there = [w.start() for w in words if plain(w[0]) == wanted]
    written = [w.start() for w in WORD.finditer(text) if plain(w[0]) == wanted]
    if len(written) == 1:
        return written[0]
    return written[there.index(found.start())] if len(written) == len(there) else None


def plain(word: str) -> str:
    return word.strip('"').lower()
