"""The same answers, through Kafka, Faust and Redis or from their file: the same predictions."""

from pathlib import Path

import numpy as np
import pytest
from harness.answers import made_up, write
from harness.recording_worker import recorded
from harness.streams import is_idle, publish, wait_until
from harness.workers import Workers, stack_settings

from offline.answers import Answers, read_answers
from offline.clocks import clock_of
from offline.evaluate import judged_prequential
from offline.events import HOME_PAGE, Events, statement_id
from offline.replay import Layout
from offline.statements import activities, statements
from processors.identity import account
from schemas.codec import encode_json
from schemas.reference_json import activity_to_json
from stream.kafka import Admin
from stream.log import Message
from stream.settings import Settings
from stream.topics import ACTIVITIES, ALL, STATEMENTS
from stream.wiring import pseudonyms

pytestmark = pytest.mark.stack
ROWS = 2_000


@pytest.mark.parametrize("partitions", [1, 3])
def test_made_up_answers(
    kafka_servers: str, redis_url: str, tmp_path: Path, partitions: int
) -> None:
    """Partitions that learn from each other do so when it suits the worker: here they do not."""
    settings = stack_settings(
        kafka_servers, redis_url, f"agrees{partitions}.", partitions=partitions, merge_every=0
    )
    answers = read_answers(write(tmp_path / "a.csv", made_up(ROWS)))
    check(settings, answers, tmp_path)


@pytest.mark.data
def test_real_answers(kafka_servers: str, redis_url: str, tmp_path: Path, data_dir: Path) -> None:
    settings = stack_settings(kafka_servers, redis_url, "agrees-real.", partitions=1)
    answers = read_answers(data_dir / "learners" / "memphis_cloze.csv.gz", ROWS)
    check(settings, answers, tmp_path)


def check(settings: Settings, answers: Answers, folder: Path) -> None:
    names = pseudonyms(settings)
    clock = clock_of(answers)
    events = Events(answers, clock, lambda user: names.learner(account(HOME_PAGE, user)))
    layout = Layout(settings.partitions, merge_every=0)
    judged, _ = judged_prequential(events, layout, lambda _: None)
    found = through_the_stream(settings, events, folder)
    streamed = np.array([found[statement_id(row)] for row in range(len(answers))])
    assert len(found) == len(answers)
    assert np.abs(streamed - judged.trial.predicted).max() <= 1e-9
    assert np.ptp(streamed) > 0.3


def through_the_stream(settings: Settings, events: Events, folder: Path) -> dict[str, float]:
    """What a worker predicts of each statement, all sent in their order."""
    Admin(settings.kafka).ensure(ALL, settings.prefix, settings.partitions)
    publish(settings, [*catalogue(settings, events.answers)])
    predictions = folder / "predictions.jsonl"
    program = ("-m", "tests.harness.recording_worker", predictions)
    with Workers(settings, folder, program) as workers:
        topic = settings.prefix + STATEMENTS.name
        raw = map(encode_json, statements(events))
        publish(settings, [Message(topic, one, b"", (), 0) for one in raw])
        workers.start()
        wait_until(
            lambda: predictions.exists() and is_idle(settings),
            "all answers learned",
            patience_sec=120.0,
            context=workers.logs,
        )
        return recorded(predictions)


def catalogue(settings: Settings, answers: Answers) -> list[Message]:
    return [
        Message(
            settings.prefix + ACTIVITIES.name,
            encode_json(activity_to_json(activity)),
            activity.id.encode(),
        )
        for activity in activities(answers)
    ]
