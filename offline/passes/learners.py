"""States of learners: the newest ones decoded in memory, all of them in the working file."""

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping

from offline.passes.working_file import WorkingFile
from processors.state import LearnerState, decode, encode


class Learners(MutableMapping[str, LearnerState]):
    """Learner key -> state. Who is asked for is taken to be changed.

    Args:
        file: where all are.
        most: how many are kept decoded; who was asked for longest ago leaves.
    """

    def __init__(self, file: WorkingFile, most: int) -> None:
        self.most = max(1, most)
        self._file = file
        self._known: OrderedDict[str, LearnerState] = OrderedDict()
        self._changed: set[str] = set()

    def get(self, learner: str, default: LearnerState | None = None) -> LearnerState | None:  # type: ignore[override]
        """The state of a learner; None where there is none."""
        state = self._known.get(learner)
        if state is not None:
            self._known.move_to_end(learner)
            self._changed.add(learner)
            return state
        blob = self._file.state(learner)
        if blob is None:
            return default
        self[learner] = state = decode(blob)
        return state

    def __getitem__(self, learner: str) -> LearnerState:
        state = self.get(learner)
        if state is None:
            raise KeyError(learner)
        return state

    def __setitem__(self, learner: str, state: LearnerState) -> None:
        self._known[learner] = state
        self._changed.add(learner)
        if len(self._known) > self.most:
            self._leave()

    def _leave(self) -> None:
        learner, state = self._known.popitem(last=False)
        if learner in self._changed:
            self._changed.remove(learner)
            self._file.put_states([(learner, encode(state))])

    def save(self) -> None:
        """Write what has changed."""
        changed, self._changed = sorted(self._changed), set()
        self._file.put_states((learner, encode(self._known[learner])) for learner in changed)

    def __delitem__(self, learner: str) -> None:
        raise NotImplementedError  # nobody forgets a learner in the middle of a pass

    def __iter__(self) -> Iterator[str]:
        self.save()
        return (learner for learner, _ in self._file.states())

    def __len__(self) -> int:
        return sum(1 for _ in self)
