"""Text without what a reader's client would fetch or run: an answer must not carry data away."""

import re

WORDS = r"!?\[([^\[\]\n]{0,2000})\]"
LINK = re.compile(WORDS + r"\([^()\n]{0,2000}(?:\([^()\n]{0,200}\))?[^()\n]{0,200}\)")
REFERENCED = re.compile(WORDS + r"\[[^\[\]\n]{0,200}\]")
REFERENCE = re.compile(r"^[ \t]{0,3}\[[^\[\]\n]{1,200}\]:.*$", re.MULTILINE)
AUTOLINK = re.compile(
    r"<(?:[a-z][a-z0-9+.-]{1,20}:|[^\s<>@]{1,100}@)[^<>\n]{0,2000}>", re.IGNORECASE
)
ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}:)?//[^\s<>()\[\]]+|\bwww\.[^\s<>()\[\]]+"
    r"|\b(?:javascript|data|mailto|vbscript):[^\s<>()\[\]]+",
    re.IGNORECASE,
)
LEFT = "(link removed)"


def neutralised(text: str) -> str:
    """Links and images as their words, addresses gone, and no sign of HTML."""
    text = REFERENCE.sub("", text)
    text = LINK.sub(r"\1", text)
    text = REFERENCED.sub(r"\1", text)
    text = AUTOLINK.sub(LEFT, text)
    text = ADDRESS.sub(LEFT, text)
    return text.replace("<", "\u2039").replace("![", "[")
