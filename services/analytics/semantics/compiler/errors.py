"""Why a metric query has no SQL."""


class NotCompilable(Exception):
    """`field` is the part of the query or definition that is to be changed; the text says how."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
