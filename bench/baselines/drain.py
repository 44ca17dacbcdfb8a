"""drain3, the usual miner of log templates, on questions: at its best setting."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

from bench.grouping import Asked, Found, Scores, Span, score

SIMILARITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
DEPTHS = (3, 4, 5, 6, 8)
# As its documentation masks numbers; quoted texts besides, which questions have and logs have not.
_QUOTED = r'"[^"]*"'
_NUMBER = r"((?<=[^A-Za-z0-9])|^)([\-\+]?\d+(\.\d+)?)((?=[^A-Za-z0-9])|$)"
_HOLE = re.compile(r"<\\?\*>|<:?[A-Z]+:?>")


@dataclass(frozen=True)
class Setting:
    similarity: float
    depth: int
    masked: bool

    def __str__(self) -> str:
        mask = "masked" if self.masked else "unmasked"
        return f"sim_th {self.similarity}, depth {self.depth}, {mask}"


@dataclass(frozen=True)
class Best:
    """The best of each score over all settings, and the setting that is best on the whole."""

    scores: Scores
    setting: Setting


def best(asked: Sequence[Asked], values: Sequence[str]) -> Best:
    """Each score at the setting that is best for it: more than one user could have at once.

    `values` are masked wherever they stand.
    """
    tried = [
        (score(asked, mined(asked, setting, values)), setting)
        for setting in (Setting(*one) for one in product(SIMILARITIES, DEPTHS, (False, True)))
    ]
    scores = (max(column) for column in zip(*(one.values for one, _ in tried), strict=True))
    _, setting = max(tried, key=lambda one: sum(one[0].values))
    return Best(Scores(*scores), setting)


def mined(asked: Sequence[Asked], setting: Setting, values: Sequence[str] = ()) -> list[Found]:
    config = TemplateMinerConfig()
    config.drain_sim_th = setting.similarity
    config.drain_depth = setting.depth
    config.masking_instructions = list(_masks(setting.masked, values))
    miner = TemplateMiner(config=config)
    numbers = [miner.add_log_message(one.text)["cluster_id"] for one in asked]
    templates = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
    return [
        Found(number, tuple(spans(one.text, templates[number])))
        for one, number in zip(asked, numbers, strict=True)
    ]


def _masks(masked: bool, values: Sequence[str]) -> Iterator[MaskingInstruction]:
    if values:
        known = "|".join(re.escape(v) for v in sorted(values, key=lambda v: (-len(v), v)))
        yield MaskingInstruction(rf"(?<!\w)(?:{known})(?!\w)", "VALUE")
    if masked:
        yield MaskingInstruction(_QUOTED, "TEXT")
        yield MaskingInstruction(_NUMBER, "NUM")


def spans(text: str, template: str) -> list[Span]:
    """Where the template's holes are in a text; holes side by side are one value."""
    parts = [re.escape(part) for part in _HOLE.split(template)]
    pattern = "(.+?)".join(parts).replace(r"\ ", r"\s+")
    match = re.fullmatch(pattern, text.strip())
    if not match:
        return []
    shift = len(text) - len(text.lstrip())
    found: list[Span] = []
    for group in range(1, match.re.groups + 1):
        start, end = (at + shift for at in match.span(group))
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
