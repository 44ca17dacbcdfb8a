"""Slots from an organization's own questions, found while they are counted.

All that counts an organization's patterns holds its state until the end of the transaction: what is
known does not change meanwhile, and a merge moves all there is, in every generation.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import UUID

import structlog
from prometheus_client import Gauge

from services.common.clock import Clock
from services.common.db import Connection
from services.suggestions.induction.known import SLOT, Induced, Known, compared, filled
from services.suggestions.induction.proposing import Proposal, propose
from services.suggestions.induction.reading import VALUE, read
from services.suggestions.patterns.domain import Base, key_of
from services.suggestions.patterns.induced import InducedStore, State, joined
from services.suggestions.patterns.merging import move, target_of
from services.suggestions.patterns.store import PatternStore
from services.suggestions.servings.store import ServingStore
from services.suggestions.templates.template import template_key

log = structlog.get_logger(__name__)

# The newest of the templates that wait are compared: what nobody asks again needs no slot.
WINDOW = 400
# Of an organization, so that what is held in memory and gone through is bounded.
MOST_TEMPLATES, MOST_VALUES = 5_000, 5_000
# Organizations whose templates are held in memory.
REMEMBERED = 64
# Looked again after so many new ones, or this share of those that wait, longer where nothing
# was found.
FEWEST, SHARE, SHARE_IN_VAIN = 3, 8, 2
# Templates whose counts move at once.
MOVED_AT_ONCE = 200

# From this share on it is said, while there is time to raise the bounds.
NEARLY_FULL = 0.8

FULLNESS = Gauge(
    "attune_induction_fullness",
    "Share of the templates or values that an organization may have, of the fullest one.",
)


class Inducer:
    """Finds templates with slots; for one organization one at a time: the state's row."""

    def __init__(
        self,
        store: InducedStore,
        patterns: PatternStore,
        servings: ServingStore,
        now: Clock,
        least_values: int,
    ) -> None:
        self._store = store
        self._patterns = patterns
        self._servings = servings
        self._now = now
        self._least_values = least_values
        self._remembered: OrderedDict[str, tuple[UUID, Known]] = OrderedDict()

    async def hold(self, conn: Connection, organization_id: str) -> tuple[State, Known]:
        """What is known, which stays so until the transaction ends."""
        state = await self._store.hold(conn, organization_id)
        while state is None:
            await self._begin(conn, organization_id)
            state = await self._store.hold(conn, organization_id)
        mark, known = self._remembered.get(organization_id, (None, Known()))
        if mark != state.mark:
            known = await self._store.known(conn, organization_id, state.version)
            self._remember(organization_id, state.mark, known)
        self._remembered.move_to_end(organization_id)
        return state, known

    def _remember(self, organization_id: str, mark: UUID, known: Known) -> None:
        self._remembered[organization_id] = (mark, known)
        self._remembered.move_to_end(organization_id)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        FULLNESS.set(max(fullness(one) for _, one in self._remembered.values()))

    async def take_in(
        self,
        conn: Connection,
        organization_id: str,
        state: State,
        known: Known,
        bases: Mapping[bytes, Base],
    ) -> set[str]:
        """Add bases to those that wait, and find slots in them once there are enough.

        Returns the people whose patterns moved.
        """
        args = (conn, organization_id)
        total = state.bases + await self._store.add_bases(*args, state.bases, bases)
        if total < max(state.next_look, FEWEST):
            await self._store.keep_progress(*args, total, state.next_look)
            return set()
        window = await self._store.newest_bases(*args, WINDOW)
        proposal = await self._propose(organization_id, known, window)
        moved: set[str] = set()
        found = bool(proposal.templates or proposal.values)
        if found:
            moved = await self._learn(conn, organization_id, known, proposal, window)
        step = max(FEWEST, len(window) // (SHARE if found else SHARE_IN_VAIN))
        await self._store.keep_progress(*args, total, total + step)
        return moved

    async def _propose(
        self, organization_id: str, known: Known, window: Mapping[bytes, Base]
    ) -> Proposal:
        waiting = [base.words for base in window.values()]
        # In a thread: the loop has other organizations to read for.
        proposal = await asyncio.to_thread(propose, known, waiting, self._least_values)
        kept = Proposal(
            proposal.templates[: MOST_TEMPLATES - len(known.templates)],
            proposal.values[: MOST_VALUES - len(known.values)],
            proposal.takes_names,
        )
        if fullness(known) >= NEARLY_FULL:
            log.warning(
                "hardly any room for slots that are found",
                organization=organization_id,
                templates=len(known.templates),
                values=len(known.values),
                templates_left_out=len(proposal.templates) - len(kept.templates),
                values_left_out=len(proposal.values) - len(kept.values),
            )
        return kept

    async def _learn(
        self,
        conn: Connection,
        organization_id: str,
        known: Known,
        proposal: Proposal,
        window: Mapping[bytes, Base],
    ) -> set[str]:
        """Make what is proposed known, and move what was counted to where it belongs now."""
        version = known.version + 1
        added = tuple(self._induced(known, proposal, window))
        values = {**known.values, **dict.fromkeys(proposal.values, version)}
        extended = widened(Known(version, (*known.templates, *added), values))
        now = self._now()
        await self._store.extend(conn, organization_id, extended, added, proposal.values, now)
        narrower = merged_since(known, extended)
        bases = await self._concerned(conn, organization_id, extended, proposal, window)
        merges = narrower | {
            key: match.template.template_key
            for key, base in sorted(bases.items())
            if (match := extended.match(base.words))
        }
        await self._store.merge(conn, organization_id, merges, version, now)
        moved: set[str] = set()
        away = {old: new for old, new in merges.items() if old != new}
        await self._patterns.rename_followers(conn, organization_id, away)
        await self._servings.move_acceptance(conn, organization_id, away, now)
        for start in range(0, len(away), MOVED_AT_ONCE):
            some = dict(list(away.items())[start : start + MOVED_AT_ONCE])
            moved |= await self._move(conn, organization_id, extended, some)
        return moved

    def _induced(
        self, known: Known, proposal: Proposal, window: Mapping[bytes, Base]
    ) -> Iterator[Induced]:
        """The proposed templates, each with the key of its text as one of its questions has it."""
        first = known.templates[-1].number + 1 if known.templates else 1
        version = known.version + 1
        unnamed = tuple(
            Induced(first + at, version, b"", words, proposal.takes_names)
            for at, words in enumerate(proposal.templates)
        )
        values = {**known.values, **dict.fromkeys(proposal.values, version)}
        texts = written(Known(version, unnamed, values), window.values())
        for one in unnamed:
            text = texts.get(one.number) or joined(one.words).replace(VALUE, "{" + SLOT + "}")
            yield replace(one, template_key=key_of(template_key(text)))

    async def _concerned(
        self,
        conn: Connection,
        organization_id: str,
        known: Known,
        proposal: Proposal,
        window: Mapping[bytes, Base],
    ) -> dict[bytes, Base]:
        """All bases that may have a template now: those of the window, and older ones by words."""
        found = dict(window)
        if len(window) == WINDOW:
            literals = {tuple(sorted({*words} - {VALUE})) for words in proposal.templates}
            for words in sorted(literals | set(proposal.values)):
                found |= await self._store.bases_with(conn, organization_id, words)
        return found

    async def _move(
        self, conn: Connection, organization_id: str, known: Known, merges: Mapping[bytes, bytes]
    ) -> set[str]:
        taken = await self._store.take_patterns(conn, organization_id, list(merges))
        moved: set[str] = set()
        for generation, patterns in sorted(taken.items()):
            where = (target_of(key, patterns[key], known) for key in patterns)
            targets = sorted({target for target in where if target})
            there = await self._patterns.get(conn, organization_id, generation, targets)
            move(patterns, there, known)
            await self._patterns.put(conn, organization_id, generation, there, self._now())
            users = {key.target_id for key in patterns if key.pattern_type == "user_specific"}
            await self._rename_heads(conn, organization_id, generation, sorted(users), merges)
            moved |= users
        return moved

    async def _rename_heads(
        self,
        conn: Connection,
        organization_id: str,
        generation: int,
        users: list[str],
        merges: Mapping[bytes, bytes],
    ) -> None:
        """Have the next questions follow what the newest of these people belong to now."""
        heads = await self._patterns.heads(conn, organization_id, generation, users)
        renamed = {user: one.renamed(merges) for user, one in heads.items() if one.by_session}
        if renamed:
            await self._patterns.put_heads(conn, organization_id, generation, renamed)

    async def _begin(self, conn: Connection, organization_id: str) -> None:
        """The organization's first question since there is induction."""
        await self._store.begin(conn, organization_id)
        unread = await self._store.unread_bases(conn, organization_id)
        words = {key: compared(read(text)) for key, text in unread.items()}
        if words:
            await self._store.read_bases(conn, organization_id, words)
            await self._store.keep_progress(conn, organization_id, len(words), 0)


def widened(known: Known) -> Known:
    """With each template merged into a wider one, where there is one."""
    templates = (
        replace(one, into=wider.number) if one.into is None and (wider := known.wider(one)) else one
        for one in known.templates
    )
    return replace(known, templates=tuple(templates))


def merged_since(before: Known, known: Known) -> dict[bytes, bytes]:
    """The keys of templates that were merged since, with those of what they belong to."""
    return {
        one.template_key: known.in_place_of(one).template_key
        for one in before.in_use
        if known.in_place_of(one).number != one.number
    }


def written(known: Known, bases: Iterable[Base]) -> dict[int, str]:
    """The templates' texts by number, each as the first of these that has it spells it."""
    texts: dict[int, str] = {}
    for base in sorted(bases, key=lambda base: base.text):
        reading = read(base.text)
        if match := known.match(compared(reading)):
            texts.setdefault(match.template.number, filled(reading, match, ()).text)
    return texts


def fullness(known: Known) -> float:
    """The share of what an organization may have, of templates or of values."""
    return max(len(known.templates) / MOST_TEMPLATES, len(known.values) / MOST_VALUES)
