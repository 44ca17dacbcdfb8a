"""What of a model's proposals may be shown: questions in the catalogue's and everyday words.

A model may write anything, also because somebody's text talked it into it. So nothing is searched
for that is bad: every word has to be accounted for, by a term of the catalogue, a time or a number,
by a learned template, by the words that questions are made of, or by a name that the person typed.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from services.suggestions.proposals.domain import MODEL, Wanted
from services.suggestions.ranking.describing import ICONS, describe
from services.suggestions.ranking.english import fold, sentence, tidy
from services.suggestions.ranking.model import COMPLETE, TERM_KINDS, Filled, Suggestion
from services.suggestions.ranking.wording import EVERYDAY, catalogue_words, literals, words_of
from services.suggestions.templates.extract import Template, extract
from services.suggestions.templates.query_type import query_type
from services.suggestions.templates.template import template_key
from services.suggestions.templates.words import plain_words

LONGEST = 160
# More of one answer are not read.
MOST = 12
# What varies and names nothing that belongs to somebody.
PLAIN_KINDS = frozenset(
    {"N", "timeframe", "quarter", "year", "month", "weekday", "date", "range", "money"}
    | {"percentage", "value"}
)
# What a name stands after: "profit of acme". Elsewhere a word that nobody knows is mistyped.
LEAD_INS = frozenset({"of", "for", "from", "in", "at", "with"})
ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True)
class Known:
    """The words that anything may be made of, and those that may stand where names do."""

    words: frozenset[str]
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, wanted: Wanted) -> Self:
        words = EVERYDAY | catalogue_words() | words_of(learned_literals(wanted))
        others = cls(words).unknown(extract(whole_words(wanted.typed), wanted.vocabulary).text)
        return cls(words, frozenset(word for word, is_name in others if is_name))

    def unknown(self, template: str) -> Iterator[tuple[str, bool]]:
        """The other words outside the slots, and whether a name, or more of one, stands there."""
        for text in literals(template):
            is_named = False
            for word in plain_words(text):
                if word not in self.words:
                    yield word, is_named
                else:
                    is_named = word in LEAD_INS or (is_named and word in ARTICLES)

    def accounts_for(self, template: str) -> bool:
        return all(is_name and word in self.names for word, is_name in self.unknown(template))


def checked(texts: Sequence[str], wanted: Wanted) -> tuple[str, ...]:
    """Those that may be shown, as they are shown: without those that only repeat what is typed."""
    known = Known.of(wanted)
    found = (check(text, wanted, known) for text in texts[:MOST])
    return tuple(dict.fromkeys(text for text in found if text))


def check(text: str, wanted: Wanted, known: Known) -> str:
    """The text as it is shown; empty where it may not be."""
    if len(text) > LONGEST or not all(map(is_plain, text)):
        return ""
    shown = sentence(tidy(text))
    template = extract(shown, wanted.vocabulary)
    if not template.key or template_key(shown) == template_key(wanted.typed):
        return ""
    typed = fold(wanted.typed)
    is_known = names_something(template) and known.accounts_for(template.text)
    fits = all(
        slot.term or slot.kind in PLAIN_KINDS or fold(slot.text) in typed for slot in template.slots
    )
    return shown if is_known and fits else ""


def going_on_from(texts: Iterable[str], wanted: Wanted) -> list[str]:
    """Those that begin with what is typed."""
    return [text for text in texts if fold(text).startswith(wanted.folded)]


def suggestions_of(texts: Iterable[str], wanted: Wanted) -> list[Suggestion]:
    """Checked texts as suggestions."""
    return [suggestion_of(text, wanted) for text in texts]


def suggestion_of(text: str, wanted: Wanted) -> Suggestion:
    kind, template = query_type(text), extract(text, wanted.vocabulary)
    slots = [slot for slot in template.slots if slot.term and slot.kind in TERM_KINDS]
    named = [Filled(slot.kind, slot.text, slot.term or "", 1.0) for slot in slots]
    return Suggestion(
        text=text,
        type=COMPLETE if fold(text).startswith(wanted.folded) else kind,
        description=describe(text, kind, named),
        icon=ICONS[kind],
        template=template.text,
        origin=MODEL,
    )


def is_plain(character: str) -> bool:
    """Neither a control nor an invisible character, nor half of one."""
    return unicodedata.category(character)[0] != "C"


def names_something(template: Template) -> bool:
    """Whether it asks for something of the catalogue."""
    return any(slot.term and slot.kind in TERM_KINDS for slot in template.slots)


def learned_literals(wanted: Wanted) -> Iterator[str]:
    """The fixed words of the templates that were sent."""
    for one in wanted.learned:
        if one.scope in ("user", "role"):
            yield from literals(one.template)


def whole_words(typed: str) -> str:
    """Without half a word at the end."""
    return typed if typed[-1:].isspace() else typed.rpartition(" ")[0]
