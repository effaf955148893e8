"""ActivityRecord: what a learner did with one activity."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from processors.features.decay import clock_sec
from processors.features.records.skill import MAX_16
from processors.trace import share_from_u16, share_to_u16

if TYPE_CHECKING:
    from processors.features.records.history import Step
    from processors.trace import Trace

ROW = Struct("<IQIHHHHB")
ROW_TYPE = np.dtype(
    [
        ("last", "<u4"),
        ("key", "<u8"),
        ("scored", "<u4"),
        ("events", "<u2"),
        ("attempts", "<u2"),
        ("hundredths", "<u2"),
        ("outcome", "<u2"),
        ("progress", "u1"),
        ("mean", "<i2"),
        ("var", "<u2"),
        ("tries", "u1"),
    ]
)
"""A row as compiled code sees it; what comes after `ROW` is the models' own (`quantised`)."""

TAIL = bytes(ROW_TYPE.itemsize - ROW.size)
_NONE_16 = share_to_u16(None)
_NONE_8 = 255
_PROGRESS_STEPS = 200


class ActivityRecord(NamedTuple):
    """What readers get to see."""

    last_at: float
    """Time of the latest event, POSIX seconds, whole."""
    events: int
    """How many events engaged with it."""
    attempts: int
    """How many of them had an outcome."""
    successes: float
    """Sum of their outcomes, each rounded to 1/100; at most 655.35."""
    last_outcome: float | None
    """Outcome of the latest attempt."""
    last_outcome_at: float
    """When that was; 0 without attempts."""
    progress: float | None
    """Largest share done that was reported, to 1/200."""
    finished: int
    """How often it was finished, less how often that was undone."""


def activity_record(row: bytes, finished: int) -> ActivityRecord:
    """The row, unpacked, beside the count of finishes, which is kept elsewhere."""
    last, _, scored, events, attempts, hundredths, outcome, progress = ROW.unpack_from(row)
    return ActivityRecord(
        float(last),
        events,
        attempts,
        hundredths / 100.0,
        share_from_u16(outcome),
        float(scored),
        None if progress == _NONE_8 else progress / _PROGRESS_STEPS,
        finished,
    )


def with_event(row: bytes | None, trace: Trace) -> bytes:
    """The row after `trace`, which may be late."""
    now = clock_sec(trace.at)
    if row is None:
        row = ROW.pack(now, trace.activity, 0, 0, 0, 0, _NONE_16, _NONE_8)
    last, key, scored, events, attempts, hundredths, latest, progress = ROW.unpack_from(row)
    if trace.outcome is not None:
        outcome = share_to_u16(trace.outcome)
        if attempts == 0 or (now, outcome) > (scored, latest):
            scored, latest = now, outcome
        attempts = min(attempts + 1, MAX_16)
        hundredths = min(hundredths + round(trace.outcome * 100.0), MAX_16)
    if trace.progress is not None:
        progress = _furthest(progress, trace.progress)
    return ROW.pack(
        max(last, now), key, scored, min(events + 1, MAX_16), attempts, hundredths, latest, progress
    )


def without_event(row: bytes, trace: Trace, last: int, steps: list[Step]) -> bytes | None:
    """The row without `trace`; None where no event is left.

    Args:
        row: a row that holds the event.
        trace: what is taken back.
        last: time of the latest event that stays, `clock_sec`.
        steps: what the history still has of this activity.
    """
    _, key, scored, events, attempts, hundredths, latest, progress = ROW.unpack_from(row)
    if events <= 1:
        return None
    if trace.outcome is not None:
        attempts = max(attempts - 1, 0)
        hundredths = max(hundredths - round(trace.outcome * 100.0), 0)
        if attempts == 0:
            scored, latest = 0, _NONE_16
        elif (scored, latest) == _scored(trace.at, trace.outcome):
            mean = share_to_u16(min(1.0, hundredths / 100.0 / attempts))
            scored, latest = _latest(steps, (last, mean))
    return ROW.pack(last, key, scored, events - 1, attempts, hundredths, latest, progress)


def _latest(steps: list[Step], unknown: tuple[int, int]) -> tuple[int, int]:
    """Time and value of the latest outcome; of two in one second the better counts."""
    known = [_scored(step.at, step.outcome) for step in steps if step.outcome is not None]
    return max(known, default=unknown)


def _scored(at: float, outcome: float) -> tuple[int, int]:
    return clock_sec(at), share_to_u16(outcome)


def _furthest(old: int, progress: float) -> int:
    new = round(progress * _PROGRESS_STEPS)
    return new if old == _NONE_8 else max(old, new)
