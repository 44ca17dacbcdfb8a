"""Half-typed text, as the rest of ranking reads it."""

from dataclasses import dataclass

from services.suggestions.ranking.english import fold, tidy
from services.suggestions.ranking.lexicon import Lexicon
from services.suggestions.ranking.shapes import content

# Suggestions continue the end of the text; more words than this do not change them.
_REMEMBERED_WORDS = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed: its words as shown and as compared, and whether the last may go on."""

    shown: tuple[str, ...]
    words: tuple[str, ...]
    folded: str  # with a blank at the end where the last word is whole
    mentions: tuple[tuple[int, int, str], ...]
    terms: frozenset[str]
    about: frozenset[str]

    @property
    def is_whole(self) -> bool:
        """Whether the last word is followed by white space."""
        return self.folded.endswith(" ")

    def since(self, start: int) -> str:
        """The folded text from that word on."""
        return " ".join(self.words[start:]) + (" " if self.is_whole else "")

    def original(self, start: int) -> str:
        """The text as typed from that word on."""
        return " ".join(self.shown[start:])


def read(partial_query: str, words: Lexicon) -> Typed | None:
    """Reads half-typed text; None where nothing is typed."""
    shown = tidy(partial_query).split(" ")
    folded = tuple(fold(word) for word in shown)
    if not any(folded):
        return None
    whole = partial_query[-1:].isspace()
    mentions = tuple(words.mentions(folded[-_REMEMBERED_WORDS:]))
    skipped = max(0, len(folded) - _REMEMBERED_WORDS)
    mentions = tuple((start + skipped, end + skipped, term) for start, end, term in mentions)
    terms = frozenset(term for _, _, term in mentions)
    return Typed(
        shown=tuple(shown),
        words=folded,
        folded=" ".join(folded) + (" " if whole else ""),
        mentions=mentions,
        terms=terms,
        about=_about(folded, whole, mentions) | terms,
    )


def _about(
    words: tuple[str, ...], whole: bool, mentions: tuple[tuple[int, int, str], ...]
) -> frozenset[str]:
    covered = {at for start, end, _ in mentions for at in range(start, end)}
    last = len(words) if whole else len(words) - 1
    free = [word for at, word in enumerate(words[-_REMEMBERED_WORDS:last]) if at not in covered]
    return content(" ".join(free))
