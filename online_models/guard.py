"""Whether a model's predictions are used: a state machine over what is known of their quality.

    Serving ──► PutAside(invalid | worse | drift) ──► Serving

A model that is put aside goes on learning in the shadow; its baseline serves in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from online_models.trial import NOTHING, Finding, Trial

WORSE_MARGIN = 4.0
"""Standard errors by which the loss must exceed the baseline's: it is looked at again and again."""
DRIFT_MARGIN = 3.0
"""The same where a drift was detected: two signs need less of each."""
BETTER_MARGIN = 3.0
"""Standard errors by which the loss must be below the baseline's for the model to come back."""
MATTERS_NATS = 0.005
"""Difference of cross-entropies below which it is no matter which serves, however sure it is."""
MATTERS_SHARE = 0.01
"""The same for squared errors, as a share of the baseline's."""
SHADOW_EVENTS = 1000
"""Events that it is put aside for at least, the last of them without an invalid prediction."""


class Reason(StrEnum):
    """Why a model was put aside."""

    INVALID = "invalid"
    """A prediction or a parameter was not finite, or a probability not in [0, 1]."""
    WORSE = "worse"
    """Its loss was above its baseline's over a window."""
    DRIFT = "drift"
    """Its loss has risen against its baseline's, and has been above it since."""


class Moment(NamedTuple):
    """When something was found of a model."""

    events: float
    """Outcomes that it was measured by until then."""
    at: float
    """Time of the deciding event, POSIX seconds."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The model's predictions are used."""

    since: Moment | None = None
    """When it came back; None where it was never put aside."""
    finding: Finding = NOTHING
    """What brought it back."""


@dataclass(frozen=True, slots=True)
class PutAside:
    """The baseline's predictions are used."""

    reason: Reason
    since: Moment
    finding: Finding = NOTHING
    """What decided; of no meaning where the reason is `INVALID`."""


Standing = Serving | PutAside


def judge(standing: Standing, trial: Trial, now: Moment, clean: float, matters: float) -> Standing:
    """The standing after a block of events.

    Args:
        standing: The one before it.
        trial: Its tests, of what has come since that standing was taken.
        now: The end of the block.
        clean: Events since the last invalid prediction or parameter; infinity where none was.
        matters: The smallest difference of losses for which a model is put aside.
    """
    match standing:
        case Serving():
            return _accused(trial, now, matters) or standing
        case PutAside():
            served = min(now.events - standing.since.events, clean)
            back = served >= SHADOW_EVENTS and trial.short.margin <= -BETTER_MARGIN
            return Serving(now, trial.short) if back else standing


def _accused(trial: Trial, now: Moment, matters: float) -> PutAside | None:
    findings = (
        (Reason.DRIFT, trial.since_drift, DRIFT_MARGIN),
        (Reason.WORSE, trial.short, WORSE_MARGIN),
        (Reason.WORSE, trial.long, WORSE_MARGIN),
    )
    for reason, finding, limit in findings:
        if finding.margin >= limit and finding.difference >= matters:
            return PutAside(reason, now, finding)
    return None


def describe(standing: Standing, unit: str) -> str:
    """One line for people, with the numbers that decided; losses are in `unit`."""
    if isinstance(standing, Serving):
        told = _told(standing.finding, "better", unit)
        return "serving" if standing.since is None else f"serving again: {told}"
    if standing.reason is Reason.INVALID:
        return "put aside: a prediction or a parameter was no usable number"
    since = "since a drift " if standing.reason is Reason.DRIFT else ""
    return f"put aside: {since}{_told(standing.finding, 'worse', unit)}"


def _told(finding: Finding, comparison: str, unit: str) -> str:
    return (
        f"{comparison} than its baseline by {abs(finding.difference):.3f} {unit} an event over "
        f"{finding.events:.0f} events ({abs(finding.margin):.1f} standard errors)"
    )


WIDTH = 6
_CODES: tuple[Reason | None, ...] = (None, *Reason)


def numbers_of(standing: Standing) -> tuple[float, ...]:
    """`WIDTH` numbers: reason (0 for serving), events, time, what was found; () where unchanged."""
    if standing.since is None:
        return ()
    reason = standing.reason if isinstance(standing, PutAside) else None
    return (float(_CODES.index(reason)), *standing.since, *standing.finding)


def is_standing(numbers: Sequence[float]) -> bool:
    """Whether some standing has such numbers."""
    return len(numbers) == WIDTH and numbers[0] in range(len(_CODES))


def standing_of(numbers: Sequence[float]) -> Standing:
    """The inverse of `numbers_of`, of what `is_standing` or empty."""
    if not numbers:
        return Serving()
    reason, since = _CODES[int(numbers[0])], Moment(*numbers[1:3])
    finding = Finding(*numbers[3:])
    return Serving(since, finding) if reason is None else PutAside(reason, since, finding)
