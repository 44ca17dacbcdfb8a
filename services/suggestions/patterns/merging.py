"""What was counted for a template belongs to another since: the counts move. No I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence

from services.suggestions.induction.known import Known, compared, filled
from services.suggestions.induction.reading import read
from services.suggestions.patterns.domain import (
    FACETS_KEPT,
    MOST,
    VALUE_LENGTH,
    Askers,
    Pattern,
    PatternKey,
    count,
    keep_value,
    some_of,
    value_of,
)
from services.suggestions.patterns.signals import add_signals
from services.suggestions.ranking.wording import is_common
from services.suggestions.templates.template import Slot, SlotName, Template, parse_template

Patterns = dict[PatternKey, Pattern]


def move(patterns: Mapping[PatternKey, Pattern], into: Patterns, known: Known) -> None:
    """Add patterns of one generation to those that their templates belong to now.

    `into` has those of the latter that exist. Counts come out as if every question had been counted
    there from the start.
    """
    for key in sorted(patterns):
        if target := target_of(key, patterns[key], known):
            into[target] = _added(into.get(target), target, key, patterns, known)


def target_of(key: PatternKey, pattern: Pattern, known: Known) -> PatternKey | None:
    """Where a pattern's counts belong, if that is elsewhere."""
    match = known.match(compared(read(pattern.query_template)))
    if match is None or match.template.template_key == key.template_key:
        return None
    return key._replace(template_key=match.template.template_key)


def _added(
    into: Pattern | None,
    target: PatternKey,
    key: PatternKey,
    patterns: Mapping[PatternKey, Pattern],
    known: Known,
) -> Pattern:
    moved = patterns[key]
    if into is None:
        into = Pattern(last_used=moved.last_used, created_at=moved.created_at)
    into.frequency += moved.frequency
    into.successes += moved.successes
    into.timed += moved.timed
    into.response_micros = min(into.response_micros + moved.response_micros, MOST)
    into.last_used = max(into.last_used, moved.last_used)
    into.created_at = min(into.created_at, moved.created_at)
    for facet, counts in moved.metadata.items():
        _add(into.metadata.setdefault(facet, {}), counts, FACETS_KEPT)
    _move_slots(into, moved, known)
    into.people = [] if is_common(into.query_template) else some_of([*into.people, *moved.people])
    spellings = {spelling: _filled(spelling, known) for spelling in moved.spellings}
    own = key.pattern_type == "user_specific"
    add_signals(into, moved, lambda text, values: _refilled(text, values, spellings, own))
    for pattern, user_id in _told_by(key, patterns):
        _find_values(into, target, pattern, user_id, known)
    return into


def _told_by(
    key: PatternKey, patterns: Mapping[PatternKey, Pattern]
) -> Iterable[tuple[Pattern, str]]:
    """The patterns that tell the values that were found, and whose they are.

    Everybody's are told by each person's own, because who asked for a value counts there.
    """
    if key.pattern_type != "global":
        return [(patterns[key], key.target_id)]
    own = (one for one in patterns if one.pattern_type == "user_specific")
    return [(patterns[o], o.target_id) for o in own if o.template_key == key.template_key]


def _move_slots(into: Pattern, moved: Pattern, known: Known) -> None:
    """The slots that were there before, at their new positions; and the spellings."""
    positions: dict[str, str] = {}
    for spelling, times in moved.spellings.items():
        template = _filled(spelling, known)
        count(into.spellings, template.text, times=times)
        old = (at for at, slot in enumerate(template.slots) if slot is _OLD)
        positions = {str(before): str(after) for before, after in enumerate(old)}
    for before, counts in moved.slot_values.items():
        _add(into.slot_values.setdefault(positions[before], {}), counts)
    _move_askers(into.askers, moved.askers, positions)


def _find_values(
    into: Pattern, target: PatternKey, told: Pattern, user_id: str, known: Known
) -> None:
    for spelling, times in told.spellings.items():
        template = _filled(spelling, known)
        for position, slot in enumerate(template.slots):
            if slot is not _OLD:
                keep_value(into, target, str(position), slot.kind, value_of(slot), user_id, times)


_OLD = Slot("", "", -1, -1, None)


def _filled(spelling: str, known: Known) -> Template:
    """A spelling of what is moved, with the slots that it has now; _OLD are those it had."""
    reading = read(spelling)
    match = known.match(compared(reading))
    assert match  # what is moved was matched, and spellings differ in nothing that is compared
    return filled(reading, match, [_OLD] * len(reading.words))


def _refilled(
    text: str, values: Sequence[str], spellings: Mapping[str, Template], own: bool
) -> list[str] | None:
    """What fills the slots of a question now; `values` filled those that its spelling had.

    None where a word that was of the question fills one now and the pattern is not the person's
    own: then it may be somebody's, and whole questions are not kept with who asked them.
    """
    for spelling, template in spellings.items():
        if _spelled(spelling, values).fullmatch(text):
            if not own and any(slot is not _OLD for slot in template.slots):
                return None
            before = iter(values)
            return [next(before) if slot is _OLD else value_of(slot) for slot in template.slots]
    return None


def _spelled(spelling: str, values: Sequence[str]) -> re.Pattern[str]:
    """The questions that a template, so spelled, comes of where its slots held these values."""
    held = iter(values)
    parts = []
    for part in parse_template(spelling):
        value = next(held, "") if isinstance(part, SlotName) else ""
        cut = ".*" if len(value) == VALUE_LENGTH else ""
        # Terms are kept in lower case, however they were written.
        parts.append(f"(?i:{re.escape(value)}{cut})" if value else re.escape(str(part)))
    return re.compile("".join(parts))


def _move_askers(into: Askers, moved: Askers, positions: Mapping[str, str]) -> None:
    for before, values in moved.items():
        askers = into.setdefault(positions[before], {})
        for value, hashes in values.items():
            askers[value] = some_of([*askers.get(value, ()), *hashes])


def _add(into: dict[str, int], counts: Mapping[str, int], most: int | None = None) -> None:
    for value, times in counts.items():
        count(into, value, most, times)
