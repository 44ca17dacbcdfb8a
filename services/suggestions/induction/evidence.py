"""What speaks for a value: frames, which are questions with a hole, and what stands in the hole."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from services.suggestions.induction.lexicon import (
    END,
    LONGEST,
    START,
    Context,
    Lexicon,
    Span,
    Words,
    abstract,
    bounds,
)
from services.suggestions.induction.reading import VALUE
from services.suggestions.induction.words import ARTICLE, BEFORE_NAMES, WITHIN_NAMES

Frame = tuple[Words, Words]
# What stands in a hole, with the question and the place of each.
Fillers = dict[Words, list[tuple[int, Span]]]
# A question that quotes a value, or names one of the vocabulary's, asks what others ask.
_AS_VALUES = frozenset({"{text}", "{value}"})
# Of what stands in a frame's hole so much must be names, less where many things stand, unless...
_OPEN_SHARE, _OPEN_SHARE_OF_MANY = 0.5, 0.25
# ... so many different things stand there, more where none is a name, fewer where most are of
# several words, and hardly one twice.
_MANY, _MANY_WORDS, _MANY_PHRASES, _HARDLY_TWICE = 5, 6, 3, 0.7
# A slot that is there already speaks for so many more.
_SLOT_COUNTS = 2
# Words of a frame besides known values; in one with less, only single words are tried.
_SAID = 2
# An ordinary word that has another beside it so often belongs to that.
_BOUND = 0.9
# Of the things in another hole, so many and so large a share must have varied before.
_FAMILIAR, _FAMILIAR_SHARE = 3, 0.8
# In so many frames a word took the place of a value: in one it may by chance.
_IN_PLACE = 2


@dataclass
class Question:
    """A question with how often it was asked in different words, and its values known so far."""

    words: Words
    times: int
    values: list[Span] = field(default_factory=list)


@dataclass
class Evidence:
    """What was seen of a candidate: the frames it stands in, in which questions, among how many.

    `placed`: whether one of them is a place for names.
    """

    frames: int = 0
    rivals: int = 0
    placed: bool = False
    questions: set[int] = field(default_factory=set)
    contexts: set[Context] = field(default_factory=set)


@dataclass(frozen=True)
class _Hole:
    """A frame that takes values: its weight is in how many ways it was filled."""

    frame: Frame
    fillers: Fillers
    weight: int
    rivals: int


def gather(
    questions: Sequence[Question], lexicon: Lexicon, placed: bool, varied: bool
) -> dict[Words, Evidence]:
    """Evidence for each candidate.

    `placed`: take mere variety for evidence, too, where names stand; `varied`: wherever it is.
    """
    holes = _Weighing(questions, lexicon, placed, varied).holes()
    won = _won(holes)
    found: dict[Words, Evidence] = defaultdict(Evidence)
    for at, hole in enumerate(holes):
        before, after = hole.frame
        context = (before[-1] if before else START, after[0] if after else END)
        for filler, places in hole.fillers.items():
            winning = [number for number, span in places if (at, number, span) in won]
            if winning and filler != (VALUE,):
                seen = found[filler]
                named = filler in lexicon or lexicon.is_open(filler)
                seen.frames += 1
                seen.placed = seen.placed or _names_stand_in(hole.frame)
                seen.rivals = max(seen.rivals, hole.rivals - named)
                seen.questions.update(winning)
                seen.contexts.add(context)
    return found


class _Weighing:
    """Tells which frames take values, by what stands in them."""

    def __init__(
        self, questions: Sequence[Question], lexicon: Lexicon, placed: bool, varied: bool
    ) -> None:
        self._questions = questions
        self._lexicon = lexicon
        self._placed = placed
        self._varied = varied
        self._counts = word_counts(questions)
        self._pairs = word_pairs(questions)

    def holes(self) -> list[_Hole]:
        """Frames that take values; then also those filled with what was seen to vary elsewhere."""
        known: set[Words] = set()
        holes: list[_Hole] = []
        rest: list[tuple[Frame, Fillers]] = []
        for frame, fillers in _frames(self._questions, self._lexicon).items():
            fillers = self._fitting(frame, fillers)
            if len(fillers) < 2:
                continue
            if hole := self._hole(frame, fillers):
                holes.append(hole)
                if hole.rivals >= len(hole.fillers):
                    known.update(hole.fillers)
            else:
                rest.append((frame, fillers))
        if not self._varied:
            return holes
        if known:
            holes += filter(None, (self._familiar(*one, known) for one in rest))
        settled = {hole.frame for hole in holes}
        return holes + self._in_place([one for one in rest if one[0] not in settled])

    def _fitting(self, frame: Frame, fillers: Fillers) -> Fillers:
        """Fillers that may be values: most of a question is none, unless it is known to be."""
        said = self._said(frame)
        if said >= _SAID:
            return fillers
        return {f: p for f, p in fillers.items() if said and (len(f) == 1 or f in self._lexicon)}

    def _said(self, frame: Frame) -> int:
        return sum(word != VALUE for side in frame for word in side)

    def _hole(self, frame: Frame, fillers: Fillers) -> _Hole | None:
        """The frame, if it takes values: names with function words in them only where others do."""
        plain = _plain(fillers)
        hole = self._hole_of(frame, plain)
        if hole:
            linked = {f: p for f, p in fillers.items() if f not in plain and self._is_bound(f)}
            hole.fillers.update(linked)
        return hole

    def _is_bound(self, filler: Words) -> bool:
        """Whether an article before it belongs to it: hardly anybody leaves it out."""
        article, word = filler[:2]
        together = self._pairs[article, word]
        return article != ARTICLE or together >= _BOUND * self._counts[word]

    def _hole_of(self, frame: Frame, fillers: Fillers) -> _Hole | None:
        kept, weight = self._distinct(fillers)
        if weight < 2:
            return None
        rivals = sum(filler in self._lexicon or self._lexicon.is_open(filler) for filler in kept)
        rivals += self._slots(kept.get((VALUE,), ()))
        share = _OPEN_SHARE if len(kept) < _MANY else _OPEN_SHARE_OF_MANY
        if rivals < 2 or rivals < share * len(kept):
            if not self._varies(frame, kept, weight, rivals):
                return None
            rivals = len(kept)
        return _Hole(frame, kept, weight, rivals)

    def _slots(self, places: Sequence[tuple[int, Span]]) -> int:
        """For how many values a slot that is there already speaks."""
        asked = sum(self._questions[number].times for number, _ in places)
        return max(_SLOT_COUNTS, asked) if places else 0

    def _varies(self, frame: Frame, fillers: Fillers, weight: int, rivals: int) -> bool:
        """Whether values must stand in a hole: it is a place for names, or so much stands there.

        Where it is none, hardly anything must stand there twice.
        """
        if self._said(frame) < _SAID:
            return False
        if _names_stand_in(frame):
            return self._placed
        if not self._varied:
            return False
        phrases = sum(len(filler) > 1 for filler in fillers)
        if 2 * phrases >= len(fillers):
            many = _MANY_PHRASES
        else:
            many = _MANY if rivals > 1 else _MANY_WORDS
        places = (place for found in fillers.values() for place in found)
        times = sum(self._questions[number].times for number, _ in places)
        return weight >= many and len(fillers) >= _HARDLY_TWICE * times

    def _familiar(self, frame: Frame, fillers: Fillers, known: set[Words]) -> _Hole | None:
        kept, weight = self._distinct(fillers)
        familiar = sum(filler in known or filler in self._lexicon for filler in kept)
        if weight < _FAMILIAR or familiar < _FAMILIAR_SHARE * len(kept):
            return None
        return _Hole(frame, kept, weight, familiar)

    def _in_place(self, rest: Sequence[tuple[Frame, Fillers]]) -> list[_Hole]:
        """Frames with a value and with words that take the place of values elsewhere as well.

        What stands where the others of a kind do is of that kind, however few stand in each of
        the places (Harris, Distributional Structure, 1954).
        """
        frames: list[tuple[Frame, Fillers, set[Words]]] = []
        seen: Counter[Words] = Counter()
        for frame, every in rest:
            fillers, weight = self._distinct(_plain(every))
            values = {filler for filler in fillers if self._is_value(filler)}
            if values and weight > 1:
                frames.append((frame, fillers, values))
                seen.update(fillers.keys() - values)
        proven = {filler for filler in seen if seen[filler] >= _IN_PLACE}
        holes: list[_Hole] = []
        for frame, fillers, values in frames:
            taken = {f: p for f, p in fillers.items() if f in values or f in proven}
            if len(taken) > len(values):
                holes.append(_Hole(frame, taken, len(taken), len(taken)))
        return holes

    def _is_value(self, filler: Words) -> bool:
        return filler == (VALUE,) or filler in self._lexicon

    def _distinct(self, fillers: Fillers) -> tuple[Fillers, int]:
        """Fillers without those that a smaller hole explains, and how many stand for themselves.

        "chinese food" and "chinese places" are no two values: what differs are ordinary words.
        "new york" and "new mexico" are, but count once, so that a hole after "new" has its chance.
        """
        edges: dict[tuple[int, str], list[Words]] = defaultdict(list)
        for filler in fillers:
            if len(filler) > 1 and filler not in self._lexicon:
                edges[0, filler[0]].append(filler)
                edges[1, filler[-1]].append(filler)
        dropped = {filler for filler in fillers if self._extends(filler, fillers)}
        grouped: dict[Words, tuple[int, str]] = {}
        for (side, word), group in edges.items():
            if len(group) > 1:
                rest = [filler[1:] if side == 0 else filler[:-1] for filler in group]
                if self._lexicon.is_open([word]) and not any(map(self._lexicon.is_open, rest)):
                    dropped.update(group)
                else:
                    grouped.update((filler, (side, word)) for filler in group)
        kept = {filler: places for filler, places in fillers.items() if filler not in dropped}
        groups = {grouped[filler] for filler in kept if filler in grouped}
        return kept, sum(filler not in grouped for filler in kept) + len(groups)

    def _extends(self, filler: Words, fillers: Fillers) -> bool:
        """Whether it is another filler, with ordinary words before or after it that go without."""
        return any(
            (filler[:cut] in fillers and self._goes_without(filler[cut:], filler, cut))
            or (filler[cut:] in fillers and self._goes_without(filler[:cut], filler, cut))
            for cut in range(1, len(filler))
        )

    def _goes_without(self, words: Words, filler: Words, cut: int) -> bool:
        if self._lexicon.is_open(words):
            return False
        nearest = filler[cut] if words == filler[cut:] else filler[cut - 1]
        together = self._pairs.get((filler[cut - 1], filler[cut]), 0)
        return together < _BOUND * self._counts[nearest]


def _plain(fillers: Fillers) -> Fillers:
    """Those without function words in them."""
    return {filler: p for filler, p in fillers.items() if WITHIN_NAMES.isdisjoint(filler)}


def _names_stand_in(frame: Frame) -> bool:
    """Whether a hole is between words as a name is, where a noun of the language has an article."""
    before, after = frame
    alone = not after or after[0] == VALUE or bounds(after[0])
    return alone and bool(before) and before[-1] in BEFORE_NAMES


def _frames(questions: Sequence[Question], lexicon: Lexicon) -> dict[Frame, Fillers]:
    frames: dict[Frame, Fillers] = defaultdict(dict)
    for number, question in enumerate(questions):
        words, values = question.words, question.values
        seen = abstract(words, values)
        starts = _starts(words, values)
        around = tuple(VALUE if word in _AS_VALUES else word for word in seen)
        for first, end in _openings(seen, lexicon):
            span = Span(starts[first], starts[end])
            filler = words[span.first : span.end]
            if len(filler) == 1 or (len(filler) <= LONGEST and VALUE not in filler):
                frame = (around[:first], around[end:])
                frames[frame].setdefault(filler, []).append((number, span))
    return frames


def _openings(seen: Words, lexicon: Lexicon) -> Iterator[tuple[int, int]]:
    """From where to where in an abstract question something may be a value."""
    varies = [lexicon.varies(word) for word in seen]
    for first, word in enumerate(seen):
        if varies[first] or word == ARTICLE:
            for end in range(first + 1, min(len(seen), first + LONGEST) + 1):
                if seen[end - 1] in WITHIN_NAMES:
                    continue
                if not varies[end - 1]:
                    break
                if end - first == 1 or any(one != VALUE for one in seen[first:end]):
                    yield first, end


def _starts(words: Words, values: Sequence[Span]) -> list[int]:
    """Where each word of the abstract question begins in the question, and its end."""
    skipped = {at for first, end in values for at in range(first + 1, end)}
    return [*(at for at in range(len(words)) if at not in skipped), len(words)]


def _won(holes: Sequence[_Hole]) -> set[tuple[int, int, Span]]:
    """(hole, question, span): where spans overlap, the one whose hole takes most has won."""
    claims: dict[int, list[tuple[int, int, Span, int]]] = defaultdict(list)
    for at, hole in enumerate(holes):
        for places in hole.fillers.values():
            for number, span in places:
                claims[number].append((-hole.weight, span.end - span.first, span, at))
    won: set[tuple[int, int, Span]] = set()
    for number, all_claims in claims.items():
        taken: list[Span] = []
        for _, _, span, at in sorted(all_claims):
            if all(span.end <= other.first or other.end <= span.first for other in taken):
                taken.append(span)
                won.add((at, number, span))
    return won


def occurrences(questions: Sequence[Question], values: set[Words]) -> dict[Words, set[int]]:
    """The questions that each of the values stands in, as a value or not, but in no longer one."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for value in values:
        lengths[value[0]].add(len(value))
    found: dict[Words, set[int]] = defaultdict(set)
    for number, question in enumerate(questions):
        for at, word in enumerate(question.words):
            for length in lengths.get(word, ()):
                value = question.words[at : at + length]
                if value in values:
                    found[value].add(number)
    return found


def _within(span: Span, other: Span) -> bool:
    return span != other and other.first <= span.first and span.end <= other.end


def word_counts(questions: Sequence[Question]) -> Counter[str]:
    """In how many questions each word stands."""
    return Counter(word for question in questions for word in set(question.words))


def word_pairs(questions: Sequence[Question]) -> Counter[tuple[str, str]]:
    """In how many questions two words stand side by side."""
    return Counter(
        pair
        for question in questions
        for pair in set(zip(question.words, question.words[1:], strict=False))
    )
