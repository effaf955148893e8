"""A real Prometheus on a whole installation: every query has data, every alert fires and clears."""

from collections.abc import Callable, Iterator
from functools import partial
from math import isnan
from uuid import uuid4

import pytest
from harness.monitored import PACE, Installation
from harness.prometheus import MISSING, REQUIRED, tool
from harness.promotions import PASSED
from harness.streams import wait_until
from harness.workers import stack_settings

from schemas.version import Verdict
from serving.dashboards.alerts import ALERTS, Alert
from serving.dashboards.board import WINDOWS
from serving.dashboards.files import BOARDS

pytestmark = pytest.mark.stack

ASKED = [alert.asked(PACE) for alert in ALERTS]
SHOWN = [
    query.expr.replace("$__rate_interval", "30s").replace("$window", window)
    for board in BOARDS
    for panel in board.panels
    for query in panel.queries
    for window in (WINDOWS if "$window" in query.expr else WINDOWS[:1])
]
REMOVED = "stepstream_rules_at_reading_total"
ANSWERS = 500
WONTED, UNWONTED = 2500, 800
"""Answers of learners as they always were, then the wrong way round, at once after them: the model
has grown sure, and what comes between, of others, is too little to make its loss vary by itself."""
REFUSED = Verdict(passed=False, reasons=("worse on later events",))


@pytest.fixture(scope="module")
def installation(
    kafka_servers: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    if tool("prometheus") is None:
        assert not REQUIRED, MISSING
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("monitored")
    settings = stack_settings(
        kafka_servers,
        redis_url,
        f"m{uuid4().hex[:8]}-",
        partitions=1,
        merge_every=500,
        reject_cap=1.0,
        session_timeout_sec=60.0,
        home=str(folder),
    )
    with Installation(settings, folder) as running:
        running.oddities()
        running.answers(ANSWERS, right=True)
        wait_until(lambda: applied(running) > ANSWERS, "answers", 60.0, running.logs)
        yield running


def has_data(running: Installation, expr: str) -> bool:
    return any(not isnan(float(one["value"][1])) for one in running.prometheus.query(expr))


def test_every_query_returns_data(installation: Installation) -> None:
    running, missing = installation, [*SHOWN, *ASKED]
    running.withdraw_unnoticed(lambda: has_data(running, REMOVED))
    running.erase("steady-19")

    def complete() -> bool:
        missing[:] = [expr for expr in missing if not has_data(running, expr)]
        return not missing

    wait_until(complete, "data", 90.0, lambda: "\n".join([*missing, running.logs()]))


def applied(running: Installation) -> float:
    """Events that were applied."""
    found = running.prometheus.query("sum(stepstream_events_applied_total)")
    return float(found[0]["value"][1]) if found else 0.0


def fire(running: Installation, *names: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Returns when each has fired, if not all at once."""
    missing = {f"Stepstream{name}" for name in names}

    def fired() -> bool:
        meanwhile()
        missing.difference_update(running.prometheus.firing())
        return not missing

    def told() -> str:
        values = (f"{one.asked(PACE)}\n{values_of(running, one)}" for one in ALERTS)
        return "\n".join([*sorted(missing), *values, running.logs()])

    wait_until(fired, "alerts", 90.0, told)


def values_of(running: Installation, alert: Alert) -> str:
    found = running.prometheus.query(alert.asked(PACE))
    return "\n".join(f"    {one['metric']}: {one['value'][1]}" for one in found)


def is_quiet(running: Installation, patience_sec: float = 60.0) -> None:
    wait_until(
        lambda: not running.prometheus.firing(),
        "no alert fires",
        patience_sec,
        lambda: f"{running.prometheus.firing()}\n{running.logs()}",
    )


def test_each_alert_fires_when_something_is_wrong_and_clears_after(
    installation: Installation,
) -> None:
    running = installation
    is_quiet(running)

    assert not running.judge("v1", REFUSED)
    running.answers(WONTED, right=True)
    running.answers(UNWONTED, right=False)
    rubbish = partial(running.publish, ["not a statement"] * 20)
    fire(running, "VersionRefused", "RejectShare", "ModelDrift", meanwhile=rubbish)
    assert running.judge("v2", PASSED)
    is_quiet(running)

    running.workers.pause(0)
    running.gate.shut()
    fire(running, "WorkerDown", "StuckPartition", "Lag", "ServingErrors", "Fallbacks")
    running.gate.open()
    running.workers.resume(0)
    fire(running, "StaleQueues")
    is_quiet(running)
    assert {alert.name for alert in ALERTS} == {
        f"Stepstream{name}"
        for name in (
            "WorkerDown",
            "StuckPartition",
            "Lag",
            "StaleQueues",
            "RejectShare",
            "ModelDrift",
            "VersionRefused",
            "ServingErrors",
            "Fallbacks",
        )
    }
