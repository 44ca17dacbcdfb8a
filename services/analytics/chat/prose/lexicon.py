"""The English that tells what a number is, and which way something went."""

import re


def words(text: str) -> re.Pattern[str]:
    """A pattern of whole words; blanks between its parts are alternatives."""
    return re.compile(rf"\b(?:{'|'.join(text.split())})\b")


HEDGED = r"(?:just |only |about |around |roughly |approximately |some |nearly |almost |exactly )?"
NUMBER_NEXT = rf"(?=\s+{HEDGED}(?:over |under )?[$€£]?-?\d)"
# Between two of these is what belongs together.
SPLIT = re.compile(
    r",(?=\s)|[;()]|\s-\s|\b(?:and|but|while|whereas|although|though|versus|vs|against|than"
    r"|compared|followed|ahead|plus|up (?=from\b)|down (?=from\b))\b|\b(?:from|to)\b" + NUMBER_NEXT
)
UP = words(
    r"rose risen rise rises rising increased? increases increasing grew grown grow grows growing"
    r" growth climb\w* gain\w* jump\w* surg\w* up improv\w* soar\w* upward added uptick uplift"
    r" exploded skyrocket\w* spiked boomed"
)
DOWN = words(
    r"fell fall falls fallen falling decreas\w* declin\w* drop\w* down shrank shrunk shrink\w* lost"
    r" loses losing dip\w* slid slide\w* slump\w* plung\w* reduc\w* worsen\w* downward drop-?off"
    r" crashed tanked collapsed"
)
FLAT = words(r"unchanged flat stable steady constant")
MORE = words(
    r"more higher greater larger bigger better exceed\w* outperform\w* outsold outpac\w* beats?"
    r" surpass\w* ahead above"
    r" overt(?:ook|akes?) outrank\w* dwarf(?:s|ed) outstrip\w* outd(?:oes|id)"
)
LESS = words(r"less fewer lower smaller worse below behind trail\w* lags? lagged underperform\w*")
HIGHEST = words(
    r"highest largest biggest most top greatest maximum leading leads? led peak\w* strongest best"
    r" leader busiest dominat\w* tops topped first-place majority bulk"
    r" number\Wone high\Wpoint high(?=\s(?:came|was|is|of)\b)"
)
LOWEST = words(
    r"lowest smallest fewest least worst bottom\w* minimum weakest slowest trough low\Wpoint"
    r" low(?=\s(?:came|was|is|of)\b)"
    r" (?<=is\s)last(?!\s\w) (?<=is\s)last(?=\swith|\sat) (?<=was\s)last(?!\s\w) (?<=comes\s)last"
    r" last(?=\splace)"
)
STEEPEST = words(r"steepest sharpest fastest")
EXTREME = re.compile(rf"{HIGHEST.pattern}|{LOWEST.pattern}|{STEEPEST.pattern}")
# What looks like a rank or a claim of all, and is none.
HARMLESS = re.compile(
    r"\b(?:at (?:most|least)|most recent|all[ -]time|of all(?= time)|in all|overall|above all"
    r"|after all|at all|no longer|not only|all in all|on top of|for each|of each|leads? to|led to"
    r"|each of the|of all|across all|for every|all together)\b"
)
UNIVERSAL = words(r"all every each none no always never any both neither only everyone nobody")
ONLY_NUMBER = re.compile(r"\bonly\s+(?:about |around )?$")

# Here "up" and "down" are no ways.
PHRASAL = re.compile(
    r"\b(ma(?:de|kes?|king)|sign(?:ed|s|ing)?|set|add(?:ed|s)?|end(?:ed|s)?|br(?:eak|oken)|follow(?:ed)?"
    r"|wrap(?:ped)?|pick(?:ed)?|drill(?:ed)?|split) (up|down)\b",
    re.IGNORECASE,
)

# Right before a number.
HEDGE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|nearly|almost|some|close to)|[~≈])\s*$"
)
OVER = re.compile(
    r"\b(?:more than|over|above|at least|exceed\w*|greater than|higher than|well over)\s+$"
)
UNDER = re.compile(r"\b(?:less than|fewer than|under|below|at most|lower than|no more than)\s+$")
BARELY = re.compile(r"\bjust (?:over|under|above|below)\s+$")
BY = re.compile(rf"\bby\s+{HEDGED}(?:a |an )?$")
FROM = re.compile(rf"\bfrom\s+{HEDGED}(?:an? )?$")
TO = re.compile(rf"\bto\s+{HEDGED}(?:an? )?$")
CHANGED = (
    r"(?:increase|decrease|rise|growth|drop|drop-off|decline|jump|gain|fall|loss|uplift|improvement"
    r"|reduction|dip|change|gap|lead|difference|margin|swing)"
)
COMPARED = r"(?:more|fewer|less|higher|lower|larger|smaller|greater|ahead|behind|above|below)"
DELTA_AFTER = re.compile(
    rf"\s*-?(?:(?!(?:of|in|was|were|is|are|had|has|have|with|saw|and)\b)\w+\s+){{0,2}}(?:{CHANGED}|{COMPARED})\b"
    r"|\s*(?:of (?:them|\w+) )?(?:(?!of\b|in\b)\w+ )?(?:(?:is|are|was|were) )?"
    r"(?:lost|dropped|left)\b"
)
DELTA_BEFORE = re.compile(
    rf"(?:\b(?:up|down|gained|lost|added|grew|rose|fell|dropped|declined|increased|decreased|jumped"
    rf"|climbed|shrank|improved|soared|dipped|slid|slumped|plunged|surged|grown|risen|fallen)"
    rf"|\b{CHANGED} (?:of|is|was))\s+{HEDGED}(?:an? )?$"
)
APART = re.compile(rf"\b(?:gap|difference|margin|distance)\b[^\d]* (?:is|was|of|at) {HEDGED}$")
# What a number in a question may narrow down: a window, what has so many, a name; and what claims.
WINDOW = re.compile(
    r"\b(?:last|past|previous|next|first|within|in|after|over|recent|trailing|rolling|every|per|the)"
    r"\s+$"
)
RELATIVE = re.compile(
    r"\b(?:with|who|whose|that|which|where|having|aged|costing|worth)\b[^,;]{0,40}$"
)
CLAIMING = re.compile(
    r"\b(?:is|was|were|are|be|been|of|at|to|by|from|for|has|have|had|having|ha|got|gets?|gain\w*"
    r"|reach\w*|hit|hits|made|makes?|earn\w*|sells?|sold|sees?|saw|seen|did|do|does|and|or|a|an|the"
    r"|with|than|about|around|roughly|nearly|almost|some|only|just|exactly|over|under|below|above"
    r"|there|all|total\w*|record\w*|count\w*|los[et]\w*|grew|grow\w*|rose|fell|took|takes?|cost\w*"
    r"|spen[dt]\w*|bring\w*|brought|exceed\w*|come|came|went|up|down|these|those|our|your|you|we)\s+$"
)
# With nobody named whom it trails, it trails all.
TRAILS = re.compile(r"trail\w*|lags?|lagged")
SPREAD = re.compile(r"\bover\s+(?:the )?$")
# Of whom a part is told.
AMONG = re.compile(r"\bof (?:those|people|users|the|all|them)\b")
# What follows is the whole, whoever is named beside it.
WHOLE = re.compile(r"\b(?:of (?:the|all)|out of)(?: total)?(?: of)? (?:the )?$")
ROUTE = re.compile(r"\b(?:from|between)\s+$")
RANGE = words(r"rang\w* var(?:y|ies|ied)")
TOTAL = words(
    r"total totals totalled totaled overall altogether combined together sum summed across"
)
AVERAGE = words(r"average averaged averages averaging mean avg per typical typically")
MEDIAN = words(r"median")
SHARE = re.compile(
    r"\b(?:shares?|account\w*|ma(?:de|kes?|king)_up|represent\w*|contribut\w*|constitut\w*"
    r"|compris\w*|of (?:the |all |its )?(?:\w+ )?(?:total|overall|all|whole)|of all)\b"
)
FIRST = words(r"first started? starts starting began begins beginning initially opened")
LAST = words(r"last ended ends ending finished latest finally closed recent currently")
COMBINED = words(r"together combined jointly between altogether")
BEFORE = re.compile(
    r"\b(?:previous|prior|preceding|earlier|before|\w+[- ](?:on|over)[- ]\w+|last (?:day|week|month"
    r"|quarter|year))\b"
)
OBJECT = re.compile(
    r"\b(?:as (?:many|much|high|large|big|often)\b[^,]{0,30}?\bas|than|compared (?:with|to)|versus"
    r"|vs|against|relative to|ahead of|behind|over|above|below|outperform\w*|exceed\w*|beats?"
    r"|surpass\w*|outsold|outpac\w*|overt(?:ook|akes?)|outrank\w*|dwarf(?:s|ed)|outstrip\w*"
    r"|outd(?:oes|id)|trail\w*|lags?|underperform\w*)\b"
)
OTHERS = re.compile(
    r"\bthan (?:(?:any|all|every|each) (?:of the )?(?:other|others|rest)|any|the rest)\b"
)
LOSSES = words(r"loss losses lost loses deficit shortfall")
PRONOUN = re.compile(r"\s*(?:it|its|this|that|these|they|their|he|she|here|there)\b")
ROWS = words(r"rows? results? records? entr(?:y|ies) lines?")
GROUPS = words(r"groups? categor(?:y|ies) values? items? segments?")
PERIODS = words(r"days? weeks? months? quarters? years? hours? periods? cohorts?")
TIME_UNITS = words(r"seconds? minutes? hours? days? milliseconds? ms weeks?")
TOP_OF = re.compile(
    r"\b(?P<way>top|bottom|first|leading|largest|biggest|highest|lowest|smallest|best|worst)\s+$"
)
EMPTY = re.compile(r"\b(?:no|none|nothing|not any|zero|0)\b")


def is_lowest(found: re.Match[str]) -> bool:
    """Whether a word of EXTREME is one of the lowest, as it stands in its text."""
    return LOWEST.match(found.string, found.start()) is not None
