"""Words that the grammar of memory tells apart by."""

import re


def any_of(words: str) -> str:
    """A pattern of words with commas between, the longest first."""
    each = sorted((word.strip() for word in words.split(",")), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in each)


LANGUAGES = any_of(
    "arabic, bengali, bulgarian, cantonese, catalan, chinese, croatian, czech, danish, dutch, "
    "english,"
    "estonian, finnish, french, german, greek, hebrew, hindi, hungarian, indonesian, irish, "
    "italian,"
    "japanese, korean, latvian, lithuanian, malay, mandarin, norwegian, persian, polish, "
    "portuguese,"
    "brazilian portuguese, romanian, russian, serbian, slovak, slovenian, spanish, swedish, "
    "swahili,"
    "tamil, thai, turkish, ukrainian, urdu, vietnamese, welsh, british english, american english"
)
JOBS = any_of(
    "accountant, actuary, administrator, advisor, analyst, architect, assistant, associate, "
    "auditor,"
    "banker, biologist, bookkeeper, broker, buyer, ceo, cfo, chemist, chief of staff, cio, ciso, "
    "cmo,"
    "consultant, controller, coo, copywriter, cpo, cto, dentist, designer, developer, director, "
    "doctor,"
    "economist, editor, engineer, executive, founder, freelancer, geologist, journalist, lawyer,"
    "lecturer, librarian, manager, marketer, mathematician, nurse, officer, owner, paralegal,"
    "pharmacist, photographer, physicist, planner, president, producer, professor, programmer,"
    "recruiter, representative, researcher, scientist, secretary, specialist, statistician, "
    "student,"
    "strategist, surgeon, teacher, technician, tester, trader, trainer, translator, treasurer, "
    "tutor,"
    "underwriter, vet, vp, writer, head of [a-z ]+, product owner, scrum master, team lead, "
    "tech lead"
).replace(r"\[a\-z\s+\]\+", r"[a-z &]+")
DEPARTMENTS = any_of(
    "accounting, advertising, analytics, compliance, construction, consulting, controlling,"
    "customer success, customer support, data science, design, education, engineering, finance,"
    "healthcare, hospitality, hr, human resources, insurance, it, legal, logistics, manufacturing,"
    "marketing, operations, procurement, product, product management, public relations, purchasing,"
    "quality assurance, research, retail, risk, sales, security, supply chain, support, tourism,"
    "treasury, wholesale, banking, pharma, e-commerce, publishing, agriculture, real estate"
)
# Verbs that standing instructions begin with.
TOLD = any_of(
    "add, answer, ask, avoid, begin, call, cc, cite, compare, convert, display, end, exclude, "
    "explain,"
    "export, filter, format, give, group, highlight, include, keep, label, limit, list, make, mark,"
    "mention, name, order, plot, provide, put, quote prices, report, reply, respond, return, round,"
    "send, separate, show, skip, sort, split, start, suggest, sum, summarise, summarize, use, write"
)
# Aims that last longer than an afternoon.
AIMS = any_of(
    "become, boost, build up, buy, cut, decrease, double, earn, expand, finish, get better, "
    "get into,"
    "grow, halve, hire, hit, improve, increase, launch, learn, lower, migrate, move to, open, "
    "optimise,"
    "optimize, raise, reach, reduce, retire, save, shorten, speed up, switch to, triple, understand"
    " our, win"
)
# What people have that is worth a name.
THINGS = any_of(
    "currency, reporting currency, fiscal year, budget, monthly budget, annual budget, main market,"
    "main product, main competitor, biggest competitor, biggest customer, target market,"
    "target audience, audience, industry, default region, region, editor, browser, "
    "operating system,"
    "database, data warehouse, warehouse, crm, working hours, office hours, working days, deadline,"
    "company name, username, product name, project name, brand colour, brand color, brand voice,"
    "preferred format, preferred currency, preferred chart, preferred unit, date format, units"
)
ZONES = (
    r"(?:utc|gmt)(?:\s?[+-]\s?\d{1,2}(?::?\d\d)?)?|cet|cest|est|edt|cst|cdt|mst|mdt|pst|pdt|bst"
    r"|ist|"
    r"jst|aest|aedt|eet|wet|msk|hkt|sgt|[a-z]+/[a-z_]+(?:/[a-z_]+)?|(?:eastern|central|mountain|"
    r"pacific)(?:\s+(?:standard|daylight))?"
)
# A value that begins so points at something that is not in it, or is no thing.
POINTING = re.compile(
    r"(?i)^(?:it|its|this|that|these|those|them|him|her|his|he|she|they|you|your|yours|there"
    r"|here|how"
    r"|what|whatever|when|where|why|which|who|whether|everything|nothing|something|anything"
    r"|everyone"
    r"|someone|anyone|one|both|neither|either|all of|some of|none|more|less|most|much|many|such"
    r"|same"
    r"|to (?:see|know|have|get|ask|hear|be|go|do|say|look|find|show|think|thank)|(?:the|my"
    r"|your) (?:"
    r"way|idea|fact|look|sound|new|last|first|second|third|previous|next|answer|result|one|above|"
    r"other|former|latter|other one|following|same)|seeing|being|myself|ourselves|not|no|too|so)\b"
)
# What people call what they have when they name nothing.
JUDGING = re.compile(
    r"(?i)^(?:a|an|very|too|so|not|really|quite|pretty|still|already|almost|going|gone|getting"
    r"|being|"
    r"broken|slow|fast|down|up|late|early|good|great|bad|fine|ok|okay|wrong|right|over|under"
    r"|empty|full"
    r"|tight|in|on|at|with|about|more|less|always|never|just|now|coming|due|unknown|unclear|huge"
    r"|big|"
    r"small|low|high|blown|exceeded|there|here|also|only|done)\b"
)
# Special categories of personal data (GDPR, art. 9): never remembered.
SENSITIVE = re.compile(
    r"(?i)\b(?:allerg\w+|diabet\w+|cancer|hiv|pregnan\w+|depress\w+|anxiety|adhd|autis\w+"
    r"|disabil\w+"
    r"|disabled|illness|disease|diagnos\w+|medication|therap\w+|blood pressure|asthma|epilep\w+"
    r"|gay|lesbian|bisexual|transgender|straight man|straight woman|heterosexual|sexual\w*"
    r"|christian|catholic|protestant|muslim|jewish|hindu|buddhist|atheist|religio\w+|church|mosque"
    r"|synagogue|republican|democrat|vot(?:e|ed|ing) for|communist|socialist|conservative party"
    r"|trade union|union member|ethnic\w*|race|criminal|convicted|prison)\b"
)
