"""Accesses on their way to the audit."""

import asyncio
import logging
from typing import Any

import pytest

from schemas.errors import Unavailable
from serving.access.audit import Access
from serving.access.trail import Trail
from stream.kafka import Publisher
from stream.log import Message

ACCESS = Access(at=1.0, tenant="acme", key="lms", name="", action="queue", learner="k")


class Full:
    """A producer whose buffer has no room."""

    def produce(self, *_: Any, **__: Any) -> None:
        raise BufferError

    def poll(self, _: float) -> None:
        pass

    def flush(self, _: float) -> int:
        return 0


def test_a_server_does_not_wait_for_room_in_the_buffer() -> None:
    async def send() -> None:
        with Publisher("127.0.0.1:1", patient=False) as publisher:
            publisher._producer = Full()
            with pytest.raises(Unavailable, match="buffer is full"):
                publisher.submit([Message("t", b"x")])

    asyncio.run(send())


def test_accesses_that_cannot_be_kept_are_told_and_nothing_else_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def note() -> None:
        with Publisher("127.0.0.1:1", patient=False) as publisher:
            publisher._producer = Full()
            trail = Trail(publisher, "")
            trail.note(ACCESS)
            sent = trail.send()
            await asyncio.wait([sent])
            assert isinstance(sent.exception(), Unavailable)

    with caplog.at_level(logging.ERROR, "stepstream"):
        asyncio.run(note())
    assert "not written to the audit" in caplog.text
