"""`attune demo`: watch it learn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import out_json
from cli.local.errors import LocalError
from cli.settings import Settings, read_settings

if TYPE_CHECKING:
    from cli.demo.questions import Question, Source
    from cli.demo.story import Outcome
    from cli.demo.view import DemoView


def demo(
    questions: Annotated[
        Path | None,
        typer.Option(
            help='Questions to replay, one a line, or JSON objects with the question as "q".'
        ),
    ] = None,
    vocabulary: Annotated[
        Path | None,
        typer.Option(help="What their data are called, as docs/vocabulary.md says."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="A file to write what was learned to, all patterns too.")
    ] = None,
    events: Annotated[
        int, typer.Option(min=1, help="How many events of a shop that does not exist to import.")
    ] = 200_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay questions of forty people, import events, and show what is learned from them.

    Uses the suite that runs here; where none does, it starts one and stops it at the end. What is
    logged stays in the organization "demo", and each run adds to it.
    """
    import asyncio

    from cli.demo.questions import read_questions, source_of
    from cli.demo.view import DemoView, show, write_report
    from cli.local.state import is_running

    settings = read_settings()
    if settings.has_identity_provider:
        raise LocalError(
            "The demo needs development tokens: run it without ATTUNE_OIDC_PRESET"
            " and ATTUNE_JWKS_URL."
        )
    source = source_of(questions, vocabulary)
    asked = read_questions(source.path)
    started = not is_running(settings.home)
    with DemoView() as view:
        outcome = asyncio.run(performed(settings, source, asked, events, view))
    if report:
        write_report(outcome, report)
    if as_json:
        out_json(outcome.as_data() | {"started": started})
    else:
        show(outcome, started)


async def performed(
    settings: Settings,
    source: "Source",
    questions: "list[Question]",
    events: int,
    view: "DemoView",
) -> "Outcome":
    """The whole demo, over a suite that runs already or that is started for it."""
    from dataclasses import replace

    from cli.demo.client import connected
    from cli.demo.data_side import play_data_side
    from cli.demo.replay import name_of
    from cli.demo.story import cast_of, play
    from cli.local import secrets

    cast = cast_of(source, questions)
    async with suite_for(settings, view) as address:
        secret = secrets.load_or_create(settings.home).jwt_secret
        who = (source.organization, source.connection, secret, settings.variables)
        async with connected(address, *who) as client:
            outcome = await play(client, address, cast, view)
            view.act(f"Importing {events:,} events of a shop")
            today, one = datetime.now(UTC).date(), name_of(cast.people[0])
            return replace(outcome, data=await play_data_side(client, one, events, today))


@asynccontextmanager
async def suite_for(settings: Settings, view: "DemoView") -> AsyncIterator[str]:
    """The address of the suite of this home; one started here takes any free port."""
    import asyncio
    import signal
    from dataclasses import replace

    from cli.local.state import is_running, read_state
    from cli.local.suite import running_suite

    state = read_state(settings.home)
    if state and is_running(settings.home):
        yield state.address
        return
    this = asyncio.current_task()
    assert this
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    async with running_suite(replace(settings, http_port=0), view) as suite:
        yield suite.addresses.http
