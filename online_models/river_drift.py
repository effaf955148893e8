"""The door to River's drift detectors: Page-Hinkley, with every number named.

Page, "Continuous Inspection Schemes", Biometrika 41, 1954. Of River's detectors it is the one whose
memory is a few numbers; `tests/bench/drift.py` compares it with ADWIN.
"""

from river import drift, stats


class Rise(drift.PageHinkley):
    """Detects that the mean of a series has risen, and remembers since when it may have.

    Args:
        slack: A rise that is no matter, in the unit of the series.
        threshold: Sum of deviations beyond `slack` from which it is a rise.
    """

    WIDTH = 4
    """Numbers of its memory."""

    def __init__(self, slack: float, threshold: float) -> None:
        super().__init__(min_instances=1, delta=slack, threshold=threshold, mode="up")

    def rises(self, value: float) -> bool:
        """Whether the mean has risen with `value`; if so, everything starts afresh."""
        self.update(value)  # type: ignore[no-untyped-call]
        detected = self.drift_detected
        if detected:
            self._reset()  # type: ignore[no-untyped-call]
        return bool(detected)

    @property
    def is_calm(self) -> bool:
        """Whether nothing speaks for a rise: if one is detected later, it began after now."""
        return bool(self._sum_increase <= self._min_increase)

    def numbers(self) -> tuple[float, ...]:
        """Count, mean, sum of deviations and its minimum; zeros before the first value."""
        if not self._x_mean.n:
            return (0.0,) * self.WIDTH
        sums = self._sum_increase, self._min_increase
        return self._x_mean.n, self._x_mean.get(), *sums

    def adopt(self, count: float, mean: float, total: float, least: float) -> None:
        """Know exactly the `numbers()` of another."""
        self._reset()  # type: ignore[no-untyped-call]
        if count:
            self._x_mean = stats.Mean()
            self._x_mean.update(mean, count)
            self._sum_increase, self._min_increase = total, least
