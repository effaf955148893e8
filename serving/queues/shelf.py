"""Queues that were read of late, as long as the topic has told of no newer one.

A worker's checkpoint occupies Redis for tens of milliseconds at a time. A reader who would wait
longer than `PATIENCE_SEC` gets the queue from here. It is kept up to date by the same messages that
streams are: a tenth of a second behind Redis at most, and only while Redis is busy.
"""

from collections import OrderedDict

PATIENCE_SEC = 0.001
"""A read usually takes a tenth of that."""
_MOST = 4_000


class Shelf:
    """The newest queues by learner; who was read longest ago leaves first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._queues: OrderedDict[str, bytes] = OrderedDict()
        self._asked: set[str] = set()

    def get(self, learner: str) -> bytes | None:
        """The newest known queue of `learner`."""
        return self._queues.get(learner)

    def ask(self, learner: str) -> None:
        """The queue of `learner` is about to be read."""
        self._asked.add(learner)

    def read(self, learner: str, queue: bytes | None) -> None:
        """It was read; put aside unless a newer one was heard of meanwhile."""
        if learner not in self._asked:
            return
        self._asked.discard(learner)
        if queue is None:
            self._queues.pop(learner, None)
            return
        self._queues[learner] = queue
        self._queues.move_to_end(learner)
        if len(self._queues) > self._most:
            self._queues.popitem(last=False)

    def hear(self, learner: str, queue: bytes | None) -> None:
        """The topic tells of a queue; None: the learner was forgotten."""
        self._asked.discard(learner)
        if queue is None:
            self._queues.pop(learner, None)
        elif learner in self._queues:
            self._queues[learner] = queue

    def clear(self) -> None:
        """Know nothing any more."""
        self._queues.clear()
        self._asked.clear()
