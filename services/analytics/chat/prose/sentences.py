"""Text, cut into sentences, and put together again without some of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# An end of a sentence: its sign, quotes and brackets that close, and a blank.
END = re.compile(r"[.!?]{1,3}[\"'\u201d\u2019)\]*_]{0,4}(?=\s|$)")
# A line's mark: quotes, headings, bullets, numbers of a list.
MARK = re.compile(r"[ \t]{0,12}(?:>[ \t]?)?(?:#{1,6}[ \t]+|[-*+•][ \t]+|\d{1,3}[.)][ \t]+)?")
RULE = re.compile(r"[\s|:=_*-]*")
LAST_WORD = re.compile(r"[\w.]+$")
ABBREVIATION = re.compile(
    r"(?:e\.g|i\.e|etc|vs|approx|ca|cf|nos?|figs?|est|inc|ltd|corp|mrs?|ms|dr|st|al|resp|incl|excl"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|avg|min|max)"
)
# These may well end a sentence, where a capital follows.
MAY_END = re.compile(r"etc|inc|ltd|corp|al|no|sat|sun|max|min|[a-z]\.[a-z]")
LOOKED_BACK = 24


@dataclass(frozen=True)
class Sentence:
    """`mark` is what stands before it in its line: a bullet, or nothing; `line` its line."""

    text: str
    mark: str
    line: int
    table: bool = False


def sentences_of(text: str) -> Iterator[Sentence]:
    for number, line in enumerate(text.split("\n")):
        found = MARK.match(line)
        mark = found.group() if found else ""
        rest = line[len(mark) :]
        if not rest.strip() or RULE.fullmatch(rest):
            yield Sentence(rest, mark, number)
        elif rest.lstrip().startswith("|"):
            yield Sentence(rest, mark, number, table=True)
        else:
            yield from cut(rest, mark, number)


def cut(line: str, mark: str, number: int) -> Iterator[Sentence]:
    start = 0
    for found in END.finditer(line):
        if ends(line, found.start(), found.end()):
            yield Sentence(line[start : found.end()], mark if start == 0 else "", number)
            start = found.end()
    if line[start:].strip():
        yield Sentence(line[start:], mark if start == 0 else "", number)


def ends(line: str, at: int, after: int) -> bool:
    """Whether the sign at a place ends a sentence, and no abbreviation."""
    if line[at] != "." or line[at : at + 2] == "..":
        return True
    found = LAST_WORD.search(line[max(0, at - LOOKED_BACK) : at])
    word = found.group().lower() if found else ""
    following = line[after : after + 3].strip()
    if MAY_END.fullmatch(word) and word not in ("e.g", "i.e"):
        return not following or following[0].isupper()
    if ABBREVIATION.fullmatch(word):
        return not following
    return not (len(word) == 1 and word.isalpha() and following)


def joined(sentences: Sequence[Sentence]) -> str:
    """The text of some sentences, each in its line, without lines that lost all of theirs."""
    lines: dict[int, str] = {}
    for one in sentences:
        before = lines.get(one.line, "") + one.mark
        lines[one.line] = before + (one.text if before else one.text.lstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines[line].rstrip() for line in sorted(lines)))
