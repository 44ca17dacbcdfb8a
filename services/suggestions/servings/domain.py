"""What was shown, and what the person's next step says about it. No I/O."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from services.suggestions.ranking.model import Suggestion
from services.suggestions.templates.template import template_key

EVERYBODY = "*"


@dataclass(frozen=True, kw_only=True)
class Serving:
    """One answer: what a person was shown at a moment, the best first."""

    organization_id: str
    user_id: str
    job_role: str
    connection_id: str
    session_id: str | None
    source: str
    original_source: str | None
    typed: int
    suggestions: tuple[Suggestion, ...]
    served_at: datetime


@dataclass(frozen=True, kw_only=True)
class Click:
    """A click as the event log tells it."""

    activity_id: int
    user_id: str
    job_role: str
    connection_id: str | None
    session_id: str | None
    text_key: bytes
    clicked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question that was run; `number` tells those of a batch apart."""

    number: int
    user_id: str
    text_key: bytes
    length: int
    asked_at: datetime


@dataclass(kw_only=True)
class Shown:
    """A serving as it is on record. Places in the list count from 1."""

    id: UUID
    served_at: datetime
    user_id: str
    job_role: str
    template_keys: list[bytes]
    clicked: list[int]
    executed: list[int]
    settled: bool
    changed: bool = False


class AcceptanceKey(NamedTuple):
    """Whose acceptance of which template."""

    pattern_type: str
    target_id: str
    template_key: bytes


@dataclass
class Acceptance:
    """How often a template stood in a list that was decided on, and how often it was the choice."""

    shown: int = 0
    accepted: int = 0
    executed: int = 0


@dataclass
class Verdicts:
    """Turns next steps into counts; each list counts once, whatever is told of it how often.

    A list is settled by the first step after it: only then is it known what the person wanted, and
    the lists before it, one a keystroke, say nothing.
    """

    counts: defaultdict[AcceptanceKey, Acceptance] = field(
        default_factory=lambda: defaultdict(Acceptance)
    )

    def click(self, shown: Shown, position: int) -> None:
        """The person clicked what stands there."""
        self.settle(shown)
        if position not in shown.clicked:
            if self._is_news(shown, shown.clicked, position):
                for key in keys_of(shown, position):
                    self.counts[key].accepted += 1
            shown.clicked.append(position)
            shown.changed = True

    def execute(self, shown: Shown, position: int) -> None:
        """The person asked what stands there, clicked or typed."""
        if position not in shown.executed:
            if self._is_news(shown, shown.executed, position):
                for key in keys_of(shown, position):
                    self.counts[key].executed += 1
            shown.executed.append(position)
            shown.changed = True

    def settle(self, shown: Shown) -> None:
        """The list was there when the person decided."""
        if not shown.settled:
            first = {key: at for at, key in reversed([*enumerate(shown.template_keys, 1)])}
            for position in first.values():
                for key in keys_of(shown, position):
                    self.counts[key].shown += 1
            shown.settled = shown.changed = True

    def _is_news(self, shown: Shown, before: Iterable[int], position: int) -> bool:
        """Whether nothing of that template was chosen from the list yet."""
        templates = shown.template_keys
        return templates[position - 1] not in {templates[at - 1] for at in before}


def keys_of(shown: Shown, position: int) -> list[AcceptanceKey]:
    """The person's, the job role's and everybody's acceptance of what stands there."""
    return keys_for(shown.user_id, shown.job_role, shown.template_keys[position - 1])


def keys_for(user_id: str, job_role: str, template_key: bytes) -> list[AcceptanceKey]:
    role = [AcceptanceKey("role_based", job_role, template_key)] if job_role else []
    own = AcceptanceKey("user_specific", user_id, template_key)
    return [own, *role, AcceptanceKey("global", EVERYBODY, template_key)]


@lru_cache(maxsize=16_384)
def text_key(text: str) -> bytes:
    """What identifies a text or a template: equal where they differ in case, white space or

    trailing ?.! only; 16 bytes.
    """
    return hashlib.sha256(template_key(text).encode(errors="replace")).digest()[:16]
