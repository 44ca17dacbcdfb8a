"""Processes leave out what is heavy and not theirs: the suite is to fit a small machine."""

import subprocess
import sys

import pytest

SERVED = ["services.activity.app", "services.suggestions.app", "services.analytics.app"]


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (["cli.__main__", "cli.commands.run_view", "cli.local.suite"], "grpc asyncpg structlog"),
        (["services.common.cli", "gateway.app"], "asyncpg pgqueuer protovalidate"),
        (["services.common.cli", *SERVED], "pgqueuer openai pyarrow vaderSentiment py3langid"),
        (["services.__main__", *SERVED], "protovalidate"),
    ],
    ids=["launcher", "gateway", "services", "worker"],
)
def test_a_process_imports_nothing_heavy_that_it_does_without(
    modules: list[str], heavy: str
) -> None:
    code = f"import sys, {', '.join(modules)}; print(*sys.modules.keys() & set({heavy.split()}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
