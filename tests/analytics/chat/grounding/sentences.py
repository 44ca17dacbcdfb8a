"""True sentences by the shape of their result, with slots; written as models write.

TEMPLATES are what the rules were made with. FIRST_HELD_BACK was written before that, and
SECOND_HELD_BACK after it: each was tuned on only after it was measured. HELD_BACK was written
then, and the rules are not tuned on it.
"""

TEMPLATES: dict[str, list[str]] = {
    "single": [
        "There were {v} {m} in {p}.",
        "In {p} you had about {k} {m}.",
        "A total of **{v}** {m} was recorded.",
        "The count of {m} for {p} is {raw}.",
        "Last month saw {v} {m} in total.",
    ],
    "money": [
        "{m} came to {v} yesterday.",
        "On {p} the {m} was {u}.",
        "The {m} on {p} was roughly {k}.",
        "Yesterday's {m}: {v}.",
    ],
    "category": [
        "{a} had {va} {m}.",
        "{a} leads with {va} {m}, followed by {b} with {vb}.",
        "- **{a}**: {va} {m} ({sa})",
        "{a} accounts for {sa} of all {m}.",
        "With {va} {m}, {a} is the largest {d}.",
        "{a} had {dab} more {m} than {b}.",
        "{b} recorded {pba} fewer {m} than {a}.",
        "{a} had {pab} more {m} than {b}.",
        "{a} has {xaz} times as many {m} as {z}.",
        "The fewest {m} came from {z}, at {vz}.",
        "Across {n} {ds} there were {t} {m}.",
        "Together, {a} and {b} made up {sab} of the total.",
        "{a} and {b} combined for {tab} {m}.",
        "On average, each {d} had {avg} {m}.",
        "{b} comes second with {vb} {m}.",
        "{c} is third ({vc}).",
        "The top {d} is {a} with {va} {m}, while {z} is last with only {vz}.",
        "{a} outperformed {b} in {m}.",
        "| {a} | {va} |",
        "{m}: {a} {va}, {b} {vb}, {c} {vc}.",
        "The gap between {a} and {z} is {gaz} {m}.",
        "The second-highest number of {m} was in {b}.",
        "Of the {t} {m}, {va} were in {a}.",
        "The top 3 {ds} are {a}, {b} and {c}.",
        "{z} has the lowest number of {m} ({vz}).",
        "{a} and {b} had {va} and {vb} {m} respectively.",
        "All {n} {ds} had more than 10 {m}.",
    ],
    "series": [
        "{m} {rose} from {vf} in {f} to {vl} in {l}.",
        "Between {f} and {l}, {m} {rose} by {pc}.",
        "{m} peaked in {h} at {vh}.",
        "The highest month was {h}, with {vh} {m}.",
        "The low point was {o}, when there were {vo} {m}.",
        "Over the {n} months there were {t} {m} in total.",
        "{x} had {vx} {m}, {ups} from {vw} in {w}.",
        "In {x}, {m} {grew} {ps} compared with {w}.",
        "{x} saw {ds} {more} {m} than {w}.",
        "On average there were {avg} {m} per month.",
        "This is {up} {pc} from {f} to {l}.",
        "{m} {rose} {pc} overall, from {vf} to {vl}.",
        "{m} started at {vf} and ended at {vl}.",
    ],
    "two_periods": [
        "{m} {rose} by {pc} compared with the previous month.",
        "There were {v} {m} in {p}, compared with {w} in {q}.",
        "{p} had {v} {m}, {up} from {w} in {q}.",
        "You had {dc} {more} {m} than in the previous period.",
        "{m} {rose} from {w} in {q} to {v} in {p}.",
    ],
    "rates": [
        "{a} converts best, at {va}.",
        "The conversion rate of {a} is {va0}, {pp} higher than {z}.",
        "{z} has the lowest conversion rate ({vz}).",
        "{a} ({va}) is ahead of {b} ({vb}).",
        "The conversion rate was {va} for {a} and {vz} for {z}.",
    ],
    "funnel": [
        "Of {va} people who did {a}, {vz} reached {z} ({c}).",
        "The overall conversion from {a} to {z} is {c}.",
        "{cb} of people went from {a} to {b}.",
        "The steepest drop is between {e} and {g}, where {lost} are lost.",
        "{vb} people made it to {b}.",
    ],
    "retention": [
        "The cohort of {f} had {vf} people.",
        "In week 1, {r1} of the {f} cohort came back.",
        "For the cohort of {f}, retention was {r1} in week 1 and {r2} in week 2.",
    ],
    "cut": [
        "{a} had {va} {m}.",
        "{a} had more {m} than {b}.",
        "The first rows show {vb} {m} for {b}.",
    ],
    "signed": [
        "{a} made a loss of {va}.",
        "Profit in {a} was {na}.",
        "{c} had a profit of {vc}.",
        "{b} is at {nb}.",
    ],
    "grid": [
        "{a} had {a2} {m} in {l}.",
        "In {l}, {a} had {a2} {m} and {b} had {b2}.",
        "{m} in {a} {rose} from {a1} in {f} to {a2} in {l}.",
        "{a} totals {ta} {m} over both months.",
        "There were {t2} {m} in {l}.",
    ],
}

FIRST_HELD_BACK: dict[str, list[str]] = {
    "single": [
        "You recorded {v} {m} during {p}.",
        "{v} {m} were counted last month.",
    ],
    "money": [
        "Total {m} yesterday: **{u}**.",
        "You made {v} in {m} on {p}.",
    ],
    "category": [
        "Most {m} came from {a} ({va}, or {sa} of the total).",
        "{a} is well ahead of {b}: {va} versus {vb} {m}.",
        "{z} trails with just {vz} {m}.",
        "The {m} are spread over {n} {ds}.",
        "{b} contributed {sb} of {m}, less than {a} with {sa}.",
        "Compared with {b}, {a} had {dab} more {m}.",
        "1. {a} \u2013 {va} {m}",
        "{a} and {b} together account for {tab} of the {t} {m}.",
        "The average number of {m} per {d} is {avg}.",
        "The largest share of {m} belongs to {a}, at {sa0}.",
    ],
    "series": [
        "{m} went {up} from {vf} in {f} to {vl} in {l}, a change of {pc}.",
        "The best month was {h} with {vh} {m}; the worst was {o} with {vo}.",
        "From {w} to {x}, {m} {grew} by {ds}.",
        "In {x} there were {vx} {m}, which is {ps} {more} than in {w}.",
        "A total of {t} {m} happened across {n} months.",
        "There was a {pc} {rise} between {f} and {l}.",
        "The peak came in {iso} ({vh} {m}).",
    ],
    "two_periods": [
        "Compared to {q}, {m} {rose} {pc} to {v}.",
        "{v} {m} in {p} against {w} in {q}, a {pc} {growth}.",
        "That is {dc} {more} than the month before.",
    ],
    "rates": [
        "At {va}, {a} has the highest conversion rate of all plans.",
        "{a} beats {b} by {ppab}.",
        "Conversion is worst for {z}, where it is {vz}.",
    ],
    "funnel": [
        "{c} of users who started with {a} completed {z}.",
        "From {a} to {b} we lost {dab} people.",
        "The funnel has {n} steps, ending with {vz} people at {z}.",
    ],
    "retention": [
        "{r2} of people in the {f} cohort returned in week 2.",
        "The {g} cohort was {vg} people, and {g1} of them came back in week 1.",
    ],
    "cut": [
        "In the rows shown, {b} has {vb} {m}.",
    ],
    "signed": [
        "{c} earned {vc}, while {a} lost {va}.",
        "Profit was negative in {b}: {nb}.",
    ],
    "grid": [
        "{b} had {b1} {m} in {f} and {b2} in {l}.",
        "Between {f} and {l}, {m} in {a} {rose} by {pa}.",
        "In total there were {t} {m}.",
    ],
}

SECOND_HELD_BACK: dict[str, list[str]] = {
    "single": [
        "{p} brought in {v} {m}.",
        "We counted {raw} {m} in {p} overall.",
    ],
    "money": [
        "The {m} reached {u} on {p}.",
        "Yesterday you took in {v}.",
    ],
    "category": [
        "The leader is {a}, whose {va} {m} are {dab} above {b}.",
        "{z} sits at the bottom with {vz} {m}.",
        "{a}: {va} ({sa}), {b}: {vb} ({sb}), {z}: {vz} ({sz}).",
        "In {b} there were {vb} {m}, {dab} fewer than in {a}.",
        "{sa} of {m} are from {a} and {sb} are from {b}.",
        "{b} had fewer {m} than {a}.",
        "The total is {t} {m}, of which {a} contributes {va}.",
        "{va} {m} came from {a} and {vb} from {b}.",
        "Behind {a} ({va}) is {b} with {vb} {m}.",
        "There is a difference of {dab} {m} between {a} and {b}.",
        "{a} has the most {m} at {va}, and {z} the fewest at {vz}.",
    ],
    "series": [
        "{m} stood at {vl} in {l}, {up} {pc} from {vf} in {f}.",
        "The maximum was reached in {h} ({vh}).",
        "In {x} there were {ds} {more} {m} than in {w}.",
        "{f} had {vf} {m} and {l} had {vl}.",
        "{m} ranged from {vo} to {vh}.",
        "The monthly average is {avg} {m}.",
        "{m} were lowest in {o}, with only {vo}.",
    ],
    "two_periods": [
        "{p} saw {v} {m}, which is {pc} {more} than {q}.",
        "{m} went from {w} to {v}.",
        "{m} are {up} by {dc} on the previous month.",
    ],
    "rates": [
        "{a} has a conversion rate of {va}, compared with {vb} for {b}.",
        "The best plan is {a} with {va}, the worst is {z} with {vz}.",
    ],
    "funnel": [
        "{va} people started with {a}, but only {vz} finished with {z}.",
        "Overall, {c} converted from {a} to {z}.",
        "Between {a} and {b}, {dab} people dropped out.",
    ],
    "retention": [
        "{vf} people were in the cohort of {f}; {r1} of them returned after 1 week.",
    ],
    "cut": [
        "{a} is shown with {va} {m} and {b} with {vb}.",
    ],
    "signed": [
        "{a} lost {va}, and {b} stands at {nb}.",
        "Profit was {vc} in {c} and {na} EUR in {a}.",
    ],
    "grid": [
        "In {f}, {b} had {b1} {m}; in {l} it had {b2}.",
        "{a} went from {a1} {m} in {f} to {a2} in {l}.",
    ],
}

HELD_BACK: dict[str, list[str]] = {
    "single": ["The number of {m} in {p} was {v}.", "{m} totalled {v} last month."],
    "money": ["{m} for {p}: {v}", "{v} of {m} came in yesterday."],
    "category": [
        "{a} tops the list with {va} {m} ({sa} of the total), ahead of {b} ({vb}).",
        "{b} has {vb} {m}, while {c} has {vc}.",
        "At {vz} {m}, {z} is the smallest {d}.",
        "{a} generated {pab} more {m} than {b}.",
        "Overall, {t} {m} were recorded across the {n} {ds}.",
        "{z} represents only {sz} of {m}.",
    ],
    "series": [
        "{m} grew or shrank each month, but {h} was the highest with {vh}.",
        "{l} ended with {vl} {m}, compared with {vf} in {f}.",
        "In {w} there were {vw} {m}; in {x} there were {vx}.",
        "{m} {rose} by {dc} between {f} and {l}, or {pc}.",
        "The weakest month was {o}, at {vo} {m}.",
    ],
    "two_periods": [
        "In {p} there were {v} {m}, {up} {pc} from {w} in {q}.",
        "The change from {q} to {p} is {dc} {m}.",
    ],
    "rates": ["{a} has the best conversion rate, {va}.", "{b} converts at {vb}, {ppab} below {a}."],
    "funnel": [
        "{a} was done by {va} people, {b} by {vb} and {z} by {vz}.",
        "The biggest loss happens from {e} to {g} ({lost}).",
    ],
    "retention": ["After 2 weeks, {r2} of the {f} cohort were still active."],
    "cut": ["{b}: {vb} {m}"],
    "signed": ["{c} made {vc} of profit, {a} a loss of {va}."],
    "grid": ["{a} had {a1} {m} in {f}, {b} had {b1}."],
}

# Of a result that was cut off, these are not known, whatever its rows say.
NOT_KNOWN = (
    "In total there were {t} {m}.",
    "{a} had the most {m}.",
    "There are {n} {ds}.",
    "{a} accounts for {sa} of all {m}.",
    "The average is {avg} {m} per {d}.",
    "{z} has the fewest {m}, {vz}.",
    "Across {n} {ds} there were {t} {m}.",
    "All {ds} had more than 10 {m}.",
    "{b} is the second largest {d}.",
)
