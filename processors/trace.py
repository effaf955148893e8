"""Trace: what the features need of an event, in numbers; small enough to be kept for voiding.

What finishes an activity (`Trace.finish`), by the activity's `done_by`:

| event                                          | viewed | completed | passed              |
|------------------------------------------------|--------|-----------|---------------------|
| viewed, video, attempted, answered, submitted, |        |           |                     |
| scored, progressed                             | +1     | 0         | +1 if it passes     |
| progressed to the end                          | +1     | +1        | +1 if it passes     |
| completed, unless its result denies completion | +1     | +1        | +1 if it passes     |
| passed, mastered (satisfied, waived)           | +1     | +1        | +1, not if it fails |
| failed                                         | +1     | 0         | 0, whatever it says |
| uncompleted, forfeited                         | -1     | -1        | -1                  |
| enrolled, left, abandoned, session, voided     | 0      | 0         | 0                   |
| all others                                     | 0      | 0         | +1 if it passes     |

A result with `completion: true` turns a 0 under "viewed" and "completed" into +1, except in the
rows of enrolled and uncompleted; `completion: false` keeps "completed" at 0, except for passed and
mastered. An event *passes* if it reports success, or, where it says nothing of success, if its
outcome reaches the pass mark. So an activity that is done by completing it is done however poor
the score: the score speaks through the proficiency instead.

What an event weighs as evidence of its skills (`Trace.weight`), in answered questions:

| event                                  | with an outcome | without                    |
|----------------------------------------|-----------------|----------------------------|
| passed, failed                         | 3               | 3: the verb is the outcome |
| mastered                               | 3               | 1, taken as a success      |
| scored, completed                      | 2               | completed .5, as a success |
| uncompleted, forfeited, voided         | 0               | 0                          |
| all others                             | 1               | 0: no evidence             |

A result that sums up many answers weighs more than one answer; having finished something without
being examined is weak evidence, but better than none: else who completes a course without a score
would stay where he was.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from types import MappingProxyType
from typing import NamedTuple

from schemas.codec import hash64
from schemas.errors import Corrupt
from schemas.event import LearningEvent
from schemas.kinds import Kind

MAX_SKILLS = 8
SHARE_STEPS = 10_000
"""Read by compiled code, too."""
_MAX_32 = 2**32 - 2

KINDS: tuple[Kind, ...] = tuple(Kind)
"""Kinds by their stored code: new kinds may only be appended to `Kind`."""
KIND_CODES: Mapping[Kind, int] = MappingProxyType({kind: code for code, kind in enumerate(KINDS)})

UNDOING = frozenset({Kind.UNCOMPLETED, Kind.FORFEITED})
_NO_EVIDENCE = UNDOING | {Kind.VOIDED}
_BESIDE = frozenset({Kind.ENROLLED, Kind.LEFT, Kind.ABANDONED, Kind.SESSION, Kind.VOIDED})
_SEEING = frozenset(
    {
        Kind.VIEWED,
        Kind.VIDEO,
        Kind.PROGRESSED,
        Kind.ATTEMPTED,
        Kind.ANSWERED,
        Kind.SUBMITTED,
        Kind.SCORED,
        Kind.FAILED,
    }
)
_NOT_ENGAGING = _BESIDE | UNDOING
_ACHIEVING = frozenset({Kind.PASSED, Kind.MASTERED})
_VERDICTS: Mapping[Kind, float] = MappingProxyType({Kind.PASSED: 1.0, Kind.FAILED: 0.0})
_WEIGHTS: Mapping[Kind, float] = MappingProxyType(
    {
        Kind.PASSED: 3.0,
        Kind.FAILED: 3.0,
        Kind.MASTERED: 3.0,
        Kind.SCORED: 2.0,
        Kind.COMPLETED: 2.0,
    }
)
_WEAK_WEIGHTS: Mapping[Kind, float] = MappingProxyType({Kind.MASTERED: 1.0, Kind.COMPLETED: 0.5})


class Trace(NamedTuple):
    """One event in numbers; names are `hash64` of ids. Quantised so that it packs exactly."""

    id: int
    """Hash of the statement id."""
    at: float
    """POSIX seconds: when it happened, not later than its arrival."""
    activity: int
    kind: Kind
    outcome: float | None
    """Evidence of knowledge in [0, 1], a multiple of 1/10000; None where it is none."""
    weight: float
    """Weight of the evidence, a multiple of 1/2 up to 3.5: above 0 where there is an outcome.
    Above 0 without an outcome: counted as a success. 0: no evidence."""
    skills: tuple[int, ...]
    """At most 8, each once."""
    seconds: float | None
    """How long it took, a multiple of 0.1."""
    planned_minutes: float | None
    """How long it should take, a multiple of 0.01."""
    content: int
    """Hash of the kind of content; 0 where nobody said."""
    progress: float | None
    """Share of the activity done in [0, 1], a multiple of 1/10000."""
    finish: int
    """+1 finishes the activity, -1 undoes that, 0 neither."""

    @property
    def share(self) -> float:
        """Which part of the weight is success, in [0, 1]; the rest is failure."""
        return 1.0 if self.outcome is None else self.outcome

    @property
    def engaging(self) -> bool:
        """Whether the learner was at the activity, not just booked in, out or undone."""
        return self.kind not in _NOT_ENGAGING


def trace_of(event: LearningEvent, key: int | None = None) -> Trace:
    """What the features need of `event`; takes from each list no more than its bound.

    Args:
        event: any event.
        key: `hash64` of its id, where that is known.
    """
    outcome = _outcome(event)
    return Trace(
        hash64(event.id) if key is None else key,
        event.at,
        _name(event.activity),
        event.kind,
        outcome,
        _weight(event, outcome),
        tuple(map(_name, dict.fromkeys(event.skills)))[:MAX_SKILLS],
        _quantised(event.duration_sec, 10),
        _quantised(event.minutes, 100),
        _name(event.content) if event.content else 0,
        _share(event.progress),
        finish_of(event),
    )


def finish_of(event: LearningEvent) -> int:
    """Whether `event` finishes (+1) its activity, undoes that (-1), or neither (0)."""
    if event.kind in UNDOING:
        return -1
    if event.kind in _BESIDE:
        return 0
    return int(_FINISHES.get(event.done_by, _completes)(event))


def _sees(event: LearningEvent) -> bool:
    return event.kind in _SEEING or _completes(event)


def _completes(event: LearningEvent) -> bool:
    if event.kind in _ACHIEVING:
        return True
    if event.completion is not None:
        return event.completion
    to_the_end = event.kind is Kind.PROGRESSED and (event.progress or 0.0) >= 1.0
    return event.kind is Kind.COMPLETED or to_the_end


def _passes(event: LearningEvent) -> bool:
    if event.kind is Kind.FAILED:
        return False
    if event.success is not None or event.kind in _ACHIEVING:
        return event.success is not False
    return event.outcome is not None and event.outcome >= event.pass_mark


_FINISHES = MappingProxyType({"viewed": _sees, "completed": _completes, "passed": _passes})

_name = lru_cache(maxsize=1 << 14)(hash64)


def _outcome(event: LearningEvent) -> float | None:
    if event.kind in _NO_EVIDENCE:
        return None
    if event.outcome is None:
        return _VERDICTS.get(event.kind)
    return _share(event.outcome)


def _weight(event: LearningEvent, outcome: float | None) -> float:
    if event.kind in _NO_EVIDENCE:
        return 0.0
    if outcome is not None:
        return _WEIGHTS.get(event.kind, 1.0)
    if event.completion is False:
        return 0.0
    return _WEAK_WEIGHTS.get(event.kind, 0.0)


def _share(value: float | None) -> float | None:
    if value is None:
        return None
    return round(min(max(value, 0.0), 1.0) * SHARE_STEPS) / SHARE_STEPS


def _quantised(value: float | None, steps: int) -> float | None:
    if value is None:
        return None
    return round(min(max(value, 0.0) * steps, _MAX_32)) / steps


_HEAD = Struct(">QdQQBBHIIHbB")
_SKILLS = tuple(Struct(f">{n}Q") for n in range(MAX_SKILLS + 1))
_NONE_16 = 2**16 - 1
_NONE_32 = 2**32 - 1


def pack_trace(trace: Trace) -> bytes:
    """`trace` in 48 bytes and 8 more a skill."""
    return _HEAD.pack(
        trace.id,
        trace.at,
        trace.activity,
        trace.content,
        KIND_CODES[trace.kind],
        round(trace.weight * 2.0),
        share_to_u16(trace.outcome),
        _to_u32(trace.seconds, 10),
        _to_u32(trace.planned_minutes, 100),
        share_to_u16(trace.progress),
        trace.finish,
        len(trace.skills),
    ) + _SKILLS[len(trace.skills)].pack(*trace.skills)


def unpack_trace(data: bytes) -> Trace:
    """The inverse of `pack_trace`.

    Raises:
        Corrupt: where `data` is not a packed trace.
    """
    try:
        return _unpacked(data)
    except (struct.error, IndexError) as error:
        raise Corrupt("not a packed trace: restore it from the archive or drop it") from error


def _unpacked(data: bytes) -> Trace:
    id_, at, activity, content, kind, weight, outcome, *rest = _HEAD.unpack_from(data)
    seconds, planned, progress, finish, n_skills = rest
    return Trace(
        id_,
        at,
        activity,
        KINDS[kind],
        share_from_u16(outcome),
        weight / 2.0,
        _SKILLS[n_skills].unpack(data[_HEAD.size :]),
        _from_u32(seconds, 10),
        _from_u32(planned, 100),
        content,
        share_from_u16(progress),
        finish,
    )


def share_to_u16(share: float | None) -> int:
    """A share in [0, 1] or None, in 16 bits; exact for multiples of 1/10000."""
    return _NONE_16 if share is None else round(share * SHARE_STEPS)


def share_from_u16(stored: int) -> float | None:
    """The inverse of `share_to_u16`."""
    return None if stored == _NONE_16 else stored / SHARE_STEPS


def _to_u32(value: float | None, steps: int) -> int:
    return _NONE_32 if value is None else round(value * steps)


def _from_u32(stored: int, steps: int) -> float | None:
    return None if stored == _NONE_32 else stored / steps
