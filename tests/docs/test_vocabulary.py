"""The example of docs/vocabulary.md is a good vocabulary."""

import re
from pathlib import Path

from services.suggestions.templates.vocabulary import parse_vocabulary

PAGE = Path(__file__).parents[2] / "docs" / "vocabulary.md"


def test_the_example_can_be_pasted() -> None:
    match = re.search(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert match
    found = parse_vocabulary(match[1])
    assert [term.name for term in found.metrics] == ["waiting time", "no-show rate"]
    assert [term.derived for term in found.metrics] == [False, True]
    assert found.dimensions[0].values == ("Cardiology", "Radiology")
    assert found.entities[0].synonyms == ("physician",)
