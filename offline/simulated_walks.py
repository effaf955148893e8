"""Walks of simulated learners through a catalogue of courses, by seed, where there are no data.

A learner goes along a course, mostly item by item, sometimes leaves one out, goes back to one, or
looks into another course; some courses are liked more than others. Items have the skills of their
course, a few in each.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from offline.answers import Answers

_ONWARDS, _SKIP, _BACK = 0.7, 0.85, 0.9
"""What a uniform draw must be below to go to the next item, leave one out, go back to an item."""

_SKILLS = 4
_PAUSE_SEC = 60.0
_START = 1_577_836_800.0


@dataclass(frozen=True, slots=True)
class Walkers:
    """Who walks where."""

    learners: int = 1500
    courses: int = 40
    items: int = 15
    """Of a course."""
    steps: int = 8
    seed: int = 1


def walks(walkers: Walkers) -> Answers:
    """A row a visit, in POSIX seconds; everybody's first, then everybody's second, and so on."""
    rng = Random(walkers.seed)  # noqa: S311  simulated people, no secrets
    paths = [_path(walkers, rng) for _ in range(walkers.learners)]
    rows = [(user, path[step]) for step in range(walkers.steps) for user, path in enumerate(paths)]
    users, items = np.array(rows).T
    skills = np.arange(walkers.courses * _SKILLS)
    return Answers(
        tuple(f"learner {one}" for one in range(walkers.learners)),
        tuple(f"item {one}" for one in range(walkers.courses * walkers.items)),
        tuple((f"skill {one}",) for one in skills),
        users,
        items,
        items // walkers.items * _SKILLS + items % _SKILLS,
        np.ones(len(rows)),
        np.arange(len(rows), dtype=np.float64) * _PAUSE_SEC + _START,
    )


def _path(walkers: Walkers, rng: Random) -> list[int]:
    """Items, in the order of the visits."""
    course, place = _liked(walkers, rng), rng.randrange(walkers.items)
    path: list[int] = []
    while len(path) < walkers.steps:
        path.append(course * walkers.items + place)
        draw = rng.uniform(0.0, 1.0)
        if draw < _SKIP:
            place = (place + (1 if draw < _ONWARDS else 2)) % walkers.items
        elif draw < _BACK:
            place = path[0] % walkers.items
        else:
            course, place = _liked(walkers, rng), rng.randrange(walkers.items)
    return path


def _liked(walkers: Walkers, rng: Random) -> int:
    """A course, the first ones more often."""
    return int(walkers.courses * rng.uniform(0.0, 1.0) ** 2)
