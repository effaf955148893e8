"""The whole stream and a server in front of it, shared by the tests of the server."""

from collections.abc import Iterator

import pytest
from harness.served import Served, whole_stream


@pytest.fixture(scope="session")
def served(
    kafka_servers: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with whole_stream(kafka_servers, redis_url, tmp_path_factory.mktemp("served")) as found:
        yield found
