"""What sentences in the first person say of who speaks: a small grammar of English. Pure.

Each rule reads a clause from its first word on, so that what is not understood is not remembered.
docs/memory.md lists the sentences. A rule's confidence is an estimate of how often such a sentence
is meant to last: it ranks facts, and no figure stands behind it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.activity.memory.domain import Triple, words_of
from services.activity.memory.words import (
    AIMS,
    DEPARTMENTS,
    JOBS,
    JUDGING,
    LANGUAGES,
    POINTING,
    THINGS,
    TOLD,
    ZONES,
    any_of,
)

Found = re.Match[str]
Shape = Callable[[Found], Iterator[Triple]]


class Said(NamedTuple):
    """A triple as a clause says it."""

    triple: Triple
    confidence: float


@dataclass(frozen=True)
class Rule:
    """A form of clauses, and what it says."""

    form: re.Pattern[str]
    confidence: float
    shape: Shape


FILLER = re.compile(
    r"(?i)^(?:(?:hi|hello|hey|ok|okay|well|so|also|and|but|oh|ah|yes|yeah|yep|no|nope|sure|great|"
    r"thanks|thank you|sorry|please|btw|by the way|fyi|for the record|for context|for reference|"
    r"just so you know|note(?: that)?|please note(?: that)?|please remember(?: that)?"
    r"|remember(?: that)?"
    r"|keep in mind(?: that)?|as i said|in general|generally|usually|normally|mostly|actually"
    r"|honestly|"
    r"to be honest|personally|by default|from now on|in future|in the future|going forward|first|"
    r"first of all|second|update|correction|one more thing|quick note|as always|nowadays"
    r"|these days|"
    r"since (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december)"
    r"|at work|here)(?:\s*[,:\u2013\u2014-]+\s*|\s+))+"
)
CLAUSE = re.compile(
    r"(?i)\s*[,\u2013\u2014]?\s+(?:and|but|while|whereas|so|also|because|since|though|although"
    r"|as|plus)\s+"
    r"(?=(?:i|i'm|i've|we|we're|we've|my|our|please|always|never)\b)"
    r"|\s*,\s*(?=(?:i|i'm|we|we're|my|our)\b)|\s+[\u2013\u2014]\s+|\s*[()]\s*"
)
AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")
# Where a value ends: what follows says why, or when, or is another matter.
TAIL = re.compile(
    r"(?i)\s*(?:[,:()\u2013\u2014].*|\b(?:because|since|so that|so|but|though|although|as well"
    r"|too|please|thanks"
    r"|thank you|by the way|btw|to be honest|actually|honestly|a lot|very much|the most"
    r"|this (?:year|quarter|month)|from now on"
    r"|these days|nowadays|now|any ?more|any longer|at all|by default|already|again|anyway"
    r"|either|and"
    r" (?:i|we|you|it|he|she|they|my|our|that|this|then|please|could|can)\b|which|who|where"
    r"|even)\b.*)$"
)
ARTICLE = re.compile(r"(?i)^(?:a|an|the)\s+")
NAMED = re.compile(
    r"^(?:[A-Z0-9][\w.&'-]*)(?:\s+(?:of|and|&|de|von|van|der|la|[A-Z0-9][\w.&'-]*)){0,4}$"
)
PLACE_END = re.compile(r"(?i)\s+(?:with|for|as|near|on|at|now|since|until|and)\b.*$")
NO_PLACE = re.compile(
    r"(?i)^(?:home|night|nights|scale|least|all|once|present|times|the office|work|pace|myself)\b"
)

IM = r"(?:i am|i'm)"
WERE = rf"(?:{IM}|we are|we're)"
I = r"(?:i|we)"  # noqa: E741
NOT = r"(?:do not|don't|dont)"
ADV = (
    r"(?:(?:really|always|usually|generally|mostly|mainly|primarily|typically|definitely"
    r"|absolutely|"
    r"also|still|strongly|currently|much|simply|do|all|personally|normally|mostly|quite|both)\s+)*"
)
V = r"(?P<value>.+)"
AIM = rf"(?P<value>(?:{AIMS})\b.+)"
LIST_OF_LANGUAGES = (
    rf"(?P<value>(?:{LANGUAGES})(?:(?:\s*,\s*|\s+and\s+|,\s+and\s+)(?:{LANGUAGES}))*)"
)
DUTIES = any_of("always, only, comply, follow, report in, store, keep, stay, remain, avoid, meet")
LEVEL = r"(?:fluent|native|good|some|a little|a bit of|basic|both)\s+"


def value_in(found: Found, most_words: int = 8) -> str:
    """The value, cut where another matter begins; empty where it says nothing by itself."""
    value = TAIL.sub("", found["value"]).strip(" .,!")
    if POINTING.search(value) or not 1 <= len(words_of(value)) <= most_words:
        return ""
    return value


def whole(attribute: str, *, gone: bool = False, most_words: int = 8) -> Shape:
    """The value as one."""

    def shape(found: Found) -> Iterator[Triple]:
        if value := value_in(found, most_words):
            yield Triple(attribute=attribute, value=ARTICLE.sub("", value), gone=gone)

    return shape


def each(attribute: str, *, gone: bool = False) -> Shape:
    """Each of the things named, where they are short enough to be things."""

    def shape(found: Found) -> Iterator[Triple]:
        value = value_in(found)
        parts = [ARTICLE.sub("", part) for part in AND.split(value) if part]
        if any(len(part.split()) > 3 or POINTING.search(part) for part in parts):
            parts = [ARTICLE.sub("", value)]
        for part in parts:
            yield Triple(attribute=attribute, value=part, gone=gone)

    return shape


def named(attribute: str, *, gone: bool = False) -> Shape:
    """A proper name: people, companies and places begin with capitals."""

    def shape(found: Found) -> Iterator[Triple]:
        value = ARTICLE.sub("", PLACE_END.sub("", value_in(found)))
        if NAMED.match(value) and not NO_PLACE.match(value):
            yield Triple(attribute=attribute, value=value, gone=gone)

    return shape


def preferred(found: Found) -> Iterator[Triple]:
    """One thing before another, where both are named."""
    value = value_in(found, 10)
    if value and not re.search(r"(?i)\bthan (?:that|this|it|before|the)\b", value):
        yield Triple(attribute="prefers", value=ARTICLE.sub("", value))


def better(found: Found) -> Iterator[Triple]:
    value, other = found["value"].strip(), TAIL.sub("", found["other"]).strip()
    if other and not POINTING.search(value) and not POINTING.search(other):
        yield Triple(attribute="prefers", value=f"{value} over {other}")


def job(found: Found) -> Iterator[Triple]:
    """A job, and the employer where it is told."""
    value = TAIL.sub("", found["value"]).strip()
    title = re.split(r"(?i)\s+(?:at|for|in|with|from|on|here)\s+|\s+here$", value, maxsplit=1)[0]
    if re.search(rf"(?i)(?:^|\s)(?:{JOBS})$", title) and len(title.split()) <= 5:
        yield Triple(attribute="job_title", value=ARTICLE.sub("", title))
    at = re.search(r"\s(?:at|for)\s+(?:the\s+)?([A-Z0-9].*)$", value)
    if at and NAMED.match(employer := PLACE_END.sub("", at[1])):
        yield Triple(attribute="works_at", value=employer)


def worked_in(found: Found) -> Iterator[Triple]:
    """A department or a place."""
    value = re.sub(r"(?i)^the\s+|\s+(?:department|industry|sector|business)$", "", value_in(found))
    if re.fullmatch(rf"(?i){DEPARTMENTS}", value):
        yield Triple(attribute="works_in", value=value)
    elif re.match(r"(?i).+\s+team$", value):
        yield Triple(attribute="team", value=re.sub(r"(?i)\s+team$", "", value))
    elif NAMED.match(place := PLACE_END.sub("", value)):
        yield Triple(attribute="office", value=place)


def switched(found: Found) -> Iterator[Triple]:
    """From one tool to another."""
    new, _, old = TAIL.sub("", found["value"]).partition(" from ")
    if new and not POINTING.search(new) and len(new.split()) <= 4:
        if old:
            yield Triple(attribute="uses", value=ARTICLE.sub("", old), gone=True)
        yield Triple(attribute="uses", value=ARTICLE.sub("", new))


def owned(found: Found) -> Iterator[Triple]:
    """Something of the person's, by its name."""
    value = value_in(found, 6)
    if value and not JUDGING.match(value):
        about = " ".join(found["about"].lower().split())
        yield Triple(attribute="has", about=about, value=ARTICLE.sub("", value))


def told(attribute: str) -> Shape:
    """A standing instruction, which may be longer than a thing."""

    def shape(found: Found) -> Iterator[Triple]:
        value = re.sub(r"(?i)\s*\b(?:please|thanks|from now on)\b.*$", "", found["value"]).strip(
            " ,"
        )
        pointing = re.search(r"(?i)\b(?:this|that|it|these|those|them|above|below)$", value)
        if 2 <= len(words_of(value)) <= 16 and not pointing:
            yield Triple(attribute=attribute, value=value)

    return shape


def rule(form: str, confidence: float, shape: Shape) -> Rule:
    return Rule(re.compile(rf"(?i)^(?:{form})$"), confidence, shape)


BEFORE = r"(?:my|our)\s+(?:(?:main|primary|biggest|overall|personal|long[- ]term|current|top)\s+)?"
RULES = (
    rule(rf"my name(?: is|'s) {V}", 0.95, named("name")),
    rule(rf"(?:you can |just |people |everyone |everybody )*call(?:s)? me {V}", 0.9, named("name")),
    rule(rf"(?:{IM} called|i go by) {V}", 0.9, named("name")),
    rule(rf"i {ADV}work as {V}", 0.9, job),
    rule(rf"{IM} {ADV}(?:working as )?(?:a|an|the) {V}", 0.85, job),
    rule(rf"my (?:job|role|position|job title|title|profession) is {V}", 0.9, job),
    rule(rf"i {ADV}work (?:at|for) {V}", 0.9, named("works_at")),
    rule(rf"i(?: have|'ve)? (?:just |recently )?joined {V}", 0.8, named("works_at")),
    rule(
        rf"i (?:left|quit|(?:no longer|{NOT}) work (?:at|for)) {V}",
        0.9,
        named("works_at", gone=True),
    ),
    rule(rf"i {ADV}work in {V}", 0.85, worked_in),
    rule(
        rf"(?:{IM} {ADV}(?:in|on|part of)|i {ADV}(?:lead|manage|run|head)) (?:the|our) "
        r"(?P<value>[\w &-]+) (?:team|department)",
        0.85,
        whole("team", most_words=4),
    ),
    rule(rf"(?:i {ADV}live|{IM} {ADV}(?:based|located|living)) in {V}", 0.9, named("lives_in")),
    rule(rf"i(?: have|'ve)? (?:just |recently )?moved to {V}", 0.85, named("lives_in")),
    rule(rf"my time ?zone is {V}", 0.95, whole("time_zone", most_words=4)),
    rule(
        rf"{WERE} {ADV}(?:in|on) (?:the )?(?P<value>{ZONES})(?: time ?zone| time)?",
        0.85,
        whole("time_zone"),
    ),
    rule(
        r"(?:always )?(?:answer|reply|respond|write|speak|talk)(?: back)?(?: to me"
        r"| me)?(?: only)? in "
        rf"(?P<value>{LANGUAGES})(?: only| please| from now on|,? please)*",
        0.8,
        whole("answer_language"),
    ),
    rule(
        rf"{I} {ADV}(?:want|prefer|need|like) (?:your |all |the )?(?:answers|replies"
        rf"|responses) (?:to be )?"
        rf"in (?P<value>{LANGUAGES})",
        0.9,
        whole("answer_language"),
    ),
    rule(rf"i {ADV}speak (?:{LEVEL})?{LIST_OF_LANGUAGES}(?: fluently)?", 0.9, each("speaks")),
    rule(
        rf"my (?:native|first|mother|second|main) (?:language|tongue) is (?P<value>{LANGUAGES})",
        0.95,
        whole("speaks"),
    ),
    rule(
        rf"i (?:{NOT}|can't|cannot) speak (?:any )?{LIST_OF_LANGUAGES}", 0.9, each("does_not_speak")
    ),
    rule(rf"{I} {ADV}like (?P<value>.+?) (?:better|more) than (?P<other>.+)", 0.85, better),
    rule(rf"{I} {ADV}prefer {V}", 0.85, preferred),
    rule(rf"my preference is {V}", 0.85, preferred),
    rule(rf"{I} no longer (?:like|love|enjoy) {V}", 0.8, each("likes", gone=True)),
    rule(
        rf"{I} {NOT} (?:like|love|enjoy) (?P<value>.+?) any ?(?:more|longer)",
        0.8,
        each("likes", gone=True),
    ),
    rule(rf"{I} {NOT} (?:really |particularly |much )?(?:like|enjoy) {V}", 0.75, each("dislikes")),
    rule(rf"{I} {ADV}(?:hate|dislike|detest|can't stand|cannot stand) {V}", 0.75, each("dislikes")),
    rule(rf"{I} {ADV}(?:like|love|enjoy) {V}", 0.7, each("likes")),
    rule(
        rf"{I} (?:no longer use|(?:have )?(?:stopped|quit) using|got rid of|dropped) {V}",
        0.85,
        each("uses", gone=True),
    ),
    rule(rf"{I} {NOT} use (?P<value>.+?) any ?(?:more|longer)", 0.85, each("uses", gone=True)),
    rule(rf"{I} (?:{NOT}|never) use {V}", 0.8, each("does_not_use")),
    rule(
        rf"{I}(?:'ve| have)? (?:just |recently )?(?:switched|moved over|migrated) to {V}",
        0.85,
        switched,
    ),
    rule(rf"{I} {ADV}use {V}", 0.75, each("uses")),
    rule(rf"always (?P<value>(?:{TOLD})\b.+)", 0.9, told("always")),
    rule(rf"(?:never|do not ever|don't ever) (?P<value>(?:{TOLD})\b.+)", 0.9, told("never")),
    rule(rf"{I} always want you to (?P<value>(?:{TOLD})\b.+)", 0.9, told("always")),
    rule(rf"{I} never want you to (?P<value>(?:{TOLD})\b.+)", 0.9, told("never")),
    rule(
        rf"{BEFORE}(?:goal|aim|objective|priority|ambition)(?: [\w ]{{2,20}})? is to {V}",
        0.9,
        whole("goal", most_words=14),
    ),
    rule(rf"{I} {ADV}(?:aim|hope|plan|intend|want) to {AIM}", 0.8, whole("goal", most_words=14)),
    rule(rf"{WERE} {ADV}trying to {AIM}", 0.75, whole("goal", most_words=14)),
    rule(
        rf"{I} {ADV}(?:must|have to|need to|are required to"
        rf"|am required to) (?P<value>(?:{DUTIES})\b.+)",
        0.8,
        whole("must", most_words=14),
    ),
    rule(
        rf"{I} (?:are not allowed to|am not allowed to|aren't allowed to|must not|mustn't"
        rf"|may not) {V}",
        0.8,
        whole("must_not", most_words=14),
    ),
    rule(rf"(?:my|our) (?P<about>(?:\w+ ){{0,2}}\w+) is (?:called|named) {V}", 0.9, owned),
    rule(rf"(?:my|our) (?P<about>favou?rite (?:\w+ )?\w+) is {V}", 0.85, owned),
    rule(rf"(?:my|our) (?P<about>{THINGS}) (?:is|are) {V}", 0.85, owned),
    rule(rf"(?:my|our) (?P<about>fiscal year (?:starts|begins|ends)) (?:in|on) {V}", 0.95, owned),
)


def said_in(sentence: str) -> Iterator[Said]:
    """What a sentence says of who speaks."""
    for clause in CLAUSE.split(sentence):
        yield from said_by(FILLER.sub("", clause.strip()))


def said_by(clause: str) -> Iterator[Said]:
    """By the first rule that reads it."""
    for each_rule in RULES:
        if found := each_rule.form.match(clause):
            for triple in each_rule.shape(found):
                yield Said(triple, each_rule.confidence)
            return
