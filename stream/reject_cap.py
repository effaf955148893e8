"""The cap on rejects: a sender gone wrong must not drain the topic into the dead letters."""

from collections import Counter, deque
from collections.abc import Sequence

from schemas.errors import TooManyRejects


class RejectCap:
    """Share of rejects among the newest `window` statements, stopped at `cap`.

    A share is only judged once a full window has been seen: one bad first message is no share.
    """

    def __init__(self, window: int, cap: float) -> None:
        self._cap = cap
        self._recent: deque[str] = deque(maxlen=window)
        self._reasons: Counter[str] = Counter()

    def count(self, accepted: int, rejected: Sequence[str]) -> None:
        """Count statements: how many were accepted, and the reason code of each reject.

        Raises:
            TooManyRejects: where the share is above the cap; says which reasons and what to do.
        """
        for code in [*[""] * accepted, *rejected]:
            self._push(code)
        full = len(self._recent) == self._recent.maxlen
        bad = len(self._recent) - self._reasons[""]
        if full and bad > self._cap * len(self._recent):
            raise TooManyRejects(self._message(bad))

    def _push(self, code: str) -> None:
        if len(self._recent) == self._recent.maxlen:
            self._reasons[self._recent[0]] -= 1
        self._recent.append(code)
        self._reasons[code] += 1

    def _message(self, bad: int) -> str:
        reasons = ", ".join(
            f"{code} {count}" for code, count in self._reasons.most_common() if code and count
        )
        return (
            f"{bad} of the newest {len(self._recent)} statements cannot be used ({reasons}): mend "
            "the sender, or raise STEPSTREAM_REJECT_CAP, then start the worker again; nothing is "
            "lost, it reads on from the first statement that was not handled"
        )
