"""What was known of each learner at any moment, from the events up to then and no others.

A learner's features are a function of the events in the order of the log, so the events up to an
offset give what the stream had when it had applied that offset: point-in-time correct by
construction, since nothing later has been read. The models' own part of a state follows what the
models had learned and is left alone here: no model runs.
"""

from collections.abc import Callable

from offline.archived import Archived, Offsets, Source
from offline.passes.partitions import Partitions
from offline.passes.working_file import WorkingFile
from online_models.replica import Replica
from processors.learning import Taught
from processors.state import LearnerState
from processors.trace import Trace
from schemas.event import LearningEvent

_TELL_EVERY = 1000


class Moments:
    """Learners' states, moved on through the events.

    Args:
        source: of the events.
        file: keeps the states; empty.
        window: offsets of a partition after which receipts are forgotten, as the stream has it.
    """

    def __init__(self, source: Source, file: WorkingFile, window: int) -> None:
        self._source = source
        self._all = Partitions(file, Replica(), window, _nothing)
        self.learners = self._all.learners
        """Learner key -> state. Iterating, they come in order."""

    @property
    def offsets(self) -> Offsets:
        """Partition -> last event that is counted."""
        return self._all.offsets

    def advance(self, up_to: Offsets) -> int:
        """Count the events up to these offsets; returns how many were new.

        What comes after them is never read.
        """
        count = 0
        for archived in self._source.read(dict(self._all.offsets), up_to):
            self._all.apply(archived)
            count += 1
        self._all.offsets |= {p: max(end, self._all.offsets.get(p, -1)) for p, end in up_to.items()}
        return count

    def advance_to(self, at: float, tell: Callable[[int], None] = lambda _: None) -> int:
        """Count what each partition had when the log's clock said `at` (POSIX seconds).

        That is everything before its first event that was logged later. `tell` takes how many more
        events are counted.
        """
        count, closed = 0, set[int]()
        ends = self._source.ends()
        for archived in self._source.read(dict(self._all.offsets), ends):
            if _is_later(archived, at):
                closed.add(archived.partition)
            elif archived.partition not in closed:
                self._all.apply(archived)
                count += 1
                if count % _TELL_EVERY == 0:
                    tell(_TELL_EVERY)
            if len(closed) == len(ends):
                break
        return count


def _is_later(archived: Archived, at: float) -> bool:
    return archived.logged_at > at


def _nothing(
    _models: Replica, _state: LearnerState, _event: LearningEvent, _trace: Trace
) -> Taught:
    return Taught([], None)
