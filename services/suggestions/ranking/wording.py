"""The words that questions of data are made of, whoever asks them."""

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from services.suggestions.ranking import catalogue
from services.suggestions.templates.template import SlotName, parse_template, template_key
from services.suggestions.templates.words import plain_words


def listed(name: str) -> frozenset[str]:
    return frozenset((resources.files(__package__) / name).read_text().split())


EVERYDAY = listed("everyday_words.txt")
# What businesses count, and by what: none of them says something of one person.
BUSINESS = listed("business_words.txt")


@lru_cache(maxsize=16_384)
def is_common(template: str) -> bool:
    """Whether everybody might ask so: a template of these words, and of slots.

    A word that is not listed may be a name, or tell something that is nobody's business.
    """
    return words_of(literals(template_key(template))) <= EVERYDAY | BUSINESS | catalogue_words()


def literals(template: str) -> list[str]:
    """The template's text between its slots."""
    try:
        return [part for part in parse_template(template) if not isinstance(part, SlotName)]
    except ValueError:  # no template that we made
        return []


def words_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in plain_words(text))


@lru_cache(maxsize=1)
def catalogue_words() -> frozenset[str]:
    """The words of the questions that we make ourselves."""
    starters = (template for some in catalogue.STARTERS.values() for template in some)
    own = (*starters, *catalogue.OPENINGS, *catalogue.TAILS, *catalogue.LINKS)
    return words_of(part for template in own for part in literals(template))
