"""From what was learned to a ranked list of questions."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from services.suggestions.ranking.candidates import PER_TEMPLATE, Candidate, Candidates, best_first
from services.suggestions.ranking.catalogue import flavour
from services.suggestions.ranking.describing import ICONS, describe
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.filling import Filler
from services.suggestions.ranking.lexicon import Lexicon, exclusion, lexicon
from services.suggestions.ranking.model import COMPLETE, Filled, Learned, Preferences, Suggestion
from services.suggestions.ranking.patterns import Known
from services.suggestions.ranking.scoring import WEIGHTS, Scorer, Weights
from services.suggestions.ranking.typed import Typed, read
from services.suggestions.templates.query_type import is_advanced
from services.suggestions.templates.vocabulary import Vocabulary

# A text may hold braces of its own, but nothing that looks like one of our slots.
_UNFILLED = re.compile(
    r"\{(?:N|metric|dimension|entity|timeframe|quarter|year|month|weekday|date|value|range|money"
    r"|percentage|text|id|email)\}",
    re.IGNORECASE,
)


def suggest(
    *,
    learned: Sequence[Learned],
    vocabulary: Vocabulary,
    preferences: Preferences,
    job_role: str,
    partial_query: str,
    limit: int,
    now: datetime,
    weights: Weights = WEIGHTS,
) -> list[Suggestion]:
    """The best questions to ask next, at most `limit`, the best first. The same for the same."""
    limit = max(0, limit)
    words = lexicon(vocabulary)
    typed = read(partial_query, words)
    gate = Gate(preferences, vocabulary)
    scorer = Scorer.of(learned, now, weights)
    makes = Candidates(
        filler_of(words, vocabulary, preferences, job_role, typed, now),
        scorer,
        frozenset(preferences.preferred_query_types),
        typed,
    )
    known = Known.of(learned, job_role, scorer)
    patterns = known if preferences.show_advanced_queries else known.simple()
    begun = best_first(makes.continuing(patterns))
    continuing = _choose(begun, gate, limit)
    missing = limit - len(continuing)
    if not missing:
        return continuing
    others = best_first(makes.beside(patterns))
    return continuing + _choose(others, gate, missing, continuing)


def permitted(
    suggestions: Sequence[Suggestion], preferences: Preferences, vocabulary: Vocabulary
) -> list[Suggestion]:
    """Those that the preferences allow: no excluded metric, nothing advanced unless wanted."""
    gate = Gate(preferences, vocabulary)
    return [one for one in suggestions if gate.allows(one.text, one.description)]


class Gate:
    """The hard filters."""

    def __init__(self, preferences: Preferences, vocabulary: Vocabulary) -> None:
        self._exclusion = exclusion(vocabulary, preferences.excluded_metrics)[0]
        self._advanced = preferences.show_advanced_queries
        self._vocabulary = vocabulary

    def allows(self, text: str, description: str) -> bool:
        return not self.refusal(text, description)

    def refusal(self, text: str, description: str) -> str:
        """The name of the filter that takes it; "" where none does."""
        if _UNFILLED.search(text):
            return "unfilled"
        if self._exclusion.hits(text) or self._exclusion.hits(description):
            return "excluded_metric"
        shown = self._advanced or not is_advanced(text, self._vocabulary)
        return "" if shown else "advanced"


def filler_of(
    words: Lexicon,
    vocabulary: Vocabulary,
    preferences: Preferences,
    job_role: str,
    typed: Typed | None,
    now: datetime,
) -> Filler:
    liked = (*preferences.preferred_metrics, *preferences.preferred_dimensions)
    return Filler(
        words=words,
        preferred=frozenset(filter(None, map(words.resolve, liked))),
        excluded=exclusion(vocabulary, preferences.excluded_metrics)[1],
        now=now,
        timeframes=flavour(job_role).timeframes,
        mentioned=typed.terms if typed else frozenset(),
        advanced=preferences.show_advanced_queries,
    )


def _choose(
    candidates: Iterable[Candidate],
    gate: Gate,
    limit: int,
    before: Sequence[Suggestion] = (),
) -> list[Suggestion]:
    """Of candidates, the best first, those that are allowed and distinct.

    More of one template only where others lack.
    """
    texts = {fold(one.text) for one in before}
    identities: set[tuple[str, ...]] = set()
    families: Counter[object] = Counter()
    chosen: list[tuple[Candidate, Suggestion]] = []
    spare: list[tuple[Candidate, Suggestion]] = []
    for candidate in candidates:
        if len(chosen) + (len(spare) if candidate.further else 0) >= limit:
            break
        if candidate.identity in identities or fold(candidate.text) in texts:
            continue
        suggestion = suggestion_of(candidate)
        if not gate.allows(suggestion.text, suggestion.description):
            continue
        texts.add(fold(candidate.text))
        identities.add(candidate.identity)
        families.update({candidate.family, candidate.subject})
        varied = families[candidate.family] <= PER_TEMPLATE and families[candidate.subject] == 1
        # What was asked in these very words is wanted in them.
        (chosen if varied or candidate.exact else spare).append((candidate, suggestion))
    filled_up = sorted([*chosen, *spare[: limit - len(chosen)]], key=lambda pair: pair[0].rank)
    return [suggestion for _, suggestion in filled_up]


@lru_cache(maxsize=8192)
def _described(text: str, query_type: str, named: tuple[Filled, ...]) -> str:
    return describe(text, query_type, named)


def suggestion_of(candidate: Candidate) -> Suggestion:
    kind = candidate.query_type
    return Suggestion(
        text=candidate.text,
        type=COMPLETE if candidate.continues else kind,
        description=_described(candidate.text, kind, candidate.named),
        icon=ICONS[kind],
        template=candidate.template,
        origin=candidate.origin,
    )
