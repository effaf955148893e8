"""LearnerState: all that is kept of one learner, at most 4 KiB, a function of the traces alone.

What the order of arrival and a voiding do to its parts (`docs/features.md` has them all): *linear*
sums do not depend on the order, and voiding takes a part back; *extremes* (latest, largest) do not
depend on it either, and voiding looks the next one up in the history; the *history* is the newest
16 events in event time, whatever their order, but what has left it does not come back.

Beyond the bounds the least recent leaves, by event time, ties by key, and what leaves is forgotten.
Which skills and activities remain, and when they were last touched, still does not depend on the
order; but a sum lacks what it had counted before it left and came back, so there the order counts.

| kept                        | at most  | bytes each | who leaves                            |
|-----------------------------|----------|------------|---------------------------------------|
| skills with evidence        | 24       | 71         | longest not practised                 |
| activities engaged with     | 40       | 30         | longest not touched                   |
| sets of skills answered on  | 6        | 18         | longest not answered on               |
| finished activities         | 64 - 128 | 8          | longest ago finished, by days         |
| put aside by feedback       | 12       | 8          | longest ago, by days                  |
| kinds of content            | 8        | 16         | least recent use (half-life 30 days)  |
| history                     | 16       | 18         | oldest                                |
| form                        | 1        | 84         |                                       |
| sums, counts, version, CRC  | 1        | 67         |                                       |

Finished activities have the room that is left: 64 of them, with what was put aside, where all else
is full. Of feedback nothing else is kept: it is no learning activity (`schemas.kinds.FEEDBACK`).

The models' own part (form, sets, the tail of the rows of skills and activities) follows arrival and
is written by `processors.features.answers`; nothing but the models reads it.
"""

from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from struct import Struct
from zlib import crc32

from processors.features.decay import clock_sec, shift
from processors.features.records import (
    activity,
    contents,
    finished,
    form,
    history,
    put_aside,
    skill,
    totals,
)
from processors.features.records.activity import ActivityRecord, activity_record
from processors.features.records.finished import Finished
from processors.features.records.history import Step
from processors.features.records.skill import SkillState, skill_state, units_of
from processors.features.records.table import Layout, Table, last_of
from processors.features.records.totals import Totals
from processors.trace import Trace
from schemas.errors import Corrupt
from schemas.kinds import FEEDBACK, PUTTING_ASIDE

VERSION = 2
MAX_BYTES = 4096
_SKILLS = Layout(24, skill.ROW.size, skill.TAIL)
_ACTIVITIES = Layout(40, activity.ROW.size, activity.TAIL)
_SETS = Layout(6, form.SET_ROW.size, form.SET_TAIL)
_CHECK = Struct(">BI")
"""Version; CRC-32 of all that follows."""
_COUNTS = Struct(">BBBBBB")
"""Rows of skills, activities, sets, finished, contents, history."""
_START = _CHECK.size + _COUNTS.size
_FORM = _START + totals.ROW.size
_ROWS = _FORM + form.SIZE
_SIZES = (
    _SKILLS.size,
    _ACTIVITIES.size,
    _SETS.size,
    finished.SIZE,
    contents.ROW.size,
    history.SIZE,
)
_SURELY_KEPT = 64
"""Activities, finished or put aside, that there is always room for."""

_RESTORE = "restore the store's last good copy, or delete the state and replay the events"


class LearnerState:
    """What is kept of one learner: packed rows, unpacked when they are read."""

    __slots__ = (
        "_steps",
        "activity_rows",
        "aside_rows",
        "contents",
        "finished",
        "form",
        "history_rows",
        "set_rows",
        "skill_rows",
        "totals",
    )

    def __init__(self, sums: Totals, skills: Table, activities: Table) -> None:
        self.totals = sums
        self.skill_rows = skills
        self.activity_rows = activities
        self.set_rows = Table(_SETS)
        self.form = bytearray(form.SIZE)
        self.finished = Finished()
        self.contents: contents.Contents = {}
        self.history_rows = b""
        self.aside_rows = b""
        self._steps: tuple[bytes, list[Step]] = (b"", [])

    @property
    def events(self) -> int:
        """How many events are counted."""
        return self.totals.events

    @property
    def skills(self) -> dict[int, SkillState]:
        """A copy of the evidence for each skill, by the skill's hash."""
        return {key: skill_state(row) for key, row in self.skill_rows.items()}

    @property
    def activities(self) -> dict[int, ActivityRecord]:
        """A copy of what was done with each recent activity, by the activity's hash."""
        return {
            key: activity_record(row, self.finished.count(key))
            for key, row in self.activity_rows.items()
        }

    @property
    def history(self) -> Sequence[Step]:
        """The newest 16 events, oldest first, in event time, ties by statement."""
        rows = self.history_rows
        if self._steps[0] is not rows:
            self._steps = rows, history.unpack_steps(rows, self.activity_rows, self.skill_rows)
        return self._steps[1]

    @property
    def newest_activity(self) -> int:
        """`activity` of the newest step of the history; 0 without any."""
        slot = history.newest_slot(self.history_rows)
        return 0 if slot is None else self.activity_rows.key_at(slot)

    def remembers(self, trace: Trace) -> bool:
        """Whether the event of `trace` is in the history."""
        return history.holds(self.history_rows, trace)

    def skill(self, key: int) -> SkillState | None:
        """The evidence for a skill; None where none is known."""
        row = self.skill_rows.get(key)
        return None if row is None else skill_state(row)

    def record(self, key: int) -> ActivityRecord | None:
        """What was done with an activity; None where nothing is known."""
        row = self.activity_rows.get(key)
        return None if row is None else activity_record(row, self.finished.count(key))

    def is_done(self, key: int) -> bool:
        """Whether the activity was finished more often than that was undone."""
        return self.finished.count(key) > 0


def fresh() -> LearnerState:
    """The state of a learner of whom nothing is known."""
    return LearnerState(Totals(), Table(_SKILLS), Table(_ACTIVITIES))


def apply(state: LearnerState, trace: Trace) -> None:
    """Count `trace`, which may be late; the caller sees to it that each comes once."""
    if trace.kind in FEEDBACK:
        _hear(state, trace)
        return
    units = units_of(trace)
    _, idle_sec, age_sec = shift(state.totals.as_of, trace.at)
    contents.wait(state.contents, idle_sec)
    state.totals = totals.with_trace(state.totals, trace, units)
    if trace.weight:
        for key in trace.skills:
            row = skill.with_evidence(state.skill_rows.get(key), key, trace.at, units)
            _keep_skill(state, key, row)
    if trace.engaging:
        if trace.content:
            contents.add(state.contents, trace.content, age_sec)
        _keep_activity(state, trace)
    if trace.finish:
        state.finished.add(trace.activity, trace.at, trace.finish)
    row = history.pack_step(trace, state.activity_rows, state.skill_rows)
    state.history_rows = history.with_row(state.history_rows, row)
    _fit(state)


def keep_set(state: LearnerState, key: int, at: float) -> None:
    """See to it that the set of skills `key` has a row: it was answered on at `at`."""
    row = state.set_rows.get(key)
    last = max(clock_sec(at), 0 if row is None else last_of(row))
    state.set_rows.put(key, form.SET_ROW.pack(last, key))
    _fit(state)


def withdraw(state: LearnerState, trace: Trace) -> None:
    """Take `trace` back, which has been applied and not yet been taken back."""
    if trace.kind in FEEDBACK:
        if trace.kind in PUTTING_ASIDE:
            state.aside_rows = put_aside.without_trace(state.aside_rows, trace)
        return
    units = units_of(trace)
    _, idle_sec, age_sec = shift(state.totals.as_of, trace.at)
    contents.wait(state.contents, idle_sec)
    state.totals = totals.without_trace(state.totals, trace, units)
    state.history_rows = history.without_trace(state.history_rows, trace)
    if trace.weight:
        for key in trace.skills:
            _withdraw_skill(state, key, trace.at, units)
    if trace.engaging:
        if trace.content:
            contents.take(state.contents, trace.content, age_sec)
        _withdraw_activity(state, trace)
    if trace.finish:
        state.finished.add(trace.activity, trace.at, -trace.finish)
        _fit(state)


def _hear(state: LearnerState, trace: Trace) -> None:
    if trace.kind in PUTTING_ASIDE:
        state.aside_rows = put_aside.with_trace(state.aside_rows, trace)
        _fit(state)


def _keep_skill(state: LearnerState, key: int, row: bytes) -> None:
    freed = state.skill_rows.put(key, row)
    if freed is not None:
        state.history_rows = history.without_skill(state.history_rows, freed)


def _keep_activity(state: LearnerState, trace: Trace) -> None:
    row = activity.with_event(state.activity_rows.get(trace.activity), trace)
    freed = state.activity_rows.put(trace.activity, row)
    if freed is not None:
        state.history_rows = history.without_activity(state.history_rows, freed)


def _withdraw_skill(state: LearnerState, key: int, at: float, units: tuple[int, int]) -> None:
    row = state.skill_rows.get(key)
    if row is None:
        return
    steps = [step for step in state.history if key in step.skills]
    rest = skill.without_evidence(row, at, units, _last_left(state, row, steps))
    if rest is None:
        freed = state.skill_rows.drop(key)
        state.history_rows = history.without_skill(state.history_rows, freed)
    else:
        state.skill_rows.put(key, rest)


def _withdraw_activity(state: LearnerState, trace: Trace) -> None:
    key = trace.activity
    row = state.activity_rows.get(key)
    if row is None:
        return
    steps = [step for step in state.history if step.activity == key]
    rest = activity.without_event(row, trace, _last_left(state, row, steps), steps)
    if rest is None:
        freed = state.activity_rows.drop(key)
        state.history_rows = history.without_activity(state.history_rows, freed)
    else:
        state.activity_rows.put(key, rest)


def _fit(state: LearnerState) -> None:
    """Forget finished activities that there is no room for."""
    if len(state.finished) + len(state.aside_rows) // put_aside.SIZE <= _SURELY_KEPT:
        return
    tables = (state.skill_rows, state.activity_rows, state.set_rows)
    used = _ROWS + sum(table.nbytes for table in tables)
    used += len(state.contents) * contents.ROW.size + len(state.history_rows)
    used += len(state.aside_rows)
    state.finished.trim((MAX_BYTES - used) // finished.SIZE)


def _last_left(state: LearnerState, row: bytes, steps: Sequence[Step]) -> int:
    """Latest of what stays; where the history does not know it, the history's start at most."""
    known = steps[-1:] or state.history[:1]
    return min([last_of(row), *(clock_sec(step.at) for step in known)])


def encode(state: LearnerState) -> bytes:
    """The state in at most 4 KiB; states reached by the same steps give the same bytes."""
    counts = _COUNTS.pack(
        state.skill_rows.width,
        state.activity_rows.width,
        state.set_rows.width,
        len(state.finished),
        len(state.contents),
        len(state.history_rows) // history.SIZE,
    )
    body = b"".join(
        (
            counts,
            totals.ROW.pack(*state.totals),
            bytes(state.form),
            state.skill_rows.encode(),
            state.activity_rows.encode(),
            state.set_rows.encode(),
            state.finished.encode(),
            contents.encode(state.contents),
            state.history_rows,
            state.aside_rows,
        )
    )
    return _CHECK.pack(VERSION, crc32(body)) + body


def events_of(data: bytes) -> int:
    """`events` of what `decode` would give, which nobody checks here."""
    return totals.totals_of(data[_START:_FORM]).events


def decode(data: bytes) -> LearnerState:
    """The inverse of `encode`.

    Raises:
        Corrupt: where `data` is not what this version of `encode` wrote.
    """
    skills, activities, sets, done, used, steps = _ends(data)
    state = LearnerState(
        totals.totals_of(data[_START:_FORM]),
        Table(_SKILLS, data[_ROWS:skills]),
        Table(_ACTIVITIES, data[skills:activities]),
    )
    state.form = bytearray(data[_FORM:_ROWS])
    state.set_rows = Table(_SETS, data[activities:sets])
    state.finished = Finished(data[sets:done])
    state.contents = contents.decode(data[done:used])
    state.history_rows = data[used:steps]
    state.aside_rows = data[steps:]
    return state


def _ends(data: bytes) -> list[int]:
    """Where the rows of each sort end; what follows the last is what was put aside.

    That has no count of its own, so that states from before there was feedback are still read.
    """
    if len(data) < _ROWS:
        raise Corrupt(f"a learner's state of {len(data)} bytes is too short: {_RESTORE}")
    version, crc = _CHECK.unpack_from(data)
    if version != VERSION:
        raise Corrupt(f"a learner's state of version {version}, not {VERSION}: {_RESTORE}")
    counts = _COUNTS.unpack_from(data, _CHECK.size)
    ends = list(accumulate(map(mul, counts, _SIZES), initial=_ROWS))[1:]
    if not put_aside.is_whole(len(data) - ends[-1]) or crc32(data[_CHECK.size :]) != crc:
        raise Corrupt(f"a learner's state is not what was written: {_RESTORE}")
    return ends
