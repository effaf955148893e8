"""From a stream to a version that was proved, promoted and adopted, on real servers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from harness import commands
from harness.promotions import written
from harness.statements import answers
from harness.streams import ask, publish_statements, wait_until
from harness.workers import Workers, stack_settings

from offline.fit.calibration import Line, calibrated
from offline.places import Place
from offline.versions import Versions
from online_models.tables import Base
from schemas.checkpoint import Merge
from stream.kafka import Admin
from stream.settings import Settings
from stream.store.contract import Store, member_of
from stream.topics import ALL
from stream.versions import live_base

pytestmark = pytest.mark.stack

EVENTS = 4_000
BEGUN = 1_200
SMALL_GATE = """
window: {events: 100, learners: 10}
better:
  - {model: success, measure: log_loss}
leaks: {underconfidence: 1.0, improvement: 1.0}
"""
"""What is live is so bad here that whoever is good looks as if he had seen the answers."""


@pytest.fixture
def settings(kafka_servers: str, redis_url: str, tmp_path: Path) -> Settings:
    prefix = f"recalibration-{uuid4().hex[:8]}."
    found = stack_settings(
        kafka_servers, redis_url, prefix, partitions=4, merge_every=300, home=str(tmp_path)
    )
    Admin(kafka_servers).ensure(ALL, prefix, found.partitions)
    return found


@pytest.fixture
def workers(settings: Settings, tmp_path: Path) -> Iterator[Workers]:
    logs = tmp_path / "logs"
    logs.mkdir()
    with Workers(settings, logs) as made:
        made.start()
        yield made


def stepstream(settings: Settings, *arguments: str) -> tuple[int, str, str]:
    """Run a command; its exit code and what it said."""
    done = commands.stepstream(settings, *arguments)
    return done.returncode, done.stdout, done.stderr


def publish(settings: Settings, count: int) -> None:
    publish_statements(settings, [statement for _, statement in answers(count, 80, 7)])


def applied(settings: Settings) -> int:
    """Events of all partitions; each statement is one."""

    async def look(store: Store) -> int:
        return sum([await store.applied(p) + 1 for p in range(settings.partitions)])

    return ask(settings, look)


def json_of(said: str) -> Any:
    return json.loads(said.splitlines()[-1])


def test_without_events_it_says_what_is_missing(settings: Settings) -> None:
    code, _, said = stepstream(settings, "recalibrate")
    assert code == 1
    assert "no partition has shared what it has learned" in said


def test_from_the_stream_to_what_is_live(
    settings: Settings, workers: Workers, tmp_path: Path
) -> None:
    told = [statement for _, statement in answers(EVENTS, 80, 7)]
    publish_statements(settings, told[:BEGUN])
    wait_until(lambda: applied(settings) == BEGUN, "applied", context=workers.logs)
    promote_a_bad_one(settings)
    publish_statements(settings, told[BEGUN:])
    wait_until(lambda: applied(settings) == EVENTS, "applied", context=workers.logs)

    code, _, said = stepstream(settings, "recalibrate", "--wait", "1s", "--json")
    assert code == 1
    assert "the archive lacks" in said
    assert stepstream(settings, "archive", "run", "--once")[0] == 0

    code, printed, said = stepstream(settings, "recalibrate", "--promote", "--json")
    assert code == 1, said
    first = json_of(printed)
    assert first["parent"] == BAD
    assert not first["verdict"]["passed"]  # too little has been held out
    assert any("more are needed" in reason for reason in first["verdict"]["reasons"])
    assert first["promoted_as"] is None

    gate, page = tmp_path / "gate.yaml", tmp_path / "report.html"
    gate.write_text(SMALL_GATE)
    code, printed, said = stepstream(
        settings, "recalibrate", "--gate", str(gate), "--promote", "--report", str(page), "--json"
    )
    assert code == 0, said + printed
    made = json_of(printed)
    assert made["verdict"]["passed"]
    assert made["events"] == sum(offset + 1 for offset in made["trained_up_to"].values())
    assert page.read_bytes().startswith(b"<!")
    loaded = Versions(Place(settings.versions_place)).load(made["id"])
    assert loaded.version.origin == made["origin"]
    assert {"success", "relevance", "items"} <= loaded.numbers.keys()
    assert not list((tmp_path / "recalibration").glob("*"))
    wait_until(lambda: adopted(settings) >= made["promoted_as"], "adopted", context=workers.logs)


def live(settings: Settings) -> tuple[Base, Merge, dict[int, int]]:
    """What is live, and what it knows of."""
    return ask(settings, lambda s: live_base(s.pool, settings.prefix, settings.partitions))


BAD = "v20200101-000000-bad"


def promote_a_bad_one(settings: Settings) -> None:
    """What is live becomes far too sure of itself, and thinks nobody succeeds."""
    wait_until(lambda: live(settings)[2][0] >= 0, "merged")
    known = live(settings)
    numbers = {name: of.tables for name, of in known[0].models.items()}
    numbers["success"] = calibrated("success", numbers["success"], Line(4.0, -3.0))
    written(Versions(Place(settings.versions_place)), BAD, numbers, known)
    code, _, said = stepstream(settings, "models", "promote", BAD)
    assert code == 0, said


def adopted(settings: Settings) -> int:
    """The oldest base that a partition stands on."""

    async def look(store: Store) -> int:
        names = [member_of(settings.prefix, p) for p in range(settings.partitions)]
        return min([(await store.pool.snapshot(name, ())).base for name in names])

    return ask(settings, look)


def test_what_it_is_fitted_on_is_what_is_live(settings: Settings, workers: Workers) -> None:
    publish(settings, EVENTS)
    wait_until(lambda: applied(settings) == EVENTS, "every event is applied", context=workers.logs)
    workers.stop()
    assert stepstream(settings, "archive", "run", "--once")[0] == 0
    code, printed, said = stepstream(settings, "recalibrate", "--holdout", "0", "--json")
    assert code == 0, said
    made = json_of(printed)
    assert made["why_unproved"]

    _, merge, up_to = live(settings)
    assert made["origin"] == merge.version
    assert made["trained_up_to"] == {str(p): offset for p, offset in up_to.items()}
