"""An explanation of suggestions as callers see it."""

from attune.suggestions.v1 import suggestions_pb2 as pb

from services.suggestions.personalized.store import Peeked
from services.suggestions.personalized.suggester import Asked, Explanation
from services.suggestions.ranking.candidates import Candidate
from services.suggestions.ranking.english import fold

MOST = 50
Explained = pb.ExplainSuggestionsResponse


def explanation_to_pb(asked: Asked, explanation: Explanation) -> Explained:
    places = {fold(one.text): at for at, one in enumerate(explanation.shown, 1)}
    told = explanation.explained
    shown = [one for one in told.candidates if fold(one.text) in places]
    others = [one for one in told.candidates if fold(one.text) not in places]
    shown.sort(key=lambda one: places[fold(one.text)])
    candidates = [*shown, *others][:MOST]
    return Explained(
        connection_id=asked.connection_id,
        partial_query=asked.partial_query,
        user_id=asked.user_id,
        source="patterns",
        follows=explanation.follows,
        candidates=[candidate_to_pb(one, places.get(fold(one.text))) for one in candidates],
        filters=[Explained.Filter(**vars(one)) for one in told.taken],
        cache=cache_to_pb(explanation),
        count=len(candidates),
    )


def candidate_to_pb(candidate: Candidate, place: int | None) -> Explained.Candidate:
    signals = candidate.terms._asdict().items()
    return Explained.Candidate(
        text=candidate.text,
        template=candidate.template,
        source=candidate.origin,
        score=candidate.score,
        signals=[Explained.Signal(name=name, value=value) for name, value in signals if value],
        position=place,
    )


def cache_to_pb(explanation: Explanation) -> Explained.Cache:
    cache = explanation.cache
    made = cache.generated_at
    return Explained.Cache(
        state=state_of(explanation),
        key=cache.context_hash,
        generated_at=made,
        age_seconds=max(0.0, (explanation.now - made).total_seconds()) if made else None,
        expires_at=cache.expires_at,
        hit_count=cache.hit_count,
        version=cache.version,
        generation=cache.generation,
        made_with_version=cache.made_with_version,
        made_with_generation=cache.made_with_generation,
    )


def state_of(explanation: Explanation) -> str:
    cache: Peeked = explanation.cache
    if cache.expires_at is None:
        return "miss"
    made_with = (cache.made_with_version, cache.made_with_generation)
    if made_with != (cache.version, cache.generation):
        return "outdated"
    return "hit" if cache.expires_at > explanation.now else "expired"
