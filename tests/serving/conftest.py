"""The whole stream and a server in front of it, shared by the tests of the server."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from harness.served import OTHER_TENANT, Served
from harness.servers import HttpServer, make_key
from harness.streams import WORKED_EXAMPLE, publish, reference_messages
from harness.workers import Workers, stack_settings

from serving.access.keys import Scope
from stream.topic_creation import create_topics


@pytest.fixture(scope="session")
def served(
    kafka_servers: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    settings = stack_settings(kafka_servers, redis_url, f"s{uuid4().hex[:8]}-", home=str(folder))
    create_topics(settings)
    publish(settings, reference_messages(WORKED_EXAMPLE, settings))
    all_scopes = make_key(settings, "all", Scope)
    other = make_key(settings, "other", Scope, tenant=OTHER_TENANT)
    with Workers(settings, folder) as workers, HttpServer(settings) as server:
        workers.start()
        yield Served(settings, server, workers, all_scopes, other)
