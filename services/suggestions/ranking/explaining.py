"""Why suggestions come as they do: every candidate's score, and what the hard filters took."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.suggestions.ranking.candidates import Candidate, Candidates, best_first
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.lexicon import lexicon
from services.suggestions.ranking.model import Learned, Preferences
from services.suggestions.ranking.patterns import CATALOGUE, Known
from services.suggestions.ranking.scoring import WEIGHTS, Scorer
from services.suggestions.ranking.suggesting import (
    Gate,
    filler_of,
    suggestion_of,
)
from services.suggestions.ranking.typed import read
from services.suggestions.templates.vocabulary import Vocabulary

TEMPLATES_NAMED = 10
# Whose templates a person may see among what was taken: the own, and nobody's.
OPEN_ORIGINS = ("user", CATALOGUE)


@dataclass(frozen=True)
class Taken:
    """A hard filter, how many candidates it took, and the templates that may be named."""

    name: str
    count: int
    templates: tuple[str, ...]


@dataclass(frozen=True)
class Explained:
    """The candidates that are allowed, the best first, and what the hard filters took."""

    candidates: tuple[Candidate, ...]
    taken: tuple[Taken, ...]


def explain(
    *,
    learned: Sequence[Learned],
    vocabulary: Vocabulary,
    preferences: Preferences,
    job_role: str,
    partial_query: str,
    now: datetime,
) -> Explained:
    """What `suggest` chooses from with the same arguments."""
    words = lexicon(vocabulary)
    typed = read(partial_query, words)
    gate = Gate(preferences, vocabulary)
    filler = filler_of(words, vocabulary, preferences, job_role, typed, now)
    scorer = Scorer.of(learned, now, WEIGHTS)
    makes = Candidates(filler, scorer, frozenset(preferences.preferred_query_types), typed)
    known = Known.of(learned, job_role, scorer)
    allowed = [one for one in candidates_of(makes, known) if not refusal(gate, one)]
    # Filling keeps away from what would be taken anyway: so once more, without that care.
    careless = replace(makes, filler=replace(filler, excluded=frozenset(), advanced=True))
    return Explained(tuple(allowed), tuple(taken(gate, candidates_of(careless, known))))


def candidates_of(makes: Candidates, known: Known) -> Iterator[Candidate]:
    """All, the best first, each text once."""
    seen: set[str] = set()
    for candidate in best_first((*makes.continuing(known), *makes.beside(known))):
        if (text := fold(candidate.text)) not in seen:
            seen.add(text)
            yield candidate


def refusal(gate: Gate, candidate: Candidate) -> str:
    return gate.refusal(candidate.text, suggestion_of(candidate).description)


def taken(gate: Gate, candidates: Iterable[Candidate]) -> Iterator[Taken]:
    by_filter: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        if name := refusal(gate, candidate):
            by_filter.setdefault(name, []).append(candidate)
    for name, found in sorted(by_filter.items()):
        named = (one.template for one in found if one.template and one.origin in OPEN_ORIGINS)
        yield Taken(name, len(found), tuple(dict.fromkeys(named))[:TEMPLATES_NAMED])
