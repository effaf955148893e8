"""The whole stream with a server in front of it."""

from typing import NamedTuple

import httpx
from harness.servers import HttpServer
from harness.streams import key_of
from harness.workers import Workers

from stream.settings import Settings

OTHER_TENANT = "globex"


class Served(NamedTuple):
    """A stream with the worked example's reference data, one worker and one server."""

    settings: Settings
    server: HttpServer
    workers: Workers
    all: str
    """Token of a key with every scope."""
    other: str
    """The same, of another tenant."""

    @property
    def other_learner(self) -> str:
        """The key of a learner of the other tenant."""
        return key_of("1001", self.settings.with_(tenant=OTHER_TENANT))

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """A client with the key of every scope, or `token`."""
        return self.server.client(self.all if token is None else token, **headers)
