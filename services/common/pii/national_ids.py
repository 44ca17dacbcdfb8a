"""Numbers that a state gives to a person, by shape and checksum; those whose shape is too plain
count only where words speak of them."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import ssn

from services.common.pii import context
from services.common.pii.finding import Finding


class Shape(NamedTuple):
    """How a number is written, whether it is right, and the words that must speak of it."""

    written: re.Pattern[str]
    is_right: Callable[[str], bool]
    words: re.Pattern[str] | None = None


def shape(written: str, is_right: Callable[[str], bool], words: str | None = None) -> Shape:
    spoken = re.compile(rf"(?i)\b(?:{words})\b") if words else None
    return Shape(re.compile(rf"(?<![\w.,/-]){written}(?![\w/]|[-.,]\d)"), is_right, spoken)


def always(_: str) -> bool:
    return True


# Prefixes that are not given out (HMRC, National Insurance Manual NIM39110).
NINO = (
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)(?:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])"
    r"(?: ?\d\d){3} ?[A-D]"
)
SHAPES = (
    shape(r"\d{3}-\d{2}-\d{4}", ssn.is_valid),
    shape(r"\d{3} ?\d{2} ?\d{4}", ssn.is_valid, "ssn|social security"),
    shape(NINO, always),
    shape(r"\d{2} \d{3} \d{3} \d{3}", idnr.is_valid),
    shape(r"\d{11}", idnr.is_valid, r"steuer\S{0,30}|idnr|tax id|tin"),
    shape(r"[12] ?\d\d ?(?:[0-9]{2}) ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3} ?\d\d", nir.is_valid),
    shape(r"\d{8}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z]", dni.is_valid),
    shape(r"[XYZxyz][ -]?\d{7}[ -]?[A-HJ-NP-TV-Za-hj-np-tv-z]", nie.is_valid),
    shape(
        r"[A-Za-z]{6}[0-9LMNPQRSTUVlmnpqrstuv]{2}[A-Za-z]\w{2}[A-Za-z]\w{3}[A-Za-z]",
        codicefiscale.is_valid,
    ),
    shape(r"\d{4}[ .]?\d{2}[ .]?\d{3}", bsn.is_valid, r"bsn|burgerservicenummer|sofinummer"),
    shape(r"\d{3}[ .]\d{3}[ .]\d{3}", bsn.is_valid, r"bsn|burgerservicenummer|sofinummer"),
    shape(r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
    shape(r"\d{11}", cpf.is_valid, "cpf"),
    shape(r"756\.\d{4}\.\d{4}\.\d{2}", ahv.is_valid),
    shape(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", nn.is_valid),
    shape(r"\d{11}", pesel.is_valid, "pesel"),
    shape(r"(?:19|20)?\d{6}[-+]\d{4}", personnummer.is_valid, r"personnummer|personnr"),
    shape(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", hetu.is_valid),
)


def national_ids(text: str, start: int, end: int) -> Iterator[Finding]:
    for one in SHAPES:
        for found in one.written.finditer(text, start, end):
            if one.words and not one.words.search(context.before(text, found.start())):
                continue
            if one.is_right(found[0]):
                yield Finding("national_id", found.start(), found.end())
