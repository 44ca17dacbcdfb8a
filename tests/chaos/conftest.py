from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="attune-chaos-") as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        yield Path(name)
