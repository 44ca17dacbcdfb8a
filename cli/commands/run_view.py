"""What `attune run` shows."""

import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import quote

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cli.local.supervisor import Died, Line, Notice, Restarted, outcome
from cli.local.tokens import Person, development_token
from cli.settings import Settings

if TYPE_CHECKING:
    from cli.local.suite import Phase, Suite

LABELS = {
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "migrations": "Migrations",
    "activity": "Activity service",
    "suggestions": "Suggestions service",
    "analytics": "Analytics service",
    "worker": "Worker",
    "gateway": "Gateway",
    "sample": "Sample workspace",
}
PERSON = Person("analyst001", "analyst", "sample", "analyst")
QUESTION = "show me profit"
CONNECTION = "my-database"


class RunView:
    """Steps while the suite starts, then where it is, then what happens to it."""

    def __init__(
        self, settings: Settings, verbose: bool = False, console: Console | None = None
    ) -> None:
        self._settings = settings
        self._verbose = verbose
        self._console = console or Console(highlight=False)
        self._live: Live | None = None
        self._begun = False
        self._began = time.monotonic()
        self._running: dict[str, float] = {}
        self._done: dict[str, tuple[float, str]] = {}
        self._failed: dict[str, str] = {}
        self._spinner = Spinner("dots", style="cyan")

    def __enter__(self) -> "RunView":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end_steps()

    def step(self, name: str, phase: "Phase", detail: str = "") -> None:
        now = time.monotonic()
        if not self._begun:
            self._begin_steps()
        if phase == "started":
            self._running.setdefault(name, now)
            return
        if phase == "failed":
            self._running.pop(name, None)
            self._failed[name] = detail
            return
        self._done[name] = (now - self._running.pop(name, now), detail)
        if not self._live:
            self._console.print(self._row_text(name))

    def notice(self, notice: Notice) -> None:
        match notice:
            case Line(name, text) if self._verbose:
                line = text.decode(errors="replace").rstrip()
                self._say(f"[cyan]{name:>11}[/] [dim]│[/] {escape(line)}")
            case Died(name, code, delay):
                self._say_at(
                    "yellow", f"{name} ended {outcome(code)}; starting it again in {delay:g} s."
                )
            case Restarted(name):
                self._say_at("green", f"{name} is running again.")

    def ready(self, suite: "Suite") -> None:
        """Say where it is and how to use it; long lines stay whole, so that they can be pasted."""
        self._end_steps()
        for name, reason in self._failed.items():
            self._say(f"\n  [yellow]! {label(name)} failed: {escape(reason)}[/]")
        address = suite.addresses.http
        took = time.monotonic() - self._began
        self._say(f"\n  Ready in {took:.1f} s at [bold cyan]{address}[/]")
        self._say(f"  Documentation  [cyan]{address}/docs[/]")
        if self._settings.has_identity_provider:
            self._say("\n  Bring a token of your identity provider.")
        else:
            self._say_token(address, suite.secrets.jwt_secret)
        home = shown(self._settings.home)
        self._say(f"\n  [dim]Data and logs are in {home}. Ctrl-C stops everything.[/]\n")

    def stopping(self) -> None:
        self._end_steps()
        self._say("\n  Stopping … [dim](Ctrl-C again to stop at once)[/]")

    def stopped(self) -> None:
        self._say(f"  Stopped. The data stay in {shown(self._settings.home)}.\n")

    def _say_token(self, address: str, secret: str) -> None:
        token = development_token(
            PERSON, secret, datetime.now(UTC), variables=self._settings.variables
        )
        url = f"{address}/api/v1/connections/{CONNECTION}/suggestions/personalized"
        self._say("\n  A development token [dim](analyst001 of the sample workspace, 30 days)[/]\n")
        self._say(token)
        self._say("\n  What could the analyst ask next, after typing “show me profit”?\n")
        self._say(f"curl -X POST '{url}?partial_query={quote(QUESTION)}' \\")
        self._say(f"  -H 'Authorization: Bearer {token}'")

    def _say_at(self, style: str, text: str) -> None:
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        self._say(f"  [dim]{clock}[/]  [{style}]{escape(text)}[/]")

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def _begin_steps(self) -> None:
        self._begun = True
        self._say("\n  [bold]Attune[/]\n")
        if self._console.is_terminal:
            self._live = Live(
                console=self._console, get_renderable=self._steps, refresh_per_second=12
            )
            self._live.start()

    def _end_steps(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def _steps(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for name in sorted({*self._done, *self._running}, key=place):
            if name in self._done:
                seconds, detail = self._done[name]
                mark = Text("✓", style="green")
                table.add_row(
                    "", mark, label(name), Text(detail, "dim"), Text(f"{seconds:.1f} s", "dim")
                )
            elif name in self._running:
                table.add_row("", self._spinner, label(name), "", "")
        return table

    def _row_text(self, name: str) -> str:
        seconds, detail = self._done[name]
        return f"  [green]✓[/] {label(name):<21} [dim]{detail:<28} {seconds:.1f} s[/]"


def label(name: str) -> str:
    """What a step is called; of several processes of a service each with its number."""
    service, _, number = name.partition("-")
    return f"{LABELS[service]} {number}".rstrip()


def place(name: str) -> tuple[int, str]:
    """Where a step stands in the list."""
    return [*LABELS].index(name.partition("-")[0]), name


def shown(home: Path) -> str:
    """The folder as the user would type it here."""
    cwd = Path.cwd()
    return str(home.relative_to(cwd)) if home.is_relative_to(cwd) else str(home)
