"""Finished: which activities a learner has finished, up to 128; the longest done leave first."""

from struct import Struct

from processors.features.decay import clock_sec

LIMIT = 128
SIZE = 8
ZERO = 128
"""What a count of 0 is written as; compiled code reads it, too."""
KEY = (1 << 40) - 1
"""The bits of an activity's hash that are kept."""
_DAY_SEC = 86_400
_WORDS = tuple(Struct(f">{n}Q") for n in range(LIMIT + 1))


class Done(dict[int, bool]):
    """Activity -> whether it is finished; answers for every activity, once it is asked."""

    def __init__(self, words: dict[int, int]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, activity: int) -> bool:
        found = self[activity] = self._words.get(activity & KEY, ZERO) & 255 > ZERO
        return found


class Finished:
    """Finishes minus undone finishes, by the lower 40 bits of the activity's hash.

    40 bits: that any of a catalogue's 10,000 activities is taken for one of 128 finished ones
    happens to one learner in 800,000. The count is kept within -128 and 127.
    """

    __slots__ = ("_packed", "_words")

    def __init__(self, packed: bytes = b"") -> None:
        self._packed: bytes | None = packed
        self._words: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self._read()) if self._packed is None else len(self._packed) // SIZE

    def number(self) -> int:
        """How many activities are finished."""
        return sum(word & 255 > ZERO for word in self._read().values())

    def count(self, activity: int) -> int:
        """How often `activity` was finished, less how often that was undone."""
        word = self._read().get(activity & KEY)
        return 0 if word is None else (word & 255) - ZERO

    def add(self, activity: int, at: float, times: int) -> None:
        """Count `times` more (or, below 0, fewer) finishes that happened at `at`."""
        words, key = self._read(), activity & KEY
        self._packed = None
        count = min(max(self.count(activity) + times + ZERO, 0), 255)
        day = max(clock_sec(at) // _DAY_SEC, words.pop(key, 0) >> 8)
        if count == ZERO:
            return
        words[key] = day << 8 | count
        self.trim(LIMIT)

    def trim(self, most: int) -> None:
        """Forget the longest done, ties by hash, until `most` are left."""
        words = self._read()
        for _ in range(len(words) - most):
            del words[min(words, key=lambda old: (words[old] >> 8, old))]
            self._packed = None

    def done(self) -> "Done":
        """Which activities are finished; to be asked before more is counted."""
        return Done(self._read())

    def encode(self) -> bytes:
        """8 bytes for each: 40 bits of the hash, day since 1970, count."""
        if self._packed is None:
            words = self._read()
            self._packed = _WORDS[len(words)].pack(*(key << 24 | words[key] for key in words))
        return self._packed

    def _read(self) -> dict[int, int]:
        if self._words is None:
            packed = self._packed or b""
            words = _WORDS[len(packed) // SIZE].unpack(packed)
            self._words = {word >> 24: word & 0xFF_FFFF for word in words}
        return self._words
