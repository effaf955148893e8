"""What learners do with their queues, as metrics of a whole stream in memory."""

import asyncio
from collections.abc import Iterable

import pytest
from harness.streams import (
    WORKED_EXAMPLE,
    lines,
    local_settings,
    local_stream,
    reference_messages,
)

import stream.learning
from processors.reference import Reference
from processors.witness import Offer, Seen, Turn
from schemas.reference import Activity, LearnerProfile
from stream.demo.readings import Readings, read_registry
from stream.learning import COVERED_SEC, LearningWatch
from stream.metrics import Metrics
from stream.slices import Slices

SETTINGS = local_settings(partitions=2)
ACTIVITIES = 7
ROLE = "Junior data analyst"


def read(statements: Iterable[bytes], **changes: object) -> Readings:
    async def run() -> Readings:
        settings = SETTINGS.with_(**changes)
        stream = await local_stream(
            settings, reference=reference_messages(WORKED_EXAMPLE, settings)
        )
        for statement in statements:
            await stream.publish([statement])
            stream.personalizer.export()
        return read_registry(stream.metrics)

    return asyncio.run(run())


def test_a_stream_tells_what_its_learners_do() -> None:
    statements = lines(WORKED_EXAMPLE / "statements.jsonl")
    found = read(statements, slices=ROLE)
    label = {"slice": ROLE}
    assert found.total("outcomes_total", **label) == 3
    assert found.total("activities_finished_total", **label) > 0
    assert found.total("queues_built_total", **label) >= len(statements)
    places = found.by("turns_total", "place")
    assert set(places) <= {"next", "top5", "later", "elsewhere", "unknown"}
    assert places["next"] + places.get("top5", 0.0) > 0
    assert found.value("catalogue_activities") == ACTIVITIES
    covered = found.value("catalogue_offered")
    assert covered is not None
    assert 0 < covered <= ACTIVITIES
    assert found.value("learners_watched") == 2


def test_the_same_events_count_the_same() -> None:
    statements = lines(WORKED_EXAMPLE / "statements.jsonl")
    told = ("turns_total", "outcomes_predicted_total", "skills_mastered_total")
    first, second = read(statements), read(statements)
    assert [first.total(name) for name in told] == [second.total(name) for name in told]


def watch(monkeypatch: pytest.MonkeyPatch, most: int = 3) -> tuple[Metrics, LearningWatch]:
    monkeypatch.setattr(stream.learning, "MOST_LEARNERS", most)
    reference, metrics = Reference(), Metrics()
    for name in ("a", "b", "gone"):
        reference.put(Activity(id=name))
    reference.drop_activity("gone")
    for number in range(30):
        reference.put(LearnerProfile(learner=f"learner-{number}", role=f"role {number % 10}"))
    return metrics, LearningWatch(metrics, reference, Slices((), 4), "role")


def test_slices_stay_few_and_queues_that_are_remembered_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metrics, learning = watch(monkeypatch)
    learning.export(0.0)
    for number in range(30):
        name, group = f"learner-{number}", f"role {number % 10}"
        learning.count(Seen(offers={name: Offer(group, ("a", "b"), 2, 1)}), 1.0)
    learning.export(2.0)
    found = read_registry(metrics)
    built = found.by("queues_built_total", "slice")
    assert built == {"role 0": 3, "role 1": 3, "role 2": 3, "role 3": 3, "other": 18}
    assert found.value("learners_watched") == 3
    assert found.total("duties_open") == 6
    assert found.total("duties_overdue") == 3


def test_turns_are_placed_in_the_queue_that_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics, learning = watch(monkeypatch)
    queue = Offer("", tuple("abcdefg"), 0, 0)
    turns = [Turn("one", "", name) for name in "aefx"] + [Turn("two", "", "a")]
    learning.count(Seen(offers={"one": queue}), 1.0)
    learning.count(Seen(turns=turns, offers={"one": queue, "two": queue}), 2.0)
    assert read_registry(metrics).by("turns_total", "place") == {
        "next": 1,
        "top5": 1,
        "later": 1,
        "elsewhere": 1,
        "unknown": 1,
    }
    learning.forget()
    learning.count(Seen(turns=[Turn("one", "", "a")]), 3.0)
    assert read_registry(metrics).total("turns_total", place="unknown") == 2


def test_coverage_is_of_the_last_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics, learning = watch(monkeypatch)
    learning.count(Seen(offers={"one": Offer("", ("a",), 0, 0)}), 0.0)
    learning.count(Seen(offers={"one": Offer("", ("b",), 3, 3)}), 10.0)
    learning.export(COVERED_SEC + 5.0)
    found = read_registry(metrics)
    assert found.value("catalogue_offered") == 1
    assert found.value("catalogue_activities") == 2
    assert found.total("duties_overdue") == 3
    learning.forget()
    learning.export(COVERED_SEC + 20.0)
    assert read_registry(metrics).total("duties_overdue") == 0
    assert read_registry(metrics).value("catalogue_offered") == 0
