"""How long a queue takes: `python tests/bench/queueing.py [--profile]` from the repository.

Made-up catalogues of 60 and of 1,000 activities, a role with eight skills, learners with 5 to 60
events each; the models have learned from all of them. Nothing is asserted here.
"""

import cProfile
import pstats
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import mean
from time import process_time_ns

sys.path.insert(0, str(Path(__file__).parents[2]))

from online_models.replica import Replica
from online_models.served import Served
from processors.learning import learn
from processors.objective import Objective
from processors.queueing import Basis, Occasion, rebuild
from processors.reference import Reference
from processors.state import LearnerState, apply, decode, encode, fresh
from processors.trace import trace_of
from schemas.codec import encode_json
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.queue import Queue
from schemas.reference import Activity, LearnerProfile, RoleRequirement

NOW = 1_750_000_000.0
LEARNERS = 40
REPEATS = 9
IRI = "https://lms.example.com/activities"
CONTENTS = ("video", "reading", "quiz", "lab", "course")


def main() -> None:
    """Print one line a catalogue, then, if asked, where the time goes."""
    for size in (60, 1000):
        build_all, queues = _prepared(size)
        took = min(_timed(build_all) for _ in range(REPEATS)) / LEARNERS
        lengths = [len(encode_json(queue)) for queue in queues]
        items = mean(len(queue.items) for queue in queues)
        print(
            f"{size:5d} activities: {took:6.1f} us a queue of {items:.1f} items, "
            f"{mean(lengths):.0f} bytes (largest {max(lengths)})"
        )
        if "--profile" in sys.argv:
            _profile(build_all)


def _prepared(size: int) -> tuple[Callable[[], int], list[Queue]]:
    rng = Random(size)
    reference = _reference(size, rng)
    replica = Replica()
    blobs = {f"learner-{n}": _lived(reference, replica, rng) for n in range(LEARNERS)}
    basis = Basis(reference, Served(replica), Objective())
    occasion = Occasion(NOW, 12_345, {"statement": "6f1b1c1e-7c3d-4d9e", "verb": "completed"})

    def build_all() -> int:
        states = [(learner, decode(blob)) for learner, blob in blobs.items()]
        started = process_time_ns()
        for learner, state in states:
            rebuild(learner, state, basis, occasion)
        return process_time_ns() - started

    queues = [rebuild(key, decode(blob), basis, occasion).queue for key, blob in blobs.items()]
    return build_all, queues


def _timed(build_all: Callable[[], int]) -> float:
    return build_all() / 1000


def _profile(build_all: Callable[[], int]) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(10):
        build_all()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


def _reference(size: int, rng: Random) -> Reference:
    reference = Reference()
    skills = [f"Skill {n}" for n in range(max(8, size // 8))]
    for n in range(size):
        before = rng.sample(range(max(0, n - 12), n), min(n, rng.choice((0, 1, 1, 2))))
        reference.put(
            Activity(
                id=f"{IRI}/{n:04d}",
                title=f"Activity number {n}",
                skills=tuple(rng.sample(skills, rng.choice((1, 1, 2)))),
                prerequisites=tuple(f"{IRI}/{m:04d}" for m in before),
                difficulty=rng.random(),
                content=rng.choice(CONTENTS),
                minutes=rng.choice((10, 30, 60)),
                course=f"course-{n // 15}",
            )
        )
    targets = dict.fromkeys(rng.sample(skills, 8), 0.8)
    reference.put(RoleRequirement(role="analyst", skills=targets))
    for n in range(LEARNERS):
        reference.put(LearnerProfile(learner=f"learner-{n}", role="analyst"))
    return reference


def _lived(reference: Reference, replica: Replica, rng: Random) -> bytes:
    state = fresh()
    for event in _events(reference, state, rng):
        trace = trace_of(event)
        learn(replica, state, event, trace)
        apply(state, trace)
    return encode(state)


def _events(reference: Reference, state: LearnerState, rng: Random) -> Iterator[LearningEvent]:
    n_events = rng.randint(5, 60)
    for n in range(n_events):
        legal = [e for e in reference.entries() if all(map(state.is_done, e.prerequisites))]
        activity = rng.choice(legal[:60]).activity
        at = NOW - (n_events - n) * 20_000
        kind, outcome = rng.choice(((Kind.LAUNCHED, None), (Kind.COMPLETED, rng.random())))
        yield LearningEvent(
            id=f"{rng.getrandbits(64)}",
            learner="somebody",
            kind=kind,
            verb="v",
            activity=activity.id,
            occurred_at=at,
            received_at=at,
            outcome=outcome,
            skills=activity.skills,
            difficulty=activity.difficulty,
            content=activity.content,
            minutes=activity.minutes,
            duration_sec=600.0,
        )


if __name__ == "__main__":
    main()
