"""Accesses on their way to the audit: sent together, a few times a second."""

import asyncio
import logging

from schemas.errors import Unavailable
from serving.access.audit import Access, access_message
from stream.kafka import Publisher
from stream.log import Message

_EVERY_SEC = 0.2
"""A message by itself costs the server as much as reading a queue; a server that is killed loses
what it has noted since."""
_log = logging.getLogger("stepstream")


class Trail:
    """Notes accesses and sees them off."""

    def __init__(self, publisher: Publisher, prefix: str) -> None:
        self._publisher = publisher
        self._prefix = prefix
        self._waiting = list[Message]()

    def note(self, access: Access) -> None:
        """Keep `access`; it is sent soon."""
        if not self._waiting:
            asyncio.get_running_loop().call_later(_EVERY_SEC, self.send)
        self._waiting.append(access_message(self._prefix, access))

    def send(self) -> "asyncio.Future[None]":
        """Send what waits now; done when Kafka has it, or it is lost and the log says so."""
        waiting, self._waiting = self._waiting, []
        try:
            sent = self._publisher.submit(waiting)
        except Unavailable as error:
            sent = asyncio.get_running_loop().create_future()
            sent.set_exception(error)
        sent.add_done_callback(_tell_failure)
        return sent


def _tell_failure(sent: "asyncio.Future[None]") -> None:
    if not sent.cancelled() and (error := sent.exception()) is not None:
        _log.error("accesses were not written to the audit: %s", error)
