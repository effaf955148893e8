"""The models of a whole installation as its checkpoints have them.

Asks the store and no worker, so it can be told on any machine, also while nothing runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from online_models.contract import Numbers
from online_models.guard import PutAside
from online_models.monitor import UNITS, QualityMonitor
from online_models.packing import tables_of_raw, unpack
from online_models.prequential import WINDOWS, Quality
from online_models.replica import Replica
from online_models.tables import numbers_of
from online_models.watch import Watch
from schemas.checkpoint import SealedBase
from schemas.errors import Corrupt
from stream.store.contract import Pool, member_of

NAMES = Replica().names
SCHEMAS = {name: model.schema for name, model in Replica().models.items()}


@dataclass(frozen=True, slots=True)
class Measured:
    """What outcomes have shown of a model, all partitions together."""

    unit: str
    """Of its loss."""
    quality: Mapping[str, Quality]
    """By window."""
    put_aside: Mapping[int, PutAside]
    """Partitions where its baseline serves."""
    newest_at: float
    """Time of the newest outcome, POSIX seconds; 0 before the first."""
    drifts: int
    drift_at: float
    """Time of the newest drift."""
    invalid: int
    """Predictions and parameters that were unusable."""


@dataclass(frozen=True, slots=True)
class ModelReport:
    """One model."""

    name: str
    schema: str
    shared: int
    """Names of parameters in the newest base."""
    own: int
    """Names that partitions have changed since, in the partition where it is most."""
    measured: Measured | None
    """None where nothing measures it."""


@dataclass(frozen=True, slots=True)
class Report:
    """All models."""

    partitions: int
    events: int
    """Applied."""
    base: int
    """Version of the newest shared parameters; 0 before the first merge."""
    models: Sequence[ModelReport]


class Reporter:
    """Reads reports of one installation.

    Args:
        pool: Of the installation.
        namespace: Of its keys.
        partitions: How many it has.
    """

    def __init__(self, pool: Pool, namespace: str, partitions: int) -> None:
        self._pool = pool
        self._members = [member_of(namespace, partition) for partition in range(partitions)]
        self._shared: tuple[int, Mapping[str, int]] = (0, {})

    async def read(self) -> Report:
        """The models as they are now.

        Raises:
            Unavailable: where the store cannot be reached.
            Corrupt: where what it holds is of another version, or damaged.
        """
        wanted = [QualityMonitor.name]
        found = [await self._pool.snapshot(member, wanted) for member in self._members]
        raw = [one.models[QualityMonitor.name] for one in found]
        monitors = [_monitor(n, numbers_of(tables_of_raw(one))) for n, one in enumerate(raw)]
        sizes = [await self._pool.sizes(member, NAMES) for member in self._members]
        version, shared = await self._newest_base()
        models = [
            ModelReport(
                name,
                SCHEMAS[name],
                shared.get(name, 0),
                max(one[name] for one in sizes),
                _measured(name, monitors) if name in UNITS else None,
            )
            for name in NAMES
        ]
        events = sum(one.offset + 1 for one in found)
        return Report(len(found), events, version, models)

    async def _newest_base(self) -> tuple[int, Mapping[str, int]]:
        newest = await self._pool.newest()
        if newest is not None and newest.version != self._shared[0]:
            base = await self._pool.base(newest.version)
            self._shared = newest.version, {} if base is None else _sizes(base)
        return self._shared


def _sizes(base: SealedBase) -> dict[str, int]:
    try:
        return {name: sum(map(len, unpack(blob).values())) for name, blob in base.models.items()}
    except ValueError as error:
        raise Corrupt(f"the newest shared parameters are damaged: {error}") from error


def _monitor(partition: int, numbers: Numbers) -> QualityMonitor:
    monitor = QualityMonitor()
    try:
        monitor.restore(numbers)
    except ValueError as error:
        raise Corrupt(f"partition {partition}: {error}") from error
    return monitor


def _measured(model: str, monitors: Sequence[QualityMonitor]) -> Measured:
    watches = [monitor.watch(model) for monitor in monitors]
    sums = reduce(add, (watch.measured.sums() for watch in watches))
    return Measured(
        unit=UNITS[model],
        quality={window: sums.read(window) for window in WINDOWS},
        put_aside=_put_aside(watches),
        newest_at=max(watch.at for watch in watches),
        drifts=int(sum(watch.signs.drifts for watch in watches)),
        drift_at=max(watch.signs.drift_at for watch in watches),
        invalid=int(sum(watch.signs.invalid for watch in watches)),
    )


def _put_aside(watches: Sequence[Watch]) -> dict[int, PutAside]:
    return {
        partition: watch.standing
        for partition, watch in enumerate(watches)
        if isinstance(watch.standing, PutAside)
    }
