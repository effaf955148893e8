"""The commands one after the other, on a real Kafka and a real Redis."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any
from uuid import uuid4

import pytest
from click.testing import Result

from schemas.codec import decode_json

Run = Callable[..., Result]
ROOT = Path(__file__).parents[3]
WORKED = ROOT / "examples" / "worked_example"
PARTITIONS = 4
KEY = "5e" * 32
pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("stream")]


@pytest.fixture
def stream(
    run: Run, kafka_servers: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Topics and keys that no other test has; the commands find them."""
    del run  # its environment comes first
    prefix = f"cli-{uuid4().hex[:8]}."
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka_servers,
        "REDIS_URL": redis_url,
        "STEPSTREAM_PREFIX": prefix,
        "STEPSTREAM_GROUP": f"{prefix}workers",
        "STEPSTREAM_PARTITIONS": str(PARTITIONS),
        "STEPSTREAM_PSEUDONYM_KEY": KEY,
        "STEPSTREAM_METRICS_PORT": "-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture
def worker(stream: dict[str, str]) -> Iterator[None]:
    """One supervised worker in the environment of `stream`."""
    del stream
    process = subprocess.Popen(
        [sys.executable, "-m", "stream.cli", "worker", "--restart"], cwd=ROOT
    )
    yield
    process.terminate()
    assert process.wait(30) == 0


def json_of(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return decode_json(result.stdout.splitlines()[-1])


def wait_until(holds: Callable[[], bool], seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.2)


def test_topics_are_created_once(run: Run, stream: dict[str, str]) -> None:
    first, again = json_of(run("topics", "--json")), json_of(run("topics", "--json"))
    assert all(row["created"] for row in first)
    assert not any(row["created"] for row in again)
    assert {row["partitions"] for row in first} == {1, PARTITIONS}
    assert stream["STEPSTREAM_PREFIX"] + "xapi.statements" in run("topics").stdout


def test_loading_sends_differences_only(run: Run, tmp_path: Path) -> None:
    planned = json_of(run("load", WORKED, "--dry-run", "--json"))
    assert planned["published"] is False
    assert planned["catalog.activities"]["new"] == 7
    assert json_of(run("load", WORKED, "--json"))["catalog.activities"]["new"] == 7
    again = json_of(run("load", WORKED, "--json"))
    assert again["catalog.activities"] == {"new": 0, "changed": 0, "same": 7, "withdrawn": 0}
    (tmp_path / "catalogue.yaml").write_text("activities:\n  - id: urn:x\n    skills: [SQL]\n")
    pruned = json_of(run("load", tmp_path, "--prune", "--json"))
    assert pruned["catalog.activities"] == {"new": 1, "changed": 0, "same": 0, "withdrawn": 7}
    assert pruned["learner.profiles"]["withdrawn"] == 0
    assert (
        json_of(run("load", tmp_path, "--prune", "--json"))["catalog.activities"]["withdrawn"] == 0
    )


def test_files_with_problems_publish_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text("activities:\n  - id: urn:x\n    minutes: soon\n  - titel: none\n")
    result = run("load", file)
    assert result.exit_code == 78
    assert f"{file}:3: minutes" in result.stderr
    assert "nothing is published" in result.stderr.splitlines()[-1]
    told = run("load", file, "--json")
    assert told.exit_code == 78
    assert {one["line"] for one in decode_json(told.stdout)["problems"]} >= {3, 4}
    assert {row["written"] for row in json_of(run("topics", "--json"))} == {0}


def test_a_worker_on_a_leash_ends_with_its_standard_input(run: Run) -> None:
    run("topics")
    command = [sys.executable, "-m", "stream.cli", "worker", "--leash"]
    with subprocess.Popen(  # noqa: S603  our own command
        command, cwd=ROOT, stdin=PIPE, stderr=PIPE
    ) as worker:
        assert worker.stderr is not None
        told = []
        for line in worker.stderr:
            told.append(line)
            if b"reference data" in line:
                break
        worker.communicate(timeout=60)
    assert worker.returncode == 0, told


@pytest.mark.usefixtures("worker")
def test_from_statements_to_a_queue(run: Run) -> None:
    json_of(run("load", WORKED, "--json"))
    published = json_of(run("publish", WORKED / "statements.jsonl", "--json"))
    assert (published["published"], published["too_large"]) == (4, [])
    wait_until(lambda: run("queue", "1001", "--json").exit_code == 0 and events_of(run) == 3)
    queue = json_of(run("queue", "1001", "--json"))
    activities = [item["activity"].rsplit("/", 1)[1] for item in queue["items"]]
    assert activities[:3] == ["C04", "C06", "C07"]
    assert json_of(run("queue", queue["learner"], "--json")) == queue
    shown = run("queue", "https://lms.example.org|1001").stdout
    assert "Intermediate SQL lab" in shown
    assert queue["items"][0]["reasons"][0]["code"] in shown
    learner = run("learner", "1001").stdout
    assert "Junior data analyst" in learner
    assert "DataViz" in learner
    models = {one["name"]: one for one in json_of(run("models", "--json"))["models"]}
    assert models["success"]["measured"]["quality"]["total"]["events"] == 3
    assert models["success"]["own"] > 0
    assert "success" in run("models").stdout
    _features_are_those_that_serve(run)


def _features_are_those_that_serve(run: Run) -> None:
    serves = json_of(run("learner", "1001", "--json"))
    written = json_of(run("features", "--from", "topic", "--learner", "1001"))
    assert written["learner"] == serves["learner"]
    for name in ("events", "successes", "failures", "finished", "history", "activities"):
        assert written[name] == serves["features"][name]
    assert len(run("features", "--from", "topic").stdout.splitlines()) == 2
    before = run("features", "--from", "topic", "--at", "2000-01-01")
    assert before.exit_code == 1
    assert "nothing was known of anybody" in before.stderr
    wrong = run("features", "--at", "yesterday")
    assert wrong.exit_code == 78
    assert "'yesterday' is no moment" in wrong.stderr


def events_of(run: Run) -> int:
    result = run("learner", "1001", "--json")
    return int(decode_json(result.stdout)["features"].get("events", 0)) if result.stdout else 0


@pytest.mark.parametrize("command", ["queue", "learner"])
def test_an_unknown_learner_is_code_1(run: Run, command: str) -> None:
    run("topics")
    for typed in ("nobody@example.org", "ab" * 16):
        result = run(command, typed)
        assert result.exit_code == 1
        (line,) = result.stderr.splitlines()
        assert typed in line


def test_where_nothing_was_learned_models_is_code_1(run: Run) -> None:
    run("topics")
    result = run("models")
    assert result.exit_code == 1
    assert "no event has been learned from yet" in result.stderr


def test_without_redis_models_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:1/0")
    monkeypatch.setenv("STEPSTREAM_PATIENCE_SEC", "0")
    result = run("models")
    assert result.exit_code == 75
    assert "start it, or set REDIS_URL" in result.stderr
    assert "secret" not in result.stderr


def test_a_profile_alone_is_known(run: Run) -> None:
    json_of(run("load", WORKED, "--json"))
    found = json_of(run("learner", "1002", "--json"))
    assert found["profile"]["minutes_per_week"] == 180
    assert found["features"] == {}
    assert "none yet" in run("learner", "1002").stdout


def test_status_counts_what_was_written(run: Run) -> None:
    run("topics")
    run("publish", WORKED / "statements.jsonl")
    found = json_of(run("status", "--json"))
    assert found["running"] is True
    assert found["written"]["xapi.statements"] == 4
    assert "answers" in run("status").stdout


def test_status_without_redis_is_code_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:1/0")
    result = run("status", "--json")
    assert result.exit_code == 1
    found = decode_json(result.stdout)
    assert (found["kafka"]["answers"], found["redis"]["answers"]) == (True, False)
    assert "secret" not in result.stdout


def test_without_kafka_a_command_says_so_in_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    result = run("status", "--json")
    assert result.exit_code == 1
    assert "127.0.0.1:1" in decode_json(result.stdout)["why"]


def test_rejects_go_back_once_they_are_mended(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "statements.jsonl"
    good = (WORKED / "statements.jsonl").read_bytes().splitlines()[0]
    file.write_bytes(good.replace(b'"objectType":"Activity"', b'"objectType":"GroupActivity"'))
    monkeypatch.setenv("STEPSTREAM_STRICT", "true")
    strict = subprocess.Popen([sys.executable, "-m", "stream.cli", "worker"], cwd=ROOT)
    try:
        run("publish", file)
        wait_until(lambda: written(run)["learning.rejected"] == 1)
    finally:
        strict.terminate()
        strict.wait(30)
    dry = json_of(run("redrive", "--json"))
    assert (dry["chosen"], dry["sent"]) == ({"bad_object_type": 1}, 0)
    assert written(run)["xapi.statements"] == 1
    assert "add --yes" in run("redrive").stdout
    assert json_of(run("redrive", "--yes", "--json"))["sent"] == 1
    again = json_of(run("redrive", "--yes", "--json"))
    assert (again["sent"], again["redriven_before"]) == (0, 1)
    assert written(run)["xapi.statements"] == 2
    monkeypatch.setenv("STEPSTREAM_STRICT", "false")
    lenient = subprocess.Popen([sys.executable, "-m", "stream.cli", "worker"], cwd=ROOT)
    try:
        wait_until(lambda: written(run)["learning.events"] == 1)
    finally:
        lenient.terminate()
        assert lenient.wait(30) == 0


def written(run: Run) -> dict[str, int]:
    return dict(json_of(run("status", "--json"))["written"])


def test_a_demo_runs_on_named_servers(run: Run, stream: dict[str, str]) -> None:
    result = run(
        *("demo", "--seconds", "3", "--rate", "50", "--learners", "20", "--json"),
        *("--organisation", WORKED),
    )
    assert result.exit_code == 0, result.stderr
    found = json_of(result)
    assert found["kafka"] == "external"
    assert found["published"] == found["accepted"] + found["rejected"]
    assert found["queue_age_p50_ms"] > 0
    assert found["prefix"].startswith(stream["STEPSTREAM_PREFIX"])


def test_ctrl_c_ends_a_demo_early_and_leaves_nothing_behind() -> None:
    command = [sys.executable, "-m", "stream.cli", "demo", "--rate", "50", "--learners", "20"]
    with subprocess.Popen(  # noqa: S603  our own command
        [*command, "--organisation", str(WORKED)], cwd=ROOT, stdout=PIPE, stderr=PIPE
    ) as demo:
        assert demo.stderr is not None
        assert any(b" published, " in line for line in demo.stderr)
        demo.send_signal(signal.SIGINT)
        out, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert b"published: nothing was lost" in out
    assert not workers_of(demo.pid)


def workers_of(parent: int) -> list[str]:
    listed = subprocess.run(
        ["/bin/ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    return [line for line in listed.splitlines() if line.split()[0] == str(parent)]
