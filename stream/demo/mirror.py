"""The newest queue of each learner, as the topic `recommendations` brings it."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from stream.kafka import Reader
from stream.records import Record

_MOST = 20_000


class Mirror:
    """Keeps the queues that came last, of twenty thousand learners at most."""

    def __init__(self) -> None:
        self._queues: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, records: Iterable[Record]) -> None:
        """Take in messages of the topic."""
        with self._lock:
            for record in records:
                learner = (record.key or b"").decode()
                self._queues[learner] = record.value or b""
                self._queues.move_to_end(learner)
            while len(self._queues) > _MOST:
                self._queues.popitem(last=False)

    def queue(self, learner: str) -> bytes | None:
        """The newest queue of `learner`."""
        with self._lock:
            return self._queues.get(learner) or None


class Follower:
    """A thread that reads a topic into a mirror until it is closed."""

    def __init__(self, servers: str, topic: str, mirror: Mirror) -> None:
        self._reader = Reader(servers, [topic])
        self._mirror = mirror
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="mirror", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._stop.is_set():
            self._mirror.take(self._reader.poll())

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join()
        self._reader.close()
