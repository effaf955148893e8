"""History: the newest 16 events of a learner, packed, in event time.

A row starts with the event's time (`clock_sec` and milliseconds) and then its statement's hash, so
rows sort as bytes. Activity and skills are named by their slots in the tables of activities and
skills; what leaves a table is forgotten here too.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from processors.features.decay import clock_sec
from processors.trace import KIND_CODES, KINDS, Trace, share_from_u16, share_to_u16

if TYPE_CHECKING:
    from processors.features.records.table import Table
    from schemas.kinds import Kind

LIMIT = 16
ROW = Struct(">IHIBBHI")
"""Seconds, milliseconds, statement, activity slot, kind and weight, outcome, set of skill slots."""
SIZE = ROW.size
_START = Struct(">IHI")
_REST = Struct(">BBHI")
_SKILLS = Struct(f">{ROW.size - 4}xI")
_ORDER = _START.size
_NOWHERE = 255
_FULL = LIMIT * SIZE
_LAST_MS = 999


class Step(NamedTuple):
    """One event as the history has it."""

    at: float
    """POSIX seconds to the millisecond, kept within 1970 and 2106."""
    id: int
    """Lower 32 bits of `Trace.id`."""
    activity: int
    """`Trace.activity`; 0 where the event is not engaging or the record has left the state."""
    kind: Kind
    outcome: float | None
    weight: float
    skills: tuple[int, ...]
    """Those of `Trace.skills` that have not left the state; empty where `weight` is 0."""

    @property
    def share(self) -> float:
        """Which part of the weight is success, in [0, 1]."""
        return 1.0 if self.outcome is None else self.outcome


def pack_step(trace: Trace, activities: Table, skills: Table) -> bytes:
    """The row of `trace`, whose activity and skills are in the tables already."""
    slot = activities.slot(trace.activity) if trace.engaging else None
    return _start(trace) + _REST.pack(
        _NOWHERE if slot is None else slot,
        KIND_CODES[trace.kind] | round(trace.weight * 2.0) << 5,
        share_to_u16(trace.outcome),
        slots_of(trace.skills, skills) if trace.weight else 0,
    )


def unpack_steps(rows: bytes, activities: Table, skills: Table) -> list[Step]:
    """The rows, unpacked, in their order."""
    activity_at, skill_at = activities.by_slot(), skills.by_slot()
    activity_at[_NOWHERE] = 0
    return [
        Step(
            sec + ms / 1000.0,
            id_,
            activity_at[slot],
            KINDS[kind & 31],
            share_from_u16(outcome),
            (kind >> 5) / 2.0,
            tuple([skill_at[skill] for skill in members(known)]) if known else (),
        )
        for sec, ms, id_, slot, kind, outcome, known in ROW.iter_unpack(rows)
    ]


def holds(rows: bytes, trace: Trace) -> bool:
    """Whether the event of `trace` is there."""
    start = _start(trace)
    return start in rows and any(row.startswith(start) for row in _split(rows))


def newest_slot(rows: bytes) -> int | None:
    """Slot of the activity of the newest event; None where there is none."""
    slot = rows[_ORDER - SIZE] if rows else _NOWHERE
    return None if slot == _NOWHERE else slot


def with_row(rows: bytes, row: bytes) -> bytes:
    """The rows with `row` at its place; of more than 16 the oldest leaves."""
    if row < rows[-SIZE:]:
        rows = b"".join(sorted([*_split(rows), row]))
    else:
        rows += row
    return rows[-_FULL:]


def without_trace(rows: bytes, trace: Trace) -> bytes:
    """The rows without the event of `trace`, whether it is there or not."""
    start = _start(trace)
    return b"".join([row for row in _split(rows) if not row.startswith(start)])


def without_activity(rows: bytes, slot: int) -> bytes:
    """The rows when the activity of `slot` has left its table."""
    if slot not in rows[_ORDER::SIZE]:
        return rows
    return b"".join([_hide(row) if row[_ORDER] == slot else row for row in _split(rows)])


def without_skill(rows: bytes, slot: int) -> bytes:
    """The rows when the skill of `slot` has left its table."""
    others = ~(1 << slot)
    if not any(known >> slot & 1 for (known,) in _SKILLS.iter_unpack(rows)):
        return rows
    return b"".join([ROW.pack(*rest, known & others) for *rest, known in ROW.iter_unpack(rows)])


def _split(rows: bytes) -> list[bytes]:
    return [rows[start : start + SIZE] for start in range(0, len(rows), SIZE)]


def _hide(row: bytes) -> bytes:
    return row[:_ORDER] + bytes((_NOWHERE,)) + row[_ORDER + 1 :]


def _start(trace: Trace) -> bytes:
    id_, at, *_ = trace
    sec = clock_sec(at)
    ms = round((at - sec) * 1000.0)
    if not 0 <= ms <= _LAST_MS:
        ms = min(max(ms, 0), _LAST_MS)
    return _START.pack(sec, ms, id_ & 0xFFFF_FFFF)


def slots_of(keys: tuple[int, ...], skills: Table) -> int:
    """The set of slots of those skills that stand in the table."""
    known = 0
    for key in keys:
        slot = skills.slot(key)
        if slot is not None:
            known |= 1 << slot
    return known


def activities_on(rows: bytes, known: int) -> set[int]:
    """Slots of the activities of events that were evidence of a skill of the set of slots."""
    return {
        slot
        for _, _, _, slot, _, _, skills in ROW.iter_unpack(rows)
        if skills & known and slot != _NOWHERE
    }


@lru_cache(maxsize=1024)
def members(known: int) -> tuple[int, ...]:
    """The slots in a set of slots."""
    return tuple(slot for slot in range(known.bit_length()) if known >> slot & 1)
