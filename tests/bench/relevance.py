"""What the relevance model costs: `PYTHONPATH=.:tests python -m bench.relevance`.

Processor time of one core; each figure is the smallest of several runs, on a model that has met
40,000 visits of 2,000 learners to 600 items in courses. Timings are read by people, never asserted.
"""

import sys
from collections.abc import Callable
from time import process_time_ns

from offline.clocks import clock_of
from offline.events import Events
from offline.simulated_walks import Walkers, walks
from online_models.moment import Moment
from online_models.relevance import RelevanceModel
from processors.learning import learn_next
from processors.relevance import moment_of
from processors.state import LearnerState, apply, fresh
from processors.trace import Trace, trace_of
from schemas.codec import hash64
from schemas.event import LearningEvent

WALKERS = Walkers(learners=2_000, steps=20)
MEASURED, CANDIDATES, RUNS = 1_000, 100, 9
BATCHES = (1, 20, 200)

Lesson = tuple[LearnerState, LearningEvent, Trace]


def lived(model: RelevanceModel) -> tuple[list[LearnerState], list[Lesson]]:
    """Everybody's state after the walks; and the last visits, each with the state at the end."""
    answers = walks(WALKERS)
    events = Events(answers, clock_of(answers))
    states = [fresh() for _ in answers.users]
    for row, user in enumerate(answers.user.tolist()):
        event = events(row)
        trace = trace_of(event)
        learn_next(model, states[user], event, trace)
        apply(states[user], trace)
    rows = range(len(answers) - MEASURED, len(answers))
    other = [(states[answers.user[row] - 1], events(row)) for row in rows]
    return states, [(state, event, trace_of(event)) for state, event in other]


def microseconds(run: Callable[[], object], times: int) -> float:
    """Processor time of one of the `times` things that `run` does; the smallest of several runs."""
    best = float("inf")
    for _ in range(RUNS):
        started = process_time_ns()
        run()
        best = min(best, process_time_ns() - started)
    return best / 1000 / times


def tell(label: str, run: Callable[[], object], times: int) -> None:
    """Print one line."""
    sys.stdout.write(f"{label:64s} {microseconds(run, times):8.1f} us\n")


def main() -> None:
    """Print the table."""
    model = RelevanceModel()
    states, lessons = lived(model)
    now = lessons[-1][2].at
    moments = [moment_of(state, now, "role", "cohort") for state in states[:200]]
    keys = [hash64(f"https://lms.example.org/items/item%20{n}") for n in range(CANDIDATES)]
    tell("the learner's moment, from the state", lambda: ask(states[:200], now), 200)
    tell("learn a visit, moment included", lambda: learn(model, lessons), MEASURED)
    for size in BATCHES:
        run = lambda size=size: learn(model, lessons, size)  # noqa: E731
        tell(f"the same with what the checkpoint is told, {size} a batch", run, MEASURED)
    tell(f"scores of {CANDIDATES}", lambda: [model.scores(one, keys) for one in moments], 200)
    tell(f"chances of {CANDIDATES}", lambda: [model.chances(one, keys) for one in moments], 200)
    tell("propose 12", lambda: [model.propose(one, 12) for one in moments], 200)
    tell("propose 12 to a new learner", lambda: [model.propose(Moment.of((), now), 12)], 1)
    tell("say why", lambda: [model.because(one, keys[5]) for one in moments], 200)
    sys.stdout.write(f"{'numbers':64s} {len(model.state()):8d} names\n")


def ask(states: list[LearnerState], now: float) -> None:
    """Make the moments."""
    for state in states:
        moment_of(state, now, "role", "cohort")


def learn(model: RelevanceModel, lessons: list[Lesson], batch: int | None = None) -> None:
    """Learn all lessons; with a batch, hand over what has changed after each."""
    for n, lesson in enumerate(lessons, 1):
        learn_next(model, *lesson)
        if batch and n % batch == 0:
            model.touched()
    if batch is None:
        model.touched()


if __name__ == "__main__":
    main()
