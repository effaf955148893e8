"""All partitions of a stream in one process: learners, receipts and models, kept in a working file.

What the models have learned is moved into their base at each `checkpoint`, as a merge of the stream
does: that bounds it, and what a checkpoint holds is then the base alone, but for the few numbers
that are never merged.
"""

from collections.abc import Callable, Mapping

from offline.archived import Archived
from offline.passes.learners import Learners
from offline.passes.window import Window
from offline.passes.working_file import WorkingFile
from online_models.ensemble import next_base
from online_models.merging import Merging, tempered
from online_models.observation import Observation
from online_models.packing import pack, unpack
from online_models.replica import Replica
from online_models.tables import Base, ModelBase, Tables
from processors.application import Application, Lesson
from processors.learning import learn
from schemas.checkpoint import Memory
from schemas.codec import pack as pack_plain
from schemas.codec import unpack as unpack_plain

MOST_STATES = 20_000
"""Learners whose states are kept decoded: about 5 KiB each."""

_PLACE, _TOTAL, _OWN, _BASE = "place", "total", "own", "base/"

Shares = Mapping[str, float]
"""Model -> how firmly it goes on to hold what it has learned (`merge_rules.Rule.temper`)."""


class Partitions:
    """Applies events in the order in which they come, each partition's in offset order.

    What the file holds is gone on with: `offsets` and `done` say where that is.

    Args:
        file: the working file.
        models: a replica that knows nothing; it learns from all partitions.
        window: see `Settings.statement_window`.
        lesson: what is learned of an event.
        most_states: how many states are kept decoded. Changes speed and memory only.
    """

    def __init__(
        self,
        file: WorkingFile,
        models: Replica,
        window: int,
        lesson: Lesson = learn,
        most_states: int = MOST_STATES,
    ) -> None:
        self.models = models
        self.lesson = lesson
        self._file, self._width = file, window
        self.learners = Learners(file, most_states)
        """Every learner's state."""
        self._windows: dict[int, Window] = {}
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
        memory = Memory({}, window.reach(offset))
        work = Application(memory, self.models, self.learners, self.lesson)
        work.apply(offset, event)
        if work.receipts:
            window.add(work.receipts)
        self.offsets[partition] = offset
        self.done += 1
        return work.observations

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
        self._fold(fading or {})
        self.save()
        for name, base in self.models.base.models.items():
            self._file.put_fact(_BASE + name, pack(base.tables))
        own = {name: numbers for name, numbers in self.models.state().items() if numbers}
        self._file.put_fact(_OWN, pack_plain({n: list(own[n].items()) for n in own}))
        place = [self.models.base.version, self.done, list(self.offsets.items())]
        self._file.put_fact(_PLACE, pack_plain(place))
        self._file.commit()

    def numbers(self) -> dict[str, Tables]:
        """What the models know, as of the last checkpoint, by model."""
        return {name: base.tables for name, base in self.models.base.models.items()}

    def restart(self, numbers: Mapping[str, Tables]) -> None:
        """Begin again at the first event, without learners, with models that know `numbers`."""
        self._file.forget_states()
        self._file.forget_receipts()
        for name in (_BASE, _TOTAL):
            self._file.drop_facts(name)
        self.learners = Learners(self._file, self.learners.most)
        self._windows, self.offsets, self.done = {}, {}, 0
        version = self.models.base.version + 1
        self.models.restore({}, Base(version, {n: ModelBase(t) for n, t in numbers.items()}))
        self.checkpoint()

    def _fold(self, fading: Shares) -> None:
        models, own = self.models, self.models.own()
        kinds = [type(model) for model in models.merged]
        base = next_base(models.base, models.base.version + 1, kinds, [own])
        faded = {
            model.name: _faded(model.merging, base.of(model.name), share)
            for model in kinds
            if (share := fading.get(model.name, 1.0)) < 1.0
        }
        models.rebase(Base(base.version, {**base.models, **faded}), own)

    def _load(self) -> None:
        place = self._file.fact(_PLACE)
        if place is None:
            return
        version, self.done, offsets = unpack_plain(place)
        self.offsets = dict(offsets)
        bases = self._file.facts(_BASE)
        base = Base(version, {name: ModelBase(unpack(blob)) for name, blob in bases.items()})
        kept = unpack_plain(self._file.fact(_OWN) or pack_plain({}))
        own = {name: {key: tuple(row) for key, row in rows} for name, rows in kept.items()}
        self.models.restore(own, base)
        for partition, generation, value in self._file.receipts():
            window = self._windows.setdefault(partition, Window(partition, self._width))
            window.load(generation, value)


def _faded(merging: Merging, base: ModelBase, share: float) -> ModelBase:
    return ModelBase(tempered(merging, base.tables, dict.fromkeys(merging.rules, share)))
