"""Real parts for the tests: servers that are named, else containers, else the embedded stack."""

import gc
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import docker
import pytest
from docker.errors import DockerException
from hypothesis import HealthCheck, settings

# how fast examples are made says more of the machine than of them
settings.register_profile("stepstream", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("stepstream")

REQUIRED = os.environ.get("STEPSTREAM_REQUIRE_STACK") == "1"


class Stack(NamedTuple):
    kafka: str
    redis: str
    what: str


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the public data sets."""
    folder = os.environ.get("STEPSTREAM_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("STEPSTREAM_DATA names no folder with the public data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A real Kafka and a real Redis or Valkey."""
    kafka, redis = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("REDIS_URL")
    if kafka and redis:
        yield Stack(kafka, redis, "named by the environment")
    elif _engine_runs():
        yield from _containers()
    else:
        yield from _embedded(tmp_path_factory.mktemp("stack"))


@pytest.fixture(scope="session")
def kafka_servers(stack: Stack) -> str:
    return stack.kafka


@pytest.fixture(scope="session")
def redis_url(stack: Stack) -> str:
    return stack.redis


def _engine_runs() -> bool:
    with warnings.catch_warnings():
        # without an engine, docker's client leaves its socket to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        runs = _answers()
        gc.collect()
    return runs


def _answers() -> bool:
    try:
        docker.from_env().close()
    except DockerException:
        return False
    return True


def _containers() -> Iterator[Stack]:
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415  needs an engine
    from testcontainers.community.redis import RedisContainer  # noqa: PLC0415  needs an engine

    with KafkaContainer().with_kraft() as kafka, RedisContainer("redis:7-alpine") as redis:
        address = f"{redis.get_container_host_ip()}:{redis.get_exposed_port(6379)}"
        yield Stack(kafka.get_bootstrap_server(), f"redis://{address}/0", "containers")


def _embedded(folder: Path) -> Iterator[Stack]:
    from stream.embedded.errors import KafkaUnavailable  # noqa: PLC0415  only where needed
    from stream.embedded.stack import EmbeddedStack  # noqa: PLC0415  only where needed

    embedded = EmbeddedStack(folder)
    try:
        info = embedded.start()
    except KafkaUnavailable as error:
        if REQUIRED:
            raise
        pytest.skip(f"no Kafka can be had here: {error}")
    try:
        yield Stack(info.bootstrap_servers, info.redis_url, "embedded")
    finally:
        embedded.stop()
