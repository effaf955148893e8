"""The archive of a real Kafka, whatever is done to the archiver."""

import urllib.request
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from harness.archivers import Plan, Report, compare, publish, run, settings_of, start
from harness.streams import wait_until
from harness.workers import environment

from offline.archive.listing import Archive
from offline.archive.schemas import EVENT
from offline.places import Place
from schemas.codec import decode_json
from stream.cli import cli
from stream.kafka import Admin
from stream.settings import Settings
from stream.topics import ALL

pytestmark = pytest.mark.stack


@pytest.fixture
def settings(kafka_servers: str, tmp_path: Path) -> Settings:
    prefix = f"archive-{uuid4().hex[:8]}."
    plan = Plan(0, 0)
    made = settings_of(kafka_servers, prefix, tmp_path / "archive", plan)
    Admin(kafka_servers).ensure(ALL, prefix, plan.partitions)
    return made


def command(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["archive", *arguments], env=environment(settings))


def test_ten_kills_while_messages_flow_lose_and_double_nothing(
    kafka_servers: str, tmp_path: Path
) -> None:
    prefix = f"archive-{uuid4().hex[:8]}."
    report = run(kafka_servers, prefix, tmp_path, Plan(20_000, 10, rate=4_000.0))
    log = (tmp_path / "archiver.log").read_text()
    assert report.kills == 10
    assert report.messages == 24_400, log
    assert report.archived == report.messages, log
    assert (report.differences, report.findings) == ([], []), log


def test_once_ends_when_all_is_there_and_the_rest_is_said(settings: Settings) -> None:
    list(publish(settings, Plan(1_000, 0, rate=1e6)))
    ran = command(settings, "run", "--once", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert decode_json(ran.stdout)["archived"] == 1_220
    again = command(settings, "run", "--once", "--json")
    assert decode_json(again.stdout)["archived"] == 0
    report = Report()
    compare(settings, report)
    assert (report.archived, report.differences, report.findings) == (1_220, [], [])
    status = decode_json(command(settings, "status", "--json").stdout)
    assert [topic["rows"] for topic in status["topics"]] == [1_000, 200, 20]
    assert [topic["not_archived"] for topic in status["topics"]] == [0, 0, 0]
    list(publish(settings, Plan(10, 0, rate=1e6)))
    status = decode_json(command(settings, "status", "--json").stdout)
    assert status["topics"][0]["not_archived"] == 10
    assert "not archived" in command(settings, "status").stdout


def test_sigterm_writes_what_waits(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "archiver.log"
    settings = settings.with_(metrics_port=0)
    process = start(settings, "--seconds", "1000", log=log)
    try:
        list(publish(settings, Plan(500, 0, rate=1e6)))
        archive = Archive(Place(settings.archive_place), settings.prefix)
        wait_until(lambda: b"metrics" in log.read_bytes(), "it starts", context=log.read_text)
        port = log.read_text().rsplit(" ", 1)[1].strip()
        wait_until(lambda: _waiting(port) > 500 * 300, "it reads", context=log.read_text)
        assert not archive.listing(EVENT.topic).ends()
        process.terminate()
        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert sum(end + 1 for end in archive.listing(EVENT.topic).ends().values()) == 500


def _waiting(port: str) -> float:
    url = f"http://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    (line,) = (one for one in lines if one.startswith("stepstream_archive_waiting_bytes "))
    return float(line.split()[1])


def test_two_archivers_share_the_partitions(settings: Settings, tmp_path: Path) -> None:
    processes = [
        start(settings, "--seconds", "0.3", log=tmp_path / f"{number}.log") for number in range(2)
    ]
    try:
        list(publish(settings, Plan(6_000, 0, rate=1_500.0)))
    finally:
        for process in processes:
            process.terminate()
        assert [process.wait(30) for process in processes] == [0, 0]
    assert command(settings, "run", "--once").exit_code == 0
    report = Report()
    compare(settings, report)
    assert report.differences == []
    assert report.archived == report.messages == 7_320


def test_a_topic_that_is_missing_and_a_kafka_that_is_away_say_what_to_do(
    settings: Settings,
) -> None:
    missing = command(settings.with_(prefix="nowhere."), "run", "--once")
    assert missing.exit_code == 78
    assert "stepstream topics" in missing.stderr
    away = command(settings.with_(kafka="127.0.0.1:1", patience_sec=0.5), "run", "--once")
    assert away.exit_code == 75
    assert "does not answer" in away.stderr


def test_a_place_that_cannot_be_written_ends_it_and_the_next_run_goes_on(
    settings: Settings, tmp_path: Path
) -> None:
    list(publish(settings, Plan(100, 0, rate=1e6)))
    (tmp_path / "file").write_bytes(b"")
    refused = command(settings.with_(archive=str(tmp_path / "file" / "x")), "run", "--once")
    assert refused.exit_code == 75, refused.stderr
    assert "make it usable" in refused.stderr
    assert command(settings, "run", "--once").exit_code == 0
    report = Report()
    compare(settings, report)
    assert (report.archived, report.differences) == (122, [])


def test_a_write_that_fails_in_the_middle_leaves_nothing_half_there(
    settings: Settings, tmp_path: Path
) -> None:
    list(publish(settings, Plan(3_000, 0, rate=1e6)))
    log = tmp_path / "archiver.log"
    process = start(settings, "--once", log=log, largest_kib=16)
    assert process.wait(120) == 75, log.read_text()
    assert "run again" in log.read_text()
    assert not list(Path(settings.archive_place).rglob(".*"))
    checked = command(settings, "check", "--deep", "--json")
    assert [topic["findings"] for topic in decode_json(checked.stdout)] == [[], [], []]
    assert command(settings, "run", "--once").exit_code == 0
    report = Report()
    compare(settings, report)
    assert (report.archived, report.differences, report.findings) == (3_660, [], [])
