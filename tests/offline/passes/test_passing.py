"""A pass: nothing twice, nothing later, and a kill anywhere changes no byte of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness.events_that_were import InMemory, some_events

from offline.passes import passing
from offline.passes.guarded import FromTheFuture, Guarded
from offline.passes.partitions import Partitions
from offline.passes.passing import steps
from offline.passes.working_file import WorkingFile
from online_models.packing import digest, pack
from online_models.replica import Replica
from processors.application import Application
from schemas.checkpoint import Memory

if TYPE_CHECKING:
    from offline.archived import Archived
    from online_models.observation import Observation

EVENTS = 3_000


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "FEWEST", 250)


def seal(partitions: Partitions) -> str:
    """Digest of everything that a pass has made."""
    numbers = {name: pack(tables) for name, tables in partitions.numbers().items()}
    states = b"".join(k.encode() + partitions._file.state(k) for k in partitions.learners)
    own = repr(partitions.models.state()).encode()
    return digest({**numbers, "states": states, "own": own})


def run(file: WorkingFile, source: InMemory, most_states: int = 100) -> Partitions:
    partitions = Partitions(file, Replica(), 500, most_states=most_states)
    for _ in steps(source, source.ends(), partitions):
        pass
    return partitions


def test_everything_is_applied_once_as_the_stream_applies_it() -> None:
    source = InMemory(some_events(EVENTS), partitions=1)
    alone = Replica()
    work = Application(Memory({}, {}), alone)
    expected: list[Observation] = []
    for _, offset, _, event in source.rows[:200]:
        work.apply(offset, event)
    expected = work.observations
    partitions = Partitions(WorkingFile(), Replica(), 32_768)
    found: list[Observation] = []
    for step in steps(source, {0: 199}, partitions):
        found += step.observations
    assert found == expected
    assert partitions.offsets == {0: 199}
    assert partitions.done == 200
    assert {k: bytes(work.encoded_states()[k]) for k in work.encoded_states()} == dict(
        partitions._file.states()
    )


def test_states_that_do_not_fit_into_memory_change_nothing() -> None:
    source = InMemory(some_events(EVENTS))
    assert seal(run(WorkingFile(), source, 100)) == seal(run(WorkingFile(), source, 2))


def test_what_was_broken_off_anywhere_ends_the_same(tmp_path: Path) -> None:
    source = InMemory(some_events(EVENTS))
    whole = seal(run(WorkingFile(), source))
    for applied in (100, 700, 1, 1_300):
        with WorkingFile(tmp_path / "work.sqlite") as file:
            walk = steps(source, source.ends(), Partitions(file, Replica(), 500))
            for _ in range(applied):
                next(walk)
    with WorkingFile(tmp_path / "work.sqlite") as file:
        resumed = Partitions(file, Replica(), 500)
        assert resumed.done == 1_750  # seven checkpoints of 250
        for _ in steps(source, source.ends(), resumed):
            pass
        assert seal(resumed) == whole


_KILLED = """
import sys
from pathlib import Path
from harness.events_that_were import InMemory, some_events
from offline.passes import passing
from offline.passes.partitions import Partitions
from offline.passes.working_file import WorkingFile
from online_models.replica import Replica

passing.FEWEST = 250
source = InMemory(some_events(3_000))
partitions = Partitions(WorkingFile(Path(sys.argv[1])), Replica(), 500)
walk = passing.steps(source, source.ends(), partitions)
for n, _ in enumerate(walk):
    print(n, flush=True)
"""


def test_killed_and_started_again_it_ends_the_same(tmp_path: Path) -> None:
    source, path = InMemory(some_events(EVENTS)), tmp_path / "work.sqlite"
    for applied in (20, 600):
        child = subprocess.Popen(  # noqa: S603  this very program
            [sys.executable, "-c", _KILLED, str(path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == applied:
                break
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
    with WorkingFile(path) as file:
        resumed = Partitions(file, Replica(), 500)
        assert resumed.done >= 500
        for _ in steps(source, source.ends(), resumed):
            pass
        assert seal(resumed) == seal(run(WorkingFile(), source))


def test_statements_that_come_again_within_the_window_count_once() -> None:
    events = some_events(50)
    first, again = InMemory(events, 1), InMemory([*events, *events], 1)
    assert seal(run(WorkingFile(), first)) == seal(run(WorkingFile(), again))


def test_nothing_later_is_read() -> None:
    source = InMemory(some_events(100))
    half = source.cut(0.5)
    partitions = Partitions(WorkingFile(), Replica(), 500)
    seen = [step.archived for step in steps(source, half, partitions)]
    assert seen == source.rows[:50]
    assert partitions.offsets == half


def test_who_asks_for_what_came_later_is_told_so() -> None:
    source = InMemory(some_events(100))
    guarded = Guarded(source, source.cut(0.5))
    assert guarded.ends() == source.cut(0.5)
    assert guarded.count({}, guarded.ends()) == 50
    with pytest.raises(FromTheFuture, match="may be known"):
        guarded.count({}, source.ends())
    with pytest.raises(FromTheFuture, match="may be known"):
        next(guarded.read({}, {99: 0}))


def test_a_source_that_gives_what_came_later_is_caught() -> None:
    class Leaky(InMemory):
        def read(self, after: object, up_to: object) -> "list[Archived]":  # type: ignore[override]
            del after, up_to
            return self.rows

    source = Leaky(some_events(100))
    with pytest.raises(FromTheFuture, match="after its end"):
        list(Guarded(source, source.cut(0.5)).read({}, source.cut(0.5)))


def test_beginning_again_keeps_the_numbers_and_forgets_the_learners() -> None:
    source = InMemory(some_events(500))
    partitions = run(WorkingFile(), source)
    numbers = partitions.numbers()
    partitions.restart(numbers)
    assert len(partitions.learners) == 0
    assert partitions.done == 0
    assert partitions.offsets == {}
    known = {name: pack(tables) for name, tables in partitions.numbers().items()}
    assert known == {name: pack(tables) for name, tables in numbers.items()}


def test_what_is_long_ago_counts_less() -> None:
    source = InMemory(some_events(1_000))
    partitions = Partitions(WorkingFile(), Replica(), 500)
    for _ in steps(source, source.ends(), partitions, lambda *_: {"items": 0.5}):
        pass
    plain = run(WorkingFile(), source)
    faded, counted = (one.models.base.of("items").numbers["*"] for one in (partitions, plain))
    shares = (1.0 + 0.5 + 0.25 + 0.125) / 4
    assert faded[0] == pytest.approx(shares * counted[0], rel=0.1)
    assert partitions.models.base.of("means").numbers == plain.models.base.of("means").numbers


def test_some_numbers_may_count_less_than_others() -> None:
    source = InMemory(some_events(1_000))
    partitions = Partitions(WorkingFile(), Replica(), 500)
    for _ in steps(source, source.ends(), partitions, lambda *_: {"items": (1.0, 1.0, 0.5, 0.5)}):
        pass
    plain = run(WorkingFile(), source)
    faded, counted = (one.models.base.of("items").numbers["*"] for one in (partitions, plain))
    assert faded[:2] == counted[:2]
    assert faded[2] == pytest.approx(counted[2] * (1.0 + 0.5 + 0.25 + 0.125) / 4, rel=0.1)
