"""Traces for tests: one at a time, by the dozen, and as Hypothesis strategies."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from processors.state import LearnerState, apply, fresh
from processors.trace import KINDS, SHARE_STEPS, Trace
from schemas.kinds import FEEDBACK, Kind

T0 = 1_700_000_000.0
DAY = 86_400.0
YEAR_1, YEAR_9999 = -62_135_596_800.0, 253_402_300_799.0
SKILLS = (11, 12, 13, 14, 15, 0)
ACTIVITIES = (21, 22, 23, 24, 25, 26)
CONTENTS = (0, 31, 32, 33)
LEARNING = tuple(kind for kind in KINDS if kind not in FEEDBACK)

_BASE = Trace(
    id=1,
    at=T0,
    activity=21,
    kind=Kind.ANSWERED,
    outcome=1.0,
    weight=1.0,
    skills=(11,),
    seconds=None,
    planned_minutes=None,
    content=0,
    progress=None,
    finish=0,
)


def trace(**changes: Any) -> Trace:
    """A right answer at `T0`, but for `changes`."""
    return _BASE._replace(**changes)


def answers(outcomes: Iterable[float], every_sec: float = 60.0, **changes: Any) -> list[Trace]:
    """Answers to one question, `every_sec` apart."""
    return [
        trace(id=i, at=T0 + i * every_sec, outcome=outcome, **changes)
        for i, outcome in enumerate(outcomes)
    ]


def state_of(traces: Iterable[Trace]) -> LearnerState:
    """The state after `traces`, in the order given."""
    state = fresh()
    for one in traces:
        apply(state, one)
    return state


def busy(rng: random.Random, events: int, *, within: int = 2**64) -> list[Trace]:
    """Events of somebody who does something else each time: names are drawn below `within`."""
    return [
        trace(
            id=rng.getrandbits(64),
            at=T0 + rng.uniform(-400.0, 400.0) * DAY,
            activity=rng.randrange(within),
            kind=rng.choice(LEARNING),
            outcome=rng.choice([None, 0.0, 0.3333, 1.0]),
            weight=rng.choice([0.5, 1.0, 2.0, 3.0]),
            skills=tuple({rng.randrange(within) for _ in range(rng.randrange(9))}),
            content=rng.randrange(within),
            progress=rng.choice([None, rng.randrange(SHARE_STEPS) / SHARE_STEPS]),
            finish=rng.choice([-1, 0, 1, 1]),
        )
        for _ in range(events)
    ]


near_times = st.integers(0, 60 * 86_400_000).map(lambda ms: T0 + ms / 1000.0)
"""Within two months, to the millisecond."""
past_times = near_times | st.sampled_from([YEAR_1, -1e9, 0.0, 1e9, T0 + 0.5])
"""Any time that a sender may claim: no event counts as later than its arrival."""
times = past_times | st.just(YEAR_9999)
"""The same where even the clock of the log is wrong."""
shares = st.none() | st.integers(0, SHARE_STEPS).map(lambda steps: steps / SHARE_STEPS)


@st.composite
def _traces(draw: st.DrawFn, at: st.SearchStrategy[float]) -> Trace:
    outcome = draw(shares)
    weights = [0.5, 1.0, 2.0, 3.0] if outcome is not None else [0.0, 0.0, 0.5, 1.0]
    return Trace(
        id=0,
        at=draw(at),
        activity=draw(st.sampled_from(ACTIVITIES)),
        kind=draw(st.sampled_from(LEARNING)),
        outcome=outcome,
        weight=draw(st.sampled_from(weights)),
        skills=tuple(draw(st.lists(st.sampled_from(SKILLS), max_size=3, unique=True))),
        seconds=draw(st.none() | st.integers(0, 10**6).map(lambda tenths: tenths / 10)),
        planned_minutes=draw(st.none() | st.integers(0, 10**5).map(lambda cents: cents / 100)),
        content=draw(st.sampled_from(CONTENTS)),
        progress=draw(shares),
        finish=draw(st.sampled_from([-1, 0, 0, 1])),
    )


def some_traces(
    at: st.SearchStrategy[float] = times, least: int = 0, most: int = 20
) -> st.SearchStrategy[list[Trace]]:
    """Lists of traces over few names, each with an id of its own."""
    lists = st.lists(_traces(at), min_size=least, max_size=most)
    return lists.map(lambda traces: [one._replace(id=i) for i, one in enumerate(traces)])


def without(traces: Sequence[Trace], gone: set[int]) -> list[Trace]:
    """`traces` without those of the ids `gone`."""
    return [one for one in traces if one.id not in gone]
