"""`attune token`: a development token."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out
from cli.local.errors import UsageError
from cli.settings import read_settings

if TYPE_CHECKING:
    from cli.local.tokens import Person


def token(
    user: Annotated[str, typer.Option(help="Whom it names.")] = "analyst001",
    role: Annotated[str, typer.Option(help="viewer, analyst or admin.")] = "analyst",
    org: Annotated[str, typer.Option(help="The organization.")] = "sample",
    job_role: Annotated[
        str | None, typer.Option(help="What the person works as, such as trader.")
    ] = None,
    goal: Annotated[
        list[str] | None, typer.Option(help="What the person wants; may be repeated.")
    ] = None,
    department: Annotated[str | None, typer.Option(help="Where the person works.")] = None,
    expires: Annotated[str, typer.Option(help="How long it is good: 30d, 12h, 15m, 45s.")] = "30d",
) -> None:
    """Print a development token, and nothing else.

    It is signed with the secret of this checkout, which is made where there is none. A suite that
    runs with an identity provider takes its tokens instead.
    """
    from cli.local.tokens import Person

    out(signed(Person(user, role, org, job_role, tuple(goal or ()), department), expires))


def signed(person: "Person", expires: str) -> str:
    """The token for a person. Raises UsageError, naming the option that is wrong."""
    from datetime import UTC, datetime

    from cli.local import secrets
    from cli.local.tokens import NAME, ROLES, development_token, lifetime

    if person.role not in ROLES:
        raise UsageError(f"--role is {' or '.join(ROLES)}, not {person.role!r}.")
    for option, value in (("--user", person.user), ("--org", person.organization)):
        if not NAME.fullmatch(value):
            raise UsageError(f"{option} is 1 to 100 of letters, digits and _ . : @ -")
    settings = read_settings()
    known = secrets.load_or_create(settings.home)
    now, good_for = datetime.now(UTC), lifetime(expires)
    return development_token(person, known.jwt_secret, now, good_for, settings.variables)
