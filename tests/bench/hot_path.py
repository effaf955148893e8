"""What one event and one ranking cost, all models together: `python -m bench.hot_path`.

A made-up catalogue of 300 activities and 40 learners; each figure is the smallest of several runs
on one core, as processor time, so that other work on the machine counts as little as may be. The
first lines run on models that have met 20,000 events. Timings are read by people, never asserted.
"""

import sys
from collections.abc import Callable
from random import Random
from time import process_time_ns

from online_models.replica import Replica
from processors.application import Application, Lesson
from processors.candidates.stream import Candidate
from processors.learner_view import LearnerView
from processors.learning import learn
from processors.objective import Objective
from processors.queueing import Basis
from processors.rank import rank
from processors.reference import Reference
from processors.state import decode, encode
from processors.trace import trace_of
from processors.witness import Witness
from schemas.checkpoint import Memory
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.reference import Activity

NOW = 1_750_000_000.0
ACTIVITIES, LEARNERS, EVENTS, MEASURED = 300, 40, 20_000, 2_000
CANDIDATES = 100
RUNS = 9
BATCHES = (1, 20, 200)


def catalogue(rng: Random) -> Reference:
    """Activities of one or two of 40 skills."""
    reference = Reference()
    for n in range(ACTIVITIES):
        reference.put(
            Activity(
                id=f"https://lms.example.com/activities/{n:04d}",
                title=f"Activity number {n}",
                skills=tuple(f"Skill {rng.randrange(40)}" for _ in range(rng.choice((1, 1, 2)))),
                difficulty=rng.random(),
                content=rng.choice(("video", "reading", "quiz", "lab")),
                minutes=rng.choice((10, 30, 60)),
            )
        )
    return reference


def events(reference: Reference, rng: Random, count: int) -> list[LearningEvent]:
    """Answers, completions with a score, and launches."""
    entries = list(reference.entries())
    return [event(n, count, entries[rng.randrange(ACTIVITIES)].activity, rng) for n in range(count)]


def event(n: int, count: int, activity: Activity, rng: Random) -> LearningEvent:
    """The n-th of `count` events, 30 seconds apart."""
    kind = rng.choice((Kind.ANSWERED, Kind.ANSWERED, Kind.COMPLETED, Kind.LAUNCHED))
    at = NOW - (count - n) * 30.0
    return LearningEvent(
        id=f"{rng.getrandbits(64):x}",
        learner=f"learner-{rng.randrange(LEARNERS)}",
        kind=kind,
        verb="v",
        activity=activity.id,
        occurred_at=at,
        received_at=at,
        outcome=None if kind is Kind.LAUNCHED else float(rng.random() < 0.7),
        skills=activity.skills,
        difficulty=activity.difficulty,
        content=activity.content,
        minutes=activity.minutes,
        duration_sec=60.0 * rng.random() if kind is Kind.COMPLETED else None,
    )


def microseconds(run: Callable[[], object], times: int = 1) -> float:
    """Processor time of one of the `times` things that `run` does; the smallest of several runs."""
    best = float("inf")
    for _ in range(RUNS):
        started = process_time_ns()
        run()
        best = min(best, process_time_ns() - started)
    return best / 1000 / times


def tell(label: str, figure: float, unit: str = "us") -> None:
    """Print one line."""
    sys.stdout.write(f"{label:60s} {figure:10.1f} {unit}\n")


def main() -> None:
    """Print the table."""
    rng = Random(1)
    reference, models = catalogue(rng), Replica()
    lived = Application(Memory({}, {}), models)
    told = events(reference, rng, EVENTS + MEASURED)
    for offset, one in enumerate(told[:EVENTS]):
        lived.apply(offset, one)
    models.touched()
    states = lived.encoded_states()
    tell_learning(reference, models, states, told[EVENTS:])
    tell_ranking(models, reference, states)
    sizes = sorted(map(len, states.values()))
    tell("state of a learner with 500 events, median", sizes[len(sizes) // 2], "bytes")
    for name, model in models.models.items():
        tell(f"numbers of {name}", len(model.state()), "names")


def tell_learning(
    reference: Reference, models: Replica, states: dict[str, bytes], told: list[LearningEvent]
) -> None:
    """What models and state cost an event."""
    known = [(one, trace_of(one), decode(states[one.learner])) for one in told]
    alone = microseconds(lambda: [learn(models, state, e, t) for e, t, state in known], len(told))
    tell("predict, then learn: all models, one event", alone)
    for size in BATCHES:
        figure = microseconds(lambda size=size: apply_all(models, states, told, size), len(told))
        tell(f"the same with its state and what the checkpoint is told, {size} a batch", figure)
    seen = microseconds(lambda: witness_all(reference, models, states, told), len(told))
    tell("the last one, with what is counted for metrics", seen)


def apply_all(
    models: Replica,
    states: dict[str, bytes],
    told: list[LearningEvent],
    size: int,
    lesson: Lesson = learn,
) -> None:
    """Apply events in batches, as a worker does, but for the store and the queues."""
    for first in range(0, len(told), size):
        work = Application(Memory(states, {}), models, lesson=lesson)
        for offset, one in enumerate(told[first : first + size]):
            work.apply(offset, one)
        work.encoded_states()
        models.touched()


def witness_all(
    reference: Reference, models: Replica, states: dict[str, bytes], told: list[LearningEvent]
) -> None:
    """`apply_all` in batches of the largest size, and what is seen of learning."""
    witness = Witness(reference, Objective(), "role")
    apply_all(models, states, told, BATCHES[-1], witness.lesson)


def tell_ranking(models: Replica, reference: Reference, states: dict[str, bytes]) -> None:
    """What ranking costs one learner."""
    basis = Basis(reference, models, Objective(shortlist=CANDIDATES))
    views = [LearnerView(name, decode(blob), basis, NOW) for name, blob in states.items()]
    entries = list(reference.entries())[:CANDIDATES]

    def rank_all() -> None:
        for view in views:
            rank([Candidate(entry) for entry in entries], view)

    tell(f"rank {CANDIDATES} candidates for one learner", microseconds(rank_all, len(views)))
    some = [decode(blob) for blob in states.values()]
    tell("decode and encode a state", microseconds(lambda: [*map(encode, some)], len(some)))


if __name__ == "__main__":
    main()
