"""When a call is sent again, and after how long.

Own lines instead of stamina's: its waits are drawn around a floor instead of from zero, know
neither Retry-After nor a deadline that they must not pass, and its clock is the process's.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

import anyio

from attune_client.errors import AttuneError

# A float of more digits overflows, and the longest wait is reached long before.
MOST_DOUBLINGS = 60


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often and after how long. Times are in seconds.

    The n-th wait is drawn evenly between 0 and `first_wait` · 2ⁿ, at most `longest_wait`: full
    jitter, which spreads callers best ("Exponential Backoff and Jitter", AWS, 2015). What
    Retry-After asks for is added. No wait is begun that would not end before the deadline.
    """

    most: int = 5
    first_wait: float = 0.1
    longest_wait: float = 5.0
    draw: Callable[[], float] = random.random
    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep

    def wait(self, error: AttuneError, done: int, *, repeatable: bool) -> float | None:
        """How long to wait after an error and so many retries; None where there is to be no more.

        What is not `repeatable` is only sent again where certainly nothing was done.
        """
        if done >= self.most or not error.temporary or not (repeatable or error.undone):
            return None
        longest = min(self.longest_wait, self.first_wait * 2.0 ** min(done, MOST_DOUBLINGS))
        return (error.retry_after or 0.0) + self.draw() * longest


NEVER = Retries(most=0)
