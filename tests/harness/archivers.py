"""Archivers killed while messages flow, then a look whether the archive equals the log.

PYTHONPATH=.:tests python -m harness.archivers --events 300000 --kills 10
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.archives import START, event, queue_row
from harness.workers import ROOT, environment, stack_settings

from offline.archive.listing import Archive
from offline.archive.reading import rows
from offline.archive.rows import Row
from offline.archive.schemas import SCHEMAS
from offline.places import Place
from schemas.codec import encode_json
from schemas.errors import Rejection
from schemas.event import event_to_json
from stream.dead_letters import rejected_event
from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin, Publisher, Reader
from stream.log import Message
from stream.records import RawRecord
from stream.settings import Settings
from stream.topics import ALL, EVENTS, RECOMMENDATIONS

MEMBER = "archiver-0"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent, and done to the archiver meanwhile."""

    events: int
    kills: int
    rate: float = 10_000.0
    """Events a second."""
    seed: int = 7
    flush_seconds: float = 0.5
    partitions: int = 4


@dataclass(slots=True)
class Report:
    """What came out."""

    messages: int = 0
    """In the log, of all three topics."""
    archived: int = 0
    files: int = 0
    kills: int = 0
    seconds: float = 0.0
    again_sec: float = 0.0
    """Time of one archiver for all of it, from the start of its process, undisturbed."""
    differences: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def settings_of(kafka: str, prefix: str, place: Path, plan: Plan) -> Settings:
    return stack_settings(
        kafka, "", prefix, archive=str(place), partitions=plan.partitions, session_timeout_sec=6.0
    )


def start(
    settings: Settings, *arguments: str, log: Path, largest_kib: int | None = None
) -> "subprocess.Popen[bytes]":
    """An archiver process; with `largest_kib` no file that it writes can become larger."""
    command = [sys.executable, "-m", "stream.cli", "archive", "run", *arguments]
    if largest_kib is not None:
        limit = f'ulimit -f {largest_kib}; exec "$@"'
        command = ["/bin/bash", "-c", limit, "archiver", *command]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment(settings),
            stdout=output,
            stderr=output,
        )


def run(
    kafka: str, prefix: str, folder: Path, plan: Plan, say: Callable[[str], None] = lambda _: None
) -> Report:
    """Carry `plan` out; the log of the archivers is in `folder`."""
    settings = settings_of(kafka, prefix, folder / "archive", plan)
    Admin(kafka).ensure(ALL, prefix, plan.partitions)
    report, started = Report(), time.monotonic()
    options = ("--member", MEMBER, "--seconds", str(plan.flush_seconds), "--rows", "5000")
    log = folder / "archiver.log"
    process = start(settings, *options, log=log)
    try:
        rng = random.Random(plan.seed)
        marks = sorted(rng.randrange(plan.events) for _ in range(plan.kills))
        for sent in publish(settings, plan):
            while marks and marks[0] <= sent:
                marks.pop(0)
                process.kill()
                process.wait()
                report.kills += 1
                say(f"kill -9 after {sent:,} events")
                process = start(settings, *options, log=log)
                time.sleep(rng.uniform(0.5, 3.0))
        process.terminate()
        process.wait(60)
    finally:
        process.kill()
        process.wait()
    process = start(settings, "--once", "--member", MEMBER, log=log)
    assert process.wait(300) == 0, log.read_text()
    report.seconds = time.monotonic() - started
    compare(settings, report)
    return report


def publish(settings: Settings, plan: Plan):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Send the plan's messages at its rate; yields how many events have been sent."""
    rng = random.Random(plan.seed)
    with Publisher(settings.kafka) as publisher:
        started = time.monotonic()
        for first in range(0, plan.events, _CHUNK):
            for number in range(first, min(first + _CHUNK, plan.events)):
                for message in _messages(settings.prefix, number, rng):
                    publisher.send_blocking(message, lambda *_: None)
            yield first + _CHUNK
            due = started + (first + _CHUNK) / plan.rate
            time.sleep(max(0.0, due - time.monotonic()))
        assert publisher.flush(60) == 0


def _messages(prefix: str, number: int, rng: random.Random) -> list[Message]:
    learner = f"{rng.randrange(500):032x}"
    value = encode_json(event_to_json(event(number, learner, START + number / 10)))
    if number % 997 == 0:
        value = b"torn " + value[:50]
    made = [Message(prefix + EVENTS.name, value, learner.encode())]
    if number % 5 == 0:
        queue = queue_row(0, number, START + number / 10).value
        made.append(Message(prefix + RECOMMENDATIONS.name, queue, learner.encode()))
    if number % 50 == 0:
        origin = RawRecord("xapi.statements", number % 3, number, START, b"\xff\x00 no statement")
        made.append(rejected_event(prefix, origin, Rejection("not_json", "because")))
    return made


def compare(settings: Settings, report: Report) -> None:
    """Look for every message of the log in the archive, and for nothing else."""
    archive = Archive(Place(settings.archive_place), settings.prefix)
    for topic in SCHEMAS:
        logged: dict[int, list[Row]] = {p: [] for p in range(settings.partitions)}
        reader = Reader(settings.kafka, [settings.prefix + topic])
        for _, partition, offset, timestamp, value, key, headers in reader.to_end():
            logged[partition].append(Row(offset, timestamp, key, value, headers))
        reader.close()
        listing = archive.listing(topic)
        report.files += sum(1 for _ in listing.each())
        report.findings += [f"{f.code} {f.where} {f.text}" for f in listing.findings]
        for partition, expected in logged.items():
            found = list(rows(archive, topic, partition))
            report.messages += len(expected)
            report.archived += len(found)
            if found != sorted(expected):
                report.differences.append(
                    f"{topic}/{partition}: {len(expected)} logged, {len(found)} archived"
                )


def _archive_again(kafka: str, folder: Path, plan: Plan, report: Report) -> None:
    settings = settings_of(kafka, "archivers.", folder / "again", plan)
    started = time.monotonic()
    process = start(settings, "--once", "--member", MEMBER, log=folder / "again.log")
    assert process.wait(300) == 0, (folder / "again.log").read_text()
    report.again_sec = time.monotonic() - started


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rate", type=float, default=10_000.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stack = EmbeddedStack(Path(folder) / "stack")
        info = stack.start()
        try:
            plan = Plan(options.events, options.kills, options.rate, flush_seconds=2.0)
            report = run(info.bootstrap_servers, "archivers.", Path(folder), plan, print)
            _archive_again(info.bootstrap_servers, Path(folder), plan, report)
        finally:
            stack.stop()
    print(
        f"{report.messages:,} messages logged, {report.archived:,} archived in {report.files} "
        f"files, {report.kills} kills, {report.seconds:.0f} s"
    )
    print(
        f"undisturbed, once more: {report.messages / report.again_sec:,.0f} messages/s, from the "
        "start of the process"
    )
    for line in report.differences + report.findings:
        print(line)
    print("DIFFERENT" if report.differences or report.findings else "equal, byte for byte")
    return bool(report.differences or report.findings)


if __name__ == "__main__":
    sys.exit(main())
