"""Secrets, by the shape that their makers gave them or by what is said before them."""

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

from services.common.pii.finding import Finding

# What the text must hold for a shape to be looked for: finding a word costs next to nothing.
SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (marker, re.compile(rf"(?<![A-Za-z0-9_]){written}"))
    for marker, written in (
        ("AKIA", r"AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
        ("ASIA", r"ASIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
        *((f"gh{sort}_", rf"gh{sort}_[A-Za-z0-9]{{36,255}}+") for sort in "pousr"),
        ("github_pat_", r"github_pat_\w{22,255}+"),
        ("glpat-", r"glpat-[\w-]{20,255}+"),
        ("eyJ", r"eyJ[\w-]{8,8192}+\.eyJ[\w-]{4,8192}+\.[\w-]{16,8192}+"),
        ("sk-", r"sk-(?=[A-Za-z_-]{0,60}\d)[\w-]{20,255}+"),
        ("k_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}+"),
        ("xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,255}+"),
        ("hooks.slack.com/services/", r"hooks\.slack\.com/services/[\w/]{20,255}+"),
        ("AIza", r"AIza[\w-]{35}(?![\w-])"),
        ("npm_", r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
        ("hf_", r"hf_[A-Za-z0-9]{30,255}+"),
        ("SG.", r"SG\.[\w-]{16,64}+\.[\w-]{16,64}+"),
        ("whsec_", r"whsec_[A-Za-z0-9+/=]{24,255}+"),
        ("attune_", r"attune_[a-z2-7]{2,160}_[a-z2-7]{16}_[a-z2-7]{52}_[a-z2-7]{7}(?![a-z0-9_])"),
        ("earer ", r"[Bb]earer ((?=[A-Za-z._~+/-]{0,60}\d)[\w.~+/-]{20,8192}+=*+)"),
        (
            "PRIVATE KEY",
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,]*+"
            r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?",
        ),
    )
)
IN_URL = re.compile(r"://[^\s/:@]{1,64}+:([^\s/@]{1,128}+)@")
NAMED_MARKERS = (
    *("passw", "passp", "passc", "pwd", "kennwort", "de passe", "contrase", "senha", "wachtwoord"),
    *("secret", "token", "key"),
)
NAMED = re.compile(
    r"(?i)(?<![A-Za-z])(?:\w{1,20}[_-])?"
    r"(?:(passwords?|passwd|passphrase|passcode|pwd|passwort|kennwort|mot de passe|contrase[nñ]a|"
    r"senha|wachtwoord)|(secret(?:[ _-]?key)?|(?:auth|access|refresh)?[ _-]?token|"
    r"(?:api|access|secret|private|signing)[ _-]?key|client[ _-]?secret))"
    r"[\"']?(?: ?[:=]{1,2} ?| (?:is|was|ist|lautet|est|es|é|is:) )[\"'`]?([^\s\"'`<>,;]{6,255}+)"
)
LEAST_TOKEN = 12


def secrets(text: str) -> Iterator[Finding]:
    for marker, written in SHAPES:
        if marker in text:
            for found in written.finditer(text):
                yield Finding("secret", *found.span(found.re.groups))
    if "://" in text and "@" in text:
        for found in IN_URL.finditer(text):
            yield Finding("secret", *found.span(1))
    lowered = text.lower()
    if any(marker in lowered for marker in NAMED_MARKERS):
        yield from named_secrets(text)


def named_secrets(text: str) -> Iterator[Finding]:
    """Values after "password:", "api_key=" and the like that are no plain words."""
    for found in NAMED.finditer(text):
        value = found[3].rstrip(".?)]}")
        likely = is_password(value) if found[1] else is_token(value)
        if likely:
            yield Finding("secret", found.start(3), found.start(3) + len(value))


def is_password(value: str) -> bool:
    """Of two sorts of characters at least, one of them no letter: no word of a sentence."""
    sorts = (
        any(map(str.isalpha, value)),
        any(map(str.isdigit, value)),
        any(not c.isalnum() and c not in "-_./" for c in value),
    )
    return len(value) >= 6 and sum(sorts) >= 2


def is_token(value: str) -> bool:
    """Long, with letters and digits, and of at least 3 bits a character (hex reaches 4)."""
    mixed = any(map(str.isalpha, value)) and any(map(str.isdigit, value))
    return len(value) >= LEAST_TOKEN and mixed and entropy(value) >= 3


def entropy(value: str) -> float:
    """Bits a character (Shannon, 1948)."""
    counts = Counter(value).values()
    return -sum(n / len(value) * log2(n / len(value)) for n in counts)
