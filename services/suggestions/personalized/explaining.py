"""An explanation of suggestions as callers see it."""

from attune.suggestions.v1 import suggestions_pb2 as pb

from services.suggestions.personalized.store import Peeked
from services.suggestions.personalized.suggester import Asked, Explanation
from services.suggestions.proposals.domain import MODEL, Part
from services.suggestions.ranking.candidates import Candidate
from services.suggestions.ranking.english import fold
from services.suggestions.ranking.model import Suggestion

MOST = 50
Explained = pb.ExplainSuggestionsResponse


def explanation_to_pb(asked: Asked, explanation: Explanation) -> Explained:
    candidates = candidates_of(explanation)[:MOST]
    return Explained(
        connection_id=asked.connection_id,
        partial_query=asked.partial_query,
        user_id=asked.user_id,
        source=explanation.source,
        follows=explanation.follows,
        candidates=candidates,
        filters=[Explained.Filter(**vars(one)) for one in explanation.explained.taken],
        cache=cache_to_pb(explanation),
        count=len(candidates),
        model=model_to_pb(explanation.model),
    )


def candidates_of(explanation: Explanation) -> list[Explained.Candidate]:
    """What would be shown, in its order; the others by score; what a model proposed besides."""
    scored = {fold(one.text): one for one in explanation.explained.candidates}
    shown = {fold(one.text): at for at, one in enumerate(explanation.shown, 1)}
    by_model = {fold(one.text): one for one in explanation.model.proposed}
    said = {fold(one.text) for one in explanation.shown if one.origin == MODEL}
    best = [
        proposed_to_pb(by_model[text], at) if text in said else candidate_to_pb(scored[text], at)
        for text, at in shown.items()
        if text in said or text in scored
    ]
    others = [candidate_to_pb(one, None) for text, one in scored.items() if text not in shown]
    known = shown.keys() | scored.keys()
    besides = [proposed_to_pb(one, None) for text, one in by_model.items() if text not in known]
    return [*best, *others, *besides]


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


def proposed_to_pb(one: Suggestion, place: int | None) -> Explained.Candidate:
    """What a model proposed has its place by the mix, and no score."""
    return Explained.Candidate(
        text=one.text, template=one.template, source=one.origin, position=place
    )


def model_to_pb(part: Part) -> Explained.Model:
    told = Explained.Model(
        state=part.state, learned_completions=part.learned, needed_completions=part.needed
    )
    if kept := part.kept:
        told.source = kept.proposals.source
        told.made_at.FromDatetime(kept.made_at)
        told.expires_at.FromDatetime(kept.expires_at)
        told.texts_kept = len(kept.proposals.texts)
    return told


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
        source=cache.source,
        degraded_reason=cache.degraded_reason,
    )


def state_of(explanation: Explanation) -> str:
    cache: Peeked = explanation.cache
    if cache.expires_at is None:
        return "miss"
    made_with = (cache.made_with_version, cache.made_with_generation)
    if made_with != (cache.version, cache.generation):
        return "outdated"
    return "hit" if cache.expires_at > explanation.now else "expired"
