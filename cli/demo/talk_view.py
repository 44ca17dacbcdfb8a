"""How the demo shows a conversation, its rating, and what is known of the person since."""

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.demo.layout import figures, heading, indented, plural
from cli.demo.talk import Talk

NOTHING = "-"
INTENTS_SHOWN = 2


def say_talk(console: Console, talk: Talk) -> None:
    heading(console, f"What {talk.user} said to an assistant, and what is known since")
    said, kept = talk.conversation, talk.kept
    table = figures()
    table.add_row("Asked for", Text(said["first_intent"]))
    table.add_row(
        "Took",
        f"{plural(said['message_count'], 'message')}, {tools_of(said)},"
        f" {plural(said['credits_used'], 'credit')}; {said['status']}",
    )
    table.add_row("Rated", f"{kept['user_feedback_score']} of 5, and its words kept as")
    table.add_row("", Text(f"“{kept['user_feedback_text']}”"))
    table.add_row("Known", known_after(talk.lag))
    console.print(indented(table))
    console.print()
    console.print(indented(context_table(talk)))


def context_table(talk: Talk) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for name in ("context", "before", "after"):
        table.add_column(name, max_width=36)
    for name, shown in SHOWN.items():
        table.add_row(Text(name, "dim"), Text(shown(talk.before)), Text(shown(talk.after)))
    return table


def tools_of(said: dict[str, Any]) -> str:
    return ", ".join(f"{plural(n, 'call')} of {tool}" for tool, n in said["tools_used"].items())


def known_after(lag: float | None) -> str:
    if lag is None:
        return "[yellow]not yet: is the worker running?[/]"
    return f"[bold]{lag:.2f} s[/] after the rating, by whoever asks for the context"


def intents(context: dict[str, Any]) -> str:
    return "\n".join(context["recent_intents"][:INTENTS_SHOWN]) or NOTHING


def preferences(context: dict[str, Any]) -> str:
    return ", ".join(map(str, context["preferences"].values())) or NOTHING


def satisfaction(context: dict[str, Any]) -> str:
    signal = context.get("satisfaction_signal")
    return NOTHING if signal is None else f"{signal:g} of 10"


def ratings(context: dict[str, Any]) -> str:
    mean = context.get("recent_rating")
    return NOTHING if mean is None else f"{mean:.1f} of 5"


SHOWN: dict[str, Callable[[dict[str, Any]], str]] = {
    "wanted lately": intents,
    "prefers": preferences,
    "satisfaction": satisfaction,
    "ratings": ratings,
    "in short": lambda context: context["context_summary"] or NOTHING,
}
