"""How a vote sounds: its score, and where the text is English, its words too.

Words are weighed by VADER, a lexicon with rules (Hutto and Gilbert, 2014), which knows English
alone; texts in other languages go by the score.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

# A score says as much as words do: people give 3 with praise, and 5 with a complaint.
TEXT_WEIGHT = 0.5
# From here on words are no longer neutral (Hutto and Gilbert, 2014).
POLAR = 0.05
# Shorter texts do not tell their language; VADER then has to know a word of them.
FEW_WORDS = 4
# VADER looks at every word again for each word that it knows: 2,000 emoji took it 5 s, and texts of
# so many words at most 10 ms. What comes after them says little more.
MOST_WORDS = 200
# An emoji is read as its name, such as "grinning face with smiling eyes".
EMOJI_WORDS = 4


@dataclass(frozen=True)
class Tone:
    """A label, a value from -1 to 1, and what it was found by."""

    label: str
    value: float
    source: str


def tone_of(score: int, text: str | None) -> Tone:
    """value = (score - 3) / 2, and with English words the average of that and VADER's compound."""
    value, source = (score - 3) / 2, "score"
    compound = english_compound(text) if text else None
    if compound is not None:
        value = (1 - TEXT_WEIGHT) * value + TEXT_WEIGHT * compound
        source = "score_and_text"
    return Tone(label_of(value), round(value, 4), source)


def label_of(value: float) -> str:
    if value >= POLAR:
        return "positive"
    return "negative" if value <= -POLAR else "neutral"


def english_compound(text: str) -> float | None:
    """VADER's compound from -1 to 1; None where the text is not English or says nothing to it."""
    text = beginning(text)
    found: dict[str, float] = analyzer().polarity_scores(text)
    known = found["pos"] > 0 or found["neg"] > 0
    few = len(text.split()) < FEW_WORDS
    if few:
        return found["compound"] if known else None
    return found["compound"] if language_of(text) == "en" else None


def beginning(text: str) -> str:
    """As much of the text as is read: MOST_WORDS words."""
    emojis, words = analyzer().emojis, 0
    for place, sign in enumerate(text):
        words += EMOJI_WORDS if sign in emojis else sign.isspace()
        if words > MOST_WORDS:
            return text[:place]
    return text


def language_of(text: str) -> str:
    """An ISO 639-1 code."""
    import py3langid  # takes 0.3 s and 40 MB, and only workers need it

    code: str
    code, _ = py3langid.classify(text)
    return code


@cache
def analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
