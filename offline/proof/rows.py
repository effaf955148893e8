"""Predictions of both arms with what came out, a row each, in bounded memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from offline.answers import Flags, Numbers, Places
from schemas.codec import hash64

MOST_ROWS = 1 << 20
"""Kept: 69 MB. Beyond, half of the learners are left out, then half of those, and so on."""

MOST_NAMES = 1000
"""Kinds of content, or cohorts, that are told apart; all others are one."""

OTHERS = "(others)"
UNNAMED = "(none)"

_ROW = np.dtype(
    [
        ("learner", np.uint64),
        ("model", np.uint8),
        ("content", np.uint16),
        ("cohort", np.uint16),
        ("at", np.float64),
        ("outcome", np.float64),
        ("live", np.float64),
        ("candidate", np.float64),
        ("baseline", np.float64),
    ]
)
_WHOLE = 1 << 64


class Row(NamedTuple):
    """One prediction by both arms."""

    learner: int
    """Hash of the learner's key."""
    model: str
    content: str
    cohort: str
    at: float
    """POSIX seconds."""
    outcome: float
    """In the unit of the predictions."""
    live: float
    candidate: float
    baseline: float


class Names:
    """Names and their numbers, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        """The number of `name`."""
        known = self._numbers.get(name or UNNAMED)
        if known is None:
            shown = (name or UNNAMED) if len(self._numbers) < MOST_NAMES else OTHERS
            known = self._numbers.setdefault(shown, len(self._numbers))
        return known

    def all(self) -> tuple[str, ...]:
        """By number."""
        return tuple(self._numbers)


class Rows:
    """Rows as they come; learners leave, drawn by hash, where there are more than `most` rows."""

    def __init__(self, most: int = MOST_ROWS) -> None:
        self._most = most
        self._models, self._contents, self._cohorts = Names(), Names(), Names()
        self._kept: NDArray[Any] = np.empty(0, _ROW)
        self._new: list[tuple[float, ...]] = []
        self._halvings = 0
        self.seen = 0
        """Rows that came."""

    @property
    def share(self) -> float:
        """Share of the learners who are kept."""
        return 0.5**self._halvings

    def keeps(self, learner: int) -> bool:
        """Whether rows of that learner (a hash) are kept, as of now."""
        return mixed(learner) < _WHOLE >> self._halvings

    def add(self, row: Row) -> None:
        """Take a row in, as far as its learner is among those kept."""
        self.seen += 1
        if self._halvings and not self.keeps(row.learner):
            return
        names = self._models(row.model), self._contents(row.content), self._cohorts(row.cohort)
        self._new.append((row.learner, *names, *row[4:]))
        if len(self._new) >= self._most >> 3:
            self._settle()

    def _settle(self) -> None:
        fresh = np.array(self._new, _ROW)
        self._new = []
        self._kept = np.concatenate((self._kept, fresh))
        while len(self._kept) > self._most:
            self._halvings += 1
            learners, place = np.unique(self._kept["learner"], return_inverse=True)
            stays = np.array([self.keeps(int(one)) for one in learners.tolist()], np.bool_)
            self._kept = self._kept[stays[place]]

    def table(self) -> "RowTable":
        """All rows that are kept."""
        self._settle()
        _, learner = np.unique(self._kept["learner"], return_inverse=True)
        return RowTable(
            self._kept,
            learner.astype(np.int64),
            self._models.all(),
            self._contents.all(),
            self._cohorts.all(),
        )


@lru_cache(maxsize=1 << 14)
def mixed(learner: int) -> int:
    """Another hash of a hash: who is kept has nothing to do with the partition."""
    return hash64(f"kept:{learner}")


@dataclass(frozen=True, slots=True, eq=False)
class RowTable:
    """Rows by column."""

    data: NDArray[Any]
    learner: Places
    """(n,): number of the row's learner."""
    models: Sequence[str]
    contents: Sequence[str]
    cohorts: Sequence[str]

    def __len__(self) -> int:
        return len(self.data)

    def column(self, name: str) -> Numbers:
        """(n,): at, outcome, live, candidate or baseline."""
        column: Numbers = self.data[name]
        return column

    def where(self, flags: Flags) -> "RowTable":
        """The flagged rows."""
        return replace(self, data=self.data[flags], learner=self.learner[flags])

    def of_model(self, model: str) -> "RowTable":
        """Rows of one model."""
        if model not in self.models:
            return self.where(np.zeros(len(self), np.bool_))
        return self.where(self.data["model"] == self.models.index(model))

    def learners(self) -> int:
        """How many."""
        return len(np.unique(self.learner))

    def by(self, axis: str) -> dict[str, "RowTable"]:
        """Rows by "content" or "cohort", in order of the name."""
        names = {"content": self.contents, "cohort": self.cohorts}[axis]
        present = np.unique(self.data[axis]).tolist()
        found = {names[number]: self.where(self.data[axis] == number) for number in present}
        return dict(sorted(found.items()))


Watch = Callable[[int], None]
"""Told how many more events are done."""
