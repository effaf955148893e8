"""A person is erased, on real servers: every store is searched before and after."""

import asyncio
import os
import subprocess
import sys
from hashlib import sha1
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from harness.commands import stepstream, told
from harness.searching import all_of_redis, found_in, on_redis_disk, repr_of
from harness.statements import answers
from harness.streams import (
    WORKED_EXAMPLE,
    ask,
    is_idle,
    key_of,
    publish,
    publish_statements,
    reference_messages,
    wait_until,
)
from harness.workers import ROOT, Workers, environment, stack_settings

from offline.archive.reading import rows
from offline.archive.schemas import SCHEMAS
from online_models.offers import names_of
from processors.identity import learner_keys
from processors.partitioning import partition_of
from schemas.codec import decode_json, encode_json, hash64
from schemas.reference import LearnerProfile
from schemas.reference_json import profile_to_json
from stream.archiving import archive_of
from stream.kafka import Admin
from stream.log import Message
from stream.settings import Settings
from stream.topics import ALL, PROFILES
from stream.wiring import pseudonyms

pytestmark = pytest.mark.stack
MAIL, OPENID = "ada@example.org", "https://id.example.org/ada"
IDENTIFIERS = ("learner0", MAIL, OPENID)
OTHERS = [f"learner{n}" for n in range(1, 8)]
SUMS = [sha1(text.encode(), usedforsecurity=False).hexdigest() for text in ("mailto:" + MAIL, MAIL)]
ACCOUNT = {"account": {"homePage": "https://lms.example.org", "name": "learner0"}}
FORMS: list[dict[str, Any]] = [
    {"mbox": f"mailto:{MAIL}"},
    *({"mbox_sha1sum": digest} for digest in SUMS),
    {"openid": OPENID},
]
EVERYWHERE = "redis {}:", "redis beside.{}:"


def _statements(seed: int, count: int = 400) -> list[bytes]:
    """Answers of all, some of them by the person's other identifiers, some that name the person."""
    made = [decode_json(raw) for _, raw in answers(count, 8, seed)]
    for number, statement in enumerate(made):
        if number % 9 == 0:
            statement["actor"] = FORMS[number // 9 % len(FORMS)]
        elif number % 10 == 1:
            statement["context"] |= _naming(number)
    torn = b'{"actor": {"account": {"homePage": "https://lms.example.org", "name": "learner0"}}, '
    return [*map(encode_json, made), torn, *map(encode_json, _refused(made))]


def _naming(number: int) -> dict[str, Any]:
    group = {"objectType": "Group", "name": "team", "member": [FORMS[number % len(FORMS)]]}
    return {"instructor": ACCOUNT} if number % 4 else {"team": group}


def _refused(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sub = {"objectType": "SubStatement", "actor": ACCOUNT, "verb": {"id": "no iri"}}
    group = {"objectType": "Group", "name": "team", "member": FORMS}
    return [made[0] | {"actor": group}, made[1] | {"object": sub}, made[2] | {"verb": ACCOUNT}]


@pytest.fixture
def settings(kafka_servers: str, redis_url: str, tmp_path: Path) -> Settings:
    made = stack_settings(
        kafka_servers,
        redis_url,
        "erasure.",
        partitions=4,
        session_timeout_sec=6.0,
        merge_every=200,
        home=str(tmp_path / "home"),
    )
    Admin(made.kafka).ensure(ALL, made.prefix, made.partitions)
    publish(made, reference_messages(WORKED_EXAMPLE, made))
    profiles = [
        LearnerProfile(learner=key_of(one, made), cohort="x", manager=key_of(chief, made))
        for one, chief in (("learner0", "learner7"), ("managed", "learner0"))
    ]
    topic = made.prefix + PROFILES.name
    publish(
        made,
        [Message(topic, encode_json(profile_to_json(p)), p.learner.encode()) for p in profiles],
    )
    return made


def _keys(settings: Settings) -> list[str]:
    secret = pseudonyms(settings)
    return [k for text in IDENTIFIERS for k in learner_keys(text, secret, settings.home_page)]


def _needles(settings: Settings) -> list[bytes]:
    keys = _keys(settings)
    words = ["learner0", MAIL, OPENID, *SUMS, *keys, *(names_of(hash64(key)) for key in keys)]
    return [word.encode() for word in words]


def _state_names(settings: Settings) -> list[bytes]:
    homes = {key: partition_of(key.encode(), settings.partitions) for key in _keys(settings)}
    return [f"{settings.prefix}{{{p}}}:learner:{key}".encode() for key, p in homes.items()]


def _of_others(settings: Settings) -> dict[str, Any]:
    """All of the others, bit for bit: Redis in each namespace, and the archive's rows."""
    keys = [key_of(name, settings).encode() for name in OTHERS]
    found: dict[str, Any] = {}
    for name, value in asyncio.run(all_of_redis(settings)).items():
        if any(key in name for key in keys):
            found[name.decode()] = value
        if b":seen:" in name:
            for statement, one in value.items():
                if any(key in one for key in keys):
                    found[f"{name.decode()}/{statement.hex()}"] = one
    archive = archive_of(settings)
    for topic in SCHEMAS:
        for partition in range(settings.partitions):
            kept = [row for row in rows(archive, topic, partition) if row.key in keys]
            found[f"{topic}/{partition}"] = kept
    return found


def _kill_at(settings: Settings, step: str) -> None:
    """Run the erasure and kill it when it begins that step."""
    command = [sys.executable, "-m", "stream.cli", "erase", *IDENTIFIERS, "--yes"]
    env, pipe = os.environ | environment(settings), subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=pipe, text=True) as process:  # noqa: S603  ours
        assert process.stderr is not None
        for line in process.stderr:
            if step in line:
                process.kill()
                return
    pytest.fail(f"no step {step!r}")


def _held(settings: Settings) -> int:
    """Entries that the store holds of the person."""
    homes = {key: partition_of(key.encode(), settings.partitions) for key in _keys(settings)}
    return sum(
        sum(ask(settings, lambda s: s.held(home, key)))  # noqa: B023  asked at once
        for key, home in homes.items()
    )


def _applied(settings: Settings, workers: Workers, statements: list[bytes]) -> None:
    publish_statements(settings, statements)
    wait_until(lambda: is_idle(settings), "the events are applied", context=workers.logs)


LOGS = {"kafka xapi.statements", "kafka learning.events", "kafka learning.rejected"}
WORDS = {"kafka learner.profiles", "file archive/erasure.erased"}


def test_nothing_is_left_of_an_erased_person(settings: Settings, tmp_path: Path) -> None:
    needles = _needles(settings)
    with Workers(settings, tmp_path) as workers:
        workers.start()
        _applied(settings, workers, _statements(3))
        told(settings, "archive", "run", "--once")
        told(settings, "replay", "--into", "beside.")
        half = tmp_path / "home/recalibration/task.sqlite"
        half.parent.mkdir()
        half.write_bytes(needles[0])

        before, others = found_in(settings, needles), _of_others(settings)
        for what in ("learner", "queue", "seen", "due", "delta"):
            assert {f"{start}{what}" for start in EVERYWHERE} <= before, what
        assert before >= LOGS | {"kafka recommendations", "kafka learner.profiles"}
        assert before >= {f"file archive/erasure.{topic}" for topic in SCHEMAS}
        assert "file recalibration/task.sqlite" in before
        states = _state_names(settings)
        assert on_redis_disk(settings, states)

        _kill_at(settings, "telling everybody")
        _kill_at(settings, "erasing from the archive")
        receipt = told(settings, "erase", *IDENTIFIERS, "--yes")
        _is_receipt(receipt, needles)

        after = found_in(settings, needles)
        assert after == LOGS | WORDS
        assert {one["topic"] for one in receipt["expires"]} >= {p.split()[1] for p in LOGS}
        assert not on_redis_disk(settings, states)
        assert _of_others(settings) == others
        assert stepstream(settings, "archive", "check", "--deep").returncode == 0

        _nothing_comes_back(settings, workers, needles)
        _twice_and_unknown(settings)
        _may_not_be_loaded(settings, tmp_path)
        _may_come_in_again(settings, workers)


def _is_receipt(receipt: dict[str, Any], needles: list[bytes]) -> None:
    schema = decode_json((ROOT / "schemas/json/erasure.schema.json").read_bytes())
    jsonschema_rs.validate(schema, receipt)
    assert receipt["known"]
    assert receipt["keys"] == 4
    assert not any(needle in encode_json(receipt) for needle in needles)
    assert ("archive", "row") in {(one["store"], one["what"]) for one in receipt["erased"]}
    for one in receipt["expires"]:
        assert one["until"] > receipt["finished_at"] or not one["messages"], one


def _nothing_comes_back(settings: Settings, workers: Workers, needles: list[bytes]) -> None:
    _applied(settings, workers, _statements(4, 100))
    told(settings, "replay", "--into", "again.")
    told(settings, "archive", "run", "--once")
    told(settings, "replay", "--into", "archived.", "--from", "archive")
    assert found_in(settings, needles) == LOGS | WORDS
    assert ask(settings, lambda s: s.state(key_of("learner1", settings))) is not None
    assert told(settings, "replay", "verify")["differences"] == []


def _twice_and_unknown(settings: Settings) -> None:
    again = told(settings, "erase", *IDENTIFIERS, "--yes")
    assert not [one for one in again["erased"] if one["store"] in {"archive", "kafka"}]
    done = stepstream(settings, "erase", "nobody", "--yes", "--json")
    assert done.returncode == 1, done.stderr
    assert not decode_json(done.stdout)["known"]
    assert stepstream(settings, "erase", "--readmit", "somebody").returncode == 1


def _may_not_be_loaded(settings: Settings, folder: Path) -> None:
    people = folder / "people.yaml"
    people.write_text("profiles:\n  - learner: learner0\n    level: junior\n")
    done = stepstream(settings, "load", str(people))
    assert done.returncode == 78, done.stderr
    assert "--readmit" in done.stderr


def _may_come_in_again(settings: Settings, workers: Workers) -> None:
    assert stepstream(settings, "erase", "--readmit", "learner0").returncode == 0
    key = key_of("learner0", settings)
    theirs = [raw for who, raw in answers(60, 8, 5) if who == "learner0"]
    _applied(settings, workers, theirs)
    home = partition_of(key.encode(), settings.partitions)
    held = ask(settings, lambda s: s.held(home, key))
    assert (held.states, held.receipts) == (1, len(theirs))


def test_without_a_worker_the_command_does_it_itself(
    kafka_servers: str, redis_url: str, tmp_path: Path
) -> None:
    made = stack_settings(
        kafka_servers, redis_url, "alone.", partitions=2, session_timeout_sec=6.0, merge_every=200
    ).with_(home=str(tmp_path / "home"))
    Admin(made.kafka).ensure(ALL, made.prefix, made.partitions)
    with Workers(made, tmp_path) as workers:
        workers.start()
        _applied(made, workers, _statements(3, 100))
    assert _held(made) > 0
    receipt = told(made, "erase", *IDENTIFIERS, "--yes")
    assert _held(made) == 0
    assert found_in(made, _needles(made)) == LOGS | {"kafka learner.profiles"}
    assert {one["store"] for one in receipt["erased"]} >= {"redis"}
    with Workers(made, tmp_path) as workers:
        workers.start()
        _applied(made, workers, _statements(4, 50))
    assert repr_of(asyncio.run(all_of_redis(made))).count(_keys(made)[0].encode()) == 0
