"""A template taken apart once, so that it can be filled and aligned many times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.suggestions.ranking.english import plural, singular, squash
from services.suggestions.ranking.model import Filled
from services.suggestions.templates.query_type import has_clauses, query_type
from services.suggestions.templates.template import SlotName, parse_template

# Openings that change nothing of what is asked.
_OPENING = re.compile(
    r"(please )?((can|could) you )?"
    r"(show( me)?|give me|tell me|list|display|get|see|what( i|')s|what (are|was|were))( the)? +"
)
_WORD = re.compile(r"[\w'-]+")
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "get",
        "give",
        "has",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "list",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "over",
        "per",
        "please",
        "show",
        "tell",
        "that",
        "the",
        "their",
        "them",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "which",
        "who",
        "with",
        "you",
    ]
)
_PLURAL_AFTER = frozenset(
    [
        "across",
        "all",
        "among",
        "between",
        "compare",
        "many",
        "most",
        "of",
        "our",
        "top",
        "bottom",
        "which",
        "what",
    ]
)
# A metric in the plural ("orders") takes other words before it than one in the singular.
_OF_ONE = re.compile(r"\b(?:(?:is|was|has)(?: the)?(?: total| average)?|much|highest|lowest) $")
_OF_MANY = re.compile(r"\b(?:(?:are|were|have)(?: the)?|many|most|fewest) $")
_SUMS = re.compile(r"\b(?:total|sum|sums|overall)\b(?: of)?(?: the)? $")
_AHEAD = re.compile(r"\b(?:forecast|predict|project|budget|target|plan|expect|next)")
_TIME_PREPOSITIONS = frozenset(["during", "for", "from", "in", "over", "within"])
_SINGULAR_AFTER = frozenset(["a", "an", "by", "each", "every", "one", "per", "single", "this"])


@dataclass(frozen=True, slots=True)
class Gap:
    """A slot: its kind, and how a noun in it stands ("plural", "singular", "" as it comes).

    `article`: whether "the last 12 months" reads well there, or only "last 12 months";
    `lasting`: whether nothing else does ("over this year"); `sums`: whether it adds a metric up.
    """

    kind: str
    number: str
    after_count: bool
    article: bool
    lasting: bool
    before: str  # the word before it
    counts: str  # "one" or "many": what a metric there must be
    sums: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A template as literals around gaps; `literals` has one more than `gaps`."""

    literals: tuple[str, ...]
    folded: tuple[str, ...]
    gaps: tuple[Gap, ...]
    kinds: frozenset[str]  # of the gaps
    words: frozenset[str]  # what the literals are about
    family: str  # equal for templates that ask the same
    query_type: str  # of most of its fillings
    looks_ahead: bool
    has_clauses: bool  # two or more, whatever fills it

    def render(self, filled: tuple[Filled, ...]) -> str:
        """The question with its gaps filled."""
        parts = [self.literals[0]]
        for slot, literal in zip(filled, self.literals[1:], strict=True):
            parts += (slot.text, literal)
        return " ".join("".join(parts).split())


@lru_cache(maxsize=4096)
def shape(template: str) -> Shape:
    """Takes the template apart; ValueError for a brace that belongs to no slot."""
    literals, kinds = [""], list[str]()
    for part in parse_template(template):
        if isinstance(part, SlotName):
            kinds.append(part.kind)
            literals.append("")
        else:
            literals[-1] += part
    folded = tuple(squash(literal) for literal in literals)
    opening = _OPENING.sub("", folded[0].lstrip(), count=1)
    family = "\0".join([opening, *(k + "\0" + f for k, f in zip(kinds, folded[1:], strict=True))])
    return Shape(
        literals=tuple(literals),
        folded=(folded[0].lstrip(), *folded[1:]),
        gaps=tuple(_gap(kinds, folded, at) for at in range(len(kinds))),
        kinds=frozenset(kinds),
        words=content(" ".join(folded)),
        family=family.strip(),
        looks_ahead=any(map(_AHEAD.search, folded)),
        query_type=query_type("".join(_interleave(folded, kinds))),
        has_clauses=has_clauses("".join(_interleave(tuple(literals), kinds))),
    )


def _interleave(folded: tuple[str, ...], kinds: list[str]) -> Iterator[str]:
    yield folded[0]
    for kind, literal in zip(kinds, folded[1:], strict=True):
        yield "last 12 months" if kind == "timeframe" else "x"
        yield literal


def content(folded: str) -> frozenset[str]:
    """The words of a folded text that say what it is about, in the singular."""
    return frozenset(singular(word) for word in _WORD.findall(folded) if word not in _STOP)


def agree(text: str, gap: Gap, before: str) -> str:
    """The noun as the gap wants it; `before` is the filling of the gap before."""
    if gap.after_count:
        return singular(text) if before in ("1", "one") else plural(text)
    if gap.number:
        return plural(text) if gap.number == "plural" else singular(text)
    return text


def _gap(kinds: list[str], folded: tuple[str, ...], at: int) -> Gap:
    kind, before, after = kinds[at], folded[at].split(), folded[at + 1].split()[:1]
    last = before[-1] if before else ""
    counted = kind in ("entity", "dimension") and at > 0 and kinds[at - 1] == "N" and not before
    number = {"has": "singular", "have": "plural"}.get("".join(after)) or _number(kind, last)
    if kind == "dimension" and at == 0 and not before and after == ["by"]:
        number = "plural"  # "regions by revenue"
    number = number if kind in ("entity", "dimension") else ""
    return Gap(
        kind,
        number,
        counted,
        last in _TIME_PREPOSITIONS,
        last in ("over", "from"),
        last,
        _counts(folded[at]),
        bool(_SUMS.search(folded[at])),
    )


def _counts(folded: str) -> str:
    if _OF_ONE.search(folded):
        return "one"
    return "many" if _OF_MANY.search(folded) else ""


def _number(kind: str, last: str) -> str:
    if last in _SINGULAR_AFTER:
        return "singular"
    return "plural" if last in _PLURAL_AFTER or kind == "entity" else ""
