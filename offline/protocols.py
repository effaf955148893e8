"""In which order answers are predicted and learned.

*Prequential* (Dawid, "Statistical Theory: The Prequential Approach", 1984): each answer is
predicted, then learned, over the whole file in order, from nothing.

*Held-out users*: the shared parameters learn in one pass over the other users and are frozen; then
each held-out user's answers are predicted in order, while the user's own state moves on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import process_time

import numpy as np

from offline.answers import Answers, Flags, Numbers, Places
from offline.events import Events
from offline.replay import Layout, Replay
from online_models.observation import Observation
from online_models.success import SuccessModel
from schemas.errors import ConfigurationError
from schemas.event import LearningEvent

HELD_OUT_SHARE = 0.2
"""Part of the users, the last ones by first answer, that is held out where nobody says who."""

_FEWEST_HELD_OUT = 2
_CHUNK = 1000

Watch = Callable[[int], None]
"""Told how many more answers are done."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Predictions of some rows."""

    rows: Places
    predicted: Numbers


@dataclass(frozen=True, slots=True)
class Cost:
    """What a pass over the answers took."""

    microseconds_per_event: float
    """Of a processor: predict, learn and count, all models; without file and queues."""
    state_bytes_per_learner: float
    parameters: int


def prequential(events: Events, layout: Layout, watch: Watch) -> tuple[Trial, Cost]:
    """Predict, then learn, every row."""
    replay = Replay(layout)
    teller = Teller(replay, events, layout)
    trial, seconds = _pass(teller, np.arange(len(events.answers)), watch)
    cost = Cost(
        1e6 * seconds / len(trial.rows),
        replay.state_bytes(),
        replay.parameters(SuccessModel.name),
    )
    return trial, cost


def held_out(events: Events, rows: Flags, layout: Layout, watch: Watch) -> Trial:
    """Learn the other rows, then predict the flagged `rows`, which are all rows of some users."""
    replay = Replay(layout)
    teller = Teller(replay, events, layout)
    _pass(teller, np.flatnonzero(~rows), watch)
    replay.freeze()
    trial, _ = _pass(teller, np.flatnonzero(rows), watch)
    return trial


class Teller:
    """Tells the replay of rows, and what it predicted for them."""

    def __init__(self, replay: Replay, events: Events, layout: Layout) -> None:
        self._replay = replay
        self._events = events
        self._bundles = bundles_of(events.answers) if layout.bundles else {}
        self._foreseen: dict[int, float] = {}

    def predictions(self, rows: Iterable[int]) -> tuple[list[float], float]:
        """What is predicted for `rows` in their order, and the processor's seconds for it."""
        told = [(row, self._events(row)) for row in rows]
        started = process_time()
        found = [self._predicted(row, event) for row, event in told]
        return found, process_time() - started

    def _predicted(self, row: int, event: LearningEvent) -> float:
        for other in self._bundles.get(row, ()):
            seen = self._replay.foresee(other, self._events(other))
            self._foreseen[other] = _success(seen)
        predicted = _success(self._replay.apply(row, event))
        return self._foreseen.pop(row, predicted)


def bundles_of(answers: Answers) -> dict[int, list[int]]:
    """The first row of each bundle -> all its rows: several of one learner, at one moment."""
    moments: dict[tuple[int, float], list[int]] = defaultdict(list)
    for row, moment in enumerate(zip(answers.user.tolist(), answers.ticks.tolist(), strict=True)):
        moments[moment].append(row)
    return {rows[0]: rows for rows in moments.values() if len(rows) > 1}


def _pass(teller: Teller, rows: Places, watch: Watch) -> tuple[Trial, float]:
    """What is predicted for `rows`, and the processor's seconds for it."""
    predicted = np.empty(len(rows))
    spent = 0.0
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        found, seconds = teller.predictions(chunk.tolist())
        predicted[start : start + len(chunk)] = found
        spent += seconds
        watch(len(chunk))
    return Trial(rows, predicted), spent


def _success(observations: Iterable[Observation]) -> float:
    return next(one.predicted for one in observations if one.model == SuccessModel.name)


def held_out_rows(answers: Answers, names: Iterable[str] | None = None) -> Flags | None:
    """Flags the rows of the users called `names`, else of the last 20 % of users.

    None where fewer than 2 users are held out, or none is left.
    """
    users = len(answers.users)
    if names is None:
        chosen = np.arange(users) >= int(users * (1.0 - HELD_OUT_SHARE))
    else:
        chosen = np.isin(np.array(answers.users), np.array([*names]))
    if not _FEWEST_HELD_OUT <= chosen.sum() < users:
        return None
    flags: Flags = chosen[answers.user]
    return flags


def check_known(answers: Answers, names: Iterable[str]) -> None:
    """All `names` are users of `answers`.

    Raises:
        ConfigurationError: names some who are not.
    """
    strangers = sorted(set(names) - set(answers.users))
    if strangers:
        raise ConfigurationError(
            f"{len(strangers)} of the test users have no answers, {', '.join(strangers[:3])} for "
            "one: correct the list, or take the file that it belongs to"
        )
