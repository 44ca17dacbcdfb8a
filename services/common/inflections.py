"""English inflections by spelling rule. No stemmer: one would take "marginal" for "margin"."""

from functools import lru_cache

_VOWELS = frozenset("aeiou")
_IRREGULAR_PLURALS = {
    "analysis": "analyses",
    "axis": "axes",
    "basis": "bases",
    "child": "children",
    "crisis": "crises",
    "criterion": "criteria",
    "datum": "data",
    "foot": "feet",
    "half": "halves",
    "index": "indices",
    "leaf": "leaves",
    "life": "lives",
    "man": "men",
    "matrix": "matrices",
    "medium": "media",
    "mouse": "mice",
    "person": "people",
    "phenomenon": "phenomena",
    "salesman": "salesmen",
    "salesperson": "salespeople",
    "shelf": "shelves",
    "thesis": "theses",
    "tooth": "teeth",
    "vertex": "vertices",
    "wife": "wives",
    "woman": "women",
}
_IRREGULAR_SINGULARS = {plural: word for word, plural in _IRREGULAR_PLURALS.items()}
_IRREGULAR_VERBS = {
    "buy": ("bought",),
    "fall": ("fell", "fallen"),
    "grow": ("grew", "grown"),
    "lose": ("lost",),
    "pay": ("paid",),
    "rise": ("rose", "risen"),
    "sell": ("sold",),
    "spend": ("spent",),
    "win": ("won",),
}
_VERB_OF = {form: verb for verb, forms in _IRREGULAR_VERBS.items() for form in forms}
# Other words than their stems: "news" is not many "new", nor "thing" a form of "the".
_NOT_PLURAL = frozenset(
    {
        "analytics",
        "as",
        "bias",
        "bonus",
        "does",
        "economics",
        "gas",
        "goods",
        "has",
        "his",
        "is",
        "its",
        "lens",
        "less",
        "means",
        "news",
        "physics",
        "plus",
        "series",
        "species",
        "status",
        "this",
        "us",
        "was",
        "yes",
    }
)
_NOT_VERBAL = frozenset(
    {"anything", "during", "evening", "everything", "nothing", "something", "thing"}
)


def plurals(word: str) -> frozenset[str]:
    """Plural spellings of a singular noun."""
    forms = {_IRREGULAR_PLURALS[word]} if word in _IRREGULAR_PLURALS else set()
    if word.endswith(("s", "x", "z", "ch", "sh")):
        forms.add(word + "es")
    elif _consonant_y(word):
        forms.add(word[:-1] + "ies")
    else:
        forms.add(word + "s")
        if word.endswith("o"):
            forms.add(word + "es")
    return frozenset(forms - _NOT_PLURAL)


def singulars(word: str) -> frozenset[str]:
    """Words of which `word` may be the plural; some are no English words, which does no harm."""
    found = {_IRREGULAR_SINGULARS[word]} if word in _IRREGULAR_SINGULARS else set()
    if word not in _NOT_PLURAL and word.endswith("s"):
        candidates = {word[:-1], word[:-2], word[:-3] + "y"}
        found |= {c for c in candidates if len(c) > 1 and word in plurals(c)}
    return frozenset(found)


def verb_forms(word: str) -> frozenset[str]:
    """The -ed and -ing forms of a verb, or of a noun that is used as one."""
    if len(word) < 3 or (len(word) == 3 and word.endswith("ee")):  # "fee" has no "feed"
        return frozenset()
    irregular = frozenset(_IRREGULAR_VERBS.get(word, ()))
    regular = frozenset(stem + end for stem, end in _verb_parts(word))
    return (irregular | regular) - _NOT_VERBAL


def verb_bases(word: str) -> frozenset[str]:
    """Words of which `word` may be the -ed or -ing form."""
    found = {_VERB_OF[word]} if word in _VERB_OF else set()
    if word not in _NOT_VERBAL and word.endswith(("ing", "ed")):
        stem = word[:-3] if word.endswith("ing") else word[:-2]
        candidates = {stem, stem + "e", stem[:-1], stem[:-1] + "y"}
        found |= {c for c in candidates if _VOWELS & set(c) and word in verb_forms(c)}
    return frozenset(found)


@lru_cache(maxsize=20_000)
def noun_inflections(word: str) -> frozenset[str]:
    """The singular and plural spellings of a case-folded word, itself among them."""
    if not word.isalpha():
        return frozenset({word, word + "s"}) if word[-1:].isalnum() else frozenset({word})
    bases = singulars(word) or frozenset({word})
    return frozenset({word}) | bases | frozenset(f for base in bases for f in plurals(base))


@lru_cache(maxsize=20_000)
def inflections(word: str) -> frozenset[str]:
    """Every spelling of a case-folded word: number, -ed and -ing forms, in both directions."""
    if not word.isalpha():
        return noun_inflections(word)
    bases = {word} | singulars(word) | verb_bases(word)
    forms = {form for base in bases for form in plurals(base) | verb_forms(base)}
    return frozenset(bases | forms)


def _consonant_y(word: str) -> bool:
    return len(word) > 1 and word[-1] == "y" and word[-2] not in _VOWELS


def _verb_parts(word: str) -> list[tuple[str, str]]:
    if word.endswith(("ee", "oe", "ye")):
        return [(word, "d"), (word, "ing")]
    if word[-1] == "e":
        return [(word, "d"), (word[:-1], "ing")]
    if _consonant_y(word):
        return [(word[:-1], "ied"), (word, "ing")]
    plain = [(word, "ed"), (word, "ing")]
    if not _ends_consonant_vowel_consonant(word):
        return plain
    doubled = [(word + word[-1], "ed"), (word + word[-1], "ing")]
    # "ship" always doubles; "cancel" is spelled both ways.
    return plain + doubled if _syllables(word) > 1 else doubled


def _ends_consonant_vowel_consonant(word: str) -> bool:
    before, vowel, last = tuple(word[-3:])
    return before not in _VOWELS and vowel in _VOWELS and last not in _VOWELS | set("wxy")


def _syllables(word: str) -> int:
    vowels = [letter in _VOWELS for letter in word]
    return sum(now and not before for before, now in zip([False, *vowels], vowels, strict=False))
