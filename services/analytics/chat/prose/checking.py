"""Prose, and which of its sentences hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from zoneinfo import ZoneInfo

from services.analytics.chat.prose import lexicon
from services.analytics.chat.prose.dates import Moment, moments_of
from services.analytics.chat.prose.domain import Checked, Evidence, Table
from services.analytics.chat.prose.facts import TOKEN, Facts, singular
from services.analytics.chat.prose.judging import Judge
from services.analytics.chat.prose.neutral import neutralised
from services.analytics.chat.prose.numbers import (
    CURRENCIES,
    SIGNS,
    UNITS,
    Figure,
    Told,
    figures_of,
    plain,
)
from services.analytics.chat.prose.reading import Label, Mention, Reading, dated, named
from services.analytics.chat.prose.relating import relations_hold
from services.analytics.chat.prose.sentences import joined, sentences_of

# What is longer, or has more, is nothing that anybody reads, and is not looked into.
LONGEST_TEXT, LONGEST = 20_000, 2_000
MOST_FIGURES = 60


def checked(text: str, evidence: Evidence) -> Checked:
    """The text without the sentences that claim what neither results nor what is told show."""
    if len(text) > LONGEST_TEXT:
        return Checked("", [text])
    check, kept, dropped = Check(evidence), [], []
    for sentence in sentences_of(neutralised(text)):
        if not sentence.text.strip() or check.holds(sentence.text):
            kept.append(sentence)
        else:
            dropped.append(sentence.text.strip())
    return Checked(joined(kept).strip(), dropped)


# A number and the word before it, or after it.
Beside: TypeAlias = frozenset[tuple[float, str, str]]


@dataclass(frozen=True)
class Given:
    """What is told, or asked: numbers with the words beside them, dates, words, currencies."""

    figures: Beside
    asked: Beside
    moments: Sequence[Moment]
    periods: Sequence[Moment]
    text: str
    currencies: frozenset[str]


class Check:
    """Holds sentences against the evidence, one after the other."""

    def __init__(self, evidence: Evidence) -> None:
        tables = evidence.tables or [Table([], [])]
        self._facts = [Facts(one, ZoneInfo(evidence.time_zone)) for one in tables]
        self._today = evidence.now.astimezone(ZoneInfo(evidence.time_zone)).date()
        self._given = given_of(evidence.told, evidence.asked, self._today)
        self._carried: Sequence[Label] = ()

    def holds(self, sentence: str) -> bool:
        if len(sentence) > LONGEST:
            return False
        text = plain(sentence).replace("*", " ").replace("`", " ").replace("|", ",")
        text = lexicon.PHRASAL.sub(r"\1_\2", text)
        figures = list(figures_of(text))
        if len(figures) > MOST_FIGURES:
            return False
        held = [self._holds(text, figures, facts) for facts in self._facts]
        return any(held)  # of each table, as what it names is carried on

    def _holds(self, text: str, figures: list[Figure], facts: Facts) -> bool:
        reading = Reading(text.lower(), facts)
        self._name(text, reading)
        found = moments_of(text, self._today)
        moments = [one for one in found if not self._is_number(one, reading)]
        if not all(self._dated(one, reading) for one in moments):
            return False
        taken = [(one.start, one.end) for one in reading.labels]
        taken += [(one.start, one.end) for one in moments]
        reading.figures = [one for one in figures if not overlaps(one, taken)]
        if lexicon.PRONOUN.match(reading.text) and not reading.labels:
            reading.carried = self._carried
        self._carried = reading.labels or self._carried
        judge = Judge(reading, self._given.currencies)
        return all(self._numbered(one, judge) for one in reading.figures) and relations_hold(judge)

    def _name(self, text: str, reading: Reading) -> None:
        for one in named(text, reading.facts):
            if isinstance(one, Mention):
                reading.mentions.append(one)
            else:
                reading.labels.append(one)

    def _is_number(self, moment: Moment, reading: Reading) -> bool:
        """A year alone that no result and nothing told has may be a number."""
        return moment.bare and not self._told(moment) and not any(dated(moment, reading.facts))

    def _dated(self, moment: Moment, reading: Reading) -> bool:
        """Whether a date is of the result, or told; it names rows, or one of the periods."""
        if any(one.start <= moment.start < one.end for one in reading.labels):
            return True
        found = list(dated(moment, reading.facts))
        reading.labels += found
        reading.labels.sort(key=lambda one: one.start)
        periods = self._given.periods
        if len(periods) > 1 and any(one.previous for one in reading.facts.measures):
            mine = [one for one in periods if moment.follows_from(one)]
            if len(mine) == 1:
                reading.periods.append((moment.start, mine[0] is not periods[-1]))
        return bool(found) or self._told(moment)

    def _told(self, moment: Moment) -> bool:
        return any(moment.follows_from(one) for one in self._given.moments)

    def _numbered(self, figure: Figure, judge: Judge) -> bool:
        if figure.told is Told.OPAQUE:
            return figure.text.casefold() in self._given.text
        if figure.told is Told.ORDINAL:
            return True  # a rank: held with the others
        before, after = beside(judge.reading.text, figure)
        here = frozenset({(figure.value, before, ""), (figure.value, "", after)})
        if here & self._given.figures or narrows(figure, judge, here & self._given.asked):
            return True
        if lexicon.TOP_OF.search(judge.reading.text[: figure.start]):
            return 0 < figure.value <= len(judge.facts.rows)  # which these are, the rank tells
        return figure.text.lower() == UNITS[0] or judge.holds(figure)


def overlaps(figure: Figure, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < figure.end and figure.start < end for start, end in spans)


def beside(text: str, figure: Figure) -> tuple[str, str]:
    """The words before and after a number, in the singular."""
    before = TOKEN.findall(text[max(0, figure.start - 24) : figure.start])
    after = TOKEN.findall(text[figure.end : figure.end + 24])
    return (singular(before[-1]) if before else "", singular(after[0]) if after else "")


NEXT = re.compile(r" ([a-z]+)")


def narrows(figure: Figure, judge: Judge, asked: Beside) -> bool:
    """Whether a number that was asked about says of what it is, as in "the last 7 days": what was
    asked may be wrong, and "you had 5,000 orders" is a claim.
    """
    if not asked:
        return False
    text = judge.reading.text
    before, after = text[: figure.start], text[figure.end :]
    if lexicon.OVER.search(before) or lexicon.UNDER.search(before):
        return bool(lexicon.RELATIVE.search(before))
    if figure.told is not Told.PLAIN or figure.currency:
        return False
    unit = NEXT.match(after)
    if unit and lexicon.PERIODS.fullmatch(unit.group(1)):
        return bool(lexicon.WINDOW.search(before))
    if unit and lexicon.EXTREME.fullmatch(unit.group(1)):
        return True
    measured = any(
        one.kind == "measure" and one.end == figure.start - 1 for one in judge.reading.mentions
    )
    name = before[-2:-1].isalpha() and any(word for _, word, _ in asked)  # as in "plan 3"
    return name and not measured and not lexicon.CLAIMING.search(before)


def given_of(told: Sequence[str], asked: Sequence[str], today: date) -> Given:
    texts = [plain(one) for one in (*told, *asked)]
    moments = [one for text in texts for one in moments_of(text, today)]
    words = {one.casefold() for text in texts for one in TOKEN.findall(text)}
    signs = {SIGNS[one] for text in texts for one in text if one in SIGNS}
    return Given(
        figures_beside(told),
        figures_beside(asked),
        moments,
        periods_of(moments),
        "\n".join(texts).casefold(),
        frozenset(signs | {CURRENCIES[one] for one in words if one in CURRENCIES}),
    )


def figures_beside(texts: Sequence[str]) -> Beside:
    figures = set()
    for text in map(plain, texts):
        for one in figures_of(text):
            before, after = beside(text.lower(), one)
            figures |= {(one.value, before, ""), (one.value, "", after)}
    return frozenset(one for one in figures if one[1] or one[2])


def periods_of(moments: Sequence[Moment]) -> list[Moment]:
    """The periods that are told by year and month, from the earliest."""
    whole = [one for one in moments if one.year and one.month and not one.relative]
    found = {(one.year, one.month): one for one in whole}
    return [found[key] for key in sorted(found)]
