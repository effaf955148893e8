"""Will the learner still know it after some time?

The log odds of an answer are what was learned, less what was forgotten (`forgetting`):

    logit p = bias + form of the learner + levels of skills and activity
              - falls since skills and activity were practised + offsets of skill and activity

A *memory* is what is left of practising one thing. Its level is linear in its log odds and counts
of success; its slopes are linear in [1, lapse, massed]. All weights are learned from every answer
(`beliefs`), with signs that keep two promises: waiting never raises recall, and a success neither
lowers recall nor lets it fall faster. A half-life that depends on successes and failures is the
idea of half-life regression (Settles, Meeder, ACL 2016, eq. 1-3); that what was practised at
intervals lasts longer is the spacing effect of ACT-R (Pavlik, Anderson, Cognitive Science 29,
2005). How much of either there is, is learned.
"""

from math import isfinite
from typing import Any, ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import (
    LIMIT,
    Beliefs,
    Held,
    Lesson,
    Priors,
    learn,
    pairs_of,
    probability,
    sigmoid,
)
from online_models.compiled import compiled
from online_models.forgetting import STRETCHES, fallen, seconds_until, stretches
from online_models.merging import Merging
from online_models.parts import OfParts
from online_models.things import ITEM, SKILL, Entries, key_of
from online_models.weights import Floats, Keys

MAX_KEYS = 1 << 17
"""Weights of single things of one partition's own."""
MAX_MERGED = 1 << 19

FORM = ("own", "ability_1", "ability_10", "ability_50", "form_4", "form_16")
"""What is read of the learner: the success model's weight of the learner; half log odds of all
outcomes with priors of 1, 10 and 50 answers, and of the newest outcomes, fading with 4 and 16
answers. A success raises each."""

MEMORY = ("seconds", "successes", "failures", "lapse", "spaced")
"""What is left of practising one thing: how long ago it was done last, below 0 where it was never;
weighted successes and failures; share of failure in the newest evidence, which a success does not
raise; successes that had faded by then, which a success does not lower."""
SECONDS, GOOD, BAD, LAPSE, SPACED = range(len(MEMORY))

_HEAD = ("bias", "skill_new", "item_seen", *FORM)
_LEVEL = ("odds", "wins", "losses", "newest")
_PACE = ("lapse", "massed", "fade", *(f"fade_{n}" for n in range(STRETCHES)))
_N_HEAD, _N_LEVEL, _N_PACE = len(_HEAD), len(_LEVEL), len(_PACE)
_FIRST_PACE = _N_HEAD + 2 * _N_LEVEL
_OVERALL = _N_PACE - STRETCHES
_KINDS = ("skill", "item")
_FREE = ("bias", "skill_new", "item_seen", "losses")
_SLOPE = 4
"""Kind of the additional slope of a skill, beside the offsets of skills and activities."""


def _shared() -> dict[str, tuple[float, float]]:
    """Priors by name.

    Before anything was seen, three quarters of the evidence of a skill count at face value, and
    odds fall as time to the power of -0.1: of the recall of what succeeded once, three or six
    times, 70 % are left after 4 hours, 2 days and 3 weeks.
    """
    names = dict.fromkeys(_HEAD, (0.0, 0.1))
    names |= {f"{kind}_{level}": (0.0, 0.1) for kind in _KINDS for level in _LEVEL}
    names |= {f"{kind}_{pace}": (0.0, 0.01) for kind in _KINDS for pace in _PACE}
    names |= {f"{kind}_fade": (0.1, 0.01) for kind in _KINDS}
    return names | {"skill_odds": (1.5, 0.3)}


PRIORS = Priors(_shared(), {ITEM: 0.8, SKILL: 0.3, _SLOPE: 0.0003})
_FLOORS = np.array(
    [-np.inf if name.endswith(_FREE) or "fade" in name else 0.0 for name in PRIORS.names]
)

_WINS, _LOSSES = 1.4, 0.6
_MOST = 1e9
_HALF = 0.5
_DAY_SEC = 86_400.0


class Question(NamedTuple):
    """Something that is answered, or would be."""

    form: Floats
    """`FORM` of the learner."""
    things: Keys
    """(m + 1,): hash of each skill, and of the activity; 0 for any activity that is new."""
    memories: Floats
    """(m + 1, 5): `MEMORY` of each of `things`."""


class Curves:
    """How the recall of some skills goes on if nothing is done, each in closed form.

    Args:
        levels: log odds of recall right after the last practice.
        slopes: (skills, stretches), how steep they fall.
        since: when the last practice was, POSIX seconds.
    """

    def __init__(self, levels: Floats, slopes: Floats, since: Floats) -> None:
        self._levels, self._slopes, self._since = levels, slopes, since

    def recall(self, at: float) -> Floats:
        """P(success) of each at `at` (POSIX seconds), at an activity of the skill that is new."""
        found: Floats = _recalls(self._levels, self._slopes, at - self._since)
        return found

    def kept(self, at: float) -> Floats:
        """The same as a share of what it was right after the last practice, in (0, 1]."""
        found: Floats = _kept(self._levels, self._slopes, at - self._since)
        return found

    def until(self, share: float) -> Floats:
        """When `kept` has fallen to `share` in (0, 1), POSIX seconds; at most a century later."""
        times: Floats = self._since + _times(self._levels, self._slopes, share)
        return times


class RetentionModel(OfParts):
    """P(success) now or later; learns one answer at a time.

    Its numbers: "shared" is a `Block`; (mean, variance) by key of a skill's or an activity's
    offset, and of a skill's slope.

    Args:
        max_keys: weights of single things of its own that it holds at most.
    """

    name: ClassVar[str] = "retention"
    schema: ClassVar[str] = "retention/1: shared: block; key: mean, variance"
    merging: ClassVar[Merging] = Merging(PRIORS.rules(), MAX_MERGED)

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._beliefs = Beliefs(PRIORS, max_keys)
        super().__init__(self._beliefs)

    def log_odds(self, question: Question) -> float:
        """Of success; 0 where something is no number."""
        score = float(_log_odds(tuple(question), self._beliefs.held))
        return score if isfinite(score) else 0.0

    def recall(self, question: Question) -> float:
        """P(success) in [`gaussian.LEAST`, 1 - `gaussian.LEAST`]."""
        return sigmoid(self.log_odds(question))

    def learn(self, question: Question, outcome: float) -> float:
        """Learn how it was answered, in [0, 1]; returns what was predicted.

        Nothing is learned where something is not finite.
        """
        if not (isfinite(outcome) and _is_finite(question.form, question.memories)):
            return self.recall(question)
        beliefs, y = self._beliefs, min(max(outcome, 0.0), 1.0)
        into = beliefs.into(2 * len(question.things) - 1)
        predicted = _learn(tuple(question), y, beliefs.held, into, beliefs.drift)
        beliefs.count()
        return float(predicted)

    def curves(self, form: Floats, skills: Keys, memories: Floats, at: float) -> Curves:
        """The forgetting curves of skills.

        Args:
            form: `FORM` of the learner.
            skills: (n,): their hashes.
            memories: (n, 5): `MEMORY` of each, which were practised.
            at: time that `memories` are read at, POSIX seconds.
        """
        levels, slopes = _curves(form, skills, memories, self._beliefs.held)
        return Curves(levels, slopes, at - memories[:, SECONDS])

    def untried(self, form: Floats, skills: Keys) -> Floats:
        """Log odds of success at skills that were never practised, each at a new activity.

        Args:
            form: `FORM` of the learner.
            skills: (n,): their hashes.
        """
        found: Floats = _untried(form, skills, self._beliefs.held)
        return found

    def half_life_days(self, skill: int) -> float:
        """Days until half of the recall of `skill` is lost, at most a century.

        After a first success, by a learner of whom nothing else is known.
        """
        first = np.array([[0.0, 1.0, 0.0, 0.0, 0.0]])
        nobody, skills = np.zeros(len(FORM)), np.array([skill], np.uint64)
        return float(self.curves(nobody, skills, first, 0.0).until(_HALF)[0]) / _DAY_SEC


@compiled
def _is_finite(form: Floats, memories: Floats) -> bool:
    """Whether a question can be learned from."""
    return bool(np.abs(form).max() <= LIMIT and np.all(np.isfinite(memories)))


@compiled
def _entries(things: int) -> int:
    """Sparse inputs of a question: of m skills offsets and slopes, and of the activity."""
    return 2 * things - 1


@compiled
def _level_inputs(memory: Floats, share: float, first: int, x: Floats) -> None:
    """Add what a memory says of its level."""
    good, bad = min(memory[GOOD], _MOST), min(memory[BAD], _MOST)
    x[first] += share * 0.5 * np.log((good + _WINS) / (bad + _LOSSES))
    x[first + 1] += share * np.log1p(good)
    x[first + 2] -= share * np.log1p(bad)
    x[first + 3] += share * (1.0 - memory[LAPSE])


@compiled
def _slopes(memory: Floats, own: float, mean: Floats, first: int, slopes: Floats) -> None:
    """How steep the log odds fall, by stretch."""
    massed = 1.0 / (1.0 + np.log1p(min(memory[SPACED], _MOST)))
    overall = own + mean[first] * memory[LAPSE] + mean[first + 1] * massed + mean[first + 2]
    for j in range(STRETCHES):
        slopes[j] = overall + mean[first + _OVERALL + j]


@compiled
def _pace_inputs(memory: Floats, share: float, first: int, walked: Floats, x: Floats) -> None:
    """Add what a memory says of how steep the log odds fall."""
    far = share * walked.sum()
    x[first] -= far * memory[LAPSE]
    x[first + 1] -= far / (1.0 + np.log1p(min(memory[SPACED], _MOST)))
    x[first + 2] -= far
    for j in range(STRETCHES):
        x[first + _OVERALL + j] -= share * walked[j]


@compiled
def _add_memory(
    memory: Floats, kind: int, share: float, own: float, mean: Floats, x: Floats
) -> float:
    """Add the inputs of a memory; returns by how much the log odds have fallen."""
    walked, slopes = np.empty(STRETCHES), np.empty(STRETCHES)
    seconds = min(memory[SECONDS], _MOST)
    _level_inputs(memory, share, _N_HEAD + kind * _N_LEVEL, x)
    first = _FIRST_PACE + kind * _N_PACE
    stretches(seconds, walked)
    _pace_inputs(memory, share, first, walked, x)
    _slopes(memory, own, mean, first, slopes)
    return share * fallen(seconds, slopes)


@compiled
def _keys(things: Keys) -> Keys:
    """Keys of the offsets of m skills, of their slopes, and of the activity's offset."""
    m = len(things) - 1
    keys = np.empty(_entries(m + 1), np.uint64)
    for n in range(m):
        keys[n], keys[m + n] = key_of(things[n], SKILL), key_of(things[n], _SLOPE)
    keys[2 * m] = key_of(things[m], ITEM)
    return keys


@compiled
def _score(question: Any, x: Floats, entries: Any, held: Any) -> float:
    """Log odds; fills in the inputs, which are 0 before."""
    memories, values, pairs = question.memories, entries.x, pairs_of(entries.keys, held)
    m, fall, offset = len(memories) - 1, 0.0, 0.0
    x[0], x[3:_N_HEAD] = 1.0, question.form
    for n in range(m):
        share, memory = 1.0 / m, memories[n]
        values[n], offset = share, offset + share * pairs[n, 0]
        if memory[SECONDS] < 0.0:
            x[1] += share
        else:
            values[m + n] = -share * np.log1p(min(memory[SECONDS], _MOST))
            fall += _add_memory(memory, 0, share, pairs[m + n, 0], held.mean, x)
    if question.things[m] != 0:
        values[2 * m], offset = 1.0, offset + pairs[2 * m, 0]
    if memories[m, SECONDS] >= 0.0:
        x[2] = 1.0
        fall += _add_memory(memories[m], 1, 1.0, 0.0, held.mean, x)
    return float(offset + (held.mean[:_FIRST_PACE] * x[:_FIRST_PACE]).sum() - fall)


@compiled
def _log_odds(asked: Any, weights: Any) -> float:
    question, held = Question(*asked), Held(*weights)
    keys = _keys(question.things)
    entries = Entries(keys, np.zeros(len(keys)))
    return _score(question, np.zeros(len(held.mean)), entries, held)


@compiled
def _learn(asked: Any, y: float, weights: Any, into: Any, drift: float) -> float:
    """Learn outcome `y`; returns what was predicted."""
    question, held = Question(*asked), Held(*weights)
    x, keys = np.zeros(len(held.mean)), _keys(question.things)
    entries = Entries(keys, np.zeros(len(keys)))
    p = probability(_score(question, x, entries, held))
    learn(x, entries, Lesson(y - p, p * (1.0 - p), 1.0), held, into, drift)
    for n in range(len(held.mean)):
        held.mean[n] = max(held.mean[n], _FLOORS[n])
    return p


@compiled
def _curves(form: Floats, skills: Keys, memories: Floats, weights: Any) -> Any:
    """Level and slopes of each skill."""
    held, n_skills = Held(*weights), len(skills)
    levels, slopes = np.empty(n_skills), np.empty((n_skills, STRETCHES))
    things = np.zeros(n_skills + 1, np.uint64)
    things[:n_skills] = skills
    pairs, x = pairs_of(_keys(things), held), np.zeros(len(held.mean))
    x[0], x[3:_N_HEAD] = 1.0, form
    for n in range(n_skills):
        x[_N_HEAD:] = 0.0
        _level_inputs(memories[n], 1.0, _N_HEAD, x)
        levels[n] = _finite(pairs[n, 0] + (held.mean[:_FIRST_PACE] * x[:_FIRST_PACE]).sum())
        _slopes(memories[n], pairs[n_skills + n, 0], held.mean, _FIRST_PACE, slopes[n])
    return levels, slopes


@compiled
def _finite(score: float) -> float:
    """0 where `score` is no number, or not finite."""
    return score if np.isfinite(score) else 0.0


@compiled
def _untried(form: Floats, skills: Keys, weights: Any) -> Floats:
    held, n_skills = Held(*weights), len(skills)
    x, out = np.zeros(_FIRST_PACE), np.empty(n_skills)
    x[0], x[1], x[3:_N_HEAD] = 1.0, 1.0, form
    score = (held.mean[:_FIRST_PACE] * x).sum()
    keys = np.empty(n_skills, np.uint64)
    for n in range(n_skills):
        keys[n] = key_of(skills[n], SKILL)
    pairs = pairs_of(keys, held)
    for n in range(n_skills):
        out[n] = _finite(pairs[n, 0] + score)
    return out


@compiled
def _recalls(levels: Floats, slopes: Floats, seconds: Floats) -> Floats:
    out = np.empty(len(levels))
    for n in range(len(levels)):
        out[n] = probability(levels[n] - fallen(seconds[n], slopes[n]))
    return out


@compiled
def _kept(levels: Floats, slopes: Floats, seconds: Floats) -> Floats:
    return _recalls(levels, slopes, seconds) / _recalls(levels, slopes, np.zeros(len(levels)))


@compiled
def _times(levels: Floats, slopes: Floats, share: float) -> Floats:
    """Seconds from the last practice until `share` of recall is left."""
    marks = share * _recalls(levels, slopes, np.zeros(len(levels)))
    for n in range(len(levels)):
        fall = levels[n] - np.log(marks[n] / (1.0 - marks[n]))
        marks[n] = seconds_until(fall, slopes[n])
    return marks
