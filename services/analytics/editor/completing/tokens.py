"""SQL cut into tokens, whatever state it is in: nothing here ever fails."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

# Parentheses within each other; those further in count as one.
MOST_OPEN = 20

TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<string>'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))
  | (?P<quoted>"(?:[^"]|"")*(?:"|\Z))
  | (?P<number>\d[\w.]*)
  | (?P<word>[^\W\d][\w$]*)
  | (?P<sign>::|<=|>=|<>|!=|\|\||->>?|[^\w\s])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of the text; `inside` are the places of the parentheses open around it."""

    kind: str
    text: str
    start: int
    end: int
    inside: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """As keywords are compared; of a quoted name nothing."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """As the database spells the name."""
        if self.kind == "quoted":
            return self.text[1:].removesuffix('"').replace('""', '"')
        return self.text.lower()

    @property
    def is_name(self) -> bool:
        return self.kind in ("word", "quoted")


def tokens_of(text: str) -> list[Token]:
    """All but comments."""
    found: list[Token] = []
    inside: list[int] = []
    beyond = 0
    for match in TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "tag" else "string"
        piece = match[0]
        if kind == "comment":
            continue
        if piece == ")":
            if beyond:
                beyond -= 1
            elif inside:
                inside.pop()
        found.append(Token(str(kind), piece, match.start(), match.end(), tuple(inside)))
        if piece == "(":
            if len(inside) < MOST_OPEN:
                inside.append(match.start())
            else:
                beyond += 1
    return found


def statement_at(tokens: Sequence[Token], position: int) -> list[Token]:
    """The tokens of the statement that the cursor is in."""
    before = [place for place, t in enumerate(tokens) if t.text == ";" and t.end <= position]
    after = [place for place, t in enumerate(tokens) if t.text == ";" and t.end > position]
    first = before[-1] + 1 if before else 0
    return list(tokens[first : after[0] if after else None])


def as_if_closed(tokens: Sequence[Token], position: int) -> list[Token]:
    """What is open and never closed ends at the cursor, where somebody still writes."""
    ends = {t.inside: place for place, t in enumerate(tokens) if t.text == ")"}
    closed = {
        t.start
        for place, t in enumerate(tokens)
        if t.text == "(" and ends.get(t.inside, -1) > place
    }
    opened = {t.start for t in tokens if t.text == "(" and t.end <= position} - closed
    return [
        replace(t, inside=tuple(i for i in t.inside if i not in opened))
        if t.start >= position
        else t
        for t in tokens
    ]
