from pathlib import Path

import pytest

from schemas.reference import Activity
from stream.demo.learners import SimulatedLearners
from stream.demo.sources import File, Pace, Simulation, statements, statements_in

ACTIVITIES = (Activity(id="urn:a", title="A", skills=("SQL",), content="quiz", done_by="passed"),)


class Ticking:
    def __init__(self) -> None:
        self.at = 50.0

    def now(self) -> float:
        return self.at


def test_a_pace_gives_what_is_due_and_never_a_flood() -> None:
    clock = Ticking()
    pace = Pace(64.0, clock.now)
    given = []
    for later in (0.0, 0.125, 0.0078125, 0.1171875, 60.0, 0.0):
        clock.at += later
        given.append(pace.due())
    assert given == [0, 8, 0, 8, 500, 500]


def test_without_a_rate_there_is_always_something_due() -> None:
    assert Pace(0.0, Ticking().now).due() == 500


def test_a_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "statements.jsonl"
    path.write_bytes(b"{}\n[1]\n{}\n")
    file = File(path)
    assert file.take(2, 0.0) == [b"{}", b"[1]"]
    assert file.take(2, 0.0) == [b"{}"]
    assert file.take(2, 0.0) == []
    assert file.best_auc() is None


@pytest.mark.parametrize(
    ("message", "count"),
    [
        (b"{}", 1),
        (b"[{}, {}, 7]", 3),
        (b" [{}]", 1),
        (b"[]", 0),
        (b"[{", 1),
        (b"", 1),
        (b"\xff", 1),
    ],
)
def test_statements_of_a_message_are_counted(message: bytes, count: int) -> None:
    assert statements_in(message) == count
    assert statements([message, message]) == 2 * count


def simulated(seconds: float) -> Simulation:
    people = SimulatedLearners(3, ACTIVITIES, count=5)
    return Simulation(people, seconds, lambda _: ())


def test_a_simulation_lasts_as_long_as_it_was_told() -> None:
    source = simulated(10.0)
    assert len(source.take(7, 1000.0)) == 7
    assert len(source.take(7, 1009.9)) == 7
    assert source.take(7, 1010.0) == []


def test_the_truth_is_better_than_guessing() -> None:
    source = simulated(1e9)
    assert source.best_auc() is None
    source.take(3000, 0.0)
    best = source.best_auc()
    assert best is not None
    assert 0.55 < best <= 1.0
