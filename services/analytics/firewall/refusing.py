"""How wall 1 says no."""


class Refused(Exception):
    """A statement that may not run.

    `reason` is a word for programs, `message` says to a person what is not allowed and what to do
    instead, `position` is where: an offset in characters from 0, or None where no place is to
    blame.
    """

    def __init__(self, reason: str, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.position = position
