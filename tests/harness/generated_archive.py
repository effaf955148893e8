"""Archives of any size for tests and benchmarks, by seed; made in columns, not through Kafka.

    PYTHONPATH=.:tests python -m harness.generated_archive FOLDER --events 1000000

Learners answer questions: right with the probability that their ability, which grows with practice,
and the question's difficulty give (a Rasch model), at a pace of `events_a_day` altogether. Each
event is what `stepstream archive` would have written of the same bytes.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from harness.archives import queue_row

from offline.archive.appending import Appender, Span
from offline.archive.arrow import arrow_schema, completed
from offline.archive.listing import Archive
from offline.archive.names import FileName
from offline.archive.parquet import FileWriter
from offline.archive.rows import day_of
from offline.archive.schemas import EVENT, QUEUE
from offline.places import Place
from processors.partitioning import partition_of

ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
COURSE_ITEMS = 25
_DAY_SEC = 86_400.0
_UUID = "00000000-0000-4000-8000-"
_DIFFICULTY_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is generated."""

    events: int
    learners: int = 20_000
    items: int = 2_000
    skills: int = 40
    partitions: int = 12
    days: int = 60
    seed: int = 7
    start: float = 1_790_035_200.0
    """Midnight, UTC; POSIX seconds."""
    chunk: int = 131_072
    """Events of a day that are made together: a partition's part of them is a file."""
    queue_every: int = 0
    """After every so many events of a partition a queue of ten items; 0: none."""


class _World:
    """Learners and questions."""

    def __init__(self, plan: Plan) -> None:
        rng = np.random.default_rng(plan.seed)
        self.keys = [blake2b(b"%d" % n, digest_size=16).hexdigest() for n in range(plan.learners)]
        self.partition = np.array(
            [partition_of(key.encode(), plan.partitions) for key in self.keys], np.int32
        )
        self.ability = rng.normal(0.3, 0.9, plan.learners)
        self.difficulty = np.round(rng.beta(2, 2, plan.items), 2)
        self.skill = rng.integers(0, plan.skills, plan.items)
        self.learned = np.zeros(plan.learners)
        self.learner_texts = pa.array(self.keys)
        self.item_texts = pa.array(
            [f"https://lms.example.org/items/{n}" for n in range(plan.items)]
        )
        self.courses = pa.array(
            [f"https://lms.example.org/courses/{n // COURSE_ITEMS}" for n in range(plan.items)]
        )
        self.skill_texts = pa.array([f"Skill {n}" for n in self.skill])
        self.difficulties = pa.array(self.difficulty)


def generate(place: Place, plan: Plan, prefix: str = "") -> Archive:
    """Write the archive of `plan` into `place`."""
    archive, world = Archive(place, prefix), _World(plan)
    offsets = np.zeros(plan.partitions, np.int64)
    per_day = -(-plan.events // plan.days)
    for day in range(plan.days):
        first = day * per_day
        count = min(per_day, plan.events - first)
        if count > 0:
            _day(archive, world, plan, (day, first, count), offsets)
    return archive


def _day(
    archive: Archive,
    world: _World,
    plan: Plan,
    part: tuple[int, int, int],
    offsets: npt.NDArray[np.int64],
) -> None:
    day, first, count = part
    name = day_of(plan.start + day * _DAY_SEC)
    for start in range(0, count, plan.chunk):
        stop = min(count, start + plan.chunk)
        numbers = np.arange(first + start, first + stop)
        at = plan.start + _DAY_SEC * (day + (np.arange(start, stop) + 0.5) / count)
        for partition, table in _tables(world, plan, numbers, np.round(at, 3)):
            first = int(offsets[partition])
            offsets[partition] += table.num_rows
            _write(archive, table, name, (partition, first))
            if plan.queue_every:
                _write_queues(archive, world, table, (partition, first, plan.queue_every))


def _write(archive: Archive, table: Any, day: str, where: tuple[int, int]) -> None:
    partition, first = where
    folder = archive.prefix + EVENT.topic
    name = FileName(folder, day, partition, first, first + table.num_rows - 1)
    numbers = pa.array(np.arange(first, first + table.num_rows))
    with archive.place.writing(name.text) as file, FileWriter(file, EVENT, folder) as writer:
        writer.add(completed(table.append_column("log_offset", numbers), arrow_schema(EVENT)))


def _write_queues(archive: Archive, world: _World, table: Any, where: tuple[int, int, int]) -> None:
    """A queue after every so many events of a partition, by the number of the event."""
    partition, first, every = where
    chosen = np.arange(-first % every, table.num_rows, every)
    learners = table["learner"].take(pa.array(chosen)).to_pylist()
    times = table["logged_at"].take(pa.array(chosen)).to_pylist()
    texts = world.item_texts.to_pylist()
    rows = []
    for place, learner, at in zip(chosen.tolist(), learners, times, strict=True):
        version = first + place
        activities = [texts[(version * 37 + n * 11) % len(texts)] for n in range(10)]
        row = queue_row(version // every, version, round(at + 0.01, 3), activities, learner)
        rows.append(row)
    if rows:
        appender = Appender(archive, QUEUE.topic, partition, Span(rows[0].offset))
        for row in rows:
            appender.add(row)
        appender.flush()


def _tables(
    world: _World, plan: Plan, numbers: npt.NDArray[np.int64], at: npt.NDArray[np.float64]
) -> Iterator[tuple[int, Any]]:
    rng = np.random.default_rng((plan.seed, int(numbers[0])))
    learners = (rng.random(len(numbers)) ** 1.5 * plan.learners).astype(np.int64)
    items = (rng.random(len(numbers)) ** 1.3 * plan.items).astype(np.int64)
    np.add.at(world.learned, learners, 1.0)
    strength = world.ability[learners] + 0.25 * np.log1p(world.learned[learners])
    logit = strength - _DIFFICULTY_SCALE * (world.difficulty[items] - 0.5)
    right = rng.random(len(numbers)) < 1.0 / (1.0 + np.exp(-logit))
    seconds = np.round(rng.lognormal(3.0, 0.7, len(numbers)), 1)
    occurred = np.round(at - rng.exponential(5.0, len(numbers)), 3)
    table = _table(world, numbers, (learners, items), (at, occurred, right, seconds))
    owner = world.partition[learners]
    for partition in range(plan.partitions):
        chosen = np.flatnonzero(owner == partition)
        if len(chosen):
            yield partition, table.take(pa.array(chosen))


def _table(
    world: _World,
    numbers: npt.NDArray[np.int64],
    who_what: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    how: tuple[Any, Any, Any, Any],
) -> Any:
    learners, items = (pa.array(one) for one in who_what)
    at, occurred, right, seconds = (pa.array(one) for one in how)
    learner, activity = world.learner_texts.take(learners), world.item_texts.take(items)
    skill, course = world.skill_texts.take(items), world.courses.take(items)
    outcome, length = pc.cast(right, pa.float64()), len(numbers)
    ids = _ids(numbers)
    texts = {
        "id": ids,
        "learner": learner,
        "kind": _constant("answered", length),
        "verb": _constant(ANSWERED, length),
        "activity": activity,
        "course": course,
    }
    numeric = {
        "occurred_at": occurred,
        "received_at": at,
        "duration_sec": seconds,
        "outcome": outcome,
        "difficulty": world.difficulties.take(items),
    }
    plain = numeric | {"outcome": pc.if_else(right, "1.0", "0.0"), "success": right}
    value = _json(texts, plain, skill)
    defaults = {"done_by": "completed", "tenant": "default", "object_type": "Activity"}
    empty = {name: _constant(defaults.get(name, ""), length) for name in _EMPTY}
    columns = {
        "logged_at": at,
        "log_key": pc.cast(learner, pa.binary()),
        "log_value": pc.cast(value, pa.binary()),
        "log_headers": _no_lists("log_headers", length),
        "groupings": _no_lists("groupings", length),
        "deviations": _no_lists("deviations", length),
        "skills": pa.ListArray.from_arrays(pa.array(np.arange(length + 1, dtype=np.int32)), skill),
        "success": right,
        "pass_mark": pa.array(np.full(length, 0.6)),
        "at_time": _times(np.minimum(how[0], how[1])),
    }
    return pa.table(columns | texts | numeric | empty)


_EMPTY = [
    column.name
    for column in EVENT.typed
    if column.type == "text"
    and column.name not in {"id", "learner", "kind", "verb", "activity", "course"}
]


def _constant(text: str, length: int) -> Any:
    return pa.repeat(pa.scalar(text), length)


def _no_lists(name: str, length: int) -> Any:
    empty = pa.array([], arrow_schema(EVENT).field(name).type.value_type)
    return pa.ListArray.from_arrays(pa.array(np.zeros(length + 1, np.int32)), empty)


def _times(posix_sec: npt.NDArray[np.float64]) -> Any:
    return pc.cast(pa.array(np.round(posix_sec * 1e6).astype(np.int64)), pa.timestamp("us"))


_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def _ids(numbers: npt.NDArray[np.int64]) -> Any:
    digits = _HEX[(numbers[:, None] >> np.arange(44, -1, -4)) & 15]
    head = np.broadcast_to(np.frombuffer(_UUID.encode(), np.uint8), (len(numbers), len(_UUID)))
    text = np.ascontiguousarray(np.hstack([head, digits]))
    ends = pa.array(np.arange(len(numbers) + 1, dtype=np.int32) * text.shape[1])
    return pa.StringArray.from_buffers(len(numbers), ends.buffers()[1], pa.py_buffer(text))


def _json(texts: dict[str, Any], plain: dict[str, Any], skill: Any) -> Any:
    parts: list[Any] = ["{"]
    for name, column in texts.items():
        parts += [f'"{name}":"', column, '",']
    for name, column in plain.items():
        parts += [f'"{name}":', pc.cast(column, pa.string()), ","]
    return pc.binary_join_element_wise(*parts, '"skills":["', skill, '"]}', "")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    for name, value in Plan.__dataclass_fields__.items():
        parser.add_argument(f"--{name}", type=type(getattr(Plan(0), name)), default=value.default)
    options = vars(parser.parse_args())
    generate(Place(options.pop("folder")), Plan(**options))


if __name__ == "__main__":
    main()
