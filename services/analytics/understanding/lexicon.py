"""What is known, by how it may be written: inflected, as one word or several, and misspelt."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.analytics.understanding.domain import Knowledge, KnownEvent
from services.analytics.understanding.english import closed_words
from services.analytics.understanding.tokens import Token, tokens_of
from services.common.inflections import singulars, verb_bases

LONGEST_NAME = 6
MOST_FORMS = 24
# "completed an order", "orders were completed".
INSIDE = """
a an the something anything their any his her its some our was were is are has have been get got
"""
BETWEEN = frozenset(INSIDE.split())
SHORTEST_MISSPELT = 5
LONG_WORD = 9  # in which two letters may be wrong
SURE_FROM = 6
# What is indexed stays in memory: about 1 kB a name.
MOST_LEXICONS = 8
METRIC, DIMENSION, EVENT, PROPERTY, VALUE = "metric", "dimension", "event", "property", "value"
# What a phrase is taken for where it may be several things.
RANK = {METRIC: 0, DIMENSION: 1, VALUE: 1, EVENT: 1, PROPERTY: 2}
# Where a name has a border: order_completed, orderCompleted, HTTPRequest.
BORDER = re.compile(r"[_\s]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


@dataclass(frozen=True)
class Mention:
    """`name` is of a metric, dimension, event or property; `of` is the dimension or property that
    has a value, `name` then the value as it is written in the data.
    """

    kind: str
    name: str
    of: str = ""
    of_property: bool = False


def forms(word: str) -> set[str]:
    """What a word is an inflection of, itself among them."""
    return {word} | set(singulars(word)) | set(verb_bases(word)) | IRREGULAR.get(word, set())


# Inflections of verbs that go by no rule, beyond those that `inflections` knows.
IRREGULAR = {
    "went": {"go"}, "gone": {"go"}, "saw": {"see"}, "seen": {"see"}, "sent": {"send"},
    "made": {"make"}, "took": {"take"}, "taken": {"take"}, "began": {"begin"}, "left": {"leave"},
    "read": {"read"}, "wrote": {"write"}, "written": {"write"}, "booked": {"book"},
    "chose": {"choose"}, "chosen": {"choose"}, "got": {"get"}, "gave": {"give"},
    "paid": {"pay"}, "bought": {"buy"}, "sold": {"sell"}, "spent": {"spend"}, "ran": {"run"},
    "rode": {"ride"}, "drove": {"drive"}, "ate": {"eat"}, "met": {"meet"}, "heard": {"hear"},
    "broke": {"break"}, "found": {"find"}, "held": {"hold"}, "kept": {"keep"}, "lost": {"lose"},
    "spoke": {"speak"}, "stood": {"stand"}, "taught": {"teach"}, "built": {"build"},
}  # fmt: skip


def keys(words: Sequence[str]) -> Iterator[str]:
    """A name's words in their base forms, written as one."""
    options = [sorted(forms(word)) for word in words]
    for count, chosen in enumerate(product(*options)):
        if count >= MOST_FORMS:
            return
        yield "".join(chosen)


def words_of(name: str) -> list[str]:
    return [token.text for token in tokens_of(BORDER.sub(" ", name))]


class Lexicon:
    def __init__(self, knowledge: Knowledge) -> None:
        self._found: dict[str, list[Mention]] = defaultdict(list)
        self._words: set[str] = set()
        self._bases: set[str] = set()
        for names, mention in named(knowledge):
            for name in names:
                self._put(words_of(name), mention)
        self._long = sorted(word for word in self._words if len(word) >= SHORTEST_MISSPELT)

    def _put(self, words: list[str], mention: Mention) -> None:
        if not words:
            return
        orders = [words]
        if mention.kind == EVENT and len(words) == 2:
            orders.append(words[::-1])
        self._words.update(word for word in words if word.isalpha())
        self._bases.update(form for word in words for form in forms(word))
        for order in orders:
            for key in keys(order):
                if mention not in self._found[key]:
                    self._found[key].append(mention)

    def at(self, tokens: Sequence[Token], start: int) -> tuple[int, tuple[Mention, ...]]:
        """The longest name that starts there: how many tokens, and what it may be."""
        if tokens[start].kind == "quoted":
            return 1, self._of(words_of(tokens[start].text))
        for size in range(min(LONGEST_NAME, len(tokens) - start), 0, -1):
            window = tokens[start : start + size]
            if not all(each.kind in ("word", "number") for each in window):
                continue
            if size == 1 and window[0].text in closed_words() and not window[0].upper:
                found = tuple(m for m in self._of([window[0].text]) if m.kind != VALUE)
            else:
                found = self._of([each.text for each in window]) or self._done(window)
            if found:
                return size, found
        return 0, ()

    def _done(self, window: Sequence[Token]) -> tuple[Mention, ...]:
        """ "completed an order", "orders were completed": with what stands in between."""
        if window[0].text in BETWEEN or window[-1].text in BETWEEN:
            return ()
        inner = [each.text for each in window if each.text not in BETWEEN]
        return tuple(one for one in self._of(inner) if one.kind in (EVENT, METRIC))

    def _of(self, words: Sequence[str]) -> tuple[Mention, ...]:
        found: dict[Mention, None] = {}
        for key in keys(words):
            found.update(dict.fromkeys(self._found.get(key, ())))
        return tuple(sorted(found, key=lambda mention: RANK[mention.kind]))

    def knows(self, word: str) -> bool:
        """Whether some name has the word, inflected or not."""
        return bool(forms(word) & self._bases)

    def misspelt(self, word: str) -> tuple[str, bool] | None:
        """The one known word that this may be, and whether that is sure: with two letters swapped,
        or one doubled. Others may be words that just look alike.
        """
        if len(word) < SHORTEST_MISSPELT or not word.isalpha():
            return None
        most = 1 if len(word) < LONG_WORD else 2
        near = {
            known
            for form in forms(word)
            for known, *_ in process.extract_iter(
                form, self._long, scorer=OSA.distance, score_cutoff=most, processor=None
            )
            if known[0] == word[0]
        }
        if len(near) != 1:
            return None
        known = near.pop()
        return known, len(word) >= SURE_FROM and surely(word, known)


def surely(word: str, known: str) -> bool:
    swapped = len(word) == len(known) and sorted(word) == sorted(known)
    return swapped or re.sub(r"(.)\1", r"\1", word) == re.sub(r"(.)\1", r"\1", known)


def named(knowledge: Knowledge) -> Iterator[tuple[Iterable[str], Mention]]:
    for metric in knowledge.metrics:
        names = (metric.name, metric.display_name, *metric.synonyms)
        yield names, Mention(METRIC, metric.name)
    for dimension in knowledge.dimensions:
        names = (dimension.name, dimension.display_name, *dimension.synonyms)
        yield names, Mention(DIMENSION, dimension.name)
        for value in dimension.values:
            yield (value,), Mention(VALUE, value, of=dimension.name)
    dimensions = {one.name for one in knowledge.dimensions}
    for event in knowledge.events:
        yield (event.name, *event.synonyms), Mention(EVENT, event.name)
        yield from properties_of(event, dimensions)


def properties_of(
    event: KnownEvent, dimensions: set[str]
) -> Iterator[tuple[Iterable[str], Mention]]:
    """A dimension of the same name is what is meant, as it is defined."""
    for each in event.properties:
        if each.name in dimensions:
            continue
        yield (each.name, *each.synonyms), Mention(PROPERTY, each.name)
        for value in each.values:
            yield (value,), Mention(VALUE, value, of=each.name, of_property=True)


@lru_cache(maxsize=MOST_LEXICONS)
def lexicon_of(knowledge: Knowledge) -> Lexicon:
    return Lexicon(knowledge)
