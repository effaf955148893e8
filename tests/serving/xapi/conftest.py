"""A stream of its own: what is sent to the receiver would show in everybody else's catalogue."""

from collections.abc import Iterator

import pytest
from harness.served import Served, whole_stream


@pytest.fixture(scope="session")
def served(
    kafka_servers: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with whole_stream(kafka_servers, redis_url, tmp_path_factory.mktemp("receiver")) as found:
        yield found
