"""docs/models.md tells of every reason why a model gives nothing."""

import re
from pathlib import Path

from services.common.llm.failures import DegradedReason

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
ROW = re.compile(r"^\| `(\w+)` \| .+ \| .+ \|$", re.MULTILINE)


def test_the_page_lists_each_reason() -> None:
    assert ROW.findall(PAGE.read_text())[1:] == [reason.value for reason in DegradedReason]
