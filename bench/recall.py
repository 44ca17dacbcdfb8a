"""What the suggestions service knows of a person at a moment, without a database.

The learner's own functions count; what a request reads is chosen as `Held.choose` chooses it.
"""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
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
from services.suggestions.personalized.reading import BEGINNINGS_READ, SCOPES, Begun, near
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


@dataclass
class Memory:
    """Patterns, sessions and acceptance of one organization."""

    vocabulary: Vocabulary
    patterns: dict[PatternKey, Pattern] = field(default_factory=dict)
    heads: dict[str, Heads] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=Verdicts)
    chance: random.Random = field(default_factory=lambda: random.Random("attune clicks"))
    _by_scope: dict[Scope, set[PatternKey]] = field(default_factory=lambda: defaultdict(set))
    _opened: dict[Scope, dict[str, set[PatternKey]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def seen(self, ask: Ask) -> Observation | None:
        return observe(question_of(ask), self.vocabulary)

    def tell(self, observation: Observation) -> None:
        """Learn one question."""
        heads = self.heads.setdefault(observation.question.user_id, Heads())
        before = preceding([observation], {observation.question.user_id: heads})
        for key in tally(self.patterns, self.heads, [observation], before):
            self._by_scope[key[:2]].add(key)
            opening = opening_of(self.patterns[key].query_template)
            self._opened[key[:2]][opening].add(key)

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

    def learned(self, ask: Ask, typed: str) -> list[Learned]:
        """What a request for this person reads, with so much typed."""
        scopes = (("user_specific", ask.user), ("role_based", ask.job_role), ("global", EVERYBODY))
        head = self.heads.get(ask.user, Heads()).before(ask.session, ask.time)
        previous = head.template_key if head and head.leads else None
        found: list[Learned] = []
        begun = Begun.of(typed)
        for scope, most in zip(scopes, begun.most, strict=True):
            followers = self._followers(scope, previous)
            follows = sum(followers.values())
            for key in self._chosen(scope, most, followers, begun):
                times = followers.get(key.template_key.hex(), 0)
                found.append(self._learned(key, ask.time, times, follows))
        return found

    def _followers(self, scope: Scope, previous: bytes | None) -> dict[str, int]:
        pattern = self.patterns.get(PatternKey(*scope, previous)) if previous else None  # type: ignore[arg-type]
        return pattern.followers if pattern else {}

    def _chosen(
        self, scope: Scope, most: int, followers: Iterable[str], begun: Begun
    ) -> set[PatternKey]:
        keys = self._by_scope[scope]
        following = {PatternKey(*scope, bytes.fromhex(key)) for key in followers}  # type: ignore[arg-type]
        chosen = {*self._newest(most, keys), *(following & keys)}
        opened = self._opened[scope]
        for opening, most in begun.openings:
            chosen.update(self._newest(most, opened.get(opening, ())))
        if begun.looked_up:
            begin_so = (keys for opening, keys in opened.items() if opening.startswith(begun.text))
            chosen.update(self._newest(BEGINNINGS_READ, set().union(*begin_so)))
        return chosen

    def _newest(self, most: int, keys: Iterable[PatternKey]) -> list[PatternKey]:
        return heapq.nsmallest(
            most, keys, key=lambda k: (-(self.patterns[k].recent or 0.0), k.template_key)
        )

    def _learned(self, key: PatternKey, now: datetime, followed: int, follows: int) -> Learned:
        pattern, hour = self.patterns[key], hour_of_week(now)
        accepted = self.verdicts.counts.get(AcceptanceKey(*key), Acceptance())
        return Learned(
            template=pattern.query_template,
            scope=SCOPES[key.pattern_type],
            frequency=pattern.frequency,
            successes=pattern.successes,
            last_used=pattern.last_used,
            values=pattern.slot_values,
            recent=pattern.recent,
            asked=dict(pattern.asked),
            near=near(pattern.hours, hour),
            shown=accepted.shown,
            accepted=accepted.accepted,
            followed=followed,
            follows=follows,
        )


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
