"""The sentences of a message in which the person may speak of themselves. Pure.

Precision comes first: what may be somebody else's words, code, a log, a play, a joke or a
supposition is left out, and of a doubtful message all of it.
"""

import re
from collections.abc import Iterator

# A longer text is pasted in most cases.
LONGEST = 4000
LONGEST_SENTENCE = 300

FENCED = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
QUOTED = re.compile(
    r"[\"“„«][^\"“”„«»]*?[\"”“»]|(?<!\w)'[^'\n]{3,}?'(?!\w)|(?<!\w)\u2018[^'\n]{3,}?'"
    r"|[\"“„«].*\Z",
    re.DOTALL,
)
QUOTE = " \ufffc "  # stands for what was quoted; a sentence with it is not read
# What an application puts before the person's words, or what the person repeats of it.
INJECTED = re.compile(
    r"(?im)^\W{0,4}(?:(?:\w+[ -]){0,3}(?:memory|memories|context|profile|background|recollections"
    r"|system prompt|instructions|preferences|facts|summary|notes)"
    r"(?: (?:of|about|from|on|for)[^\n:]{1,40})?\W{0,3}:|boot(?:strap)? ?file|system\b\W"
    r"|you are an? )"
    r"|<(/?)(?:memory|memories|context|system|user_profile|profile|facts|instructions|history)\b"
    r"|\[(?:memory|memories|context|recall(?:ed)?|system|profile)\b"
    r"|\b(?:from|in|per|according to) (?:your|the|my) (?:memory|memories|notes|profile|records?)\b"
    r"|\byou (?:told me|said|remember(?:ed)?|recalled|noted|mentioned|wrote|know)\b"
    r"|\bignore (?:all |any )?(?:the )?(?:previous|prior|above|earlier)\b|\bsystem prompt\b"
)
JOKE = re.compile(
    r"(?i)\b(?:just kidding|kidding|jk|lo+l|lmao|rofl|(?:ha){2,}h?|joking|not really|sarcasm)\b"
    r"|(?:^|\s)/s(?:\s|$)|[😂🤣😜😉🙃]|[;:]-?[P)D](?=\s|$)"
)
PLAY = re.compile(
    r"(?i)\brole[- ]?play|\bpretend|\bact as\b|\byou are now\b|\blet'?s (?:play|improvise)\b"
    r"|\bimagine (?:you|that|we|i)\b|\bin character\b|\byou(?:'re| are) (?:a|an|the|my) \w+"
    r"|\bi(?:'m| am| will be|'ll be) (?:the|your) (?:king|queen|captain|customer|patient|hero)\b"
    r"|\bi(?:'ll| will) (?:play|be) (?:a|an|the)\b|\bwe are playing\b"
)
PLAYED_OUT = re.compile(
    r"(?i)\b(?:stop|end|quit|enough|finish|out)\b.{0,20}\b(?:role[- ]?play(?:ing)?|playing|game"
    r"|play"
    r"|character|pretending)\b|\bback to (?:work|normal|reality|business)\b|\booc\b"
)
# What follows is a text to work on.
TASK = re.compile(
    r"(?im)(?:\b(?:translate|proofread|rewrite|rephrase|paraphrase|correct|fix|improve|summari[sz]e"
    r"|check|edit|shorten|polish|review|classify|complete|continue|draft|compose|reply to"
    r"|analy[sz]e"
    r"|explain|format|turn)\b[^.!?\n]{0,200}(?::|\b(?:this|these|following|below|into)\b)"
    r"|\b(?:write|draft|compose|give me|make|generate|create|tell)\b[^.!?\n]{0,200}"
    r"\b(?:story|poem|song|letter|e?-?mail|bio|dialog(?:ue)?|speech|joke|scene|post|tweet|cv|"
    r"persona|cover letter|example|sentences?|slogan|reply|review)s?\b)"
)
FORWARDED = re.compile(
    r"(?im)^(?:-{2,} ?(?:original|forwarded) message|begin forwarded message|on .{4,80} wrote:"
    r"|(?:from|von|to|sent|subject|betreff|date): ?\S)"
)
LETTER = re.compile(
    r"(?im)^(?:dear|hi|hello) [A-Z]\w+,? *$(?=[\s\S]*^(?:best|kind|regards|sincerely|cheers|yours))"
)
SPEAKER = re.compile(
    r"(?im)^\W{0,3}(?:user|assistant|human|ai|bot|system|customer|agent|interviewer|candidate|q"
    r"|a)\W{0,3}:"
)
# Lines of logs, code, data, quotations and headings.
PASTED = re.compile(
    r"^(?:>|\||[{}\[<#$]|//|/\*|\*/|--|@|\t|    |\.\.\.|%|\d{4}-\d\d-\d\d[T ]\d\d:"
    r"|\[?\d\d?:\d\d(?::\d\d)?\b|(?i:(?:trace|debug|info|notice|warn(?:ing)?|error|fatal"
    r"|critical)\b[\s:\]]"
    r"|traceback\b|file \"|at [\w.$]+\(|select\s|insert\s+into|update\s+\w+\s+set|create\s+table"
    r"|import\s+\w|from\s+\w+\s+import|def\s+\w|class\s+\w+[:({]|return\b|print\(|const\s"
    r"|let\s+\w+\s*="
    r"|var\s|public\s|export\s|(?:pip|npm|git|curl|docker|sudo|cd|ls)\s)"
    r"|[A-Z][A-Z0-9_]{2,}=|[^\s:]+\s?=\s?\S|\"\w+\":|\w+\(.*\);?\s*$)"
    r"|[;{]\s*$|=>|\s==?\s|\\n|\}\s*,?\s*$|^[A-Z]\w+(?: [A-Z]\w+)?: "
)
BULLET = re.compile(r"^\s{0,3}(?:[-*•]|\d{1,2}[.)])\s+")
ENDS = re.compile(r"(?<=[.!?;…])\s+|\n+")
# Nobody states a fact of themselves by these.
DOUBTFUL = re.compile(
    r"(?i)\?|\ufffc|\b(?:if|unless|suppos\w*|imagine|pretend|would(?:n't)?|could(?:n't)?|might"
    r"|maybe"
    r"|perhaps|wish\w*|hypothetical\w*|assum\w*|probably|possibly|guess|let'?s say|used to"
    r"|as though"
    r"|for example|for instance|e\.g\.|today|tonight|tomorrow|yesterday|this (?:time|once|one"
    r"|morning"
    r"|afternoon|evening|week|chat|conversation|question|chart|table|report)|for now|right now"
    r"|at the"
    r" moment|just once|last (?:week|month|year|night|time)|when i was|back then|thought|think i"
    r"|not sure|almost|ever since i was|in a past life|i'd|we'd)\b"
)
OTHERS = re.compile(
    r"(?i)\b(?:he|she|they|it|who|someone|somebody|people|everyone|everybody|(?:my|our|the|a|his"
    r"|her|"
    r"their|one|some|another) (?:[\w-]+ ){0,3}?[\w-]+|[A-Z][\w-]+)'?s? (?:always |often |once "
    r"|just |"
    r"keeps |also )?(?:says?|said|saying|tells?|told|thinks?|claim(?:s|ed)|writes?|wrote|asks?"
    r"|asked|"
    r"believes?|insists?|goes|went like|reads|quot\w+|sings?|sang)\b|\baccording to\b|\bquote\b"
    r"|\blyrics\b|\bas in\b|\bthe (?:character|narrator|author|user|hero|persona|customer"
    r"|client)s?\b"
    r"|\b(?:say|saying|called out|typed|print|output|respond with|repeat after)\b"
)
ASKING = re.compile(
    r"(?i)^(?:who|what|when|where|why|which|how|whose|do|does|did|is|are|was|were|can|will|shall"
    r"|should|have|has|may|am)\b(?! not\b)"
)


def sentences(text: str) -> Iterator[str]:
    """The sentences in which the person speaks of themselves, if any does."""
    text = text.replace("\u2019", "'")
    if len(text) > LONGEST:
        return
    if INJECTED.search(text) or JOKE.search(text) or PLAY.search(text) or SPEAKER.search(text):
        return
    plain = QUOTED.sub(QUOTE, FENCED.sub(QUOTE, text))
    if LETTER.search(plain):
        return
    for cut in (TASK, FORWARDED):
        if found := cut.search(plain):
            plain = plain[: found.start()]
    for line in plain.splitlines():
        line = BULLET.sub("", line)
        if not PASTED.search(line):
            yield from stated(line)


def stated(line: str) -> Iterator[str]:
    """A line's sentences that state something, without their marks."""
    for sentence in ENDS.split(line):
        text = " ".join(sentence.split())
        if 4 <= len(text) <= LONGEST_SENTENCE and is_stated(text):
            yield text.rstrip(" .!;…")


def is_stated(sentence: str) -> bool:
    return not (DOUBTFUL.search(sentence) or OTHERS.search(sentence) or ASKING.search(sentence))


def begins_play(text: str) -> bool:
    """Whether from this message on the person plays somebody."""
    return PLAY.search(text) is not None and PLAYED_OUT.search(text) is None


def ends_play(text: str) -> bool:
    return PLAYED_OUT.search(text) is not None
