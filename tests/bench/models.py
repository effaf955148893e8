"""Microseconds an operation of what counts and watches: `python -m tests.bench.models`.

What predicting, learning and ranking cost is told by `bench.hot_path`.

Each figure is the best of several runs over inputs that are made beforehand, on a model that has
learned all of them once. Timings are read by people and never asserted.
"""

import sys
from collections.abc import Callable, Iterator
from random import Random
from timeit import repeat

from online_models.contract import Features
from online_models.items import ItemModel
from online_models.means import Means
from online_models.monitor import QualityMonitor
from online_models.observation import Observation
from online_models.replica import Replica

INPUTS = 2000
RUNS = 7


def common(rng: Random) -> Features:
    """20 dense features of a learner."""
    return {"bias": 1.0, **{f"learner_{n}": rng.gauss(0, 1) for n in range(19)}}


def own(rng: Random, dense: int = 9) -> Features:
    """Features of a learner and an activity: dense ones and three one-hots."""
    return {
        **{f"own_{n}": rng.gauss(0, 1) for n in range(dense)},
        f"i:{hash64(rng):x}": 1.0,
        f"s:{rng.randrange(100):016x}": 1.0,
        f"c:{rng.randrange(8):016x}": 1.0,
    }


def hash64(rng: Random) -> int:
    """One of 5,000 ids."""
    return rng.randrange(5000) * 0x9E3779B97F4A7C15 % 2**64


def others(rng: Random) -> Iterator[tuple[str, Callable[[], object]]]:
    """The operations of the counting models and of the measures."""
    items, means = ItemModel(), Means()
    pairs = [(hash64(rng), hash64(rng)) for _ in range(INPUTS)]
    yield "items.learn", lambda: [items.learn(a, 1.0, 30.0) for a, _ in pairs]
    yield "items.difficulty", lambda: [items.difficulty(a) for a, _ in pairs]
    yield "items.minutes", lambda: [items.minutes(a) for a, _ in pairs]
    yield "means.learn", lambda: [means.learn("engagement", a, 1.0) for a, _ in pairs]


def quality(rng: Random) -> Iterator[tuple[str, Callable[[], object]]]:
    """Measuring, testing and judging one prediction, and telling what it changed."""
    for model in ("success", "duration"):
        monitor = QualityMonitor()
        seen = [observation(rng, model) for _ in range(INPUTS)]
        yield f"quality.observe, {model}", _observing(monitor, seen)
        yield f"quality.observe + touched each time, {model}", _observing(monitor, seen, 1)


def observation(rng: Random, model: str) -> Observation:
    """A prediction a bit better than its baseline."""
    baseline = rng.random()
    outcome = float(rng.random() < baseline)
    return Observation(model, 0.8 * baseline + 0.2 * outcome, baseline, outcome, rng.random())


def _observing(
    monitor: QualityMonitor, seen: list[Observation], batch: int = INPUTS
) -> Callable[[], object]:
    def observe() -> None:
        for n, one in enumerate(seen, 1):
            monitor.observe(one, 1.9e9)
            if n % batch == 0:
                monitor.touched()

    return observe


def checkpoints(rng: Random) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a checkpoint costs, an event of a batch of 500."""
    replica = Replica()
    xs = [{**common(rng), **own(rng, dense=2)} for _ in range(INPUTS)]

    def learn_and_tell(size: int) -> None:
        for n, x in enumerate(xs):
            replica.success.learn_one(x, 1.0)
            if n % size == 0:
                replica.touched()

    yield "learn_one + touched, batches of 500", lambda: learn_and_tell(500)
    yield "learn_one + touched, batches of 1", lambda: learn_and_tell(1)


def main() -> None:
    """Print a table."""
    rng = Random(1)
    for operations in (others(rng), quality(rng), checkpoints(rng)):
        for label, run in operations:
            best = min(repeat(run, number=1, repeat=RUNS)) / INPUTS * 1e6
            sys.stdout.write(f"{label:68s} {best:8.2f} us\n")


if __name__ == "__main__":
    main()
