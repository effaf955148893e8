"""All partitions of a stream in one process: learners, receipts and models, kept in a working file.

What the models have learned is moved into their base at each `checkpoint`, as a merge of the stream
does: that bounds it, and what a checkpoint holds is then the base alone, but for the few numbers
that are never merged.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from offline.archived import Archived
from offline.passes.learners import Learners
from offline.passes.window import Known, Window
from offline.passes.working_file import WorkingFile
from online_models.ensemble import next_base
from online_models.merging import Merging, interval, tempered
from online_models.observation import Observation
from online_models.packing import pack, unpack
from online_models.replica import Replica
from online_models.tables import NO_BASE, Base, ModelBase, Table, Tables, empty
from processors.application import Application, Lesson
from processors.learning import learn
from schemas.checkpoint import Memory
from schemas.codec import pack as pack_plain
from schemas.codec import unpack as unpack_plain

MOST_STATES = 20_000
"""Learners whose states are kept decoded: some 15 KiB each."""

_PLACE, _TOTAL, _OWN, _BASE, _BESIDE = "place", "total", "own", "base/", "beside/"

Share = float | tuple[float, ...]
"""How firmly a model goes on to hold what it has learned (`merge_rules.Rule.temper`); or what each
of its numbers counts from now on, where they are sums."""

Shares = Mapping[str, Share]
"""By model; 1 where it is missing."""


_Work = tuple[Application | None, Known | None, Lesson | None]
"""What applies a partition's events, and what it was made for."""
_NO_WORK: _Work = (None, None, None)


class Kept(Protocol):
    """Something that grows along a pass, and is kept at each checkpoint as well."""

    def packed(self) -> bytes:
        """All of it."""

    def restore(self, packed: bytes) -> None:
        """Be what `packed` says."""


class Partitions:
    """Applies events in the order in which they come, each partition's in offset order.

    What the file holds is gone on with: `offsets` and `done` say where that is.

    Args:
        file: the working file.
        models: a replica that knows nothing, of partition 0.
        window: see `Settings.statement_window`.
        lesson: what is learned of an event.
        most_states: how many states are kept decoded. Changes speed and memory only.
        more: replicas of the next partitions; where there are none, that of partition 0 learns from
            all of them.
        merge_every: as `Settings.merge_every`; 0 merges at checkpoints only.
        merge_at: after how many events to merge instead, ascending.
        beside: what else is to be kept, by name.
    """

    def __init__(  # noqa: PLR0913  what is optional is named by who wants it
        self,
        file: WorkingFile,
        models: Replica,
        window: int,
        lesson: Lesson = learn,
        *,
        most_states: int = MOST_STATES,
        more: Sequence[Replica] = (),
        merge_every: int = 0,
        merge_at: Sequence[int] = (),
        beside: Mapping[str, Kept] | None = None,
    ) -> None:
        self.models = models
        self.lesson = lesson
        self._replicas = (models, *more)
        self._beside = beside or {}
        self._file, self._width = file, window
        self._every, self._at, self._merged = merge_every, merge_at, 0
        self.learners = Learners(file, most_states)
        """Every learner's state."""
        self._windows: dict[int, Window] = {}
        self._works: dict[int, _Work] = {}
        self.offsets: dict[int, int] = {}
        """Partition -> last event that was applied."""
        self.done = 0
        """Events applied."""
        self._load()

    def total(self, count: Callable[[], int]) -> int:
        """How many events there are to apply, as `count` said when it was first asked."""
        known = self._file.fact(_TOTAL)
        if known is None:
            known = pack_plain(count())
            self._file.put_fact(_TOTAL, known)
        return int(unpack_plain(known))

    def apply(self, archived: Archived) -> list[Observation]:
        """Apply one event; returns what was predicted, and what came out."""
        partition, offset, _, event = archived
        window = self._windows.get(partition)
        if window is None:
            window = self._windows[partition] = Window(partition, self._width)
        work = self._work(partition, window.reach(offset))
        work.apply(offset, event)
        if work.receipts:
            window.add(work.receipts)
        observations = work.observations
        work.hand_over()
        self.offsets[partition] = offset
        self.done += 1
        if self._is_due():
            self._merge({})
        return observations

    def _is_due(self) -> bool:
        if self._at:
            following = bisect_right(self._at, self._merged)
            return following < len(self._at) and self.done >= self._at[following]
        return bool(self._every) and self.done - self._merged >= interval(self._every, self.done)

    def _work(self, partition: int, known: Known) -> Application:
        """Making one anew for each event would cost more than applying some of them."""
        work, of, lesson = self._works.get(partition, _NO_WORK)
        if work is None or of is not known or lesson is not self.lesson:
            models = self._replicas[partition % len(self._replicas)]
            work = Application(Memory({}, known), models, self.learners, self.lesson)
            self._works[partition] = work, known, self.lesson
        return work

    def save(self) -> None:
        """Write learners and receipts into the working file."""
        self.learners.save()
        for window in self._windows.values():
            window.save(self._file)

    def checkpoint(self, fading: Shares | None = None) -> None:
        """Move what was learned into the base, and keep everything as it is now.

        Args:
            fading: models that hold what they have learned less firmly from now on.
        """
        self._merge(fading or {})
        self.save()
        for name, base in self.models.base.models.items():
            self._file.put_fact(_BASE + name, pack(base.tables))
        for name, kept in self._beside.items():
            self._file.put_fact(_BESIDE + name, kept.packed())
        self._file.put_fact(_OWN, pack_plain([_plain(one) for one in self._replicas]))
        place = [self.models.base.version, self.done, list(self.offsets.items()), self._merged]
        self._file.put_fact(_PLACE, pack_plain(place))
        self._file.commit()

    def numbers(self) -> dict[str, Tables]:
        """What the models know, as of the last checkpoint, by model."""
        return {name: base.tables for name, base in self.models.base.models.items()}

    def restart(self, numbers: Mapping[str, Tables]) -> None:
        """Begin again at the first event, without learners, with models that know `numbers`."""
        self._file.forget_states()
        self._file.forget_receipts()
        self.learners = Learners(self._file, self.learners.most)
        self._windows, self._works, self.offsets = {}, {}, {}
        self.done = self._merged = 0
        for models in self._replicas:
            models.restore({}, NO_BASE)
        self.adopt(numbers)

    def adopt(self, numbers: Mapping[str, Tables]) -> None:
        """Go on with models that know `numbers`; whatever else there is stays as it is.

        How many events there are to apply is asked anew.
        """
        for name in (_BASE, _TOTAL):
            self._file.drop_facts(name)
        version = self.models.base.version + 1
        base = Base(version, {name: ModelBase(dict(of)) for name, of in numbers.items() if of})
        for models in self._replicas:
            models.restore(_unmerged(models), base)
        self.checkpoint()

    def _merge(self, fading: Shares) -> None:
        before = self.models.base
        own = [models.own() for models in self._replicas]
        kinds = [type(model) for model in self.models.merged]
        base = next_base(before, before.version + 1, kinds, own)
        faded = {
            model.name: _faded(model.merging, base.of(model.name), share)
            for model in kinds
            if (share := fading.get(model.name, 1.0)) != 1.0
        }
        base = Base(base.version, {**base.models, **faded})
        for models, taken in zip(self._replicas, own, strict=True):
            models.rebase(base, taken, changed={})
        self._merged = self.done

    def _load(self) -> None:
        place = self._file.fact(_PLACE)
        if place is None:
            return
        version, self.done, offsets, self._merged = unpack_plain(place)
        self.offsets = dict(offsets)
        bases = self._file.facts(_BASE)
        base = Base(version, {name: ModelBase(unpack(blob)) for name, blob in bases.items()})
        kept = unpack_plain(self._file.fact(_OWN) or b"")
        for models, plain in zip(self._replicas, kept, strict=True):
            own = {name: {key: tuple(row) for key, row in rows} for name, rows in plain.items()}
            models.restore(own, base)
        for name, part in self._beside.items():
            part.restore(self._file.fact(_BESIDE + name) or b"")
        for partition, generation, value in self._file.receipts():
            window = self._windows.setdefault(partition, Window(partition, self._width))
            window.load(generation, value)


def _plain(models: Replica) -> dict[str, list[Any]]:
    """Own numbers, those that no merge has taken in."""
    return {name: [*numbers.items()] for name, numbers in models.state().items() if numbers}


def _unmerged(models: Replica) -> dict[str, dict[str, tuple[float, ...]]]:
    """Own numbers of widths that are never merged."""
    found = {}
    for name, numbers in models.state().items():
        rules = type(models.models[name]).merging.rules
        found[name] = {key: row for key, row in numbers.items() if len(row) not in rules}
    return found


def _faded(merging: Merging, base: ModelBase, share: Share) -> ModelBase:
    if isinstance(share, float):
        return ModelBase(tempered(merging, base.tables, dict.fromkeys(merging.rules, share)))
    width = len(share)
    table = base.tables.get(width, empty(width))
    return ModelBase({**base.tables, width: Table(table.names, table.values * share)})
