"""What can go wrong on this machine, each said in one sentence for the person at the terminal."""


class LocalError(Exception):
    """The suite cannot do what was asked; the message says why and what to change.

    `facts` are for scripts: with --json they stand beside the message.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class UsageError(LocalError):
    """A setting or an argument has a wrong value."""


class AlreadyRunning(LocalError):
    """Another launcher serves this data directory."""


class NotRunning(LocalError):
    """Nothing serves this data directory."""


class StartFailed(LocalError):
    """A process did not become ready."""
