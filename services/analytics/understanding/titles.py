"""The title of a chart, which ends a question and is no part of what it asks."""

import re

from services.analytics.understanding.lexicon import Lexicon

LONGEST_TITLE = 200
CHART = re.compile(r"\b(?:chart|graph|plot|bars|pie)\b", re.IGNORECASE)
# 'titled Sales', 'title "Sales"'; and ", title Sales" where "title" is no name of anything here.
PLAIN = re.compile(
    r"[,;]?\s(?:and |with )?(?:the |a )?(?:titled:?\s|title:?\s(?=[\"'\u201c]))(.+)$",
    re.IGNORECASE | re.DOTALL,
)
LOOSE = re.compile(
    r"(?:[,;]\s?(?:and |with )?|\swith )(?:the |a )?title:?\s(.+)$", re.IGNORECASE | re.DOTALL
)
AROUND = " .?!\"'\u201c\u201d\n\t"


def entitled(question: str, lexicon: Lexicon) -> tuple[str, str]:
    """The question without the title of its chart, and the title; "" where there is none."""
    patterns = [PLAIN] if lexicon.knows("title") else [PLAIN, LOOSE]
    for pattern in patterns:
        found = pattern.search(question)
        title = found[1].strip(AROUND)[:LONGEST_TITLE] if found else ""
        if found and title and CHART.search(question, 0, found.start()):
            return question[: found.start()], title
    return question, ""
