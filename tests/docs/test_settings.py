"""docs/settings.md tells of every setting, with its default, and of no other."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.app import Settings as GatewaySettings
from services.activity.app import Settings as ActivitySettings
from services.analytics.settings import Settings as AnalyticsSettings
from services.common.llm.settings import ModelSettings
from services.common.outgoing import OutgoingSettings
from services.common.settings import ProcessSettings
from services.common.vault import EncryptionSettings
from services.suggestions.app import Settings as SuggestionsSettings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| `((?:ATTUNE|OPENAI)_\w+)` \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
NAME = re.compile(r"\b(?:ATTUNE|OPENAI)_[A-Z_]*[A-Z]\b")
PAGES = sorted(str(p.relative_to(ROOT)) for p in [*ROOT.glob("*.md"), *PAGE.parent.rglob("*.md")])
CLASSES: dict[str, type[ProcessSettings]] = {
    "Every process": ProcessSettings,
    "Activity": ActivitySettings,
    "Encryption": EncryptionSettings,
    "Outgoing calls": OutgoingSettings,
    "Models": ModelSettings,
    "Suggestions": SuggestionsSettings,
    "Analytics": AnalyticsSettings,
    "Gateway": GatewaySettings,
}


def section(heading: str) -> dict[str, str]:
    """Variable → default, as the section's table has them."""
    text = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {name: default for name, default, _ in ROW.findall(text)}


def shown(default: Any) -> str:
    if isinstance(default, dict):
        return f"`{json.dumps(default)}`"
    return "none" if default in ("", []) else f"`{default}`"


def defaults(settings: type[ProcessSettings]) -> dict[str, str]:
    """Those of its own: what it shares with others stands in their section."""
    bases = [base for base in CLASSES.values() if base in settings.__mro__[1:]]
    shared = {name for base in bases for name in base.model_fields}
    return {
        str(field.validation_alias or f"ATTUNE_{name.upper()}"): shown(
            field.get_default(call_default_factory=True)
        )
        for name, field in settings.model_fields.items()
        if name not in shared
    }


@pytest.mark.parametrize("heading", CLASSES)
def test_each_setting_of_a_process_is_documented_with_its_default(heading: str) -> None:
    assert section(heading) == defaults(CLASSES[heading])


def test_each_variable_that_the_command_reads_is_documented() -> None:
    sources = [*(ROOT / "cli").rglob("*.py"), ROOT / "services" / "common" / "cli.py"]
    read = {name for source in sources for name in NAME.findall(source.read_text())}
    documented = {name for name, _, _ in ROW.findall(PAGE.read_text())}
    own = documented - {name for each in CLASSES.values() for name in defaults(each)}
    assert read <= documented
    assert own == set(section("The command attune")) <= read


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_variable_that_does_not_exist(page: str) -> None:
    documented = {name for name, _, _ in ROW.findall(PAGE.read_text())}
    assert set(NAME.findall((ROOT / page).read_text())) <= documented
