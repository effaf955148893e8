"""Topics that a process follows: read whole at the start where wanted, then as messages come."""

import threading
from collections.abc import Callable

from schemas.errors import Unavailable
from stream.kafka import Reader
from stream.records import Record


class TopicFeed:
    """Hands on what a reader reads; a thread follows it.

    Args:
        reader: The feed's own; `close` closes it.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: Exception | None = None

    def load(self, receive: Callable[[Record], None]) -> int:
        """Hand on everything that is there now; returns how many messages."""
        count = 0
        for record in self._reader.to_end():
            receive(record)
            count += 1
        return count

    def follow(self, receive: Callable[[Record], None]) -> None:
        """From now on, hand on what comes, from a thread."""
        self._thread = threading.Thread(
            target=self._follow, args=(receive,), name="feed", daemon=True
        )
        self._thread.start()

    def _follow(self, receive: Callable[[Record], None]) -> None:
        try:
            while not self._stop.is_set():
                for record in self._reader.poll():
                    receive(record)
        except Exception as error:  # noqa: BLE001  whatever it is, `check` tells
            self._failure = error

    def check(self) -> None:
        """The topics are still followed.

        Raises:
            Unavailable: where they are not: what the process knows would grow old.
        """
        if self._failure is not None:
            raise Unavailable(
                f"a topic cannot be followed any more ({self._failure}): start again"
            ) from self._failure

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._reader.close()
