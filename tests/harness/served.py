"""The whole stream with a server in front of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
from harness.servers import HttpServer, make_key
from harness.streams import WORKED_EXAMPLE, key_of, publish, reference_messages
from harness.workers import Workers, stack_settings

from serving.access.keys import Scope
from stream.settings import Settings
from stream.topic_creation import create_topics

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


@contextmanager
def whole_stream(kafka_servers: str, redis_url: str, folder: Path) -> Iterator[Served]:
    """Topics, reference data, keys, a worker and a server that share nothing with other ones."""
    settings = stack_settings(kafka_servers, redis_url, f"s{uuid4().hex[:8]}-", home=str(folder))
    create_topics(settings)
    publish(settings, reference_messages(WORKED_EXAMPLE, settings))
    all_scopes = make_key(settings, "all", Scope)
    other = make_key(settings, "other", Scope, tenant=OTHER_TENANT)
    with Workers(settings, folder) as workers, HttpServer(settings) as server:
        workers.start()
        yield Served(settings, server, workers, all_scopes, other)
