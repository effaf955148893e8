from collections.abc import Callable
from typing import Any

import pytest

from schemas.errors import EXIT_RESTART, Unavailable
from stream.log import Message
from stream.publish import LARGEST_BYTES, StatementMessages, paced, send_all
from stream.statement_files import Placed


class Fault:
    def str(self) -> str:
        return "Broker: Not leader"


class FakeSender:
    """Acknowledges at a flush, a few at a time."""

    def __init__(self, refuses: int = -1, silent: int = 0, a_flush: int = 1000) -> None:
        self.sent: list[Message] = []
        self._waiting: list[Callable[[Any, Any], None]] = []
        self._refuses = refuses
        self._silent = silent
        self._a_flush = a_flush

    def send_blocking(self, message: Message, delivered: Callable[[Any, Any], None]) -> None:
        self.sent.append(message)
        self._waiting.append(delivered)

    def flush(self) -> int:
        for _ in range(min(self._a_flush, len(self._waiting) - self._silent)):
            number = len(self.sent) - len(self._waiting)
            self._waiting.pop(0)(Fault() if number == self._refuses else None, None)
        return len(self._waiting)


MESSAGES = [Message("t", str(number).encode()) for number in range(10)]


def test_all_are_sent_in_order_and_counted() -> None:
    sender = FakeSender()
    assert send_all(MESSAGES, sender) == 10
    assert sender.sent == MESSAGES


def test_a_slow_kafka_is_waited_for_as_long_as_it_gets_on() -> None:
    assert send_all(MESSAGES, FakeSender(a_flush=3)) == 10


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        (FakeSender(refuses=4), "9 of 10 messages .Broker: Not leader."),
        (FakeSender(silent=2), "8 of 10 messages .it does not answer."),
    ],
)
def test_what_kafka_did_not_take_is_an_error(sender: FakeSender, told: str) -> None:
    with pytest.raises(Unavailable, match=told) as raised:
        send_all(MESSAGES, sender)
    assert raised.value.exit_code == EXIT_RESTART


def test_what_no_topic_takes_is_left_out_and_told() -> None:
    placed = [Placed(1, b"{}"), Placed(2, b"x" * (LARGEST_BYTES + 1)), Placed(3, b"x")]
    messages = StatementMessages(placed, "p.xapi.statements")
    assert list(messages) == [
        Message("p.xapi.statements", b"{}"),
        Message("p.xapi.statements", b"x"),
    ]
    assert messages.too_large == [2]


class FakeClock:
    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_the_pace_is_kept_after_a_pause() -> None:
    clock, times = FakeClock(), []
    for number, _ in enumerate(paced(MESSAGES, 10.0, clock.now, clock.sleep)):
        times.append(round(clock.at - 100.0, 6))
        if number == 2:
            clock.at += 0.35  # the receiver was busy
    assert times == [0.0, 0.1, 0.2, 0.55, 0.55, 0.55, 0.6, 0.7, 0.8, 0.9]


def test_without_a_pace_nobody_sleeps() -> None:
    clock = FakeClock()
    assert list(paced(MESSAGES, 0.0, clock.now, clock.sleep)) == MESSAGES
    assert clock.at == 100.0
