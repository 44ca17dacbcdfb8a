"""What the suggestions service knows of a person at a moment, without a database.

The learner's own functions count; what a request reads is held and chosen as in the service.
"""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bench.sessions import Ask
from services.suggestions.patterns.domain import (
    EVERYBODY,
    Observation,
    Pattern,
    PatternKey,
    Question,
    hour_of_week,
    observe,
    opening_of,
)
from services.suggestions.patterns.sessions import Heads, preceding, tally
from services.suggestions.patterns.store import json_text
from services.suggestions.personalized.held import Held, HeldPattern, State
from services.suggestions.personalized.reading import Begun
from services.suggestions.personalized.store import PATTERN_TYPES
from services.suggestions.ranking.model import Learned, Suggestion
from services.suggestions.servings.domain import (
    Acceptance,
    AcceptanceKey,
    Shown,
    Verdicts,
    text_key,
)
from services.suggestions.templates.vocabulary import Vocabulary

# Of the questions that stand in the list, so many are clicked rather than typed.
CLICKED_PERCENT = 70
Scope = tuple[str, str]
# Of a pattern, what its row has as it is, and as JSON.
PLAIN = ("query_template", "frequency", "successes", "last_used", "recent")
ENCODED = ("slot_values", "hours", "followers", "asked")


@dataclass
class Memory:
    """Patterns, sessions and acceptance of one organization."""

    vocabulary: Vocabulary
    patterns: dict[PatternKey, Pattern] = field(default_factory=dict)
    heads: dict[str, Heads] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=Verdicts)
    chance: random.Random = field(default_factory=lambda: random.Random("attune clicks"))
    _by_scope: dict[Scope, set[PatternKey]] = field(default_factory=lambda: defaultdict(set))
    _held: dict[Scope, Held] = field(default_factory=dict)

    def seen(self, ask: Ask) -> Observation | None:
        return observe(question_of(ask), self.vocabulary)

    def tell(self, observation: Observation) -> None:
        """Learn one question."""
        heads = self.heads.setdefault(observation.question.user_id, Heads())
        before = preceding([observation], {observation.question.user_id: heads})
        for key in tally(self.patterns, self.heads, [observation], before):
            self._by_scope[key[:2]].add(key)
            self._held.pop(key[:2], None)

    def decide(self, ask: Ask, shown: Iterable[Suggestion]) -> None:
        """The person saw these and asked: by a click, or by typing it all the same."""
        templates = [text_key(one.template) for one in shown]
        texts = [text_key(one.text) for one in shown]
        if not texts:
            return
        seen = Shown(
            id=UUID(int=0),
            served_at=ask.time,
            user_id=ask.user,
            job_role=ask.job_role,
            template_keys=templates,
            clicked=[],
            executed=[],
            settled=False,
        )
        place = texts.index(text_key(ask.text)) + 1 if text_key(ask.text) in texts else 0
        if place and self.chance.randrange(100) < CLICKED_PERCENT:
            self.verdicts.click(seen, place)
        self.verdicts.settle(seen)
        self._held.clear()

    def learned(self, ask: Ask, typed: str) -> list[Learned]:
        """What a request for this person reads, with so much typed."""
        head = self.heads.get(ask.user, Heads()).before(ask.session, ask.time)
        follows = head.template_key.hex() if head and head.leads else ""
        begun, hour = Begun.of(typed), hour_of_week(ask.time)
        targets = (ask.user, ask.job_role, EVERYBODY)
        return [
            learned
            for scope, most in zip(
                zip(PATTERN_TYPES, targets, strict=True), begun.most, strict=True
            )
            for learned in self._hold(scope).choose(begun, follows, "", most, hour)
        ]

    def _hold(self, scope: Scope) -> Held:
        """The scope's patterns as the service holds them."""
        if scope not in self._held:
            keys = sorted(self._by_scope[scope], key=self._newest_first)
            rows = [self._row(key) for key in keys]
            patterns = [HeldPattern.of(row, at, 1) for at, row in enumerate(rows)]
            self._held[scope] = Held(patterns, State(0, ""), 0.0)
        return self._held[scope]

    def _newest_first(self, key: PatternKey) -> tuple[float, bytes]:
        return (-(self.patterns[key].recent or 0.0), key.template_key)

    def _row(self, key: PatternKey) -> dict[str, Any]:
        """The pattern as `load_patterns` reads it."""
        pattern = self.patterns[key]
        accepted = self.verdicts.counts.get(AcceptanceKey(*key), Acceptance())
        return {
            **key._asdict(),
            **{name: getattr(pattern, name) for name in PLAIN},
            **{name: json_text(getattr(pattern, name)) for name in ENCODED},
            "opening": opening_of(pattern.query_template),
            "shown": accepted.shown,
            "accepted": accepted.accepted,
            "askers": None,
            "shared_values": None,
            "connections": None,
        }


def question_of(ask: Ask) -> Question:
    return Question(
        user_id=ask.user,
        job_role=ask.job_role,
        text=ask.text,
        connection_id=None,
        succeeded=True,
        response_micros=None,
        asked_at=ask.time,
        session_id=ask.session,
    )
