"""Questions read, and what they say remembered: people ask the same again and again."""

from collections import OrderedDict

from services.suggestions.induction.known import Known
from services.suggestions.patterns.domain import (
    ASKED_LENGTH,
    Meaning,
    Observation,
    Question,
    meaning_of,
)
from services.suggestions.templates.vocabulary import Vocabulary

# Texts whose meaning is remembered, some kilobytes each; longer ones come once.
REMEMBERED, LENGTH = 4096, ASKED_LENGTH


class Reader:
    """Finds what questions say by an organization's words and what is known of its templates."""

    def __init__(self) -> None:
        # With what was known when it was read: more may be known since.
        self._read: OrderedDict[tuple[str, str, str], tuple[Known, Meaning | None]] = OrderedDict()

    def observe(
        self, organization_id: str, question: Question, vocabulary: Vocabulary, known: Known
    ) -> Observation | None:
        """The question with its template; None where it is none to learn."""
        meaning = self._meaning(organization_id, question.text, vocabulary, known)
        return Observation(question, meaning) if meaning else None

    def _meaning(
        self, organization_id: str, text: str, vocabulary: Vocabulary, known: Known
    ) -> Meaning | None:
        place = (organization_id, vocabulary.version, text)
        read = self._read.get(place)
        if read and read[0] is known:
            self._read.move_to_end(place)
            return read[1]
        meaning = meaning_of(text, vocabulary, known)
        if len(text) <= LENGTH:
            self._read[place] = known, meaning
            self._read.move_to_end(place)
            if len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return meaning
