"""Queues on their way to the topic: written with the checkpoint, out when Kafka has them."""

from asyncio import Future
from collections.abc import Mapping

from stream.log import Log, Message
from stream.metrics import Metrics

Tokens = dict[str, str]
"""Learner key -> name of an edition of the queue."""


class Outbox:
    """Publishes queues; the editions that Kafka has acknowledged leave with the next checkpoint."""

    def __init__(self, log: Log, topic: str, metrics: Metrics) -> None:
        self._log = log
        self._topic = topic
        self._metrics = metrics
        self._failure: BaseException | None = None

    def publish(
        self, queues: Mapping[str, bytes], tokens: Mapping[str, str], acknowledged: Tokens
    ) -> None:
        """Send `queues`; put `tokens` into `acknowledged` once Kafka has them."""
        if not queues:
            return

        def settle(sent: Future[None]) -> None:
            self._metrics.outbox.dec(len(queues))
            if sent.cancelled():
                return
            if error := sent.exception():
                self._failure = error
            else:
                acknowledged.update(tokens)

        self._metrics.outbox.inc(len(queues))
        messages = [Message(self._topic, queue, key.encode()) for key, queue in queues.items()]
        self._log.submit(messages).add_done_callback(settle)

    def raise_failure(self) -> None:
        """Raises what made Kafka refuse a queue, if anything has."""
        if self._failure is not None:
            raise self._failure
