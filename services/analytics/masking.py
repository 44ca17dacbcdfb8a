"""Personal data of rows as a model sees them: a name for each, given back in what it says. Pure."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from services.analytics.catalogue.sampling import is_personal
from services.common.pii import Finding, find

# A number of fewer digits is nobody's.
PERSONAL_DIGITS = 9
NAME = re.compile(r"\[[a-z_]+ \d+\]")
PERSONAL = "personal"
# For a column whose name does not tell that it is.
PERSONAL_NAME = "secret"


class Masks:
    """Of one question. The same text has the same name all along: "[email 1]".

    Where nothing `masks`, all stays as it is.
    """

    def __init__(self, masks: bool) -> None:
        self.masks = masks
        self._names: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def row(
        self, columns: Sequence[str], row: Sequence[Any], personal: Collection[str] = ()
    ) -> list[Any]:
        """The cells of a row; the name of a column speaks of what is in it, or it is `personal`."""
        names = (PERSONAL_NAME if name in personal else name for name in columns)
        return [self.value(*pair) for pair in zip(names, row, strict=True)]

    def value(self, name: str, value: Any) -> Any:
        """A cell, or what is in it, under its name."""
        if not self.masks:
            return value
        if isinstance(value, str):
            return self._text(name, value)
        if isinstance(value, dict):
            named = is_personal(name)
            return {
                self.text(key): self.value(name if named else key, each)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(name, each) for each in value]
        if isinstance(value, int) and abs(value) >= 10 ** (PERSONAL_DIGITS - 1):
            hidden = self._text(name, str(value))
            return value if hidden == str(value) else hidden
        return value

    def text(self, text: str) -> str:
        """What people or a model wrote."""
        return self._text("", text) if self.masks else text

    def told(self, text: str) -> str:
        """What a model wrote, with the texts again in place of their names."""
        return NAME.sub(lambda found: self._texts.get(found[0], found[0]), text)

    def _text(self, name: str, text: str) -> str:
        if name and text.strip() and is_personal(name):
            return self._named(PERSONAL, text)
        said = f"{name}: " if name else ""
        parts, at, shift = [], 0, len(said)
        for one in after(find(said + text), shift):
            parts += [text[at : one.start], self._named(one.kind, text[one.start : one.end])]
            at = one.end
        return "".join([*parts, text[at:]])

    def _named(self, kind: str, text: str) -> str:
        if text not in self._names:
            name = f"[{kind} {len(self._names) + 1}]"
            self._names[text], self._texts[name] = name, text
        return self._names[text]


def after(findings: Sequence[Finding], shift: int) -> list[Finding]:
    """Those of a text that so much was put in front of."""
    return [
        Finding(one.kind, max(0, one.start - shift), one.end - shift)
        for one in findings
        if one.end > shift
    ]
