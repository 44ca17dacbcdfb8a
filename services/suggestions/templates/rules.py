"""What varies in a query without any vocabulary: rules as regexes over the classes of its tokens.

The letters are those of `lexer`. Order is precedence: at one place the first rule that fits wins.
"""

import re

_INTEGER = "[4kN]"
_NUMBER = "[4kNVy]"
_YEAR = "[yY]"
_DASH = "[-_]"
_AMOUNT = rf"\$?{_NUMBER}s?[c%$]?"
_DATE = rf"(?:D|[ma][4kO](?:,?{_YEAR})?|[4kO]G?[ma](?:,?{_YEAR})?)"
_QUARTER = "(?:q|[foO]r|r4)"
# "may" is a month only in a place for months: "in may", "may 2024".
_MONTH = rf"(?:m|(?<=[iF6GB~0])a|(?<=m&)a|a(?={_YEAR}))"
_LATER_MONTH = "[ma]"
_POINT = rf"(?:{_DATE}|{_QUARTER},?G?{_YEAR}?|{_MONTH},?G?{_YEAR}?|{_YEAR}|[de]|t)"
_LATER_POINT = rf"(?:{_DATE}|{_QUARTER},?G?{_YEAR}?|{_LATER_MONTH},?G?{_YEAR}?|{_YEAR}|[detz])"
_SPAN = (
    rf"B{_POINT}&{_LATER_POINT}|{_POINT}x{_LATER_POINT}|{_YEAR}{_DASH}{_YEAR}|D{_DASH}D"
    rf"|[de]{_DASH}[de]|{_QUARTER}{_YEAR}?{_DASH}{_QUARTER}{_YEAR}?|m{_YEAR}?{_DASH}{_LATER_MONTH}{_YEAR}?"
)
_RELATIVE = (
    rf"l(?:{_INTEGER}|n|1?KG?)?J?[urH]|lX|l[dem]|(?:{_INTEGER}|[n1])[ur]2"
    rf"|[ur]_?x_?j|t|[fo]HG?{_YEAR}?|7G?{_YEAR}"
)
_RANGE = (
    rf"B{_AMOUNT}&{_AMOUNT}|(?!F{_YEAR}x{_YEAR})F?{_AMOUNT}x{_AMOUNT}"
    rf"|(?<!{_DASH}){_AMOUNT}{_DASH}{_AMOUNT}(?!{_DASH})"
)
_MONEY = rf"\${_NUMBER}s?c?|c{_NUMBER}s?|{_NUMBER}s?[c$]"
# "at most 5" ranks nothing.
_RANKED = rf"(?:(?<=[TMfl])|(?<=[TM][-_]))(?<!@M){_INTEGER}|(?<=T)[yn]|(?<=T[-_])y|(?<=M)(?<!@M)n"
_COUNT = rf"{_RANKED}|[4kNyn](?=[TM])"
_PLAIN_YEAR = r"Y|(?<![TvC$@c])(?<!@M)y(?![us%c$X])"

# The last rule leaves alone a number that belongs to a word: "covid-19".
RULES = re.compile(
    rf"(?P<text>S)|(?P<email>E)|(?P<id>I)|(?P<timeframe>{_SPAN}|{_RELATIVE})|(?P<range>{_RANGE})"
    rf"|(?P<percentage>{_NUMBER}s?%)|(?P<money>{_MONEY})|(?P<N>{_COUNT})|(?P<date>{_DATE})"
    rf"|(?P<quarter>{_QUARTER})|(?P<month>{_MONTH})|(?P<weekday>d|(?<=[0b])e)"
    rf"|(?P<year>{_PLAIN_YEAR})|(?P<value>(?<!w_){_NUMBER}s?|[OX])"
)
# No rule begins with any other class.
STARTS = frozenset("SEIBFDqfoOrmalde4kNVyYn1utcX$7")
# Before a {timeframe} these all say "for", with or without "the".
TIME_PREPOSITION = re.compile("[iFv6]h?$")
