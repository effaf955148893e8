"""A server is ready when it answers in its own protocol, not when its port is open."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from stream.embedded.ports import LOOPBACK
from stream.embedded.probes import kafka_answers, valkey_answers


@contextmanager
def _server(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that reads one request and gives one answer: its port, what it was asked."""
    asked: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            asked.append(connection.recv(1024))
            connection.sendall(answer)

    with socket.create_server((LOOPBACK, 0)) as listener:
        serving = Thread(target=serve)
        serving.start()
        yield listener.getsockname()[1], asked
        serving.join()


def _metadata(brokers: int) -> bytes:
    return struct.pack(">iii", 100, 1, brokers) + b"\0" * 92


@pytest.mark.parametrize(
    ("answer", "ready"),
    [(_metadata(1), True), (_metadata(0), False), (_metadata(1)[:11], False), (b"", False)],
)
def test_kafka_is_ready_when_a_broker_serves(answer: bytes, ready: bool) -> None:
    with _server(answer) as (port, asked):
        assert kafka_answers(port) is ready
    (request,) = asked
    size, key, version = struct.unpack_from(">ihh", request)
    assert (size, key, version) == (len(request) - 4, 3, 0)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [(b"+PONG\r\n", True), (b"-LOADING Valkey is loading\r\n", False), (b"", False)],
)
def test_valkey_is_ready_when_it_has_loaded(answer: bytes, ready: bool) -> None:
    with _server(answer) as (port, asked):
        assert valkey_answers(port) is ready
    assert asked == [b"PING\r\n"]


@pytest.mark.parametrize("probe", [kafka_answers, valkey_answers])
def test_a_closed_port_is_not_ready(probe: Callable[[int], bool]) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    assert probe(port) is False
