import io
from pathlib import Path

from rich.console import Console

from bench.figures import RATIO, Goal, Result
from bench.machine import Machine, cpu_model
from bench.table import as_data, show, shown

MACHINE = Machine("Some CPU", 2, 8 * 2**30, (0.5, 0.4, 0.3), "Linux 6", {"python": "3.11"})
RESULTS = [
    Result("log", "Log", 0.9, RATIO, Goal(0.7, 1.0), "900 a second", "1,000 a second", ("a note",)),
    Result("miss", "Miss", 42.0, "ms", Goal(20, 10, rising=False), "p95 42.0 ms"),
]


def test_the_table_shows_the_machine_the_figures_and_whether_they_are_good() -> None:
    file = io.StringIO()
    show(MACHINE, RESULTS, Console(file=file, width=160))
    text = file.getvalue()
    for part in ("Some CPU, 2 cores, 8 GiB", "0.50 0.40 0.30", "0.90", "42.0 ms", "a note"):
        assert part in text
    [log] = [line for line in text.splitlines() if "900 a second" in line]
    assert log.strip().startswith("✓ ")
    [miss] = [line for line in text.splitlines() if "p95 42.0 ms" in line]
    assert miss.strip().startswith("✗")
    assert "≤ 20.0 ms" in miss


def test_figures_are_short() -> None:
    assert shown(0.0321, "ms") == "0.032 ms"
    assert shown(12.34, "ms") == "12.3 ms"
    assert shown(1024, "MiB") == "1,024 MiB"


def test_data_for_scripts_has_verdicts_and_bounds() -> None:
    first, second = as_data(MACHINE, RESULTS)["results"]
    assert (first["verdict"], first["at_least"], first["aim"]) == ("ok", 0.7, 1.0)
    assert second["verdict"] == "miss"


def test_a_machine_without_cpuinfo_still_has_a_name() -> None:
    assert cpu_model(Path("/nowhere/cpuinfo"))
