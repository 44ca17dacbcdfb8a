"""What every row is given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Result
from bench.load import Order, Outcome
from bench.running import Suite, generate, running_baseline
from cli.local.process import free_ports

CLIENTS = 32


@dataclass(frozen=True)
class Bench:
    """A suite, how long to measure, and how to tell what is going on."""

    suite: Suite
    quick: bool
    say: Callable[[str], None]
    # How many events rows about events store; None is the row's own number.
    events: int | None = None

    @property
    def rounds(self) -> int:
        return 3 if self.quick else 7

    @property
    def seconds(self) -> float:
        return 1.0 if self.quick else 2.0

    @contextmanager
    def baseline(self, module: str, *arguments: str, port: int | None = None) -> Iterator[int]:
        port = port or free_ports(1)[0]
        name = f"bench.baselines.{module}"
        log = Path(self.suite.home) / "baseline.log"
        with running_baseline(log, name, *place(arguments, port), port=port) as port:
            yield port

    def send(self, order: Order) -> Outcome:
        return generate(order)


Row = Callable[[Bench], Result]


def place(arguments: tuple[str, ...], port: int) -> tuple[str, ...]:
    """PORT stands for the port."""
    return tuple(str(port) if argument == "PORT" else argument for argument in arguments)


def taken_by_generator(outcomes: list[Outcome]) -> str:
    return f"the generator took up to {max(o.cpu for o in outcomes):.0%} of a core"
