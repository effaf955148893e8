"""Is a server ready? Asked in its own protocol over a bare socket.

An open port is not enough: Valkey listens while it still loads, and Kafka's broker while the
controller does not yet let it serve.
"""

import socket
import struct

from stream.embedded.ports import LOOPBACK

_TIMEOUT_SEC = 1.0

_METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 0, 1, -1, 0)
"""Kafka's Metadata request, version 0: size, key 3, version, correlation id, no client id, and
an empty list of topics. The answer begins with its size, the correlation id and the number of
brokers that serve (https://kafka.apache.org/protocol, Metadata API)."""


def kafka_answers(port: int) -> bool:
    """Whether a broker on `port` names at least one broker, itself, that serves clients."""
    answer = _ask(port, _METADATA_REQUEST, 12)
    return len(answer) == 12 and int(struct.unpack(">iii", answer)[2]) > 0  # noqa: PLR2004


def valkey_answers(port: int) -> bool:
    """Whether a server on `port` has loaded its data and answers PING."""
    return _ask(port, b"PING\r\n", 5) == b"+PONG"


def _ask(port: int, request: bytes, answer_bytes: int) -> bytes:
    """The first bytes of the answer; fewer where there is none."""
    try:
        with socket.create_connection((LOOPBACK, port), _TIMEOUT_SEC) as connection:
            connection.sendall(request)
            return connection.recv(answer_bytes, socket.MSG_WAITALL)
    except OSError:
        return b""
