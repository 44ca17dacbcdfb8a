"""`attune run`: everything, on this machine, until Ctrl-C."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.settings import Settings, read_settings

if TYPE_CHECKING:
    import asyncio

    from cli.commands.run_view import RunView


def run(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the processes log.")
    ] = False,
) -> None:
    """Run the suite: PostgreSQL, Valkey, the services, a worker and the gateway.

    Ctrl-C stops everything; the data stay in the folder .attune. Settings are variables:
    ATTUNE_HTTP_PORT, ATTUNE_HOME, ATTUNE_DATABASE_URL and ATTUNE_REDIS_URL (instead of the
    embedded servers), ATTUNE_OIDC_PRESET (your identity provider).
    """
    import asyncio

    from cli.commands.run_view import RunView

    settings = read_settings()
    asyncio.run(until_stopped(settings, RunView(settings, verbose)))


async def until_stopped(settings: Settings, view: "RunView") -> None:
    """Run until the first signal. The second one kills what is slow to stop."""
    import asyncio
    import signal

    hurry = asyncio.Event()
    work = asyncio.create_task(keep_running(settings, view, hurry))
    stopping = False

    def on_signal() -> None:
        nonlocal stopping
        if stopping:
            hurry.set()
            return
        stopping = True
        view.stopping()
        work.cancel()

    signs = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which is what nohup asks for
        signs.append(signal.SIGHUP)
    for sign in signs:
        asyncio.get_running_loop().add_signal_handler(sign, on_signal)
    try:
        await work
    except asyncio.CancelledError:
        view.stopped()


async def keep_running(settings: Settings, view: "RunView", hurry: "asyncio.Event") -> None:
    import asyncio

    from cli.local.suite import running_suite

    with view:
        async with running_suite(settings, view, hurry) as suite:
            view.ready(suite)
            await asyncio.Event().wait()
