"""Words and phrases of English itself: closed classes, and how people ask about figures.

Nothing here is of any business: that comes from the knowledge base.
"""

from functools import cache

# Words that carry nothing: a question means the same without them.
IDLE_WORDS = """
a an the of please show me us give tell display plot draw graph visualize visualise see find
get want need would like to know can could you i we our my your their his her its it they them is
are was were be been being am do does did has have had having there here what whats which how in on
at for with from via through as these and ok okay hi hello hey thanks so far altogether overall
exactly actually currently right lets let look looking made make come came go went any some all data
figures figure numbers number result results info report much happen happened happens got bring
brings brought drive drives drove generated generate generates perform performs performed performing
calculate compute also now just still s respectively break broken down split grouped distributed
that pls plz
"""
PEOPLE_WORDS = """
user users person people persons individual individuals visitor visitors customer customers member
members someone somebody everyone everybody anyone anybody who those
"""
SMALL_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
FILLERS, PEOPLE = frozenset(IDLE_WORDS.split()), frozenset(PEOPLE_WORDS.split())
NUMBERS = {word: number for number, word in enumerate(SMALL_NUMBERS.split())}
NUMBERS |= {"fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100}
# What a unit of a number is called; the values are how definitions write it.
UNITS = {
    "euro": "EUR", "euros": "EUR", "eur": "EUR", "\u20ac": "EUR",
    "dollar": "USD", "dollars": "USD", "usd": "USD", "$": "USD",
    "pound": "GBP", "pounds": "GBP", "gbp": "GBP", "\u00a3": "GBP",
    "second": "seconds", "seconds": "seconds", "sec": "seconds", "secs": "seconds",
    "minute": "minutes", "minutes": "minutes", "min": "minutes", "mins": "minutes",
    "percent": "percent", "%": "percent",
}  # fmt: skip
SIGNS = {
    ">": ">", ">=": ">=", "<": "<", "<=": "<=", "\u2265": ">=", "\u2264": "<=",
    "=": "=", "!=": "!=", "->": "then", "=>": "then", "\u2192": "then",
}  # fmt: skip

# kind of piece -> value -> phrases.
PHRASES: dict[str, dict[str, str]] = {
    "filler": {
        "": "like to know, like to see, want to know, want to see, need to know, need to see, "
        "breakdown of, overview of, summary of, to see, to know, able to see, back to me, "
        "a look at, how did, how does, how do",
    },
    "over": {
        ">": "over, above, more than, greater than, larger than, bigger than, higher than, "
        "exceeding, longer than, of more than, worth more than, costing more than",
        "<": "under, below, less than, fewer than, smaller than, lower than, shorter than, "
        "cheaper than, of less than",
        ">=": "at least, no less than, not less than, minimum of, or more",
        "<=": "at most, up to, no more than, not more than, maximum of, or less",
    },
    "aggregate": {
        "count": "how many, number of, count of, the count of, count, total number of, "
        "volume of, quantity of",
        "times": "how often, how many times, number of times",
        "much": "how much",
        "sum": "sum of, sum, total, total of, in total, combined, summed",
        "avg": "average, mean, avg, average of, mean of, on average, typical",
        "median": "median, median of",
        "min": "minimum, min, smallest, minimum of, shortest, cheapest",
        "max": "maximum, max, largest, maximum of, longest, biggest",
    },
    "unique": {"": "unique, distinct, different, individual"},
    "list": {"": "list, list all, list of, list of all"},
    "where": {"": "where, whose, when"},
    "share": {
        "": "share, share of, percentage, percentage of, proportion of, percent of, fraction of, "
        "what part of"
    },
    "trend": {
        "": "over time, trend, trends, trend of, trending, evolution of, evolution, develop, "
        "developed, development of, history of, timeline of, as a trend, evolve, evolved"
    },
    "growth": {
        "": "growth, growth of, grow, grew, grown, growing, change, changed, changes, change in, "
        "difference, increase, increased, decrease, decreased"
    },
    "versus": {
        "": "vs, versus, compared to, compared with, against, in comparison to, relative to, "
        "in comparison with, as compared to, compare to, compare with, comparing with, than"
    },
    "compare": {"": "compare, comparison of, comparison, comparing, compared"},
    "earlier": {
        "": "previous period, period before, prior period, before that, time before, preceding "
        "period, last period, period before that, one before, previous one",
        "day": "day before, previous day before, day earlier, day before that",
        "week": "week before, week earlier, week before that",
        "month": "month before, month earlier, month before that",
        "quarter": "quarter before, quarter earlier, quarter before that",
        "year": "year before, year earlier, year before that",
    },
    "not": {
        "": "not, never, excluding, except, except for, exclude, without, outside, outside of, "
        "other than, but not, ignoring, ignore, leaving out, leave out, apart from, not in, "
        "not from, not on, minus, not counting, no, failed to, fail to, fails to, have yet to, "
        "has yet to, yet to"
    },
    "is": {"": "is, are, equals, equal to, being, set to, is equal to, was, were"},
    "only": {"": "only, restricted to, limited to, limit to, restrict to, only for, just for"},
    "by": {
        "per": "per",
        "each": "for each, for every, in each, in every, by every, each, every, on each, from each",
        "by": "by, grouped by, group by, broken down by, break down by, break it down by, "
        "split by, split it by, split up by, across, across all, sliced by, segmented by, "
        "breakdown by, depending on, according to, ranked by, sorted by, ordered by, "
        "broken out by, separated by, distributed by, distribution by, distributed over",
    },
    "which": {"": "which, what"},
    "then": {
        "": "then, and then, followed by, before, later, and later, and afterwards, afterwards, "
        "and after that, then later, and subsequently, subsequently, and eventually, eventually"
    },
    "to": {"": "to, into"},
    "from": {"": "from"},
    "after": {"": "after"},
    "between": {"": "between"},
    "but": {"": "but, yet, but have, but has, but who, who have, who has"},
    "and": {"and": "and, as well as, plus, and also", "or": "or"},
    "funnel": {
        "": "funnel, funnel of, conversion, conversion rate, conversion funnel, convert, "
        "converted, converts, drop off, dropoff, make it, made it, get from, go from, went, "
        "conversions, conversion funnel of, funnel analysis, goes, continue, continued"
    },
    "retention": {
        "": "retention, retention of, retention rate, retention rate of, retained, retain, "
        "come back, came back, coming back, return, returned, returning, comes back, cohort, "
        "cohorts, cohort analysis, stick around, retention for",
        "again": "repeat, again, keep coming back",
    },
    "most": {
        "desc": "most, highest, best, top, largest, biggest, greatest, leading, strongest, "
        "longest",
        "asc": "least, lowest, worst, fewest, bottom, smallest, weakest, "
        "shortest",
    },
    "chart": {
        "bar": "as a bar chart, bar chart, as bars, as a bar graph, bar graph, column chart, "
        "as a column chart, as bar chart",
        "stacked bar": "as a stacked bar chart, stacked bar chart, as stacked bars, stacked bars, "
        "as stacked bar chart, stacked bar graph, as a stacked bar graph, stacked column chart",
        "horizontal bar": "as a horizontal bar chart, horizontal bar chart, as horizontal bars, "
        "horizontal bars",
        "stacked area": "as a stacked area chart, stacked area chart, as stacked area chart",
        "line": "as a line chart, line chart, as a line, line graph, as a line graph, "
        "as line chart",
        "pie": "as a pie chart, pie chart, as a pie, as pie chart",
        "area": "as an area chart, area chart, as area chart",
        "scatter": "as a scatter plot, scatter plot, as a scatter chart, scatter chart",
        "table": "as a table, in a table, table, as table",
    },
    "follow": {
        "same": "same for, the same for, the same with, do the same for, the same by, same by, "
        "same thing for, same, the same, same question for, same but, the same but",
        "what about": "what about, how about, and what about, and how about, now for, and for, "
        "and now for, and in, and on, what if only",
        "instead": "instead, rather",
        "also": "also, and by, additionally, as well, too",
        "and": "just, make it, show it, turn it into, change it to, "
        "switch to, only show, show only, show that, show this, do it, do that, give it",
    },
    "now": {"": "now, and now, ok now"},
    "everything": {"": "all time, ever, since the beginning, of all time, all times, to date, "
                   "since the start, since launch"},
}  # fmt: skip


@cache
def phrases() -> dict[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The words of each phrase -> (kind, value) of what it may be."""
    found: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
    for kind, values in PHRASES.items():
        for value, told in values.items():
            for phrase in told.split(","):
                words = tuple(phrase.split())
                found[words] = (*found.get(words, ()), (kind, value))
    return found


@cache
def closed_words() -> frozenset[str]:
    """Words that are English's own: a name of one such word is only meant where it is written
    large ("US", "IT").
    """
    of_phrases = {word for phrase in phrases() for word in phrase if len(phrase) == 1}
    return FILLERS | PEOPLE | frozenset(NUMBERS) | frozenset(of_phrases)


LONGEST_PHRASE = 5
