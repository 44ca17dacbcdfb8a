"""What a question may take of a model, and what came of it. No I/O, no protobuf."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.analytics.chat.domain import Planned
from services.analytics.queries.running import Answer
from services.common.errors import DomainError
from services.common.llm.failures import DegradedReason
from services.common.llm.messages import Spent

# So often an error of SQL goes back to the model; the next one ends the question.
RETRIES = 2
# What a model may write in one turn: a statement and a few sentences.
TURN_TOKENS = 1_500
# With less than this nothing of use can be written any more.
FEWEST_TOKENS = 300


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one question may take of a model; `name` is the model's, "" where none is wanted.

    `context_tokens` bound what is told with the question, `tokens` all calls together. `questions`
    is how many of a person a model is asked in an hour; 0 is any. `tells_person` says whether it
    hears what is known of who asks, `masks` whether it sees personal data of rows as "[email 1]".
    """

    name: str
    context_tokens: int = 6_000
    tokens: int = 60_000
    tool_calls: int = 8
    seconds: float = 45.0
    questions: int = 60
    tells_person: bool = True
    masks: bool = True


@dataclass(frozen=True)
class Ran:
    """A statement of a model's, and what it brought."""

    planned: Planned
    answer: Answer


class Stuck(Exception):
    """A statement that cannot be mended: what is wrong with it, for the one who asked."""

    def __init__(self, planned: Planned, error: DomainError) -> None:
        super().__init__(str(error))
        self.planned = planned
        self.error = error


@dataclass
class Tally:
    """What a question took, all calls together; the cost in nano-USD, None once it is not known."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: int | None = 0
    sql_errors: int = 0
    dropped: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def add(self, spent: Spent | None, cost: int | None, estimated: int) -> None:
        """A turn; where the server does not tell what it counted, as it was estimated."""
        told = spent or Spent(estimated, TURN_TOKENS)
        self.prompt_tokens += told.prompt
        self.completion_tokens += told.completion
        self.cost = None if cost is None or self.cost is None else self.cost + cost


@dataclass
class Came:
    """What came of asking a model.

    Nothing ran: it only talked, and `asks` is what it asks back, where it does. `degraded` says why
    it did not help, or not to the end.
    """

    model: str = ""
    tally: Tally = field(default_factory=Tally)
    ran: list[Ran] = field(default_factory=list)
    text: str = ""
    asks: str = ""
    stuck: Stuck | None = None
    context: Sequence[str] = ()
    degraded: DegradedReason | None = None

    @property
    def last(self) -> tuple[Planned, Answer | None]:
        """The statement that the answer rests on; or else the one that could not be mended."""
        if self.ran:
            return self.ran[-1].planned, self.ran[-1].answer
        assert self.stuck, "something ran, or failed to"
        return self.stuck.planned, None
