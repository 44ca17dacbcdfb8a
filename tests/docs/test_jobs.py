"""docs/operations.md tells of every job, and `attune jobs` knows them all."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from services.activity import app as activity
from services.analytics import app as analytics
from services.common.db import pool_for
from services.suggestions import app as suggestions

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(
    r"^\| `(\w+)` \| (activity|suggestions|analytics|activity, analytics|all) \| .+ \| .+ \|$",
    re.MULTILINE,
)


@pytest.mark.parametrize("app", [activity, suggestions, analytics])
async def test_the_jobs_that_are_listed_are_those_on_the_page(app: ModuleType) -> None:
    on_the_page = {
        name
        for name, schema in ROW.findall(PAGE.read_text())
        if schema == "all" or app.SCHEMA in schema.split(", ")
    }
    async with app.known_jobs(pool_for("postgresql://nobody@127.0.0.1:1/x", app.SCHEMA)) as jobs:
        assert {job.name for job in jobs} == on_the_page
