"""When a model is asked, for what, and where its proposals stand. No I/O, no protobuf."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.suggestions.ranking.english import fold
from services.suggestions.ranking.lexicon import exclusion
from services.suggestions.ranking.model import COMPLETE, Learned, Preferences, Suggestion
from services.suggestions.templates.template import template_key
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.templates.words import Exclusion

# A longer text is no beginning of a question any more.
LONGEST_TYPED = 300
# By so many characters shorter a text may be whose proposals are looked through again.
BEGINNINGS = 60
PATTERNS = "patterns"
WITH_PATTERNS = "llm_with_patterns"
FALLBACK = "llm_fallback"
MODEL = "model"  # where a suggestion comes from, beside the scopes and the catalogue
# Goes up when the prompt or the check changes, so that no older contribution is used.
FORM = "2"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Who wants suggestions for what, and what is known of it.

    `limit`: how many. `clearings`: how often the cache was cleared before.
    """

    organization_id: str
    user_id: str
    job_role: str
    connection_id: str
    typed: str
    limit: int
    learned: Sequence[Learned]
    preferences: Preferences
    vocabulary: Vocabulary
    clearings: int = 0

    @property
    def excluded(self) -> Exclusion:
        return exclusion(self.vocabulary, self.preferences.excluded_metrics)[0]

    @property
    def folded(self) -> str:
        """What is typed as it is compared: whether its last word is whole stays to be seen."""
        return fold(self.typed) + " " * self.typed[-1:].isspace()

    @property
    def needed(self) -> int:
        """In so many ways it is to be completed."""
        return (self.limit + 1) // 2

    def templates(self, scope: str, most: int) -> tuple[str, ...]:
        """The most used templates of the person ("user") or the job role ("role")."""
        return tuple(one.template for one in self.learned if one.scope == scope)[:most]


@dataclass(frozen=True)
class Proposals:
    """Questions that a model proposed and that stood the check."""

    texts: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Kept:
    """Proposals of a moment ago, for the text that `context_hash` tells or a beginning of it."""

    context_hash: str
    proposals: Proposals
    made_at: datetime
    expires_at: datetime

    def with_(self, proposals: Proposals) -> Self:
        """What is left of it."""
        return replace(self, proposals=proposals)


@dataclass(frozen=True)
class Mixed:
    """The suggestions to show, the way they came, and why a model added nothing where it should.

    `settled`: the same question a moment later would have the same answer. `under_way`: the model
    may still answer, so that what is shown now must not stay.
    """

    suggestions: tuple[Suggestion, ...]
    source: str = PATTERNS
    degraded_reason: str | None = None
    settled: bool = True
    under_way: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a model has to do with suggestions: a `state` of the API, and what it proposes.

    `learned`: in so many ways learned patterns complete what is typed; `needed`: they should.
    """

    state: str
    learned: int
    needed: int
    kept: Kept | None = None
    proposed: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Key:
    """What a model's contribution depends on, and so whom it may be shown to.

    `user_id` is empty where nothing of the person's own is sent: such a contribution is for all who
    ask the same with the same preferences. The learned templates are not in it, so that one
    question more does not throw away what was paid for.
    """

    organization_id: str
    connection_id: str
    user_id: str
    context_hash: str


def keys_of(wanted: Wanted, model: str, shortest: int) -> Iterator[Key]:
    """Of what is typed, and then of its beginnings for which a model is asked, longest first."""
    parts = (
        FORM,
        model,
        wanted.vocabulary.version,
        wanted.job_role,
        repr(vars(wanted.preferences) | {"max_suggestions": None}),
        "",
    )
    rest = hashlib.sha256("\0".join(parts).encode())
    user_id = wanted.user_id if wanted.templates("user", 1) else ""
    typed = wanted.folded
    least = min(len(typed), max(shortest, len(typed) - BEGINNINGS))
    for length in range(len(typed), least - 1, -1):
        digest = rest.copy()
        digest.update(typed[:length].encode())
        yield Key(wanted.organization_id, wanted.connection_id, user_id, digest.hexdigest())


def is_wanting(wanted: Wanted, ranked: Sequence[Suggestion], shortest: int) -> bool:
    """Whether the learned patterns are not enough for what is typed.

    They are where they complete it in half as many ways as there are places. Nothing is asked for
    less than `shortest` characters, of no catalogue, or for a text with an excluded metric.
    """
    typed = wanted.typed.strip()
    if not shortest <= len(typed) <= LONGEST_TYPED or not wanted.vocabulary.terms:
        return False
    if wanted.excluded.hits(typed):
        return False
    return not are_enough(wanted, ranked)


def are_enough(
    wanted: Wanted, ranked: Sequence[Suggestion], proposed: Sequence[Suggestion] = ()
) -> bool:
    """Whether learned patterns, and what is proposed already, complete it in ways enough."""
    ways = (*learned_completions(wanted, ranked), *filter(goes_on, proposed))
    return len(distinct(ways)) >= wanted.needed


def learned_completions(wanted: Wanted, ranked: Sequence[Suggestion]) -> list[Suggestion]:
    """The suggestions that complete what is typed with a learned template, however it is filled."""
    known = {template_key(one.template) for one in wanted.learned}
    return [one for one in ranked if goes_on(one) and template_key(one.template) in known]


def mixed(
    wanted: Wanted, ranked: Sequence[Suggestion], proposed: Sequence[Suggestion]
) -> tuple[Suggestion, ...]:
    """What goes on from the typed text first: by learned templates, by the model, by the catalogue.

    Then what the model proposes besides, in at most half of the places that are left to it and the
    catalogue, and the rest; each question once.
    """
    lead = [*learned_completions(wanted, ranked), *(one for one in proposed if goes_on(one))]
    besides = [one for one in proposed if not goes_on(one)]
    room = max(0, wanted.limit - len(distinct(lead)))
    most = [one for one in distinct([*lead, *besides, *ranked]) if one not in lead]
    kept = [one for one in most if one in besides][: room // 2]
    going_on = [one for one in most if goes_on(one)][: room - len(kept)]
    return distinct([*lead, *going_on, *kept, *most])[: wanted.limit]


def goes_on(one: Suggestion) -> bool:
    return one.type == COMPLETE


def distinct(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Each question as it comes first, whatever its case, white space and last mark."""
    found: dict[str, Suggestion] = {}
    for one in suggestions:
        found.setdefault(template_key(one.text), one)
    return tuple(found.values())
