"""Finds the values of an organization's questions: in rounds, until nothing changes.

First what stands where names stand in the same question; then, with those taken out, what varies
most; then names in places that were seen to take values. Deterministic, blind to capitals.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.suggestions.induction.evidence import (
    Evidence,
    Question,
    gather,
    occurrences,
    word_counts,
    word_pairs,
)
from services.suggestions.induction.lexicon import (
    END,
    LONGEST,
    START,
    Context,
    Lexicon,
    Span,
    Words,
    bounds,
)
from services.suggestions.induction.reading import VALUE
from services.suggestions.induction.words import Kind, is_english, kind_of

# Words of the longest question that is compared with others.
_COMPARED = 64
# Questions that are compared: for so many it takes seconds and some hundred megabytes.
_MOST = 20_000
# Rounds of a stage, of which there are three; a stage ends with a round that changes nothing.
_STAGES, _ROUNDS = 3, 8
# A name is a value that was one in two frames, or in this share of its questions.
_NAME_FRAMES, _NAME_SHARE = 2, 0.3
# Ordinary words must be values mostly, in two frames, beside several names or in a place for names;
# less with more proof.
_WORD_FRAMES, _WORD_RIVALS, _WORD_SHARE = 2, 4, 0.5
_MANY_FRAMES, _MANY_RIVALS, _MANY_SHARE = 5, 6, 0.25
_ANYWHERE_FRAMES, _ANYWHERE_SHARE = 3, 0.5
# A context or a word that stands before, or after, so many different values is one of values.
_USUAL, _BEFORE = 3, 4
_CONTEXT, _SIDE, _PLACE_SHARE = 2, 3, 0.5
_GROWN, _GROWN_SHARE = 2, 0.8
_TERM_REPEATS = 3
_USUAL_SHARE = 0.25


def induce(
    questions: Mapping[Words, int],
    known: Iterable[Words] = (),
    varied: bool = True,
    least_frames: int = 1,
) -> Lexicon:
    """The values of these questions. `questions` tells how often each was asked differently.

    `varied`: whether ordinary words may be values for nothing but their variety also where names do
    not stand; `least_frames`: in how many different questions they must be in any case.
    Long ones are not compared, nor all of very many; what is learned of others holds for them, too.
    """
    short = sorted(item for item in questions.items() if len(item[0]) <= _COMPARED)
    every = -(-len(short) // _MOST) or 1
    asked = [Question(words, times) for words, times in short[::every]]
    english = is_english(question.words for question in asked)
    lexicon = Lexicon(english, frozenset() if english else _usual_words(asked))
    for value in known:
        lexicon.add(value)
    for stage in range(_STAGES):
        for _ in range(_ROUNDS):
            if not _round(asked, lexicon, stage, varied, least_frames):
                break
    return lexicon


def _usual_words(questions: Sequence[Question]) -> frozenset[str]:
    """The words that many questions share: where none are known by kind, these stay."""
    counts = word_counts(questions)
    return frozenset(word for word in counts if counts[word] > _USUAL_SHARE * len(questions))


def _round(
    questions: Sequence[Question], lexicon: Lexicon, stage: int, varied: bool, least_frames: int
) -> bool:
    """Whether something is known now that was not, or the other way round."""
    before = lexicon.state()
    for question in questions:
        question.values = lexicon.find(question.words)
    found = gather(questions, lexicon, placed=stage > 0, varied=varied and stage > 0)
    where = occurrences(questions, {*found, *lexicon})
    composed = _Composed(questions, lexicon, found, where)
    _accept(lexicon, found, where, composed, least_frames)
    _learn_places(lexicon, found)
    if stage == _STAGES - 1:
        _take_names(questions, lexicon)
    for value in sorted(lexicon):
        if len(value) > 1 and composed(value):
            lexicon.drop(value)
    return before != lexicon.state()


def _accept(
    lexicon: Lexicon,
    found: Mapping[Words, Evidence],
    where: Mapping[Words, set[int]],
    composed: "_Composed",
    least_frames: int,
) -> None:
    for value, evidence in sorted(found.items()):
        occurring = max(1, len(where[value]))
        is_open = lexicon.is_open(value)
        convinces = _convinces(value, is_open, evidence, occurring, least_frames)
        if value not in lexicon and not convinces:
            continue
        if value in lexicon.refused or (len(value) > 1 and composed(value)):
            continue
        lexicon.add(value, evidence.contexts)
        share = len(evidence.questions) / occurring
        if evidence.frames >= _ANYWHERE_FRAMES and share >= _ANYWHERE_SHARE:
            lexicon.anywhere.add(value)


def _convinces(
    value: Words, is_open: bool, evidence: Evidence, occurring: int, least_frames: int
) -> bool:
    share = len(evidence.questions) / occurring
    if is_open:
        return evidence.frames >= _NAME_FRAMES or share >= _NAME_SHARE
    if evidence.rivals < 2 or evidence.frames < least_frames:
        return False
    often = evidence.frames >= _WORD_FRAMES or evidence.rivals >= _WORD_RIVALS or evidence.placed
    many = _MANY_RIVALS if len(value) == 1 else _MANY_RIVALS // 2
    surely = evidence.frames >= _MANY_FRAMES or evidence.rivals >= many
    return (often and share >= _WORD_SHARE) or (surely and share >= _MANY_SHARE)


def _learn_places(lexicon: Lexicon, found: Mapping[Words, Evidence]) -> None:
    contexts: dict[Context, set[Words]] = defaultdict(set)
    sides: dict[str, set[Words]] = defaultdict(set)
    for value, evidence in found.items():
        if value in lexicon or lexicon.is_open(value):
            for context in evidence.contexts:
                contexts[context].add(value)
                sides[context[0]].add(value)
    lexicon.usual = {context for context, values in contexts.items() if len(values) >= _USUAL}
    lexicon.before = {
        word
        for word, values in sides.items()
        if len(values) >= _BEFORE and kind_of(word) is Kind.FUNCTION
    }


class _Composed:
    """Tells whether a candidate is two values, or a value and a word that goes without it."""

    def __init__(
        self,
        questions: Sequence[Question],
        lexicon: Lexicon,
        found: Mapping[Words, Evidence],
        where: Mapping[Words, set[int]],
    ) -> None:
        self._lexicon = lexicon
        self._found = found
        self._where = where
        self._counts = word_counts(questions)
        self._inside: dict[str, set[int]] = defaultdict(set)
        for value in where:
            if len(value) > 1:
                seen = found[value].questions if value in found else set()
                for word in value:
                    self._inside[word] |= where[value] if value in lexicon else seen

    def __call__(self, value: Words) -> bool:
        length = len(value)
        return self._is_said(value) or any(
            self._splits(value, first, end)
            for first in range(length)
            for end in range(first + 1, length + 1)
            if end - first < length and self._is_value(value[first:end], value)
        )

    def _is_said(self, value: Words) -> bool:
        """Whether it is a name with words around it that go without one: "cities named austin"."""
        plain = [word for word in value if not self._lexicon.is_open([word])]
        named = len(plain) < len(value)
        return len(value) > 2 and named and any(map(self._goes_alone, plain))

    def _is_value(self, part: Words, whole: Words) -> bool:
        if part in self._lexicon:
            return True
        frames = self._found[part].frames if part in self._found else 0
        return self._lexicon.is_open(part) and frames > self._frames(whole)

    def _frames(self, value: Words) -> int:
        return self._found[value].frames if value in self._found else 0

    def _splits(self, value: Words, first: int, end: int) -> bool:
        rests = [rest for rest in (value[:first], value[end:]) if rest]
        if all(rest in self._lexicon for rest in rests):
            return True
        if any(self._goes_alone(word) for rest in rests for word in rest):
            return True
        alone = len(self._where[value[first:end]]) - len(self._where[value])
        if alone > 0 and self._frames(value) < 3:
            return True
        return alone >= len(self._where[value]) and all(map(self._lexicon.is_open, rests))

    def _goes_alone(self, word: str) -> bool:
        return len(self._inside[word]) < 0.5 * self._counts[word]


def _take_names(questions: Sequence[Question], lexicon: Lexicon) -> None:
    """Take names for values that stand in places of values, though no question differs in them."""
    places = _Places(questions, lexicon)
    for value, contexts in sorted(places.names.items()):
        likely = sum(map(places.take_values, contexts))
        occurring = max(len(contexts), places.occurring(value))
        if likely >= _PLACE_SHARE * occurring and not places.is_a_term(contexts):
            lexicon.add(value, contexts)


class _Places:
    """Names that are no values yet with their contexts, and what stands in which context."""

    def __init__(self, questions: Sequence[Question], lexicon: Lexicon) -> None:
        self._questions = questions
        self._lexicon = lexicon
        self._counts = word_counts(questions)
        self._pairs = word_pairs(questions)
        self._between: dict[Context, set[Words]] = defaultdict(set)
        self._after: dict[str, set[Words]] = defaultdict(set)
        self._ahead: dict[str, set[Words]] = defaultdict(set)
        self.names: dict[Words, list[Context]] = defaultdict(list)
        for question in questions:
            self._read(question)
        self._where = occurrences(questions, set(self.names))

    def occurring(self, value: Words) -> int:
        return len(self._where[value])

    def take_values(self, context: Context) -> bool:
        previous, following = context
        if len(self._between[context]) >= _CONTEXT:
            return True
        if bounds(following):
            named = previous != START and kind_of(previous) is Kind.FUNCTION
            return named and len(self._after[previous]) >= _SIDE
        return following != VALUE and len(self._ahead[following]) >= _SIDE

    def is_a_term(self, contexts: Sequence[Context]) -> bool:
        """Whether a name stands again and again where nothing else does: a word of the trade."""
        distinct = set(contexts)
        alone = all(len(self._between[context]) == 1 for context in distinct)
        return alone and len(contexts) > _TERM_REPEATS * len(distinct)

    def _read(self, question: Question) -> None:
        words = question.words
        values = self._lexicon.find(words)
        values += [Span(at, at + 1) for at, word in enumerate(words) if word == VALUE]
        ends = {end for _, end in values}
        taken = {at for first, end in values for at in range(first, end)}
        for span in [*values, *self._runs(words, taken)]:
            first, end = span
            previous = words[first - 1] if first else START
            following = words[end] if end < len(words) else END
            context = (VALUE if first in ends else previous, VALUE if end in taken else following)
            value = words[first:end]
            self._between[context].add(value)
            self._after[context[0]].add(value)
            self._ahead[context[1]].add(value)
            if first not in taken:
                self.names[value].append(context)

    def _runs(self, words: Words, taken: set[int]) -> list[Span]:
        """Names, each with the words after it that hardly go without it."""
        runs: list[Span] = []
        at = 0
        while at < len(words):
            end = at
            if at not in taken and self._lexicon.is_open([words[at]]):
                end = at + 1
                while end < len(words) and end not in taken and self._belongs(words, end):
                    end += 1
                if end - at <= LONGEST:
                    runs.append(Span(at, end))
            at = max(end, at + 1)
        return runs

    def _belongs(self, words: Words, at: int) -> bool:
        if self._lexicon.is_open([words[at]]):
            return (words[at],) not in self._lexicon
        together = self._pairs.get((words[at - 1], words[at]), 0)
        enough = together >= _GROWN and together >= _GROWN_SHARE * self._counts[words[at]]
        return kind_of(words[at]) is Kind.ORDINARY and enough
