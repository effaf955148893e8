"""Will the learner still know it after some time?

The log odds of an answer are what was learned, less what was forgotten (`forgetting`):

    logit p = bias + form of the learner + levels of skills and activity
              - falls since skills and activity were practised + offsets of skill and activity

A *memory* is what is left of practising one thing (`Practice`). Its level is linear in its log odds
and counts of success; its slopes are linear in [1, lapse, massed]. All weights are learned from
every answer (`beliefs`), with signs that keep two promises: waiting never raises recall, and a
success neither lowers recall nor lets it fall faster. A half-life that depends on successes and
failures is the idea of half-life regression (Settles, Meeder, ACL 2016, eq. 1-3); that what was
practised at intervals lasts longer is the spacing effect of ACT-R (Pavlik, Anderson, Cognitive
Science 29, 2005). How much of either there is, is learned.
"""

from collections.abc import Mapping, Sequence
from math import isfinite, log, log1p
from typing import ClassVar, NamedTuple

import numpy as np

from online_models.beliefs import LEAST, Beliefs, Priors, are_finite, sigmoid, step
from online_models.compiled import compiled
from online_models.contract import Numbers, checked
from online_models.forgetting import STRETCHES, Floats, fallen, seconds_until, stretches
from online_models.merging import Merging
from online_models.named_numbers import name_of
from online_models.tables import EMPTY, ModelBase
from online_models.things import Entries

MAX_KEYS = 100_000
FORM = ("own", "ability_1", "ability_10", "ability_50", "form_4", "form_16")
"""What is read of the learner: the success model's weight of the learner; half log odds of all
outcomes with priors of 1, 10 and 50 answers, and of the newest outcomes, fading with 4 and 16
answers. A success raises each."""

_HEAD = ("bias", "skill_new", "item_seen", *FORM)
_LEVEL = ("odds", "wins", "losses", "newest")
_PACE = ("lapse", "massed", "fade", *(f"fade_{n}" for n in range(STRETCHES)))
_N_LEVEL, _N_PACE = len(_LEVEL), len(_PACE)
_FORM = slice(len(_HEAD) - len(FORM), len(_HEAD))
_FIRST_LEVEL = len(_HEAD)
_FIRST_PACE = _FIRST_LEVEL + 2 * _N_LEVEL
_FREE = ("bias", "skill_new", "item_seen", "losses")
_LEVEL_PRIOR, _PACE_PRIOR, _DRIFT = (0.0, 0.1), (0.0, 0.01), 1e-7
_FADE_PRIOR = (0.1, 0.01)


def _weights() -> dict[str, tuple[float, float]]:
    """Priors by name."""
    names = dict.fromkeys(_HEAD, _LEVEL_PRIOR)
    kinds = ("skill", "item")
    names |= {f"{kind}_{level}": _LEVEL_PRIOR for kind in kinds for level in _LEVEL}
    names |= {f"{kind}_{pace}": _PACE_PRIOR for kind in kinds for pace in _PACE}
    return names | {f"{kind}_fade": _FADE_PRIOR for kind in kinds}


PRIORS = Priors(_weights(), {"s": 0.3, "i": 0.8, "f": 0.0003})
"""Of single things: offset of a skill, offset of an activity, additional slope of a skill."""
_FLOORS = np.array(
    [-np.inf if name.endswith(_FREE) or "fade" in name else 0.0 for name in PRIORS.shared]
)

_WINS, _LOSSES = 1.4, 0.6
_SKILL, _ITEM = 0.0, 1.0


class Practice(NamedTuple):
    """What is left of practising one thing, as of the last time."""

    last: float
    """When that was, POSIX seconds."""
    successes: float
    failures: float
    lapse: float
    """Share of failure in the newest evidence, in [0, 1]; a success does not raise it."""
    spaced: float
    """Successes that had faded by then (half-life 14 days); a success does not lower it."""


class Question(NamedTuple):
    """Something that is answered, or would be."""

    at: float
    """POSIX seconds."""
    form: Sequence[float]
    """`FORM` of the learner."""
    skills: Sequence[tuple[int, Practice | None]]
    """Hash of each skill, and what is left of practising it; None where it is new."""
    item: int = 0
    """Hash of the activity; 0 for any activity that is new."""
    practice: Practice | None = None
    """What is left of practising the activity itself."""


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
        return _recalls(self._levels, self._slopes, at - self._since)

    def kept(self, at: float) -> Floats:
        """The same as a share of what it was right after the last practice, in (0, 1]."""
        return self.recall(at) / _recalls(self._levels, self._slopes, 0.0 * self._since)

    def until(self, share: float) -> Floats:
        """When `kept` has fallen to `share` in (0, 1), POSIX seconds; at most a century later."""
        mark = share * _recalls(self._levels, self._slopes, 0.0 * self._since)
        falls = self._levels - np.log(mark / (1.0 - mark))
        return self._since + _times(falls, self._slopes)


class RetentionModel:
    """P(success) now or later; learns one answer at a time.

    Its numbers: (mean, variance, times learned) of the shared weights; (mean, variance) of
    `s:<skill>`, `i:<activity>` and `f:<skill>`, hashes in hexadecimal.

    Args:
        max_keys: sparse weights of its own that it holds at most.
    """

    name: ClassVar[str] = "retention"
    schema: ClassVar[str] = "retention/1: name: mean, variance, times learned; key: mean, variance"
    merging: ClassVar[Merging] = Merging(PRIORS.rules(), MAX_KEYS)

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._beliefs = Beliefs(PRIORS, _DRIFT, max_keys)
        self._x = np.zeros(len(PRIORS.shared))

    def recall(self, question: Question) -> float:
        """P(success) in [`LEAST`, 1 - `LEAST`]."""
        return sigmoid(self.log_odds(question))

    def log_odds(self, question: Question) -> float:
        """Of success."""
        return self._read(question)[0]

    def learn(self, question: Question, outcome: float) -> float:
        """Learn how it was answered, in [0, 1]; returns what was predicted.

        Nothing is learned where something is not finite.
        """
        score, spread, entries = self._read(question)
        p = sigmoid(score)
        if isfinite(outcome) and isfinite(question.at) and are_finite(question.form):
            by = step(min(max(outcome, 0.0), 1.0) - p, p * (1.0 - p), spread)
            self._beliefs.learn(self._x, entries, by)
            mean = self._beliefs.shared[0]
            np.maximum(mean, _FLOORS, out=mean)
        return p

    def curves(self, form: Sequence[float], skills: Sequence[tuple[int, Practice]]) -> Curves:
        """The forgetting curves of skills that were practised."""
        mean = self._beliefs.shared[0]
        form_level = mean[0] + float(np.dot(mean[_FORM], form))
        rows = np.array([_memory(_SKILL, 1.0, 0.0, held) for _, held in skills]).reshape(-1, _WIDTH)
        names = [name_of(key) for key, _ in skills]
        offsets = np.array([self._beliefs.sparse("s:" + name)[0] for name in names])
        own = np.array([self._beliefs.sparse("f:" + name)[0] for name in names])
        level = mean[_FIRST_LEVEL : _FIRST_LEVEL + _N_LEVEL]
        pace = mean[_FIRST_PACE : _FIRST_PACE + _N_PACE]
        return Curves(
            form_level + offsets + rows[:, _LEVELS] @ level,
            (own + rows[:, _PACES] @ pace[:_OVERALL])[:, None] + pace[_OVERALL:],
            np.array([held.last for _, held in skills]),
        )

    def half_life_days(self, skill: int) -> float:
        """Days until half of the recall of `skill` is lost, at most a century.

        After a first success, by a learner of whom nothing else is known.
        """
        first = Practice(0.0, 1.0, 0.0, 0.0, 0.0)
        curves = self.curves((0.0,) * len(FORM), [(skill, first)])
        return float(curves.until(_HALF)[0]) / _DAY_SEC

    def state(self) -> Numbers:
        """The own numbers."""
        return self._beliefs.state()

    def restore(self, numbers: Mapping[str, tuple[float, ...]], base: ModelBase = EMPTY) -> None:
        """Know exactly `numbers` over those of `base`.

        Raises:
            ValueError: where a name or a value does not fit.
        """
        self._beliefs.adopt(checked(self, numbers, PRIORS.fits), base)

    def touched(self) -> Numbers:
        """What changed since the last call; empty tuples for dropped weights."""
        return self._beliefs.touched()

    def _read(self, question: Question) -> tuple[float, float, Entries]:
        """Log odds, their variance, and the sparse inputs; the shared inputs are left in `_x`."""
        entries, rows, slopes = _inputs(question)
        own = [self._beliefs.sparse(name)[0] for name, _ in slopes]
        memories = np.array(rows).reshape(-1, _WIDTH)
        memories[: len(own), _OWN] = own
        score, spread = self._beliefs.read_sparse(entries)
        doubt = sum(self._beliefs.sparse(name)[1] * x * x for name, x in slopes)
        more, other = _score(self._beliefs.shared, np.array(_head(question)), memories, self._x)
        return score + more, spread + doubt + other, entries + slopes


_KIND, _SHARE, _SECONDS = 0, 1, 2
_LEVELS = slice(3, 3 + _N_LEVEL)
_OVERALL = _N_PACE - STRETCHES
_PACES = slice(3 + _N_LEVEL, 3 + _N_LEVEL + _OVERALL)
_OWN = 3 + _N_LEVEL + _OVERALL
_WIDTH = _OWN + 1


def _memory(kind: float, share: float, at: float, held: Practice) -> list[float]:
    """A memory as a row: kind, share, seconds since, inputs of level and of pace, own slope."""
    good, bad, spaced = (min(max(0.0, count), _MOST) for count in (held[1], held[2], held[4]))
    lapse = min(max(0.0, held.lapse), 1.0)
    odds = 0.5 * log((good + _WINS) / (bad + _LOSSES))
    massed = 1.0 / (1.0 + log1p(spaced))
    level = [odds, log1p(good), -log1p(bad), 1.0 - lapse]
    return [kind, share, min(max(0.0, at - held.last), _MOST), *level, lapse, massed, 1.0, 0.0]


def _head(question: Question) -> list[float]:
    """Inputs that belong to no memory, in the order of `_HEAD`."""
    skills = question.skills
    new = sum(held is None for _, held in skills) / max(1, len(skills))
    form = question.form if are_finite(question.form) else (0.0,) * len(FORM)
    return [1.0, new, 0.0 if question.practice is None else 1.0, *form]


def _inputs(question: Question) -> tuple[Entries, list[list[float]], Entries]:
    """Offsets, memories as rows, and the own slopes of the first of them: those of skills."""
    share = 1.0 / max(1, len(question.skills))
    offsets, rows, slopes = [], [], []
    for key, held in question.skills:
        name = name_of(key)
        offsets.append(("s:" + name, share))
        if held is not None:
            row = _memory(_SKILL, share, question.at, held)
            slopes.append(("f:" + name, -share * log1p(row[_SECONDS])))
            rows.append(row)
    if question.item:
        offsets.append(("i:" + name_of(question.item), 1.0))
    if question.practice is not None:
        rows.append(_memory(_ITEM, 1.0, question.at, question.practice))
    return tuple(offsets), rows, tuple(slopes)


@compiled
def _score(values: Floats, head: Floats, memories: Floats, x: Floats) -> tuple[float, float]:
    """Log odds and their variance from the shared weights; fills in their inputs `x`."""
    x[:] = 0.0
    x[:_FIRST_LEVEL] = head
    walked = np.empty(STRETCHES)
    slopes = np.empty(STRETCHES)
    fall = 0.0
    for m in range(len(memories)):
        row = memories[m]
        kind, share = int(row[_KIND]), row[_SHARE]
        first = _FIRST_LEVEL + kind * _N_LEVEL
        for n in range(_N_LEVEL):
            x[first + n] += share * row[3 + n]
        stretches(row[_SECONDS], walked)
        first = _FIRST_PACE + kind * _N_PACE
        overall = row[_OWN]
        for k in range(_OVERALL):
            overall += values[0, first + k] * row[3 + _N_LEVEL + k]
            x[first + k] -= share * row[3 + _N_LEVEL + k] * walked.sum()
        for j in range(STRETCHES):
            slopes[j] = overall + values[0, first + _OVERALL + j]
            x[first + _OVERALL + j] -= share * walked[j]
        fall += share * fallen(row[_SECONDS], slopes)
    score = -fall
    for n in range(_FIRST_PACE):
        score += values[0, n] * x[n]
    spread = 0.0
    for n in range(len(x)):
        spread += values[1, n] * x[n] * x[n]
    return score, spread


@compiled
def _recalls(levels: Floats, slopes: Floats, seconds: Floats) -> Floats:
    out = np.empty(len(levels))
    for n in range(len(levels)):
        plain = 1.0 / (1.0 + np.exp(fallen(seconds[n], slopes[n]) - levels[n]))
        out[n] = min(max(plain, LEAST), 1.0 - LEAST)
    return out


@compiled
def _times(falls: Floats, slopes: Floats) -> Floats:
    out = np.empty(len(falls))
    for n in range(len(falls)):
        out[n] = seconds_until(falls[n], slopes[n])
    return out


_MOST = 1e9
_HALF = 0.5
_DAY_SEC = 86_400.0
