import os
from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from prometheus_client import start_http_server

from stream import clock
from stream.metrics import Metrics

Run = Callable[..., Result]


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metrics]:
    """Metrics of a process, served where `health` looks for them."""
    made = Metrics()
    server, thread = start_http_server(0, "127.0.0.1", made.registry)
    monkeypatch.setenv("STEPSTREAM_METRICS_PORT", str(server.server_port))
    monkeypatch.setenv("STEPSTREAM_METRICS_HOST", "0.0.0.0")  # noqa: S104  as in a container
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_who_works_is_healthy(run: Run, metrics: Metrics) -> None:
    metrics.heartbeat.set(clock.now() - 3.0)
    result = run("health")
    assert result.exit_code == 0, result.stderr
    assert "healthy: its work came round 3." in result.stdout


def test_who_answers_and_stands_still_is_not(run: Run, metrics: Metrics) -> None:
    metrics.heartbeat.set(clock.now() - 130.0)
    result = run("health")
    assert result.exit_code == 75
    assert "130 s ago" in result.stderr
    assert run("health", "--longest", "200").exit_code == 0


def test_who_has_not_begun_is_not(run: Run, metrics: Metrics) -> None:
    del metrics
    result = run("health")
    assert result.exit_code == 75
    assert "has not begun" in result.stderr


def test_who_is_gone_is_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPSTREAM_METRICS_PORT", "1")
    result = run("health")
    assert result.exit_code == 75
    assert "does not answer" in result.stderr


def test_another_url_is_healthy_if_it_answers(run: Run, metrics: Metrics) -> None:
    del metrics
    base = f"http://127.0.0.1:{os.environ['STEPSTREAM_METRICS_PORT']}"
    assert run("health", "--url", f"{base}/metrics").exit_code == 0
    assert run("health", "--url", "http://127.0.0.1:1/").exit_code == 75


@pytest.mark.parametrize("url", ["file:///etc/passwd", "127.0.0.1:8080"])
def test_only_http_is_asked(run: Run, url: str) -> None:
    result = run("health", "--url", url)
    assert result.exit_code == 78
    assert "http://" in result.stderr


def test_nothing_says_where_to_ask(run: Run) -> None:
    result = run("health")
    assert result.exit_code == 78
    assert "STEPSTREAM_METRICS_PORT" in result.stderr
