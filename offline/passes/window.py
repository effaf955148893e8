"""Receipts of the newest statements of each partition, as the stream keeps them.

The stream keeps two generations of `statement_window` offsets each: a statement is surely known
again while it is within one window, and surely forgotten beyond two.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from offline.passes.working_file import WorkingFile
from schemas.codec import pack, unpack

Receipts = dict[int, bytes]
"""Hash of a statement's id -> receipt."""


class Window:
    """The receipts of one partition.

    Args:
        partition: which.
        width: offsets after which a generation is closed.
    """

    def __init__(self, partition: int, width: int) -> None:
        self._partition, self._width = partition, width
        self._generation = 0
        self._before: Receipts = {}
        self._now: Receipts = {}
        self._known = Known(self._now, self._before)
        self._unsaved: dict[int, Receipts] = defaultdict(dict)
        self._part = 0

    def reach(self, offset: int) -> "Known":
        """What is known where the event at `offset` is next; offsets only grow.

        It knows what is added, too, and is the same object until a generation is closed.
        """
        generation = offset // self._width
        if generation > self._generation:
            gone = generation - self._generation
            self._before = self._now if gone == 1 else {}
            self._now, self._generation = {}, generation
            self._known = Known(self._now, self._before)
        return self._known

    def add(self, receipts: Mapping[int, bytes]) -> None:
        """Keep receipts of the event that was reached."""
        now, unsaved = self._now, self._unsaved[self._generation]
        for key, receipt in receipts.items():
            now[key] = unsaved[key] = receipt

    def save(self, file: WorkingFile) -> None:
        """Write what is new, and forget what is too old."""
        for generation, receipts in sorted(self._unsaved.items()):
            if generation >= self._generation - 1:
                plain = pack([[*receipts], [*receipts.values()]])
                file.add_receipts(self._partition, generation, self._part, plain)
        self._part += 1
        self._unsaved.clear()
        file.drop_receipts(self._partition, self._generation - 1)

    def load(self, generation: int, value: bytes) -> None:
        """Take in a part that `save` wrote, in the order in which they were written."""
        self.reach(generation * self._width)
        self._now.update(zip(*unpack(value), strict=True))
        self._part += 1


class Known(Mapping[int, bytes]):
    """Two generations, read as one."""

    __slots__ = ("_before", "_now")

    def __init__(self, now: Receipts, before: Receipts) -> None:
        self._now, self._before = now, before

    def get(self, key: int, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        """The receipt of a statement."""
        found = self._now.get(key)
        return self._before.get(key, default) if found is None else found

    def __getitem__(self, key: int) -> bytes:
        return self._now[key] if key in self._now else self._before[key]

    def __iter__(self) -> Iterator[int]:
        return iter({**self._before, **self._now})

    def __len__(self) -> int:
        return len(self._before.keys() | self._now.keys())
