"""In which order answers are predicted and learned.

*Prequential* (Dawid, "Statistical Theory: The Prequential Approach", 1984): each answer is
predicted, then learned, over the whole file in order, from nothing.

*Held-out users*: the shared parameters learn in one pass over the other users and are frozen; then
each held-out user's answers are predicted in order, while the user's own state moves on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from offline.answers import Answers, Flags, Numbers, Places
from offline.events import Events
from offline.replay import Layout, Replay
from online_models.success import SuccessModel
from processors.learning import Observation
from schemas.errors import ConfigurationError

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
    """Predict, learn and count, all models; without reading the file and rebuilding queues."""
    state_bytes_per_learner: float
    parameters: int


def prequential(events: Events, layout: Layout, watch: Watch) -> tuple[Trial, Cost]:
    """Predict, then learn, every row."""
    replay = Replay(layout)
    trial, seconds = _pass(replay, events, np.arange(len(events.answers)), watch)
    cost = Cost(
        1e6 * seconds / len(trial.rows),
        replay.state_bytes(),
        replay.parameters(SuccessModel.name),
    )
    return trial, cost


def held_out(events: Events, rows: Flags, layout: Layout, watch: Watch) -> Trial:
    """Learn the other rows, then predict the flagged `rows`, which are all rows of some users."""
    replay = Replay(layout)
    _pass(replay, events, np.flatnonzero(~rows), watch)
    replay.freeze()
    trial, _ = _pass(replay, events, np.flatnonzero(rows), watch)
    return trial


def _pass(replay: Replay, events: Events, rows: Places, watch: Watch) -> tuple[Trial, float]:
    """What is predicted for `rows`, and the seconds that it took."""
    predicted = np.empty(len(rows))
    spent = 0.0
    for start in range(0, len(rows), _CHUNK):
        chunk = [(row, events(row)) for row in rows[start : start + _CHUNK].tolist()]
        started = perf_counter()
        found = [_predicted(replay.apply(row, event)) for row, event in chunk]
        spent += perf_counter() - started
        predicted[start : start + len(chunk)] = found
        watch(len(chunk))
    return Trial(rows, predicted), spent


def _predicted(observations: Iterable[Observation]) -> float:
    return next(one.predicted for one in observations if one.model == SuccessModel.name)


def held_out_rows(answers: Answers, names: Iterable[str] | None = None) -> Flags | None:
    """Flags the rows of the users called `names`, else of the last 20 % of users.

    None where fewer than 2 users are held out, or none is left.
    """
    users = len(answers.users)
    if names is None:
        chosen = np.arange(users) >= users - int(users * HELD_OUT_SHARE)
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
