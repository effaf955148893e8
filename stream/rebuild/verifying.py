"""Online equals offline: the features that the events yield, beside those that serve.

Workers go on meanwhile. So the states of some learners are read together with the offset up to
which they count (`Store.look`), the events are counted up to that very offset, and then both are
compared: exactly, without a tolerance.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from offline.archived import Source
from offline.moments import Moments
from offline.passes.working_file import WorkingFile
from processors.features import describe
from processors.state import decode
from schemas.errors import StepstreamError
from stream.store.contract import Store

_AT_ONCE = 200
_MOST_DIFFERENCES = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """A feature that is not the same."""

    learner: str
    feature: str
    serves: Any
    """None where there is none."""
    replayed: Any
    """None where there is none."""


@dataclass(slots=True)
class Verified:
    """What came out."""

    events: int = 0
    learners: int = 0
    features: int = 0
    """How many numbers and words were compared."""
    differences: list[Difference] = field(default_factory=list)
    """The first thousand."""

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


class Verifier:
    """Compares one partition after the other.

    Args:
        store: what serves.
        source: the events.
        window: `Settings.statement_window`.
        at: moment that fading features are looked at; POSIX seconds.
    """

    def __init__(self, store: Store, source: Source, window: int, at: float) -> None:
        self._store, self._source, self._window, self._at = store, source, window, at
        self.found = Verified()

    async def run(self, partitions: int, tell: Callable[[int], None]) -> Verified:
        """Compare all; `tell` takes how many more learners are compared.

        Raises:
            StepstreamError: where the source lacks events that were applied.
        """
        for partition in range(partitions):
            with TemporaryDirectory() as folder, WorkingFile(Path(folder) / "states") as file:
                moments = Moments(self._source, file, self._window)
                await self._partition(partition, moments, tell)
        return self.found

    async def _partition(
        self, partition: int, moments: Moments, tell: Callable[[int], None]
    ) -> None:
        self._count(partition, await self._store.applied(partition), moments)
        known = set(moments.learners)
        everyone = sorted(known.union(await self._store.learners(partition)))
        for start in range(0, len(everyone), _AT_ONCE):
            some = everyone[start : start + _AT_ONCE]
            await self._compare(partition, some, moments)
            tell(len(some))

    def _count(self, partition: int, applied: int, moments: Moments) -> None:
        end = self._source.ends().get(partition, -1)
        if end < applied:
            raise StepstreamError(
                f"{applied - end} events of partition {partition} that were applied are not in the "
                "source yet: archive them (`stepstream archive run --once`), then verify again"
            )
        self.found.events += moments.advance({partition: applied})

    async def _compare(self, partition: int, learners: Sequence[str], moments: Moments) -> None:
        applied, blobs = await self._store.look(partition, learners)
        if applied > moments.offsets.get(partition, -1):
            self._count(partition, applied, moments)
        for learner in learners:
            blob, state = blobs.get(learner), moments.learners.get(learner)
            serves = dict(_flat(describe(decode(blob), self._at, str))) if blob else {}
            replayed = dict(_flat(describe(state, self._at, str))) if state else {}
            self._note(learner, serves, replayed)

    def _note(self, learner: str, serves: dict[str, Any], replayed: dict[str, Any]) -> None:
        self.found.learners += 1
        for feature in sorted(serves.keys() | replayed.keys()):
            self.found.features += 1
            one, other = serves.get(feature), replayed.get(feature)
            if one != other and len(self.found.differences) < _MOST_DIFFERENCES:
                self.found.differences.append(Difference(learner, feature, one, other))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each number or word in a tree of features, by the way to it."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _flat(part, f"{name}[{index}]")
    else:
        yield name, value
