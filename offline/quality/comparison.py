"""What is wrong, and what has become better."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from offline.quality.figures import Committed
from offline.quality.scenario import TOLERANCES, Figures, Scenario


class Verdict(StrEnum):
    """What a figure is, beside the committed one."""

    KEPT = "kept"
    BETTER = "better: accept it"
    NEW = "new: accept it"
    WORSE = "WORSE"
    GONE = "NOT MEASURED ANY MORE"
    BEYOND = "BEYOND ITS LIMIT"
    NO_NUMBER = "NO NUMBER"
    NO_TOLERANCE = "HAS NO NAMED TOLERANCE"

    @property
    def is_fault(self) -> bool:
        """Whether somebody must do something."""
        return self.value.isupper()


class Compared(NamedTuple):
    """A figure and what it is worth."""

    measure: str
    figure: float | None
    committed: float | None
    verdict: Verdict


def compare(scenario: Scenario, figures: Figures, committed: Figures) -> list[Compared]:
    """Every figure of `scenario`, measured or committed; `committed` is empty where none is."""
    measures = dict.fromkeys((*figures, *scenario.limits, *committed))
    return [
        Compared(
            measure,
            figures.get(measure),
            committed.get(measure),
            _verdict(measure, figures.get(measure), committed.get(measure), scenario.limits),
        )
        for measure in measures
    ]


def _verdict(
    measure: str, figure: float | None, committed: float | None, limits: Figures
) -> Verdict:
    if figure is None:
        return Verdict.GONE
    if not isfinite(figure):
        return Verdict.NO_NUMBER
    tolerance = TOLERANCES.get(measure)
    if tolerance is None:
        return Verdict.NO_TOLERANCE
    if measure in limits and not tolerance.keeps(figure, limits[measure]):
        return Verdict.BEYOND
    if committed is None:
        return Verdict.NEW
    gain = tolerance.gain(figure, committed)
    return Verdict.KEPT if not gain else Verdict.BETTER if gain > 0 else Verdict.WORSE


def without_scenario(models: Iterable[str], scenarios: Iterable[Scenario]) -> list[str]:
    """Names of the models whose quality nobody measures."""
    covered = {model for scenario in scenarios for model in scenario.models}
    return sorted(set(models) - covered)


def missing(
    scenarios: Iterable[Scenario], committed: Mapping[str, Committed], data: Path | None
) -> Iterator[tuple[str, str]]:
    """Scenarios with committed figures that are not there, each with why.

    The reason is empty where its data are here, or it needs none: names are permanent.
    """
    there = {scenario.name for scenario in scenarios}
    for name, one in committed.items():
        if name in there:
            continue
        if one.needs and data is None:
            yield name, "STEPSTREAM_DATA names no folder of data sets"
        elif one.needs and data is not None and not (data / one.needs).exists():
            yield name, f"{one.needs} is not among the data sets"
        else:
            yield name, ""
