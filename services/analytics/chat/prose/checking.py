"""Prose, and which of its sentences hold."""

from services.analytics.chat.prose.domain import Checked, Evidence
from services.analytics.chat.prose.neutral import neutralised
from services.analytics.chat.prose.numbers import Told, figures_of
from services.analytics.chat.prose.sentences import joined, sentences_of


def checked(text: str, evidence: Evidence) -> Checked:
    """The text without the sentences that claim what neither results nor what is told show."""
    kept, dropped = [], []
    for sentence in sentences_of(neutralised(text)):
        if holds(sentence.text, evidence):
            kept.append(sentence)
        else:
            dropped.append(sentence.text.strip())
    return Checked(joined(kept).strip(), dropped)


def holds(sentence: str, evidence: Evidence) -> bool:
    cells = [
        float(cell)
        for table in evidence.tables
        for row in table.rows
        for cell in row
        if isinstance(cell, int | float)
    ]
    return all(
        one.told is not Told.OPAQUE and any(abs(one.value - cell) <= one.slack for cell in cells)
        for one in figures_of(sentence)
    )
