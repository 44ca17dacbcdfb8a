"""What an assistant's maker wants to know of a conversation, found out by rules. No I/O.

The rules look at what people do (praise, complain, fail, leave) and at a few words. They are a
beginning, the same for everybody and explainable; a job that reads the text may refine them
(SetConversationInsights). A tally holds all they need, so that no event is read again: it does not
depend on the order in which events come, and is equal to one made anew of all events.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from services.activity.conversations.domain import StoredEvent

NEUTRAL = 5
"""Satisfaction of somebody of whom nothing is known but that they spoke: the middle of 0 to 10."""
PRAISE_POINTS = 1
MOST_PRAISE = 2
"""A message of praise is a point, up to two: people who thank once thank often, out of manners."""
COMPLAINT_POINTS = -2
MOST_COMPLAINTS = 2
"""A complaint weighs twice as much: few people complain in words, most just leave."""
FAILURE_POINTS = -1
MOST_FAILURES = 2
"""Each failure costs a point, up to two: the person notices the third less than that it fails."""
WORKED_POINTS = 1
"""Once for all calls of tools that worked: the person got something."""
ENDING_POINTS = {"completed": 2, "abandoned": -1, "blocked_by_credits": -2}
"""To finish is the strongest sign of all; to be stopped by the price is worse than to walk away."""
LEFT_AFTER_FAILURE_POINTS = -1
"""On top, where the last thing before leaving was a failure: then the reason is at hand."""

LOOKED_AT = 2_000
"""Characters of a text that are looked at: who praises or complains does so soon, more is pasted.
It also bounds what a text costs."""

REPEATED_FAILURES = 3
"""So often a tool has to fail to count as what stopped the person: twice is bad luck."""

PRAISE = re.compile(
    r"\b(?:thanks|thank you|thx|perfect|awesome|amazing|excellent|brilliant|wonderful|fantastic"
    r"|well done|great job|nice work|(?:i )?(?:really )?love (?:it|this|that)|exactly what)\b",
    re.IGNORECASE,
)
"""What nobody says of a bad answer. "great" and "good" alone are not there: "make it great"."""
COMPLAINT = re.compile(
    r"\b(?:(?:does ?n[o']?t|is ?n[o']?t|not|still) work(?:ing)?|that(?:'s| is) (?:not|wrong)"
    r"|not what i|(?:still|totally|completely) wrong|useless|terrible|awful|horrible|frustrat\w+"
    r"|annoy(?:ing|ed)|waste of|i give up|hate (?:it|this|that)|worst)\b",
    re.IGNORECASE,
)
"""What people say of an answer that is wrong or of a tool that fails."""
NO_CREDITS = re.compile(
    r"\b(?:insufficient|not enough|out of|no|no more)[ _-]+(?:credits?|quota|balance)\b"
    r"|\b(?:credits?|quota)[ _-]+(?:exhausted|exceeded|limit)\b|\bpayment[ _-]required\b",
    re.IGNORECASE,
)
"""How services word that nothing is left to spend; 402 is "payment required" in HTTP."""


@dataclass(frozen=True)
class UseCase:
    """What people come for: words of their first wish, and tools that are used for it."""

    name: str
    words: re.Pattern[str]
    tools: frozenset[str] = frozenset()
    # Whether the tools are enough where no words are.
    by_tools_alone: bool = False


def words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


IMAGE_TOOLS = frozenset({"image_gen", "image_generation", "generate_image"})
VIDEO_TOOLS = frozenset({"video_gen", "video_generation", "generate_video"})
DATA_TOOLS = frozenset({"sql", "sql_query", "run_sql", "query_database", "analytics"})
CODE_TOOLS = frozenset({"code_interpreter", "run_code", "code_exec"})
USE_CASES = (
    UseCase(
        "marketing_content",
        words(
            *("marketing", "campaigns?", "adverti\\w+", "ads?", "ad copy", "landing pages?"),
            *("slogans?", "taglines?", "newsletters?", "brand\\w*", "product launch", "promo\\w*"),
        ),
    ),
    UseCase(
        "social_media_clip",
        words(
            *("instagram", "tiktok", "reels?", "youtube shorts?", "social media", "linkedin"),
            *("facebook", "twitter", "social posts?"),
        ),
    ),
    UseCase(
        "personal_video",
        words(
            *("birthday", "wedding", "anniversary", "my (?:family|kids?|son|daughter|dog|cat|mom)"),
            *("holidays?", "vacation", "graduation"),
        ),
    ),
    UseCase(
        "data_question",
        words(
            *(
                "revenue",
                "profits?",
                "sales",
                "margins?",
                "top \\d+",
                "how many",
                "average",
                "trend",
            ),
            *("per (?:day|week|month|quarter|year)", "by (?:region|country|product|customer)"),
            *("quarterly", "monthly", "last \\d+ (?:days|weeks|months|quarters|years)"),
        ),
        DATA_TOOLS,
        by_tools_alone=True,
    ),
    UseCase(
        "coding_help",
        words("python", "javascript", "typescript", "function", "bug", "stack ?trace", "regex"),
        CODE_TOOLS,
        by_tools_alone=True,
    ),
    UseCase("video_creation", words("videos?", "clips?"), VIDEO_TOOLS, by_tools_alone=True),
    UseCase(
        "image_creation",
        words("images?", "pictures?", "photos?", "logos?", "illustrations?"),
        IMAGE_TOOLS,
        by_tools_alone=True,
    ),
)
"""What each is told by, the more special first: of two that fit equally the first is taken.

The first three are those of the documented dashboard; the others tell apart what remains. What
fits none has no use case, for a wrong one is worse in a figure than none.
"""


class First(msgspec.Struct, frozen=True):
    """An event by which others are compared: its id, and whether it failed."""

    id: UUID
    failed: bool = False


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the rules need to know of the events so far."""

    # Messages of the person, and those of them that praise and complain.
    said: int = 0
    praise: int = 0
    complaints: int = 0
    # Calls of tools that worked; events that failed, all of them and by their tool.
    worked: int = 0
    failures: int = 0
    failures_of: dict[str, int] = msgspec.field(default_factory=dict)
    worked_of: dict[str, int] = msgspec.field(default_factory=dict)
    # The newest failure for want of credits, and the newest call that consumed some.
    out_of_credits: UUID | None = None
    paid: UUID | None = None
    # The person's first message with words in it, and the newest event of all.
    first_intent: UUID | None = None
    newest: First | None = None

    def is_first_intent(self, event: "StoredEvent") -> bool:
        """Whether nobody asked for anything before this."""
        asked = event.is_of_the_person and event.text is not None
        return asked and (self.first_intent is None or event.id < self.first_intent)

    def with_event(self, event: "StoredEvent") -> "Tally":
        text = (event.text or "")[:LOOKED_AT] if event.is_of_the_person else ""
        error = (event.error or "")[:LOOKED_AT]
        failed = event.success is False
        worked = event.event_type == "tool_call" and event.success is True
        unpaid, paid = failed and NO_CREDITS.search(error), worked and event.credits_consumed
        newer = self.newest is None or event.id > self.newest.id
        return Tally(
            said=self.said + event.is_of_the_person,
            praise=self.praise + bool(PRAISE.search(text)),
            complaints=self.complaints + bool(COMPLAINT.search(text)),
            worked=self.worked + worked,
            failures=self.failures + failed,
            failures_of=plus_one(self.failures_of, event.tool_name if failed else None),
            worked_of=plus_one(self.worked_of, event.tool_name if worked else None),
            out_of_credits=later(self.out_of_credits, event.id if unpaid else None),
            paid=later(self.paid, event.id if paid else None),
            first_intent=event.id if self.is_first_intent(event) else self.first_intent,
            newest=First(event.id, failed) if newer else self.newest,
        )


@dataclass(frozen=True)
class Insights:
    """What is found out; None where nothing is."""

    satisfaction: int | None = None
    use_case: str | None = None
    blocker: str | None = None

    def named(self) -> dict[str, Any]:
        """By the names of the columns."""
        return {
            "user_satisfaction_signal": self.satisfaction,
            "extracted_use_case": self.use_case,
            "blocker_reason": self.blocker,
        }


def insights_of(
    tally: Tally, status: str, first_intent: str | None, tools_used: Mapping[str, int]
) -> Insights:
    return Insights(
        satisfaction=satisfaction_of(tally, status),
        use_case=use_case_of(first_intent or "", tools_used),
        blocker=blocker_of(tally, status),
    )


def satisfaction_of(tally: Tally, status: str) -> int | None:
    """From 0 to 10; None of somebody who has done nothing yet."""
    if not (tally.said or tally.worked or tally.failures):
        return None
    points = NEUTRAL + ENDING_POINTS.get(status, 0)
    points += PRAISE_POINTS * min(tally.praise, MOST_PRAISE)
    points += COMPLAINT_POINTS * min(tally.complaints, MOST_COMPLAINTS)
    points += FAILURE_POINTS * min(tally.failures, MOST_FAILURES)
    points += WORKED_POINTS * bool(tally.worked)
    if status == "abandoned" and tally.newest and tally.newest.failed:
        points += LEFT_AFTER_FAILURE_POINTS
    return max(0, min(10, points))


def use_case_of(first_intent: str, tools_used: Mapping[str, int]) -> str | None:
    """The one that most different words tell, then tools; None where nothing fits."""
    best, best_points = None, 0
    for case in USE_CASES:
        said = len({match.lower() for match in case.words.findall(first_intent)})
        used = not case.tools.isdisjoint(tools_used)
        points = 2 * said + used if said or (used and case.by_tools_alone) else 0
        if points > best_points:
            best, best_points = case.name, points
    return best


def blocker_of(tally: Tally, status: str) -> str | None:
    """What stopped the person; None of who finished, or was stopped by nothing that shows."""
    if status == "completed":
        return None
    if status == "blocked_by_credits" or is_out_of_credits(tally):
        return "credits"
    failed = sorted(tally.failures_of.items(), key=lambda item: (-item[1], item[0]))
    for tool, times in failed:
        if times >= REPEATED_FAILURES and times > tally.worked_of.get(tool, 0):
            return f"repeated_failure:{tool}"
    left_failing = status == "abandoned" and tally.newest is not None and tally.newest.failed
    return "abandoned_after_error" if left_failing else None


def is_out_of_credits(tally: Tally) -> bool:
    """Whether nothing was paid for after the last failure for want of credits."""
    return later(tally.out_of_credits, tally.paid) != tally.paid


def later(one: UUID | None, other: UUID | None) -> UUID | None:
    """The later of two events; None where there is neither."""
    return max((event for event in (one, other) if event), default=None)


def plus_one(counts: dict[str, int], name: str | None) -> dict[str, int]:
    return counts if name is None else {**counts, name: counts.get(name, 0) + 1}
