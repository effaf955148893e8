"""What a simulated learner really knows; nothing of it is ever sent."""

from collections.abc import Collection, Sequence
from math import cos, exp, log, pi, sqrt

from processors.draws import Draws

DAY_SEC = 86_400.0
HALF_LIFE_DAYS = 45.0
"""What was learned here halves in that time without practice."""
DISCRIMINATION = 1.7
GUESS = 0.12
SLIP = 0.04
_LN2 = log(2.0)


def normal(draws: Draws, mean: float, sd: float) -> float:
    """A normally distributed number (Box & Muller 1958)."""
    radius = sqrt(-2.0 * log(1.0 - draws.uniform()))
    return mean + sd * radius * cos(2.0 * pi * draws.uniform())


def hardness(difficulty: float | None, noise: float) -> float:
    """Difficulty in logits: what the catalogue says, as far as it is right."""
    return 5.0 * ((0.5 if difficulty is None else difficulty) - 0.5) + noise


class Mind:
    """Abilities in logits, one a skill: grown by doing, forgotten by waiting.

    An item of hardness b is solved with probability g + (1 - g - s) / (1 + exp(-a (x - b))), the
    four-parameter logistic model (Barton & Lord 1981); x is the mean ability of its skills.
    """

    __slots__ = ("_as_of", "_gained", "_innate", "_rate")

    def __init__(self, draws: Draws, skills: int, practised: Collection[int]) -> None:
        general = normal(draws, -0.8, 0.7)
        self._innate = [
            normal(draws, general + 0.5 * (skill in practised), 0.6) for skill in range(skills)
        ]
        self._gained = [0.0] * skills
        self._as_of = [0.0] * skills
        self._rate = exp(normal(draws, 0.0, 0.3))

    def ability(self, skill: int, now: float) -> float:
        """Ability in `skill` at `now` (POSIX seconds)."""
        return self._innate[skill] + self._left(skill, now)

    def success(self, skills: Sequence[int], hard: float, now: float) -> float:
        """Probability of solving an item of hardness `hard` that needs `skills`."""
        return GUESS + (1.0 - GUESS - SLIP) / (
            1.0 + exp(-DISCRIMINATION * self._lead(skills, hard, now))
        )

    def learn(self, skills: Sequence[int], hard: float, now: float, ready: float) -> None:
        """Grow by doing it: most where it is neither too easy nor too hard.

        Args:
            skills: what it needs and teaches.
            hard: its hardness in logits.
            now: POSIX seconds.
            ready: share in [0, 1] of what comes before it that the learner has done.
        """
        fit = exp(-0.5 * (self._lead(skills, hard, now) - 0.3) ** 2)
        for skill in skills:
            self._gained[skill] = self._left(skill, now) + (
                self._rate * (0.2 + 0.8 * ready) * fit / sqrt(len(skills))
            )
            self._as_of[skill] = now

    def _lead(self, skills: Sequence[int], hard: float, now: float) -> float:
        if not skills:
            return -hard
        return sum(self.ability(skill, now) for skill in skills) / len(skills) - hard

    def _left(self, skill: int, now: float) -> float:
        gained = self._gained[skill]
        if not gained:
            return 0.0
        days = max(0.0, now - self._as_of[skill]) / DAY_SEC
        return gained * exp(-_LN2 * days / HALF_LIFE_DAYS)
